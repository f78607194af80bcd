package configfile

import (
	"bytes"
	"strconv"
	"strings"
)

// Lists of tables: [[servers]], and arrays of inline tables.

// indexMark begins a step of an inner path that means an element by its place.
// Inner paths have these where those of callers have Named.
const indexMark = "\x00#"

func indexStep(i int) string { return indexMark + strconv.Itoa(i) }

// index takes such a step apart.
func index(step string) (int, bool) {
	digits, ok := strings.CutPrefix(step, indexMark)
	if !ok {
		return 0, false
	}
	i, err := strconv.Atoi(digits)
	return i, err == nil
}

// tomlList is an array that stands where it can be spliced. A value is one of
// those of a tomlTable.
type tomlList struct {
	obj  *object
	vals []any
}

// plainTOML turns tables and lists into what Document.Get gives.
func plainTOML(v any) any {
	switch v := v.(type) {
	case *tomlTable:
		return v.value()
	case *tomlList:
		list := make([]any, len(v.vals))
		for i, e := range v.vals {
			list[i] = plainTOML(e)
		}
		return list
	}
	return v
}

// elements gives the tables of a list; nil for what is none. Elements that are
// no tables are nil.
func elements(v any) (list []*tomlTable, ok bool) {
	switch v := v.(type) {
	case *tomlTable:
		if v.kind == tableArray {
			return append(v.prior[:len(v.prior):len(v.prior)], v), true
		}
	case *tomlList:
		for _, e := range v.vals {
			t, _ := e.(*tomlTable)
			list = append(list, t)
		}
		return list, true
	}
	return nil, false
}

// pickTable gives the place of the element that a step means, -1 for none.
func pickTable(list []*tomlTable, step string) int {
	if i, ok := index(step); ok && i < len(list) && list[i] != nil {
		return i
	}
	key, name, ok := named(step)
	for i := len(list) - 1; ok && i >= 0; i-- {
		if list[i] == nil {
			continue
		}
		if at := list[i].find(key); at >= 0 && list[i].vals[at] == any(name) {
			return i
		}
	}
	return -1
}

// inner turns a caller's path into an inner one, as far as its elements exist.
func (t *tomlFile) inner(path []string) []string {
	out := append([]string(nil), path...)
	var v any = t.root
	for i, step := range path {
		if list, ok := elements(v); ok {
			at := pickTable(list, step)
			if at < 0 {
				return out
			}
			out[i], v = indexStep(at), list[at]
			if list[at].kind == tableArray {
				// Its last element is the table itself; do not take it for the list.
				v = tomlElement{list[at]}
			}
			continue
		}
		table, _ := v.(*tomlTable)
		if e, ok := v.(tomlElement); ok {
			table = e.tomlTable
		}
		if table == nil {
			return out
		}
		at := table.find(step)
		if at < 0 {
			return out
		}
		v = table.vals[at]
	}
	return out
}

// tomlElement is the last element of a [[list]], which is also what stands for
// the list.
type tomlElement struct{ *tomlTable }

// listSpans finds where the elements of an array stand.
func listSpans(src []byte, at span) *object {
	o := &object{open: at.start, close: at.end - 1}
	i := at.start + 1
	skip := func() {
		for i < o.close {
			if e, _ := TOML.commentEnd(src, i); e > i {
				i = e
			} else if isBlank(src[i : i+1]) {
				i++
			} else {
				return
			}
		}
	}
	for skip(); i < o.close; skip() {
		m := member{key: span{i, i}, val: span{i, tomlValueEnd(src, i, o.close)}, comma: -1}
		if m.val.end <= i {
			return nil
		}
		i = m.val.end
		if skip(); i < o.close {
			if src[i] != ',' {
				return nil
			}
			m.comma = i
			i++
		}
		o.members = append(o.members, m)
	}
	return o
}

// tomlValueEnd goes over one value of an array that has been checked.
func tomlValueEnd(src []byte, i, limit int) int {
	depth := 0
	for i < limit {
		switch c := src[i]; c {
		case '"', '\'':
			quote := []byte{c}
			if bytes.HasPrefix(src[i:], []byte{c, c, c}) {
				quote = []byte{c, c, c}
			}
			i += len(quote)
			for i < limit && !bytes.HasPrefix(src[i:], quote) {
				if src[i] == '\\' && c == '"' {
					i++
				}
				i++
			}
			i += len(quote)
			for len(quote) == 3 && i < limit && src[i] == c { // """a""""
				i++
			}
		case '[', '{':
			depth++
			i++
		case ']', '}':
			depth--
			i++
		case '#':
			if depth == 0 {
				return i
			}
			i, _ = TOML.commentEnd(src, i)
		case ',', '\n', '\r':
			if depth == 0 {
				return len(bytes.TrimRight(src[:i], " \t"))
			}
			i++
		default:
			i++
		}
		if depth == 0 && i > 0 && i <= limit {
			if c := src[i-1]; c == ']' || c == '}' || c == '"' || c == '\'' {
				return i
			}
		}
	}
	return len(bytes.TrimRight(src[:limit], " \t"))
}
