package changeset

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"toolbay/backend/model"
)

// place is where a path really leads.
type place struct {
	path, real string
	info       fs.FileInfo // of real; nil when it is absent
	missing    []string    // folders that have to be made first, outermost first
}

// look follows path through all links. A file that is there is a regular one.
func look(path string) (place, error) {
	p := place{path: path}
	if !filepath.IsAbs(path) {
		return p, model.Fail("file_unreadable", errors.New("path is not absolute"), "path", path)
	}
	path = filepath.Clean(path)
	_, err := os.Lstat(path)
	switch {
	case err == nil:
		real, err := filepath.EvalSymlinks(path)
		if errors.Is(err, fs.ErrNotExist) {
			return p, model.Fail("link_dangling", err, "path", p.path)
		}
		if err != nil {
			return p, unreadable(p.path, err)
		}
		info, err := os.Stat(real)
		if err != nil {
			return p, unreadable(p.path, err)
		}
		switch {
		case info.IsDir():
			return p, model.Fail("file_is_folder", nil, "path", p.path)
		case !info.Mode().IsRegular():
			return p, model.Fail("file_special", nil, "path", p.path)
		}
		p.real, p.info = real, info
		return p, nil
	case !errors.Is(err, fs.ErrNotExist):
		return p, unreadable(p.path, err)
	}
	// Absent: the deepest folder that exists is followed through its links.
	rest, dir := filepath.Base(path), filepath.Dir(path)
	var missing []string
	for {
		_, err := os.Lstat(dir)
		if err == nil {
			break
		}
		if !errors.Is(err, fs.ErrNotExist) {
			return p, unreadable(p.path, err)
		}
		missing = append(missing, dir)
		rest = filepath.Join(filepath.Base(dir), rest)
		up := filepath.Dir(dir)
		if up == dir {
			return p, unreadable(p.path, err)
		}
		dir = up
	}
	real, err := filepath.EvalSymlinks(dir)
	if errors.Is(err, fs.ErrNotExist) {
		return p, model.Fail("link_dangling", err, "path", p.path)
	}
	if err != nil {
		return p, unreadable(p.path, err)
	}
	info, err := os.Stat(real)
	if err != nil {
		return p, unreadable(p.path, err)
	}
	if !info.IsDir() {
		return p, unreadable(p.path, errors.New("a parent is not a folder"))
	}
	p.real = filepath.Join(real, rest)
	for i := len(missing) - 1; i >= 0; i-- {
		rel, err := filepath.Rel(dir, missing[i])
		if err != nil {
			return p, unreadable(p.path, err)
		}
		p.missing = append(p.missing, filepath.Join(real, rel))
	}
	return p, nil
}

// base is the deepest folder on the way to real that exists already.
func (p place) base() string {
	if len(p.missing) > 0 {
		return filepath.Dir(p.missing[0])
	}
	return filepath.Dir(p.real)
}

// mayWrite refuses what the user has protected. The superuser may write
// everything, so the mode bits decide and not the attempt: a file without any
// write bit was made read-only by somebody who meant it.
func (p place) mayWrite(remove bool) error {
	if p.info != nil && (p.info.Mode().Perm()&0o222 == 0 || !writable(p.real)) {
		return model.Fail("file_read_only", nil, "path", p.path)
	}
	if (p.info == nil || remove) && !folderWritable(p.base()) {
		return model.Fail("folder_read_only", nil, "path", p.path)
	}
	return nil
}

func folderWritable(dir string) bool {
	info, err := os.Stat(dir)
	return err == nil && info.Mode().Perm()&0o222 != 0 && writable(dir)
}

// read gives a file's bytes, nil when it is absent. It never waits on a FIFO
// that took the file's place.
func read(path string) ([]byte, error) {
	f, err := openToRead(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, unreadable(path, err)
	}
	defer f.Close()
	info, err := f.Stat()
	switch {
	case err != nil:
		return nil, unreadable(path, err)
	case info.IsDir():
		return nil, model.Fail("file_is_folder", nil, "path", path)
	case !info.Mode().IsRegular():
		return nil, model.Fail("file_special", nil, "path", path)
	case info.Size() > maxFile:
		return nil, unreadable(path, errTooLarge)
	}
	b, err := readAll(f)
	if err != nil {
		return nil, unreadable(path, err)
	}
	return b, nil
}

var errTooLarge = errors.New("larger than 64 MiB")

// readAll never gives nil: an empty file is not an absent one.
func readAll(r io.Reader) ([]byte, error) {
	b, err := io.ReadAll(io.LimitReader(r, maxFile+1))
	if err != nil {
		return nil, err
	}
	if len(b) > maxFile {
		return nil, errTooLarge
	}
	if b == nil {
		b = []byte{}
	}
	return b, nil
}

func unreadable(path string, err error) error {
	return model.Fail("file_unreadable", err, "path", path)
}

// homeError is a failure inside Toolbay's own folder.
func homeError(path string, err error) error {
	if diskFull(err) {
		return model.Fail("disk_full", err, "path", path)
	}
	return model.Fail("home_unwritable", err, "path", path)
}

// writeError names what stopped us from writing the user's file at path.
func writeError(path string, err error) error {
	var known *model.Error
	switch {
	case errors.As(err, &known):
		return err
	case diskFull(err):
		return model.Fail("disk_full", err, "path", path)
	case errors.Is(err, fs.ErrPermission), readOnlyDisk(err):
		return model.Fail("file_read_only", err, "path", path)
	}
	return model.Fail("file_busy", err, "path", path)
}
