package shape

import (
	"path"
	"slices"
	"strings"

	"toolbay/backend/clients"
	"toolbay/backend/configfile"
	"toolbay/backend/repair/finding"
)

// Structure gives what is wrong with where the servers stand. Only the first
// has paths that hold: after its fix the rest is looked at again.
func Structure(t finding.Text) []finding.Finding {
	if list := wholeList(t); list != nil {
		return list
	}
	v, _ := t.Doc.Get()
	root, ok := v.(configfile.Object)
	if !ok {
		return nil
	}
	s := &structure{Text: t, root: root}
	if s.oldLocation() {
		return s.found
	}
	s.wrongKey()
	s.nested()
	s.wrapper()
	for _, p := range places(t) {
		s.kind(p)
		s.double(p)
	}
	s.outside()
	s.prompts()
	return s.found
}

type structure struct {
	finding.Text
	root  configfile.Object
	found []finding.Finding
}

// add reports a finding at a member.
func (s *structure) add(code string, at []string, edit func(*finding.Finding)) {
	f := finding.New(code)
	f.Args = map[string]string{"app": s.File.App.Name, "key": strings.Join(s.Servers, " > ")}
	if len(at) > 0 {
		if offset, ok := s.Doc.Place(at...); ok {
			f.At = offset
		} else {
			f.Pointer = pointer(at)
		}
		f.Args["found"] = strings.Join(at, " > ")
	}
	if edit != nil {
		edit(&f)
	}
	s.found = append(s.found, f)
}

// own gives what stands where the app looks.
func (s *structure) own() (any, bool) { return s.Doc.Get(s.Servers...) }

// hasServers tells whether entries stand where the app looks.
func (s *structure) hasServers() bool {
	v, _ := s.own()
	switch v := v.(type) {
	case configfile.Object:
		return len(v) > 0
	case []any:
		return len(v) > 0
	}
	return false
}

// wholeList is a file that is nothing but a list of servers.
func wholeList(t finding.Text) []finding.Finding {
	v, _ := t.Doc.Get()
	list, ok := v.([]any)
	if !ok {
		return nil
	}
	as, ok := elementNames(list)
	if !ok {
		return nil
	}
	f := finding.New("STRUCT_SERVERS_ARRAY")
	f.At = 0
	f.Args = map[string]string{"app": t.File.App.Name, "key": strings.Join(t.Servers, " > ")}
	entries := configfile.Object{}
	for i, e := range list {
		o, _ := e.(configfile.Object)
		if as.Key == "" {
			o, _ = o[0].Value.(configfile.Object)
		} else {
			o = slices.DeleteFunc(slices.Clone(o), func(m configfile.Member) bool { return m.Key == as.Key })
		}
		entries = append(entries, configfile.Member{Key: as.Names[i], Value: o})
	}
	out, _, err := configfile.Insert(nil, t.File.Dialect.Format, t.Servers, entries)
	if err != nil {
		return nil
	}
	f.Edits = []finding.Edit{{From: 0, To: len(t.Src), New: string(out)}}
	return []finding.Finding{f}
}

// merge gives the changes that bring the members of an object to the servers,
// and whether a name is taken there.
func (s *structure) merge(from []string, entries configfile.Object) (changes []finding.Change, clash bool) {
	v, _ := s.own()
	there, _ := v.(configfile.Object)
	taken := func(name string) bool { return has(there, name) || has(entries, name) }
	for _, m := range entries {
		path := under(from, m.Key)
		if has(there, m.Key) {
			clash = true
			name := free(m.Key, taken)
			changes = append(changes, finding.Change{Path: path, Key: name})
			path = under(from, name)
			m.Key = name
		}
		changes = append(changes, finding.Change{Path: path, To: under(s.Servers, m.Key)})
	}
	return append(changes, finding.Change{Path: from, Remove: true}), clash
}

// wrongKey finds servers under a key of the root that this app does not read.
func (s *structure) wrongKey() {
	for _, m := range s.root {
		at := []string{m.Key}
		if slices.Equal(at, s.Servers) || len(s.Servers) > 1 && m.Key == s.Servers[0] {
			continue
		}
		word := plain(m.Key)
		entries, isMap := m.Value.(configfile.Object)
		if !topKeys[word] && !near(word, plain(s.Servers[len(s.Servers)-1])) || !isServers(m.Value) {
			if !topKeys[word] || word == "tools" || word == "server" || !isMap || len(entries) == 0 || !onlyRemnants(entries) {
				continue
			}
		}
		if word == "extensions" && s.File.Dialect.Format != configfile.YAML && !slices.ContainsFunc(entries, func(m configfile.Member) bool { return surely(m.Value) }) {
			continue
		}
		s.add("STRUCT_WRONG_TOP_KEY", at, func(f *finding.Finding) {
			own, there := s.own()
			switch {
			case !there:
				f.Changes = s.takeKey(at)
			case isMap && isObject(own):
				var clash bool
				if f.Changes, clash = s.merge(at, entries); clash {
					f.Fix = finding.Confirm
					f.Needs = "Servers of the same name stand in both places: keep both, the second under another name?"
				}
			case own == nil || isEmptyList(own):
				f.Changes = append([]finding.Change{{Path: s.Servers, Remove: true}}, s.takeKey(at)...)
			default:
				f.Fix = finding.Confirm
			}
		})
	}
}

