package pen

import (
	"testing"

	"toolbay/backend/configfile"
	"toolbay/backend/repair/finding"
)

// Elements get what they lack where they are written: comments, quotation marks
// and line ends around them stay.
func TestSetElements(t *testing.T) {
	x := func(name string) configfile.Object {
		return configfile.Object{{Key: "name", Value: name}, {Key: "command", Value: "x"}}
	}
	const yaml = configfile.YAML
	for _, c := range []struct {
		name       string
		format     configfile.Format
		text, want string
		value      []any
	}{
		{"a member in lines", yaml, "s:\n  # one\n  - command: 'x' # c\n  # end\nb: 1\n", "s:\n  # one\n  - name: a\n    command: 'x' # c\n  # end\nb: 1\n", []any{x("a")}},
		{"without indentation, wide dash, CRLF", yaml, "s:\r\n-   command: x\r\nb: 1\r\n", "s:\r\n-   name: a\r\n    command: x\r\nb: 1\r\n", []any{x("a")}},
		{"the dash alone", yaml, "s:\n  - # c\n\n    command: x\n", "s:\n  - # c\n\n    name: a\n    command: x\n", []any{x("a")}},
		{"in braces", yaml, "s:\n  - { command: x } # c\n", "s:\n  - {name: a, command: x } # c\n", []any{x("a")}},
		{"one of three", yaml, "s:\n- {name: \"a\", command: x} # a\n- command: x\n- name:   c # c\n  command: x\n", "s:\n- {name: \"a\", command: x} # a\n- name: b\n  command: x\n- name:   c # c\n  command: x\n", []any{x("a"), x("b"), x("c")}},
		{"one step deeper", yaml, "s:\n  - a: # c\n      # d\n      command: x # e\nb: 1\n", "s:\n  - name: a # c\n    # d\n    command: x # e\nb: 1\n", []any{x("a")}},
		{"one step deeper in braces", yaml, "s:\n  - \"a\": {command: x} # c\n", "s:\n  - {name: \"a\", command: x} # c\n", []any{x("a")}},
		{"a line", yaml, "s:\n  # d\n  - npx -y a # c\n\n  # e\n", "s:\n  # d\n  - name: \"true\"\n    command: npx\n    args: [-y, a, \"1\"] # c\n\n  # e\n", []any{configfile.Object{{Key: "name", Value: "true"}, {Key: "command", Value: "npx"}, {Key: "args", Value: []any{"-y", "a", "1"}}}}},
		{"a line at the end", yaml, "s:\n- \"u v\"", "s:\n- name: a\n  command: x", []any{x("a")}},
		{"TOML", configfile.TOML, "# top\n[[s]] # one\n# c\ncommand = 'x'\n\n[[s]]\nname = \"b\"\ncommand = \"x\" # d\n", "# top\n[[s]] # one\nname = \"a\"\n# c\ncommand = 'x'\n\n[[s]]\nname = \"b\"\ncommand = \"x\" # d\n", []any{x("a"), x("b")}},
		{"TOML with CRLF", configfile.TOML, "[[s]]\r\ncommand = 'x'\r\n", "[[s]]\r\nname = \"a\"\r\ncommand = 'x'\r\n", []any{x("a")}},
	} {
		t.Run(c.name, func(t *testing.T) {
			out, err := Apply([]byte(c.text), c.format, finding.Change{Path: []string{"s"}, Value: c.value})
			if err != nil {
				t.Fatal(err)
			}
			if string(out) != c.want {
				t.Errorf("got\n%s\nwant\n%s", out, c.want)
			}
		})
	}
}

// The members of an object become elements with the comments between them.
func TestAsListJSON(t *testing.T) {
	const text = "{\n  \"s\": { // top\n    \"a\": {\n      \"x\": 1 // one\n    },\n    /* two */ \"b\": {},\n    \"c\": {\"id\": \"d\"}\n  }\n}\n"
	const want = "{\n  \"s\": [ // top\n    {\n      \"id\": \"a\",\n      \"x\": 1 // one\n    },\n    /* two */ {\"id\": \"b\"},\n    {\"id\": \"d\"}\n  ]\n}\n"
	out, err := Apply([]byte(text), configfile.JSONC, finding.Change{Path: []string{"s"}, Value: finding.AsList{Key: "id"}})
	if err != nil {
		t.Fatal(err)
	}
	if string(out) != want {
		t.Errorf("got\n%s\nwant\n%s", out, want)
	}
}
