package store

import (
	"context"
	"database/sql"
	"fmt"
	"slices"
	"strings"

	"toolbay/backend/model"
)

// recipe is raised when the way the index is made changes, so that an index
// made by another version of the program is not used.
const recipe = 8

// readable is the oldest recipe whose index can still be searched, as its
// tables and cards are built alike: it is used until a new one is there. It is
// raised to recipe when that is not so any more.
const readable = 6

const (
	indexChunk   = 6000     // cards per transaction: other writers wait no longer than one
	readChunk    = 250      // records that are read while others are looked at
	rowChunk     = 250      // cards that are made while others are written
	maxBodyWords = 3000     // of one listing
	hashSize     = 16 << 20 // bytes of words in memory before they are written; SQLite's own is 1 MB
	mergeAt      = 8        // pieces of an index that are merged to one; SQLite's own is 4
)

// Marks of the filter column. They stand in a private area of Unicode that
// words never lets through, so no query text can name them.
const (
	markTrait    = "\uE000t"
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
		if behind, err := s.Behind(ctx); err != nil || !behind {
			return err
		}
		if err := thrifty(func() error { return s.build(ctx) }); err != nil {
			return err
		}
		// The log can now go into the file, as far as nobody reads it.
		if _, err := s.write.ExecContext(ctx, `PRAGMA wal_checkpoint(PASSIVE)`); err != nil {
			return s.note(err)
		}
	}
}

// Behind tells whether Reindex would build an index.
func (s *Store) Behind(ctx context.Context) (bool, error) {
	var content, have, made int64
	err := s.view(ctx, func(tx *sql.Tx) error {
		return tx.QueryRowContext(ctx, `SELECT content,
			coalesce((SELECT content FROM generation WHERE active = 1), -1),
			coalesce((SELECT recipe FROM generation WHERE active = 1), -1) FROM catalogue`).Scan(&content, &have, &made)
	})
	return content != have || made != recipe, err
}

// build reads one unchanging state of the records and writes an index of it.
// It reads them twice, to tell which are one server and to make their cards;
// between, only a few bytes of each are held.
func (s *Store) build(ctx context.Context) error {
	m, err := s.newMerger(ctx)
	if err != nil {
		return err
	}
	return s.view(ctx, func(snap *sql.Tx) error {
		var content int64
		if err := snap.QueryRowContext(ctx, `SELECT content FROM catalogue`).Scan(&content); err != nil {
			return err
		}
		o, err := readOrder(ctx, snap)
		if err != nil {
			return err
		}
		sources, err := sourcesOf(ctx, snap, o)
		if err != nil {
			return err
		}
		groups, err := gather(ctx, snap, m)
		if err != nil {
			return err
		}
		gen, err := s.begin(ctx, content)
		if err != nil {
			return err
		}
		b := builder{store: s, snap: snap, merger: m, order: o, made: &cards{generation: gen, sources: sources}}
		b.made.list, b.made.ends = make([]card, 0, len(groups)), make([]uint32, 0, fields*len(groups))
		if err := b.run(ctx, groups); err != nil {
			return err
		}
		b.made.text = b.text.String()
		return s.swap(ctx, b.made)
	})
}

