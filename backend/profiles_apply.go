package backend

import (
	"context"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/gofrs/flock"

	"toolbay/backend/changeset"
	"toolbay/backend/model"
	"toolbay/backend/pattern"
	"toolbay/backend/profiles"
	"toolbay/backend/whole"
)

// profileNote is what a change did to profiles. It stands in the change's note,
// because undo needs it.
type profileNote struct {
	// At makes each change another one.
	At     time.Time        `json:"at"`
	Deltas []profiles.Delta `json:"deltas,omitempty"`
	// Was and Is are the profiles in use before and after: what stands in the
	// apps is theirs.
	Was string `json:"was"`
	Is  string `json:"is"`
	// Keys are the profiles' own keys that the change replaced or forgot.
	Keys []keyMove `json:"keys,omitempty"`
}

// profileTurn is a change of profiles under way. It is written down before the
// apps' files are changed; once the change is in the history, the profiles
// follow, in this program or at the next start.
type profileTurn struct {
	At time.Time `json:"at"`
	// Undoes is the change that is being undone, "" for none.
	Undoes string `json:"undoes,omitempty"`
	// Put and Forget are the profiles as they will be, Active the one in use.
	Put    []model.Profile `json:"put,omitempty"`
	Forget []string        `json:"forget,omitempty"`
	Active string          `json:"active"`
	// Servers are those whose start may be another one.
	Servers []string `json:"servers,omitempty"`
	// Keys are put in place with the profiles.
	Keys []keyMove `json:"keys,omitempty"`
	// Made tells that the items in Keys were made for this change.
	Made bool `json:"made,omitempty"`
}

func (b *Backend) profileTurnFile() string { return filepath.Join(b.home, "profiles", "turn.json") }

// profileEdit is a change of profiles that is worked out and not made yet.
type profileEdit struct {
	was    map[string]*model.Profile // as they are, nil for one that is new
	is     map[string]*model.Profile // as they will be, nil for one that goes
	in, to string                    // the profile in use before and after
	keys   []keyMove
	// made tells that the items in keys were made for this edit.
	made bool
	// again is a linked folder whose files are to be brought up to date, version a
	// server that has another version now: linked folders get that too.
	again, version string
}

// editing begins a change of profiles.
func (b *Backend) editing(ctx context.Context) (*profileEdit, error) {
	active, err := b.activeProfile(ctx)
	return &profileEdit{was: map[string]*model.Profile{}, is: map[string]*model.Profile{}, in: active, to: active}, err
}

// load takes a profile up for a change. Error code: profile_unknown.
func (e *profileEdit) load(ctx context.Context, b *Backend, id string) (model.Profile, error) {
	if p := e.is[id]; p != nil {
		return *p, nil
	}
	p, _, err := b.store.Profile(ctx, id)
	if err != nil {
		return p, err
	}
	p = profiles.Tidy(p)
	e.was[id], e.is[id] = &p, &p
	return p, nil
}

// set says what a profile will be; nil deletes it.
func (e *profileEdit) set(id string, p *model.Profile) {
	if _, loaded := e.was[id]; !loaded {
		e.was[id] = nil
	}
	e.is[id] = p
}

// deltas are the differences that the edit makes, by the profile's id.
func (e *profileEdit) deltas() []profiles.Delta {
	var out []profiles.Delta
	for _, id := range sortedKeys(e.is) {
		if d, differ := profiles.Diff(e.was[id], e.is[id]); differ {
			out = append(out, d)
		}
	}
	return out
}

// nothing tells that the edit changes nothing.
func (e *profileEdit) nothing() bool {
	return e == nil || e.in == e.to && len(e.keys) == 0 && len(e.deltas()) == 0
}

// note is what the change's note says of the edit.
func (e *profileEdit) note(now time.Time) *profileNote {
	return &profileNote{At: now, Deltas: e.deltas(), Was: e.in, Is: e.to, Keys: e.keys}
}

func (e *profileEdit) turn(now time.Time) profileTurn {
	t := profileTurn{At: now, Active: e.to, Keys: e.keys, Made: e.made}
	for _, d := range e.deltas() {
		t.Servers = append(t.Servers, d.Servers()...)
		if p := e.is[d.ID]; p == nil {
			t.Forget = append(t.Forget, d.ID)
		} else {
			changed := *p
			changed.Changed = now
			t.Put = append(t.Put, changed)
		}
	}
	for _, k := range e.keys {
		t.Servers = append(t.Servers, k.Server)
	}
	slices.Sort(t.Servers)
	t.Servers = slices.Compact(t.Servers)
	return t
}

// withProfiles makes a change of the apps' files and the edit of profiles that
// belongs to it, both or neither, also when the program is killed. apply gets
// the note to keep with the change. An error beside a record that has an id
// tells that the profiles are still to follow, which they do before the next
// change of any. It wants b.alone.
func (b *Backend) withProfiles(ctx context.Context, e *profileEdit, undoes string, apply func(*profileNote) (changeset.Record, error)) (changeset.Record, error) {
	if e.nothing() {
		var n *profileNote
		if e != nil {
			n = e.note(b.o.Now().UTC())
		}
		return apply(n)
	}
	now := b.o.Now().UTC()
	t := e.turn(now)
	t.Undoes = undoes
	if err := ctx.Err(); err != nil {
		return changeset.Record{}, model.Fail("cancelled", err)
	}
	if fileExists(b.profileTurnFile()) {
		if err := b.settleProfiles(ctx); err != nil {
			return changeset.Record{}, err
		}
	}
	b.o.Fault("profiles begin")
	// Nothing that an app is told of must fail to start for not being in its
	// profile yet.
	if err := b.startable(ctx, t); err != nil {
		return changeset.Record{}, b.dropProfileTurn(ctx, t, err)
	}
	data, err := json.Marshal(t)
	if err == nil {
		err = whole.Write(b.profileTurnFile(), data)
	}
	if err != nil {
		return changeset.Record{}, b.dropProfileTurn(ctx, t, unwritable(err, b.profileTurnFile()))
	}
	b.o.Fault("profiles noted")
	record, err := apply(e.note(now))
	if err != nil {
		return record, b.dropProfileTurn(context.WithoutCancel(ctx), t, err)
	}
	b.o.Fault("profiles applied")
	return record, b.finishProfiles(context.WithoutCancel(ctx), t)
}

