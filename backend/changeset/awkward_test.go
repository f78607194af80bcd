package changeset

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"toolbay/backend/model"
)

func symlink(t *testing.T, to, at string) {
	t.Helper()
	if err := os.Symlink(to, at); err != nil {
		t.Fatal(err)
	}
}

// Each awkward file: what is set up, what is written through, what comes of it.
func TestAwkwardFiles(t *testing.T) {
	for _, c := range []struct {
		name  string
		setup func(t *testing.T, dir string)
		path  string // written; default "f"
		// code of the refusal, else real gets the line
		code    string
		real    string
		inPlace bool
	}{
		{name: "plain", setup: func(t *testing.T, d string) { put(t, d+"/f", "old\n") }},
		{name: "link", setup: func(t *testing.T, d string) {
			put(t, d+"/dot/real", "old\n")
			symlink(t, d+"/dot/real", d+"/f")
		}, real: "dot/real"},
		{name: "relative link", setup: func(t *testing.T, d string) {
			put(t, d+"/dot/real", "old\n")
			symlink(t, "./dot/../dot/real", d+"/f")
		}, real: "dot/real"},
		{name: "chain of links through a linked folder", setup: func(t *testing.T, d string) {
			put(t, d+"/dot/real", "old\n")
			symlink(t, "dot", d+"/folder")
			symlink(t, "folder/real", d+"/second")
			symlink(t, "second", d+"/f")
		}, real: "dot/real"},
		{name: "new file in a linked folder", setup: func(t *testing.T, d string) {
			put(t, d+"/dot/other", "old\n")
			symlink(t, "dot", d+"/folder")
		}, path: "folder/sub/new", real: "dot/sub/new"},
		{name: "dangling link", setup: func(t *testing.T, d string) { symlink(t, "nowhere", d+"/f") }, code: "link_dangling"},
		{name: "link to a dangling link", setup: func(t *testing.T, d string) {
			symlink(t, "nowhere", d+"/g")
			symlink(t, "g", d+"/f")
		}, code: "link_dangling"},
		{name: "folder behind a dangling link", setup: func(t *testing.T, d string) { symlink(t, "nowhere", d+"/folder") },
			path: "folder/f", code: "link_dangling"},
		{name: "link to itself", setup: func(t *testing.T, d string) { symlink(t, "f", d+"/f") }, code: "file_unreadable"},
		{name: "link to a folder", setup: func(t *testing.T, d string) { symlink(t, ".", d+"/f") }, code: "file_is_folder"},
		{name: "folder", setup: func(t *testing.T, d string) {
			if err := os.Mkdir(d+"/f", 0o755); err != nil {
				t.Fatal(err)
			}
		}, code: "file_is_folder"},
		{name: "file where a folder should be", setup: func(t *testing.T, d string) { put(t, d+"/f", "old\n") },
			path: "f/g", code: "file_unreadable"},
		{name: "read-only file", setup: func(t *testing.T, d string) {
			put(t, d+"/f", "old\n")
			if err := os.Chmod(d+"/f", 0o444); err != nil {
				t.Fatal(err)
			}
		}, code: "file_read_only"},
		{name: "file in a read-only folder", setup: func(t *testing.T, d string) {
			put(t, d+"/ro/f", "old\n")
			chmod(t, d+"/ro", 0o555)
		}, path: "ro/f", inPlace: true},
		{name: "new file in a read-only folder", setup: func(t *testing.T, d string) {
			put(t, d+"/ro/other", "old\n")
			chmod(t, d+"/ro", 0o555)
		}, path: "ro/f", code: "folder_read_only"},
		{name: "two hard links", setup: func(t *testing.T, d string) {
			put(t, d+"/g", "old\n")
			if err := os.Link(d+"/g", d+"/f"); err != nil {
				t.Fatal(err)
			}
		}, real: "g", inPlace: true},
		{name: "path that is not absolute", setup: func(*testing.T, string) {}, path: "\x00relative", code: "file_unreadable"},
	} {
		t.Run(c.name, func(t *testing.T) {
			e, user := engine(t, Options{})
			c.setup(t, user)
			if c.path == "" {
				c.path = "f"
			}
			if c.real == "" {
				c.real = c.path
			}
			path := filepath.Join(user, c.path)
			if strings.HasPrefix(c.path, "\x00") {
				path = c.path[1:]
			}
			old := tree(t, user)
			// A second file stands for the rest of a change: all or none.
			other := File{filepath.Join(user, "other", "second"), addLine("ours")}
			r, err := e.Apply(context.Background(), change(other, File{path, addLine("ours")}))
			if c.code != "" {
				wantCode(t, err, c.code)
				_, err = e.Preview(context.Background(), change(File{path, addLine("ours")}))
				wantCode(t, err, c.code)
				if got := tree(t, user); got != old {
					t.Errorf("changed:\n%s\nwas:\n%s", got, old)
				}
				if len(history(t, e)) != 0 {
					t.Error("in history")
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if got := get(t, filepath.Join(user, c.real)); got != "old\nours\n" && got != "ours\n" {
				t.Errorf("%s = %q", c.real, got)
			}
			if r.Files[1].InPlace != c.inPlace || r.Files[1].Path != path {
				t.Errorf("record %+v", r.Files[1])
			}
			wantNoTemp(t, user)
			if _, err := e.Undo(context.Background(), r.ID); err != nil {
				t.Fatal(err)
			}
			if got := tree(t, user); got != old {
				t.Errorf("after undo:\n%s\nwas:\n%s", got, old)
			}
		})
	}
}

func chmod(t *testing.T, path string, mode fs.FileMode) {
	t.Helper()
	if err := os.Chmod(path, mode); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.Chmod(path, 0o755) })
}

