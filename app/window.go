// Package app is what the window may call: one method per thing a screen
// needs, one file per screen. It checks arguments, calls backend and puts the
// answer into the shape the screen wants; no logic, no paths, no SQL. Only
// main imports it.
//
//	w := app.New(b)
//	wails.Run(&options.App{OnStartup: w.Start, Bind: []any{w}, …})
package app

import (
	"context"
	"encoding/json"
	"sync"
	"time"

	"github.com/wailsapp/wails/v2/pkg/runtime"

	"toolbay/backend"
	"toolbay/backend/job"
	"toolbay/backend/text"
)

// Window is bound to the frontend; its exported methods are callable there.
type Window struct {
	stopped chan struct{}  // closed by Stop
	looking sync.WaitGroup // what looks at files while the window is open
	back    *backend.Backend
	jobs    *job.Board
	// adopting holds one place: servers are taken over one after the other.
	adopting chan struct{}

	mu      sync.Mutex
	ctx     context.Context // the window's life; Wails hands it over at start
	openErr error
	opened  []Opening // files and links that the page has not asked for yet
	// signInPage is where the last sign-in leads.
	signInPage string
	stopLook   func() // ends the check-up that is under way; nil for none
	listens    bool   // the page has asked once and hears of the next
}

// New makes the window's services. open is called at once; when it fails, the
// window shows why instead of its screens.
func New(open func(changed func(string)) (*backend.Backend, error)) *Window {
	w := &Window{stopped: make(chan struct{}), adopting: make(chan struct{}, 1)}
	w.jobs = job.NewBoard(func(s job.Snapshot) { w.emit("job", w.jobView(s)) })
	w.jobs.Mask = backend.MaskLine
	w.back, w.openErr = open(func(what string) { w.emit("changed", what) })
	return w
}

// lookAgain is how often a window that stays open looks for old lists.
const lookAgain = 30 * time.Minute

// Start is for Wails: the window is there. Lists that are old are brought up
// to date in the background, now and while the window stays open; what is
// known already is shown at once.
func (w *Window) Start(ctx context.Context) {
	w.mu.Lock()
	w.ctx = ctx
	w.mu.Unlock()
	if w.back == nil {
		return
	}
	if w.back.ListsAreOld(ctx) {
		w.syncOld()
	}
	watching, enough := context.WithCancel(ctx)
	w.looking.Go(func() { w.watch(watching) })
	go func() {
		defer enough()
		tick := time.NewTicker(lookAgain)
		defer tick.Stop()
		for {
			select {
			case <-tick.C:
				if w.back.ListsAreOld(ctx) {
					w.syncOld()
				}
			case <-w.stopped:
				return
			}
		}
	}()
}

// Stop is for Wails: the window is closing. Work under way is cancelled and
// leaves nothing behind.
func (w *Window) Stop(context.Context) {
	close(w.stopped)
	w.jobs.CancelAll()
	w.looking.Wait()
	if w.back != nil {
		w.back.Close()
	}
}

// Failure gives the words for why nothing can be shown, or nil.
func (w *Window) Failure() *text.Words {
	if w.openErr == nil {
		return nil
	}
	words := text.ForError(w.openErr)
	return &words
}

// FormatError is for Wails: what a rejected call carries. As text, since Wails
// puts it into an Error, of which only the message is left.
func FormatError(err error) any {
	words := text.ForError(err)
	data, failed := json.Marshal(words)
	if failed != nil {
		return words.Message
	}
	return string(data)
}

func (w *Window) emit(event string, data any) {
	w.mu.Lock()
	ctx := w.ctx
	w.mu.Unlock()
	if ctx != nil {
		runtime.EventsEmit(ctx, event, data)
	}
}

func (w *Window) context() context.Context {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.ctx == nil {
		return context.Background()
	}
	return w.ctx
}

// PickFolder opens the system's folder picker; "" when nothing was chosen.
func (w *Window) PickFolder(title string) (string, error) {
	return runtime.OpenDirectoryDialog(w.context(), runtime.OpenDialogOptions{Title: title})
}

// PickFile opens the system's file picker; "" when nothing was chosen.
func (w *Window) PickFile(title string) (string, error) {
	return runtime.OpenFileDialog(w.context(), runtime.OpenDialogOptions{Title: title})
}

// OpenLink shows a web page in the user's browser. Only https is let through.
func (w *Window) OpenLink(url string) error {
	if err := backend.CheckLink(url); err != nil {
		return err
	}
	runtime.BrowserOpenURL(w.context(), url)
	return nil
}
