package configfile

import (
	"bytes"
	"encoding/json"
	"strings"
)

// layout is how a file is written: what Insert imitates.
type layout struct {
	eol    string
	indent string // of the member itself
	unit   string // one step of indentation
	colon  string // ":" or ": "
	sep    string // between members on one line: "," or ", "
	flat   bool   // the value stands on one line
	pad    bool   // "{ a }" instead of "{a}"
	tall   bool   // arrays of plain values have a line for each
}

// layoutOf looks at the object that gets a member, and where it tells nothing,
// at the root. newLine tells that the member gets a line of its own.
func layoutOf(src []byte, root, o *object) (l layout, newLine bool) {
	l = layout{eol: eolNear(src, o.close), colon: ": ", sep: ", "}
	l.unit = unitOf(src, root)
	if len(o.members) == 0 {
		gap := src[o.open+1 : o.close]
		newLine = hasNewline(gap) || hasNewline(src[root.open:root.close]) || len(root.members) == 0
		base := indentAt(src, o.open)
		if i := bytes.LastIndexByte(gap, '\n'); i >= 0 && isBlank(gap[i:]) {
			base = string(gap[i+1:])
		}
		l.indent = base + l.unit
		l.habits(src, root)
	} else {
		last := o.members[len(o.members)-1]
		newLine = startsLine(src, last.key.start)
		base := indentAt(src, o.open)
		if startsLine(src, o.close) {
			base = indentAt(src, o.close)
		}
		if newLine {
			l.indent = indentAt(src, last.key.start)
			if step, ok := strings.CutPrefix(l.indent, base); ok && step != "" {
				l.unit = step
			}
		} else {
			l.indent = base + l.unit
		}
		l.habits(src, o)
	}
	l.flat = l.flat || !newLine
	return l, newLine
}

// habits takes over how the last member of an object is written.
func (l *layout) habits(src []byte, o *object) {
	if len(o.members) == 0 {
		return
	}
	m := o.members[len(o.members)-1]
	if m.key.start == m.key.end {
		l.elementHabits(src, o)
	} else if string(src[m.key.end:m.val.start]) == ":" {
		l.colon, l.sep = ":", ","
	}
	if n := len(o.members); n > 1 && o.members[0].comma+1 == o.members[1].key.start {
		l.sep = ","
	}
	if v := src[m.val.start:m.val.end]; len(v) > 2 && v[0] == '{' {
		l.flat = !hasNewline(v) && !isBlank(v[1:len(v)-1])
		l.pad = v[1] == ' '
		l.tall = bytes.Contains(v, []byte("[\n")) || bytes.Contains(v, []byte("[\r\n"))
	}
}

// elementHabits takes over how the last object in a list is written.
func (l *layout) elementHabits(src []byte, list *object) {
	for i := len(list.members) - 1; i >= max(0, len(list.members)-16); i-- {
		e := scanValue(src, JSONC, list.members[i].val)
		if e.obj == nil || len(e.obj.members) == 0 {
			continue
		}
		m := e.obj.members[len(e.obj.members)-1]
		if string(src[m.key.end:m.val.start]) == ":" {
			l.colon, l.sep = ":", ","
		}
		return
	}
}

// unitOf gives one step of indentation, judged by the root's members.
func unitOf(src []byte, root *object) string {
	base := indentAt(src, root.open)
	end := root.open // of the member before
	for _, m := range root.members {
		between := src[end:m.key.start]
		end = m.val.end
		if !hasNewline(between) || !startsLine(src, m.key.start) {
			continue
		}
		if step, ok := strings.CutPrefix(indentAt(src, m.key.start), base); ok && step != "" {
			return step
		}
	}
	return "  "
}

// eolNear gives the line end that the file uses around an offset.
func eolNear(src []byte, at int) string {
	i := bytes.LastIndexByte(src[:at], '\n')
	if i < 0 {
		if i = bytes.IndexByte(src[at:], '\n'); i < 0 {
			return "\n"
		}
		i += at
	}
	if i > 0 && src[i-1] == '\r' {
		return "\r\n"
	}
	return "\n"
}

func lineStart(src []byte, at int) int {
	if i := bytes.LastIndexByte(src[:at], '\n'); i >= 0 {
		return i + 1
	}
	return bomLen(src)
}

// indentAt gives the blanks at the start of the line of an offset.
func indentAt(src []byte, at int) string {
	i := lineStart(src, at)
	j := i
	for j < at && (src[j] == ' ' || src[j] == '\t') {
		j++
	}
	return string(src[i:j])
}

// startsLine tells that there are only blanks before an offset on its line.
func startsLine(src []byte, at int) bool { return isBlank(src[lineStart(src, at):at]) }

// member writes a member of a JSON object.
func (l layout) member(key string, v any) string {
	b := appendQuoted(nil, key)
	b = append(b, l.colon...)
	return string(l.value(b, v, l.indent))
}

// value writes a JSON value; indent is that of the line it begins on.
func (l layout) value(b []byte, v any, indent string) []byte {
	switch v := v.(type) {
	case nil:
		return append(b, "null"...)
	case bool:
		if v {
			return append(b, "true"...)
		}
		return append(b, "false"...)
	case json.Number:
		return append(b, v...)
	case string:
		return appendQuoted(b, v)
	case []any:
		flat := l.flat || !l.tall && plain(v)
		return l.list(b, '[', ']', len(v), flat, false, indent, func(b []byte, i int, indent string) []byte {
			return l.value(b, v[i], indent)
		})
	case Object:
		return l.list(b, '{', '}', len(v), l.flat, l.pad, indent, func(b []byte, i int, indent string) []byte {
			b = appendQuoted(b, v[i].Key)
			b = append(b, l.colon...)
			return l.value(b, v[i].Value, indent)
		})
	}
	return b
}

func (l layout) list(b []byte, open, close byte, n int, flat, pad bool, indent string, item func([]byte, int, string) []byte) []byte {
	b = append(b, open)
	if n > 0 && flat {
		if pad {
			b = append(b, ' ')
		}
		for i := range n {
			if i > 0 {
				b = append(b, l.sep...)
			}
			b = item(b, i, indent)
		}
		if pad {
			b = append(b, ' ')
		}
	} else if n > 0 {
		for i := range n {
			if i > 0 {
				b = append(b, ',')
			}
			b = append(b, l.eol...)
			b = append(b, indent...)
			b = append(b, l.unit...)
			b = item(b, i, indent+l.unit)
		}
		b = append(b, l.eol...)
		b = append(b, indent...)
	}
	return append(b, close)
}

// plain tells that no element is an array or object with something in it.
func plain(list []any) bool {
	for _, e := range list {
		switch e := e.(type) {
		case []any:
			if len(e) > 0 {
				return false
			}
		case Object:
			if len(e) > 0 {
				return false
			}
		}
	}
	return true
}
