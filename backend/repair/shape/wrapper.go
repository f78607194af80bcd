package shape

import (
	"encoding/json"
	"slices"

	"toolbay/backend/configfile"
	"toolbay/backend/repair/finding"
)

// wrapper finds servers that stand at the root, without the key around them.
func (s *structure) wrapper() {
	bare := s.File.Dialect.Taken().Bare
	if _, there := s.own(); there || len(s.found) > 0 || len(s.root) == 0 || bare != "" && bare == s.File.Scope {
		return
	}
	if isServer(s.root) && surely(s.root) {
		s.lone()
		return
	}
	var servers, others []string
	for _, m := range s.root {
		switch {
		case surely(m.Value):
			servers = append(servers, m.Key)
		case isServer(m.Value):
			servers = append(servers, m.Key)
		case m.Key == "$schema" || m.Key == "inputs":
			others = append(others, m.Key)
		default:
			return
		}
	}
	if len(servers) == 0 {
		return
	}
	s.add("STRUCT_NO_WRAPPER", []string{servers[0]}, func(f *finding.Finding) {
		if len(others) == 0 {
			f.Changes = []finding.Change{{To: s.Servers}}
			return
		}
		for _, name := range servers {
			f.Changes = append(f.Changes, finding.Change{Path: []string{name}, To: under(s.Servers, name)})
		}
	})
}

// lone is a file that is one entry, without a name.
func (s *structure) lone() {
	var words []string
	for _, key := range []string{"command", "args", "url", "serverUrl", "httpUrl"} {
		switch v, _ := s.root.Get(key); v := v.(type) {
		case string:
			words = append(words, v)
		case []any:
			for _, e := range v {
				if w, ok := e.(string); ok {
					words = append(words, w)
				}
			}
		}
	}
	name := packageName(words)
	if v, _ := s.root.Get("name"); v != nil {
		if n, ok := v.(string); ok && n != "" {
			name = n
		}
	}
	s.add("STRUCT_NO_WRAPPER", nil, func(f *finding.Finding) {
		f.At, f.Fix = 0, finding.Confirm
		f.Needs = "What shall the server be called? Toolbay took the name " + name + " from what it starts."
		f.Changes = []finding.Change{{To: under(s.Servers, name)}}
	})
}

// kind finds servers in the wrong kind of collection.
func (s *structure) kind(p place) {
	d := s.File.Dialect
	switch v := p.value.(type) {
	case nil:
		s.add("STRUCT_SERVERS_NULL", p.path, func(f *finding.Finding) {
			f.Changes = []finding.Change{{Path: p.path, Value: NoServers(d)}}
		})
	case string:
		if o, ok := inText(v); ok {
			s.add("TEXT_ESCAPED", p.path, func(f *finding.Finding) {
				f.Fix = finding.Confirm
				f.Changes = []finding.Change{{Path: p.path, Value: o}}
			})
			return
		}
		s.noServers(p, v)
	case bool, json.Number:
		s.noServers(p, v)
	case []any:
		if d.List != "" {
			s.elements(p, v)
			return
		}
		s.add("STRUCT_SERVERS_ARRAY", p.path, func(f *finding.Finding) {
			if len(v) == 0 {
				f.Changes = []finding.Change{{Path: p.path, Value: configfile.Object{}}}
				return
			}
			if as, ok := elementNames(v); ok {
				as.Keep = d.Name != "" && d.Name == as.Key
				f.Changes = []finding.Change{{Path: p.path, Value: as}}
				return
			}
			f.Fix = finding.Confirm
			if names := guessNames(v); names != nil {
				f.Needs = "The servers have no names of their own: keep those that Toolbay took from what they start?"
				f.Changes = []finding.Change{{Path: p.path, Value: named(v, names)}}
			}
		})
	case configfile.Object:
		if d.List == "" {
			if isServer(v) && surely(v) { // one entry, without its name
				name := packageName(startWords(v))
				s.add("STRUCT_NO_WRAPPER", p.path, func(f *finding.Finding) {
					f.Fix = finding.Confirm
					f.Needs = "What shall the server be called? Toolbay took the name " + name + " from what it starts."
					f.Changes = []finding.Change{{Path: p.path, Value: configfile.Object{{Key: name, Value: v}}}}
				})
			}
			return
		}
		s.add("STRUCT_SERVERS_MAP", p.path, func(f *finding.Finding) {
			f.Changes = []finding.Change{{Path: p.path, Value: finding.AsList{Key: d.List}}}
			if isServer(v) { // one entry, without the list around it
				f.Changes = []finding.Change{{Path: p.path, Value: []any{v}}}
			}
		})
	}
}

