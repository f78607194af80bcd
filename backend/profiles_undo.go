package backend

import (
	"context"
	"slices"

	"toolbay/backend/changeset"
	"toolbay/backend/model"
	"toolbay/backend/profiles"
)

// backwards tells whether an undo of a change takes back what was done first,
// and not an undo of it.
func backwards(undone changeset.Record, history []changeset.Record) bool {
	back := true
	for r := undone; r.Undoes != ""; back = !back {
		next, ok := find(history, r.Undoes)
		if !ok {
			break
		}
		r = next
	}
	return back
}

// undoProfiles works out what an undo of a change does to profiles; nil for
// nothing. Error codes: profile_changed, profile_other (what stands in the apps
// is another profile's by now), profile_in_use, profile_name_taken.
func (b *Backend) undoProfiles(ctx context.Context, undone changeset.Record, history []changeset.Record) (*profileEdit, error) {
	n := noteOf(undone).Profiles
	if n == nil {
		return nil, nil
	}
	e, err := b.editing(ctx)
	if err != nil {
		return nil, err
	}
	from, to, keys := n.Was, n.Is, n.Keys
	deltas := slices.Clone(n.Deltas)
	if backwards(undone, history) {
		from, to, keys = n.Is, n.Was, back(n.Keys)
		for i := range deltas {
			deltas[i] = deltas[i].Reverse()
		}
	}
	if e.in != from && (from != to || len(undone.Files) > 0) {
		names, _ := b.store.ProfileNames(ctx) // for the words only
		return nil, model.Fail("profile_other", nil, "profile", names[from])
	}
	if from != to {
		e.to = to
	}
	e.keys = keys
	for _, d := range deltas {
		if err := b.doDelta(ctx, e, d); err != nil {
			return nil, err
		}
	}
	if e.is[e.to] == nil {
		if _, err := e.load(ctx, b, e.to); err != nil {
			return nil, model.Fail("profile_changed", err, "profile", e.to)
		}
	}
	return e, nil
}

// doDelta makes one more difference part of an edit.
func (b *Backend) doDelta(ctx context.Context, e *profileEdit, d profiles.Delta) error {
	var now *model.Profile
	if p, err := e.load(ctx, b, d.ID); err == nil {
		now = &p
	} else if model.Code(err) != "profile_unknown" {
		return err
	}
	p, err := d.Do(now)
	if err != nil {
		return err
	}
	switch {
	case p == nil && (d.ID == e.in || d.ID == e.to):
		return model.Fail("profile_in_use", nil, "profile", now.Name)
	case p != nil && (now == nil || now.Name != p.Name):
		if _, err := b.nameFree(ctx, p.Name, p.ID); err != nil {
			return err
		}
	}
	e.set(d.ID, p)
	return nil
}

// outOfProfiles takes servers out of every profile, as part of their removal.
// Keys that a profile has of its own for them wait for the undo.
func (b *Backend) outOfProfiles(ctx context.Context, ids []string) (*profileEdit, error) {
	e, err := b.editing(ctx)
	if err != nil {
		return nil, err
	}
	for _, id := range ids {
		of, err := b.store.ProfilesOf(ctx, id)
		if err != nil {
			return nil, err
		}
		for in, word := range of {
			p, err := e.load(ctx, b, in)
			if err == nil && len(word.Keys) > 0 {
				err = b.dropOwnKeys(ctx, e, profiles.Drop(p, id), []model.ProfileServer{word}, false)
			}
			if err != nil {
				b.forgetMoves(e.keys)
				return nil, err
			}
			p = profiles.Drop(p, id)
			e.set(in, &p)
		}
	}
	return e, nil
}
