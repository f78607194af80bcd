package backend

import (
	"context"
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"

	"toolbay/backend/configfile"
	"toolbay/backend/model"
)

// Servers that a repair took out of a file, because they were commented out
// there or could not start, are kept in Toolbay's own folder. They run nowhere;
// Adoptables offers them like the servers that apps have.

// parkedEntry is one of them. Its entry is as it stood, in the words of most
// apps; it may hold keys, as the file did.
type parkedEntry struct {
	Name  string          `json:"name"`
	App   string          `json:"app"`
	File  string          `json:"file"`
	Entry json.RawMessage `json:"entry"`
}

// maxParked is how many are kept; of more the oldest go.
const maxParked = 200

func (b *Backend) parkedFile() string { return filepath.Join(b.home, "parked.json") }

func (b *Backend) parked() []parkedEntry {
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

func (b *Backend) writeParked(list []parkedEntry) error {
	if len(list) > maxParked {
		list = list[len(list)-maxParked:]
	}
	path := b.parkedFile()
	if len(list) == 0 {
		if err := os.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return model.Fail("home_unwritable", err, "path", path)
		}
		return nil
	}
	src, err := json.MarshalIndent(list, "", "  ")
	if err != nil {
		return err
	}
	temp := path + ".new"
	if err := os.WriteFile(temp, src, 0o600); err != nil {
		return model.Fail("home_unwritable", err, "path", path)
	}
	if err := os.Rename(temp, path); err != nil {
		return model.Fail("home_unwritable", err, "path", path)
	}
	return nil
}

// park keeps what a repair took out of files, each once.
func (b *Backend) park(found []repaired) error {
	list := b.parked()
	before := len(list)
	for _, f := range found {
		if f.report.Text == nil {
			continue
		}
		for _, p := range f.report.Parked {
			entry, err := json.Marshal(plainValue(p.Entry))
			if err != nil || len(p.Entry) == 0 {
				continue
			}
			e := parkedEntry{Name: p.Name, App: f.report.File.App.ID, File: f.report.File.Path, Entry: entry}
			if !slices.ContainsFunc(list, func(o parkedEntry) bool { return o.Name == e.Name && string(o.Entry) == string(e.Entry) }) {
				list = append(list, e)
			}
		}
	}
	if len(list) == before {
		return nil
	}
	return b.writeParked(list)
}

// unpark forgets an entry that has become a server.
func (b *Backend) unpark(name string) error {
	list := b.parked()
	left := slices.DeleteFunc(slices.Clone(list), func(p parkedEntry) bool { return p.Name == name })
	if len(left) == len(list) {
		return nil
	}
	return b.writeParked(left)
}

// parkedAdoptables are the parked entries as servers that can be taken over:
// they stand in no app.
func (b *Backend) parkedAdoptables(ctx context.Context) []Adoptable {
	var out []Adoptable
	for _, p := range b.parked() {
		doc, err := configfile.Parse(p.Entry, configfile.JSON)
		if err != nil {
			continue
		}
		value, _ := doc.Get()
		a, _ := b.adoptable(ctx, p.Name, value)
		a.Places, a.parked = []AdoptPlace{}, true
		out = append(out, a)
	}
	return out
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
