package changeset

import (
	"bytes"
	"crypto/rand"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sort"
	"strconv"
	"time"

	"toolbay/backend/model"
)

// States of a journal; docs/changesets.md tells what each one promises.
const (
	stateWriting    = "writing"    // temporary files are being written, no file is touched
	stateExchanging = "exchanging" // files may be the old or the new ones
	stateDone       = "done"       // all files are the new ones, leftovers may lie about
	stateSettled    = "settled"    // as done, and nothing lies about
	stateTakenBack  = "taken-back" // all files are the old ones, leftovers may lie about
	stateLeft       = "left"       // a file was neither old nor new; we keep our hands off
)

// journal is one change on disk. The file has one line per state, each the
// whole journal; the last complete line counts, so that a torn write is the
// same as one that did not happen.
type journal struct {
	Format int             `json:"format"`
	ID     string          `json:"id"`
	State  string          `json:"state"`
	Time   time.Time       `json:"time"`
	Kind   string          `json:"kind"`
	Title  string          `json:"title"`
	Undoes string          `json:"undoes,omitempty"`
	Note   json.RawMessage `json:"note,omitempty"`
	Keep   bool            `json:"keep,omitempty"`
	Files  []entry         `json:"files"`
	// Made are the folders this change makes, outermost first; Gone are those
	// that go with it when they are empty, innermost first.
	Made []string `json:"made,omitempty"`
	Gone []string `json:"gone,omitempty"`
	// Purge says that copies marked as deleted may still be there.
	Purge bool `json:"purge,omitempty"`
}

// entry is one file of a journal.
type entry struct {
	Path   string `json:"path"`
	Real   string `json:"real"` // Path with all links followed
	Before string `json:"before"`
	After  string `json:"after"`
	// Mode is the permission bits before, or those a new file gets.
	Mode    os.FileMode `json:"mode"`
	InPlace bool        `json:"inPlace,omitempty"`
	// Ready says that from here on Real may have been touched.
	Ready bool `json:"ready,omitempty"`
	// Try counts how often the change was merged anew; it is in the names of
	// the backups.
	Try int `json:"try,omitempty"`
	// NoBefore and NoAfter say that the user had that copy deleted.
	NoBefore bool `json:"noBefore,omitempty"`
	NoAfter  bool `json:"noAfter,omitempty"`
	// The names of our temporary files beside Real. Part is being written.
	// Swap is always complete: the new content before the exchange, and
	// afterwards what came out. Old exists only while a file system without
	// exchange is helped along.
	Part string `json:"part"`
	Swap string `json:"swap"`
	Old  string `json:"old"`
}

func (t *entry) creates() bool { return t.Before == "" && t.After != "" }
func (t *entry) removes() bool { return t.Before != "" && t.After == "" }
func (t *entry) same() bool    { return t.Before == t.After }

// nothing tells that no file changes any more after merging anew.
func (j *journal) nothing() bool {
	for i := range j.Files {
		if !j.Files[i].same() {
			return false
		}
	}
	return true
}

// made tells that the change is part of history.
func (j *journal) made() bool {
	return j.State == stateDone || j.State == stateSettled || j.State == stateLeft
}

func (j *journal) record() Record {
	r := Record{ID: j.ID, Time: j.Time, Kind: j.Kind, Title: j.Title, Undoes: j.Undoes, Note: j.Note, Undoable: true}
	for i := range j.Files {
		if t := &j.Files[i]; !t.same() {
			r.Files = append(r.Files, FileRecord{Path: t.Path, Before: t.Before, After: t.After, InPlace: t.InPlace})
		}
	}
	return r
}

// write appends the journal's present state and waits until it is on disk.
func (e *Engine) write(j *journal, state string) error {
	f, err := e.line(j, state)
	if err != nil {
		return err
	}
	if err := errors.Join(f.Sync(), f.Close()); err != nil {
		return homeError(e.dir, err)
	}
	return nil
}

// note is write without the wait, for a state that would be found again.
func (e *Engine) note(j *journal, state string) error {
	f, err := e.line(j, state)
	if err != nil {
		return err
	}
	return f.Close()
}

