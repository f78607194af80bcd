package install

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// lay writes files below a folder; a name that ends in ! is a program.
func lay(t *testing.T, dir string, files map[string]string) {
	t.Helper()
	for name, body := range files {
		mode := os.FileMode(0o644)
		if n, ok := strings.CutSuffix(name, "!"); ok {
			name, mode = n, 0o755
		}
		at := filepath.Join(dir, filepath.FromSlash(name))
		if err := errors.Join(os.MkdirAll(filepath.Dir(at), 0o755), os.WriteFile(at, []byte(body), mode)); err != nil {
			t.Fatal(err)
		}
	}
}

func TestCarry(t *testing.T) {
	type files = map[string]string
	for _, c := range []struct {
		name string
		// old and fresh are installed, wrote and made are there since then
		old, wrote, fresh, made files
		replace                 bool
		want                    files
		kept, left              string
	}{
		{name: "nothing", old: files{"cli.js": "1"}, fresh: files{"cli.js": "2"}, want: files{"cli.js": "2"}},
		{name: "notes", old: files{"cli.js": "1"}, wrote: files{"dist/memory.jsonl": "milk"}, fresh: files{"cli.js": "2"},
			want: files{"cli.js": "2", "dist/memory.jsonl": "milk"}, kept: "dist/memory.jsonl"},
		{name: "notes where the trial made some", wrote: files{"notes.db": "milk"}, made: files{"notes.db": "", "notes.db-wal": "trial"}, replace: true,
			want: files{"notes.db": "milk", "notes.db-wal": "-"}, kept: "notes.db"},
		{name: "going back keeps what is there", wrote: files{"notes.db": "milk", "notes.db-wal": "eggs", "more": "x"}, made: files{"notes.db": "tea"},
			want: files{"notes.db": "tea", "notes.db-wal": "-", "more": "x"}, kept: "more", left: "notes.db notes.db-wal"},
		{name: "the same already", wrote: files{"a.txt": "x"}, made: files{"a.txt": "x"}, want: files{"a.txt": "x"}, kept: "a.txt"},
		{name: "what was installed is not replaced", wrote: files{"a.txt": "mine"}, fresh: files{"a.txt": "theirs"}, replace: true,
			want: files{"a.txt": "theirs"}, left: "a.txt"},
		{name: "a changed file", old: files{"set.json": "1", "gone.json": "1"}, wrote: files{"set.json": "mine", "gone.json": "mine"}, fresh: files{"set.json": "2"}, replace: true,
			want: files{"set.json": "2", "gone.json": "mine"}, kept: "gone.json", left: "set.json"},
		{name: "programs stay", old: files{"cli.js": "1"}, wrote: files{"cli.js": "bad", "plug.js": "x", "run!": "x"}, fresh: files{"lib.js": "2"}, replace: true,
			want: files{"plug.js": "-", "run": "-", "cli.js": "-"}, left: "cli.js plug.js run"},
		{name: "another Python", old: files{"env/lib/python3.12/site-packages/a.py": ""}, wrote: files{"env/lib/python3.12/site-packages/a.db": "milk"},
			fresh: files{"env/lib/python3.13/site-packages/a.py": ""}, want: files{"env/lib/python3.13/site-packages/a.db": "milk"},
			kept: "env/lib/python3.12/site-packages/a.db"},
	} {
		t.Run(c.name, func(t *testing.T) {
			from, to := t.TempDir(), t.TempDir()
			lay(t, from, c.old)
			lay(t, to, c.fresh)
			if err := errors.Join(Seal(from), Seal(to)); err != nil {
				t.Fatal(err)
			}
			lay(t, from, c.wrote)
			lay(t, to, c.made)
			for _, dry := range []bool{true, false} {
				got, err := Carry(from, to, c.replace, dry)
				if err != nil || strings.Join(got.Kept, " ") != c.kept || strings.Join(got.Left, " ") != c.left {
					t.Errorf("dry %v: kept %q, left %q, %v", dry, got.Kept, got.Left, err)
				}
			}
			for name, want := range c.want {
				b, err := os.ReadFile(filepath.Join(to, filepath.FromSlash(name)))
				if want == "-" {
					if err == nil {
						t.Errorf("%s is there: %q", name, b)
					}
				} else if string(b) != want {
					t.Errorf("%s holds %q, want %q (%v)", name, b, want, err)
				}
			}
			for name, want := range c.wrote {
				b, err := os.ReadFile(filepath.Join(from, filepath.FromSlash(strings.TrimSuffix(name, "!"))))
				if string(b) != want {
					t.Errorf("%s is %q in the old folder (%v)", name, b, err)
				}
			}
		})
	}
}

// A link that a package brought leads nothing out of its folder.
func TestCarryNotThroughLinks(t *testing.T) {
	from, to, out := t.TempDir(), t.TempDir(), t.TempDir()
	if err := os.Symlink(out, filepath.Join(to, "data")); err != nil {
		t.Skip(err)
	}
	if err := errors.Join(Seal(from), Seal(to)); err != nil {
		t.Fatal(err)
	}
	lay(t, from, map[string]string{"data/notes.txt": "milk"})
	got, err := Carry(from, to, true, false)
	if left, _ := os.ReadDir(out); len(left) != 0 || err == nil && len(got.Kept) != 0 {
		t.Errorf("%v %+v %v", left, got, err)
	}
}

// What was installed before there were seals is told by its age.
func TestOwnWithoutSeal(t *testing.T) {
	dir := t.TempDir()
	lay(t, dir, map[string]string{"cli.js": "1", "data.json": "1", ReceiptName: "{}"})
	before := time.Now().Add(-time.Hour)
	for _, name := range []string{"cli.js", "data.json", ReceiptName} {
		if err := os.Chtimes(filepath.Join(dir, name), before, before); err != nil {
			t.Fatal(err)
		}
	}
	lay(t, dir, map[string]string{"notes.txt": "milk", "plug.js": "x"})
	f, err := Own(dir)
	if err != nil || strings.Join(f.Extra, " ") != "notes.txt" || strings.Join(f.Added, " ") != "plug.js" {
		t.Errorf("%+v %v", f, err)
	}
	if err := os.Remove(filepath.Join(dir, ReceiptName)); err != nil {
		t.Fatal(err)
	}
	if f, err = Own(dir); err != nil || strings.Join(f.Added, " ") != "." {
		t.Errorf("without a receipt: %+v %v", f, err)
	}
	if f, err = Own(filepath.Join(dir, "gone")); err != nil || len(f.Added) != 0 {
		t.Errorf("gone: %+v %v", f, err)
	}
}
