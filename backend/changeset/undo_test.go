package changeset

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"toolbay/backend/model"
)

func undo(t *testing.T, e *Engine, id string) Record {
	t.Helper()
	r, err := e.Undo(context.Background(), id)
	if err != nil {
		t.Fatalf("Undo(%q): %v", id, err)
	}
	return r
}

func TestUndoAndUndoOfUndo(t *testing.T) {
	e, user := engine(t, Options{})
	a, empty, gone := filepath.Join(user, "a"), filepath.Join(user, "empty"), filepath.Join(user, "gone")
	made := filepath.Join(user, "x", "y", "new")
	put(t, a, "one\r\n")
	put(t, empty, "")
	put(t, gone, "bye\n")
	if err := os.Chmod(gone, 0o640); err != nil {
		t.Fatal(err)
	}
	old := tree(t, user)
	r := apply(t, e, File{a, addLine("two")}, File{empty, addLine("x")}, File{gone, removeFile}, File{made, addLine("x")})
	done := tree(t, user)

	u := undo(t, e, r.ID)
	if got := tree(t, user); got != old {
		t.Errorf("after undo:\n%s\nwant:\n%s", got, old)
	}
	if u.Undoes != r.ID || u.Kind != "undo" || u.Title != r.Title {
		t.Errorf("record of the undo %+v", u)
	}
	_, err := e.Undo(context.Background(), r.ID)
	wantCode(t, err, "not_undoable")
	_, err = e.Undo(context.Background(), "")
	wantCode(t, err, "not_undoable")
	h := history(t, e)
	if h[0].ID != u.ID || !h[0].Undoable || h[1].Undoable || h[1].WhyNot != "not_undoable" {
		t.Errorf("history %+v", h)
	}

	redo := undo(t, e, u.ID)
	if got := tree(t, user); got != done {
		t.Errorf("after redo:\n%s\nwant:\n%s", got, done)
	}
	h = history(t, e)
	if !h[0].Undoable || h[1].WhyNot != "not_undoable" || !h[2].Undoable {
		t.Errorf("history after redo %+v", h)
	}
	if redo.Undoes != u.ID {
		t.Errorf("redo %+v", redo)
	}
	// The change stands again, so the newest one to undo is itself.
	if u = undo(t, e, ""); u.Undoes != r.ID {
		t.Errorf("undid %s, want %s", u.Undoes, r.ID)
	}
	if got := tree(t, user); got != old {
		t.Errorf("after the second undo:\n%s", got)
	}
	wantSettled(t, e)
}

func TestUndoTwiceGoesBackTwoChanges(t *testing.T) {
	e, user := engine(t, Options{})
	a := filepath.Join(user, "a")
	put(t, a, "0\n")
	first := apply(t, e, File{a, addLine("1")})
	second := apply(t, e, File{a, addLine("2")})
	if u := undo(t, e, ""); u.Undoes != second.ID {
		t.Errorf("undid %s", u.Undoes)
	}
	wantFile(t, a, "0\n1\n")
	if u := undo(t, e, ""); u.Undoes != first.ID {
		t.Errorf("undid %s", u.Undoes)
	}
	wantFile(t, a, "0\n")
}

func TestUndoRefusesDrift(t *testing.T) {
	for name, drift := range map[string]func(t *testing.T, b string){
		"edited":  func(t *testing.T, b string) { put(t, b, "old\nours\nlater\n") },
		"removed": func(t *testing.T, b string) { _ = os.Remove(b) },
		"moved and linked": func(t *testing.T, b string) {
			if err := os.Rename(b, b+".real"); err != nil {
				t.Fatal(err)
			}
			if err := os.Symlink(b+".real", b); err != nil {
				t.Fatal(err)
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			e, user := engine(t, Options{})
			a, b := filepath.Join(user, "a"), filepath.Join(user, "b")
			put(t, a, "old\n")
			put(t, b, "old\n")
			r := apply(t, e, File{a, addLine("ours")}, File{b, addLine("ours")})
			drift(t, b)
			before := tree(t, user)
			for _, id := range []string{r.ID, ""} {
				_, err := e.Undo(context.Background(), id)
				wantCode(t, err, "file_drifted")
			}
			if tree(t, user) != before {
				t.Error("something was written")
			}
			h := history(t, e)
			if len(h) != 1 || name != "moved and linked" && (h[0].Undoable || h[0].WhyNot != "file_drifted") {
				t.Errorf("history %+v", h)
			}
		})
	}
}

