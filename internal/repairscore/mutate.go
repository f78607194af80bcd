package main

import (
	"bytes"
	"fmt"
	"io"
	"math/rand/v2"
	"reflect"
	"slices"
	"sort"
	"strconv"
	"strings"
	"unicode/utf16"

	"toolbay/backend/configfile"
	"toolbay/backend/repair"
	"toolbay/backend/repair/finding"
)

// way breaks a text; at is where, -1 for the whole text. ok is false where it
// does not apply.
type way struct {
	name string
	do   func(rng *rand.Rand, src []byte) (out []byte, at int, ok bool)
}

// tally counts what came back.
type tally struct {
	tried, back int
	strays      int // other values that changed
	by          map[string][2]int
	faults      []string
}

// mutate breaks files in ways each and repairs them: singly, and up to three
// ways at once.
func mutate(w io.Writer, files, times int, seed uint64, verbose bool) bool {
	rng := rand.New(rand.NewPCG(seed, 7))
	one, many := tally{by: map[string][2]int{}}, tally{by: map[string][2]int{}}
	for _, s := range samples(files, seed) {
		want := entriesIn(s.file, repaired(s.file, s.src))
		ws := waysOf(s.file.Dialect.Format)
		rng.Shuffle(len(ws), func(i, j int) { ws[i], ws[j] = ws[j], ws[i] })
		for n, did := 0, 0; did < times && n < 4*times; n++ {
			if one.attempt(rng, s, want, []way{ws[n%len(ws)]}) {
				did++
			}
		}
		for n, did := 0, 0; did < times && n < 4*times; n++ {
			some := []way{ws[rng.IntN(len(ws))], ws[rng.IntN(len(ws))]}
			if rng.IntN(2) == 0 {
				some = append(some, ws[rng.IntN(len(ws))])
			}
			// A text is written, then copied, then stored.
			slices.SortStableFunc(some, func(a, b way) int { return stages[a.name] - stages[b.name] })
			some = slices.CompactFunc(some, func(a, b way) bool { return a.name == b.name && stages[a.name] > 0 })
			if len(some) < 2 {
				continue
			}
			if many.attempt(rng, s, want, some) {
				did++
			}
		}
	}
	fmt.Fprintf(w, "one way        %d broken, %d came back (%.2f %%), %d other values changed\n", one.tried, one.back, one.percent(), one.strays)
	fmt.Fprintf(w, "two or three   %d broken, %d came back (%.2f %%), %d other values changed\n", many.tried, many.back, many.percent(), many.strays)
	if verbose {
		names := make([]string, 0, len(one.by))
		for name := range one.by {
			names = append(names, name)
		}
		sort.Strings(names)
		for _, name := range names {
			fmt.Fprintf(w, "  %-40s %5d of %5d\n", name, one.by[name][0], one.by[name][1])
		}
		for _, f := range append(one.faults, many.faults...) {
			fmt.Fprintln(w, f)
		}
	}
	return one.percent() >= 98 && many.percent() >= 90 && one.strays+many.strays == 0
}

func (t *tally) percent() float64 { return 100 * float64(t.back) / float64(max(1, t.tried)) }

func (t *tally) attempt(rng *rand.Rand, s sample, want any, ws []way) bool {
	src := s.src
	var names []string
	touched := map[string]bool{}
	whole := leaves(s.file, s.src)
	for _, w := range ws {
		out, at, ok := w.do(rng, src)
		if !ok || bytes.Equal(out, src) {
			continue
		}
		if at >= 0 {
			// What stands on that line may have been broken.
			from := bytes.LastIndexByte(src[:min(at, len(src))], '\n') + 1
			to := len(src)
			if n := bytes.IndexByte(src[min(at, len(src)):], '\n'); n >= 0 {
				to = min(at, len(src)) + n
			}
			line := string(src[max(from, at-200):min(to, at+200)])
			for p, v := range whole {
				if strings.Contains(line, strings.Trim(lastStep(p), "\"")) || v != "" && strings.Contains(line, v) {
					touched[p] = true
				}
			}
		}
		src = out
		names = append(names, w.name)
	}
	if len(names) < len(ws) || repair.Parses(s.file, src) && reflect.DeepEqual(leaves(s.file, src), whole) {
		return false // nothing is wrong with it
	}
	t.tried++
	text := repaired(s.file, src)
	got := entriesIn(s.file, text)
	name := strings.Join(names, " + ")
	count := t.by[name]
	count[1]++
	if reflect.DeepEqual(got, want) {
		t.back++
		count[0]++
	} else if len(t.faults) < 400 {
		t.faults = append(t.faults, fmt.Sprintf("==== %s: %s\n%s\n---- became\n%s", s.name, name, src, text))
	}
	t.by[name] = count
	if after := leaves(s.file, text); after != nil {
		for p, v := range whole {
			if now, ok := after[p]; ok && now != v && !touched[p] {
				t.strays++
				if len(t.faults) < 400 {
					t.faults = append(t.faults, fmt.Sprintf("==== %s: %s: %s was %q, is %q\n%s\n---- became\n%s", s.name, name, p, v, now, src, text))
				}
			}
		}
	}
	return true
}

