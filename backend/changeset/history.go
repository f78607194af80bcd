package changeset

import (
	"context"

	"toolbay/backend/model"
)

// History lists what was done, newest first. A change that is being applied
// or that was taken back is not in it.
func (e *Engine) History(ctx context.Context) ([]Record, error) {
	all, err := e.journals()
	if err != nil {
		return nil, err
	}
	undone := undoneBy(all)
	hashes := map[string]string{}
	records := []Record{}
	for i := len(all) - 1; i >= 0; i-- {
		if err := ctx.Err(); err != nil {
			return nil, model.Fail("cancelled", err)
		}
		j := &all[i]
		if !j.made() {
			continue
		}
		r := j.record()
		r.WhyNot = whyNot(j, undone, hashes)
		r.Undoable = r.WhyNot == ""
		records = append(records, r)
	}
	return records, nil
}

// whyNot gives the code that stands against undoing j. hashes remembers what
// was read already.
func whyNot(j *journal, undone map[string]bool, hashes map[string]string) string {
	switch {
	case j.State == stateLeft:
		return "change_incomplete"
	case undone[j.ID]:
		return "not_undoable"
	}
	for i := range j.Files {
		x := &j.Files[i]
		if x.same() {
			continue
		}
		now, ok := hashes[x.Real]
		if !ok {
			var err error
			if now, err = hashOf(x.Real); err != nil {
				now = "unreadable"
			}
			hashes[x.Real] = now
		}
		if now != x.After {
			return "file_drifted"
		}
	}
	return ""
}

// undoneBy tells which changes are undone at present: those with an undo that
// was not undone itself. An undo is younger than what it undoes.
func undoneBy(all []journal) map[string]bool {
	undone := map[string]bool{}
	for i := len(all) - 1; i >= 0; i-- {
		j := &all[i]
		if j.Undoes != "" && j.made() && j.State != stateLeft && !undone[j.ID] {
			undone[j.Undoes] = true
		}
	}
	return undone
}

// Diff shows what a change in history did.
func (e *Engine) Diff(_ context.Context, id string) ([]FileDiff, error) {
	j, err := e.find(id)
	if err != nil {
		return nil, err
	}
	diffs := []FileDiff{}
	for n := range j.Files {
		if j.Files[n].same() {
			continue
		}
		before, err := e.content(&j, n, "before")
		if err != nil {
			return nil, err
		}
		after, err := e.content(&j, n, "after")
		if err != nil {
			return nil, err
		}
		diffs = append(diffs, e.diff(j.Files[n].Path, before, after))
	}
	return diffs, nil
}

func (e *Engine) find(id string) (journal, error) {
	if !validID(id) {
		return journal{}, model.Fail("change_unknown", nil, "change", id)
	}
	j, ok, err := e.load(id)
	if err != nil || !ok || !j.made() {
		return journal{}, model.Fail("change_unknown", err, "change", id)
	}
	return j, nil
}

// Undo makes the files of a change what they were before it. It is a change
// itself, so an undo can be undone. With an empty id it takes back the newest
// change that still stands; undos do not count, so that undoing twice goes
// back two changes.
//
// Codes: those of Apply, and change_unknown, not_undoable (undone already, or
// nothing there), change_incomplete, file_drifted (a file is not what the
// change left; nothing is done).
func (e *Engine) Undo(ctx context.Context, id string) (Record, error) {
	unlock, err := e.lock(ctx)
	if err != nil {
		return Record{}, err
	}
	defer unlock()
	e.settleAll()
	j, wants, err := e.undoing(id)
	if err != nil {
		return Record{}, err
	}
	return e.apply(ctx, journal{Kind: "undo", Title: j.Title, Undoes: j.ID, Note: j.Note, Keep: j.Keep}, wants)
}

// PreviewUndo tells what Undo would do, without writing anything.
func (e *Engine) PreviewUndo(ctx context.Context, id string) ([]FileDiff, error) {
	_, wants, err := e.undoing(id)
	if err != nil {
		return nil, err
	}
	return e.preview(ctx, wants)
}

func (e *Engine) undoing(id string) (journal, []want, error) {
	all, err := e.journals()
	if err != nil {
		return journal{}, nil, err
	}
	undone := undoneBy(all)
	if id == "" {
		for i := len(all) - 1; i >= 0 && id == ""; i-- {
			if j := &all[i]; j.made() && j.State != stateLeft && j.Undoes == "" && !undone[j.ID] {
				id = j.ID
			}
		}
		if id == "" {
			return journal{}, nil, model.Fail("not_undoable", nil, "change", "")
		}
	}
	j, err := e.find(id)
	switch {
	case err != nil:
		return j, nil, err
	case j.State == stateLeft:
		return j, nil, model.Fail("change_incomplete", nil, "change", id)
	case undone[id]:
		return j, nil, model.Fail("not_undoable", nil, "change", id)
	}
	var wants []want
	for n := range j.Files {
		x := j.Files[n]
		if x.same() {
			continue
		}
		before, err := e.content(&j, n, "before")
		if err != nil {
			return j, nil, err
		}
		wants = append(wants, want{
			path: x.Path, real: x.Real, mode: x.Mode, exact: true,
			merge: func(now []byte) ([]byte, error) {
				if digest(now) != x.After {
					return nil, model.Fail("file_drifted", nil, "path", x.Path)
				}
				return before, nil
			},
		})
	}
	return j, wants, nil
}

// prune forgets old changes: the newest are kept, and for ever the first one
// of each file, whose backup is the file as it was before Toolbay came.
func (e *Engine) prune() {
	all, err := e.journals()
	if err != nil || len(all) <= e.o.Keep {
		return
	}
	seen := map[string]bool{}
	for i := range all {
		j := &all[i]
		first := false
		for _, x := range j.Files {
			if !seen[x.Real] {
				seen[x.Real], first = true, true
			}
		}
		if !first && !j.open() && i < len(all)-e.o.Keep {
			e.drop(j.ID)
		}
	}
}
