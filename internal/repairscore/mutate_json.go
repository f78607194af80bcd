package main

import (
	"bytes"
	"math/rand/v2"
	"slices"
	"strings"
	"unicode/utf8"

	"toolbay/backend/configfile"
)

// tokens gives the tokens of JSON.
func tokens(src []byte) []configfile.Token {
	var out []configfile.Token
	lx := configfile.NewLexer(src)
	for t := lx.Next(); t.Kind != configfile.EOF; t = lx.Next() {
		if t.Kind != configfile.LineComment && t.Kind != configfile.BlockComment {
			out = append(out, t)
		}
	}
	return out
}

// onToken breaks one of the tokens that fit.
func onToken(fits func(ts []configfile.Token, i int, src []byte) bool, as func(rng *rand.Rand, s string) string) func(*rand.Rand, []byte) ([]byte, int, bool) {
	return func(rng *rand.Rand, src []byte) ([]byte, int, bool) {
		ts := tokens(src)
		var at []int
		for i := range ts {
			if fits(ts, i, src) {
				at = append(at, i)
			}
		}
		if len(at) == 0 {
			return nil, 0, false
		}
		t := ts[at[rng.IntN(len(at))]]
		return spliced(src, t.Start, t.End, as(rng, string(src[t.Start:t.End]))), t.Start, true
	}
}

func is(k configfile.Kind) func([]configfile.Token, int, []byte) bool {
	return func(ts []configfile.Token, i int, _ []byte) bool { return ts[i].Kind == k }
}

func constant(s string) func(*rand.Rand, string) string {
	return func(*rand.Rand, string) string { return s }
}

// value tells that a token is a text that is no key.
func value(ts []configfile.Token, i int, _ []byte) bool {
	return ts[i].Kind == configfile.String && !(i+1 < len(ts) && ts[i+1].Kind == configfile.Colon)
}

func key(ts []configfile.Token, i int, _ []byte) bool {
	return ts[i].Kind == configfile.String && i+1 < len(ts) && ts[i+1].Kind == configfile.Colon
}

func inner(s string) string {
	if len(s) < 2 {
		return s
	}
	return s[1 : len(s)-1]
}

func closing(ts []configfile.Token, i int, _ []byte) bool {
	return ts[i].Kind == configfile.EndObject || ts[i].Kind == configfile.EndArray
}

