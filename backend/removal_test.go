package backend

import (
	"os"
	"path/filepath"
	"testing"

	"toolbay/backend/model"
)

// A server that is being brought up to date is not removed meanwhile: what was
// fetched would be left without a server.
func TestRemoveWhileHeld(t *testing.T) {
	home := versioned(t)
	b := openIn(t, home, nil)
	c, err := b.hold(t.Context(), "notes")
	if c == nil || err != nil {
		t.Fatal(err)
	}
	if _, err := b.Remove(t.Context(), []string{"notes"}, false); model.Code(err) != "update_busy" {
		t.Errorf("remove: %v", err)
	}
	if _, err := b.server(t.Context(), "notes"); err != nil || versionStarted(t, home) != "2" {
		t.Errorf("it is gone: %v", err)
	}
	c.release()
	res, err := b.RemoveWith(t.Context(), RemoveRequest{Servers: []string{"notes"}, Runtimes: true})
	if err != nil {
		t.Fatal(err)
	}
	undone, err := b.Undo(t.Context(), res.Change, false)
	if err != nil {
		t.Fatal(err)
	}

	// The undo of that undo takes it away again.
	if c, err = b.hold(t.Context(), "notes"); c == nil || err != nil {
		t.Fatal(err)
	}
	if _, err := b.Undo(t.Context(), undone.Change, false); model.Code(err) != "update_busy" {
		t.Errorf("undo: %v", err)
	}
	c.release()
	if _, err := b.Undo(t.Context(), undone.Change, false); err != nil {
		t.Errorf("undo afterwards: %v", err)
	}
	if b.installing() {
		t.Error("an id is held for good")
	}
}

// A removed server comes back also where something else stands in its place by
// now. That is kept as long as what was removed.
func TestUndoRemovalOverLeftover(t *testing.T) {
	home := versioned(t)
	b := openIn(t, home, nil)
	place := filepath.Join(home, "servers", "notes")
	for round, body := range []string{"", "one", "two"} {
		res, err := b.Remove(t.Context(), []string{"notes"}, false)
		if err != nil {
			t.Fatal(err)
		}
		if err := os.MkdirAll(filepath.Join(place, "9-1"), 0o700); err != nil {
			t.Fatal(err)
		}
		if body == "" {
			err = os.Remove(filepath.Join(place, "9-1"))
		} else {
			err = os.WriteFile(filepath.Join(place, "9-1", "own.txt"), []byte(body), 0o600)
		}
		if err != nil {
			t.Fatal(err)
		}
		if _, err := b.Undo(t.Context(), res.Change, false); err != nil {
			t.Fatalf("round %d: %v", round, err)
		}
		if versionStarted(t, home) != "2" || isFolder(filepath.Join(place, "9-1")) {
			t.Errorf("round %d: %v", round, names(place))
		}
		kept, err := os.ReadFile(filepath.Join(home, "trash", res.Change, leftIn+"notes", "files", "9-1", "own.txt"))
		if string(kept) != body || (err == nil) != (body != "") {
			t.Errorf("round %d: kept %q, %v", round, kept, err)
		}
	}
	b.emptyTrashOf(t.Context(), 0)
	if left := names(filepath.Join(home, "trash")); len(left) > 0 {
		t.Errorf("left in the trash: %q", left)
	}
	if _, err := b.server(t.Context(), "notes"); err != nil {
		t.Error(err)
	}
}
