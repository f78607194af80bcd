package store

import (
	"context"
	"database/sql"
	"errors"
	"os"
	"time"
)

// SourceState is how a source of listings is.
type SourceState struct {
	Source   string `json:"source"`
	Enabled  bool   `json:"enabled"`
	Listings int    `json:"listings"`
	// Unreadable counts the records that nothing could be made of, and the
	// parts of records that had to be left out.
	Unreadable int `json:"unreadable"`
	// Synced is when its listings were last brought up to date; nil is never.
	Synced *time.Time `json:"synced"`
	// Error is the code of the failure since then, or "".
	Error string `json:"error"`
}

// Sources gives the state of every source that has been touched, by id.
func (s *Store) Sources(ctx context.Context) ([]SourceState, error) {
	out := []SourceState{}
	err := s.view(ctx, func(tx *sql.Tx) error {
		// Both counts are made from small indexes, without reading a record.
		rows, err := tx.QueryContext(ctx, `SELECT id, enabled, synced, error,
			(SELECT count(*) FROM listing WHERE source = s.id) - (SELECT count(*) FROM listing WHERE source = s.id AND gone > 0),
			(SELECT count(*) FROM unreadable WHERE source = s.id) FROM source s ORDER BY id`)
		if err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() {
			var v SourceState
			var synced string
			if err := rows.Scan(&v.Source, &v.Enabled, &synced, &v.Error, &v.Listings, &v.Unreadable); err != nil {
				return err
			}
			if t, err := time.Parse(time.RFC3339, synced); err == nil {
				v.Synced = &t
			}
			out = append(out, v)
		}
		return rows.Err()
	})
	return out, err
}

// EnableSource stores whether a source is used.
func (s *Store) EnableSource(ctx context.Context, id string, enabled bool) error {
	return s.tx(ctx, func(tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, `INSERT INTO source (id, enabled, synced, error) VALUES (?1, ?2, '', '')
			ON CONFLICT (id) DO UPDATE SET enabled = ?2`, id, enabled)
		return err
	})
}

// NoteSource stores the code of a source's last failure; "" leaves what is
// known. A source that is not known yet gets the switch as given.
func (s *Store) NoteSource(ctx context.Context, id string, enabled bool, failure string) error {
	return s.tx(ctx, func(tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, `INSERT INTO source (id, enabled, synced, error) VALUES (?1, ?2, '', ?3)
			ON CONFLICT (id) DO UPDATE SET error = CASE ?3 WHEN '' THEN error ELSE ?3 END`, id, enabled, failure)
		return err
	})
}

// RemoveSource forgets a source with all that it lists, and brings the search
// index up to date. One that is not known is no error.
func (s *Store) RemoveSource(ctx context.Context, id string) error {
	err := s.tx(ctx, func(tx *sql.Tx) error {
		if err := clearCrawl(ctx, tx, id); err != nil {
			return err
		}
		for _, q := range []string{`DELETE FROM listing WHERE source = ?`, `DELETE FROM unreadable WHERE source = ?`, `DELETE FROM source WHERE id = ?`} {
			if _, err := tx.ExecContext(ctx, q, id); err != nil {
				return err
			}
		}
		return changed(ctx, tx)
	})
	if err != nil {
		return err
	}
	return s.Reindex(ctx)
}

// Watermark tells how far a source is known: everything that changed in it
// before changes, and everything it had at whole. Zero times are never.
func (s *Store) Watermark(ctx context.Context, source string) (changes, whole time.Time, err error) {
	err = s.view(ctx, func(tx *sql.Tx) error {
		var c, w int64
		err := tx.QueryRowContext(ctx, `SELECT changes, whole FROM source WHERE id = ?`, source).Scan(&c, &w)
		if errors.Is(err, sql.ErrNoRows) {
			return nil
		}
		changes, whole = unix(c), unix(w)
		return err
	})
	return changes, whole, err
}

// PutWatermark notes that everything is known which changed before that time.
func (s *Store) PutWatermark(ctx context.Context, source string, changes time.Time) error {
	return s.tx(ctx, func(tx *sql.Tx) error { return putMark(ctx, tx, source, changes) })
}

func putMark(ctx context.Context, tx *sql.Tx, source string, changes time.Time) error {
	if changes.IsZero() {
		return nil
	}
	_, err := tx.ExecContext(ctx, `UPDATE source SET changes = ?2 WHERE id = ?1`, source, changes.Unix())
	return err
}

const (
	maxUnreadable = 10_000 // of one source that are kept
	maxRaw        = 4 << 10
)

// bounded cuts what is kept of unreadable records to a bearable size.
func bounded(list []Unreadable) []Unreadable {
	out := make([]Unreadable, min(len(list), maxUnreadable))
	copy(out, list)
	for i := range out {
		out[i].Raw = out[i].Raw[:min(len(out[i].Raw), maxRaw)]
	}
	return out
}

// PutUnreadable keeps what could not be read of a source, in the place of what
// was kept before.
func (s *Store) PutUnreadable(ctx context.Context, source string, list []Unreadable) error {
	return s.tx(ctx, func(tx *sql.Tx) error {
		if _, err := tx.ExecContext(ctx, `DELETE FROM unreadable WHERE source = ?`, source); err != nil {
			return err
		}
		for n, u := range bounded(list) {
			if _, err := tx.ExecContext(ctx, `INSERT INTO unreadable (source, n, place, reason, raw) VALUES (?, ?, ?, ?, ?)`,
				source, n, u.Index, u.Reason, u.Raw); err != nil {
				return err
			}
		}
		return nil
	})
}

// Unreadable gives what could not be read of a source when it was read last.
func (s *Store) Unreadable(ctx context.Context, source string) ([]Unreadable, error) {
	out := []Unreadable{}
	err := s.view(ctx, func(tx *sql.Tx) error {
		rows, err := tx.QueryContext(ctx, `SELECT place, reason, raw FROM unreadable WHERE source = ? ORDER BY n`, source)
		if err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() {
			var u Unreadable
			if err := rows.Scan(&u.Index, &u.Reason, &u.Raw); err != nil {
				return err
			}
			out = append(out, u)
		}
		return rows.Err()
	})
	return out, err
}

// Catalogue is how much there is.
type Catalogue struct {
	Entries int   `json:"entries"` // records of all sources, without the deleted
	Servers int   `json:"servers"` // cards that search can find
	Bytes   int64 `json:"bytes"`   // of the database on disk
}

// Catalogue tells how much there is.
func (s *Store) Catalogue(ctx context.Context) (Catalogue, error) {
	var out Catalogue
	err := s.view(ctx, func(tx *sql.Tx) error {
		c, err := s.current(ctx, tx)
		if err != nil {
			return err
		}
		if c != nil {
			out.Servers = len(c.list)
		}
		return tx.QueryRowContext(ctx, `SELECT (SELECT count(*) FROM listing INDEXED BY listing_id)
			- (SELECT count(*) FROM listing WHERE gone > 0)`).Scan(&out.Entries)
	})
	for _, part := range []string{"", "-wal"} {
		if st, err := os.Stat(s.path + part); err == nil {
			out.Bytes += st.Size()
		}
	}
	return out, err
}
