package shape

import (
	"slices"
	"strings"

	"toolbay/backend/configfile"
	"toolbay/backend/repair/finding"
)

// wrongKey finds servers under a key of the root that this app does not read.
func (s *structure) wrongKey() {
	_, spec, _ := s.File.App.As(s.File.OS, s.File.Scope, s.File.Path)
	for _, m := range s.root {
		at := []string{m.Key}
		if slices.Equal(at, s.Servers) || len(s.Servers) > 1 && m.Key == s.Servers[0] {
			continue
		}
		if s.hasServers() && slices.Contains(spec.Others, m.Key) {
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
		if !ok || !slices.ContainsFunc(e, func(m configfile.Member) bool { return remnants[plain(m.Key)] }) {
			return false
		}
	}
	return true
}

// remnants are what a server has, in any case.
var remnants = map[string]bool{"args": true, "env": true, "headers": true, "command": true, "url": true}

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
		buried := s.buried(outer)
		split := slices.ContainsFunc(outer, func(i configfile.Member) bool { return plain(m.Key+i.Key) == own })
		if !topKeys[plain(m.Key)] && !split && !buried {
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
				if buried && !split && !topKeys[plain(m.Key)] {
					f.Fix = finding.Confirm // a setting of something else, perhaps
				}
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

// buried tells that a file in which nothing else holds servers has them, under
// the app's own key, one step too deep.
func (s *structure) buried(outer configfile.Object) bool {
	key := s.Servers[len(s.Servers)-1]
	v, _ := outer.Get(key)
	return topKeys[plain(key)] && plain(key) != "mcp" && isServers(v) && !s.hasServers() && !slices.ContainsFunc(s.root, func(m configfile.Member) bool {
		return topKeys[plain(m.Key)] && isServers(m.Value)
	})
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
