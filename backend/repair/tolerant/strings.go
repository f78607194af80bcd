package tolerant

import (
	"bytes"
	"fmt"
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
	for i < len(src) && (src[i] == ' ' || src[i] == '\t') {
		i++
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
	return closed && e > i+1 && follows(src, e+1) && !odd(src[i+1:e])
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

// weigh finds where a string ends whose quotes do not fit what is around them.
// Each place for a missing quote and each way to take quotes for text is tried,
// and the line that then looks most like JSON is taken.
func (l *lexer) weigh(i int) int {
	src := l.src
	eol := l.eol(i)
	if eol-i > maxLine || l.frugal() {
		e, closed := scanQuote(src, i+1, '"')
		if closed && e <= eol {
			return l.whole(i, e, 1, 1, false)
		}
		e = i + len(bytes.TrimRight(src[i:eol], " \t\r,;]}"))
		l.add(change("JSON_UNCLOSED_STRING", finding.Confirm, e, e, `"`))
		return l.whole(i, e, 1, 0, false)
	}
	line := src[i:eol]
	first, closed := scanQuote(line, 1, '"')
	type way struct {
		at    int // where the string ends, in line
		add   bool
		curly int // the length of the other quote that closes it
		escs  []int
		score float64
	}
	best := way{score: 1e9}
	try := func(w way) {
		l.steps += len(line)
		if w.score < best.score {
			best = w
		}
	}
	if closed {
		rest := first + 1
		try(way{at: first, score: textScore(line[1:first]) + restScore(line[rest:]) + 2})
	}
	// Its closing quote is missing.
	ways := 0
	for p := 2; p <= min(first, len(line)) && ways < maxWays; p++ {
		if line[p-1] == ' ' || line[p-1] == '\t' || line[p-1] == ',' {
			continue
		}
		score := 3 - float64(p)*1e-4
		if !follows(line, p) {
			if !opensNext(line, p) {
				continue
			}
			score -= 3 // a quote behind a blank opens
		}
		ways++
		try(way{at: p, add: true, score: textScore(line[1:p]) + restScore(line[p:]) + score})
	}
	for p := 2; p < min(first, len(line)); p++ {
		if line[p] >= utf8.RuneSelf && utf8.RuneStart(line[p]) {
			if r, n := utf8.DecodeRune(line[p:]); opener(r) == '"' && follows(line, p+n) {
				try(way{at: p, curly: n, score: textScore(line[1:p]) + restScore(line[p+n:]) + 1})
				break
			}
		}
	}
	// The quotes inside are text.
	var escs []int
	for q := first; closed && q < len(line) && len(escs) < 24; {
		escs = append(escs, q)
		next, ok := scanQuote(line, q+1, '"')
		if !ok {
			break
		}
		if follows(line, next+1) {
			s := textScore(line[1:next]) + restScore(line[next+1:]) + 1.5*float64(len(escs))
			if len(escs) == 1 {
				s += 3 // quotes inside of text come in pairs
			}
			if t := bytes.TrimSpace(line[1:next]); len(t) > 1 && (t[0] == '{' && t[len(t)-1] == '}' || t[0] == '[' && t[len(t)-1] == ']') && bytes.IndexByte(t, '"') >= 0 {
				s -= 8 + 3*float64(len(escs)) // settings inside of a setting
			}
			try(way{at: next, escs: append([]int(nil), escs...), score: s})
		}
		q = next
	}
	switch {
	case best.score == 1e9:
		e := i + max(1, len(bytes.TrimRight(line, " \t\r,;]}")))
		l.add(change("JSON_UNCLOSED_STRING", finding.Confirm, e, e, `"`))
		l.emit(tString, i, e)
		return e
	case best.curly > 0:
		e := i + best.at
		l.add(change("JSON_SMART_QUOTES", finding.Safe, e, e+best.curly, `"`))
		return l.whole(i, e, 1, best.curly, false)
	case best.add:
		e := i + best.at
		l.add(change("JSON_UNCLOSED_STRING", finding.Confirm, e, e, `"`))
		return l.whole(i, e, 1, 0, false)
	case len(best.escs) > 0:
		m := mend{code: "JSON_UNESCAPED_QUOTE", fix: finding.Confirm, at: i}
		for _, q := range best.escs {
			m.edits = append(m.edits, finding.Edit{From: i + q, To: i + q, New: `\`})
		}
		l.add(m)
	}
	return l.whole(i, i+best.at, 1, 1, false)
}

// textScore says how unlikely it is that b is one string's text.
func textScore(b []byte) float64 {
	s := string(b)
	n := 0.0
	if odd(b) {
		n += 5
	}
	if t := strings.TrimSpace(s); len(t) != len(s) {
		n += 2
	}
	n += 2*float64(strings.Count(s, `", `)) + 3*float64(strings.Count(s, `": `)) + 1.5*float64(strings.Count(s, `,"`))
	n += float64(min(3, strings.Count(s, ", "))) + 1.5*float64(min(3, strings.Count(s, ": ")))
	n += 0.8 * float64(min(4, strings.Count(s, "[")+strings.Count(s, "]")+strings.Count(s, "{")+strings.Count(s, "}")))
	if strings.HasSuffix(s, ",") || strings.HasSuffix(s, ":") || strings.HasSuffix(s, "]") && !strings.Contains(s, "[") || strings.HasSuffix(s, "}") && !strings.Contains(s, "{") {
		n += 3
	}
	return n
}

// restScore says how little the rest of a line looks like JSON.
func restScore(b []byte) float64 {
	n := 0.0
	value := true // the string before ended a value
	for i := 0; i < len(b); {
		switch c := b[i]; {
		case c == ' ' || c == '\t' || c == '\r':
			i++
		case c == ',' || c == ':':
			if !value {
				n += 3
			}
			value = false
			i++
		case c == '{' || c == '[':
			if value {
				n += 4
			}
			value = false
			i++
		case c == '}' || c == ']':
			value = true
			i++
		case c == '/' && i+1 < len(b) && (b[i+1] == '/' || b[i+1] == '*'):
			return n
		case c == '"':
			if value {
				n += 4
			}
			e, closed := scanQuote(b, i+1, '"')
			if !closed {
				return n + 10
			}
			if !follows(b, e+1) {
				n += 3
			}
			n += textScore(b[i+1 : e])
			value = true
			i = e + 1
		default:
			if r, m := utf8.DecodeRune(b[i:]); unseen(r) {
				i += m
				continue
			}
			e := i
			for e < len(b) && (b[e] >= utf8.RuneSelf || !ends[b[e]]) {
				e++
			}
			if value {
				n += 4
			}
			if !literal(string(b[i:e])) {
				n += 5
			}
			value = true
			i = max(e, i+1)
		}
	}
	return n
}

// other takes a string in quotes that JSON does not know; the opening one is n
// bytes long.
func (l *lexer) other(i, n int) int {
	src := l.src
	r, _ := utf8.DecodeRune(src[i:])
	like := opener(r)
	code := "JSON_SMART_QUOTES"
	if like == 0 {
		like, code = r, "JSON_SINGLE_QUOTES"
	}
	closes := func(c rune) bool { return c == like || opener(c) == like || r == '`' && c == '`' }
	eol := l.eol(i)
	lines := 0
	end, size, found := 0, 0, false
	stop := min(eol, i+64<<10)
	if l.frugal() {
		eol = min(eol, i+64)
		stop = eol
	}
	for k := i + n; k < stop; {
		c, m := utf8.DecodeRune(src[k:])
		if c == '\\' && k+m < stop {
			_, m2 := utf8.DecodeRune(src[k+m:])
			// A path's last backslash escapes no quote.
			if c2, _ := utf8.DecodeRune(src[k+m:]); closes(c2) && follows(src, k+m+m2) && drive().Match(src[i+n:stop]) {
				k += m
				continue
			}
			k += m + m2
			continue
		}
		if c == '“' && r == c && k > i+n && (src[k-1] == ' ' || src[k-1] == ',') {
			break // the next one opens: this one is not closed
		}
		if closes(c) && (follows(src, k+m) || k > i+n && (opensNext(src, k+m) || k+m < stop && (src[k+m] == '{' || src[k+m] == '['))) {
			end, size, found = k, m, true
			break
		}
		k += m
		if k >= stop && r == '`' && lines < maxLines && stop < len(src) { // text of several lines in JavaScript
			lines++
			k++
			stop = lineEnd(src, min(len(src), stop+1))
		}
	}
	l.steps += stop - i
	if m := keyAhead().FindSubmatchIndex(src[i+n : min(stop, i+n+80)]); !found && m != nil && known(string(src[i+n+m[2]:i+n+m[3]])) != nOther {
		e := i + n + m[3] // 'args: ['-y': the key is not closed
		l.add(mend{code: "JSON_UNCLOSED_STRING", fix: finding.Confirm, at: i, edits: []finding.Edit{{From: i, To: i + n, New: `"`}, {From: e, To: e, New: `"`}}})
		l.emit(tString, i, e)
		return e
	}
	if !found {
		// Some quote closes it, or nothing does.
		for k := i + n; k < eol; {
			c, m := utf8.DecodeRune(src[k:])
			if opens := c == '"' || c == '“' && r == c; opens && k > i+n && (src[k-1] == ' ' || src[k-1] == ',') && !follows(src, k+m) {
				if !found {
					eol = k // the next one opens: this one is not closed
				}
				break
			}
			if c == '"' && follows(src, k+m) {
				end, size, found = k, m, true
				break
			}
			if closes(c) && k > i+n && !found {
				end, size, found = k, m, true
			}
			k += m
		}
	}
	if !found {
		if len(bytes.TrimSpace(src[eol:])) == 0 && bytes.IndexAny(src[i:eol], "]}") < 0 {
			l.add(change(code, finding.Safe, i, i+n, `"`))
			l.emit(tString, i, eol).cut = true
			return eol
		}
		end = i + len(bytes.TrimRight(src[i:eol], " \t,;]}"))
		if end <= i {
			l.emit(tJunk, i, i+n)
			return i + n
		}
		l.add(mend{code: "JSON_UNCLOSED_STRING", fix: finding.Confirm, at: i, edits: []finding.Edit{{From: i, To: i + n, New: `"`}, {From: end, To: end, New: `"`}}})
		return l.whole(i, end, n, 0, false)
	}
	m := mend{code: code, fix: finding.Safe, at: i, edits: []finding.Edit{{From: i, To: i + n, New: `"`}}}
	for k := i + n; k < end; k++ {
		if src[k] == '\\' {
			k++
		} else if src[k] == '"' {
			m.edits = append(m.edits, finding.Edit{From: k, To: k, New: `\`})
		}
	}
	if src[end] != '"' || size != 1 {
		m.edits = append(m.edits, finding.Edit{From: end, To: end + size, New: `"`})
	}
	l.add(m)
	next := l.whole(i, end, n, size, end > i+n && src[end-1] == '\\' && drive().Match(src[i+n:end]) && bytes.Count(src[i+n:end], []byte(`\\`)) == 0)
	l.moveLine(i, next)
	return next
}

// mixed finds lines on which curly quotes open that do not close, or the other
// way round: one is missing, and which is told when all are plain.
func mixed(src []byte, _ *Reading) []mend {
	if !bytes.Contains(src, []byte("“")) && !bytes.Contains(src, []byte("”")) {
		return nil
	}
	m := mend{code: "JSON_SMART_QUOTES", fix: finding.Confirm}
	for _, l := range split(src) {
		line := src[l.start:l.end]
		if !unpaired(line) {
			continue
		}
		for k := 0; k < len(line); {
			r, n := utf8.DecodeRune(line[k:])
			if (r == '“' || r == '”') && (structural(line[:k], true) || structural(line[k+n:], false)) {
				m.edits = append(m.edits, finding.Edit{From: l.start + k, To: l.start + k + n, New: `"`})
			}
			k += n
		}
	}
	if len(m.edits) == 0 {
		return nil
	}
	m.at = m.edits[0].From
	return []mend{m}
}

// unpaired tells that a curly quote of a line opens where one should close, or
// has no other.
func unpaired(line []byte) bool {
	if bytes.Contains(line, []byte("„")) {
		return false // there “ closes
	}
	n := 0
	for k := 0; k < len(line); {
		r, m := utf8.DecodeRune(line[k:])
		before, behind := false, false
		if r == '“' || r == '”' {
			before, behind = structural(line[:k], true), structural(line[k+m:], false)
		}
		switch r {
		case '“':
			n++
			if behind && !before {
				return true
			}
		case '”':
			n--
		}
		k += m
	}
	return n != 0
}

// structural tells that b ends, or begins, with what stands beside a string.
func structural(b []byte, end bool) bool {
	if end {
		b = bytes.TrimRight(b, " \t")
		return len(b) == 0 || bytes.IndexByte([]byte("{[,:"), b[len(b)-1]) >= 0
	}
	b = bytes.TrimLeft(b, " \t\r")
	return len(b) == 0 || bytes.IndexByte([]byte("]},:"), b[0]) >= 0
}

// opensNext tells that an opening quote or bracket comes behind blanks.
func opensNext(src []byte, i int) bool {
	from := i
	for i < len(src) && (src[i] == ' ' || src[i] == '\t') {
		i++
	}
	if i == from || i >= len(src) {
		return false
	}
	r, _ := utf8.DecodeRune(src[i:])
	return r == '"' || r == '\'' || r == '“' || r == '„' || r == '«' || r == '‘' || r == '[' || r == '{'
}

// content finds what may not stand inside of a string. path says that its
// backslashes are those of a path.
func (l *lexer) content(from, to int, path bool) {
	src := l.src
	if l.join {
		l.join = false
		if n := len(l.toks); n >= 2 && l.toks[n-2].kind == tString {
			a, b := l.toks[n-2], l.toks[n-1]
			l.add(change("JSON_FOREIGN_LITERAL", finding.Safe, a.end-1, from, ""))
			l.toks = l.toks[:n-1]
			l.toks[n-2].end = b.end
		}
	}
	text := src[from:to]
	illegal := path
	for i := 0; i < len(text) && !illegal; i++ {
		if text[i] == '\\' {
			if n := escapeLen(text[i:]); n == 0 {
				illegal = true
			} else {
				i += n - 1
			}
		}
	}
	fix, double := finding.Safe, path
	if illegal && !path && backslashes(text) {
		double = true
	}
	m := mend{code: "JSON_BAD_ESCAPE", at: from}
	raw := mend{code: "JSON_RAW_NEWLINE", fix: finding.Confirm, at: from}
	ctl := mend{code: "ENC_CONTROL_CHARS", fix: finding.Safe, at: from}
	for i := 0; i < len(text); i++ {
		c, at := text[i], from+i
		switch {
		case c == '\n', c == '\r':
			raw.edits = append(raw.edits, finding.Edit{From: at, To: at + 1, New: map[byte]string{'\n': `\n`, '\r': ``}[c]})
		case c == '\t':
			ctl.edits = append(ctl.edits, finding.Edit{From: at, To: at + 1, New: `\t`})
		case c < 0x20:
			ctl.edits = append(ctl.edits, finding.Edit{From: at, To: at + 1, New: fmt.Sprintf(`\u%04x`, c)})
		case c != '\\':
		case double:
			n := 1
			for i+n < len(text) && text[i+n] == '\\' {
				n++
			}
			// A pair is one that somebody doubled, but at the start of \\server.
			if n%2 == 1 || i == 0 && n == 2 && singles(text[n:]) {
				m.edits = append(m.edits, finding.Edit{From: at, To: at, New: strings.Repeat(`\`, n)})
			}
			i += n - 1
		default:
			n := escapeLen(text[i:])
			switch {
			case n > 0:
				i += n - 1
			case i+1 >= len(text):
				m.edits, fix = append(m.edits, finding.Edit{From: at, To: at, New: `\`}), finding.Confirm
			case text[i+1] == '\'' || text[i+1] == '`':
				m.edits = append(m.edits, finding.Edit{From: at, To: at + 1})
				i++
			case text[i+1] == 'x' && i+3 < len(text) && hexes(text[i+2:i+4]):
				m.edits = append(m.edits, finding.Edit{From: at + 1, To: at + 2, New: "u00"})
				i += 3
			case text[i+1] == '\n' || text[i+1] == '\r': // a line that goes on
				k := 2
				if text[i+1] == '\r' && i+2 < len(text) && text[i+2] == '\n' {
					k++
				}
				m.edits = append(m.edits, finding.Edit{From: at, To: at + k})
				i += k - 1
			default:
				m.edits, fix = append(m.edits, finding.Edit{From: at, To: at, New: `\`}), finding.Confirm
			}
		}
	}
	m.fix = fix
	for _, x := range []mend{m, raw, ctl} {
		if len(x.edits) > 0 {
			l.add(x)
		}
	}
}

// backslashes tells that a text's backslashes separate folders.
func backslashes(b []byte) bool {
	return drive().Match(b) || driveOnly().Match(b) || bytes.Contains(b, []byte(`:\`))
}

// singles tells that nobody doubled the backslashes of b.
func singles(b []byte) bool {
	return bytes.IndexByte(b, '\\') >= 0 && !bytes.Contains(b, []byte(`\\`))
}

func hexes(b []byte) bool {
	for _, c := range b {
		if !(c >= '0' && c <= '9' || c >= 'a' && c <= 'f' || c >= 'A' && c <= 'F') {
			return false
		}
	}
	return true
}

// escapeLen is the length of the JSON escape at the start of b, 0 when it is
// none.
func escapeLen(b []byte) int {
	if len(b) < 2 {
		return 0
	}
	switch b[1] {
	case '"', '\\', '/', 'b', 'f', 'n', 'r', 't':
		return 2
	case 'u':
		if len(b) >= 6 && hexes(b[2:6]) {
			return 6
		}
	}
	return 0
}
