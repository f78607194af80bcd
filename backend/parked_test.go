//go:build unix

package backend

import (
	"encoding/json"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"toolbay/backend/model"
	"toolbay/backend/secrets"
)

const (
	parkedToken = "ghp_16C7e42F292c6912E7710c838347Ae178B4a"
	plainKey    = "correct-horse-battery-staple"
	commented   = `{
  // for the tickets; word ` + plainKey + `
  "mcpServers": {
    /* "tickets": { "command": "npx", "args": ["-y", "tickets-mcp"], "env": { "TICKETS_TOKEN": "` + parkedToken + `" } }, */
    "clock": { "command": "/bin/true", "args": [] }
  }
}
`
)

// ownFiles are our own files that hold a text, besides the backups.
func (p *place) ownFiles(text string) (found []string) {
	p.t.Helper()
	p.must(filepath.WalkDir(p.home, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || strings.HasPrefix(path, filepath.Join(p.home, "changes")) || strings.HasPrefix(path, filepath.Join(p.home, "backups")) {
			return err
		}
		if content, err := os.ReadFile(path); err == nil && strings.Contains(string(content), text) {
			found = append(found, strings.TrimPrefix(path, p.home))
		}
		return nil
	}))
	return found
}

// A server that was commented out is in the library, switched off, as long as
// its repair stands; its key stands in no file of ours.
func TestParked(t *testing.T) {
	p := newPlace(t, nil, "cursor")
	p.keychain = secrets.OpenFile(t.TempDir()) // in its place
	file := p.file("cursor")
	p.must(os.WriteFile(file, []byte(commented), 0o600))
	repaired, err := p.Repair(t.Context(), RepairRequest{App: "cursor"}, false)
	p.must(err)
	names := func() (all []string) {
		t.Helper()
		found, err := p.Parked(t.Context())
		p.must(err)
		for _, f := range found {
			all = append(all, f.Name)
		}
		return all
	}
	if got := names(); !slices.Equal(got, []string{"tickets"}) {
		t.Fatalf("switched off: %v", got)
	}
	found, err := p.Parked(t.Context())
	p.must(err)
	if f := found[0]; !f.Usable || f.App != "cursor" || f.File != file || !slices.Equal(f.Keys, []string{"TICKETS_TOKEN"}) || f.Since.IsZero() {
		t.Errorf("%+v", f)
	}
	if in := p.ownFiles(parkedToken); len(in) > 0 {
		t.Errorf("the key stands in %v", in)
	}
	notes, err := p.RepairNotes(t.Context(), "cursor")
	p.must(err)
	if len(notes) != 1 || !strings.Contains(notes[0].Text, "for the tickets") || !strings.Contains(notes[0].Text, "“tickets”") {
		t.Errorf("%+v", notes)
	}
	adoptable := func() bool {
		all, err := p.Adoptables(t.Context())
		p.must(err)
		return slices.ContainsFunc(all, func(a Adoptable) bool { return a.ID == found[0].ID && a.Usable && len(a.Keys) == 0 })
	}
	if !adoptable() {
		t.Error("it cannot be taken on")
	}

	// Undone it is a comment in its file again; the undo undone it is back.
	undone, err := p.Undo(t.Context(), repaired.Change, false)
	p.must(err)
	if notes, err := p.RepairNotes(t.Context(), "cursor"); err != nil || len(notes) > 0 || len(names()) > 0 || adoptable() {
		t.Errorf("after undo: %v, %v, %v", notes, names(), err)
	}
	if now, err := os.ReadFile(file); err != nil || string(now) != commented {
		t.Errorf("%s, %v", now, err)
	}
	_, err = p.Undo(t.Context(), undone.Change, false)
	p.must(err)
	if got := names(); len(got) != 1 {
		t.Errorf("after the undo of the undo: %v", got)
	}
	_, err = p.Undo(t.Context(), "", false)
	p.must(err)

	// Repaired once more there is still one of it.
	p.must(os.WriteFile(file, []byte(commented), 0o600))
	_, err = p.Repair(t.Context(), RepairRequest{App: "cursor"}, false)
	p.must(err)
	if got := names(); !slices.Equal(got, []string{"tickets"}) || len(p.allParked()) != 1 {
		t.Errorf("repaired again: %v of %d", got, len(p.allParked()))
	}

	// A key that nothing tells as one is found where it is kept aside.
	held, err := p.Holding(t.Context(), plainKey)
	p.must(err)
	if !slices.ContainsFunc(held.Copies, func(c HeldCopy) bool { return strings.HasPrefix(c.Path, filepath.Join(p.home, "repairs")) }) {
		t.Errorf("%+v", held)
	}
	_, err = p.DeleteHolding(t.Context(), []string{plainKey}, false, true)
	p.must(err)
	if in := p.ownFiles(plainKey); len(in) > 0 {
		t.Errorf("it still stands in %v", in)
	}
	if held, err := p.Holding(t.Context(), plainKey); err != nil || len(held.Copies) > 0 {
		t.Errorf("%+v, %v", held, err)
	}

	found, err = p.Parked(t.Context())
	p.must(err)
	if err := p.ForgetParked(t.Context(), []string{"nope"}); model.Code(err) != "adopt_unknown" {
		t.Error(err)
	}
	p.must(p.ForgetParked(t.Context(), []string{found[0].ID}))
	if len(names()) > 0 || fileExists(p.parkedFile()) {
		t.Error("it is not forgotten")
	}
}

