package tolerant

import (
	"bytes"
	"strings"
	"unicode/utf8"

	"toolbay/backend/configfile"
	"toolbay/backend/repair/finding"
)

func (t *tomlReader) str(i int, q byte) int {
	src := t.src
	eol := t.eol(i)
	e, closed := eol, false
	if q == '\'' {
		if k := bytes.IndexByte(src[i+1:eol], q); k >= 0 {
			e, closed = i+1+k, true
		}
	} else {
		e, closed = scanQuote(src[:eol], i+1, q)
		// A path that ends with a backslash swallows its closing quote.
		if drive().Match(src[i+1:eol]) && bytes.IndexByte(src[i+1:eol], '\\') >= 0 {
			for k := i + 1; k < min(e, eol); k++ {
				if src[k] == '\\' && k+1 < eol && src[k+1] == '\\' {
					k++
				} else if src[k] == '\\' && k+1 < eol && src[k+1] == q && follows(src, k+2) {
					e, closed = k+1, true
				}
			}
		}
	}
	if !closed && bytes.IndexAny(src[i:eol], "]}") < 0 && t.cut(i, eol) {
		return len(src)
	}
	if t.depth > 0 && q == '"' && (!closed || !follows(src, e+1) || odd(src[i+1:e])) {
		l := &lexer{src: src, format: configfile.TOML, line: i, ended: eol}
		if !closed || odd(src[i+1:e]) || !l.startsAnother(e+1) {
			end := l.weigh(i)
			t.steps += l.steps
			t.take(l)
			return end
		}
	}
	if closed && q == '\'' && !follows(src, e+1) {
		// It's 'ann's': what follows is text too, up to the last quote.
		if k := bytes.LastIndexByte(src[i+1:eol], q); i+1+k > e && follows(src, i+2+k) && bytes.IndexByte(src[e:i+1+k], ',') < 0 {
			k += i + 1
			t.add(mend{code: "JSON_UNESCAPED_QUOTE", fix: finding.Confirm, at: i, edits: []finding.Edit{{From: i, To: k + 1, New: configfile.Quoted(string(src[i+1 : k]))}}})
			return k + 1
		}
	}
	if closed && q == '"' && !follows(src, e+1) {
		if k := bytes.LastIndexByte(src[i+1:eol], q); i+1+k > e && bytes.IndexByte(src[e:i+1+k], ',') < 0 && src[e+1] != ' ' && follows(src, i+2+k) {
			k += i + 1
			m := mend{code: "JSON_UNESCAPED_QUOTE", fix: finding.Confirm, at: i}
			for j := i + 1; j < k; j++ {
				if src[j] == '\\' {
					j++
				} else if src[j] == q {
					m.edits = append(m.edits, finding.Edit{From: j, To: j, New: `\`})
				}
			}
			t.add(m)
			return k + 1
		}
	}
	if !closed && t.cut(i, eol) {
		return len(src)
	}
	if !closed {
		// The other quote may be a curly one.
		for k := eol - 1; k > i; k-- {
			if src[k] >= utf8.RuneSelf && utf8.RuneStart(src[k]) {
				if r, n := utf8.DecodeRune(src[k:]); opener(r) != 0 && follows(src, k+n) {
					t.add(change("JSON_SMART_QUOTES", finding.Safe, k, k+n, string(q)))
					return k + n
				}
			}
		}
		e = i + len(bytes.TrimRight(src[i:eol], " \t"))
		// A comment is none of it, nor is what closes a list.
		if k := bytes.Index(src[i:e], []byte(" #")); k > 0 {
			e = i + len(bytes.TrimRight(src[i:i+k], " \t"))
		}
		if t.depth > 0 {
			for k := i + 1; k < e; k++ {
				if src[k] == ',' {
					e = k
					break
				}
			}
			e = i + max(1, len(bytes.TrimRight(src[i:e], " \t,]}")))
		}
		t.add(change("JSON_UNCLOSED_STRING", finding.Confirm, e, e, string(q)))
		return e
	}
	if q == '"' {
		t.escapes(i+1, e)
	}
	return e + 1
}

// escapes finds the escapes that TOML does not know.
func (t *tomlReader) escapes(from, to int) {
	text := t.src[from:to]
	if bytes.IndexByte(text, '\\') < 0 && bytes.IndexFunc(text, func(r rune) bool { return r < 0x20 && r != '\t' }) < 0 {
		return
	}
	illegal := false
	for i := 0; i < len(text); i++ {
		if text[i] != '\\' {
			continue
		}
		n := 2
		switch {
		case i+1 >= len(text):
			n = 0
		case text[i+1] == 'U':
			if n = 0; i+10 <= len(text) && hexes(text[i+2:i+10]) {
				n = 10
			}
		case text[i+1] == '/':
			n = 0
		default:
			n = configfile.EscapeLen(text[i:])
		}
		if n == 0 {
			illegal = true
			n = 1
			if i+1 < len(text) && text[i+1] == '\\' {
				n = 2
			}
		}
		i += n - 1
	}
	if !illegal {
		if m, ok := silent(text, from); ok {
			if t.quiet {
				m.server = serverOf(t.path)
				t.mends = append(t.mends, m)
			}
		}
		return
	}
	l := &lexer{src: t.src, format: configfile.TOML}
	l.content(from, to, backslashes(text))
	t.take(l)
}

// take takes over what was found in a string.
func (t *tomlReader) take(l *lexer) {
	for _, m := range l.mends {
		if m.code == "JSON_BAD_ESCAPE" {
			m.code = "TOML_BAD_ESCAPE"
		}
		t.add(m)
	}
}

func (t *tomlReader) otherQuotes(i, n int, like rune) int {
	src := t.src
	eol := t.eol(i)
	end, size := -1, 0
	for k := i + n; k < eol; {
		r, m := utf8.DecodeRune(src[k:])
		if (opener(r) == like || r == like) && follows(src, k+m) {
			end, size = k, m
			break
		}
		k += m
	}
	if end < 0 {
		end = i + len(bytes.TrimRight(src[i:eol], " \t,]"))
	}
	t.add(mend{code: "JSON_SMART_QUOTES", fix: finding.Safe, at: i, edits: []finding.Edit{{From: i, To: end + size, New: quoteRaw(string(src[i+n : end]))}}})
	return end + size
}

// quoteRaw quotes a text whose backslashes are as they should be, or a path's.
func quoteRaw(s string) string {
	if backslashes([]byte(s)) && !strings.Contains(s, `\\`) {
		return configfile.Quoted(s)
	}
	return `"` + strings.ReplaceAll(s, `"`, `\"`) + `"`
}
