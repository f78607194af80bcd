package catalog

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"toolbay/backend/catalog/internal/clean"
	"toolbay/backend/catalog/source"
	"toolbay/backend/catalog/source/registry"
	"toolbay/backend/model"
	"toolbay/backend/store"
)

const (
	maxImport = 1 << 30  // bytes, unpacked; 187,108 versions have some 200 MB
	maxWhole  = 16 << 20 // of one record, and of a format that must be read in one piece
	maxHeld   = 64 << 20 // of the files of an archive
	// What is read in one piece takes many times its size when it is all commas.
	maxParts       = 1_000_000
	maxRecordParts = 200_000
	maxFiles       = 20_000  // in a folder
	maxOne         = 4 << 20 // of a file in a folder
	// importBatch is how many listings are held before they are written down.
	importBatch = 500
	// maxRaw bounds what is kept of a record that nobody could read.
	maxRaw = 64 << 10
)

// FileSource is the id of the source that a file or folder becomes.
func FileSource(path string) string {
	if whole, err := filepath.Abs(path); err == nil {
		path = whole
	}
	name := clean.Line(filepath.Base(path), 100)
	if name == "" {
		name = "imported"
	}
	return File + ":" + name
}

// IsFile tells whether a source is a file or folder that was imported.
func IsFile(source string) bool { return source == File || strings.HasPrefix(source, File+":") }

// Import makes a file or folder a source of its own: records of a registry (a
// list, a page, one to a line, or a single server.json), Docker's catalogue or
// a folder of server.yaml files, ToolHive's registry, mcpm's list, manifests of
// desktop extensions, the toolsdk collection, the starter's format, or what
// Toolbay exported; any of them may be packed with gzip, a folder as .tar.gz.
// Lists of any of these forms that lie in a folder are read too.
// One of the same name that was imported before is replaced. Error codes:
// import_missing, import_unreadable, import_format, import_too_big,
// source_busy.
func (c *Catalog) Import(ctx context.Context, path string) (SyncResult, error) {
	m := newImporter(c, FileSource(path))
	release, ok, err := c.store.Exclusive("sync-" + m.source())
	if err == nil && !ok {
		err = model.Fail("source_busy", nil)
	}
	if err == nil {
		defer release()
		err = m.run(ctx, path)
	}
	m.Err = err
	return m.SyncResult, err
}

// importer takes the records of one file as they come and writes them down in
// batches, so that a catalogue of any size needs little memory.
type importer struct {
	SyncResult
	c     *Catalog
	batch []model.Listing
	// held are the versions that were taken, by id.
	held map[string]version
	// kept is everything that could not be read, with what it was.
	kept  []Unreadable
	crawl store.Crawl
	left  int64 // bytes, unpacked, that may still be read
	// file numbers the files of a folder, usable the records that could be read.
	file, usable int
	// loose is true within a file whose name does not say that it has servers.
	loose bool
	// failed is why nothing can be written down.
	failed error
}

// version is what decides which of two records of a server is newer.
type version struct {
	name      string
	latest    *bool
	published time.Time
	file      int
	bare      bool // names no package
}

// over tells whether v takes the place of another record of the server: what
// can be installed that of another file that only has a name, else the newer.
func (v version) over(o version) bool {
	if v.file != o.file && v.bare != o.bare {
		return o.bare
	}
	return registry.Newest(v.record(), o.record())
}

func (v version) record() source.Entry {
	return source.Entry{Listing: model.Listing{Version: v.name, Published: v.published}, Latest: v.latest}
}

func newImporter(c *Catalog, source string) *importer {
	return &importer{
		SyncResult: SyncResult{Source: source, Unreadable: []Unreadable{}, LeftOut: []Unreadable{}},
		c:          c,
		held:       map[string]version{},
		crawl:      store.Crawl{Source: source, Origin: "import", Started: c.o.Now()},
		left:       maxImport,
	}
}

func (m *importer) run(ctx context.Context, path string) error {
	if err := m.c.store.DropCrawl(ctx, m.source()); err != nil {
		return err
	}
	err := m.load(ctx, path)
	if err == nil && len(m.held) == 0 {
		err = model.Fail("import_format", errors.New("nothing in it is a server"), "file", filepath.Base(path))
	}
	if err != nil {
		return errors.Join(err, m.c.store.DropCrawl(context.WithoutCancel(ctx), m.source()))
	}
	m.Kept = len(m.held)
	m.held = nil
	if _, err := m.c.store.FinishCrawl(ctx, m.source(), m.batch, m.c.o.Now()); err != nil {
		return err
	}
	return m.c.store.PutUnreadable(ctx, m.source(), m.kept)
}

func (m *importer) source() string { return m.SyncResult.Source }

