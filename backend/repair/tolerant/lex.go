package tolerant

import (
	"bytes"
	"unicode/utf8"

	"toolbay/backend/configfile"
	"toolbay/backend/repair/finding"
)

type kind uint8

const (
	tEnd kind = iota
	tOpenObject
	tOpenArray
	tCloseObject
	tCloseArray
	tColon
	tComma
	tString
	tValue // a number, true, false, null
	tJunk  // what belongs nowhere
)

// token is a piece of the text that the grammar sees. Comments, blanks and what
// is certainly noise are none.
type token struct {
	kind       kind
	start, end int
	first      bool // on its line
	cut        bool // the text ends inside
	col        int  // indentation of its line
	bol        int  // where its line begins
	key        name // which known key a string is
}

// note is a comment.
type note struct {
	start, end int
	line       bool // only a line end closes it
}

// lexer cuts a text into tokens and says what is wrong inside of each.
type lexer struct {
	src    []byte
	format configfile.Format
	toks   []token
	mends  []mend
	notes  []note
	nest   []byte // the brackets that are open, as far as one can tell
	join   bool   // a + between two strings
	line   int    // where the current line begins
	ended  int    // where it ends; less than line when not known
	inked  int    // where its first character stands; less than line when not known
	col    int    // its indentation
	steps  int    // bytes looked at more than once, which are limited
	open   bool   // a comment that never ends was seen
	doubt  bool   // there are several readings, and none is likelier
}

// frugal tells that the text made enough work: what is left is read in the
// plainest way.
func (l *lexer) frugal() bool { return l.steps > 8*len(l.src)+1<<20 }

// eol gives where the line of i ends.
func (l *lexer) eol(i int) int {
	if i < l.line || l.ended < l.line || i >= l.ended {
		e := lineEnd(l.src, i)
		if i < l.line {
			return e
		}
		l.ended = e
	}
	return l.ended
}

func (l *lexer) strict() bool { return l.format == configfile.JSON }

func (l *lexer) add(m mend) { l.mends = append(l.mends, m) }

func (l *lexer) emit(k kind, start, end int) *token {
	t := token{kind: k, start: start, end: end}
	if l.inked < l.line || l.line == 0 {
		l.inked, l.col = l.line, 0
		for l.inked < start && (l.src[l.inked] == '\t' || l.src[l.inked] == ' ') {
			if l.col++; l.src[l.inked] == '\t' {
				l.col += 3
			}
			l.inked++
		}
	}
	t.first, t.col, t.bol = start <= l.inked, l.col, l.line
	l.toks = append(l.toks, t)
	switch k {
	case tOpenObject:
		l.nest = append(l.nest, '{')
	case tOpenArray:
		l.nest = append(l.nest, '[')
	case tCloseObject, tCloseArray:
		if n := len(l.nest); n > 0 {
			l.nest = l.nest[:n-1]
		}
	}
	return &l.toks[len(l.toks)-1]
}

func (l *lexer) last() kind {
	if n := len(l.toks); n > 0 {
		return l.toks[n-1].kind
	}
	return tEnd
}

func (l *lexer) inArray() bool { return len(l.nest) > 0 && l.nest[len(l.nest)-1] == '[' }

// wantsValue tells that what comes is a value, not a key.
func (l *lexer) wantsValue() bool {
	switch l.last() {
	case tColon, tOpenArray:
		return true
	case tComma:
		return l.inArray()
	}
	return false
}

func (l *lexer) run() {
	src := l.src
	for i := 0; i < len(src); {
		l.steps++
		from := i
		c := src[i]
		switch {
		case c == ' ' || c == '\t' || c == '\r':
			i++
		case c == '\n':
			i++
			l.line = i
		case c == '{':
			l.emit(tOpenObject, i, i+1)
			i++
		case c == '}':
			l.emit(tCloseObject, i, i+1)
			i++
		case c == '[':
			l.emit(tOpenArray, i, i+1)
			i++
		case c == ']':
			l.emit(tCloseArray, i, i+1)
			i++
		case c == ',':
			l.emit(tComma, i, i+1)
			i++
		case c == ':':
			n := 1
			for i+n < len(src) && (src[i+n] == '=' || src[i+n] == ':') {
				n++
			}
			l.emit(tColon, i, i+n)
			if n > 1 {
				l.add(change("JSON_WRONG_SEPARATOR", finding.Safe, i, i+n, ":"))
			}
			i += n
		case c == '=':
			n := 1
			for i+n < len(src) && (src[i+n] == '=' || src[i+n] == '>') {
				n++
			}
			l.emit(tColon, i, i+n)
			l.add(change("JSON_WRONG_SEPARATOR", finding.Safe, i, i+n, ":"))
			i += n
		case c == ';':
			l.emit(tComma, i, i+1)
			l.add(change("JSON_WRONG_SEPARATOR", finding.Safe, i, i+1, ","))
			i++
		case c == '(':
			l.emit(tOpenArray, i, i+1)
			l.add(change("JSON_WRONG_CLOSER", finding.Confirm, i, i+1, "["))
			i++
		case c == ')':
			l.emit(tCloseArray, i, i+1)
			l.add(change("JSON_WRONG_CLOSER", finding.Confirm, i, i+1, "]"))
			i++
		case c == '/' && i+1 < len(src) && (src[i+1] == '/' || src[i+1] == '*'), c == '#', c == '<' && bytes.HasPrefix(src[i:], []byte("<!--")):
			i = l.comment(i)
		case c == '"':
			i = l.str(i)
		case c == '\'':
			i = l.other(i, 1)
		case c == '`':
			i = l.other(i, 1)
		case c == '+' && l.last() == tString && joined(src[i+1:]):
			l.join = true
			i++
		case c == '.' && bytes.HasPrefix(src[i:], []byte("...")):
			n := 3
			for i+n < len(src) && src[i+n] == '.' {
				n++
			}
			l.add(change("JSON_ELLIPSIS", finding.Confirm, i, i+n, ""))
			i += n
		case c == '.' && l.last() == tString && follows(src, i):
			l.emit(tComma, i, i+1)
			l.add(change("JSON_WRONG_SEPARATOR", finding.Confirm, i, i+1, ","))
			i++
		case c < 0x20 || c == 0x7f:
			l.add(change("ENC_CONTROL_CHARS", finding.Safe, i, i+1, ""))
			i++
		case c >= utf8.RuneSelf:
			r, n := utf8.DecodeRune(src[i:])
			if m, ok := marks[r]; ok {
				l.emit(m.kind, i, i+n)
				l.add(change("JSON_WRONG_SEPARATOR", finding.Safe, i, i+n, m.as))
				i += n
				break
			}
			switch {
			case opener(r) != 0:
				i = l.other(i, n)
			case unseen(r):
				i += n
				l.add(change("JSON_INVISIBLE_CHARS", finding.Safe, from, i, spaced(r)))
			case r == '…':
				i += n
				l.add(change("JSON_ELLIPSIS", finding.Confirm, from, i, ""))
			default:
				i = l.word(i)
			}
		default:
			i = l.word(i)
		}
		if i <= from { // cannot be; a text must end all the same
			i = from + 1
		}
	}
	for i := range l.toks {
		t := &l.toks[i]
		if t.kind == tString {
			t.key = known(plain(src[t.start:t.end]))
		}
	}
}
