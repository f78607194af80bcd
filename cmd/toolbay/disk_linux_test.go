package main

import (
	"os"
	"path/filepath"
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

// room is what is left on the file system of dir, in bytes.
func room(t *testing.T, dir string) int64 {
	t.Helper()
	var fs syscall.Statfs_t
	if err := syscall.Statfs(dir, &fs); err != nil {
		t.Fatal(err)
	}
	return int64(fs.Bavail) * fs.Bsize
}
