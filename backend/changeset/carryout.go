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
	if err := e.stage(j, targets); err != nil {
		return err
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
	e.o.Fault("all in place")
	for n, t := range targets {
		if err := e.late(j, n, t); err != nil {
			return err
		}
	}
	if err := syncDirs(j.folders()); err != nil {
		return writeError(targets[0].path, err)
	}
	return e.write(j, stateDone)
}

// stage writes the new content beside every file: first under the name Part,
// then, complete and with mode, owner and attributes of the old one, as Swap.
// The disk is waited for once, for all of them together.
func (e *Engine) stage(j *journal, targets []*target) error {
	var written batch
	defer written.drop()
	var staged []int
	for n, t := range targets {
		x := &j.Files[n]
		if x.InPlace || x.After == "" || x.same() {
			continue
		}
		if err := e.writePart(x, t.after, &written); err != nil {
			if err := x.insteadInPlace(t, err); err != nil {
				return err
			}
			continue
		}
		staged = append(staged, n)
	}
	if err := written.sync(); err != nil {
		return writeError(targets[0].path, err)
	}
	for _, n := range staged {
		if err := e.completePart(&j.Files[n]); err != nil {
			if err := j.Files[n].insteadInPlace(targets[n], err); err != nil {
				return err
			}
		}
	}
	return nil
}

// insteadInPlace is for a folder or an owner that does not let us stage.
func (x *entry) insteadInPlace(t *target, err error) error {
	if diskFull(err) || t.info == nil || !cannotExchange(err) {
		return writeError(t.path, err)
	}
	_ = os.Remove(x.Part)
	x.InPlace = true
	return nil
}

// writeSwap makes a complete file at x.Swap that looks like x.Real.
func (e *Engine) writeSwap(x *entry, content []byte) error {
	var written batch
	defer written.drop()
	if err := e.writePart(x, content, &written); err != nil {
		return err
	}
	if err := written.sync(); err != nil {
		return err
	}
	return e.completePart(x)
}

func (e *Engine) writePart(x *entry, content []byte, written *batch) error {
	if err := remove(x.Part); err != nil {
		return err
	}
	e.o.Fault("temp")
	f, err := create(x.Part, content, 0o600, func() { e.o.Fault("temp half written") })
	if err != nil {
		return err
	}
	written.add(f)
	e.o.Fault("temp written")
	if err := dress(x.Part, x.Real, x.Mode); err != nil {
		return err
	}
	e.o.Fault("temp dressed")
	return nil
}

func (e *Engine) completePart(x *entry) error {
	if err := rename(x.Part, x.Swap); err != nil {
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
		if err := remove(x.Swap); err != nil {
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
	e.o.Fault("looked at what came out")
	return false, nil
}

// late looks once more at what came out, when all files are in place. Who had
// the old file open while it was exchanged may have written to it since, and no
// path leads there any more but our own: it is put back with what was written
// and merged anew.
func (e *Engine) late(j *journal, n int, t *target) error {
	x := &j.Files[n]
	for !x.same() && !x.creates() && !x.InPlace {
		awaitWriters(x.Swap)
		out, err := hashOf(x.Swap)
		if err != nil || out == x.Before {
			return err
		}
		if err := e.putBackDrifted(x); err != nil {
			return err
		}
		if x.Try == maxTries {
			return model.Fail("file_busy", errors.New("written to again and again while it was replaced"), "path", t.path)
		}
		if err := e.again(j, n, t); err != nil {
			return err
		}
		if err := e.put(j, n, t); err != nil {
			return err
		}
	}
	return nil
}

// awaitWriters waits until nobody has the file open for writing, but no longer
// than most writes take.
func awaitWriters(path string) {
	for wait := time.Millisecond; wait < time.Second && beingWritten(path); wait *= 2 {
		time.Sleep(wait)
	}
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
	var written batch
	defer written.drop()
	if err := e.keepBackups(j, n, before, after, nil, &written); err != nil {
		return err
	}
	if err := errors.Join(written.sync(), syncDir(filepath.Join(e.dir, j.ID))); err != nil {
		return homeError(e.dir, err)
	}
	if err := e.write(j, stateExchanging); err != nil {
		return err
	}
	if err := remove(x.Swap); err != nil {
		return writeError(t.path, err)
	}
	if x.same() || x.InPlace {
		return nil
	}
	if x.After != "" {
		if err := e.writeSwap(x, t.after); err != nil {
			if err := x.insteadInPlace(t, err); err != nil {
				return err
			}
		}
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
