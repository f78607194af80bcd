package main

import (
	"context"
	"database/sql"
	"fmt"
	"os"
	"path/filepath"
	"sort"
	"strings"
	"time"

	"toolbay/backend/catalog"
	"toolbay/backend/model"
	"toolbay/backend/store"
)

// files are the data that are read, as the sources they come from.
var files = []struct{ path, source string }{
	{"registry/official-registry-names-2026-06-12.jsonl.gz", "official"},
	{"registry/official-registry-full-2025-12-18.json.gz", "official"},
	{"docker/catalog-v3.yaml.gz", "docker"},
	{"toolhive/toolhive-registry-official.json.gz", "toolhive"},
	{"toolhive/toolhive-registry.json.gz", "toolhive"},
	{"community/mcpm-servers.json.gz", "mcpm"},
	{"community/toolsdk-packages.jsonl.gz", "file:toolsdk-packages.jsonl.gz"},
}

// loaded is a catalogue of all the data.
type loaded struct {
	catalog *catalog.Catalog
	store   *store.Store
}

func (l loaded) close() { l.store.Close() }

// collector is a store that keeps what is imported for later instead of
// writing it as an imported file.
type collector struct {
	*store.Store
	got *[]model.Listing
}

func (c collector) UpsertListings(_ context.Context, _ string, listings []model.Listing, _ time.Time) error {
	*c.got = append(*c.got, listings...)
	return nil
}

// record is one record of one source.
type record struct {
	source string
	model.Listing
}

// load makes a catalogue of everything at path, or opens the one that is there.
func load(ctx context.Context, data, path string) (loaded, []record, error) {
	_, err := os.Stat(path)
	there := err == nil
	s, err := store.Open(path)
	if err != nil {
		return loaded{}, nil, err
	}
	l := loaded{catalog.New(s, catalog.Options{}), s}
	if !there {
		if err := l.fill(ctx, data); err != nil {
			s.Close()
			return loaded{}, nil, err
		}
	}
	if err := l.catalog.Starter(ctx); err != nil { // also finishes the index
		s.Close()
		return loaded{}, nil, err
	}
	records, err := readRecords(path)
	return l, records, err
}

func (l loaded) fill(ctx context.Context, data string) error {
	of := map[string][]model.Listing{}
	for _, f := range files {
		var got []model.Listing
		reader := catalog.New(collector{l.store, &got}, catalog.Options{})
		if _, err := reader.Import(ctx, filepath.Join(data, filepath.FromSlash(f.path))); err != nil {
			fmt.Fprintf(os.Stderr, "searchcheck: %s is left out: %v\n", f.path, err)
			continue
		}
		of[f.source] = append(of[f.source], got...)
	}
	ids := make([]string, 0, len(of))
	for id := range of {
		ids = append(ids, id)
	}
	sort.Strings(ids)
	for _, id := range ids {
		at := map[string]int{}
		var once []model.Listing // a later file knows more of a server than an earlier one
		for _, x := range of[id] {
			if i, ok := at[x.ID]; ok {
				once[i] = x
				continue
			}
			at[x.ID] = len(once)
			once = append(once, x)
		}
		if err := l.store.ReplaceSource(ctx, id, once, time.Now()); err != nil {
			return err
		}
	}
	return nil
}

// readRecords gives what search can be asked about, for the rivals.
func readRecords(path string) ([]record, error) {
	db, err := sql.Open("sqlite", "file:"+path+"?mode=ro")
	if err != nil {
		return nil, err
	}
	defer db.Close()
	rows, err := db.Query(`SELECT source, id, coalesce(body ->> 'name', ''), coalesce(body ->> 'title', ''), coalesce(body ->> 'description', ''),
		(SELECT coalesce(group_concat((value ->> 'type') || ' ' || coalesce(value ->> 'identifier', '') || ' ' || coalesce(value ->> 'url', ''), char(10)), '') FROM json_each(body, '$.packages'))
		FROM listing ORDER BY source, id`)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out []record
	for rows.Next() {
		var r record
		var packages string
		if err := rows.Scan(&r.source, &r.ID, &r.Name, &r.Title, &r.Description, &packages); err != nil {
			return nil, err
		}
		for line := range strings.SplitSeq(packages, "\n") {
			if kind, rest, ok := strings.Cut(line, " "); ok {
				id, url, _ := strings.Cut(rest, " ")
				r.Packages = append(r.Packages, model.Package{Type: kind, Identifier: id, URL: url})
			}
		}
		out = append(out, r)
	}
	return out, rows.Err()
}
