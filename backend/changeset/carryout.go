package changeset

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"toolbay/backend/model"
)

// carryOut takes a change from its first journal line to stateDone. It can be
// cancelled until the first file is touched.
func (e *Engine) carryOut(ctx context.Context, j *journal, targets []*target) error {
	for _, dir := range j.Made {
		e.o.Fault("make folder")
		if err := os.Mkdir(dir, 0o755); err != nil && !errors.Is(err, fs.ErrExist) {
			return writeError(targets[0].path, err)
		}
		e.o.Fault("folder made")
		if err := syncDir(filepath.Dir(dir)); err != nil {
			return writeError(targets[0].path, err)
		}
	}
	// All new content is on the disk before the first file is touched, so a
	// full disk is found while there is nothing to take back.
	for n, t := range targets {
		if err := e.stage(&j.Files[n], t); err != nil {
			return err
		}
	}
	if err := ctx.Err(); err != nil {
		return model.Fail("cancelled", err)
	}
	for n := range j.Files {
		j.Files[n].Ready = !j.Files[n].InPlace
	}
	if err := e.write(j, stateExchanging); err != nil {
		return err
	}
	for n, t := range targets {
		if err := e.put(j, n, t); err != nil {
			return err
		}
	}
	return e.write(j, stateDone)
}

// stage writes the new content beside the file: first under the name Part,
// then, complete and with mode, owner and attributes of the old one, as Swap.
func (e *Engine) stage(x *entry, t *target) error {
	if x.InPlace || x.After == "" || x.same() {
		return nil
	}
	err := e.writeSwap(x, t.after)
	if err == nil {
		return nil
	}
	if !diskFull(err) && t.info != nil && cannotExchange(err) {
		// The folder or the owner does not let us: in place, then.
		_ = os.Remove(x.Part)
		x.InPlace = true
		return nil
	}
	return writeError(t.path, err)
}

// writeSwap makes a complete file at x.Swap that looks like x.Real.
func (e *Engine) writeSwap(x *entry, content []byte) error {
	if err := os.Remove(x.Part); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	e.o.Fault("temp")
	if err := writeNew(x.Part, content, 0o600, func() { e.o.Fault("temp half written") }); err != nil {
		return err
	}
	e.o.Fault("temp written")
	if err := dress(x.Part, x.Real, x.Mode); err != nil {
		return err
	}
	e.o.Fault("temp dressed")
	if err := os.Rename(x.Part, x.Swap); err != nil {
		return err
	}
	e.o.Fault("temp complete")
	return nil
}

// put brings one file to its new content, merging anew as often as somebody
// else writes to it in between.
func (e *Engine) put(j *journal, n int, t *target) error {
	for {
		drifted, err := e.putOnce(j, n, t)
		if err != nil {
			return err
		}
		if !drifted {
			return nil
		}
		if j.Files[n].Try == maxTries {
			return model.Fail("file_busy", errors.New("changed again and again while it was written"), "path", t.path)
		}
		if err := e.again(j, n, t); err != nil {
			return err
		}
	}
}

// putOnce tells whether the file was not the version planned on. It is then
// as somebody else left it, without our change.
func (e *Engine) putOnce(j *journal, n int, t *target) (drifted bool, err error) {
	x := &j.Files[n]
	if x.same() {
		return false, nil
	}
	now, err := hashOf(x.Real)
	if err != nil {
		return false, err
	}
	if now != x.Before {
		return true, nil
	}
	if x.InPlace {
		return e.putInPlace(j, n, t)
	}
	e.o.Fault("exchange")
	switch {
	case x.creates():
		err = moveNew(x.Swap, x.Real)
	case x.removes():
		err = moveNew(x.Real, x.Swap)
	default:
		err = e.exchange(x.Swap, x.Real, x.Old)
	}
	switch {
	case x.creates() && errors.Is(err, fs.ErrExist), !x.creates() && errors.Is(err, fs.ErrNotExist):
		return true, nil
	case err != nil && t.info != nil && !x.removes() && cannotExchange(err):
		x.InPlace, x.Ready = true, false
		if err := e.write(j, stateExchanging); err != nil {
			return false, err
		}
		if err := os.Remove(x.Swap); err != nil {
			return false, writeError(t.path, err)
		}
		return e.putInPlace(j, n, t)
	case err != nil:
		return false, writeError(t.path, err)
	}
	e.o.Fault("exchanged")
	if !x.creates() {
		out, err := hashOf(x.Swap)
		if err != nil {
			return false, err
		}
		if out != x.Before {
			return true, e.putBackDrifted(x)
		}
	}
	if err := syncDir(filepath.Dir(x.Real)); err != nil {
		return false, writeError(t.path, err)
	}
	e.o.Fault("looked at what came out")
	return false, nil
}

