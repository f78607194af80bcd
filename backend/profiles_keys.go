package backend

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"time"

	"toolbay/backend/model"
	"toolbay/backend/pattern"
	"toolbay/backend/whole"
)

// keyMove is a profile's own keys for a server before and after a change. Both
// lie in items of their own as long as the change can be undone; the item that
// the launcher reads is a copy of one of them.
type keyMove struct {
	Server  string `json:"server"`
	Profile string `json:"profile"`
	// In is where the server's keys are, as in model.Server.KeysIn.
	In string `json:"in,omitempty"`
	// Before and After are names of items, "" for no keys.
	Before string `json:"before,omitempty"`
	After  string `json:"after,omitempty"`
}

// stashedKeys is what is noted of an item with keys, so that it is forgotten with
// the undo that needs it.
type stashedKeys struct {
	Server string    `json:"server"`
	In     string    `json:"in,omitempty"`
	Time   time.Time `json:"time"`
	// Stays tells that the item goes with the server only.
	Stays bool `json:"stays,omitempty"`
}

func (b *Backend) keptFile(item string) string {
	return filepath.Join(b.home, "profiles", "keys", item+".json")
}

// keepKeys puts keys into an item of their own and gives its name, "" for no
// keys.
func (b *Backend) keepKeys(server, in string, values map[string]string) (item string, err error) {
	if len(values) == 0 {
		return "", nil
	}
	return b.stash(server, in, values, false)
}

// stash puts values into an item of their own; with stays they are there as long
// as the server is.
func (b *Backend) stash(server, in string, values map[string]string, stays bool) (item string, err error) {
	var random [10]byte
	rand.Read(random[:])
	item = "-" + hex.EncodeToString(random[:]) // no profile's id begins with a dash
	data, err := json.Marshal(stashedKeys{Server: server, In: in, Time: b.o.Now().UTC(), Stays: stays})
	if err == nil {
		err = whole.Write(b.keptFile(item), data)
	}
	if err != nil {
		return "", unwritable(err, b.keptFile(item))
	}
	if err := b.keysIn(in).Set(server, item, values); err != nil {
		os.Remove(b.keptFile(item))
		return "", err
	}
	return item, nil
}

// moving prepares that a profile has other keys of its own for a server; none
// are for none.
func (b *Backend) moving(s model.Server, profile string, had bool, values map[string]string) (m keyMove, err error) {
	m = keyMove{Server: s.ID, Profile: profile, In: s.KeysIn}
	if had {
		before, err := b.keysIn(s.KeysIn).Get(s.ID, profile)
		if err != nil && model.Code(err) != "secret_unknown" {
			return m, err
		}
		if m.Before, err = b.keepKeys(s.ID, s.KeysIn, before); err != nil {
			return m, err
		}
	}
	if m.After, err = b.keepKeys(s.ID, s.KeysIn, values); err != nil {
		b.forgetKept(m.Before)
	}
	return m, err
}

// moveKeys puts keys where the launcher reads them.
func (b *Backend) moveKeys(moves []keyMove) error {
	for _, m := range moves {
		keys := b.keysIn(m.In)
		if m.After == "" {
			if err := keys.Delete(m.Server, m.Profile); err != nil {
				return err
			}
			continue
		}
		values, err := keys.Get(m.Server, m.After)
		if model.Code(err) == "secret_unknown" {
			// Forgotten with the trash. The server asks for them; another account's
			// are never taken.
			values, err = nil, nil
		}
		if err == nil {
			err = keys.Set(m.Server, m.Profile, values)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func back(moves []keyMove) []keyMove {
	var out []keyMove
	for _, m := range moves {
		m.Before, m.After = m.After, m.Before
		out = append(out, m)
	}
	return out
}

// forgetMoves forgets the items of a change that was not made.
func (b *Backend) forgetMoves(moves []keyMove) {
	for _, m := range moves {
		b.forgetKept(m.Before)
		b.forgetKept(m.After)
	}
}

// stashed gives what stash has put into an item. Error code: secret_unknown.
func (b *Backend) stashed(server, item string) (map[string]string, error) {
	var k stashedKeys
	data, err := os.ReadFile(b.keptFile(item))
	if err == nil {
		err = json.Unmarshal(data, &k)
	}
	if err != nil || k.Server != server {
		return nil, model.Fail("secret_unknown", err, "server", server, "name", item)
	}
	return b.keysIn(k.In).Get(server, item)
}

// vault is where texts of the apps' files lie that hold keys of the user's.
type vault struct{ b *Backend }

// place tells where such a text about a server goes.
func (v vault) place(server string) (in string, err error) {
	ctx := context.Background()
	s, err := v.b.server(ctx, server)
	if err != nil || s.KeysIn != "" {
		return s.KeysIn, err
	}
	where, err := v.b.keysPlace(ctx)
	if where == "file" {
		return where, nil
	}
	return "", err
}

func (v vault) Room(server string) error {
	_, err := v.place(server)
	return err
}

func (v vault) Put(server string, texts map[string]string) (string, error) {
	in, err := v.place(server)
	if err != nil {
		return "", err
	}
	return v.b.stash(server, in, texts, true)
}

func (v vault) Texts(server, item string) (map[string]string, error) {
	return v.b.stashed(server, item)
}

func (v vault) Forget(_, item string) { v.b.forgetKept(item) }

// forgetKept forgets an item with keys. What cannot be forgotten now is tried
// again with the trash.
func (b *Backend) forgetKept(item string) {
	if item == "" {
		return
	}
	var k stashedKeys
	data, err := os.ReadFile(b.keptFile(item))
	if err != nil || json.Unmarshal(data, &k) != nil {
		return
	}
	if b.keysIn(k.In).Delete(k.Server, item) == nil {
		os.Remove(b.keptFile(item))
	}
}

// forgetKeptKeys forgets items with keys that no undo is offered for any more,
// and all of the named server's.
func (b *Backend) forgetKeptKeys(age time.Duration, server string) error {
	found := pattern.Files(filepath.Dir(b.keptFile("x")), filepath.Base(b.keptFile("-*")))
	var errs []error
	for _, f := range found {
		var k stashedKeys
		data, err := os.ReadFile(f)
		if err != nil || json.Unmarshal(data, &k) != nil {
			continue
		}
		if server == k.Server || server == "" && !k.Stays && b.o.Now().Sub(k.Time) >= age {
			name := filepath.Base(f)
			b.forgetKept(name[:len(name)-len(".json")])
			if fileExists(f) {
				errs = append(errs, model.Fail("keychain_failed", nil, "server", k.Server))
			}
		}
	}
	return errors.Join(errs...)
}
