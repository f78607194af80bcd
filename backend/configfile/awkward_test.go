package configfile

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"toolbay/backend/model"
)

// awkward are files as people and programs leave them. after is what an entry
// "x" with {"command": "c"} makes of them, where that is worth looking at.
var awkward = []struct {
	name   string
	format Format
	src    string
	after  string
}{
	// JSON
	{"empty object", JSON, `{}`, "{\n  \"mcpServers\": {\n    \"x\": {\n      \"command\": \"c\"\n    }\n  }\n}"},
	{"empty object with a blank", JSON, `{ }`, "{\n  \"mcpServers\": {\n    \"x\": {\n      \"command\": \"c\"\n    }\n  }\n}"},
	{"empty object on two lines", JSON, "{\n}", "{\n  \"mcpServers\": {\n    \"x\": {\n      \"command\": \"c\"\n    }\n  }\n}"},
	{"empty object on two lines, CRLF", JSON, "{\r\n}\r\n", "{\r\n  \"mcpServers\": {\r\n    \"x\": {\r\n      \"command\": \"c\"\r\n    }\r\n  }\r\n}\r\n"},
	{"empty container", JSON, "{\n  \"mcpServers\": {}\n}\n", "{\n  \"mcpServers\": {\n    \"x\": {\n      \"command\": \"c\"\n    }\n  }\n}\n"},
	{"empty container with blanks", JSON, "{\n\t\"mcpServers\": {   }\n}\n", "{\n\t\"mcpServers\": {\n\t\t\"x\": {\n\t\t\t\"command\": \"c\"\n\t\t}\n\t}\n}\n"},
	{"empty container with blank lines", JSON, "{\n  \"mcpServers\": {\n\n\n  }\n}\n", "{\n  \"mcpServers\": {\n    \"x\": {\n      \"command\": \"c\"\n    }\n  }\n}\n"},
	{"one line", JSON, `{"a":1,"mcpServers":{"b":{"command":"d"}}}`, `{"a":1,"mcpServers":{"b":{"command":"d"},"x":{"command":"c"}}}`},
	{"one line with spaces", JSON, `{"a": 1, "mcpServers": {"b": {"command": "d"}}}`, `{"a": 1, "mcpServers": {"b": {"command": "d"}, "x": {"command": "c"}}}`},
	{"one line, padded", JSON, `{ "a": 1, "mcpServers": { } }`, `{ "a": 1, "mcpServers": { "x": { "command": "c" } } }`},
	{"one line without the container", JSON, `{"a":1}`, `{"a":1,"mcpServers":{"x":{"command":"c"}}}`},
	{"tabs", JSON, "{\n\t\"mcpServers\": {\n\t\t\"b\": {\n\t\t\t\"command\": \"d\"\n\t\t}\n\t}\n}", "{\n\t\"mcpServers\": {\n\t\t\"b\": {\n\t\t\t\"command\": \"d\"\n\t\t},\n\t\t\"x\": {\n\t\t\t\"command\": \"c\"\n\t\t}\n\t}\n}"},
	{"four spaces, CRLF, no final line end", JSON, "{\r\n    \"mcpServers\": {\r\n        \"b\": {\r\n            \"command\": \"d\"\r\n        }\r\n    }\r\n}", "{\r\n    \"mcpServers\": {\r\n        \"b\": {\r\n            \"command\": \"d\"\r\n        },\r\n        \"x\": {\r\n            \"command\": \"c\"\r\n        }\r\n    }\r\n}"},
	{"entries on one line each", JSON, "{\n  \"mcpServers\": {\n    \"b\": { \"command\": \"d\" }\n  }\n}\n", "{\n  \"mcpServers\": {\n    \"b\": { \"command\": \"d\" },\n    \"x\": { \"command\": \"c\" }\n  }\n}\n"},
	{"container on one line in a tall file", JSON, "{\n  \"mcpServers\": {\"b\": {\"command\": \"d\"}},\n  \"z\": 1\n}\n", "{\n  \"mcpServers\": {\"b\": {\"command\": \"d\"}, \"x\": {\"command\": \"c\"}},\n  \"z\": 1\n}\n"},
	{"commas first", JSON, "{\n    \"mcpServers\":\n    { \"b\": 1\n    , \"d\": 2\n    }\n}\n", ""},
	{"mixed line ends", JSON, "{\r\n  \"a\": 1,\n  \"mcpServers\": {\n    \"b\": {}\r\n  }\n}\r\n", ""},
	{"CR only", JSON, "{\r  \"a\": 1\r}\r", ""},
	{"byte order mark", JSON, "\ufeff{\n  \"mcpServers\": {}\n}\n", "\ufeff{\n  \"mcpServers\": {\n    \"x\": {\n      \"command\": \"c\"\n    }\n  }\n}\n"},
	{"only a byte order mark", JSON, "\ufeff", "\ufeff{\n  \"mcpServers\": {\n    \"x\": {\n      \"command\": \"c\"\n    }\n  }\n}\n"},
	{"empty file", JSON, "", "{\n  \"mcpServers\": {\n    \"x\": {\n      \"command\": \"c\"\n    }\n  }\n}\n"},
	{"blank file", JSON, " \r\n\r\n", "{\r\n  \"mcpServers\": {\r\n    \"x\": {\r\n      \"command\": \"c\"\r\n    }\r\n  }\r\n}\r\n"},
	{"duplicate container", JSON, `{"mcpServers": {"x": 1}, "mcpServers": {}}`, `{"mcpServers": {"x": 1}, "mcpServers": {"x": {"command": "c"}}}`},
	{"duplicate entries", JSON, `{"mcpServers": {"b": 1, "b": 2}}`, `{"mcpServers": {"b": 1, "b": 2, "x": {"command": "c"}}}`},
	{"escapes, big numbers, other letters", JSON, "{\n  \"u\": \"\\u00e9\\/\\ud83d\\ude00\",\n  \"n\": 12345678901234567890.50,\n  \"é\": \"☃<&>\",\n  \"mcpServers\": {\"\\u0062\": 1E+2}\n}", "{\n  \"u\": \"\\u00e9\\/\\ud83d\\ude00\",\n  \"n\": 12345678901234567890.50,\n  \"é\": \"☃<&>\",\n  \"mcpServers\": {\"\\u0062\": 1E+2, \"x\": {\"command\": \"c\"}}\n}"},
	{"container written with escapes", JSON, `{"\u006dcpServers": {}, "a": 1}`, `{"\u006dcpServers": {"x": {"command": "c"}}, "a": 1}`},
	{"invalid UTF-8 in a text", JSON, "{\"a\": \"\xff\xfe\", \"mcpServers\": {}}", ""},
	{"odd indentation", JSON, "  {\n     \"a\": 1,\n   \"mcpServers\": {\n \"b\": {}\n}}", ""},
	{"no indentation", JSON, "{\n\"mcpServers\": {\n\"b\": {}\n}\n}\n", "{\n\"mcpServers\": {\n\"b\": {},\n\"x\": {\n  \"command\": \"c\"\n}\n}\n}\n"},
	{"blanks at line ends", JSON, "{  \n  \"mcpServers\": {  \n    \"b\": 1  \n  }  \n}  \n", ""},
	{"arrays a line for each", JSON, "{\n  \"mcpServers\": {\n    \"b\": {\n      \"args\": [\n        \"1\"\n      ]\n    }\n  }\n}\n", ""},

	// JSON with comments, with and without trailing commas
	{"comments everywhere", JSONComments, "// top\n{\n  // a\n  \"mcpServers\": { // b\n    /* c */ \"b\": /* d */ 1 /* e */ // f\n    // g\n  } // h\n}\n// end", "// top\n{\n  // a\n  \"mcpServers\": { // b\n    /* c */ \"b\": /* d */ 1, /* e */ // f\n    \"x\": {\"command\": \"c\"}\n    // g\n  } // h\n}\n// end"},
	{"only a comment", JSONComments, "// nothing yet", "// nothing yet\n{\n  \"mcpServers\": {\n    \"x\": {\n      \"command\": \"c\"\n    }\n  }\n}\n"},
	{"only comments and line ends", JSONC, "/* a */\r\n// b\r\n\r\n", "/* a */\r\n// b\r\n{\r\n  \"mcpServers\": {\r\n    \"x\": {\r\n      \"command\": \"c\"\r\n    }\r\n  }\r\n}\r\n"},
	{"comment in the empty container", JSONC, "{\n  \"mcpServers\": {\n    // none yet\n  }\n}\n", "{\n  \"mcpServers\": {\n    // none yet\n    \"x\": {\n      \"command\": \"c\"\n    }\n  }\n}\n"},
	{"comment behind the brace", JSONC, "{ // a\n}", ""},
	{"comment between braces", JSONC, "{\"mcpServers\": {/* a */}}", ""},
	{"trailing commas", JSONC, "{\n  \"mcpServers\": {\n    \"b\": {\n      \"command\": \"d\",\n    }, // mine\n  },\n}\n", "{\n  \"mcpServers\": {\n    \"b\": {\n      \"command\": \"d\",\n    }, // mine\n    \"x\": {\n      \"command\": \"c\"\n    },\n  },\n}\n"},
	{"trailing comma on one line", JSONC, `{"mcpServers": {"b": 1, }, }`, `{"mcpServers": {"b": 1, "x": {"command": "c"}, }, }`},
	{"trailing comma on the next line", JSONC, "{\n  \"mcpServers\": {\n    \"b\": 1 // one\n    , // two\n  }\n}", ""},
	{"commented-out server", JSONC, "{\n  \"mcpServers\": {\n    \"b\": 1,\n    // \"old\": { \"command\": \"e\" },\n  }\n}\n", "{\n  \"mcpServers\": {\n    \"b\": 1,\n    \"x\": {\n      \"command\": \"c\"\n    },\n    // \"old\": { \"command\": \"e\" },\n  }\n}\n"},
	{"comment of two lines behind the last", JSONC, "{\n  \"mcpServers\": {\n    \"b\": 1 /* a\n    b */ }\n}\n", ""},
	{"comment ends with blanks", JSONC, "{\r\n  \"mcpServers\": {\r\n    \"b\": 1 // a  \t\r\n  }\r\n}\r\n", ""},
	{"comments that look like members", JSONC, "{ /* \"mcpServers\": {} */ \"a\": \"// no\" // }\n}", ""},

	// TOML
	{"no servers", TOML, "model = \"o3\"\n", "model = \"o3\"\n\n[mcp_servers.x]\ncommand = \"c\"\n"},
	{"empty file", TOML, "", "[mcp_servers.x]\ncommand = \"c\"\n"},
	{"blank file", TOML, "\r\n \r\n", "[mcp_servers.x]\r\ncommand = \"c\"\r\n"},
	{"only a comment", TOML, "# mine", "# mine\n\n[mcp_servers.x]\ncommand = \"c\""},
	{"only a byte order mark", TOML, "\ufeff", "\ufeff[mcp_servers.x]\ncommand = \"c\"\n"},
	{"byte order mark", TOML, "\ufeffa = 1\n", "\ufeffa = 1\n\n[mcp_servers.x]\ncommand = \"c\"\n"},
	{"no final line end", TOML, "a = 1", "a = 1\n\n[mcp_servers.x]\ncommand = \"c\""},
	{"blank lines at the end", TOML, "a = 1\n\n\n", "a = 1\n\n[mcp_servers.x]\ncommand = \"c\"\n\n\n"},
	{"CRLF", TOML, "a = 1\r\n\r\n[mcp_servers.b]\r\ncommand = \"d\"\r\n", "a = 1\r\n\r\n[mcp_servers.b]\r\ncommand = \"d\"\r\n\r\n[mcp_servers.x]\r\ncommand = \"c\"\r\n"},
	{"group in the middle", TOML, "[mcp_servers.b]\ncommand = \"d\" # mine\n# args = []\n\n# on t\n[t]\na = 1\n", "[mcp_servers.b]\ncommand = \"d\" # mine\n# args = []\n\n[mcp_servers.x]\ncommand = \"c\"\n\n# on t\n[t]\na = 1\n"},
	{"comment that belongs to the next table", TOML, "[mcp_servers.b]\ncommand = \"d\"\n# on t\n[t]\na = 1\n", "[mcp_servers.b]\ncommand = \"d\"\n\n[mcp_servers.x]\ncommand = \"c\"\n# on t\n[t]\na = 1\n"},
	{"tables of tables", TOML, "[mcp_servers.b]\ncommand = \"d\"\n\n[mcp_servers.b.env]\nA = \"1\"\n", "[mcp_servers.b]\ncommand = \"d\"\n\n[mcp_servers.b.env]\nA = \"1\"\n\n[mcp_servers.x]\ncommand = \"c\"\n"},
	{"no blank lines between tables", TOML, "[a]\nk=1\n[mcp_servers.b]\ncommand=\"d\"\n", "[a]\nk=1\n[mcp_servers.b]\ncommand=\"d\"\n[mcp_servers.x]\ncommand=\"c\"\n"},
	{"indented", TOML, "[a]\n  [mcp_servers.b]\n    command = \"d\"\n", "[a]\n  [mcp_servers.b]\n    command = \"d\"\n  [mcp_servers.x]\n    command = \"c\"\n"},
	{"inline table", TOML, "mcp_servers = { b = { command = \"d\" } } # all\n[t]\n", "mcp_servers = { b = { command = \"d\" }, x = { command = \"c\" } } # all\n[t]\n"},
	{"empty inline table", TOML, "mcp_servers = {}\n", "mcp_servers = { x = { command = \"c\" } }\n"},
	{"empty inline table with a blank", TOML, "mcp_servers = { }", "mcp_servers = { x = { command = \"c\" } }"},
	{"inline table of TOML 1.1", TOML, "mcp_servers = {\n  b = 1, # one\n}\n", "mcp_servers = {\n  b = 1, # one\n  x = { command = \"c\" },\n}\n"},
	{"dotted keys", TOML, "mcp_servers.b.command = \"d\" # mine\nmodel = \"o3\"\n\n[t]\n", "mcp_servers.b.command = \"d\" # mine\nmcp_servers.x = { command = \"c\" }\nmodel = \"o3\"\n\n[t]\n"},
	{"header of the group", TOML, "[mcp_servers]\nb = { command = \"d\" }\n", "[mcp_servers]\nb = { command = \"d\" }\n\n[mcp_servers.x]\ncommand = \"c\"\n"},
	{"quoted and spaced keys", TOML, "[ 'mcp_servers' . \"b.b\" ]\n\"command\" = 'd'\n", "[ 'mcp_servers' . \"b.b\" ]\n\"command\" = 'd'\n\n[mcp_servers.x]\ncommand = \"c\"\n"},
	{"header inside a text", TOML, "a = '''\n[mcp_servers.x]\n'''\n", ""},
	{"array of tables last", TOML, "[[arr]]\na = 1\n\n[[arr]]\na = 2\n", "[[arr]]\na = 1\n\n[[arr]]\na = 2\n\n[mcp_servers.x]\ncommand = \"c\"\n"},
	{"blanks at line ends", TOML, "[mcp_servers.b]  \ncommand = \"d\"\t\n  \n", ""},
	{"other letters and numbers", TOML, "\"é\" = \"\\u00e9☃\"\nn = 9_223_372_036_854_775_807\nh = 0xFF\nd = 1979-05-27 07:32:00Z\nf = -nan\n", ""},
}

