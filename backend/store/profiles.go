package store

import (
	"context"
	"database/sql"
	"encoding/json"

	"toolbay/backend/model"
)

// Profiles gives all profiles by id, each with its servers by id, and the id of
// the one in use, "" for none.
func (s *Store) Profiles(ctx context.Context) (all []model.Profile, active string, err error) {
	return s.profiles(ctx, `SELECT id, body, active FROM profile ORDER BY id`,
		`SELECT profile, body FROM profile_server ORDER BY profile, server`)
}

// Profile gives one profile. Error code: profile_unknown.
func (s *Store) Profile(ctx context.Context, id string) (p model.Profile, active bool, err error) {
	found, in, err := s.profiles(ctx, `SELECT id, body, active FROM profile WHERE id = ?1`,
		`SELECT profile, body FROM profile_server WHERE profile = ?1 ORDER BY server`, id)
	if err != nil {
		return p, false, err
	}
	if len(found) == 0 {
		return p, false, model.Fail("profile_unknown", nil, "profile", id)
	}
	return found[0], in == id, nil
}

// ActiveProfile gives the id of the profile in use, "" for none.
func (s *Store) ActiveProfile(ctx context.Context) (id string, err error) {
	err = s.view(ctx, func(tx *sql.Tx) error {
		err := tx.QueryRowContext(ctx, `SELECT id FROM profile WHERE active = 1`).Scan(&id)
		if err == sql.ErrNoRows {
			return nil
		}
		return err
	})
	return id, err
}

// ProfilesOf gives what each profile says of a server, by the profile's id.
func (s *Store) ProfilesOf(ctx context.Context, server string) (map[string]model.ProfileServer, error) {
	out := map[string]model.ProfileServer{}
	err := s.view(ctx, func(tx *sql.Tx) error {
		return eachRow(ctx, tx, `SELECT profile, body FROM profile_server WHERE server = ?`, []any{server}, func(rows *sql.Rows) error {
			var id, body string
			if err := rows.Scan(&id, &body); err != nil {
				return err
			}
			var p model.ProfileServer
			err := json.Unmarshal([]byte(body), &p)
			out[id] = p
			return err
		})
	})
	return out, err
}

// ProfileNames gives what all profiles are called, by id.
func (s *Store) ProfileNames(ctx context.Context) (map[string]string, error) {
	all, _, err := s.profiles(ctx, `SELECT id, body, active FROM profile`, "")
	out := map[string]string{}
	for _, p := range all {
		out[p.ID] = p.Name
	}
	return out, err
}

func (s *Store) profiles(ctx context.Context, heads, servers string, args ...any) (all []model.Profile, active string, err error) {
	all = []model.Profile{}
	at := map[string]int{}
	err = s.view(ctx, func(tx *sql.Tx) error {
		err := eachRow(ctx, tx, heads, args, func(rows *sql.Rows) error {
			var id, body string
			var in bool
			if err := rows.Scan(&id, &body, &in); err != nil {
				return err
			}
			var p model.Profile
			if err := json.Unmarshal([]byte(body), &p); err != nil {
				return err
			}
			p.ID, p.Servers = id, []model.ProfileServer{}
			if in {
				active = id
			}
			at[id] = len(all)
			all = append(all, p)
			return nil
		})
		if err != nil || servers == "" {
			return err
		}
		return eachRow(ctx, tx, servers, args, func(rows *sql.Rows) error {
			var id, body string
			if err := rows.Scan(&id, &body); err != nil {
				return err
			}
			var p model.ProfileServer
			if err := json.Unmarshal([]byte(body), &p); err != nil {
				return err
			}
			if i, ok := at[id]; ok {
				all[i].Servers = append(all[i].Servers, p)
			}
			return nil
		})
	})
	return all, active, err
}

func eachRow(ctx context.Context, tx *sql.Tx, query string, args []any, use func(*sql.Rows) error) error {
	rows, err := tx.QueryContext(ctx, query, args...)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		if err := use(rows); err != nil {
			return err
		}
	}
	return rows.Err()
}

// WriteProfiles stores the profiles in put, forgets those in forget and makes
// active the one in use ("" leaves that as it is), all or none.
func (s *Store) WriteProfiles(ctx context.Context, put []model.Profile, forget []string, active string) error {
	return s.tx(ctx, func(tx *sql.Tx) error { return writeProfiles(ctx, tx, put, forget, active) })
}

func writeProfiles(ctx context.Context, tx *sql.Tx, put []model.Profile, forget []string, active string) error {
	for _, id := range forget {
		if _, err := tx.ExecContext(ctx, `DELETE FROM profile WHERE id = ?`, id); err != nil {
			return err
		}
		if _, err := tx.ExecContext(ctx, `DELETE FROM profile_server WHERE profile = ?`, id); err != nil {
			return err
		}
	}
	for _, p := range put {
		if err := putProfile(ctx, tx, p); err != nil {
			return err
		}
	}
	if active == "" {
		return nil
	}
	if _, err := tx.ExecContext(ctx, `UPDATE profile SET active = 0 WHERE active = 1`); err != nil {
		return err
	}
	done, err := tx.ExecContext(ctx, `UPDATE profile SET active = 1 WHERE id = ?`, active)
	if err != nil {
		return err
	}
	if n, err := done.RowsAffected(); err != nil || n == 0 {
		return model.Fail("profile_unknown", err, "profile", active)
	}
	return nil
}

func putProfile(ctx context.Context, tx *sql.Tx, p model.Profile) error {
	servers := p.Servers
	p.Servers = nil
	body, err := json.Marshal(p)
	if err != nil {
		return err
	}
	if _, err := tx.ExecContext(ctx, `INSERT INTO profile (id, body, active) VALUES (?1, ?2, 0)
		ON CONFLICT (id) DO UPDATE SET body = ?2`, p.ID, string(body)); err != nil {
		return err
	}
	if _, err := tx.ExecContext(ctx, `DELETE FROM profile_server WHERE profile = ?`, p.ID); err != nil {
		return err
	}
	add, err := tx.PrepareContext(ctx, `INSERT INTO profile_server (profile, server, body) VALUES (?, ?, ?)`)
	if err != nil {
		return err
	}
	defer add.Close()
	for _, s := range servers {
		body, err := json.Marshal(s)
		if err != nil {
			return err
		}
		if _, err := add.ExecContext(ctx, p.ID, s.Server, string(body)); err != nil {
			return err
		}
	}
	return nil
}

// FirstProfiles is WriteProfiles where there is no profile yet; where there is
// one it does nothing.
func (s *Store) FirstProfiles(ctx context.Context, put []model.Profile, active string) error {
	return s.tx(ctx, func(tx *sql.Tx) error {
		var n int
		if err := tx.QueryRowContext(ctx, `SELECT count(*) FROM profile`).Scan(&n); err != nil || n > 0 {
			return err
		}
		return writeProfiles(ctx, tx, put, nil, active)
	})
}
