package clients

import (
	"cmp"
	"encoding/json"
	"slices"
	"sort"
	"strconv"
	"strings"

	"toolbay/backend/configfile"
)

// Dialect is how an app writes an entry, and how strictly it reads the file.
type Dialect struct {
	Format configfile.Format `json:"format"`
	// Servers is where the entries stand in the document.
	Servers []string `json:"servers"`
	// List is the key of an element's name where the entries are a list.
	List string `json:"list,omitempty"`
	// Name is a member that says the entry's name once more.
	Name string `json:"name,omitempty"`
	// Type is the value of "type" in an entry with a command, "" for none;
	// TypeKey is that member's key where it is another.
	Type    string `json:"type,omitempty"`
	TypeKey string `json:"typeKey,omitempty"`
	// Command is the key of the command where it is not "command". CommandList
	// puts the command and its arguments into one list.
	Command     string `json:"command,omitempty"`
	CommandList bool   `json:"commandList,omitempty"`
	Env         string `json:"env"` // the key of the environment
	// Always are members that every new entry gets, with the value they start
	// with: the user may change it.
	Always []Constant `json:"always,omitempty"`
	// Nested is a member that may hold what starts the server, as the app's own
	// writer has it; it is read, not written.
	Nested string `json:"nested,omitempty"`
	// Reference is how a value names a variable of the user's environment, with
	// NAME in its place; "" when the app knows no such thing.
	Reference string `json:"reference,omitempty"`
	// ReferenceList is the key of a list of variables that the app hands on
	// under their own names: the app replaces nothing inside a value, so
	// Reference is only our sign for such a variable.
	ReferenceList string `json:"referenceList,omitempty"`
	// Expands are the forms that the app replaces inside values, with NAME for
	// the name. No app has an escape for them: a text that holds the beginning of
	// one cannot stand in its file (Keeps).
	Expands []string `json:"expands,omitempty"`
	// Off is the member that switches an entry off.
	Off *Switch `json:"off,omitempty"`
	// SaysOn writes the opposite of Off into new entries.
	SaysOn bool `json:"saysOn,omitempty"`
	// RefusesBOM and RefusesBlank: the app does not read a file that begins
	// with a byte order mark, or that holds nothing.
	RefusesBOM   bool `json:"refusesBOM,omitempty"`
	RefusesBlank bool `json:"refusesBlank,omitempty"`
	// Remote is how an entry for a server on the network is written, nil for an
	// app that has none.
	Remote *Remote `json:"remote,omitempty"`
	// Prompts is set for an app that asks for the keys of an entry itself.
	Prompts *Prompts `json:"prompts,omitempty"`
	Quirk   string   `json:"quirk,omitempty"` // a name in quirks
	// Reads is what the app takes besides, nil where that is not known.
	Reads *Reads `json:"reads,omitempty"`
}

// Constant is a member with the value it starts with: a text, a whole number,
// a truth value or a list of texts.
type Constant struct {
	Key   string `json:"key"`
	Value any    `json:"value"`
}

// Switch is a member with the value that switches off.
type Switch struct {
	Key   string `json:"key"`
	Value bool   `json:"value"`
}

// Launch is what an entry starts.
type Launch struct {
	// Name is the entry's, for dialects that say it inside the entry too.
	Name    string
	Command string
	Args    []string
	// Env may hold references to the user's own variables, as Dialect.EnvRef
	// writes them.
	Env map[string]string
	// URL, Transport and Headers are set instead of the others for a server on
	// the network that the app speaks to itself.
	URL, Transport string
	Headers        map[string]string
	// Prompts are the keys that the app asks for, as the values refer to them.
	Prompts []Prompt
}

// Entry is a server as it stands in an app's file.
type Entry struct {
	Name    string
	Command string
	Args    []string
	// Env holds the values as they stand in the file: callers mask them.
	Env     map[string]string
	URL     string
	Enabled bool
	// File and At are the place that it was read from: At is Dialect.At.
	File, At string
	// Path is where the entry stands in the document.
	Path []string
	// Project is the folder to which the entry is private, where InProjects found
	// it.
	Project string
	// Server and Profile are set when the entry starts `toolbay run`.
	Server, Profile string
}

// Path is where an entry stands in a new document.
func (d Dialect) Path(name string) []string {
	return append(slices.Clone(d.Servers), d.Step(name))
}

// At tells apart the places in one file: a JSON pointer to where the entries of
// this dialect stand. An app may keep a project's servers beside the user's, and
// two apps may read one file.
func (d Dialect) At() string { return pointer(d.Servers) }

// Step is the last part of the path to an entry.
func (d Dialect) Step(name string) string {
	if d.List != "" {
		return configfile.Named(d.List, name)
	}
	return name
}

