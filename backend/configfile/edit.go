package configfile

import (
	"bytes"
	"errors"
	"fmt"

	"toolbay/backend/model"
)

// Insert adds the member path with a value, creating the parents it needs, as
// the last of its object. src is not changed; nil stands for an absent file,
// and in a blank one a whole document is written. The codes of its errors are
// file_broken, file_too_big, file_too_deep, entry_exists and wrong_shape.
func Insert(src []byte, f Format, path []string, value any) (out []byte, tr Trace, err error) {
	path, value, err = checkArguments(path, value)
	if err != nil {
		return nil, Trace{}, err
	}
	if err = checkNamed(path, value); err != nil {
		return nil, Trace{}, err
	}
	switch f {
	case TOML:
		out, tr, err = insertTOML(src, path, value)
	case YAML:
		out, tr, err = insertYAML(src, path, value, false)
	default:
		out, tr, err = insertJSON(src, f, path, value)
	}
	if err != nil {
		return nil, Trace{}, err
	}
	tr.Absent = src == nil
	return out, tr, nil
}

// Remove takes the member path away, with its separator and the comments on
// its line. With the Trace of its Insert it also takes away what Insert had
// created, when nothing else is in it. A nil out without error means that the
// file should not exist. When there is no such member, out is src. The codes
// of its errors are file_broken, file_too_big, file_too_deep and wrong_shape.
func Remove(src []byte, f Format, path []string, tr *Trace) (out []byte, err error) {
	path, _, err = checkArguments(path, nil)
	if err != nil {
		return nil, err
	}
	if tr == nil {
		tr = &Trace{}
	}
	switch f {
	case TOML:
		out, err = removeTOML(src, path, *tr)
	case YAML:
		out, err = removeYAML(src, path, *tr)
	default:
		out, err = removeJSON(src, f, path, *tr)
	}
	if err == nil && tr.Absent && isBlank(out[bomLen(out):]) {
		return nil, nil
	}
	return out, err
}

// Update gives the members of value to the object at path. What is equal
// already is not touched, nor is any member that value does not name; out is
// src when there is nothing to do. The codes of its errors are those of Insert;
// wrong_shape also when there is no object at path.
func Update(src []byte, f Format, path []string, value Object) (out []byte, err error) {
	path, v, err := checkArguments(path, value)
	if err != nil {
		return nil, err
	}
	if key, name, ok := named(path[len(path)-1]); ok {
		if v, has := v.(Object).Get(key); has && v != any(name) {
			return nil, errors.New("an element gets a new name by Replace")
		}
	}
	for _, m := range v.(Object) {
		member := append(path[:len(path):len(path)], m.Key)
		switch f {
		case TOML:
			src, err = updateTOML(src, member, m.Value)
		case YAML:
			src, err = updateYAML(src, member, m.Value)
		default:
			src, err = updateJSON(src, f, member, m.Value)
		}
		if err != nil {
			return nil, err
		}
	}
	return src, nil
}

// checkArguments brings a path and a value to the form in which Parse gives
// them.
func checkArguments(path []string, value any) ([]string, any, error) {
	if len(path) == 0 || len(path) > MaxDepth/2 {
		return nil, nil, fmt.Errorf("path of %d parts", len(path))
	}
	if isNamed(path[0]) {
		return nil, nil, errors.New("a list cannot be the whole file")
	}
	clean := make([]string, len(path))
	for i, k := range path {
		clean[i] = validText(k)
	}
	v, err := normal(value)
	return clean, v, err
}

// whole writes the first value of a file that had none.
func whole(src []byte, f Format, text func(l layout) string) ([]byte, *Whole) {
	return wholeBetween(src, f, bomLen(src), len(src), text)
}

// wholeBetween does so between the marks of a document.
func wholeBetween(src []byte, f Format, from, to int, text func(l layout) string) ([]byte, *Whole) {
	at, _ := f.lastComment(src, from, to)
	l := layout{eol: eolNear(src, len(src)), unit: "  ", indent: "  ", colon: ": ", sep: ", "}
	w := &Whole{Had: string(src[at:to]), Tail: l.eol}
	if at > bomLen(src) {
		w.Lead = l.eol
	}
	return splice(src, []edit{{span{at, to}, w.Lead + text(l) + w.Tail}}), w
}

