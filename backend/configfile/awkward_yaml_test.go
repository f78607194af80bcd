package configfile

import "testing"

// awkwardYAML are YAML files as people and programs leave them. after is what
// an entry "x" with {"command": "c"} makes of them.
var awkwardYAML = []struct{ name, src, after string }{
	{"empty file", "", "mcpServers:\n  x:\n    command: c\n"},
	{"blank file", " \r\n\r\n", "mcpServers:\r\n  x:\r\n    command: c\r\n"},
	{"only a byte order mark", "\ufeff", "\ufeffmcpServers:\n  x:\n    command: c\n"},
	{"only a comment", "# mine", "# mine\nmcpServers:\n  x:\n    command: c\n"},
	{"only a marker", "---\n", "---\nmcpServers:\n  x:\n    command: c\n"},
	{"only a marker, no line end", "---", "---\nmcpServers:\n  x:\n    command: c\n"},
	{"marker and comment", "# a\n--- # b\n# c\n", "# a\n--- # b\n# c\nmcpServers:\n  x:\n    command: c\n"},
	{"both markers", "---\n# c\n...\n", "---\n# c\nmcpServers:\n  x:\n    command: c\n...\n"},
	{"directive", "%YAML 1.2\n---\na: 1\n...\n", "%YAML 1.2\n---\na: 1\nmcpServers:\n  x:\n    command: c\n...\n"},
	{"byte order mark", "\ufeffa: 1\n", "\ufeffa: 1\nmcpServers:\n  x:\n    command: c\n"},
	{"no servers", "name: é\nversion: 1.10\n", "name: é\nversion: 1.10\nmcpServers:\n  x:\n    command: c\n"},
	{"no final line end", "a: 1", "a: 1\nmcpServers:\n  x:\n    command: c"},
	{"blank lines at the end", "a: 1\n\n\n", "a: 1\nmcpServers:\n  x:\n    command: c\n\n\n"},
	{"nothing in the container", "mcpServers:\nb: 1\n", "mcpServers:\n  x:\n    command: c\nb: 1\n"},
	{"nothing at the end", "a: 1\nmcpServers:", "a: 1\nmcpServers:\n  x:\n    command: c"},
	{"nothing but a comment", "mcpServers: # mine\n  # none yet\nb: 1\n", "mcpServers: # mine\n  # none yet\n  x:\n    command: c\nb: 1\n"},
	{"null", "mcpServers: ~ # none\nb: 1\n", "mcpServers: # none\n  x:\n    command: c\nb: 1\n"},
	{"braces", "a: 1\nmcpServers: {}\n", "a: 1\nmcpServers:\n  x:\n    command: c\n"},
	{"braces and a comment", "mcpServers: { } # none\nb: 1\n", "mcpServers: # none\n  x:\n    command: c\nb: 1\n"},
	{"braces over lines", "mcpServers: {\n  # none\n  }\n", "mcpServers: {\n  # none\n    x: {command: c}\n  }\n"},
	{"the whole file in braces", "{}\n", "mcpServers:\n  x:\n    command: c\n"},
	{"behind the marker", "--- {}\n", "--- { mcpServers: {x: {command: c}} }\n"},
	{"JSON", "{\n  \"a\": 1,\n  \"mcpServers\": {\n    \"b\": {\"command\": \"d\"}\n  }\n}\n", "{\n  \"a\": 1,\n  \"mcpServers\": {\n    \"b\": {\"command\": \"d\"},\n    \"x\": {\"command\": \"c\"}\n  }\n}\n"},
	{"one line", "mcpServers: {b: {command: d}} # all\n", "mcpServers: {b: {command: d}, x: {command: c}} # all\n"},
	{"one line, trailing comma", "mcpServers: {b: {command: d}, }\n", "mcpServers: {b: {command: d}, x: {command: c}, }\n"},
	{"usual", "mcpServers:\n  b:\n    command: d\n    args:\n      - a\n\nz: 1\n", "mcpServers:\n  b:\n    command: d\n    args:\n      - a\n  x:\n    command: c\n\nz: 1\n"},
	{"four spaces, CRLF", "mcpServers:\r\n    b:\r\n        command: d\r\nz: 1\r\n", "mcpServers:\r\n    b:\r\n        command: d\r\n    x:\r\n        command: c\r\nz: 1\r\n"},
	{"mixed line ends", "mcpServers:\r\n  b:\n    command: d\r\nz: 1\n", "mcpServers:\r\n  b:\n    command: d\r\n  x:\r\n    command: c\r\nz: 1\n"},
	{"habits", "mcpServers:\n  b:\n    command: \"d\"\n", "mcpServers:\n  b:\n    command: \"d\"\n  x:\n    command: \"c\"\n"},
	{"comments that belong to the last", "mcpServers:\n  b: # b\n    command: d # d\n    # args: []\n\n    # more\n  # stands alone\n# z\nz: 1\n", "mcpServers:\n  b: # b\n    command: d # d\n    # args: []\n\n    # more\n  x:\n    command: c\n  # stands alone\n# z\nz: 1\n"},
	{"literal text last", "mcpServers:\n  b:\n    text: |\n      # no comment\n\n      x: 1\n\n\nz: 1\n", "mcpServers:\n  b:\n    text: |\n      # no comment\n\n      x: 1\n  x:\n    command: c\n\n\nz: 1\n"},
	{"kept line ends", "mcpServers:\n  b: |+\n   t\n\n\nz: 1\n", "mcpServers:\n  b: |+\n   t\n\n\n  x:\n    command: c\nz: 1\n"},
	{"literal text at the end of the file", "mcpServers:\n  # on b\n  b: |\n    t", "mcpServers:\n  x:\n    command: c\n  # on b\n  b: |\n    t"},
	{"literal text is the file", "b: >\n  t", "mcpServers:\n  x:\n    command: c\nb: >\n  t"},
	{"literal text, then one without a line end", "b: |+\n  t\nmcpServers: ~", "b: |+\n  t\nmcpServers:\n  x:\n    command: c"},
	{"folded and indented", "mcpServers:\n  b: >1-\n     t\n   u\n\n    v\nz: 1\n", "mcpServers:\n  b: >1-\n     t\n   u\n\n    v\n  x:\n    command: c\nz: 1\n"},
	{"plain text on lines", "mcpServers:\n  b: one\n    two\n\n    three # c\nz: 1\n", "mcpServers:\n  b: one\n    two\n\n    three # c\n  x:\n    command: c\nz: 1\n"},
	{"quoted text on lines", "mcpServers:\n  b: \"one \\\n    # two \\\"\n    three\"\n  c: 'it''s\n    # x'\nz: 1\n", "mcpServers:\n  b: \"one \\\n    # two \\\"\n    three\"\n  c: 'it''s\n    # x'\n  x:\n    command: c\nz: 1\n"},
	{"anchors and merges", "base: &base\n  env: {A: b}\nmcpServers:\n  b:\n    <<: *base\n    command: &cmd d\n  c: *base\n", "base: &base\n  env: {A: b}\nmcpServers:\n  b:\n    <<: *base\n    command: &cmd d\n  c: *base\n  x:\n    command: c\n"},
	{"anchored container", "mcpServers: &m # m\n  b: 1\n", "mcpServers: &m # m\n  b: 1\n  x:\n    command: c\n"},
	{"anchored nothing", "mcpServers: &m\nz: 1\n", "mcpServers: &m\n  x:\n    command: c\nz: 1\n"},
	{"tags", "mcpServers: !!map\n  b: !x &y\n    c: !!str 1\nz: !!null\n", "mcpServers: !!map\n  b: !x &y\n    c: !!str 1\n  x:\n    command: c\nz: !!null\n"},
	{"question marks", "? mcpServers\n: ? b\n  : 1\n  ? c\n? z\n", "? mcpServers\n: ? b\n  : 1\n  ? c\n  x:\n    command: c\n? z\n"},
	{"keys in quotes", "\"mcpServers\" : # c\n  'b' : 1\n\"z\": 2\n", "\"mcpServers\" : # c\n  'b' : 1\n  x:\n    command: c\n\"z\": 2\n"},
	{"value on the next line", "mcpServers:\n\n  # c\n\n  b:\n    1\n", "mcpServers:\n\n  # c\n\n  b:\n    1\n  x:\n    command: c\n"},
	{"blanks at line ends", "mcpServers:  \n  b: 1  \nz: 1 \t\n", "mcpServers:  \n  b: 1  \n  x:\n    command: c\nz: 1 \t\n"},
	{"lists at the column of their key", "a:\n- 1\n- b: 2\n  c:\n  - 3\nmcpServers:\n  b:\n    args:\n    - x\n", "a:\n- 1\n- b: 2\n  c:\n  - 3\nmcpServers:\n  b:\n    args:\n    - x\n  x:\n    command: c\n"},
	{"other letters before a value", "é☃😀: {ü: 1, mcpServers: {}}\nmcpServers: {\"☃\": 'é', b: {}}\n", "é☃😀: {ü: 1, mcpServers: {}}\nmcpServers: {\"☃\": 'é', b: {}, x: {command: 'c'}}\n"},
	{"pairs in a list", "a: [b: 1, {c: 2}, d]\nmcpServers:\n  - 1\n", ""},
	{"deep in a list", "- - - mcpServers:\n", ""},
	{"numbers of all kinds", "a: 0x1f\nb: 1_000\nc: .5\nd: 12345678901234567890.10\ne: 2001-12-14t21:59:43.10-05:00\nf: .inf\nmcpServers:\n  on: yes\n  no: 0777\n", "a: 0x1f\nb: 1_000\nc: .5\nd: 12345678901234567890.10\ne: 2001-12-14t21:59:43.10-05:00\nf: .inf\nmcpServers:\n  on: yes\n  no: 0777\n  x:\n    command: c\n"},
}

