//go:build unix

package changeset

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"toolbay/backend/model"
)

const rounds = 10

// manyChanges is a process that makes changes to two files, one after another.
func manyChanges(root, name string) error {
	s := site{root}
	e, err := Open(s.changes(), Options{})
	if err != nil {
		return err
	}
	for i := range rounds {
		line := fmt.Sprintf("%s%d", name, i)
		if err := applyFiles(File{Path: "a.json", Plan: addLine(line)}, File{Path: "b.json", Plan: addLine(line)})(e, s); err != nil {
			return err
		}
	}
	return nil
}

func TestTwoProcessesAtOnce(t *testing.T) {
	s := site{t.TempDir()}
	put(t, s.user("a.json"), "start\n")
	var group sync.WaitGroup
	for _, name := range []string{"x", "y"} {
		cmd := exec.Command(os.Args[0])
		cmd.Env = append(os.Environ(), childEnv+"=many|"+s.root+"|"+name)
		group.Add(1)
		go func() {
			defer group.Done()
			if out, err := cmd.CombinedOutput(); err != nil {
				t.Errorf("process %s: %v: %s", name, err, out)
			}
		}()
	}
	group.Wait()
	for _, file := range []string{"a.json", "b.json"} {
		lines := strings.Fields(get(t, s.user(file)))
		for _, name := range []string{"x", "y"} {
			for i := range rounds {
				if !strings.Contains(strings.Join(lines, " ")+" ", fmt.Sprintf("%s%d ", name, i)) {
					t.Errorf("%s lost %s%d", file, name, i)
				}
			}
		}
	}
	e := open(t, s.changes(), Options{})
	if h := history(t, e); len(h) != 2*rounds {
		t.Errorf("%d records", len(h))
	}
	if len(e.Settled()) != 0 {
		t.Errorf("settled %+v", e.Settled())
	}
	wantSettled(t, e)
	wantNoTemp(t, s.user(""))
}

// Opening while another is applying must not settle the other's change, and
// readers do not wait.
func TestOpenWhileAnotherApplies(t *testing.T) {
	e, user := engine(t, Options{})
	a, b := filepath.Join(user, "a"), filepath.Join(user, "b")
	put(t, a, "old\n")
	put(t, b, "old\n")
	points := 0
	e.o.Fault = func(string) {
		points++
		other := open(t, e.dir, Options{})
		if s := other.Settled(); len(s) != 0 {
			t.Errorf("settled a living change: %+v", s)
		}
		if h := history(t, other); len(h) > 1 {
			t.Errorf("history %+v", h)
		}
	}
	apply(t, e, File{a, addLine("ours")}, File{b, addLine("ours")})
	if points < 20 {
		t.Errorf("only %d points", points)
	}
	wantFile(t, a, "old\nours\n")
	wantFile(t, b, "old\nours\n")
}

func TestWaitingForAnotherCanBeCancelled(t *testing.T) {
	e, user := engine(t, Options{})
	e.o.Fault = at("temp", func() {
		other := open(t, e.dir, Options{})
		ctx, cancel := context.WithTimeout(context.Background(), 30*time.Millisecond)
		defer cancel()
		_, err := other.Apply(ctx, change(File{filepath.Join(user, "b"), addLine("x")}))
		if !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("error %v", err)
		}
		wantCode(t, err, "cancelled")
	})
	apply(t, e, File{filepath.Join(user, "a"), addLine("x")})
	wantAbsent(t, filepath.Join(user, "b"))
}

// One engine serves many goroutines.
func TestManyGoroutines(t *testing.T) {
	e, user := engine(t, Options{})
	a := filepath.Join(user, "a")
	var group sync.WaitGroup
	for i := range 8 {
		group.Add(1)
		go func() {
			defer group.Done()
			if _, err := e.Apply(context.Background(), change(File{a, addLine(fmt.Sprint("line", i))})); err != nil {
				t.Error(err)
			}
			_, _ = e.History(context.Background())
		}()
	}
	group.Wait()
	if n := strings.Count(get(t, a), "\n"); n != 8 {
		t.Errorf("%d lines", n)
	}
}

// runAs runs this test binary as a child of another user and gives its output.
func runAs(t *testing.T, uid uint32, spec string) string {
	t.Helper()
	// The binary lies where only we may read it.
	self, err := os.ReadFile(os.Args[0])
	if err != nil {
		t.Fatal(err)
	}
	dir, err := os.MkdirTemp("", "changeset")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	if err := os.Chmod(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	copied := filepath.Join(dir, "test")
	if err := os.WriteFile(copied, self, 0o755); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(copied)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), childEnv+"="+spec)
	cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: uid, Gid: uid}}
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	return string(out)
}

// asAnother is the child of TestFileOfAnotherUser; it prints the code.
func asAnother(root, file string) (string, error) {
	s := site{root}
	e, err := Open(s.changes(), Options{})
	if err != nil {
		return "", err
	}
	return model.Code(applyFiles(File{Path: file, Plan: addLine("ours")})(e, s)), nil
}
