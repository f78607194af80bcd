package app

import (
	"context"
	"time"

	"toolbay/backend"
)

// Notices tells what changed in the apps' files outside Toolbay.
func (w *Window) Notices() ([]backend.NoticeView, error) {
	found, err := w.back.Notices(w.context())
	return list(found), err
}

// PutBack makes what notices are about what it was.
func (w *Window) PutBack(ids []string, how string) (backend.ChangeResult, error) {
	return w.back.PutBack(w.context(), backend.PutBackRequest{IDs: ids, Closing: closing(how)})
}

// KeepNotice accepts what a notice is about as it is.
func (w *Window) KeepNotice(id string) error { return w.back.KeepNotice(w.context(), id) }

// watchAgain is how long the window waits when another Toolbay was too busy to
// be watched beside.
const watchAgain = 10 * time.Second

// watch looks at the apps' files as long as the window is open. The page hears
// of it as "apps" and "notices".
func (w *Window) watch(ctx context.Context) {
	told := func([]backend.NoticeView) { w.emit("changed", "notices") }
	for {
		_ = w.back.Watch(ctx, told, nil)
		select {
		case <-ctx.Done():
			return
		case <-time.After(watchAgain):
		}
	}
}
