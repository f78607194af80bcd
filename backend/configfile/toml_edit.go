package configfile

import (
	"bytes"
	"errors"
	"slices"

	"github.com/pelletier/go-toml/v2/unstable"
)

// place is where a walk along a path ended.
type place struct {
	table *tomlTable // the deepest table that exists
	depth int        // how many parts of the path lead to it
	// within is the innermost inline table on the way, nil when there is none:
	// everything below must be spliced into it.
	within      *tomlTable
	withinDepth int
	// list is set when the next step is an element of a list, which exists:
	// a *tomlList, or the tomlTable of a [[list]].
	list any
}

// walk follows an inner path as far as there are tables. It stops before the
// last part. The error is wrong_shape.
func (t *tomlFile) walk(path []string) (place, error) {
	p := place{table: t.root}
	for p.depth < len(path)-1 {
		i := p.table.find(path[p.depth])
		if i < 0 {
			break
		}
		step := path[p.depth+1]
		if list, ok := elements(p.table.vals[i]); ok {
			at := pickTable(list, step)
			if at < 0 && !isNamed(step) {
				return p, wrongShape(path[:p.depth+1])
			}
			if at < 0 || p.depth+1 == len(path)-1 {
				p.depth++
				p.list = p.table.vals[i]
				return p, nil
			}
			p.table = list[at]
			p.depth++
		} else if p.table = p.table.child(path[p.depth]); p.table == nil || isNamed(step) {
			return p, wrongShape(path[:p.depth+1])
		}
		p.depth++
		if p.table.obj != nil {
			p.within, p.withinDepth = p.table, p.depth
		}
	}
	return p, nil
}

func hasPrefix(path, prefix []string) bool {
	return len(path) >= len(prefix) && slices.Equal(path[:len(prefix)], prefix)
}

// last gives the index of the last expression that match accepts, -1 for none.
func (t *tomlFile) last(match func(expression) bool) int {
	for i := len(t.exprs) - 1; i >= 0; i-- {
		if match(t.exprs[i]) {
			return i
		}
	}
	return -1
}

// newlines counts the line ends between an expression and the one before.
func (t *tomlFile) newlines(i int) int {
	return bytes.Count(t.src[t.exprs[i-1].end2:t.exprs[i].start], []byte{'\n'})
}

// groupEnd is the offset behind the last table of a group: the tables whose
// headers begin with prefix. Comments that follow it closely belong to it,
// unless they are closer to what comes after them.
func (t *tomlFile) groupEnd(prefix []string) int {
	i := t.last(func(e expression) bool { return e.kind != unstable.Comment && hasPrefix(e.section, prefix) })
	if len(prefix) == 0 {
		i = len(t.exprs) - 1
	}
	j := i
	for j+1 < len(t.exprs) && t.exprs[j+1].kind == unstable.Comment && t.newlines(j+1) == 1 {
		j++
	}
	if j+1 == len(t.exprs) || t.newlines(j+1) > 1 {
		i = j
	}
	return t.exprs[i].end2
}

// isHeader tells [a] and [[a]].
func (e expression) isHeader() bool { return e.kind == unstable.Table || e.kind == unstable.ArrayTable }

// style looks at the tables of a group, and where there are none, at the file.
func (t *tomlFile) style(prefix []string, at int) tomlStyle {
	s := tomlStyle{eol: eolNear(t.src, at), equals: " = "}
	head := t.last(func(e expression) bool { return e.isHeader() && hasPrefix(e.path, prefix) })
	if head < 0 {
		head = t.last(expression.isHeader)
	}
	if head >= 0 {
		s.indent = indentAt(t.src, t.exprs[head].start)
		s.keyIndent = s.indent
		s.tight = head > 0 && t.newlines(head) == 1 && t.exprs[head-1].kind != unstable.Comment
		if head+1 < len(t.exprs) && t.exprs[head+1].kind == unstable.KeyValue {
			s.keyIndent = indentAt(t.src, t.exprs[head+1].start)
		}
	}
	key := t.last(func(e expression) bool { return e.kind == unstable.KeyValue && hasPrefix(e.path, prefix) })
	if key < 0 {
		key = t.last(func(e expression) bool { return e.kind == unstable.KeyValue })
	}
	if key >= 0 && t.src[t.exprs[key].val.start-1] == '=' {
		s.equals = "="
	}
	s.subTables = len(prefix) > 0 && t.last(func(e expression) bool {
		return e.isHeader() && len(e.path) > len(prefix)+1 && hasPrefix(e.path, prefix)
	}) >= 0
	return s
}

