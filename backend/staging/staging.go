// Package staging holds folders for work that is under way, so that an install
// which is cancelled or killed leaves nothing where servers and runtimes live.
// A folder belongs to a running program as long as its lock is held; the rest
// is swept at the next start. runtimes and install import it; it imports
// nothing of ours.
//
//	dir, err := staging.New(home)
//	defer dir.Close()                       // removes what was not kept
//	… fill dir.Join("node") …
//	err = dir.Keep("node", filepath.Join(home, "runtimes", "node-24.21.0"))
package staging

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/gofrs/flock"
)

// Dir is a folder of TOOLBAY_HOME/staging that is held by this program.
type Dir struct {
	path string
	home string
	lock *flock.Flock
}

const lockName = "lock"

// New makes an empty folder and holds it.
func New(home string) (*Dir, error) {
	root := filepath.Join(home, "staging")
	if err := os.MkdirAll(root, 0o700); err != nil {
		return nil, fmt.Errorf("make the folder for work under way: %w", err)
	}
	// A sweep must never see a folder between its making and its locking.
	unlock, err := lockRoot(root)
	if err != nil {
		return nil, err
	}
	defer unlock()
	path, err := os.MkdirTemp(root, "work-")
	if err != nil {
		return nil, fmt.Errorf("make a folder for work under way: %w", err)
	}
	l := flock.New(filepath.Join(path, lockName))
	if ok, err := l.TryLock(); err != nil || !ok {
		os.RemoveAll(path)
		return nil, fmt.Errorf("hold %s: %w", path, errors.Join(err, errHeld(ok)))
	}
	return &Dir{path: path, home: home, lock: l}, nil
}

func errHeld(ok bool) error {
	if ok {
		return nil
	}
	return errors.New("held by another program")
}

// Path is the folder itself.
func (d *Dir) Path() string { return d.path }

// Join gives a path inside the folder.
func (d *Dir) Join(parts ...string) string {
	return filepath.Join(append([]string{d.path}, parts...)...)
}

// Keep moves a part of the folder to its place in one step. The place must not
// exist; os.ErrExist when it does.
func (d *Dir) Keep(part, place string) error {
	if err := os.MkdirAll(filepath.Dir(place), 0o755); err != nil {
		return err
	}
	// Rename would replace an empty folder on Unix.
	if _, err := os.Lstat(place); err == nil {
		return fmt.Errorf("keep %s: %w", place, os.ErrExist)
	}
	err := os.Rename(d.Join(part), place)
	if err != nil && exists(place) {
		return fmt.Errorf("keep %s: %w", place, os.ErrExist)
	}
	return err
}

// Close removes the folder with everything still in it and lets go of it.
func (d *Dir) Close() error {
	// Windows cannot remove a file that is open, so the lock goes first.
	return errors.Join(d.lock.Unlock(), os.RemoveAll(d.path))
}

// Sweep removes the folders that killed programs left and tells how many it
// removed. Folders that a running program holds stay.
func Sweep(home string) (int, error) {
	root := filepath.Join(home, "staging")
	entries, err := os.ReadDir(root)
	if errors.Is(err, os.ErrNotExist) {
		return 0, nil
	}
	if err != nil {
		return 0, err
	}
	unlock, err := lockRoot(root)
	if err != nil {
		return 0, err
	}
	defer unlock()
	swept := 0
	var errs []error
	for _, e := range entries {
		if !e.IsDir() {
			continue
		}
		path := filepath.Join(root, e.Name())
		if !exists(path) { // closed in the meantime
			continue
		}
		if exists(filepath.Join(path, lockName)) {
			l := flock.New(filepath.Join(path, lockName))
			ok, err := l.TryLock()
			if err == nil && !ok {
				continue
			}
			errs = append(errs, err, l.Unlock())
		}
		if err := os.RemoveAll(path); err != nil {
			errs = append(errs, err)
			continue
		}
		swept++
	}
	return swept, errors.Join(errs...)
}

func lockRoot(root string) (func(), error) {
	l := flock.New(filepath.Join(root, ".lock"))
	if err := l.Lock(); err != nil {
		return nil, fmt.Errorf("hold %s: %w", root, err)
	}
	return func() { _ = l.Unlock() }, nil
}

func exists(p string) bool {
	_, err := os.Lstat(p)
	return err == nil
}
