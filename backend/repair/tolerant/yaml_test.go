package tolerant

import (
	"reflect"
	"slices"
	"strings"
	"testing"

	"toolbay/backend/configfile"
)

const goose = `# personal
GOOSE_PROVIDER: ollama
extensions:
  notes: # mine
    enabled: true
    type: stdio
    cmd: npx
    args: ["-y", "@acme/notes-mcp", "--dir", "/home/ann/notes"]
    envs:
      NOTES_MODE: ro
    timeout: 300
  clock:
    enabled: true
    type: stdio
    cmd: "uvx"
    args:
      - clock-mcp
      - --zone
      - Europe/Rome
  docs:
    enabled: false
    type: streamable_http
    uri: https://docs.example.com/mcp
    description: 'Reads the docs: all of them'
GOOSE_MODE: auto
`

// listed has its servers in a list.
const listed = "name: Mine\nmcpServers:\n  - name: a\n    command: npx\n    args:\n      - -y\n      - a-mcp\n    env:\n      MODE: x\n  - name: b\n    command: npx\n    args:\n      - -y\n      - b-mcp\n"

func TestKindsOfYAML(t *testing.T) {
	type kind struct{ name, code, src, other string }
	in := func(name, code, old, new string) kind {
		return kind{name: name, code: code, src: swap(goose, old, new)}
	}
	for _, k := range []kind{
		in("a tab", "YAML_TAB_INDENT", "    cmd: npx", "\tcmd: npx"),
		in("two tabs", "YAML_TAB_INDENT", "    cmd: npx", "\t\tcmd: npx"),
		{"tabs only", "YAML_TAB_INDENT", strings.NewReplacer("      ", "\t\t\t", "    ", "\t\t", "  ", "\t").Replace(goose), goose},
		in("a tab before the blanks", "YAML_TAB_INDENT", "  notes: # mine\n    enabled", "  notes: # mine\n\t    enabled"),
		in("one blank more", "YAML_BAD_INDENT", "    cmd: npx", "     cmd: npx"),
		in("one blank less", "YAML_BAD_INDENT", "    cmd: npx", "   cmd: npx"),
		{"no blank after the dash of a server", "YAML_BAD_INDENT", swap(listed, "  - name: b", "  -name: b"), listed},
		{"no blank after the dash of the first server", "YAML_BAD_INDENT", swap(listed, "  - name: a", "  -name: a"), listed},
		in("an item too far left", "YAML_BAD_INDENT", "      - --zone", "     - --zone"),
		in("a colon in a text", "YAML_UNQUOTED_COLON", "'Reads the docs: all of them'", "Reads the docs: all of them"),
		{"a package's name", "YAML_UNQUOTED_COLON", swap(goose, "      - clock-mcp", "      - @acme/clock-mcp"), swap(goose, "      - clock-mcp", "      - '@acme/clock-mcp'")},
		in("a package's name in brackets", "YAML_UNQUOTED_COLON", `"@acme/notes-mcp"`, `@acme/notes-mcp`),
		in("no closing quote", "JSON_UNCLOSED_STRING", `"uvx"`, `"uvx`),
		in("no closing single quote", "JSON_UNCLOSED_STRING", `of them'`, `of them`),
		in("curly quotes", "JSON_SMART_QUOTES", `'Reads the docs: all of them'`, `“Reads the docs: all of them”`),
		in("no ]", "JSON_TRUNCATED", `notes"]`, `notes"`),
		in("two ]", "JSON_EXTRA_CLOSER", `notes"]`, `notes"]]`),
		in("} for ]", "JSON_WRONG_CLOSER", `notes"]`, `notes"}`),
		in("no comma in a list", "JSON_MISSING_COMMA", `"-y", `, `"-y" `),
		in("no closing quote in a list", "JSON_UNCLOSED_STRING", `"-y", `, `"-y, `),
		in("no blank behind the colon", "JSON_WRONG_SEPARATOR", "cmd: npx", "cmd:npx"),
		in("an equals sign", "JSON_WRONG_SEPARATOR", "cmd: npx", "cmd = npx"),
		in("no colon", "JSON_MISSING_COLON", "cmd: npx", "cmd npx"),
		in("no colon of a block", "JSON_MISSING_COLON", "  clock:\n", "  clock\n"),
		in("a comma behind quotes", "JSON_TRAILING_COMMA", `"uvx"`, `"uvx",`),
		in("a comment of JavaScript", "JSON_COMMENT_IN_STRICT", "# personal", "// personal"),
		{"a path", "JSON_BAD_ESCAPE", swap(goose, `"uvx"`, `"C:\Users\ann\uvx.exe"`), swap(goose, `"uvx"`, `'C:\Users\ann\uvx.exe'`)},
		{"a server twice", "JSON_DUPLICATE_KEY", swap(goose, "GOOSE_MODE", "  clock:\n    cmd: bun\nGOOSE_MODE"), swap(goose, "GOOSE_MODE", "  clock-2:\n    cmd: bun\nGOOSE_MODE")},
		{"all servers twice", "JSON_DUPLICATE_KEY", goose + "extensions:\n  mail:\n    cmd: mail\n", swap(goose, "GOOSE_MODE", "  mail:\n    cmd: mail\nGOOSE_MODE")},
		in("a setting twice", "JSON_DUPLICATE_KEY", "    cmd: npx\n", "    cmd: bun\n    cmd: npx\n"),
		{"two documents", "JSON_CONCATENATED_DOCS", goose + "---\nextensions:\n  mail:\n    cmd: mail\n", swap(goose, "GOOSE_MODE", "  mail:\n    cmd: mail\nGOOSE_MODE")},
		{"JSON behind it", "YAML_JSON_PASTED", goose + "{\n  \"extensions\": {\n    \"mail\": { \"cmd\": \"mail\", \"args\": [\"-a\"] },\n  }\n}\n", swap(goose, "GOOSE_MODE", "  mail:\n    cmd: mail\n    args: [-a]\nGOOSE_MODE")},
		{"broken JSON", "JSON_MISSING_COMMA", "{\"extensions\": {\"mail\": {\"cmd\": \"mail\" \"args\": []}}}", "extensions: {mail: {cmd: mail, args: []}}"},
		{"TOML", "TEXT_OTHER_FORMAT", "[extensions.mail]\ncmd = \"mail\"\n", "extensions: {mail: {cmd: mail}}"},
		{"a fence", "TEXT_MARKDOWN_FENCE", "```yaml\n" + goose + "```\n", goose},
		{"a mark", "ENC_BOM", "\ufeff" + goose, goose},
		{"lines of an old Mac", "TEXT_LINE_ENDS", strings.ReplaceAll(goose, "\n", "\r"), goose},
		{"two versions", "TEXT_MERGE_CONFLICT", swap(goose, "    cmd: npx\n", "<<<<<<< HEAD\n    cmd: npx\n=======\n    cmd: bun\n>>>>>>> other\n"), goose},
	} {
		t.Run(k.name, func(t *testing.T) {
			text, codes, _ := mended([]byte(k.src), configfile.YAML)
			want := k.other
			if want == "" {
				want = goose
			}
			expect := decoded(t, []byte(want), configfile.YAML)
			if expect == nil {
				t.Fatal("the case itself is not YAML")
			}
			if got := decoded(t, text, configfile.YAML); !reflect.DeepEqual(got, expect) {
				t.Errorf("came out as\n%s\ncodes %v", text, codes)
			}
			if !slices.Contains(codes, k.code) {
				t.Errorf("found %v, not %s", codes, k.code)
			}
			if again, more, _ := mended(text, configfile.YAML); string(again) != string(text) || len(more) > 0 {
				t.Errorf("found %v in what it had mended", more)
			}
			if strings.Contains(k.src, "# mine") && !strings.Contains(string(text), "# mine") {
				t.Error("a comment is lost")
			}
		})
	}
}
