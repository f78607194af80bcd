package store

import (
	"cmp"
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"slices"
	"strings"

	"toolbay/backend/model"
)

// speaks is the order in which sources speak for a server that several of them
// have, unless the user chose another. Private registries come before all of
// these, imported files after.
var speaks = []string{"starter", "docker", "toolhive", "anthropic", "github", "official", "mcpm", "smithery", "glama", "cline"}

// sourceOrder is the setting that holds the user's order: a JSON array of ids.
const sourceOrder = "source_order"

// order is a place for every source; lower ones speak first.
type order struct{ chosen []string }

// usual is a source's place when the user chose nothing.
func usual(source string) int {
	switch i := slices.Index(speaks, source); {
	case strings.HasPrefix(source, "reg-"):
		return 0
	case i >= 0:
		return 1 + i
	case isFile(source):
		return 2 + len(speaks)
	}
	return 1 + len(speaks)
}

// isFile tells whether a source is a file or folder that was imported.
func isFile(source string) bool { return source == "file" || strings.HasPrefix(source, "file:") }

// place gives a source's place: those that the user's order names come first,
// as it names them, and the others after them in the usual order.
func (o order) place(source string) int {
	if i := slices.Index(o.chosen, source); i >= 0 {
		return i
	}
	return len(o.chosen) + usual(source)
}

func (o order) compare(a, b string) int {
	return cmp.Or(cmp.Compare(o.place(a), o.place(b)), strings.Compare(a, b))
}

func readOrder(ctx context.Context, tx *sql.Tx) (order, error) {
	var v string
	err := tx.QueryRowContext(ctx, `SELECT value FROM setting WHERE name = ?`, sourceOrder).Scan(&v)
	if errors.Is(err, sql.ErrNoRows) {
		return order{}, nil
	}
	var o order
	if err == nil && json.Unmarshal([]byte(v), &o.chosen) != nil {
		o.chosen = nil // not written by us
	}
	return o, err
}

// SourceOrder gives every source its place: of two that have the same server,
// the one with the lower number speaks for it.
func (s *Store) SourceOrder(ctx context.Context) (func(source string) int, error) {
	var o order
	err := s.view(ctx, func(tx *sql.Tx) error {
		var err error
		o, err = readOrder(ctx, tx)
		return err
	})
	return o.place, err
}

// PutSourceOrder keeps the user's order of sources, the first to speak first,
// and brings the index up to date. None is the usual order. An id that is
// there twice counts where it is first.
func (s *Store) PutSourceOrder(ctx context.Context, ids []string) error {
	kept := []string{}
	for _, id := range ids {
		if id != "" && !slices.Contains(kept, id) {
			kept = append(kept, id)
		}
	}
	v, err := json.Marshal(kept)
	if err != nil {
		return err
	}
	err = s.tx(ctx, func(tx *sql.Tx) error {
		if len(kept) == 0 {
			if _, err := tx.ExecContext(ctx, `DELETE FROM setting WHERE name = ?`, sourceOrder); err != nil {
				return err
			}
		} else if _, err := tx.ExecContext(ctx, `INSERT OR REPLACE INTO setting VALUES (?, ?)`, sourceOrder, string(v)); err != nil {
			return err
		}
		return changed(ctx, tx)
	})
	if err != nil {
		return err
	}
	return s.Reindex(ctx)
}

// sortRecords puts the record that speaks first: one that is there before one
// that is deleted, then by the order of sources.
func (o order) sortRecords(records []model.Record) {
	slices.SortStableFunc(records, func(a, b model.Record) int {
		return cmp.Or(cmp.Compare(deleted(a.Listing), deleted(b.Listing)), o.compare(a.Source, b.Source), strings.Compare(a.ID, b.ID))
	})
}

func deleted(l model.Listing) int {
	if l.Status == "deleted" {
		return 1
	}
	return 0
}
