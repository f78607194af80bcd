package main

import (
	"encoding/json"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// mount puts a small file system at dir, which only root may.
func mount(t *testing.T, dir, options string, flags uintptr) {
	t.Helper()
	if err := os.MkdirAll(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := syscall.Mount("tmpfs", dir, "tmpfs", flags, options); err != nil {
		t.Skipf("needs root to make a disk: %v", err)
	}
	t.Cleanup(func() {
		if err := syscall.Unmount(dir, 0); err != nil {
			t.Errorf("take the disk away: %v", err)
		}
	})
}

func TestReadOnlyHome(t *testing.T) {
	m := newMachine(t)
	m.write(".cursor/mcp.json", "{}\n")
	mount(t, m.path(".toolbay"), "size=64k", syscall.MS_RDONLY)
	before := m.snapshot()
	for _, args := range [][]string{{"list"}, {"install", "npm:hello-mcp", "--yes", "--app", "cursor"}, {"history"}} {
		m.fails("home_unwritable", "", args...)
	}
	m.unchanged(before)
}

// A disk that is full from the start, one that fills up while a server is
// fetched, and one that has no room for the launcher: a clear word each time,
// and nothing half done.
func TestFullDisk(t *testing.T) {
	t.Run("from the start", func(t *testing.T) {
		m := newMachine(t)
		mount(t, m.path(".toolbay"), "size=8k", 0)
		m.fails("disk_full", "", "list")
	})
	t.Run("later", func(t *testing.T) {
		m := newMachine(t)
		m.write(".cursor/mcp.json", "{}\n")
		mount(t, m.path(".toolbay"), "size=24m", 0)
		m.succeeds("", "status")
		fill := m.path(".toolbay", "fill")
		if err := os.WriteFile(fill, make([]byte, room(t, filepath.Dir(fill))-64<<10), 0o600); err != nil {
			t.Fatal(err)
		}
		before := m.snapshot()
		m.fails("disk_full", "", "install", "npm:big-mcp", "--yes", "--app", "cursor")
		m.unchanged(before)
		m.fails("disk_full", "", "install", "npm:hello-mcp", "--yes", "--app", "cursor")
		m.unchanged(before)
	})
}

// The disk fills up at every stage of an install of every kind: it is there as a
// whole or not at all, and what stood there before is as it was.
func TestFullDiskAtEveryStage(t *testing.T) {
	for _, k := range everyKind {
		t.Run(k.name, func(t *testing.T) {
			args, env := k.prepare(t)
			m := newMachine(t, env...)
			m.write(".cursor/mcp.json", "{}\n")
			mount(t, m.path(".toolbay"), "size=96m", 0)
			install := append(args, "--yes", "--accept-risk", "--name", "hello", "--app", "cursor")
			m.succeeds("", "install", "npm:hello-mcp@1.0.0", "--yes", "--name", "before", "--app", "cursor")
			m.succeeds("", install...) // places the launcher and what the kind needs
			m.succeeds("", "remove", "hello")
			app, whole := m.read(".cursor/mcp.json"), 0
			for _, left := range []int64{0, 8, 32, 128, 512, 1 << 14} {
				fill := m.path(".toolbay", "fill")
				if err := os.WriteFile(fill, make([]byte, max(0, room(t, filepath.Dir(fill))-left<<10)), 0o600); err != nil {
					t.Fatal(err)
				}
				exit, out := m.run("", append([]string{"--json"}, install...)...)
				if err := os.Remove(fill); err != nil {
					t.Fatal(err)
				}
				if exit != exitOK && !strings.Contains(out, `"code": "disk_full"`) {
					t.Errorf("with %d KB: %s", left, out)
				}
				m.ownFilesWhole()
				if there := m.listed("hello"); there != (exit == exitOK) {
					t.Errorf("with %d KB: exit code %d, listed %t", left, exit, there)
				} else if there {
					whole++
					m.succeeds("", "test", "hello")
					m.succeeds("", "remove", "hello")
				}
				m.nothingLeft("hello")
				if got := m.read(".cursor/mcp.json"); got != app {
					t.Errorf("with %d KB the app's file became %s", left, got)
				}
			}
			m.succeeds("", "test", "before")
			if whole == 0 {
				t.Error("it never fitted: the test is wrong")
			}
			t.Logf("%d of 6 were whole", whole)
		})
	}
}

// What Toolbay writes for itself on a full disk: done, or not, and what was
// there can be read.
func TestFullDiskOwnFiles(t *testing.T) {
	m := newMachine(t)
	m.write(".cursor/mcp.json", "{}\n")
	mount(t, m.path(".toolbay"), "size=96m", 0)
	m.succeeds("", "install", "npm:hello-mcp@1.0.0", "--yes", "--name", "hello", "--app", "cursor")
	m.succeeds("", "install", "npm:hello-mcp@1.0.0", "--yes", "--name", "other", "--app", "cursor")
	m.succeeds("", "profile", "create", "Work")
	fill := m.path(".toolbay", "fill")
	for _, left := range []int64{0, 48} {
		for _, args := range [][]string{
			{"update", "--check"}, {"update", "hello", "--yes"}, {"profile", "create", "Home"}, {"profile", "switch", "work"},
			{"disconnect", "cursor", "hello"}, {"remove", "other"},
		} {
			if err := os.WriteFile(fill, make([]byte, max(0, room(t, filepath.Dir(fill))-left<<10)), 0o600); err != nil {
				t.Fatal(err)
			}
			m.run("", append([]string{"--json"}, args...)...) // done or not
			if err := os.Remove(fill); err != nil {
				t.Fatal(err)
			}
			m.ownFilesWhole()
		}
	}
	m.succeeds("", "list")
	m.succeeds("", "test", "hello")
	m.succeeds("", "verify", "hello")
	m.succeeds("", "update", "hello", "--yes")
	m.ownFilesWhole()
}

// ownFilesWhole fails when a file of Toolbay's own is cut off or half written.
func (m *machine) ownFilesWhole() {
	m.t.Helper()
	m.succeeds("", "status") // the next start
	err := filepath.WalkDir(m.path(".toolbay"), func(path string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.Name() == "node_modules" || d.Name() == "runtimes" || d.Name() == "files":
			return filepath.SkipDir
		case strings.HasPrefix(d.Name(), ".new-"):
			m.t.Errorf("%s is left", path)
		case filepath.Ext(path) == ".json":
			data, err := os.ReadFile(path)
			if err != nil {
				return err
			}
			if !json.Valid(data) {
				m.t.Errorf("%s is not whole: %.80q", path, data)
			}
		}
		return nil
	})
	if err != nil {
		m.t.Error(err)
	}
}

// room is what is left on the file system of dir, in bytes.
func room(t *testing.T, dir string) int64 {
	t.Helper()
	var fs syscall.Statfs_t
	if err := syscall.Statfs(dir, &fs); err != nil {
		t.Fatal(err)
	}
	return int64(fs.Bavail) * fs.Bsize
}
