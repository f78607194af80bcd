package backend

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"time"

	"toolbay/backend/changeset"
	"toolbay/backend/configfile"
	"toolbay/backend/model"
	"toolbay/backend/secrets"
	"toolbay/backend/whole"
)

// Servers that a repair took out of a file, because they were commented out
// there or could not start, stay in the library, switched off: they are in
// Toolbay's own folder and run nowhere. Adoptables offers them like the servers
// that apps have. One stands as long as its repair does: what is undone is in
// the app's file again.

// parkedEntry is one of them. Its entry is as it stood, in the words of most
// apps, without keys.
type parkedEntry struct {
	Name string `json:"name"`
	App  string `json:"app"`
	File string `json:"file"`
	// Change is the repair that took it out, Since when that was.
	Change string          `json:"change"`
	Since  time.Time       `json:"since"`
	Entry  json.RawMessage `json:"entry"`
	// Keys names the keys that were in it. Item is where the whole entry is, ""
	// where there is no place for keys: they are asked for then.
	Keys []string `json:"keys,omitempty"`
	Item string   `json:"item,omitempty"`
}

// maxParked is how many are kept; of more the oldest go.
const maxParked = 200

// ParkedView is a server that is switched off, in the library only.
type ParkedView struct {
	// ID names it for Adopt, Title is what people call it.
	ID        string       `json:"id"`
	Name      string       `json:"name"`
	Title     string       `json:"title"`
	Publisher string       `json:"publisher"`
	Package   PastePackage `json:"package"`
	Listing   string       `json:"listing"`
	// App and File are where it stood, Since is when it left.
	App   string    `json:"app"`
	File  string    `json:"file"`
	Since time.Time `json:"since"`
	// Keys names the keys that were in it.
	Keys []string `json:"keys"`
	// Usable tells that it can be taken on; Problem is the code why not.
	Usable  bool   `json:"usable"`
	Problem string `json:"problem"`
}

func (b *Backend) parkedFile() string { return filepath.Join(b.home, "parked.json") }

// allParked are those of undone repairs too.
func (b *Backend) allParked() []parkedEntry {
	src, err := os.ReadFile(b.parkedFile())
	if err != nil {
		return nil
	}
	var list []parkedEntry
	if json.Unmarshal(src, &list) != nil {
		return nil
	}
	return list
}

// standingParked leaves out those whose repair has been undone.
func (b *Backend) standingParked(ctx context.Context) []parkedEntry {
	list := b.allParked()
	if len(list) == 0 {
		return nil
	}
	history, err := b.changes.History(ctx)
	if err != nil {
		return list
	}
	undone := undoneIn(history)
	return slices.DeleteFunc(list, func(p parkedEntry) bool { return undone[p.Change] })
}

// undoneIn are the changes of a history, the newest first, that do not stand any
// more. An undo that has been undone takes nothing back.
func undoneIn(history []changeset.Record) map[string]bool {
	undone := map[string]bool{}
	for _, r := range history {
		if r.Undoes != "" && !undone[r.ID] {
			undone[r.Undoes] = true
		}
	}
	return undone
}

func (b *Backend) writeParked(list []parkedEntry) error {
	for len(list) > maxParked {
		b.forgetKept(list[0].Item)
		list = list[1:]
	}
	path := b.parkedFile()
	if len(list) == 0 {
		if err := os.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return unwritable(err, path)
		}
		return nil
	}
	src, err := json.MarshalIndent(list, "", "  ")
	if err != nil {
		return err
	}
	if err := whole.Write(path, src); err != nil {
		return unwritable(err, path)
	}
	return nil
}

