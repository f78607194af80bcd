package changeset

import (
	"context"
	"io/fs"
	"os"
	"path/filepath"
	"sort"
	"strings"
	"time"

	"toolbay/backend/model"
)

// Version is what a file held at one time, of which we have a copy.
type Version struct {
	// ID is given to Restore, with the file's path: the ID of a change and
	// ".before" or ".after".
	ID   string
	Time time.Time
	// Change, Kind and Title are of the change that the copy was made for.
	Change, Kind, Title string
	// After says that the change made this version; otherwise the change found
	// it there: another program wrote it, or it was there first.
	After bool
	// Hash is SHA-256 in hex, "" for a file that was absent, which needs no
	// copy. Size is in bytes.
	Hash string
	Size int64
	// First is the file as it was before Toolbay came. It is kept for ever.
	First bool
	// Stands says that the file is this now.
	Stands bool
	// Deleted says that the copy was deleted by the user.
	Deleted bool
}

// Timeline is all versions of one file, newest first.
type Timeline struct {
	Path     string
	Versions []Version
	// Size is what the copies take on the disk, in bytes.
	Size int64
}

func versionID(change, what string) string { return change + "." + what }

// Timelines gives the versions of every file that we ever wrote, by path, and
// what all copies take together. The same content twice in a row is one
// version. With real set, of that file alone; any path to it will do.
func (e *Engine) Timelines(ctx context.Context, path string) (list []Timeline, size int64, err error) {
	all, err := e.journals()
	if err != nil {
		return nil, 0, err
	}
	only := ""
	if path != "" {
		only = realPath(path)
	}
	byReal := map[string]*Timeline{}
	took := map[string]*taken{}
	total := taken{}
	for i := range all {
		j := &all[i]
		if err := cancelled(ctx); err != nil {
			return nil, 0, err
		}
		if !j.made() {
			continue
		}
		for n := range j.Files {
			x := &j.Files[n]
			if x.same() || only != "" && x.Real != only && x.Path != path {
				continue
			}
			t, known := byReal[x.Real]
			if !known {
				t = &Timeline{}
				byReal[x.Real], took[x.Real] = t, &taken{}
			}
			t.Path = x.Path
			for _, v := range e.versionsOf(j, n) {
				if info, err := os.Stat(filepath.Join(e.dir, j.ID, x.backup(strings.TrimPrefix(filepath.Ext(v.ID), "."), n))); err == nil {
					took[x.Real].add(v.Hash, info)
					total.add(v.Hash, info)
					v.Size = info.Size()
				}
				t.add(v)
			}
		}
	}
	for real, t := range byReal {
		t.Size = took[real].size
		now, err := hashOf(real)
		for i, k := 0, len(t.Versions)-1; i < k; i, k = i+1, k-1 {
			t.Versions[i], t.Versions[k] = t.Versions[k], t.Versions[i]
		}
		t.Versions[len(t.Versions)-1].First = true
		// The newest of that content is the one that stands.
		for i := range t.Versions {
			if err == nil && t.Versions[i].Hash == now {
				t.Versions[i].Stands = true
				break
			}
		}
		list = append(list, *t)
	}
	sort.Slice(list, func(a, b int) bool { return list[a].Path < list[b].Path })
	return list, total.size, nil
}

// add takes the same content in a row as one version: the earlier one, which
// tells who made it. When its copy is gone, the later one stands for it.
func (t *Timeline) add(v Version) {
	last := len(t.Versions) - 1
	if last >= 0 && t.Versions[last].Hash == v.Hash {
		if t.Versions[last].Deleted && !v.Deleted {
			v.After = t.Versions[last].After
			t.Versions[last] = v
		}
		return
	}
	t.Versions = append(t.Versions, v)
}

func (e *Engine) versionsOf(j *journal, n int) []Version {
	x := &j.Files[n]
	v := Version{Time: j.Time, Change: j.ID, Kind: j.Kind, Title: j.Title}
	before, after := v, v
	before.ID, before.Hash, before.Deleted = versionID(j.ID, "before"), x.Before, x.NoBefore
	after.ID, after.Hash, after.Deleted, after.After = versionID(j.ID, "after"), x.After, x.NoAfter, true
	if j.State == stateLeft {
		return []Version{before} // the new content may never have stood there
	}
	return []Version{before, after}
}

// taken adds up what copies take, one under several names once.
type taken struct {
	size int64
	had  map[string][]fs.FileInfo
}

