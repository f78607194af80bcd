package configfile

import (
	"bytes"
	"errors"
	"slices"
)

// UpdateMany is Update for several objects that stand side by side at path, all
// in one pass: each of values names one and gives members that it has already
// another value. ok is false, and nothing done, where a format or a file needs
// them one by one. The codes of its errors are those of Update.
func UpdateMany(src []byte, f Format, path []string, values Object) (out []byte, ok bool, err error) {
	path, v, err := checkArguments(path, values)
	if err != nil {
		return nil, false, err
	}
	if f == TOML || f == YAML {
		return nil, false, nil
	}
	d, err := Parse(src, f)
	if err != nil {
		return nil, false, err
	}
	parent := d.find(path)
	if parent == nil || parent.obj == nil {
		return nil, false, nil
	}
	at := map[string]int{}
	for i, m := range parent.obj.members {
		at[unquote(src[m.key.start:m.key.end])] = i // of doubles the last, as in Get
	}
	changed := map[int]Object{}
	var edits []edit
	for _, m := range v.(Object) {
		i, there := at[m.Key]
		members, isObject := m.Value.(Object)
		if !there || !isObject || changed[i] != nil {
			return nil, false, nil
		}
		entry := scanValue(src, f, parent.obj.members[i].val)
		if entry.obj == nil {
			return nil, false, nil
		}
		for _, w := range members {
			n := entry.obj.index(src, w.Key)
			if n < 0 {
				return nil, false, nil
			}
			edits = append(edits, d.replace(entry.obj, n, w.Value))
		}
		changed[i] = members
	}
	slices.SortFunc(edits, func(a, b edit) int { return a.span.start - b.span.start })
	out = splice(src, edits)
	after, err := Parse(out, f)
	if err != nil {
		return nil, false, unproved(err)
	}
	return out, true, proveMany(d, after, path, changed)
}

// replace gives the edit by which member n of an object gets another value.
func (d *Document) replace(o *object, n int, value any) edit {
	m := o.members[n]
	l, _ := layoutOf(d.src, d.root.obj, o)
	l.flat = !startsLine(d.src, m.key.start)
	old := d.src[m.val.start:m.val.end]
	if len(old) > 2 && (old[0] == '{' || old[0] == '[') {
		l.flat = !hasNewline(old)
		l.pad = old[0] == '{' && old[1] == ' '
		l.tall = !l.flat
	}
	return edit{m.val, string(l.value(nil, value, indentAt(d.src, m.key.start)))}
}

// proveMany compares the result of UpdateMany with what it was made from:
// outside the object at path no byte differs, in it the members that were not
// changed are the same bytes, and those that were say what was meant and nothing
// else.
func proveMany(before, after *Document, path []string, changed map[int]Object) error {
	b, a := before.find(path), after.find(path)
	if a == nil || a.obj == nil || len(a.obj.members) != len(b.obj.members) ||
		!bytes.Equal(before.src[:b.start], after.src[:a.start]) || !bytes.Equal(before.src[b.end:], after.src[a.end:]) {
		return unproved(errors.New("something outside changed"))
	}
	for i, m := range b.obj.members {
		n := a.obj.members[i]
		if !bytes.Equal(before.src[m.key.start:m.key.end], after.src[n.key.start:n.key.end]) {
			return unproved(errors.New("a name changed"))
		}
		members, is := changed[i]
		if !is {
			if !bytes.Equal(before.src[m.val.start:m.val.end], after.src[n.val.start:n.val.end]) {
				return unproved(errors.New("a neighbour changed"))
			}
			continue
		}
		want := decode(before.src, m.val)
		o, ok := want.(Object)
		if !ok {
			return unproved(errors.New("an object is gone"))
		}
		for _, w := range members {
			o = o.set(w.Key, w.Value)
		}
		if !same(decode(after.src, n.val), o) {
			return unproved(errors.New("a new value says something else"))
		}
	}
	return nil
}
