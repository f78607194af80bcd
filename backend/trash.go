package backend

import (
	"context"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"time"

	"toolbay/backend/changeset"
	"toolbay/backend/launch"
	"toolbay/backend/model"
)

// trashKept is how long a removed server's files and keys wait for an undo.
const trashKept = 30 * 24 * time.Hour

// note is what a change did to servers besides the apps' files; undo needs it.
type note struct {
	Installed []string `json:"installed,omitempty"`
	Removed   []string `json:"removed,omitempty"`
}

func noteInstalled(ids ...string) json.RawMessage { return encodeNote(note{Installed: ids}) }
func noteRemoved(ids ...string) json.RawMessage   { return encodeNote(note{Removed: ids}) }

func encodeNote(n note) json.RawMessage {
	data, _ := json.Marshal(n) // two lists of strings always encode
	return data
}

// trashed is one removed server in the trash, with what is needed to bring it
// back or to forget it for good.
type trashed struct {
	Server model.Server `json:"server"`
	Spec   launch.Spec  `json:"spec"`
	Time   time.Time    `json:"time"`
}

func (b *Backend) trashDir(change, id string) string {
	return filepath.Join(b.home, "trash", change, id)
}

// toTrash moves a server's files out of the way. Its key stays in the keychain
// until the trash is emptied.
func (b *Backend) toTrash(ctx context.Context, change, id string) error {
	s, err := b.server(ctx, id)
	if err != nil {
		return err
	}
	spec, err := launch.Read(b.home, id)
	if err != nil && model.Code(err) != "server_unknown" {
		return err
	}
	dir := b.trashDir(change, id)
	data, err := json.Marshal(trashed{Server: s, Spec: spec, Time: b.o.Now().UTC()})
	if err != nil {
		return err
	}
	if err := writeFile(filepath.Join(dir, "trashed.json"), data); err != nil {
		return err
	}
	if err := os.Rename(filepath.Join(b.home, "servers", id), filepath.Join(dir, "files")); err != nil && !errors.Is(err, os.ErrNotExist) {
		return err
	}
	if err := launch.Delete(b.home, id); err != nil {
		return err
	}
	return b.store.DeleteServer(ctx, id)
}

// fromTrash brings a removed server back.
func (b *Backend) fromTrash(ctx context.Context, change, id string) error {
	dir := b.trashDir(change, id)
	data, err := os.ReadFile(filepath.Join(dir, "trashed.json"))
	if err != nil {
		return model.Fail("trash_emptied", err, "server", id)
	}
	var t trashed
	if err := json.Unmarshal(data, &t); err != nil {
		return model.Fail("trash_emptied", err, "server", id)
	}
	if _, err := b.store.Server(ctx, id); err == nil {
		return model.Fail("name_in_use", nil, "name", id)
	}
	files := filepath.Join(dir, "files")
	if _, err := os.Stat(files); err == nil {
		if err := os.Rename(files, filepath.Join(b.home, "servers", id)); err != nil {
			return err
		}
	}
	if t.Spec.Server != "" {
		if err := launch.Write(b.home, t.Spec); err != nil {
			return err
		}
	}
	if err := b.putServer(ctx, t.Server); err != nil {
		return err
	}
	return os.RemoveAll(dir)
}

// emptyTrash forgets what was removed longer ago than an undo is offered.
// What cannot be removed now is tried again at the next start.
func (b *Backend) emptyTrash(ctx context.Context) {
	found, _ := filepath.Glob(filepath.Join(b.home, "trash", "*", "*", "trashed.json"))
	for _, f := range found {
		var t trashed
		data, err := os.ReadFile(f)
		if err != nil || json.Unmarshal(data, &t) != nil || b.o.Now().Sub(t.Time) < trashKept {
			continue
		}
		if _, err := b.store.Server(ctx, t.Server.ID); err != nil && len(t.Spec.Secrets) > 0 {
			b.keysIn(t.Spec.KeysIn).Delete(t.Server.ID, "")
		}
		os.RemoveAll(filepath.Dir(f))
		os.Remove(filepath.Dir(filepath.Dir(f)))
	}
}

// follow does to the servers what an undo record did to the files. undone is
// the record that was undone.
func (b *Backend) follow(ctx context.Context, undone, undo changeset.Record, history []changeset.Record) error {
	var n note
	if json.Unmarshal(undone.Note, &n) != nil {
		return nil
	}
	root, back := undone.ID, true
	for r := undone; r.Undoes != ""; back = !back {
		next, ok := find(history, r.Undoes)
		if !ok {
			break
		}
		r, root = next, next.ID
	}
	comes, goes := n.Removed, n.Installed
	if !back {
		comes, goes = goes, comes
	}
	for _, id := range comes {
		if err := b.fromTrash(ctx, root, id); err != nil {
			return err
		}
	}
	for _, id := range goes {
		if err := b.toTrash(ctx, root, id); err != nil {
			return err
		}
	}
	return nil
}

func find(history []changeset.Record, id string) (changeset.Record, bool) {
	for _, r := range history {
		if r.ID == id {
			return r, true
		}
	}
	return changeset.Record{}, false
}
