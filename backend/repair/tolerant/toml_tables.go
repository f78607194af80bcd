package tolerant

import (
	"bytes"
	"strconv"
	"strings"

	"toolbay/backend/configfile"
	"toolbay/backend/repair/finding"
)

// header reads the name of a table.
func (t *tomlReader) header(i, eol int) {
	src := t.src
	n := 1
	if i+1 < eol && src[i+1] == '[' {
		n = 2
	}
	e := i + n
	var quote byte
	for e < eol {
		c := src[e]
		if quote != 0 {
			if c == quote {
				quote = 0
			}
		} else if c == '"' || c == '\'' {
			quote = c
		} else if c == ']' || c == '#' || c == '=' {
			break
		}
		e++
	}
	if quote != 0 { // a quote is missing
		e = i + n
		for e < eol && src[e] != ']' && src[e] != '#' {
			e++
		}
	}
	text := strings.TrimRight(string(src[i+n:e]), " \t")
	if e >= eol && t.cut(i, eol) {
		return
	}
	parts, as := tomlPath(text)
	closers := 0
	for e+closers < eol && src[e+closers] == ']' {
		closers++
	}
	if n == 1 && closers == 2 && t.lists(text) {
		n = 2
	}
	if n == 2 && i+1 < eol && src[i+1] != '[' {
		t.add(change("JSON_MISSING_OPENER", finding.Confirm, i, i, "["))
	} else if as != text || closers != n {
		code := "TOML_UNQUOTED"
		if as == text {
			code = "JSON_TRUNCATED"
			if closers > n {
				code = "JSON_EXTRA_CLOSER"
			}
		}
		from := i + n
		t.add(mend{code: code, fix: finding.Confirm, at: i, edits: []finding.Edit{{From: from, To: max(e, from) + closers, New: as + strings.Repeat("]", n)}}})
	}
	t.pos = eol
	if rest := bytes.TrimSpace(src[min(eol, e+closers):eol]); len(rest) > 0 && rest[0] != '#' {
		if bytes.HasPrefix(rest, []byte("//")) {
			at := i + bytes.Index(src[i:eol], rest)
			t.add(change("JSON_COMMENT_IN_STRICT", finding.Safe, at, at+2, "#"))
		} else {
			at := e + closers
			m := change("JSON_STRAY_TEXT", finding.Confirm, at, at, " # ")
			t.add(m)
		}
	}
	t.path = parts
	t.begin(i, eol, n == 2, parts)
}

