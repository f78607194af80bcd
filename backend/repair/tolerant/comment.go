package tolerant

import (
	"bytes"

	"toolbay/backend/repair/finding"
)

// comment takes a comment of any language.
func (l *lexer) comment(i int) int {
	src := l.src
	eol := l.eol(i)
	n := note{start: i, end: eol, line: true}
	switch {
	case src[i] == '<':
		n.line = false
		if e := l.closing(i, "-->"); e >= 0 {
			n.end = i + e + 3
			if !l.strict() {
				l.add(mend{code: "JSON_COMMENT_IN_STRICT", fix: finding.Safe, at: i, edits: []finding.Edit{{From: i, To: i + 4, New: "/*"}, {From: n.end - 3, To: n.end, New: "*/"}}})
			}
		}
	case src[i] == '/' && src[i+1] == '*':
		n.line = false
		if e := l.closing(i+2, "*/"); e >= 0 {
			n.end = i + 2 + e + 2
		} else {
			// Never closed: what it is on its own line is the comment.
			if !l.strict() {
				l.add(change("JSON_TRUNCATED", finding.Confirm, eol, eol, " */"))
			}
		}
	case src[i] == '#' && !l.strict():
		l.add(change("JSON_COMMENT_IN_STRICT", finding.Safe, i, i+1, "//"))
	case src[i] == '/':
		if cr := bytes.IndexByte(src[i:eol], '\r'); cr >= 0 { // a lone one: it ends the line where lines end so
			n.end = i + cr
			if !l.strict() {
				l.add(change("TEXT_LINE_ENDS", finding.Safe, n.end, n.end+1, "\n"))
			}
		}
	}
	l.notes = append(l.notes, n)
	for k := i; k < n.end; k++ {
		if src[k] == '\n' {
			l.line = k + 1
		}
	}
	return n.end
}

// closing finds the end of a comment; after one that has none it is not looked
// for again.
func (l *lexer) closing(i int, mark string) int {
	if l.open {
		return -1
	}
	n := bytes.Index(l.src[i:], []byte(mark))
	l.open = n < 0
	return n
}
