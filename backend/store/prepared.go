package store

import (
	"context"
	"database/sql"
	"runtime"
	"strconv"
	"sync/atomic"
)

// The statements that searches make again and again. Reading them costs SQLite
// as much as finding what a rare word is in, so they are read once for each
// connection and index. Limits stand in the text: SQLite reads a statement
// anew whenever a limit is given as a value.
const (
	findAll   = iota // as many as are counted, and one more
	findHead         // as many as are ranked
	findFew          // enough to be content with
	readBrief        // listings in brief
	statements
)

// between stands between listings in a row of them: their JSON has it escaped.
const between = "\x1e"

func (c *cards) sql(statement int) string {
	switch statement {
	case readBrief:
		return `SELECT group_concat(rank || brief, char(30)) FROM card_` + c.table() + ` WHERE rank IN (SELECT value FROM json_each(?))`
	default:
		// The ranks come as one row: handing over a thousand costs as much as
		// finding them.
		return `SELECT group_concat(rowid) FROM (SELECT rowid FROM search_` + c.table() + ` WHERE search_` + c.table() +
			` MATCH ? LIMIT ` + strconv.Itoa([statements]int{maxCount + 1, headSize, few}[statement]) + `)`
	}
}

// prepared are the statements of an index, closed when its cards are garbage.
type prepared struct {
	begun atomic.Bool
	ready atomic.Pointer[[statements]*sql.Stmt]
}

// prepare makes ready what further searches in the index that was searched last
// will need, once: who searches a single time needs none of it. It must not be
// called inside a transaction, as it takes a connection, and all may be waiting
// for one.
func (s *Store) prepare(ctx context.Context) {
	s.mu.Lock()
	c := s.cards
	s.mu.Unlock()
	if c == nil || !c.prepared.begun.CompareAndSwap(false, true) {
		return
	}
	go c.vocabulary() // before somebody mistypes
	var made [statements]*sql.Stmt
	for i := range made {
		st, err := s.read.PrepareContext(ctx, c.sql(i))
		if err != nil { // as when the index was replaced: searches do without
			for _, st := range made[:i] {
				st.Close()
			}
			c.prepared.begun.Store(ctx.Err() == nil)
			return
		}
		made[i] = st
	}
	runtime.AddCleanup(c, func(made [statements]*sql.Stmt) {
		for _, st := range made {
			st.Close()
		}
	}, made)
	c.prepared.ready.Store(&made)
}

// ask asks one of the statements, which give one text, for value.
func (c *cards) ask(ctx context.Context, tx *sql.Tx, statement int, value string) (string, error) {
	var row *sql.Row
	if ready := c.prepared.ready.Load(); ready != nil {
		row = tx.StmtContext(ctx, ready[statement]).QueryRowContext(ctx, value)
	} else {
		row = tx.QueryRowContext(ctx, c.sql(statement), value)
	}
	var out sql.NullString
	err := row.Scan(&out)
	return out.String, err
}
