package changeset

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sort"
	"testing"
	"time"

	"toolbay/backend/model"
)

func TestApply(t *testing.T) {
	now := time.Date(2026, 11, 22, 18, 38, 22, 0, time.UTC)
	e, user := engine(t, Options{Now: func() time.Time { return now }})
	a, b := filepath.Join(user, "a.json"), filepath.Join(user, "new", "deep", "b.json")
	put(t, a, "one\n")
	c := Change{Kind: "connect", Title: "Notes", Note: json.RawMessage(`{"server":"notes"}`),
		Files: []File{{Path: a, Plan: addLine("two")}, {Path: b, Plan: addLine("first")}}}
	r, err := e.Apply(context.Background(), c)
	if err != nil {
		t.Fatal(err)
	}
	wantFile(t, a, "one\ntwo\n")
	wantFile(t, b, "first\n")
	wantNoTemp(t, user)
	wantSettled(t, e)
	want := []FileRecord{
		{Path: a, Before: digest([]byte("one\n")), After: digest([]byte("one\ntwo\n"))},
		{Path: b, Before: "", After: digest([]byte("first\n"))},
	}
	if fmt.Sprint(r.Files) != fmt.Sprint(want) {
		t.Errorf("files %v, want %v", r.Files, want)
	}
	if r.Kind != "connect" || r.Title != "Notes" || string(r.Note) != `{"server":"notes"}` || !r.Time.Equal(now) || !r.Undoable {
		t.Errorf("record %+v", r)
	}
	if !validID(r.ID) || r.ID[:16] != "20261122T183822-" {
		t.Errorf("id %q", r.ID)
	}
	h := history(t, e)
	if len(h) != 1 || h[0].ID != r.ID || !h[0].Undoable || fmt.Sprint(h[0].Files) != fmt.Sprint(want) {
		t.Errorf("history %+v", h)
	}
	// A new file may hold keys, so it is the user's alone.
	if info, err := os.Stat(b); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("mode of a new file: %v %v", info.Mode(), err)
	}
}

func TestNothingToDoIsNoWrite(t *testing.T) {
	e, user := engine(t, Options{})
	full, empty, none := filepath.Join(user, "full"), filepath.Join(user, "empty"), filepath.Join(user, "none")
	put(t, full, "there\n")
	put(t, empty, "")
	long := time.Now().Add(-time.Hour).Truncate(time.Second)
	if err := os.Chtimes(full, long, long); err != nil {
		t.Fatal(err)
	}
	before := tree(t, user)
	r := apply(t, e, File{full, addLine("there")}, File{empty, removeFile},
		File{none, func([]byte) ([]byte, error) { return []byte{}, nil }})
	if r.ID != "" || len(history(t, e)) != 0 {
		t.Errorf("record %+v, history %v", r, history(t, e))
	}
	if tree(t, user) != before {
		t.Error("something was written")
	}
	if info, err := os.Stat(full); err != nil || !info.ModTime().Equal(long) {
		t.Errorf("modification time %v %v", info.ModTime(), err)
	}
	if ids, _ := e.ids(); len(ids) != 0 {
		t.Errorf("folders %v", ids)
	}
}

func TestPlanErrorChangesNothing(t *testing.T) {
	e, user := engine(t, Options{})
	a, b := filepath.Join(user, "a"), filepath.Join(user, "b")
	put(t, a, "one\n")
	before := tree(t, user)
	broken := model.Fail("file_broken", nil)
	_, err := e.Apply(context.Background(), change(File{a, addLine("two")},
		File{b, func([]byte) ([]byte, error) { return nil, broken }}))
	if !errors.Is(err, broken) {
		t.Errorf("error %v", err)
	}
	if tree(t, user) != before || len(history(t, e)) != 0 {
		t.Error("something changed")
	}
}

func TestCancelled(t *testing.T) {
	e, user := engine(t, Options{})
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	_, err := e.Apply(ctx, change(File{filepath.Join(user, "a"), addLine("x")}))
	wantCode(t, err, "cancelled")
	wantAbsent(t, filepath.Join(user, "a"))

	// In the middle it is taken back, as long as no file was touched.
	ctx, cancel = context.WithCancel(context.Background())
	e.o.Fault = at("temp complete", cancel)
	_, err = e.Apply(ctx, change(File{filepath.Join(user, "new", "a"), addLine("x")}))
	wantCode(t, err, "cancelled")
	wantAbsent(t, filepath.Join(user, "new"))
	wantSettled(t, e)
	if len(history(t, e)) != 0 {
		t.Error("in history")
	}
}

