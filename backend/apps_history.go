package backend

import (
	"context"
	"slices"

	"toolbay/backend/changeset"
	"toolbay/backend/clients"
	"toolbay/backend/model"
)

// History lists every write we made outside our own home, newest first.
func (b *Backend) History(ctx context.Context) ([]ChangeView, error) {
	records, err := b.changes.History(ctx)
	if err != nil {
		return nil, err
	}
	places, err := b.connect.Places(ctx)
	if err != nil {
		return nil, err
	}
	out := make([]ChangeView, 0, len(records))
	for _, r := range records {
		if r.Undoable {
			err := b.mayFollow(ctx, r, records)
			if err == nil && standsElsewhere(places, r, records) {
				err = b.leavesNoEntries(ctx, r, records)
			}
			if err != nil {
				r.Undoable, r.WhyNot = false, model.Code(err)
			}
		}
		out = append(out, changeView(r))
	}
	return out, nil
}

// Diff shows what a change did to each file, keys masked.
func (b *Backend) Diff(ctx context.Context, id string) ([]FileDiff, error) {
	d, err := b.changes.Diff(ctx, id)
	if err != nil {
		return nil, err
	}
	return b.diffs(d), nil
}

// Undo takes back one change, "" the newest that can be. What the change did
// to servers besides the files is taken back with it. Error codes:
// change_unknown, not_undoable, file_drifted, trash_emptied, name_in_use,
// still_connected, update_busy; then nothing is changed.
func (b *Backend) Undo(ctx context.Context, id string, dryRun bool) (ChangeResult, error) {
	release, err := b.alone(ctx)
	if err != nil {
		return ChangeResult{}, err
	}
	defer release()
	history, err := b.changes.History(ctx)
	if err != nil {
		return ChangeResult{}, err
	}
	if id == "" {
		id = newestStanding(history)
	}
	// Where something stands against the files, that is what is told.
	d, err := b.changes.PreviewUndo(ctx, id)
	if err != nil {
		return ChangeResult{}, err
	}
	undone, ok := find(history, id)
	if !ok {
		return ChangeResult{}, model.Fail("change_unknown", nil, "change", id)
	}
	comes, goes, root := follows(undone, history)
	if !dryRun {
		coming, err := b.holdAll(ctx, comes, "name_in_use")
		if err != nil {
			return ChangeResult{}, err
		}
		defer coming()
		going, err := b.holdAll(ctx, goes, "update_busy")
		if err != nil {
			return ChangeResult{}, err
		}
		defer going()
	}
	if err := b.mayFollow(ctx, undone, history); err != nil {
		return ChangeResult{}, err
	}
	if err := b.leavesNoEntries(ctx, undone, history); err != nil {
		return ChangeResult{}, err
	}
	if dryRun {
		return ChangeResult{Files: b.diffs(d), Restart: b.restarts(appsTouched(b.apps.Look(b.system, b.o.ProjectDir), undone)), Warnings: []Warning{}}, nil
	}
	if from, t, err := b.turnBack(ctx, undone, history); t != nil || err != nil {
		return b.undoTurn(ctx, from, t, err)
	}
	// No app is told of a server that is not here: what comes back does so
	// before the files, what goes does so after them.
	takeAway, err := b.bringBack(ctx, root, comes)
	if err != nil {
		return ChangeResult{}, err
	}
	edit, err := b.undoProfiles(ctx, undone, history)
	if err != nil {
		takeAway()
		return ChangeResult{}, err
	}
	record, err := b.withProfiles(ctx, edit, undone.ID, func(*profileNote) (changeset.Record, error) {
		return b.changes.Undo(ctx, undone.ID)
	})
	if err != nil && record.ID == "" {
		takeAway()
		return ChangeResult{}, err
	}
	ctx = context.WithoutCancel(ctx)
	for _, id := range goes {
		if err := b.toTrash(ctx, root, id); err != nil {
			return ChangeResult{}, err
		}
	}
	if err := b.connect.Reconcile(ctx); err != nil {
		return ChangeResult{}, err
	}
	d, err = b.changes.Diff(ctx, record.ID)
	if err != nil {
		return ChangeResult{}, err
	}
	for _, what := range []string{"apps", "servers", "history", "keys", "profiles"} {
		b.o.Changed(what)
	}
	return ChangeResult{Change: record.ID, Files: b.diffs(d), Restart: b.restarts(appsTouched(b.apps.Look(b.system, b.o.ProjectDir), record)), Warnings: []Warning{}}, nil
}

// appsTouched names the apps whose files a change touched.
func appsTouched(apps []clients.App, r changeset.Record) []string {
	var ids []string
	for _, a := range apps {
		for _, f := range a.Files {
			for _, c := range r.Files {
				if c.Path == f.Path && !slices.Contains(ids, a.Client.ID) {
					ids = append(ids, a.Client.ID)
				}
			}
		}
	}
	return ids
}
