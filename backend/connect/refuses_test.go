//go:build unix

package connect

import (
	"os"
	"path/filepath"
	"testing"

	"toolbay/backend/model"
)

// TestRefuses: only what no repair of the file changes is a reason.
func TestRefuses(t *testing.T) {
	d := newDesk(t)
	d.write(files["codex"], "model = \"x\"\n")
	d.write(files["vscode"], `{"servers":`)
	d.write(".claude.json", "{}")
	must(t, os.MkdirAll(filepath.Join(d.c.System.Root, "etc/claude-code"), 0o755))
	must(t, os.WriteFile(filepath.Join(d.c.System.Root, "etc/claude-code/managed-mcp.json"), []byte("{}"), 0o644))
	for _, tc := range []struct{ app, server, code string }{
		{"codex", "notes", ""},
		{"vscode", "notes", ""}, // broken, and can be repaired
		{"claude-code", "notes", "app_managed"},
		{"cursor", "notes", "app_not_found"},
		{"librechat", "notes", "app_needs_file"},
	} {
		app, err := d.c.Apps.LookOne(d.c.System, tc.app, "")
		must(t, err)
		if err := Refuses(app, tc.server); model.Code(err) != tc.code {
			t.Errorf("%s: %v, want %q", tc.app, err, tc.code)
		}
	}
	must(t, os.Remove(filepath.Join(d.c.System.Root, "etc/claude-code/managed-mcp.json")))
	app, err := d.c.Apps.LookOne(d.c.System, "claude-code", "")
	must(t, err)
	if err := Refuses(app, "workspace"); model.Code(err) != "name_reserved" {
		t.Errorf("a reserved name: %v", err)
	}
}
