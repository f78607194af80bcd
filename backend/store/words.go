package store

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// words splits text the way both index and query are split: lower case, no
// accents, letters and digits only. Scripts written without spaces give one
// word per character. SQLite's own tokenizer then has nothing left to decide,
// so a query can never mean something else than the index does.
func words(text string) []string { return split(text, false) }

// indexWords is words and, for names written like SendMessage, their parts.
func indexWords(text string) []string { return split(text, true) }

func split(text string, camel bool) []string {
	if ascii(text) {
		return splitASCII(text, camel)
	}
	text = norm.NFKD.String(text)
	var out []string
	var word, part strings.Builder
	parts := 0
	endPart := func() {
		if part.Len() > 0 && camel && parts > 0 {
			out = append(out, part.String())
		}
		part.Reset()
	}
	end := func() {
		endPart()
		if word.Len() > 0 {
			out = append(out, word.String())
		}
		word.Reset()
		parts = 0
	}
	before := rune(0)
	for _, r := range text {
		switch {
		case unicode.Is(unicode.Mn, r):
			continue
		case !unicode.IsLetter(r) && !unicode.IsNumber(r):
			end()
		case unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Hangul):
			end()
			out = append(out, string(r))
		default:
			if unicode.IsUpper(r) && unicode.IsLower(before) {
				parts++
				endPart()
			}
			l := unicode.ToLower(r)
			word.WriteRune(l)
			part.WriteRune(l)
		}
		before = r
	}
	end()
	return out
}

func ascii(s string) bool {
	for i := 0; i < len(s); i++ {
		if s[i] >= utf8.RuneSelf {
			return false
		}
	}
	return true
}

// noise are words that tell servers apart from nothing: every other name has
// them, and people type them without meaning them.
var noise = map[string]bool{
	"mcp": true, "server": true, "servers": true,
	"the": true, "a": true, "an": true, "of": true, "for": true, "to": true,
	"in": true, "on": true, "and": true, "with": true, "my": true, "your": true,
}

// telling drops noise, unless nothing else is there.
func telling(ws []string) []string {
	kept := slices.DeleteFunc(slices.Clone(ws), func(w string) bool { return noise[w] })
	if len(kept) == 0 {
		return ws
	}
	return kept
}

// nameOf takes a listing's id apart: who ("acme" of io.github.acme/notes,
// "notion" of com.notion/mcp, "" where the id does not say) and what ("notes").
// The parts that only say where a name was registered are dropped, or a search
// for "github" would find half of all servers.
func nameOf(id string) (who, what string) {
	space, what, ok := strings.Cut(id, "/")
	if !ok {
		return "", id
	}
	labels := strings.Split(space, ".")
	switch {
	case space == "toolsdk": // its keys begin with a category
		_, name, ok := strings.Cut(what, ".")
		if ok && name != "" {
			what = name
		}
		return "", what
	case len(labels) == 1: // docker/…, starter/…
		return "", what
	case len(labels) > 2 && labels[0] == "io" && labels[1] == "github":
		return labels[2], what
	case len(labels) > 2 && len(labels[0]) == 2 && slices.Contains([]string{"co", "com", "org", "ac", "gov"}, labels[1]):
		return labels[2], what // uk.co.acme
	}
	return labels[1], what
}
