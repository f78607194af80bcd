package shape

import (
	"encoding/json"
	"slices"
	"strings"

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
	var names []string
	for _, e := range list {
		switch e := e.(type) {
		case configfile.Object:
			if v, named := e.Get(key); named {
				name, text := v.(string)
				if !text {
					return
				}
				names = append(names, name)
			} else if !isServer(e) && (len(e) != 1 || !isServer(e[0].Value)) {
				return // something of the app's own
			}
		case string:
			if s.line(e, "") == nil {
				return
			}
		default:
			return
		}
	}
	taken := func(name string) bool { return slices.Contains(names, name) }
	var news []string
	called := func(words []string) string {
		name := packageName(words)
		if taken(name) {
			name = free(name, taken)
		}
		names, news = append(names, name), append(news, name)
		return name
	}
	code := ""
	made := make([]any, 0, len(list))
	for _, e := range list {
		switch v := e.(type) {
		case string:
			words, _ := split(v)
			e = s.line(v, called(words))
			code = "ENTRY_NOT_OBJECT"
		case configfile.Object:
			if has(v, key) {
				break
			}
			if isServer(v) {
				e = append(configfile.Object{{Key: key, Value: called(startWords(v))}}, v...)
				if code != "ENTRY_NOT_OBJECT" {
					code = "ENTRY_MISSING_FIELD"
				}
				break
			}
			inner, _ := v[0].Value.(configfile.Object)
			e = append(configfile.Object{{Key: key, Value: v[0].Key}}, inner...)
			if code == "" {
				code = "STRUCT_SERVERS_MAP"
			}
		}
		made = append(made, e)
	}
	if code == "" {
		return
	}
	s.add(code, p.path, func(f *finding.Finding) {
		f.Args["wanted"] = key
		if f.Changes = []finding.Change{{Path: p.path, Value: made}}; len(news) > 0 {
			f.Fix = finding.Confirm
			f.Server, f.Args["server"] = news[0], news[0]
			f.Needs = "A server has no name: keep the one that Toolbay took from what it starts?"
		}
	})
}

// line is an entry of a list that is written as its address or its command
// alone, nil when it is neither.
func (s *structure) line(text, name string) any {
	e := entry{Text: s.Text, d: s.File.Dialect, name: name}
	text = strings.TrimSpace(text)
	if isURL(text) && !strings.ContainsAny(text, " \t\n") {
		return e.remoteEntry(text, "")
	}
	words, ok := split(text)
	if !ok || len(words) < 2 || !runners[base(words[0])] || strings.Contains(text, "\n") {
		return nil
	}
	return e.localEntry(words)
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
