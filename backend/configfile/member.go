package configfile

import "bytes"

// The edits of one member of an object. They serve JSON and the inline tables
// of TOML and the flow collections of YAML alike; only the comments look
// different.

// commentEnd gives the end of the comment that begins at src[i] (i itself when
// none does) and whether only a line end closes it.
func (f Format) commentEnd(src []byte, i int) (end int, line bool) {
	if i >= len(src) {
		return i, false
	}
	if f.hash() {
		if src[i] != '#' {
			return i, false
		}
		end = len(src)
		if n := bytes.IndexByte(src[i:], '\n'); n >= 0 {
			end = i + n
		}
		if src[end-1] == '\r' {
			end--
		}
		return end, true
	}
	if src[i] != '/' {
		return i, false
	}
	lx := Lexer{src, i}
	t := lx.Next()
	return t.End, t.Kind == LineComment
}

// lastComment gives the end of the last comment between two offsets with
// nothing but blanks and comments between them, or from when there is none.
func (f Format) lastComment(src []byte, from, to int) (end int, line bool) {
	end = from
	for i := from; i < to; {
		if e, l := f.commentEnd(src, i); e > i {
			end, line, i = e, l, e
			continue
		}
		i++
	}
	return end, line
}

// restOfLine goes from the end of a value over blanks, comments and, at the
// offset comma, its comma, to the end of the line. It gives the end of the
// last of them; what stopped it is at stop.
func (f Format) restOfLine(src []byte, from, comma, limit int) (end, stop int, line bool) {
	end = from
	i := from
	for i < limit {
		switch c := src[i]; {
		case c == ' ' || c == '\t':
			i++
		case i == comma:
			i++
			end = i
		default:
			e, l := f.commentEnd(src, i)
			if e == i {
				return end, i, line
			}
			i, end, line = e, e, l
		}
	}
	return end, i, line
}

// insert puts a member behind the last one. text writes it in the layout it is
// given. gap is set when the object was empty: the white space that was
// replaced.
func (o *object) insert(src []byte, f Format, root *object, created bool, text func(layout) string) (edits []edit, gap *string) {
	l, newLine := layoutOf(src, root, o)
	if created && newLine {
		l.flat = false
	}
	if f.hash() {
		l.flat, l.sep = true, ", "
	}
	if len(o.members) == 0 {
		at, line := f.lastComment(src, o.open+1, o.close)
		old := string(src[at:o.close])
		var s string
		switch {
		case line || newLine && !f.hash():
			base := indentAt(src, o.open)
			if i := bytes.LastIndexByte(src[at:o.close], '\n'); i >= 0 {
				base = string(src[at+i+1 : o.close])
			}
			s = l.eol + l.indent + text(l) + l.eol + base
		case old != "" || f.hash() || at > o.open+1:
			s = " " + text(l) + " "
		default:
			s = text(l)
		}
		return []edit{{span{at, o.close}, s}}, &old
	}
	last := o.members[len(o.members)-1]
	from := last.val.end
	if last.comma >= 0 {
		from = last.comma + 1
	}
	at, _, line := f.restOfLine(src, from, -1, o.close)
	s := l.sep[1:] + text(l)
	if newLine || line {
		s = l.eol + l.indent + text(l)
	}
	if last.comma >= 0 {
		return []edit{{span{at, at}, s + ","}}, nil
	}
	return []edit{{span{last.val.end, last.val.end}, ","}, {span{at, at}, s}}, nil
}

// remove takes member i away with its comma and the comments on its line.
// Comments on lines of their own stay. When the object becomes empty, gap is
// what stands in it then; nil closes the braces up.
func (o *object) remove(src []byte, f Format, i int, gap *string) []edit {
	m := o.members[i]
	from := o.open + 1
	if i > 0 {
		from = o.members[i-1].comma + 1
	}
	start, afterLine := f.lastComment(src, from, m.key.start)
	end, stop, _ := f.restOfLine(src, m.val.end, m.comma, o.close)
	if stop < o.close && src[stop] != '\n' && src[stop] != '\r' && m.comma >= 0 && m.comma < stop {
		// The next member is on this line: what stands behind the comma is its.
		end = m.comma + 1
		if i == 0 && start == o.open+1 && !hasNewline(src[start:m.key.start]) && isBlank(src[end:stop]) {
			start, end = m.key.start, stop // "{ x, b }" becomes "{ b }"
		}
	}
	if len(o.members) == 1 && (m.comma < 0 || m.comma < end) {
		tail, line := f.lastComment(src, end, o.close)
		if tail == end {
			line = afterLine
		}
		if gap == nil && start == o.open+1 && tail == end {
			gap = new(string)
		}
		if gap != nil && (!line || startsWithEOL([]byte(*gap))) {
			edits := []edit{{span{start, end}, ""}, {span{tail, o.close}, *gap}}
			if tail == end { // nothing between them
				edits = []edit{{span{start, o.close}, *gap}}
			}
			return edits
		}
	}
	if afterLine && !startsWithEOL(src[end:]) {
		start += bytes.IndexByte(src[start:], '\n') + 1
	}
	var edits []edit
	if i > 0 && m.comma < 0 {
		c := o.members[i-1].comma
		edits = append(edits, edit{span{c, c + 1}, ""})
	}
	edits = append(edits, edit{span{start, end}, ""})
	if m.comma >= end {
		edits = append(edits, edit{span{m.comma, m.comma + 1}, ""})
	}
	return edits
}

func startsWithEOL(b []byte) bool {
	return bytes.HasPrefix(b, []byte("\n")) || bytes.HasPrefix(b, []byte("\r\n"))
}