// undo puts back what stood in place of the value at v, the only one.
func (w *Whole) undo(src []byte, v span) []byte {
	if bytes.HasSuffix(src[:v.start], []byte(w.Lead)) {
		v.start -= len(w.Lead)
	}
	if bytes.HasPrefix(src[v.end:], []byte(w.Tail)) {
		v.end += len(w.Tail)
	}
	return splice(src, []edit{{v, w.Had}})
}

func insertJSON(src []byte, f Format, path []string, value any) ([]byte, Trace, error) {
	d, err := Parse(src, f)
	if err != nil {
		return nil, Trace{}, err
	}
	if d.root == nil {
		out, w := whole(src, f, func(l layout) string {
			l.indent = ""
			return string(l.value(nil, wrap(path, value), ""))
		})
		tr := Trace{Created: len(path) - 1, Whole: w}
		after, err := Parse(out, f)
		if err != nil {
			return nil, Trace{}, unproved(err)
		}
		if v, _ := after.Get(); !same(v, wrap(path, value)) {
			return nil, Trace{}, unproved(errors.New("the new file says something else"))
		}
		return out, tr, nil
	}
	n, depth := d.root, 0
	var o *object
	for {
		if o = n.holder(path[depth]); o == nil {
			return nil, Trace{}, wrongShape(path[:max(depth, 1)])
		}
		i := o.index(src, path[depth])
		if i < 0 {
			break
		}
		if depth == len(path)-1 {
			return nil, Trace{}, model.Fail(CodeExists, nil, "name", stepName(path[depth]))
		}
		n = scanValue(src, f, o.members[i].val)
		depth++
	}
	tr := Trace{Created: len(path) - 1 - depth}
	v := nest(path[depth:], value)
	var edits []edit
	edits, tr.Gap = o.insert(src, f, d.root.obj, tr.Created > 0, func(l layout) string {
		if isNamed(path[depth]) {
			return string(l.value(nil, v, l.indent))
		}
		return l.member(path[depth], v)
	})
	out := splice(src, edits)
	if _, err := prove(d, out, path[:depth+1], v, +1); err != nil {
		return nil, Trace{}, err
	}
	return out, tr, nil
}

func removeJSON(src []byte, f Format, path []string, tr Trace) ([]byte, error) {
	d, err := Parse(src, f)
	if err != nil {
		return nil, err
	}
	for copies := 0; ; copies++ {
		parent := d.find(path[:len(path)-1]).holder(path[len(path)-1])
		i := -1
		if parent != nil {
			i = parent.index(src, path[len(path)-1])
		}
		if i < 0 {
			if copies == 0 {
				return src, nil
			}
			break
		}
		if copies == maxCopies {
			return nil, wrongShape(path)
		}
		gap := tr.Gap
		if tr.Created > 0 {
			gap = nil
		}
		out := splice(src, parent.remove(src, f, i, gap))
		if d, err = prove(d, out, path, nil, -1); err != nil {
			return nil, err
		}
		src = out
	}
	for ; tr.Created > 0; tr.Created-- {
		o := d.find(path[:len(path)-1]).holder(path[len(path)-1])
		path = path[:len(path)-1]
		if o == nil || !isBlank(src[o.open+1:o.close]) {
			return src, nil
		}
		gap := tr.Gap
		if tr.Created > 1 {
			gap = nil
		}
		step := path[len(path)-1]
		parent := d.find(path[:len(path)-1]).holder(step)
		out := splice(src, parent.remove(src, f, parent.index(src, step), gap))
		if d, err = prove(d, out, path, nil, -1); err != nil {
			return nil, err
		}
		src = out
	}
	if o := d.root.obj; tr.Whole != nil && isBlank(src[o.open+1:o.close]) {
		out := tr.Whole.undo(src, d.root.span)
		if d, err := Parse(out, f); err != nil || d.root != nil {
			return nil, unproved(errors.New("the file does not become empty"))
		}
		return out, nil
	}
	return src, nil
}

