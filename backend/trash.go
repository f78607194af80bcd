package backend

import (
	"context"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
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
	if _, here := b.store.Server(ctx, id); err != nil && here == nil {
		return nil // a removal that was cut off before it came to this one
	}
	if err != nil {
		return model.Fail("trash_emptied", err, "server", id)
	}
	var t trashed
	if err := json.Unmarshal(data, &t); err != nil {
		return model.Fail("trash_emptied", err, "server", id)
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

// forgetKeysInTrash empties the trash of removed servers with this id whose
// keys a new server's keys are about to replace: brought back, such a server
// would run with another account's keys.
func (b *Backend) forgetKeysInTrash(id string) {
	found, _ := filepath.Glob(filepath.Join(b.home, "trash", "*", id, "trashed.json"))
	for _, f := range found {
		var t trashed
		data, err := os.ReadFile(f)
		if err == nil && json.Unmarshal(data, &t) == nil && len(t.Spec.Secrets) > 0 {
			os.RemoveAll(filepath.Dir(f))
			os.Remove(filepath.Dir(filepath.Dir(f)))
		}
	}
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

// follows tells which servers come and which go with an undo, and the change
// whose trash they come from or go to.
func follows(undone changeset.Record, history []changeset.Record) (comes, goes []string, root string) {
	n := noteOf(undone)
	root, back := undone.ID, true
	for r := undone; r.Undoes != ""; back = !back {
		next, ok := find(history, r.Undoes)
		if !ok {
			break
		}
		r, root = next, next.ID
	}
	if !back {
		return n.Installed, n.Removed, root
	}
	return n.Removed, n.Installed, root
}

// mayFollow tells, before anything is touched, what stands against the part of
// an undo that is about servers. Error codes: trash_emptied, name_in_use,
// not_undoable.
func (b *Backend) mayFollow(ctx context.Context, undone changeset.Record, history []changeset.Record) error {
	comes, goes, root := follows(undone, history)
	for _, id := range comes {
		_, err := os.Stat(filepath.Join(b.trashDir(root, id), "trashed.json"))
		if _, serr := b.store.Server(ctx, id); serr == nil && err == nil {
			return model.Fail("name_in_use", nil, "name", id)
		} else if serr != nil && err != nil {
			return model.Fail("trash_emptied", err, "server", id)
		}
	}
	for _, id := range goes {
		if _, err := b.store.Server(ctx, id); err != nil {
			return model.Fail("not_undoable", err, "change", undone.ID)
		}
	}
	return nil
}

// leavesNoEntries refuses an undo that would take a server away while files it
// does not touch still have it. Error code: still_connected.
func (b *Backend) leavesNoEntries(ctx context.Context, undone changeset.Record, history []changeset.Record) error {
	_, goes, _ := follows(undone, history)
	if len(goes) == 0 {
		return nil
	}
	plan, err := b.connect.PlanDisconnect(ctx, "remove", "", nil, goes)
	if err != nil {
		return err
	}
	files, err := b.connect.Preview(ctx, plan)
	if err != nil {
		return err
	}
	for _, f := range files {
		if !slices.ContainsFunc(undone.Files, func(r changeset.FileRecord) bool { return r.Path == f.Path }) {
			return model.Fail("still_connected", nil, "server", strings.Join(goes, ", "), "path", f.Path)
		}
	}
	return nil
}

// newestStanding gives the change that an undo without a name takes back.
func newestStanding(history []changeset.Record) string {
	for _, r := range history {
		if r.Undoes == "" && r.WhyNot != "not_undoable" && r.WhyNot != "change_incomplete" {
			return r.ID
		}
	}
	return ""
}

// follow does to the servers what an undo did to the files. undone is the
// record that was undone.
func (b *Backend) follow(ctx context.Context, undone changeset.Record, history []changeset.Record) error {
	comes, goes, root := follows(undone, history)
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
