package changeset

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
)

// purge removes the copies that are marked as deleted. It needs the lock, and
// is done again at the next start when it was cut off.
func (e *Engine) purge(j *journal) error {
	var errs []error
	for n := range j.Files {
		x := &j.Files[n]
		for _, c := range []struct {
			what string
			gone bool
		}{{"before", x.NoBefore}, {"after", x.NoAfter}} {
			if !c.gone {
				continue
			}
			e.o.Fault("delete copy")
			errs = append(errs, remove(filepath.Join(e.dir, j.ID, x.backup(c.what, n))))
		}
	}
	if err := errors.Join(append(errs, syncDir(filepath.Join(e.dir, j.ID)))...); err != nil {
		return homeError(e.dir, err)
	}
	e.o.Fault("copies deleted")
	j.Purge = false
	return e.write(j, j.State)
}

// Holding finds every copy for which holds says true: the versions of files,
// and what else a change keeps (content of others that was found, versions that
// were merged anew). holds sees each content once.
func (e *Engine) Holding(ctx context.Context, holds func(content []byte) bool) ([]Copy, error) {
	all, err := e.journals()
	if err != nil {
		return nil, err
	}
	verdict := map[string]bool{}
	found := []Copy{}
	for i := range all {
		j := &all[i]
		if j.open() {
			continue
		}
		names, err := os.ReadDir(filepath.Join(e.dir, j.ID))
		if err != nil {
			return nil, homeError(e.dir, err)
		}
		for _, name := range names {
			if err := cancelled(ctx); err != nil {
				return nil, err
			}
			if name.Name() == "journal" || !name.Type().IsRegular() {
				continue
			}
			b, err := os.ReadFile(filepath.Join(e.dir, j.ID, name.Name()))
			if err != nil {
				return nil, homeError(e.dir, err)
			}
			hash := digest(b)
			is, known := verdict[hash]
			if !known {
				is = holds(b)
				verdict[hash] = is
			}
			if is {
				found = append(found, j.copyNamed(name.Name()))
			}
		}
	}
	return found, nil
}

// Copy is one file among the backups.
type Copy struct {
	Change string
	// Path is the user's file that it is a copy of, "" when that is not known.
	Path string
	// Version is the ID of the version that it is, "" for what is kept besides
	// the versions.
	Version string

	name string
}

func (j *journal) copyNamed(name string) Copy {
	c := Copy{Change: j.ID, name: name}
	for n := range j.Files {
		for _, what := range []string{"before", "after"} {
			if j.Files[n].backup(what, n) == name {
				c.Path, c.Version = j.Files[n].Path, versionID(j.ID, what)
			}
		}
	}
	return c
}

// Delete deletes copies for good. The changes they belong to stay in history;
// one whose before is gone cannot be undone any more, with code backup_deleted.
func (e *Engine) Delete(ctx context.Context, copies []Copy) error {
	unlock, err := e.lock(ctx)
	if err != nil {
		return err
	}
	defer unlock()
	e.settleAll()
	byChange := map[string][]string{}
	for _, c := range copies {
		byChange[c.Change] = append(byChange[c.Change], c.name)
	}
	for id, names := range byChange {
		if !validID(id) {
			continue
		}
		j, ok, err := e.load(id)
		if err != nil {
			return homeError(e.dir, err)
		}
		if !ok || j.open() {
			continue // thinned out meanwhile
		}
		if err := e.deleteFrom(&j, names); err != nil {
			return err
		}
	}
	return nil
}

func (e *Engine) deleteFrom(j *journal, names []string) error {
	j.Files = slices.Clone(j.Files) // the one read before is shared
	for _, name := range names {
		of := ""
		for n := range j.Files {
			x := &j.Files[n]
			switch name {
			case x.backup("before", n):
				x.NoBefore, of = true, "before"
			case x.backup("after", n):
				x.NoAfter, of = true, "after"
			}
		}
		// What no line of the journal speaks of goes at once.
		if of == "" && name == filepath.Base(name) && name != "journal" {
			if err := remove(filepath.Join(e.dir, j.ID, name)); err != nil {
				return homeError(e.dir, err)
			}
		}
	}
	j.Purge = true
	if err := e.write(j, j.State); err != nil {
		return err
	}
	return e.purge(j)
}