func container(f Format) []string {
	if f == TOML {
		return []string{"mcp_servers"}
	}
	return []string{"mcpServers"}
}

func TestAwkwardFiles(t *testing.T) {
	names := [][]string{{"x", "y", "z"}, {`quote " slash \ / tab` + "\t", "a.b", "é☃😀"}, {"", "\x01", "bad\xffutf8"}}
	for _, tt := range awkward {
		t.Run(fmt.Sprintf("%s/%s", tt.format, tt.name), func(t *testing.T) {
			if _, err := Parse([]byte(tt.src), tt.format); err != nil {
				t.Fatalf("the file itself: %v", err)
			}
			for _, n := range names {
				checkInsertRemove(t, []byte(tt.src), tt.format, container(tt.format), n, everyOrder)
				checkInsertRemove(t, []byte(tt.src), tt.format, nil, n, everyOrder)
				checkInsertRemove(t, []byte(tt.src), tt.format, append(container(tt.format), "deep", "er"), n, everyOrder)
			}
			checkForeign(t, []byte(tt.src), tt.format, container(tt.format), 10)
			checkForeign(t, []byte(tt.src), tt.format, nil, 10)
			checkReplaceAll(t, []byte(tt.src), tt.format, 10, nil, container(tt.format))
			if tt.after == "" {
				return
			}
			out, _, err := Insert([]byte(tt.src), tt.format, append(container(tt.format), "x"), Object{{"command", "c"}})
			if err != nil || string(out) != tt.after {
				t.Errorf("Insert: %v\n%q, want\n%q", err, out, tt.after)
			}
		})
	}
}

