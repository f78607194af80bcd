package connect

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"sync"
	"time"

	"toolbay/backend/changeset"
	"toolbay/backend/clients"
	"toolbay/backend/configfile"
)

// Reconcile makes the ledger say what really stands in the files, all of which
// it reads: after an undo, after the loss of the database, at a start. What we
// did ourselves is followed; what somebody else did to an entry of ours is kept
// as a notice. A file that cannot be read now leaves its rows as they are. It
// writes no app's file.
func (c *Connector) Reconcile(ctx context.Context) error {
	return c.look(ctx, glance{all: true})
}

// Look is Reconcile for the files in which entries of ours stand, and of those
// only the ones that are not as they were at the last look.
func (c *Connector) Look(ctx context.Context) error { return c.look(ctx, glance{}) }

// LookAt is Reconcile for some files and some apps, for whoever watches them.
func (c *Connector) LookAt(ctx context.Context, files, apps []string) error {
	return c.look(ctx, glance{files: files, apps: apps})
}

// glance is what a look is at.
type glance struct {
	all         bool
	files, apps []string
}

// looking is one look. after is the ledger as it leaves it.
type looking struct {
	c      *Connector
	b      *builder
	after  known
	now    time.Time
	forget []string
	newest map[string]change
}

// change is the newest change of ours to a file.
type change struct{ id, after string }

func (c *Connector) look(ctx context.Context, g glance) error {
	before, err := c.ledger(ctx)
	if err != nil {
		return err
	}
	// Without a launcher entries are still known by the ledger and by their form.
	launcher, err := c.Launcher()
	if err != nil {
		launcher = ""
	}
	l := &looking{c: c, b: &builder{known: before, launcher: launcher}, after: before.clone(), now: c.now()}
	var paths []string
	rows := map[string][]row{}
	for _, r := range before.sorted() {
		if _, ok := c.Apps.Get(r.App); !ok {
			delete(l.after.entries, r.key())
			l.forget = append(l.forget, r.key())
			continue
		}
		if rows[r.File] == nil {
			paths = append(paths, r.File)
		}
		rows[r.File] = append(rows[r.File], r)
	}
	seen := make([]view, len(paths))
	sideBySide(len(paths), func(i int) {
		path := paths[i]
		v := &seen[i]
		v.mark, v.real = markOf(path, l.now)
		if v.mark == "" || v.mark != before.file(path).Mark || g.all || slices.Contains(g.files, path) {
			v.places = l.places(rows[path])
		}
	})
	for i, path := range paths {
		if err := ctx.Err(); err != nil {
			return err
		}
		if seen[i].places != nil {
			l.file(ctx, path, rows[path], seen[i])
		}
	}
	for _, client := range c.Apps.All() {
		if g.all || slices.Contains(g.apps, client.ID) {
			l.app(ctx, client.ID)
		}
	}
	return l.store(ctx, before, len(g.files) > 0)
}

// store writes the rows that are other than before. While files are watched,
// nothing but their marks having changed is not worth a write: apps may write
// every second.
func (l *looking) store(ctx context.Context, before known, watched bool) error {
	put := map[string]string{}
	for key, r := range l.after.entries {
		if reflect.DeepEqual(r, before.entries[key]) {
			continue
		}
		if text := encode(r); text != encode(before.entries[key]) {
			put[key] = text
		}
	}
	for key, f := range l.after.files {
		old, there := before.files[key]
		if watched && there {
			old.Mark = f.Mark
		}
		if text := encode(f); text != encode(old) {
			put[key] = text
		}
	}
	if len(put)+len(l.forget) == 0 {
		return nil
	}
	return l.c.Ledger.LedgerWrite(ctx, put, l.forget)
}

// view is a file as it was found: its mark and where it leads, as markOf tells
// them, and its places, none where nobody asked.
type view struct {
	mark, real string
	places     []sight
}

