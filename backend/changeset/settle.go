package changeset

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

const (
	outcomeFinished  = "finished"
	outcomeTakenBack = "taken-back"
	outcomeLeft      = "left"
)

// standing is how far one file of an unfinished change has come.
type standing int

const (
	untouched standing = iota // as it was, or as somebody else left it before us
	placed                    // the new content is there
	half                      // a write in place was cut off
	displaced                 // ours is there, and what came out is somebody else's edit
	edited                    // was placed for certain, and edited by somebody since
	unknown                   // neither old nor new, and no telling how that came
)

// standing finds out by hashes alone; see the table in docs/changesets.md.
func (e *Engine) standing(j *journal, n int) (standing, error) {
	x := &j.Files[n]
	if x.same() || !x.Ready {
		return untouched, nil
	}
	if err := e.mendOld(x); err != nil {
		return unknown, err
	}
	now, err := hashOf(x.Real)
	if err != nil {
		return unknown, err
	}
	if x.InPlace {
		switch now {
		case x.Before:
			return untouched, nil
		case x.After:
			return placed, nil
		}
		return e.cutOff(j, n)
	}
	swap, err := hashOf(x.Swap)
	if err != nil {
		return unknown, err
	}
	switch {
	case x.creates():
		if swap != "" && !sameFile(x.Swap, x.Real) || now == "" {
			return untouched, nil
		}
		if now == x.After {
			return placed, nil
		}
		return edited, nil
	case x.removes():
		switch {
		case swap == "":
			return untouched, nil
		case now != "":
			return edited, nil
		case swap == x.Before:
			return placed, nil
		}
		return displaced, nil
	}
	switch {
	case now == x.Before, swap == x.After:
		return untouched, nil
	case now == x.After && (swap == x.Before || swap == ""):
		return placed, nil
	case now == x.After:
		return displaced, nil
	case swap == x.Before:
		return edited, nil
	}
	return unknown, nil
}

func (e *Engine) cutOff(j *journal, n int) (standing, error) {
	content, err := read(j.Files[n].Real)
	if err != nil || content == nil {
		return unknown, nil
	}
	before, err := e.content(j, n, "before")
	if err != nil {
		return unknown, err
	}
	after, err := e.content(j, n, "after")
	if err != nil {
		return unknown, err
	}
	if torn(content, before, after) {
		return half, nil
	}
	return unknown, nil
}

// mendOld ends an exchange that was made of single steps and cut off.
func (e *Engine) mendOld(x *entry) error {
	if x.InPlace || !exists(x.Old) {
		return nil
	}
	switch {
	case !exists(x.Swap): // replaced, and what came out has not its name yet
		return rename(x.Old, x.Swap)
	case !exists(x.Real): // ReplaceFile failed half way
		return moveNew(x.Old, x.Real)
	}
	// A second name or a copy of what is still in place; sweep looks at it.
	return nil
}

func sameFile(a, b string) bool {
	x, err := os.Lstat(a)
	if err != nil {
		return false
	}
	y, err := os.Lstat(b)
	return err == nil && os.SameFile(x, y)
}

// unsettled tells whether there is anything to settle. It takes no lock.
func (e *Engine) unsettled() (bool, error) {
	ids, err := e.ids()
	if err != nil {
		return false, err
	}
	for _, id := range ids {
		j, ok, err := e.load(id)
		if err == nil && (!ok || j.open()) {
			return true, nil
		}
	}
	return false, nil
}

func (j *journal) open() bool { return j.State != stateSettled && j.State != stateLeft || j.Purge }

// settleAll needs the lock: what is open then was left by a dead process.
func (e *Engine) settleAll() {
	ids, err := e.ids()
	if err != nil {
		e.tell(Settlement{Time: e.o.Now().UTC(), Outcome: outcomeLeft, Err: homeError(e.dir, err)})
		return
	}
	for _, id := range ids {
		j, ok, err := e.load(id)
		switch {
		case err != nil:
			// Of another Toolbay, or damaged: nothing in it can be trusted.
		case !ok:
			e.o.Fault("drop folder without journal")
			_ = os.RemoveAll(filepath.Join(e.dir, id))
		case j.Purge:
			if err := e.purge(&j); err != nil {
				s := j.settlement(e, outcomeLeft)
				s.Err = err
				e.tell(s)
			}
		case j.open():
			e.tell(e.settle(&j))
		}
	}
}

// settle finishes a change whose files are all the new ones, and takes back
// any other: nobody waits for it any more, and whoever asked for it did not
// hear that it was made.
func (e *Engine) settle(j *journal) Settlement {
	e.o.Fault("settle")
	switch j.State {
	case stateDone:
		return e.finish(j)
	case stateWriting, stateTakenBack:
		return e.takeBack(j)
	}
	for n := range j.Files {
		at, err := e.standing(j, n)
		if err != nil {
			s := j.settlement(e, outcomeLeft)
			s.Err = err
			return s
		}
		if !j.Files[n].same() && at != placed && at != edited {
			return e.takeBack(j)
		}
	}
	if j.nothing() {
		return e.takeBack(j)
	}
	if err := e.write(j, stateDone); err != nil {
		s := j.settlement(e, outcomeLeft)
		s.Err = err
		return s
	}
	return e.finish(j)
}

func (j *journal) settlement(e *Engine, outcome string) Settlement {
	return Settlement{Time: e.o.Now().UTC(), ID: j.ID, Kind: j.Kind, Title: j.Title, Outcome: outcome}
}

