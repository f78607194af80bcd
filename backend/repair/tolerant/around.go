package tolerant

import (
	"bytes"
	"html"
	"strconv"
	"strings"
	"unicode/utf16"
	"unicode/utf8"

	"toolbay/backend/configfile"
	"toolbay/backend/pattern"
	"toolbay/backend/repair/finding"
)

var (
	ansi      = pattern.New("\x1b(?:\\[[0-9;?]*[ -/]*[@-~]|\\][^\x07\x1b]*(?:\x07|\x1b\\\\)|[@-Z\\\\-_])|␛\\[[0-9;]*m")
	fenceLine = pattern.New("^[ \\t>]*(`{3,}|~{3,})[ \\t]*[A-Za-z0-9+#.:/_-]*[ \\t]*$")
	numbered  = pattern.New(`^[ \t]*([0-9]{1,6})(?:[ \t]*[|:→│][ \t]?|\t|[.)](?:[ \t]|$)|([ \t]{2,})|([ \t])(?:$|["{}\[\]])|([ \t])\S)`)
	prompt    = pattern.New(`^[ \t]*(?:\$|%|>|❯|➜|PS [A-Za-z]:[^>\n]*>|[A-Za-z]:\\[^>\n]*>|[\w.-]+@[\w.-]+[^$#\n]*[$#])[ \t]+(?:cat|type|more|less|code|nano|vi|vim|head|tail|bat|echo|get-content|Get-Content|open|sudo|cd|ls)\b`)
	hunk      = pattern.New(`^(?:@@ .*@@|\+\+\+ |--- |diff --git |index [0-9a-f]+\.\.)`)
	assign    = pattern.New(`^[ \t]*(?:(?:export[ \t]+)?(?:const|let|var)[ \t]+[\w$]+[ \t]*(?::[ \t]*[\w<>\[\]., ]+)?=|module\.exports[ \t]*=|export[ \t]+default\b|return\b|[\w.]+[ \t]*=)[ \t]*[{\[(]`)
	entity    = pattern.New(`&(?:quot|amp|lt|gt|apos|nbsp|#[0-9]{1,7}|#[xX][0-9a-fA-F]{1,6});`)
)

// around finds what came along when a text was copied: colours, fences, line
// numbers, marks of a comparison, prose, and what became of a text in a page.
func around(src []byte, r *Reading) []mend {
	for _, find := range []func([]byte, *Reading) []mend{colours, conflictIn(configfile.JSON), fences, quoted, numbers, compared, entities, backslashed} {
		if ms := find(src, r); len(ms) > 0 {
			return ms
		}
	}
	return nil
}

func colours(src []byte, _ *Reading) []mend {
	if bytes.IndexByte(src, 0x1b) < 0 && !bytes.Contains(src, []byte("␛[")) {
		return nil
	}
	var ms []mend
	for _, m := range ansi().FindAllIndex(src, -1) {
		ms = append(ms, change("TEXT_ANSI_CODES", finding.Safe, m[0], m[1], ""))
	}
	return ms
}

// fences leaves what stands between the lines of a code block.
func fences(src []byte, r *Reading) []mend {
	if !bytes.Contains(src, []byte("```")) && !bytes.Contains(src, []byte("~~~")) {
		return nil
	}
	m := mend{code: "TEXT_MARKDOWN_FENCE", fix: finding.Safe, at: -1}
	inside, from := false, 0
	var blocks []finding.Edit // what is dropped before each block
	lines := split(src)
	first := -1
	for _, l := range lines {
		if !fenceLine().Match(src[l.start:l.end]) {
			continue
		}
		if first < 0 {
			first = l.start
		}
		if inside {
			from = l.start
		} else {
			blocks = append(blocks, finding.Edit{From: from, To: l.next})
			from = l.next
		}
		inside = !inside
	}
	if first < 0 {
		return nil
	}
	m.at = first
	if len(blocks) == 1 && inside && len(bytes.TrimSpace(src[from:])) == 0 {
		blocks[0].From = first // a closing fence only: what is before it is the text
	}
	m.edits = blocks
	if !inside {
		m.edits = append(m.edits, finding.Edit{From: from, To: len(src)})
	}
	for _, e := range m.edits {
		for _, l := range strings.Split(string(src[e.From:e.To]), "\n") {
			if l = strings.TrimSpace(l); l != "" && !fenceLine().MatchString(l) {
				r.Comments = append(r.Comments, l)
				m.fix = finding.Confirm
			}
		}
	}
	return []mend{m}
}

// eachLine takes the beginning of every line that has text, when all have one.
func eachLine(src []byte, code string, mark func(i int, line []byte) (n int, ok bool)) []mend {
	m := mend{code: code, fix: finding.Safe}
	n := 0
	for i, l := range split(src) {
		line := src[l.start:l.end]
		if len(bytes.TrimSpace(line)) == 0 {
			continue
		}
		k, ok := mark(i, line)
		if !ok {
			return nil
		}
		n++
		if k > 0 {
			m.edits = append(m.edits, finding.Edit{From: l.start, To: l.start + k})
		}
	}
	if n < 2 || len(m.edits) == 0 {
		return nil
	}
	m.at = m.edits[0].From
	return []mend{m}
}

