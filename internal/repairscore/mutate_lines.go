package main

import (
	"encoding/json"
	"math/rand/v2"
	"strings"

	"toolbay/backend/configfile"
)

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

// blocks gives the places of the parts that begin with a line that opens, up to
// the next line that ends them.
func blocks(src []byte, opens, ends func(l string) bool) (at [][2]int) {
	pos, from := 0, -1
	for l := range strings.Lines(string(src)) {
		text := strings.TrimRight(l, "\r\n")
		if from >= 0 && ends(text) {
			at = append(at, [2]int{from, pos})
			from = -1
		}
		if opens(text) {
			from = pos
		}
		pos += len(l)
	}
	if from >= 0 {
		at = append(at, [2]int{from, pos})
	}
	return at
}

// again puts a part of a text in a second time, behind itself or at the end.
func again(opens, ends func(l string) bool) func(*rand.Rand, []byte) ([]byte, int, bool) {
	return func(rng *rand.Rand, src []byte) ([]byte, int, bool) {
		at := blocks(src, opens, ends)
		if len(at) == 0 || len(src) == 0 || src[len(src)-1] != '\n' {
			return nil, 0, false
		}
		b := at[rng.IntN(len(at))]
		return spliced(src, b[1], b[1], string(src[b[0]:b[1]])), b[1], true
	}
}

// asJSON writes the last of the parts that begin with a line that opens as
// JSON, as it stands on a web page.
func asJSON(f configfile.Format, keys []string, opens, ends func(l string) bool) func(*rand.Rand, []byte) ([]byte, int, bool) {
	return func(_ *rand.Rand, src []byte) ([]byte, int, bool) {
		at := blocks(src, opens, ends)
		if len(at) == 0 {
			return nil, 0, false
		}
		b := at[len(at)-1]
		part := src[b[0]:b[1]]
		if f == configfile.YAML {
			part = append([]byte("mcpServers:\n"), part...)
		}
		doc, err := configfile.Parse(part, f)
		if err != nil {
			return nil, 0, false
		}
		for _, k := range keys {
			if v, ok := doc.Get(k); ok && b[1] == len(src) {
				text, err := json.MarshalIndent(map[string]any{"mcpServers": unordered(v)}, "", "  ")
				if err != nil {
					return nil, 0, false
				}
				return spliced(src, b[0], b[1], string(text)+"\n"), b[0], true
			}
		}
		return nil, 0, false
	}
}

// serverTable tells that a line is the header of a server's table, below that it is
// none of a table inside of it.
func serverTable(l string) bool { return header(l) && strings.Count(l, ".") == 1 }

func below(l string) bool { return header(l) && strings.Count(l, ".") != 2 }

// entry tells that a line begins a server, outer that it stands as far left.
func entry(l string) bool {
	return strings.HasPrefix(l, "  ") && !strings.HasPrefix(l, "   ") && strings.HasSuffix(l, ":")
}

func outer(l string) bool { return l != "" && !strings.HasPrefix(l, "   ") }

var tomlWays = []way{
	{"no closing quote", onLine(ends(`"`), func(l string) string { return l[:len(l)-1] })},
	{"no opening quote", onLine(has(`= "`), first(`= "`, `= `))},
	{"no quotes", onLine(func(l string) bool { return ends(`"`)(l) && has(`= "`)(l) && !strings.Contains(l, `\`) }, func(l string) string { return strings.ReplaceAll(l, `"`, "") })},
	{"curly quotes", onLine(func(l string) bool { return ends(`"`)(l) && has(`= "`)(l) }, func(l string) string { return last(`"`, "”")(first(`"`, "“")(l)) })},
	{"no comma", onLine(has(`", "`), first(`", "`, `" "`))},
	{"single quotes for curly ones", onLine(func(l string) bool { return ends(`"`)(l) && has(`= "`)(l) }, func(l string) string { return last(`"`, "’")(first(`"`, "‘")(l)) })},
	{"a comma behind the last", onLine(ends(`"]`), last(`]`, ",,]"))},
	{"a ] more", onLine(ends(`"]`), last(`]`, "]]"))},
	{"a table again", again(serverTable, header)},
	{"a server as JSON", asJSON(configfile.TOML, []string{"mcp_servers"}, serverTable, below)},
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
	{"a comment of JavaScript behind", onLine(ends(`"`), func(l string) string { return l + " // mine" })},
	{"no opening quote", onLine(func(l string) bool { return ends(`"`)(l) && has(`: "`)(l) }, first(`: "`, ": "))},
	{"a comma at the end", onLine(ends(`"`), func(l string) string { return l + "," })},
	{"a tab behind the colon", onLine(pair, first(": ", ":\t"))},
	{"no-break space", onLine(pair, first(": ", ":\u00a0"))},
	{"no-break space before", onLine(pair, func(l string) string { return "\u00a0" + l[1:] })},
	{"a colon of Chinese", onLine(pair, first(": ", "："))},
	{"a key again", again(func(l string) bool { return pair(l) && !strings.Contains(l, "- ") }, func(string) bool { return true })},
	{"an entry again", again(entry, outer)},
	{"a server as JSON", asJSON(configfile.YAML, []string{"mcpServers"}, entry, outer)},
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
