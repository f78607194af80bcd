package changeset

import (
	"errors"
	"os"

	"golang.org/x/sys/unix"
)

// exchangeFiles lets a and b change places in one step.
func exchangeFiles(a, b, _ string) error {
	err := unix.Renameat2(unix.AT_FDCWD, a, unix.AT_FDCWD, b, unix.RENAME_EXCHANGE)
	return linkError(a, b, err)
}

// moveNew renames from to to, and fails with fs.ErrExist when to is there.
func moveNew(from, to string) error {
	err := linkError(from, to, unix.Renameat2(unix.AT_FDCWD, from, unix.AT_FDCWD, to, unix.RENAME_NOREPLACE))
	if errors.Is(err, errors.ErrUnsupported) {
		return moveByLink(from, to)
	}
	return err
}

func linkError(a, b string, err error) error {
	switch err {
	case nil:
		return nil
	case unix.EINVAL, unix.ENOSYS, unix.EOPNOTSUPP:
		err = errors.ErrUnsupported
	}
	return &os.LinkError{Op: "renameat2", Old: a, New: b, Err: err}
}

// beingWritten tells whether somebody has the file open for writing: the kernel
// gives out a read lease only while nobody has. Where it gives none (a network
// disk, another's file), nobody is taken to be there. The file must be one that
// no other program will open now, or it would wait for us.
func beingWritten(path string) bool {
	f, err := openToRead(path)
	if err != nil {
		return false
	}
	defer f.Close()
	_, err = unix.FcntlInt(f.Fd(), unix.F_SETLEASE, unix.F_RDLCK)
	if err == nil {
		_, _ = unix.FcntlInt(f.Fd(), unix.F_SETLEASE, unix.F_UNLCK)
	}
	return errors.Is(err, unix.EAGAIN)
}
