package tolerant

import (
	"reflect"
	"slices"
	"strings"
	"testing"

	"toolbay/backend/configfile"
)

const pretty = `{
  "theme": "dark",
  "mcpServers": {
    "notes": {
      "command": "npx",
      "args": ["-y", "@acme/notes-mcp", "--dir", "/home/ann/notes"],
      "env": {
        "NOTES_MODE": "ro",
        "NOTES_URL": "https://notes.example.com/a,b?x=1&y=2"
      },
      "disabled": false
    },
    "clock": {
      "command": "uvx",
      "args": [
        "clock-mcp",
        "--zone",
        "Europe/Rome"
      ]
    },
    "docs": {
      "type": "http",
      "url": "https://docs.example.com/mcp",
      "headers": { "X-Team": "blue: it's \"ours\"" },
      "timeout": 300
    }
  },
  "fontSize": 13
}
`

// oneLine is the same on one line.
var oneLine = func() string {
	lines := strings.Split(pretty, "\n")
	for i := range lines {
		lines[i] = strings.TrimLeft(lines[i], " ")
	}
	return strings.Join(lines, "")
}()

func swap(s, old, new string) string {
	if !strings.Contains(s, old) {
		panic("not in the text: " + old)
	}
	return strings.Replace(s, old, new, 1)
}

