package connect

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io/fs"
	"slices"
	"time"

	"toolbay/backend/changeset"
	"toolbay/backend/clients"
	"toolbay/backend/configfile"
	"toolbay/backend/model"
)

// What somebody else did to an entry or a file of ours.
const (
	Vanished     = "vanished"      // the entry is not there any more
	Wiped        = "wiped"         // no entry at all is there any more
	FileGone     = "file_gone"     // the file is not there any more
	Edited       = "edited"        // the entry starts something else
	Renamed      = "renamed"       // the entry has another name
	Doubled      = "doubled"       // the server stands there twice
	FileBroken   = "file_broken"   // the app cannot read the file any more
	FileReplaced = "file_replaced" // a link of the user's became another file
)

// loss is such a thing in the ledger.
type loss struct {
	Code string    `json:"code"`
	Seen time.Time `json:"seen"`
	// Name and File are the other entry's where there is one, File alone is
	// where the path of a replaced file led.
	Name string `json:"name,omitempty"`
	File string `json:"file,omitempty"`
	// AtStart: it went when the app was started.
	AtStart bool `json:"at_start,omitempty"`
}

// Notice is something that changed outside Toolbay and that the user decides
// about.
type Notice struct {
	// ID stays as long as the notice does.
	ID, Code, App, File string
	// At is where in the file, as clients.Entry has it.
	At string
	// Names are the entries it is about, Servers what they start.
	Names, Servers []string
	Seen           time.Time
	// OtherName and OtherFile are the other entry's (renamed, doubled);
	// OtherFile alone is where the file's path led (file_replaced).
	OtherName, OtherFile string
	// AtStart: it went when the app was started.
	AtStart bool
	// CanPutBack tells that PlanPutBack has something to put back. Fought is set
	// instead when that has been done too often to no avail.
	CanPutBack, Fought bool
}

// fights is how often an entry is put back within fightTime before we explain
// instead.
const (
	fights    = 2
	fightTime = 24 * time.Hour
)

// Notices gives what the looks so far have found, by file and name.
func (c *Connector) Notices(ctx context.Context) ([]Notice, error) {
	known, err := c.ledger(ctx)
	if err != nil {
		return nil, err
	}
	out := []Notice{}
	for _, r := range known.sorted() {
		// Nothing can be said of, nor put into, a file that cannot be read.
		if f := known.file(r.File); r.Loss == nil || f.Loss != nil && f.Loss.Code == FileBroken {
			continue
		}
		n := c.notice(r)
		// A file that lost everything is one notice.
		if i := slices.IndexFunc(out, func(o Notice) bool { return o.ID == n.ID }); i >= 0 {
			o := &out[i]
			o.Names, o.Servers = append(o.Names, r.Name), append(o.Servers, r.Server)
			o.Fought, o.CanPutBack = o.Fought && n.Fought, o.CanPutBack || n.CanPutBack
			continue
		}
		out = append(out, n)
	}
	for _, f := range known.sortedFiles() {
		if f.Loss == nil {
			continue
		}
		n := Notice{ID: noticeID(f.Loss.Code, f.File), Code: f.Loss.Code, File: f.File, Seen: f.Loss.Seen, OtherFile: f.Loss.File}
		for _, r := range known.sorted() {
			if r.File == f.File && (!r.Gone || r.Loss != nil) {
				n.App, n.Names, n.Servers = r.App, append(n.Names, r.Name), append(n.Servers, r.Server)
			}
		}
		if len(n.Names) > 0 {
			out = append(out, n)
		}
	}
	return out, nil
}

// Files gives the files in which entries of ours stand, or should.
func (c *Connector) Files(ctx context.Context) ([]string, error) {
	known, err := c.ledger(ctx)
	if err != nil {
		return nil, err
	}
	var out []string
	for _, r := range known.sorted() {
		if (!r.Gone || r.Loss != nil) && !slices.Contains(out, r.File) {
			out = append(out, r.File)
		}
	}
	return out, nil
}

