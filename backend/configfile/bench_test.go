package configfile

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"
)

// claudeFile is like a ~/.claude.json after years: projects with histories of
// pasted text, and a few servers.
func claudeFile(size int) []byte {
	var b bytes.Buffer
	b.WriteString("{\n  \"numStartups\": 412,\n  \"projects\": {")
	for i := 0; b.Len() < size; i++ {
		if i > 0 {
			b.WriteByte(',')
		}
		fmt.Fprintf(&b, "\n    \"/home/ada/work/project-%d\": {\n      \"allowedTools\": [],\n      \"history\": [", i)
		for j := range 20 {
			if j > 0 {
				b.WriteByte(',')
			}
			text := strings.Repeat("please look at \\\"main.go\\\" and tell me why\\n\\tthe test fails — ", 1+j%9)
			fmt.Fprintf(&b, "\n        {\n          \"display\": \"%s\",\n          \"pastedContents\": {}\n        }", text)
		}
		fmt.Fprintf(&b, "\n      ],\n      \"mcpServers\": {},\n      \"exampleFilesGeneratedAt\": %d,\n      \"hasTrustDialogAccepted\": true\n    }", 1700000000000+i)
	}
	b.WriteString("\n  },\n  \"mcpServers\": {\n    \"notes\": {\n      \"command\": \"npx\",\n      \"args\": []\n    }\n  }\n}\n")
	return b.Bytes()
}

// BenchmarkInsert5MB also says how many times as long as json.Valid of the same
// bytes an edit takes: the goal is 5 at most.
func BenchmarkInsert5MB(b *testing.B) {
	src := claudeFile(5 << 20)
	b.SetBytes(int64(len(src)))
	var valid time.Duration
	for b.Loop() {
		b.StopTimer()
		start := time.Now()
		if !json.Valid(src) {
			b.Fatal("not valid")
		}
		valid += time.Since(start)
		b.StartTimer()
		if _, _, err := Insert(src, JSON, []string{"mcpServers", "x"}, entry("x")); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(b.Elapsed())/float64(valid), "x-json.Valid")
}

// The other formats, for comparison: a file of theirs of that size is nobody's.
func BenchmarkInsertTOML(b *testing.B) {
	src := []byte(newGen(1).grow("", TOML))
	benchmarkInsert(b, src, TOML)
}

func BenchmarkInsertYAML(b *testing.B) {
	src := []byte(newGen(1).grow("", YAML))
	benchmarkInsert(b, src, YAML)
}

func benchmarkInsert(b *testing.B, src []byte, f Format) {
	b.SetBytes(int64(len(src)))
	for b.Loop() {
		if _, _, err := Insert(src, f, append(container(f), "x"), entry("x")); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkRemove5MB(b *testing.B) {
	src, tr, err := Insert(claudeFile(5<<20), JSON, []string{"mcpServers", "x"}, entry("x"))
	if err != nil {
		b.Fatal(err)
	}
	b.SetBytes(int64(len(src)))
	for b.Loop() {
		if _, err := Remove(src, JSON, []string{"mcpServers", "x"}, &tr); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkDiff5MB(b *testing.B) {
	src := claudeFile(5 << 20)
	out, _, err := Insert(src, JSON, []string{"mcpServers", "x"}, entry("x"))
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		Diff(src, out, MaskSecrets)
	}
}

func TestLargeFile(t *testing.T) {
	src := claudeFile(5 << 20)
	for _, c := range [][]string{{"mcpServers"}, {"projects", "/home/ada/work/project-7", "mcpServers"}, {"new"}} {
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
