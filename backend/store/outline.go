package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"strconv"
	"strings"
	"time"

	"toolbay/backend/model"
)

// Outline is the little of a card that a list of all of them needs.
type Outline struct {
	ID      string    `json:"id"`
	Merged  []string  `json:"merged"` // the ids of all its records, when there are several
	Version string    `json:"version"`
	Status  string    `json:"status"`
	Updated time.Time `json:"updated"`
}

// Outlines gives every card of the search index in use in the order of static
// rank, those of deleted servers last, and the mark of that index; no list when
// the mark is have. Without an index the mark is 0.
func (s *Store) Outlines(ctx context.Context, have int64) (mark int64, list []Outline, err error) {
	err = s.view(ctx, func(tx *sql.Tx) error {
		c, err := s.current(ctx, tx)
		if err != nil || c == nil || c.generation == have {
			mark = have
			if err == nil && c == nil {
				mark = 0
			}
			return err
		}
		mark = c.generation
		rows, err := tx.QueryContext(ctx, `SELECT records, brief FROM card_`+c.table()+` ORDER BY rank`)
		if err != nil {
			return err
		}
		defer rows.Close()
		var gone []string
		for rows.Next() {
			var records string
			var brief sql.RawBytes
			if err := rows.Scan(&records, &brief); err != nil {
				return err
			}
			if len(brief) == 0 {
				first, _, _ := strings.Cut(records, ",")
				gone = append(gone, first)
				continue
			}
			var o Outline
			if err := json.Unmarshal(brief, &o); err != nil {
				return err
			}
			list = append(list, o)
		}
		if err := rows.Err(); err != nil {
			return err
		}
		for _, first := range gone {
			n, err := strconv.ParseInt(first, 10, 64)
			if err != nil {
				return err
			}
			var body string
			var at int64
			if err := tx.QueryRowContext(ctx, `SELECT body, gone FROM listing WHERE n = ?`, n).Scan(&body, &at); err != nil {
				if err == sql.ErrNoRows {
					continue
				}
				return err
			}
			var o Outline
			if err := json.Unmarshal([]byte(body), &o); err != nil {
				return err
			}
			o.Status = "deleted"
			if t := unix(at); t.After(o.Updated) {
				o.Updated = t
			}
			list = append(list, o)
		}
		return nil
	})
	return mark, list, err
}

// EachRecord gives every record that a source still has, by id. It stops at the
// first error of each.
func (s *Store) EachRecord(ctx context.Context, source string, each func(model.Record) error) error {
	return s.view(ctx, func(tx *sql.Tx) error {
		rows, err := tx.QueryContext(ctx, `SELECT seen, body FROM listing WHERE source = ? AND gone = 0 ORDER BY id`, source)
		if err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() {
			r := model.Record{Source: source}
			var seen int64
			var body sql.RawBytes
			if err := rows.Scan(&seen, &body); err != nil {
				return err
			}
			if err := readBody(body, &r.Listing); err != nil {
				return err
			}
			r.Seen = unix(seen)
			if err := each(r); err != nil {
				return err
			}
		}
		return rows.Err()
	})
}

// PutSeen sets when records were first seen, where that was earlier than is
// known here.
func (s *Store) PutSeen(ctx context.Context, source string, seen map[string]time.Time) error {
	return s.tx(ctx, func(tx *sql.Tx) error {
		put, err := tx.PrepareContext(ctx, `UPDATE listing SET seen = ?3 WHERE source = ?1 AND id = ?2 AND (seen = 0 OR seen > ?3)`)
		if err != nil {
			return err
		}
		defer put.Close()
		for id, t := range seen {
			if t.IsZero() {
				continue
			}
			if _, err := put.ExecContext(ctx, source, id, t.Unix()); err != nil {
				return err
			}
		}
		return nil
	})
}
