//go:build !windows

package whole

import (
	"errors"
	"os"
	"syscall"
)

// closeFirst: a file may be renamed while it is open, and stays held until it
// is at its place.
const closeFirst = false

// hold locks the file for as long as it is open. False when a sweep has it; a
// file system without locks has no sweep either.
func hold(f *os.File) bool {
	return !errors.Is(syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB), syscall.EWOULDBLOCK)
}

// remove removes the file unless somebody holds it.
func remove(path string) bool {
	f, err := os.OpenFile(path, os.O_RDWR|syscall.O_NOFOLLOW|syscall.O_NONBLOCK, 0)
	if err != nil {
		return false
	}
	defer f.Close()
	return syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB) == nil && os.Remove(path) == nil
}
