package changeset

import (
	"context"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"toolbay/backend/model"
	"toolbay/backend/text"
)

func open(t *testing.T, dir string, o Options) *Engine {
	t.Helper()
	e, err := Open(dir, o)
	if err != nil {
		t.Fatalf("Open: %v", err)
	}
	return e
}

// engine is one with a fresh folder, and the folder of the user's files.
func engine(t *testing.T, o Options) (e *Engine, user string) {
	t.Helper()
	root := t.TempDir()
	user = filepath.Join(root, "user")
	if err := os.Mkdir(user, 0o755); err != nil {
		t.Fatal(err)
	}
	return open(t, filepath.Join(root, "changes"), o), user
}

// addLine is a Plan that adds a line unless it is there.
func addLine(line string) func([]byte) ([]byte, error) {
	return func(before []byte) ([]byte, error) {
		if strings.Contains(string(before), line+"\n") {
			return before, nil
		}
		return []byte(string(before) + line + "\n"), nil
	}
}

// removeFile is a Plan for a file that should not exist.
func removeFile([]byte) ([]byte, error) { return nil, nil }

func change(files ...File) Change { return Change{Kind: "test", Title: "a change", Files: files} }

func apply(t *testing.T, e *Engine, files ...File) Record {
	t.Helper()
	r, err := e.Apply(context.Background(), change(files...))
	if err != nil {
		t.Fatalf("Apply: %v", err)
	}
	return r
}

func put(t *testing.T, path, content string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(content), 0o644); err != nil {
		t.Fatal(err)
	}
}

func get(t *testing.T, path string) string {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func wantFile(t *testing.T, path, content string) {
	t.Helper()
	if got := get(t, path); got != content {
		t.Errorf("%s = %q, want %q", filepath.Base(path), got, content)
	}
}

func wantAbsent(t *testing.T, path string) {
	t.Helper()
	if exists(path) {
		t.Errorf("%s is there", path)
	}
}

// wantCode checks an error's code, and that the code has words.
func wantCode(t *testing.T, err error, code string) {
	t.Helper()
	if model.Code(err) != code {
		t.Fatalf("error %v, want code %s", err, code)
	}
	if !text.Known(code) {
		t.Errorf("no words for code %s", code)
	}
}

// tree tells all there is under dir: names, modes, contents, links.
func tree(t *testing.T, dir string) string {
	t.Helper()
	var b strings.Builder
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		info, err := d.Info()
		if err != nil {
			return err
		}
		rel, _ := filepath.Rel(dir, path)
		content := ""
		switch {
		case info.Mode()&fs.ModeSymlink != 0:
			if content, err = os.Readlink(path); err != nil {
				return err
			}
		case info.Mode().IsRegular():
			c, err := os.ReadFile(path)
			if err != nil {
				return err
			}
			content = digest(c)[:12] + " " + string(c[:min(len(c), 40)])
		}
		fmt.Fprintf(&b, "%s %v %q\n", rel, info.Mode(), content)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// wantNoTemp fails when anything of ours lies about in the user's folders.
func wantNoTemp(t *testing.T, dir string) {
	t.Helper()
	if s := tree(t, dir); strings.Contains(s, ".toolbay-") {
		t.Errorf("left behind:\n%s", s)
	}
}

// wantSettled fails when a journal is open or a folder has none.
func wantSettled(t *testing.T, e *Engine) {
	t.Helper()
	ids, err := e.ids()
	if err != nil {
		t.Fatal(err)
	}
	for _, id := range ids {
		if j, ok, err := e.load(id); err != nil || !ok || j.State != stateSettled {
			t.Errorf("journal of %s: state %q, present %v, error %v", id, j.State, ok, err)
		}
	}
}

func history(t *testing.T, e *Engine) []Record {
	t.Helper()
	h, err := e.History(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	return h
}

// at is a Fault that does something once, at the first point of that name.
func at(point string, do func()) func(string) {
	done := false
	return func(p string) {
		if p == point && !done {
			done = true
			do()
		}
	}
}
