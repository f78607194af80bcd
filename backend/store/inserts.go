package store

import (
	"cmp"
	"database/sql"
	"slices"
	"strings"
)

func insertSearch(table string) string {
	return `INSERT INTO search_` + table + ` (rowid, name, title, body, filter) VALUES (?, ?, ?, ?, ?)`
}

func insertCard(table string) string {
	return `INSERT INTO card_` + table + ` (rank, records, brief, whole) VALUES (?, ?, ?, ?)`
}

func insertPackage(table string) string {
	return `INSERT OR IGNORE INTO package_` + table + ` (key, card) VALUES (?, ?)`
}

func insertMember(table string) string {
	return `INSERT INTO member_` + table + ` (n, rank) VALUES (?, ?)`
}

// writeCards writes all of rows but what is searched.
func writeCards(tx *sql.Tx, table string, rows []row) error {
	type pack struct {
		key  string
		rank int
	}
	var packs []pack
	for _, r := range rows {
		for _, key := range r.packages {
			packs = append(packs, pack{key, r.rank})
		}
	}
	// In the order of the table, so that neighbours are written together.
	slices.SortFunc(packs, func(a, b pack) int { return cmp.Or(strings.Compare(a.key, b.key), cmp.Compare(a.rank, b.rank)) })
	if err := insertMany(tx, insertPackage(table), 2, packs, func(args []any, p pack) []any { return append(args, p.key, p.rank) }); err != nil {
		return err
	}
	return insertMany(tx, insertCard(table), 4, rows, func(args []any, r row) []any {
		return append(args, r.rank, r.numbers, r.short, r.kept)
	})
}

// writeMembers writes which card has which record, in the order of the table: in
// that of cards each row would be in another place of it.
func writeMembers(tx *sql.Tx, table string, groups []group) error {
	type member struct{ n, rank int64 }
	n := 0
	for _, g := range groups {
		n += len(g.records)
	}
	all := make([]member, 0, n)
	for _, g := range groups {
		for _, n := range g.records {
			all = append(all, member{n, int64(g.rank)})
		}
	}
	slices.SortFunc(all, func(x, y member) int { return cmp.Compare(x.n, y.n) })
	return insertMany(tx, insertMember(table), 2, all, func(args []any, m member) []any { return append(args, m.n, m.rank) })
}

// manyRows is how many rows go into one statement: each costs about as much as
// a row.
const manyRows = 25

// insertMany inserts rows with a statement that ends with the places of one.
func insertMany[T any](tx *sql.Tx, one string, columns int, rows []T, values func([]any, T) []any) error {
	place := `, (?` + strings.Repeat(`, ?`, columns-1) + `)`
	var put *sql.Stmt
	defer func() {
		if put != nil {
			put.Close()
		}
	}()
	args := make([]any, 0, columns*manyRows)
	for some := range slices.Chunk(rows, manyRows) {
		if put == nil || len(some) < manyRows {
			if put != nil {
				put.Close()
			}
			var err error
			if put, err = tx.Prepare(one + strings.Repeat(place, len(some)-1)); err != nil {
				return err
			}
		}
		args = args[:0]
		for _, r := range some {
			args = values(args, r)
		}
		if _, err := put.Exec(args...); err != nil {
			return err
		}
	}
	return nil
}