func TestModeIsKept(t *testing.T) {
	e, user := engine(t, Options{})
	for _, mode := range []fs.FileMode{0o600, 0o640, 0o664, 0o755, 0o200 | 0o444} {
		f := filepath.Join(user, fmt.Sprintf("f%o", mode))
		put(t, f, "old\n")
		chmod(t, f, mode)
		apply(t, e, File{f, addLine("ours")})
		if info, err := os.Stat(f); err != nil || info.Mode().Perm() != mode {
			t.Errorf("mode %o became %o (%v)", mode, info.Mode().Perm(), err)
		}
	}
}

func TestOneFileUnderTwoNames(t *testing.T) {
	e, user := engine(t, Options{})
	a, link, hard := filepath.Join(user, "a"), filepath.Join(user, "link"), filepath.Join(user, "hard")
	put(t, a, "old\n")
	symlink(t, "a", link)
	if err := os.Link(a, hard); err != nil {
		t.Fatal(err)
	}
	r := apply(t, e, File{a, addLine("1")}, File{link, addLine("2")}, File{hard, addLine("3")})
	wantFile(t, a, "old\n1\n2\n3\n")
	wantFile(t, hard, "old\n1\n2\n3\n")
	if len(r.Files) != 1 {
		t.Errorf("files %+v", r.Files)
	}
}

// Somebody else writes between plan and exchange: at each of these points the
// edit must survive together with ours, however it is written.
func TestChangedByAnotherWhileWeWrite(t *testing.T) {
	ways := map[string]func(t *testing.T, path string){
		"by rename": func(t *testing.T, path string) {
			put(t, path+".tmp", get(t, path)+"theirs\n")
			if err := os.Rename(path+".tmp", path); err != nil {
				t.Fatal(err)
			}
		},
		"by writing": func(t *testing.T, path string) { put(t, path, get(t, path)+"theirs\n") },
	}
	for way, edit := range ways {
		for _, point := range []string{"backup before-0", "temp", "temp complete", "journal exchanging", "exchange", "put back"} {
			t.Run(way+" at "+point, func(t *testing.T) {
				e, user := engine(t, Options{})
				a, b := filepath.Join(user, "a"), filepath.Join(user, "b")
				put(t, a, "old\n")
				put(t, b, "old\n")
				calls := 0
				plan := func(before []byte) ([]byte, error) { calls++; return addLine("ours")(before) }
				do := at(point, func() { edit(t, a) })
				if point == "put back" {
					// A second version arrives before the first one is put back.
					first := at("exchange", func() { put(t, a, "old\nfirst\n") })
					second := do
					do = func(p string) { first(p); second(p) }
				}
				e.o.Fault = do
				_, err := e.Apply(context.Background(), change(File{a, plan}, File{b, addLine("ours")}))
				if point == "put back" {
					// Three versions: the newest stays, the one between is kept.
					wantCode(t, err, "file_busy")
					wantFile(t, a, "old\nours\ntheirs\n")
					wantFile(t, b, "old\n")
					wantNoTemp(t, user)
					s := e.Settled()
					if len(s) != 1 || len(s[0].Found) != 1 || get(t, s[0].Found[0]) != "old\nfirst\n" {
						t.Fatalf("settled %+v", s)
					}
					return
				}
				if err != nil {
					t.Fatal(err)
				}
				wantFile(t, a, "old\ntheirs\nours\n")
				wantFile(t, b, "old\nours\n")
				if calls < 2 {
					t.Errorf("Plan was called %d times", calls)
				}
				wantNoTemp(t, user)
				wantSettled(t, e)
				r := history(t, e)[0]
				if r.Files[0].Before != digest([]byte("old\ntheirs\n")) || r.Files[0].After != digest([]byte("old\ntheirs\nours\n")) {
					t.Errorf("record %+v", r)
				}
				undo(t, e, r.ID)
				wantFile(t, a, "old\ntheirs\n")
			})
		}
	}
}