// noServers is a text, a number or a truth where servers belong.
func (s *structure) noServers(p place, v any) {
	s.add("STRUCT_SERVERS_NULL", p.path, func(f *finding.Finding) {
		f.Changes = []finding.Change{{Path: p.path, Value: NoServers(s.File.Dialect)}}
		if v != any("") && v != any(false) {
			f.Fix = finding.Confirm
		}
	})
}

// inText gives the servers that a text holds as JSON.
func inText(text string) (configfile.Object, bool) {
	doc, err := configfile.Parse([]byte(text), configfile.JSON)
	if err != nil {
		return nil, false
	}
	v, _ := doc.Get()
	o, ok := v.(configfile.Object)
	return o, ok && isServers(o)
}

// elements finds entries of a list that do not say their name.
func (s *structure) elements(p place, list []any) {
	key := s.File.Dialect.List
	if slices.ContainsFunc(list, func(e any) bool {
		o, ok := e.(configfile.Object)
		return !ok || !has(o, key) && !isServer(o) && (len(o) != 1 || !isServer(o[0].Value))
	}) {
		return // something of the app's own
	}
	var names []string
	sure := true
	changed := false
	made := make([]any, 0, len(list))
	for _, e := range list {
		o, _ := e.(configfile.Object)
		v, named := o.Get(key)
		name, text := v.(string)
		switch {
		case named && text:
		case named:
			return
		case len(o) == 1:
			inner, _ := o[0].Value.(configfile.Object)
			name, o, changed = o[0].Key, inner, true
			o = append(configfile.Object{{Key: key, Value: name}}, o...)
		default:
			name, sure, changed = packageName(startWords(o)), false, true
			if slices.Contains(names, name) {
				name = free(name, func(n string) bool { return slices.Contains(names, n) })
			}
			o = append(configfile.Object{{Key: key, Value: name}}, o...)
		}
		names = append(names, name)
		made = append(made, o)
	}
	if !changed {
		return
	}
	code := "STRUCT_SERVERS_MAP"
	if !sure {
		code = "ENTRY_MISSING_FIELD"
	}
	s.add(code, p.path, func(f *finding.Finding) {
		f.Args["wanted"] = key
		if f.Changes = []finding.Change{{Path: p.path, Value: made}}; !sure {
			f.Fix = finding.Confirm
			f.Needs = "A server has no name: keep the one that Toolbay took from what it starts?"
		}
	})
}

// guessNames makes names for entries that have none or the same.
func guessNames(list []any) []string {
	var names []string
	for _, e := range list {
		o, ok := e.(configfile.Object)
		if !ok || !isServer(o) {
			return nil
		}
		name := ""
		if v, _ := o.Get("name"); v != nil {
			name, _ = v.(string)
		}
		if name == "" {
			name = packageName(startWords(o))
		}
		if slices.Contains(names, name) {
			name = free(name, func(n string) bool { return slices.Contains(names, n) })
		}
		names = append(names, name)
	}
	return names
}

func named(list []any, names []string) configfile.Object {
	var out configfile.Object
	for i, e := range list {
		o, _ := e.(configfile.Object)
		out = append(out, configfile.Member{Key: names[i], Value: slices.DeleteFunc(slices.Clone(o), func(m configfile.Member) bool { return m.Key == "name" })})
	}
	return out
}

// startWords are the words by which an entry starts something.
func startWords(o configfile.Object) []string {
	var words []string
	for _, m := range o {
		if !slices.Contains(commandKeys, m.Key) && !slices.Contains(argsKeys, m.Key) && !slices.Contains(urlKeys, m.Key) {
			continue
		}
		switch v := m.Value.(type) {
		case string:
			w, _ := split(v)
			words = append(words, w...)
		case []any:
			for _, e := range v {
				if w, ok := e.(string); ok {
					words = append(words, w)
				}
			}
		}
	}
	return words
}