func lastStep(p string) string {
	return p[strings.LastIndexByte(p, '\x00')+1:]
}

func repaired(file finding.File, src []byte) []byte {
	if r := repair.Check(file, src, finding.Facts{}, finding.Confirm); r.Text != nil {
		return r.Text
	}
	return src
}

// entriesIn gives the entries of a text, nil when it cannot be read.
func entriesIn(file finding.File, src []byte) any {
	doc, err := configfile.Parse(bytes.TrimPrefix(src, []byte("\xef\xbb\xbf")), file.Dialect.Format)
	if err != nil {
		return nil
	}
	v, _ := doc.Get(file.Dialect.Servers...)
	return unordered(v)
}

func unordered(v any) any {
	switch v := v.(type) {
	case configfile.Object:
		m := map[string]any{}
		for _, e := range v {
			m[e.Key] = unordered(e.Value)
		}
		return m
	case []any:
		out := make([]any, len(v))
		for i := range v {
			out[i] = unordered(v[i])
		}
		return out
	}
	return v
}

// leaves gives every single value of a text by its path.
func leaves(file finding.File, src []byte) map[string]string {
	doc, err := configfile.Parse(bytes.TrimPrefix(src, []byte("\xef\xbb\xbf")), file.Dialect.Format)
	if err != nil {
		return nil
	}
	out := map[string]string{}
	var walk func(path string, v any)
	walk = func(path string, v any) {
		switch v := v.(type) {
		case configfile.Object:
			for _, m := range v {
				walk(path+"\x00"+m.Key, m.Value)
			}
		case []any:
			for i, e := range v {
				step := strconv.Itoa(i)
				if o, ok := e.(configfile.Object); ok { // an entry of a list goes by its name
					if n, ok := o.Get("name"); ok {
						step = fmt.Sprint(n)
					}
				}
				walk(path+"\x00"+step, e)
			}
		default:
			out[path] = fmt.Sprint(v)
		}
	}
	v, _ := doc.Get()
	walk("", v)
	return out
}

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

