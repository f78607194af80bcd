//go:build !windows

package launch

import (
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"sync"
	"testing"
	"time"

	"toolbay/backend/model"
)

func writeProgram(t *testing.T, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "self")
	if err := os.WriteFile(path, []byte(text), 0o755); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestPlaceLauncher(t *testing.T) {
	home := t.TempDir()
	self := writeProgram(t, "#!/bin/sh\necho one\n")
	target, err := PlaceLauncher(home, self)
	if err != nil || target != filepath.Join(home, "bin", "toolbay") {
		t.Fatalf("%s %v", target, err)
	}
	if out, err := exec.Command(target).Output(); err != nil || string(out) != "one\n" {
		t.Fatalf("%q %v", out, err)
	}
	first, err := os.Stat(target)
	if err != nil {
		t.Fatal(err)
	}
	for _, again := range []string{self, target} { // the same bytes; the file itself
		if _, err := PlaceLauncher(home, again); err != nil {
			t.Fatal(err)
		}
		if now, err := os.Stat(target); err != nil || !os.SameFile(first, now) {
			t.Fatalf("written again without need (%v)", err)
		}
	}
	if err := os.Chmod(target, 0o600); err != nil {
		t.Fatal(err)
	}
	for _, text := range []string{"#!/bin/sh\necho one\n", "#!/bin/sh\necho two\n", "#!/bin/sh\necho a longer one\n"} {
		if _, err := PlaceLauncher(home, writeProgram(t, text)); err != nil {
			t.Fatal(err)
		}
		data, err := os.ReadFile(target)
		st, statErr := os.Stat(target)
		if err != nil || statErr != nil || string(data) != text || st.Mode().Perm() != 0o755 {
			t.Fatalf("%q %v %v", data, st.Mode(), err)
		}
	}
	if files, err := os.ReadDir(filepath.Join(home, "bin")); err != nil || len(files) != 1 {
		t.Fatalf("left behind: %v %v", files, err)
	}
}

func TestPlaceLauncherWhileItRuns(t *testing.T) {
	home := t.TempDir()
	cat, err := exec.LookPath("cat")
	if err != nil {
		t.Fatal(err)
	}
	target, err := PlaceLauncher(home, cat)
	if err != nil {
		t.Fatal(err)
	}
	running := exec.Command(target)
	in, err := running.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := running.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := running.Start(); err != nil {
		t.Fatal(err)
	}
	if _, err := PlaceLauncher(home, writeProgram(t, "#!/bin/sh\necho two\n")); err != nil {
		t.Fatal(err)
	}
	io.WriteString(in, "still here")
	in.Close()
	said, err := io.ReadAll(out)
	if err != nil || string(said) != "still here" || running.Wait() != nil {
		t.Fatalf("the one that ran: %q %v", said, err)
	}
	if out, err := exec.Command(target).Output(); err != nil || string(out) != "two\n" {
		t.Fatalf("the new one: %q %v", out, err)
	}
}

func TestPlaceLauncherTwiceAtOnce(t *testing.T) {
	home := t.TempDir()
	one, two := writeProgram(t, "one, and longer"), writeProgram(t, "two")
	var wg sync.WaitGroup
	for i := range 20 {
		wg.Add(1)
		go func() {
			defer wg.Done()
			if _, err := PlaceLauncher(home, []string{one, two}[i%2]); err != nil {
				t.Error(err)
			}
		}()
	}
	wg.Wait()
	data, err := os.ReadFile(filepath.Join(home, "bin", "toolbay"))
	if err != nil || !slices.Contains([]string{"one, and longer", "two"}, string(data)) {
		t.Fatalf("%q %v", data, err)
	}
}

func TestPlaceLauncherSweeps(t *testing.T) {
	home := t.TempDir()
	bin := filepath.Join(home, "bin")
	if err := os.Mkdir(bin, 0o700); err != nil {
		t.Fatal(err)
	}
	for name, age := range map[string]time.Duration{newPrefix + "killed": 2 * time.Hour, newPrefix + "under-way": 0, oldPrefix + "x": 0, "other": 9 * time.Hour} {
		path := filepath.Join(bin, name)
		if err := os.WriteFile(path, nil, 0o600); err != nil {
			t.Fatal(err)
		}
		then := time.Now().Add(-age)
		if err := os.Chtimes(path, then, then); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := PlaceLauncher(home, writeProgram(t, "x")); err != nil {
		t.Fatal(err)
	}
	entries, err := os.ReadDir(bin)
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, e := range entries {
		names = append(names, e.Name())
	}
	if want := []string{newPrefix + "under-way", "other", "toolbay"}; !slices.Equal(names, want) {
		t.Fatalf("got %v, want %v", names, want)
	}
}

func TestPlaceLauncherThatCannot(t *testing.T) {
	cases := []struct {
		name string
		make func(home string) error
		self func(t *testing.T) string
	}{
		{"nothing to place", func(string) error { return nil }, func(t *testing.T) string { return filepath.Join(t.TempDir(), "gone") }},
		{"a folder to place", func(string) error { return nil }, func(t *testing.T) string { return t.TempDir() }},
		{"a folder in its place", func(home string) error { return os.MkdirAll(filepath.Join(home, "bin", "toolbay", "x"), 0o700) },
			func(t *testing.T) string { return writeProgram(t, "x") }},
		{"a file in the folder's place", func(home string) error { return os.WriteFile(filepath.Join(home, "bin"), nil, 0o600) },
			func(t *testing.T) string { return writeProgram(t, "x") }},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			home := t.TempDir()
			if err := c.make(home); err != nil {
				t.Fatal(err)
			}
			if _, err := PlaceLauncher(home, c.self(t)); model.Code(err) != "launcher_not_placed" {
				t.Fatalf("%v", err)
			}
			if left, _ := filepath.Glob(filepath.Join(home, "bin", newPrefix+"*")); len(left) != 0 {
				t.Fatalf("left behind: %v", left)
			}
		})
	}
}