func (c *Connector) notice(r row) Notice {
	n := Notice{
		ID: noticeID("", r.File, r.At, r.Name), Code: r.Loss.Code, App: r.App, File: r.File, At: r.At,
		Names: []string{r.Name}, Servers: []string{r.Server}, Seen: r.Loss.Seen,
		OtherName: r.Loss.Name, OtherFile: r.Loss.File, AtStart: r.Loss.AtStart,
	}
	if n.Code == Wiped || n.Code == FileGone {
		n.ID = noticeID("", r.File, r.At)
	}
	lately := 0
	for _, at := range r.Back {
		if c.now().Sub(at) < fightTime {
			lately++
		}
	}
	n.Fought = lately >= fights
	n.CanPutBack = !n.Fought
	return n
}

// noticeID is short, for a person may have to type it.
func noticeID(parts ...string) string {
	h := sha256.New()
	for _, p := range parts {
		h.Write([]byte(p + "\x00"))
	}
	return hex.EncodeToString(h.Sum(nil))[:8]
}

// about gives the rows that a notice is about.
func (k known) about(n Notice) (rows []row) {
	for _, r := range k.sorted() {
		if r.Loss != nil && r.place() == (place{n.File, n.At}) && slices.Contains(n.Names, r.Name) && r.Loss.Code == n.Code {
			rows = append(rows, r)
		}
	}
	return rows
}

// PlanPutBack plans to make the entries of notices what they were, in the files
// as they are now. Codes: those of PlanConnect's files, and fought_over.
func (c *Connector) PlanPutBack(ctx context.Context, title string, notices []Notice) (Plan, error) {
	launcher, err := c.Launcher()
	if err != nil {
		return Plan{}, err
	}
	known, err := c.ledger(ctx)
	if err != nil {
		return Plan{}, err
	}
	b := &builder{known: known, launcher: launcher}
	mends := map[*edit][]row{}
	for _, n := range notices {
		client, ok := c.Apps.Get(n.App)
		if !ok {
			return Plan{}, model.Fail("app_unknown", nil, "app", n.App)
		}
		if n.Fought {
			return Plan{}, model.Fail("fought_over", nil, "app", client.Name)
		}
		for _, r := range known.about(n) {
			places := []place{r.place()}
			if r.Loss.Code == Doubled && r.Loss.File != r.File {
				places = append(places, r.other(r.Loss)) // there it is only taken away
			}
			for _, at := range places {
				e := b.editOf(at, client)
				mends[e] = append(mends[e], r)
			}
		}
	}
	p := Plan{Change: changeset.Change{Kind: "put-back", Title: title}, edits: b.edits, Restart: []string{}}
	for _, e := range b.edits {
		plan := func(before []byte) ([]byte, error) { return e.mend(before, mends[e], c.now()) }
		before, err := clients.ReadFile(e.path)
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return Plan{}, err
		}
		after, err := plan(before)
		if err != nil {
			return Plan{}, err
		}
		if id := e.steps[0].client.ID; !same(before, after) && !slices.Contains(p.Restart, id) {
			p.Restart = append(p.Restart, id)
		}
		p.Change.Files = append(p.Change.Files, changeset.File{Path: e.path, Plan: plan})
	}
	return p, nil
}

// editOf is edit for whoever needs the edit and not the step.
func (b *builder) editOf(at place, client clients.Client) *edit {
	s := b.edit(at, client)
	i := slices.IndexFunc(b.edits, func(e *edit) bool { return slices.Contains(e.steps, s) })
	return b.edits[i]
}

// mend is run for entries that are put back.
func (e *edit) mend(src []byte, rows []row, now time.Time) ([]byte, error) {
	e.after = e.b.known.clone()
	var err error
	for _, r := range rows {
		client := e.steps[slices.IndexFunc(e.steps, func(s *step) bool { return s.client.ID == r.App })].client
		if r.File == e.path {
			src, err = e.putBack(src, client.Within(e.path, r.At), r, now)
		} else {
			src, err = e.takeSecond(src, client.For(e.path), r)
		}
		if err != nil {
			return nil, err
		}
	}
	return src, nil
}