func isObject(v any) bool { _, ok := v.(configfile.Object); return ok }

func isEmptyList(v any) bool { l, ok := v.([]any); return ok && len(l) == 0 }

// onlyRemnants tells entries of which none has a command or an address, but
// that can be nothing else: a wrong word for each.
func onlyRemnants(o configfile.Object) bool {
	for _, m := range o {
		e, ok := m.Value.(configfile.Object)
		if !ok || !has(e, "args") && !has(e, "env") && !has(e, "headers") {
			return false
		}
	}
	return true
}

// takeKey renames what stands at a path of the root to where the app looks.
func (s *structure) takeKey(at []string) []finding.Change {
	if len(s.Servers) == 1 && len(at) == 1 {
		return []finding.Change{{Path: at, Key: s.Servers[0]}}
	}
	return []finding.Change{{Path: at, To: s.Servers}}
}

// nested finds servers one step deeper under the words of other apps: "mcp" and
// in it "servers", as VS Code's settings have it.
func (s *structure) nested() {
	for _, m := range s.root {
		outer, ok := m.Value.(configfile.Object)
		if !ok || isServers(outer) {
			continue
		}
		own := plain(s.Servers[len(s.Servers)-1])
		split := slices.ContainsFunc(outer, func(i configfile.Member) bool { return plain(m.Key+i.Key) == own })
		if !topKeys[plain(m.Key)] && !split {
			continue
		}
		for _, inner := range outer {
			at := []string{m.Key, inner.Key}
			entries, isMap := inner.Value.(configfile.Object)
			if slices.Equal(at, s.Servers) || !topKeys[plain(inner.Key)] || !isMap || !isServers(inner.Value) ||
				s.File.Dialect.Quirk == "opencode-nested" && slices.Equal(at, []string{"mcp", "servers"}) || slices.Equal(at[:1], s.Servers) {
				continue
			}
			code := "STRUCT_WRONG_TOP_KEY"
			if at[0] == "mcp" && at[1] == "servers" && slices.Equal(s.Servers, []string{"servers"}) {
				code = "STRUCT_OLD_SETTINGS_SHAPE"
			}
			s.add(code, at, func(f *finding.Finding) {
				f.Args["found"] = strings.Join(at, " > ")
				own, there := s.own()
				var clash bool
				switch {
				case !there && s.File.Dialect.Format != configfile.TOML:
					f.Changes = []finding.Change{{Path: at, To: under(s.Servers[:len(s.Servers)-1], at[1])}}
					if at[1] != s.Servers[len(s.Servers)-1] {
						f.Changes = append(f.Changes, finding.Change{Path: under(s.Servers[:len(s.Servers)-1], at[1]), Key: s.Servers[len(s.Servers)-1]})
					}
				case !there:
					f.Changes = []finding.Change{{Path: at, To: s.Servers}}
				case isObject(own):
					f.Changes, clash = s.merge(at, entries)
				default:
					f.Fix = finding.Confirm
					return
				}
				if clash {
					f.Fix = finding.Confirm
				}
				s.emptied(f, m.Key, outer, inner.Key)
			})
		}
	}
}

// emptied takes away what is left of an object whose servers moved out; the
// questions that go with them move along.
func (s *structure) emptied(f *finding.Finding, key string, outer configfile.Object, moved string) {
	left := len(outer) - 1
	if p := s.File.Dialect.Prompts; p != nil && has(outer, p.List[0]) {
		asks, _ := outer.Get(p.List[0])
		switch {
		case isEmptyList(asks):
			left--
		case !has(s.root, p.List[0]):
			f.Changes = append(f.Changes, finding.Change{Path: []string{key, p.List[0]}, To: p.List})
			left--
		}
	}
	if left == 0 && s.File.Dialect.Format != configfile.TOML {
		f.Changes = append(f.Changes, finding.Change{Path: []string{key}, Remove: true})
	}
}

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
	case bool, string:
		s.add("STRUCT_SERVERS_NULL", p.path, func(f *finding.Finding) {
			f.Changes = []finding.Change{{Path: p.path, Value: NoServers(d)}}
			if v != any("") && v != any(false) {
				f.Fix = finding.Confirm
			}
		})
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

