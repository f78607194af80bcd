package staging

import (
	"bufio"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

func TestCloseLeavesNothing(t *testing.T) {
	home := t.TempDir()
	d, err := New(home)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(d.Join("half"), []byte("x"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := d.Close(); err != nil {
		t.Fatal(err)
	}
	if exists(d.Path()) {
		t.Error("the folder is still there")
	}
}

func TestKeep(t *testing.T) {
	home := t.TempDir()
	place := filepath.Join(home, "runtimes", "a")
	keep := func() error {
		d, err := New(home)
		if err != nil {
			t.Fatal(err)
		}
		defer d.Close()
		if err := os.Mkdir(d.Join("a"), 0o755); err != nil {
			t.Fatal(err)
		}
		return d.Keep("a", place)
	}
	if err := keep(); err != nil {
		t.Fatal(err)
	}
	// The place is an empty folder now, which a plain rename would replace.
	if err := keep(); !errors.Is(err, os.ErrExist) {
		t.Errorf("a place that is taken: %v", err)
	}
}

func TestSweepLeavesHeldFolders(t *testing.T) {
	home := t.TempDir()
	held, err := New(home)
	if err != nil {
		t.Fatal(err)
	}
	defer held.Close()
	for _, name := range []string{"work-old", "work-never-locked"} {
		if err := os.MkdirAll(filepath.Join(home, "staging", name, "node_modules"), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.WriteFile(filepath.Join(home, "staging", "work-old", lockName), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	n, err := Sweep(home)
	if err != nil || n != 2 {
		t.Fatalf("swept %d, %v", n, err)
	}
	if !exists(held.Path()) {
		t.Error("a folder that is held was swept")
	}
}

// TestSweepAfterKill holds a folder in another process, kills it and sweeps.
func TestSweepAfterKill(t *testing.T) {
	if home := os.Getenv("STAGING_TEST_HOME"); home != "" {
		if _, err := New(home); err != nil {
			t.Fatal(err)
		}
		os.Stdout.WriteString("held\n")
		select {}
	}
	home := t.TempDir()
	cmd := exec.Command(os.Args[0], "-test.run=^TestSweepAfterKill$")
	cmd.Env = append(os.Environ(), "STAGING_TEST_HOME="+home)
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	if line, err := bufio.NewReader(out).ReadString('\n'); err != nil || line != "held\n" {
		t.Fatalf("child said %q, %v", line, err)
	}
	if n, err := Sweep(home); err != nil || n != 0 {
		t.Errorf("swept %d under a living program, %v", n, err)
	}
	_ = cmd.Process.Kill()
	_ = cmd.Wait()
	if n, err := Sweep(home); err != nil || n != 1 {
		t.Errorf("swept %d after the kill, %v", n, err)
	}
}

func TestSweepOfNothing(t *testing.T) {
	if n, err := Sweep(t.TempDir()); n != 0 || err != nil {
		t.Errorf("swept %d, %v", n, err)
	}
}
