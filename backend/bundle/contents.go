package bundle

import (
	"bufio"
	"compress/flate"
	"errors"
	"hash/crc32"
	"io"
	"io/fs"
	"path"
	"strings"
	"time"
)

var (
	errDamaged = errors.New("contents do not match their checksum")
	errLies    = errors.New("another size than was said")
)

// contents unpacks every file, to see that it has the size and the checksum it
// says it has, and that nothing hides behind its end.
func (a *archive) contents(limits Limits) []Reason {
	c := a.copier()
	for _, e := range a.entries {
		err := c.copy(io.Discard, e)
		switch {
		case errors.Is(err, errLies):
			return []Reason{because("archive_too_big", "limit", shown(e.name))}
		case err != nil:
			return []Reason{because("archive_damaged", "file", e.name)}
		}
	}
	return nil
}

// copier unpacks one file after the other; bundles have thousands of small
// ones, and what it takes to unpack is made once.
type copier struct {
	r      io.ReaderAt
	packed *bufio.Reader
	flate  io.ReadCloser
	buf    []byte
}

func (a *archive) copier() *copier {
	packed := bufio.NewReaderSize(nil, 64<<10)
	return &copier{r: a.r, packed: packed, flate: flate.NewReader(packed), buf: make([]byte, 64<<10)}
}

// copy writes a file's contents to w, never more than it says it holds.
func (c *copier) copy(w io.Writer, e entry) error {
	c.packed.Reset(io.NewSectionReader(c.r, e.data, e.packed))
	plain := io.Reader(c.packed)
	if e.method == deflated {
		if err := c.flate.(flate.Resetter).Reset(c.packed, nil); err != nil {
			return err
		}
		plain = c.flate
	}
	sum := crc32.NewIEEE()
	n, err := io.CopyBuffer(io.MultiWriter(w, sum), io.LimitReader(plain, e.size+1), c.buf)
	switch {
	case err != nil:
		return err
	case n != e.size:
		return errLies
	case sum.Sum32() != e.sum:
		return errDamaged
	}
	if _, err := c.packed.ReadByte(); err != io.EOF {
		return errDamaged // something stands behind the end
	}
	return nil
}

const manifestName = "manifest.json"

// manifest reads the one manifest: at the top, or in the one folder that holds
// everything.
func (a *archive) manifest() ([]byte, []Reason) {
	var reasons []Reason
	if _, ok := a.tree.files[manifestName]; !ok {
		if a.root = a.wrapping(); a.root == "" {
			return nil, []Reason{because("manifest_missing")}
		}
		a.tree = a.plant()
		reasons = append(reasons, because("manifest_in_folder", "folder", strings.TrimSuffix(a.root, "/")))
	}
	e := a.tree.files[manifestName]
	if e.size > maxManifest {
		return nil, append(reasons, because("manifest_unreadable", "why", "larger than 1 MB"))
	}
	var b strings.Builder
	if err := a.copier().copy(&b, *e); err != nil {
		return nil, append(reasons, because("archive_damaged", "file", manifestName))
	}
	return []byte(b.String()), reasons
}

// wrapping gives the folder that holds a manifest and everything else, besides
// what the Finder adds.
func (a *archive) wrapping() string {
	root := ""
	for _, e := range a.entries {
		top, _, ok := strings.Cut(e.name, "/")
		switch {
		case top == "__MACOSX":
		case !ok || root != "" && root != top+"/":
			return ""
		default:
			root = top + "/"
		}
	}
	if _, ok := a.tree.files[root+manifestName]; !ok || root == "" {
		return ""
	}
	return root
}

// tree finds files and folders by their place.
type tree struct {
	files map[string]*entry
	dirs  map[string][]fs.DirEntry
}

// plant makes the tree of the files below root.
func (a *archive) plant() tree {
	t := tree{files: map[string]*entry{}, dirs: map[string][]fs.DirEntry{".": nil}}
	var folder func(dir string)
	folder = func(dir string) {
		if _, ok := t.dirs[dir]; ok {
			return
		}
		t.dirs[dir] = nil
		folder(path.Dir(dir))
		t.dirs[path.Dir(dir)] = append(t.dirs[path.Dir(dir)], node{name: path.Base(dir), mode: fs.ModeDir | 0o755})
	}
	for i := range a.entries {
		e := &a.entries[i]
		name, ok := strings.CutPrefix(e.name, a.root)
		if !ok || name == "" {
			continue
		}
		if e.dir() {
			folder(strings.TrimSuffix(name, "/"))
			continue
		}
		t.files[name] = e
		dir := path.Dir(name)
		folder(dir)
		t.dirs[dir] = append(t.dirs[dir], node{name: path.Base(name), size: e.size, mode: e.mode})
	}
	return t
}

// node is a file or folder to those who ask through io/fs.
type node struct {
	name string
	size int64
	mode fs.FileMode
}

func (n node) Name() string               { return n.name }
func (n node) Size() int64                { return n.size }
func (n node) Mode() fs.FileMode          { return n.mode }
func (n node) Type() fs.FileMode          { return n.mode.Type() }
func (n node) ModTime() time.Time         { return time.Time{} }
func (n node) IsDir() bool                { return n.mode.IsDir() }
func (n node) Sys() any                   { return nil }
func (n node) Info() (fs.FileInfo, error) { return n, nil }

// Stat is fs.StatFS.
func (a *archive) Stat(name string) (fs.FileInfo, error) {
	if e, ok := a.tree.files[name]; ok {
		return node{path.Base(name), e.size, e.mode}, nil
	}
	if _, ok := a.tree.dirs[name]; ok {
		return node{path.Base(name), 0, fs.ModeDir | 0o755}, nil
	}
	return nil, &fs.PathError{Op: "stat", Path: name, Err: fs.ErrNotExist}
}

// ReadDir is fs.ReadDirFS.
func (a *archive) ReadDir(name string) ([]fs.DirEntry, error) {
	list, ok := a.tree.dirs[name]
	if !ok {
		return nil, &fs.PathError{Op: "readdir", Path: name, Err: fs.ErrNotExist}
	}
	return list, nil
}

// Open is fs.FS, for files.
func (a *archive) Open(name string) (fs.File, error) {
	e, ok := a.tree.files[name]
	if !ok {
		return nil, &fs.PathError{Op: "open", Path: name, Err: fs.ErrNotExist}
	}
	section := io.NewSectionReader(a.r, e.data, e.packed)
	f := &opened{node: node{path.Base(name), e.size, e.mode}, r: section}
	if e.method == deflated {
		f.r = flate.NewReader(bufio.NewReader(section))
	}
	f.r = io.LimitReader(f.r, e.size)
	return f, nil
}

type opened struct {
	node
	r io.Reader
}

func (o *opened) Stat() (fs.FileInfo, error) { return o.node, nil }
func (o *opened) Read(p []byte) (int, error) { return o.r.Read(p) }
func (o *opened) Close() error               { return nil }
