package catalog

import (
	"bufio"
	"cmp"
	"compress/gzip"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"time"

	"toolbay/backend/catalog/snapshot"
	"toolbay/backend/catalog/source"
	"toolbay/backend/model"
	"toolbay/backend/store"
)

// exportHeader is the first line of an export.
type exportHeader struct {
	Toolbay int            `json:"toolbay"`
	Made    time.Time      `json:"made,omitzero"` // of the newest that is in it
	Sources []exportSource `json:"sources"`
}

type exportSource struct {
	ID      string    `json:"id"`
	Synced  time.Time `json:"synced,omitzero"`
	License string    `json:"license"` // "" where none is known
	// Changes is until when every change of it is known, for a source that tells
	// of changes.
	Changes time.Time `json:"changes,omitzero"`
}

type exportLine struct {
	Source  string        `json:"source"`
	Seen    time.Time     `json:"seen,omitzero"`
	Listing model.Listing `json:"listing"`
}

// ExportResult is what an export holds.
type ExportResult struct {
	Sources  []string `json:"sources"`
	Listings int      `json:"listings"`
}

// Export writes every record of every source to a file, packed; what stood at
// path is replaced in one step and may be read by whom it could be before; a
// new file only by its owner. The same database gives the same bytes. Error
// code: export_unwritable.
func (c *Catalog) Export(ctx context.Context, path string) (ExportResult, error) {
	unwritable := func(err error) error {
		return model.Fail("export_unwritable", err, "file", filepath.Base(path))
	}
	mode := os.FileMode(0o600) // a company's registry may be in it
	if st, err := os.Lstat(path); err == nil {
		if !st.Mode().IsRegular() {
			return ExportResult{}, unwritable(errors.New("not a regular file"))
		}
		mode = st.Mode().Perm()
	}
	tmp, err := os.CreateTemp(filepath.Dir(path), ".export-*")
	if err != nil {
		return ExportResult{}, unwritable(err)
	}
	defer os.Remove(tmp.Name())
	res, err := c.ExportTo(ctx, tmp, nil)
	if err = errors.Join(err, tmp.Chmod(mode), tmp.Sync(), tmp.Close()); err != nil {
		if ctx.Err() != nil {
			return res, ctx.Err()
		}
		return res, unwritable(err)
	}
	if err := os.Rename(tmp.Name(), path); err != nil {
		return res, unwritable(err)
	}
	return res, nil
}

// ExportTo is Export to w, of these sources only unless there are none. What is
// small comes first: who unpacks it has most sources early.
func (c *Catalog) ExportTo(ctx context.Context, w io.Writer, only []string) (ExportResult, error) {
	res := ExportResult{Sources: []string{}}
	states, err := c.Status(ctx)
	if err != nil {
		return res, err
	}
	license := map[string]string{}
	for _, p := range plugins() {
		license[p.ID] = p.License
	}
	states = slices.DeleteFunc(states, func(s SourceState) bool {
		return s.Listings == 0 || len(only) > 0 && !slices.Contains(only, s.Source)
	})
	slices.SortFunc(states, func(a, b SourceState) int {
		return cmp.Or(cmp.Compare(a.Listings, b.Listings), cmp.Compare(a.Source, b.Source))
	})
	head := exportHeader{Toolbay: ExportVersion, Sources: []exportSource{}}
	for _, s := range states {
		one := exportSource{ID: s.Source, License: license[s.Source]}
		if s.Synced != nil {
			one.Synced = s.Synced.UTC()
		}
		if one.Synced.After(head.Made) {
			head.Made = one.Synced
		}
		if one.Changes, _, err = c.store.Watermark(ctx, s.Source); err != nil {
			return res, err
		}
		one.Changes = one.Changes.UTC()
		head.Sources = append(head.Sources, one)
		res.Sources = append(res.Sources, s.Source)
	}
	z, err := gzip.NewWriterLevel(w, gzip.BestCompression)
	if err != nil {
		return res, err
	}
	enc := json.NewEncoder(z)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(head); err != nil {
		return res, err
	}
	for _, s := range states {
		err := c.store.EachRecord(ctx, s.Source, func(r model.Record) error {
			res.Listings++
			return enc.Encode(exportLine{Source: r.Source, Seen: r.Seen.UTC(), Listing: r.Listing})
		})
		if err != nil {
			return res, err
		}
	}
	return res, z.Close()
}

// GivenOn are the sources whose licence lets their entries be part of what
// Toolbay hands out.
func GivenOn() []source.Plugin {
	var out []source.Plugin
	for _, p := range plugins() {
		if slices.Contains([]string{"CC0-1.0", "MIT", "Apache-2.0"}, p.License) && p.ID != Starter && !p.Off && !p.Key {
			out = append(out, p)
		}
	}
	return out
}

// Baked tells whether this build has a catalogue with it that Unpack would use.
func (c *Catalog) Baked(ctx context.Context) bool {
	f, ok := snapshot.Open()
	if !ok {
		return false
	}
	defer f.Close()
	d, head, err := openExport(f)
	if err != nil {
		return false
	}
	defer d.Close()
	wanted, err := c.neverRead(ctx, head)
	return err == nil && len(wanted) > 0
}