// file compares the rows of one file with what stands in it.
func (l *looking) file(ctx context.Context, path string, rows []row, v view) {
	f, seen, real := l.after.file(path), v.places, v.real
	f.Mark = v.mark
	defer func() { l.after.files[f.key()] = f }()
	if slices.ContainsFunc(seen, func(s sight) bool { return s.health == clients.Broken || s.health == clients.Unreadable }) {
		l.broken(ctx, &f, rows)
		return
	}
	// The history is long to read and mostly not needed.
	asked := false
	byUs := sync.OnceValue(func() bool { asked = true; return l.byUs(ctx, path, f.Change) })
	f.Loss, f.Kept = l.replaced(f, seen[0].health, real, byUs), ""
	if f.Loss == nil && real != "" {
		f.Real = real
	}
	for _, s := range seen {
		s.byUs = byUs
		for _, r := range s.rows {
			r = s.row(r)
			l.after.entries[r.key()] = r
		}
	}
	if asked && byUs() {
		f.Change = l.newest[path].id
	}
	l.started(&f, seen[0].client)
}

// places looks at each place of a file in which rows have their entries: two
// apps may read one file, and one may keep servers in two places of it.
func (l *looking) places(rows []row) (seen []sight) {
	for _, r := range rows {
		i := slices.IndexFunc(seen, func(s sight) bool { return s.client.ID == r.App && s.rows[0].At == r.At })
		if i < 0 {
			client, _ := l.c.Apps.Get(r.App)
			i, seen = len(seen), append(seen, l.sight(client.Within(r.File, r.At), r.File))
		}
		seen[i].rows = append(seen[i].rows, r)
	}
	return seen
}

func (l *looking) sight(client clients.Client, path string) sight {
	state, doc := client.Inspect(path)
	s := sight{l: l, client: client, path: path, health: state.Health, names: map[string]int{}, server: map[string][]int{}}
	if doc == nil {
		return s
	}
	for _, e := range client.Dialect.Decode(doc) {
		e.File = path
		if _, there := s.names[e.Name]; !there {
			s.names[e.Name] = len(s.found)
		}
		s.server[e.Server] = append(s.server[e.Server], len(s.found))
		s.found = append(s.found, e)
	}
	s.twice = twice(doc, s.found)
	return s
}

// twice names the entries that stand in a document more than once.
func twice(doc *configfile.Document, found []clients.Entry) (names []string) {
	for _, path := range doc.Duplicates() {
		for _, e := range found {
			if slices.Equal(path, e.Path) {
				names = append(names, e.Name)
			}
		}
	}
	return names
}

// broken notes that a file with entries of ours cannot be read.
func (l *looking) broken(ctx context.Context, f *fileRow, rows []row) {
	stands := slices.ContainsFunc(rows, func(r row) bool { return !r.Gone || r.Loss != nil })
	hash := hashOf(f.File)
	if !stands || f.Kept == hash {
		f.Loss = nil
		return
	}
	if l.byUs(ctx, f.File, f.Change) {
		return // a file was brought back as it had been
	}
	f.Kept = ""
	f.Loss = l.since(f.Loss, loss{Code: FileBroken})
}

// replaced tells whether another file stands where a link of the user's led.
func (l *looking) replaced(f fileRow, health, real string, byUs func() bool) *loss {
	if f.Real == "" || f.Real == real || real == "" || health == clients.Absent || byUs() {
		return nil
	}
	return l.since(f.Loss, loss{Code: FileReplaced, File: f.Real})
}

// started ends the wait for the next start of an app that writes its file from
// memory: once it runs since a while, what stands there stays.
func (l *looking) started(f *fileRow, client clients.Client) {
	if f.Written == nil || l.c.Started == nil {
		return
	}
	since, runs := l.c.Started(client)
	if !runs || since.Before(f.Written.Add(-inexact)) {
		return
	}
	lost := false
	for key, r := range l.after.entries {
		if r.File == f.File && r.Loss != nil && r.Loss.Seen.Equal(l.now) {
			again := *r.Loss
			again.AtStart = true
			r.Loss = &again
			l.after.entries[key] = r
			lost = true
		}
	}
	if lost || l.now.Sub(since) > startTime {
		f.Written = nil
	}
}

// startTime is how long an app may take until it has read and written its file.
const startTime = time.Minute

// inexact is by how much the start of a program may be told too early: Linux
// counts it from a boot time in whole seconds.
const inexact = 2 * time.Second

// since gives a loss, with the time of the one before when that was the same.
func (l *looking) since(before *loss, now loss) *loss {
	now.Seen = l.now
	if before != nil {
		now.Seen, now.AtStart = before.Seen, before.AtStart
	}
	return &now
}

