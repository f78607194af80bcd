package store

import (
	"context"
	"database/sql"
	"slices"
	"strings"
	"time"

	"toolbay/backend/model"
)

// goneFor is how long a record is kept that its source no longer has: long
// enough to tell somebody who installed it.
const goneFor = 180 * 24 * time.Hour

// ReplaceSource makes listings all that the source has, in one step, marks it
// as synced at the given time and brings the search index up to date.
func (s *Store) ReplaceSource(ctx context.Context, source string, listings []model.Listing, synced time.Time) error {
	err := s.tx(ctx, func(tx *sql.Tx) error {
		if err := clearCrawl(ctx, tx, source); err != nil {
			return err
		}
		if err := stage(ctx, tx, source, listings); err != nil {
			return err
		}
		return exchange(ctx, tx, source, synced, true)
	})
	if err != nil {
		return err
	}
	return s.Reindex(ctx)
}

// UpsertListings adds listings to what the source has, or replaces those with
// the same id, marks it as synced and brings the search index up to date.
func (s *Store) UpsertListings(ctx context.Context, source string, listings []model.Listing, synced time.Time) error {
	return s.ApplyChanges(ctx, source, listings, nil, synced, time.Time{})
}

// ApplyChanges puts what changed in a source since it was read last: put are
// new or changed, deleted are gone. Everything that changed before mark is
// then known; a zero mark leaves what Watermark tells as it is.
func (s *Store) ApplyChanges(ctx context.Context, source string, put, deleted []model.Listing, synced, mark time.Time) error {
	err := s.tx(ctx, func(tx *sql.Tx) error {
		p, err := preparePut(ctx, tx)
		if err != nil {
			return err
		}
		defer p.Close()
		n := int64(0)
		for i, list := range [][]model.Listing{put, deleted} {
			for _, l := range list {
				if i == 1 {
					l.Status = "deleted"
				}
				row, err := body(l)
				if err != nil {
					return err
				}
				res, err := p.ExecContext(ctx, source, l.ID, synced.Unix(), goneAt(l, synced), row)
				if err != nil {
					return err
				}
				one, err := res.RowsAffected()
				if n += one; err != nil {
					return err
				}
			}
		}
		if err := settle(ctx, tx, source, synced, n > 0); err != nil {
			return err
		}
		return putMark(ctx, tx, source, mark)
	})
	if err != nil {
		return err
	}
	return s.Reindex(ctx)
}

// goneAt is the column gone of a listing that is read at synced.
func goneAt(l model.Listing, synced time.Time) int64 {
	if l.Status == "deleted" {
		return synced.Unix()
	}
	return 0
}

// onConflict keeps when a record was first seen, and when it went if that is
// known. A row that stays as it is counts as no change.
const onConflict = ` ON CONFLICT (source, id) DO UPDATE SET body = excluded.body,
	gone = CASE WHEN excluded.gone > 0 AND gone > 0 THEN gone ELSE excluded.gone END
	WHERE body <> excluded.body OR (gone > 0) <> (excluded.gone > 0)`

func preparePut(ctx context.Context, tx *sql.Tx) (*sql.Stmt, error) {
	return tx.PrepareContext(ctx, `INSERT INTO listing (source, id, seen, gone, body) VALUES (?, ?, ?, ?, ?)`+onConflict)
}

// exchange puts what is staged of a source into its listings; all tells that
// it is everything the source has, so that what is not there is gone.
func exchange(ctx context.Context, tx *sql.Tx, source string, synced time.Time, all bool) error {
	n := int64(0)
	run := func(query string, args ...any) error {
		res, err := tx.ExecContext(ctx, query, args...)
		if err != nil {
			return err
		}
		one, err := res.RowsAffected()
		n += one
		return err
	}
	if all {
		if err := run(`UPDATE listing SET gone = ?2 WHERE source = ?1 AND gone = 0
			AND NOT EXISTS (SELECT 1 FROM staged s WHERE s.source = ?1 AND s.id = listing.id)`, source, synced.Unix()); err != nil {
			return err
		}
	}
	if err := run(`INSERT INTO listing (source, id, seen, gone, body)
		SELECT source, id, ?2, CASE gone WHEN 0 THEN 0 ELSE ?2 END, body FROM staged WHERE source = ?1`+onConflict,
		source, synced.Unix()); err != nil {
		return err
	}
	if err := run(`DELETE FROM listing WHERE source = ?1 AND gone > 0 AND gone < ?2`, source, synced.Add(-goneFor).Unix()); err != nil {
		return err
	}
	if err := clearCrawl(ctx, tx, source); err != nil {
		return err
	}
	if err := settle(ctx, tx, source, synced, n > 0); err != nil || !all {
		return err
	}
	_, err := tx.ExecContext(ctx, `UPDATE source SET whole = ?2 WHERE id = ?1`, source, synced.Unix())
	return err
}

// settle notes that a source was read, and whether that changed anything.
func settle(ctx context.Context, tx *sql.Tx, source string, synced time.Time, more bool) error {
	if _, err := tx.ExecContext(ctx, `INSERT INTO source (id, enabled, synced, error) VALUES (?1, 1, ?2, '')
		ON CONFLICT (id) DO UPDATE SET synced = ?2, error = ''`, source, synced.UTC().Format(time.RFC3339)); err != nil {
		return err
	}
	if !more {
		return nil
	}
	return changed(ctx, tx)
}

// changed tells the next Reindex that there is something to do.
func changed(ctx context.Context, tx *sql.Tx) error {
	_, err := tx.ExecContext(ctx, `UPDATE catalogue SET content = content + 1`)
	return err
}

// stageRows is how many rows go into one statement: each costs about as much as
// a row.
const stageRows = 25

func stage(ctx context.Context, tx *sql.Tx, source string, listings []model.Listing) error {
	var put *sql.Stmt
	rows := 0
	defer func() {
		if put != nil {
			put.Close()
		}
	}()
	args := make([]any, 0, 4*stageRows)
	for some := range slices.Chunk(listings, stageRows) {
		if len(some) != rows {
			if put != nil {
				put.Close()
			}
			var err error
			if put, err = tx.PrepareContext(ctx, `INSERT INTO staged (source, id, gone, body) VALUES (?, ?, ?, ?)`+strings.Repeat(`, (?, ?, ?, ?)`, len(some)-1)+`
				ON CONFLICT (source, id) DO UPDATE SET gone = excluded.gone, body = excluded.body`); err != nil {
				return err
			}
			rows = len(some)
		}
		args = args[:0]
		for _, l := range some {
			row, err := body(l)
			if err != nil {
				return err
			}
			args = append(args, source, l.ID, deleted(l), row)
		}
		if _, err := put.ExecContext(ctx, args...); err != nil {
			return err
		}
	}
	return nil
}

// packageKey names a package without its version. Only PyPI ignores case.
func packageKey(kind, identifier string) string {
	if kind == "pypi" {
		identifier = strings.ReplaceAll(strings.ReplaceAll(strings.ToLower(identifier), "_", "-"), ".", "-")
	}
	return kind + ":" + identifier
}