func TestAbsentFile(t *testing.T) {
	for _, f := range []Format{JSON, JSONC, JSONComments, TOML, YAML} {
		t.Run(string(f), func(t *testing.T) {
			checkInsertRemove(t, nil, f, container(f), []string{"x", "y", "z"}, everyOrder)
			path := append(container(f), "x")
			out, tr, err := Insert(nil, f, path, entry("x"))
			if err != nil || !tr.Absent {
				t.Fatal(tr, err)
			}
			// What somebody else has put into the file since then stays.
			more := append(container(f), "theirs")
			out, _, err = Insert(out, f, more, entry("theirs"))
			if err != nil {
				t.Fatal(err)
			}
			out, err = Remove(out, f, path, &tr)
			if err != nil || out == nil {
				t.Fatalf("%q %v", out, err)
			}
			d, err := Parse(out, f)
			if err != nil {
				t.Fatal(err)
			}
			if got := d.Keys(container(f)...); len(got) != 1 || got[0] != "theirs" {
				t.Errorf("left: %q", got)
			}
		})
	}
}

// What we created goes with the last entry, but not what came to be in it.
func TestRemoveLeavesWhatOthersAdded(t *testing.T) {
	tests := []struct {
		name   string
		format Format
		src    string
		change func(string) string
		want   string
	}{
		{"comment in the container", JSONC, "{\n}\n", func(s string) string { return strings.Replace(s, "{\n    \"x\"", "{\n    // mine\n    \"x\"", 1) }, "{\n  \"mcpServers\": {\n    // mine\n  }\n}\n"},
		{"member beside the container", JSON, "{}", func(s string) string { return strings.Replace(s, "{", "{\n  \"a\": 1,", 1) }, "{\n  \"a\": 1\n}"},
		{"entry in the container", JSON, "{\n  \"a\": 1\n}", func(s string) string { return strings.Replace(s, "\"x\": {", "\"y\": 2,\n    \"x\": {", 1) }, "{\n  \"a\": 1,\n  \"mcpServers\": {\n    \"y\": 2\n  }\n}"},
		{"key in the table", TOML, "", func(s string) string { return "model = \"o3\"\n\n" + s }, "model = \"o3\"\n"},
		{"comment on top", TOML, "", func(s string) string { return "# mine\n" + s }, "# mine\n"},
		{"comment on our line", JSONC, "{\n  \"mcpServers\": {\n    \"a\": 1\n  }\n}", func(s string) string { return strings.Replace(s, "c\"\n    }", "c\"\n    } // ours", 1) }, "{\n  \"mcpServers\": {\n    \"a\": 1\n  }\n}"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			path := append(container(tt.format), "x")
			out, tr, err := Insert([]byte(tt.src), tt.format, path, Object{{"command", "c"}})
			if err != nil {
				t.Fatal(err)
			}
			changed := tt.change(string(out))
			if changed == string(out) {
				t.Fatalf("nothing was changed in %q", out)
			}
			got, err := Remove([]byte(changed), tt.format, path, &tr)
			if err != nil || string(got) != tt.want {
				t.Errorf("%v\nfrom %q\ngot  %q\nwant %q", err, changed, got, tt.want)
			}
		})
	}
}