// byUs tells whether a file is as a change of ours left it that its rows do not
// know of yet: an undo, a backup that was restored, a change whose program was
// ended before it could note it.
func (l *looking) byUs(ctx context.Context, path, followed string) bool {
	if l.newest == nil {
		l.newest = map[string]change{}
		records, err := l.c.Changes.History(ctx)
		if err != nil {
			return false
		}
		for _, r := range records { // newest first
			for _, f := range r.Files {
				if _, ok := l.newest[f.Path]; !ok {
					l.newest[f.Path] = change{r.ID, f.After}
				}
			}
		}
	}
	n, ok := l.newest[path]
	return ok && n.id != followed && n.after == hashOf(path)
}

// app looks at all of an app's own files together: for entries of ours that the
// ledger does not know, and for servers that stand there twice.
func (l *looking) app(ctx context.Context, id string) {
	app, err := l.c.Apps.LookOne(l.c.System, id, "")
	if err != nil {
		return
	}
	for _, e := range app.Entries {
		if e.Server == "" || !l.b.ours(e) || l.spokenOf(e) {
			continue
		}
		if twin := l.twin(app, e); twin != nil && !l.byUs(ctx, e.File, l.after.file(e.File).Change) {
			twin.Loss = l.since(twin.Loss, loss{Code: Doubled, Name: e.Name, File: e.File})
			l.after.entries[twin.key()] = *twin
			continue
		}
		r := row{
			App: id, File: e.File, At: e.At, Name: e.Name, Server: e.Server, Profile: e.Profile,
			Command: e.Command, Args: e.Args, Off: !e.Enabled,
		}
		l.after.entries[r.key()] = r
	}
}

// spokenOf tells whether the ledger knows an entry, or a notice names it.
func (l *looking) spokenOf(e clients.Entry) bool {
	if _, ok := l.after.entry(e); ok {
		return true
	}
	for _, r := range l.after.entries {
		if r.Loss != nil && r.Loss.Name == e.Name && r.Loss.File == e.File && (e.File != r.File || e.At == r.At) {
			return true
		}
	}
	return false
}

// twin gives the row of another entry of the same app that starts the server
// of e already.
func (l *looking) twin(app clients.App, e clients.Entry) *row {
	for _, r := range l.after.sorted() {
		mine := slices.ContainsFunc(app.Files, func(f clients.FileState) bool {
			return placeIn(f) == r.place() && f.Scope == clients.User && !f.Unread
		})
		if mine && r.App == app.Client.ID && r.Server == e.Server && !r.Gone && r.Loss == nil {
			return &r
		}
	}
	return nil
}

func (c *Connector) now() time.Time {
	if c.Now == nil {
		return time.Now()
	}
	return c.Now()
}

// markOf tells two states of a file apart without reading it: its size and
// time, and where its path leads. "" is for one that was written so lately that
// its time may not tell.
func markOf(path string, now time.Time) (m, real string) {
	real, err := filepath.EvalSymlinks(path)
	if err != nil {
		if errors.Is(err, fs.ErrNotExist) {
			return "absent", ""
		}
		return "", ""
	}
	st, err := os.Stat(real)
	if err != nil || now.Sub(st.ModTime()) < 2*time.Second {
		return "", real
	}
	return fmt.Sprintf("%d %d %s", st.Size(), st.ModTime().UnixNano(), real), real
}

// hashOf is the SHA-256 of a file in hex, "" when it is absent or cannot be
// read, which for an absent one is how changes are noted.
func hashOf(path string) string {
	src, err := clients.ReadFile(path)
	if err != nil {
		if errors.Is(err, fs.ErrNotExist) {
			return ""
		}
		return "unreadable"
	}
	sum := sha256.Sum256(src)
	return hex.EncodeToString(sum[:])
}

// followed notes that the rows of an edit's file follow a change.
func (e *edit) followed(put map[string]string, record changeset.Record, now time.Time) {
	if !slices.ContainsFunc(record.Files, func(f changeset.FileRecord) bool { return f.Path == e.path }) {
		return
	}
	f := e.b.known.file(e.path)
	f.Change, f.Mark, f.Loss, f.Kept, f.Written = record.ID, "", nil, "", nil
	f.Real = resolved(e.path)
	if slices.ContainsFunc(e.steps, func(s *step) bool { return s.client.CloseFirst }) {
		f.Written = &now
	}
	put[f.key()] = encode(f)
}
