package bundle

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"os"
	"path"
	"path/filepath"
	"slices"

	"toolbay/backend/model"
)

// File is one that was unpacked.
type File struct {
	// Path is its place, with slashes.
	Path   string
	Size   int64
	SHA256 string
}

// Extract unpacks the bundle into dir, which must be there and empty, and gives
// what it wrote, sorted. Only what was verified is read, and nothing is written
// outside dir, whatever appears in it meanwhile. executable names files that
// must be runnable though the archive does not say so, as one packed on Windows
// never does. A failure leaves dir half full: it is a staging folder. Codes:
// those of Verdict.Err, cancelled.
func (b *Bundle) Extract(ctx context.Context, dir string, executable ...string) ([]File, error) {
	if err := verdictOf(b.reasons).Err(); err != nil {
		return nil, err
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		return nil, fmt.Errorf("unpack into %s: %w", dir, err)
	}
	defer root.Close()
	for _, name := range slices.Sorted(maps.Keys(b.archive.tree.dirs)) {
		if name == "." {
			continue
		}
		if err := root.MkdirAll(filepath.FromSlash(name), 0o755); err != nil {
			return nil, fmt.Errorf("unpack %s: %w", name, err)
		}
	}
	var out []File
	from := b.archive.copier()
	for _, name := range slices.Sorted(maps.Keys(b.archive.tree.files)) {
		if ctx.Err() != nil {
			return nil, model.Fail("cancelled", ctx.Err())
		}
		e := *b.archive.tree.files[name]
		if slices.Contains(executable, name) {
			e.mode = 0o755
		}
		f, err := from.unpack(root, name, e)
		if err != nil {
			return nil, fmt.Errorf("unpack %s: %w", name, err)
		}
		out = append(out, f)
	}
	return out, nil
}

func (c *copier) unpack(root *os.Root, name string, e entry) (File, error) {
	if !fs.ValidPath(name) || path.Clean(name) != name {
		return File{}, fs.ErrInvalid
	}
	f, err := root.OpenFile(filepath.FromSlash(name), os.O_CREATE|os.O_EXCL|os.O_WRONLY, e.mode)
	if err != nil {
		return File{}, err
	}
	sum := sha256.New()
	err = c.copy(io.MultiWriter(f, sum), e)
	if err == nil {
		err = f.Chmod(e.mode) // whatever the umask
	}
	if closing := f.Close(); err == nil {
		err = closing
	}
	return File{name, e.size, hex.EncodeToString(sum.Sum(nil))}, err
}
