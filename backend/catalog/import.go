package catalog

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"toolbay/backend/catalog/internal/loose"
	"toolbay/backend/catalog/source/docker"
	"toolbay/backend/catalog/source/registry"
	"toolbay/backend/catalog/source/starter"
	"toolbay/backend/model"
)

const (
	maxImport = 1 << 30  // bytes, unpacked; 187,108 versions have some 200 MB
	maxWhole  = 64 << 20 // of a format that must be read in one piece
	maxFiles  = 20_000   // in a folder
)

// Import adds the listings of a file or folder: records of a registry (a list,
// a page, one to a line, or a single server.json), Docker's catalogue in YAML
// or JSON, a folder of server.yaml files, or a catalogue in the starter's
// format; any of them may be packed with gzip. What was imported before stays,
// except where it has the same id. Error codes: import_missing,
// import_unreadable, import_format, import_too_big.
func (c *Catalog) Import(ctx context.Context, path string) (SyncResult, error) {
	res := SyncResult{Source: File, Unreadable: []Unreadable{}}
	listings, err := res.load(ctx, path)
	if err != nil {
		res.Err = err
		return res, err
	}
	res.Kept = len(listings)
	if len(listings) == 0 {
		res.Err = model.Fail("import_format", errors.New("nothing in it is a server"), "file", filepath.Base(path))
		return res, res.Err
	}
	res.Err = c.store.UpsertListings(ctx, File, listings, c.o.Now())
	return res, res.Err
}

func (r *SyncResult) load(ctx context.Context, path string) ([]model.Listing, error) {
	name := filepath.Base(path)
	st, err := os.Stat(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, model.Fail("import_missing", err, "file", name)
	}
	if err != nil {
		return nil, model.Fail("import_unreadable", err, "file", name)
	}
	if st.IsDir() {
		return r.folder(ctx, path)
	}
	if !st.Mode().IsRegular() {
		return nil, model.Fail("import_unreadable", errors.New("not a regular file"), "file", name)
	}
	f, err := os.Open(path)
	if err != nil {
		return nil, model.Fail("import_unreadable", err, "file", name)
	}
	defer f.Close()
	in, err := unpack(f)
	if err == nil {
		var listings []model.Listing
		if listings, err = r.file(ctx, in); err == nil {
			return listings, nil
		}
	}
	var known *model.Error
	switch {
	case ctx.Err() != nil:
		return nil, ctx.Err()
	case errors.Is(err, errTooBig):
		return nil, model.Fail("import_too_big", err, "file", name)
	case errors.As(err, &known) && known.Code != "source_garbage":
		return nil, err
	}
	return nil, model.Fail("import_format", err, "file", name)
}

var errTooBig = errors.New("too big")

// bounded fails, rather than ends, at its limit.
type bounded struct {
	r    io.Reader
	left int64
}

func (b *bounded) Read(p []byte) (int, error) {
	if b.left <= 0 {
		return 0, errTooBig
	}
	n, err := b.r.Read(p[:min(int64(len(p)), b.left)])
	b.left -= int64(n)
	return n, err
}

// unpack gives the text of a file, whether it is packed or not.
func unpack(f io.Reader) (*bufio.Reader, error) {
	in := bufio.NewReader(f)
	if magic, err := in.Peek(2); err == nil && bytes.Equal(magic, []byte{0x1f, 0x8b}) {
		z, err := gzip.NewReader(in)
		if err != nil {
			return nil, err
		}
		return bufio.NewReader(&bounded{z, maxImport}), nil
	}
	return bufio.NewReader(&bounded{in, maxImport}), nil
}

// file finds out by its first characters what a file is.
func (r *SyncResult) file(ctx context.Context, in *bufio.Reader) ([]model.Listing, error) {
	if mark, err := in.Peek(3); err == nil && string(mark) == "\ufeff" {
		in.Discard(3)
	}
	var first byte
	for {
		b, err := in.ReadByte()
		if err != nil {
			return nil, err
		}
		if b != ' ' && b != '\t' && b != '\r' && b != '\n' {
			first = b
			in.UnreadByte()
			break
		}
	}
	switch first {
	case '[':
		return r.list(ctx, in)
	case '{':
		return r.objects(ctx, in)
	}
	whole, err := io.ReadAll(&bounded{in, maxWhole})
	if err != nil {
		return nil, err
	}
	o, err := docker.Parse(whole)
	if err != nil {
		return nil, err
	}
	if o.Has("registry") {
		found, err := docker.Servers(o)
		return r.take(found), err
	}
	return r.take([]docker.Result{docker.Server(whole, nil)}), nil
}

// list reads a JSON list: records of a registry or the starter's format.
func (r *SyncResult) list(ctx context.Context, in *bufio.Reader) ([]model.Listing, error) {
	d := json.NewDecoder(in)
	n := newest{}
	if err := r.elements(ctx, d, func(raw json.RawMessage) (bool, error) {
		if r.Read == 0 && isStarter(raw) {
			return true, nil
		}
		n.read(r, raw)
		return false, nil
	}); err != nil {
		if s, ok := err.(stop); ok {
			return r.starterList(s.raw, d)
		}
		return nil, err
	}
	return n.listings(), nil
}

