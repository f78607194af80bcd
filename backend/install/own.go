package install

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"toolbay/backend/model"
	"toolbay/backend/pattern"
)

// Carried is what a server has of its own in a version's folder. Paths are
// below the folder, with slashes, in order.
type Carried struct {
	// Kept are files that another version gets, or has just the same.
	Kept []string
	// Left are files that stay with their version: what was changed of it, what
	// could be run, and what the other version has another file for.
	Left []string
}

// Any tells whether there is anything at all.
func (c Carried) Any() bool { return len(c.Kept)+len(c.Left) > 0 }

// Own tells what a folder has that no install put there. A folder whose seal
// cannot be read counts every file that is younger than its receipt.
func Own(dir string) (Findings, error) {
	f, err := Verify(dir)
	if err == nil || model.Code(err) != "seal_missing" && model.Code(err) != "receipt_unreadable" {
		return f, err
	}
	f = Findings{}
	if st, err := os.Stat(dir); err != nil || !st.IsDir() {
		return f, nil // nothing is left of it
	}
	st, err := os.Stat(filepath.Join(dir, ReceiptName))
	if err != nil {
		f.Added = []string{"."} // nothing can be told, so all of it counts
		return f, nil
	}
	err = filepath.WalkDir(dir, func(p string, d fs.DirEntry, err error) error {
		if err != nil || !d.Type().IsRegular() {
			return err
		}
		is, err := d.Info()
		rel, rerr := filepath.Rel(dir, p)
		if err = errors.Join(err, rerr); err != nil || rel == SealName || !is.ModTime().After(st.ModTime()) {
			return err
		}
		if rel = filepath.ToSlash(rel); runs(dir, rel) {
			f.Added = append(f.Added, rel)
		} else {
			f.Extra = append(f.Extra, rel)
		}
		return nil
	})
	return f, err
}

// Intact names the files of a folder that are as they were installed. Error
// codes are those of Verify.
func Intact(dir string) (map[string]bool, error) {
	f, err := Verify(dir)
	if err != nil {
		return nil, err
	}
	now, err := digests(dir)
	if err != nil {
		return nil, model.Fail("receipt_unreadable", err)
	}
	files := map[string]bool{}
	for file := range now {
		files[file] = true
	}
	for _, list := range [][]string{f.Changed, f.Added, f.Extra} {
		for _, file := range list {
			delete(files, file)
		}
	}
	return files, nil
}

// Carry copies what a server wrote beside its program from one version's folder
// into another's. Nothing that could be run is copied, and nothing that was
// installed there is replaced; other files there are when replace says that
// nobody used them yet. With dry it only tells. What fails leaves no new file.
func Carry(from, to string, replace, dry bool) (Carried, error) {
	var c Carried
	own, err := Own(from)
	if err != nil {
		return c, err
	}
	c.Left = append(c.Left, own.Added...)
	if len(own.Extra)+len(own.Changed) == 0 {
		return c, nil
	}
	there, err := Own(to)
	if err != nil {
		return c, err
	}
	src, err := os.OpenRoot(from)
	if err != nil {
		return c, err
	}
	defer src.Close()
	dst, err := os.OpenRoot(to) // so that no link leads out of the folder
	if err != nil {
		return c, err
	}
	defer dst.Close()
	var made []string
	files := append(slices.Clone(own.Extra), own.Changed...)
	slices.Sort(files) // a database before what it keeps beside it
	for _, file := range files {
		target := placeIn(to, file)
		_, err := dst.Lstat(filepath.FromSlash(target))
		absent := errors.Is(err, fs.ErrNotExist)
		in, openErr := src.Open(filepath.FromSlash(file))
		if openErr != nil || runs(from, file) || err != nil && !absent || slices.Contains(c.Left, mainOf(file)) {
			if openErr == nil {
				in.Close()
			}
			c.Left = append(c.Left, file)
			continue
		}
		same := !absent && alike(filepath.Join(from, filepath.FromSlash(file)), filepath.Join(to, filepath.FromSlash(target)))
		switch {
		case same:
		case !absent && (!replace || !slices.Contains(there.Extra, target)):
			c.Left = append(c.Left, file)
			in.Close()
			continue
		case !dry:
			if err := copyInto(dst, in, target); err != nil {
				in.Close()
				for _, m := range made {
					_ = dst.Remove(m)
				}
				return Carried{}, err
			}
			if absent {
				made = append(made, filepath.FromSlash(target))
			}
		}
		in.Close()
		c.Kept = append(c.Kept, file)
	}
	slices.Sort(c.Kept)
	slices.Sort(c.Left)
	return c, nil
}

var pythonLib = pattern.New(`^((?:.*/)?lib/)python3\.[0-9]+/`)

// placeIn is where a file of one version belongs in the folder of another: the
// same place, but for an environment whose folder is named for another Python.
func placeIn(to, file string) string {
	m := pythonLib().FindStringSubmatch(file)
	if m == nil {
		return file
	}
	found := pattern.Files(to, m[1], "python3.*")
	if len(found) != 1 {
		return file
	}
	return m[1] + filepath.Base(found[0]) + "/" + strings.TrimPrefix(file, m[0])
}

func alike(a, b string) bool {
	x, err := digest(a, nil)
	y, err2 := digest(b, nil)
	return err == nil && err2 == nil && x == y
}

// besides are what a database keeps in files beside its own. Beside another
// database they would spoil it.
var besides = []string{"-wal", "-shm", "-journal"}

// mainOf is the database that a file belongs to, or "".
func mainOf(file string) string {
	for _, tail := range besides {
		if main, ok := strings.CutSuffix(file, tail); ok {
			return main
		}
	}
	return ""
}

// partName ends the name of a file that is being copied.
const partName = ".toolbay-part"

// copyInto copies one file, in one step for whoever looks at its place.
func copyInto(dst *os.Root, in *os.File, target string) error {
	st, err := in.Stat()
	if err != nil {
		return err
	}
	place := filepath.FromSlash(target)
	if err := dst.MkdirAll(filepath.FromSlash(path.Dir(target)), 0o755); err != nil {
		return err
	}
	part := place + partName
	out, err := dst.OpenFile(part, os.O_CREATE|os.O_TRUNC|os.O_WRONLY, st.Mode().Perm()|0o600)
	if err != nil {
		return err
	}
	_, err = io.Copy(out, in)
	if err == nil {
		err = out.Sync()
	}
	if err = errors.Join(err, out.Close()); err == nil {
		err = dst.Chtimes(part, st.ModTime(), st.ModTime())
	}
	if err == nil {
		for _, tail := range besides {
			_ = dst.Remove(place + tail)
		}
		err = dst.Rename(part, place)
	}
	if err != nil {
		_ = dst.Remove(part)
	}
	return err
}
