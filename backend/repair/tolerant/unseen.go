package tolerant

import (
	"bytes"
	"unicode/utf8"

	"toolbay/backend/repair/finding"
)

// lineEnds finds texts whose lines end as those of an old Mac.
func lineEnds(src []byte, _ *Reading) []mend {
	m := mend{code: "TEXT_LINE_ENDS", fix: finding.Safe, at: -1}
	eol := eolOf(src)
	for i, c := range src {
		if c == '\r' && (i+1 >= len(src) || src[i+1] != '\n') {
			if m.at < 0 {
				m.at = i
			}
			e := finding.Edit{From: i, To: i + 1, New: eol}
			if i+2 < len(src) && src[i+1] == '\r' && src[i+2] == '\n' {
				e.New = "" // a line end that was turned into one of Windows twice
			}
			m.edits = append(m.edits, e)
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
