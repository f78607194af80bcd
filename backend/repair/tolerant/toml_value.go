package tolerant

import (
	"bytes"
	"strings"
	"unicode/utf8"

	"toolbay/backend/configfile"
	"toolbay/backend/repair/finding"
)

// value reads a value and gives where it ends.
func (t *tomlReader) value(i, depth int) int {
	src := t.src
	if i >= len(src) {
		return i
	}
	if depth > 64 {
		return t.eol(i)
	}
	switch c := src[i]; {
	case bytes.HasPrefix(src[i:], []byte(`"""`)) || bytes.HasPrefix(src[i:], []byte(`'''`)):
		if e := bytes.Index(src[i+3:], src[i:i+3]); e >= 0 {
			return i + 3 + e + 3
		}
		e := t.eol(i)
		t.add(change("JSON_UNCLOSED_STRING", finding.Confirm, e, e, string(src[i:i+3])))
		return e
	case c == '"' || c == '\'':
		return t.str(i, c)
	case c == '[':
		return t.array(i, depth)
	case c == '{':
		return t.inline(i, depth)
	case c == '`':
		return t.otherQuotes(i, 1, '`')
	case c >= utf8.RuneSelf:
		if r, n := utf8.DecodeRune(src[i:]); opener(r) != 0 {
			return t.otherQuotes(i, n, opener(r))
		}
	}
	return t.bare(i)
}

// bare reads a value without quotes.
func (t *tomlReader) bare(i int) int {
	src := t.src
	eol := t.eol(i)
	e := i
	for e < eol {
		c := src[e]
		if e > i && (src[e-1] == ' ' || src[e-1] == '\t') && (c == '#' || bytes.HasPrefix(src[e:eol], []byte("// "))) || t.depth > 0 && (c == ',' || c == ']' || c == '}') {
			break
		}
		e++
	}
	text := strings.TrimRight(string(src[i:e]), " \t")
	trimmed := strings.TrimRight(text, ",; \t")
	if t.depth == 0 && trimmed != "" {
		text = trimmed
	}
	if text == "" {
		return i + 1
	}
	end := i + len(text)
	if text == "true" || text == "false" || tomlNumber().MatchString(text) || tomlDate().MatchString(text) {
		return end
	}
	as, fix, ok := value(text)
	switch {
	case ok && as != "null":
		t.add(change("JSON_FOREIGN_LITERAL", fix, i, end, as))
	case ok:
		// TOML has no such value: the key is left out.
		from := i
		for from > 0 && src[from-1] != '\n' {
			from--
		}
		if t.depth == 0 {
			t.add(change("JSON_FOREIGN_LITERAL", finding.Safe, from, from, "# "))
		} else {
			t.add(change("JSON_FOREIGN_LITERAL", finding.Confirm, i, end, `""`))
		}
	default:
		if q := strings.IndexByte(text, '"'); q == len(text)-1 {
			t.add(change("JSON_UNCLOSED_STRING", finding.Confirm, i, i, `"`))
			return end
		}
		if strings.ContainsAny(text, `"'`) {
			if n := strings.IndexAny(text, " \t"); n > 0 && literal(text[:n]) {
				return i + n
			}
		}
		t.add(mend{code: "TOML_UNQUOTED", fix: finding.Confirm, at: i, edits: []finding.Edit{{From: i, To: end, New: configfile.Quoted(text)}}})
	}
	return end
}

// array reads a list, over several lines.
func (t *tomlReader) array(i, depth int) int {
	src := t.src
	t.depth++
	defer func() { t.depth-- }()
	last := i + 1 // where the last element ended
	value, comma := false, false
	for k := i + 1; ; {
		for k < len(src) && (src[k] == '\n' || src[k] == '\r' || src[k] == ' ' || src[k] == '\t') {
			k++
		}
		if k >= len(src) || k > i+1 && (src[k-1] == '\n') && (tomlKeyEnd().Match(src[k:t.eol(k)]) || ofServers(src[k:t.eol(k)]) || src[k] == '[' && (tomlHead().Match(src[k:t.eol(k)]) || tomlOpen().Match(src[k:t.eol(k)])) && !t.list(k, t.eol(k))) {
			if k >= len(src) && comma && t.cut(i, len(src)) {
				return len(src)
			}
			t.add(change("JSON_TRUNCATED", finding.Confirm, last, last, "]"))
			return last
		}
		switch c := src[k]; {
		case c == ']':
			return k + 1
		case c == '}' || c == ')':
			t.add(change("JSON_WRONG_CLOSER", finding.Confirm, k, k+1, "]"))
			return k + 1
		case c == '#':
			k = t.eol(k)
			continue
		case bytes.HasPrefix(src[k:], []byte("//")):
			t.add(change("JSON_COMMENT_IN_STRICT", finding.Safe, k, k+2, "#"))
			k = t.eol(k)
			continue
		case c == ',' || c == ';':
			if c == ';' {
				t.add(change("JSON_WRONG_SEPARATOR", finding.Safe, k, k+1, ","))
			} else if comma || !value {
				t.add(change("JSON_EXTRA_COMMA", finding.Safe, k, k+1, ""))
			}
			comma = true
			k++
			last = k
			continue
		}
		if value && !comma {
			t.add(change("JSON_MISSING_COMMA", finding.Safe, last, last, ","))
		}
		e := t.value(k, depth+1)
		k = max(e, k+1)
		last, value, comma = k, true, false
	}
}

