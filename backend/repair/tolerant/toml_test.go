package tolerant

import (
	"reflect"
	"slices"
	"strings"
	"testing"

	"toolbay/backend/configfile"
)

const codex = `# my settings
model = "gpt-5" # daily

[mcp_servers.notes]
command = "npx"
args = ["-y", "@acme/notes-mcp", "--dir", "/home/ann/notes"]
startup_timeout_sec = 30

[mcp_servers.notes.env]
NOTES_MODE = "ro"

[mcp_servers.clock]
command = 'uvx'
args = [
  "clock-mcp",
  "--zone",
  "Europe/Rome",
]
env = { TZ = "UTC", LEVEL = "2" }

[mcp_servers.docs]
url = "https://docs.example.com/mcp"
enabled = true
`

func TestKindsOfTOML(t *testing.T) {
	type kind struct{ name, code, src, other string }
	in := func(name, code, old, new string) kind {
		return kind{name: name, code: code, src: swap(codex, old, new)}
	}
	path := func(name, raw, want string) kind {
		return kind{name, "TOML_BAD_ESCAPE", swap(codex, "/home/ann/notes", raw), swap(codex, `"/home/ann/notes"`, want)}
	}
	for _, k := range []kind{
		in("no quotes", "TOML_UNQUOTED", `"npx"`, `npx`),
		in("no quotes in a list", "TOML_UNQUOTED", `"-y"`, `-y`),
		in("an address without quotes", "TOML_UNQUOTED", `"https://docs.example.com/mcp"`, `https://docs.example.com/mcp`),
		in("no closing quote", "JSON_UNCLOSED_STRING", `"npx"`, `"npx`),
		in("no opening quote", "JSON_UNCLOSED_STRING", `"npx"`, `npx"`),
		in("no closing quote in a list", "JSON_UNCLOSED_STRING", `"-y",`, `"-y,`),
		in("no closing quote before a bracket", "JSON_UNCLOSED_STRING", `notes"]`, `notes]`),
		in("no closing quote before a comment", "JSON_UNCLOSED_STRING", `"gpt-5" #`, `"gpt-5 #`),
		in("curly quotes", "JSON_SMART_QUOTES", `"npx"`, `“npx”`),
		in("a curly quote at the end", "JSON_SMART_QUOTES", `"npx"`, `"npx”`),
		in("curly quotes in a list", "JSON_SMART_QUOTES", `"-y"`, `“-y”`),
		in("a colon", "JSON_WRONG_SEPARATOR", `command = "npx"`, `command: "npx"`),
		in("two equals signs", "JSON_WRONG_SEPARATOR", `command = "npx"`, `command == "npx"`),
		in("no equals sign", "JSON_MISSING_COLON", `command = "npx"`, `command "npx"`),
		in("a key in quotes and a colon", "JSON_WRONG_SEPARATOR", `command = "npx"`, `"command": "npx",`),
		in("a comma behind a value", "JSON_TRAILING_COMMA", `"npx"`, `"npx",`),
		in("a semicolon behind a value", "JSON_TRAILING_COMMA", `"npx"`, `"npx";`),
		in("no comma", "JSON_MISSING_COMMA", `"-y",`, `"-y"`),
		in("no comma between lines", "JSON_MISSING_COMMA", `"clock-mcp",`, `"clock-mcp"`),
		in("two commas", "JSON_EXTRA_COMMA", `"-y",`, `"-y",,`),
		in("no ]", "JSON_TRUNCATED", `notes"]`, `notes"`),
		in("no ] on its line", "JSON_TRUNCATED", "Rome\",\n]", `Rome",`),
		in("} for ]", "JSON_WRONG_CLOSER", `notes"]`, `notes"}`),
		in("no }", "JSON_TRUNCATED", `"2" }`, `"2"`),
		in("colons in braces", "JSON_WRONG_SEPARATOR", `{ TZ = "UTC", LEVEL = "2" }`, `{ "TZ": "UTC", "LEVEL": "2" }`),
		in("a header without its bracket", "JSON_TRUNCATED", `[mcp_servers.clock]`, `[mcp_servers.clock`),
		in("a header without its first bracket", "JSON_MISSING_OPENER", `[mcp_servers.clock]`, `mcp_servers.clock]`),
		in("a table that stays open before a header without its first bracket", "JSON_MISSING_OPENER", " }\n\n[mcp_servers.docs]", "\n\nmcp_servers.docs]"),
		{"a list that stays open before a header without its first bracket", "JSON_MISSING_OPENER", swap(codex, "\n]\nenv = { TZ = \"UTC\", LEVEL = \"2\" }\n\n[mcp_servers.docs]", "\n\nmcp_servers.docs]"), swap(codex, "\n]\nenv = { TZ = \"UTC\", LEVEL = \"2\" }\n", "]\n")},
		in("a header with two brackets at its end", "JSON_EXTRA_CLOSER", `[mcp_servers.clock]`, `[mcp_servers.clock]]`),
		{"a header with a blank", "TOML_UNQUOTED", swap(codex, `mcp_servers.clock`, `mcp_servers.my clock`), swap(codex, `mcp_servers.clock`, `mcp_servers."my clock"`)},
		{"a header with a package's name", "TOML_UNQUOTED", swap(codex, `mcp_servers.clock`, `mcp_servers.@acme/clock`), swap(codex, `mcp_servers.clock`, `mcp_servers."@acme/clock"`)},
		in("True", "JSON_FOREIGN_LITERAL", `true`, `True`),
		in("a comment of JavaScript", "JSON_COMMENT_IN_STRICT", `# daily`, `// daily`),
		in("a line of JavaScript", "JSON_COMMENT_IN_STRICT", `# my settings`, `// my settings`),
		in("a comment with a semicolon", "JSON_COMMENT_IN_STRICT", `# my settings`, `; my settings`),
		in("stray words", "JSON_STRAY_TEXT", "[mcp_servers.docs]\n", "[mcp_servers.docs]\nhello there\n"),
		in("a no-break space", "JSON_INVISIBLE_CHARS", `command = "npx"`, "command\u00a0= \"npx\""),
		path("a path", `C:\Users\ann\notes`, `'C:\Users\ann\notes'`),
		path("a path with its last backslash", `C:\Data\`, `'C:\Data\'`),
		path("a path half doubled", `C:\\Users\ann`, `'C:\Users\ann'`),
		path("a pattern", `^\d+$`, `'^\d+$'`),
		{"a path of tabs", "JSON_SILENT_ESCAPE", swap(codex, "/home/ann/notes", `c:\temp\new`), swap(codex, `"/home/ann/notes"`, `'c:\temp\new'`)},
		in("settings of a server twice", "TOML_DUPLICATE_TABLE", "[mcp_servers.docs]\n", "[mcp_servers.notes.env]\nNOTES_MODE = \"ro\"\n\n[mcp_servers.docs]\n"),
		in("a key twice", "TOML_DUPLICATE_TABLE", "command = \"npx\"\n", "command = \"bun\"\ncommand = \"npx\"\n"),
		{"a table twice", "TOML_DUPLICATE_TABLE", codex + "\n[mcp_servers.docs]\nurl = \"https://b.example.com/mcp\"\n", codex + "\n[mcp_servers.docs-2]\nurl = \"https://b.example.com/mcp\"\nenabled = false\n"},
		{"a table and what is below it twice", "TOML_DUPLICATE_TABLE", codex + "\n[mcp_servers.notes]\ncommand = \"a\"\n[mcp_servers.notes.env]\nA = \"b\"\n", codex + "\n[mcp_servers.notes-2]\ncommand = \"a\"\nenabled = false\n[mcp_servers.notes-2.env]\nA = \"b\"\n"},
		{"JSON behind it", "TOML_JSON_PASTED", codex + "\n{\n  \"mcpServers\": {\n    \"mail\": { \"command\": \"mail\", \"env\": { \"A\": \"b\" } },\n  }\n}\n", codex + "\n[mcp_servers.mail]\ncommand = \"mail\"\n[mcp_servers.mail.env]\nA = \"b\"\n"},
		{"a member of JSON behind it", "TOML_JSON_PASTED", codex + "\n\"mail\": { \"command\": \"mail\" }\n", codex + "\n[mcp_servers.mail]\ncommand = \"mail\"\n"},
		{"JSON", "TOML_JSON_PASTED", `{ "model": "gpt-5", "mcpServers": { "mail": { "command": "mail", "args": ["a", "b"] } } }`, "model = \"gpt-5\"\n[mcp_servers.mail]\ncommand = \"mail\"\nargs = [\"a\", \"b\"]\n"},
		{"YAML", "TEXT_OTHER_FORMAT", "mcp_servers:\n  mail:\n    command: mail\n", "[mcp_servers.mail]\ncommand = \"mail\"\n"},
		{"a fence", "TEXT_MARKDOWN_FENCE", "```toml\n" + codex + "```\n", codex},
		{"lines of an old Mac", "TEXT_LINE_ENDS", strings.ReplaceAll(codex, "\n", "\r"), codex},
		{"a mark", "ENC_BOM", "\ufeff" + codex, codex},
		{"two versions", "TEXT_MERGE_CONFLICT", swap(codex, "enabled = true\n", "<<<<<<< HEAD\nenabled = true\n=======\nenabled = false\n>>>>>>> other\n"), codex},
	} {
		t.Run(k.name, func(t *testing.T) {
			text, codes, _ := mended([]byte(k.src), configfile.TOML)
			want := k.other
			if want == "" {
				want = codex
			}
			expect := decoded(t, []byte(want), configfile.TOML)
			if expect == nil {
				t.Fatal("the case itself is not TOML")
			}
			if got := decoded(t, text, configfile.TOML); !reflect.DeepEqual(got, expect) {
				t.Errorf("came out as\n%s\ncodes %v", text, codes)
			}
			if !slices.Contains(codes, k.code) {
				t.Errorf("found %v, not %s", codes, k.code)
			}
			if again, more, _ := mended(text, configfile.TOML); string(again) != string(text) || len(more) > 0 {
				t.Errorf("found %v in what it had mended", more)
			}
			if strings.Contains(k.src, "# my settings") && !strings.Contains(string(text), "# my settings") {
				t.Error("a comment is lost")
			}
		})
	}
}
