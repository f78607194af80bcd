package pypi

import (
	"fmt"
	"syscall"
	"testing"
)

// tinyDisk mounts a file system of the given size, which only root may.
func tinyDisk(t *testing.T, size int) string {
	dir := t.TempDir()
	if err := syscall.Mount("tmpfs", dir, "tmpfs", 0, fmt.Sprintf("size=%d", size)); err != nil {
		t.Skipf("needs root to make a small disk: %v", err)
	}
	t.Cleanup(func() {
		if err := syscall.Unmount(dir, 0); err != nil {
			t.Errorf("take the small disk away: %v", err)
		}
	})
	return dir
}
