package configfile

import (
	"fmt"
	"strings"
)

// Some apps keep their servers in a list of objects that say their own name.
// A path goes into such a list by a step that Named makes.

// namedMark begins a step made by Named. No app has a key that begins so.
const namedMark = "\x00named\x00"

// Named gives the path step for the element of a list whose member key has
// this value. Of several such elements the last one counts.
//
//	path := []string{"mcpServers", configfile.Named("name", "notes")}
func Named(key, value string) string {
	return namedMark + validText(key) + "\x00" + validText(value)
}

// named takes a path step apart.
func named(step string) (key, value string, ok bool) {
	rest, ok := strings.CutPrefix(step, namedMark)
	if !ok {
		return "", "", false
	}
	key, value, _ = strings.Cut(rest, "\x00")
	return key, value, true
}

func isNamed(step string) bool { return strings.HasPrefix(step, namedMark) }

// stepName is how a step is called in an error.
func stepName(step string) string {
	if _, value, ok := named(step); ok {
		return value
	}
	return step
}

// Names gives the values of the member key of the elements of the list at
// path, in the order of the file, each once; nil when there is no list.
// Elements without such a text are left out.
func (d *Document) Names(key string, path ...string) []string {
	v, _ := d.Get(path...)
	list, ok := v.([]any)
	if !ok {
		return nil
	}
	names := make([]string, 0, len(list))
	seen := map[string]bool{}
	for _, e := range list {
		o, _ := e.(Object)
		v, _ := o.Get(key)
		if name, ok := v.(string); ok && !seen[name] {
			seen[name] = true
			names = append(names, name)
		}
	}
	return names
}

// pick gives the element of a list that a step means.
func pickNamed(list []any, step string) (any, bool) {
	key, value, _ := named(step)
	for i := len(list) - 1; i >= 0; i-- {
		if o, ok := list[i].(Object); ok {
			if v, ok := o.Get(key); ok && v == any(value) {
				return o, true
			}
		}
	}
	return nil, false
}

// nest gives what has to stand at the first step of path so that value is at
// its end: nest([a b], v) is {b: v}. An element of a list gets its name.
func nest(path []string, value any) any {
	for i := len(path) - 1; i >= 0; i-- {
		if key, name, ok := named(path[i]); ok {
			o, _ := value.(Object)
			if _, has := o.Get(key); !has {
				o = append(Object{{key, name}}, o...)
			}
			value = o
		}
		if i == 0 {
			break
		}
		if isNamed(path[i]) {
			value = []any{value}
		} else {
			value = Object{{path[i], value}}
		}
	}
	return value
}

// wrap puts a value into an object or a list for each step.
func wrap(path []string, value any) any {
	if len(path) == 0 {
		return value
	}
	return nest(append([]string{""}, path...), value)
}

// checkNamed refuses a value that cannot be the element that a path names.
func checkNamed(path []string, value any) error {
	for i, step := range path {
		key, name, ok := named(step)
		if !ok {
			continue
		}
		if i > 0 && isNamed(path[i-1]) {
			return fmt.Errorf("a list within a list has no names")
		}
		if i == len(path)-1 {
			o, ok := value.(Object)
			if v, has := o.Get(key); !ok || has && v != any(name) {
				return fmt.Errorf("the new element is not called %q", name)
			}
		}
	}
	return nil
}
