package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"toolbay/backend/model"
)

// recipe is raised when the way the index is made changes, so that an index
// made by another version of the program is not used.
const recipe = 2

const (
	indexChunk   = 1000 // listings per transaction: other writers wait no longer than one
	maxBodyWords = 3000 // of one listing
)

// Marks of the filter column. They stand in a private area of Unicode that
// words never lets through, so no query text can name them.
const (
	markNoKey    = "\uE000k"
	markNoDocker = "\uE000d"
	markFeatured = "\uE000f"
	markCategory = "\uE000c"
	markSource   = "\uE000s"
)

// Reindex builds a new search index beside the one in use and swaps it in,
// when listings have changed since the last one was built. One process builds
// at a time; a build that was killed is swept by the next.
func (s *Store) Reindex(ctx context.Context) error {
	release, err := s.lock(ctx, "index")
	if err != nil {
		return err
	}
	defer release()
	for {
		var content, have, made int64
		err := s.view(ctx, func(tx *sql.Tx) error {
			return tx.QueryRowContext(ctx, `SELECT content,
				coalesce((SELECT content FROM generation WHERE active = 1), -1),
				coalesce((SELECT recipe FROM generation WHERE active = 1), -1) FROM catalogue`).Scan(&content, &have, &made)
		})
		if err != nil || content == have && made == recipe {
			return err
		}
		if err := s.build(ctx); err != nil {
			return err
		}
	}
}

// entry is one listing on its way into the index.
type entry struct {
	row      int64 // of the source that speaks for it
	source   string
	sources  []string
	score    int
	featured int
	id       string
}

// build reads one unchanging state of the listings and writes an index of it.
func (s *Store) build(ctx context.Context) error {
	return s.view(ctx, func(snap *sql.Tx) error {
		var content int64
		if err := snap.QueryRowContext(ctx, `SELECT content FROM catalogue`).Scan(&content); err != nil {
			return err
		}
		entries, err := gather(ctx, snap)
		if err != nil {
			return err
		}
		gen, err := s.begin(ctx, content)
		if err != nil {
			return err
		}
		made := &cards{generation: gen}
		var text strings.Builder // card texts, kept apart: appending to a string copies it
		for chunk := range slices.Chunk(entries, indexChunk) {
			if err := s.fill(ctx, snap, made, &text, chunk); err != nil {
				return err
			}
		}
		made.text = text.String()
		return s.swap(ctx, made)
	})
}

// gather gives every listing that can be found, in the order of static rank.
func gather(ctx context.Context, snap *sql.Tx) ([]entry, error) {
	rows, err := snap.QueryContext(ctx, `SELECT rowid, source, id, body FROM listing`)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	at := map[string]int{}
	var out []entry
	for rows.Next() {
		var e entry
		var body string
		if err := rows.Scan(&e.row, &e.source, &e.id, &body); err != nil {
			return nil, err
		}
		l, err := decodeListing(body, []string{e.source})
		if err != nil {
			return nil, err
		}
		e.sources = l.Sources
		e.score, e.featured = standing(l), l.Featured
		if l.Status == "deleted" {
			e.score = hidden
		}
		i, twice := at[e.id]
		if !twice {
			at[e.id] = len(out)
			out = append(out, e)
			continue
		}
		e.sources = append(out[i].sources, e.source)
		if precedes(e.source) > precedes(out[i].source) {
			e.row, e.source, e.score, e.featured = out[i].row, out[i].source, out[i].score, out[i].featured
		}
		out[i] = e
	}
	if err := rows.Err(); err != nil {
		return nil, err
	}
	out = slices.DeleteFunc(out, func(e entry) bool { return e.score == hidden })
	slices.SortFunc(out, func(a, b entry) int {
		if (a.featured > 0) != (b.featured > 0) { // the start page's come first, in their order
			return b.featured - a.featured
		}
		if a.featured != b.featured {
			return a.featured - b.featured
		}
		if a.score != b.score {
			return b.score - a.score
		}
		return strings.Compare(a.id, b.id)
	})
	return out, nil
}