// double finds the key of the servers once more among them.
func (s *structure) double(p place) {
	o, ok := p.value.(configfile.Object)
	if !ok {
		return
	}
	for _, m := range o {
		inner, isMap := m.Value.(configfile.Object)
		if !topKeys[plain(m.Key)] || !isMap || isServer(inner) || !isServers(inner) && len(inner) > 0 {
			continue
		}
		if len(inner) == 0 && plain(m.Key) != plain(s.Servers[len(s.Servers)-1]) || m.Key == "servers" && s.File.Dialect.Quirk == "opencode-nested" {
			continue
		}
		at := under(p.path, m.Key)
		s.add("STRUCT_DOUBLE_NESTED", at, func(f *finding.Finding) {
			clash := slices.ContainsFunc(inner, func(e configfile.Member) bool { return has(o, e.Key) && e.Key != m.Key })
			if !clash && !has(inner, m.Key) {
				f.Changes = []finding.Change{{Path: at, Value: finding.Unwrap{}}}
				return
			}
			f.Fix = finding.Safe
			aside := free(m.Key, func(n string) bool { return has(o, n) || has(inner, n) })
			f.Changes = []finding.Change{{Path: at, Key: aside}}
			from := under(p.path, aside)
			for _, e := range inner {
				path, name := under(from, e.Key), e.Key
				if has(o, e.Key) && e.Key != m.Key {
					f.Fix = finding.Confirm
					f.Needs = "Two servers have the same name: keep both, the second under another name?"
					name = free(e.Key, func(n string) bool { return has(o, n) || has(inner, n) })
					f.Changes = append(f.Changes, finding.Change{Path: path, Key: name})
					path = under(from, name)
				}
				f.Changes = append(f.Changes, finding.Change{Path: path, To: under(p.path, name)})
			}
			f.Changes = append(f.Changes, finding.Change{Path: from, Remove: true})
		})
	}
}

// outside finds servers beside the key in which they belong.
func (s *structure) outside() {
	own, there := s.own()
	entries, isMap := own.(configfile.Object)
	if len(s.found) > 0 || !there && !s.holdsMore() || there && !isMap && s.File.Dialect.List == "" {
		return
	}
	for _, m := range s.root {
		if m.Key == s.Servers[0] || !surely(m.Value) {
			continue
		}
		s.add("STRUCT_SERVER_OUTSIDE_BLOCK", []string{m.Key}, func(f *finding.Finding) {
			f.Server = m.Key
			name := m.Key
			if s.File.Dialect.List != "" {
				o, _ := m.Value.(configfile.Object)
				f.Changes = []finding.Change{
					{Path: under(s.Servers, configfile.Named(s.File.Dialect.List, name)), Value: append(configfile.Object{{Key: s.File.Dialect.List, Value: name}}, o...)},
					{Path: []string{m.Key}, Remove: true},
				}
				return
			}
			if has(entries, name) {
				name = free(name, func(n string) bool { return has(entries, n) || has(s.root, n) })
				f.Changes = []finding.Change{{Path: []string{m.Key}, Key: name}}
			}
			f.Changes = append(f.Changes, finding.Change{Path: []string{name}, To: under(s.Servers, name)})
		})
	}
}

// holdsMore tells whether the file holds other settings, too.
func (s *structure) holdsMore() bool {
	return slices.ContainsFunc(s.root, func(m configfile.Member) bool { return !isServer(m.Value) })
}

// oldLocation finds servers in a file from which the app no longer takes them:
// they belong in another one.
func (s *structure) oldLocation() bool {
	_, spec, ok := s.File.App.As(s.File.OS, s.File.Scope, s.File.Path)
	if !ok || spec.Aside != "old" || len(spec.Servers) == 0 {
		return false
	}
	var at []string
	var entries configfile.Object
	for _, path := range [][]string{spec.Servers, {strings.Join(spec.Servers, ".")}, {"github.copilot.chat.mcp.servers"}, {"mcp", "mcpServers"}, {"mcpServers"}} {
		v, _ := s.Doc.Get(path...)
		if o, ok := v.(configfile.Object); ok && isServers(o) {
			at, entries = path, o
			break
		}
	}
	if at == nil {
		return true
	}
	s.add("STRUCT_OLD_LOCATION", at[:1], func(f *finding.Finding) {
		file, now := s.newFile(spec)
		f.Args["file"] = file
		if file == "" {
			return
		}
		text, known := s.Facts.Text(file)
		if !known || len(strings.TrimSpace(string(text))) == 0 {
			text = nil
		}
		var outer configfile.Object
		if len(at) > 1 {
			o, _ := s.Doc.Get(at[:1]...)
			outer, _ = o.(configfile.Object)
		}
		text, names, err := moved(text, now, entries, outer)
		if err != nil {
			return
		}
		if len(names) > 0 {
			f.Needs = "The other file has servers of the same name (" + strings.Join(names, ", ") + "): they stay as they are there."
		}
		f.Aside = map[string]string{file: string(text)}
		f.Changes = []finding.Change{{Path: at[:1], Remove: true}}
		if len(at) > 1 && slices.ContainsFunc(outer, func(m configfile.Member) bool { return m.Key != at[1] && m.Key != "inputs" }) {
			f.Changes = []finding.Change{{Path: at, Remove: true}}
		}
	})
	return true
}

