package backend

import (
	"errors"
	"testing"

	"toolbay/backend/model"
	"toolbay/backend/secrets"
)

// chain is a keychain that can be locked.
type chain struct {
	secrets.Keys
	locked error
}

func (c *chain) Where() string    { return "keychain" }
func (c *chain) Available() error { return c.locked }
func (c *chain) Get(server, profile string) (map[string]string, error) {
	if c.locked != nil {
		return nil, c.locked
	}
	return c.Keys.Get(server, profile)
}

// TestKeysMoveTogether: when the keys of a server go to another place, those of
// its profiles go with them, or nothing does.
func TestKeysMoveTogether(t *testing.T) {
	b := openIn(t, t.TempDir(), nil)
	ring := &chain{Keys: secrets.OpenFile(t.TempDir())}
	b.keychain = ring
	put(t, b, model.Server{ID: "notes", Version: "1"})
	s, err := b.server(t.Context(), "notes")
	if err != nil {
		t.Fatal(err)
	}
	s.Inputs = []model.AnsweredInput{{Input: model.Input{Name: "KEY", Secret: true}}}
	if err := b.putServer(t.Context(), s); err != nil {
		t.Fatal(err)
	}
	work := model.Profile{Name: "Work", Servers: []model.ProfileServer{{Server: "notes"}}}
	if _, err := b.SaveProfile(t.Context(), ProfileSave{Profile: work, Secrets: map[string]map[string]string{"notes": {"KEY": "work-key"}}}); err != nil {
		t.Fatal(err)
	}

	ring.locked = errors.New("locked")
	if err := b.ReplaceKey(t.Context(), "notes", "KEY", "own-key", true); err == nil {
		t.Error("the server's keys went to a file, and the profile's stayed behind")
	}
	file := secrets.OpenFile(b.home)
	if moved, err := b.ownKeysTo(t.Context(), "notes", ring, file); err == nil || len(moved) > 0 {
		t.Errorf("moved %v out of a locked keychain", moved)
	}
	ring.locked = nil
	if moved, err := b.ownKeysTo(t.Context(), "notes", ring, file); err != nil || len(moved) != 1 {
		t.Errorf("moved %v, %v", moved, err)
	}
	if values, err := file.Get("notes", "work"); err != nil || values["KEY"] != "work-key" {
		t.Errorf("in the other place are %d keys, %v", len(values), err)
	}
}
