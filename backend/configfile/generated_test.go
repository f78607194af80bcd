package configfile

import (
	"fmt"
	"strings"
	"testing"
	"time"
)

// generatedFile makes up one file of a format. In every fourth the servers are
// a list of named entries, in list; in the others they are in container. Every
// 500th has 5 MB.
func generatedFile(f Format, seed uint64) (src string, container []string, list bool) {
	g := newGen(seed)
	list = seed%4 == 3
	container = []string{"mcpServers"}
	switch {
	case f == TOML:
		container = []string{"mcp_servers"}
		if src = ""; list {
			src = g.tomlListFile()
		} else {
			src = g.tomlFile()
		}
	case f == YAML:
		src = g.yamlFile(list)
	case list:
		container = []string{"servers"}
		src = g.jsonListFile(f)
	default:
		src = g.jsonFile(f)
	}
	if seed%500 == 250 {
		src = g.grow(src, f)
	}
	return src, container, list
}

// grow adds some 5 MB to a file: many small entries, and long texts.
func (g *gen) grow(src string, f Format) string {
	var b strings.Builder
	const size = 5 << 20
	if _, err := Parse([]byte(src), f); err != nil {
		src = ""
	}
	switch f {
	case TOML:
		for i := 0; b.Len() < size; i++ {
			fmt.Fprintf(&b, "# %s%s", strings.Repeat("a comment ", 1+i%20), g.eol)
			if i%40 == 0 {
				fmt.Fprintf(&b, "[pad.k%d]%sa = '''%s'''%s", i, g.eol, strings.Repeat("[x] = \"y\""+g.eol, 100*(1+i%7)), g.eol)
			}
		}
		if src != "" && !strings.HasSuffix(src, "\n") {
			src += g.eol
		}
		return src + b.String()
	case YAML:
		if src != "" && !strings.HasSuffix(src, "\n") {
			src += g.eol
		}
		if _, err := Parse([]byte(src+"pad: 1"), f); err != nil { // braces, or an end
			src = "a: 1" + g.eol
		}
		b.WriteString("pad:" + g.eol)
		for i := 0; b.Len() < size; i++ {
			fmt.Fprintf(&b, "  k%d: [%d, \"é\", {a: b}] # %s%s", i, i, strings.Repeat("comment ", i%9), g.eol)
			if i%8 == 0 {
				fmt.Fprintf(&b, "  t%d: |%s%s", i, g.eol, strings.Repeat("    "+strings.Repeat("text: # of many lines ", 40)+g.eol, 20*(1+i%7)))
			}
		}
		return src + b.String()
	}
	at := strings.IndexByte(src, '{')
	if at < 0 || strings.Trim(src[:at], "\ufeff \t\r\n") != "" {
		at, src = 0, "{}"
	}
	b.WriteString(`"pad":{`)
	for i := 0; b.Len() < size; i++ {
		if i > 0 {
			b.WriteString(",")
		}
		fmt.Fprintf(&b, "%s  \"k%d\":[%d, {\"a\": \"%s\"}]", g.eol, i, i, strings.Repeat(`é \"quoted\" {`, i%30))
	}
	b.WriteString("}")
	if d, err := Parse([]byte(src), f); err == nil && len(d.Keys()) > 0 {
		b.WriteString(",")
	}
	return src[:at+1] + b.String() + src[at+1:]
}

func TestGeneratedFiles(t *testing.T) {
	for _, f := range []Format{YAML, JSON, JSONC, JSONComments, TOML} {
		t.Run(string(f), func(t *testing.T) {
			t.Parallel()
			start := time.Now()
			parsed, lists, large := 0, 0, 0
			for seed := range uint64(generatedFiles) {
				text, container, list := generatedFile(f, seed)
				src := []byte(text)
				if len(src) > 4<<20 {
					large++
				}
				names := []string{"toolbay-notes", "a.b \"c\"", "é/x"}
				if list {
					lists++
					for i, n := range names {
						names[i] = Named("name", n)
					}
				} else if seed%24 < 2 {
					container = append(container, "deep", "er")
				}
				if seed%10 == 0 || len(src) > 4<<20 {
					if _, err := Parse(src, f); err == nil {
						parsed++
					} else if len(src) > 4<<20 {
						t.Errorf("seed %d: a large file does not parse: %v", seed, err)
					}
				}
				// One member in each file, three in every fourth.
				switch {
				case seed%4 != 0 || len(src) > 4<<20:
					checkInsertRemove(t, src, f, container, names[seed%3:][:1], nil)
				default:
					checkInsertRemove(t, src, f, container, names, everyOrder[seed/4%6:][:1])
				}
				switch {
				case len(src) > 4<<20:
				case seed%4 == 0:
					checkForeign(t, src, f, container[:1], 1)
				case seed%8 == 1, seed%8 == 3:
					checkReplaceAll(t, src, f, 1, container[:1])
				case seed%16 == 2:
					checkReplaceAll(t, src, f, 2, nil)
				}
				if t.Failed() {
					t.Fatalf("seed %d", seed)
				}
			}
			if parsed < generatedFiles/10*9/10 {
				t.Errorf("only %d of %d generated files parse", parsed, generatedFiles/10)
			}
			t.Logf("%d files, %d of them with a list, %d of 5 MB, in %.1f s", generatedFiles, lists, large, time.Since(start).Seconds())
		})
	}
}
