package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"

	"toolbay/backend/model"
)

// PutServer stores what is known of an installed server. A probe inside it is
// stored too; without one the probe known before stays.
func (s *Store) PutServer(ctx context.Context, v model.Server) error {
	probe, err := encodeProbe(v.Probe)
	if err != nil {
		return err
	}
	v.Probe = nil
	body, err := json.Marshal(v)
	if err != nil {
		return err
	}
	return s.tx(ctx, func(tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, `INSERT INTO server (id, body, probe) VALUES (?1, ?2, ?3)
			ON CONFLICT (id) DO UPDATE SET body = ?2, probe = CASE ?3 WHEN '' THEN probe ELSE ?3 END`,
			v.ID, string(body), probe)
		return err
	})
}

// PutProbe stores the outcome of the newest test of a server. Error code:
// server_unknown.
func (s *Store) PutProbe(ctx context.Context, id string, p model.Probe) error {
	probe, err := encodeProbe(&p)
	if err != nil {
		return err
	}
	return s.tx(ctx, func(tx *sql.Tx) error {
		res, err := tx.ExecContext(ctx, `UPDATE server SET probe = ? WHERE id = ?`, probe, id)
		if err != nil {
			return err
		}
		if n, err := res.RowsAffected(); err != nil || n == 0 {
			return model.Fail("server_unknown", err, "server", id)
		}
		return nil
	})
}

func encodeProbe(p *model.Probe) (string, error) {
	if p == nil {
		return "", nil
	}
	b, err := json.Marshal(p)
	return string(b), err
}

// Server gives one installed server. Error code: server_unknown.
func (s *Store) Server(ctx context.Context, id string) (model.Server, error) {
	found, err := s.servers(ctx, `SELECT body, probe FROM server WHERE id = ?`, id)
	if err != nil {
		return model.Server{}, err
	}
	if len(found) == 0 {
		return model.Server{}, model.Fail("server_unknown", nil, "server", id)
	}
	return found[0], nil
}

// Servers gives all installed servers by id.
func (s *Store) Servers(ctx context.Context) ([]model.Server, error) {
	return s.servers(ctx, `SELECT body, probe FROM server ORDER BY id`)
}

func (s *Store) servers(ctx context.Context, query string, args ...any) ([]model.Server, error) {
	out := []model.Server{}
	err := s.view(ctx, func(tx *sql.Tx) error {
		rows, err := tx.QueryContext(ctx, query, args...)
		if err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() {
			var body, probe string
			if err := rows.Scan(&body, &probe); err != nil {
				return err
			}
			var v model.Server
			if err := json.Unmarshal([]byte(body), &v); err != nil {
				return err
			}
			if probe != "" {
				if err := json.Unmarshal([]byte(probe), &v.Probe); err != nil {
					return err
				}
			}
			out = append(out, v)
		}
		return rows.Err()
	})
	return out, err
}

// DeleteServer forgets a server; one that is not known is no error.
func (s *Store) DeleteServer(ctx context.Context, id string) error {
	return s.tx(ctx, func(tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, `DELETE FROM server WHERE id = ?`, id)
		return err
	})
}

// LedgerRows gives all rows of the ledger. With LedgerWrite it makes Store a
// connect.Ledger.
func (s *Store) LedgerRows(ctx context.Context) (map[string]string, error) {
	out := map[string]string{}
	err := s.view(ctx, func(tx *sql.Tx) error {
		rows, err := tx.QueryContext(ctx, `SELECT key, value FROM ledger`)
		if err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() {
			var k, v string
			if err := rows.Scan(&k, &v); err != nil {
				return err
			}
			out[k] = v
		}
		return rows.Err()
	})
	return out, err
}

// LedgerWrite stores the rows in put and forgets those in forget, all or none.
func (s *Store) LedgerWrite(ctx context.Context, put map[string]string, forget []string) error {
	return s.tx(ctx, func(tx *sql.Tx) error {
		for _, k := range forget {
			if _, err := tx.ExecContext(ctx, `DELETE FROM ledger WHERE key = ?`, k); err != nil {
				return err
			}
		}
		for k, v := range put {
			if _, err := tx.ExecContext(ctx, `INSERT OR REPLACE INTO ledger VALUES (?, ?)`, k, v); err != nil {
				return err
			}
		}
		return nil
	})
}

// Setting gives a choice of the user, "" when none was made.
func (s *Store) Setting(ctx context.Context, name string) (string, error) {
	var v string
	err := s.view(ctx, func(tx *sql.Tx) error {
		err := tx.QueryRowContext(ctx, `SELECT value FROM setting WHERE name = ?`, name).Scan(&v)
		if errors.Is(err, sql.ErrNoRows) {
			return nil
		}
		return err
	})
	return v, err
}

// PutSetting keeps a choice of the user; "" forgets it.
func (s *Store) PutSetting(ctx context.Context, name, value string) error {
	return s.tx(ctx, func(tx *sql.Tx) error {
		if value == "" {
			_, err := tx.ExecContext(ctx, `DELETE FROM setting WHERE name = ?`, name)
			return err
		}
		_, err := tx.ExecContext(ctx, `INSERT OR REPLACE INTO setting VALUES (?, ?)`, name, value)
		return err
	})
}
