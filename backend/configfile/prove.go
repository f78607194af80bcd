package configfile

import (
	"bytes"
	"errors"
)

// wish is what the edits of a file ask of a place in it and of those below.
type wish struct {
	// known tells that it is said what stands here: value or, with absent,
	// nothing.
	known, absent bool
	value         any
	// cleared tells that what stood here went: of doubles all.
	cleared bool
	// emptied tells that it went because nothing but what steps say was in it.
	emptied bool
	// as is the step to an element that gets another name in its place.
	as    string
	steps map[string]*wish
}

func (w *wish) none() bool { return !w.known && len(w.steps) == 0 }

// at gives the wish of a path, making it where there is none.
func (w *wish) at(path []string) *wish {
	for _, step := range path {
		next := w.steps[step]
		if next == nil {
			if next = new(wish); w.steps == nil {
				w.steps = map[string]*wish{}
			}
			w.steps[step] = next
		}
		w = next
	}
	return w
}

// reach is at as far as it is not known yet what stands there; rest is the part
// of the path that leads on into what is known.
func (w *wish) reach(path []string) (at *wish, rest []string) {
	for len(path) > 0 && !w.known {
		w, path = w.at(path[:1]), path[1:]
	}
	return w, path
}

// put says that value stands at path.
func (w *wish) put(path []string, value any) {
	w, rest := w.reach(path)
	if len(rest) > 0 {
		value = with(w.value, rest, value)
	}
	w.known, w.absent, w.value = true, false, value
	if !w.emptied {
		w.steps = nil
	}
}

// drop says that what stands at path goes.
func (w *wish) drop(path []string) {
	w, rest := w.reach(path)
	if len(rest) > 0 {
		w.value = less(w.value, rest)
		return
	}
	w.known, w.absent, w.value, w.cleared = true, true, nil, true
	if !w.emptied {
		w.steps = nil
	}
}

// empty is drop of what has nothing in it any more.
func (w *wish) empty(path []string) {
	if at, rest := w.reach(path); len(rest) == 0 && !at.known {
		at.emptied = true
	}
	w.drop(path)
}

// inside tells that path leads into what is known already.
func (w *wish) inside(path []string) bool {
	for _, step := range path {
		if w == nil || w.known {
			return w != nil
		}
		w = w.steps[step]
	}
	return false
}

// less gives v less what is at path.
func less(v any, path []string) any {
	step, last := path[0], len(path) == 1
	switch v := v.(type) {
	case Object:
		rest := make(Object, 0, len(v))
		for _, m := range v {
			if m.Key == step && last {
				continue
			} else if m.Key == step {
				m.Value = less(m.Value, path[1:])
			}
			rest = append(rest, m)
		}
		return rest
	case []any:
		rest := make([]any, 0, len(v))
		for _, e := range v {
			if _, is := pickNamed([]any{e}, step); is && last {
				continue
			} else if is {
				e = less(e, path[1:])
			}
			rest = append(rest, e)
		}
		return rest
	}
	return v
}

// with gives v with a value at path.
func with(v any, path []string, value any) any {
	if len(path) == 0 {
		return value
	}
	step := path[0]
	if _, _, ok := named(step); ok {
		list, _ := v.([]any)
		for i := len(list) - 1; i >= 0; i-- {
			if _, ok := pickNamed(list[i:i+1], step); ok {
				list[i] = with(list[i], path[1:], value)
				return list
			}
		}
		return append(list, nest(path, value))
	}
	o, _ := v.(Object)
	old, _ := o.Get(step)
	return o.set(step, with(old, path[1:], value))
}

// without gives v less what goes by w and less what w says a value of, and less
// the parents that are empty then.
func without(v any, w *wish) any {
	switch v := v.(type) {
	case []any:
		rest := []any{}
		for _, e := range v {
			if s := w.element(e); s == nil {
				rest = append(rest, e)
			} else if !s.known {
				rest = append(rest, without(e, s))
			}
		}
		return rest
	case Object:
		rest := make(Object, 0, len(v))
		for _, m := range v {
			if s := w.steps[m.Key]; s != nil {
				if s.known {
					continue
				}
				m.Value = without(m.Value, s)
				if Same(m.Value, Object{}) || Same(m.Value, []any{}) {
					continue
				}
			}
			rest = append(rest, m)
		}
		return rest
	}
	return v
}

// element gives the wish of an element of a list, nil for none.
func (w *wish) element(e any) *wish {
	o, ok := e.(Object)
	if !ok {
		return nil
	}
	for _, m := range o {
		if name, ok := m.Value.(string); ok {
			if s := w.steps[Named(m.Key, name)]; s != nil {
				return s
			}
		}
	}
	return nil
}

// covers tells that all that stood in v, which went for being empty, went
// before it.
func (w *wish) covers(v any) bool {
	gone := func(s *wish, v any) bool {
		return s != nil && s.cleared && (!s.emptied || s.covers(v))
	}
	switch v := v.(type) {
	case Object:
		for _, m := range v {
			if !gone(w.steps[m.Key], m.Value) {
				return false
			}
		}
		return true
	case []any:
		for _, e := range v {
			if !gone(w.element(e), e) {
				return false
			}
		}
		return true
	}
	return v == nil
}