// line appends a state; the file is not on disk before its Sync.
func (e *Engine) line(j *journal, state string) (f *os.File, err error) {
	line := *j
	line.Format, line.State = 1, state
	b, err := json.Marshal(line)
	if err != nil {
		return nil, fmt.Errorf("journal of %s: %w", j.ID, err)
	}
	e.o.Fault("journal " + state)
	path := filepath.Join(e.dir, j.ID, "journal")
	f, err = os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, homeError(path, err)
	}
	defer func() {
		if err != nil {
			_ = f.Close()
		}
	}()
	// A torn line at the end, left by a killed process, is written over.
	old, err := readAll(f)
	if err != nil {
		return nil, homeError(path, err)
	}
	end := int64(bytes.LastIndexByte(old, '\n') + 1)
	if err := f.Truncate(end); err != nil {
		return nil, homeError(path, err)
	}
	// Two writes, so that the kill test meets a torn line too.
	half := len(b) / 2
	if _, err := f.WriteAt(b[:half], end); err != nil {
		return nil, homeError(path, err)
	}
	e.o.Fault("journal " + state + " half written")
	if _, err := f.WriteAt(append(b[half:], '\n'), end+int64(half)); err != nil {
		return nil, homeError(path, err)
	}
	j.State = state
	e.o.Fault("journal " + state + " written")
	return f, nil
}

// seen is a journal that was read and to which nothing will be added, but the
// mark that copies of it were deleted: then the file is longer.
type seen struct {
	size int64
	j    journal
}

// load reads a journal; ok is false when there is none yet.
func (e *Engine) load(id string) (j journal, ok bool, err error) {
	path := filepath.Join(e.dir, id, "journal")
	info, err := os.Stat(path)
	if os.IsNotExist(err) {
		return j, false, nil
	}
	if err != nil {
		return j, false, err
	}
	e.cache.Lock()
	had, known := e.closed[id]
	e.cache.Unlock()
	if known && had.size == info.Size() {
		return had.j, true, nil
	}
	b, err := os.ReadFile(path)
	if os.IsNotExist(err) {
		return j, false, nil
	}
	if err != nil {
		return j, false, err
	}
	size := int64(len(b))
	b = b[:bytes.LastIndexByte(b, '\n')+1]
	if len(b) == 0 {
		return j, false, nil
	}
	b = b[:len(b)-1]
	last := b[bytes.LastIndexByte(b, '\n')+1:]
	if err := json.Unmarshal(last, &j); err != nil {
		return j, false, fmt.Errorf("journal of %s: %w", id, err)
	}
	if j.ID != id || j.Format != 1 {
		return j, false, fmt.Errorf("journal of %s: written by another Toolbay (format %d, id %q)", id, j.Format, j.ID)
	}
	if !j.open() {
		e.cache.Lock()
		e.closed[id] = seen{size, j}
		e.cache.Unlock()
	}
	return j, true, nil
}

// ids lists all change folders, oldest first.
func (e *Engine) ids() ([]string, error) {
	list, err := os.ReadDir(e.dir)
	if err != nil {
		return nil, err
	}
	var ids []string
	for _, d := range list {
		if d.IsDir() && validID(d.Name()) {
			ids = append(ids, d.Name())
		}
	}
	sort.Strings(ids)
	return ids, nil
}

// journals reads all journals, oldest first. One that cannot be read is
// passed over: history must not end with one broken folder.
func (e *Engine) journals() ([]journal, error) {
	ids, err := e.ids()
	if err != nil {
		return nil, homeError(e.dir, err)
	}
	var all []journal
	for _, id := range ids {
		if j, ok, err := e.load(id); ok && err == nil {
			all = append(all, j)
		}
	}
	return all, nil
}

const idTime = "20060102T150405"

func validID(id string) bool {
	if len(id) != len(idTime)+5 || id[len(idTime)] != '-' {
		return false
	}
	if _, err := time.Parse(idTime, id[:len(idTime)]); err != nil {
		return false
	}
	_, err := hex.DecodeString(id[len(idTime)+1:])
	return err == nil
}

