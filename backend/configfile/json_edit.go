package configfile

import (
	"errors"
	"slices"
)

// The edits of JSON. Of the file as it is now the Batch knows where the members
// of the root stand and those of the values on the way to the last edit. An edit
// moves these places along, so that the file is not read anew for the next one.

// reach walks along a path as far as it goes: n is the value there, depth how
// many steps led to it.
func (b *Batch) reach(path []string) (n *node, depth int) {
	for depth < len(path) && depth < len(b.keys) && path[depth] == b.keys[depth] {
		depth++
	}
	b.keys, b.nodes = b.keys[:depth], b.nodes[:depth+1]
	for n = b.nodes[depth]; depth < len(path); depth++ {
		o := n.holder(path[depth])
		if o == nil {
			break
		}
		i := o.index(b.doc.src, path[depth])
		if i < 0 {
			break
		}
		n = scanValue(b.doc.src, b.format, o.members[i].val)
		b.keys, b.nodes = append(b.keys, path[depth]), append(b.nodes, n)
	}
	return n, depth
}

// parent gives what holds the last step of a path, and where; nil and -1 for
// what is not there.
func (b *Batch) parent(path []string) (o *object, i int) {
	if b.doc.root == nil {
		return nil, -1
	}
	last := len(path) - 1
	n, depth := b.reach(path[:last])
	if depth < last {
		return nil, -1
	}
	if o = n.holder(path[last]); o == nil {
		return nil, -1
	}
	return o, o.index(b.doc.src, path[last])
}

// splice makes edits within what was reached last, and moves all places.
func (b *Batch) splice(edits []edit) {
	if b.read { // the bytes are another's
		b.doc.src, b.read = append(make([]byte, 0, len(b.doc.src)+4096), b.doc.src...), false
	}
	for i := len(edits) - 1; i >= 0; i-- {
		b.doc.src = slices.Replace(b.doc.src, edits[i].start, edits[i].end, []byte(edits[i].text)...)
	}
	for _, n := range b.nodes {
		n.move(edits)
	}
}

func (b *Batch) insertJSON(path []string, value any) (Trace, error) {
	src := b.doc.src
	if b.doc.root == nil {
		out, w := whole(src, b.format, func(l layout) string {
			l.indent = ""
			return string(l.value(nil, wrap(path, value), ""))
		})
		return Trace{Created: len(path) - 1, Whole: w}, b.first(out, path, value)
	}
	n, depth := b.reach(path)
	if depth == len(path) {
		return Trace{}, exists(path[depth-1])
	}
	o := n.holder(path[depth])
	if o == nil {
		return Trace{}, wrongShape(path[:max(depth, 1)])
	}
	tr := Trace{Created: len(path) - 1 - depth}
	v := nest(path[depth:], value)
	var edits []edit
	edits, tr.Gap = o.insert(src, b.format, b.doc.root.obj, tr.Created > 0, func(l layout) string {
		if isNamed(path[depth]) {
			return string(l.value(nil, v, l.indent))
		}
		return l.member(path[depth], v)
	})
	b.splice(edits)
	at := edits[len(edits)-1].start
	if len(edits) > 1 {
		at += len(edits[0].text)
	}
	if !o.added(b.doc.src, b.format, at) {
		return Trace{}, unproved(errors.New("what was put in is not there"))
	}
	b.wishes.put(path[:depth+1], v)
	return tr, nil
}

func (b *Batch) removeJSON(path []string, tr Trace) error {
	for copies := 0; ; copies++ {
		o, i := b.parent(path)
		if i < 0 {
			if copies == 0 {
				return nil
			}
			if b.wishes.drop(path); o != nil && len(o.members) > 0 {
				return nil
			}
			break
		}
		if copies == maxCopies {
			return wrongShape(path)
		}
		gap := tr.Gap
		if tr.Created > 0 {
			gap = nil
		}
		b.drop(o, i, gap)
	}
	for ; tr.Created > 0 && len(path) > 1; tr.Created-- {
		path = path[:len(path)-1]
		o, i := b.parent(path)
		if i < 0 {
			return nil
		}
		text := b.doc.src[o.members[i].val.start:o.members[i].val.end]
		if text[0] != '{' && text[0] != '[' || !isBlank(text[1:len(text)-1]) {
			return nil
		}
		gap := tr.Gap
		if tr.Created > 1 {
			gap = nil
		}
		b.drop(o, i, gap)
		b.wishes.empty(path)
	}
	if o := b.doc.root.obj; tr.Whole != nil && isBlank(b.doc.src[o.open+1:o.close]) {
		if err := b.reparse(tr.Whole.undo(b.doc.src, b.doc.root.span)); err != nil {
			return err
		}
		if b.doc.root != nil {
			return unproved(errors.New("the file does not become empty"))
		}
		b.wishes.empty(nil)
	}
	return nil
}

