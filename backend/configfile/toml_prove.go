package configfile

import "errors"

// proveTOML parses the result of an edit and compares the values: at path
// stands the value (or nothing), all else is as it was. at is path, with the name that an element has then. A parent that is only
// named by what was added or taken away may come and go.
func proveTOML(before *Document, out []byte, path, at []string, value any, there bool) error {
	after, err := Parse(out, TOML)
	if err != nil {
		return unproved(err)
	}
	v, ok := after.Get(at...)
	if ok != there || there && !same(v, value) {
		return unproved(errors.New("the member is not what it should be"))
	}
	if !sameBut(before, after, path, at) {
		return unproved(errors.New("a neighbour changed"))
	}
	return nil
}

// sameBut compares two files but for what is at path in the first and at at in
// the second.
func sameBut(before, after *Document, path, at []string) bool {
	b, _ := before.Get()
	a, _ := after.Get()
	return same(without(b, path), without(a, at))
}

// without gives v less the member at path, and less the parents that are empty
// then.
func without(v any, path []string) any {
	if list, ok := v.([]any); ok && isNamed(path[0]) {
		rest := []any{}
		for _, e := range list {
			if _, ok := pickNamed([]any{e}, path[0]); !ok {
				rest = append(rest, e)
			} else if len(path) > 1 {
				rest = append(rest, without(e, path[1:]))
			}
		}
		return rest
	}
	obj, ok := v.(Object)
	if !ok {
		return v
	}
	rest := make(Object, 0, len(obj))
	for _, m := range obj {
		if m.Key == path[0] {
			if len(path) == 1 {
				continue
			}
			m.Value = without(m.Value, path[1:])
			if same(m.Value, Object{}) || same(m.Value, []any{}) {
				continue
			}
		}
		rest = append(rest, m)
	}
	return rest
}
