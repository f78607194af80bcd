package tolerant

import (
	"bytes"

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
	tomlOpen   = pattern.New(`^[ \t]*\[\[?[ \t]*[A-Za-z0-9_-]+(?:\.[A-Za-z0-9_-]+)+[ \t]*\r?$`) // its bracket is missing
	tomlPlain  = pattern.New(`^[A-Za-z0-9_-]+(?:\.[A-Za-z0-9_-]+)*$`)
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
	if t.doubt {
		r.Saved = saved(src, configfile.JSON)
		return []mend{{code: "FILE_BEYOND_REPAIR", fix: finding.Never, at: -1}}
	}
	if len(t.mends) == 0 {
		if m, ok := asComment(src, f, r); ok {
			return []mend{m}
		}
		r.Saved = saved(src, configfile.JSON)
		return []mend{{code: "FILE_BEYOND_REPAIR", fix: finding.Never, at: -1}}
	}
	return t.mends
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
	other      int    // members that stand in it twice, with another value
	bodyEnd    int    // where its lines end, once asked for
	body       string // what they say
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
	bodies            map[string]bool     // of the tables of lists
	below             map[string][]string // the tables below a path
	inList            map[string]bool     // the names of lists
	root              string              // of the servers
	unread            int                 // how much looked like JSON and was none
	heads             map[string]bool     // the servers that any header names
	counts            map[string]int      // how often a name was given anew
	entry             int                 // where the last server begins, -1 before the first
	ended             bool                // the text was cut off
	quiet             bool
	doubt             bool // two tables became one
	depth             int
	from              int // of the line whose end is known
	to                int // that end, -1 at first
	steps             int // bytes looked at, for those who count
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

// eol gives where the line of i ends. A line is looked through once, however
// many values stand on it.
func (t *tomlReader) eol(i int) int {
	if i < t.from || i > t.to {
		t.from, t.to = i, lineEnd(t.src, i)
		t.steps += t.to - i
	}
	return t.to
}

func (t *tomlReader) run() {
	src := t.src
	t.entry, t.to = -1, -1
	t.table = &tomlTableAt{keys: map[string][2]int{}}
	for t.pos < len(src) {
		from := t.pos
		eol := t.eol(t.pos)
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
			t.pos = max(from+1, t.eol(from))
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
