package store

import (
	"context"
	"database/sql"
	"slices"
	"time"

	"toolbay/backend/model"
)

// stored is a row of listing.
type stored struct {
	n, seen, gone int64
	source, body  string
}

const selectStored = `SELECT n, source, seen, gone, body FROM listing`

func (r *stored) scan(from interface{ Scan(...any) error }) error {
	return from.Scan(&r.n, &r.source, &r.seen, &r.gone, &r.body)
}

// record reads the row into to, which must be zero.
func (r *stored) record(to *model.Record) error {
	if err := readText(r.body, &to.Listing); err != nil {
		return err
	}
	to.Source, to.Sources = r.source, []string{r.source}
	to.Seen = unix(r.seen)
	if r.gone > 0 {
		to.Absent = to.Status != "deleted"
		to.Status = "deleted"
	}
	return nil
}

// numbered is a record with its number.
type numbered struct {
	n int64
	model.Record
}

// eachRecord gives all records. The next are read while use is at work; it must
// not use snap.
func eachRecord(ctx context.Context, snap *sql.Tx, use func(*numbered)) error {
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	ready := make(chan []numbered, 1)
	var failed error
	go func() {
		defer close(ready)
		failed = func() error {
			rows, err := snap.QueryContext(ctx, selectStored+` ORDER BY n`)
			if err != nil {
				return err
			}
			defer rows.Close()
			for more := true; more; {
				some := make([]numbered, 0, readChunk)
				for len(some) < readChunk {
					if more = rows.Next(); !more {
						break
					}
					var r stored
					if err := r.scan(rows); err != nil {
						return err
					}
					some = append(some, numbered{n: r.n})
					if err := r.record(&some[len(some)-1].Record); err != nil {
						return err
					}
				}
				select {
				case ready <- some:
				case <-ctx.Done():
					return ctx.Err()
				}
			}
			return rows.Err()
		}()
	}()
	for some := range ready {
		for i := range some {
			use(&some[i])
		}
	}
	return failed
}

// storedOf reads the records with those numbers; one that is not there is not
// in the answer.
func storedOf(ctx context.Context, tx *sql.Tx, numbers []int64) (map[int64]stored, error) {
	out := make(map[int64]stored, len(numbers))
	for some := range slices.Chunk(numbers, 10_000) { // a statement's length is bounded
		rows, err := tx.QueryContext(ctx, selectStored+` WHERE n IN (`+joinNumbers(some)+`)`)
		if err != nil {
			return nil, err
		}
		for rows.Next() {
			var r stored
			if err := r.scan(rows); err != nil {
				rows.Close()
				return nil, err
			}
			out[r.n] = r
		}
		if err := rows.Err(); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// unix and seconds put a time into a column; 0 is none.
func unix(n int64) time.Time {
	if n == 0 {
		return time.Time{}
	}
	return time.Unix(n, 0).UTC()
}

func seconds(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.Unix()
}
