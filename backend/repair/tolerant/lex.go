package tolerant

import (
	"bytes"
	"encoding/json"
	"strings"
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
}

// frugal tells that the text made enough work: what is left is read in the
// plainest way.
func (l *lexer) frugal() bool { return l.steps > 40*len(l.src)+1<<16 }

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

// marks are characters that look like JSON's own.
var marks = map[rune]struct {
	kind kind
	as   string
}{
	'：': {tColon, ":"}, '，': {tComma, ","}, '、': {tComma, ","}, '；': {tComma, ","}, '｛': {tOpenObject, "{"}, '｝': {tCloseObject, "}"},
	'［': {tOpenArray, "["}, '］': {tCloseArray, "]"}, '【': {tOpenArray, "["}, '】': {tCloseArray, "]"},
	'（': {tOpenArray, "["}, '）': {tCloseArray, "]"},
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

func joined(rest []byte) bool {
	rest = bytes.TrimLeft(rest[:min(len(rest), 200)], " \t\r\n")
	return len(rest) > 0 && (rest[0] == '"' || rest[0] == '\'')
}

// unseen tells that a character has no shape: a blank that JSON does not know,
// or nothing at all.
func unseen(r rune) bool {
	switch {
	case r == 0xa0, r == 0x1680, r >= 0x2000 && r <= 0x200f, r >= 0x2028 && r <= 0x202f, r >= 0x205f && r <= 0x206f, r == 0x3000, r == 0xfeff, r == 0xad, r == 0x85, r == 0x61c, r == 0x180e:
		return true
	}
	return false
}

func spaced(r rune) string {
	switch {
	case r == 0x2028, r == 0x2029, r == 0x85:
		return "\n"
	case r == 0xa0, r == 0x1680, r >= 0x2000 && r <= 0x200a, r == 0x202f, r == 0x205f, r == 0x3000:
		return " "
	}
	return ""
}

// opener gives the characters that may close a string opened by r.
func opener(r rune) rune {
	switch r {
	case '“', '”', '„', '‟', '«', '»', '″', '＂', '〝', '〞':
		return '"'
	case '‘', '’', '‚', '‛', '′', '‹', '›', '＇':
		return '\''
	}
	return 0
}

// follows tells whether what stands at i may follow a value or a key.
func follows(src []byte, i int) bool {
	for i < len(src) && (src[i] == ' ' || src[i] == '\t') {
		i++
	}
	if i >= len(src) {
		return true
	}
	switch c := src[i]; c {
	case '\n', '\r', ',', ':', ']', '}', ';', ')', '=', '#':
		return true
	case '/':
		return i+1 < len(src) && (src[i+1] == '/' || src[i+1] == '*')
	case '<':
		return bytes.HasPrefix(src[i:], []byte("<!--"))
	case '+':
		return joined(src[i+1:])
	default:
		if c >= utf8.RuneSelf {
			r, n := utf8.DecodeRune(src[i:])
			if _, ok := marks[r]; ok {
				return true
			}
			return unseen(r) && i+n < len(src) && follows(src[i+n:min(len(src), i+n+200)], 0)
		}
	}
	return false
}

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

// lineEnd gives where the line of i ends, before its line end.
func lineEnd(src []byte, i int) int {
	end := len(src)
	if n := bytes.IndexByte(src[i:], '\n'); n >= 0 {
		end = i + n
	}
	if end > i && src[end-1] == '\r' {
		end--
	}
	return end
}

// word takes what has no quotes: a key, a value, or noise.
func (l *lexer) word(i int) int {
	src := l.src
	if p := prefixed(src[i:]); p > 0 { // r"…", u'…' of Python
		l.add(change("JSON_FOREIGN_LITERAL", finding.Safe, i, i+p, ""))
		return i + p
	}
	eol := l.eol(i)
	if l.wantsValue() {
		return l.bare(i, eol)
	}
	// A key: everything up to its colon.
	e := i
	for e < min(eol, i+200) && (src[e] == ' ' || src[e] == '\t' || !ends[src[e]]) {
		e++
	}
	text := strings.TrimRight(string(src[i:e]), " \t")
	words := strings.Count(text, " ")
	if e < eol && (src[e] == '"' || src[e] == '\'') && follows(src, e+1) && words <= 3 && text != "" && !literal(text) && e == i+len(text) {
		if colonNext(src, e+1) || l.last() == tComma || l.last() == tOpenObject {
			l.emit(tString, i, e+1) // an opening quote is missing
			m := change("JSON_UNCLOSED_STRING", finding.Confirm, i, i, `"`)
			if src[e] == '\'' {
				m.edits = append(m.edits, finding.Edit{From: e, To: e + 1, New: `"`})
			}
			l.add(m)
			return e + 1
		}
	}
	if text != "" && words <= 3 && colonNext(src, e) && !l.inArray() {
		t := l.emit(tString, i, i+len(text))
		l.add(mend{code: "JSON_UNQUOTED_KEYS", fix: finding.Safe, at: i, edits: []finding.Edit{{From: t.start, To: t.end, New: quoteText(text)}}})
		return t.end
	}
	// One word.
	e = i
	for e < eol && !ends[src[e]] {
		_, n := utf8.DecodeRune(src[e:])
		e += n
	}
	e = max(e, i+1)
	l.scalar(i, min(e, len(src)), tJunk)
	return min(e, len(src))
}

// ends are the bytes that end a word.
var ends = func() (t [256]bool) {
	for _, c := range " \t\r:=,;{}[]\"'`" {
		t[c] = true
	}
	return t
}()

func colonNext(src []byte, i int) bool {
	for i < len(src) && (src[i] == ' ' || src[i] == '\t') {
		i++
	}
	if i < len(src) && (src[i] == ':' || src[i] == '=') {
		return true
	}
	r, _ := utf8.DecodeRune(src[min(i, len(src)):])
	return r == '：'
}

// bare takes a value without quotes, which may have blanks inside.
func (l *lexer) bare(i, eol int) int {
	src := l.src
	e, deep := i, 0
	// With an odd number of quotes left on the line this text may have lost its
	// first one; then it goes on up to the next.
	if n := i + bytes.IndexByte(src[i:min(eol, i+maxLine)], '"'); n > i && src[n-1] != ' ' && src[n-1] != '[' && follows(src, n+1) && !l.frugal() {
		l.steps += eol - i
		if between := src[i:n]; bytes.Count(src[i:min(eol, i+maxLine)], []byte(`"`))%2 == 1 && bytes.IndexAny(between, ",:") >= 0 && bytes.IndexAny(between, "{}[]“”") < 0 && !bytes.Contains(between, []byte("',")) && !literal(string(src[i:i+bytes.IndexAny(between, ",:")])) {
			l.emit(tString, i, n+1)
			l.add(change("JSON_UNCLOSED_STRING", finding.Confirm, i, i, `"`))
			l.content(i, n, false)
			return n + 1
		}
	}
scan:
	for e < eol {
		switch c := src[e]; c {
		case ',', ';', '\r':
			break scan
		case '{', '[', '(':
			deep++
		case '}', ']', ')':
			if deep == 0 {
				break scan
			}
			deep--
		case '"', '\'':
			break scan
		case '/', '#':
			if e > i && (src[e-1] == ' ' || src[e-1] == '\t') && (c == '#' || e+1 < eol && (src[e+1] == '/' || src[e+1] == '*')) {
				break scan
			}
		case ':':
			if e+1 >= eol || src[e+1] == ' ' || src[e+1] == '"' {
				// "args: [" inside of a value: a key follows.
				break scan
			}
		default:
			if c >= utf8.RuneSelf {
				r, n := utf8.DecodeRune(src[e:])
				if _, ok := marks[r]; ok {
					break scan
				}
				if opener(r) == '"' && e > i && follows(src, e+n) {
					l.emit(tString, i, e+n) // an opening quote is missing
					l.add(mend{code: "JSON_UNCLOSED_STRING", fix: finding.Confirm, at: i, edits: []finding.Edit{{From: i, To: i, New: `"`}, {From: e, To: e + n, New: `"`}}})
					l.content(i, e, false)
					return e + n
				}
				e += n - 1
			}
		}
		e++
	}
	text := strings.TrimRight(string(src[i:e]), " \t")
	if text == "" {
		l.emit(tJunk, i, i+1)
		return i + 1
	}
	if e < eol && (src[e] == '"' || src[e] == '\'') && e == i+len(text) && (follows(src, e+1) || opensNext(src, e+1)) {
		l.emit(tString, i, e+1)
		m := change("JSON_UNCLOSED_STRING", finding.Confirm, i, i, `"`)
		if src[e] == '\'' {
			m.edits = append(m.edits, finding.Edit{From: e, To: e + 1, New: `"`})
		}
		l.add(m)
		l.content(i, e, false)
		return e + 1
	}
	// "300 // seconds", "true }": the first word may be all of it.
	if n := strings.IndexAny(text, " \t"); n > 0 && literal(text[:n]) {
		text = text[:n]
	}
	l.scalar(i, i+len(text), tString)
	return i + len(text)
}

// scalar takes src[i:e] for a literal, a number, or else for what is said.
func (l *lexer) scalar(i, e int, k kind) {
	text := string(l.src[i:e])
	as, fix, ok := value(text)
	if ok {
		l.emit(tValue, i, e)
		if as != text {
			l.add(change("JSON_FOREIGN_LITERAL", fix, i, e, as))
		}
		return
	}
	t := l.emit(k, i, e)
	if e == len(l.src) && k == tString {
		t.cut = true
	}
	if k == tString {
		quoted := quoteText(text)
		// What somebody escaped is escaped already.
		if as := `"` + text + `"`; strings.Contains(text, `\\`) && json.Valid([]byte(as)) {
			quoted = as
		}
		l.add(mend{code: "JSON_UNQUOTED_VALUE", fix: finding.Confirm, at: i, edits: []finding.Edit{{From: i, To: e, New: quoted}}})
	}
}

// prefixed gives the length of a Python string's prefix.
func prefixed(b []byte) int {
	for n := 1; n <= 2 && n < len(b); n++ {
		if !strings.ContainsRune("rRbBuUfF", rune(b[n-1])) {
			return 0
		}
		if b[n] == '"' || b[n] == '\'' {
			// command": is a key that lost its first quote.
			if follows(b, n+1) {
				return 0
			}
			return n
		}
	}
	return 0
}
