package tolerant

import (
	"slices"
	"strings"
	"unicode/utf8"

	"toolbay/backend/repair/finding"
)

// curly finds texts in quotes that YAML takes for letters of the text.
func curly(src []byte) []mend {
	var ms []mend
	inside := -1 // the indentation of a text of several lines
	for _, l := range split(src) {
		text := string(src[l.start:l.end])
		in := len(indentOf(text))
		if inside >= 0 && (in > inside || strings.TrimSpace(text) == "") {
			continue
		}
		inside = -1
		lead, key, val, _ := yamlParts(text)
		if strings.HasPrefix(val, "|") || strings.HasPrefix(val, ">") {
			inside = in
			continue
		}
		first, n := utf8.DecodeRuneInString(val)
		last, m := utf8.DecodeLastRuneInString(val)
		if len(val) > n+m && opener(first) == '"' && opener(last) == '"' && !strings.ContainsAny(val, `"\`) {
			at := l.start + len(lead) + len(key)
			ms = append(ms, mend{code: "JSON_SMART_QUOTES", fix: finding.Confirm, at: at, edits: []finding.Edit{{From: at, To: at + n, New: `"`}, {From: at + len(val) - m, To: at + len(val), New: `"`}}})
		}
	}
	return ms
}

// yamlParts cuts a line into its indentation and dashes, its key with the colon,
// its value and its comment.
func yamlParts(s string) (lead, key, val, comment string) {
	i := len(indentOf(s))
	for strings.HasPrefix(s[i:], "- ") {
		i += 2
		for i < len(s) && s[i] == ' ' {
			i++
		}
	}
	lead, s = s[:i], s[i:]
	// A comment: a # behind a blank, outside of quotes.
	var quote byte
	for k := 0; k < len(s); k++ {
		switch c := s[k]; {
		case quote != 0:
			if c == quote {
				quote = 0
			} else if c == '\\' && quote == '"' {
				k++
			}
		case (c == '"' || c == '\'') && (k == 0 || strings.IndexByte(" [{,:", s[k-1]) >= 0):
			quote = c
		case c == '#' && (k == 0 || s[k-1] == ' ' || s[k-1] == '\t'):
			for k > 0 && (s[k-1] == ' ' || s[k-1] == '\t') {
				k--
			}
			s, comment = s[:k], s[k:]
		}
	}
	e := -1
	if s != "" && (s[0] == '"' || s[0] == '\'') {
		if k, closed := scanQuote([]byte(s), 1, s[0]); closed && strings.HasPrefix(strings.TrimLeft(s[k+1:], " "), ":") {
			e = k + 1 + strings.IndexByte(s[k+1:], ':')
		}
	} else if s != "" && s[0] != '[' && s[0] != '{' {
		if e = strings.Index(s, ": "); e < 0 && strings.HasSuffix(s, ":") {
			e = len(s) - 1
		}
	}
	if e < 0 {
		return lead, "", s, comment
	}
	v := s[e+1:]
	n := len(v) - len(strings.TrimLeft(v, " \t"))
	return lead, s[:e+1] + v[:n], v[n:], comment
}

func plainKey(s string) bool {
	return tomlBare().MatchString(s) && (s[0] >= 'A' && s[0] <= 'Z' || s[0] >= 'a' && s[0] <= 'z' || s[0] == '_')
}

// closers gives the brackets that a line leaves open.
func closers(s string) string {
	var stack []byte
	var quote byte
	for i := 0; i < len(s); i++ {
		switch c := s[i]; {
		case quote != 0:
			if c == '\\' && quote == '"' {
				i++
			} else if c == quote {
				quote = 0
			}
		case c == '"' || c == '\'':
			quote = c
		case c == '[':
			stack = append(stack, ']')
		case c == '{':
			stack = append(stack, '}')
		case (c == ']' || c == '}') && len(stack) > 0:
			stack = stack[:len(stack)-1]
		}
	}
	slices.Reverse(stack)
	if quote != 0 {
		return string(quote) + string(stack)
	}
	return string(stack)
}

// straight puts plain quotes for the curly ones that stand where quotes do.
func straight(s string) string {
	var b strings.Builder
	prev := ' '
	for i, r := range s {
		as := opener(r)
		next, _ := utf8.DecodeRuneInString(s[i+utf8.RuneLen(r):])
		if as != 0 && (strings.ContainsRune(" [{,:-\t", prev) || strings.ContainsRune(" ]},:#", next) || i+utf8.RuneLen(r) >= len(s)) {
			b.WriteByte('"')
		} else {
			b.WriteRune(r)
		}
		prev = r
	}
	return b.String()
}