// PathIn is where a new entry goes in doc, nil for a new one. It differs from
// Path where the app knows a second layout and doc is written in it.
func (d Dialect) PathIn(doc *configfile.Document, name string) []string {
	if q := quirks[d.Quirk]; doc != nil && q.servers != nil {
		if other := q.servers(doc, d.Servers); other != nil {
			return append(other, d.Step(name))
		}
	}
	return d.Path(name)
}

// EnvRef gives the text that the app replaces by the user's variable name, ""
// when it knows no such thing. For an app that hands on variables by a list it
// is a sign that Encode turns into an item of that list.
func (d Dialect) EnvRef(name string) string {
	return strings.ReplaceAll(d.Reference, "NAME", name)
}

// Carries tells whether every reference in l can be written in this dialect:
// one that hands on variables by a list has no place for a reference inside an
// argument or a longer value.
func (d Dialect) Carries(l Launch) bool {
	if l.URL != "" {
		return d.carriesRemote(l)
	}
	if d.ReferenceList == "" {
		return true
	}
	before, _, _ := strings.Cut(d.Reference, "NAME")
	for k, v := range l.Env {
		if v != d.EnvRef(k) && strings.Contains(v, before) {
			return false
		}
	}
	return !slices.ContainsFunc(l.Args, func(a string) bool { return strings.Contains(a, before) })
}

// Keeps tells whether the app hands a text on as it stands: nothing in it looks
// to it like a variable.
func (d Dialect) Keeps(text string) bool {
	return !slices.ContainsFunc(d.Expands, func(form string) bool {
		before, _, _ := strings.Cut(form, "NAME")
		return strings.Contains(text, before)
	})
}

// Turn gives the member that switches an entry on or off; ok is false for an
// app without a switch in the entry, where off means that the entry goes.
func (d Dialect) Turn(on bool) (member configfile.Object, ok bool) {
	if d.Off == nil {
		return nil, false
	}
	return configfile.Object{{Key: d.Off.Key, Value: d.Off.Value != on}}, true
}

// Default tells whether a member is one that Encode only gives a first value:
// what the user made of it stays.
func (d Dialect) Default(member string) bool {
	return d.Off != nil && d.Off.Key == member || d.Name != "" && d.Name == member ||
		slices.ContainsFunc(d.Always, func(c Constant) bool { return c.Key == member })
}

// Encode gives the entry that starts l, with the members in the order in which
// the app's own documentation has them.
func (d Dialect) Encode(l Launch) configfile.Object {
	if l.URL != "" {
		return d.encodeRemote(l)
	}
	o := d.opening(l, d.TypeKey, d.Type)
	args := make([]any, 0, len(l.Args)+1)
	if d.CommandList {
		args = append(args, l.Command)
	} else {
		o = append(o, configfile.Member{Key: d.commandKey(), Value: l.Command})
	}
	for _, a := range l.Args {
		args = append(args, a)
	}
	if d.CommandList {
		o = append(o, configfile.Member{Key: d.commandKey(), Value: args})
	} else {
		o = append(o, configfile.Member{Key: "args", Value: args})
	}
	var env configfile.Object
	var handedOn []any
	for _, k := range sortedKeys(l.Env) {
		if d.ReferenceList != "" && l.Env[k] == d.EnvRef(k) {
			handedOn = append(handedOn, k)
			continue
		}
		env = append(env, configfile.Member{Key: k, Value: l.Env[k]})
	}
	if len(handedOn) > 0 {
		o = append(o, configfile.Member{Key: d.ReferenceList, Value: handedOn})
	}
	if len(env) > 0 {
		o = append(o, configfile.Member{Key: d.Env, Value: env})
	}
	return append(o, d.closing()...)
}

// opening gives the members that name an entry and say of what kind it is.
func (d Dialect) opening(l Launch, typeKey, kind string) configfile.Object {
	var o configfile.Object
	if d.List != "" {
		o = append(o, configfile.Member{Key: d.List, Value: l.Name})
	} else if d.Name != "" {
		o = append(o, configfile.Member{Key: d.Name, Value: l.Name})
	}
	if kind != "" {
		o = append(o, configfile.Member{Key: cmp.Or(typeKey, "type"), Value: kind})
	}
	return o
}

// closing gives the members that every new entry gets.
func (d Dialect) closing() configfile.Object {
	var o configfile.Object
	for _, c := range d.Always {
		o = append(o, configfile.Member{Key: c.Key, Value: plain(c.Value)})
	}
	if d.Off != nil && d.SaysOn {
		o = append(o, configfile.Member{Key: d.Off.Key, Value: !d.Off.Value})
	}
	return o
}

// plain brings a value of the table to the types that a document has.
func plain(v any) any {
	if f, ok := v.(float64); ok {
		return json.Number(strconv.FormatFloat(f, 'f', -1, 64))
	}
	return v
}

func (d Dialect) commandKey() string { return cmp.Or(d.Command, "command") }

func sortedKeys(m map[string]string) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	sort.Strings(keys)
	return keys
}
