package tolerant

import (
	"bytes"
	"html"
	"strings"

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

// textLine is a line of a text, without and with its end.
type textLine struct{ start, end, next int }

func split(src []byte) []textLine {
	var out []textLine
	for i := 0; i < len(src); {
		l := textLine{start: i, end: lineEnd(src, i)}
		l.next = l.end
		if l.next < len(src) && src[l.next] == '\r' {
			l.next++
		}
		if l.next < len(src) {
			l.next++
		}
		out = append(out, l)
		i = l.next
	}
	return out
}

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

// conflictIn finds two versions of a part that git could not bring together.
func conflictIn(f configfile.Format) func([]byte, *Reading) []mend {
	return func(src []byte, r *Reading) []mend { return conflict(src, f, r) }
}

func conflict(src []byte, f configfile.Format, r *Reading) []mend {
	if !bytes.Contains(src, []byte("<<<<<<<")) && !bytes.Contains(src, []byte(">>>>>>>")) {
		return nil
	}
	type part struct{ open, base, mid, end int } // lines, -1 when missing
	var parts []part
	lines := split(src)
	cur := part{-1, -1, -1, -1}
	var strays []int
	for i, l := range lines {
		text := bytes.TrimLeft(src[l.start:l.end], " \t")
		switch {
		case bytes.HasPrefix(text, []byte("<<<<<<<")):
			for _, k := range []int{cur.open, cur.base, cur.mid} {
				if k >= 0 {
					strays = append(strays, k)
				}
			}
			cur = part{i, -1, -1, -1}
		case bytes.HasPrefix(text, []byte("|||||||")) && cur.open >= 0:
			cur.base = i
		case bytes.HasPrefix(text, []byte("=======")) && cur.open >= 0 && cur.mid < 0:
			cur.mid = i
		case bytes.HasPrefix(text, []byte(">>>>>>>")):
			if cur.open >= 0 && cur.mid >= 0 {
				cur.end = i
				parts = append(parts, cur)
			} else {
				strays = append(strays, i)
			}
			cur = part{-1, -1, -1, -1}
		case bytes.HasPrefix(text, []byte("=======")):
			strays = append(strays, i)
		}
	}
	for _, i := range []int{cur.open, cur.base, cur.mid} {
		if i >= 0 {
			strays = append(strays, i)
		}
	}
	cut := func(i int) finding.Edit { return finding.Edit{From: lines[i].start, To: lines[i].next} }
	version := func(both bool) mend {
		m := mend{code: "TEXT_MERGE_CONFLICT", fix: finding.Confirm, at: -1, needs: "which of the two versions holds"}
		for _, p := range parts {
			old := p.mid
			if p.base >= 0 {
				old = p.base
			}
			m.edits = append(m.edits, cut(p.open))
			if both {
				if at := needsComma(src, lines[p.open].next, lines[old].start, f); at > 0 {
					m.edits = append(m.edits, finding.Edit{From: at, To: at, New: ","})
				}
				m.edits = append(m.edits, finding.Edit{From: lines[old].start, To: lines[p.mid].next}, cut(p.end))
			} else {
				m.edits = append(m.edits, finding.Edit{From: lines[old].start, To: lines[p.end].next})
			}
		}
		for _, i := range strays {
			m.edits = append(m.edits, cut(i))
		}
		if len(m.edits) > 0 {
			m.at = m.edits[0].From
		}
		return m
	}
	m := version(true)
	if len(m.edits) == 0 {
		return nil
	}
	// Both versions together, where they add different things; else the first.
	adds := false
	for _, p := range parts {
		old := p.mid
		if p.base >= 0 {
			old = p.base
		}
		a, b := src[lines[p.open].next:lines[old].start], src[lines[p.mid].next:lines[p.end].start]
		adds = !bytes.Equal(a, b) && block(a, f) && block(b, f)
		if !adds {
			break
		}
	}
	_, text := findings(src, []mend{m})
	if !adds && len(parts) > 0 || !fits(text, f) {
		m = version(false)
		for _, p := range parts {
			r.Comments = append(r.Comments, strings.TrimRight(string(src[lines[p.mid].next:lines[p.end].start]), "\r\n"))
		}
	}
	return []mend{m}
}

// needsComma gives where a comma is missing when something comes behind the
// lines of a version, 0 for nowhere.
func needsComma(src []byte, from, to int, f configfile.Format) int {
	text := bytes.TrimRight(src[from:to], " \t\r\n")
	if f == configfile.TOML || f == configfile.YAML || !bytes.HasSuffix(text, []byte("}")) {
		return 0
	}
	return from + len(text)
}

// block tells that lines hold a whole entry, not only a value.
func block(b []byte, f configfile.Format) bool {
	switch f {
	case configfile.TOML:
		return bytes.HasPrefix(bytes.TrimSpace(b), []byte("["))
	case configfile.YAML:
		first, _, _ := bytes.Cut(bytes.TrimSpace(b), []byte("\n"))
		return bytes.HasSuffix(bytes.TrimSpace(first), []byte(":"))
	}
	return bytes.IndexByte(b, '{') >= 0
}

// fits tells that a text needs no more than commas, and has no key twice.
func fits(text []byte, f configfile.Format) bool {
	if f == configfile.TOML || f == configfile.YAML {
		return parses(text, f)
	}
	var r Reading
	ms, texts, lost := structure(text, configfile.JSONC, &r)
	if lost || texts != 1 {
		return false
	}
	for _, m := range ms {
		if m.code != "JSON_MISSING_COMMA" && m.code != "JSON_TRAILING_COMMA" {
			return false
		}
	}
	_, text = findings(text, ms)
	d, err := configfile.Parse(text, configfile.JSONC)
	return err == nil && len(d.Duplicates()) == 0
}

// twice finds a text that stands there two times.
func twice(src []byte, _ *Reading) []mend {
	head := bytes.TrimSpace(src)
	line, _, more := bytes.Cut(head, []byte("\n"))
	if !more || len(bytes.TrimSpace(line)) == 0 {
		return nil
	}
	half := len(src) / 2
	for i := max(0, half-200); i < min(len(src), half+200); i++ {
		if i > 0 && src[i-1] == '\n' && bytes.HasPrefix(src[i:], line) && bytes.Equal(bytes.TrimSpace(src[:i]), bytes.TrimSpace(src[i:])) {
			return []mend{change("JSON_CONCATENATED_DOCS", finding.Safe, i, len(src), "")}
		}
	}
	return nil
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
	for bytes.HasPrefix(t, []byte(`\n`)) || bytes.HasPrefix(t, []byte(`\r`)) || bytes.HasPrefix(t, []byte(`\t`)) {
		t = bytes.TrimLeft(t[2:], " ")
	}
	if !bytes.HasPrefix(t, []byte(`\"`)) {
		return nil
	}
	m := mend{code: "TEXT_ESCAPED", fix: finding.Safe, at: bytes.IndexByte(src, '\\')}
	for i := 0; i < len(src); i++ {
		if src[i] != '\\' || i+1 >= len(src) {
			continue
		}
		e := finding.Edit{From: i, To: i + 1}
		switch src[i+1] {
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

// prose takes away what was written before and behind the settings.
func prose(src []byte, r *Reading) []mend {
	lines := split(src)
	from, to := 0, len(src)
	code := "TEXT_AROUND"
	opens := func(t []byte) bool {
		if len(t) == 0 {
			return false
		}
		switch t[0] {
		case '{', '[', '}', ']', '"', '\'', '/', '#', ',':
			return true
		}
		return t[0] >= 0x80 && (bytes.HasPrefix(t, []byte("“")) || bytes.HasPrefix(t, []byte("‘")) || bytes.HasPrefix(t, []byte("｛")) || bytes.HasPrefix(t, []byte("„")) || bytes.HasPrefix(t, []byte("«")) || hidden(t) == 0 || bytes.HasPrefix(t, []byte("\u00a0")))
	}
	started := false
	for _, l := range lines {
		t := bytes.TrimSpace(src[l.start:l.end])
		if len(t) == 0 {
			continue
		}
		if assign().Match(t) {
			from = l.start + bytes.IndexAny(src[l.start:l.end], "{[(")
			if eq := bytes.IndexByte(src[l.start:l.end], '='); eq >= 0 {
				from = l.start + eq + 1 + bytes.IndexAny(src[l.start+eq+1:l.end], "{[(")
			}
			started = true
			break
		}
		if opens(t) || keyed(t) {
			from, started = l.start, true
			break
		}
		if k := bytes.IndexByte(t, '{'); k >= 0 && !prompt().Match(t) && (k+1 == len(t) || bytes.IndexByte(t[k:], '"') >= 0) {
			from = l.start + bytes.IndexByte(src[l.start:l.end], '{')
			started = true
			break
		}
	}
	if !started {
		return nil
	}
	if len(bytes.TrimSpace(src[:from])) == 0 {
		from = 0
	}
	// Behind the last closer there are words.
	end := bytes.LastIndexAny(src, "}]")
	if end >= from && end+1 < len(src) {
		tail := bytes.TrimLeft(src[end+1:], " \t\r\n,;)")
		if len(tail) > 0 && bytes.IndexAny(tail, "\"'{[:“”") < 0 && !bytes.HasPrefix(tail, []byte("//")) && !bytes.HasPrefix(tail, []byte("/*")) && tail[0] != '#' && bytes.Count(tail, []byte(" ")) > 0 || bytes.HasPrefix(tail, []byte("PS ")) || prompt().Match(tail) {
			to = end + 1
		}
		if js := bytes.TrimSpace(src[end+1:]); from > 0 && (string(js) == ";" || string(js) == ");") {
			to = end + 1
		}
	}
	m := mend{code: code, fix: finding.Confirm, at: 0}
	if from > 0 {
		m.edits = append(m.edits, finding.Edit{To: from})
	}
	if to < len(src) {
		keep := len(src)
		for keep > to && (src[keep-1] == '\n' || src[keep-1] == '\r') {
			keep--
		}
		if len(m.edits) == 0 {
			m.at = to
		}
		m.edits = append(m.edits, finding.Edit{From: to, To: keep})
	}
	for _, e := range m.edits {
		if s := strings.TrimSpace(string(src[e.From:e.To])); s != "" && len(s) < 4096 {
			r.Comments = append(r.Comments, s)
		}
	}
	if len(m.edits) == 0 {
		return nil
	}
	return []mend{m}
}

var bareKey = pattern.New(`^[A-Za-z_$][\w$.@/-]{0,80}["']?\s*[:=]`)

// keyed tells that a line begins with a key, with or without quotes.
func keyed(t []byte) bool {
	if m := bareKey().FindIndex(t); m != nil {
		rest := bytes.TrimSpace(t[m[1]:])
		if len(rest) == 0 {
			return true
		}
		switch rest[0] {
		case '"', '\'', '{', '[':
			return true
		}
		return literal(strings.TrimRight(string(rest), ","))
	}
	return false
}
