// Package changeset is the only way Toolbay writes a file outside its own
// home: all files of a change or none, also when the process is killed in the
// middle, with byte-exact backups and an undo. What is in the files is the
// caller's affair. connect and backend may import it; it imports model only.
//
//	e, err := changeset.Open(filepath.Join(home, "changes"), changeset.Options{Diff: diff})
//	rec, err := e.Apply(ctx, changeset.Change{Kind: "connect", Title: "Notes → Cursor",
//		Files: []changeset.File{{Path: path, Plan: addEntry}}})
//	_, err = e.Undo(ctx, rec.ID)
//
// The journal's states are told in docs/changesets.md. Linux is proved by the
// kill test; the exchange on macOS (renamex_np) and Windows (ReplaceFile)
// compiles and is vetted, and is unproven there.
package changeset

import (
	"context"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"sync"
	"time"

	"github.com/gofrs/flock"

	"toolbay/backend/model"
)

// Change is what a caller wants done to some files, all of them or none.
type Change struct {
	Kind, Title string
	Files       []File
	// Note is kept with the record and given back as it is. No secrets.
	Note json.RawMessage
	// Keep puts the change into history even when no file has to change: it did
	// something besides, which Note tells and an undo has to take back.
	Keep bool
}

// File is one file of a change.
type File struct {
	// Path is absolute; links are followed and stay links.
	Path string
	// Plan gives the new content for the old one. before is nil when the file
	// is absent; a nil after means that it should not exist. It is pure and is
	// called again when the file changes under us. An after that equals before
	// byte for byte is no write at all.
	Plan func(before []byte) (after []byte, err error)
}

// FileDiff is one file of a change as a person reads it.
type FileDiff struct {
	Path string `json:"path"`
	// Diff comes from Options.Diff, which masks what looks like a key.
	Diff    string `json:"diff"`
	Creates bool   `json:"creates"`
	Removes bool   `json:"removes"`
}

// Record is a change that was made.
type Record struct {
	// ID sorts by time. It is "" when no file had to change.
	ID          string
	Time        time.Time
	Kind, Title string
	Files       []FileRecord
	Undoable    bool
	// WhyNot is a code when not Undoable: file_drifted, undo_overlaps (a later
	// edit is about the same thing), backup_deleted, not_undoable (it has been
	// undone already) or change_incomplete.
	WhyNot string
	// Undoes is the ID of the change this one undid, or "".
	Undoes string
	Note   json.RawMessage
}

// FileRecord is one file of a Record. Before and After are SHA-256 in hex, ""
// when the file was absent.
type FileRecord struct {
	Path          string
	Before, After string
	// InPlace says that the file could not be exchanged as a whole (a mount
	// point, a folder we may not write to, a second name for the same file)
	// and was overwritten instead.
	InPlace bool
}

// Settlement is what became of a change that a killed process left half made.
type Settlement struct {
	Time        time.Time
	ID          string
	Kind, Title string
	// Outcome is "finished", "taken-back" or "left". Left means that some file
	// was neither the old nor the new one, so that we kept our hands off it.
	Outcome string
	// Left are the files that were not touched for that reason.
	Left []string
	// Found are copies, inside the change's folder, of content that somebody
	// else wrote and that would have been lost with a temporary file of ours.
	Found []string
	// Err is set when settling failed; it is tried again next time.
	Err error
}

// Options of an Engine; the zero value works.
type Options struct {
	// Now is the clock; default time.Now.
	Now func() time.Time
	// Diff makes the text of a FileDiff; default none. It may be called from
	// several goroutines.
	Diff func(before, after []byte) string
	// Keep is the number of newest changes whose backups are all kept; default
	// 200. Older ones are thinned to one a day and later one a month. The change
	// that first touched a file is kept for ever.
	Keep int
	// Reverse takes a change (before to after) out of a file that has been edited
	// since (now); nil stands for an absent file. It proves what it gives, or
	// fails with a code that says what overlaps. Without it such a change cannot
	// be undone: file_drifted.
	Reverse func(path string, before, after, now []byte) ([]byte, error)
	// Fault is called with a name at every step; tests kill the process there.
	Fault func(point string)
	// noExchange makes the engine believe that the file system cannot let two
	// names change places, as FAT and NFS cannot.
	noExchange bool
}

// Engine applies changes. It is safe for concurrent use, also by several
// processes that share a folder.
type Engine struct {
	dir string
	o   Options

	mu      sync.Mutex // one change at a time in this process
	report  sync.Mutex // guards settled
	settled []Settlement
	cache   sync.Mutex // guards closed and reverse
	closed  map[string]seen
	reverse map[string]string // code, by change, file and what it holds
}

