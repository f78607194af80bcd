package app

import "toolbay/backend"

// OpenFiles takes files that were dropped on the window and gives those that
// Toolbay can open.
func (w *Window) OpenFiles(paths []string) []Opening {
	out := []Opening{}
	for _, path := range paths {
		if ref, kind, ok := backend.Opening(path, ""); ok {
			out = append(out, Opening{Ref: ref, Kind: kind})
		}
	}
	return out
}
