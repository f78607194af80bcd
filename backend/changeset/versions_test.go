package changeset

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

func timeline(t *testing.T, e *Engine, path string) Timeline {
	t.Helper()
	list, _, err := e.Timelines(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	if len(list) != 1 {
		t.Fatalf("%d timelines of %s", len(list), path)
	}
	return list[0]
}

// said tells a timeline in short: who made each version, newest first.
func said(l Timeline) string {
	var out []string
	for _, v := range l.Versions {
		word := "found"
		if v.After {
			word = "made"
		}
		for mark, is := range map[string]bool{"+first": v.First, "+stands": v.Stands, "+deleted": v.Deleted, "+absent": v.Hash == ""} {
			if is {
				word += mark
			}
		}
		out = append(out, word)
	}
	return strings.Join(out, " ")
}

func TestTimelineAndRestore(t *testing.T) {
	e, user := engine(t, Options{})
	ctx := context.Background()
	a := filepath.Join(user, "a")
	put(t, a, "theirs\n")
	if err := os.Chmod(a, 0o640); err != nil {
		t.Fatal(err)
	}
	apply(t, e, File{a, addLine("one")})
	put(t, a, "theirs\none\nsomebody\n")
	apply(t, e, File{a, addLine("two")})
	l := timeline(t, e, a)
	if got := said(l); got != "made+stands found made found+first" {
		t.Fatalf("timeline %s", got)
	}
	if l.Size != int64(len("theirs\n")+len("theirs\none\n")+len("theirs\none\nsomebody\n")+len("theirs\none\nsomebody\ntwo\n")) {
		t.Errorf("size %d", l.Size)
	}
	want := []string{"theirs\none\nsomebody\ntwo\n", "theirs\none\nsomebody\n", "theirs\none\n", "theirs\n"}
	for i, v := range l.Versions {
		if c, err := e.Content(ctx, a, v.ID); err != nil || string(c) != want[i] || v.Size != int64(len(want[i])) {
			t.Errorf("version %d (%s) holds %q, %d bytes, error %v", i, v.ID, c, v.Size, err)
		}
	}
	d, err := e.PreviewRestore(ctx, a, l.Versions[3].ID)
	if err != nil || len(d) != 1 {
		t.Fatalf("preview %+v, %v", d, err)
	}
	wantFile(t, a, want[0])
	r, err := e.Restore(ctx, a, l.Versions[3].ID)
	if err != nil || r.Kind != "restore" || r.Title != "a" {
		t.Fatalf("restore %+v, %v", r, err)
	}
	wantFile(t, a, "theirs\n")
	if info, err := os.Stat(a); err != nil || info.Mode().Perm() != 0o640 {
		t.Errorf("mode %v, %v", info.Mode(), err)
	}
	// The restore is a change like any other.
	undo(t, e, r.ID)
	wantFile(t, a, want[0])
	wantSettled(t, e)
}

func TestRestoreRefuses(t *testing.T) {
	e, user := engine(t, Options{})
	ctx := context.Background()
	a, b, c := filepath.Join(user, "a"), filepath.Join(user, "b"), filepath.Join(user, "c")
	put(t, a, "a\n")
	put(t, b, "b\n")
	put(t, c, "c\n")
	r := apply(t, e, File{a, addLine("one")})
	apply(t, e, File{b, addLine("x")})
	link := filepath.Join(user, "link")
	if err := os.Symlink(b, link); err != nil {
		t.Fatal(err)
	}
	for name, tc := range map[string]struct{ path, version, code string }{
		"a file that we never wrote":    {c, r.ID + ".before", "file_untouched"},
		"a file that is not there":      {filepath.Join(user, "none"), r.ID + ".before", "file_untouched"},
		"no version":                    {a, r.ID, "backup_unknown"},
		"a version that never was":      {a, "20200101T000000-0000.before", "backup_unknown"},
		"a version that is a path":      {a, "../../etc.before", "backup_unknown"},
		"neither before nor after":      {a, r.ID + ".journal", "backup_unknown"},
		"a version of nothing, unnamed": {a, "", "backup_unknown"},
		"a version of another's file":   {b, r.ID + ".before", "backup_unknown"},
		"a link to another file":        {link, r.ID + ".before", "backup_unknown"},
	} {
		t.Run(name, func(t *testing.T) {
			before := tree(t, user)
			_, err := e.Restore(ctx, tc.path, tc.version)
			wantCode(t, err, tc.code)
			if tree(t, user) != before {
				t.Error("something was written")
			}
		})
	}
	put(t, a+".real", "moved\n")
	if err := os.Remove(a); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(a+".real", a); err != nil {
		t.Fatal(err)
	}
	_, err := e.Restore(ctx, a, r.ID+".before")
	wantCode(t, err, "file_drifted")
	wantFile(t, a+".real", "moved\n")
}

func TestRestoreOfAnAbsentFileAndBack(t *testing.T) {
	e, user := engine(t, Options{})
	a := filepath.Join(user, "x", "a")
	apply(t, e, File{a, addLine("one")})
	l := timeline(t, e, a)
	if got := said(l); got != "made+stands found+first+absent" && got != "made+stands found+absent+first" {
		t.Fatalf("timeline %s", got)
	}
	r, err := e.Restore(context.Background(), a, l.Versions[1].ID)
	if err != nil {
		t.Fatal(err)
	}
	wantAbsent(t, filepath.Dir(a))
	undo(t, e, r.ID)
	wantFile(t, a, "one\n")
}

// What an earlier change left is the same copy, not a second one.
func TestTheSameContentIsKeptOnce(t *testing.T) {
	e, user := engine(t, Options{})
	a := filepath.Join(user, "a")
	put(t, a, "0\n")
	first := apply(t, e, File{a, addLine("1")})
	second := apply(t, e, File{a, addLine("2")})
	if !sameFile(filepath.Join(e.dir, first.ID, "after-0"), filepath.Join(e.dir, second.ID, "before-0")) {
		t.Error("two copies of the same content")
	}
	_, size, err := e.Timelines(t.Context(), "")
	if want := int64(2 + 4 + 6); err != nil || size != want {
		t.Errorf("size %d, want %d, %v", size, want, err)
	}
	// A copy that rotted is not taken over.
	put(t, filepath.Join(e.dir, second.ID, "after-0"), "rotten")
	third := apply(t, e, File{a, addLine("3")})
	wantFile(t, filepath.Join(e.dir, third.ID, "before-0"), "0\n1\n2\n")
}

func TestDeletedCopies(t *testing.T) {
	const key = "sk-invented-0123456789"
	e, user := engine(t, Options{})
	ctx := context.Background()
	a, b := filepath.Join(user, "a"), filepath.Join(user, "b")
	put(t, a, "key "+key+"\n")
	first := apply(t, e, File{a, addLine("one")}, File{b, addLine("harmless")})
	out := apply(t, e, File{a, func(b []byte) ([]byte, error) { return bytes.ReplaceAll(b, []byte(key), []byte("in keychain")), nil }})
	holds := func(b []byte) bool { return bytes.Contains(b, []byte(key)) }
	found, err := e.Holding(ctx, holds)
	if err != nil || len(found) != 3 {
		t.Fatalf("found %+v, %v", found, err)
	}
	if err := e.Delete(ctx, found); err != nil {
		t.Fatal(err)
	}
	if s := tree(t, e.dir); strings.Contains(s, key) {
		t.Errorf("still there:\n%s", s)
	}
	if got := said(timeline(t, e, a)); strings.Count(got, "deleted") != 2 || !strings.HasPrefix(got, "made+stands") {
		t.Errorf("timeline %s", got)
	}
	h := history(t, e)
	if len(h) != 2 || h[0].WhyNot != "backup_deleted" || h[1].WhyNot != "backup_deleted" {
		t.Errorf("history %+v", h)
	}
	for _, id := range []string{first.ID, out.ID} {
		_, err := e.Undo(ctx, id)
		wantCode(t, err, "backup_deleted")
	}
	_, err = e.Restore(ctx, a, first.ID+".before")
	wantCode(t, err, "backup_deleted")
	wantFile(t, a, "key in keychain\none\n")
	// The machinery goes on, and a second look finds nothing.
	if found, err = e.Holding(ctx, holds); err != nil || len(found) != 0 {
		t.Errorf("found again %+v, %v", found, err)
	}
	apply(t, e, File{a, addLine("two")})
	wantSettled(t, open(t, e.dir, Options{}))
}

// A deletion that was cut off is finished at the next start: a key that the
// user believes gone must not stay.
func TestDeletionCutOff(t *testing.T) {
	e, user := engine(t, Options{})
	a := filepath.Join(user, "a")
	put(t, a, "secret\n")
	r := apply(t, e, File{a, removeFile})
	found, err := e.Holding(t.Context(), func(b []byte) bool { return true })
	if err != nil || len(found) != 1 {
		t.Fatalf("found %+v, %v", found, err)
	}
	e.o.Fault = at("delete copy", func() { panic("killed") })
	func() {
		defer func() { _ = recover() }()
		_ = e.Delete(t.Context(), found)
	}()
	if !exists(filepath.Join(e.dir, r.ID, "before-0")) {
		t.Fatal("was deleted before the cut")
	}
	again := open(t, e.dir, Options{})
	wantAbsent(t, filepath.Join(e.dir, r.ID, "before-0"))
	wantSettled(t, again)
	if got := said(timeline(t, again, a)); !strings.Contains(got, "+deleted") {
		t.Errorf("timeline %s", got)
	}
}

func TestThinning(t *testing.T) {
	now := time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)
	var all []journal
	add := func(ago time.Duration, undoes string, files ...string) string {
		j := journal{ID: fmt.Sprint(len(all)), State: stateSettled, Time: now.Add(-ago), Undoes: undoes}
		for _, f := range files {
			j.Files = append(j.Files, entry{Real: f, Before: "x", After: "y"})
		}
		all = append(all, j)
		return j.ID
	}
	const day = 24 * time.Hour
	want := ""
	keep := func(kept bool) {
		mark := "."
		if kept {
			mark = "k"
		}
		want += mark
	}
	add(400*day, "", "a")
	keep(true) // the first of a
	add(399*day, "", "a")
	keep(false)
	add(399*day-time.Hour, "", "a")
	keep(true) // the last of its month
	add(300*day, "", "b")
	keep(true) // the first of b
	add(299*day, "", "a", "b")
	keep(true)           // the last of its month
	add(20*day, "", "a") // undone by the next, and another followed that day
	keep(false)
	add(20*day-1, "5", "") // an undo of what goes
	keep(true)             // the first and only one of a file of its own
	x := add(20*day-2, "", "a")
	keep(true)          // the last of its day
	add(10*day, x, "c") // first of c
	keep(true)
	add(9*day+time.Hour, x, "c") // undoes what is kept
	keep(true)
	add(9*day, "", "c")
	keep(true) // the last of its day
	add(2*time.Hour, "", "a")
	keep(false)
	add(time.Hour, "", "a") // newest two
	keep(true)
	add(time.Minute, "", "a")
	keep(true)
	got := ""
	for _, k := range keeping(all, 2, now) {
		if k {
			got += "k"
		} else {
			got += "."
		}
	}
	if got != want {
		t.Errorf("kept\n%s, want\n%s", got, want)
	}
}
