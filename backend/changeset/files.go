package changeset

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"toolbay/backend/model"
)

// tempName is how our temporary files in other people's folders begin. It is
// recognisable, and starts with a dot so that apps pass it over.
func tempName(id string, n int) string { return fmt.Sprintf(".toolbay-%s-%d", id, n) }

// digest is the SHA-256 of content in hex, "" for a file that is absent.
func digest(content []byte) string {
	if content == nil {
		return ""
	}
	sum := sha256.Sum256(content)
	return hex.EncodeToString(sum[:])
}

// noFile is the hash of a folder or device that took a file's place.
const noFile = "no file"

func hashOf(path string) (string, error) {
	b, err := read(path)
	if code := model.Code(err); code == "file_is_folder" || code == "file_special" {
		return noFile, nil
	}
	return digest(b), err
}

func exists(path string) bool {
	_, err := os.Lstat(path)
	return err == nil
}

// writeNew makes a file that must not exist yet and waits until it is on disk.
func writeNew(path string, content []byte, mode os.FileMode, half func()) error {
	f, err := create(path, content, mode, half)
	if err != nil {
		return err
	}
	return errors.Join(f.Sync(), f.Close())
}

// create makes a file that must not exist yet. It is not on disk before its
// Sync.
func create(path string, content []byte, mode os.FileMode, half func()) (*os.File, error) {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, mode)
	if err != nil {
		return nil, err
	}
	cut := len(content) / 2
	_, err = f.Write(content[:cut])
	half()
	if err == nil {
		_, err = f.Write(content[cut:])
	}
	if err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return f, nil
}

// chunk is the size of one write in overwrite.
const chunk = 64 << 10

// overwrite puts content into an existing file. The part beyond the old end
// goes first: a full disk is met before a byte of the old content is lost.
func overwrite(path string, content []byte, old int64, step func(string)) error {
	f, err := openToWrite(path)
	if err != nil {
		return err
	}
	write := func(from, to int64) error {
		for ; from < to; from += chunk {
			step("in place")
			if _, err := f.WriteAt(content[from:min(from+chunk, to)], from); err != nil {
				return err
			}
		}
		return nil
	}
	size := int64(len(content))
	if size > old {
		err = write(old, size)
		if err == nil {
			err = f.Sync()
		}
	}
	if err == nil {
		err = write(0, min(old, size))
	}
	step("in place, to cut")
	if err == nil {
		err = f.Truncate(size)
	}
	step("in place, cut")
	if err == nil {
		err = f.Sync()
	}
	return errors.Join(err, f.Close())
}

// torn tells that content is what overwrite leaves when it is killed: at every
// offset the byte of before or of after. No edit of somebody else's is that by
// chance, because inserting or deleting a byte shifts the rest.
func torn(content, before, after []byte) bool {
	if len(content) < min(len(before), len(after)) || len(content) > max(len(before), len(after)) {
		return false
	}
	for i, c := range content {
		if (i >= len(before) || before[i] != c) && (i >= len(after) || after[i] != c) {
			return false
		}
	}
	return true
}

// exchange lets two files change places. Where the file system cannot, the
// file at path first gets a second name, old, and is then replaced: whoever
// replaces it between the two steps is not noticed.
func (e *Engine) exchange(swap, path, old string) error {
	err := errors.ErrUnsupported
	if !e.o.noExchange {
		err = exchangeFiles(swap, path, old)
	}
	if !errors.Is(err, errors.ErrUnsupported) {
		return err
	}
	if err := remove(old); err != nil {
		return err
	}
	e.o.Fault("second name")
	if err := os.Link(path, old); err != nil {
		if errors.Is(err, fs.ErrNotExist) {
			return err
		}
		if err := copyAs(path, old); err != nil {
			return err
		}
	}
	e.o.Fault("replace")
	if err := replaceFile(swap, path); err != nil {
		_ = os.Remove(old)
		return err
	}
	e.o.Fault("replaced")
	return rename(old, swap)
}

// copyAs is for file systems without hard links.
func copyAs(path, old string) error {
	info, err := os.Stat(path)
	if err != nil {
		return err
	}
	b, err := read(path)
	if err != nil {
		return err
	}
	if err := writeNew(old, b, 0o600, func() {}); err != nil {
		return err
	}
	return dress(old, path, info.Mode())
}

// moveByLink is moveNew for file systems that cannot refuse to replace.
func moveByLink(from, to string) error {
	err := os.Link(from, to)
	if errors.Is(err, errors.ErrUnsupported) || errors.Is(err, fs.ErrPermission) {
		// No hard links either (FAT): all that is left is to look first.
		if exists(to) {
			return &os.LinkError{Op: "rename", Old: from, New: to, Err: fs.ErrExist}
		}
		return os.Rename(from, to)
	}
	if err != nil {
		return err
	}
	return os.Remove(from)
}

// removeFolder removes an empty folder and nothing else.
func removeFolder(dir string) {
	if info, err := os.Lstat(dir); err == nil && info.IsDir() {
		// Not empty any more: somebody else uses it, so it stays.
		_ = os.Remove(dir)
		_ = syncDir(filepath.Dir(dir))
	}
}