// A write in place cannot see what comes out; it looks before and after.
func TestChangedByAnotherWhileWeWriteInPlace(t *testing.T) {
	for _, point := range []string{"journal exchanging", "in place, cut"} {
		t.Run(point, func(t *testing.T) {
			e, user := engine(t, Options{})
			a, b := filepath.Join(user, "a"), filepath.Join(user, "b")
			put(t, a, "old\n")
			put(t, b, "old\n")
			if err := os.Link(a, a+".second"); err != nil {
				t.Fatal(err)
			}
			e.o.Fault = at(point, func() { put(t, a, "old\ntheirs\n") })
			r := apply(t, e, File{b, addLine("ours")}, File{a, addLine("ours")})
			wantFile(t, a, "old\ntheirs\nours\n")
			wantFile(t, a+".second", "old\ntheirs\nours\n")
			undo(t, e, r.ID)
			wantFile(t, a, "old\ntheirs\n")
			wantFile(t, b, "old\n")
			wantSettled(t, e)
		})
	}
}

func TestDriftOfOtherKinds(t *testing.T) {
	for _, c := range []struct {
		name     string
		setup    string // content, "" absent
		plan     func([]byte) ([]byte, error)
		meddle   func(t *testing.T, path string)
		code     string
		want     string // "" absent
		noChange bool
	}{
		{name: "new file appears", plan: addLine("ours"),
			meddle: func(t *testing.T, p string) { put(t, p, "theirs\n") }, want: "theirs\nours\n"},
		{name: "file vanishes", setup: "old\n", plan: addLine("ours"),
			meddle: func(t *testing.T, p string) { _ = os.Remove(p) }, want: "ours\n"},
		{name: "file to remove is edited", setup: "old\n", plan: func(b []byte) ([]byte, error) {
			if string(b) == "old\n" {
				return nil, nil
			}
			return b, nil
		}, meddle: func(t *testing.T, p string) { put(t, p, "theirs\n") }, want: "theirs\n", noChange: true},
		{name: "file to remove vanishes", setup: "old\n", plan: removeFile,
			meddle: func(t *testing.T, p string) { _ = os.Remove(p) }, want: "", noChange: true},
		{name: "somebody makes the same change", setup: "old\n", plan: addLine("ours"),
			meddle: func(t *testing.T, p string) { put(t, p, "old\nours\n") }, want: "old\nours\n", noChange: true},
		{name: "the edit breaks the file", setup: "old\n", plan: func(b []byte) ([]byte, error) {
			if strings.Contains(string(b), "broken") {
				return nil, model.Fail("file_unreadable", errors.New("broken"), "path", "a")
			}
			return append(b, "ours\n"...), nil
		}, meddle: func(t *testing.T, p string) { put(t, p, "broken\n") }, code: "file_unreadable", want: "broken\n", noChange: true},
		{name: "a folder takes its place", setup: "old\n", plan: addLine("ours"), meddle: func(t *testing.T, p string) {
			_ = os.Remove(p)
			if err := os.Mkdir(p, 0o755); err != nil {
				t.Fatal(err)
			}
		}, code: "file_is_folder", want: "folder", noChange: true},
	} {
		t.Run(c.name, func(t *testing.T) {
			e, user := engine(t, Options{})
			a, first := filepath.Join(user, "a"), filepath.Join(user, "first")
			put(t, first, "old\n")
			if c.setup != "" {
				put(t, a, c.setup)
			}
			n := 0
			e.o.Fault = func(p string) {
				if p == "exchange" {
					if n++; n == 2 { // the second file's
						c.meddle(t, a)
					}
				}
			}
			_, err := e.Apply(context.Background(), change(File{first, addLine("ours")}, File{a, c.plan}))
			if model.Code(err) != c.code {
				t.Fatalf("error %v, want %q", err, c.code)
			}
			wantFirst := "old\nours\n"
			if c.code != "" {
				wantFirst = "old\n"
			}
			wantFile(t, first, wantFirst)
			switch c.want {
			case "":
				wantAbsent(t, a)
			case "folder":
				if info, err := os.Stat(a); err != nil || !info.IsDir() {
					t.Error("the folder is gone")
				}
			default:
				wantFile(t, a, c.want)
			}
			wantNoTemp(t, user)
			if h := history(t, e); c.code == "" && (len(h) != 1 || c.noChange == (len(h[0].Files) == 2)) {
				t.Errorf("history %+v", h)
			}
			wantSettled(t, e)
		})
	}
}

