//go:build !windows

package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"os"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"toolbay/backend/model"
)

// BenchmarkBareInserts writes the rows of the database that STORE_BENCH_DB
// names into a fresh one with nothing but prepared inserts in one transaction:
// what import and index are compared with. Rows are in memory, their texts
// split into words, before the clock runs. Figures: all-s for the tables
// listing, card, member, package and search, cpu-s the processor's time of that,
// listing-s for the first table alone.
func BenchmarkBareInserts(b *testing.B) {
	from := os.Getenv("STORE_BENCH_DB")
	if from == "" {
		b.Skip("needs STORE_BENCH_DB, the path of a database with listings: make bench sets it")
	}
	s, err := Open(from)
	if err != nil {
		b.Fatal(err)
	}
	defer s.Close()
	to, err := Open(filepath.Join(b.TempDir(), "bare.db")) // with the same settings
	if err != nil {
		b.Fatal(err)
	}
	defer to.Close()
	var first, all, cpu time.Duration
	for b.Loop() {
		if first, all, cpu, err = copyBare(context.Background(), s, to); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(all.Seconds(), "all-s")
	b.ReportMetric(cpu.Seconds(), "cpu-s")
	b.ReportMetric(first.Seconds(), "listing-s")
	b.ReportMetric(0, "ns/op")
}

func copyBare(ctx context.Context, from, to *Store) (first, all, cpu time.Duration, err error) {
	gen, err := to.begin(ctx, 1)
	if err != nil {
		return 0, 0, 0, err
	}
	snap, err := from.read.Begin()
	if err != nil {
		return 0, 0, 0, err
	}
	defer snap.Rollback()
	have, err := from.current(ctx, snap)
	if err != nil {
		return 0, 0, 0, err
	}
	tx, err := to.write.Begin()
	if err != nil {
		return 0, 0, 0, err
	}
	defer tx.Rollback()
	table := (&cards{generation: gen}).table()
	put := map[string]*sql.Stmt{}
	for name, query := range map[string]string{
		"listing": `INSERT INTO listing (n, source, id, seen, gone, body) VALUES (?, ?, ?, ?, ?, ?)`,
		"search":  insertSearch(table), "card": insertCard(table), "package": insertPackage(table), "member": insertMember(table),
	} {
		if put[name], err = tx.Prepare(query); err != nil {
			return 0, 0, 0, err
		}
		defer put[name].Close()
	}

	timed := func(work func() error) error {
		began, used := time.Now(), processor()
		defer func() { all, cpu = all+time.Since(began), cpu+processor()-used }()
		return work()
	}
	insert := func(to *sql.Stmt) func(rows [][]any) error {
		return func(rows [][]any) error {
			return timed(func() error {
				for _, row := range rows {
					if _, err := to.Exec(row...); err != nil {
						return err
					}
				}
				return nil
			})
		}
	}
	if err := inChunks(snap, 6, `SELECT n, source, id, seen, gone, body FROM listing ORDER BY n`, insert(put["listing"])); err != nil {
		return 0, 0, 0, err
	}
	first = all
	old := have.table()
	if err := inChunks(snap, 2, `SELECT n, rank FROM member_`+old+` ORDER BY n`, insert(put["member"])); err != nil {
		return 0, 0, 0, err
	}
	if err := inChunks(snap, 2, `SELECT key, card FROM package_`+old+` ORDER BY card`, insert(put["package"])); err != nil {
		return 0, 0, 0, err
	}
	// The first number of records is that of the record that speaks.
	err = inChunks(snap, 5, `SELECT rank, records, brief, whole, (SELECT body FROM listing WHERE n = CAST(records AS INTEGER))
		FROM card_`+old+` WHERE brief <> '' ORDER BY rank`, func(rows [][]any) error {
		texts := make([][]any, len(rows))
		for i, row := range rows {
			if texts[i], err = searchRow(have, row); err != nil {
				return err
			}
			rows[i] = row[:4]
		}
		if err := insert(put["card"])(rows); err != nil {
			return err
		}
		return insert(put["search"])(texts)
	})
	if err != nil {
		return 0, 0, 0, err
	}
	err = timed(tx.Commit)
	return first, all, cpu, err
}

// processor is the processor's time this process has used.
func processor() time.Duration {
	var u syscall.Rusage
	if syscall.Getrusage(syscall.RUSAGE_SELF, &u) != nil {
		return 0
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// searchRow is what the index holds of a card: its rank and its four texts.
func searchRow(c *cards, row []any) ([]any, error) {
	var l, short model.Listing
	if err := json.Unmarshal([]byte(row[2].(string)), &short); err != nil {
		return nil, err
	}
	if kept := row[3].(string); kept != "" {
		var w whole
		if err := json.Unmarshal([]byte(kept), &w); err != nil {
			return nil, err
		}
		if err := readBody(w.Listing, &l); err != nil {
			return nil, err
		}
	} else if err := json.Unmarshal([]byte(row[4].(string)), &l); err != nil {
		return nil, err
	}
	l.Sources = short.Sources
	name, title, body := texts(l)
	rank := int(row[0].(int64))
	return []any{rank, name, title, body, marks(c.list[rank-1], l)}, nil
}

// inChunks reads rows of that many columns and gives them 10,000 at a time.
func inChunks(tx *sql.Tx, columns int, query string, give func([][]any) error) error {
	list, err := tx.Query(query)
	if err != nil {
		return err
	}
	defer list.Close()
	var rows [][]any
	for list.Next() {
		row, at := make([]any, columns), make([]any, columns)
		for i := range row {
			at[i] = &row[i]
		}
		if err := list.Scan(at...); err != nil {
			return err
		}
		if rows = append(rows, row); len(rows) == 10_000 {
			if err := give(rows); err != nil {
				return err
			}
			rows = rows[:0]
		}
	}
	if err := list.Err(); err != nil {
		return err
	}
	return give(rows)
}
