package configfile

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"toolbay/backend/model"
)

// seeds gives the fuzzer the awkward files and some generated ones.
func seeds(f *testing.F, format Format) {
	for _, c := range awkward {
		if c.format == format || format == JSONC && c.format == JSONComments {
			f.Add([]byte(c.src), "notes")
		}
	}
	for seed := range uint64(10) {
		g := newGen(1_000_000 + seed)
		switch format {
		case TOML:
			f.Add([]byte(g.tomlFile()), "a.b")
			f.Add([]byte(newGen(seed).tomlListFile()), "é")
		case YAML:
			f.Add([]byte(g.yamlFile(seed%2 == 0)), "no")
		default:
			f.Add([]byte(g.jsonFile(format)), "é\"\\/")
			f.Add([]byte(newGen(seed).jsonListFile(format)), "a")
		}
	}
	for _, c := range awkwardYAML {
		if format == YAML {
			f.Add([]byte(c.src), "notes")
		}
	}
	for _, c := range namedFiles {
		if c.format == format {
			f.Add([]byte(c.src), "x")
		}
	}
	broken, _ := filepath.Glob("testdata/broken/*")
	for _, name := range broken {
		src, err := os.ReadFile(name)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(src, "notes")
	}
}

func fuzzInsertRemove(f *testing.F, container string, formats ...Format) {
	for _, format := range formats {
		seeds(f, format)
	}
	f.Fuzz(func(t *testing.T, src []byte, name string) {
		if len(src) > 1<<16 || len(name) > 100 {
			return
		}
		if src == nil {
			src = []byte{}
		}
		for _, format := range formats {
			names := []string{name, name + "2", "other"}
			checkInsertRemove(t, src, format, []string{container}, names, everyOrder)
			checkInsertRemove(t, src, format, nil, names[:1], everyOrder[:1])
			checkInsertRemove(t, src, format, []string{container, "a", "b"}, names[:2], everyOrder)
			checkForeign(t, src, format, []string{container}, 8)
			checkForeign(t, src, format, nil, 4)
			checkReplaceAll(t, src, format, 3, nil, []string{container})
			for i, n := range names {
				names[i] = Named("name", n)
			}
			checkInsertRemove(t, src, format, []string{container}, names, everyOrder[:2])
		}
		lex(t, src)
		if d := Diff(src, append([]byte(name+"\n"), src...), MaskSecrets); d == "" {
			t.Error("no diff")
		}
	})
}

// lex checks that tokens cover everything but white space, whatever the input.
func lex(t *testing.T, src []byte) {
	lx, at := NewLexer(src), bomLen(src)
	for tok := lx.Next(); tok.Kind != EOF; tok = lx.Next() {
		if tok.Start < at || tok.End <= tok.Start || tok.End > len(src) || !isBlank(src[at:tok.Start]) {
			t.Fatalf("token %+v after %d in %q", tok, at, src)
		}
		at = tok.End
	}
	if !isBlank(src[at:]) {
		t.Fatalf("the lexer stops at %d of %q", at, src)
	}
}

func FuzzJSON(f *testing.F) { fuzzInsertRemove(f, "mcpServers", JSON) }

func FuzzJSONC(f *testing.F) { fuzzInsertRemove(f, "mcpServers", JSONC, JSONComments) }

func FuzzTOML(f *testing.F) { fuzzInsertRemove(f, "mcp_servers", TOML) }

func FuzzYAML(f *testing.F) { fuzzInsertRemove(f, "mcpServers", YAML) }

func FuzzMaskSecrets(f *testing.F) {
	for _, c := range maskCases {
		f.Add(c.line)
	}
	f.Fuzz(func(t *testing.T, line string) {
		if len(line) > 1<<12 {
			return
		}
		// No key in this form may come through, wherever it stands.
		const key = "sk-Zm9vYmFyYmF6cXV4MTIz"
		if out := MaskSecrets(line + ` "` + key + `"`); strings.Contains(out, key) {
			t.Errorf("the key is in %q", out)
		}
	})
}

// bomb is a small file that would be a billion values with its aliases followed.
func bomb() string {
	var b strings.Builder
	b.WriteString("a0: &a0 [x, x, x, x, x, x, x, x, x]\n")
	for i := 1; i < 9; i++ {
		fmt.Fprintf(&b, "a%d: &a%d [%s*a%d]\n", i, i, strings.Repeat(fmt.Sprintf("*a%d, ", i-1), 8), i-1)
	}
	return b.String()
}

// Files that are too large or too deep are refused before they do harm.
func TestLimits(t *testing.T) {
	deep := func(n int) string { return strings.Repeat(`{"a":`, n-1) + "{}" + strings.Repeat("}", n-1) }
	tests := []struct {
		name   string
		src    string
		format Format
		code   string
	}{
		{"as deep as allowed", deep(MaxDepth), JSON, ""},
		{"deeper", deep(MaxDepth + 1), JSON, CodeTooDeep},
		{"a million arrays", strings.Repeat("[", 1_000_000), JSONC, CodeTooDeep},
		{"deep arrays in TOML", "a = " + strings.Repeat("[", 600) + strings.Repeat("]", 600), TOML, CodeTooDeep},
		{"deep tables in TOML", "a = " + strings.Repeat("{a=", 600) + "1" + strings.Repeat("}", 600), TOML, CodeTooDeep},
		{"long dotted key in TOML", strings.Repeat("a.", 600) + "a = 1", TOML, CodeTooDeep},
		{"too big", strings.Repeat(" ", MaxSize+1), JSON, CodeTooBig},
		{"as deep as allowed in YAML", deep(MaxDepth), YAML, ""},
		{"deeper in YAML", deep(MaxDepth + 1), YAML, CodeTooDeep},
		{"a million lists in YAML", strings.Repeat("[", 1_000_000), YAML, CodeTooBig},
		{"many lists in YAML", strings.Repeat("[", 20_000), YAML, CodeBroken},
		{"deep lists in YAML", "a: " + strings.Repeat("- ", 600), YAML, CodeBroken},
		{"deep lists of dashes in YAML", strings.Repeat("- ", 600), YAML, CodeTooDeep},
		{"deep by aliases in YAML", "a: &a " + strings.Repeat("[", 300) + strings.Repeat("]", 300) + "\nb: " + strings.Repeat("[", 300) + "*a" + strings.Repeat("]", 300), YAML, CodeTooDeep},
		{"aliases of aliases in YAML", bomb(), YAML, CodeTooBig},
		{"alias of itself in YAML", "a: &a [*a]", YAML, CodeBroken},
		{"too big YAML", strings.Repeat("\n", MaxYAMLSize+1), YAML, CodeTooBig},
		{"too many entries in YAML", strings.Repeat("- \n", MaxYAMLEntries+1), YAML, CodeTooBig},
		{"too big TOML", strings.Repeat("\n", MaxSize+1), TOML, CodeTooBig},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, err := Parse([]byte(tt.src), tt.format)
			if got := model.Code(err); got != tt.code {
				t.Errorf("Parse: code %q, want %q", got, tt.code)
			}
			container := "mcpServers"
			out, _, err := Insert([]byte(tt.src), tt.format, []string{container, "x"}, entry("x"))
			if got := model.Code(err); got != tt.code || (out == nil) != (tt.code != "") {
				t.Errorf("Insert: code %q, want %q", got, tt.code)
			}
		})
	}
}
