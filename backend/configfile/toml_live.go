package configfile

import (
	"slices"

	"github.com/pelletier/go-toml/v2/unstable"
)

// What a Batch knows of a TOML file is carried along over the common edits: a
// table that is put in, one that goes, a value that is exchanged. After any
// other the file is read anew.

// live gives the file as what may be changed in place: what it was is still
// needed for the proof.
func (b *Batch) live() (*tomlFile, error) {
	if b.read {
		t, err := parseTOML(slices.Clone(b.doc.src))
		if err != nil {
			return nil, unproved(err)
		}
		b.doc, b.read = &Document{format: TOML, src: t.src, toml: t}, false
	}
	return b.doc.toml, nil
}

// move makes edits and moves all places along.
func (b *Batch) move(t *tomlFile, edits []edit) {
	for i := len(edits) - 1; i >= 0; i-- {
		t.src = slices.Replace(t.src, edits[i].start, edits[i].end, []byte(edits[i].text)...)
	}
	b.doc.src = t.src
	for i := range t.exprs {
		e := &t.exprs[i]
		if e.end2 < edits[0].start {
			continue
		}
		e.span = span{moved(e.start, edits, true), moved(e.end, edits, false)}
		e.end2 = moved(e.end2, edits, false)
		if e.kind == unstable.KeyValue {
			e.val = span{moved(e.val.start, edits, true), moved(e.val.end, edits, false)}
		}
	}
	t.root.move(edits)
}

func (t *tomlTable) move(edits []edit) {
	if t.obj != nil {
		(&node{obj: t.obj}).move(edits)
	}
	for _, v := range t.vals {
		moveTOML(v, edits)
	}
	for _, p := range t.prior {
		p.move(edits)
	}
}

func moveTOML(v any, edits []edit) {
	switch v := v.(type) {
	case *tomlTable:
		v.move(edits)
	case *tomlList:
		(&node{obj: v.obj}).move(edits)
		for _, e := range v.vals {
			moveTOML(e, edits)
		}
	}
}

// section puts a table in, with its header.
func (b *Batch) section(e edit) error {
	t, err := b.live()
	if err != nil {
		return err
	}
	b.move(t, []edit{e})
	at := slices.IndexFunc(t.exprs, func(x expression) bool { return x.start >= e.start })
	if at < 0 {
		at = len(t.exprs)
	}
	rest := slices.Clone(t.exprs[at:])
	t.exprs = t.exprs[:at]
	if err := t.read(e.start, e.start+len(e.text), t.root, nil); err != nil {
		return err
	}
	t.exprs = append(t.exprs, rest...)
	return nil
}

// read adds the expressions between two offsets.
func (t *tomlFile) read(from, to int, table *tomlTable, section []string) error {
	p := tomlBuilder{file: t, offset: from, table: table, section: section}
	p.parser.KeepComments = true
	p.parser.Reset(t.src[from:to:to])
	for p.parser.NextExpression() {
		if err := p.add(p.parser.Expression()); err != nil {
			return err
		}
	}
	if err := p.parser.Error(); err != nil {
		return unproved(err)
	}
	return nil
}

// dropped takes the expressions of a table, a key or an element of a [[list]]
// away. false without having done anything where the file must be read anew: in
// lists within lists, and where what only named what went goes too.
func (b *Batch) dropped(path []string, edits []edit) bool {
	key := len(path) - 1
	at, element := index(path[key])
	if element {
		key--
	}
	if len(edits) == 0 || slices.ContainsFunc(path[:key+1], func(step string) bool { _, is := index(step); return is }) {
		return false
	}
	src := b.doc.src
	if slices.ContainsFunc(edits, func(e edit) bool { return e.end < len(src) && src[e.end] != '\n' && src[e.end] != '\r' }) {
		return false // blanks that are left would belong to a comment before them
	}
	parent := b.doc.toml.holding(path[:key+1])
	if parent == nil {
		return false
	}
	if list := parent.child(path[key]); element && (list == nil || list.kind != tableArray || len(list.prior) == 0) || !element && len(parent.keys) < 2 {
		return false
	}
	t, err := b.live()
	if err != nil {
		return false
	}
	if parent = t.holding(path[:key+1]); element {
		parent.dropElement(path[key], at)
	} else {
		parent.drop(path[key])
	}
	t.exprs = slices.DeleteFunc(t.exprs, func(x expression) bool {
		return slices.ContainsFunc(edits, func(e edit) bool { return x.start >= e.start && x.end <= e.end })
	})
	if element {
		t.closeUp(path[:key+1], at)
	}
	b.move(t, edits)
	return true
}

// holding gives the table that has a key, nil where none has or where it is in
// a list or within braces.
func (t *tomlFile) holding(path []string) *tomlTable {
	table, last := t.root, len(path)-1
	for _, step := range path[:last] {
		if table = table.child(step); table == nil || table.kind == tableArray || table.kind == inline {
			return nil
		}
	}
	if table.find(path[last]) < 0 {
		return nil
	}
	return table
}

// dropElement takes an element out of a [[list]] that has more of them.
func (t *tomlTable) dropElement(key string, i int) {
	at := t.find(key)
	list := t.child(key)
	if i < len(list.prior) {
		list.prior = slices.Delete(list.prior, i, i+1)
		return
	}
	last := list.prior[len(list.prior)-1]
	last.kind, last.prior = tableArray, list.prior[:len(list.prior)-1]
	t.vals[at] = last
}

// closeUp gives the expressions of a [[list]] the places of their elements when
// the one at gone has gone. Sections need no look: they are the paths of headers.
func (t *tomlFile) closeUp(list []string, gone int) {
	depth := len(list)
	for i := range t.exprs {
		path := t.exprs[i].path
		if t.exprs[i].kind == unstable.Comment || len(path) <= depth || !hasPrefix(path, list) {
			continue
		}
		if at, ok := index(path[depth]); ok && at > gone {
			path[depth] = indexStep(at - 1)
		}
	}
}

func (t *tomlTable) drop(key string) {
	i := t.find(key)
	t.keys, t.vals = slices.Delete(t.keys, i, i+1), slices.Delete(t.vals, i, i+1)
	if t.at != nil {
		t.at = make(map[string]int, len(t.keys))
		for i, k := range t.keys {
			t.at[k] = i
		}
	}
}

// exchange gives a key another value.
func (b *Batch) exchange(e edit) error {
	t, err := b.live()
	if err != nil {
		return err
	}
	i := slices.IndexFunc(t.exprs, func(x expression) bool { return x.kind == unstable.KeyValue && x.val == e.span })
	table := t.root
	for n := 0; i >= 0 && table != nil && n < len(t.exprs[i].section); n++ {
		step := t.exprs[i].section[n]
		at, element := index(step)
		if list, ok := elements(table); ok && element && at < len(list) {
			table = list[at]
		} else {
			table = table.child(step)
		}
	}
	if i < 0 || table == nil { // inside an inline table
		return b.reparse(splice(t.src, []edit{e}))
	}
	b.move(t, []edit{e})
	x := t.exprs[i]
	rest := slices.Clone(t.exprs[i+1:])
	t.exprs = t.exprs[:i]
	if err := t.read(x.start, x.end2, table, x.section); err != nil {
		return err
	}
	t.exprs = append(t.exprs, rest...)
	return nil
}