// finish clears up after stateDone.
func (e *Engine) finish(j *journal) Settlement {
	s := j.settlement(e, outcomeFinished)
	if s.Found, s.Err = e.sweep(j); s.Err != nil {
		return s
	}
	for _, dir := range j.Gone {
		e.o.Fault("remove folder")
		removeFolder(dir)
	}
	// This line is not waited for: without it everything is looked at again.
	s.Err = e.note(j, stateSettled)
	return s
}

// takeBack makes every file the old one again, the last first, and forgets the
// change. It needs no disk space: the old files still lie beside the new.
func (e *Engine) takeBack(j *journal) Settlement {
	s := j.settlement(e, outcomeTakenBack)
	var errs []error
	for n := len(j.Files) - 1; n >= 0 && j.State == stateExchanging; n-- {
		at, err := e.standing(j, n)
		if err == nil {
			e.o.Fault("take back")
			at, err = e.takeBackOne(j, n, at)
		}
		if err != nil {
			errs = append(errs, fmt.Errorf("take back %s: %w", j.Files[n].Path, err))
		} else if at == edited || at == unknown {
			s.Left = append(s.Left, j.Files[n].Path)
		}
	}
	if s.Err = errors.Join(errs...); s.Err != nil {
		s.Outcome = outcomeLeft
		return s
	}
	if j.State == stateExchanging && len(s.Left) == 0 {
		// Without this line a second kill, after the sweep, would make a file
		// that somebody else edited before us look edited after us. On a full
		// disk it may fail; taking back goes on all the same.
		_ = e.write(j, stateTakenBack)
	}
	if s.Found, s.Err = e.sweep(j); s.Err != nil {
		return s
	}
	for i := len(j.Made) - 1; i >= 0; i-- {
		e.o.Fault("remove folder")
		removeFolder(j.Made[i])
	}
	if len(s.Left) > 0 {
		s.Outcome = outcomeLeft
	}
	if len(s.Left)+len(s.Found) > 0 {
		// The backups may be needed yet, so the change stays in history.
		s.Err = e.write(j, stateLeft)
		return s
	}
	e.drop(j.ID)
	return s
}

func (e *Engine) takeBackOne(j *journal, n int, at standing) (standing, error) {
	x := &j.Files[n]
	switch {
	case at == half, at == placed && x.InPlace:
		before, err := e.content(j, n, "before")
		if err != nil {
			return at, err
		}
		info, err := os.Stat(x.Real)
		if err != nil {
			return at, err
		}
		return untouched, overwrite(x.Real, before, info.Size(), e.o.Fault)
	case at == displaced && x.removes(), at == placed && x.removes():
		err := moveNew(x.Swap, x.Real)
		if errors.Is(err, fs.ErrExist) {
			return edited, nil
		}
		return untouched, errors.Join(err, syncDir(filepath.Dir(x.Real)))
	case at == placed && x.creates():
		if err := remove(x.Swap); err != nil {
			return at, err
		}
		if err := moveNew(x.Real, x.Swap); err != nil {
			return at, err
		}
		if out, err := hashOf(x.Swap); err != nil || out != x.After {
			return edited, errors.Join(err, moveNew(x.Swap, x.Real))
		}
		return untouched, syncDir(filepath.Dir(x.Real))
	case at == placed, at == displaced:
		if !exists(x.Swap) {
			// Somebody cleaned up behind us; the backup has it too.
			before, err := e.content(j, n, "before")
			if err != nil {
				return at, err
			}
			if err := e.writeSwap(x, before); err != nil {
				return at, err
			}
		}
		if err := e.exchange(x.Swap, x.Real, x.Old); err != nil {
			return at, err
		}
		e.o.Fault("taken back")
		if out, err := hashOf(x.Swap); err != nil || out != x.After {
			return edited, errors.Join(err, e.exchange(x.Swap, x.Real, x.Old))
		}
		return untouched, syncDir(filepath.Dir(x.Real))
	}
	return at, nil
}

// sweep removes our temporary files. Content in them that nobody knows was
// written by somebody else and is kept in the change's folder.
func (e *Engine) sweep(j *journal) (found []string, err error) {
	for n := range j.Files {
		x := &j.Files[n]
		for _, path := range []string{x.Part, x.Old, x.Swap} {
			if !exists(path) {
				continue
			}
			if x.Ready && path != x.Part && !sameFile(path, x.Real) {
				kept, err := e.rescue(j, n, path)
				if err != nil {
					return found, err
				}
				if kept != "" {
					found = append(found, kept)
				}
			}
			e.o.Fault("remove temp")
			if err := remove(path); err != nil {
				return found, writeError(x.Path, err)
			}
			e.o.Fault("temp removed")
		}
	}
	return found, nil
}

func (e *Engine) rescue(j *journal, n int, path string) (string, error) {
	x := &j.Files[n]
	b, err := read(path)
	if err != nil {
		return "", err
	}
	if h := digest(b); h == x.Before || h == x.After {
		return "", nil
	}
	for i := range 100 {
		kept := filepath.Join(e.dir, j.ID, fmt.Sprintf("found-%d.%d", n, i))
		switch had, err := read(kept); {
		case err != nil:
			return "", err
		case had == nil:
			return kept, writeNew(kept, b, 0o600, func() {})
		case digest(had) == digest(b):
			return kept, nil
		}
	}
	return "", homeError(path, errors.New("too many found files"))
}
