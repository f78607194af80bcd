package shape

import (
	"slices"
	"strings"

	"toolbay/backend/clients"
	"toolbay/backend/configfile"
	"toolbay/backend/repair/finding"
)

// questions finds an object, or a single value, where the list of the questions
// belongs that servers refer to, and tells whether there is one: what is missing
// in the list can be known after that only.
func (s *structure) questions() bool {
	p := s.File.Dialect.Prompts
	if p == nil {
		return false
	}
	v, there := s.Doc.Get(p.List...)
	if _, isList := v.([]any); isList || !there {
		return false
	}
	own, _ := s.own()
	entries, _ := own.(configfile.Object)
	before, after, _ := strings.Cut(p.Reference, "NAME")
	server := ""
	for _, m := range entries {
		if len(references(m.Value, before, after)) > 0 {
			server = m.Key
			break
		}
	}
	if server == "" {
		return false // nothing hangs on it
	}
	list, ok := questionList(*p, v, references(own, before, after))
	s.add("STRUCT_INPUT_UNDEFINED", p.List, func(f *finding.Finding) {
		f.Server, f.Fix = server, finding.Confirm
		f.Args["server"], f.Args["input"] = server, strings.Join(p.List, " > ")
		if !ok {
			f.Fix = finding.Never
			f.Notes = []string{strings.Join(p.List, " > ") + " must be a list, in [ ]: write each question of it with its id, type and description."}
			return
		}
		f.Needs = s.File.App.Name + " wants its questions as a list: is each name in the file the name of one question?"
		if len(list) == 0 {
			f.Needs = ""
		}
		f.Changes = []finding.Change{{Path: p.List, Value: list}}
		if o, isMap := v.(configfile.Object); isMap && asElements(o, list) {
			f.Changes = []finding.Change{{Path: p.List, Value: finding.AsList{Key: "id"}}}
		}
	})
	return true
}

// questionList makes the list of what was written as something else. ok is
// false where it says more, or other, than questions.
func questionList(p clients.Prompts, v any, wanted []string) (list []any, ok bool) {
	list = []any{}
	o, isMap := v.(configfile.Object)
	if !isMap {
		return list, v == nil
	}
	if id, _ := o.Get("id"); id != nil && has(o, "type") {
		_, text := id.(string)
		return []any{o}, text // one question, without the list around it
	}
	for _, m := range o {
		switch v := m.Value.(type) {
		case configfile.Object:
			id, named := v.Get("id")
			text, isText := id.(string)
			if named && (!isText || text == "") {
				return nil, false
			}
			q := slices.Clone(v)
			if !named {
				q = append(configfile.Object{{Key: "id", Value: m.Key}}, q...)
			}
			if !has(q, "type") {
				if has(q, "options") || has(q, "command") {
					return nil, false
				}
				q = append(configfile.Object{{Key: "type", Value: "promptString"}}, q...)
			}
			list = append(list, q)
		case string: // what would be asked; a value of a key may stand there, too
			if !slices.Contains(wanted, m.Key) || !strings.Contains(strings.TrimSpace(v), " ") {
				return nil, false
			}
			list = append(list, p.Encode(clients.Prompt{ID: m.Key, Text: v}))
		default:
			return nil, false
		}
	}
	return list, true
}

// asElements tells whether the members become the elements as they are written.
func asElements(o configfile.Object, list []any) bool {
	return len(o) > 0 && len(o) == len(list) && !slices.ContainsFunc(o, func(m configfile.Member) bool {
		inner, ok := m.Value.(configfile.Object)
		return !ok || !has(inner, "type")
	}) && !has(o, "id")
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
