package staging

import (
	"errors"

	"golang.org/x/sys/windows"
)

// Full tells whether err means that the disk is used up.
func Full(err error) bool {
	return errors.Is(err, windows.ERROR_DISK_FULL) || errors.Is(err, windows.ERROR_HANDLE_DISK_FULL)
}
