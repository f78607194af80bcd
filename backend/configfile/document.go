package configfile

import (
	"bytes"
	"encoding/json"
	"strconv"
	"strings"
	"unicode/utf8"
)

// Document is a file that has been parsed. It refers to the bytes it was
// parsed from, which must not change.
type Document struct {
	format Format
	src    []byte
	root   *node // nil in a blank file
	toml   *tomlFile
	yaml   *yamlFile
}

// Blank tells that the file holds no value: only blanks and comments.
func (d *Document) Blank() bool {
	if d.toml != nil {
		return len(d.toml.root.keys) == 0
	}
	if d.yaml != nil {
		return d.yaml.root == nil
	}
	return d.root == nil
}

// BOM tells that the file begins with a byte order mark.
func (d *Document) BOM() bool { return bomLen(d.src) > 0 }

// Get gives the value at path: a string, bool, json.Number, []any, Object, or
// nil for null. Of a key that occurs twice the last one counts, as in the
// apps. Dates of TOML come as the text they are written in. In YAML aliases and
// merged mappings are followed.
func (d *Document) Get(path ...string) (any, bool) {
	if d.toml != nil {
		return d.toml.get(path)
	}
	if d.yaml != nil {
		return d.yaml.get(path)
	}
	n := d.find(path)
	if n == nil {
		return nil, false
	}
	return decode(d.src, n.span), true
}

// HasObject tells whether something stands at path, and whether it is an object.
// It is Get for whoever does not need the value.
func (d *Document) HasObject(path ...string) (object, there bool) {
	if d.toml != nil || d.yaml != nil {
		v, ok := d.Get(path...)
		_, object = v.(Object)
		return object, ok
	}
	n := d.find(path)
	return n != nil && n.obj != nil, n != nil
}

// Keys gives the keys of the object at path in the order of the file, each
// once; nil when there is no object.
func (d *Document) Keys(path ...string) []string {
	if d.toml != nil || d.yaml != nil {
		v, _ := d.Get(path...)
		o, ok := v.(Object)
		if !ok {
			return nil
		}
		return o.Keys()
	}
	n := d.find(path)
	if n == nil || n.obj == nil {
		return nil
	}
	keys := make([]string, 0, len(n.obj.members))
	seen := map[string]bool{}
	for _, m := range n.obj.members {
		if k := unquote(d.src[m.key.start:m.key.end]); !seen[k] {
			seen[k] = true
			keys = append(keys, k)
		}
	}
	return keys
}

// Duplicates gives the paths that occur more than once, each once, in the
// order of the file. Elements of arrays are named by their index. In TOML and
// YAML a duplicate is a syntax error.
func (d *Document) Duplicates() [][]string {
	if d.root == nil {
		return nil
	}
	var found [][]string
	type level struct {
		seen  map[string]int // nil in an array
		index int
		key   string
	}
	var stack []level
	lx := Lexer{d.src, d.root.start}
	wantKey := false
	for t := lx.Next(); t.Kind != EOF; t = lx.Next() {
		top := len(stack) - 1
		switch t.Kind {
		case BeginObject:
			stack = append(stack, level{seen: map[string]int{}})
			wantKey = true
		case BeginArray:
			stack = append(stack, level{key: "0"})
			wantKey = false
		case EndObject, EndArray:
			stack = stack[:top]
			wantKey = false
		case Comma:
			wantKey = stack[top].seen != nil
			if !wantKey {
				stack[top].index++
				stack[top].key = strconv.Itoa(stack[top].index)
			}
		case String:
			if !wantKey {
				continue
			}
			wantKey = false
			l := &stack[top]
			l.key = unquote(d.src[t.Start:t.End])
			if l.seen[l.key]++; l.seen[l.key] == 2 {
				path := make([]string, len(stack))
				for i := range stack {
					path[i] = stack[i].key
				}
				found = append(found, path)
			}
		}
	}
	return found
}

