package tolerant

import (
	"strings"
	"unicode/utf8"
)

// swallowed tells that one of the lines before line to is the rest of a text
// above it for the reader, and says something of its own for everybody else: a
// line that lost its colon and stands too far to the right. In a text that is
// damaged that is never meant; in one that parses only what cannot be the rest
// of such a value counts.
func (y *yamlReader) swallowed(to int, parses bool) bool {
	above, col := "", 0 // the plain value above, and the column of its key
	short := false      // no sentence can be the value of the key above
	waits := false      // the key above has no value yet
	block := -1         // lines further to the right are text
	for _, l := range y.lines[:to] {
		t := strings.TrimSpace(l.text)
		if l.gone || t == "" {
			continue
		}
		in := len(indentOf(l.text))
		switch {
		case block >= 0 && in > block:
			continue
		case t[0] == '#':
			above = "" // a text does not go on behind a comment
			continue
		case above != "" && in > col:
			if says(t, above) && (!parses || short && !strings.HasPrefix(t, "- ") || foreignColon(t)) {
				return true
			}
			continue
		}
		lead, key, val, comment := yamlParts(l.text)
		alone := key == "" && len(lead) == in // neither a member nor an element
		below := alone && waits && in > col
		above, block, waits = "", -1, false
		switch {
		case below:
			if says(t, "") && !parses {
				return true
			}
		case alone:
			continue
		default:
			if col = in; key != "" {
				col = len(lead)
			}
			waits = val == ""
			name := strings.TrimRight(key, " \t:")
			short = name != "description" && (known(name) == nCommand || known(name) == nURL || known(name) == nField)
		}
		if val == "" {
			continue
		}
		switch {
		case val[0] == '|' || val[0] == '>':
			block = col
		case comment == "" && strings.IndexByte("\"'[{&*!%@`", val[0]) < 0:
			above = val
		}
	}
	return false
}

// foreignColon tells that a key has a colon of Chinese.
func foreignColon(line string) bool {
	n := strings.Index(line, "：")
	return n > 0 && plainKey(line[:n])
}

// says tells that a line is an element, or a key with its value that lost its
// colon, and not the rest of the text above.
func says(line, above string) bool {
	if strings.Trim(line, "<") == "" || strings.HasPrefix(line, "- ") || strings.HasPrefix(line, "=======") || strings.HasPrefix(line, "<<<<<<<") || strings.HasPrefix(line, ">>>>>>>") {
		return true
	}
	if n := strings.IndexByte(line, ':'); n > 0 && plainKey(line[:n]) {
		if r, _ := utf8.DecodeRuneInString(line[n+1:]); unseen(r) || known(line[:n]) != nOther {
			return true
		}
	}
	if foreignColon(line) {
		return true
	}
	n := strings.IndexAny(line, " =")
	if n < 0 {
		return known(line) != nOther
	}
	word, rest := line[:n], strings.TrimLeft(line[n:], " ")
	if !plainKey(word) {
		return false
	}
	if strings.HasPrefix(rest, "=") {
		return true
	}
	lone, one := !strings.Contains(above, " "), !strings.Contains(rest, " ") || strings.IndexByte("\"'[{", rest[0]) >= 0
	if known(word) != nOther {
		return lone || one
	}
	return lone && one && (strings.ContainsAny(word, "_-") || word == strings.ToUpper(word))
}
