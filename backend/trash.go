package backend

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"toolbay/backend/changeset"
	"toolbay/backend/launch"
	"toolbay/backend/model"
	"toolbay/backend/pattern"
	"toolbay/backend/secrets"
	"toolbay/backend/whole"
)

// trashKept is how long a removed server's files and keys wait for an undo.
const trashKept = 30 * 24 * time.Hour

// note is what a change did to servers besides the apps' files; undo needs it.
type note struct {
	Installed []string `json:"installed,omitempty"`
	Removed   []string `json:"removed,omitempty"`
	// Since tells when each of them was installed: another server may have the
	// same id later.
	Since map[string]time.Time `json:"since,omitempty"`
	// Switched is the other version that the change gave to a server.
	Switched *switched `json:"switched,omitempty"`
	// Profiles is what the change did to profiles.
	Profiles *profileNote `json:"profiles,omitempty"`
}

func noteInstalled(s model.Server, p *profileNote) json.RawMessage {
	return encodeNote(note{Installed: []string{s.ID}, Since: map[string]time.Time{s.ID: s.Installed}, Profiles: p})
}

func noteRemoved(servers []model.Server, p *profileNote) json.RawMessage {
	n := note{Since: map[string]time.Time{}, Profiles: p}
	for _, s := range servers {
		n.Removed = append(n.Removed, s.ID)
		n.Since[s.ID] = s.Installed
	}
	return encodeNote(n)
}

func encodeNote(n note) json.RawMessage {
	data, _ := json.Marshal(n) // names and times always encode
	return data
}

// trashed is one removed server in the trash, with what is needed to bring it
// back or to forget it for good.
type trashed struct {
	Server model.Server `json:"server"`
	Spec   launch.Spec  `json:"spec"`
	Time   time.Time    `json:"time"`
	// Adopted is how the entries were that the server was taken over from.
	Adopted string `json:"adopted,omitempty"`
}

// trashedServers are all servers in the trash.
func (b *Backend) trashedServers() (out []trashed) {
	found := pattern.Files(b.home, "trash", "*", "*", "trashed.json")
	for _, f := range found {
		var t trashed
		data, err := os.ReadFile(f)
		if err == nil && json.Unmarshal(data, &t) == nil {
			out = append(out, t)
		}
	}
	return out
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
	if model.Code(err) == "server_unknown" {
		spec, err = specOf(s), nil
	}
	if err != nil {
		return err
	}
	adopted, err := b.store.Setting(ctx, adoptedSetting+id)
	if err != nil {
		return err
	}
	dir := b.trashDir(change, id)
	data, err := json.Marshal(trashed{Server: s, Spec: spec, Time: b.o.Now().UTC(), Adopted: adopted})
	if err != nil {
		return err
	}
	if err := whole.Write(filepath.Join(dir, "trashed.json"), data); err != nil {
		return err
	}
	if err := os.Rename(filepath.Join(b.home, "servers", id), filepath.Join(dir, "files")); err != nil && !errors.Is(err, os.ErrNotExist) {
		// It stays here as it is, so the trash must not know of it.
		os.Remove(filepath.Join(dir, "trashed.json"))
		os.Remove(dir)
		os.Remove(filepath.Dir(dir))
		return err
	}
	if err := launch.Delete(b.home, id); err != nil {
		return err
	}
	if err := b.store.DeleteServer(ctx, id); err != nil {
		return err
	}
	return b.store.PutSetting(ctx, adoptedSetting+id, "")
}

// inTrash reads what the trash of a change holds of a server; nil when the
// server is here and a removal was cut off before it came to this one. A
// removal that was cut off within it left the server in both places. Error
// codes: trash_emptied, name_in_use for another server here of that id.
func (b *Backend) inTrash(ctx context.Context, change, id string) (*trashed, error) {
	here, err := b.store.Server(ctx, id)
	is := err == nil
	if err != nil && model.Code(err) != "server_unknown" {
		return nil, err
	}
	data, err := os.ReadFile(filepath.Join(b.trashDir(change, id), "trashed.json"))
	if err != nil && is {
		return nil, nil
	}
	var t trashed
	if err == nil {
		err = json.Unmarshal(data, &t)
	}
	if err != nil {
		return nil, model.Fail("trash_emptied", err, "server", id)
	}
	if is && !sameServer(here, t.Server) {
		return nil, model.Fail("name_in_use", nil, "name", id)
	}
	return &t, nil
}

