package tolerant

import (
	"fmt"
	"strings"
	"testing"

	"toolbay/backend/configfile"
)

// hostile are texts that would be slow to read if anything were looked at again
// and again.
var hostile = map[string]func(n int) string{
	"brackets":            func(n int) string { return strings.Repeat("[", n) },
	"braces":              func(n int) string { return strings.Repeat("{", n) },
	"closers":             func(n int) string { return "{}" + strings.Repeat("}", n) },
	"mixed closers":       func(n int) string { return "{\"a\":[" + strings.Repeat("]}", n/2) },
	"quotes":              func(n int) string { return strings.Repeat(`"`, n) },
	"odd quotes":          func(n int) string { return strings.Repeat(`"a"b`, n/4) },
	"quotes on lines":     func(n int) string { return strings.Repeat("\"a: b, c\n", n/9) },
	"odd quotes on lines": func(n int) string { return strings.Repeat("\"a\"b\"c\"d\"e\"f\"g\n", n/16) },
	"apostrophes":         func(n int) string { return strings.Repeat("' a", n/3) },
	"curly quotes":        func(n int) string { return strings.Repeat("“a ", n/5) },
	"comments":            func(n int) string { return strings.Repeat("/*", n/2) },
	"line comments":       func(n int) string { return strings.Repeat("// a\n", n/5) },
	"words":               func(n int) string { return strings.Repeat("word ", n/5) },
	"keys":                func(n int) string { return "{" + strings.Repeat(`"a":`, n/4) },
	"commas":              func(n int) string { return "{" + strings.Repeat(",", n) },
	"colons":              func(n int) string { return "{" + strings.Repeat(":", n) },
	"blanks":              func(n int) string { return strings.Repeat(" ", n) + "x" + strings.Repeat(" ", n) },
	"backslashes":         func(n int) string { return `{"a": "C:\x` + strings.Repeat(`\`, n) },
	"nested keys":         func(n int) string { return strings.Repeat("{\"a\":\n", n/6) },
	"texts":               func(n int) string { return strings.Repeat("{}", n/2) },
	"servers": func(n int) string {
		var b strings.Builder
		b.WriteString("{\"mcpServers\": {\n")
		for i := 0; b.Len() < n; i++ {
			fmt.Fprintf(&b, "  \"s%d\": {\n    \"command\": \"npx\"\n    \"args\": [\"-y\", \"a\",\n  },\n", i)
		}
		return b.String()
	},
}

// TestLinear counts what the reader looks at: twice the text may be at most a
// little more than twice the work.
func TestLinear(t *testing.T) {
	work := func(src string) int {
		l := &lexer{src: []byte(src), format: configfile.JSON}
		l.run()
		l.emit(tEnd, len(src), len(src))
		l.toks = append(l.toks, token{kind: tEnd, start: len(src), end: len(src)})
		g := &grammar{src: l.src, toks: l.toks[:len(l.toks)-1]}
		g.run()
		return l.steps + g.steps
	}
	for name, make := range hostile {
		t.Run(name, func(t *testing.T) {
			const n = 20_000
			once, twice := work(make(n)), work(make(2*n))
			if twice > 5*once/2+5_000 {
				t.Errorf("%d steps for %d bytes, %d for twice as many", once, n, twice)
			}
			if once > 200*n {
				t.Errorf("%d steps for %d bytes", once, n)
			}
		})
	}
}

// hostileTOML are texts of the kind for the reader of TOML.
var hostileTOML = map[string]string{
	"headers": "[a", "header lines": "[a\n", "lists": "[[a]]\nb = 1\n", "tables": "[a]\nb = 1\n", "servers": "[mcp_servers.a]\ncommand = \"b\n",
	"doubles": "[mcp_servers.a]\ncommand = \"b\"\nargs = []\n[mcp_servers.a]\ncommand = \"c\"\n", "one key": "a = 1\n", "open arrays": "a = [1,\n",
	"words": "word ", "lines": "word word\n", "dots": "a.", "quotes": "\"x\", ", "broken quotes": "\"x\" y\" ", "pasted": "{\"a\": {\"command\": \"b\"}}\n", "open braces": "{\"a\": \n",
}

func TestLinearTOML(t *testing.T) {
	work := func(head, part string, n int) int {
		r := &tomlReader{src: []byte(head + strings.Repeat(part, n/len(part))), r: &Reading{}, tables: map[string]*tomlTableAt{}}
		r.run()
		return r.steps
	}
	for name, part := range hostileTOML {
		for _, head := range []string{"", "a = [", "a = {"} {
			t.Run(head+name, func(t *testing.T) {
				const n = 20_000
				once, twice := work(head, part, n), work(head, part, 2*n)
				if twice > 5*once/2+5_000 {
					t.Errorf("%d steps for %d bytes, %d for twice as many", once, n, twice)
				}
				if once == 0 || once > 100*n {
					t.Errorf("%d steps for %d bytes", once, n)
				}
			})
		}
	}
}

// hostileYAML are texts of the kind for the reader of YAML.
var hostileYAML = map[string]string{
	"tabs": "a:\n\tb: c\n", "brackets": "a: [\n", "quotes": "a: \"b\n", "words": "word ", "lines": "word word\n", "colons": "a: b: c\n",
	"documents": "---\na: b\n", "one key": "a: 1\n", "dashes": "- ", "servers": "mcpServers:\n  a:\n    command b\n", "pasted": "{\"a\": {\"command\": \"b\"}}\n",
}

// What is given to YAML's own reader again and again is limited by the length.
func TestLinearYAML(t *testing.T) {
	for name, part := range hostileYAML {
		t.Run(name, func(t *testing.T) {
			n := 16_000
			src := []byte(strings.Repeat(part, n/len(part)))
			y := &yamlReader{src: src, r: &Reading{}, left: yamlTimes * len(src)}
			for _, l := range split(src) {
				y.lines = append(y.lines, yamlLine{at: l, text: string(src[l.start:l.end])})
			}
			y.tabs()
			y.quotes()
			y.pieces()
			y.run()
			// Who notices that nothing is left has read once more, in each of the loops.
			if y.left < -16*len(src) {
				t.Errorf("%d bytes were read again for %d", yamlTimes*len(src)-y.left, len(src))
			}
		})
	}
}

// BenchmarkRead reads broken files of 1 and 2 MB.
func BenchmarkRead(b *testing.B) {
	for _, f := range []configfile.Format{configfile.JSON, configfile.TOML, configfile.YAML} {
		for _, mb := range []int{1, 2} {
			for _, name := range []string{"servers", "words", "odd quotes", "apostrophes", "brackets"} {
				src := []byte(hostile[name](mb << 20))
				if f != configfile.JSON && name == "servers" {
					src = []byte(strings.Repeat(map[configfile.Format]string{configfile.TOML: codex, configfile.YAML: goose}[f]+"x y\n", mb<<20/900))
				}
				b.Run(fmt.Sprintf("%s/%s/%dMB", f, name, mb), func(b *testing.B) {
					for b.Loop() {
						Read(src, f)
					}
				})
			}
		}
	}
}
