package app

import "toolbay/backend"

// Keys lists the keys of all servers, never their values. The apps are given
// by name.
func (w *Window) Keys() ([]backend.KeyView, error) {
	keys, err := w.back.Keys(w.context())
	for i := range keys {
		names := []string{}
		for _, id := range keys[i].Apps {
			names = append(names, w.back.AppName(id))
		}
		keys[i].Apps = names
	}
	return keys, err
}

// ReplaceKey gives a key a new value.
func (w *Window) ReplaceKey(server, profile, name, value string) error {
	return w.back.ReplaceKey(w.context(), server, name, value, false)
}

// RemoveKey forgets a key.
func (w *Window) RemoveKey(server, profile, name string) error {
	return w.back.RemoveKey(w.context(), server, name)
}
