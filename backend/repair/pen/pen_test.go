package pen

import (
	"testing"

	"toolbay/backend/configfile"
	"toolbay/backend/repair/finding"
)

func TestApply(t *testing.T) {
	type change = finding.Change
	for _, c := range []struct {
		name   string
		format configfile.Format
		src    string
		change change
		want   string
	}{
		{"wrap", configfile.JSON, "{\n  \"a\": {\n    \"command\": \"x\"\n  }\n}\n", change{To: []string{"mcpServers"}},
			"{\n  \"mcpServers\": {\n    \"a\": {\n      \"command\": \"x\"\n    }\n  }\n}\n"},
		{"wrap a line", configfile.JSON, `{"a": {"command": "x"}}`, change{To: []string{"mcpServers"}}, `{"mcpServers": {"a": {"command": "x"}}}`},
		{"wrap with comments", configfile.JSONC, "{\r\n\t// c\r\n\t\"a\": {},\r\n}", change{To: []string{"mcp", "servers"}},
			"{\r\n\t\"mcp\": {\r\n\t\t\"servers\": {\r\n\t\t\t// c\r\n\t\t\t\"a\": {},\r\n\t\t}\r\n\t}\r\n}"},
		{"wrap yaml", configfile.YAML, "# c\na:\n  cmd: x\n", change{To: []string{"extensions"}}, "# c\nextensions:\n  a:\n    cmd: x\n"},
		{"wrap toml", configfile.TOML, "[a]\ncommand = 'x'\n", change{To: []string{"mcp_servers"}}, "[mcp_servers.a]\ncommand = 'x'\n"},
		{"unwrap", configfile.JSONC, "{\n  \"m\": {\n    \"m\": {\n      // c\n      \"a\": {\n        \"x\": 1.0\n      },\n    },\n    \"b\": {}\n  }\n}\n", change{Path: []string{"m", "m"}, Value: finding.Unwrap{}},
			"{\n  \"m\": {\n    // c\n    \"a\": {\n      \"x\": 1.0\n    },\n    \"b\": {}\n  }\n}\n"},
		{"unwrap toml", configfile.TOML, "[m.m.a]\nx = 1\n", change{Path: []string{"m", "m"}, Value: finding.Unwrap{}}, "[m.a]\nx = 1\n"},
		{"move", configfile.JSON, "{\n  \"m\": {\n    \"b\": {}\n  },\n  \"a\": {\n    \"x\": \"\\u00e9\"\n  }\n}\n", change{Path: []string{"a"}, To: []string{"m", "a"}},
			"{\n  \"m\": {\n    \"b\": {},\n    \"a\": {\n      \"x\": \"\\u00e9\"\n    }\n  }\n}\n"},
		{"move yaml", configfile.YAML, "m:\n  b:\n    x: 1\na:\n  # c\n  x: 2\n", change{Path: []string{"a"}, To: []string{"m", "a"}}, "m:\n  b:\n    x: 1\n  a:\n    # c\n    x: 2\n"},
		{"list to map", configfile.JSON, "{\"m\": [\n  { \"name\": \"a\", \"x\": 1 },\n  { \"x\": 2, \"name\": \"b\" }\n]}", change{Path: []string{"m"}, Value: finding.AsMap{Key: "name", Names: []string{"a", "b"}}},
			"{\"m\": {\n  \"a\": { \"x\": 1 },\n  \"b\": { \"x\": 2 }\n}}"},
		{"list of pairs to map", configfile.JSON, `{"m": [{"a": {"x": 1}}]}`, change{Path: []string{"m"}, Value: finding.AsMap{Names: []string{"a"}}}, `{"m": {"a": {"x": 1}}}`},
		{"list to map toml", configfile.TOML, "[[m]]\nname = \"a\" # c\nx = 1\n[m.env]\nK = 'v'\n", change{Path: []string{"m"}, Value: finding.AsMap{Key: "name", Names: []string{"a"}}},
			"[m.a]\nx = 1\n[m.a.env]\nK = 'v'\n"},
		{"map to list", configfile.YAML, "m:\n  a:            # c\n    x: 1\n    y: [2]\n# d\nz: 1\n", change{Path: []string{"m"}, Value: finding.AsList{Key: "name"}},
			"m:\n  - name: a            # c\n    x: 1\n    y: [2]\n# d\nz: 1\n"},
		{"map to list, deeper", configfile.YAML, "m:\n    a:\n        x:\n            y: 1\n    b:\n        x: 2\n", change{Path: []string{"m"}, Value: finding.AsList{Key: "name"}},
			"m:\n    - name: a\n      x:\n          y: 1\n    - name: b\n      x: 2\n"},
		{"map to list toml", configfile.TOML, "[m.a] # c\nx = 1\n[m.a.env]\nK = 'v'\n", change{Path: []string{"m"}, Value: finding.AsList{Key: "name"}},
			"[[m]] # c\nname = \"a\"\nx = 1\n[m.env]\nK = 'v'\n"},
		{"null", configfile.JSON, "{\n  \"m\": null,\n  \"b\": 1\n}", change{Path: []string{"m"}, Value: configfile.Object{}}, "{\n  \"m\": {},\n  \"b\": 1\n}"},
		{"rename and set", configfile.JSON, `{"a": {"transport": "sse"}}`, change{Path: []string{"a", "transport"}, Key: "type", Value: "http"}, `{"a": {"type": "http"}}`},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, err := Apply([]byte(c.src), c.format, c.change)
			if err != nil || string(got) != c.want {
				t.Errorf("%v\ngot  %q\nwant %q", err, got, c.want)
			}
		})
	}
}
