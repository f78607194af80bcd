package tolerant

import (
	"bytes"
	"slices"
	"strings"

	"toolbay/backend/configfile"
	"toolbay/backend/repair/finding"
)

// jsonText reads a text that is UTF-8.
func jsonText(src []byte, f configfile.Format, r *Reading) []mend {
	if _, err := configfile.Parse(src, f); err == nil {
		return valid(src, f, r)
	}
	if ms := around(src, r); len(ms) > 0 {
		return ms
	}
	if ms := otherFormat(src, f); len(ms) > 0 {
		return ms
	}
	for _, find := range []func([]byte, *Reading) []mend{prose, tail, mixed} {
		if ms := find(src, r); len(ms) > 0 {
			return ms
		}
	}
	ms, texts, cut := structure(src, f, r)
	if texts > 1 && len(ms) == 0 {
		if ms = join(src, f); len(ms) > 0 {
			return ms
		}
	}
	_, text := findings(src, ms)
	if len(bytes.TrimSpace(text)) == 0 { // nothing of it is JSON
		ms, cut = nil, true
	}
	if cut || len(ms) == 0 || texts == 1 && !parses(text, f) {
		r.Saved = saved(src, f)
		if len(ms) == 0 {
			return []mend{{code: "FILE_BEYOND_REPAIR", fix: finding.Never, at: -1}}
		}
	}
	return ms
}

func parses(src []byte, f configfile.Format) bool {
	_, err := configfile.Parse(src, f)
	return err == nil
}

// structure finds what is wrong with the tokens of a text and their order. It
// tells how many texts there are, and whether nothing sensible came out.
func structure(src []byte, f configfile.Format, r *Reading) (ms []mend, texts int, lost bool) {
	l := &lexer{src: src, format: f}
	l.run()
	l.emit(tEnd, len(src), len(src))
	l.toks = append(l.toks, token{kind: tEnd, start: len(src), end: len(src)})
	if l.doubt || l.doubtfulList() {
		return nil, 0, true
	}
	g := &grammar{src: src, toks: l.toks[:len(l.toks)-1], jsonc: f == configfile.JSONC}
	gm, _, ok := g.run()
	if !ok {
		return nil, 0, true
	}
	texts = 1
	servers := owners(l.toks, src)
	ms = withoutQuotes(l.mends, gm)
	for i := range ms {
		ms[i].server = servers(ms[i].at)
	}
	for _, m := range gm {
		if m.code == second {
			texts++
			continue
		}
		if m.server == "" {
			m.server = servers(m.at)
		}
		ms = append(ms, m)
	}
	for i := range ms {
		// A comma or quote that is wrong is one of the file's.
		switch ms[i].code {
		case "JSON_BAD_ESCAPE", "JSON_UNCLOSED_STRING", "JSON_UNESCAPED_QUOTE", "JSON_RAW_NEWLINE", "JSON_MISSING_VALUE":
		default:
			ms[i].server = ""
		}
	}
	if f == configfile.JSON {
		ms = append(ms, l.comments(r)...)
	}
	return ms, texts, false
}

// withoutQuotes leaves out the quotes that would be put around what is dropped.
func withoutQuotes(ms, drops []mend) []mend {
	gone := map[int]bool{} // where a word that is dropped begins or ends
	for _, m := range drops {
		if m.code == "JSON_STRAY_TEXT" {
			for _, e := range m.edits {
				if e.New == "" {
					gone[e.From], gone[e.To] = true, true
				}
			}
		}
	}
	if len(gone) == 0 {
		return ms
	}
	return slices.DeleteFunc(ms, func(m mend) bool {
		return m.code == "JSON_UNCLOSED_STRING" && len(m.edits) == 1 && m.edits[0].From == m.edits[0].To && gone[m.edits[0].From]
	})
}

// tail finds the end of an older text behind the whole of a newer one: what is
// left when two programs write a file at the same time.
func tail(src []byte, r *Reading) []mend {
	t := newGrower(src, bomLen(src)).grow(0)
	if t == nil || !t.object() {
		return nil
	}
	rest := bytes.TrimSpace(src[t.end:])
	l := &lexer{src: rest, format: configfile.JSON}
	l.run()
	if len(l.toks) < 2 {
		return nil
	}
	switch k := l.toks[0].kind; {
	case k == tComma, k == tOpenObject, k == tOpenArray, k == tString && l.toks[1].kind == tColon && rest[0] == '"':
		return nil
	}
	depth, words := 0, false
	for _, k := range l.toks {
		switch k.kind {
		case tOpenObject, tOpenArray:
			depth++
		case tCloseObject, tCloseArray:
			depth--
		default:
			words = true
		}
	}
	if depth >= 0 || !words {
		return nil
	}
	r.Comments = append(r.Comments, string(rest))
	at := t.end + bytes.Index(src[t.end:], rest)
	m := change("JSON_EXTRA_CLOSER", finding.Confirm, t.end, at+len(rest), "")
	m.at = at
	m.needs = "whether the end of the file is a left-over"
	return []mend{m}
}

