package tolerant

import (
	"bytes"
	"strings"
	"unicode/utf8"

	"toolbay/backend/repair/finding"
)

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
	if m := keyQuote().FindSubmatchIndex(line[1:min(len(line), first+1)]); m != nil && closed { // "args: ["-y": the key is not closed
		e := i + 1 + m[3]
		l.add(change("JSON_UNCLOSED_STRING", finding.Confirm, e, e, `"`))
		return l.whole(i, e, 1, 0, false)
	}
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
		l.doubt = l.doubt || swallows(line[1:best.at])
	}
	return l.whole(i, i+best.at, 1, 1, false)
}

// swallows tells that a text whose quotes are taken for letters holds what
// stands between the members of a file, and is no settings of its own.
func swallows(b []byte) bool {
	t := bytes.TrimSpace(b)
	if len(t) > 1 && (t[0] == '{' && t[len(t)-1] == '}' || t[0] == '[' && t[len(t)-1] == ']') {
		return false
	}
	return bytes.Contains(t, []byte(`":`)) || bytes.Contains(t, []byte(`","`)) || bytes.Contains(t, []byte(`", "`)) || bytes.Contains(t, []byte(`["`)) || bytes.Contains(t, []byte(`" "`))
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
	n += 3 * float64(strings.Count(s, `":"`)+strings.Count(s, `":[`)+strings.Count(s, `":{`))
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
		case c == '/' && i+1 < len(b) && (b[i+1] == '/' || b[i+1] == '*'), c == '#':
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
