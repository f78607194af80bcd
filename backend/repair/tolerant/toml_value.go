package tolerant

import (
	"bytes"
	"strings"
	"unicode/utf8"

	"toolbay/backend/configfile"
	"toolbay/backend/repair/finding"
)

// statement reads a key and its value.
func (t *tomlReader) statement(i, eol int) {
	src := t.src
	// A header that lost its first bracket.
	if e := bytes.IndexByte(src[i:eol], ']'); e > 0 && bytes.IndexByte(src[i:i+e], '=') < 0 && bytes.IndexByte(src[i:i+e], '[') < 0 && bytes.IndexByte(src[i:i+e], '.') > 0 && !bytes.ContainsAny(src[i:i+e], ",\"' ") {
		parts, _ := tomlPath(string(src[i : i+e]))
		t.add(change("JSON_MISSING_OPENER", finding.Confirm, i, i, "["))
		t.path = parts
		t.pos = eol
		t.begin(i, eol, false, parts)
		return
	}
	e := i
	if src[i] == '"' || src[i] == '\'' {
		if k, closed := scanQuote(src[:eol], i+1, src[i]); closed {
			e = k + 1
		}
	}
	for e < eol && src[e] != '=' && src[e] != ':' && src[e] != '#' {
		if (src[e] == '"' || src[e] == '\'') && e > i && src[e-1] != '.' && !bytes.ContainsAny(src[i:e], "\"'") {
			t.missingEquals(i, eol) // a value begins
			return
		}
		if r, _ := utf8.DecodeRune(src[e:]); r == '：' || r == '＝' {
			break
		}
		e++
	}
	if e >= eol || src[e] == '#' {
		if e >= eol && t.cut(i, eol) {
			return
		}
		t.missingEquals(i, eol)
		return
	}
	key := strings.TrimRight(string(src[i:e]), " \t")
	sepEnd := e + 1
	if src[e] >= utf8.RuneSelf {
		_, n := utf8.DecodeRune(src[e:])
		sepEnd = e + n
	}
	for sepEnd < eol && (src[sepEnd] == '=' || src[sepEnd] == '>') {
		sepEnd++
	}
	if src[e] != '=' || sepEnd != e+1 {
		as := "="
		if src[e] != '=' && e > i && src[e-1] != ' ' {
			as = " ="
		}
		t.add(change("JSON_WRONG_SEPARATOR", finding.Safe, e, sepEnd, as))
	}
	if key == "" {
		t.stray(i, eol)
		return
	}
	parts, as := tomlPath(key)
	if as != key {
		code := "TOML_UNQUOTED"
		if strings.ContainsAny(key, "“”„‟") {
			code = "JSON_SMART_QUOTES"
		}
		t.add(mend{code: code, fix: finding.Safe, at: i, edits: []finding.Edit{{From: i, To: i + len(key), New: as}}})
	}
	v := t.blanks(sepEnd)
	last := v
	if v >= eol || src[v] == '#' {
		if v >= eol && t.cut(i, eol) {
			return
		}
		t.empty(i, v, parts)
		t.pos = eol
		return
	}
	last = t.value(v, 0)
	end := lineEnd(src, last)
	// What stands behind the value.
	rest := bytes.TrimSpace(src[last:end])
	switch at := last + bytes.Index(src[last:end], rest); {
	case len(rest) == 0 || rest[0] == '#':
	case rest[0] == ',' || rest[0] == ';':
		t.add(change("JSON_TRAILING_COMMA", finding.Safe, at, at+1, ""))
		if after := bytes.TrimSpace(rest[1:]); len(after) > 0 && after[0] != '#' {
			t.rest(at+1, end, after)
		}
	default:
		t.rest(last, end, rest)
	}
	t.pos = end
	if t.table != nil {
		k := strings.Join(parts, "\x00")
		span := [2]int{i, min(len(src), end+1)}
		if end < len(src) && src[end] == '\r' {
			span[1] = min(len(src), end+2)
		}
		if old, twice := t.table.keys[k]; twice {
			m := mend{code: "TOML_DUPLICATE_TABLE", fix: finding.Confirm, at: i, server: serverOf(t.path), needs: "which of the two holds", edits: []finding.Edit{{From: old[0], To: old[1]}}}
			t.add(m)
			if !t.quiet {
				t.r.Comments = append(t.r.Comments, strings.TrimSpace(string(src[old[0]:old[1]])))
			}
		}
		t.table.keys[k] = span
		t.table.end = end
	}
}

