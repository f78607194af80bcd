package main

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"unicode/utf16"
	"unicode/utf8"

	"toolbay/backend/clients"
	"toolbay/backend/configfile"
)

// pick gives one of the places of a text.
func pick(rng *rand.Rand, src []byte, s string) (int, bool) {
	var at []int
	for i := 0; ; {
		n := bytes.Index(src[i:], []byte(s))
		if n < 0 {
			break
		}
		at = append(at, i+n)
		i += n + len(s)
	}
	if len(at) == 0 {
		return 0, false
	}
	return at[rng.IntN(len(at))], true
}

func spliced(src []byte, from, to int, s string) []byte {
	return append(append(slices.Clone(src[:from]), s...), src[to:]...)
}

func whole(f func(string) string) func(*rand.Rand, []byte) ([]byte, int, bool) {
	return func(_ *rand.Rand, src []byte) ([]byte, int, bool) { return []byte(f(string(src))), -1, true }
}

func utf16Text(s string) string {
	if !utf8.ValidString(s) {
		return s
	}
	b := []byte{0xff, 0xfe}
	for _, u := range utf16.Encode([]rune(s)) {
		b = append(b, byte(u), byte(u>>8))
	}
	return string(b)
}

// windows1252 stores letters as Windows did before Unicode.
func windows1252(s string) string {
	var b strings.Builder
	for _, r := range s {
		if r >= 0xa0 && r < 0x100 {
			b.WriteByte(byte(r))
		} else {
			b.WriteRune(r)
		}
	}
	return b.String()
}

func numberLines(s string) string {
	var b strings.Builder
	for i, l := range strings.SplitAfter(s, "\n") {
		if l != "" {
			fmt.Fprintf(&b, "%4d\t%s", i+1, l)
		}
	}
	return b.String()
}

// common are the ways to break a text of any language.
var common = []way{
	{"byte order mark", whole(func(s string) string { return "\ufeff" + s })},
	{"UTF-16", whole(utf16Text)},
	{"UTF-16 without a mark", whole(func(s string) string { return strings.TrimPrefix(utf16Text(s), "\xff\xfe") })},
	{"UTF-16 from the other end", whole(func(s string) string {
		b := []byte(utf16Text(s))
		if !bytes.HasPrefix(b, []byte{0xff, 0xfe}) {
			return s
		}
		for i := 0; i+1 < len(b); i += 2 {
			b[i], b[i+1] = b[i+1], b[i]
		}
		return string(b)
	})},
	{"quoted in a mail", whole(func(s string) string {
		var b strings.Builder
		for l := range strings.Lines(s) {
			b.WriteString("> " + l)
		}
		return b.String()
	})},
	{"marks of a comparison", whole(func(s string) string {
		var b strings.Builder
		for l := range strings.Lines(s) {
			b.WriteString("+" + l)
		}
		return b.String()
	})},
	{"fence", whole(func(s string) string { return "```\n" + strings.TrimRight(s, "\n") + "\n```\n" })},
	{"line numbers", whole(numberLines)},
	{"colours", whole(func(s string) string { return strings.ReplaceAll(s, "command", "\x1b[34mcommand\x1b[0m") + "\x1b[0m" })},
	{"zeros at the end", whole(func(s string) string { return s + "\x00\x00\x00\x00" })},
	{"fence and words", whole(func(s string) string {
		return "Put this into the file:\n\n```\n" + strings.TrimRight(s, "\n") + "\n```\n\nThat is all there is.\n"
	})},
	{"older Windows", whole(windows1252)},
	{"zero-width space", func(rng *rand.Rand, src []byte) ([]byte, int, bool) {
		at, ok := pick(rng, src, "\n")
		return spliced(src, at, at, "\u200b"), at, ok
	}},
	{"cut off", func(rng *rand.Rand, src []byte) ([]byte, int, bool) {
		at := len(src)/2 + rng.IntN(len(src)/2+1)
		for at < len(src) && src[at]&0xc0 == 0x80 {
			at++
		}
		return slices.Clone(src[:at]), at, at < len(src)
	}},
}

// lossy are the ways after which a part is gone: only what is left can come back.
var lossy = map[string]bool{"cut off": true}

// stages are the ways that a text as a whole goes: what it gets around it when
// it is copied, and then how it is stored.
var stages = map[string]int{
	"another app's variables": -1, "arguments as one text": -1, "a command with its arguments": -1, "a number among the arguments": -1, "another app's address": -1,
	"another app's place": -1, "a place in itself": -1, "no place": -1, "a server outside": -1, "escaped as a whole": 2,
	"two texts": 1, "the same again": 1, "no braces around": 1, "one closer more at the end": 1, "missing last closers": 1,
	"all quotes curly": 1, "entities": 2, "fence": 3, "fence and words": 3, "words around": 3, "older Windows": 7, "line numbers": 4, "colours": 4,
	"lines of an old Mac": 5, "quoted in a mail": 4, "marks of a comparison": 4, "zeros at the end": 6, "byte order mark": 7, "UTF-16": 8, "UTF-16 without a mark": 8, "UTF-16 from the other end": 8,
}

func waysOf(d clients.Dialect) []way {
	common := slices.Concat(common, entryWays(d))
	switch d.Format {
	case configfile.TOML:
		return slices.Concat(common, tomlWays)
	case configfile.YAML:
		return slices.Concat(common, yamlWays)
	}
	return slices.Concat(common, jsonWays)
}
