package probe

import (
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"net/url"
	"slices"
	"strings"
	"unicode"
)

const hidden = "•••"

// mask makes text from a server fit to be kept and shown: secrets given to it
// are replaced, and nothing in it can act on a terminal.
type mask struct {
	forms    []string // longest first
	replacer *strings.Replacer
}

func newMask(secrets []string) *mask {
	set := map[string]bool{}
	for _, s := range secrets {
		for _, form := range forms(s) {
			set[form] = true
		}
	}
	m := &mask{}
	for form := range set {
		m.forms = append(m.forms, form)
	}
	slices.SortFunc(m.forms, func(a, b string) int {
		if len(a) != len(b) {
			return len(b) - len(a)
		}
		return strings.Compare(a, b)
	})
	var pairs []string
	for _, form := range m.forms {
		pairs = append(pairs, form, hidden)
	}
	m.replacer = strings.NewReplacer(pairs...)
	return m
}

// forms are the ways a program may print a secret: as it is, in an address, in
// JSON, in hexadecimal, in base64 (also inside of something longer, as in
// Basic authentication), and line by line.
func forms(s string) []string {
	if s == "" {
		return nil
	}
	out := []string{s}
	if len(s) < 4 {
		return out // the other forms of so little occur by chance
	}
	out = append(out, url.QueryEscape(s), url.PathEscape(s), hex.EncodeToString([]byte(s)), strings.ToUpper(hex.EncodeToString([]byte(s))))
	if text, err := json.Marshal(s); err == nil {
		out = append(out, string(text[1:len(text)-1]))
	}
	for _, enc := range []*base64.Encoding{base64.RawStdEncoding, base64.RawURLEncoding} {
		out = append(out, enc.EncodeToString([]byte(s)))
		for before := range 3 {
			// Characters that also depend on what stands before or after are
			// left out: 0, 2 or 3 in front, and the last when it is shared.
			text := enc.EncodeToString(append(make([]byte, before), s...))
			text = text[[]int{0, 2, 3}[before]:]
			if (before+len(s))%3 != 0 {
				text = text[:len(text)-1]
			}
			if len(text) >= 10 {
				out = append(out, text)
			}
		}
	}
	for _, line := range strings.Split(s, "\n") {
		if line = strings.TrimSpace(line); len(line) >= 8 && line != s {
			out = append(out, line)
		}
	}
	return out
}

func (m *mask) replace(text string) string { return m.replacer.Replace(text) }

// text masks and cleans a text of several lines. A secret with control
// characters is found before the cleaning, one with such characters mixed in
// after it.
func (m *mask) text(s string) string { return m.replace(clean(m.replace(s))) }

// line is text for one line of at most n bytes.
func (m *mask) line(s string, n int) string {
	return clip(strings.Join(strings.Fields(m.text(s)), " "), n)
}

// log is what is kept of the output. Where its beginning was dropped, the rest
// of a secret that was cut in two goes as well.
func (m *mask) log(t *tail) string {
	text := t.String()
	if t.dropped() {
		text = m.withoutRest(text)
	}
	text = m.text(text)
	if len(text) > maxLog {
		text = strings.ToValidUTF8(text[len(text)-maxLog:], "")
	}
	return text
}

func (m *mask) withoutRest(text string) string {
	longest := 0
	for _, form := range m.forms {
		for n := len(form) - 1; n > longest; n-- {
			if strings.HasPrefix(text, form[len(form)-n:]) {
				longest = n
				break
			}
		}
	}
	return text[longest:]
}

// clean drops what is not text: escape sequences, control characters and the
// marks that turn the direction of writing.
func clean(s string) string {
	s = strings.ToValidUTF8(s, "�")
	s = strings.ReplaceAll(s, "\r\n", "\n")
	var b strings.Builder
	b.Grow(len(s))
	for i := 0; i < len(s); {
		if s[i] == 0x1b {
			i += escape(s[i:])
			continue
		}
		r, n := rune(s[i]), 1
		if r >= 0x80 {
			for _, r = range s[i:] {
				n = len(string(r))
				break
			}
		}
		i += n
		switch {
		case r == '\r':
			b.WriteByte('\n')
		case r == '\n' || r == '\t':
			b.WriteRune(r)
		case unicode.IsControl(r) || unicode.Is(unicode.Bidi_Control, r):
		default:
			b.WriteRune(r)
		}
	}
	return b.String()
}

// escape gives the length of the terminal sequence that s begins with.
func escape(s string) int {
	if len(s) < 2 {
		return len(s)
	}
	switch s[1] {
	case '[': // up to the final byte
		for i := 2; i < len(s); i++ {
			if s[i] >= 0x40 && s[i] <= 0x7e {
				return i + 1
			}
			if s[i] < 0x20 || s[i] > 0x7e {
				return i // broken off
			}
		}
		return len(s)
	case ']': // a title or link: up to BEL or ESC \
		for i := 2; i < len(s); i++ {
			switch {
			case s[i] == 0x07:
				return i + 1
			case s[i] == 0x1b:
				return min(i+2, len(s))
			case s[i] == '\n':
				return i
			}
		}
		return len(s)
	}
	if s[1] < 0x20 || s[1] > 0x7e {
		return 1
	}
	return 2
}
