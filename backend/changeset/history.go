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
	seen := files{}
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
		r.WhyNot = e.whyNot(j, undone, seen)
		r.Undoable = r.WhyNot == ""
		records = append(records, r)
	}
	return records, nil
}

// files remembers what was read already, by path.
type files map[string]file

type file struct {
	hash    string
	content []byte // nil also for one that is too long to be kept
}

// quick is how long a file may be for History to try whether a change can be
// taken out of it. For a longer one Undo finds out.
const quick = 1 << 20

func (f files) read(path string) file {
	have, known := f[path]
	if !known {
		b, err := read(path)
		switch {
		case err != nil:
			have.hash = "unreadable"
		case len(b) <= quick:
			have = file{digest(b), b}
		default:
			have.hash = digest(b)
		}
		f[path] = have
	}
	return have
}

// whyNot gives the code that stands against undoing j.
func (e *Engine) whyNot(j *journal, undone map[string]bool, seen files) string {
	switch {
	case j.State == stateLeft:
		return "change_incomplete"
	case undone[j.ID]:
		return "not_undoable"
	}
	for n := range j.Files {
		x := &j.Files[n]
		if x.same() {
			continue
		}
		if x.NoBefore {
			return "backup_deleted"
		}
		now := seen.read(x.Real)
		switch {
		case now.hash == x.After:
		case e.o.Reverse == nil || now.hash == "unreadable":
			return "file_drifted"
		case now.content == nil && now.hash != "":
		default:
			if code := e.reversible(j, n, now); code != "" {
				return code
			}
		}
	}
	return ""
}

// reversible tries whether a change can be taken out of a file, once for what
// the file holds.
func (e *Engine) reversible(j *journal, n int, now file) string {
	key := j.ID + "." + j.Files[n].Real + "." + now.hash
	e.cache.Lock()
	code, known := e.reverse[key]
	e.cache.Unlock()
	if known {
		return code
	}
	_, err := e.taken(j, n, now.content)
	if code = model.Code(err); err == nil {
		code = ""
	}
	e.cache.Lock()
	e.reverse[key] = code
	e.cache.Unlock()
	return code
}

// taken is what a file should hold when a change is taken out of it.
func (e *Engine) taken(j *journal, n int, now []byte) ([]byte, error) {
	x := &j.Files[n]
	before, err := e.content(j, n, "before")
	if err != nil || digest(now) == x.After {
		return before, err
	}
	if e.o.Reverse == nil {
		return nil, model.Fail("file_drifted", nil, "path", x.Path)
	}
	after, err := e.content(j, n, "after")
	if err != nil {
		return nil, err
	}
	return e.o.Reverse(x.Path, before, after, now)
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

// Undo makes the files of a change what they were before it; from one that has
// been edited since, what the change did is taken out and the rest stays. It is
// a change itself, so an undo can be undone. With an empty id it takes back the
// newest change that still stands; undos do not count, so that undoing twice
// goes back two changes.
//
// Codes: those of Apply, and change_unknown, not_undoable (undone already, or
// nothing there), change_incomplete, backup_deleted, undo_overlaps (a later edit
// is about the same thing) and file_drifted (the same, without Options.Reverse;
// or the path leads elsewhere). Nothing is done then.
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
	return e.apply(ctx, journal{Kind: "undo", Title: j.Title, Undoes: j.ID, Note: j.Note, Keep: true}, wants)
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
		wants = append(wants, want{
			path: x.Path, real: x.Real, mode: x.Mode, exact: true,
			merge: func(now []byte) ([]byte, error) { return e.taken(&j, n, now) },
		})
	}
	return j, wants, nil
}