// maxCopies is how many duplicates of a key Remove takes away: each needs a
// pass over the file, and a file with more is nobody's settings.
const maxCopies = 100

func updateJSON(src []byte, f Format, path []string, value any) ([]byte, error) {
	d, err := Parse(src, f)
	if err != nil {
		return nil, err
	}
	step := path[len(path)-1]
	parent := d.find(path[:len(path)-1]).holder(step)
	if parent == nil {
		return nil, wrongShape(path[:len(path)-1])
	}
	i := parent.index(src, step)
	if i < 0 {
		out, _, err := insertJSON(src, f, path, value)
		return out, err
	}
	m := parent.members[i]
	if same(decode(src, m.val), value) {
		return src, nil
	}
	l, _ := layoutOf(src, d.root.obj, parent)
	l.flat = !startsLine(src, m.key.start)
	old := src[m.val.start:m.val.end]
	if len(old) > 2 && (old[0] == '{' || old[0] == '[') {
		l.flat = !hasNewline(old)
		l.pad = old[0] == '{' && old[1] == ' '
		l.tall = !l.flat
	}
	text := l.value(nil, value, indentAt(src, m.key.start))
	out := splice(src, []edit{{m.val, string(text)}})
	_, err = prove(d, out, path, value, 0)
	return out, err
}

// unproved is for an edit that did not come out as meant: a fault of this
// package. The file stays as it is.
func unproved(why error) error {
	return fmt.Errorf("edit of a settings file came out wrong, nothing was written: %w", why)
}

// prove parses the result of an edit and compares it with what it was made
// from: along path each object has the same members with the same bytes, but
// for the one at the end, which was added (+1), taken away (-1) or given a new
// value (0). It gives the document of the result.
func prove(before *Document, out []byte, path []string, value any, change int) (*Document, error) {
	after, err := Parse(out, before.format)
	if err != nil {
		return nil, unproved(err)
	}
	b, a := before.root, after.root
	if a == nil || !bytes.Equal(before.src[:b.start], out[:a.start]) || !bytes.Equal(before.src[b.end:], out[a.end:]) {
		return nil, unproved(errors.New("something outside the root changed"))
	}
	for depth, key := range path {
		bo, ao := b.holder(key), a.holder(key)
		if ao == nil || bo == nil {
			return nil, unproved(errors.New("an object on the way is gone"))
		}
		bi, ai := bo.index(before.src, key), ao.index(out, key)
		if isNamed(key) && change == 0 && len(ao.members) == len(bo.members) {
			ai = bi // it may have a new name
		}
		last := depth == len(path)-1
		if last && change > 0 {
			bi = -1
		}
		if last && change < 0 {
			ai = -1 // an earlier copy of a duplicate key may be left: it is a neighbour
		}
		if !sameMembers(before.src, out, bo, ao, bi, ai) {
			return nil, unproved(fmt.Errorf("a neighbour on level %d changed", depth))
		}
		if last {
			if ai >= 0 && !same(decode(out, ao.members[ai].val), value) {
				return nil, unproved(errors.New("the new value says something else"))
			}
			return after, nil
		}
		if ai < 0 || bi < 0 {
			return nil, unproved(errors.New("an object on the way is gone"))
		}
		b = scanValue(before.src, before.format, bo.members[bi].val)
		a = scanValue(out, before.format, ao.members[ai].val)
	}
	return after, nil
}

// sameMembers compares the members of two objects byte for byte, leaving one
// out on each side (-1 for none).
func sameMembers(bs, as []byte, b, a *object, bi, ai int) bool {
	i, j := 0, 0
	for {
		if i == bi {
			i++
		}
		if j == ai {
			j++
		}
		if i >= len(b.members) || j >= len(a.members) {
			return i >= len(b.members) && j >= len(a.members)
		}
		m, n := b.members[i], a.members[j]
		if !bytes.Equal(bs[m.key.start:m.key.end], as[n.key.start:n.key.end]) || !bytes.Equal(bs[m.val.start:m.val.end], as[n.val.start:n.val.end]) {
			return false
		}
		i, j = i+1, j+1
	}
}
