package tolerant

import (
	"bytes"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"toolbay/backend/configfile"
	"toolbay/backend/pattern"
	"toolbay/backend/repair/finding"
)

// TOML is read line by line: a header, a key with its value, a comment, or
// what someone pasted. What a line lacks or has too much is mended where it
// stands; a line that nothing makes sense of becomes a comment, which loses
// nothing.

var (
	tomlBare   = pattern.New(`^[A-Za-z0-9_-]+$`)
	tomlKeyEnd = pattern.New(`^[ \t]*(?:[A-Za-z0-9_.-]+|"[^"\n]*"|'[^'\n]*')(?:[ \t]*\.[ \t]*(?:[A-Za-z0-9_-]+|"[^"\n]*"))*[ \t]*=`)
	tomlHead   = pattern.New(`^[ \t]*\[\[?[ \t]*[A-Za-z0-9_"'.@/ -]+\]`)
	tomlDate   = pattern.New(`^\d{4}-\d\d-\d\d(?:[Tt ]\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:[Zz]|[+-]\d\d:\d\d)?)?$|^\d\d:\d\d(?::\d\d(?:\.\d+)?)?$`)
	tomlNumber = pattern.New(`^[+-]?(?:(?:0|[1-9](?:_?\d)*)(?:\.\d(?:_?\d)*)?(?:[eE][+-]?\d+)?|0x[0-9A-Fa-f_]+|0o[0-7_]+|0b[01_]+|inf|nan)$`)
)

func tomlText(src []byte, f configfile.Format, r *Reading) []mend {
	if parses(src, f) {
		return silentTOML(src)
	}
	for _, find := range []func([]byte, *Reading) []mend{lineEnds, colours, conflictIn(f), fences, quoted, numbers, compared, entities, twice, unseenOutside} {
		if ms := find(src, r); len(ms) > 0 {
			return ms
		}
	}
	if looksJSON(src) {
		if d, ok := pasted(src); ok {
			return []mend{{code: "TOML_JSON_PASTED", fix: finding.Safe, at: 0, edits: []finding.Edit{{From: 0, To: len(src), New: tablesOf(d, tables{root: "mcp_servers", eol: "\n", whole: true})}}}}
		}
	}
	if yamlKey().Match(src) {
		if d, err := configfile.Parse(src, configfile.YAML); err == nil {
			if v, _ := d.Get(); v != nil {
				if o, ok := v.(configfile.Object); ok {
					return []mend{{code: "TEXT_OTHER_FORMAT", fix: finding.Confirm, at: 0, edits: []finding.Edit{{From: 0, To: len(src), New: tablesOf(o, tables{root: "mcp_servers", eol: "\n", whole: true})}}}}
				}
			}
		}
	}
	t := &tomlReader{src: src, r: r, tables: map[string]*tomlTableAt{}}
	t.run()
	if len(t.mends) == 0 {
		if m, ok := asComment(src, f, r); ok {
			return []mend{m}
		}
		r.Saved = saved(src, configfile.JSON)
		return []mend{{code: "FILE_BEYOND_REPAIR", fix: finding.Never, at: -1}}
	}
	return t.mends
}

// lineEnds finds texts whose lines end as those of an old Mac.
func lineEnds(src []byte, _ *Reading) []mend {
	m := mend{code: "TEXT_LINE_ENDS", fix: finding.Safe, at: -1}
	for i, c := range src {
		if c == '\r' && (i+1 >= len(src) || src[i+1] != '\n') {
			if m.at < 0 {
				m.at = i
			}
			m.edits = append(m.edits, finding.Edit{From: i, To: i + 1, New: "\n"})
		}
	}
	if m.at < 0 {
		return nil
	}
	return []mend{m}
}

// unseenOutside finds blanks that TOML does not know, outside of strings.
func unseenOutside(src []byte, _ *Reading) []mend {
	if bytes.Contains(src, []byte(`"""`)) || bytes.Contains(src, []byte("'''")) {
		return nil
	}
	var ms []mend
	var quote rune
	comment := false
	for i, r := range string(src) {
		switch {
		case r == '\n':
			quote, comment = 0, false
		case comment:
		case quote != 0:
			if r == quote {
				quote = 0
			}
		case r == '"' || r == '\'':
			quote = r
		case r == '#':
			comment = true
		case unseen(r):
			ms = append(ms, change("JSON_INVISIBLE_CHARS", finding.Safe, i, i+utf8.RuneLen(r), spaced(r)))
		}
	}
	return ms
}

