package backend

import (
	"os"
	"testing"

	"toolbay/backend/model"
)

// What is in the trash is listed with what brings it back, and can be looked at
// until it is emptied.
func TestTrash(t *testing.T) {
	home := versioned(t)
	write(t, home, "1", "memory.jsonl", "old")
	b := openIn(t, home, nil)
	list := func(want ...string) []Trashed {
		t.Helper()
		all, err := b.Trash(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		for i, x := range all {
			if len(want) != len(all) || want[i] != x.Kind || x.Server != "notes" || x.Bytes == 0 || x.Until.Sub(x.Since) != trashKept {
				t.Fatalf("got %+v, want %v", all, want)
			}
		}
		if len(want) != len(all) {
			t.Fatalf("got %+v, want %v", all, want)
		}
		return all
	}
	list()
	if _, err := b.ApplyUpdate(t.Context(), UpdateRequest{Server: "notes"}); err != nil {
		t.Fatal(err)
	}
	old := list(TrashedVersion)[0]
	if old.Change != "" {
		t.Errorf("nothing brings an older version's folder back: %+v", old)
	}
	if path, err := b.TrashFolder(t.Context(), old.ID); err != nil || path != old.Path {
		t.Errorf("%q %v", path, err)
	}
	res, err := b.Remove(t.Context(), []string{"notes"}, false)
	if err != nil {
		t.Fatal(err)
	}
	removed := list(TrashedServer, TrashedVersion)[0]
	if removed.Change != res.Change {
		t.Errorf("brought back by %q, removed by %q", removed.Change, res.Change)
	}
	undone, err := b.Undo(t.Context(), removed.Change, false)
	if err != nil {
		t.Fatal(err)
	}
	list(TrashedVersion)
	// Taken away again, another change brings it back.
	again, err := b.Undo(t.Context(), undone.Change, false)
	if err != nil {
		t.Fatal(err)
	}
	if got := list(TrashedServer, TrashedVersion)[0].Change; got != again.Change {
		t.Errorf("brought back by %q, want %q", got, again.Change)
	}
	if _, err := b.CleanDisk(t.Context(), true, false); err != nil {
		t.Fatal(err)
	}
	list()
	for _, id := range []string{old.ID, removed.ID, "..", "../servers/notes", ""} {
		if path, err := b.TrashFolder(t.Context(), id); model.Code(err) != "trash_emptied" {
			t.Errorf("%q: %q %v", id, path, err)
		}
	}
	if _, err := os.Stat(old.Path); err == nil {
		t.Error("it is still there")
	}
}
