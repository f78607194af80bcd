package configfile

import (
	"bytes"
	"fmt"
	"strings"
	"testing"
	"time"

	"toolbay/internal/claudefile"
)

func TestLargeFile(t *testing.T) {
	src := claudefile.Make(5 << 20)
	for _, c := range [][]string{{"mcpServers"}, {"projects", "/home/ada/project-7", "mcpServers"}, {"new"}} {
		checkInsertRemove(t, src, JSON, c, []string{"x"}, nil)
	}
	crlf := bytes.ReplaceAll(src, []byte("\n"), []byte("\r\n"))
	checkInsertRemove(t, crlf, JSON, []string{"mcpServers"}, []string{"x"}, nil)
	oneLine := []byte(`{"a":"` + strings.Repeat("x", 5<<20) + `"}`)
	checkInsertRemove(t, oneLine, JSON, []string{"mcpServers"}, []string{"x"}, nil)
}

// Nothing may take time that grows faster than the file.
func TestHostileFilesTakeNoTime(t *testing.T) {
	many := func(format string, n int) string {
		var b strings.Builder
		for i := range n {
			fmt.Fprintf(&b, format, i)
		}
		return b.String()
	}
	n := 100_000
	few := 10 * generatedFiles // YAML's parser is slow, and ten times so with the race detector
	tests := []struct {
		name   string
		format Format
		src    string
	}{
		// Those of TOML are refused by their number.
		{"members", JSON, `{"mcpServers":{` + strings.TrimSuffix(many(`"k%d":1,`, n), ",") + "}}"},
		{"members of the root in a line", JSON, "{" + strings.TrimSuffix(many(`"k%d":1,`, n), ",") + "}"},
		{"comments", JSONC, "{" + strings.Repeat("/**/", n) + "}"},
		{"lone slashes", JSONC, "{" + strings.Repeat("/", n) + "}"},
		{"open comments", JSONC, "{" + strings.Repeat("/*", n) + "}"},
		{"keys", TOML, many("k%d = 1\n", n)},
		{"tables", TOML, many("[mcp_servers.k%d]\n", n)},
		{"inline keys", TOML, "mcp_servers = {" + strings.TrimSuffix(many("k%d = 1,", n), ",") + "}"},
		{"YAML members", YAML, "mcpServers:\n" + many("  k%d: 1\n", few)},
		{"YAML members in a line", YAML, "é: 1\nmcpServers: {é: 1," + many("k%d: é,", few) + "}\n"},
		{"YAML comments", YAML, "a: 1\n" + strings.Repeat("#\n", few) + "b: 1\n"},
		{"YAML comments of entries", YAML, "mcpServers:\n" + many("  # c\n  k%d: 1 # c\n", few/2)},
		{"YAML anchors", YAML, "a:\n" + many("- &k%d x\n", few)},
		{"YAML aliases", YAML, "a: &a x\nb:\n" + strings.Repeat("- *a\n", few)},
		{"YAML merges", YAML, "a: &a {b: c}\nmcpServers:\n  s:\n" + strings.Repeat("    <<: *a\n", few/10)},
		{"YAML dashes", YAML, many("- a%d\n", few)},
		{"YAML open lists", YAML, strings.Repeat("[", few)},
		{"YAML lines of text", YAML, "a: |\n" + strings.Repeat("  x\n", few) + "b: c\n" + strings.Repeat("   d\n", few)},
		{"tables of an array", TOML, many("[[a]]\nk = %d\n", n)},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			start := time.Now()
			path := append(container(tt.format), "x")
			if out, tr, err := Insert([]byte(tt.src), tt.format, path, entry("x")); err == nil {
				back, err := Remove(out, tt.format, path, &tr)
				if err != nil || string(back) != tt.src {
					t.Errorf("%v", err)
				}
			}
			if d, err := Parse([]byte(tt.src), tt.format); err == nil {
				d.Duplicates()
				d.Get()
			}
			// By the square of their number it would be minutes.
			if took := time.Since(start); took > 20*time.Second {
				t.Errorf("took %v", took)
			}
		})
	}
}
