package pen

import (
	"bytes"
	"slices"
	"strings"

	"toolbay/backend/configfile"
	"toolbay/backend/pattern"
	"toolbay/backend/repair/finding"
)

// span is a part of a text.
type span struct{ start, end int }

// setList gives a list of texts other elements and leaves those that stay, with
// the comments and blanks between them, as they are written. It is nil where
// the list is written in a way it does not know.
func setList(src []byte, f configfile.Format, doc *configfile.Document, path []string, old, value any) []byte {
	was, ok := allTexts(old)
	is, both := allTexts(value)
	if !ok || !both || len(was) == 0 || len(is) == 0 {
		return nil
	}
	at, ok := doc.Place(path...)
	text, err := configfile.Text(src, f, path)
	if !ok || err != nil || !bytes.HasPrefix(src[at:], text) {
		return nil
	}
	block := false
	items := flowItems(text, f)
	if items == nil && f == configfile.YAML {
		items, block = blockItems(text), true
	}
	if len(items) != len(was) {
		return nil
	}
	l := list{text: text, items: items, block: block, yaml: f == configfile.YAML}
	edits := l.edits(was, is)
	var out bytes.Buffer
	out.Write(src[:at])
	from := 0
	for _, e := range edits {
		if e.From < from {
			return nil
		}
		out.Write(text[from:e.From])
		out.WriteString(e.New)
		from = e.To
	}
	out.Write(text[from:])
	out.Write(src[at+len(text):])
	done, err := expect(out.Bytes(), f, path, value)
	if err != nil {
		return nil
	}
	return done
}

func allTexts(v any) ([]string, bool) {
	l, ok := v.([]any)
	if !ok {
		return nil, false
	}
	out := make([]string, len(l))
	for i, e := range l {
		if out[i], ok = e.(string); !ok {
			return nil, false
		}
	}
	return out, true
}

// flowItems gives the elements of a list in brackets, nil for another one.
func flowItems(text []byte, f configfile.Format) []span {
	hash := f == configfile.TOML || f == configfile.YAML
	i := bytes.IndexAny(text, "[\n")
	if i < 0 || text[i] != '[' {
		return nil
	}
	var items []span
	for i++; i < len(text); {
		switch c := text[i]; {
		case c == ']':
			return items
		case c == ',' || c == ' ' || c == '\t' || c == '\r' || c == '\n':
			i++
		case hash && c == '#', !hash && bytes.HasPrefix(text[i:], []byte("//")):
			n := bytes.IndexByte(text[i:], '\n')
			if n < 0 {
				return nil
			}
			i += n
		case !hash && bytes.HasPrefix(text[i:], []byte("/*")):
			n := bytes.Index(text[i+2:], []byte("*/"))
			if n < 0 {
				return nil
			}
			i += n + 4
		case c == '"' || hash && c == '\'':
			if bytes.HasPrefix(text[i:], []byte{c, c, c}) {
				return nil
			}
			end := i + 1
			for end < len(text) && text[end] != c {
				if text[end] == '\\' && c == '"' {
					end++
				}
				end++
			}
			if end >= len(text) {
				return nil
			}
			items = append(items, span{i, end + 1})
			i = end + 1
		case f == configfile.YAML && !bytes.ContainsRune([]byte("{[&*!|>%@`"), rune(c)):
			n := bytes.IndexAny(text[i:], ",]\n")
			if n < 0 {
				return nil
			}
			word := bytes.TrimRight(text[i:i+n], " \t")
			items = append(items, span{i, i + len(word)})
			i += n
		default:
			return nil
		}
	}
	return nil
}

var blockLine = pattern.New(`(?m)^([ \t]*- +)("(?:[^"\\\n]|\\.)*"|'[^'\n]*'|[^\s"'#&*!|>{\[%@\x60-][^\n#]*?|-[^\s#][^\n#]*?)[ \t]*(?:#[^\n]*)?\r?$`)

// blockItems gives the elements of a list of YAML with one on each line.
func blockItems(text []byte) []span {
	var items []span
	for _, m := range blockLine().FindAllSubmatchIndex(text, -1) {
		items = append(items, span{m[4], m[5]})
	}
	return items
}

type list struct {
	text  []byte
	items []span
	block bool
	yaml  bool
}