// putBackDrifted returns a version that came out unexpectedly to its place.
func (e *Engine) putBackDrifted(x *entry) error {
	e.o.Fault("put back")
	if x.removes() {
		// Whoever wrote the file anew in this moment keeps it; what came out
		// is then found in Swap and kept by takeBack.
		if err := moveNew(x.Swap, x.Real); err != nil {
			return model.Fail("file_busy", err, "path", x.Path)
		}
		return nil
	}
	if err := e.exchange(x.Swap, x.Real, x.Old); err != nil {
		return writeError(x.Path, err)
	}
	e.o.Fault("was put back")
	ours, err := hashOf(x.Swap)
	if err != nil {
		return err
	}
	if ours != x.After {
		// A third version arrived between the two exchanges. It is the newest
		// and goes back; the second one is kept by takeBack.
		if err := e.exchange(x.Swap, x.Real, x.Old); err != nil {
			return writeError(x.Path, err)
		}
		return model.Fail("file_busy", errors.New("two others wrote while we did"), "path", x.Path)
	}
	return nil
}

// putInPlace overwrites the file itself. Between our look and our write nobody
// can be noticed, which is why this is the second choice.
func (e *Engine) putInPlace(j *journal, n int, t *target) (drifted bool, err error) {
	x := &j.Files[n]
	now, err := hashOf(x.Real)
	if err != nil || now != x.Before {
		return err == nil, err
	}
	x.Ready = true
	if err := e.write(j, stateExchanging); err != nil {
		return false, err
	}
	if err := overwrite(x.Real, t.after, int64(len(t.before)), e.o.Fault); err != nil {
		return false, writeError(t.path, err)
	}
	now, err = hashOf(x.Real)
	return err == nil && now != x.After, err
}

// again plans anew from what is there now.
func (e *Engine) again(j *journal, n int, t *target) error {
	e.o.Fault("merge again")
	p, err := look(t.path)
	if err != nil {
		return err
	}
	if p.real != t.real {
		return model.Fail("file_busy", errors.New("the path leads elsewhere now"), "path", t.path)
	}
	before, err := readSettled(p.real)
	if err != nil {
		return err
	}
	after, err := t.merge(before)
	if err != nil {
		return err
	}
	t.place, t.before, t.after = p, before, after
	x := &j.Files[n]
	x.Try++
	x.Ready = false
	if t.unchanged() {
		x.Before, x.After = digest(before), digest(before)
	} else {
		if err := t.mayWrite(after == nil); err != nil {
			return err
		}
		if len(p.missing) > 0 {
			return model.Fail("file_busy", errors.New("its folder went away"), "path", t.path)
		}
		x.Before, x.After = digest(before), digest(after)
	}
	x.describe(t)
	if err := e.keepBackups(j, n, before, after); err != nil {
		return err
	}
	if err := e.write(j, stateExchanging); err != nil {
		return err
	}
	if err := os.Remove(x.Swap); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return writeError(t.path, err)
	}
	if x.same() || x.InPlace {
		return nil
	}
	if err := e.stage(x, t); err != nil {
		return err
	}
	x.Ready = !x.InPlace
	return e.write(j, stateExchanging)
}

// readSettled reads a file that somebody is writing to, once it rests: most
// apps truncate it first and write then.
func readSettled(path string) ([]byte, error) {
	last, err := read(path)
	for range 20 {
		if err != nil {
			return nil, err
		}
		time.Sleep(20 * time.Millisecond)
		var now []byte
		now, err = read(path)
		if err == nil && digest(now) == digest(last) {
			return now, nil
		}
		last = now
	}
	return nil, model.Fail("file_busy", err, "path", path)
}