// Unpack puts what came with this build where a source was never read. Its
// entries are then as old as the build's.
func (c *Catalog) Unpack(ctx context.Context) error {
	f, ok := snapshot.Open()
	if !ok {
		return nil
	}
	defer f.Close()
	return c.Restore(ctx, f)
}

// neverRead gives the sources of an export that are built in, used, allowed and
// were never read here.
func (c *Catalog) neverRead(ctx context.Context, head exportHeader) (map[string]exportSource, error) {
	states, err := c.Status(ctx)
	if err != nil {
		return nil, err
	}
	out := map[string]exportSource{}
	for _, s := range states {
		for _, e := range head.Sources {
			if e.ID == s.Source && s.Source != Starter && s.Kind == BuiltIn && s.Enabled && s.Allowed && s.Synced == nil {
				out[e.ID] = e
			}
		}
	}
	return out, nil
}

const restorePage = 500 // records that are written in one step

// Restore puts the records of an export where a built-in source was never read.
// One that is read by somebody at this moment is left alone.
func (c *Catalog) Restore(ctx context.Context, r io.Reader) error {
	in, head, err := openExport(r)
	if err != nil {
		return err
	}
	defer in.Close()
	wanted, err := c.neverRead(ctx, head)
	if err != nil || len(wanted) == 0 {
		return err
	}
	var now *restoring
	finish := func() error {
		if now == nil {
			return nil
		}
		one := now
		now = nil
		return one.finish(ctx)
	}
	defer func() {
		if now != nil {
			now.release()
		}
	}()
	done := map[string]bool{}
	for {
		line, err := in.next()
		if errors.Is(err, io.EOF) {
			return finish()
		}
		if err != nil {
			return err
		}
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if now == nil || now.of.ID != line.Source {
			if err := finish(); err != nil {
				return err
			}
			of, ok := wanted[line.Source]
			if !ok || done[line.Source] {
				continue
			}
			done[line.Source] = true
			if now, err = c.restoring(ctx, of); err != nil || now == nil {
				if err != nil {
					return err
				}
				continue
			}
		}
		if err := now.add(ctx, line); err != nil {
			return err
		}
	}
}

// restoring is one source that is being put back.
type restoring struct {
	c       *Catalog
	of      exportSource
	crawl   store.Crawl
	page    []model.Listing
	seen    map[string]time.Time
	release func()
}

// restoring begins with a source, nil when somebody else is at it.
func (c *Catalog) restoring(ctx context.Context, of exportSource) (*restoring, error) {
	release, ok, err := c.store.Exclusive("sync-" + of.ID)
	if err != nil || !ok {
		return nil, err
	}
	if err := c.store.DropCrawl(ctx, of.ID); err != nil {
		release()
		return nil, err
	}
	return &restoring{
		c: c, of: of, release: release, seen: map[string]time.Time{},
		crawl: store.Crawl{Source: of.ID, Origin: "snapshot", Started: c.o.Now()},
	}, nil
}

func (r *restoring) add(ctx context.Context, line exportLine) error {
	l, _, err := scrub(line.Listing)
	if err != nil {
		return nil // the rest is as good without it
	}
	l = complete(l)
	r.page = append(r.page, l)
	r.seen[l.ID] = line.Seen
	if len(r.page) < restorePage {
		return nil
	}
	r.crawl.Pages++
	r.crawl.Cursor = strconv.Itoa(r.crawl.Pages)
	_, err = r.c.store.StagePage(ctx, r.crawl, r.page)
	r.page = r.page[:0]
	return err
}

func (r *restoring) finish(ctx context.Context) error {
	defer r.release()
	if _, err := r.c.store.FinishCrawl(ctx, r.of.ID, r.page, r.of.Synced); err != nil {
		return err
	}
	if err := r.c.store.PutSeen(ctx, r.of.ID, r.seen); err != nil {
		return err
	}
	if r.of.Changes.IsZero() || r.c.o.Origins[r.of.ID] != "" {
		return nil
	}
	// It came from the usual place, so reading goes on there with what changed.
	if err := r.c.store.PutWatermark(ctx, r.of.ID, r.of.Changes); err != nil {
		return err
	}
	return r.c.store.PutSetting(ctx, "read_from."+r.of.ID, originName(""))
}

// exportReader reads an export line by line.
type exportReader struct {
	z    *gzip.Reader
	scan *bufio.Scanner
}

func openExport(r io.Reader) (*exportReader, exportHeader, error) {
	var head exportHeader
	z, err := gzip.NewReader(r)
	if err != nil {
		return nil, head, err
	}
	in := &exportReader{z: z, scan: bufio.NewScanner(limit(z, maxImport))}
	in.scan.Buffer(make([]byte, 64<<10), 8<<20)
	if !in.scan.Scan() {
		return nil, head, errors.Join(errors.New("nothing in it"), in.scan.Err())
	}
	if err := checkExport(in.scan.Bytes()); err != nil {
		return nil, head, err
	}
	return in, head, json.Unmarshal(in.scan.Bytes(), &head)
}

func (r *exportReader) Close() error { return r.z.Close() }

func (r *exportReader) next() (line exportLine, err error) {
	if !r.scan.Scan() {
		return line, cmp.Or(r.scan.Err(), io.EOF)
	}
	if err := json.Unmarshal(r.scan.Bytes(), &line); err != nil {
		return line, fmt.Errorf("a line of the snapshot: %w", err)
	}
	return line, nil
}