// newFile gives the path of the file that the app reads now, as the old one is
// written, and the app with its dialect.
func (s *structure) newFile(old clients.FileSpec) (string, clients.Client) {
	for _, spec := range s.File.App.Files {
		if spec.Scope != old.Scope || spec.Aside != "" || len(spec.OS) > 0 && !slices.Contains(spec.OS, s.File.OS) {
			continue
		}
		dir, sep := path.Dir(strings.ReplaceAll(s.File.Path, `\`, "/")), "/"
		if strings.Contains(s.File.Path, `\`) {
			dir, sep = strings.ReplaceAll(dir, "/", `\`), `\`
		}
		if len(spec.Folders) > 0 && slices.Equal(spec.Folders, old.Folders) {
			at, _, _ := s.File.App.As(s.File.OS, s.File.Scope, dir+sep+spec.Names[0])
			if dir == "." {
				return spec.Names[0], at
			}
			return dir + sep + spec.Names[0], at
		}
	}
	return "", s.File.App
}

// moved puts entries into the text of another file; names are those that are
// taken there.
func moved(text []byte, now clients.Client, entries, outer configfile.Object) (out []byte, names []string, err error) {
	d := now.Dialect
	out = text
	doc, err := configfile.Parse(text, d.Format)
	if err != nil {
		return nil, nil, err
	}
	for _, m := range entries {
		at := d.Path(m.Key)
		if _, there := doc.Get(at...); there {
			names = append(names, m.Key)
			continue
		}
		if out, _, err = configfile.Insert(out, d.Format, at, m.Value); err != nil {
			return nil, nil, err
		}
	}
	if d.Prompts == nil {
		return out, names, nil
	}
	v, _ := outer.Get(d.Prompts.List[0])
	asks, _ := v.([]any)
	for _, ask := range asks {
		o, _ := ask.(configfile.Object)
		id, _ := o.Get("id")
		name, ok := id.(string)
		if !ok {
			continue
		}
		if _, there := doc.Get(d.Prompts.Path(name)...); there {
			continue
		}
		if out, _, err = configfile.Insert(out, d.Format, d.Prompts.Path(name), o); err != nil {
			return nil, nil, err
		}
	}
	return out, names, nil
}

// prompts finds questions that an entry refers to and nobody asks.
func (s *structure) prompts() {
	p := s.File.Dialect.Prompts
	if p == nil || !s.hasServers() {
		return
	}
	before, after, _ := strings.Cut(p.Reference, "NAME")
	asked := s.Doc.Names("id", p.List...)
	own, _ := s.own()
	entries, _ := own.(configfile.Object)
	var seen []string
	for _, m := range entries {
		for _, id := range references(m.Value, before, after) {
			if slices.Contains(asked, id) || slices.Contains(seen, id) {
				continue
			}
			seen = append(seen, id)
			s.add("STRUCT_INPUT_UNDEFINED", nil, func(f *finding.Finding) {
				f.Server, f.Pointer = m.Key, pointer(under(s.Servers, m.Key))
				f.Args["server"], f.Args["input"] = m.Key, id
				f.Changes = []finding.Change{{Path: p.Path(id), Value: p.Encode(clients.Prompt{ID: id, Text: strings.ReplaceAll(id, "-", " ")})}}
			})
		}
	}
}

// references gives the names that stand between two marks in the texts of a
// value.
func references(v any, before, after string) []string {
	var found []string
	switch v := v.(type) {
	case string:
		for {
			_, rest, ok := strings.Cut(v, before)
			if !ok {
				return found
			}
			id, tail, ok := strings.Cut(rest, after)
			if !ok {
				return found
			}
			found, v = append(found, id), tail
		}
	case []any:
		for _, e := range v {
			found = append(found, references(e, before, after)...)
		}
	case configfile.Object:
		for _, m := range v {
			found = append(found, references(m.Value, before, after)...)
		}
	}
	return found
}
