package tolerant

import (
	"bytes"
	"strings"
	"unicode/utf8"

	"toolbay/backend/pattern"
	"toolbay/backend/repair/finding"
)

// Beyond these a string is taken as it stands: nothing may take longer than
// its text is long.
const (
	maxLine  = 2000 // of a line whose quotes are weighed, in bytes
	maxWays  = 48   // of placing a quote
	maxLines = 30   // that one string may cover
)

var (
	drive     = pattern.New(`^(?:[A-Za-z]:|%\w+%|\$env:\w+|~|\.{1,2})\\[^\\]|^\\\\[\w.$-]+\\[^\\]`)
	keyAhead  = pattern.New(`^(\w+): [\[{]`)
	keyQuote  = pattern.New(`^([\w-]+): ?[\[{]"$`)
	driveOnly = pattern.New(`^(?:file:///?)?[A-Za-z]:\\`)
)

// scanQuote finds the quote q that is not escaped, at the latest at the line's
// end; closed is false there.
func scanQuote(src []byte, i int, q byte) (at int, closed bool) {
	for i < len(src) {
		switch c := src[i]; {
		case c == q:
			return i, true
		case c == '\n' || c == '\r' && (i+1 >= len(src) || src[i+1] == '\n'):
			return i, false
		case c == '\\' && i+1 < len(src) && src[i+1] != '\n' && src[i+1] != '\r':
			i += 2
		default:
			i++
		}
	}
	return min(i, len(src)), false
}

// str takes a string that begins with ".
func (l *lexer) str(i int) int {
	src := l.src
	e, closed := scanQuote(src, i+1, '"')
	l.steps += e - i
	// A path that ends with a backslash swallows its closing quote.
	raw := src[i+1 : min(len(src), i+200)]
	if k := bytes.IndexByte(raw, '\\'); k >= 0 && i+1+k < e && drive().Match(raw) {
		for k := i + 1; k < e; k++ {
			if src[k] == '\\' && k+1 < len(src) && src[k+1] == '\\' {
				k++
			} else if src[k] == '\\' && k+1 < len(src) && src[k+1] == '"' && follows(src, k+2) && k+2 < len(src) {
				return l.whole(i, k+1, 1, 1, true)
			}
		}
	}
	if closed {
		if follows(src, e+1) && !odd(src[i+1:e]) {
			return l.whole(i, e, 1, 1, false)
		}
		if e > i+1 && !odd(src[i+1:e]) && l.startsAnother(e+1) {
			return l.whole(i, e, 1, 1, false)
		}
		if e == i+1 { // ""npx""
			if k, ok := scanQuote(src, e+1, '"'); ok && k > e+1 && k+1 < len(src) && src[k+1] == '"' && follows(src, k+2) {
				l.add(mend{code: "JSON_UNESCAPED_QUOTE", fix: finding.Confirm, at: i, edits: []finding.Edit{{From: i + 1, To: i + 2}, {From: k, To: k + 1}}})
				l.emit(tString, i, k+2)
				l.content(i+2, k, false)
				return k + 2
			}
		}
		return l.weigh(i)
	}
	if e >= len(src) || len(bytes.TrimSpace(src[e:])) == 0 {
		// The last line: cut off, or only its quote is missing.
		tail := bytes.TrimRight(src[i+1:e], " \t\r")
		if n := len(tail); n > 0 && bytes.IndexByte([]byte("}]"), tail[n-1]) >= 0 {
			return l.weigh(i)
		}
		l.emit(tString, i, e).cut = true
		return e
	}
	// The other quote may be a curly one.
	for k := e - 1; k > i && k > e-maxLine; k-- {
		if src[k] >= utf8.RuneSelf && utf8.RuneStart(src[k]) {
			if r, n := utf8.DecodeRune(src[k:]); opener(r) == '"' && follows(src, k+n) {
				l.add(change("JSON_SMART_QUOTES", finding.Safe, k, k+n, `"`))
				l.emit(tString, i, k+n)
				l.content(i+1, k, false)
				return k + n
			}
		}
	}
	if end, ok := l.broken(i, e); ok {
		l.emit(tString, i, end+1)
		l.content(i+1, end, false)
		l.moveLine(i, end)
		return end + 1
	}
	return l.weigh(i)
}

// startsAnother tells that a whole string, list or object begins at i, behind
// blanks: what should stand between is missing.
func (l *lexer) startsAnother(i int) bool {
	src := l.src
	for i < len(src) {
		r, n := utf8.DecodeRune(src[i:])
		if r != ' ' && r != '\t' && !unseen(r) {
			break
		}
		i += n
	}
	if i >= len(src) || src[i] == '{' || src[i] == '[' {
		return true
	}
	if src[i] != '"' || l.frugal() {
		n := i
		for n < len(src) && n < i+40 && !ends[src[n]] && src[n] != '\n' && src[n] != '\r' {
			n++
		}
		return n > i && literal(string(src[i:n])) && follows(src, n)
	}
	e, closed := scanQuote(src, i+1, '"')
	l.steps += e - i
	return closed && e > i+1 && (follows(src, e+1) || quoteNext(src[e+1:min(len(src), e+40)]) && src[e+1] == ' ') && !odd(src[i+1:e])
}

func (l *lexer) moveLine(from, to int) {
	if n := bytes.LastIndexByte(l.src[from:to], '\n'); n >= 0 {
		l.line = from + n + 1
	}
}

// broken finds the end of a string that goes on on the next lines; eol is the
// end of its first. What begins as a line of JSON does is no such line.
func (l *lexer) broken(i, eol int) (end int, ok bool) {
	src := l.src
	for range maxLines {
		if l.frugal() {
			return 0, false
		}
		next := eol
		for next < len(src) && (src[next] == '\r' || src[next] == '\n') {
			next++
		}
		e, closed := scanQuote(src, next, '"')
		l.steps += e - eol
		text := bytes.TrimSpace(src[next:e])
		if closed && len(text) == 0 && follows(src, e+1) && !colonNext(src, e+1) {
			// Only the quote is on this line; it must not open another string.
			if k, more := scanQuote(src, e+1, '"'); !more || !follows(src, k+1) {
				return e, true
			}
			return 0, false
		}
		if len(text) == 0 || bytes.IndexByte([]byte(`{}[],"`), text[0]) >= 0 {
			return 0, false
		}
		if closed {
			return e, follows(src, e+1) && !colonNext(src, e+1)
		}
		if e >= len(src) {
			return 0, false
		}
		eol = e
	}
	return 0, false
}

// whole emits the string whose quotes stand at i and e.
func (l *lexer) whole(i, e, open, shut int, path bool) int {
	l.emit(tString, i, e+shut)
	l.content(i+open, e, path)
	return e + shut
}

// odd tells that a string's text looks like what stands between two strings,
// or like a key with what follows it.
func odd(b []byte) bool {
	s := strings.TrimSpace(string(b[:min(len(b), maxLine)]))
	if s == "" {
		return false
	}
	if strings.ContainsRune(",:", rune(s[0])) && strings.Trim(s, ",:[]{} \t") == "" {
		return true
	}
	last := s[len(s)-1]
	return len(s) > 2 && (last == ',' || last == ':') && len(b) > len(s) || strings.HasSuffix(s, ": [") || strings.HasSuffix(s, ": {") || strings.HasSuffix(s, ":[") || strings.HasSuffix(s, ":{") || s == "[" || s == "{"
}
