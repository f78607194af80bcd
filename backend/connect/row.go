package connect

import (
	"context"
	"encoding/json"
	"maps"
	"slices"
	"sort"
	"strings"

	"toolbay/backend/clients"
	"toolbay/backend/configfile"
)

// row is what the ledger knows of one entry we wrote.
type row struct {
	App     string   `json:"app"`
	File    string   `json:"file"`
	Name    string   `json:"name"`
	Server  string   `json:"server"`
	Profile string   `json:"profile,omitempty"`
	Command string   `json:"command"` // as written, to know the entry again
	Args    []string `json:"args"`
	// URL is set instead for a server on the network that the app speaks to
	// itself.
	URL string `json:"url,omitempty"`
	// Native is the last URL there was: an undo may bring such an entry back.
	Native string `json:"native,omitempty"`
	// Gone rows are of entries that are not in the file now. They are kept
	// because an undo may bring back an entry that only its row tells from
	// somebody else's.
	Gone bool `json:"gone,omitempty"`
}

func (r row) key() string { return "entry\n" + r.File + "\n" + r.Name }

// is tells whether e is still what r says we wrote. What the user added to the
// entry besides does not make it another's.
func (r row) is(e clients.Entry) bool {
	if r.Name != e.Name {
		return false
	}
	if e.Command == "" && e.URL != "" {
		return e.URL == r.URL || e.URL == r.Native
	}
	return r.URL == "" && r.Command == e.Command && slices.Equal(r.Args, e.Args)
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

// known is the ledger as this package reads it.
type known struct {
	entries    map[string]row
	containers map[string]container
}

func (k known) entry(file, name string) (row, bool) {
	r, ok := k.entries[row{File: file, Name: name}.key()]
	return r, ok
}

func (k known) clone() known {
	return known{entries: maps.Clone(k.entries), containers: maps.Clone(k.containers)}
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
	k := known{entries: map[string]row{}, containers: map[string]container{}}
	stored, err := c.Ledger.LedgerRows(ctx)
	if err != nil {
		return k, err
	}
	for key, text := range stored {
		var r row
		var p container
		switch {
		case json.Unmarshal([]byte(text), &r) == nil && r.key() == key:
			k.entries[key] = r
		case json.Unmarshal([]byte(text), &p) == nil && p.key() == key:
			k.containers[key] = p
		}
	}
	return k, nil
}

func encode(v any) string {
	text, err := json.Marshal(v)
	if err != nil {
		panic("connect: a ledger row is not JSON: " + err.Error()) // plain strings and numbers only
	}
	return string(text)
}