func TestPreviewAndDiff(t *testing.T) {
	e, user := engine(t, Options{Diff: func(before, after []byte) string { return fmt.Sprintf("%q→%q", before, after) }})
	a, b, c, same := filepath.Join(user, "a"), filepath.Join(user, "b"), filepath.Join(user, "c"), filepath.Join(user, "same")
	put(t, a, "1\n")
	put(t, c, "3\n")
	put(t, same, "x\n")
	files := []File{{a, addLine("2")}, {b, addLine("new")}, {c, removeFile}, {same, addLine("x")}}
	before := tree(t, filepath.Dir(user))
	want := fmt.Sprint([]FileDiff{
		{Path: a, Diff: `"1\n"→"1\n2\n"`}, {Path: b, Diff: `""→"new\n"`, Creates: true}, {Path: c, Diff: `"3\n"→""`, Removes: true},
	})
	got, err := e.Preview(context.Background(), change(files...))
	if err != nil || fmt.Sprint(got) != want {
		t.Errorf("preview %v %v, want %v", got, err, want)
	}
	if tree(t, filepath.Dir(user)) != before {
		t.Error("Preview wrote something")
	}
	r := apply(t, e, files...)
	got, err = e.Diff(context.Background(), r.ID)
	if err != nil || fmt.Sprint(got) != want {
		t.Errorf("diff %v %v, want %v", got, err, want)
	}
	got, err = e.PreviewUndo(context.Background(), r.ID)
	if err != nil || len(got) != 3 || !got[1].Removes || !got[2].Creates {
		t.Errorf("preview of undo %v %v", got, err)
	}
}

func TestBackupsAreByteExactAndPrivate(t *testing.T) {
	e, user := engine(t, Options{})
	a := filepath.Join(user, "a")
	odd := "\ufeff{\r\n\t\"key\": \"\x00\xff\\u00e9\" // c \r\n}"
	put(t, a, odd)
	r := apply(t, e, File{a, addLine("x")})
	dir := filepath.Join(e.dir, r.ID)
	wantFile(t, filepath.Join(dir, "before-0"), odd)
	wantFile(t, filepath.Join(dir, "after-0"), odd+"x\n")
	for _, d := range []string{e.dir, dir} {
		if info, err := os.Stat(d); err != nil || info.Mode().Perm() != 0o700 {
			t.Errorf("%s: mode %v %v", d, info.Mode(), err)
		}
	}
	for _, f := range []string{"journal", "before-0", "after-0"} {
		if info, err := os.Stat(filepath.Join(dir, f)); err != nil || info.Mode().Perm() != 0o600 {
			t.Errorf("%s: mode %v %v", f, info.Mode(), err)
		}
	}
}