func TestAwkwardYAML(t *testing.T) {
	names := [][]string{{"x", "y", "z"}, {`quote " slash \ / tab` + "\t", "a.b", "é☃😀"}, {"", "\x01", "bad\xffutf8"}, {"no", "1.10", "# c"}, {"<<", "a: b", "'"}}
	for _, tt := range awkwardYAML {
		t.Run(tt.name, func(t *testing.T) {
			src := []byte(tt.src)
			if _, err := Parse(src, YAML); err != nil {
				t.Fatalf("the file itself: %v", err)
			}
			for _, n := range names {
				checkInsertRemove(t, src, YAML, container(YAML), n, everyOrder)
				checkInsertRemove(t, src, YAML, nil, n, everyOrder)
				checkInsertRemove(t, src, YAML, append(container(YAML), "deep", "er"), n, everyOrder)
			}
			checkForeign(t, src, YAML, container(YAML), 10)
			checkForeign(t, src, YAML, nil, 10)
			checkReplaceAll(t, src, YAML, 10, nil, container(YAML))
			if tt.after == "" {
				return
			}
			out, _, err := Insert(src, YAML, append(container(YAML), "x"), Object{{"command", "c"}})
			if err != nil || string(out) != tt.after {
				t.Errorf("Insert: %v\n%q, want\n%q", err, out, tt.after)
			}
		})
	}
}
