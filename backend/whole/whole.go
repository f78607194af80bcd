// Package whole writes Toolbay's own files so that each is there as a whole or
// as it was: a crash, a kill or a full disk never leaves half of one. Files
// outside TOOLBAY_HOME are changesets instead. Any package may import it; it
// imports only pattern of ours.
//
//	err := whole.Write(filepath.Join(home, "updates", "seen.json"), data)
//
// A writer that is killed leaves its temporary file beside the place. Sweep
// removes those at the next start and leaves the ones of living writers: a
// writer holds a lock on its own as long as it lives.
package whole

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"

	"toolbay/backend/pattern"
)

// prefix begins the name of a file that is being written; digits follow.
const prefix = ".new-"

// tries bounds how often a file is begun anew because a sweep took it in the
// moment before it was held.
const tries = 100

// Write puts data at path, readable by the user alone, and makes the folders
// that lead there.
func Write(path string, data []byte) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return err
	}
	var err error
	for range tries {
		var swept bool
		if swept, err = write(path, data); !swept {
			return err
		}
	}
	return err
}

// write tells whether a sweep took the file meanwhile.
func write(path string, data []byte) (swept bool, err error) {
	tmp, err := os.CreateTemp(filepath.Dir(path), prefix+"*") // 0600
	if err != nil {
		return false, err
	}
	defer os.Remove(tmp.Name()) // there only when it did not come to its place
	if !hold(tmp) {
		return true, errors.Join(errSwept, tmp.Close())
	}
	_, err = tmp.Write(data)
	if err == nil {
		err = tmp.Sync()
	}
	if err == nil && !closeFirst {
		err = os.Rename(tmp.Name(), path)
	}
	if cerr := tmp.Close(); err == nil {
		err = cerr
	}
	if err == nil && closeFirst {
		err = os.Rename(tmp.Name(), path)
	}
	if errors.Is(err, fs.ErrNotExist) {
		// Gone is the file or the folder; only for the first is there another try.
		_, ferr := os.Stat(filepath.Dir(path))
		return ferr == nil, err
	}
	return false, err
}

var errSwept = errors.New("a sweep took the file that was being written")

// places are where below the home own files stand. No package's files do: those
// are a folder deeper, and may be called what they like.
var places = [][]string{
	{}, {"*"}, {"profiles", "*"}, {"servers", "*"}, {"trash", "*", "*"},
}

// Sweep removes what killed writers left below home and tells how many files.
func Sweep(home string) int {
	swept := 0
	for _, place := range places {
		for _, path := range pattern.Files(home, append(append([]string{}, place...), prefix+"[0-9]*")...) {
			if st, err := os.Lstat(path); err == nil && st.Mode().IsRegular() && remove(path) {
				swept++
			}
		}
	}
	return swept
}
