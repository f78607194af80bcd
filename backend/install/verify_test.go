package install

import (
	"encoding/binary"
	"os"
	"path/filepath"
	"reflect"
	"runtime"
	"testing"

	"toolbay/backend/model"
)

// sealed is a folder as an install leaves it.
func sealed(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	for name, body := range map[string]string{
		"receipt.json": "{}", "node_modules/a/index.js": "run()", "lib/server.py": "run()", "lib/data.txt": "x",
	} {
		put(t, dir, name, body)
	}
	if runtime.GOOS != "windows" {
		if err := os.Symlink("a/index.js", filepath.Join(dir, "node_modules", "link.js")); err != nil {
			t.Fatal(err)
		}
	}
	if err := Seal(dir); err != nil {
		t.Fatal(err)
	}
	return dir
}

func put(t *testing.T, dir, name, body string) {
	t.Helper()
	path := filepath.Join(dir, filepath.FromSlash(name))
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(body), 0o644); err != nil {
		t.Fatal(err)
	}
}

// pyc is what Python keeps of lib/server.py, with a head that fits or not.
func pyc(t *testing.T, dir string, flags uint32, later int64) string {
	t.Helper()
	st, err := os.Stat(filepath.Join(dir, "lib", "server.py"))
	if err != nil {
		t.Fatal(err)
	}
	head := []byte{1, 2, 3, 4}
	for _, w := range []uint32{flags, uint32(st.ModTime().Unix() + later), uint32(st.Size())} {
		head = binary.LittleEndian.AppendUint32(head, w)
	}
	return string(head) + "code"
}

func TestVerify(t *testing.T) {
	for _, c := range []struct {
		name   string
		change func(t *testing.T, dir string)
		want   Findings
	}{
		{"as it was", func(*testing.T, string) {}, Findings{}},
		{"a file that changed", func(t *testing.T, dir string) { put(t, dir, "node_modules/a/index.js", "steal()") },
			Findings{Changed: []string{"node_modules/a/index.js"}}},
		{"a file that is gone", func(t *testing.T, dir string) { os.Remove(filepath.Join(dir, "lib", "data.txt")) },
			Findings{Missing: []string{"lib/data.txt"}}},
		{"the receipt too", func(t *testing.T, dir string) { put(t, dir, "receipt.json", "{ }") },
			Findings{Changed: []string{"receipt.json"}}},
		{"a program that was added", func(t *testing.T, dir string) { put(t, dir, "node_modules/b/index.js", "") },
			Findings{Added: []string{"node_modules/b/index.js"}}},
		{"a package.json leads node elsewhere", func(t *testing.T, dir string) { put(t, dir, "node_modules/a/package.json", "{}") },
			Findings{Added: []string{"node_modules/a/package.json"}}},
		{"what a server keeps", func(t *testing.T, dir string) { put(t, dir, "lib/memory.json", "{}") },
			Findings{Extra: []string{"lib/memory.json"}}},
		{"what Python keeps", func(t *testing.T, dir string) {
			put(t, dir, "lib/__pycache__/server.cpython-312.pyc", pyc(t, dir, 0, 0))
			put(t, dir, "lib/__pycache__/server.cpython-312.opt-1.pyc", pyc(t, dir, 0, 0))
		}, Findings{}},
		{"what Python would not take", func(t *testing.T, dir string) {
			put(t, dir, "lib/__pycache__/server.cpython-312.pyc", pyc(t, dir, 0, 1))
		}, Findings{Added: []string{"lib/__pycache__/server.cpython-312.pyc"}}},
		{"what Python takes unseen", func(t *testing.T, dir string) {
			put(t, dir, "lib/__pycache__/server.cpython-312.pyc", pyc(t, dir, 1, 0))
		}, Findings{Added: []string{"lib/__pycache__/server.cpython-312.pyc"}}},
		{"kept of a source that changed", func(t *testing.T, dir string) {
			put(t, dir, "lib/server.py", "steal()")
			put(t, dir, "lib/__pycache__/server.cpython-312.pyc", pyc(t, dir, 0, 0))
		}, Findings{Changed: []string{"lib/server.py"}, Added: []string{"lib/__pycache__/server.cpython-312.pyc"}}},
		{"kept of no source", func(t *testing.T, dir string) {
			put(t, dir, "lib/__pycache__/other.cpython-312.pyc", pyc(t, dir, 0, 0))
		}, Findings{Added: []string{"lib/__pycache__/other.cpython-312.pyc"}}},
		{"elsewhere it is a program", func(t *testing.T, dir string) { put(t, dir, "lib/server.cpython-312.pyc", pyc(t, dir, 0, 0)) },
			Findings{Added: []string{"lib/server.cpython-312.pyc"}}},
	} {
		t.Run(c.name, func(t *testing.T) {
			dir := sealed(t)
			c.change(t, dir)
			got, err := Verify(dir)
			if err != nil {
				t.Fatal(err)
			}
			if got.Files < 4 {
				t.Errorf("looked at %d files", got.Files)
			}
			got.Files = 0
			if !reflect.DeepEqual(got, c.want) {
				t.Errorf("got %+v, want %+v", got, c.want)
			}
			if (got.Wrong() == "") != (len(c.want.Changed)+len(c.want.Missing)+len(c.want.Added) == 0) {
				t.Errorf("wrong: %q", got.Wrong())
			}
		})
	}
}

func TestVerifyLinks(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("links need a right of their own there")
	}
	dir := sealed(t)
	link := filepath.Join(dir, "node_modules", "link.js")
	os.Remove(link)
	if err := os.Symlink("/elsewhere.js", link); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink("/elsewhere", filepath.Join(dir, "new")); err != nil {
		t.Fatal(err)
	}
	tool := filepath.Join(dir, "tool")
	if err := os.WriteFile(tool, nil, 0o755); err != nil {
		t.Fatal(err)
	}
	got, err := Verify(dir)
	if err != nil {
		t.Fatal(err)
	}
	if want := (Findings{Files: 5, Changed: []string{"node_modules/link.js"}, Added: []string{"new", "tool"}}); !reflect.DeepEqual(got, want) {
		t.Errorf("got %+v, want %+v", got, want)
	}
}

func TestVerifyWithoutSeal(t *testing.T) {
	dir := sealed(t)
	put(t, dir, SealName, "[1")
	if _, err := Verify(dir); model.Code(err) != "receipt_unreadable" {
		t.Errorf("a broken seal: %v", err)
	}
	os.Remove(filepath.Join(dir, SealName))
	if _, err := Verify(dir); model.Code(err) != "seal_missing" {
		t.Errorf("no seal: %v", err)
	}
	if _, err := Verify(filepath.Join(dir, "nowhere")); model.Code(err) != "seal_missing" {
		t.Errorf("no folder: %v", err)
	}
}