func TestRemoveForeign(t *testing.T) {
	tests := []struct {
		name   string
		format Format
		src    string
		want   string
	}{
		{"first", JSON, "{\n  \"mcpServers\": {\n    \"x\": 1,\n    \"b\": 2\n  }\n}", "{\n  \"mcpServers\": {\n    \"b\": 2\n  }\n}"},
		{"middle", JSON, "{\"mcpServers\": {\"a\": 1, \"x\": 1, \"b\": 2}}", "{\"mcpServers\": {\"a\": 1, \"b\": 2}}"},
		{"first on one line", JSON, "{\"mcpServers\": {\"x\": 1, \"b\": 2}}", "{\"mcpServers\": {\"b\": 2}}"},
		{"last", JSON, "{\"mcpServers\": {\"a\": 1, \"x\": 1}}", "{\"mcpServers\": {\"a\": 1}}"},
		{"only", JSON, "{\n  \"mcpServers\": {\n    \"x\": 1\n  }\n}", "{\n  \"mcpServers\": {}\n}"},
		{"both copies of a duplicate", JSON, "{\"mcpServers\": {\"x\": 1, \"b\": 2, \"x\": 3}}", "{\"mcpServers\": {\"b\": 2}}"},
		{"in the container that counts", JSON, "{\"mcpServers\": {\"x\": 1}, \"mcpServers\": {\"x\": 3, \"b\": 2}}", "{\"mcpServers\": {\"x\": 1}, \"mcpServers\": {\"b\": 2}}"},
		{"its comment goes, others stay", JSONC, "{\n  \"mcpServers\": {\n    // on x\n    \"x\": { // in x\n    }, // behind x\n    // on b\n    \"b\": 2 // behind b\n  }\n}", "{\n  \"mcpServers\": {\n    // on x\n    // on b\n    \"b\": 2 // behind b\n  }\n}"},
		{"comment of the next on the line", JSONC, "{\"mcpServers\": {\"x\": 1, /* on b */ \"b\": 2}}", "{\"mcpServers\": { /* on b */ \"b\": 2}}"},
		{"comma on the next line", JSONC, "{\"mcpServers\": {\"x\": 1 // x\n // stays\n , \"b\": 2}}", "{\"mcpServers\": {\n // stays\n  \"b\": 2}}"},
		{"line comment before, brace behind", JSONC, "{\"mcpServers\": { // a\n \"x\": 1 }}", "{\"mcpServers\": { // a\n }}"},
		{"table", TOML, "a = 1\n\n[mcp_servers.x]\ncommand = \"c\"\n# inside\nargs = [] # args\n\n# on b\n[mcp_servers.b]\n", "a = 1\n\n# on b\n[mcp_servers.b]\n"},
		{"table with tables of its own", TOML, "[mcp_servers.x]\ncommand = \"c\"\n\n[mcp_servers.x.env]\nA = \"b\"\n\n[t]\n", "[t]\n"},
		{"comment on the table stays", TOML, "[t]\n\n# my server\n[mcp_servers.x] # x\ncommand = \"c\"\n", "[t]\n\n# my server\n"},
		{"tables far apart", TOML, "[mcp_servers.x]\nc = 1\n\n[t]\na = 1\n\n[mcp_servers.x.env]\nA = \"b\"\n", "[t]\na = 1\n"},
		{"dotted keys", TOML, "a = 1\nmcp_servers.x.command = \"c\" # c\nmcp_servers.x.args = []\nb = 1\n", "a = 1\nb = 1\n"},
		{"inline", TOML, "mcp_servers = { a = 1, x = { command = \"c\" }, b = 2 }\n", "mcp_servers = { a = 1, b = 2 }\n"},
		{"inline, dotted", TOML, "mcp_servers = { x.command = \"c\", b = 2, x.args = [] }\n", "mcp_servers = { b = 2 }\n"},
		{"under the header of the group", TOML, "[mcp_servers]\nx = { command = \"c\" }\nb.command = \"d\"\n", "[mcp_servers]\nb.command = \"d\"\n"},
	}
	for _, tt := range tests {
		t.Run(fmt.Sprintf("%s/%s", tt.format, tt.name), func(t *testing.T) {
			got, err := Remove([]byte(tt.src), tt.format, append(container(tt.format), "x"), nil)
			if err != nil || string(got) != tt.want {
				t.Errorf("%v\ngot  %q\nwant %q", err, got, tt.want)
			}
		})
	}
}

