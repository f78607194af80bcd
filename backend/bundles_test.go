package backend

import (
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
)

func TestOpening(t *testing.T) {
	dir := t.TempDir()
	write := func(name string) string {
		t.Helper()
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte("x"), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	plain, old, spaced, other := write("notes.mcpb"), write("Old.DXT"), write("my notes 1%.mcpb"), write("notes.zip")
	if err := os.Mkdir(filepath.Join(dir, "folder.mcpb"), 0o700); err != nil {
		t.Fatal(err)
	}
	slash := filepath.ToSlash(spaced)
	if runtime.GOOS == "windows" {
		slash = "/" + slash
	}
	address := "file://" + strings.NewReplacer(" ", "%20", "%", "%25").Replace(slash)
	for _, c := range []struct{ name, arg, dir, ref, kind string }{
		{"a file", plain, "", "mcpb:" + plain, "file"},
		{"the older kind of file", old, "", "mcpb:" + old, "file"},
		{"a file beside the start", "notes.mcpb", dir, "mcpb:" + plain, "file"},
		{"a file's address", address, "", "mcpb:" + spaced, "file"},
		{"a link", "toolbay://install?npm=x", "", "toolbay://install?npm=x", "link"},
		{"a link in capitals", "TOOLBAY://install?npm=x", "", "TOOLBAY://install?npm=x", "link"},
		{"a beside file without a folder", "notes.mcpb", "", "", ""},
		{"another file", other, "", "", ""},
		{"a folder", "folder.mcpb", dir, "", ""},
		{"no file", "gone.mcpb", dir, "", ""},
		{"an option", "-assetdir", dir, "", ""},
		{"a web page", "https://example.com/notes.mcpb", dir, "", ""},
		{"a file of another computer", "file://elsewhere/notes.mcpb", dir, "", ""},
		{"a link without end", "toolbay://" + strings.Repeat("a", 9<<10), "", "", ""},
		{"nothing", "", dir, "", ""},
		{"a path cut short", plain + "\x00.mcpb", "", "", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			ref, kind, ok := Opening(c.arg, c.dir)
			if ref != c.ref || kind != c.kind || ok != (c.ref != "") {
				t.Errorf("got %q %q %v, want %q %q", ref, kind, ok, c.ref, c.kind)
			}
		})
	}
}
