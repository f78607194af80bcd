package backend

import (
	"encoding/json"
	"os"
	"path/filepath"
	"testing"
	"time"

	"toolbay/backend/model"
	"toolbay/backend/whole"
)

// write puts a file beside a version's program, as a server does.
func write(t *testing.T, home, version, name, body string) {
	t.Helper()
	if err := os.WriteFile(filepath.Join(home, "servers", "notes", version+"-1", name), []byte(body), 0o600); err != nil {
		t.Fatal(err)
	}
}

func holds(t *testing.T, want string, path ...string) {
	t.Helper()
	if b, err := os.ReadFile(filepath.Join(path...)); err != nil || string(b) != want {
		t.Errorf("%s holds %q, want %q (%v)", filepath.Join(path...), b, want, err)
	}
}

// What a server wrote beside its program goes along with an update. The folder
// that nobody can go back to waits in the trash when there is something of its
// own in it.
func TestUpdateKeepsOwnFiles(t *testing.T) {
	home := versioned(t)
	write(t, home, "1", "memory.jsonl", "old")
	write(t, home, "2", "memory.jsonl", "milk")
	write(t, home, "3", "memory.jsonl", "") // from when it was tried
	b := openIn(t, home, nil)
	res, err := b.ApplyUpdate(t.Context(), UpdateRequest{Server: "notes"})
	if err != nil {
		t.Fatal(err)
	}
	holds(t, "milk", home, "servers", "notes", "3-1", "memory.jsonl")
	holds(t, "milk", home, "servers", "notes", "2-1", "memory.jsonl")
	if len(res.Trashed) != 1 || len(res.Difference.Kept) != 1 || res.FreedBytes != 0 {
		t.Fatalf("%+v", res)
	}
	holds(t, "old", res.Trashed[0], "memory.jsonl")

	// What was written since stays with the version that is left.
	write(t, home, "3", "memory.jsonl", "milk and eggs")
	write(t, home, "3", "list.txt", "new")
	dry, err := b.Rollback(t.Context(), "notes", true)
	if err != nil || len(dry.Difference.Kept) != 1 || len(dry.Difference.Left) != 1 {
		t.Errorf("%+v %v", dry.Difference, err)
	}
	if _, err := b.Rollback(t.Context(), "notes", false); err != nil {
		t.Fatal(err)
	}
	holds(t, "milk", home, "servers", "notes", "2-1", "memory.jsonl")
	holds(t, "new", home, "servers", "notes", "2-1", "list.txt")
	holds(t, "milk and eggs", home, "servers", "notes", "3-1", "memory.jsonl")

	// The trash is emptied of it after its time.
	b.emptyTrash(t.Context())
	if !isFolder(res.Trashed[0]) {
		t.Error("gone at once")
	}
	late, err := Open(t.Context(), Options{Home: home, Getenv: func(string) string { return "" }, Now: func() time.Time { return time.Now().Add(trashKept + time.Hour) }})
	if err != nil {
		t.Fatal(err)
	}
	defer late.Close()
	late.emptyTrash(t.Context())
	if left := names(filepath.Join(home, "trash")); len(left) != 0 {
		t.Errorf("left in the trash: %v", left)
	}
}

// The installed version fetched again gets them too, and what it replaced waits.
func TestMendKeepsOwnFiles(t *testing.T) {
	home := versioned(t)
	write(t, home, "2", "memory.jsonl", "milk")
	write(t, home, "2", "cli.js", "broken")
	b := openIn(t, home, nil)
	p, err := b.readPrepared("notes")
	if err != nil {
		t.Fatal(err)
	}
	p.Again = true
	data, err := json.Marshal(p)
	if err == nil {
		err = whole.Write(b.preparedFile("notes"), data)
	}
	if err != nil {
		t.Fatal(err)
	}
	res, err := b.ApplyUpdate(t.Context(), UpdateRequest{Server: "notes", Again: true})
	if err != nil || len(res.Trashed) != 1 {
		t.Fatalf("%+v %v", res, err)
	}
	holds(t, "milk", home, "servers", "notes", "3-1", "memory.jsonl")
	holds(t, "3", home, "servers", "notes", "3-1", "cli.js")
	holds(t, "milk", res.Trashed[0], "memory.jsonl")
	holds(t, "broken", res.Trashed[0], "cli.js")
}

// A switch that is gone on with does not put older files over newer ones.
func TestSwitchCarriesOnce(t *testing.T) {
	home := versioned(t)
	write(t, home, "2", "memory.jsonl", "milk")
	b := openIn(t, home, nil)
	s, err := b.server(t.Context(), "notes")
	if err != nil {
		t.Fatal(err)
	}
	p, err := b.readPrepared("notes")
	if err != nil {
		t.Fatal(err)
	}
	_, turn := b.turnOf(s, p)
	turn.From, turn.Time, turn.Carried = s.Dir, time.Now(), true
	write(t, home, "3", "memory.jsonl", "written by the new version")
	if err := b.writeTurn(turn); err != nil {
		t.Fatal(err)
	}
	if _, err := b.finishTurn(t.Context(), turn); err != nil {
		t.Fatal(err)
	}
	holds(t, "written by the new version", home, "servers", "notes", "3-1", "memory.jsonl")
}

// A version's folder that could not go at once is swept with the same care.
func TestSweepKeepsOwnFiles(t *testing.T) {
	home := versioned(t)
	loose := version(t, home, "9")
	write(t, home, "9", "memory.jsonl", "milk")
	b := openIn(t, home, nil)
	found, _ := filepath.Glob(filepath.Join(home, "trash", "*", "*", "files", "memory.jsonl"))
	if isFolder(loose.Dir) || len(found) != 1 {
		t.Fatalf("left %v, trash %v", isFolder(loose.Dir), found)
	}
	if _, err := b.CleanDisk(t.Context(), true, false); err != nil {
		t.Fatal(err)
	}
	if left := names(filepath.Join(home, "trash")); len(left) != 0 {
		t.Errorf("left in the trash: %v", left)
	}
	if _, err := b.server(t.Context(), "notes"); model.Code(err) == "server_unknown" {
		t.Error(err)
	}
}