// dropProfileTurn forgets a change that was not made.
func (b *Backend) dropProfileTurn(ctx context.Context, t profileTurn, why error) error {
	if err := b.respec(ctx, t.Servers); err != nil {
		return why // the note stays, and the next start tries again
	}
	if t.Made {
		b.forgetMoves(t.Keys)
	}
	os.Remove(b.profileTurnFile())
	return why
}

// finishProfiles does what a turn says, or what is left of it.
func (b *Backend) finishProfiles(ctx context.Context, t profileTurn) error {
	if err := b.moveKeys(t.Keys); err != nil {
		return err
	}
	b.o.Fault("profiles keys")
	if err := b.store.WriteProfiles(ctx, t.Put, t.Forget, t.Active); err != nil {
		return err
	}
	b.o.Fault("profiles record")
	if err := b.mirrorProfiles(t); err != nil {
		return err
	}
	if err := b.respec(ctx, t.Servers); err != nil {
		return err
	}
	b.o.Fault("profiles specs")
	if err := os.Remove(b.profileTurnFile()); err != nil && !errors.Is(err, os.ErrNotExist) {
		return err
	}
	b.o.Changed("profiles")
	return nil
}

// settleProfiles finishes the change of profiles that a killed program had
// begun, or forgets it when it had not come to the apps' files. It wants
// b.alone's lock.
func (b *Backend) settleProfiles(ctx context.Context) error {
	data, err := os.ReadFile(b.profileTurnFile())
	if errors.Is(err, os.ErrNotExist) {
		return nil
	}
	var t profileTurn
	if err == nil {
		err = json.Unmarshal(data, &t)
	}
	if err != nil {
		return unwritable(err, b.profileTurnFile())
	}
	// The files first: whether the change was made is not known before.
	if _, err := changeset.Open(filepath.Join(b.home, "changes"), changeset.Options{Now: b.o.Now}); err != nil {
		return err
	}
	history, err := b.changes.History(ctx)
	if err != nil {
		return err
	}
	for _, r := range history {
		n := noteOf(r).Profiles
		if t.Undoes != "" && r.Undoes == t.Undoes && !r.Time.Before(t.At) || t.Undoes == "" && r.Undoes == "" && n != nil && n.At.Equal(t.At) {
			return b.finishProfiles(ctx, t)
		}
	}
	_ = b.dropProfileTurn(ctx, t, nil)
	return nil
}

// settleProfilesAtStart is settleProfiles unless another Toolbay is at work,
// which then does it itself.
func (b *Backend) settleProfilesAtStart(ctx context.Context) {
	if !fileExists(b.profileTurnFile()) {
		return
	}
	l := flock.New(filepath.Join(b.home, "changes", ".plan.lock"))
	if held, err := l.TryLock(); err != nil || !held {
		return
	}
	defer l.Close()
	_ = b.settleProfiles(ctx) // what cannot be done now is tried before the next change
}

// mirrorProfiles keeps the profiles beside the database too, so that it can be
// rebuilt. No secret is in them.
func (b *Backend) mirrorProfiles(t profileTurn) error {
	for _, p := range t.Put {
		data, err := json.MarshalIndent(p, "", "  ")
		if err == nil {
			err = whole.Write(b.profileFile(p.ID), append(data, '\n'))
		}
		if err != nil {
			return unwritable(err, b.profileFile(p.ID))
		}
	}
	for _, id := range t.Forget {
		if err := os.Remove(b.profileFile(id)); err != nil && !errors.Is(err, os.ErrNotExist) {
			return unwritable(err, b.profileFile(id))
		}
	}
	path := filepath.Join(b.home, "profiles", "in-use")
	if now, err := os.ReadFile(path); err == nil && string(now) == t.Active+"\n" {
		return nil
	}
	if err := whole.Write(path, []byte(t.Active+"\n")); err != nil {
		return unwritable(err, path)
	}
	return nil
}

func (b *Backend) profileFile(id string) string {
	return filepath.Join(b.home, "profiles", id+".profile.json")
}

// mirroredProfiles reads what mirrorProfiles kept.
func (b *Backend) mirroredProfiles() (all []model.Profile, active string) {
	found := pattern.Files(filepath.Dir(b.profileFile("x")), filepath.Base(b.profileFile("*")))
	for _, f := range found {
		var p model.Profile
		data, err := os.ReadFile(f)
		if err != nil || json.Unmarshal(data, &p) != nil || !profiles.ValidID(p.ID) || f != b.profileFile(p.ID) {
			continue // an unreadable one is lost, the others are not
		}
		all = append(all, profiles.Tidy(p))
	}
	data, _ := os.ReadFile(filepath.Join(b.home, "profiles", "in-use"))
	active = model.DefaultProfile
	for _, p := range all {
		if string(data) == p.ID+"\n" {
			active = p.ID
		}
	}
	return all, active
}