// newID makes an ID that sorts after all there are, also when the clock has
// been set back. It needs the lock.
func (e *Engine) newID() (string, error) {
	ids, err := e.ids()
	if err != nil {
		return "", homeError(e.dir, err)
	}
	var r [2]byte
	if _, err := rand.Read(r[:]); err != nil {
		return "", err
	}
	id := e.o.Now().UTC().Format(idTime) + "-" + hex.EncodeToString([]byte{r[0] & 0x7f, r[1]})
	if len(ids) == 0 || id > ids[len(ids)-1] {
		return id, nil
	}
	last := ids[len(ids)-1]
	n, err := strconv.ParseUint(last[len(idTime)+1:], 16, 16)
	if err != nil {
		return "", err
	}
	if n < 0xffff {
		return fmt.Sprintf("%s-%04x", last[:len(idTime)], n+1), nil
	}
	t, err := time.Parse(idTime, last[:len(idTime)])
	if err != nil {
		return "", err
	}
	return t.Add(time.Second).Format(idTime) + "-0000", nil
}

// backup names. Merging anew makes new ones beside the old.
func (t *entry) backup(what string, n int) string {
	if t.Try == 0 {
		return fmt.Sprintf("%s-%d", what, n)
	}
	return fmt.Sprintf("%s-%d.%d", what, n, t.Try)
}

// keepBackups writes before and after of one file, byte for byte. A before that
// an earlier change left as its after is the same copy under a second name.
func (e *Engine) keepBackups(j *journal, n int, before, after []byte, earlier []journal, written *batch) error {
	t := &j.Files[n]
	for _, b := range []struct {
		what    string
		content []byte
	}{{"before", before}, {"after", after}} {
		if b.content == nil {
			continue
		}
		name := t.backup(b.what, n)
		e.o.Fault("backup " + name)
		path := filepath.Join(e.dir, j.ID, name)
		if b.what == "before" && e.hadAlready(t, earlier, path) {
			continue
		}
		f, err := create(path, b.content, 0o600, func() { e.o.Fault("backup " + name + " half written") })
		if err != nil {
			return homeError(path, err)
		}
		written.add(f)
	}
	return nil
}

// hadAlready gives the newest copy of what is in the file now its second name.
// The copy is read first: a damaged one must not become two.
func (e *Engine) hadAlready(t *entry, earlier []journal, path string) bool {
	for i := len(earlier) - 1; i >= 0; i-- {
		j := &earlier[i]
		for n := range j.Files {
			x := &j.Files[n]
			if x.Real != t.Real || x.After != t.Before || x.NoAfter || !j.made() {
				continue
			}
			_, err := e.content(j, n, "after")
			return err == nil && os.Link(filepath.Join(e.dir, j.ID, x.backup("after", n)), path) == nil
		}
	}
	return false
}

// content gives the bytes of a backup and proves that they are the right ones.
func (e *Engine) content(j *journal, n int, what string) ([]byte, error) {
	t := &j.Files[n]
	hash, deleted := t.Before, t.NoBefore
	if what == "after" {
		hash, deleted = t.After, t.NoAfter
	}
	switch {
	case hash == "":
		return nil, nil
	case deleted:
		return nil, model.Fail("backup_deleted", nil, "path", t.Path)
	}
	path := filepath.Join(e.dir, j.ID, t.backup(what, n))
	b, err := os.ReadFile(path)
	if err != nil {
		return nil, homeError(path, err)
	}
	if digest(b) != hash {
		return nil, homeError(path, fmt.Errorf("backup does not have the hash in the journal"))
	}
	if b == nil {
		b = []byte{}
	}
	return b, nil
}

// drop removes a change's folder, the journal first: a folder without one is
// taken for a change that never began.
func (e *Engine) drop(id string) {
	if !validID(id) {
		return
	}
	dir := filepath.Join(e.dir, id)
	e.o.Fault("drop journal")
	if err := os.Remove(filepath.Join(dir, "journal")); err != nil && !os.IsNotExist(err) {
		return
	}
	e.o.Fault("drop folder")
	e.cache.Lock()
	delete(e.closed, id)
	e.cache.Unlock()
	// What stays is swept by the next settleAll.
	_ = os.RemoveAll(dir)
	e.o.Fault("dropped")
}
