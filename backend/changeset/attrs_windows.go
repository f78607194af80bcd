package changeset

import (
	"errors"
	"io/fs"
	"os"
	"time"

	"golang.org/x/sys/windows"
)

// dress has little to do: ReplaceFile keeps access list and attributes.
func dress(path, _ string, mode os.FileMode) error { return os.Chmod(path, mode) }

// links is not told by a FileInfo on Windows; ReplaceFile cuts hard links.
func links(fs.FileInfo) uint64 { return 1 }

// writable is answered by the attempt: access lists are not worth guessing.
func writable(string) bool { return true }

func openToRead(path string) (*os.File, error) { return openPatiently(path, os.O_RDONLY) }

func openToWrite(path string) (*os.File, error) { return openPatiently(path, os.O_RDWR) }

func openPatiently(path string, flag int) (f *os.File, err error) {
	err = patiently(func() error {
		f, err = os.OpenFile(path, flag, 0)
		return err
	}, heldUp, time.Sleep)
	return f, err
}

func cannotExchange(err error) bool { return errors.Is(err, windows.ERROR_NOT_SAME_DEVICE) }

func diskFull(err error) bool {
	return errors.Is(err, windows.ERROR_DISK_FULL) || errors.Is(err, windows.ERROR_HANDLE_DISK_FULL)
}

func readOnlyDisk(err error) bool { return errors.Is(err, windows.ERROR_WRITE_PROTECT) }

// syncDir: NTFS keeps names in its own journal; folders cannot be synced.
func syncDir(string) error { return nil }
