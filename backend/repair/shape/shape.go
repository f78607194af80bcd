// Package shape looks at texts that parse and still do not say to the app what
// they should: servers under a key that it does not know, in a list where it
// wants names, entries in another app's words. What is wrong and what is right
// come from the table of apps (backend/clients). backend/repair imports it.
//
//	for _, f := range shape.Structure(text) {
//		fmt.Println(f.Code, f.Pointer, f.Changes)
//	}
package shape

import (
	"slices"
	"strings"

	"toolbay/backend/clients"
	"toolbay/backend/configfile"
	"toolbay/backend/repair/finding"
)

// maxServers is how many entries of a file are looked at.
const maxServers = 2000

// NoServers is what holds the entries of a dialect when there are none.
func NoServers(d clients.Dialect) any {
	if d.List != "" {
		return []any{}
	}
	return configfile.Object{}
}

// place is one object or list of servers in a document.
type place struct {
	path  []string
	value any
}

// places gives where the app reads entries in this text: the usual place, and
// in some apps one for each project.
func places(t finding.Text) []place {
	var found []place
	add := func(path []string) {
		if v, ok := t.Doc.Get(path...); ok {
			found = append(found, place{path, v})
		}
	}
	servers := t.Servers
	if t.File.Dialect.Quirk == "opencode-nested" {
		nested := append(slices.Clone(servers), "servers")
		if v, _ := t.Doc.Get(nested...); isServers(v) {
			add(nested)
		}
	}
	add(servers)
	for _, spec := range t.File.App.Files {
		if spec.Scope != clients.Private || t.File.Scope != clients.User || len(spec.Servers) < 3 {
			continue
		}
		for _, project := range t.Doc.Keys(spec.Servers[0]) {
			if len(found) > 200 {
				break
			}
			path := append([]string{spec.Servers[0], project}, spec.Servers[2:]...)
			add(path)
		}
	}
	return found
}

// isServer tells whether a value has the members of an entry of any app.
func isServer(v any) bool {
	o, ok := v.(configfile.Object)
	if !ok {
		return false
	}
	for _, key := range commandKeys {
		switch c, _ := o.Get(key); c := c.(type) {
		case string:
			if kind, _ := o.Get("type"); kind == any("command") {
				return false // a status line, a hook
			}
			return c != "" && (key != "path" || has(o, "args"))
		case []any:
			return len(c) > 0
		case configfile.Object:
			return has(c, "path") || has(c, "command")
		}
	}
	for _, key := range urlKeys {
		if u, _ := o.Get(key); isURL(u) {
			return true
		}
	}
	kind, _ := o.Get("type")
	inner, _ := o.Get("transport")
	word, _ := kind.(string)
	return slices.Contains([]string{"stdio", "local", "remote", "builtin", "platform"}, word) || isServer(inner)
}

// surely tells whether a value outside the servers can only be one of them.
func surely(v any) bool {
	if !isServer(v) {
		return false
	}
	o, _ := v.(configfile.Object)
	if has(o, "args") || has(o, "env") || has(o, "headers") || has(o, "transport") {
		return true
	}
	if kind, _ := o.Get("type"); kind != nil {
		word, _ := kind.(string)
		return transportOf(word) != ""
	}
	for _, key := range urlKeys {
		if u, _ := o.Get(key); isURL(u) {
			text, _ := u.(string)
			return strings.Contains(text, "mcp") || strings.HasSuffix(strings.TrimRight(text, "/"), "/sse")
		}
	}
	command, _ := o.Get("command")
	text, _ := command.(string)
	first, _, _ := strings.Cut(text, " ")
	return runners[base(first)]
}

// isServers tells whether a value is an object of entries, or a list of them.
func isServers(v any) bool {
	switch v := v.(type) {
	case configfile.Object:
		if isServer(v) {
			return false
		}
		n := 0
		for _, m := range v {
			if _, ok := m.Value.(configfile.Object); !ok {
				return false
			}
			if isServer(m.Value) {
				n++
			}
		}
		return n > 0 && 2*n >= len(v)
	case []any:
		_, ok := elementNames(v)
		return ok
	}
	return false
}

// elementNames gives the names of a list of entries, and the key that says
// them: "" where each element is an object of its name alone.
func elementNames(list []any) (as finding.AsMap, ok bool) {
	if len(list) == 0 {
		return as, false
	}
	for _, key := range []string{"name", "id", "key", "title", "label", "serverName"} {
		if names := namesBy(list, key); names != nil {
			return finding.AsMap{Key: key, Names: names}, true
		}
	}
	var names []string
	for _, e := range list {
		o, _ := e.(configfile.Object)
		if len(o) != 1 || !isServer(o[0].Value) {
			return as, false
		}
		names = append(names, o[0].Key)
	}
	return finding.AsMap{Names: names}, distinct(names)
}

func namesBy(list []any, key string) []string {
	var names []string
	for _, e := range list {
		o, ok := e.(configfile.Object)
		v, _ := o.Get(key)
		name, text := v.(string)
		if !ok || !text || name == "" || !isServer(o) {
			return nil
		}
		names = append(names, name)
	}
	if !distinct(names) {
		return nil
	}
	return names
}

func distinct(names []string) bool {
	seen := map[string]bool{}
	for _, n := range names {
		if seen[n] {
			return false
		}
		seen[n] = true
	}
	return true
}

func has(o configfile.Object, key string) bool {
	_, ok := o.Get(key)
	return ok
}

func isURL(v any) bool {
	s, _ := v.(string)
	s = strings.ToLower(strings.TrimSpace(s))
	return strings.HasPrefix(s, "http://") || strings.HasPrefix(s, "https://") || strings.HasPrefix(s, "ws://") || strings.HasPrefix(s, "wss://")
}

// pointer is a JSON pointer (RFC 6901) of a path.
func pointer(path []string) string {
	var b strings.Builder
	for _, step := range path {
		if i := strings.LastIndexByte(step, 0); i >= 0 {
			step = step[i+1:] // an element by its name
		}
		b.WriteByte('/')
		b.WriteString(strings.NewReplacer("~", "~0", "/", "~1").Replace(step))
	}
	return b.String()
}

// under gives the path of a member.
func under(path []string, steps ...string) []string {
	return append(slices.Clone(path), steps...)
}

// free gives a name that none of taken has.
func free(name string, taken func(string) bool) string {
	for n := 2; ; n++ {
		if candidate := name + "-" + itoa(n); !taken(candidate) {
			return candidate
		}
	}
}
