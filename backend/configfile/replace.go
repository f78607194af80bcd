package configfile

import (
	"bytes"
	"errors"
	"slices"
	"strings"

	"github.com/pelletier/go-toml/v2/unstable"

	"toolbay/backend/model"
)

// Replace gives the member or element at path, which must be there, another
// value in place of the whole old one, written in the file's own style. An
// element of a list may get a new name that way. out is src when it has that
// value already. The codes of its errors are those of Insert but entry_exists,
// and entry_missing.
func Replace(src []byte, f Format, path []string, value Object) (out []byte, err error) {
	path, v, err := checkArguments(path, value)
	if err != nil {
		return nil, err
	}
	d, err := Parse(src, f)
	if err != nil {
		return nil, err
	}
	old, ok := d.Get(path...)
	if !ok {
		return nil, missing(path)
	}
	step := path[len(path)-1]
	if key, _, ok := named(step); ok {
		name, ok := v.(Object).Get(key)
		text, isText := name.(string)
		if !ok || !isText {
			return nil, errors.New("the new element has no name")
		}
		step = Named(key, text)
		if _, ok := d.Get(append(path[:len(path)-1:len(path)-1], step)...); ok && step != path[len(path)-1] {
			return nil, model.Fail(CodeExists, nil, "name", text)
		}
	}
	as := ""
	if step != path[len(path)-1] {
		as = step
	}
	b := d.Batch()
	switch f {
	case TOML:
		if !Same(old, v) {
			err = b.replaceTOML(path, v.(Object))
		}
	case YAML:
		s, depth, werr := d.yaml.walk(path)
		if werr != nil {
			return nil, werr
		}
		if depth < len(path) { // only taken over from a mapping that others share
			return nil, sharedEntry(path)
		}
		err = b.replaceYAML(s, path, v)
	default:
		err = b.updateJSON(path, v)
	}
	if err != nil {
		return nil, err
	}
	if as != "" && !b.wishes.none() {
		b.wishes.at(path).as = as
	}
	return b.Done()
}

func missing(path []string) error {
	return model.Fail(CodeMissing, nil, "name", stepName(path[len(path)-1]))
}

// Text gives the bytes of the member at path, from the first of its key to the
// last of its value; of an element of a list, those of its value. Where a TOML
// table is written in several places, they follow each other with a blank line
// between. The codes of its errors are those of Replace.
func Text(src []byte, f Format, path []string) ([]byte, error) {
	path, _, err := checkArguments(path, nil)
	if err != nil {
		return nil, err
	}
	d, err := Parse(src, f)
	if err != nil {
		return nil, err
	}
	return d.text(path)
}

func (d *Document) text(path []string) ([]byte, error) {
	spans, err := d.spans(path)
	if err != nil {
		return nil, err
	}
	var parts [][]byte
	for _, s := range spans {
		parts = append(parts, d.src[s.start:s.end])
	}
	eol := eolNear(d.src, spans[0].start)
	return bytes.Join(parts, []byte(eol+eol)), nil
}

// PutText puts bytes that Text gave in the place of the member or element at
// path. What they stand for must have the key of path; an element may have
// another name. The codes of its errors are those of Replace.
func PutText(src []byte, f Format, path []string, text []byte) (out []byte, err error) {
	path, _, err = checkArguments(path, nil)
	if err != nil {
		return nil, err
	}
	d, err := Parse(src, f)
	if err != nil {
		return nil, err
	}
	spans, err := d.spans(path)
	if err != nil {
		return nil, err
	}
	if f == YAML {
		if s, _, _ := d.yaml.walk(path); d.yaml.usedOutside(s.node) {
			return nil, sharedEntry(path)
		}
	}
	if last := text[bytes.LastIndexByte(text, '\n')+1:]; f == TOML && bytes.IndexByte(text, '#') >= 0 {
		// Of a table that was in several places a comment may come to stand
		// where there was none: blanks behind it would become part of it.
		probe := append(bytes.Clone(last), ' ')
		if d, err := Parse(probe, TOML); err == nil && len(d.toml.exprs) > 0 && d.toml.exprs[len(d.toml.exprs)-1].end2 == len(probe) {
			for spans[0].end < len(src) && (src[spans[0].end] == ' ' || src[spans[0].end] == '\t') {
				spans[0].end++
			}
		}
	}
	edits := []edit{{spans[0], string(text)}}
	for _, s := range spans[1:] {
		edits = append(edits, edit{span{d.toml.before(s.start), s.end}, ""})
	}
	out = splice(src, edits)
	after, err := Parse(out, f)
	if err != nil {
		return nil, unproved(err)
	}
	at := renamed(d, after, path)
	value, ok := after.Get(at...)
	if !ok {
		return nil, unproved(errors.New("the text is not of that member"))
	}
	if got, err := after.text(at); err != nil || !bytes.Equal(got, text) {
		return nil, unproved(errors.New("the text is not of one member"))
	}
	var w wish
	w.put(path, value)
	if last := len(path) - 1; at[last] != path[last] {
		w.at(path).as = at[last]
	}
	if err := verify(d, after, &w); err != nil {
		return nil, err
	}
	return out, nil
}

