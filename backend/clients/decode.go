package clients

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"toolbay/backend/configfile"
)

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
	at := d.At()
	for i := range entries {
		entries[i].At = at
	}
	return entries
}

func (d Dialect) decodeAt(doc *configfile.Document, servers []string) []Entry {
	// Read once: with hundreds of entries a look-up for each would read the file
	// hundreds of times.
	v, _ := doc.Get(servers...)
	o, _ := v.(configfile.Object)
	if list, ok := v.([]any); ok && d.List != "" {
		o = d.named(list)
	} else if d.List != "" {
		return nil
	}
	entries := make([]Entry, 0, len(o))
	for _, m := range o {
		e := d.decodeEntry(m.Value)
		e.Name, e.Path = m.Key, append(slices.Clone(servers), d.Step(m.Key))
		entries = append(entries, e)
	}
	return entries
}

// named gives the elements of a list by their names, of several of one name the
// last, as the apps do.
func (d Dialect) named(list []any) configfile.Object {
	var o configfile.Object
	at := map[string]int{}
	for _, e := range list {
		members, _ := e.(configfile.Object)
		v, _ := members.Get(d.List)
		name, ok := v.(string)
		if !ok {
			continue
		}
		if i, twice := at[name]; twice {
			o[i].Value = e
			continue
		}
		at[name] = len(o)
		o = append(o, configfile.Member{Key: name, Value: e})
	}
	return o
}

func (d Dialect) decodeEntry(v any) Entry {
	e := Entry{Enabled: true}
	o, ok := v.(configfile.Object)
	if !ok {
		return e
	}
	d.decodeStart(&e, o)
	if d.Nested != "" {
		if v, _ := o.Get(d.Nested); v != nil {
			if inner, ok := v.(configfile.Object); ok {
				d.decodeStart(&e, inner)
			}
		}
	}
	for _, m := range o {
		if d.Off != nil && m.Key == d.Off.Key && m.Value == d.Off.Value {
			e.Enabled = false
		}
	}
	e.Server, e.Profile, _ = ParseLauncher(e.Command, e.Args)
	return e
}

// decodeStart reads what an entry starts.
func (d Dialect) decodeStart(e *Entry, o configfile.Object) {
	for _, m := range o {
		switch m.Key {
		case d.commandKey():
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
		case "url", "httpUrl", "serverUrl", "uri":
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
	}
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
