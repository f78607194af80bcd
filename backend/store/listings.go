package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"time"

	"toolbay/backend/model"
)

// precedence is the order in which sources speak for a listing that several of
// them have under the same id.
var precedence = []string{"starter", "docker", "official", "file"}

func precedes(source string) int {
	if i := slices.Index(precedence, source); i >= 0 {
		return i
	}
	return len(precedence)
}

// ReplaceSource makes listings all that the source has, in one step, marks it
// as synced at the given time and brings the search index up to date.
func (s *Store) ReplaceSource(ctx context.Context, source string, listings []model.Listing, synced time.Time) error {
	err := s.tx(ctx, func(tx *sql.Tx) error {
		if err := clearCrawl(ctx, tx, source); err != nil {
			return err
		}
		if err := putListings(ctx, tx, "staged", source, listings); err != nil {
			return err
		}
		return exchange(ctx, tx, source, synced)
	})
	if err != nil {
		return err
	}
	return s.Reindex(ctx)
}

// UpsertListings adds listings to what the source has, or replaces those with
// the same id, marks it as synced and brings the search index up to date.
func (s *Store) UpsertListings(ctx context.Context, source string, listings []model.Listing, synced time.Time) error {
	err := s.tx(ctx, func(tx *sql.Tx) error {
		if err := putListings(ctx, tx, "listing", source, listings); err != nil {
			return err
		}
		return settle(ctx, tx, source, synced)
	})
	if err != nil {
		return err
	}
	return s.Reindex(ctx)
}

// exchange puts the staged listings of a source in the place of its listings.
func exchange(ctx context.Context, tx *sql.Tx, source string, synced time.Time) error {
	for _, q := range []string{
		`DELETE FROM listing WHERE source = ?1 AND id NOT IN (SELECT id FROM staged WHERE source = ?1)`,
		`INSERT INTO listing (source, id, body) SELECT source, id, body FROM staged WHERE source = ?1
			ON CONFLICT (source, id) DO UPDATE SET body = excluded.body WHERE body <> excluded.body`,
	} {
		if _, err := tx.ExecContext(ctx, q, source); err != nil {
			return err
		}
	}
	if err := clearCrawl(ctx, tx, source); err != nil {
		return err
	}
	return settle(ctx, tx, source, synced)
}

// settle notes that the listings of a source have just changed.
func settle(ctx context.Context, tx *sql.Tx, source string, synced time.Time) error {
	if _, err := tx.ExecContext(ctx, `INSERT INTO source (id, enabled, synced, error) VALUES (?1, 1, ?2, '')
		ON CONFLICT (id) DO UPDATE SET synced = ?2, error = ''`, source, synced.UTC().Format(time.RFC3339)); err != nil {
		return err
	}
	_, err := tx.ExecContext(ctx, `UPDATE catalogue SET content = content + 1`)
	return err
}

func putListings(ctx context.Context, tx *sql.Tx, table, source string, listings []model.Listing) error {
	put, err := tx.PrepareContext(ctx, `INSERT INTO `+table+` (source, id, body) VALUES (?1, ?2, ?3)
		ON CONFLICT (source, id) DO UPDATE SET body = ?3`)
	if err != nil {
		return err
	}
	defer put.Close()
	for _, l := range listings {
		body, err := json.Marshal(l)
		if err != nil {
			return err
		}
		if _, err := put.ExecContext(ctx, source, l.ID, string(body)); err != nil {
			return err
		}
	}
	return nil
}

// Listing gives everything known about one listing, also one that its source
// has deleted. An id that differs only in case is found too. Error code:
// listing_unknown.
func (s *Store) Listing(ctx context.Context, id string) (model.Listing, error) {
	var l model.Listing
	err := s.view(ctx, func(tx *sql.Tx) error {
		var err error
		l, err = listing(ctx, tx, `WHERE id = ?`, id)
		if errors.Is(err, sql.ErrNoRows) {
			l, err = listing(ctx, tx, `WHERE lower(id) = ?`, strings.ToLower(id))
		}
		if errors.Is(err, sql.ErrNoRows) {
			return model.Fail("listing_unknown", nil, "id", id)
		}
		return err
	})
	return l, err
}

// listing reads the rows that where selects as one listing: the source of the
// highest precedence speaks, all are named.
func listing(ctx context.Context, tx *sql.Tx, where string, args ...any) (model.Listing, error) {
	rows, err := tx.QueryContext(ctx, `SELECT source, body FROM listing `+where, args...)
	if err != nil {
		return model.Listing{}, err
	}
	defer rows.Close()
	var best, body string
	var sources []string
	for rows.Next() {
		var source, b string
		if err := rows.Scan(&source, &b); err != nil {
			return model.Listing{}, err
		}
		if len(sources) == 0 || precedes(source) < precedes(best) {
			best, body = source, b
		}
		sources = append(sources, source)
	}
	if err := rows.Err(); err != nil {
		return model.Listing{}, err
	}
	if len(sources) == 0 {
		return model.Listing{}, sql.ErrNoRows
	}
	return decodeListing(body, sources)
}

func decodeListing(body string, sources []string) (model.Listing, error) {
	var l model.Listing
	if err := json.Unmarshal([]byte(body), &l); err != nil {
		return l, err
	}
	slices.SortFunc(sources, func(a, b string) int { return precedes(a) - precedes(b) })
	l.Sources = sources
	if l.Packages == nil {
		l.Packages = []model.Package{}
	}
	if l.Tools == nil {
		l.Tools = []model.Tool{}
	}
	return l, nil
}

// Known gives the listing that speaks best for a package, when one has it.
func (s *Store) Known(ctx context.Context, kind, identifier string) (model.Listing, bool, error) {
	var l model.Listing
	found := false
	err := s.view(ctx, func(tx *sql.Tx) error {
		c, err := s.current(ctx, tx)
		if err != nil || c == nil {
			return err
		}
		var id string
		err = tx.QueryRowContext(ctx, `SELECT c.id FROM card_`+c.table()+` c JOIN package_`+c.table()+` p ON p.card = c.rank
			WHERE p.key = ? ORDER BY c.rank LIMIT 1`, packageKey(kind, identifier)).Scan(&id)
		if errors.Is(err, sql.ErrNoRows) {
			return nil
		}
		if err != nil {
			return err
		}
		l, err = listing(ctx, tx, `WHERE id = ?`, id)
		if errors.Is(err, sql.ErrNoRows) { // gone since the index was built
			return nil
		}
		found = err == nil
		return err
	})
	return l, found, err
}

// packageKey names a package without its version. Only PyPI ignores case.
func packageKey(kind, identifier string) string {
	if kind == "pypi" {
		identifier = strings.ReplaceAll(strings.ReplaceAll(strings.ToLower(identifier), "_", "-"), ".", "-")
	}
	return kind + ":" + identifier
}
