package main

import (
	"fmt"
	"io"
	"maps"
	"runtime"
	"slices"
	"strings"
	"time"

	"toolbay/backend/clients"
	"toolbay/backend/configfile"
	"toolbay/backend/repair"
	"toolbay/backend/repair/finding"
	"toolbay/backend/repair/tolerant"
)

// shape makes a text of at least n bytes.
type shape func(n int) string

// repeated gives n bytes of a text, again and again; %d in it counts.
func repeated(head, part, tail string) shape {
	return func(n int) string {
		var b strings.Builder
		b.WriteString(head)
		for i := 0; b.Len() < n; i++ {
			b.WriteString(strings.ReplaceAll(part, "%d", fmt.Sprint(i)))
		}
		return b.String() + tail
	}
}

const (
	jsonServer = "    \"s%d\": {\n      \"command\": \"npx\",\n      \"args\": [\"-y\", \"@acme/s%d-mcp\"],\n      \"env\": { \"LEVEL\": \"info\", \"MODE\": \"ro\" }\n    },\n"
	tomlServer = "[mcp_servers.s%d]\ncommand = \"npx\"\nargs = [\"-y\", \"@acme/s%d-mcp\"]\nenv = { LEVEL = \"info\", MODE = \"ro\" }\n\n"
	yamlServer = "  s%d:\n    name: s%d\n    type: stdio\n    cmd: npx\n    args:\n      - \"-y\"\n      - \"@acme/s%d-mcp\"\n    envs:\n      LEVEL: info\n    timeout: 300\n    enabled: true\n"
	other      = "    \"x%d\": [1, 2.5, true, null, \"a text of some length, with a comma: and more\"],\n"
)

