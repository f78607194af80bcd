package store

import (
	"database/sql"
	"errors"
	"fmt"
	"os"
	"time"
)

// errCheck is a database that opens but fails SQLite's own check.
var errCheck = errors.New("database check failed")

// precious are the tables that hold what cannot be fetched again. They are
// small, so they are checked at every start; the listings only on suspicion.
var precious = []string{"server", "setting", "source", "ledger"}

func check(db *sql.DB, all bool) error {
	if all {
		return quickCheck(db, "PRAGMA quick_check(1)")
	}
	for _, table := range precious {
		if err := quickCheck(db, "PRAGMA quick_check("+table+")"); err != nil {
			return err
		}
	}
	return nil
}

func quickCheck(db *sql.DB, pragma string) error {
	var verdict string
	if err := db.QueryRow(pragma).Scan(&verdict); err != nil {
		return err
	}
	if verdict != "ok" {
		return fmt.Errorf("%w: %s", errCheck, verdict)
	}
	return nil
}

func suspectMark(path string) string { return path + ".suspect" }

func suspected(path string) bool {
	_, err := os.Stat(suspectMark(path))
	return err == nil
}

// setAside renames a damaged database with its companions and gives the new
// name of the first.
func setAside(path string) (string, error) {
	base := path + ".damaged-" + time.Now().UTC().Format("20060102-150405")
	name := base
	for n := 2; ; n++ {
		if _, err := os.Lstat(name); errors.Is(err, os.ErrNotExist) {
			break
		}
		name = fmt.Sprintf("%s-%d", base, n)
	}
	if err := os.Rename(path, name); err != nil {
		return "", err
	}
	for _, part := range []string{"-wal", "-shm"} {
		if err := os.Rename(path+part, name+part); err != nil && !errors.Is(err, os.ErrNotExist) {
			return "", err
		}
	}
	os.Remove(suspectMark(path))
	return name, nil
}
