package changeset

import (
	"bytes"
	"context"
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"sort"
	"sync"

	"toolbay/backend/model"
)

// want is what is asked of one path. Undo makes them too, with more to say.
type want struct {
	path  string
	merge func(before []byte) ([]byte, error)
	// exact keeps an empty file and an absent one apart. An undo must; a
	// caller's Plan that gives nil for an empty file has nothing to remove.
	exact bool
	// mode is for a file that has to be made; 0 is 0600, because entries may
	// hold keys.
	mode os.FileMode
	// real, when set, is where path must lead, also when nothing is there.
	real string
}

func (c Change) wants() []want {
	var w []want
	for _, f := range c.Files {
		w = append(w, want{path: f.Path, merge: f.Plan})
	}
	return w
}

// target is one real file that will change.
type target struct {
	place
	before, after []byte
	merge         func([]byte) ([]byte, error)
	exact         bool
	mode          os.FileMode
}

func (t *target) unchanged() bool {
	if t.exact && (t.before == nil) != (t.after == nil) {
		return false
	}
	return bytes.Equal(t.before, t.after)
}

// plan reads all files and asks for the new content, before anything is
// written. Files that do not change are left out.
func (e *Engine) plan(ctx context.Context, wants []want) ([]*target, error) {
	var targets []*target
	for _, w := range wants {
		if err := ctx.Err(); err != nil {
			return nil, model.Fail("cancelled", err)
		}
		p, err := look(w.path)
		if w.real != "" {
			p, err = w.expect(p, err)
		}
		if err != nil {
			return nil, err
		}
		t := same(targets, p)
		if t == nil {
			t = &target{place: p, exact: w.exact, mode: w.mode}
			if t.before, err = read(p.real); err != nil {
				return nil, err
			}
			t.after = t.before
			targets = append(targets, t)
		}
		if t.after, err = w.merge(t.after); err != nil {
			return nil, err
		}
		t.merge = chain(t.merge, w.merge)
	}
	changed := targets[:0]
	for _, t := range targets {
		if t.unchanged() {
			continue
		}
		if err := t.mayWrite(t.after == nil); err != nil {
			return nil, err
		}
		changed = append(changed, t)
	}
	return changed, nil
}

// expect is look for an undo: the path must lead where it led then. A link
// whose file we removed is no dangling link to it.
func (w want) expect(p place, err error) (place, error) {
	if model.Code(err) == "link_dangling" {
		if at, real := look(w.real); real == nil && leadsTo(w.path, w.real) {
			at.path = w.path
			return at, nil
		}
		return p, err
	}
	if err == nil && p.real != w.real {
		return p, model.Fail("file_drifted", errors.New("the path leads elsewhere now"), "path", w.path)
	}
	return p, err
}

// leadsTo follows the last link of path by hand, because its end is absent.
func leadsTo(path, real string) bool {
	for range 40 {
		if path == real {
			return true
		}
		to, err := os.Readlink(path)
		if err != nil {
			return false
		}
		if !filepath.IsAbs(to) {
			to = filepath.Join(filepath.Dir(path), to)
		}
		if dir, err := filepath.EvalSymlinks(filepath.Dir(to)); err == nil {
			to = filepath.Join(dir, filepath.Base(to))
		}
		path = to
	}
	return false
}

// same finds the target that is the same file under another name: a link, a
// second hard link, another spelling where case does not count.
func same(targets []*target, p place) *target {
	for _, t := range targets {
		if t.real == p.real || t.info != nil && p.info != nil && os.SameFile(t.info, p.info) {
			return t
		}
	}
	return nil
}

func chain(first, then func([]byte) ([]byte, error)) func([]byte) ([]byte, error) {
	if first == nil {
		return then
	}
	return func(b []byte) ([]byte, error) {
		b, err := first(b)
		if err != nil {
			return nil, err
		}
		return then(b)
	}
}

func (e *Engine) preview(ctx context.Context, wants []want) ([]FileDiff, error) {
	targets, err := e.plan(ctx, wants)
	if err != nil {
		return nil, err
	}
	return e.diffs(targets), nil
}

