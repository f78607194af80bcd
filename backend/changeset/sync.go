package changeset

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"sync"
)

// batch collects files that have been written and waits for the disk once for
// all of them: a disk writes two dozen small files in little more than the time
// of one when it is asked for all at the same time.
type batch struct {
	files []*os.File
	err   error
}

// maxOpen keeps far below the number of open files that a process may have.
const maxOpen = 64

// add takes over f, which sync closes.
func (b *batch) add(f *os.File) {
	if len(b.files) == maxOpen {
		b.err = errors.Join(b.err, b.sync())
	}
	b.files = append(b.files, f)
}

// sync returns when everything that was added is on the disk. It gives the
// first trouble there was, also from files added long ago.
func (b *batch) sync() error {
	errs := make([]error, len(b.files))
	var group sync.WaitGroup
	for i, f := range b.files {
		group.Go(func() { errs[i] = errors.Join(f.Sync(), f.Close()) })
	}
	group.Wait()
	err := errors.Join(b.err, errors.Join(errs...))
	b.files, b.err = nil, nil
	return err
}

// drop closes what was added, for a change that is given up.
func (b *batch) drop() {
	for _, f := range b.files {
		_ = f.Close()
	}
	b.files = nil
}

// syncDirs makes the names in several folders last through a power cut.
func syncDirs(dirs map[string]bool) error {
	var group sync.WaitGroup
	var mu sync.Mutex
	var all error
	for dir := range dirs {
		group.Go(func() {
			if err := syncDir(dir); err != nil {
				mu.Lock()
				defer mu.Unlock()
				all = errors.Join(all, &fs.PathError{Op: "sync", Path: dir, Err: err})
			}
		})
	}
	group.Wait()
	return all
}

// folders are those in which the files of a change have their names.
func (j *journal) folders() map[string]bool {
	dirs := map[string]bool{}
	for i := range j.Files {
		if x := &j.Files[i]; !x.same() && !x.InPlace {
			dirs[filepath.Dir(x.Real)] = true
		}
	}
	return dirs
}