// unseenInside finds characters that nobody sees in a text that parses: inside
// of a name or value they are never meant.
func unseenInside(src []byte) []mend {
	if hidden(src[bomLen(src):]) < 0 {
		return nil
	}
	m := mend{code: "JSON_INVISIBLE_CHARS", fix: finding.Confirm, edits: without(src[bomLen(src):], bomLen(src))}
	m.at = m.edits[0].From
	return []mend{m}
}

// asComment makes a comment of the line at which a text stops being what it
// should be.
func asComment(src []byte, f configfile.Format, r *Reading) (mend, bool) {
	_, err := configfile.Parse(src, f)
	at, ok := offsetOf(err)
	if !ok || at >= len(src) {
		return mend{}, false
	}
	from := at
	for from > 0 && src[from-1] != '\n' {
		from--
	}
	line := bytes.TrimSpace(src[from:lineEnd(src, from)])
	if len(line) == 0 || line[0] == '#' {
		return mend{}, false
	}
	r.Comments = append(r.Comments, string(line))
	m := change("JSON_STRAY_TEXT", finding.Confirm, from, from, "# ")
	m.needs = "what this line should say"
	return m, true
}

func offsetOf(err error) (int, bool) {
	for err != nil {
		if s, ok := err.(*configfile.SyntaxError); ok {
			return s.Offset, true
		}
		u, ok := err.(interface{ Unwrap() error })
		if !ok {
			return 0, false
		}
		err = u.Unwrap()
	}
	return 0, false
}