func TestRefusals(t *testing.T) {
	tests := []struct {
		name   string
		format Format
		src    string
		code   string
	}{
		{"entry is there", JSON, `{"mcpServers": {"x": 1}}`, CodeExists},
		{"entry is there under an escape", JSON, `{"mcpServers": {"\u0078": 1}}`, CodeExists},
		{"container is an array", JSON, `{"mcpServers": []}`, CodeShape},
		{"container is null", JSON, `{"mcpServers": null}`, CodeShape},
		{"container is a text", JSONC, `{"mcpServers": "a",}`, CodeShape},
		{"root is an array", JSON, `[]`, CodeShape},
		{"root is a text", JSON, `"mcpServers"`, CodeShape},
		{"trailing comma in strict JSON", JSON, `{"mcpServers": {},}`, CodeBroken},
		{"comment in strict JSON", JSON, "{} // a", CodeBroken},
		{"YAML, entry is there", YAML, "mcpServers: {x: 1}\n", CodeExists},
		{"YAML, entry is there by a merge", YAML, "b: &b {x: 1}\nmcpServers:\n  <<: *b\n", CodeExists},
		{"YAML, container is an alias", YAML, "b: &b {y: 1}\nmcpServers: *b\n", CodeShared},
		{"YAML, container has an alias", YAML, "mcpServers: &b\n  y: 1\nb: *b\n", CodeShared},
		{"YAML, container is a list", YAML, "mcpServers:\n- x\n", CodeShape},
		{"YAML, container is a text", YAML, "mcpServers: |\n  x: 1\n", CodeShape},
		{"YAML, root is a list", YAML, "- mcpServers: {}\n", CodeShape},
		{"YAML, two documents", YAML, "a: 1\n---\n", CodeBroken},
		{"table is there", TOML, "[mcp_servers.x]\n", CodeExists},
		{"table is there by name only", TOML, "[mcp_servers.x.env]\n", CodeExists},
		{"array of tables", TOML, "[[mcp_servers]]\n", CodeShape},
		{"number for the group", TOML, "mcp_servers = 1\n", CodeShape},
		{"table twice", TOML, "[a]\n[a]\n", CodeBroken},
		{"key twice", TOML, "a = 1\na = 2\n", CodeBroken},
	}
	for _, tt := range tests {
		t.Run(fmt.Sprintf("%s/%s", tt.format, tt.name), func(t *testing.T) {
			src := []byte(tt.src)
			out, _, err := Insert(src, tt.format, append(container(tt.format), "x"), entry("x"))
			if model.Code(err) != tt.code || out != nil {
				t.Errorf("%v, %q; want %s", err, out, tt.code)
			}
			if string(src) != tt.src {
				t.Errorf("the file was changed to %q", src)
			}
		})
	}
}