// sameServer tells whether two records are of one and the same install.
func sameServer(a, b model.Server) bool {
	return a.ID == b.ID && a.Installed.Equal(b.Installed) && a.Dir == b.Dir
}

// fromTrash brings a removed server back; moved tells that there was something
// to bring. Error codes: those of inTrash, home_unwritable.
func (b *Backend) fromTrash(ctx context.Context, change, id string) (moved bool, err error) {
	t, err := b.inTrash(ctx, change, id)
	if t == nil || err != nil {
		return false, err
	}
	if err := b.runtimesBack(change); err != nil {
		return false, err
	}
	dir := b.trashDir(change, id)
	files := filepath.Join(dir, "files")
	if _, err := os.Stat(files); err == nil {
		place := filepath.Join(b.home, "servers", id)
		err := b.setAside(change, id)
		if err == nil {
			err = os.Rename(files, place)
		}
		if err != nil {
			return false, unwritable(err, place)
		}
	}
	if t.Spec.Server != "" {
		if err := launch.Write(b.home, t.Spec); err != nil {
			return true, err
		}
	}
	if err := b.putServer(ctx, t.Server); err != nil {
		return true, err
	}
	if err := b.store.PutSetting(ctx, adoptedSetting+id, t.Adopted); err != nil {
		return true, err
	}
	err = os.RemoveAll(dir)
	b.dropTrash(filepath.Dir(dir))
	return true, err
}

// leftIn is the place, in the trash of a change, for a folder that stood where
// a server came back to. With a server's id behind it, it is no id.
const leftIn = "+left-"

// setAside moves what stands where a removed server is about to come back into
// the trash, where it stays as long as what was removed.
func (b *Backend) setAside(change, id string) error {
	place := filepath.Join(b.home, "servers", id)
	if !isFolder(place) || os.Remove(place) == nil { // an empty one goes
		return nil
	}
	dir := b.trashDir(change, leftIn+id)
	data, err := json.Marshal(trashed{Server: model.Server{ID: leftIn + id}, Time: b.o.Now().UTC()})
	if err != nil {
		return err
	}
	if err := whole.Write(filepath.Join(dir, "trashed.json"), data); err != nil {
		return err
	}
	// An undo of this change may have put one there before.
	to := filepath.Join(dir, "files")
	for n := 2; isFolder(to); n++ {
		to = filepath.Join(dir, fmt.Sprint("files-", n))
	}
	return os.Rename(place, to)
}

// forgetKeysInTrash empties the trash of removed servers with this id whose
// keys a new server's keys are about to replace: brought back, such a server
// would run with another account's keys. Those that stand elsewhere than where
// the new ones go are forgotten.
func (b *Backend) forgetKeysInTrash(id string, keys secrets.Keys) {
	found := pattern.Files(b.home, "trash", "*", id, "trashed.json")
	for _, f := range found {
		var t trashed
		data, err := os.ReadFile(f)
		if err == nil && json.Unmarshal(data, &t) == nil && len(t.Spec.Secrets) > 0 {
			if old := b.keysIn(t.Spec.KeysIn); old.Where() != keys.Where() {
				old.Delete(id, "")
			}
			if signedIn(t.Spec.Remote) {
				b.accounts(t.Spec.KeysIn).Forget(id)
			}
			os.RemoveAll(filepath.Dir(f))
			b.dropTrash(filepath.Dir(filepath.Dir(f)))
		}
	}
}

// emptyTrash forgets what was removed longer ago than an undo is offered.
// What cannot be removed now is tried again at the next start.
func (b *Backend) emptyTrash(ctx context.Context) { b.emptyTrashOf(ctx, trashKept) }