// TestKinds breaks one file in every way we know and expects what it was.
func TestKinds(t *testing.T) {
	type kind struct {
		name, code string
		src        string
		other      string // what comes out, "" for the file as it was
	}
	in := func(name, code, old, new string) []kind {
		ks := []kind{{name: name, code: code, src: swap(pretty, old, new)}}
		if !strings.Contains(old, "\n") && !strings.Contains(new, "\n") && strings.Contains(oneLine, old) {
			ks = append(ks, kind{name: name + ", on one line", code: code, src: swap(oneLine, old, new)})
		}
		return ks
	}
	lines := func(f func(i int, l string) string) string {
		ls := strings.SplitAfter(pretty, "\n")
		var b strings.Builder
		for i, l := range ls {
			if l != "" {
				b.WriteString(f(i, l))
			}
		}
		return b.String()
	}
	var all []kind
	add := func(ks ...kind) { all = append(all, ks...) }
	add(in("comma behind the last argument", "JSON_TRAILING_COMMA", `/home/ann/notes"]`, `/home/ann/notes",]`)...)
	add(in("comma behind the last member", "JSON_TRAILING_COMMA", `"timeout": 300`, `"timeout": 300,`)...)
	add(in("two commas", "JSON_EXTRA_COMMA", `"npx",`, `"npx",,`)...)
	add(in("a comma first in a list", "JSON_EXTRA_COMMA", `["-y"`, `[, "-y"`)...)
	add(in("no comma between members", "JSON_MISSING_COMMA", `"npx",`, `"npx"`)...)
	add(in("no comma between arguments", "JSON_MISSING_COMMA", `"-y",`, `"-y"`)...)
	add(in("no comma behind a list", "JSON_MISSING_COMMA", `notes"],`, `notes"]`)...)
	add(in("no comma behind a number", "JSON_MISSING_COMMA", `"disabled": false
    },`, `"disabled": false
    }`)...)
	add(in("no colon", "JSON_MISSING_COLON", `"command": "npx"`, `"command" "npx"`)...)
	add(in("no colon before a list", "JSON_MISSING_COLON", `"args": ["-y"`, `"args" ["-y"`)...)
	add(in("no colon before an object", "JSON_MISSING_COLON", `"env": {`, `"env" {`)...)
	add(in("two colons", "JSON_WRONG_SEPARATOR", `"command": "npx"`, `"command":: "npx"`)...)
	add(in("= for a colon", "JSON_WRONG_SEPARATOR", `"command": "npx"`, `"command" = "npx"`)...)
	add(in("=> for a colon", "JSON_WRONG_SEPARATOR", `"command": "npx"`, `"command" => "npx"`)...)
	add(in("comma for a colon", "JSON_WRONG_SEPARATOR", `"command": "npx"`, `"command", "npx"`)...)
	add(in("colon for a comma in a list", "JSON_WRONG_SEPARATOR", `"-y", "@acme`, `"-y": "@acme`)...)
	add(in("; for a comma", "JSON_WRONG_SEPARATOR", `"npx",`, `"npx";`)...)
	add(in("punctuation of Chinese", "JSON_WRONG_SEPARATOR", `"command": "npx",`, `"command"："npx"，`)...)
	add(in("braces of Chinese", "JSON_WRONG_SEPARATOR", `"headers": {`, `"headers"： ｛`)...)
	add(in("curly quotes", "JSON_SMART_QUOTES", `"command": "npx"`, `“command”: “npx”`)...)
	add(in("low and high quotes", "JSON_SMART_QUOTES", `"command": "npx"`, `„command“: „npx“`)...)
	add(in("quotes of French", "JSON_SMART_QUOTES", `"npx"`, `«npx»`)...)
	add(in("a curly quote at the end", "JSON_SMART_QUOTES", `"npx"`, `"npx”`)...)
	add(in("curly single quotes", "JSON_SMART_QUOTES", `"npx"`, `‘npx’`)...)
	add(in("single quotes", "JSON_SINGLE_QUOTES", `"command": "npx"`, `'command': 'npx'`)...)
	add(in("single quotes with an escape", "JSON_SINGLE_QUOTES", `"blue: it's \"ours\""`, `'blue: it\'s "ours"'`)...)
	add(in("backticks", "JSON_SINGLE_QUOTES", `"npx"`, "`npx`")...)
	add(in("a key without quotes", "JSON_UNQUOTED_KEYS", `"command": "npx"`, `command: "npx"`)...)
	add(in("a key with a dash without quotes", "JSON_UNQUOTED_KEYS", `"X-Team":`, `X-Team:`)...)
	add(in("a value without quotes", "JSON_UNQUOTED_VALUE", `"npx"`, `npx`)...)
	add(in("an address without quotes", "JSON_UNQUOTED_VALUE", `"https://docs.example.com/mcp"`, `https://docs.example.com/mcp`)...)
	add(in("an argument without quotes", "JSON_UNQUOTED_VALUE", `"@acme/notes-mcp"`, `@acme/notes-mcp`)...)
	add(in("an argument like a number", "JSON_UNQUOTED_VALUE", `["-y"`, `[-y`)...)
	add(in("False", "JSON_FOREIGN_LITERAL", `false`, `False`)...)
	add(in("FALSE", "JSON_FOREIGN_LITERAL", `false`, `FALSE`)...)
	add(in("+300", "JSON_FOREIGN_LITERAL", `300`, `+300`)...)
	add(in("hexadecimal", "JSON_FOREIGN_LITERAL", `300`, `0x12C`)...)
	add(in("0300", "JSON_FOREIGN_LITERAL", `300`, `0300`)...)
	add(kind{name: "1.", code: "JSON_FOREIGN_LITERAL", src: swap(pretty, `300`, `1.`), other: swap(pretty, `300`, `1.0`)})
	add(kind{name: ".5", code: "JSON_FOREIGN_LITERAL", src: swap(pretty, `300`, `.5`), other: swap(pretty, `300`, `0.5`)})
	add(kind{name: "None", code: "JSON_FOREIGN_LITERAL", src: swap(pretty, `300`, `None`), other: swap(pretty, `300`, `null`)})
	add(kind{name: "undefined", code: "JSON_FOREIGN_LITERAL", src: swap(pretty, `300`, `undefined`), other: swap(pretty, `300`, `null`)})
	add(kind{name: "NaN", code: "JSON_FOREIGN_LITERAL", src: swap(pretty, `300`, `NaN`), other: swap(pretty, `300`, `null`)})
	add(in("joined strings", "JSON_FOREIGN_LITERAL", `"@acme/notes-mcp"`, `"@acme/" + "notes-mcp"`)...)
	add(in("a string of Python", "JSON_FOREIGN_LITERAL", `"npx"`, `u"npx"`)...)
	add(in("no closing quote before a comma", "JSON_UNCLOSED_STRING", `"npx",`, `"npx,`)...)
	add(in("no closing quote in a list", "JSON_UNCLOSED_STRING", `"-y",`, `"-y,`)...)
	add(in("no closing quote before a bracket", "JSON_UNCLOSED_STRING", `notes"],`, `notes],`)...)
	add(in("no closing quote at a line's end", "JSON_UNCLOSED_STRING", `"Europe/Rome"`, `"Europe/Rome`)...)
	add(in("no closing quote of a key", "JSON_UNCLOSED_STRING", `"command": "npx"`, `"command: "npx"`)...)
	add(in("no opening quote of a key", "JSON_UNCLOSED_STRING", `"command": "npx"`, `command": "npx"`)...)
	add(in("no opening quote of a value", "JSON_UNCLOSED_STRING", `"npx"`, `npx"`)...)
	add(in("no opening quote in a list", "JSON_UNCLOSED_STRING", `"@acme/notes-mcp"`, `@acme/notes-mcp"`)...)
	add(in("no opening quote of an address", "JSON_UNCLOSED_STRING", `"https://docs.example.com/mcp"`, `https://docs.example.com/mcp"`)...)
	add(in("quotes inside", "JSON_UNESCAPED_QUOTE", `it's \"ours\""`, `it's "ours""`)...)
	add(in("doubled quotes", "JSON_UNESCAPED_QUOTE", `"npx"`, `""npx""`)...)
	add(kind{name: "settings inside of a setting", code: "JSON_UNESCAPED_QUOTE", src: swap(pretty, `"ro"`, `"{"a": 1, "b": "c"}"`), other: swap(pretty, `"ro"`, `"{\"a\": 1, \"b\": \"c\"}"`)})
	add(kind{name: "a line end inside", code: "JSON_RAW_NEWLINE", src: swap(pretty, `"blue: it's \"ours\""`, "\"blue: it's\nours and yours\""), other: swap(pretty, `"blue: it's \"ours\""`, `"blue: it's\nours and yours"`)})
	add(kind{name: "a tab inside", code: "ENC_CONTROL_CHARS", src: swap(pretty, `"ro"`, "\"r\to\""), other: swap(pretty, `"ro"`, `"r\to"`)})
	add(in("] for }", "JSON_WRONG_CLOSER", "\"ours\\\"\" }", "\"ours\\\"\" ]")...)
	add(in("} for ]", "JSON_WRONG_CLOSER", `notes"],`, `notes"},`)...)
	add(in(") for ]", "JSON_WRONG_CLOSER", `["-y", "@acme/notes-mcp", "--dir", "/home/ann/notes"]`, `("-y", "@acme/notes-mcp", "--dir", "/home/ann/notes")`)...)
	add(in("no ] behind the arguments", "JSON_TRUNCATED", `notes"],`, `notes",`)...)
	add(in("no ] on its line", "JSON_TRUNCATED", "\"Europe/Rome\"\n      ]", "\"Europe/Rome\"")...)
	add(in("no } of the environment", "JSON_TRUNCATED", "x=1&y=2\"\n      },", "x=1&y=2\",")...)
	add(in("no } of the environment, line left", "JSON_TRUNCATED", "x=1&y=2\"\n      },", "x=1&y=2\"\n      ,")...)
	add(in("no } of a server", "JSON_TRUNCATED", "\"disabled\": false\n    },", "\"disabled\": false\n    ,")...)
	add(in("no } and comma of a server", "JSON_TRUNCATED", "\"disabled\": false\n    },", "\"disabled\": false\n")...)
	add(in("no } of the servers", "JSON_TRUNCATED", "300\n    }\n  },", "300\n    }\n  ,")...)
	add(in("no } of the last server", "JSON_TRUNCATED", "300\n    }\n  },", "300\n  },")...)
	add(in("no } of the headers", "JSON_TRUNCATED", `"ours\"" },`, `"ours\"",`)...)
	add(in("no [", "JSON_MISSING_OPENER", `"args": ["-y"`, `"args": "-y"`)...)
	add(in("no { of the environment", "JSON_MISSING_OPENER", `"env": {`, `"env":`)...)
	add(in("no { of a server", "JSON_MISSING_OPENER", `"clock": {`, `"clock":`)...)
	add(in("one } more behind a server", "JSON_EXTRA_CLOSER", "\"disabled\": false\n    },", "\"disabled\": false\n    }},")...)
	add(in("one } more on its line", "JSON_EXTRA_CLOSER", "\"disabled\": false\n    },", "\"disabled\": false\n    }\n    },")...)
	add(in("one ] more", "JSON_EXTRA_CLOSER", `notes"],`, `notes"]],`)...)
	add(in("one } more at the end", "JSON_EXTRA_CLOSER", "13\n}", "13\n}\n}")...)
	add(kind{name: "no last }", code: "JSON_TRUNCATED", src: swap(pretty, "13\n}", "13\n")})
	add(kind{name: "no last } on one line", code: "JSON_TRUNCATED", src: strings.TrimSuffix(oneLine, "}")})
	add(kind{name: "no first {", code: "JSON_MISSING_ROOT_BRACES", src: strings.TrimPrefix(pretty, "{\n")})
	add(kind{name: "no braces around", code: "JSON_MISSING_ROOT_BRACES", src: strings.TrimSuffix(strings.TrimPrefix(pretty, "{\n"), "}\n")})
	add(in("stray letters", "JSON_STRAY_TEXT", `"npx",`, `"npx", asdf`)...)
	add(in("a stray letter behind a list", "JSON_STRAY_TEXT", `notes"],`, `notes"] x,`)...)
	add(in("dots for more", "JSON_ELLIPSIS", `"/home/ann/notes"]`, `"/home/ann/notes", ...]`)...)
	add(in("no value", "JSON_MISSING_VALUE", `"timeout": 300`, `"timeout": `)...)
	all[len(all)-1].other, all[len(all)-2].other = swap(pretty, "300", "null"), swap(pretty, "300", "null")
	add(in("a no-break space", "JSON_INVISIBLE_CHARS", `"command": "npx"`, "\"command\":\u00a0\"npx\"")...)
	add(in("nothing to see", "JSON_INVISIBLE_CHARS", `"command": "npx"`, "\u200b\"command\": \"npx\"\ufeff")...)
	add(in("a comment", "JSON_COMMENT_IN_STRICT", `"npx",`, "\"npx\", // of node\n")...)
	add(in("a comment inside of a line", "JSON_COMMENT_IN_STRICT", `"npx",`, "\"npx\", /* of node */")...)
	add(in("a comment of a shell", "JSON_COMMENT_IN_STRICT", `"npx",`, "\"npx\", # of node\n")...)
	add(in("a comment of a page", "JSON_COMMENT_IN_STRICT", `"npx",`, "\"npx\", <!-- of node -->")...)
	add(in("a control character", "ENC_CONTROL_CHARS", `"npx",`, "\"npx\",\x0c")...)
	add(kind{name: "a path", code: "JSON_BAD_ESCAPE", src: swap(pretty, "/home/ann/notes", `C:\Users\ann\new notes`), other: swap(pretty, "/home/ann/notes", `C:\\Users\\ann\\new notes`)})
	add(kind{name: "a path with its last backslash", code: "JSON_BAD_ESCAPE", src: swap(pretty, "/home/ann/notes", `C:\Data\`), other: swap(pretty, "/home/ann/notes", `C:\\Data\\`)})
	add(kind{name: "a path half doubled", code: "JSON_BAD_ESCAPE", src: swap(pretty, "/home/ann/notes", `C:\\Users\ann\notes`), other: swap(pretty, "/home/ann/notes", `C:\\Users\\ann\\notes`)})
	add(kind{name: "a share", code: "JSON_BAD_ESCAPE", src: swap(pretty, "/home/ann/notes", `\\nas\data\notes`), other: swap(pretty, "/home/ann/notes", `\\\\nas\\data\\notes`)})
	add(kind{name: "a pattern", code: "JSON_BAD_ESCAPE", src: swap(pretty, "/home/ann/notes", `^\d+\.md$`), other: swap(pretty, "/home/ann/notes", `^\\d+\\.md$`)})
	add(kind{name: "a path of tabs", code: "JSON_SILENT_ESCAPE", src: swap(pretty, "/home/ann/notes", `c:\temp\new`), other: swap(pretty, "/home/ann/notes", `c:\\temp\\new`)})
	add(kind{name: "an escape of JavaScript", code: "JSON_BAD_ESCAPE", src: swap(pretty, "it's", `it\'s`)})
	add(kind{name: "a fence", code: "TEXT_MARKDOWN_FENCE", src: "```json\n" + pretty + "```\n"})
	add(kind{name: "a fence with words", code: "TEXT_MARKDOWN_FENCE", src: "Add this to your settings:\n\n```json\n" + pretty + "```\nThen restart.\n"})
	add(kind{name: "a fence that never ends", code: "TEXT_MARKDOWN_FENCE", src: "```\n" + pretty})
	add(kind{name: "words around", code: "TEXT_AROUND", src: "Here is the file that you need:\n\n" + pretty + "\nRestart the app afterwards.\n"})
	add(kind{name: "a shell's line", code: "TEXT_AROUND", src: "$ cat settings.json\n" + pretty})
	add(kind{name: "JavaScript around", code: "TEXT_AROUND", src: "const config = " + strings.TrimSuffix(pretty, "\n") + ";\n"})
	add(kind{name: "a module around", code: "TEXT_AROUND", src: "module.exports = " + strings.TrimSuffix(pretty, "\n") + ";\n"})
	add(kind{name: "a quotation", code: "TEXT_AROUND", src: lines(func(_ int, l string) string { return "> " + l })})
	add(kind{name: "line numbers", code: "TEXT_LINE_NUMBERS", src: lines(func(i int, l string) string {
		return "  " + string(rune('0'+(i+1)/10)) + string(rune('0'+(i+1)%10)) + "\t" + l
	})})
	add(kind{name: "colours", code: "TEXT_ANSI_CODES", src: strings.ReplaceAll(pretty, `"command"`, "\x1b[34;1m\"command\"\x1b[0m")})
	add(kind{name: "an addition", code: "TEXT_DIFF_MARKERS", src: lines(func(_ int, l string) string { return "+" + l })})
	add(kind{name: "a comparison", code: "TEXT_DIFF_MARKERS", src: "@@ -1,3 +1,4 @@\n" + lines(func(i int, l string) string {
		if i == 4 {
			return "-      \"command\": \"bun\",\n+" + l
		}
		return " " + l
	})})
	add(kind{name: "what a page makes of quotes", code: "TEXT_HTML_ENTITIES", src: strings.NewReplacer("&", "&amp;", `"`, "&quot;").Replace(pretty)})
	add(kind{name: "backslashes before all quotes", code: "TEXT_ESCAPED", src: strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(pretty)})
	add(kind{name: "a string of it all", code: "TEXT_ESCAPED", src: configfile.Quoted(pretty)})
	add(kind{name: "a mark", code: "ENC_BOM", src: "\ufeff" + pretty})
	add(kind{name: "two marks", code: "ENC_BOM", src: "\ufeff\ufeff" + pretty})
	add(kind{name: "16 bits", code: "ENC_UTF16", src: "\xff\xfe" + strings.Join(strings.Split(pretty, ""), "\x00") + "\x00"})
	add(kind{name: "16 bits the other way", code: "ENC_UTF16", src: "\x00" + strings.Join(strings.Split(pretty, ""), "\x00")})
	add(kind{name: "zeros at the end", code: "ENC_CONTROL_CHARS", src: pretty + strings.Repeat("\x00", 512)})
	add(kind{name: "old Windows", code: "ENC_LEGACY", src: swap(pretty, "blue", "bl\xfc"), other: swap(pretty, "blue", "blü")})
	add(kind{name: "the same text twice", code: "JSON_CONCATENATED_DOCS", src: pretty + pretty})
	add(kind{name: "a server behind the end", code: "JSON_CONCATENATED_DOCS", src: pretty + `{ "mcpServers": { "mail": { "command": "mail-mcp" } } }` + "\n",
		other: swap(pretty, `"clock": {`, `"mail": { "command": "mail-mcp" }, "clock": {`)})
	add(kind{name: "a server without braces behind the end", code: "JSON_CONCATENATED_DOCS", src: pretty + `"mail": { "command": "mail-mcp" }` + "\n",
		other: swap(pretty, `"clock": {`, `"mail": { "command": "mail-mcp" }, "clock": {`)})
	add(kind{name: "two versions", code: "TEXT_MERGE_CONFLICT", src: swap(pretty, "      \"command\": \"npx\",\n", "<<<<<<< HEAD\n      \"command\": \"npx\",\n=======\n      \"command\": \"bunx\",\n>>>>>>> other\n")})
	add(kind{name: "two additions", code: "TEXT_MERGE_CONFLICT", src: swap(pretty, "    \"clock\": {\n", "<<<<<<< HEAD\n    \"a\": { \"command\": \"a\" },\n=======\n    \"b\": { \"command\": \"b\" },\n>>>>>>> other\n    \"clock\": {\n"),
		other: swap(pretty, `"clock": {`, `"a": { "command": "a" }, "b": { "command": "b" }, "clock": {`)})
	add(kind{name: "settings twice", code: "JSON_DUPLICATE_KEY", src: swap(pretty, `"fontSize": 13`, `"mcpServers": { "mail": { "command": "mail-mcp" } }`),
		other: swap(swap(pretty, `"clock": {`, `"mail": { "command": "mail-mcp" }, "clock": {`), ",\n  \"fontSize\": 13", "")})
	add(kind{name: "one server cut off", code: "JSON_TRUNCATED", src: pretty[:strings.Index(pretty, "clock-mcp")+4],
		other: pretty[:strings.Index(pretty, ",\n    \"clock\"")] + "}}"})
	add(kind{name: "YAML", code: "TEXT_OTHER_FORMAT", src: "mcpServers:\n  clock:\n    command: uvx\n    args: [clock-mcp]\n", other: `{"mcpServers": {"clock": {"command": "uvx", "args": ["clock-mcp"]}}}`})
	add(kind{name: "TOML", code: "TEXT_OTHER_FORMAT", src: "[mcpServers.clock]\ncommand = \"uvx\"\nargs = [\"clock-mcp\"]\n", other: `{"mcpServers": {"clock": {"command": "uvx", "args": ["clock-mcp"]}}}`})
	add(kind{name: "a comment before everything", code: "JSON_COMMENT_IN_STRICT", src: "// mine\n" + pretty, other: "\n" + pretty})
	add(kind{name: "everything at once", code: "JSON_SMART_QUOTES", src: "\ufeff```json\n" + swap(swap(swap(pretty, `"command": "npx",`, `“command”: 'npx'`), `"disabled": false`, `disabled: False,`), "/home/ann/notes", `C:\Users\ann`) + "}\n```\n",
		other: swap(pretty, "/home/ann/notes", `C:\\Users\\ann`)})
	for _, k := range all {
		t.Run(k.name, func(t *testing.T) {
			text, codes, _ := mended([]byte(k.src), configfile.JSON)
			want := k.other
			if want == "" {
				want = pretty
			}
			if got := decoded(t, text, configfile.JSON); !reflect.DeepEqual(got, fromJSON(t, want)) {
				t.Errorf("came out as\n%s\ncodes %v", text, codes)
			}
			if !slices.Contains(codes, k.code) {
				t.Errorf("found %v, not %s", codes, k.code)
			}
			if again, more, _ := mended(text, configfile.JSON); string(again) != string(text) || len(more) > 0 && k.code != "JSON_DUPLICATE_KEY" {
				t.Errorf("found %v in what it had mended", more)
			}
		})
	}
}