// renamed gives the path of an element that has kept its place but perhaps not
// its name.
func renamed(before, after *Document, path []string) []string {
	key, _, ok := named(path[len(path)-1])
	if !ok {
		return path
	}
	list := path[:len(path)-1]
	b, _ := before.Get(list...)
	a, _ := after.Get(list...)
	was, _ := b.([]any)
	is, _ := a.([]any)
	for i := len(was) - 1; i >= 0 && len(was) == len(is); i-- {
		if _, ok := pickNamed(was[i:i+1], path[len(path)-1]); !ok {
			continue
		}
		o, _ := is[i].(Object)
		if name, _ := o.Get(key); name != nil {
			if text, ok := name.(string); ok {
				return append(list[:len(list):len(list)], Named(key, text))
			}
		}
		break
	}
	return path
}

// spans gives where the member at path stands: in one place but for TOML.
func (d *Document) spans(path []string) ([]span, error) {
	if _, ok := d.Get(path...); !ok {
		return nil, missing(path)
	}
	switch d.format {
	case TOML:
		return d.toml.spans(path)
	case YAML:
		s, depth, err := d.yaml.walk(path)
		if err != nil {
			return nil, err
		}
		if depth < len(path) {
			return nil, sharedEntry(path)
		}
		if isNamed(path[len(path)-1]) {
			return []span{s.item.v}, nil
		}
		return []span{{s.item.start, s.item.v.end}}, nil
	}
	step := path[len(path)-1]
	o := d.find(path[:len(path)-1]).holder(step)
	m := o.members[o.index(d.src, step)]
	return []span{{m.key.start, m.val.end}}, nil
}

// spans gives the places of an entry: one within a line, or the runs of
// headers and keys that are written for it.
func (t *tomlFile) spans(path []string) ([]span, error) {
	full := path
	path = t.inner(path)
	p, err := t.walk(path)
	if err != nil {
		return nil, err
	}
	if i, ok := index(path[len(path)-1]); ok {
		if list, ok := p.list.(*tomlList); ok {
			return []span{list.obj.members[i].val}, nil
		}
	}
	var found []span
	if p.within != nil {
		for i, name := range p.within.names {
			if hasPrefix(name, path[p.withinDepth:]) {
				m := p.within.obj.members[i]
				found = append(found, span{m.key.start, m.val.end})
			}
		}
		if len(found) != 1 { // dotted keys with others between them
			return nil, wrongShape(full)
		}
		return found, nil
	}
	for _, r := range t.runs(path) {
		found = append(found, span{t.exprs[r.start].start, t.exprs[r.end].end2})
	}
	if len(found) == 0 {
		return nil, wrongShape(full)
	}
	return found, nil
}

// runs gives the expressions of an entry, first and last of each run without
// those of others between.
func (t *tomlFile) runs(path []string) []span {
	var runs []span
	open := false
	for i, e := range t.exprs {
		switch {
		case e.kind == unstable.Comment:
		case !hasPrefix(e.path, path):
			open = false
		case open:
			runs[len(runs)-1].end = i
		default:
			runs, open = append(runs, span{i, i}), true
		}
	}
	return runs
}

// before is the end of the expression before an offset.
func (t *tomlFile) before(at int) int {
	end := bomLen(t.src)
	for _, e := range t.exprs {
		if e.start >= at {
			break
		}
		end = e.end2
	}
	return end
}

// replaceTOML writes a value where the old one stands.
func (b *Batch) replaceTOML(path []string, value Object) error {
	if hasNull(value) {
		return errors.New("null cannot stand in TOML")
	}
	t := b.doc.toml
	inner := t.inner(path)
	spans, err := t.spans(path)
	if err != nil {
		return err
	}
	p, err := t.walk(inner)
	if err != nil {
		return err
	}
	val := spans[0]
	_, isElement := index(inner[len(inner)-1])
	_, inList := p.list.(*tomlList)
	var text string
	switch {
	case isElement && inList:
		text = tomlValue(value)
	case p.within != nil:
		text = tomlStyle{equals: " = "}.pair(inner[p.withinDepth:], value)
		for i, name := range p.within.names {
			if slices.Equal(name, inner[p.withinDepth:]) {
				val, text = p.within.obj.members[i].val, tomlValue(value)
			}
		}
	default:
		e := t.exprs[t.runs(inner)[0].start]
		s := t.style(inner[:len(inner)-1], e.start)
		switch {
		case e.kind == unstable.KeyValue && slices.Equal(e.path, inner):
			val, text = e.val, tomlValue(value)
		case e.kind == unstable.KeyValue:
			text = s.pair(inner[len(e.section):], value)
		default:
			s.indent = indentAt(t.src, e.start)
			text = strings.TrimPrefix(s.section(inner, value), s.indent)
		}
	}
	edits := []edit{{val, text}}
	for _, s := range spans[1:] {
		edits = append(edits, edit{span{t.before(s.start), s.end}, ""})
	}
	b.wishes.put(path, value)
	return b.reparse(splice(t.src, edits))
}

// replaceYAML gives a member or an element a new value.
func (b *Batch) replaceYAML(s yamlSpot, path []string, value any) error {
	y := b.doc.yaml
	if Same(yamlValue(s.node), value) && !ambiguous(s.node) {
		return nil
	}
	if y.usedOutside(s.node) {
		return sharedEntry(path)
	}
	b.wishes.put(path, value)
	return b.became(*s.item, path, y.put(s, value))
}