// owners gives, for an offset, the server whose entry it stands in, as far as
// the order of the tokens tells.
func owners(toks []token, src []byte) func(int) string {
	type mark struct {
		at   int
		name string
	}
	var marks []mark
	depth, inside := 0, -1
	for i, t := range toks {
		switch t.kind {
		case tOpenObject:
			depth++
			if inside < 0 && i >= 2 && toks[i-1].kind == tColon && toks[i-2].kind == tString && look(toks, i) == aServer && toks[i-2].key != nServers && toks[i-2].key != nEnv {
				inside = depth
				marks = append(marks, mark{t.start, plain(src[toks[i-2].start:toks[i-2].end])})
			}
		case tCloseObject:
			if depth == inside {
				inside = -1
				marks = append(marks, mark{t.end, ""})
			}
			depth--
		}
	}
	return func(at int) string {
		lo, hi := 0, len(marks)
		for lo < hi {
			if m := (lo + hi) / 2; marks[m].at <= at {
				lo = m + 1
			} else {
				hi = m
			}
		}
		if lo == 0 {
			return ""
		}
		return marks[lo-1].name
	}
}

// comments takes the comments out of a file that can hold none. What they say
// is kept; a server that was switched off by making it a comment too.
func (l *lexer) comments(r *Reading) []mend {
	var ms []mend
	src := l.src
	var group []string // lines that follow each other
	flush := func() {
		if len(group) > 0 {
			r.park(strings.Join(group, "\n"))
		}
		group = nil
	}
	lastEnd := -1
	for _, n := range l.notes {
		text := string(src[n.start:n.end])
		if lastEnd < 0 || len(bytes.TrimSpace(src[lastEnd:n.start])) > 0 || !n.line {
			flush()
		}
		lastEnd = n.end
		inner := uncomment(text)
		r.Comments = append(r.Comments, inner)
		group = append(group, inner)
		from, to := n.start, n.end
		// A comment that has its lines to itself leaves none behind.
		start := lineStart(src, from)
		end := l.eolAt(to)
		alone := len(bytes.TrimSpace(src[start:from])) == 0 && len(bytes.TrimSpace(src[to:end])) == 0
		if alone && end < len(src) {
			from, to = start, end
			if to < len(src) && src[to] == '\r' {
				to++
			}
			to++
		} else {
			for from > 0 && (src[from-1] == ' ' || src[from-1] == '\t') {
				from--
			}
			if !alone && n.line == false && from > 0 && src[from-1] != '\n' && to < len(src) && src[to] != '\n' && src[to] != '\r' {
				from = n.start // between two things on a line
			}
		}
		m := change("JSON_COMMENT_IN_STRICT", finding.Safe, from, min(to, len(src)), "")
		m.at = n.start
		if strings.HasPrefix(text, "/*") && !strings.HasSuffix(text, "*/") || strings.HasPrefix(text, "<!--") && !strings.HasSuffix(text, "-->") {
			m.fix = finding.Confirm // where it ends is a guess
		}
		ms = append(ms, m)
	}
	flush()
	return ms
}

func (l *lexer) eolAt(i int) int { return lineEnd(l.src, i) }

// uncomment takes a comment's marks away.
func uncomment(s string) string {
	switch {
	case strings.HasPrefix(s, "//"):
		s = strings.TrimLeft(s, "/")
	case strings.HasPrefix(s, "/*"):
		s = strings.TrimSuffix(strings.TrimPrefix(s, "/*"), "*/")
	case strings.HasPrefix(s, "#"):
		s = strings.TrimLeft(s, "#")
	case strings.HasPrefix(s, "<!--"):
		s = strings.TrimSuffix(strings.TrimPrefix(s, "<!--"), "-->")
	}
	return strings.TrimSpace(s)
}

// park keeps the servers that a comment holds.
func (r *Reading) park(text string) {
	if !strings.ContainsAny(text, "{") || len(text) > 64<<10 {
		return
	}
	for _, p := range saved([]byte(text), configfile.JSON) {
		p.Text = text
		r.Parked = append(r.Parked, p)
	}
}