// begin enters a table; one that is there already is given another name, or
// put into the first.
func (t *tomlReader) begin(i, eol int, list bool, parts []string) {
	path := strings.Join(parts, "\x00")
	next := eol
	for next < len(t.src) && (t.src[next] == '\r' || t.src[next] == '\n') {
		next++
		if t.src[next-1] == '\n' {
			break
		}
	}
	at := &tomlTableAt{line: i, next: next, end: eol, keys: map[string][2]int{}}
	if known(parts[0]) != nServers {
		t.entry = -1
	} else {
		t.root = parts[0]
		if list || len(parts) <= 2 || !t.names[parts[1]] {
			t.entry = i
		}
	}
	if list {
		t.table = at
		end := t.bodyEnd(next)
		if len(parts) == 1 && known(parts[0]) == nServers {
			t.elements, t.element = parts[0], nameIn(t.src[next:end])
			if t.names == nil {
				t.names = map[string]bool{}
			}
			t.names[t.element] = true
		}
		body := path + "\x00" + strings.Join(strings.Fields(string(t.src[next:end])), " ")
		if t.bodies[body] && end > next {
			t.add(change("TOML_DUPLICATE_TABLE", finding.Confirm, i, end, ""))
			t.table = &tomlTableAt{keys: map[string][2]int{}}
			t.pos = end
			return
		}
		if t.bodies == nil {
			t.bodies = map[string]bool{}
		}
		t.bodies[body] = true
		for _, k := range t.below[path] { // what is below begins anew
			delete(t.tables, k)
		}
		delete(t.below, path)
		return
	}
	// A table below one that was renamed is renamed with it.
	if len(parts) > 2 {
		if name, ok := t.rename[strings.Join(parts[:2], "\x00")]; ok {
			if _, twice := t.tables[path]; twice {
				t.renameAt(i, eol, parts[1], name)
				t.table = at
				return
			}
		}
	}
	first, twice := t.tables[path]
	if !twice {
		t.tables[path], t.table = at, at
		for i := 1; i < min(len(parts), 8); i++ {
			up := strings.Join(parts[:i], "\x00")
			if t.below == nil {
				t.below = map[string][]string{}
			}
			t.below[up] = append(t.below[up], path)
		}
		if len(parts) == 2 {
			if t.names == nil {
				t.names = map[string]bool{}
			}
			t.names[parts[1]] = true
		}
		return
	}
	end := t.bodyEnd(next)
	if end == len(t.src) && t.entry >= 0 && openQuote(t.src[lineStart(t.src, end):]) && t.cut(i, end) {
		return
	}
	if first.bodyEnd == 0 {
		first.bodyEnd = t.bodyEnd(first.next)
		first.body = strings.Join(strings.Fields(string(t.src[first.next:first.bodyEnd])), " ")
	}
	if strings.Join(strings.Fields(string(t.src[next:end])), " ") == first.body {
		m := change("TOML_DUPLICATE_TABLE", finding.Confirm, i, end, "")
		m.server = serverOf(parts)
		t.add(m)
		t.table = &tomlTableAt{keys: map[string][2]int{}}
		t.pos = end
		return
	}
	if len(parts) == 2 && known(parts[0]) == nServers {
		name := t.unused(parts[1])
		if t.names == nil {
			t.names = map[string]bool{}
		}
		t.names[name] = true
		if t.rename == nil {
			t.rename = map[string]string{}
		}
		t.rename[path] = name
		before := len(t.mends)
		t.renameAt(i, eol, parts[1], name)
		if len(t.mends) == before {
			t.table = at
			return
		}
		m := &t.mends[before]
		m.needs = "which of the two keeps the name"
		if parts[0] == "mcp_servers" && !bytes.Contains(t.src[next:end], []byte("enabled")) {
			eolText := string(t.src[eol:next])
			if eolText == "" {
				eolText = "\n"
			}
			m.edits = append(m.edits, finding.Edit{From: end, To: end, New: "enabled = false" + eolText})
			if end > 0 && t.src[end-1] != '\n' {
				m.edits[len(m.edits)-1].New = eolText + "enabled = false"
			}
		}
		t.table = at
		return
	}
	// Its lines go to the end of the first one.
	text := string(t.src[next:end])
	to := first.bodyEnd
	if to > 0 && to <= len(t.src) && t.src[to-1] != '\n' {
		text = "\n" + text
	}
	m := mend{code: "TOML_DUPLICATE_TABLE", fix: finding.Confirm, at: i, server: serverOf(parts), needs: "whether both belong together",
		edits: []finding.Edit{{From: to, To: to, New: text}, {From: i, To: end}}}
	t.add(m)
	t.table = first
	for _, k := range keysIn(t.src[next:end]) {
		if old, ok := first.keys[k]; ok {
			t.add(mend{code: "TOML_DUPLICATE_TABLE", fix: finding.Confirm, at: i, edits: []finding.Edit{{From: old[0], To: old[1]}}})
		}
	}
	t.pos = end
}

func serverOf(parts []string) string {
	if len(parts) >= 2 && known(parts[0]) == nServers {
		return parts[1]
	}
	return ""
}

// nameIn gives what the lines of a table say for its name.
func nameIn(src []byte) string {
	for _, l := range split(src) {
		key, value, ok := strings.Cut(string(src[l.start:l.end]), "=")
		if value = strings.TrimSpace(value); !ok || strings.Trim(key, ` \t"'`) != "name" || value == "" {
			continue
		}
		if q := value[:1]; q == `"` || q == "'" {
			value, _, _ = strings.Cut(value[1:], q)
			return value
		}
		value, _, _ = strings.Cut(value, " ")
		return value
	}
	return ""
}

func keysIn(src []byte) []string {
	var out []string
	for _, l := range split(src) {
		if m := tomlKeyEnd().Find(src[l.start:l.end]); m != nil {
			out = append(out, strings.Trim(strings.TrimSpace(strings.TrimSuffix(string(m), "=")), `"'`))
		}
	}
	return out
}