func (b *Batch) insertTOML(path []string, value any) (tr Trace, err error) {
	if hasNull(value) {
		return tr, errors.New("null cannot stand in TOML")
	}
	t := b.doc.toml
	src := b.doc.src
	full, wanted := path, value
	path = t.inner(path)
	// An element that is not there yet comes with all that is in it.
	if i := slices.IndexFunc(path, isNamed); i >= 0 {
		path, value = path[:i+1], nest(path[i:], value)
	}
	p, err := t.walk(path)
	if err != nil {
		return tr, err
	}
	last := len(path) - 1
	if _, there := index(path[last]); there || p.list == nil && p.table.find(path[p.depth]) >= 0 {
		return tr, exists(full[p.depth])
	}
	table, isTable := value.(Object)
	here, root := path[:p.depth], p.depth == 0
	grouped := root || t.last(func(e expression) bool { return e.isHeader() && hasPrefix(e.path, here) }) >= 0
	var out []byte
	var section edit
	switch {
	case len(t.exprs) == 0:
		out, tr.Whole = whole(src, TOML, func(l layout) string {
			s := tomlStyle{eol: l.eol, equals: " = "}
			if isTable {
				return s.section(path, table)
			}
			if last == 0 || isNamed(path[last-1]) {
				return s.pair(path, value)
			}
			return s.section(path[:last], Object{{path[last], value}})
		})
	case p.list != nil:
		if list, ok := p.list.(*tomlList); ok {
			var edits []edit
			edits, tr.Gap = list.obj.insert(src, TOML, list.obj, false, func(layout) string { return tomlValue(value) })
			out = splice(src, edits)
		} else {
			section = t.appendSection(here, path, table)
		}
	case p.within != nil:
		key, v := path[p.withinDepth:p.depth+1], wrap(path[p.depth+1:], value)
		tr.Created = last - p.depth
		var edits []edit
		edits, tr.Gap = p.within.obj.insert(src, TOML, p.within.obj, false, func(layout) string {
			return tomlStyle{equals: " = "}.pair(key, v)
		})
		out = splice(src, edits)
	case grouped && (isTable || p.depth < last || p.table.kind == implicit):
		if isTable {
			section = t.appendSection(here, path, table)
		} else {
			section = t.appendSection(here, path[:last], Object{{path[last], value}})
		}
	case grouped && p.table.kind != dotted:
		out, tr.Gap = t.appendPair(here, path, value)
	default:
		// Dotted keys without a header: one more of them, with the rest inline.
		i := t.last(func(e expression) bool { return e.kind == unstable.KeyValue && hasPrefix(e.path, here) })
		e := t.exprs[i]
		s := t.style(here, e.end2)
		key := path[len(e.section) : p.depth+1]
		tr.Created = last - p.depth
		text := s.eol + indentAt(src, e.start) + s.pair(key, wrap(path[p.depth+1:], value))
		out = splice(src, []edit{{span{e.end2, e.end2}, text}})
	}
	b.wishes.put(full, nest(full[len(full)-1:], wanted))
	if section.text != "" {
		return tr, b.section(section)
	}
	return tr, b.reparse(out)
}

// appendSection gives the edit that puts a table behind the last of its group.
func (t *tomlFile) appendSection(group, path []string, table Object) edit {
	at := t.groupEnd(group)
	s := t.style(group, at)
	return edit{span{at, at}, s.between() + s.section(path, table)}
}

// appendPair puts a key behind the last one under the header here. When the
// file begins with a table, the first key of the root comes before it, in
// place of the white space that is the gap.
func (t *tomlFile) appendPair(here, path []string, value any) (out []byte, gap *string) {
	key := path[len(path)-1:]
	i := t.last(func(e expression) bool {
		return e.kind != unstable.Comment && slices.Equal(e.section, here) && (e.kind == unstable.KeyValue || len(here) > 0)
	})
	if i < 0 {
		s := t.style(nil, 0)
		at := span{bomLen(t.src), lineStart(t.src, t.exprs[0].start)}
		had := string(t.src[at.start:at.end])
		return splice(t.src, []edit{{at, s.pair(key, value) + s.eol + s.eol}}), &had
	}
	e := t.exprs[i]
	s := t.style(here, e.end2)
	indent := s.keyIndent
	if e.kind == unstable.KeyValue {
		indent = indentAt(t.src, e.start)
	}
	return splice(t.src, []edit{{span{e.end2, e.end2}, s.eol + indent + s.pair(key, value)}}), nil
}

