package changeset

import (
	"errors"
	"os"
	"time"
	"unsafe"

	"golang.org/x/sys/windows"
)

var replaceFileW = windows.NewLazySystemDLL("kernel32.dll").NewProc("ReplaceFileW")

// exchangeFiles puts a in b's place; b goes to old and then to a. ReplaceFile
// keeps b's access list and attributes.
func exchangeFiles(a, b, old string) error {
	from, err := windows.UTF16PtrFromString(a)
	if err != nil {
		return err
	}
	to, err := windows.UTF16PtrFromString(b)
	if err != nil {
		return err
	}
	backup, err := windows.UTF16PtrFromString(old)
	if err != nil {
		return err
	}
	err = patiently(func() error {
		ok, _, err := replaceFileW.Call(
			uintptr(unsafe.Pointer(to)), uintptr(unsafe.Pointer(from)), uintptr(unsafe.Pointer(backup)), 0, 0, 0)
		if ok != 0 {
			return nil
		}
		return err
	}, heldUp, time.Sleep)
	if errors.Is(err, windows.ERROR_INVALID_FUNCTION) || errors.Is(err, windows.ERROR_NOT_SUPPORTED) {
		err = errors.ErrUnsupported
	}
	if err != nil {
		return &os.LinkError{Op: "ReplaceFile", Old: a, New: b, Err: err}
	}
	return moveNew(old, a)
}

// moveNew renames from to to, and fails with fs.ErrExist when to is there.
func moveNew(from, to string) error { return move(from, to, windows.MOVEFILE_WRITE_THROUGH) }

// replaceFile renames from to to, which goes.
func replaceFile(from, to string) error {
	return move(from, to, windows.MOVEFILE_WRITE_THROUGH|windows.MOVEFILE_REPLACE_EXISTING)
}

func move(from, to string, flags uint32) error {
	f, err := windows.UTF16PtrFromString(from)
	if err != nil {
		return err
	}
	t, err := windows.UTF16PtrFromString(to)
	if err != nil {
		return err
	}
	if err := patiently(func() error { return windows.MoveFileEx(f, t, flags) }, heldUp, time.Sleep); err != nil {
		return &os.LinkError{Op: "MoveFileEx", Old: from, New: to, Err: err}
	}
	return nil
}

// heldUp tells what passes when a virus scanner, an indexer or another program
// closes the file. Access is also denied for good, to what is not ours: that is
// told after the same wait.
func heldUp(err error) bool {
	return errors.Is(err, windows.ERROR_SHARING_VIOLATION) || errors.Is(err, windows.ERROR_LOCK_VIOLATION) ||
		errors.Is(err, windows.ERROR_ACCESS_DENIED)
}

// beingWritten is not asked here: who has a file open for writing does not let
// it be exchanged, unless it says so.
func beingWritten(string) bool { return false }
