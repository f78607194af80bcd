package tolerant

import (
	"bytes"
	"slices"

	"toolbay/backend/configfile"
	"toolbay/backend/repair/finding"
)

// YAML is mended where its reader stops: each way to put that line or the one
// before it right is tried, and the one with which the reader comes furthest is
// taken. So nothing is changed that the reader is content with.

const (
	yamlTries = 4 << 20 // bytes that are read again at most, besides
	yamlTimes = 6       // the text this often
)

func yamlText(src []byte, f configfile.Format, r *Reading) []mend {
	y := &yamlReader{src: src, r: r, left: yamlTries + yamlTimes*len(src)}
	for _, l := range split(src) {
		y.lines = append(y.lines, yamlLine{at: l, text: string(src[l.start:l.end])})
	}
	if parses(src, f) {
		if y.swallowed(len(y.lines), true) {
			y.run()
			return y.mends()
		}
		if ms := unseenInside(src); len(ms) > 0 {
			return ms
		}
		if bytes.Contains(src, []byte("”")) || bytes.Contains(src, []byte("“")) {
			return curly(src)
		}
		for _, find := range []func([]byte, *Reading) []mend{numbers, added} {
			if ms := find(src, r); len(ms) > 0 {
				// Keys may look so; then they are no server's.
				if _, text := findings(src, ms); holdsServers(text) && !holdsServers(src) {
					return ms
				}
			}
		}
		return nil
	}
	for _, find := range []func([]byte, *Reading) []mend{lineEnds, colours, conflictIn(f), fences, quoted, numbers, added, twice} {
		if ms := find(src, r); len(ms) > 0 {
			return ms
		}
	}
	if looksJSON(src) {
		if ms := jsonText(src, configfile.JSON, r); len(ms) > 0 && ms[0].fix != finding.Never {
			return ms
		}
	}
	if tomlTable().Match(src) {
		if d, err := configfile.Parse(src, configfile.TOML); err == nil {
			if v, _ := d.Get(); v != nil {
				if o, ok := v.(configfile.Object); ok && len(o) > 0 {
					return []mend{{code: "TEXT_OTHER_FORMAT", fix: finding.Confirm, edits: []finding.Edit{{From: 0, To: len(src), New: blockOf(o, "", "\n")}}}}
				}
			}
		}
	}
	if y.pasted() || y.documents() || y.cut() {
		return y.mends()
	}
	y.tabs()
	y.quotes()
	if len(src) > largeYAML {
		y.pieces()
	}
	y.run()
	ms := y.mends()
	if len(ms) == 0 || y.doubt || y.left < 0 && len(src) > largeYAML { // half mended it is of no use
		r.Saved = saved(src, configfile.JSON)
		return []mend{{code: "FILE_BEYOND_REPAIR", fix: finding.Never, at: -1}}
	}
	return ms
}

// holdsServers tells that a text that parses has servers at a usual place.
func holdsServers(src []byte) bool {
	d, err := configfile.Parse(src, configfile.YAML)
	return err == nil && slices.ContainsFunc(d.Keys(), func(k string) bool { return known(k) == nServers })
}

type yamlLine struct {
	at   textLine
	text string // as it is now; may have line ends
	tail string // of a line that was put in: its end
	gone bool
	code string // of the last change
	fix  finding.Kind
	more []string // codes of the changes before
	srv  string
}

type yamlReader struct {
	src   []byte
	r     *Reading
	lines []yamlLine
	left  int
	extra []mend
	// values counts the members of a block, by its line, that stood there twice
	// with another value; doubt tells that those are members of two blocks.
	values map[int]int
	doubt  bool
}

// text gives the lines before line to.
func (y *yamlReader) text(to int) []byte {
	var b bytes.Buffer
	for _, l := range y.lines[:to] {
		if l.gone {
			continue
		}
		b.WriteString(l.text)
		b.Write(y.src[l.at.end:l.at.next])
		b.WriteString(l.tail)
	}
	return b.Bytes()
}

// takes tells whether the reader takes the lines before line to, and why not.
func (y *yamlReader) takes(to int) (bool, string) {
	text := y.text(min(to, len(y.lines)))
	y.left -= len(text)
	_, err := configfile.Parse(text, configfile.YAML)
	if err == nil && y.swallowed(min(to, len(y.lines)), false) {
		return false, "swallowed"
	}
	return err == nil, reasonOf(err)
}

// mends makes an edit of each line that is another now: of what differs in it.
func (y *yamlReader) mends() []mend {
	ms := y.extra
	for _, l := range y.lines {
		old := string(y.src[l.at.start:l.at.end])
		if l.tail != "" {
			if !l.gone {
				m := change(l.code, l.fix, l.at.start, l.at.start, l.text+l.tail)
				if l.at.start > 0 && y.src[l.at.start-1] != '\n' { // the text has no last line end
					m.edits[0].New = l.tail + l.text
				}
				ms = append(ms, m)
			}
			continue
		}
		if l.gone {
			m := change(l.code, l.fix, l.at.start, l.at.next, "")
			m.server = l.srv
			ms = append(ms, m)
			continue
		}
		if l.text == old {
			continue
		}
		from, to, end := 0, len(old), len(l.text)
		for from < to && from < end && old[from] == l.text[from] {
			from++
		}
		for to > from && end > from && old[to-1] == l.text[end-1] {
			to, end = to-1, end-1
		}
		m := change(l.code, l.fix, l.at.start+from, l.at.start+to, l.text[from:end])
		m.server = l.srv
		ms = append(ms, m)
		for _, c := range l.more {
			// The places are one; it is told what else was wrong.
			ms = append(ms, mend{code: c, fix: l.fix, at: l.at.start})
		}
	}
	return ms
}
