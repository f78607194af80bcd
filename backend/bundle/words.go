package bundle

import (
	"fmt"
	"net/url"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// Texts in a bundle were written by strangers. These make them harmless to
// show; what is run is never tidied but judged.

// oneLine gives s as one line of at most max characters without signs that are
// not shown.
func oneLine(s string, max int) string {
	var b strings.Builder
	space := false
	for _, r := range bounded(s, max) {
		if unicode.IsSpace(r) {
			space = b.Len() > 0
			continue
		}
		if hidden(r) {
			continue
		}
		if space {
			b.WriteByte(' ')
			space = false
		}
		b.WriteRune(r)
	}
	return cut(norm.NFC.String(b.String()), max)
}

// lines is oneLine for texts of several lines.
func lines(s string, max int) string {
	all := strings.Split(strings.ReplaceAll(bounded(s, max), "\r\n", "\n"), "\n")
	for i, l := range all {
		all[i] = oneLine(l, max)
	}
	return cut(strings.TrimSpace(strings.Join(all, "\n")), max)
}

// shown gives s with every sign that is not shown spelled out, so that a person
// sees that it is there.
func shown(s string) string {
	const max = 300
	var b strings.Builder
	for i, r := range bounded(s, max) {
		switch {
		case r == utf8.RuneError:
			b.WriteString("\\ufffd")
		case hidden(r) || unicode.IsSpace(r) && r != ' ':
			fmt.Fprintf(&b, "\\u%04x", r)
		default:
			b.WriteRune(r)
		}
		if i > 4*max {
			break
		}
	}
	return cut(b.String(), max)
}

// webPage gives s when it is the address of a web page, else "".
func webPage(s string) string {
	s = strings.TrimSpace(s)
	if len(s) > 2000 || strings.ContainsFunc(s, func(r rune) bool { return hidden(r) || unicode.IsSpace(r) }) {
		return ""
	}
	u, err := url.Parse(s)
	if err != nil || u.Host == "" || u.User != nil || u.Scheme != "https" && u.Scheme != "http" {
		return ""
	}
	return u.String()
}

// hasHidden tells whether s holds signs that are not shown, besides line ends
// and tabs.
func hasHidden(s string) bool {
	return strings.ContainsFunc(s, func(r rune) bool { return r != '\n' && r != '\r' && r != '\t' && hidden(r) })
}

// hidden tells signs that are not shown but change what is shown or read:
// controls, direction marks, zero-width ones, tags. The joiners that emoji and
// Persian need are none.
func hidden(r rune) bool {
	switch r {
	case '\u200c', '\u200d':
		return false
	case utf8.RuneError, '\u2028', '\u2029', '\u115f', '\u1160', '\u3164', '\uffa0':
		return true
	}
	return unicode.IsControl(r) || unicode.Is(unicode.Cf, r) || unicode.Is(unicode.Co, r) || unicode.Is(unicode.Cs, r)
}

// bounded cuts what could never fit, before work is done on it.
func bounded(s string, max int) string {
	if most := max*8 + 64; len(s) > most {
		s = s[:most]
	}
	return strings.ToValidUTF8(s, "\ufffd")
}

func cut(s string, max int) string {
	if utf8.RuneCountInString(s) <= max {
		return s
	}
	return strings.TrimRightFunc(string([]rune(s)[:max-1]), unicode.IsSpace) + "…"
}