// sourcesOf gives the sources that have records, those that speak first first,
// as many as a card has bits for.
func sourcesOf(ctx context.Context, snap *sql.Tx, o order) ([]string, error) {
	rows, err := snap.QueryContext(ctx, `SELECT id FROM source WHERE EXISTS (SELECT 1 FROM listing WHERE listing.source = source.id)`)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out []string
	for rows.Next() {
		var id string
		if err := rows.Scan(&id); err != nil {
			return nil, err
		}
		out = append(out, id)
	}
	slices.SortFunc(out, o.compare)
	return out[:min(len(out), maxSources)], rows.Err()
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
			// records are the numbers of a card's records, the one that speaks
			// first. whole is the card where that is more than its only record.
			// Cards of nothing but deleted records come last and have no brief.
			`CREATE TABLE card_%d (rank INTEGER PRIMARY KEY, records TEXT NOT NULL, brief TEXT NOT NULL, whole TEXT NOT NULL)`,
			`CREATE TABLE cards_%d (part INTEGER PRIMARY KEY, data BLOB NOT NULL)`,
			`CREATE TABLE member_%d (n INTEGER PRIMARY KEY, rank INTEGER NOT NULL)`,
			`CREATE TABLE package_%d (key TEXT NOT NULL, card INTEGER NOT NULL, PRIMARY KEY (key, card)) WITHOUT ROWID`,
		} {
			if _, err := tx.ExecContext(ctx, fmt.Sprintf(q, gen)); err != nil {
				return err
			}
		}
		// Fewer and larger pieces while it is filled: writing and merging them
		// is most of the work.
		_, err = tx.ExecContext(ctx, fmt.Sprintf(`INSERT INTO search_%[1]d (search_%[1]d, rank) VALUES ('hashsize', %d), ('automerge', %d)`,
			gen, hashSize, mergeAt))
		return err
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
			`DROP TABLE IF EXISTS cards_%d`, `DROP TABLE IF EXISTS member_%d`, `DROP TABLE IF EXISTS package_%d`, `DELETE FROM generation WHERE id = %d`} {
			if _, err := tx.ExecContext(ctx, fmt.Sprintf(q, id)); err != nil {
				return err
			}
		}
	}
	return nil
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
	for _, id := range l.Merged {
		if id != l.ID {
			who, what := nameOf(id)
			ns = append(append(ns, indexWords(what)...), words(who)...)
		}
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
	return once(ns), once(ts), once(bs[:min(len(bs), maxBodyWords)])
}

// once joins words, each once: the index keeps no more than that a column has
// a word, and every word costs seven entries.
func once(ws []string) string {
	slices.Sort(ws)
	return strings.Join(slices.Compact(ws), " ")
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

// swap makes the new index the one in use and removes the old.
func (s *Store) swap(ctx context.Context, made *cards) error {
	return s.tx(ctx, func(tx *sql.Tx) error {
		err := made.encode(parts(func(part []byte) error {
			_, err := tx.ExecContext(ctx, `INSERT INTO cards_`+made.table()+` (data) VALUES (?)`, part)
			return err
		}))
		if err != nil {
			return err
		}
		if _, err := tx.ExecContext(ctx, `UPDATE generation SET active = id = ?`, made.generation); err != nil {
			return err
		}
		return sweep(ctx, tx)
	})
}

// parts is a writer of which each write makes a row.
type parts func(part []byte) error

func (p parts) Write(part []byte) (int, error) {
	if err := p(part); err != nil {
		return 0, err
	}
	return len(part), nil
}

// readCards reads the cards of a generation.
func readCards(ctx context.Context, tx *sql.Tx, gen int64) (*cards, error) {
	c := &cards{generation: gen}
	size := 0
	if err := tx.QueryRowContext(ctx, `SELECT coalesce(sum(length(data)), 0) FROM cards_`+c.table()).Scan(&size); err != nil {
		return nil, err
	}
	rows, err := tx.QueryContext(ctx, `SELECT data FROM cards_`+c.table()+` ORDER BY part`)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	all := make([]byte, 0, size)
	for rows.Next() {
		var b sql.RawBytes
		if err := rows.Scan(&b); err != nil {
			return nil, err
		}
		all = append(all, b...)
	}
	if err := rows.Err(); err != nil {
		return nil, err
	}
	if c, err = decodeCards(all); err != nil {
		return nil, err
	}
	c.generation = gen
	return c, nil
}

// current gives the cards of the index in use as tx sees it, nil when there is
// none that this version can read.
func (s *Store) current(ctx context.Context, tx *sql.Tx) (*cards, error) {
	rows, err := tx.QueryContext(ctx, `SELECT id FROM generation WHERE active = 1 AND recipe BETWEEN ? AND ?`, readable, recipe)
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
	c, err := readCards(ctx, tx, gen)
	if err != nil {
		return nil, err
	}
	s.cards = c
	return c, nil
}
