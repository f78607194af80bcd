//go:build unix

package changeset

import (
	"errors"
	"io/fs"
	"os"
	"strings"
	"syscall"

	"golang.org/x/sys/unix"
)

// dress gives the file at path the mode, owner and extended attributes of the
// one at like; without that one, only the mode. It fails when the owner cannot
// be kept, because then the file has to be written in place. Attributes are
// best effort: not all of them may be set by everybody.
func dress(path, like string, mode os.FileMode) error {
	info, err := os.Stat(like)
	if errors.Is(err, fs.ErrNotExist) {
		return os.Chmod(path, mode)
	}
	if err != nil {
		return err
	}
	mine, err := os.Stat(path)
	if err != nil {
		return err
	}
	want, have := info.Sys().(*syscall.Stat_t), mine.Sys().(*syscall.Stat_t)
	if want.Uid != have.Uid || want.Gid != have.Gid {
		if err := os.Chown(path, int(want.Uid), int(want.Gid)); err != nil {
			return err
		}
	}
	copyAttributes(path, like)
	// Last: chown clears the set-id bits.
	return os.Chmod(path, mode)
}

func copyAttributes(path, like string) {
	names := make([]byte, 64<<10)
	n, err := unix.Listxattr(like, names)
	if err != nil {
		return
	}
	value := make([]byte, 64<<10)
	for _, name := range strings.Split(string(names[:n]), "\x00") {
		if name == "" {
			continue
		}
		if size, err := unix.Getxattr(like, name, value); err == nil {
			_ = unix.Setxattr(path, name, value[:size], 0)
		}
	}
}

func links(info fs.FileInfo) uint64 { return uint64(info.Sys().(*syscall.Stat_t).Nlink) }

// writable asks the system, which also knows read-only file systems.
func writable(path string) bool { return unix.Access(path, unix.W_OK) == nil }

func openToRead(path string) (*os.File, error) {
	return os.OpenFile(path, os.O_RDONLY|unix.O_NONBLOCK, 0)
}

func openToWrite(path string) (*os.File, error) {
	return os.OpenFile(path, os.O_RDWR|unix.O_NONBLOCK|unix.O_NOFOLLOW, 0)
}

// heldUp: here nobody can keep others from a file by having it open.
func heldUp(error) bool { return false }

func replaceFile(from, to string) error { return os.Rename(from, to) }

// cannotExchange tells a mount point (EBUSY, EXDEV) and a folder or owner that
// is not ours from real trouble.
func cannotExchange(err error) bool {
	for _, e := range []error{unix.EBUSY, unix.EXDEV, unix.EPERM, unix.EACCES, unix.EROFS} {
		if errors.Is(err, e) {
			return true
		}
	}
	return false
}

func diskFull(err error) bool { return errors.Is(err, unix.ENOSPC) || errors.Is(err, unix.EDQUOT) }

func readOnlyDisk(err error) bool { return errors.Is(err, unix.EROFS) }

// syncDir makes names in a folder last through a power cut.
func syncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	err = d.Sync()
	if errors.Is(err, unix.EINVAL) || errors.Is(err, errors.ErrUnsupported) {
		err = nil // some network file systems have no such thing
	}
	return errors.Join(err, d.Close())
}