// find walks to the value at path, taking the last of duplicates.
func (d *Document) find(path []string) *node {
	n := d.root
	for _, k := range path {
		o := n.holder(k)
		if o == nil {
			return nil
		}
		i := o.index(d.src, validText(k))
		if i < 0 {
			return nil
		}
		n = scanValue(d.src, d.format, o.members[i].val)
	}
	return n
}

// index is the place of the last member with that key, or of the last element
// that the step names; -1 when there is none.
func (o *object) index(src []byte, key string) int {
	if key, name, ok := named(key); ok {
		for i := len(o.members) - 1; i >= 0; i-- {
			// Comments are known to be allowed if there are some.
			e := scanValue(src, JSONC, o.members[i].val)
			if e.obj == nil {
				continue
			}
			if at := e.obj.index(src, key); at >= 0 && decode(src, e.obj.members[at].val) == any(name) {
				return i
			}
		}
		return -1
	}
	for i := len(o.members) - 1; i >= 0; i-- {
		if k := o.members[i].key; keyIs(src[k.start:k.end], key) {
			return i
		}
	}
	return -1
}

// keyIs compares a key as written with a name.
func keyIs(quoted []byte, name string) bool {
	if inner := quoted[1 : len(quoted)-1]; bytes.IndexByte(inner, '\\') < 0 && utf8.Valid(inner) {
		return string(inner) == name
	}
	return unquote(quoted) == name
}

// unquote gives the text of a JSON string that has been checked. What is no
// valid UTF-8 or UTF-16 becomes U+FFFD, as in the apps.
func unquote(quoted []byte) string {
	if inner := quoted[1 : len(quoted)-1]; bytes.IndexByte(inner, '\\') < 0 {
		return validText(string(inner))
	}
	var s string
	if err := json.Unmarshal(quoted, &s); err != nil {
		return validText(string(quoted))
	}
	return s
}

// validText replaces each invalid byte as encoding/json does.
func validText(s string) string {
	if utf8.ValidString(s) {
		return s
	}
	var b strings.Builder
	for _, r := range s {
		b.WriteRune(r)
	}
	return b.String()
}

// decode gives the value of a span that has been checked.
func decode(src []byte, v span) any {
	d := decoder{lex: Lexer{src[:v.end], v.start}}
	return d.value(d.next())
}

type decoder struct{ lex Lexer }

func (d *decoder) next() Token {
	for {
		if t := d.lex.Next(); t.Kind != LineComment && t.Kind != BlockComment {
			return t
		}
	}
}

// value recurses at most MaxDepth deep: deeper files do not parse.
func (d *decoder) value(t Token) any {
	text := d.lex.src[t.Start:t.End]
	switch t.Kind {
	case String:
		return unquote(text)
	case Number:
		return json.Number(text)
	case Word:
		switch string(text) {
		case "true":
			return true
		case "false":
			return false
		}
		return nil
	case BeginArray:
		list := []any{}
		for t = d.next(); t.Kind != EndArray && t.Kind != EOF; t = d.next() {
			if t.Kind != Comma {
				list = append(list, d.value(t))
			}
		}
		return list
	case BeginObject:
		obj := Object{}
		var at map[string]int // look-up for large objects
		for t = d.next(); t.Kind != EndObject && t.Kind != EOF; t = d.next() {
			if t.Kind != String {
				continue
			}
			key := unquote(d.lex.src[t.Start:t.End])
			d.next() // the colon
			v := d.value(d.next())
			if len(obj) < 16 {
				obj = obj.set(key, v)
				continue
			}
			if at == nil {
				at = make(map[string]int, 64)
				for i, m := range obj {
					at[m.Key] = i
				}
			}
			if i, ok := at[key]; ok {
				obj[i].Value = v
			} else {
				at[key] = len(obj)
				obj = append(obj, Member{key, v})
			}
		}
		return obj
	}
	return nil
}