func TestNoEndOfMeddling(t *testing.T) {
	e, user := engine(t, Options{})
	a, b := filepath.Join(user, "a"), filepath.Join(user, "b")
	put(t, a, "old\n")
	put(t, b, "old\n")
	n, edits := 0, 0
	e.o.Fault = func(p string) {
		if p == "exchange" {
			if n++; n > 1 {
				edits++
				put(t, b, fmt.Sprintf("edit %d\n", edits))
			}
		}
	}
	_, err := e.Apply(context.Background(), change(File{a, addLine("ours")}, File{b, addLine("ours")}))
	wantCode(t, err, "file_busy")
	wantFile(t, a, "old\n")
	wantFile(t, b, fmt.Sprintf("edit %d\n", edits))
	if edits != maxTries+1 {
		t.Errorf("%d tries", edits)
	}
	wantNoTemp(t, user)
	if len(history(t, e)) != 0 {
		t.Error("in history")
	}
}

// A killed process left a change half made, and a file was edited before the
// next start: that file is left alone and told.
func TestEditedBetweenKillAndStart(t *testing.T) {
	root := t.TempDir()
	a, b := filepath.Join(root, "user", "a"), filepath.Join(root, "user", "b")
	put(t, a, "old\n")
	put(t, b, "old\n")
	e := open(t, filepath.Join(root, "changes"), Options{})
	stop := errors.New("stop")
	e.o.Fault = at("looked at what came out", func() { panic(stop) })
	func() {
		defer func() {
			if r := recover(); r != stop {
				panic(r)
			}
		}()
		apply(t, e, File{a, addLine("ours")}, File{b, addLine("ours")})
	}()
	wantFile(t, a, "old\nours\n")
	put(t, a, "old\nours\ntheirs\n")
	e = open(t, e.dir, Options{})
	wantFile(t, a, "old\nours\ntheirs\n")
	wantFile(t, b, "old\n")
	wantNoTemp(t, filepath.Join(root, "user"))
	s := e.Settled()
	if len(s) != 1 || s[0].Outcome != "left" || fmt.Sprint(s[0].Left) != fmt.Sprint([]string{a}) || s[0].Err != nil {
		t.Fatalf("settled %+v", s)
	}
	h := history(t, e)
	if len(h) != 1 || h[0].Undoable || h[0].WhyNot != "change_incomplete" {
		t.Errorf("history %+v", h)
	}
	_, err := e.Undo(context.Background(), h[0].ID)
	wantCode(t, err, "change_incomplete")
	if again := open(t, e.dir, Options{}).Settled(); len(again) != 0 {
		t.Errorf("settled again %+v", again)
	}
	wantFile(t, filepath.Join(e.dir, h[0].ID, "before-0"), "old\n")
}
