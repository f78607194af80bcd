package tolerant

import (
	"bytes"
	"strings"
)

func lineStart(src []byte, i int) int {
	from := max(0, i-4096)
	return from + bytes.LastIndexByte(src[from:i], '\n') + 1
}

func indentOf(s string) string {
	return s[:len(s)-len(strings.TrimLeft(s, " \t"))]
}

func eolOf(src []byte) string {
	if strings.Contains(string(src[:min(len(src), 4096)]), "\r\n") {
		return "\r\n"
	}
	return "\n"
}

// lineEnd gives where the line of i ends, before its line end.
func lineEnd(src []byte, i int) int {
	end := len(src)
	if n := bytes.IndexByte(src[i:], '\n'); n >= 0 {
		end = i + n
	}
	if end > i && src[end-1] == '\r' {
		end--
	}
	return end
}

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