func (t *taken) add(hash string, info fs.FileInfo) {
	for _, other := range t.had[hash] {
		if os.SameFile(other, info) {
			return
		}
	}
	if t.had == nil {
		t.had = map[string][]fs.FileInfo{}
	}
	t.had[hash] = append(t.had[hash], info)
	t.size += info.Size()
}

// realPath follows the links of a path as far as there are any.
func realPath(path string) string {
	if p, err := look(path); err == nil {
		return p.real
	}
	return filepath.Clean(path)
}

// find a version of a file: the change, its file and before or after.
func (e *Engine) version(path, id string) (j journal, n int, what string, err error) {
	change, what, ok := strings.Cut(id, ".")
	if !ok || what != "before" && what != "after" || !validID(change) {
		return j, 0, "", model.Fail("backup_unknown", nil, "path", path, "version", id)
	}
	j, err = e.find(change)
	if err != nil {
		return j, 0, "", model.Fail("backup_unknown", err, "path", path, "version", id)
	}
	real := realPath(path)
	for n := range j.Files {
		if x := &j.Files[n]; x.Path == path || x.Real == real || x.Real == path {
			return j, n, what, nil
		}
	}
	return j, 0, "", model.Fail("backup_unknown", nil, "path", path, "version", id)
}

// Content gives a version of a file, nil when the file was absent. Codes:
// file_untouched (we never wrote that file), backup_unknown, backup_deleted,
// home_unwritable.
func (e *Engine) Content(ctx context.Context, path, id string) ([]byte, error) {
	if err := e.touched(ctx, path); err != nil {
		return nil, err
	}
	j, n, what, err := e.version(path, id)
	if err != nil {
		return nil, err
	}
	return e.content(&j, n, what)
}

func (e *Engine) touched(ctx context.Context, path string) error {
	all, err := e.journals()
	if err != nil {
		return err
	}
	real := realPath(path)
	for i := range all {
		for n := range all[i].Files {
			if x := &all[i].Files[n]; all[i].made() && (x.Path == path || x.Real == real) {
				return nil
			}
		}
	}
	return model.Fail("file_untouched", nil, "path", path)
}

// Restore makes a file what it was in a version, as a change of its own: what
// stands there now is kept, and the restore can be undone. Codes: those of
// Content and of Apply.
func (e *Engine) Restore(ctx context.Context, path, id string) (Record, error) {
	unlock, err := e.lock(ctx)
	if err != nil {
		return Record{}, err
	}
	defer unlock()
	e.settleAll()
	w, err := e.restoring(ctx, path, id)
	if err != nil {
		return Record{}, err
	}
	return e.apply(ctx, journal{Kind: "restore", Title: filepath.Base(w.path)}, []want{w})
}

// PreviewRestore tells what Restore would do, without writing anything.
func (e *Engine) PreviewRestore(ctx context.Context, path, id string) ([]FileDiff, error) {
	w, err := e.restoring(ctx, path, id)
	if err != nil {
		return nil, err
	}
	return e.preview(ctx, []want{w})
}

func (e *Engine) restoring(ctx context.Context, path, id string) (want, error) {
	content, err := e.Content(ctx, path, id)
	if err != nil {
		return want{}, err
	}
	j, n, _, err := e.version(path, id)
	if err != nil {
		return want{}, err
	}
	x := &j.Files[n]
	return want{path: x.Path, real: x.Real, mode: x.Mode, exact: true, merge: func([]byte) ([]byte, error) { return content, nil }}, nil
}

// DiffVersions shows how a file went from one version to another, as Options
// say. An empty to is the file as it is now.
func (e *Engine) DiffVersions(ctx context.Context, path, from, to string) (FileDiff, error) {
	a, err := e.Content(ctx, path, from)
	if err != nil {
		return FileDiff{}, err
	}
	if to == "" {
		p, err := look(path)
		if err != nil {
			return FileDiff{}, err
		}
		now, err := read(p.real)
		if err != nil {
			return FileDiff{}, err
		}
		return e.diff(path, a, now), nil
	}
	b, err := e.Content(ctx, path, to)
	if err != nil {
		return FileDiff{}, err
	}
	return e.diff(path, a, b), nil
}

func cancelled(ctx context.Context) error {
	if ctx.Err() != nil {
		return model.Fail("cancelled", ctx.Err())
	}
	return nil
}
