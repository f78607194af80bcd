package shape

import (
	"slices"
	"strings"

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
		return noRoot(t, v)
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
	if !s.questions() {
		s.prompts()
	}
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

// noRoot is a file that holds a single value, or a list with nothing in it.
func noRoot(t finding.Text, v any) []finding.Finding {
	list, isList := v.([]any)
	if t.Doc.Blank() || isList && len(list) > 0 {
		return nil
	}
	out, _, err := configfile.Insert(nil, t.File.Dialect.Format, t.Servers, NoServers(t.File.Dialect))
	if err != nil {
		return nil
	}
	f := finding.New("STRUCT_SERVERS_NULL")
	f.At = 0
	f.Args = map[string]string{"app": t.File.App.Name, "key": strings.Join(t.Servers, " > ")}
	if v != nil && !isList && v != any("") {
		f.Fix = finding.Confirm
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

// double finds the key of the servers once more among them.
func (s *structure) double(p place) {
	o, ok := p.value.(configfile.Object)
	if !ok {
		return
	}
	for _, m := range o {
		inner, isMap := m.Value.(configfile.Object)
		if group := !topKeys[plain(m.Key)]; !isMap || isServer(inner) || group && !isGroup(inner) || !group && len(inner) > 0 && !isServers(inner) && !s.deeper(inner) {
			continue
		}
		if len(inner) == 0 && plain(m.Key) != plain(s.Servers[len(s.Servers)-1]) || m.Key == "servers" && s.File.Dialect.Quirk == "opencode-nested" {
			continue
		}
		at := under(p.path, m.Key)
		s.add("STRUCT_DOUBLE_NESTED", at, func(f *finding.Finding) {
			if !topKeys[plain(m.Key)] {
				f.Fix = finding.Confirm // somebody's own order is lost
			}
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

// isGroup tells an object that holds nothing but servers, where one server is
// expected: somebody's folder for them.
func isGroup(o configfile.Object) bool {
	return len(o) > 0 && !slices.ContainsFunc(o, func(m configfile.Member) bool {
		return !surely(m.Value) || slices.Contains(startKeys, m.Key)
	})
}

// startKeys hold an object where an app, or a slip, writes what starts an entry
// one step deeper.
var startKeys = []string{"command", "transport", "server", "config"}

// deeper tells whether the only member is the key of the servers again, with
// servers somewhere inside.
func (s *structure) deeper(o configfile.Object) bool {
	for range 10 {
		if len(o) != 1 || !topKeys[plain(o[0].Key)] {
			return false
		}
		if o, _ = o[0].Value.(configfile.Object); isServers(o) {
			return true
		}
	}
	return false
}

// outside finds servers beside the key in which they belong.
func (s *structure) outside() {
	own, there := s.own()
	entries, isMap := own.(configfile.Object)
	if len(s.found) > 0 || !there && !s.holdsMore() || there && !isMap && s.File.Dialect.List == "" {
		return
	}
	for _, m := range s.root {
		if m.Key == s.Servers[0] || !surely(m.Value) || len(startWords(members(m.Value))) == 0 || s.isPattern(m.Value, entries) {
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

func members(v any) configfile.Object {
	o, _ := v.(configfile.Object)
	return o
}

// isPattern tells whether an entry has all that a value says: in YAML it is
// then an anchor, written once and meant in several places.
func (s *structure) isPattern(v any, entries configfile.Object) bool {
	return s.File.Dialect.Format == configfile.YAML && slices.ContainsFunc(entries, func(e configfile.Member) bool {
		return !slices.ContainsFunc(members(v), func(m configfile.Member) bool {
			same, there := members(e.Value).Get(m.Key)
			return !there || !configfile.Same(same, m.Value)
		})
	})
}

// holdsMore tells whether the file holds other settings, too.
func (s *structure) holdsMore() bool {
	return slices.ContainsFunc(s.root, func(m configfile.Member) bool { return !isServer(m.Value) })
}