// edits turns one list into the other: what both begin and end with stays, the
// rest is changed one by one, and what is left is put in or taken out.
func (l list) edits(was, is []string) []finding.Edit {
	head := 0
	for head < len(was) && head < len(is) && was[head] == is[head] {
		head++
	}
	tail := 0
	for tail < len(was)-head && tail < len(is)-head && was[len(was)-1-tail] == is[len(is)-1-tail] {
		tail++
	}
	var edits []finding.Edit
	oldMid, newMid := was[head:len(was)-tail], is[head:len(is)-tail]
	both := min(len(oldMid), len(newMid))
	for i := range both {
		if oldMid[i] != newMid[i] {
			s := l.items[head+i]
			edits = append(edits, finding.Edit{From: s.start, To: s.end, New: l.written(newMid[i], l.text[s.start])})
		}
	}
	if len(oldMid) > both {
		edits = append(edits, l.cut(head+both, len(was)-tail)...)
	}
	if len(newMid) > both {
		edits = append(edits, l.put(head+both, newMid[both:]))
	}
	slices.SortFunc(edits, func(a, b finding.Edit) int { return a.From - b.From })
	return edits
}

// written writes an element, in the manner of another where that is sure.
func (l list) written(s string, like byte) string {
	if like == '\'' && !strings.ContainsAny(s, "'\n\r\\") {
		return "'" + s + "'"
	}
	if l.yaml && like != '"' && like != '\'' && simple().MatchString(s) {
		return s
	}
	return quoted(s)
}

// simple are words that YAML takes as they stand.
var simple = pattern.New(`^(-{1,2}[A-Za-z]|[A-Za-z/])[A-Za-z0-9_./@-]*$`)

// cut takes elements out, with what stands between them and the next.
func (l list) cut(from, to int) []finding.Edit {
	if l.block {
		var edits []finding.Edit
		for _, s := range l.items[from:to] {
			a := bytes.LastIndexByte(l.text[:s.start], '\n') + 1
			b := len(l.text)
			if n := bytes.IndexByte(l.text[s.end:], '\n'); n >= 0 {
				b = s.end + n + 1
			} else if a > 0 {
				a-- // the last line has no end of its own
			}
			edits = append(edits, finding.Edit{From: a, To: b})
		}
		return edits
	}
	if to < len(l.items) {
		return []finding.Edit{{From: l.items[from].start, To: l.items[to].start}}
	}
	if from > 0 {
		return []finding.Edit{{From: l.items[from-1].end, To: l.items[to-1].end}}
	}
	return []finding.Edit{{From: l.items[from].start, To: l.items[to-1].end}}
}

// put puts elements in front of the one at a place, or behind the last.
func (l list) put(at int, words []string) finding.Edit {
	var b strings.Builder
	like := l.text[l.items[min(at, len(l.items)-1)].start]
	if l.block {
		s := l.items[min(at, len(l.items)-1)]
		line := bytes.LastIndexByte(l.text[:s.start], '\n') + 1
		dash := string(l.text[line:s.start])
		if at < len(l.items) {
			for _, w := range words {
				b.WriteString(dash + l.written(w, like) + l.eol())
			}
			return finding.Edit{From: line, To: line, New: b.String()}
		}
		for _, w := range words {
			b.WriteString(l.eol() + dash + l.written(w, like))
		}
		end := len(l.text)
		if n := bytes.IndexByte(l.text[s.end:], '\n'); n >= 0 {
			end = s.end + n
		}
		return finding.Edit{From: end, To: end, New: b.String()}
	}
	sep := ", "
	ref := l.items[min(at, len(l.items)-1)].start
	line := bytes.LastIndexByte(l.text[:ref], '\n') + 1
	if indent := l.text[line:ref]; line > 0 && len(bytes.TrimSpace(indent)) == 0 {
		sep = "," + l.eol() + string(indent)
	}
	if at < len(l.items) {
		for _, w := range words {
			b.WriteString(l.written(w, like) + sep)
		}
		return finding.Edit{From: ref, To: ref, New: b.String()}
	}
	for _, w := range words {
		b.WriteString(sep + l.written(w, like))
	}
	end := l.items[len(l.items)-1].end
	return finding.Edit{From: end, To: end, New: b.String()}
}

func (l list) eol() string {
	if bytes.Contains(l.text, []byte("\r\n")) {
		return "\r\n"
	}
	return "\n"
}