// emptyTrashOf forgets what was removed longer ago than that, and tells the
// bytes that engines gave back for it.
func (b *Backend) emptyTrashOf(ctx context.Context, age time.Duration) (freed int64) {
	_ = b.forgetKeptKeys(age, "") // tried again at the next start
	b.emptyOldVersions(age)
	now := age == 0
	found := pattern.Files(b.home, "trash", "*", "*", "trashed.json")
	for _, f := range found {
		var t trashed
		data, err := os.ReadFile(f)
		if err != nil || json.Unmarshal(data, &t) != nil || b.o.Now().Sub(t.Time) < age {
			continue
		}
		here, err := b.store.Server(ctx, t.Server.ID)
		gone := model.Code(err) == "server_unknown"
		if err != nil && !gone || err == nil && sameServer(here, t.Server) {
			continue // it is not known, or not true, that this one was removed
		}
		// Keys of a server that has the id now are in that place only when it has
		// any there: then those in the trash were forgotten for them.
		if len(t.Spec.Secrets) > 0 && (gone || !hasKeys(here) || here.KeysIn != t.Spec.KeysIn) {
			b.keysIn(t.Spec.KeysIn).Delete(t.Server.ID, "")
		}
		if signedIn(t.Spec.Remote) && (gone || !signedIn(here.Remote) || here.KeysIn != t.Spec.KeysIn) {
			b.accounts(t.Spec.KeysIn).Forget(t.Server.ID)
		}
		// What the engine did not do when it was removed.
		freed += b.dropContainers(ctx, t.Server)
		b.noteVolumes(t.Server)
		os.RemoveAll(filepath.Dir(f))
		b.dropTrash(filepath.Dir(filepath.Dir(f)))
		if gone && !slices.ContainsFunc(b.trashedServers(), func(o trashed) bool { return o.Server.ID == t.Server.ID }) {
			// Nobody brings it back: what was kept of its entries goes too.
			_ = b.forgetKeptKeys(0, t.Server.ID) // tried again at the next start
			_ = b.connect.Forget(ctx, t.Server.ID)
		}
		now = true
	}
	return freed + b.dropVolumes(ctx, now)
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
	if _, _, err := b.turnBack(ctx, undone, history); err != nil {
		return err
	}
	if _, err := b.undoProfiles(ctx, undone, history); err != nil {
		return err
	}
	comes, goes, root := follows(undone, history)
	for _, id := range comes {
		if _, err := b.inTrash(ctx, root, id); err != nil {
			return err
		}
	}
	since := noteOf(undone).Since
	for _, id := range goes {
		s, err := b.store.Server(ctx, id)
		if err != nil && model.Code(err) != "server_unknown" {
			return err
		}
		if when, known := since[id]; err != nil || known && !s.Installed.Equal(when) {
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
		if !touches(undone, f.Path) {
			return model.Fail("still_connected", nil, "server", strings.Join(goes, ", "), "path", f.Path)
		}
	}
	return nil
}

// standsElsewhere tells whether a server that goes with an undo may stand in a
// file that the undo does not touch. Then it is worth reading the files.
func standsElsewhere(places map[string][]string, undone changeset.Record, history []changeset.Record) bool {
	_, goes, _ := follows(undone, history)
	for _, id := range goes {
		for _, file := range places[id] {
			if !touches(undone, file) {
				return true
			}
		}
	}
	return false
}

func touches(r changeset.Record, file string) bool {
	return slices.ContainsFunc(r.Files, func(f changeset.FileRecord) bool { return f.Path == file })
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

// holdAll takes the ids of servers that are about to come back or to go, so
// that no install and no update has one of them meanwhile. Error code: busy, as
// named.
func (b *Backend) holdAll(ctx context.Context, ids []string, busy string) (release func(), err error) {
	var held []*claim
	release = func() {
		for _, c := range held {
			c.release()
		}
	}
	for _, id := range ids {
		c, err := b.hold(ctx, id)
		if c == nil && err == nil {
			err = model.Fail(busy, nil, "name", id, "server", id)
		}
		if err != nil {
			release()
			return nil, err
		}
		held = append(held, c)
	}
	return release, nil
}

// bringBack brings servers back from the trash of a change, all or none; undo
// puts them into it again.
func (b *Backend) bringBack(ctx context.Context, root string, ids []string) (undo func(), err error) {
	var moved []string
	undo = func() {
		for _, id := range moved {
			// What fails stays here, where it can be seen and removed.
			_ = b.toTrash(context.WithoutCancel(ctx), root, id)
		}
	}
	for _, id := range ids {
		did, err := b.fromTrash(ctx, root, id)
		if did {
			moved = append(moved, id)
		}
		if err != nil {
			undo()
			return nil, err
		}
	}
	return undo, nil
}

func find(history []changeset.Record, id string) (changeset.Record, bool) {
	for _, r := range history {
		if r.ID == id {
			return r, true
		}
	}
	return changeset.Record{}, false
}
