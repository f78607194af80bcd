package secrets

import (
	"os"
	"path/filepath"
	"reflect"
	"runtime"
	"strings"
	"testing"

	"toolbay/backend/model"
)

func TestItemName(t *testing.T) {
	cases := []struct{ name, server, profile, want, code string }{
		{"server", "github", "", "github", ""},
		{"server and profile", "github", "work-2", "github@work-2", ""},
		{"longest", strings.Repeat("a", 20), "", strings.Repeat("a", 20), ""},
		{"empty", "", "", "", "server_unknown"},
		{"too long", strings.Repeat("a", 21), "", "", "server_unknown"},
		{"upper case", "GitHub", "", "", "server_unknown"},
		{"path", "../x", "", "", "server_unknown"},
		{"profile in the server", "a@b", "", "", "server_unknown"},
		{"path in the profile", "a", "../b", "", "secret_unknown"},
		{"a source", "source.reg-acme", "", "source.reg-acme", ""},
		{"a source with a path", "source.../x", "", "", "server_unknown"},
		{"a source with a profile", "source.reg-acme", "work", "", "server_unknown"},
		{"part of another item", "a#a.0", "", "", "server_unknown"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			got, err := itemName(c.server, c.profile)
			if got != c.want || model.Code(err) != c.code {
				t.Fatalf("got %q %v, want %q %q", got, err, c.want, c.code)
			}
		})
	}
}

func TestServiceNameGoesByTheRealPath(t *testing.T) {
	dir := t.TempDir()
	home := filepath.Join(dir, "elsewhere")
	usual := filepath.Join(dir, ".toolbay")
	for _, d := range []string{home, usual} {
		if err := os.Mkdir(d, 0o700); err != nil {
			t.Fatal(err)
		}
	}
	if got := serviceName(usual); got != "toolbay" {
		t.Errorf("usual home: %q", got)
	}
	other := serviceName(home)
	if !strings.HasPrefix(other, "toolbay:") || len(other) != len("toolbay:")+8 {
		t.Errorf("other home: %q", other)
	}
	if got := serviceName(home + "/./"); got != other {
		t.Errorf("uncleaned path: %q, want %q", got, other)
	}
	if runtime.GOOS == "windows" {
		return // links need a privilege there
	}
	link := filepath.Join(dir, "link")
	if err := os.Symlink(home, link); err != nil {
		t.Fatal(err)
	}
	if got := serviceName(link); got != other {
		t.Errorf("through a link: %q, want %q", got, other)
	}
}

func TestFile(t *testing.T) {
	home := t.TempDir()
	keys := OpenFile(home)
	if _, err := keys.Get("notes", ""); model.Code(err) != "secret_unknown" {
		t.Fatalf("before: %v", err)
	}
	want := map[string]string{"TOKEN": "a \"b\" \x01 ü"}
	for _, values := range []map[string]string{{"OLD": "x"}, want} {
		if err := keys.Set("notes", "", values); err != nil {
			t.Fatal(err)
		}
	}
	if err := keys.Set("notes", "work", map[string]string{"TOKEN": "other"}); err != nil {
		t.Fatal(err)
	}
	got, err := keys.Get("notes", "")
	if err != nil || !reflect.DeepEqual(got, want) {
		t.Fatalf("got %v %v", got, err)
	}
	if _, err := keys.Get("notes", "private"); model.Code(err) != "secret_unknown" {
		t.Fatalf("a profile without keys took another's: %v", err)
	}
	if runtime.GOOS != "windows" {
		for path, mode := range map[string]os.FileMode{"keys": 0o700 | os.ModeDir, "keys/notes.json": 0o600, "keys/notes@work.json": 0o600} {
			st, err := os.Stat(filepath.Join(home, path))
			if err != nil || st.Mode() != mode {
				t.Errorf("%s: %v %v, want %v", path, st.Mode(), err, mode)
			}
		}
	}
	for range 2 {
		if err := keys.Delete("notes", ""); err != nil {
			t.Fatal(err)
		}
	}
	if err := keys.Set("notes", "work", nil); err != nil {
		t.Fatal(err)
	}
	left, err := os.ReadDir(filepath.Join(home, "keys"))
	if err != nil || len(left) != 0 {
		t.Fatalf("left behind: %v %v", left, err)
	}
}

func TestFileClosesAFolderThatWasOpen(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("no modes there")
	}
	home := t.TempDir()
	if err := os.Mkdir(filepath.Join(home, "keys"), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := OpenFile(home).Set("notes", "", map[string]string{"A": "b"}); err != nil {
		t.Fatal(err)
	}
	st, err := os.Stat(filepath.Join(home, "keys"))
	if err != nil || st.Mode().Perm() != 0o700 {
		t.Fatalf("%v %v", st.Mode(), err)
	}
}

func TestFileThatCannotBeRead(t *testing.T) {
	home := t.TempDir()
	path := filepath.Join(home, "keys", "notes.json")
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(`{"TOKEN": hunter2`), 0o600); err != nil {
		t.Fatal(err)
	}
	_, err := OpenFile(home).Get("notes", "")
	if model.Code(err) != "keys_file_failed" || strings.Contains(err.Error(), "hunter2") {
		t.Fatalf("%v", err)
	}
}
