package repair

import (
	"bytes"
	"unicode/utf8"
)

// noText tells that a file holds something else than text: what a failing disk
// or another program put in its place. Read as text it is a dozen mistakes, and
// mending them one by one makes nothing of it. A text in an old encoding has no
// control characters, one with a damaged part still names what servers have.
func noText(src []byte) bool {
	if len(src) < 16 || utf8.Valid(src) || bytes.HasPrefix(src, []byte("\xff\xfe")) || bytes.HasPrefix(src, []byte("\xfe\xff")) {
		return false
	}
	for _, word := range []string{"ommand", "url", "erver", "mcp", "args"} {
		if bytes.Contains(src, []byte(word)) {
			return false
		}
	}
	control, foreign := 0, 0
	for rest := src; len(rest) > 0; {
		r, size := utf8.DecodeRune(rest)
		switch {
		case r == utf8.RuneError && size == 1:
			foreign++
		case r != 0 && r < 0x20 && r != '\t' && r != '\n' && r != '\r' && r != 0x1b:
			control++
		}
		rest = rest[size:]
	}
	return control*50 > len(src) && foreign*8 > len(src)
}