// park keeps what a repair is about to take out of files. It comes before the
// files are written, so that no crash loses a server: park tells what to call
// once that is over, with the change, or with "" when nothing was written.
func (b *Backend) park(ctx context.Context, found []repaired) (settle func(change string) error, err error) {
	var more []parkedEntry
	now := b.o.Now().UTC()
	for _, f := range found {
		if f.report.Text == nil {
			continue
		}
		for _, p := range f.report.Parked {
			if len(p.Entry) == 0 {
				continue
			}
			e, err := b.parkedWithout(ctx, p.Name, p.Entry)
			if err != nil {
				return nil, err
			}
			// No change is called that, so it stands until it is settled.
			e.App, e.File, e.Change, e.Since = f.report.File.App.ID, f.report.File.Path, "before "+now.Format(time.RFC3339Nano), now
			if slices.ContainsFunc(more, e.same) {
				b.forgetKept(e.Item)
				continue
			}
			more = append(more, e)
		}
	}
	if len(more) == 0 {
		return func(string) error { return nil }, nil
	}
	if err := b.writeParked(append(b.allParked(), more...)); err != nil {
		return nil, err
	}
	return func(change string) error { return b.settleParked(more, change) }, nil
}

// same tells whether an entry is the same server of the same file.
func (e parkedEntry) same(o parkedEntry) bool {
	return o.Name == e.Name && o.File == e.File && sameJSON(o.Entry, e.Entry) && slices.Equal(o.Keys, e.Keys)
}

// settleParked gives entries the change that took them out, each once; with no
// change they are forgotten.
func (b *Backend) settleParked(entries []parkedEntry, change string) error {
	list := b.allParked()
	for _, e := range entries {
		list = slices.DeleteFunc(list, func(o parkedEntry) bool {
			mine := o.Change == e.Change && o.Item == e.Item
			gone := e.same(o) && (mine || change != "")
			if gone && (!mine || change == "") {
				b.forgetKept(o.Item)
			}
			return gone
		})
		if change != "" {
			e.Change = change
			list = append(list, e)
		}
	}
	return b.writeParked(list)
}

// parkedWithout is an entry without its keys, and with them in the place for
// keys when there is one.
func (b *Backend) parkedWithout(ctx context.Context, name string, value configfile.Object) (parkedEntry, error) {
	e := parkedEntry{Name: name}
	whole, err := json.Marshal(plainValue(value))
	if err != nil {
		return e, err
	}
	a, _ := b.adoptable(ctx, name, value)
	bare := value
	for _, key := range a.Keys {
		bare = withKey(bare, key, a.item.keys[key], "")
	}
	plain := plainValue(bare)
	// What nobody could tell the name of, but looks like a key, goes as well.
	hidden := hideKeys(plain)
	if e.Entry, err = json.Marshal(hidden); err != nil {
		return e, err
	}
	if sameJSON(e.Entry, whole) {
		return e, nil
	}
	e.Keys = append([]string{}, a.Keys...)
	where, err := b.keysPlace(ctx)
	if err != nil && where != "file" {
		return e, nil
	}
	in := ""
	if where == "file" {
		in = where
	}
	// Without a place they are asked for when the server is taken on.
	e.Item, _ = b.stash(secrets.Parked, in, map[string]string{itemText: string(whole)}, true)
	return e, nil
}

// hideKeys empties the texts in a value that look like keys.
func hideKeys(v any) any {
	switch v := v.(type) {
	case map[string]any:
		for name, held := range v {
			if text, ok := held.(string); ok {
				line := name + ": " + text
				if configfile.MaskSecrets(line) != line || configfile.MaskSecrets(text) != text {
					v[name] = ""
				}
				continue
			}
			v[name] = hideKeys(held)
		}
	case []any:
		for i, held := range v {
			if text, ok := held.(string); ok && configfile.MaskSecrets(text) != text {
				v[i] = ""
				continue
			}
			v[i] = hideKeys(held)
		}
	}
	return v
}

// sameJSON tells whether two texts are the same value; what is written between
// its parts does not count.
func sameJSON(a, b json.RawMessage) bool {
	var x, y bytes.Buffer
	return json.Compact(&x, a) == nil && json.Compact(&y, b) == nil && bytes.Equal(x.Bytes(), y.Bytes())
}

