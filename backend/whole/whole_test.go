package whole

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"testing"
	"time"
)

// TestMain is also the program that is killed while it writes.
func TestMain(m *testing.M) {
	path := os.Getenv("WHOLE_WRITES")
	switch os.Getenv("WHOLE_HOW") {
	case "half":
		tmp, err := os.CreateTemp(filepath.Dir(path), prefix+"*")
		if err != nil || !hold(tmp) {
			panic(fmt.Sprint("begin to write: ", err))
		}
		fmt.Println(tmp.Name())
		io.Copy(io.Discard, os.Stdin)
	case "on and on":
		for i := 0; ; i++ {
			if err := Write(path, content(i)); err != nil {
				panic(err)
			}
			if i == 0 {
				fmt.Println("begun")
			}
		}
	default:
		os.Exit(m.Run())
	}
}

// content has the same line at its begin and its end.
func content(i int) []byte {
	return fmt.Appendf(nil, "%09d\n%s\n%09d\n", i, bytes.Repeat([]byte("x"), 64<<10), i)
}

func isWhole(data []byte) bool {
	return len(data) == 64<<10+21 && bytes.Equal(data[:9], data[len(data)-10:len(data)-1])
}

// writer starts the program that writes at path and gives its first line.
func writer(t *testing.T, how, path string) (*exec.Cmd, string) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), os.Args[0])
	cmd.Env = append(os.Environ(), "WHOLE_HOW="+how, "WHOLE_WRITES="+path)
	if _, err := cmd.StdinPipe(); err != nil {
		t.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	line, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		t.Fatal(err)
	}
	return cmd, line[:len(line)-1]
}

func kill(t *testing.T, cmd *exec.Cmd) {
	t.Helper()
	if err := cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = cmd.Wait() // killed
}

// own are the places of Toolbay's files, one for each depth.
var own = []string{"home.json", "updates/seen.json", "profiles/keys/work.json", "servers/notes/server.json", "trash/1/notes/trashed.json"}

func TestWriterKilled(t *testing.T) {
	for _, name := range own {
		t.Run(name, func(t *testing.T) {
			home := t.TempDir()
			path := filepath.Join(home, filepath.FromSlash(name))
			if err := Write(path, []byte("old")); err != nil {
				t.Fatal(err)
			}
			cmd, half := writer(t, "half", path)
			if n := Sweep(home); n != 0 {
				t.Errorf("swept %d files of a living writer", n)
			}
			if _, err := os.Stat(half); err != nil {
				t.Errorf("the file of a living writer: %v", err)
			}
			kill(t, cmd)
			if n := Sweep(home); n != 1 {
				t.Errorf("swept %d files of a killed writer", n)
			}
			if left, err := os.ReadDir(filepath.Dir(path)); err != nil || len(left) != 1 {
				t.Errorf("left: %v, %v", left, err)
			}
			if data, err := os.ReadFile(path); err != nil || string(data) != "old" {
				t.Errorf("the file: %q, %v", data, err)
			}
		})
	}
}

// A writer that is killed at any moment leaves one of the versions it wrote.
func TestWriterKilledAtAnyMoment(t *testing.T) {
	home := t.TempDir()
	path := filepath.Join(home, "updates", "seen.json")
	for i := range 10 {
		cmd, _ := writer(t, "on and on", path)
		for end := time.Now().Add(time.Duration(i) * 3 * time.Millisecond); time.Now().Before(end); {
			if data, err := os.ReadFile(path); err != nil || !isWhole(data) {
				t.Fatalf("read while it is written: %d bytes, %v", len(data), err)
			}
		}
		kill(t, cmd)
		Sweep(home)
		if left, err := os.ReadDir(filepath.Dir(path)); err != nil || len(left) != 1 {
			t.Errorf("left: %v, %v", left, err)
		}
		if data, err := os.ReadFile(path); err != nil || !isWhole(data) {
			t.Errorf("the file: %d bytes, %v", len(data), err)
		}
	}
}

// No sweep takes a file from under a living writer for good.
func TestSweepWhileWriting(t *testing.T) {
	home := t.TempDir()
	done := make(chan struct{})
	var sweeper sync.WaitGroup
	sweeper.Go(func() {
		for {
			select {
			case <-done:
				return
			default:
				Sweep(home)
			}
		}
	})
	var writers sync.WaitGroup
	for w := range 4 {
		writers.Go(func() {
			path := filepath.Join(home, "updates", fmt.Sprint(w))
			for i := range 30 {
				if err := Write(path, content(i)); err != nil {
					t.Errorf("write: %v", err)
				}
				if data, err := os.ReadFile(path); err != nil || !bytes.Equal(data, content(i)) {
					t.Errorf("read: %d bytes, %v", len(data), err)
				}
			}
		})
	}
	writers.Wait()
	close(done)
	sweeper.Wait()
}

// What is not ours, or looks like it inside a server's own files, stays.
func TestSweepLeavesTheRest(t *testing.T) {
	home := t.TempDir()
	stays := []string{
		".new-", ".new-notes", "new-1", "updates/x.new-1", "servers/notes/1.0-1/.new-1", "runtimes/node/lib/.new-1", "trash/1/notes/files/.new-1",
	}
	for _, name := range stays {
		path := filepath.Join(home, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, nil, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Mkdir(filepath.Join(home, ".new-7"), 0o700); err != nil {
		t.Fatal(err)
	}
	if n := Sweep(home); n != 0 {
		t.Errorf("swept %d", n)
	}
	for _, name := range append(stays, ".new-7") {
		if _, err := os.Stat(filepath.Join(home, filepath.FromSlash(name))); err != nil {
			t.Error(err)
		}
	}
}

func TestWriteFails(t *testing.T) {
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "file"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := Write(filepath.Join(dir, "file", "x"), nil); err == nil {
		t.Error("a file has no files in it")
	}
	if err := os.Mkdir(filepath.Join(dir, "folder"), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := Write(filepath.Join(dir, "folder"), []byte("x")); err == nil {
		t.Error("a folder was replaced")
	}
	if left, err := os.ReadDir(dir); err != nil || len(left) != 2 {
		t.Errorf("left: %v, %v", left, err)
	}
}
