package app

import "toolbay/backend"

// Keys lists the keys of all servers, never their values.
func (w *Window) Keys() ([]backend.KeyView, error) { return w.back.Keys(w.context()) }

// ReplaceKey gives a key a new value.
func (w *Window) ReplaceKey(server, profile, name, value string) error {
	return w.back.ReplaceKey(w.context(), server, name, value, false)
}

// RemoveKey forgets a key.
func (w *Window) RemoveKey(server, profile, name string) error {
	return w.back.RemoveKey(w.context(), server, name)
}
