package tolerant

import (
	"bytes"
	"strings"

	"toolbay/backend/configfile"
	"toolbay/backend/repair/finding"
)

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
	opened, nested := false, false // one inside of another: no line tells whose it is
	for i, l := range lines {
		text := bytes.TrimLeft(src[l.start:l.end], " \t")
		switch {
		case bytes.HasPrefix(text, []byte("<<<<<<<")):
			for _, k := range []int{cur.open, cur.base, cur.mid} {
				if k >= 0 {
					strays = append(strays, k)
				}
			}
			opened = opened || cur.open >= 0
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
				nested = nested || opened
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
	if nested {
		r.Saved = Saved(src, f)
		return []mend{{code: "TEXT_MERGE_CONFLICT", fix: finding.Never, at: lines[strays[0]].start}}
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
