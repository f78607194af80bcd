package tolerant

import (
	"bytes"
	"fmt"
	"strings"

	"toolbay/backend/configfile"
	"toolbay/backend/repair/finding"
)

// content finds what may not stand inside of a string. path says that its
// backslashes are those of a path.
func (l *lexer) content(from, to int, path bool) {
	src := l.src
	if l.join {
		l.join = false
		if n := len(l.toks); n >= 2 && l.toks[n-2].kind == tString {
			a, b := l.toks[n-2], l.toks[n-1]
			l.add(change("JSON_FOREIGN_LITERAL", finding.Safe, a.end-1, from, ""))
			l.toks = l.toks[:n-1]
			l.toks[n-2].end = b.end
		}
	}
	text := src[from:to]
	illegal := path
	for i := 0; i < len(text) && !illegal; i++ {
		if text[i] == '\\' {
			if n := configfile.EscapeLen(text[i:]); n == 0 {
				illegal = true
			} else {
				i += n - 1
			}
		}
	}
	fix, double := finding.Safe, path
	if illegal && !path && backslashes(text) {
		double = true
	}
	m := mend{code: "JSON_BAD_ESCAPE", at: from}
	raw := mend{code: "JSON_RAW_NEWLINE", fix: finding.Confirm, at: from}
	ctl := mend{code: "ENC_CONTROL_CHARS", fix: finding.Safe, at: from}
	for i := 0; i < len(text); i++ {
		c, at := text[i], from+i
		switch {
		case c == '\n', c == '\r':
			raw.edits = append(raw.edits, finding.Edit{From: at, To: at + 1, New: map[byte]string{'\n': `\n`, '\r': ``}[c]})
		case c == '\t':
			ctl.edits = append(ctl.edits, finding.Edit{From: at, To: at + 1, New: `\t`})
		case c < 0x20:
			ctl.edits = append(ctl.edits, finding.Edit{From: at, To: at + 1, New: fmt.Sprintf(`\u%04x`, c)})
		case c != '\\':
		case double:
			n := 1
			for i+n < len(text) && text[i+n] == '\\' {
				n++
			}
			// A pair is one that somebody doubled, but at the start of \\server.
			if n%2 == 1 || i == 0 && n == 2 && singles(text[n:]) {
				m.edits = append(m.edits, finding.Edit{From: at, To: at, New: strings.Repeat(`\`, n)})
			}
			i += n - 1
		default:
			n := configfile.EscapeLen(text[i:])
			switch {
			case n > 0:
				i += n - 1
			case i+1 >= len(text):
				m.edits, fix = append(m.edits, finding.Edit{From: at, To: at, New: `\`}), finding.Confirm
			case text[i+1] == '\'' || text[i+1] == '`':
				m.edits = append(m.edits, finding.Edit{From: at, To: at + 1})
				i++
			case text[i+1] == 'x' && i+3 < len(text) && hexes(text[i+2:i+4]):
				m.edits = append(m.edits, finding.Edit{From: at + 1, To: at + 2, New: "u00"})
				i += 3
			case text[i+1] == '\n' || text[i+1] == '\r': // a line that goes on
				k := 2
				if text[i+1] == '\r' && i+2 < len(text) && text[i+2] == '\n' {
					k++
				}
				m.edits = append(m.edits, finding.Edit{From: at, To: at + k})
				i += k - 1
			default:
				m.edits, fix = append(m.edits, finding.Edit{From: at, To: at, New: `\`}), finding.Confirm
			}
		}
	}
	m.fix = fix
	for _, x := range []mend{m, raw, ctl} {
		if len(x.edits) > 0 {
			l.add(x)
		}
	}
}

// backslashes tells that a text's backslashes separate folders.
func backslashes(b []byte) bool {
	return drive().Match(b) || driveOnly().Match(b) || bytes.Contains(b, []byte(`:\`))
}

// singles tells that nobody doubled the backslashes of b.
func singles(b []byte) bool {
	return bytes.IndexByte(b, '\\') >= 0 && !bytes.Contains(b, []byte(`\\`))
}

func hexes(b []byte) bool {
	for _, c := range b {
		if !(c >= '0' && c <= '9' || c >= 'a' && c <= 'f' || c >= 'A' && c <= 'F') {
			return false
		}
	}
	return true
}