var (
	errNeighbour = errors.New("a neighbour changed")
	errValue     = errors.New("a member is not what it should be")
	errWay       = errors.New("an object on the way is gone")
)

// verify holds two files against each other: at each place that w knows
// stands its value or nothing, and all else is as it was.
func verify(before, after *Document, w *wish) error {
	var err error
	switch {
	case w.known && w.absent:
		v, _ := before.Get()
		if !after.Blank() {
			err = errValue
		} else if w.emptied && !w.covers(v) {
			err = errNeighbour
		}
	case w.known:
		v, _ := before.Get()
		if now, _ := after.Get(); !Same(now, w.value) {
			err = errValue
		} else if !before.Blank() && !(w.emptied && w.covers(v)) {
			err = errNeighbour
		}
	case before.toml != nil:
		err = compareTOML(before, after, w)
	case before.yaml != nil:
		c := yamlCompare{}
		err = c.along(before.yaml.root, after.yaml.root, w)
	default:
		err = compareJSON(before, after, w)
	}
	if err != nil {
		return unproved(err)
	}
	return nil
}

// compareJSON holds the bytes of members against each other.
func compareJSON(before, after *Document, w *wish) error {
	b, a := before.root, after.root
	if a == nil || b == nil || !bytes.Equal(before.src[:b.start], after.src[:a.start]) || !bytes.Equal(before.src[b.end:], after.src[a.end:]) {
		return errors.New("something outside the root changed")
	}
	c := jsonCompare{bs: before.src, as: after.src, format: before.format}
	return c.along(b, a, w)
}

type jsonCompare struct {
	bs, as []byte
	format Format
}

// asked gives, for the steps of a wish, the places of the members that they
// mean, in the order of the file.
func asked(src []byte, o *object, w *wish, list bool) map[*wish][]int {
	places := map[*wish][]int{}
	for i, m := range o.members {
		var s *wish
		if list {
			s = w.element(decode(src, m.val))
		} else if k := src[m.key.start:m.key.end]; bytes.IndexByte(k, '\\') < 0 {
			if s = w.steps[string(k[1:len(k)-1])]; s == nil {
				s = w.steps[unquote(k)]
			}
		} else {
			s = w.steps[unquote(k)]
		}
		if s != nil {
			places[s] = append(places[s], i)
		}
	}
	return places
}

// matched gives the places before and after that the wish is about. kept tells
// that there are as many of them after as before.
func (w *wish) matched(was, is []int, kept bool) (before, after []int, err error) {
	if !w.cleared && len(was) > 0 {
		was = was[len(was)-1:]
	}
	if w.as == "" {
		return was, is, nil
	}
	if len(was) != 1 || !kept { // one with another key keeps its place
		return nil, nil, errWay
	}
	return was, was, nil
}

// gone tells whether nothing was to stay there, and whether that came true.
func (w *wish) gone(was, is []int) (bool, error) {
	switch {
	case w.known && w.absent && len(is) > 0:
		return true, errValue
	case w.known && w.absent:
		return true, nil
	case len(is) == 0 || !w.known && len(was) == 0:
		return false, errWay
	}
	return false, nil
}

// along compares two objects or lists but for what their wish is about. Of a key
// that is there twice the last one is meant, and the others are neighbours,
// unless all went.
func (c jsonCompare) along(b, a *node, w *wish) error {
	var bo, ao *object
	list := false
	for step := range w.steps {
		list = isNamed(step)
		bo, ao = b.holder(step), a.holder(step)
		break
	}
	if bo == nil || ao == nil {
		return errWay
	}
	bp, ap := asked(c.bs, bo, w, list), asked(c.as, ao, w, list)
	skipB, skipA := map[int]bool{}, map[int]bool{}
	for step, s := range w.steps {
		if isNamed(step) != list {
			return errWay
		}
		was, is, err := s.matched(bp[s], ap[s], len(ao.members) == len(bo.members))
		if err != nil {
			return err
		}
		for _, i := range was {
			skipB[i] = true
		}
		if s.emptied {
			for _, i := range was {
				if !s.covers(decode(c.bs, bo.members[i].val)) {
					return errNeighbour
				}
			}
		}
		if gone, err := s.gone(was, is); err != nil {
			return err
		} else if gone {
			continue
		}
		i := is[len(is)-1]
		skipA[i] = true
		if s.known {
			if !Same(decode(c.as, ao.members[i].val), s.value) {
				return errValue
			}
			continue
		}
		bv, av := scanValue(c.bs, c.format, bo.members[was[0]].val), scanValue(c.as, c.format, ao.members[i].val)
		if err := c.along(bv, av, s); err != nil {
			return err
		}
	}
	i, j := 0, 0
	for {
		for skipB[i] {
			i++
		}
		for skipA[j] {
			j++
		}
		if i >= len(bo.members) || j >= len(ao.members) {
			break
		}
		m, n := bo.members[i], ao.members[j]
		if !bytes.Equal(c.bs[m.key.start:m.key.end], c.as[n.key.start:n.key.end]) || !bytes.Equal(c.bs[m.val.start:m.val.end], c.as[n.val.start:n.val.end]) {
			return errNeighbour
		}
		i, j = i+1, j+1
	}
	if i < len(bo.members) || j < len(ao.members) {
		return errNeighbour
	}
	return nil
}
