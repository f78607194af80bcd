package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"time"

	"toolbay/backend/model"
)

// Crawl is the state of reading a paged source, kept after every page so that
// a killed crawl goes on where it was.
type Crawl struct {
	Source string
	Origin string // where the pages come from; another origin starts anew
	Cursor string // of the next page
	// Since is zero for a crawl of everything. Else its pages are what changed
	// since then, records with status deleted among them.
	Since      time.Time
	Started    time.Time
	Pages      int
	Read       int // records seen so far
	Unreadable []Unreadable
}

// Unreadable is a record of a source that could not be read.
type Unreadable struct {
	// Index is where it stood, from 0.
	Index  int    `json:"index"`
	Reason string `json:"reason"`
	// Raw is what it was, at most its first 4 KiB when kept.
	Raw string `json:"raw,omitempty"`
	// More counts the records after it that could not be read either and are
	// not told one by one.
	More int `json:"more,omitempty"`
}

// Crawl gives the unfinished crawl of a source, if there is one.
func (s *Store) Crawl(ctx context.Context, source string) (Crawl, bool, error) {
	c := Crawl{Source: source}
	found := false
	err := s.view(ctx, func(tx *sql.Tx) error {
		var started, unreadable string
		var since int64
		err := tx.QueryRowContext(ctx, `SELECT origin, cursor, since, started, pages, read, unreadable FROM crawl WHERE source = ?`, source).
			Scan(&c.Origin, &c.Cursor, &since, &started, &c.Pages, &c.Read, &unreadable)
		if errors.Is(err, sql.ErrNoRows) {
			return nil
		}
		if err != nil {
			return err
		}
		if c.Started, err = time.Parse(time.RFC3339, started); err != nil {
			return err
		}
		found, c.Since = true, unix(since)
		return json.Unmarshal([]byte(unreadable), &c.Unreadable)
	})
	return c, found, err
}

// StagePage keeps one page and the state after it, in one step. seen is true,
// and nothing is kept, when c.Cursor was already met in this crawl: the source
// goes in circles.
func (s *Store) StagePage(ctx context.Context, c Crawl, listings []model.Listing) (seen bool, err error) {
	unreadable, err := json.Marshal(bounded(c.Unreadable))
	if err != nil {
		return false, err
	}
	err = s.tx(ctx, func(tx *sql.Tx) error {
		res, err := tx.ExecContext(ctx, `INSERT OR IGNORE INTO crawl_cursor VALUES (?, ?)`, c.Source, c.Cursor)
		if err != nil {
			return err
		}
		if n, err := res.RowsAffected(); err != nil || n == 0 {
			seen = err == nil
			return err
		}
		if err := stage(ctx, tx, c.Source, listings); err != nil {
			return err
		}
		_, err = tx.ExecContext(ctx, `INSERT OR REPLACE INTO crawl (source, origin, cursor, since, started, pages, read, unreadable)
			VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
			c.Source, c.Origin, c.Cursor, seconds(c.Since), c.Started.UTC().Format(time.RFC3339), c.Pages, c.Read, string(unreadable))
		return err
	})
	return seen, err
}

// Stage adds listings to what is staged of a source and gives how many servers
// that are, without the deleted.
func (s *Store) Stage(ctx context.Context, source string, listings []model.Listing) (staged int, err error) {
	err = s.tx(ctx, func(tx *sql.Tx) error {
		if err := stage(ctx, tx, source, listings); err != nil {
			return err
		}
		return tx.QueryRowContext(ctx, `SELECT count(*) FROM staged WHERE source = ? AND gone = 0`, source).Scan(&staged)
	})
	return staged, err
}

// FinishCrawl puts all that was staged, and last, the listings of the last
// page, in the place of what the source had, and gives how many that are.
func (s *Store) FinishCrawl(ctx context.Context, source string, last []model.Listing, synced time.Time) (kept int, err error) {
	return s.finish(ctx, source, last, synced, true)
}

// FinishChanges is FinishCrawl for pages of what changed since a time: the rest
// of what the source had stays, and those with status deleted go.
func (s *Store) FinishChanges(ctx context.Context, source string, last []model.Listing, synced time.Time) (kept int, err error) {
	return s.finish(ctx, source, last, synced, false)
}

func (s *Store) finish(ctx context.Context, source string, last []model.Listing, synced time.Time, all bool) (kept int, err error) {
	err = s.tx(ctx, func(tx *sql.Tx) error {
		if err := stage(ctx, tx, source, last); err != nil {
			return err
		}
		if err := tx.QueryRowContext(ctx, `SELECT count(*) FROM staged WHERE source = ? AND gone = 0`, source).Scan(&kept); err != nil {
			return err
		}
		return exchange(ctx, tx, source, synced, all)
	})
	if err != nil {
		return 0, err
	}
	return kept, s.Reindex(ctx)
}

// DropCrawl forgets an unfinished crawl and what it staged.
func (s *Store) DropCrawl(ctx context.Context, source string) error {
	return s.tx(ctx, func(tx *sql.Tx) error { return clearCrawl(ctx, tx, source) })
}

func clearCrawl(ctx context.Context, tx *sql.Tx, source string) error {
	for _, table := range []string{"crawl", "crawl_cursor", "staged"} {
		if _, err := tx.ExecContext(ctx, `DELETE FROM `+table+` WHERE source = ?`, source); err != nil {
			return err
		}
	}
	return nil
}
