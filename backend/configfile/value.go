package configfile

import (
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"unicode/utf8"
)

// Member is one key of an Object and its value.
type Member struct {
	Key   string
	Value any
}

// Object is an ordered map. Its values are string, bool, nil, json.Number,
// []any and Object; Insert and Update also take int, int64, float64, []string,
// map[string]string (written in the order of the keys) and nil slices.
type Object []Member

// Get gives the value of a key.
func (o Object) Get(key string) (any, bool) {
	for i := len(o) - 1; i >= 0; i-- {
		if o[i].Key == key {
			return o[i].Value, true
		}
	}
	return nil, false
}

// Keys gives the keys in order.
func (o Object) Keys() []string {
	keys := make([]string, len(o))
	for i, m := range o {
		keys[i] = m.Key
	}
	return keys
}

// set gives a key its value, at its old place when there is one.
func (o Object) set(key string, v any) Object {
	for i := range o {
		if o[i].Key == key {
			o[i].Value = v
			return o
		}
	}
	return append(o, Member{key, v})
}

// normal brings a caller's value to the types that Parse gives.
func normal(v any) (any, error) {
	switch v := v.(type) {
	case nil, bool:
		return v, nil
	case string:
		return validText(v), nil
	case json.Number:
		if !isNumber([]byte(v)) {
			return nil, fmt.Errorf("%q is no number", string(v))
		}
		return v, nil
	case int:
		return json.Number(strconv.Itoa(v)), nil
	case int64:
		return json.Number(strconv.FormatInt(v, 10)), nil
	case float64:
		b, err := json.Marshal(v)
		return json.Number(b), err
	case []string:
		list := make([]any, len(v))
		for i, s := range v {
			list[i] = validText(s)
		}
		return list, nil
	case []any:
		list := make([]any, len(v))
		for i, e := range v {
			n, err := normal(e)
			if err != nil {
				return nil, err
			}
			list[i] = n
		}
		return list, nil
	case map[string]string:
		keys := make([]string, 0, len(v))
		for k := range v {
			keys = append(keys, k)
		}
		slices.Sort(keys)
		obj := Object{}
		for _, k := range keys {
			obj = obj.set(validText(k), validText(v[k]))
		}
		return obj, nil
	case Object:
		obj := make(Object, 0, len(v))
		for _, m := range v {
			n, err := normal(m.Value)
			if err != nil {
				return nil, err
			}
			obj = obj.set(validText(m.Key), n)
		}
		return obj, nil
	}
	return nil, fmt.Errorf("a %T cannot stand in a settings file", v)
}

// Same compares two values of the types that Parse gives. The order of an
// object's members has no meaning; a number is its text.
func Same(a, b any) bool {
	switch a := a.(type) {
	case Object:
		b, ok := b.(Object)
		if !ok || len(a) != len(b) {
			return false
		}
		for i, m := range a {
			if b[i].Key == m.Key { // nearly always in the same order
				if !Same(m.Value, b[i].Value) {
					return false
				}
				continue
			}
			if v, ok := b.Get(m.Key); !ok || !Same(m.Value, v) {
				return false
			}
		}
		return true
	case []any:
		b, ok := b.([]any)
		if !ok || len(a) != len(b) {
			return false
		}
		for i := range a {
			if !Same(a[i], b[i]) {
				return false
			}
		}
		return true
	}
	switch b.(type) {
	case Object, []any:
		return false
	}
	return a == b
}

// Quoted is s as a string of JSON, which is one of TOML and YAML too.
func Quoted(s string) string { return string(appendQuoted(nil, s)) }

// appendQuoted writes s as a JSON string, as JSON.stringify does: only what
// must be escaped is.
func appendQuoted(b []byte, s string) []byte {
	const hex = "0123456789abcdef"
	b = append(b, '"')
	for _, r := range s {
		switch {
		case r == '"' || r == '\\':
			b = append(b, '\\', byte(r))
		case r == '\n':
			b = append(b, `\n`...)
		case r == '\r':
			b = append(b, `\r`...)
		case r == '\t':
			b = append(b, `\t`...)
		case r < 0x20 || r == 0x7f:
			b = append(b, '\\', 'u', '0', '0', hex[r>>4], hex[r&15])
		default:
			b = utf8.AppendRune(b, r)
		}
	}
	return append(b, '"')
}
