package tolerant

import (
	"bytes"
	"unicode/utf8"

	"toolbay/backend/repair/finding"
)

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
		if closes(c) && (follows(src, k+m) || r == '“' && c == '”' && bytes.HasPrefix(src[k+m:], []byte("“")) || k > i+n && (opensNext(src, k+m) || k+m < stop && (src[k+m] == '{' || src[k+m] == '['))) {
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
		far := min(eol, i+maxLine)
		l.steps += far - i
		for k := i + n; k < far; {
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
			if before && !behind && n >= 0 { // there are those who open with it, too
				return true
			}
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
