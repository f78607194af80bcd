//go:build unix

package backend

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"toolbay/backend/changeset"
)

// A change of two files that is killed when the first is the new one already, and
// whose first file another program then writes: the next start leaves it as it is,
// says so with the app's name until it was seen, and the other file is the old one.
func TestKilledChangeIsTold(t *testing.T) {
	if plan := os.Getenv("TOOLBAY_TEST_LEFT"); plan != "" {
		part := strings.Split(plan, "\n")
		self, err := os.FindProcess(os.Getpid())
		if err != nil {
			t.Fatal(err)
		}
		changes, err := changeset.Open(filepath.Join(part[0], "changes"), changeset.Options{Fault: func(point string) {
			if point == "looked at what came out" {
				_ = self.Kill()
				select {}
			}
		}})
		if err != nil {
			t.Fatal(err)
		}
		line := func(before []byte) ([]byte, error) { return append(before, "\n"...), nil }
		_, err = changes.Apply(t.Context(), changeset.Change{Kind: "connect", Title: "Cut off", Files: []changeset.File{
			{Path: part[1], Plan: line}, {Path: part[2], Plan: line},
		}})
		t.Fatal("not killed:", err)
	}
	p := newPlace(t, nil, "cursor", "gemini-cli")
	file, second := p.file("cursor"), p.file("gemini-cli")
	old, err := os.ReadFile(second)
	p.must(err)
	cmd := exec.Command(os.Args[0], "-test.run=^TestKilledChangeIsTold$", "-test.count=1")
	cmd.Env = append(os.Environ(), "TOOLBAY_TEST_LEFT="+p.home+"\n"+file+"\n"+second)
	if out, err := cmd.CombinedOutput(); err == nil || cmd.ProcessState.ExitCode() == 1 {
		t.Fatalf("it was not killed: %v\n%s", err, out)
	}
	was, err := os.ReadFile(file)
	p.must(err)
	theirs := strings.Replace(string(was), "{", "{\n  \"theirs\": true,", 1)
	p.must(os.WriteFile(file, []byte(theirs), 0o644))

	told := func() []NoticeView {
		t.Helper()
		b, err := Open(t.Context(), Options{Home: p.home, Launcher: filepath.Join(p.user, "toolbay")})
		p.must(err)
		defer b.Close()
		list, err := b.Notices(t.Context())
		p.must(err)
		return list
	}
	for range 2 { // it is told until it was seen
		list := told()
		if len(list) != 1 || list[0].Code != ChangeLeft || list[0].App != "cursor" || list[0].File != file || list[0].Action != ActionLook {
			t.Fatalf("told %+v", list)
		}
		if text := list[0].Title; !strings.Contains(text, filepath.Base(file)) {
			t.Errorf("it says %q", text)
		}
	}
	if now, err := os.ReadFile(second); err != nil || string(now) != string(old) {
		t.Errorf("the other file is %q, %v", now, err)
	}
	if now, err := os.ReadFile(file); err != nil || string(now) != theirs {
		t.Errorf("the file was touched: %q, %v", now, err)
	}
	history, err := p.History(t.Context())
	p.must(err)
	if history[0].Title != "Cut off" || history[0].Undoable {
		t.Errorf("the history says %+v", history[0])
	}
	p.must(p.KeepNotice(t.Context(), told()[0].ID))
	if list := told(); len(list) != 0 {
		t.Errorf("told again: %+v", list)
	}
}