// rest is what stands behind a value: a comment of another language, or noise.
func (t *tomlReader) rest(from, end int, rest []byte) {
	at := from + bytes.Index(t.src[from:end], rest)
	if bytes.HasPrefix(rest, []byte("//")) {
		t.add(change("JSON_COMMENT_IN_STRICT", finding.Safe, at, at+2, "#"))
		return
	}
	if rest[0] == ']' || rest[0] == '}' || rest[0] == ')' {
		t.add(change("JSON_EXTRA_CLOSER", finding.Confirm, at, at+len(rest), ""))
		return
	}
	t.add(change("JSON_STRAY_TEXT", finding.Confirm, at, at, "# "))
}

// empty is a key without a value.
func (t *tomlReader) empty(i, v int, parts []string) {
	text := `""`
	switch known(parts[len(parts)-1]) {
	case nArgs:
		text = "[]"
	case nEnv:
		text = "{}"
	}
	at := v
	for at > i && (t.src[at-1] == ' ' || t.src[at-1] == '\t') {
		at--
	}
	t.add(change("JSON_MISSING_VALUE", finding.Confirm, at, at, " "+text))
}

// missingEquals is a line without a sign: key "value".
func (t *tomlReader) missingEquals(i, eol int) {
	src := t.src
	e := i
	for e < eol && (src[e] == '_' || src[e] == '-' || src[e] >= '0' && src[e] <= '9' || src[e] >= 'a' && src[e] <= 'z' || src[e] >= 'A' && src[e] <= 'Z') {
		e++
	}
	v := t.blanks(e)
	if e > i && v < eol && (src[v] == '"' || src[v] == '\'' || src[v] == '[' || src[v] == '{') {
		t.add(change("JSON_MISSING_COLON", finding.Confirm, e, e, " ="))
		last := t.value(v, 0)
		t.pos = lineEnd(src, last)
		return
	}
	t.stray(i, eol)
}

