package reverse

import (
	"strings"

	"toolbay/backend/configfile"
)

// byName is the member by which the lists of servers that some apps have
// instead of an object tell their elements apart.
const byName = "name"

// keyed turns every list of named elements into an object of them, so that an
// element is a member like any other: its key is the step of its path.
func keyed(v any) any {
	switch v := v.(type) {
	case configfile.Object:
		out := make(configfile.Object, 0, len(v))
		for _, m := range v {
			out = append(out, configfile.Member{Key: m.Key, Value: keyed(m.Value)})
		}
		return out
	case []any:
		out := configfile.Object{}
		for _, element := range v {
			o, _ := element.(configfile.Object)
			name, named := o.Get(byName)
			text, isText := name.(string)
			if !named || !isText {
				return v
			}
			step := configfile.Named(byName, text)
			if _, twice := out.Get(step); twice {
				return v
			}
			out = append(out, configfile.Member{Key: step, Value: keyed(o)})
		}
		if len(out) > 0 {
			return out
		}
	}
	return v
}

// listed is the way back.
func listed(v any) any {
	o, is := v.(configfile.Object)
	if !is {
		return v
	}
	if len(o) > 0 && nameIn(o[0].Key) != o[0].Key {
		list := []any{}
		for _, m := range o {
			list = append(list, listed(m.Value))
		}
		return list
	}
	out := make(configfile.Object, 0, len(o))
	for _, m := range o {
		out = append(out, configfile.Member{Key: m.Key, Value: listed(m.Value)})
	}
	return out
}

// nameIn is the name in a step that means an element, any other step itself.
func nameIn(step string) string {
	if name, is := strings.CutPrefix(step, configfile.Named(byName, "")); is {
		return name
	}
	return step
}
