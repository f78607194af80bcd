package store

import (
	"context"
	"database/sql"
	"embed"
	"fmt"
	"io/fs"

	"toolbay/backend/model"
)

//go:embed migrations/*.sql
var migrations embed.FS

// migrate runs the migrations that the database has not had. Its user_version
// counts them. fresh tells that it had none.
func migrate(db *sql.DB) (fresh bool, err error) {
	names, err := fs.Glob(migrations, "migrations/*.sql")
	if err != nil {
		return false, err
	}
	// Looked at before anything is written: a newer database stays as it is.
	if _, err := version(db, len(names)); err != nil {
		return false, err
	}
	if _, err := db.Exec("PRAGMA journal_mode = WAL"); err != nil {
		return false, err
	}
	tx, err := db.BeginTx(context.Background(), nil)
	if err != nil {
		return false, err
	}
	defer tx.Rollback()
	have, err := version(tx, len(names))
	if err != nil {
		return false, err
	}
	for i := have; i < len(names); i++ {
		script, err := migrations.ReadFile(names[i])
		if err != nil {
			return false, err
		}
		if _, err := tx.Exec(string(script)); err != nil {
			return false, fmt.Errorf("%s: %w", names[i], err)
		}
	}
	if have < len(names) {
		if _, err := tx.Exec(fmt.Sprintf("PRAGMA user_version = %d", len(names))); err != nil {
			return false, err
		}
	}
	return have == 0, tx.Commit()
}

func version(db interface {
	QueryRow(string, ...any) *sql.Row
}, known int) (int, error) {
	var have int
	if err := db.QueryRow("PRAGMA user_version").Scan(&have); err != nil {
		return 0, err
	}
	if have > known {
		return 0, model.Fail("database_newer", fmt.Errorf("user_version %d, this program knows %d", have, known))
	}
	return have, nil
}