// silentTOML finds Windows paths whose backslashes mean tabs and line ends.
func silentTOML(src []byte) []mend {
	if ms := unseenInside(src); len(ms) > 0 {
		return ms
	}
	if !bytes.Contains(src, []byte(`:\`)) {
		return nil
	}
	t := &tomlReader{src: src, r: &Reading{}, tables: map[string]*tomlTableAt{}, quiet: true}
	t.run()
	return t.mends
}

// tomlTableAt is a table that has a header.
type tomlTableAt struct {
	line, next int // its header
	end        int // of its last statement
	keys       map[string][2]int
}

type tomlReader struct {
	src    []byte
	pos    int
	r      *Reading
	mends  []mend
	tables map[string]*tomlTableAt
	names  map[string]bool // servers
	table  *tomlTableAt
	path   []string
	rename map[string]string // a table that was there already, and its new name
	// elements is the key of servers that stand in a list, element the name of
	// the one that is read.
	elements, element string
	bodies            map[string]bool // of the tables of lists
	entry             int             // where the last server begins, -1 before the first
	ended             bool            // the text was cut off
	quiet             bool
	depth             int
}

func (t *tomlReader) add(m mend) {
	if t.quiet || t.ended {
		return
	}
	if len(t.path) > 0 && known(t.path[0]) == nServers && m.server == "" {
		switch m.code {
		case "TOML_BAD_ESCAPE", "TOML_UNQUOTED", "JSON_UNCLOSED_STRING", "TOML_DUPLICATE_TABLE":
			if m.server = serverOf(t.path); t.path[0] == t.elements {
				m.server = t.element
			}
		}
	}
	t.mends = append(t.mends, m)
}

func (t *tomlReader) run() {
	src := t.src
	t.entry = -1
	t.table = &tomlTableAt{keys: map[string][2]int{}}
	for t.pos < len(src) {
		from := t.pos
		eol := lineEnd(src, t.pos)
		i := t.blanks(t.pos)
		switch {
		case i >= eol || src[i] == '#':
			t.pos = eol
		case src[i] == '[' && !t.list(i, eol):
			t.header(i, eol)
		case src[i] == '{' || src[i] == '"' && jsonMember(src[i:eol]):
			if !t.json(i) {
				t.stray(i, eol)
			}
		case bytes.HasPrefix(src[i:], []byte("//")):
			t.add(change("JSON_COMMENT_IN_STRICT", finding.Safe, i, i+2, "#"))
			t.pos = eol
		case src[i] == ';':
			t.add(change("JSON_COMMENT_IN_STRICT", finding.Safe, i, i+1, "#"))
			t.pos = eol
		default:
			t.statement(i, eol)
		}
		for t.pos < len(src) && (src[t.pos] == '\n' || src[t.pos] == '\r') {
			t.pos++
		}
		if t.pos <= from {
			t.pos = max(from+1, lineEnd(src, from))
		}
	}
}

// jsonMember tells that a line is a member of a JSON object.
func jsonMember(line []byte) bool {
	e, closed := scanQuote(line, 1, '"')
	if !closed {
		return false
	}
	rest := bytes.TrimLeft(line[e+1:], " \t")
	return len(rest) > 1 && rest[0] == ':' && bytes.HasPrefix(bytes.TrimLeft(rest[1:], " \t"), []byte("{"))
}

// blanks steps over blanks.
func (t *tomlReader) blanks(i int) int {
	for i < len(t.src) && (t.src[i] == ' ' || t.src[i] == '\t') {
		i++
	}
	return i
}

// list tells that a line in brackets is no header but a value.
func (t *tomlReader) list(i, eol int) bool {
	return bytes.IndexByte(t.src[i:eol], ',') >= 0 && bytes.IndexByte(t.src[i:eol], '"') >= 0
}

func (t *tomlReader) stray(i, eol int) {
	m := change("JSON_STRAY_TEXT", finding.Confirm, i, i, "# ")
	m.needs = "what this line should say"
	t.add(m)
	t.pos = eol
}

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
	if n == 1 && closers == 2 && bytes.Contains(src, []byte("[["+text+"]]")) {
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
	switch {
	case known(parts[0]) != nServers:
		t.entry = -1
	case list || len(parts) <= 2 || len(parts) > 2 && !t.names[parts[1]]:
		t.entry = i
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
		for k := range t.tables { // what is below begins anew
			if strings.HasPrefix(k, path+"\x00") {
				delete(t.tables, k)
			}
		}
		return
	}
	// A table below one that was renamed is renamed with it.
	if len(parts) > 2 {
		if name, ok := t.rename[strings.Join(parts[:2], "\x00")]; ok {
			if _, twice := t.tables[path]; twice {
				t.renameAt(i, eol, 1, parts[1], name)
				t.table = at
				return
			}
		}
	}
	first, twice := t.tables[path]
	if !twice {
		t.tables[path], t.table = at, at
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
	body := func(from, to int) string { return strings.Join(strings.Fields(string(t.src[from:to])), " ") }
	if body(next, end) == body(first.next, t.bodyEnd(first.next)) {
		m := change("TOML_DUPLICATE_TABLE", finding.Confirm, i, end, "")
		m.server = serverOf(parts)
		t.add(m)
		t.table = &tomlTableAt{keys: map[string][2]int{}}
		t.pos = end
		return
	}
	if len(parts) == 2 && known(parts[0]) == nServers {
		name := ""
		for n := 2; ; n++ {
			if name = parts[1] + "-" + strconv.Itoa(n); !t.names[name] && !bytes.Contains(t.src, []byte("."+name+"]")) {
				break
			}
		}
		if t.names == nil {
			t.names = map[string]bool{}
		}
		t.names[name] = true
		if t.rename == nil {
			t.rename = map[string]string{}
		}
		t.rename[path] = name
		t.renameAt(i, eol, 1, parts[1], name)
		m := &t.mends[len(t.mends)-1]
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
	to := t.bodyEnd(first.next)
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

// cut takes out the server in which a text was cut off, at eol in what begins
// at i; half of it would start something else than was meant. A text that was
// written to its end has a last line end.
func (t *tomlReader) cut(i, eol int) bool {
	if t.quiet || t.ended || eol < len(t.src) {
		return false
	}
	from := lineStart(t.src, i)
	m := mend{code: "JSON_TRUNCATED", fix: finding.Confirm, at: eol, needs: "where the text was cut off"}
	if t.entry >= 0 {
		from, m.server = lineStart(t.src, t.entry), serverOf(t.path)
	}
	m.args = map[string]string{"lost": m.server}
	m.edits = []finding.Edit{{From: from, To: eol}}
	t.mends = slices.DeleteFunc(t.mends, func(o mend) bool { return o.at >= from })
	t.mends = append(t.mends, m)
	t.ended, t.pos = true, eol
	return true
}

// openQuote tells that a line ends inside of a string.
func openQuote(line []byte) bool {
	for i := 0; i < len(line); i++ {
		switch c := line[i]; c {
		case '#':
			return false
		case '"', '\'':
			e, closed := scanQuote(line, i+1, c)
			if !closed {
				return true
			}
			i = e
		}
	}
	return false
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

func (t *tomlReader) renameAt(i, eol, step int, old, name string) {
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
		name = quoteText(name)
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
				parts, out, clean = append(parts, part), append(out, quoteText(part)), false
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
			out, clean = append(out, quoteText(strings.Trim(part, `"'“”`))), false
			parts[len(parts)-1] = strings.Trim(part, `"'“”`)
		}
		i += e + 1
	}
	if clean {
		return parts, s
	}
	return parts, strings.Join(out, ".")
}
