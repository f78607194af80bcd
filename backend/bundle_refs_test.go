package backend

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"toolbay/backend/model"
)

func TestBundleRefs(t *testing.T) {
	dir := t.TempDir()
	t.Chdir(dir)
	if err := os.WriteFile("notes-1.2.0.mcpb", []byte("x"), 0o600); err != nil {
		t.Fatal(err)
	}
	whole := filepath.Join(dir, "notes-1.2.0.mcpb")
	for _, c := range []struct{ name, ref, id, called, code string }{
		{"a path", "mcpb:notes-1.2.0.mcpb", whole, "notes", ""},
		{"a whole path", "mcpb:" + whole, whole, "notes", ""},
		{"the path alone", "notes-1.2.0.mcpb", whole, "notes", ""},
		{"an address", "mcpb:https://example.com/a/Notes_v2-darwin-arm64.mcpb?x=1", "https://example.com/a/Notes_v2-darwin-arm64.mcpb?x=1", "Notes", ""},
		{"an extension", "claude-extension:ant.dir.gh.acme.notes", "claude-extension:ant.dir.gh.acme.notes", "notes", ""},
		{"an extension in other words", "mcpb:claude-extension:local.mcpb.ann.notes", "claude-extension:local.mcpb.ann.notes", "notes", ""},
		{"an extension that leads away", "claude-extension:../../etc", "", "", "extension_unknown"},
		{"nothing", "mcpb:", "", "", "wrong_use"},
	} {
		t.Run(c.name, func(t *testing.T) {
			l, ok, err := parseRef(c.ref)
			if !ok || model.Code(err) != c.code && (c.code != "" || err != nil) {
				t.Fatalf("%v %v, want %q", ok, err, c.code)
			}
			if c.code != "" {
				return
			}
			p := l.Packages[0]
			if p.Type != "mcpb" || p.Identifier != c.id || l.Name != c.called {
				t.Errorf("package %+v called %q, want %q called %q", p, l.Name, c.id, c.called)
			}
		})
	}
	for _, other := range []string{"gone.mcpb", "io.github.acme/notes", "notes"} {
		if _, ok, _ := parseBundleRef(other); ok {
			t.Errorf("%q is taken for a bundle", other)
		}
	}
}

func TestBundleName(t *testing.T) {
	for id, want := range map[string]string{
		"/d/arxiv-mcp-server-darwin-arm64-0.3.1.mcpb": "arxiv-mcp-server", "/d/notes (1).dxt": "notes", "/d/qector-claude-desktop-1.0.6.mcpb": "qector-claude-desktop",
		"/d/libgen-mcp-windows.mcpb": "libgen-mcp", "/d/notes-v2.0.0-beta.1.mcpb": "notes", "/d/web3.mcpb": "web3", "https://example.com/x/Excel%20Tools-1.0.mcpb": "Excel Tools",
	} {
		if got := bundleName(id); got != want {
			t.Errorf("%s is called %q, want %q", id, got, want)
		}
	}
}

// Folders that a desktop has moved are those that a bundle's defaults mean.
func TestPersonalFolders(t *testing.T) {
	home := t.TempDir()
	t.Setenv("XDG_CONFIG_HOME", filepath.Join(home, "config"))
	if err := os.MkdirAll(filepath.Join(home, "config"), 0o700); err != nil {
		t.Fatal(err)
	}
	dirs := "# mine\nXDG_DOCUMENTS_DIR=\"$HOME/Dokumente\"\nXDG_DESKTOP_DIR=\"relative\"\nXDG_DOWNLOAD_DIR=\"" + filepath.ToSlash(home) + "/in\"\n"
	if err := os.WriteFile(filepath.Join(home, "config", "user-dirs.dirs"), []byte(dirs), 0o600); err != nil {
		t.Fatal(err)
	}
	f := personalFolders(home)
	if f.Home != home || f.Desktop != filepath.Join(home, "Desktop") {
		t.Errorf("%+v", f)
	}
	if os.PathSeparator == '/' && (f.Documents != home+"/Dokumente" || f.Downloads != home+"/in") {
		t.Errorf("%+v", f)
	}
	if none := personalFolders(""); none.Home != "" || none.Documents != "" {
		t.Errorf("without a home %+v", none)
	}
}

func TestExtensionSettings(t *testing.T) {
	root := t.TempDir()
	dir := filepath.Join(root, "Claude Extensions Settings")
	if err := os.MkdirAll(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	write := func(id, text string) {
		t.Helper()
		if err := os.WriteFile(filepath.Join(dir, id+".json"), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write("a", `{"isEnabled":true,"userConfig":{"dir":"/d","dirs":["/a","/b"],"n":10.0,"big":1e21,"yes":false,"key":"__encrypted__:djEwx","keys":["__encrypted__:a"],"line":"a\nb","odd":{},"none":null}}`)
	plain, locked, enabled := extensionSettings(root, "a")
	want := map[string]string{"dir": "/d", "dirs": "/a\n/b", "n": "10", "big": "1000000000000000000000", "yes": "false"}
	if !enabled || strings.Join(locked, " ") != "key keys" || len(plain) != len(want) {
		t.Errorf("%q %q %v", plain, locked, enabled)
	}
	for k, v := range want {
		if plain[k] != v {
			t.Errorf("%s is %q, want %q", k, plain[k], v)
		}
	}
	for id, text := range map[string]string{"broken": `{"isEnabled":tr`, "list": `[]`, "huge": `{"isEnabled":true,"x":"` + strings.Repeat("x", maxSettingsFile) + `"}`} {
		write(id, text)
		if plain, locked, enabled := extensionSettings(root, id); len(plain) != 0 || locked != nil || enabled {
			t.Errorf("%s: %q %q %v", id, plain, locked, enabled)
		}
	}
	if _, _, enabled := extensionSettings(root, "absent"); enabled {
		t.Error("without settings it is switched on")
	}
}
