package connect

import (
	"cmp"
	"context"
	"encoding/json"
	"maps"
	"slices"
	"sort"
	"strings"
	"time"

	"toolbay/backend/clients"
	"toolbay/backend/configfile"
)

// row is what the ledger knows of one entry we wrote.
type row struct {
	App     string   `json:"app"`
	File    string   `json:"file"`
	At      string   `json:"at,omitempty"` // as clients.Entry has it
	Name    string   `json:"name"`
	Server  string   `json:"server"`
	Profile string   `json:"profile,omitempty"`
	Command string   `json:"command"` // as written, to know the entry again
	Args    []string `json:"args"`
	// URL is set instead for a server on the network that the app speaks to
	// itself.
	URL string `json:"url,omitempty"`
	// Env, Transport and Headers are the rest of what was written. No key is in
	// them: entries have none.
	Env       map[string]string `json:"env,omitempty"`
	Transport string            `json:"transport,omitempty"`
	Headers   map[string]string `json:"headers,omitempty"`
	// Off tells that the entry was switched off when it was last seen.
	Off bool `json:"off,omitempty"`
	// Prompts are the ids of what we had the app ask its user for.
	Prompts []string `json:"prompts,omitempty"`
	// Native is the last URL there was: an undo may bring such an entry back.
	Native string `json:"native,omitempty"`
	// Was is what an entry without our launcher started before: an undo may bring
	// that back too.
	Was []string `json:"was,omitempty"`
	// Gone rows are of entries that are not in the file now. They are kept
	// because an undo may bring back an entry that only its row tells from
	// somebody else's.
	Gone bool `json:"gone,omitempty"`
	// Ahead rows were noted before their entry was written. When the entry is
	// not there, it never was.
	Ahead bool `json:"ahead,omitempty"`
	// Loss is what somebody else made of the entry, nil for nothing; it stays
	// until the entry is as it was, or the user has decided.
	Loss *loss `json:"loss,omitempty"`
	// Twice tells that the user is content with the name standing there twice.
	Twice bool `json:"twice,omitempty"`
	// Back are the times at which the entry was put back, the last few.
	Back []time.Time `json:"back,omitempty"`
}

// same tells whether two rows are of one entry, written alike.
func (r row) same(o row) bool {
	return r.key() == o.key() && r.Server == o.Server && r.Profile == o.Profile && r.Gone == o.Gone &&
		r.Command == o.Command && slices.Equal(r.Args, o.Args) && r.URL == o.URL
}

// launch is what the entry starts.
func (r row) launch() clients.Launch {
	return clients.Launch{Name: r.Name, Command: r.Command, Args: r.Args, Env: r.Env, URL: r.URL, Transport: cmp.Or(r.Transport, "streamable-http"), Headers: r.Headers}
}

func (r row) key() string { return r.place().key("entry", r.Name) }

func (r row) place() place { return place{r.File, r.At} }

// place is where entries of one app stand: a file, and where in it.
type place struct{ file, at string }

// other is the place of the entry that a loss names beside that of r; in
// another file it is the app's usual one.
func (r row) other(l *loss) place {
	if l.File == r.File {
		return r.place()
	}
	return place{file: l.File}
}

// key is that of a row about something in a place.
func (p place) key(kind, name string) string {
	if p.at == "" { // of an older version; see moved
		return kind + "\n" + p.file + "\n" + name
	}
	return kind + "\n" + p.file + "\n" + p.at + "\n" + name
}

// is tells whether e is still what r says we wrote. What the user added to the
// entry besides does not make it another's.
func (r row) is(e clients.Entry) bool {
	if r.Name != e.Name {
		return false
	}
	if e.Command == "" && e.URL != "" {
		return e.URL == r.URL || e.URL == r.Native
	}
	return r.URL == "" && (r.Command == e.Command && slices.Equal(r.Args, e.Args) || len(r.Was) > 0 && slices.Equal(r.Was, r.start(e.Command, e.Args)))
}

func (row) start(command string, args []string) []string {
	return append([]string{command}, args...)
}

// follows gives a row what an undo may bring back of the one before it.
func (r row) follows(old row, launcher string) row {
	r.Native = cmp.Or(r.URL, old.URL, old.Native)
	r.Was = old.Was
	if old.Command != "" && old.Command != launcher && (old.Command != r.Command || !slices.Equal(old.Args, r.Args)) {
		r.Was = r.start(old.Command, old.Args)
	}
	return r
}

// container is a place in a file in which entries of ours stand or stood, and
// what we had to create for the first of them. It outlives the entries,
// because an undo may bring them back.
type container struct {
	File  string           `json:"file"`
	Path  []string         `json:"path"`
	Trace configfile.Trace `json:"trace"`
}

func (c container) key() string { return "place\n" + c.File + "\n" + strings.Join(c.Path, "\n") }

// fileRow is what the ledger knows of a file in which entries of ours stand or
// stood.
type fileRow struct {
	File string `json:"file"`
	// Change is the last change of ours that the rows of the file follow.
	Change string `json:"change,omitempty"`
	// Mark is how the file was when it was last looked at; "" is not known.
	Mark string `json:"mark,omitempty"`
	// Real is where the path led, all links followed.
	Real string `json:"real,omitempty"`
	// Loss is what somebody else made of the file; Kept is the mark of a state
	// that the user has accepted.
	Loss *loss  `json:"loss,omitempty"`
	Kept string `json:"kept,omitempty"`
	// Written is set from a write into an app that writes its file from memory
	// until the app has been started again and the entries still stood there.
	Written *time.Time `json:"written,omitempty"`
}

