package main

import (
	"database/sql"
	"sort"
	"strings"
)

// rivals answer the same questions over the same records in the two ways that
// are there without an index of ours.
type rivals struct {
	db       *sql.DB
	records  []record
	official []int // records of the official registry, by name
}

func newRivals(records []record) (*rivals, error) {
	db, err := sql.Open("sqlite", ":memory:")
	if err != nil {
		return nil, err
	}
	db.SetMaxOpenConns(1)
	r := &rivals{db: db, records: records}
	if _, err := db.Exec(`CREATE TABLE plain (at INTEGER PRIMARY KEY, id TEXT, title TEXT, description TEXT)`); err != nil {
		return nil, err
	}
	tx, err := db.Begin()
	if err != nil {
		return nil, err
	}
	defer tx.Rollback()
	for i, x := range records {
		if _, err := tx.Exec(`INSERT INTO plain VALUES (?, ?, ?, ?)`, i, x.ID, x.Title, x.Description); err != nil {
			return nil, err
		}
		if x.source == "official" {
			r.official = append(r.official, i)
		}
	}
	sort.Slice(r.official, func(a, b int) bool { return records[r.official[a]].ID < records[r.official[b]].ID })
	return r, tx.Commit()
}

func (r *rivals) close() { r.db.Close() }

// like is what a search without thought does: the text somewhere in name,
// title or description.
func (r *rivals) like(q string) ([]answer, error) {
	p := "%" + strings.NewReplacer(`\`, `\\`, `%`, `\%`, `_`, `\_`).Replace(q) + "%"
	rows, err := r.db.Query(`SELECT at FROM plain WHERE id LIKE ?1 ESCAPE '\' OR title LIKE ?1 ESCAPE '\' OR description LIKE ?1 ESCAPE '\' ORDER BY id LIMIT ?2`, p, shown)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out []answer
	for rows.Next() {
		var i int
		if err := rows.Scan(&i); err != nil {
			return nil, err
		}
		out = append(out, answerOf(r.records[i].Listing))
	}
	return out, rows.Err()
}

// registry is what the official registry's search parameter does: the text
// somewhere in the name, no less than three characters, in the order of names.
func (r *rivals) registry(q string) ([]answer, error) {
	q = strings.ToLower(strings.TrimSpace(q))
	if len([]rune(q)) < 3 {
		return nil, nil
	}
	var out []answer
	for _, i := range r.official {
		if x := r.records[i]; strings.Contains(strings.ToLower(x.ID), q) {
			if out = append(out, answerOf(x.Listing)); len(out) == shown {
				break
			}
		}
	}
	return out, nil
}
