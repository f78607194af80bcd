package tolerant

import (
	"slices"

	"toolbay/backend/repair/finding"
)

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
