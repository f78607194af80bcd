package backend

import (
	"os"
	"path/filepath"
	"testing"

	"toolbay/backend/model"
)

func TestDropped(t *testing.T) {
	dir := t.TempDir()
	write := func(name, text string) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	const profile = `{"toolbay": 1, "name": "Shop", "servers": []}`
	for name, c := range map[string]struct {
		path, kind string
		ok         bool
	}{
		"a folder":            {dir, "folder", true},
		"a profile":           {write("shop.json", profile), "profile", true},
		"a newer one":         {write("new.json", `{"toolbay": 99, "name": "Shop"}`), "profile", true},
		"another file":        {write("mcp.json", `{"mcpServers": {}}`), "profile", false},
		"a profile as text":   {write("shop.txt", profile), "", false},
		"nothing there":       {filepath.Join(dir, "gone.json"), "", false},
		"a name without path": {"shop.json", "", false},
	} {
		t.Run(name, func(t *testing.T) {
			if kind, ok := Dropped(c.path); ok != c.ok || ok && kind != c.kind {
				t.Errorf("%q, %v", kind, ok)
			}
		})
	}
}

func TestReadProfileFile(t *testing.T) {
	dir := t.TempDir()
	if _, err := ReadProfileFile(dir); model.Code(err) != "import_unreadable" {
		t.Errorf("a folder that declares nothing: %v", err)
	}
	if err := os.WriteFile(filepath.Join(dir, ProjectFile), []byte("{}"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{dir, filepath.Join(dir, ProjectFile)} {
		if data, err := ReadProfileFile(path); err != nil || string(data) != "{}" {
			t.Errorf("%s: %q, %v", path, data, err)
		}
	}
}