// take takes one record. Of several versions of a server the newest stays.
func (m *importer) take(ctx context.Context, e source.Entry) error {
	index := m.Read
	m.Read++
	if e.Err == nil && e.Listing.ID == "" {
		e.Err = errors.New("no usable name")
	}
	if e.Err != nil {
		m.note(&m.Unreadable, index, e.Err.Error(), e.Raw)
		return nil
	}
	for _, reason := range e.LeftOut {
		m.note(&m.LeftOut, index, e.Listing.ID+": "+reason, nil)
	}
	m.usable++
	v := version{e.Listing.Version, e.Latest, e.Listing.Published, m.file, len(e.Listing.Packages) == 0}
	if have, ok := m.held[e.Listing.ID]; ok {
		m.Older++
		if !v.over(have) {
			return nil
		}
	}
	m.held[e.Listing.ID] = v
	m.batch = append(m.batch, complete(e.Listing))
	if len(m.batch) < importBatch {
		return nil
	}
	m.crawl.Pages++
	m.crawl.Read = m.Read
	m.crawl.Cursor = fmt.Sprint(m.crawl.Pages)
	_, err := m.c.store.StagePage(ctx, m.crawl, m.batch)
	clear(m.batch)
	m.batch = m.batch[:0]
	m.failed = err
	return err
}

func (m *importer) takeAll(ctx context.Context, list []source.Entry, err error) error {
	for _, e := range list {
		if err := m.take(ctx, e); err != nil {
			return err
		}
	}
	return err
}

// note tells of a record, or a part of one, that could not be used, and keeps
// what it was.
func (m *importer) note(list *[]Unreadable, index int, reason string, raw []byte) {
	u := Unreadable{Index: index, Reason: clean.Line(reason, 500)}
	if len(m.kept) < maxTold {
		if raw != nil {
			keep := maxRaw
			if len(m.kept) >= maxTexts {
				keep = 80
			}
			u.Raw = strings.ToValidUTF8(string(raw[:min(len(raw), keep)]), "\uFFFD")
		}
		m.kept = append(m.kept, u)
	}
	if len(*list) < maxTold {
		*list = append(*list, u)
	}
}

func (m *importer) load(ctx context.Context, path string) error {
	name := filepath.Base(path)
	st, err := os.Stat(path)
	if errors.Is(err, fs.ErrNotExist) {
		return model.Fail("import_missing", err, "file", name)
	}
	if err != nil {
		return model.Fail("import_unreadable", err, "file", name)
	}
	if st.IsDir() {
		return m.folder(ctx, path)
	}
	if !st.Mode().IsRegular() {
		return model.Fail("import_unreadable", errors.New("not a regular file"), "file", name)
	}
	f, err := os.Open(path)
	if err != nil {
		return model.Fail("import_unreadable", err, "file", name)
	}
	defer f.Close()
	return importError(ctx, m.read(ctx, f), name)
}

// read takes what a file has, an archive too.
func (m *importer) read(ctx context.Context, f io.Reader) error {
	in, err := m.unpack(f)
	switch {
	case err != nil:
		return err
	case isArchive(in):
		return m.archive(ctx, in)
	}
	return m.contents(ctx, in)
}

// importError says of a failure what a person can do something about.
func importError(ctx context.Context, err error, name string) error {
	var known *model.Error
	switch {
	case err == nil:
		return nil
	case ctx.Err() != nil:
		return ctx.Err()
	case errors.Is(err, errTooBig):
		return model.Fail("import_too_big", err, "file", name)
	case errors.As(err, &known) && known.Code != "source_garbage":
		return err
	}
	return model.Fail("import_format", err, "file", name)
}

var errTooBig = errors.New("too big")

// limited fails, rather than ends, at its limit.
type limited struct {
	r    io.Reader
	left *int64
}

func limit(r io.Reader, most int64) *limited { return &limited{r, &most} }

func (b *limited) Read(p []byte) (int, error) {
	if *b.left <= 0 {
		return 0, errTooBig
	}
	n, err := b.r.Read(p[:min(int64(len(p)), *b.left)])
	*b.left -= int64(n)
	return n, err
}

// unpack gives the text of a file, whether it is packed or not. All files of an
// import share what may be read.
func (m *importer) unpack(f io.Reader) (*bufio.Reader, error) {
	in := bufio.NewReader(f)
	if magic, err := in.Peek(2); err == nil && bytes.Equal(magic, []byte{0x1f, 0x8b}) {
		z, err := gzip.NewReader(in)
		if err != nil {
			return nil, err
		}
		return bufio.NewReaderSize(&limited{z, &m.left}, 64<<10), nil
	}
	return bufio.NewReaderSize(&limited{in, &m.left}, 64<<10), nil
}