// drop takes member i of an object away that was reached last.
func (b *Batch) drop(o *object, i int, gap *string) {
	edits := o.remove(b.doc.src, b.format, i, gap)
	o.members = append(o.members[:i], o.members[i+1:]...)
	b.splice(edits)
}

// maxCopies is how many duplicates of a key Remove takes away: a file with
// more is nobody's settings.
const maxCopies = 100

func (b *Batch) updateJSON(path []string, value any) error {
	last := len(path) - 1
	var o *object
	if n, depth := b.reachRoot(path[:last]); depth == last {
		o = n.holder(path[last])
	}
	if o == nil {
		return wrongShape(path[:last])
	}
	src := b.doc.src
	i := o.index(src, path[last])
	if i < 0 {
		_, err := b.insertJSON(path, value)
		return err
	}
	m := o.members[i]
	if Same(decode(src, m.val), value) {
		return nil
	}
	l, _ := layoutOf(src, b.doc.root.obj, o)
	l.flat = !startsLine(src, m.key.start)
	old := src[m.val.start:m.val.end]
	if len(old) > 2 && (old[0] == '{' || old[0] == '[') {
		l.flat = !hasNewline(old)
		l.pad = old[0] == '{' && old[1] == ' '
		l.tall = !l.flat
	}
	b.splice([]edit{{m.val, string(l.value(nil, value, indentAt(src, m.key.start)))}})
	b.wishes.put(path, value)
	return nil
}

// reachRoot is reach for a file that may be blank.
func (b *Batch) reachRoot(path []string) (*node, int) {
	if b.doc.root == nil {
		return nil, -1
	}
	return b.reach(path)
}

func (o *object) clone() *object {
	c := *o
	c.members = append([]member(nil), o.members...)
	return &c
}

// moved gives the offset that x becomes by edits. Text that is put in at x
// comes before what begins there (begins) and after what ends there.
func moved(x int, edits []edit, begins bool) int {
	to := x
	for _, e := range edits {
		if e.end < x || e.end == x && (begins || e.start < x) {
			to += len(e.text) - (e.end - e.start)
		}
	}
	return to
}

func (n *node) move(edits []edit) {
	n.start, n.end = moved(n.start, edits, true), moved(n.end, edits, false)
	o := n.obj
	if o == nil {
		o = n.list
	}
	if o == nil {
		return
	}
	o.open, o.close = moved(o.open, edits, true), moved(o.close, edits, true)
	first := edits[0].start
	for i := range o.members {
		m := &o.members[i]
		if m.val.end < first && m.comma < first {
			continue
		}
		for _, e := range edits {
			if e.start <= m.comma && m.comma < e.end {
				m.comma = -1
			}
		}
		m.key = span{moved(m.key.start, edits, true), moved(m.key.end, edits, m.key.end == m.key.start)}
		m.val = span{moved(m.val.start, edits, true), moved(m.val.end, edits, false)}
		if m.comma >= 0 {
			m.comma = moved(m.comma, edits, true)
		}
	}
}

// added notes the member that was put in at an offset, as the last one.
func (o *object) added(src []byte, f Format, at int) bool {
	s := scanner{lex: Lexer{src[:o.close], at}, format: f}
	t, err := s.next()
	if err != nil {
		return false
	}
	m := member{key: span{t.Start, t.Start}, comma: -1}
	if src[o.open] == '{' {
		m.key.end = t.End
		if colon, err := s.next(); err != nil || colon.Kind != Colon {
			return false
		}
		if t, err = s.next(); err != nil {
			return false
		}
	}
	n, err := s.value(t)
	if err != nil {
		return false
	}
	m.val = n.span
	if last := len(o.members) - 1; last >= 0 {
		if o.members[last].comma >= 0 {
			m.comma = m.val.end
		} else {
			o.members[last].comma = o.members[last].val.end
		}
	}
	o.members = append(o.members, m)
	return true
}
