//go:build !windows

package main

import (
	"bufio"
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"toolbay/backend/catalog"
	"toolbay/backend/model"
	"toolbay/backend/store"
)

// makeBase writes one real listing to a line. Most of them are known by name,
// description and repository only; they get the packages of the others in turn,
// so that they weigh what a whole one does.
func makeBase(work, dir, base string) (int, error) {
	db := filepath.Join(work, "base.db")
	s, err := store.Open(db)
	if err != nil {
		return 0, err
	}
	defer s.Close()
	c := catalog.New(s, catalog.Options{})
	s.SetMerger(c.Merger)
	for _, name := range []string{wholeRecords, dockers, namesOnly} {
		if _, err := c.Import(context.Background(), filepath.Join(dir, filepath.FromSlash(name))); err != nil {
			return 0, fmt.Errorf("%s: %w", name, err)
		}
	}
	rows, err := sql.Open("sqlite", db)
	if err != nil {
		return 0, err
	}
	defer rows.Close()
	var whole, bare []model.Listing
	met := map[string]bool{}
	list, err := rows.Query(`SELECT body FROM listing ORDER BY id, body LIKE '%"packages"%' DESC, source`)
	if err != nil {
		return 0, err
	}
	defer list.Close()
	for list.Next() {
		var body []byte
		var l model.Listing
		if err := list.Scan(&body); err != nil {
			return 0, err
		}
		if err := json.Unmarshal(body, &l); err != nil {
			return 0, err
		}
		switch {
		case met[l.ID]: // in two of the lists
		case len(l.Packages) > 0:
			whole = append(whole, l)
		default:
			bare = append(bare, l)
		}
		met[l.ID] = true
	}
	if err := list.Err(); err != nil {
		return 0, err
	}
	if len(whole) == 0 {
		return 0, errors.New("no listing with a package in the data")
	}
	f, err := os.Create(base)
	if err != nil {
		return 0, err
	}
	defer f.Close()
	w := bufio.NewWriter(f)
	e := json.NewEncoder(w)
	for i, l := range bare {
		from := whole[i%len(whole)]
		l.Packages, l.Needs, l.Tools = from.Packages, from.Needs, from.Tools
		if err := e.Encode(l); err != nil {
			return 0, err
		}
	}
	for _, l := range whole {
		if err := e.Encode(l); err != nil {
			return 0, err
		}
	}
	return len(whole) + len(bare), w.Flush()
}

// listings gives n listings made of the base, in pages, changing those of every
// further round so that none is the server of another.
func listings(base string, n, page int, give func([]model.Listing, bool) error) error {
	var out []model.Listing
	made := 0
	for round := 0; ; round++ {
		f, err := os.Open(base)
		if err != nil {
			return err
		}
		in := bufio.NewScanner(f)
		in.Buffer(nil, 16<<20)
		line := 0
		for in.Scan() {
			var l model.Listing
			if err := json.Unmarshal(in.Bytes(), &l); err != nil {
				f.Close()
				return err
			}
			out = append(out, another(l, line, round))
			line++
			made++
			if len(out) == page || made == n {
				if err := give(out, made == n); err != nil || made == n {
					f.Close()
					return err
				}
				out = out[:0]
			}
		}
		f.Close()
		if err := in.Err(); err != nil {
			return err
		}
	}
}

// another is a listing under another name. Packages are told apart by line too,
// as many lines have the same.
func another(l model.Listing, line, round int) model.Listing {
	tail := fmt.Sprintf("-again%d", round)
	if round > 0 {
		l.ID += tail
		l.Name += tail
		if l.Title != "" {
			l.Title += " " + strconv.Itoa(round)
		}
	}
	if l.Repository != "" && round > 0 {
		l.Repository = strings.TrimSuffix(l.Repository, "/") + tail
	}
	for i := range l.Packages {
		p := &l.Packages[i]
		mark := fmt.Sprintf("-%d-%d", line, round)
		switch {
		case p.Identifier == "":
		case p.Type == "oci":
			at := strings.LastIndexAny(p.Identifier, ":@")
			if at <= strings.LastIndex(p.Identifier, "/") {
				at = len(p.Identifier)
			}
			p.Identifier = p.Identifier[:at] + mark + p.Identifier[at:]
		default:
			p.Identifier += mark
		}
		if p.URL != "" {
			p.URL += mark
		}
	}
	return l
}