// large are the texts of each language whose reading is timed: nothing wrong,
// a little, much, and what was made to be slow.
var large = map[configfile.Format]map[string]shape{
	configfile.JSON: {
		"healthy":               repeated("{\n  \"mcpServers\": {\n", jsonServer, "    \"z\": { \"command\": \"z\" }\n  }\n}\n"),
		"other settings":        repeated("{\n", other, "  \"mcpServers\": { \"z\": { \"command\": \"z\" } }\n}\n"),
		"one comma":             repeated("{\n  \"mcpServers\": {\n", jsonServer, "  }\n}\n"),
		"broken everywhere":     repeated("{\n  \"mcpServers\": {\n", strings.Replace(jsonServer, "\"npx\",", "\"npx\"", 1), "  }\n}\n"),
		"quotes everywhere":     repeated("{\n  \"mcpServers\": {\n", strings.Replace(jsonServer, "\"npx\",", "\"npx,", 1), "  }\n}\n"),
		"another app's words":   repeated("{\n  \"servers\": {\n", strings.Replace(jsonServer, "\"env\"", "\"environment\"", 1), "    \"z\": { \"command\": \"z\" }\n  }\n}\n"),
		"hostile: brackets":     repeated("", "[", ""),
		"hostile: braces":       repeated("", "{", ""),
		"hostile: words":        repeated("", "word ", ""),
		"hostile: odd quotes":   repeated("", "\"a\"b", ""),
		"hostile: quoted lines": repeated("", "\"a\"b\"c\"d\"e\"f\"g\n", ""),
		"hostile: apostrophes":  repeated("", "' a", ""),
		"hostile: curly quotes": repeated("", "“a ", ""),
		"hostile: comments":     repeated("", "/*", ""),
		"hostile: keys":         repeated("{", "\"a\":", ""),
		"hostile: texts":        repeated("", "{}", ""),
		"hostile: closers":      repeated("{\"a\":[", "]}", ""),
		"hostile: doubles":      repeated("{", "\"a\": {\"command\": \"x%d\"},", "\"b\": 1}"),
		"hostile: nested":       repeated("", "{\"a\":\n", ""),
		"hostile: escapes":      repeated("{\"a\": \"", `C:\x`, ""),
		"hostile: commas":       repeated("{\"a\": 1", ",", "}"),
		"hostile: one string":   repeated("{\"a\": \"", "a long text ", ""),
		"hostile: one key":      repeated("{", "\"a\": %d, ", "\"b\": 1}"),
		"hostile: deep":         repeated("", "{\"a\": [", ""),
		"hostile: colons":       repeated("{\"a\"", ":", "}"),
		"hostile: conflicts":    repeated("", "<<<<<<< a\n{}\n=======\n", ""),
		"hostile: fences":       repeated("", "```\n{\n", ""),
		"hostile: entities":     repeated("{", "&quot;a&quot;", ""),
		"hostile: backslashes":  repeated("{\"a\": \"", "\\", ""),
	},
	configfile.JSONC: {
		"healthy":              repeated("{\n  // mine\n  \"servers\": {\n", "    // of %d\n"+jsonServer, "    \"z\": { \"command\": \"z\" }, // last\n  },\n}\n"),
		"broken everywhere":    repeated("{\n  \"servers\": {\n", strings.Replace(jsonServer, "\"npx\",", "\"npx\" // no comma", 1), "  }\n}\n"),
		"one quote":            repeated("{\n  // mine\n  \"theme: \"dark\",\n  \"servers\": {\n", jsonServer, "  }\n}\n"),
		"another app's words":  repeated("{\n  \"mcpServers\": {\n", jsonServer, "  }\n}\n"),
		"hostile: comments":    repeated("{", "/* a */", ""),
		"hostile: slashes":     repeated("{", "/", ""),
		"hostile: no comment":  repeated("{ \"a\": 1 /*", " a long text", ""),
		"hostile: commas":      repeated("{\"a\": 1", ",", "}"),
		"hostile: brackets":    repeated("", "[", ""),
		"hostile: one string":  repeated("{\"a\": \"", "a long text ", ""),
		"hostile: one key":     repeated("{", "\"a\": %d, ", "\"b\": 1}"),
		"hostile: odd quotes":  repeated("", "\"a\"b", ""),
		"hostile: apostrophes": repeated("", "' a", ""),
		"hostile: doubles":     repeated("{", "\"a\": {\"command\": \"x%d\"},", "\"b\": 1}"),
	},
	configfile.TOML: {
		"healthy":               repeated("model = \"large\"\n\n", tomlServer, ""),
		"one quote":             repeated("model = \"large\n\n", tomlServer, ""),
		"broken everywhere":     repeated("", strings.Replace(tomlServer, "\"npx\"", "\"npx", 1), ""),
		"another app's words":   repeated("", strings.Replace(tomlServer, "env =", "environment =", 1), ""),
		"the same again":        repeated("", strings.ReplaceAll(tomlServer, "s%d", "s"), ""),
		"doubles":               repeated("", strings.Replace(strings.Replace(tomlServer, "s%d", "s", 1), "npx", "n%d", 1), ""),
		"hostile: headers":      repeated("", "[a", ""),
		"hostile: header lines": repeated("", "[a\n", ""),
		"hostile: lists":        repeated("", "[[a]]\nb = %d\n", ""),
		"hostile: tables":       repeated("", "[a]\nb = %d\n", ""),
		"hostile: one key":      repeated("", "a = %d\n", ""),
		"hostile: arrays":       repeated("a = ", "[", ""),
		"hostile: open arrays":  repeated("", "a = [1,\n", ""),
		"hostile: inline":       repeated("a = ", "{b = ", ""),
		"hostile: quotes":       repeated("a = ", "\"x\" ", ""),
		"hostile: words":        repeated("", "word ", ""),
		"hostile: lines":        repeated("", "word word\n", ""),
		"hostile: dots":         repeated("", "a.", ""),
		"hostile: pasted":       repeated("", "{\"a%d\": {\"command\": \"b\"}}\n", ""),
		"hostile: open braces":  repeated("", "{\"a\": \n", ""),
		"hostile: three quotes": repeated("a = ", "\"\"\"", ""),
		"hostile: one string":   repeated("a = \"", "a long text ", ""),
		"hostile: commas":       repeated("a = [1", ",", "]"),
		"hostile: members":      repeated("a = { ", "b%d = 1, ", "}\nc ="),
		"hostile: long names":   repeated("", "a.b.c%d.d = 1\n", "c =\n"),
		"hostile: below":        repeated("", "[a.b%d.c]\n[a]\n", ""),
		"hostile: lists below":  repeated("", "[[a.b]]\n[a.b.c]\n", "c =\n"),
	},
	configfile.YAML: {
		"healthy":              repeated("provider: local\nextensions:\n", yamlServer, ""),
		"one tab":              repeated("provider: local\nextensions:\n  a:\n\tcmd: x\n", yamlServer, ""),
		"one colon at the end": repeated("extensions:\n", yamlServer, "  z:\n    cmd z\n    type: stdio\n"),
		"broken everywhere":    repeated("extensions:\n", strings.Replace(yamlServer, "cmd: npx", "cmd npx", 1), ""),
		"another app's words":  repeated("extensions:\n", strings.Replace(yamlServer, "envs:", "env:", 1), ""),
		"doubles":              repeated("extensions:\n", strings.ReplaceAll(yamlServer, "s%d", "s"), ""),
		"hostile: tabs":        repeated("a:\n", "\tb%d: c\n", ""),
		"hostile: brackets":    repeated("a: ", "[", ""),
		"hostile: quotes":      repeated("a: ", "\"b\" ", ""),
		"hostile: open quotes": repeated("", "a%d: \"b\n", ""),
		"hostile: words":       repeated("", "word ", ""),
		"hostile: lines":       repeated("", "word word\n", ""),
		"hostile: colons":      repeated("", "a: b: c\n", ""),
		"hostile: stairs": func(n int) string {
			var b strings.Builder
			for i := 0; b.Len() < n; i++ {
				b.WriteString(strings.Repeat(" ", i%900) + "a:\n")
			}
			return b.String()
		},
		"hostile: anchors":    repeated("", "a%d: &x%d {b: c}\n", "a b\n"),
		"hostile: aliases":    repeated("x: &x [1]\n", "a%d: *x\n", "a b\n"),
		"hostile: bomb":       repeated("a: &a [x, x, x, x, x, x, x, x]\nb: &b [*a, *a, *a, *a, *a, *a, *a, *a]\nc: &c [*b, *b, *b, *b, *b, *b, *b, *b]\nd: &d [*c, *c, *c, *c, *c, *c, *c, *c]\ne: &e [*d, *d, *d, *d, *d, *d, *d, *d]\nf:\n", "  - *e\n", ""),
		"hostile: flow":       repeated("a: {", "b%d: [c, {d: e}], ", ""),
		"hostile: commas":     repeated("a: [1", ",", "]\n"),
		"hostile: one string": repeated("a: \"", "a long text ", ""),
		"hostile: one text":   repeated("a: |\n", "  b: c\n", " d\n"),
		"hostile: keys":       repeated("", "? a\n", ""),
		"hostile: documents":  repeated("", "---\na%d: b\n", ""),
		"hostile: one key":    repeated("", "a: %d\n", ""),
		"hostile: dashes":     repeated("a:\n", "- ", ""),
		"hostile: pasted":     repeated("a: b\n", "{\"a%d\": {\"command\": \"b\"}}\n", ""),
	},
}

