package clients

import (
	"encoding/json"
	"fmt"
	"slices"
	"sort"
	"strings"

	"toolbay/backend/configfile"
)

// Dialect is how an app writes an entry, and how strictly it reads the file.
type Dialect struct {
	Format configfile.Format `json:"format"`
	// Servers is where the entries stand in the document.
	Servers []string `json:"servers"`
	// Type is the value of "type" in an entry with a command, "" for none.
	Type string `json:"type,omitempty"`
	// CommandList puts the command and its arguments into one list.
	CommandList bool   `json:"commandList,omitempty"`
	Env         string `json:"env"` // the key of the environment
	// Reference is how a value names a variable of the user's environment, with
	// NAME in its place; "" when the app knows no such thing.
	Reference string `json:"reference,omitempty"`
	// ReferenceList is the key of a list of variables that the app hands on
	// under their own names: the app replaces nothing inside a value, so
	// Reference is only our sign for such a variable.
	ReferenceList string `json:"referenceList,omitempty"`
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
	Quirk  string  `json:"quirk,omitempty"` // a name in quirks
}

// Switch is a member with the value that switches off.
type Switch struct {
	Key   string `json:"key"`
	Value bool   `json:"value"`
}

// Launch is what an entry starts.
type Launch struct {
	Command string
	Args    []string
	// Env may hold references to the user's own variables, as Dialect.EnvRef
	// writes them.
	Env map[string]string
	// URL, Transport and Headers are set instead of the others for a server on
	// the network that the app speaks to itself.
	URL, Transport string
	Headers        map[string]string
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
	File    string
	// Path is where the entry stands in the document.
	Path []string
	// Server and Profile are set when the entry starts `toolbay run`.
	Server, Profile string
}

// Path is where an entry stands in a new document.
func (d Dialect) Path(name string) []string {
	return append(slices.Clone(d.Servers), name)
}

// PathIn is where a new entry goes in doc, nil for a new one. It differs from
// Path where the app knows a second layout and doc is written in it.
func (d Dialect) PathIn(doc *configfile.Document, name string) []string {
	if q := quirks[d.Quirk]; doc != nil && q.servers != nil {
		if other := q.servers(doc, d.Servers); other != nil {
			return append(other, name)
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

// Encode gives the entry that starts l, with the members in the order in which
// the app's own documentation has them.
func (d Dialect) Encode(l Launch) configfile.Object {
	if l.URL != "" {
		return d.encodeRemote(l)
	}
	var o configfile.Object
	if d.Type != "" {
		o = append(o, configfile.Member{Key: "type", Value: d.Type})
	}
	args := make([]any, 0, len(l.Args)+1)
	if d.CommandList {
		args = append(args, l.Command)
	} else {
		o = append(o, configfile.Member{Key: "command", Value: l.Command})
	}
	for _, a := range l.Args {
		args = append(args, a)
	}
	if d.CommandList {
		o = append(o, configfile.Member{Key: "command", Value: args})
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
	if d.Off != nil && d.SaysOn {
		o = append(o, configfile.Member{Key: d.Off.Key, Value: !d.Off.Value})
	}
	return o
}

// Decode gives the entries of doc in file order. Entries of any shape come
// back, with at least their name: a name that is taken is taken.
func (d Dialect) Decode(doc *configfile.Document) []Entry {
	entries := d.decodeAt(doc, d.Servers)
	if q := quirks[d.Quirk]; q.servers != nil {
		if other := q.servers(doc, d.Servers); other != nil {
			entries = slices.DeleteFunc(entries, func(e Entry) bool { return slices.Equal(e.Path, other) })
			entries = append(entries, d.decodeAt(doc, other)...)
		}
	}
	if q := quirks[d.Quirk]; q.off != nil {
		for i := range entries {
			if q.off(doc, entries[i].Name) {
				entries[i].Enabled = false
			}
		}
	}
	return entries
}

func (d Dialect) decodeAt(doc *configfile.Document, servers []string) []Entry {
	var entries []Entry
	seen := map[string]bool{}
	for _, name := range doc.Keys(servers...) {
		if seen[name] {
			continue // Get gives the last one, as the apps do
		}
		seen[name] = true
		path := append(slices.Clone(servers), name)
		v, _ := doc.Get(path...)
		e := d.decodeEntry(v)
		e.Name, e.Path = name, path
		entries = append(entries, e)
	}
	return entries
}

func (d Dialect) decodeEntry(v any) Entry {
	e := Entry{Enabled: true}
	o, ok := v.(configfile.Object)
	if !ok {
		return e
	}
	for _, m := range o {
		switch m.Key {
		case "command":
			if list, ok := m.Value.([]any); ok {
				if words := texts(list); len(words) > 0 {
					e.Command, e.Args = words[0], words[1:]
				}
			} else {
				e.Command, _ = m.Value.(string)
			}
		case "args":
			if list, ok := m.Value.([]any); ok && !d.CommandList {
				e.Args = texts(list)
			}
		case "url", "httpUrl", "serverUrl":
			if u, ok := m.Value.(string); ok && e.URL == "" {
				e.URL = u
			}
		case d.Env:
			if env, ok := m.Value.(configfile.Object); ok {
				e.Env = map[string]string{}
				for _, v := range env {
					e.Env[v.Key] = asText(v.Value)
				}
			}
		}
		if d.Off != nil && m.Key == d.Off.Key && m.Value == d.Off.Value {
			e.Enabled = false
		}
	}
	e.Server, e.Profile, _ = ParseLauncher(e.Command, e.Args)
	return e
}

// ParseLauncher tells whether a command is a Toolbay launcher that runs a
// server: `…/toolbay run SERVER [--profile P]`.
func ParseLauncher(command string, args []string) (server, profile string, ok bool) {
	base := command
	if i := strings.LastIndexAny(base, `/\`); i >= 0 {
		base = base[i+1:]
	}
	base = strings.TrimSuffix(strings.ToLower(base), ".exe")
	if base != "toolbay" || len(args) < 2 || args[0] != "run" {
		return "", "", false
	}
	switch {
	case len(args) == 2:
		return args[1], "", true
	case len(args) == 4 && args[2] == "--profile":
		return args[1], args[3], true
	}
	return "", "", false
}

// LauncherArgs are the arguments that ParseLauncher reads.
func LauncherArgs(server, profile string) []string {
	args := []string{"run", server}
	if profile != "" {
		args = append(args, "--profile", profile)
	}
	return args
}

func texts(list []any) []string {
	out := make([]string, 0, len(list))
	for _, v := range list {
		out = append(out, asText(v))
	}
	return out
}

func asText(v any) string {
	switch v := v.(type) {
	case string:
		return v
	case nil:
		return ""
	case json.Number:
		return v.String()
	case bool:
		return fmt.Sprint(v)
	}
	return ""
}

func sortedKeys(m map[string]string) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	sort.Strings(keys)
	return keys
}