// unpark forgets an entry that has become a server, or that nobody wants.
func (b *Backend) unpark(gone parkedEntry) error {
	list := b.allParked()
	left := slices.DeleteFunc(slices.Clone(list), func(p parkedEntry) bool {
		return p.Name == gone.Name && p.Change == gone.Change && p.File == gone.File && sameJSON(p.Entry, gone.Entry)
	})
	if len(left) == len(list) {
		return nil
	}
	b.forgetKept(gone.Item)
	return b.writeParked(left)
}

// Parked lists the servers that are switched off: repairs took them out of
// files, and they run nowhere.
func (b *Backend) Parked(ctx context.Context) ([]ParkedView, error) {
	out := []ParkedView{}
	for _, a := range b.parkedAdoptables(ctx) {
		out = append(out, ParkedView{
			ID: a.id(), Name: a.Name, Title: a.Title, Publisher: a.Publisher, Package: a.Package, Listing: a.Listing,
			App: a.parked.App, File: a.parked.File, Since: a.parked.Since.UTC(),
			Keys: append([]string{}, a.parked.Keys...), Usable: a.Usable, Problem: a.Problem,
		})
	}
	return out, ctx.Err()
}

// ForgetParked forgets servers that are switched off. The copies of the files
// in which they stood stay. Error code: adopt_unknown.
func (b *Backend) ForgetParked(ctx context.Context, ids []string) error {
	release, err := b.alone(ctx)
	if err != nil {
		return err
	}
	defer release()
	all := b.parkedAdoptables(ctx)
	var gone []parkedEntry
	for _, id := range ids {
		i := slices.IndexFunc(all, func(a Adoptable) bool { return a.id() == id })
		if i < 0 {
			return model.Fail("adopt_unknown", nil, "name", id)
		}
		gone = append(gone, *all[i].parked)
	}
	for _, p := range gone {
		if err := b.unpark(p); err != nil {
			return err
		}
	}
	b.o.Changed("servers")
	return nil
}

// parkedAdoptables are the parked entries as servers that can be taken over:
// they stand in no app.
func (b *Backend) parkedAdoptables(ctx context.Context) []Adoptable {
	var out []Adoptable
	for _, p := range b.standingParked(ctx) {
		if a, ok := b.parkedAdoptable(ctx, p, p.Entry); ok {
			out = append(out, a)
		}
	}
	return out
}

func (b *Backend) parkedAdoptable(ctx context.Context, p parkedEntry, entry []byte) (Adoptable, bool) {
	doc, err := configfile.Parse(entry, configfile.JSON)
	if err != nil {
		return Adoptable{}, false
	}
	value, _ := doc.Get()
	a, _ := b.adoptable(ctx, p.Name, value)
	// Nothing of it stands readable in an app's file.
	a.Places, a.Keys, a.parked = []AdoptPlace{}, []string{}, &p
	return a, true
}

// withParkedKeys is a parked server as it stood, with its keys. They are read
// only now: a list must not ask the keychain.
func (b *Backend) withParkedKeys(ctx context.Context, a Adoptable) Adoptable {
	if a.parked == nil || a.parked.Item == "" {
		return a
	}
	texts, err := b.stashed(secrets.Parked, a.parked.Item)
	if err != nil {
		return a // its keys are asked for
	}
	whole, ok := b.parkedAdoptable(ctx, *a.parked, []byte(texts[itemText]))
	if !ok || !whole.Usable {
		return a
	}
	whole.ID = a.ID
	return whole
}

// plainValue gives a value of a settings file as encoding/json writes it.
func plainValue(v any) any {
	switch v := v.(type) {
	case configfile.Object:
		o := make(map[string]any, len(v))
		for _, m := range v {
			o[m.Key] = plainValue(m.Value)
		}
		return o
	case []any:
		list := make([]any, len(v))
		for i := range v {
			list[i] = plainValue(v[i])
		}
		return list
	}
	return v
}