// inline reads a table inside of a line.
func (t *tomlReader) inline(i, depth int) int {
	src := t.src
	t.depth++
	defer func() { t.depth-- }()
	last := i + 1
	value, comma := false, -1
	k := i + 1
	for {
		for k < len(src) && (src[k] == ' ' || src[k] == '\t' || src[k] == '\r' || src[k] == '\n') {
			if src[k] == '\n' { // it must stay on its line
				eol := t.eol(k + 1)
				if tomlHead().Match(src[k+1:eol]) || tomlOpen().Match(src[k+1:eol]) || ofServers(src[k+1:eol]) {
					t.add(change("JSON_TRUNCATED", finding.Confirm, last, last, " }"))
					return last
				}
				from := k
				if src[max(0, k-1)] == '\r' {
					from--
				}
				t.add(change("JSON_RAW_NEWLINE", finding.Safe, from, k+1, " "))
			}
			k++
		}
		if k >= len(src) && comma >= 0 && t.cut(i, len(src)) {
			return len(src)
		}
		if k >= len(src) || src[k] == '#' {
			t.add(change("JSON_TRUNCATED", finding.Confirm, last, last, " }"))
			return last
		}
		switch c := src[k]; c {
		case '}', ']':
			if comma >= 0 {
				t.add(change("JSON_TRAILING_COMMA", finding.Safe, comma, comma+1, ""))
			}
			if c == ']' {
				t.add(change("JSON_WRONG_CLOSER", finding.Confirm, k, k+1, "}"))
			}
			return k + 1
		case ',', ';':
			if comma >= 0 || !value {
				t.add(change("JSON_EXTRA_COMMA", finding.Safe, k, k+1, ""))
			} else if comma = k; c == ';' {
				t.add(change("JSON_WRONG_SEPARATOR", finding.Safe, k, k+1, ","))
			}
			k++
			last = k
			continue
		}
		if value && comma < 0 {
			t.add(change("JSON_MISSING_COMMA", finding.Safe, last, last, ","))
		}
		from := k
		eol := t.eol(k)
		if src[k] == '"' || src[k] == '\'' {
			if e, closed := scanQuote(src[:eol], k+1, src[k]); closed {
				k = e + 1
			}
		}
		for k < eol && src[k] != '=' && src[k] != ':' && src[k] != ',' && src[k] != '}' {
			k++
		}
		// LOG_LEVEL "info" lacks its sign.
		if q := bytes.IndexAny(src[from:k], " \t"); q > 0 && tomlBare().Match(src[from:from+q]) && quoteNext(src[from+q:eol]) {
			t.add(change("JSON_MISSING_COLON", finding.Confirm, from+q, from+q, " ="))
			k = max(t.value(t.blanks(from+q), depth+1), from+q+1)
			last, value, comma = k, true, -1
			continue
		}
		if k >= eol && t.cut(from, eol) {
			return len(src)
		}
		if k >= eol || src[k] == ',' || src[k] == '}' {
			t.add(change("JSON_TRUNCATED", finding.Confirm, last, last, " }"))
			return max(last, i+1)
		}
		key := strings.TrimRight(string(src[from:k]), " \t")
		if _, as := tomlPath(key); as != key && key != "" {
			t.add(mend{code: "TOML_UNQUOTED", fix: finding.Safe, at: from, edits: []finding.Edit{{From: from, To: from + len(key), New: as}}})
		}
		if src[k] == ':' {
			t.add(change("JSON_WRONG_SEPARATOR", finding.Safe, k, k+1, " ="))
		}
		k = t.blanks(k + 1)
		e := t.value(k, depth+1)
		k = max(e, k)
		last, value, comma = k, true, -1
	}
}

// quoteNext tells that a quote is the first thing in b.
func quoteNext(b []byte) bool {
	b = bytes.TrimLeft(b, " \t")
	return len(b) > 0 && (b[0] == '"' || b[0] == '\'')
}