// bodyEnd gives where the lines of a table end: behind its last key.
func (t *tomlReader) bodyEnd(from int) int {
	end := from
	for i := from; i < len(t.src); {
		eol := lineEnd(t.src, i)
		t.steps += eol - i
		next := eol
		for next < len(t.src) && next < eol+2 && (t.src[next] == '\r' || t.src[next] == '\n') {
			next++
			if t.src[next-1] == '\n' {
				break
			}
		}
		line := bytes.TrimSpace(t.src[i:eol])
		if len(line) > 0 && (line[0] == '[' && tomlHead().Match(line) || line[0] == '{') {
			break
		}
		if len(line) > 0 && line[0] != '#' {
			end = next
		}
		if next <= i {
			break
		}
		i = next
	}
	return end
}

// lists tells that a list of tables has that name.
func (t *tomlReader) lists(name string) bool {
	if t.inList == nil {
		t.inList = map[string]bool{}
		for _, l := range split(t.src) {
			if text, ok := strings.CutPrefix(strings.TrimSpace(string(t.src[l.start:l.end])), "[["); ok {
				text, _, _ = strings.Cut(text, "]]")
				t.inList[text] = true
			}
		}
	}
	return t.inList[name]
}

// unused is a name for a second server of a name.
func (t *tomlReader) unused(name string) string {
	if t.heads == nil {
		t.heads, t.counts = map[string]bool{}, map[string]int{}
		for _, l := range split(t.src) {
			if line := t.src[l.start:l.end]; tomlHead().Match(line) {
				text, _, _ := strings.Cut(strings.TrimLeft(string(line), " \t["), "]")
				parts, _ := tomlPath(text)
				if len(parts) > 1 {
					t.heads[parts[1]] = true
				}
			}
		}
	}
	n := max(2, t.counts[name])
	for t.names[name+"-"+strconv.Itoa(n)] || t.heads[name+"-"+strconv.Itoa(n)] {
		n++
	}
	t.counts[name] = n + 1
	return name + "-" + strconv.Itoa(n)
}

func (t *tomlReader) renameAt(i, eol int, old, name string) {
	line := t.src[i:eol]
	quoted := old
	k := bytes.Index(line, []byte("."+old))
	if k < 0 {
		quoted = `"` + old + `"`
		if k = bytes.Index(line, []byte(quoted)); k >= 0 {
			k--
		} else if k = bytes.Index(line, []byte("'"+old+"'")); k >= 0 {
			k--
		}
	}
	if k < 0 {
		return
	}
	if !tomlBare().MatchString(name) {
		name = configfile.Quoted(name)
	}
	t.add(mend{code: "TOML_DUPLICATE_TABLE", fix: finding.Confirm, at: i, server: old,
		edits: []finding.Edit{{From: i + k + 1, To: i + k + 1 + len(quoted), New: name}}})
}

// tomlPath splits a table's name, and writes it as it must be.
func tomlPath(s string) (parts []string, as string) {
	var out []string
	clean := true
	for i := 0; i <= len(s); {
		for i < len(s) && (s[i] == ' ' || s[i] == '\t') {
			i++
		}
		if i < len(s) && (s[i] == '"' || s[i] == '\'') {
			e := strings.IndexByte(s[i+1:], s[i])
			if e < 0 {
				part := strings.Trim(s[i+1:], " \t")
				parts, out, clean = append(parts, part), append(out, configfile.Quoted(part)), false
				break
			}
			parts = append(parts, s[i+1:i+1+e])
			out = append(out, s[i:i+e+2])
			i += e + 2
			for i < len(s) && s[i] != '.' {
				if s[i] != ' ' && s[i] != '\t' {
					clean = false
				}
				i++
			}
			i++
			continue
		}
		e := strings.IndexByte(s[i:], '.')
		if e < 0 {
			e = len(s) - i
		}
		part := strings.TrimSpace(s[i : i+e])
		parts = append(parts, part)
		if tomlBare().MatchString(part) {
			out = append(out, part)
		} else {
			out, clean = append(out, configfile.Quoted(strings.Trim(part, `"'“”`))), false
			parts[len(parts)-1] = strings.Trim(part, `"'“”`)
		}
		i += e + 1
	}
	if clean {
		return parts, s
	}
	return parts, strings.Join(out, ".")
}
