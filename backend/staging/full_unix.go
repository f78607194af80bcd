//go:build unix

package staging

import (
	"errors"

	"golang.org/x/sys/unix"
)

// Full tells whether err means that the disk, or the user's share of it, is
// used up.
func Full(err error) bool {
	return errors.Is(err, unix.ENOSPC) || errors.Is(err, unix.EDQUOT)
}
