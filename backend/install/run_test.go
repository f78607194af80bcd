package install

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"sync/atomic"
	"testing"
	"time"
)

func sh(t *testing.T, script string) Program {
	t.Helper()
	if runtime.GOOS == "windows" {
		t.Skip("the made-up programs are shell scripts")
	}
	return Program{Argv: []string{"/bin/sh", "-c", script}, Dir: t.TempDir(), Env: os.Environ()}
}

func TestRun(t *testing.T) {
	p := sh(t, "echo out; echo err >&2; pwd; exit 3")
	var heard []byte
	p.Heard = func(b []byte) { heard = append(heard, b...) }
	out, err := Run(context.Background(), p)
	var exit *exec.ExitError
	if !errors.As(err, &exit) || exit.ExitCode() != 3 {
		t.Errorf("got %v", err)
	}
	if string(out.Stderr) != "err\n" || string(heard) != "err\n" || !strings.HasPrefix(string(out.Stdout), "out\n") {
		t.Errorf("it said %q and %q, heard %q", out.Stdout, out.Stderr, heard)
	}
}

func TestRunOfNothing(t *testing.T) {
	if _, err := Run(context.Background(), Program{Argv: []string{filepath.Join(t.TempDir(), "none")}}); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("got %v", err)
	}
}

// A program, what it started, and what that started all end; also those that
// ignore being asked.
func TestRunEndsTheWholeGroup(t *testing.T) {
	p := sh(t, `trap '' TERM; (trap '' TERM; sleep 600 & echo $! >deep; wait) & echo $! >child; wait`)
	if _, err := exec.LookPath("ps"); err != nil {
		t.Skip("needs ps")
	}
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	p.Every = 10 * time.Millisecond
	p.Alive = func() bool {
		if b, err := os.ReadFile(filepath.Join(p.Dir, "deep")); err == nil && len(b) > 0 {
			cancel()
		}
		return true
	}
	if _, err := Run(ctx, p); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
	for _, name := range []string{"child", "deep"} {
		b, err := os.ReadFile(filepath.Join(p.Dir, name))
		if err != nil {
			t.Fatal(err)
		}
		pid := strings.TrimSpace(string(b))
		deadline := time.Now().Add(10 * time.Second)
		for running(pid) {
			if time.Now().After(deadline) {
				t.Fatalf("%s (%s) is still running", name, pid)
			}
			runtime.Gosched()
		}
	}
}

// running tells whether a process exists and is not merely waiting to be
// collected by its parent.
func running(pid string) bool {
	b, err := exec.Command("ps", "-o", "stat=", "-p", pid).Output()
	return err == nil && !strings.HasPrefix(strings.TrimSpace(string(b)), "Z")
}

func TestRunStalls(t *testing.T) {
	p := sh(t, "exec sleep 600")
	p.Stall, p.Every = 100*time.Millisecond, 10*time.Millisecond
	if _, err := Run(context.Background(), p); !errors.Is(err, ErrStalled) {
		t.Errorf("silent: %v", err)
	}
	// It says nothing, but work goes on: it may take longer than that.
	p = sh(t, "while ! test -e enough; do sleep 0.01; done")
	p.Stall, p.Every = 100*time.Millisecond, 10*time.Millisecond
	var asked atomic.Int32
	p.Alive = func() bool {
		if asked.Add(1) == 40 {
			if err := os.WriteFile(filepath.Join(p.Dir, "enough"), nil, 0o600); err != nil {
				t.Error(err)
			}
		}
		return true
	}
	if _, err := Run(context.Background(), p); err != nil {
		t.Errorf("working: %v", err)
	}
}

func TestRunKeepsTheEndOfWhatIsSaid(t *testing.T) {
	p := sh(t, "i=0; while [ $i -lt 3000 ]; do echo 'a line of some length to fill the room that there is for it' >&2; i=$((i+1)); done; echo last >&2")
	out, err := Run(context.Background(), p)
	if err != nil || len(out.Stderr) != maxStderr || !strings.HasSuffix(string(out.Stderr), "last\n") {
		t.Errorf("%d bytes kept, %v", len(out.Stderr), err)
	}
}