// begin sweeps what killed builds left and makes the tables of a new
// generation.
func (s *Store) begin(ctx context.Context, content int64) (int64, error) {
	var gen int64
	err := s.tx(ctx, func(tx *sql.Tx) error {
		if err := sweep(ctx, tx); err != nil {
			return err
		}
		res, err := tx.ExecContext(ctx, `INSERT INTO generation (active, content, recipe) VALUES (0, ?, ?)`, content, recipe)
		if err != nil {
			return err
		}
		if gen, err = res.LastInsertId(); err != nil {
			return err
		}
		for _, q := range []string{
			// Rowids are ranks, so the first rows that match are the best by
			// rank and nothing needs to be sorted. Only the column of a word is
			// kept, not its place: that is enough and much smaller.
			`CREATE VIRTUAL TABLE search_%d USING fts5 (name, title, body, filter,
				content = '', detail = column, columnsize = 0, tokenize = 'ascii', prefix = '1 2 3 4 5 6')`,
			`CREATE TABLE card_%d (rank INTEGER PRIMARY KEY, id TEXT NOT NULL, brief TEXT NOT NULL)`,
			`CREATE INDEX card_id_%[1]d ON card_%[1]d (id COLLATE NOCASE)`,
			`CREATE TABLE package_%d (key TEXT NOT NULL, card INTEGER NOT NULL, PRIMARY KEY (key, card)) WITHOUT ROWID`,
		} {
			if _, err := tx.ExecContext(ctx, fmt.Sprintf(q, gen)); err != nil {
				return err
			}
		}
		return nil
	})
	return gen, err
}

// sweep removes every generation that is not in use.
func sweep(ctx context.Context, tx *sql.Tx) error {
	rows, err := tx.QueryContext(ctx, `SELECT id FROM generation WHERE active = 0`)
	if err != nil {
		return err
	}
	defer rows.Close()
	var old []int64
	for rows.Next() {
		var id int64
		if err := rows.Scan(&id); err != nil {
			return err
		}
		old = append(old, id)
	}
	if err := rows.Err(); err != nil {
		return err
	}
	for _, id := range old {
		for _, q := range []string{`DROP TABLE IF EXISTS search_%d`, `DROP TABLE IF EXISTS card_%d`,
			`DROP TABLE IF EXISTS package_%d`, `DELETE FROM generation WHERE id = %d`} {
			if _, err := tx.ExecContext(ctx, fmt.Sprintf(q, id)); err != nil {
				return err
			}
		}
	}
	return nil
}

// fill writes the next listings.
func (s *Store) fill(ctx context.Context, snap *sql.Tx, made *cards, text *strings.Builder, chunk []entry) error {
	listings := make([]model.Listing, len(chunk))
	read, err := snap.PrepareContext(ctx, `SELECT body FROM listing WHERE rowid = ?`)
	if err != nil {
		return err
	}
	defer read.Close()
	for i, e := range chunk {
		var body string
		if err := read.QueryRowContext(ctx, e.row).Scan(&body); err != nil {
			return err
		}
		if listings[i], err = decodeListing(body, e.sources); err != nil {
			return err
		}
	}
	return s.tx(ctx, func(tx *sql.Tx) error {
		table := made.table()
		search, err := tx.PrepareContext(ctx, `INSERT INTO search_`+table+` (rowid, name, title, body, filter) VALUES (?, ?, ?, ?, ?)`)
		if err != nil {
			return err
		}
		defer search.Close()
		for i, l := range listings {
			rank := len(made.list) + 1
			made.add(l, chunk[i].score, text)
			name, title, body := texts(l)
			if _, err := search.ExecContext(ctx, rank, name, title, body, marks(made.list[rank-1], l)); err != nil {
				return err
			}
			b, err := json.Marshal(brief(l))
			if err != nil {
				return err
			}
			if _, err := tx.ExecContext(ctx, `INSERT INTO card_`+table+` VALUES (?, ?, ?)`, rank, l.ID, string(b)); err != nil {
				return err
			}
			for _, p := range l.Packages {
				if _, err := tx.ExecContext(ctx, `INSERT OR IGNORE INTO package_`+table+` VALUES (?, ?)`, packageKey(p.Type, p.Identifier), rank); err != nil {
					return err
				}
			}
		}
		return nil
	})
}

