// Package store keeps what Toolbay knows in one SQLite file: listings and
// their search index, servers, the ledger of entries, sources, settings. All
// SQL and all migrations live here; callers see Go types. It imports model
// only. backend opens it, catalog and connect use it through small interfaces
// of their own.
//
// Two processes, the window and the command line, may have the same file open
// at once: writers wait for each other, readers never wait.
//
//	s, err := store.Open(filepath.Join(home, "toolbay.db"))
//	defer s.Close()
//	found, err := s.Search(ctx, store.Query{Text: "notion", Limit: 20})
package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"github.com/gofrs/flock"
	"modernc.org/sqlite"

	"toolbay/backend/model"
)

// busyWait is how long a writer waits for another process's write to end. The
// longest write of ours is the exchange of a whole source, about a second for
// 52,000 listings.
const busyWait = 15 * time.Second

// Results of SQLite that get a treatment of their own (sqlite.org/rescode.html).
const (
	sqliteBusy     = 5
	sqliteReadOnly = 8
	sqliteCorrupt  = 11
	sqliteFull     = 13
	// sqliteShmSize is what a full disk is called where SQLite enlarges the file
	// it shares between programs.
	sqliteShmSize  = 10 | 19<<8
	sqliteCantOpen = 14
	sqliteNotADB   = 26
)

// Store is an open database. It may be used from several goroutines.
type Store struct {
	path    string
	write   *sql.DB // one connection; every transaction is immediate
	read    *sql.DB
	fresh   bool
	damaged string
	merger  func(context.Context) (Merger, error) // set once, see SetMerger

	mu    sync.Mutex
	cards *cards // of the generation read last
}

// Open opens the database at path and brings its tables up to date; a missing
// one is made. A file that is damaged is renamed, never deleted, and a fresh
// one made in its place: Damaged tells so. Error codes: database_newer (made
// by a later Toolbay; left as it is), database_busy, database_unusable,
// disk_full.
func Open(path string) (*Store, error) {
	path, err := filepath.Abs(path)
	if err != nil {
		return nil, model.Fail("database_unusable", err)
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return nil, model.Fail("database_unusable", err)
	}
	// Opening is done by one process at a time, so that two that meet a
	// damaged file do not set aside each other's fresh one.
	lock := flock.New(path + ".lock")
	ctx, cancel := context.WithTimeout(context.Background(), busyWait)
	defer cancel()
	if ok, err := lock.TryLockContext(ctx, 10*time.Millisecond); !ok {
		if err != nil && !errors.Is(err, context.DeadlineExceeded) {
			return nil, model.Fail("database_unusable", err)
		}
		return nil, model.Fail("database_busy", err)
	}
	defer lock.Unlock()

	s, err := open(path)
	if !isDamage(err) {
		return s, fail(err)
	}
	aside, err := setAside(path)
	if err != nil {
		return nil, model.Fail("database_unusable", err)
	}
	if s, err = open(path); err != nil {
		return nil, fail(err)
	}
	s.damaged = aside
	return s, nil
}

func open(path string) (*Store, error) {
	_, err := os.Stat(path)
	missing := errors.Is(err, os.ErrNotExist)
	if missing {
		// SQLite would make it readable for everybody.
		f, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o600)
		if err != nil {
			return nil, err
		}
		f.Close()
	}
	s := &Store{path: path}
	if s.write, err = sql.Open("sqlite", dsn(path, false)); err != nil {
		return nil, err
	}
	s.write.SetMaxOpenConns(1)
	s.fresh, err = migrate(s.write)
	if err == nil {
		err = check(s.write, suspected(path))
	}
	if err == nil {
		s.read, err = sql.Open("sqlite", dsn(path, true))
	}
	if err != nil {
		s.write.Close()
		return nil, err
	}
	s.read.SetMaxOpenConns(4)
	s.read.SetMaxIdleConns(2)
	os.Remove(suspectMark(path))
	return s, nil
}

func dsn(path string, readOnly bool) string {
	q := url.Values{}
	q.Add("_pragma", fmt.Sprintf("busy_timeout(%d)", busyWait.Milliseconds()))
	q.Add("_pragma", "foreign_keys(1)")
	// In WAL this loses at most the last commits in a power cut, never the file.
	q.Add("_pragma", "synchronous(NORMAL)")
	// While an index is built the log grows to its size; that is given back.
	q.Add("_pragma", "journal_size_limit(16777216)")
	if readOnly {
		q.Set("_query_only", "1")
	} else {
		q.Set("_txlock", "immediate")
	}
	p := filepath.ToSlash(path)
	if !strings.HasPrefix(p, "/") { // C:/Users/…
		p = "/" + p
	}
	return (&url.URL{Scheme: "file", Path: p, RawQuery: q.Encode()}).String()
}

// Close ends the use of the database.
func (s *Store) Close() error { return errors.Join(s.read.Close(), s.write.Close()) }

// Fresh tells whether Open made the database: there was none, or it was
// damaged. What can be rebuilt from disk should be.
func (s *Store) Fresh() bool { return s.fresh }

// Damaged gives the name that Open gave to a damaged database, or "".
func (s *Store) Damaged() string { return s.damaged }

// tx runs work in one immediate transaction.
func (s *Store) tx(ctx context.Context, work func(*sql.Tx) error) error {
	tx, err := s.write.BeginTx(ctx, nil)
	if err != nil {
		return s.note(err)
	}
	defer tx.Rollback()
	if err := work(tx); err != nil {
		return s.note(err)
	}
	return s.note(tx.Commit())
}

// view runs work on one unchanging state of the database.
func (s *Store) view(ctx context.Context, work func(*sql.Tx) error) error {
	tx, err := s.read.BeginTx(ctx, &sql.TxOptions{ReadOnly: true})
	if err != nil {
		return s.note(err)
	}
	defer tx.Rollback()
	return s.note(work(tx))
}

// note gives err its code. Damage that shows while running is remembered
// beside the file, so that the next Open looks at every page.
func (s *Store) note(err error) error {
	if isDamage(err) {
		os.WriteFile(suspectMark(s.path), nil, 0o600)
	}
	return fail(err)
}

func fail(err error) error {
	var known *model.Error
	if err == nil || errors.As(err, &known) ||
		errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
		return err
	}
	var e *sqlite.Error
	if errors.As(err, &e) && e.Code() == sqliteShmSize {
		return model.Fail("disk_full", err)
	}
	switch resultCode(err) {
	case sqliteBusy:
		return model.Fail("database_busy", err)
	case sqliteFull:
		return model.Fail("disk_full", err)
	case sqliteCorrupt, sqliteNotADB:
		return model.Fail("database_damaged", err)
	}
	return model.Fail("database_unusable", err)
}

func resultCode(err error) int {
	var e *sqlite.Error
	if errors.As(err, &e) {
		return e.Code() & 0xff
	}
	return 0
}

func isDamage(err error) bool {
	c := resultCode(err)
	return c == sqliteCorrupt || c == sqliteNotADB || errors.Is(err, errCheck)
}