// linear times the reader and the whole repair of 1 and of 2 MB, and prints how
// often the larger takes the time of the smaller.
func linear(w io.Writer, only string, mb float64) bool {
	apps := map[configfile.Format]string{configfile.JSON: "claude-desktop", configfile.JSONC: "vscode", configfile.TOML: "codex", configfile.YAML: "goose"}
	good := true
	for _, f := range []configfile.Format{configfile.JSON, configfile.JSONC, configfile.TOML, configfile.YAML} {
		app, _ := table.Get(apps[f])
		file := finding.File{App: app, Dialect: app.Dialect, OS: "linux", Scope: clients.User}
		worst := 0.0
		for _, name := range slices.Sorted(maps.Keys(large[f])) {
			if !strings.Contains(string(f)+" "+name, only) {
				continue
			}
			half, whole := []byte(large[f][name](int(mb*(1<<19)))), []byte(large[f][name](int(mb*(1<<20))))
			read := func(src []byte) func() { return func() { tolerant.Read(src, f) } }
			check := func(src []byte) func() {
				return func() { repair.Check(file, src, finding.Facts{}, finding.Confirm) }
			}
			a, b := timed(read(half)), timed(read(whole))
			c, d := timed(check(half)), timed(check(whole))
			fmt.Fprintf(w, "%-5s %-24s reader %6.2f s, %4.1f times that of half   repair %6.2f s, %4.1f times\n", f, name, b.Seconds(), ratio(a, b), d.Seconds(), ratio(c, d))
			worst = max(worst, ratio(a, b), ratio(c, d))
		}
		fmt.Fprintf(w, "%-5s worst %.1f times (goal: at most 3)\n", f, worst)
		good = good && worst <= 3
	}
	return good
}

// timed is the least of three runs, or one of what is long.
func timed(f func()) time.Duration {
	best := time.Duration(1<<63 - 1)
	for range 3 {
		runtime.GC()
		start := spent()
		f()
		best = min(best, spent()-start)
		if best > time.Second {
			break
		}
	}
	return best
}

// ratio counts what takes no time as nothing.
func ratio(a, b time.Duration) float64 {
	const least = 20 * time.Millisecond
	if b < least {
		return 1
	}
	return float64(b) / float64(max(a, least/4))
}