// Damage as it happens: nothing of it is spliced, by no operation.
func TestDamagedFilesAreLeftAlone(t *testing.T) {
	reasons := map[string]string{
		"02-trailing-comma.json": "trailing_comma", "03-comments-in-strict-json.json": "comment",
		"04-missing-comma-between-servers.json": "missing_comma", "05-two-documents-pasted.json": "extra_content",
		"06-smart-quotes.json": "smart_quotes", "07-windows-bad-escape.json": "bad_escape",
		"08-truncated.json": "unterminated_string", "09-extra-closing-brace.json": "extra_closer",
		"10-markdown-fence.json": "unexpected_character", "11-fragment-without-braces.json": "extra_content",
		"12-json-pasted-into-toml.toml": "broken_toml", "13-duplicate-table.toml": "broken_toml",
		"14-windows-path-basic-string.toml": "broken_toml",
	}
	for name, reason := range reasons {
		t.Run(name, func(t *testing.T) {
			src, err := os.ReadFile(filepath.Join("testdata", "broken", name))
			if err != nil {
				t.Fatal(err)
			}
			f := JSON
			if filepath.Ext(name) == ".toml" {
				f = TOML
			}
			path := append(container(f), "x")
			for op, do := range map[string]func() ([]byte, error){
				"Insert": func() ([]byte, error) { out, _, err := Insert(src, f, path, entry("x")); return out, err },
				"Remove": func() ([]byte, error) { return Remove(src, f, path, nil) },
				"Update": func() ([]byte, error) { return Update(src, f, path, entry("x")) },
			} {
				out, err := do()
				var e *SyntaxError
				if out != nil || !errors.As(err, &e) || e.Reason != reason {
					t.Errorf("%s: %q, %v; want %s", op, out, err, reason)
				}
			}
		})
	}
}