// Limits. Apps' files are small; the largest seen is a 5 MB ~/.claude.json.
const (
	maxFile  = 64 << 20
	maxTries = 3
	lockWait = 30 * time.Second
	lockPoll = 10 * time.Millisecond
)

// Open gives the engine whose journals and backups are in dir, and settles
// what a killed process left there. When another live process is applying a
// change, nothing is settled now: the next Apply, Undo or Open does it.
func Open(dir string, o Options) (*Engine, error) {
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Keep <= 0 {
		o.Keep = 200
	}
	if o.Fault == nil {
		o.Fault = func(string) {}
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, homeError(dir, err)
	}
	// Backups hold what the user had written, keys included.
	if err := os.Chmod(dir, 0o700); err != nil {
		return nil, homeError(dir, err)
	}
	e := &Engine{dir: dir, o: o, closed: map[string]seen{}, reverse: map[string]string{}}
	open, err := e.unsettled()
	if err != nil {
		return nil, homeError(dir, err)
	}
	if !open {
		return e, nil
	}
	lock := flock.New(e.lockPath())
	held, err := lock.TryLock()
	if err != nil {
		return nil, homeError(dir, err)
	}
	if held {
		defer lock.Close()
		e.settleAll()
	}
	return e, nil
}

// Settled is what this engine found half made and did about it.
func (e *Engine) Settled() []Settlement {
	e.report.Lock()
	defer e.report.Unlock()
	return append([]Settlement(nil), e.settled...)
}

// Preview tells what Apply would do, without writing anything. Files that
// would not change are left out.
func (e *Engine) Preview(ctx context.Context, c Change) ([]FileDiff, error) {
	return e.preview(ctx, c.wants())
}

// Ahead is Preview in two parts, for whoever has no time now: how many files
// would change, and what shows them when it is asked for.
func (e *Engine) Ahead(ctx context.Context, c Change) (files int, show func() []FileDiff, err error) {
	targets, err := e.plan(ctx, c.wants())
	if err != nil {
		return 0, nil, err
	}
	return len(targets), func() []FileDiff { return e.diffs(targets) }, nil
}

// Apply makes a change. When it fails, every file is as it was. When no file
// has to change, the record has no ID and history stays as it is, unless the
// change says Keep.
//
// Codes: file_unreadable, file_read_only, folder_read_only, file_is_folder,
// file_special, link_dangling, disk_full, file_busy, changes_busy,
// home_unwritable, cancelled, and whatever a Plan returns.
func (e *Engine) Apply(ctx context.Context, c Change) (Record, error) {
	unlock, err := e.lock(ctx)
	if err != nil {
		return Record{}, err
	}
	defer unlock()
	e.settleAll()
	return e.apply(ctx, journal{Kind: c.Kind, Title: c.Title, Note: c.Note, Keep: c.Keep}, c.wants())
}

// apply needs the lock.
func (e *Engine) apply(ctx context.Context, j journal, wants []want) (Record, error) {
	targets, err := e.plan(ctx, wants)
	if err != nil || len(targets) == 0 && !j.Keep {
		return Record{}, err
	}
	if err := e.begin(&j, targets); err != nil {
		e.drop(j.ID)
		return Record{}, err
	}
	if err := e.carryOut(ctx, &j, targets); err != nil {
		// What cannot be taken back now is taken back at the next start.
		s := e.takeBack(&j)
		if s.Outcome == outcomeLeft || s.Err != nil {
			e.tell(s)
		}
		return Record{}, err
	}
	if j.nothing() && !j.Keep {
		// Somebody else made the same change while we were at it.
		s := e.takeBack(&j)
		return Record{}, s.Err
	}
	if s := e.finish(&j); len(s.Found) > 0 {
		e.tell(s)
	}
	e.prune()
	return j.record(), nil
}

// lock waits until no other Toolbay is writing.
func (e *Engine) lock(ctx context.Context) (func(), error) {
	e.mu.Lock()
	wait, cancel := context.WithTimeout(ctx, lockWait)
	defer cancel()
	l := flock.New(e.lockPath())
	held, err := l.TryLockContext(wait, lockPoll)
	if held {
		return func() { l.Close(); e.mu.Unlock() }, nil
	}
	e.mu.Unlock()
	switch {
	case ctx.Err() != nil:
		return nil, model.Fail("cancelled", ctx.Err())
	case errors.Is(err, context.DeadlineExceeded):
		return nil, model.Fail("changes_busy", err)
	}
	return nil, homeError(e.dir, err)
}

func (e *Engine) lockPath() string { return filepath.Join(e.dir, ".lock") }

func (e *Engine) tell(s Settlement) {
	e.report.Lock()
	defer e.report.Unlock()
	e.settled = append(e.settled, s)
}
