package tolerant

import (
	"strconv"
	"strings"

	"toolbay/backend/configfile"
	"toolbay/backend/repair/finding"
)

// merger puts the members of one object into another, text by text.
type merger struct {
	src     []byte
	format  configfile.Format
	order   []*tree
	added   map[*tree]*strings.Builder
	clashes int
}

// into adds what from has and to lacks.
func (m *merger) into(to, from *tree, depth int) {
	for _, b := range from.members {
		has := to.get(b.key)
		switch {
		case has == nil:
			m.add(to, string(m.src[b.from:b.val.end]))
		case has.text(m.src) == b.val.text(m.src):
		case has.object() && b.val.object() && !has.server() && !b.val.server() && depth < 20:
			m.into(has, b.val, depth+1)
		case has.server() && b.val.server():
			m.clashes++
			key := ""
			for n := 2; ; n++ {
				if key = b.key + "-" + strconv.Itoa(n); to.get(key) == nil && from.get(key) == nil {
					break
				}
			}
			m.add(to, string(m.src[b.from:b.keyAt])+configfile.Quoted(key)+string(m.src[b.keyTo:b.val.end]))
		default:
			m.clashes++ // the first one holds
		}
	}
}

func (m *merger) add(to *tree, text string) {
	if m.added == nil {
		m.added = map[*tree]*strings.Builder{}
	}
	b := m.added[to]
	if b == nil {
		b = &strings.Builder{}
		m.added[to] = b
		m.order = append(m.order, to)
	}
	if strings.TrimSpace(text) != text[:len(strings.TrimRight(text, " \t\r\n"))] || text == "" || text[0] == ' ' || text[0] == '\n' || text[0] == '\r' || text[0] == '\t' {
		b.WriteString("," + text)
		return
	}
	b.WriteString(", " + text)
}

func (m *merger) edits() []finding.Edit {
	var out []finding.Edit
	for _, t := range m.order {
		text := m.added[t].String()
		at := t.start + 1
		if n := len(t.members); n > 0 {
			if at = t.members[n-1].val.end; t.members[n-1].comma > 0 {
				at, text = t.members[n-1].comma, text[1:]
			}
			if end := m.comment(at); end > at {
				// What is said about a member stays beside it.
				if strings.HasPrefix(text, ",") {
					out, text = append(out, finding.Edit{From: at, To: at, New: ","}), text[1:]
				}
				if at = end; !strings.HasPrefix(strings.TrimLeft(text, " \t\r"), "\n") {
					text = "\n" + text
				}
			}
		} else {
			text = text[1:]
		}
		out = append(out, finding.Edit{From: at, To: at, New: text})
	}
	return out
}

// comment gives where the comment behind a place on the same line ends, the
// place itself when there is none that stays.
func (m *merger) comment(at int) int {
	end := lineEnd(m.src, at)
	if line := strings.TrimSpace(string(m.src[at:end])); strings.HasPrefix(line, "//") && m.format != configfile.JSON {
		return end
	}
	return at
}

// join makes one text of several that stand one behind the other.
func join(src []byte, f configfile.Format) []mend {
	var texts []*tree
	g := newGrower(src, 0)
	for g.tok.Kind != configfile.EOF {
		t := g.grow(0)
		if t == nil {
			return nil
		}
		texts = append(texts, t)
	}
	if len(texts) < 2 {
		return nil
	}
	first := texts[0]
	m := mend{code: "JSON_CONCATENATED_DOCS", fix: finding.Safe, at: texts[1].start}
	merge := &merger{src: src, format: f}
	for _, t := range texts[1:] {
		if !first.object() || !t.object() {
			merge.clashes++
			continue
		}
		to := first
		if bare(t) {
			// Servers without the object around them belong into the one there is.
			for _, b := range first.members {
				if known(b.key) == nServers && b.val.object() {
					to = b.val
				}
			}
		}
		merge.into(to, t, 0)
	}
	if merge.clashes > 0 {
		m.fix, m.needs = finding.Confirm, "which of the two holds where they differ"
	}
	m.edits = append(merge.edits(), finding.Edit{From: first.end, To: texts[len(texts)-1].end})
	return []mend{m}
}

// bare tells that an object holds servers and nothing else.
func bare(t *tree) bool {
	for _, b := range t.members {
		if !b.val.server() {
			return false
		}
	}
	return len(t.members) > 0
}

// Saved gives the servers that can be read out of a text by themselves.
func Saved(src []byte, f configfile.Format) []finding.Parked {
	if f == configfile.TOML || f == configfile.YAML {
		f = configfile.JSON
	}
	return saved(src, f)
}

// saved reads the servers out of a text, each by itself.
func saved(src []byte, f configfile.Format) []finding.Parked {
	l := &lexer{src: src, format: f}
	l.run()
	l.emit(tEnd, len(src), len(src))
	l.toks = append(l.toks, token{kind: tEnd, start: len(src), end: len(src)})
	var at []int
	for i := range l.toks {
		if t := l.toks[i]; t.kind == tString && t.key != nEnv && t.key != nServers && l.toks[i+1].kind == tColon && look(l.toks, i+2) == aServer {
			at = append(at, i)
		}
	}
	var out []finding.Parked
	for k, i := range at {
		if len(out) >= 1000 {
			break
		}
		end := len(src)
		if k+1 < len(at) {
			end = l.toks[at[k+1]].start
		}
		depth := 0
		for j := i + 2; j < len(l.toks) && l.toks[j].start < end; j++ {
			switch l.toks[j].kind {
			case tOpenObject, tOpenArray:
				depth++
			case tCloseObject, tCloseArray:
				depth--
			}
			if depth == 0 {
				end = l.toks[j].end
			}
		}
		piece := src[l.toks[i].start:end]
		text := piece
		for range 4 {
			var r Reading
			ms, _, lost := structure(text, configfile.JSON, &r)
			if lost || len(ms) == 0 {
				break
			}
			_, text = findings(text, ms)
		}
		d, err := configfile.Parse(text, configfile.JSON)
		if err != nil {
			continue
		}
		for _, name := range d.Keys() {
			v, _ := d.Get(name)
			if o, ok := v.(configfile.Object); ok && starts(o) {
				out = append(out, finding.Parked{Name: name, Entry: o, Text: string(piece)})
			}
		}
	}
	return out
}

// starts tells that an entry has what starts it, or where it is.
func starts(o configfile.Object) bool {
	for _, m := range o {
		switch known(m.Key) {
		case nCommand, nURL:
			switch v := m.Value.(type) {
			case string:
				return v != ""
			case []any:
				return len(v) > 0
			case configfile.Object:
				return len(v) > 0
			}
		}
	}
	return false
}
