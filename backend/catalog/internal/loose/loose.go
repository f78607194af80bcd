// Package loose reads JSON and YAML that may not be what its schema says: a
// number where a string was meant, an object where a list was, snake_case
// where camelCase is the rule now. Nothing in it fails; what is not there or
// makes no sense is empty. catalog and its sources may import it.
//
//	o, err := loose.JSON(record)
//	id := o.Str("registryType", "registry_type")
package loose

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"

	"go.yaml.in/yaml/v3"
)

// Object is a JSON object or a YAML mapping with text keys.
type Object map[string]any

var errNoObject = errors.New("not an object")

// JSON reads one object and nothing behind it.
func JSON(b []byte) (Object, error) {
	d := json.NewDecoder(bytes.NewReader(b))
	d.UseNumber()
	var v any
	if err := d.Decode(&v); err != nil {
		return nil, err
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return nil, errors.New("something follows the object")
	}
	return object(v)
}

// YAML reads one mapping. Documents that refer to themselves, or blow up by
// references, are refused by the parser.
func YAML(b []byte) (Object, error) {
	var v any
	if err := yaml.Unmarshal(b, &v); err != nil {
		return nil, err
	}
	return object(v)
}

func object(v any) (Object, error) {
	if o := asObject(v); o != nil {
		return o, nil
	}
	return nil, errNoObject
}

func asObject(v any) Object {
	switch m := v.(type) {
	case map[string]any:
		return m
	case map[any]any: // YAML with keys that are not all text
		o := Object{}
		for k, v := range m {
			o[fmt.Sprint(k)] = v
		}
		return o
	}
	return nil
}

// Get gives the value of the first of names that is there.
func (o Object) Get(names ...string) any {
	for _, n := range names {
		if v, ok := o[n]; ok && v != nil {
			return v
		}
	}
	return nil
}

// Has tells whether one of names is there.
func (o Object) Has(names ...string) bool { return o.Get(names...) != nil }

// Str gives a string; numbers and truth values are spelled out.
func (o Object) Str(names ...string) string { return String(o.Get(names...)) }

// String spells out a plain value; anything else is "".
func String(v any) string {
	switch v := v.(type) {
	case string:
		return v
	case json.Number:
		return v.String()
	case bool:
		return strconv.FormatBool(v)
	case int:
		return strconv.Itoa(v)
	case int64, uint64, float64:
		return fmt.Sprint(v)
	}
	return ""
}

// Bool gives a truth value; the texts "true" and "1" count as true.
func (o Object) Bool(names ...string) bool {
	s := o.Str(names...)
	return s == "true" || s == "1"
}

// Object gives an object, empty when there is none.
func (o Object) Object(names ...string) Object {
	return asObject(o.Get(names...))
}

// List gives the elements of a list; a single value counts as a list of one.
func (o Object) List(names ...string) []any {
	switch v := o.Get(names...).(type) {
	case nil:
		return nil
	case []any:
		return v
	default:
		return []any{v}
	}
}

// Objects gives the objects of a list and leaves out what is none.
func (o Object) Objects(names ...string) []Object {
	var out []Object
	for _, v := range o.List(names...) {
		if e := asObject(v); e != nil {
			out = append(out, e)
		}
	}
	return out
}

// Strings gives the plain values of a list.
func (o Object) Strings(names ...string) []string {
	var out []string
	for _, v := range o.List(names...) {
		if s := String(v); s != "" {
			out = append(out, s)
		}
	}
	return out
}

// Keys gives the names in the object, sorted.
func (o Object) Keys() []string {
	keys := make([]string, 0, len(o))
	for k := range o {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}
