package pen

import (
	"testing"

	"toolbay/backend/configfile"
	"toolbay/backend/repair/finding"
)

// A list keeps what stays in it as it is written.
func TestSetList(t *testing.T) {
	for _, c := range []struct {
		name       string
		format     configfile.Format
		text, want string
		args       []any
	}{
		{"one word changes", configfile.JSON, `{"a": ["x",  "y" , "z"]}`, `{"a": ["x",  "b" , "z"]}`, []any{"x", "b", "z"}},
		{"words come in", configfile.JSON, `{"a": ["run", "img"]}`, `{"a": ["run", "-e", "K", "img"]}`, []any{"run", "-e", "K", "img"}},
		{"words come last", configfile.JSON, "{\n \"a\": [\n  \"x\",\n  \"y\"\n ]\n}", "{\n \"a\": [\n  \"x\",\n  \"y\",\n  \"z\"\n ]\n}", []any{"x", "y", "z"}},
		{"one of several lines", configfile.JSONC, "{\r\n \"a\": [\r\n  \"x\", // one\r\n  \"y\", /* two */\r\n ]\r\n}", "{\r\n \"a\": [\r\n  \"x\", // one\r\n  \"n\",\r\n  \"y\", /* two */\r\n ]\r\n}", []any{"x", "n", "y"}},
		{"a word goes", configfile.JSONC, `{"a": ["x", /* c */ "d", "z"]}`, `{"a": ["x", /* c */ "z"]}`, []any{"x", "z"}},
		{"the last word goes", configfile.JSON, `{"a": ["x", "d" ]}`, `{"a": ["x" ]}`, []any{"x"}},
		{"brackets in words", configfile.JSON, `{"a": ["]", "\"[,", "//"], "b": ["x"]}`, `{"a": ["]", "\"[,", "n"], "b": ["x"]}`, []any{"]", `"[,`, "n"}},
		{"TOML", configfile.TOML, "a = [\n  \"x\", # one\n  'y',\n] # end\n", "a = [\n  \"x\", # one\n  'z',\n] # end\n", []any{"x", "z"}},
		{"YAML in lines", configfile.YAML, "a:\n- run   # c\n- -it\n- \"img\"\nb: 1\n", "a:\n- run   # c\n- -i\n- \"-e\"\n- \"K\"\n- \"img\"\nb: 1\n", []any{"run", "-i", "-e", "K", "img"}},
		{"YAML in brackets", configfile.YAML, "a: [x, 'y y', z] # c\n", "a: [x, 'n', z] # c\n", []any{"x", "n", "z"}},
		{"YAML loses the last line", configfile.YAML, "a:\n  - x\n  - y\nb: 1\n", "a:\n  - x\nb: 1\n", []any{"x"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			out, err := Apply([]byte(c.text), c.format, finding.Change{Path: []string{"a"}, Value: c.args})
			if err != nil {
				t.Fatal(err)
			}
			if string(out) != c.want {
				t.Errorf("got\n%s\nwant\n%s", out, c.want)
			}
		})
	}
}
