package pen

import (
	"bytes"
	"slices"

	"toolbay/backend/configfile"
	"toolbay/backend/repair/finding"
)

// Entry is a member of a document with the changes inside it, in steps: each
// is done as a whole or not at all.
type Entry struct {
	Path  []string
	Steps [][]finding.Change
	// Failed tells which steps could not be done.
	Failed []bool
}

// Each makes changes inside several members of a text in one pass, however many
// they are. The paths of the changes begin with that of their entry; list is the
// key by which the elements of a list are named. ok is false, and nothing done,
// where the text has to be changed step by step.
func Each(src []byte, f configfile.Format, list string, entries []*Entry) (out []byte, ok bool) {
	if f == configfile.TOML || f == configfile.YAML {
		return eachCell(src, f, list, entries)
	}
	if list != "" {
		return nil, false
	}
	top := tree(src)
	if top == nil {
		return nil, false
	}
	type part struct {
		at   *node
		text []byte
	}
	var parts []part
	holders := map[string]map[string]*node{}
	for _, e := range entries {
		n := top.among(holders, e.Path)
		if n == nil || n.kind != configfile.BeginObject {
			return nil, false
		}
		text := within(src[n.start:n.end])
		e.Failed = make([]bool, len(e.Steps))
		for i, changes := range e.Steps {
			var inner []finding.Change
			for _, c := range changes {
				if len(c.Path) <= len(e.Path) || c.To != nil || !slices.Equal(c.Path[:len(e.Path)], e.Path) {
					return nil, false
				}
				c.Path = append([]string{"root"}, c.Path[len(e.Path):]...)
				inner = append(inner, c)
			}
			made, err := Apply(text, f, inner...)
			if err != nil {
				e.Failed[i] = true
				continue
			}
			text = made
		}
		parts = append(parts, part{n, without(text)})
	}
	slices.SortFunc(parts, func(a, b part) int { return a.at.start - b.at.start })
	var b bytes.Buffer
	at := 0
	for _, p := range parts {
		if p.at.start < at {
			return nil, false // the same one twice
		}
		b.Write(src[at:p.at.start])
		b.Write(p.text)
		at = p.at.end
	}
	b.Write(src[at:])
	if _, err := configfile.Parse(b.Bytes(), f); err != nil {
		return nil, false
	}
	return b.Bytes(), true
}

// among finds a member, remembering those of the objects on the way.
func (n *node) among(holders map[string]map[string]*node, path []string) *node {
	key := ""
	for i, step := range path {
		if n == nil || n.kind != configfile.BeginObject {
			return nil
		}
		members := holders[key]
		if members == nil {
			members = make(map[string]*node, len(n.kids))
			for _, k := range n.kids {
				members[k.key] = k // of doubles the last
			}
			holders[key] = members
		}
		n = members[step]
		key += "\x00" + path[i]
	}
	return n
}