func TestUndoOfARemovalThroughALink(t *testing.T) {
	e, user := engine(t, Options{})
	real, link := filepath.Join(user, "dotfiles", "a"), filepath.Join(user, "a")
	put(t, real, "x\n")
	if err := os.Symlink("dotfiles/a", link); err != nil {
		t.Fatal(err)
	}
	old := tree(t, user)
	r := apply(t, e, File{link, removeFile})
	wantAbsent(t, real)
	undo(t, e, r.ID)
	if got := tree(t, user); got != old {
		t.Errorf("after undo:\n%s\nwant:\n%s", got, old)
	}
}

func TestFoldersWeMadeGoWithTheLastFile(t *testing.T) {
	e, user := engine(t, Options{})
	theirs := filepath.Join(user, "theirs")
	if err := os.Mkdir(theirs, 0o755); err != nil {
		t.Fatal(err)
	}
	old := tree(t, user)
	a, b := filepath.Join(theirs, "ours", "a"), filepath.Join(theirs, "ours", "b")
	apply(t, e, File{a, addLine("x")})
	apply(t, e, File{b, addLine("x")})
	apply(t, e, File{a, removeFile})
	wantFile(t, b, "x\n")
	r := apply(t, e, File{b, removeFile})
	if got := tree(t, user); got != old {
		t.Errorf("after removing both:\n%s\nwant:\n%s", got, old)
	}
	undo(t, e, r.ID)
	wantFile(t, b, "x\n")
	undo(t, e, history(t, e)[0].ID)
	if got := tree(t, user); got != old {
		t.Errorf("after undo of undo:\n%s\nwant:\n%s", got, old)
	}
	// A folder that has something else in it stays.
	apply(t, e, File{a, addLine("x")})
	put(t, filepath.Join(theirs, "ours", "notes"), "mine")
	apply(t, e, File{a, removeFile})
	wantFile(t, filepath.Join(theirs, "ours", "notes"), "mine")
	wantAbsent(t, a)
}

func TestUndoDriftingMeanwhileTakesAllBack(t *testing.T) {
	dir := t.TempDir()
	a, b := filepath.Join(dir, "user", "a"), filepath.Join(dir, "user", "b")
	put(t, a, "old\n")
	put(t, b, "old\n")
	e := open(t, filepath.Join(dir, "changes"), Options{})
	r := apply(t, e, File{a, addLine("ours")}, File{b, addLine("ours")})
	e.o.Fault = at("looked at what came out", func() { put(t, b, "old\nours\nlater\n") })
	_, err := e.Undo(context.Background(), r.ID)
	wantCode(t, err, "file_drifted")
	wantFile(t, a, "old\nours\n")
	wantFile(t, b, "old\nours\nlater\n")
	wantNoTemp(t, filepath.Join(dir, "user"))
	if h := history(t, e); len(h) != 1 {
		t.Errorf("history %+v", h)
	}
	if s := fmt.Sprint(e.Settled()); s != "[]" {
		t.Errorf("settled %s", s)
	}
}

// A change that did something besides files is in history without one, and
// can be undone and redone there.
func TestKeptWithoutFiles(t *testing.T) {
	e, err := Open(t.TempDir(), Options{})
	if err != nil {
		t.Fatal(err)
	}
	ctx := context.Background()
	if r, err := e.Apply(ctx, Change{Kind: "remove"}); err != nil || r.ID != "" {
		t.Fatalf("a change of nothing: %+v, %v", r, err)
	}
	made, err := e.Apply(ctx, Change{Kind: "remove", Keep: true, Note: []byte(`{"removed":["notes"]}`)})
	if err != nil || made.ID == "" {
		t.Fatalf("kept: %+v, %v", made, err)
	}
	undo, err := e.Undo(ctx, "")
	if err != nil || undo.Undoes != made.ID || string(undo.Note) != string(made.Note) {
		t.Fatalf("undo: %+v, %v", undo, err)
	}
	if _, err := e.Undo(ctx, made.ID); model.Code(err) != "not_undoable" {
		t.Fatalf("undone twice: %v", err)
	}
	if again, err := e.Undo(ctx, undo.ID); err != nil || again.Undoes != undo.ID {
		t.Fatalf("redo: %+v, %v", again, err)
	}
	if h, err := e.History(ctx); err != nil || len(h) != 3 {
		t.Fatalf("history: %+v, %v", h, err)
	}
}