// value reads a value and gives where it ends.
func (t *tomlReader) value(i, depth int) int {
	src := t.src
	if i >= len(src) {
		return i
	}
	if depth > 64 {
		return lineEnd(src, i)
	}
	switch c := src[i]; {
	case bytes.HasPrefix(src[i:], []byte(`"""`)) || bytes.HasPrefix(src[i:], []byte(`'''`)):
		if e := bytes.Index(src[i+3:], src[i:i+3]); e >= 0 {
			return i + 3 + e + 3
		}
		e := lineEnd(src, i)
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

func (t *tomlReader) str(i int, q byte) int {
	src := t.src
	eol := lineEnd(src, i)
	e, closed := eol, false
	if q == '\'' {
		if k := bytes.IndexByte(src[i+1:eol], q); k >= 0 {
			e, closed = i+1+k, true
		}
	} else {
		e, closed = scanQuote(src[:eol], i+1, q)
		// A path that ends with a backslash swallows its closing quote.
		if drive().Match(src[i+1:eol]) && bytes.IndexByte(src[i+1:eol], '\\') >= 0 {
			for k := i + 1; k < min(e, eol); k++ {
				if src[k] == '\\' && k+1 < eol && src[k+1] == '\\' {
					k++
				} else if src[k] == '\\' && k+1 < eol && src[k+1] == q && follows(src, k+2) {
					e, closed = k+1, true
				}
			}
		}
	}
	if !closed && bytes.IndexAny(src[i:eol], "]}") < 0 && t.cut(i, eol) {
		return len(src)
	}
	if t.depth > 0 && q == '"' && (!closed || !follows(src, e+1) || odd(src[i+1:e])) {
		l := &lexer{src: src, format: configfile.TOML, line: i}
		if !closed || odd(src[i+1:e]) || !l.startsAnother(e+1) {
			end := l.weigh(i)
			t.take(l)
			return end
		}
	}
	if closed && q == '\'' && !follows(src, e+1) {
		// It's 'ann's': what follows is text too, up to the last quote.
		if k := bytes.LastIndexByte(src[i+1:eol], q); i+1+k > e && follows(src, i+2+k) && bytes.IndexByte(src[e:i+1+k], ',') < 0 {
			k += i + 1
			t.add(mend{code: "JSON_UNESCAPED_QUOTE", fix: finding.Confirm, at: i, edits: []finding.Edit{{From: i, To: k + 1, New: quoteText(string(src[i+1 : k]))}}})
			return k + 1
		}
	}
	if closed && q == '"' && !follows(src, e+1) {
		if k := bytes.LastIndexByte(src[i+1:eol], q); i+1+k > e && bytes.IndexByte(src[e:i+1+k], ',') < 0 && src[e+1] != ' ' && follows(src, i+2+k) {
			k += i + 1
			m := mend{code: "JSON_UNESCAPED_QUOTE", fix: finding.Confirm, at: i}
			for j := i + 1; j < k; j++ {
				if src[j] == '\\' {
					j++
				} else if src[j] == q {
					m.edits = append(m.edits, finding.Edit{From: j, To: j, New: `\`})
				}
			}
			t.add(m)
			return k + 1
		}
	}
	if !closed && t.cut(i, eol) {
		return len(src)
	}
	if !closed {
		// The other quote may be a curly one.
		for k := eol - 1; k > i; k-- {
			if src[k] >= utf8.RuneSelf && utf8.RuneStart(src[k]) {
				if r, n := utf8.DecodeRune(src[k:]); opener(r) != 0 && follows(src, k+n) {
					t.add(change("JSON_SMART_QUOTES", finding.Safe, k, k+n, string(q)))
					return k + n
				}
			}
		}
		e = i + len(bytes.TrimRight(src[i:eol], " \t"))
		// A comment is none of it, nor is what closes a list.
		if k := bytes.Index(src[i:e], []byte(" #")); k > 0 {
			e = i + len(bytes.TrimRight(src[i:i+k], " \t"))
		}
		if t.depth > 0 {
			for k := i + 1; k < e; k++ {
				if src[k] == ',' {
					e = k
					break
				}
			}
			e = i + max(1, len(bytes.TrimRight(src[i:e], " \t,]}")))
		}
		t.add(change("JSON_UNCLOSED_STRING", finding.Confirm, e, e, string(q)))
		return e
	}
	if q == '"' {
		t.escapes(i+1, e)
	}
	return e + 1
}

// escapes finds the escapes that TOML does not know.
func (t *tomlReader) escapes(from, to int) {
	text := t.src[from:to]
	if bytes.IndexByte(text, '\\') < 0 && bytes.IndexFunc(text, func(r rune) bool { return r < 0x20 && r != '\t' }) < 0 {
		return
	}
	illegal := false
	for i := 0; i < len(text); i++ {
		if text[i] != '\\' {
			continue
		}
		n := 2
		switch {
		case i+1 >= len(text):
			n = 0
		case text[i+1] == 'U':
			if n = 0; i+10 <= len(text) && hexes(text[i+2:i+10]) {
				n = 10
			}
		case text[i+1] == '/':
			n = 0
		default:
			n = escapeLen(text[i:])
		}
		if n == 0 {
			illegal = true
			n = 1
			if i+1 < len(text) && text[i+1] == '\\' {
				n = 2
			}
		}
		i += n - 1
	}
	if !illegal {
		if m, ok := silent(text, from); ok {
			if t.quiet {
				m.server = serverOf(t.path)
				t.mends = append(t.mends, m)
			}
		}
		return
	}
	l := &lexer{src: t.src, format: configfile.TOML}
	l.content(from, to, backslashes(text))
	t.take(l)
}

// take takes over what was found in a string.
func (t *tomlReader) take(l *lexer) {
	for _, m := range l.mends {
		if m.code == "JSON_BAD_ESCAPE" {
			m.code = "TOML_BAD_ESCAPE"
		}
		t.add(m)
	}
}

func (t *tomlReader) otherQuotes(i, n int, like rune) int {
	src := t.src
	eol := lineEnd(src, i)
	end, size := -1, 0
	for k := i + n; k < eol; {
		r, m := utf8.DecodeRune(src[k:])
		if (opener(r) == like || r == like) && follows(src, k+m) {
			end, size = k, m
			break
		}
		k += m
	}
	if end < 0 {
		end = i + len(bytes.TrimRight(src[i:eol], " \t,]"))
	}
	t.add(mend{code: "JSON_SMART_QUOTES", fix: finding.Safe, at: i, edits: []finding.Edit{{From: i, To: end + size, New: quoteRaw(string(src[i+n : end]))}}})
	return end + size
}

// quoteRaw quotes a text whose backslashes are as they should be, or a path's.
func quoteRaw(s string) string {
	if backslashes([]byte(s)) && !strings.Contains(s, `\\`) {
		return quoteText(s)
	}
	return `"` + strings.ReplaceAll(s, `"`, `\"`) + `"`
}

// bare reads a value without quotes.
func (t *tomlReader) bare(i int) int {
	src := t.src
	eol := lineEnd(src, i)
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
		t.add(mend{code: "TOML_UNQUOTED", fix: finding.Confirm, at: i, edits: []finding.Edit{{From: i, To: end, New: quoteText(text)}}})
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
		if k >= len(src) || k > i+1 && (src[k-1] == '\n') && (tomlKeyEnd().Match(src[k:lineEnd(src, k)]) || src[k] == '[' && tomlHead().Match(src[k:lineEnd(src, k)]) && !t.list(k, lineEnd(src, k))) {
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
			k = lineEnd(src, k)
			continue
		case bytes.HasPrefix(src[k:], []byte("//")):
			t.add(change("JSON_COMMENT_IN_STRICT", finding.Safe, k, k+2, "#"))
			k = lineEnd(src, k)
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
				eol := lineEnd(src, k+1)
				if tomlHead().Match(src[k+1 : eol]) {
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
		eol := lineEnd(src, k)
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