func TestOpenClosesALooseFolder(t *testing.T) {
	dir := t.TempDir()
	if err := os.Chmod(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	open(t, dir, Options{})
	if info, _ := os.Stat(dir); info.Mode().Perm() != 0o700 {
		t.Errorf("mode %v", info.Mode())
	}
}

func TestRetention(t *testing.T) {
	e, user := engine(t, Options{Keep: 3})
	a, b := filepath.Join(user, "a"), filepath.Join(user, "b")
	put(t, a, "as it was before Toolbay\n")
	first := apply(t, e, File{a, addLine("0")})
	var ids []string
	for i := 1; i <= 5; i++ {
		ids = append(ids, apply(t, e, File{a, addLine(fmt.Sprint(i))}).ID)
	}
	firstOfB := apply(t, e, File{a, addLine("x")}, File{b, addLine("x")})
	for i := 6; i <= 10; i++ {
		ids = append(ids, apply(t, e, File{a, addLine(fmt.Sprint(i))}).ID)
	}
	var have []string
	for _, r := range history(t, e) {
		have = append(have, r.ID)
	}
	want := []string{ids[9], ids[8], ids[7], firstOfB.ID, first.ID}
	if fmt.Sprint(have) != fmt.Sprint(want) {
		t.Errorf("kept %v, want %v", have, want)
	}
	wantFile(t, filepath.Join(e.dir, first.ID, "before-0"), "as it was before Toolbay\n")
	_, err := e.Diff(context.Background(), ids[0])
	wantCode(t, err, "change_unknown")
}

func TestIDsSortAlsoWhenTheClockGoesBack(t *testing.T) {
	now := time.Date(2026, 11, 22, 18, 0, 0, 0, time.UTC)
	e, user := engine(t, Options{Now: func() time.Time { return now }})
	var ids []string
	for i := range 6 {
		if i == 3 {
			now = now.Add(-time.Hour)
		}
		ids = append(ids, apply(t, e, File{filepath.Join(user, "a"), addLine(fmt.Sprint(i))}).ID)
	}
	if !sort.StringsAreSorted(ids) {
		t.Errorf("ids %v", ids)
	}
	if h := history(t, e); h[0].ID != ids[5] || h[5].ID != ids[0] {
		t.Errorf("history %v", h)
	}
	// The last number of a second is followed by the next second.
	if err := os.Mkdir(filepath.Join(e.dir, "20261122T190000-ffff"), 0o700); err != nil {
		t.Fatal(err)
	}
	if id, err := e.newID(); err != nil || id != "20261122T190001-0000" {
		t.Errorf("id %s %v", id, err)
	}
}

func TestUnknownChanges(t *testing.T) {
	e, _ := engine(t, Options{})
	for _, id := range []string{"x", "../../etc", "20261122T183822-0000", "20261122T183822-00/.", "20261399T183822-0000"} {
		_, err := e.Diff(context.Background(), id)
		wantCode(t, err, "change_unknown")
		_, err = e.Undo(context.Background(), id)
		wantCode(t, err, "change_unknown")
	}
	_, err := e.Undo(context.Background(), "")
	wantCode(t, err, "not_undoable")
}

func TestJournalOfANewerToolbayIsLeftAlone(t *testing.T) {
	e, user := engine(t, Options{})
	path := filepath.Join(e.dir, "20261122T183822-0000", "journal")
	put(t, path, `{"format":2,"id":"20261122T183822-0000","state":"exchanging"}`+"\n")
	apply(t, e, File{filepath.Join(user, "a"), addLine("x")})
	if !exists(path) || len(history(t, e)) != 1 {
		t.Error("the other journal was touched or shown")
	}
}

func TestTorn(t *testing.T) {
	before, after := []byte("abcdefgh"), []byte("XabcdefghY")
	for name, c := range map[string]struct {
		content string
		want    bool
	}{
		"tail only":        {"abcdefghhY", true},
		"part of the tail": {"abcdefghh", true},
		"tail and head":    {"Xabcefghh", true},
		"head overwritten": {"XabcefghhY", true},
		"all":              {"XabcdefghY", true},
		"too short":        {"abc", false},
		"too long":         {"XabcdefghYZ", false},
		"somebody's edit":  {"abcdefgh!!", false},
	} {
		if got := torn([]byte(c.content), before, after); got != c.want {
			t.Errorf("%s: %v", name, got)
		}
		if got := torn([]byte(c.content), after, before); got != c.want {
			t.Errorf("%s, shrinking: %v", name, got)
		}
	}
}

func TestBackupThatRottedIsNotRestored(t *testing.T) {
	e, user := engine(t, Options{})
	a := filepath.Join(user, "a")
	put(t, a, "one\n")
	r := apply(t, e, File{a, addLine("two")})
	put(t, filepath.Join(e.dir, r.ID, "before-0"), "rot\n")
	_, err := e.Undo(context.Background(), r.ID)
	wantCode(t, err, "home_unwritable")
	wantFile(t, a, "one\ntwo\n")
}

func TestLargeFileIsRefused(t *testing.T) {
	e, user := engine(t, Options{})
	a := filepath.Join(user, "a")
	put(t, a, "")
	if err := os.Truncate(a, maxFile+1); err != nil {
		t.Fatal(err)
	}
	_, err := e.Apply(context.Background(), change(File{a, func(b []byte) ([]byte, error) { return bytes.ToUpper(b), nil }}))
	wantCode(t, err, "file_unreadable")
}
