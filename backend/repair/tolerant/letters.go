package tolerant

import (
	"bytes"
	"unicode/utf8"
)

// marks are characters that look like JSON's own.
var marks = map[rune]struct {
	kind kind
	as   string
}{
	'：': {tColon, ":"}, '，': {tComma, ","}, '、': {tComma, ","}, '；': {tComma, ","}, '｛': {tOpenObject, "{"}, '｝': {tCloseObject, "}"},
	'［': {tOpenArray, "["}, '］': {tCloseArray, "]"}, '【': {tOpenArray, "["}, '】': {tCloseArray, "]"},
	'（': {tOpenArray, "["}, '）': {tCloseArray, "]"},
}

func joined(rest []byte) bool {
	rest = bytes.TrimLeft(rest[:min(len(rest), 200)], " \t\r\n")
	return len(rest) > 0 && (rest[0] == '"' || rest[0] == '\'')
}

// unseen tells that a character has no shape: a blank that JSON does not know,
// or nothing at all.
func unseen(r rune) bool {
	switch {
	case r == 0xa0, r == 0x1680, r >= 0x2000 && r <= 0x200f, r >= 0x2028 && r <= 0x202f, r >= 0x205f && r <= 0x206f, r == 0x3000, r == 0xfeff, r == 0xad, r == 0x85, r == 0x61c, r == 0x180e:
		return true
	}
	return false
}

func spaced(r rune) string {
	switch {
	case r == 0x2028, r == 0x2029, r == 0x85:
		return "\n"
	case r == 0xa0, r == 0x1680, r >= 0x2000 && r <= 0x200a, r == 0x202f, r == 0x205f, r == 0x3000:
		return " "
	}
	return ""
}

// opener gives the characters that may close a string opened by r.
func opener(r rune) rune {
	switch r {
	case '“', '”', '„', '‟', '«', '»', '″', '＂', '〝', '〞':
		return '"'
	case '‘', '’', '‚', '‛', '′', '‹', '›', '＇':
		return '\''
	}
	return 0
}

// follows tells whether what stands at i may follow a value or a key.
func follows(src []byte, i int) bool {
	for i < len(src) && (src[i] == ' ' || src[i] == '\t') {
		i++
	}
	if i >= len(src) {
		return true
	}
	switch c := src[i]; c {
	case '\n', '\r', ',', ':', ']', '}', ';', ')', '=', '#':
		return true
	case '/':
		return i+1 < len(src) && (src[i+1] == '/' || src[i+1] == '*')
	case '.': // for a comma
		return quoteNext(src[i+1:min(len(src), i+40)]) && src[i+1] == ' '
	case '<':
		return bytes.HasPrefix(src[i:], []byte("<!--"))
	case '+':
		return joined(src[i+1:])
	default:
		if c >= utf8.RuneSelf {
			r, n := utf8.DecodeRune(src[i:])
			if _, ok := marks[r]; ok {
				return true
			}
			return unseen(r) && i+n < len(src) && follows(src[i+n:min(len(src), i+n+200)], 0)
		}
	}
	return false
}

// ends are the bytes that end a word.
var ends = func() (t [256]bool) {
	for _, c := range " \t\r:=,;{}[]\"'`" {
		t[c] = true
	}
	return t
}()

func colonNext(src []byte, i int) bool {
	for i < len(src) && (src[i] == ' ' || src[i] == '\t') {
		i++
	}
	if i < len(src) && (src[i] == ':' || src[i] == '=') {
		return true
	}
	r, _ := utf8.DecodeRune(src[min(i, len(src)):])
	return r == '：'
}