// What other places of a YAML file share is neither changed nor taken away.
func TestSharedEntries(t *testing.T) {
	tests := []struct{ name, src string }{
		{"anchor used elsewhere", "mcpServers:\n  x: &x {command: d}\n  y: *x\n"},
		{"anchor inside used elsewhere", "mcpServers:\n  x: {command: d, env: &e {A: b}}\n  y: {env: *e}\n"},
		{"anchor of the key used elsewhere", "mcpServers:\n  &x x: {command: d}\nname: *x\n"},
		{"taken over from another", "b: &b\n  x: {command: d}\nmcpServers:\n  <<: *b\n"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			src, path := []byte(tt.src), []string{"mcpServers", "x"}
			if out, err := Remove(src, YAML, path, nil); model.Code(err) != CodeShared || out != nil {
				t.Errorf("Remove: %q, %v", out, err)
			}
			if strings.Contains(tt.name, "key") {
				return // its value can be replaced
			}
			if out, err := Replace(src, YAML, path, Object{{"command", "c"}}); model.Code(err) != CodeShared || out != nil {
				t.Errorf("Replace: %q, %v", out, err)
			}
		})
	}
	// What only refers to others may go and be changed.
	src := []byte("b: &b {A: b}\nmcpServers:\n  x: &x\n    <<: *b\n    env: *b\n  y: 1\n")
	out, err := Remove(src, YAML, []string{"mcpServers", "x"}, nil)
	if want := "b: &b {A: b}\nmcpServers:\n  y: 1\n"; err != nil || string(out) != want {
		t.Errorf("Remove: %v\n%q, want\n%q", err, out, want)
	}
	out, err = Update(src, YAML, []string{"mcpServers", "x"}, Object{{"A", "b"}, {"env", Object{{"A", "c"}}}, {"B", "no"}})
	if want := "b: &b {A: b}\nmcpServers:\n  x: &x\n    <<: *b\n    env:\n      A: c\n    B: \"no\"\n  y: 1\n"; err != nil || string(out) != want {
		t.Errorf("Update: %v\n%q, want\n%q", err, out, want)
	}
}

func TestNothingToRemove(t *testing.T) {
	for _, tt := range []struct {
		format Format
		src    string
	}{{JSON, `{"mcpServers": {"a": 1}}`}, {JSON, ""}, {JSON, "[]"}, {JSONC, "// a"}, {TOML, "[mcp_servers.a]\n"}, {TOML, ""}, {YAML, "mcpServers: {a: 1}"}, {YAML, "mcpServers:"}, {YAML, ""}} {
		out, err := Remove([]byte(tt.src), tt.format, append(container(tt.format), "x"), nil)
		if err != nil || !bytes.Equal(out, []byte(tt.src)) {
			t.Errorf("%s %q: %q, %v", tt.format, tt.src, out, err)
		}
	}
}
