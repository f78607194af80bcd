package backend

import (
	"context"

	"toolbay/backend/model"
	"toolbay/backend/profiles"
	"toolbay/backend/secrets"
)

// KeyView is one key of an installed server. Its value is never part of it.
type KeyView struct {
	Server  string   `json:"server"`
	Title   string   `json:"title"`
	Profile string   `json:"profile"`
	Name    string   `json:"name"`
	Label   string   `json:"label"`
	Set     bool     `json:"set"`
	Link    string   `json:"link"`
	Where   string   `json:"where"` // keychain or file
	Apps    []string `json:"apps"`
}

// Keys lists the keys of all servers, set or not, and who uses them; those of a
// profile's own name it.
func (b *Backend) Keys(ctx context.Context) ([]KeyView, error) {
	servers, err := b.Servers(ctx)
	if err != nil {
		return nil, err
	}
	all, _, err := b.store.Profiles(ctx)
	if err != nil {
		return nil, err
	}
	out := []KeyView{}
	for _, s := range servers {
		where := "keychain"
		if s.Server.KeysIn == "file" {
			where = "file"
		}
		for _, i := range s.Server.Inputs {
			if i.Secret {
				out = append(out, KeyView{
					Server: s.ID, Title: s.Title, Name: i.Name, Label: about(i.Input), Set: i.Set,
					Link: i.Link, Where: where, Apps: s.Apps,
				})
			}
		}
		for _, p := range all {
			word, _ := profiles.Of(p, s.ID)
			for _, name := range word.Keys {
				k := KeyView{Server: s.ID, Title: s.Title, Profile: p.ID, Name: name, Label: name, Set: true, Where: where, Apps: []string{}}
				for _, i := range s.Server.Inputs {
					if i.Name == name {
						k.Label, k.Link = about(i.Input), i.Link
					}
				}
				for _, app := range p.Apps {
					if profiles.On(p, s.ID, app) {
						k.Apps = append(k.Apps, app)
					}
				}
				out = append(out, k)
			}
		}
	}
	return out, nil
}

// ReplaceKey gives a server's key a new value. acceptRisk agrees to a file
// where this computer has no keychain. Error codes: server_unknown,
// key_unknown, consent_needed, keychain_*.
func (b *Backend) ReplaceKey(ctx context.Context, server, name, value string, acceptRisk bool) error {
	if value == "" {
		return model.Fail("input_invalid", nil, "name", name)
	}
	return b.editKey(ctx, server, name, func(values map[string]string, s *model.Server) error {
		if where, err := b.keysPlace(ctx); s.KeysIn == "" && (where == "file" || err != nil) {
			if err != nil && !acceptRisk {
				e := model.Fail("consent_needed", err)
				e.Needs = []model.Need{keysFileNeed(err)}
				return e
			}
			s.KeysIn = "file"
		}
		values[name] = value
		return nil
	})
}

// RemoveKey forgets a server's key; the server then needs one.
func (b *Backend) RemoveKey(ctx context.Context, server, name string) error {
	return b.editKey(ctx, server, name, func(values map[string]string, _ *model.Server) error {
		delete(values, name)
		return nil
	})
}

// CheckKey tells whether a server has a key of that name. Error codes:
// server_unknown, key_unknown.
func (b *Backend) CheckKey(ctx context.Context, server, name string) error {
	_, _, err := b.keyOf(ctx, server, name)
	return err
}

// keyOf gives a server and which of its inputs the key is.
func (b *Backend) keyOf(ctx context.Context, id, name string) (model.Server, int, error) {
	s, err := b.server(ctx, id)
	if err != nil {
		return s, -1, err
	}
	for i := range s.Inputs {
		if s.Inputs[i].Name == name && s.Inputs[i].Secret {
			return s, i, nil
		}
	}
	return s, -1, model.Fail("key_unknown", nil, "name", name, "server", s.Title)
}

func (b *Backend) editKey(ctx context.Context, id, name string, edit func(map[string]string, *model.Server) error) error {
	release, err := b.alone(ctx)
	if err != nil {
		return err
	}
	defer release()
	s, at, err := b.keyOf(ctx, id, name)
	if err != nil {
		return err
	}
	values := map[string]string{}
	had, before := hasKeys(s), b.keysIn(s.KeysIn)
	if had {
		if values, err = before.Get(id, ""); err != nil && model.Code(err) != "secret_unknown" {
			return err
		}
		if values == nil {
			values = map[string]string{}
		}
	}
	if err := edit(values, &s); err != nil {
		return err
	}
	keys := b.keysIn(s.KeysIn)
	moved, err := b.ownKeysTo(ctx, id, before, keys)
	if err != nil {
		return err
	}
	switch {
	case len(values) > 0:
		if !had {
			b.forgetKeysInTrash(id, keys)
		}
		err = keys.Set(id, "", values)
	case had:
		err = keys.Delete(id, "")
	}
	if err == nil && had && before.Where() != keys.Where() {
		err = before.Delete(id, "")
	}
	for _, profile := range moved {
		if err == nil {
			err = before.Delete(id, profile)
		}
	}
	if err != nil {
		return err
	}
	_, s.Inputs[at].Set = values[name]
	if err := b.writeSpec(ctx, s); err != nil {
		return err
	}
	s.Probe = nil
	if err := b.putServer(ctx, s); err != nil {
		return err
	}
	b.o.Changed("keys")
	b.o.Changed("servers")
	return nil
}

// ownKeysTo copies what profiles have of their own for a server to the place
// where its keys go, and names those profiles.
func (b *Backend) ownKeysTo(ctx context.Context, id string, from, to secrets.Keys) (moved []string, err error) {
	if from.Where() == to.Where() {
		return nil, nil
	}
	of, err := b.store.ProfilesOf(ctx, id)
	if err != nil {
		return nil, err
	}
	for _, profile := range sortedKeys(of) {
		if len(of[profile].Keys) == 0 {
			continue
		}
		values, err := from.Get(id, profile)
		if model.Code(err) == "secret_unknown" {
			continue // it was lost before
		}
		if err == nil {
			err = to.Set(id, profile, values)
		}
		if err != nil {
			return nil, err
		}
		moved = append(moved, profile)
	}
	return moved, nil
}

func hasKeys(s model.Server) bool {
	for _, i := range s.Inputs {
		if i.Set {
			return true
		}
	}
	return false
}

// keysPlace is where new keys go: the keychain, or a file where there is no
// keychain and the user has agreed to that once and for all. Without either,
// err tells why.
func (b *Backend) keysPlace(ctx context.Context) (where string, err error) {
	if err = b.keychain.Available(); err == nil {
		return "keychain", nil
	}
	if v, serr := b.store.Setting(ctx, "keys"); serr == nil && v == "file" {
		return "file", nil
	}
	return "keychain", err
}

func (b *Backend) keysWhere(ctx context.Context) string {
	where, _ := b.keysPlace(ctx)
	return where
}
