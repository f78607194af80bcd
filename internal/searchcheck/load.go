package main

import (
	"context"
	"database/sql"
	"fmt"
	"os"
	"path/filepath"
	"strings"

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
	s.SetMerger(l.catalog.Merger)
	if !there {
		if err := l.fill(ctx, data, path); err != nil {
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

// fill imports every file and then gives its records to the source that it is a
// copy of. Of two files of one source the later knows more of a server.
func (l loaded) fill(ctx context.Context, data, path string) error {
	db, err := sql.Open("sqlite", "file:"+path+"?_txlock=immediate&_pragma=busy_timeout(10000)")
	if err != nil {
		return err
	}
	defer db.Close()
	for _, f := range files {
		res, err := l.catalog.Import(ctx, filepath.Join(data, filepath.FromSlash(f.path)))
		if err != nil {
			fmt.Fprintf(os.Stderr, "searchcheck: %s is left out: %v\n", f.path, err)
			continue
		}
		if res.Source == f.source {
			continue
		}
		for _, q := range []string{
			`UPDATE OR REPLACE listing SET source = ?1 WHERE source = ?2`,
			`INSERT OR IGNORE INTO source (id, enabled, synced, error) SELECT ?1, 1, synced, '' FROM source WHERE id = ?2`,
			`DELETE FROM source WHERE id = ?2 AND ?1 <> ?2`,
			`UPDATE catalogue SET content = content + 1 WHERE ?1 <> ?2`,
		} {
			if _, err := db.ExecContext(ctx, q, f.source, res.Source); err != nil {
				return err
			}
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
