package tolerant

import (
	"bytes"
	"slices"
	"strings"
	"unicode/utf8"

	"toolbay/backend/repair/finding"
)

// headless reads the line of a header that lost its first bracket; nil for
// another line.
func headless(line []byte) []string {
	e := bytes.IndexByte(line, ']')
	if e <= 0 || bytes.IndexByte(line[:e], '.') <= 0 || bytes.ContainsAny(line[:e], "=[,\"' ") {
		return nil
	}
	parts, _ := tomlPath(string(line[:e]))
	return parts
}

// ofServers tells that a line is the header of a server that lost its first
// bracket, also where a list is still open.
func ofServers(line []byte) bool {
	parts := headless(line)
	return len(parts) > 1 && known(parts[0]) == nServers
}

// statement reads a key and its value.
func (t *tomlReader) statement(i, eol int) {
	src := t.src
	// A header that lost its first bracket.
	if parts := headless(src[i:eol]); parts != nil {
		t.add(change("JSON_MISSING_OPENER", finding.Confirm, i, i, "["))
		t.path = parts
		t.pos = eol
		t.begin(i, eol, false, parts)
		return
	}
	// One that lost both, or all four.
	if name := string(bytes.TrimRight(src[i:eol], " \t")); tomlPlain().MatchString(name) {
		parts, _ := tomlPath(name)
		if list := len(parts) == 1 && t.lists(name); known(parts[0]) == nServers && (len(parts) > 1 || list) {
			n := 1 + btoi(list)
			end := i + len(name)
			t.add(mend{code: "JSON_MISSING_OPENER", fix: finding.Confirm, at: i, edits: []finding.Edit{{From: i, To: i, New: "[["[:n]}, {From: end, To: end, New: "]]"[:n]}}})
			t.path = parts
			t.pos = eol
			t.begin(i, eol, list, parts)
			return
		}
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
	end := t.eol(last)
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
			if !bytes.Equal(bytes.TrimSpace(src[old[0]:min(len(src), old[1])]), bytes.TrimSpace(src[i:end])) {
				t.table.other++
				t.doubt = t.doubt || t.table.other > 1 && slices.ContainsFunc(t.mends, func(m mend) bool { return m.code == "JSON_TRUNCATED" || m.code == "JSON_STRAY_TEXT" })
			}
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
		t.pos = t.eol(last)
		return
	}
	t.stray(i, eol)
}
