package tolerant

import (
	"bytes"
	"encoding/json"
	"strings"
	"unicode/utf8"

	"toolbay/backend/configfile"
	"toolbay/backend/repair/finding"
)

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
	if e < eol && (src[e] == '"' || src[e] == '\'') && (follows(src, e+1) || e+1 < eol && (src[e+1] == '{' || src[e+1] == '[')) && words <= 3 && text != "" && !literal(text) && e == i+len(text) {
		if colonNext(src, e+1) || src[min(e+1, len(src)-1)] == '{' || l.last() == tComma || l.last() == tOpenObject {
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
		l.add(mend{code: "JSON_UNQUOTED_KEYS", fix: finding.Safe, at: i, edits: []finding.Edit{{From: t.start, To: t.end, New: configfile.Quoted(text)}}})
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

// bare takes a value without quotes, which may have blanks inside.
func (l *lexer) bare(i, eol int) int {
	src := l.src
	e, deep := i, 0
	// With an odd number of quotes left on the line this text may have lost its
	// first one; then it goes on up to the next.
	if n := i + bytes.IndexByte(src[i:min(eol, i+maxLine)], '"'); n > i && src[n-1] != ' ' && src[n-1] != '[' && follows(src, n+1) && !l.frugal() {
		l.steps += eol - i
		if between := src[i:n]; bytes.Count(src[i:min(eol, i+maxLine)], []byte(`"`))%2 == 1 && bytes.IndexAny(between, ",:") >= 0 && bytes.IndexAny(between, "{}[]“”") < 0 && !bytes.Contains(between, []byte("',")) && !literal(string(src[i:i+bytes.IndexAny(between, ",:")])) && !(between[0] == '-' && bytes.IndexByte(between, ',') > 0) {
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
		quoted := configfile.Quoted(text)
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
