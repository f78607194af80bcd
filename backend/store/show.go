package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"strconv"
	"strings"

	"toolbay/backend/model"
)

// Card gives everything known about one server, by the id of any of its
// records, also one that its source has deleted or that is not in the index
// yet. An id that differs only in case is found too. Facts are not known here.
// Error code: listing_unknown.
func (s *Store) Card(ctx context.Context, id string) (model.Card, error) {
	var c model.Card
	m, err := s.newMerger(ctx) // before the view: it may read settings
	if err != nil {
		return c, err
	}
	err = s.view(ctx, func(tx *sql.Tx) error {
		idx, err := s.current(ctx, tx)
		if err != nil {
			return err
		}
		rank, n, err := numberOf(ctx, tx, idx, id)
		if err != nil {
			return err
		}
		if n == 0 {
			return model.Fail("listing_unknown", nil, "id", id)
		}
		c, err = readCard(ctx, tx, m, idx, rank, n)
		return err
	})
	return c, err
}

// Listing gives the listing of the card that Card gives. Error code:
// listing_unknown.
func (s *Store) Listing(ctx context.Context, id string) (model.Listing, error) {
	c, err := s.Card(ctx, id)
	return c.Listing, err
}

// maxKnown bounds the cards with one package that are looked at.
const maxKnown = 20

// Known gives the best card with a package that fits says yes to; nil is any.
func (s *Store) Known(ctx context.Context, kind, identifier string, fits func(model.Card) bool) (model.Card, bool, error) {
	var c model.Card
	found := false
	m, err := s.newMerger(ctx)
	if err != nil {
		return c, false, err
	}
	err = s.view(ctx, func(tx *sql.Tx) error {
		idx, err := s.current(ctx, tx)
		if err != nil || idx == nil {
			return err
		}
		var ranks string
		if err := tx.QueryRowContext(ctx, `SELECT coalesce(group_concat(card), '') FROM (SELECT card FROM package_`+idx.table()+`
			WHERE key = ? ORDER BY card LIMIT ?)`, packageKey(kind, identifier), maxKnown).Scan(&ranks); err != nil {
			return err
		}
		for text := range strings.SplitSeq(ranks, ",") {
			rank, err := strconv.Atoi(text)
			if err != nil {
				break // none
			}
			c, err = readCard(ctx, tx, m, idx, rank, 0)
			if errors.Is(err, sql.ErrNoRows) { // gone since the index was built
				continue
			}
			if err != nil {
				return err
			}
			if found = fits == nil || fits(c); found {
				return nil
			}
		}
		return nil
	})
	return c, found, err
}

// numberOf finds the record with an id, exactly as written if there is one: its
// number, 0 for none, and the rank of its card, 0 when it is in no card of the
// index. idx may be nil.
func numberOf(ctx context.Context, tx *sql.Tx, idx *cards, id string) (rank int, n int64, err error) {
	query := `SELECT n, 0 FROM listing l WHERE l.id = ?1 COLLATE NOCASE ORDER BY l.id <> ?1, gone > 0, n LIMIT 1`
	if idx != nil {
		query = `SELECT l.n, coalesce(m.rank, 0) FROM listing l LEFT JOIN member_` + idx.table() + ` m ON m.n = l.n
			WHERE l.id = ?1 COLLATE NOCASE ORDER BY l.id <> ?1, m.rank IS NULL, m.rank LIMIT 1`
	}
	err = tx.QueryRowContext(ctx, query, id).Scan(&n, &rank)
	if errors.Is(err, sql.ErrNoRows) {
		return 0, 0, nil
	}
	return rank, n, err
}

// readCard reads the card of that rank; without one, that of the record with
// number n alone.
func readCard(ctx context.Context, tx *sql.Tx, m Merger, idx *cards, rank int, n int64) (model.Card, error) {
	o, err := readOrder(ctx, tx)
	if err != nil {
		return model.Card{}, err
	}
	numbers, short, kept := joinNumbers([]int64{n}), "", ""
	if rank > 0 {
		if err := tx.QueryRowContext(ctx, `SELECT records, brief, whole FROM card_`+idx.table()+` WHERE rank = ?`, rank).
			Scan(&numbers, &short, &kept); err != nil {
			return model.Card{}, err
		}
	}
	records, err := readRecords(ctx, tx, numbers)
	if err != nil {
		return model.Card{}, err
	}
	if len(records) == 0 {
		return model.Card{}, sql.ErrNoRows
	}
	speaker := recordKey{records[0].Source, records[0].ID}
	o.sortRecords(records)
	var c model.Card
	switch {
	case kept != "":
		var w whole
		if err := json.Unmarshal([]byte(kept), &w); err != nil {
			return c, err
		}
		c = model.Card{Origins: w.Origins}
		if err := readBody(w.Listing, &c.Listing); err != nil {
			return c, err
		}
	default:
		c = alone(m, records[0])
		if short != "" {
			var b model.Listing
			if err := json.Unmarshal([]byte(short), &b); err != nil {
				return c, err
			}
			b.Packages, b.Tools = c.Packages, c.Tools
			c.Listing = b
		}
	}
	for i, r := range records {
		if (recordKey{r.Source, r.ID}) == speaker {
			copy(records[1:i+1], records[:i])
			records[0] = r
		}
	}
	c.Records = records
	if c.Origins == nil {
		c.Origins = map[string]string{}
	}
	c.Facts = []model.Fact{}
	return c, nil
}

// alone is the card of a record by itself.
func alone(m Merger, r model.Record) model.Card {
	m.Add(r.Source, r.Listing)
	one := []model.Record{r}
	if g := m.Groups(); len(g) == 1 && len(g[0]) == 1 {
		return makeCard(m, 0, one)
	}
	return makeCard(&sameID{}, 0, one) // one that is no server by itself
}

// readRecords reads records by their numbers, in that order; those that are
// gone since the index was built are left out.
func readRecords(ctx context.Context, tx *sql.Tx, numbers string) ([]model.Record, error) {
	var ns []int64
	for text := range strings.SplitSeq(numbers, ",") {
		if n, err := strconv.ParseInt(text, 10, 64); err == nil {
			ns = append(ns, n)
		}
	}
	rows, err := storedOf(ctx, tx, ns)
	if err != nil {
		return nil, err
	}
	out := make([]model.Record, 0, len(ns))
	for _, n := range ns {
		row, ok := rows[n]
		if !ok {
			continue
		}
		var r model.Record
		if err := row.record(&r); err != nil {
			return nil, err
		}
		out = append(out, r)
	}
	return out, nil
}
