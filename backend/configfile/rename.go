package configfile

import (
	"errors"
	"slices"

	"github.com/pelletier/go-toml/v2/unstable"

	"toolbay/backend/model"
)

// Place is where the member or element at path begins; ok is false when it is
// not there, or stands in several places of which none is the first.
func (d *Document) Place(path ...string) (offset int, ok bool) {
	if _, there := d.Get(path...); !there || len(path) == 0 {
		return 0, false
	}
	spans, err := d.spans(path)
	if err != nil || len(spans) == 0 {
		return 0, false
	}
	return spans[0].start, true
}

// Rename gives the member at from the place to, leaving its value as it is
// written. Both must have the same parent, except in TOML, where tables move by
// their headers. The codes of its errors are those of Replace, and entry_exists.
func Rename(src []byte, f Format, from, to []string) (out []byte, err error) {
	from, _, err = checkArguments(from, nil)
	if err != nil {
		return nil, err
	}
	if to, _, err = checkArguments(to, nil); err != nil {
		return nil, err
	}
	d, err := Parse(src, f)
	if err != nil {
		return nil, err
	}
	value, ok := d.Get(from...)
	if !ok {
		return nil, missing(from)
	}
	if _, ok := d.Get(to...); ok {
		return nil, model.Fail(CodeExists, nil, "name", stepName(to[len(to)-1]))
	}
	last := len(from) - 1
	if f != TOML && (len(to) != len(from) || !slices.Equal(from[:last], to[:last])) || isNamed(from[last]) || isNamed(to[len(to)-1]) {
		return nil, wrongShape(from)
	}
	var edits []edit
	switch f {
	case TOML:
		edits, err = d.toml.renames(from, to)
	case YAML:
		edits, err = d.yaml.rename(from, to[last])
	default:
		o := d.find(from[:last]).holder(from[last])
		m := o.members[o.index(src, from[last])]
		edits = []edit{{m.key, string(appendQuoted(nil, to[last]))}}
	}
	if err != nil {
		return nil, err
	}
	out = splice(src, edits)
	after, err := Parse(out, f)
	if err != nil {
		return nil, unproved(err)
	}
	got, _ := after.Get(to...)
	b, _ := d.Get()
	a, _ := after.Get()
	if !Same(got, value) || !Same(pruned(b, from), pruned(a, to)) {
		return nil, unproved(errors.New("something else changed with the name"))
	}
	return out, nil
}

// pruned is a value without the member at path, and without what is empty then.
func pruned(v any, path []string) any {
	o, ok := v.(Object)
	if !ok {
		return v
	}
	left := make(Object, 0, len(o))
	for _, m := range o {
		if m.Key == path[0] {
			if len(path) == 1 {
				continue
			}
			m.Value = pruned(m.Value, path[1:])
			if inner, ok := m.Value.(Object); ok && len(inner) == 0 {
				continue
			}
		}
		left = append(left, m)
	}
	return left
}

func (y *yamlFile) rename(from []string, key string) ([]edit, error) {
	s, depth, err := y.walk(from)
	if err != nil {
		return nil, err
	}
	if depth < len(from) || s.item == nil {
		return nil, sharedEntry(from)
	}
	text := yamlStyle{}.key(key, s.flow)
	return []edit{{s.item.key, text[:len(text)-1]}}, nil
}

// renames gives each header and key that leads to from its new beginning.
func (t *tomlFile) renames(from, to []string) ([]edit, error) {
	p, err := t.walk(t.inner(from))
	if err != nil {
		return nil, err
	}
	if p.within != nil {
		rest := from[p.withinDepth:]
		for i, name := range p.within.names {
			if slices.Equal(name, rest) && len(to) >= p.withinDepth && slices.Equal(to[:p.withinDepth], from[:p.withinDepth]) {
				return []edit{{p.within.obj.members[i].key, tomlStyle{}.key(to[p.withinDepth:])}}, nil
			}
		}
		return nil, wrongShape(from)
	}
	var edits []edit
	var section []string
	var parser unstable.Parser
	offset := bomLen(t.src)
	parser.Reset(t.src[offset:])
	for parser.NextExpression() {
		n := parser.Expression()
		if n.Kind != unstable.KeyValue && n.Kind != unstable.Table && n.Kind != unstable.ArrayTable {
			continue
		}
		var keys []string
		var at []span
		for it := n.Key(); it.Next(); {
			r := it.Node().Raw
			keys = append(keys, string(it.Node().Data))
			at = append(at, span{offset + int(r.Offset), offset + int(r.Offset+r.Length)})
		}
		base := 0
		if n.Kind == unstable.KeyValue {
			if base = len(section); hasPrefix(section, from) {
				continue
			}
		} else {
			section = keys
		}
		if base >= len(from) || !slices.Equal(section[:base], from[:base]) || !hasPrefix(keys, from[base:]) {
			continue
		}
		if len(to) <= base || !slices.Equal(to[:base], from[:base]) {
			return nil, wrongShape(from)
		}
		edits = append(edits, edit{span{at[0].start, at[len(from)-base-1].end}, tomlStyle{}.key(to[base:])})
	}
	if len(edits) == 0 {
		return nil, wrongShape(from)
	}
	return edits, nil
}