// What is put aside before a file is written stands when Toolbay ends right
// then, is there once after the next repair, and is gone when nothing was written.
func TestParkedBeforeTheWrite(t *testing.T) {
	p := newPlace(t, nil, "cursor")
	p.keychain = secrets.OpenFile(t.TempDir())
	p.must(os.WriteFile(p.file("cursor"), []byte(commented), 0o600))
	cursor, err := p.lookRepairs(t.Context(), RepairRequest{App: "cursor"})
	p.must(err)
	count := func() (standing, kept int) {
		t.Helper()
		found, err := p.Parked(t.Context())
		p.must(err)
		return len(found), len(p.allParked())
	}
	_, err = p.park(t.Context(), cursor)
	p.must(err)
	if s, k := count(); s != 1 || k != 1 {
		t.Errorf("ended before the write: %d of %d", s, k)
	}
	settle, err := p.park(t.Context(), cursor)
	p.must(err)
	p.must(settle(""))
	if s, k := count(); s != 1 || k != 1 {
		t.Errorf("nothing was written the next time: %d of %d", s, k)
	}
	_, err = p.Repair(t.Context(), RepairRequest{App: "cursor"}, false)
	p.must(err)
	if s, k := count(); s != 1 || k != 1 {
		t.Errorf("repaired after that: %d of %d", s, k)
	}
	if len(p.allParked()[0].Keys) != 1 || p.allParked()[0].Item == "" {
		t.Errorf("its key is lost: %+v", p.allParked()[0])
	}
}

// With a place for keys the whole entry is there, and comes back with them.
func TestParkedKeysComeBack(t *testing.T) {
	p := newPlace(t, nil, "cursor")
	p.keychain = secrets.OpenFile(t.TempDir()) // in its place
	p.must(os.WriteFile(p.file("cursor"), []byte(commented), 0o600))
	_, err := p.Repair(t.Context(), RepairRequest{App: "cursor"}, false)
	p.must(err)
	list := p.standingParked(t.Context())
	if len(list) != 1 || list[0].Item == "" || strings.Contains(string(list[0].Entry), parkedToken) {
		t.Fatalf("%+v", list)
	}
	all := p.parkedAdoptables(t.Context())
	if _, known := all[0].item.keys["TICKETS_TOKEN"]; known {
		t.Error("a list reads the keys")
	}
	whole := p.withParkedKeys(t.Context(), all[0])
	if whole.item.keys["TICKETS_TOKEN"] != parkedToken {
		t.Errorf("%v", whole.item.keys)
	}
	p.must(p.unpark(list[0]))
	if _, err := p.stashed(secrets.Parked, list[0].Item); model.Code(err) != "secret_unknown" {
		t.Errorf("its keys are still there: %v", err)
	}
}

func TestHideKeys(t *testing.T) {
	for name, c := range map[string]struct{ have, want string }{
		"by its name":  {`{"env":{"API_KEY":"s3cr3t-value-9914"}}`, `{"env":{"API_KEY":""}}`},
		"by its form":  {`{"args":["--with","` + parkedToken + `"]}`, `{"args":["--with",""]}`},
		"nothing":      {`{"args":["-y","tickets-mcp"],"command":"npx"}`, `{"args":["-y","tickets-mcp"],"command":"npx"}`},
		"deeper":       {`{"a":[{"b":{"token":"` + parkedToken + `"}}]}`, `{"a":[{"b":{"token":""}}]}`},
		"other values": {`{"disabled":true,"n":1}`, `{"disabled":true,"n":1}`},
	} {
		t.Run(name, func(t *testing.T) {
			var v any
			if err := json.Unmarshal([]byte(c.have), &v); err != nil {
				t.Fatal(err)
			}
			if got, err := json.Marshal(hideKeys(v)); err != nil || string(got) != c.want {
				t.Errorf("%s, want %s, %v", got, c.want, err)
			}
		})
	}
}