// brief is what a list of results needs of a listing: no inputs of packages and
// no descriptions of tools, which are most of its weight.
func brief(l model.Listing) model.Listing {
	packages := make([]model.Package, len(l.Packages))
	for i, p := range l.Packages {
		packages[i] = model.Package{Type: p.Type, Identifier: p.Identifier, Version: p.Version, RuntimeHint: p.RuntimeHint, Transport: p.Transport, URL: p.URL}
	}
	tools := make([]model.Tool, len(l.Tools))
	for i, t := range l.Tools {
		tools[i] = model.Tool{Name: t.Name}
	}
	l.Packages, l.Tools = packages, tools
	return l
}

// texts gives what can be searched of a listing, one string per column.
func texts(l model.Listing) (name, title, body string) {
	who, what := nameOf(l.ID)
	ns := append(indexWords(what), words(who)...)
	for _, p := range l.Packages {
		ns = append(ns, indexWords(packageName(p))...)
	}
	ts := indexWords(l.Title)
	// "filesystem" finds "file system".
	ns = append(ns, strings.Join(words(what), ""), strings.Join(words(l.Title), ""))
	bs := indexWords(l.Description)
	bs = append(bs, words(l.Publisher)...)
	bs = append(bs, words(l.Category)...)
	for _, t := range l.Tools {
		if len(bs) > maxBodyWords {
			break
		}
		bs = append(bs, indexWords(t.Name)...)
		bs = append(bs, words(t.Title)...)
		bs = append(bs, words(t.Description)...)
	}
	bs = bs[:min(len(bs), maxBodyWords)]
	return strings.Join(ns, " "), strings.Join(ts, " "), strings.Join(bs, " ")
}

// packageName is the part of a package's identifier that names it. Where it is
// kept says nothing: "github" is not about every file on github.com.
func packageName(p model.Package) string {
	switch p.Type {
	case "remote", "mcpb":
		return ""
	case "oci":
		id, _, _ := strings.Cut(p.Identifier, "@")
		return id[strings.LastIndex(id, "/")+1:]
	}
	return p.Identifier
}

func marks(k card, l model.Listing) string {
	out := []string{markCategory + categoryOf(l)}
	for _, t := range []struct {
		bit  uint8
		mark string
	}{{traitNoKey, markNoKey}, {traitNoDocker, markNoDocker}, {traitFeatured, markFeatured}} {
		if k.traits&t.bit != 0 {
			out = append(out, t.mark)
		}
	}
	for _, s := range l.Sources {
		out = append(out, markSource+strings.Join(words(s), ""))
	}
	return strings.Join(out, " ")
}

// swap makes the new index the one in use and removes the old.
func (s *Store) swap(ctx context.Context, made *cards) error {
	return s.tx(ctx, func(tx *sql.Tx) error {
		if _, err := tx.ExecContext(ctx, `UPDATE generation SET active = 0 WHERE active = 1`); err != nil {
			return err
		}
		if _, err := tx.ExecContext(ctx, `UPDATE generation SET active = 1, cards = ? WHERE id = ?`, made.encode(), made.generation); err != nil {
			return err
		}
		return sweep(ctx, tx)
	})
}

// current gives the cards of the index in use as tx sees it, nil when there is
// none that this version can read.
func (s *Store) current(ctx context.Context, tx *sql.Tx) (*cards, error) {
	rows, err := tx.QueryContext(ctx, `SELECT id FROM generation WHERE active = 1 AND recipe = ?`, recipe)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	if !rows.Next() {
		return nil, rows.Err()
	}
	var gen int64
	if err := rows.Scan(&gen); err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.cards != nil && s.cards.generation == gen {
		return s.cards, nil
	}
	var blob []byte
	if err := tx.QueryRowContext(ctx, `SELECT cards FROM generation WHERE id = ?`, gen).Scan(&blob); err != nil {
		return nil, err
	}
	c, err := decodeCards(blob)
	if err != nil {
		return nil, err
	}
	c.generation = gen
	s.cards = c
	return c, nil
}
