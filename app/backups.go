package app

import "toolbay/backend"

// Backups lists the versions of an app's files.
func (w *Window) Backups(app string) (backend.BackupList, error) {
	return w.back.Backups(w.context(), "", app)
}

// PreviewRestore shows what going back to a version would change.
func (w *Window) PreviewRestore(file, version string) (backend.ChangeResult, error) {
	return w.back.Restore(w.context(), file, version, true, true)
}

// Restore makes a file what it was in a version. agreed is the yes to one that
// its apps cannot read; how is what closing reads.
func (w *Window) Restore(file, version string, agreed bool, how string) (backend.ChangeResult, error) {
	would, err := w.back.Restore(w.context(), file, version, true, agreed)
	if err == nil {
		err = w.back.CloseFirst(w.context(), appsOf(would.Restart), closing(how))
	}
	if err != nil {
		return backend.ChangeResult{}, err
	}
	return w.back.Restore(w.context(), file, version, false, agreed)
}