var jsonWays = []way{
	{"trailing comma", onToken(func(ts []configfile.Token, i int, src []byte) bool {
		return closing(ts, i, src) && i > 0 && ts[i-1].Kind != configfile.BeginObject && ts[i-1].Kind != configfile.BeginArray && ts[i-1].Kind != configfile.Comma
	}, func(_ *rand.Rand, s string) string { return "," + s })},
	{"missing comma", onToken(is(configfile.Comma), constant(""))},
	{"two commas", onToken(is(configfile.Comma), constant(",,"))},
	{"semicolon", onToken(is(configfile.Comma), constant(";"))},
	{"missing colon", onToken(is(configfile.Colon), constant(""))},
	{"equals sign", onToken(is(configfile.Colon), constant(" ="))},
	{"missing last closers", func(rng *rand.Rand, src []byte) ([]byte, int, bool) {
		s := bytes.TrimRight(src, "} \t\r\n")
		n := 1 + rng.IntN(3)
		for i := len(s); i < len(src); i++ {
			if src[i] == '}' {
				if n--; n < 0 {
					break
				}
			}
		}
		cut := len(src)
		for k := 0; k < 1+rng.IntN(2); k++ {
			cut = bytes.LastIndexByte(src[:cut], '}')
			if cut < len(s) {
				return nil, 0, false
			}
		}
		return slices.Clone(src[:cut]), cut, true
	}},
	{"missing closer", onToken(func(ts []configfile.Token, i int, src []byte) bool { return closing(ts, i, src) && i+1 < len(ts) }, constant(""))},
	{"one closer more", onToken(closing, func(_ *rand.Rand, s string) string { return s + s })},
	{"one closer more at the end", whole(func(s string) string { return strings.TrimRight(s, "\r\n") + "\n}\n" })},
	{"wrong closer", onToken(closing, func(_ *rand.Rand, s string) string {
		if s == "}" {
			return "]"
		}
		return "}"
	})},
	{"no braces around", whole(func(s string) string {
		return strings.TrimSuffix(strings.TrimPrefix(strings.TrimSpace(s), "{"), "}")
	})},
	{"curly quotes", onToken(is(configfile.String), func(_ *rand.Rand, s string) string { return "“" + inner(s) + "”" })},
	{"all quotes curly", whole(func(s string) string {
		var b strings.Builder
		pos := 0
		for _, t := range tokens([]byte(s)) {
			if t.Kind == configfile.String && t.Flaw == configfile.Flawless {
				b.WriteString(s[pos:t.Start] + "“" + s[t.Start+1:t.End-1] + "”")
				pos = t.End
			}
		}
		return b.String() + s[pos:]
	})},
	{"single quotes", onToken(func(ts []configfile.Token, i int, src []byte) bool {
		return ts[i].Kind == configfile.String && !bytes.ContainsAny(src[ts[i].Start:ts[i].End], `'\`)
	}, func(_ *rand.Rand, s string) string { return "'" + inner(s) + "'" })},
	{"key without quotes", onToken(func(ts []configfile.Token, i int, src []byte) bool {
		return key(ts, i, src) && !strings.ContainsAny(inner(string(src[ts[i].Start:ts[i].End])), " \\/@.\"")
	}, func(_ *rand.Rand, s string) string { return inner(s) })},
	{"True and False", onToken(func(ts []configfile.Token, i int, src []byte) bool {
		return slices.Contains([]string{"true", "false"}, string(src[ts[i].Start:ts[i].End]))
	}, func(_ *rand.Rand, s string) string { return strings.ToUpper(s[:1]) + s[1:] })},
	{"path with single backslashes", onToken(func(ts []configfile.Token, i int, src []byte) bool {
		return value(ts, i, src) && bytes.Contains(src[ts[i].Start:ts[i].End], []byte(`:\\`))
	}, func(_ *rand.Rand, s string) string { return strings.ReplaceAll(s, `\\`, `\`) })},
	{"missing closing quote", onToken(is(configfile.String), func(_ *rand.Rand, s string) string {
		_, n := utf8.DecodeLastRuneInString(s)
		return s[:len(s)-n]
	})},
	{"missing opening quote", onToken(is(configfile.String), func(_ *rand.Rand, s string) string {
		_, n := utf8.DecodeRuneInString(s)
		return s[n:]
	})},
	{"comment", onToken(is(configfile.Comma), func(_ *rand.Rand, s string) string { return s + " // of mine\n" })},
	{"comment of a shell", onToken(is(configfile.Comma), func(_ *rand.Rand, s string) string { return s + " # of mine\n" })},
	{"no-break space", onToken(is(configfile.Colon), constant(":\u00a0"))},
	{"two texts", whole(func(s string) string { return s + "\n" + s })},
	{"words around", whole(func(s string) string { return "Put this into the file:\n\n" + s + "\nThat is all there is.\n" })},
	{"a member again", func(rng *rand.Rand, src []byte) ([]byte, int, bool) {
		ts := tokens(src)
		var at [][2]int // a key with its value
		for i := range ts {
			if key(ts, i, src) && i+2 < len(ts) {
				depth := 0
				for k := i + 2; k < len(ts); k++ {
					switch ts[k].Kind {
					case configfile.BeginObject, configfile.BeginArray:
						depth++
					case configfile.EndObject, configfile.EndArray:
						depth--
					}
					if depth == 0 {
						at = append(at, [2]int{ts[i].Start, ts[k].End})
						break
					}
				}
			}
		}
		if len(at) == 0 {
			return nil, 0, false
		}
		m := at[rng.IntN(len(at))]
		return spliced(src, m[1], m[1], ", "+string(src[m[0]:m[1]])), m[1], true
	}},
	{"None", onToken(func(ts []configfile.Token, i int, src []byte) bool {
		return string(src[ts[i].Start:ts[i].End]) == "null"
	}, constant("None"))},
	{"a blank of the web", onToken(is(configfile.Comma), constant(",\u00a0"))},
	{"a byte order mark inside", onToken(is(configfile.Comma), constant(",\ufeff"))},
	{"entities", whole(func(s string) string {
		if strings.Contains(s, "”") {
			return s // a page would not have touched those
		}
		return strings.NewReplacer("&", "&amp;", `"`, "&quot;").Replace(s)
	})},
	{"two versions", func(rng *rand.Rand, src []byte) ([]byte, int, bool) {
		at, ok := pick(rng, src, "\n")
		if !ok {
			return nil, 0, false
		}
		end := bytes.IndexByte(src[at+1:], '\n')
		if end < 0 {
			return nil, 0, false
		}
		line := string(src[at+1 : at+2+end])
		return spliced(src, at+1, at+1+len(line), "<<<<<<< HEAD\n"+line+"=======\n"+line+">>>>>>> other\n"), at, true
	}},
}
