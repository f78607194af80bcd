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
	})
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
	if err := patiently(func() error { return windows.MoveFileEx(f, t, flags) }); err != nil {
		return &os.LinkError{Op: "MoveFileEx", Old: from, New: to, Err: err}
	}
	return nil
}

// patiently repeats what a virus scanner or indexer holds up for a moment.
func patiently(do func() error) error {
	for wait := 10 * time.Millisecond; ; wait *= 2 {
		err := do()
		held := errors.Is(err, windows.ERROR_SHARING_VIOLATION) || errors.Is(err, windows.ERROR_LOCK_VIOLATION) ||
			errors.Is(err, windows.ERROR_ACCESS_DENIED)
		if !held || wait > time.Second {
			return err
		}
		time.Sleep(wait)
	}
}