func (n newest) read(r *SyncResult, raw []byte) {
	rec, err := registry.Read(raw)
	n.add(r, rec, err)
}

// stop is how elements says that the reader of elements has seen enough.
type stop struct{ raw json.RawMessage }

func (stop) Error() string { return "another format" }

// elements gives each element of the list that d is at.
func (r *SyncResult) elements(ctx context.Context, d *json.Decoder, each func(json.RawMessage) (halt bool, err error)) error {
	if t, err := d.Token(); err != nil || t != json.Delim('[') {
		return errors.Join(errors.New("no list"), err)
	}
	for d.More() {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		var raw json.RawMessage
		if err := d.Decode(&raw); err != nil {
			return fmt.Errorf("after %d records: %w", r.Read, err)
		}
		halt, err := each(raw)
		if err != nil {
			return err
		}
		if halt {
			return stop{raw}
		}
	}
	_, err := d.Token()
	return err
}

func isStarter(raw []byte) bool {
	o, err := loose.JSON(raw)
	return err == nil && o.Has("key") && o.Has("benefit")
}

// starterList reads the rest of a list whose first element is of the
// starter's format, each entry for itself.
func (r *SyncResult) starterList(first json.RawMessage, d *json.Decoder) ([]model.Listing, error) {
	var out []model.Listing
	add := func(raw json.RawMessage) {
		l, err := starter.Read(slices.Concat([]byte("["), raw, []byte("]")))
		if err != nil {
			r.note(r.Read, err.Error())
		}
		r.Read++
		out = append(out, l...)
	}
	add(first)
	for d.More() {
		var raw json.RawMessage
		if err := d.Decode(&raw); err != nil {
			return nil, err
		}
		add(raw)
	}
	_, err := d.Token()
	return out, err
}

// objects reads a file that begins with an object: a page of a registry,
// Docker's catalogue, a single server.json, or one record to a line.
func (r *SyncResult) objects(ctx context.Context, in *bufio.Reader) ([]model.Listing, error) {
	d := json.NewDecoder(in)
	n := newest{}
	rest := map[string]json.RawMessage{}
	paged := false
	if _, err := d.Token(); err != nil {
		return nil, err
	}
	for d.More() {
		t, err := d.Token()
		if err != nil {
			return nil, err
		}
		if key := t.(string); key != "servers" {
			var raw json.RawMessage
			if err := d.Decode(&raw); err != nil {
				return nil, err
			}
			if len(raw) > maxWhole {
				return nil, errTooBig
			}
			rest[key] = raw
			continue
		}
		paged = true
		if err := r.elements(ctx, d, func(raw json.RawMessage) (bool, error) {
			n.read(r, raw)
			return false, nil
		}); err != nil {
			return nil, err
		}
	}
	if _, err := d.Token(); err != nil {
		return nil, err
	}
	whole, err := json.Marshal(rest)
	if err != nil {
		return nil, err
	}
	switch {
	case paged:
		return n.listings(), nil
	case rest["registry"] != nil:
		found, err := docker.Catalogue(whole)
		return r.take(found), err
	}
	n.read(r, whole)
	for d.More() { // one record to a line
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		var raw json.RawMessage
		if err := d.Decode(&raw); err != nil {
			return nil, fmt.Errorf("after %d records: %w", r.Read, err)
		}
		n.read(r, raw)
	}
	return n.listings(), nil
}

// folder reads every server.yaml in a folder. It does not leave the folder,
// whatever links are in it.
func (r *SyncResult) folder(ctx context.Context, dir string) ([]model.Listing, error) {
	root, err := os.OpenRoot(dir)
	if err != nil {
		return nil, model.Fail("import_unreadable", err, "file", filepath.Base(dir))
	}
	defer root.Close()
	var found []docker.Result
	files := 0
	err = fs.WalkDir(root.FS(), ".", func(name string, e fs.DirEntry, err error) error {
		if err != nil || ctx.Err() != nil {
			return errors.Join(err, ctx.Err())
		}
		if files++; files > maxFiles {
			return errTooBig
		}
		if e.IsDir() && strings.Count(name, "/") > 3 {
			return fs.SkipDir
		}
		if e.IsDir() || path.Base(name) != "server.yaml" && path.Base(name) != "server.yml" {
			return nil
		}
		body, err := readWhole(root, name)
		if err != nil {
			found = append(found, docker.Result{Err: err})
			return nil
		}
		tools, err := readWhole(root, path.Join(path.Dir(name), "tools.json"))
		if err != nil {
			tools = nil // not every server has one
		}
		found = append(found, docker.Server(body, tools))
		return nil
	})
	switch {
	case errors.Is(err, errTooBig):
		return nil, model.Fail("import_too_big", err, "file", filepath.Base(dir))
	case ctx.Err() != nil:
		return nil, ctx.Err()
	case err != nil:
		return nil, model.Fail("import_unreadable", err, "file", filepath.Base(dir))
	}
	return r.take(found), nil
}

func readWhole(root *os.Root, name string) ([]byte, error) {
	f, err := root.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	if st, err := f.Stat(); err != nil || !st.Mode().IsRegular() {
		return nil, errors.Join(errors.New("not a regular file"), err)
	}
	return io.ReadAll(&bounded{f, 4 << 20})
}