func whole(f func(string) string) func(*rand.Rand, []byte) ([]byte, int, bool) {
	return func(_ *rand.Rand, src []byte) ([]byte, int, bool) { return []byte(f(string(src))), -1, true }
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

func utf16Text(s string) string {
	b := []byte{0xff, 0xfe}
	for _, u := range utf16.Encode([]rune(s)) {
		b = append(b, byte(u), byte(u>>8))
	}
	return string(b)
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
	{"fence", whole(func(s string) string { return "```\n" + strings.TrimRight(s, "\n") + "\n```\n" })},
	{"line numbers", whole(numberLines)},
	{"colours", whole(func(s string) string { return strings.ReplaceAll(s, "command", "\x1b[34mcommand\x1b[0m") + "\x1b[0m" })},
	{"zeros at the end", whole(func(s string) string { return s + "\x00\x00\x00\x00" })},
}

// stages are the ways that a text as a whole goes: what it gets around it when
// it is copied, and then how it is stored.
var stages = map[string]int{
	"two texts": 1, "the same again": 1, "no braces around": 1, "one closer more at the end": 1, "missing last closers": 1,
	"all quotes curly": 1, "entities": 2, "fence": 3, "words around": 3, "line numbers": 4, "colours": 4,
	"lines of an old Mac": 5, "zeros at the end": 6, "byte order mark": 6, "UTF-16": 7,
}

func waysOf(f configfile.Format) []way {
	switch f {
	case configfile.TOML:
		return slices.Concat(common, tomlWays)
	case configfile.YAML:
		return slices.Concat(common, yamlWays)
	}
	return slices.Concat(common, jsonWays)
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
		return key(ts, i, src) && !bytes.ContainsAny(src[ts[i].Start+1:ts[i].End-1], " \\/@.\"")
	}, func(_ *rand.Rand, s string) string { return inner(s) })},
	{"True and False", onToken(func(ts []configfile.Token, i int, src []byte) bool {
		return ts[i].Kind == configfile.Word && src[ts[i].Start] != 'n'
	}, func(_ *rand.Rand, s string) string { return strings.ToUpper(s[:1]) + s[1:] })},
	{"path with single backslashes", onToken(func(ts []configfile.Token, i int, src []byte) bool {
		return value(ts, i, src) && bytes.Contains(src[ts[i].Start:ts[i].End], []byte(`:\\`))
	}, func(_ *rand.Rand, s string) string { return strings.ReplaceAll(s, `\\`, `\`) })},
	{"missing closing quote", onToken(is(configfile.String), func(_ *rand.Rand, s string) string { return s[:max(0, len(s)-1)] })},
	{"missing opening quote", onToken(is(configfile.String), func(_ *rand.Rand, s string) string { return s[1:] })},
	{"comment", onToken(is(configfile.Comma), func(_ *rand.Rand, s string) string { return s + " // of mine\n" })},
	{"comment of a shell", onToken(is(configfile.Comma), func(_ *rand.Rand, s string) string { return s + " # of mine\n" })},
	{"no-break space", onToken(is(configfile.Colon), constant(":\u00a0"))},
	{"two texts", whole(func(s string) string { return s + "\n" + s })},
	{"words around", whole(func(s string) string { return "Put this into the file:\n\n" + s + "\nThat is all there is.\n" })},
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

// onValue breaks a value of a line of TOML or YAML that has a text in quotes.
func onLine(fits func(l string) bool, as func(l string) string) func(*rand.Rand, []byte) ([]byte, int, bool) {
	return func(rng *rand.Rand, src []byte) ([]byte, int, bool) {
		lines := strings.SplitAfter(string(src), "\n")
		var at []int
		for i, l := range lines {
			if fits(strings.TrimRight(l, "\r\n")) {
				at = append(at, i)
			}
		}
		if len(at) == 0 {
			return nil, 0, false
		}
		i := at[rng.IntN(len(at))]
		pos := 0
		for _, l := range lines[:i] {
			pos += len(l)
		}
		text := strings.TrimRight(lines[i], "\r\n")
		lines[i] = as(text) + lines[i][len(text):]
		return []byte(strings.Join(lines, "")), pos, true
	}
}

func has(parts ...string) func(string) bool {
	return func(l string) bool {
		for _, p := range parts {
			if !strings.Contains(l, p) {
				return false
			}
		}
		return !strings.HasPrefix(strings.TrimSpace(l), "#")
	}
}

func first(old, new string) func(string) string {
	return func(l string) string { return strings.Replace(l, old, new, 1) }
}

func last(old, new string) func(string) string {
	return func(l string) string {
		i := strings.LastIndex(l, old)
		if i < 0 {
			return l
		}
		return l[:i] + new + l[i+len(old):]
	}
}

func ends(s string) func(string) bool {
	return func(l string) bool { return strings.HasSuffix(l, s) }
}

func header(l string) bool { return strings.HasPrefix(l, "[") }

var tomlWays = []way{
	{"no closing quote", onLine(ends(`"`), func(l string) string { return l[:len(l)-1] })},
	{"no opening quote", onLine(has(`= "`), first(`= "`, `= `))},
	{"no quotes", onLine(func(l string) bool { return ends(`"`)(l) && has(`= "`)(l) && !strings.Contains(l, `\`) }, func(l string) string { return strings.ReplaceAll(l, `"`, "") })},
	{"curly quotes", onLine(func(l string) bool { return ends(`"`)(l) && has(`= "`)(l) }, func(l string) string { return last(`"`, "”")(first(`"`, "“")(l)) })},
	{"no comma", onLine(has(`", "`), first(`", "`, `" "`))},
	{"no ]", onLine(ends(`"]`), last(`]`, ""))},
	{"} for ]", onLine(ends(`"]`), last(`]`, "}"))},
	{"a header without ]", onLine(header, last("]", ""))},
	{"a header without [", onLine(header, first("[", ""))},
	{"a header with ]]", onLine(header, last("]", "]]"))},
	{"a colon", onLine(has(` = `), first(" = ", ": "))},
	{"no equals sign", onLine(has(` = "`), first(` = "`, ` "`))},
	{"a comma at the end", onLine(has(` = `), func(l string) string { return l + "," })},
	{"a comment of JavaScript", onLine(has(` = `), func(l string) string { return l + " // mine" })},
	{"True", onLine(ends(" = true"), last("true", "True"))},
	{"a path with single backslashes", onLine(has(`:\\`), func(l string) string { return strings.ReplaceAll(l, `\\`, `\`) })},
	{"the same again", whole(func(s string) string { return s + "\n" + s })},
	{"lines of an old Mac", whole(func(s string) string { return strings.ReplaceAll(strings.ReplaceAll(s, "\r\n", "\n"), "\n", "\r") })},
	{"no-break space", onLine(has(` = `), first(" = ", "\u00a0= "))},
	{"two versions", onLine(has(` = `), func(l string) string { return "<<<<<<< HEAD\n" + l + "\n=======\n" + l + "\n>>>>>>> other" })},
}

// pair tells that a line of YAML is a key with its value.
func pair(l string) bool {
	k := strings.Index(l, ": ")
	return indented(l) && k > 0 && !strings.ContainsAny(l[:k], "\"'")
}

func indented(l string) bool { return strings.HasPrefix(l, "    ") && strings.TrimSpace(l) != "" }

var yamlWays = []way{
	{"a tab", onLine(indented, first("    ", "\t"))},
	{"one blank more", onLine(pair, func(l string) string { return " " + l })},
	{"one blank less", onLine(pair, func(l string) string { return l[1:] })},
	{"no closing quote", onLine(ends(`"`), func(l string) string { return l[:len(l)-1] })},
	{"no ]", onLine(ends(`"]`), last(`]`, ""))},
	{"two ]", onLine(ends(`"]`), last(`]`, "]]"))},
	{"no blank behind the colon", onLine(func(l string) bool { return pair(l) && !strings.Contains(l, "http") }, first(": ", ":"))},
	{"an equals sign", onLine(pair, first(": ", " = "))},
	{"no colon", onLine(pair, first(": ", " "))},
	{"no colon of a block", onLine(func(l string) bool { return strings.HasSuffix(l, ":") && strings.HasPrefix(l, " ") }, last(":", ""))},
	{"a comment of JavaScript", whole(func(s string) string { return "// mine\n" + s })},
	{"curly quotes", onLine(func(l string) bool { return ends(`"`)(l) && has(`: "`)(l) }, func(l string) string { return last(`"`, "”")(first(`"`, "“")(l)) })},
	{"no quotes", onLine(func(l string) bool {
		return ends(`"`)(l) && has(`: "`)(l) && !strings.Contains(l, `\`) && strings.Count(l, ": ") > 1
	}, func(l string) string { return strings.ReplaceAll(l, `"`, "") })},
	{"a path with single backslashes", onLine(has(`:\\`), func(l string) string { return strings.ReplaceAll(l, `\\`, `\`) })},
	{"lines of an old Mac", whole(func(s string) string { return strings.ReplaceAll(strings.ReplaceAll(s, "\r\n", "\n"), "\n", "\r") })},
	{"two texts", whole(func(s string) string { return s + "---\n" + s })},
	{"the same again", whole(func(s string) string { return s + s })},
	{"two versions", onLine(indented, func(l string) string { return "<<<<<<< HEAD\n" + l + "\n=======\n" + l + "\n>>>>>>> other" })},
}