func (b *Batch) removeTOML(path []string, tr Trace) error {
	if b.wishes.inside(path) {
		// Which parents go with it depends on how they are written.
		if err := b.settle(); err != nil {
			return err
		}
	}
	t := b.doc.toml
	old, ok := t.get(path)
	if !ok {
		return nil
	}
	full, src := path, b.doc.src
	path = t.inner(path)
	p, err := t.walk(path)
	if err != nil {
		return err
	}
	gap := tr.Gap
	if tr.Created > 0 {
		gap = nil
	}
	var out []byte
	i, isElement := index(path[len(path)-1])
	inline, _ := p.list.(*tomlList)
	switch {
	case isElement && inline != nil:
		out = splice(src, inline.obj.remove(src, TOML, i, gap))
	case p.within == nil:
		edits := t.dropExpressions(path, tr)
		if b.dropped(path, edits) {
			if _, more := b.doc.Get(full...); more { // a second element of that name
				return b.removeTOML(full, tr)
			}
			b.wishes.drop(full)
			return nil
		}
		out = splice(src, edits)
	default:
		// A member may be written as several dotted keys: the last goes first.
		i := len(p.within.names) - 1
		for !hasPrefix(p.within.names[i], path[p.withinDepth:]) {
			if i--; i < 0 {
				return wrongShape(full)
			}
		}
		out = splice(src, p.within.obj.remove(src, TOML, i, gap))
	}
	if bytes.Equal(out, src) {
		return unproved(errors.New("the member is still there"))
	}
	if err := b.reparse(out); err != nil {
		return err
	}
	if _, more := b.doc.Get(full...); more { // a second part, or a second element of that name
		return b.removeTOML(full, tr)
	}
	if Same(old, Object{}) || Same(old, []any{}) {
		b.wishes.empty(full)
	} else {
		b.wishes.drop(full)
	}
	if tr.Created > 0 && (p.within != nil || inline != nil) && len(full) > 1 {
		parent := full[:len(full)-1]
		if v, _ := b.doc.Get(parent...); Same(v, Object{}) || Same(v, []any{}) {
			tr.Created--
			return b.removeTOML(parent, tr)
		}
	}
	return nil
}

// dropExpressions takes away the headers and keys whose paths begin with path,
// with the comments between them and on their lines.
func (t *tomlFile) dropExpressions(path []string, tr Trace) []edit {
	drop := func(i int) bool { return t.exprs[i].kind != unstable.Comment && hasPrefix(t.exprs[i].path, path) }
	rootKeyLeft := t.last(func(e expression) bool {
		return e.kind == unstable.KeyValue && len(e.section) == 0 && !hasPrefix(e.path, path)
	}) >= 0
	var edits []edit
	for i := 0; i < len(t.exprs); i++ {
		if !drop(i) {
			continue
		}
		end := i // of the run
		for j := i + 1; j < len(t.exprs); j++ {
			if drop(j) {
				end = j
			} else if t.exprs[j].kind != unstable.Comment {
				break
			}
		}
		e := edit{span: span{bomLen(t.src), t.exprs[end].end2}}
		switch {
		case i > 0:
			e.start = t.exprs[i-1].end2
		case end == len(t.exprs)-1:
			e.end = len(t.src)
			if tr.Whole != nil {
				e.text = tr.Whole.Had
			}
		default:
			e.end = lineStart(t.src, t.exprs[end+1].start)
			if tr.Gap != nil && !rootKeyLeft {
				e.text = *tr.Gap
			}
		}
		edits = append(edits, e)
		i = end
	}
	return edits
}

func (b *Batch) updateTOML(path []string, value any) error {
	t := b.doc.toml
	parent, _ := t.get(path[:len(path)-1])
	if _, ok := parent.(Object); !ok {
		return wrongShape(path[:len(path)-1])
	}
	old, ok := t.get(path)
	if ok && Same(old, value) {
		return nil
	}
	if hasNull(value) {
		return errors.New("null cannot stand in TOML")
	}
	if !ok {
		_, err := b.insertTOML(path, value)
		return err
	}
	full := path
	path = t.inner(path)
	p, err := t.walk(path)
	if err != nil {
		return err
	}
	val := span{-1, -1}
	if p.within != nil {
		for i, name := range p.within.names {
			if slices.Equal(name, path[p.withinDepth:]) {
				val = p.within.obj.members[i].val
			}
		}
	} else if i := t.last(func(e expression) bool { return e.kind == unstable.KeyValue && slices.Equal(e.path, path) }); i >= 0 {
		val = t.exprs[i].val
	}
	if val.start < 0 { // written as a table or as dotted keys
		if err := b.removeTOML(full, Trace{}); err != nil {
			return err
		}
		_, err := b.insertTOML(full, value)
		return err
	}
	b.wishes.put(full, value)
	return b.exchange(edit{val, tomlValue(value)})
}
