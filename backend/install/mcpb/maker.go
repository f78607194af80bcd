package mcpb

import (
	"io"
	"os"
	"path/filepath"

	"toolbay/backend/bundle"
)

// Maker is what the manifest of an installed bundle calls itself and its author,
// "" for a folder that has no readable one. Nobody vouches for either name: that
// they are others than before is what tells.
func Maker(dir string) string {
	f, err := os.Open(filepath.Join(dir, unpacked, "manifest.json"))
	if err != nil {
		return ""
	}
	defer f.Close()
	raw, err := io.ReadAll(io.LimitReader(f, 1<<20))
	if err != nil {
		return ""
	}
	m, reason := bundle.ReadManifest(raw)
	switch {
	case reason.Fatal:
		return ""
	case m.Author.Name == "":
		return m.Name
	}
	return m.Author.Name + " (" + m.Name + ")"
}
