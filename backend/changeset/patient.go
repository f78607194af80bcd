package changeset

import (
	"errors"
	"io/fs"
	"os"
	"time"
)

// patiently repeats what a virus scanner, an indexer or the app itself holds
// up for a moment: it waits longer each time, some two and a half seconds in
// all. What held tells apart is passing; any other error is given at once.
func patiently(do func() error, held func(error) bool, sleep func(time.Duration)) error {
	for wait := 10 * time.Millisecond; ; wait *= 2 {
		err := do()
		if err == nil || !held(err) || wait > 2*time.Second {
			return err
		}
		sleep(wait)
	}
}

// rename is os.Rename with patience.
func rename(from, to string) error {
	return patiently(func() error { return os.Rename(from, to) }, heldUp, time.Sleep)
}

// remove removes a file with patience; one that is not there is no error.
func remove(path string) error {
	err := patiently(func() error { return os.Remove(path) }, heldUp, time.Sleep)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return err
}
