package clients

import (
	"strings"
	"testing"
)

func TestAs(t *testing.T) {
	table, err := Load("")
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		app, os, scope, path string
		servers, aside       string
		ok                   bool
	}{
		{"claude-code", "linux", User, "~/.claude.json", "mcpServers", "", true},
		{"claude-code", "darwin", Project, ".mcp.json", "mcpServers", "", true},
		{"claude-desktop", "windows", User, `%LOCALAPPDATA%\Packages\Claude_pzs8sxrjxfjjc\LocalCache\Roaming\Claude\claude_desktop_config.json`, "mcpServers", "", true},
		{"vscode", "linux", User, "~/.config/Code/User/settings.json", "mcp servers", "old", true},
		{"vscode", "linux", User, "~/.config/Code/User/mcp.json", "servers", "", true},
		{"codex", "windows", User, `%USERPROFILE%\.codex\config.toml`, "mcp_servers", "", true},
		{"cline", "windows", User, `%APPDATA%\Code\User\globalStorage\saoudrizwan.claude-dev\settings\cline_mcp_settings.json`, "mcpServers", "old", true},
		{"cursor", "linux", User, "somewhere/else.json", "mcpServers", "", false},
	} {
		client, ok := table.Get(c.app)
		if !ok {
			t.Fatal(c.app)
		}
		at, spec, ok := client.As(c.os, c.scope, c.path)
		if got := strings.Join(at.Dialect.Servers, " "); got != c.servers || spec.Aside != c.aside || ok != c.ok {
			t.Errorf("%s %s: servers %q, aside %q, %v", c.app, c.path, got, spec.Aside, ok)
		}
	}
}
