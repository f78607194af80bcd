package configfile

import "testing"

func TestRenameKeepsTheRest(t *testing.T) {
	for _, c := range []struct {
		name     string
		format   Format
		src      string
		from, to []string
		want     string
	}{
		{"json", JSONC, "{ // a\n  \"servers\" : {\"x\": 1.0},\n}", []string{"servers"}, []string{"mcpServers"}, "{ // a\n  \"mcpServers\" : {\"x\": 1.0},\n}"},
		{"json deep", JSON, `{"a":{"env":{"K":"v"},"b":1}}`, []string{"a", "env"}, []string{"a", "environment"}, `{"a":{"environment":{"K":"v"},"b":1}}`},
		{"yaml", YAML, "a:\n  env: # here\n    K: v\n  b: 1\n", []string{"a", "env"}, []string{"a", "envs"}, "a:\n  envs: # here\n    K: v\n  b: 1\n"},
		{"toml headers", TOML, "# c\n[mcpServers.s]\ncommand = 'x' # d\n\n[mcpServers.s.env]\nK = \"v\"\n[z]\n", []string{"mcpServers"}, []string{"mcp_servers"}, "# c\n[mcp_servers.s]\ncommand = 'x' # d\n\n[mcp_servers.s.env]\nK = \"v\"\n[z]\n"},
		{"toml deeper", TOML, "[docs]\ncommand = 'x'\n", []string{"docs"}, []string{"mcp_servers", "docs"}, "[mcp_servers.docs]\ncommand = 'x'\n"},
		{"toml table and key", TOML, "[m.s]\nenvironment.K = 'v'\n[m.t]\nenvironment = {}\n", []string{"m", "s", "environment"}, []string{"m", "s", "env"}, "[m.s]\nenv.K = 'v'\n[m.t]\nenvironment = {}\n"},
		{"toml inline", TOML, "m = { s = { environment = { K = 'v' } } }\n", []string{"m", "s", "environment"}, []string{"m", "s", "env"}, "m = { s = { env = { K = 'v' } } }\n"},
		{"toml dotted name", TOML, "[m.my.server]\ncommand = 'x'\n", []string{"m", "my", "server"}, []string{"m", "my.server"}, "[m.\"my.server\"]\ncommand = 'x'\n"},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, err := Rename([]byte(c.src), c.format, c.from, c.to)
			if err != nil || string(got) != c.want {
				t.Errorf("got %q, %v\nwant %q", got, err, c.want)
			}
		})
	}
	if _, err := Rename([]byte(`{"a":1,"b":2}`), JSON, []string{"a"}, []string{"b"}); err == nil {
		t.Error("a name that is taken was given")
	}
}