// quoted takes the > of a letter's or page's quotation away.
func quoted(src []byte, _ *Reading) []mend {
	return eachLine(src, "TEXT_AROUND", func(_ int, line []byte) (int, bool) {
		n := len(line) - len(bytes.TrimLeft(line, " \t"))
		if line[n] != '>' || bytes.HasPrefix(line[n:], []byte(">>>>>>>")) {
			return 0, false
		}
		if n++; n < len(line) && line[n] == ' ' {
			n++
		}
		return n, true
	})
}

// compared reads the new side of a comparison.
func compared(src []byte, _ *Reading) []mend {
	plus, minus, other := 0, 0, 0
	heads := 0
	lines := split(src)
	for _, l := range lines {
		line := src[l.start:l.end]
		switch {
		case hunk().Match(line):
			heads++
		case len(line) == 0, line[0] == ' ', line[0] == '\t':
		case line[0] == '+':
			plus++
		case line[0] == '-':
			minus++
		default:
			other++
		}
	}
	if plus+minus == 0 || other > 2 && heads == 0 {
		return nil
	}
	m := mend{code: "TEXT_DIFF_MARKERS", fix: finding.Confirm, at: -1}
	shifted := heads > 0 || other == 0
	for _, l := range lines {
		line := src[l.start:l.end]
		e := finding.Edit{From: l.start, To: l.start}
		switch {
		case hunk().Match(line), len(line) > 0 && line[0] == '-':
			e.To = l.next
		case len(line) > 0 && (line[0] == '+' || line[0] == ' ' && shifted):
			e.To++
		}
		if e.To > e.From {
			if m.at < 0 {
				m.at = e.From
			}
			m.edits = append(m.edits, e)
		}
	}
	return []mend{m}
}

// added reads the new side of a comparison where a line may have a dash of its
// own: every line has a mark, or the comparison says where it is from.
func added(src []byte, r *Reading) []mend {
	for _, l := range split(src) {
		line := src[l.start:l.end]
		if bytes.HasPrefix(line, []byte("@@ ")) {
			break
		}
		if len(line) > 0 && line[0] != '+' && line[0] != ' ' {
			return nil
		}
	}
	return compared(src, r)
}

// entities puts back what a page made of quotes.
func entities(src []byte, _ *Reading) []mend {
	if bytes.Count(src, []byte("&quot;")) < 2 && bytes.Count(src, []byte("&#34;")) < 2 {
		return nil
	}
	// Between quotes it is text.
	if n := bytes.IndexByte(src, '"'); n >= 0 {
		k := bytes.Index(src, []byte("&quot;"))
		if k < 0 {
			k = bytes.Index(src, []byte("&#34;"))
		}
		if k > n && !bytes.ContainsAny(src[n:k], "\n{},") {
			return nil
		}
	}
	m := mend{code: "TEXT_HTML_ENTITIES", fix: finding.Safe, at: -1}
	for _, k := range entity().FindAllIndex(src, -1) {
		if m.at < 0 {
			m.at = k[0]
		}
		s := html.UnescapeString(string(src[k[0]:k[1]]))
		if s == "\u00a0" {
			s = " "
		}
		m.edits = append(m.edits, finding.Edit{From: k[0], To: k[1], New: s})
	}
	return []mend{m}
}

// backslashed reads a text whose quotes all stand behind a backslash.
func backslashed(src []byte, _ *Reading) []mend {
	t := bytes.TrimLeft(src, " \t\r\n\"'")
	if len(t) == 0 || t[0] != '{' && t[0] != '[' {
		return nil
	}
	t = bytes.TrimLeft(t[1:], " \t\r\n{[")
	ends := false
	for bytes.HasPrefix(t, []byte(`\n`)) || bytes.HasPrefix(t, []byte(`\r`)) || bytes.HasPrefix(t, []byte(`\t`)) {
		t, ends = bytes.TrimLeft(t[2:], " "), true
	}
	first, _ := utf8.DecodeRune(t)
	if !bytes.HasPrefix(t, []byte(`\"`)) && !(ends && opener(first) == '"') { // curly quotes are not escaped
		return nil
	}
	m := mend{code: "TEXT_ESCAPED", fix: finding.Safe, at: bytes.IndexByte(src, '\\')}
	for i := 0; i < len(src); i++ {
		if src[i] != '\\' || i+1 >= len(src) {
			continue
		}
		e := finding.Edit{From: i, To: i + 1}
		switch src[i+1] {
		case 'u':
			if r, err := strconv.ParseUint(string(src[min(len(src), i+2):min(len(src), i+6)]), 16, 16); err == nil && r >= 0x20 && !utf16.IsSurrogate(rune(r)) {
				e.To, e.New = i+6, string(rune(r))
				break
			}
			i++
			continue // an escape of the text itself, as good as the character
		case 'n':
			e.To, e.New = i+2, "\n"
		case 'r':
			e.To = i + 2
		case 't':
			e.To, e.New = i+2, "\t"
		}
		m.edits = append(m.edits, e)
		i++
	}
	// The quotes around the whole.
	if n := bytes.IndexByte(src, '{'); n >= 0 {
		if q := bytes.IndexAny(src[:n], "\"'"); q >= 0 {
			m.edits = append(m.edits, finding.Edit{From: q, To: q + 1})
			if e := bytes.LastIndexByte(src, src[q]); e > bytes.LastIndexByte(src, '}') {
				m.edits = append(m.edits, finding.Edit{From: e, To: e + 1})
			}
		}
	}
	return []mend{m}
}
