// Package clean takes the sting out of texts that strangers wrote: catalogue
// entries may hold control characters, marks that reverse the direction of
// what is shown, invisible characters that only a model reads, or a megabyte
// where a line was meant. catalog and its sources may import it.
//
//	title := clean.Line(raw, 100)
package clean

import (
	"net/url"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// Line gives s as one line of at most max characters: invisible and control
// characters are gone, white space is single spaces, and what was cut ends in
// an ellipsis.
func Line(s string, max int) string {
	s = head(s, max)
	var b strings.Builder
	space := false
	for _, r := range s {
		if unicode.IsSpace(r) {
			space = b.Len() > 0
			continue
		}
		if invisible(r) {
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

// Text is Line for texts of several lines: line ends stay.
func Text(s string, max int) string {
	lines := strings.Split(strings.ReplaceAll(head(s, max), "\r\n", "\n"), "\n")
	for i, l := range lines {
		lines[i] = Line(l, max)
	}
	return cut(strings.TrimSpace(strings.Join(lines, "\n")), max)
}

// Value is for what is handed on and not only shown, such as a default or an
// argument: nothing is tidied, and ok is false when s is too long, not UTF-8
// or holds a character that has no business there.
func Value(s string, max int) (v string, ok bool) {
	if len(s) > max || !utf8.ValidString(s) {
		return "", false
	}
	for _, r := range s {
		if r != '\n' && r != '\t' && invisible(r) {
			return "", false
		}
	}
	return s, true
}

// Name is a Value without white space that does not begin with a dash, so that
// no program it is handed to takes it for one of its options.
func Name(s string, max int) (v string, ok bool) {
	v, ok = Value(s, max)
	if !ok || v == "" || v[0] == '-' || strings.ContainsFunc(v, unicode.IsSpace) {
		return "", false
	}
	return v, true
}

// WebPage gives s when it is the address of a web page, else "".
func WebPage(s string) string {
	if u := address(s); u != nil && (u.Scheme == "https" || u.Scheme == "http") {
		return u.String()
	}
	return ""
}

// Secure gives s when it is an https address, else "".
func Secure(s string) string {
	if u := address(s); u != nil && u.Scheme == "https" {
		return u.String()
	}
	return ""
}

// Repository gives the page of a source repository and the folder in it that
// an address points to: https://github.com/acme/tools/tree/main/notes is
// "notes" in https://github.com/acme/tools.
func Repository(s string) (page, folder string) {
	s = strings.TrimPrefix(strings.TrimSpace(s), "git+")
	for _, mark := range []string{"/-/tree/", "/tree/", "/blob/"} {
		head, tail, ok := strings.Cut(s, mark)
		if !ok || strings.Count(head, "/") < 4 {
			continue
		}
		s = head
		tail, _, _ = strings.Cut(tail, "#")
		tail, _, _ = strings.Cut(tail, "?")
		_, folder, _ = strings.Cut(tail, "/")
		break
	}
	if page = WebPage(s); page == "" {
		return "", ""
	}
	return page, Folder(folder)
}

// Folder gives the place of a folder inside a repository, without slashes at
// its ends, or "" when s leads out of it or is none.
func Folder(s string) string {
	s = strings.Trim(strings.TrimPrefix(strings.TrimSpace(s), "./"), "/")
	if v, ok := Value(s, 300); !ok || v == "." || strings.ContainsAny(v, "\n\t\\") || strings.Contains("/"+v+"/", "/../") {
		return ""
	}
	return s
}

func address(s string) *url.URL {
	s, ok := Name(strings.TrimSpace(s), 2000)
	if !ok {
		return nil
	}
	u, err := url.Parse(s)
	if err != nil || u.Host == "" || u.User != nil {
		return nil
	}
	return u
}

// invisible tells characters that are not shown but change what is shown or
// read: controls, direction marks, zero-width ones, tags. The joiners that
// emoji and Persian need stay.
func invisible(r rune) bool {
	switch {
	case r == utf8.RuneError, unicode.IsControl(r), r == '\u2028', r == '\u2029':
		return true
	case r == '\u200C', r == '\u200D': // joiners
		return false
	case unicode.Is(unicode.Cf, r), unicode.Is(unicode.Co, r), unicode.Is(unicode.Cs, r):
		return true
	}
	return r == '\u115F' || r == '\u1160' || r == '\u3164' || r == '\uFFA0' // blank letters
}

// head cuts what could never fit, before work is done on it.
func head(s string, max int) string {
	if most := max*8 + 64; len(s) > most {
		s = s[:most]
	}
	return strings.ToValidUTF8(s, "")
}

func cut(s string, max int) string {
	if utf8.RuneCountInString(s) <= max {
		return s
	}
	return strings.TrimRightFunc(string([]rune(s)[:max-1]), unicode.IsSpace) + "…"
}
