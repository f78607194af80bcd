package app

import "toolbay/backend"

// History lists every write, newest first.
func (w *Window) History() ([]backend.ChangeView, error) { return w.back.History(w.context()) }

// ChangeDiff shows what a change did.
func (w *Window) ChangeDiff(id string) ([]backend.FileDiff, error) {
	return w.back.Diff(w.context(), id)
}

// Undo takes a change back.
func (w *Window) Undo(id string) (backend.ChangeResult, error) {
	return w.back.Undo(w.context(), id, false)
}
