package app

import "toolbay/backend"

// History lists every write, newest first.
func (w *Window) History() ([]backend.ChangeView, error) { return w.back.History(w.context()) }

// ChangeDiff shows what a change did.
func (w *Window) ChangeDiff(id string) ([]backend.FileDiff, error) {
	return w.back.Diff(w.context(), id)
}

// Undo takes a change back. how is what closing reads.
func (w *Window) Undo(id, how string) (backend.ChangeResult, error) {
	would, err := w.back.Undo(w.context(), id, true)
	if err == nil {
		err = w.back.CloseFirst(w.context(), appsOf(would.Restart), closing(how))
	}
	if err != nil {
		return backend.ChangeResult{}, err
	}
	return w.back.Undo(w.context(), id, false)
}