// diffs shows the changes of files, worked out side by side.
func (e *Engine) diffs(targets []*target) []FileDiff {
	diffs := make([]FileDiff, len(targets))
	var all sync.WaitGroup
	room := make(chan struct{}, runtime.GOMAXPROCS(0))
	for i, t := range targets {
		room <- struct{}{}
		all.Go(func() {
			defer func() { <-room }()
			diffs[i] = e.diff(t.path, t.before, t.after)
		})
	}
	all.Wait()
	return diffs
}

func (e *Engine) diff(path string, before, after []byte) FileDiff {
	d := FileDiff{Path: path, Creates: before == nil && after != nil, Removes: before != nil && after == nil}
	if e.o.Diff != nil {
		d.Diff = e.o.Diff(before, after)
	}
	return d
}

// begin writes the backups and then the journal. Until the journal is there,
// the change does not exist and its folder is rubbish.
func (e *Engine) begin(j *journal, targets []*target) error {
	id, err := e.newID()
	if err != nil {
		return err
	}
	earlier, err := e.journals()
	if err != nil {
		return err
	}
	ours := foldersOfOurs(earlier)
	j.ID, j.Time = id, e.o.Now().UTC()
	made := map[string]bool{}
	gone := map[string]bool{}
	for n, t := range targets {
		j.Files = append(j.Files, newEntry(id, n, t))
		for _, dir := range t.missing {
			made[dir] = true
		}
		if t.after == nil {
			for dir := filepath.Dir(t.real); ours[dir]; dir = filepath.Dir(dir) {
				gone[dir] = true
			}
		}
	}
	j.Made, j.Gone = byDepth(made, false), byDepth(gone, true)
	e.o.Fault("folder of the change")
	if err := os.Mkdir(filepath.Join(e.dir, id), 0o700); err != nil {
		return homeError(e.dir, err)
	}
	var written batch
	defer written.drop()
	for n, t := range targets {
		if err := e.keepBackups(j, n, t.before, t.after, earlier, &written); err != nil {
			return err
		}
	}
	line, err := e.line(j, stateWriting)
	if err != nil {
		return err
	}
	written.add(line)
	if err := written.sync(); err != nil {
		return homeError(e.dir, err)
	}
	// From here on a power cut finds the journal, or a folder without one that
	// is empty of anything outside.
	if err := syncDirs(map[string]bool{filepath.Join(e.dir, id): true, e.dir: true}); err != nil {
		return homeError(e.dir, err)
	}
	return nil
}

func newEntry(id string, n int, t *target) entry {
	x := entry{Path: t.path, Real: t.real, Before: digest(t.before), After: digest(t.after)}
	x.describe(t)
	name := filepath.Join(filepath.Dir(t.real), tempName(id, n))
	x.Part, x.Swap, x.Old = name+".part", name+".swap", name+".old"
	return x
}

// describe notes how the file is to be written.
func (x *entry) describe(t *target) {
	switch {
	case t.info != nil:
		x.Mode = t.info.Mode() & (os.ModePerm | os.ModeSetuid | os.ModeSetgid | os.ModeSticky)
	case t.mode != 0:
		x.Mode = t.mode
	default:
		x.Mode = 0o600
	}
	// A second hard link is a second name for the user's one file, as a
	// symbolic link is; an exchange would cut them apart, and the apps
	// themselves write in place. Removing takes one name away, as asked.
	x.InPlace = t.info != nil && t.after != nil && (links(t.info) > 1 || !folderWritable(filepath.Dir(t.real)))
}

// foldersOfOurs are the folders that earlier changes made and that have not
// gone since.
func foldersOfOurs(all []journal) map[string]bool {
	ours := map[string]bool{}
	for _, j := range all {
		for _, dir := range j.Made {
			ours[dir] = true
		}
		for _, dir := range j.Gone {
			if _, err := os.Lstat(dir); err != nil {
				delete(ours, dir)
			}
		}
	}
	return ours
}

func byDepth(set map[string]bool, innermostFirst bool) []string {
	var list []string
	for dir := range set {
		list = append(list, dir)
	}
	sort.Slice(list, func(a, b int) bool {
		if innermostFirst {
			a, b = b, a
		}
		if len(list[a]) != len(list[b]) {
			return len(list[a]) < len(list[b])
		}
		return list[a] < list[b]
	})
	return list
}