func (f fileRow) key() string { return "file\n" + f.File }

func (k known) file(path string) fileRow {
	f := k.files[fileRow{File: path}.key()]
	f.File = path
	return f
}

// known is the ledger as this package reads it.
type known struct {
	entries    map[string]row
	containers map[string]container
	files      map[string]fileRow
	kept       map[string]keptRow
}

// entry gives what is known of an entry that stands in a file.
func (k known) entry(e clients.Entry) (row, bool) { return k.row(place{e.File, e.At}, e.Name) }

func (k known) row(at place, name string) (row, bool) {
	r, ok := k.entries[at.key("entry", name)]
	return r, ok
}

func (k known) clone() known {
	return known{entries: maps.Clone(k.entries), containers: maps.Clone(k.containers), files: maps.Clone(k.files), kept: maps.Clone(k.kept)}
}

// of is a copy of what is known of one file's entries.
func (k known) of(file string) known {
	c := known{entries: map[string]row{}, containers: map[string]container{}, files: map[string]fileRow{}, kept: map[string]keptRow{}}
	for key, r := range k.entries {
		if r.File == file {
			c.entries[key] = r
		}
	}
	for key, p := range k.containers {
		if p.File == file {
			c.containers[key] = p
		}
	}
	for key, o := range k.kept {
		if o.File == file {
			c.kept[key] = o
		}
	}
	return c
}

// sorted gives the entries in an order that does not change from run to run.
func (k known) sorted() []row {
	keys := slices.Collect(maps.Keys(k.entries))
	sort.Strings(keys)
	out := make([]row, 0, len(keys))
	for _, key := range keys {
		out = append(out, k.entries[key])
	}
	return out
}

// ledger reads what the ledger holds. A row that cannot be read is passed
// over: Reconcile finds the entry again.
func (c *Connector) ledger(ctx context.Context) (known, error) {
	k := known{entries: map[string]row{}, containers: map[string]container{}, files: map[string]fileRow{}, kept: map[string]keptRow{}}
	stored, err := c.Ledger.LedgerRows(ctx)
	if err != nil {
		return k, err
	}
	read := make(map[string]readRow, len(stored))
	c.reading.Lock()
	defer c.reading.Unlock()
	for key, text := range stored {
		kind, _, _ := strings.Cut(key, "\n")
		switch kind {
		case "entry":
			r, had := c.read[key]
			if !had || r.text != text {
				r.text = text
				r.row, r.ok = decoded[row](text)
				r.ok = r.ok && r.row.key() == key
			}
			if read[key] = r; r.ok {
				k.entries[key] = r.row
			}
		case "place":
			if p, ok := decoded[container](text); ok && p.key() == key {
				k.containers[key] = p
			}
		case "file":
			if f, ok := decoded[fileRow](text); ok && f.key() == key {
				k.files[key] = f
			}
		case "kept":
			if o, ok := decoded[keptRow](text); ok && o.key() == key {
				k.kept[key] = o
			}
		}
	}
	c.read = read
	c.moved(ctx, k)
	return k, nil
}

// readRow is a row of the ledger and what it was read from. There are thousands
// where many servers are in many apps, and from one look to the next few are
// others. What a row holds is never changed in place.
type readRow struct {
	text string
	row  row
	ok   bool
}

// moved gives the rows of a version that knew no places within a file the usual
// one of their app, and writes them back. Where that fails, the next to read them
// does the same.
func (c *Connector) moved(ctx context.Context, k known) {
	put, forget := map[string]string{}, []string{}
	for old, r := range k.entries {
		client, ok := c.Apps.Get(r.App)
		if r.At != "" || !ok {
			continue // a look forgets the rows of an app that is not in the table
		}
		r.At = client.For(r.File).Dialect.At()
		delete(k.entries, old)
		forget = append(forget, old)
		if _, there := k.entries[r.key()]; !there {
			k.entries[r.key()], put[r.key()] = r, encode(r)
		}
	}
	for old, o := range k.kept {
		if o.At != "" {
			continue
		}
		for _, r := range k.sorted() {
			if r.File == o.File && r.Server == o.Server {
				o.At = r.At
			}
		}
		if o.At == "" {
			continue
		}
		delete(k.kept, old)
		forget = append(forget, old)
		if _, there := k.kept[o.key()]; !there {
			k.kept[o.key()], put[o.key()] = o, encode(o)
		}
	}
	if len(forget) > 0 {
		_ = c.Ledger.LedgerWrite(ctx, put, forget)
	}
}

func decoded[T any](text string) (v T, ok bool) {
	return v, json.Unmarshal([]byte(text), &v) == nil
}

func encode(v any) string {
	text, err := json.Marshal(v)
	if err != nil {
		panic("connect: a ledger row is not JSON: " + err.Error()) // plain strings and numbers only
	}
	return string(text)
}

func (k known) sortedFiles() []fileRow {
	keys := slices.Collect(maps.Keys(k.files))
	sort.Strings(keys)
	out := make([]fileRow, 0, len(keys))
	for _, key := range keys {
		out = append(out, k.files[key])
	}
	return out
}