// putBack makes an entry what its row says.
func (e *edit) putBack(src []byte, client clients.Client, r row, now time.Time) ([]byte, error) {
	doc, found, err := e.find(src, client, r.Name)
	if err != nil {
		return nil, err
	}
	value := client.Dialect.Encode(r.launch())
	other := r.Loss.Name
	switch {
	case found == nil:
	case other == r.Name, (found.URL != "") != (r.URL != ""):
		// Two of that name, or one that starts something in another way: no
		// member of it has a place here.
		other = r.Name
	default:
		if differs := differing(doc, client.Dialect, found.Path, value); len(differs) > 0 {
			if src, err = configfile.Update(src, client.Dialect.Format, found.Path, differs); err != nil {
				return nil, e.fail(client, err)
			}
		}
	}
	if other != "" && (r.Loss.File == e.path || other == r.Name) {
		if src, err = e.drop(src, client, other, r); err != nil {
			return nil, err
		}
	}
	if doc, found, err = e.find(src, client, r.Name); err != nil {
		return nil, err
	}
	if found == nil {
		if src, err = e.insert(src, client, doc, r.Name, value); err != nil {
			return nil, err
		}
		if off, ok := client.Dialect.Turn(false); r.Off && ok {
			if src, err = configfile.Update(src, client.Dialect.Format, client.Dialect.PathIn(doc, r.Name), off); err != nil {
				return nil, e.fail(client, err)
			}
		}
	}
	r.Back = append(slices.DeleteFunc(slices.Clone(r.Back), func(at time.Time) bool { return now.Sub(at) > fightTime }), now)
	r.Gone, r.Loss = false, nil
	e.after.entries[r.key()] = r
	return src, nil
}

// takeSecond takes the second entry of a server out of another file.
func (e *edit) takeSecond(src []byte, client clients.Client, r row) ([]byte, error) {
	return e.drop(src, client, r.Loss.Name, r)
}

// drop takes out the entry called name if it is there and starts what r says;
// one that is in the way under r's own name goes whatever it starts.
func (e *edit) drop(src []byte, client clients.Client, name string, r row) ([]byte, error) {
	_, found, err := e.find(src, client, name)
	if err != nil || found == nil {
		return src, err
	}
	like := r
	like.Name = name
	if name != r.Name && !like.is(*found) && (found.Server != r.Server || !e.b.ours(*found)) {
		return src, nil
	}
	return e.cut(src, client, *found)
}

// Keep accepts what a notice is about as it is: the ledger follows the file.
func (c *Connector) Keep(ctx context.Context, n Notice) error {
	known, err := c.ledger(ctx)
	if err != nil {
		return err
	}
	put := map[string]string{}
	if n.Code == FileBroken || n.Code == FileReplaced {
		f := known.file(n.File)
		f.Loss = nil
		if f.Kept, f.Real = hashOf(n.File), resolved(n.File); n.Code == FileReplaced {
			f.Kept = ""
		}
		put[f.key()] = encode(f)
		return c.Ledger.LedgerWrite(ctx, put, nil)
	}
	for _, r := range known.about(n) {
		client, ok := c.Apps.Get(r.App)
		if !ok {
			continue
		}
		if r.Loss.Name != "" && (r.Loss.Name != r.Name || r.Loss.File != r.File) {
			second := r
			if e := entryIn(client, r.other(r.Loss), r.Loss.Name); e != nil {
				second.Name, second.File, second.At = e.Name, e.File, e.At
				second = second.following(*e)
				put[second.key()] = encode(second)
			}
		}
		e := entryIn(client, r.place(), r.Name)
		stays := e != nil && (r.is(*e) || e.Server == r.Server && r.Server != "")
		twice := r.Loss.Code == Doubled && r.Loss.Name == r.Name && r.Loss.File == r.File
		if r.Loss = nil; stays {
			r = r.following(*e)
			r.Twice = twice
		} else {
			r.Gone, r.Back = true, nil
		}
		put[r.key()] = encode(r)
	}
	return c.Ledger.LedgerWrite(ctx, put, nil)
}

func entryIn(client clients.Client, at place, name string) *clients.Entry {
	client = client.Within(at.file, at.at)
	_, doc := client.Inspect(at.file)
	if doc == nil {
		return nil
	}
	for _, e := range client.Dialect.Decode(doc) {
		if e.Name == name {
			e.File = at.file
			return &e
		}
	}
	return nil
}
