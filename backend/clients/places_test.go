//go:build unix

package clients

import (
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// TestPlacesThatMoved: where an app has moved its file, or has several, the one
// that it reads is written, and what stands in the others is told apart.
func TestPlacesThatMoved(t *testing.T) {
	const server = `{"mcpServers":{"%":{"command":"x"}}}`
	cases := []struct {
		name, os, app string
		env           map[string]string
		dirs          []string
		files         map[string]string // "%" in a content is the file's own name in the list
		primary       string
		sure          string
		entries       []string // read
		aside         []string // read, but of an old place or a profile
	}{
		{name: "cline, old place", os: "linux", app: "cline",
			files:   map[string]string{"home/ann/.config/Code/User/globalStorage/saoudrizwan.claude-dev/settings/cline_mcp_settings.json": strings.Replace(server, "%", "old", 1)},
			primary: "home/ann/.cline/data/settings/cline_mcp_settings.json", sure: SureA, aside: []string{"old"}},
		{name: "cline, both", os: "darwin", app: "cline",
			files: map[string]string{
				"home/ann/.cline/data/settings/cline_mcp_settings.json":                                                                strings.Replace(server, "%", "new", 1),
				"home/ann/Library/Application Support/Code/User/globalStorage/saoudrizwan.claude-dev/settings/cline_mcp_settings.json": strings.Replace(server, "%", "old", 1),
			},
			primary: "home/ann/.cline/data/settings/cline_mcp_settings.json", sure: SureA, entries: []string{"new"}, aside: []string{"old"}},
		{name: "kilo, old dialect", os: "linux", app: "kilo",
			files: map[string]string{
				"home/ann/.config/kilo/opencode.json":                                                    `{"mcp":{"new":{"type":"local","command":["x"]}}}`,
				"home/ann/.config/Code/User/globalStorage/kilocode.kilo-code/settings/mcp_settings.json": strings.Replace(server, "%", "old", 1),
			},
			primary: "home/ann/.config/kilo/opencode.json", sure: SureB, entries: []string{"new"}, aside: []string{"old"}},
		{name: "vscode, settings and a profile", os: "linux", app: "vscode",
			files: map[string]string{
				"home/ann/.config/Code/User/mcp.json":               `{"servers":{"now":{"command":"x"}}}`,
				"home/ann/.config/Code/User/settings.json":          `{"editor.tabSize":2,"mcp":{"servers":{"before":{"command":"x"}}}}`,
				"home/ann/.config/Code/User/profiles/a1/mcp.json":   `{"servers":{"work":{"command":"x"}}}`,
				"home/ann/.config/Code/User/profiles/b2/other.json": `{}`,
			},
			primary: "home/ann/.config/Code/User/mcp.json", sure: SureA, entries: []string{"now"}, aside: []string{"work", "before"}},
		{name: "vscode, settings without servers", os: "linux", app: "vscode",
			files:   map[string]string{"home/ann/.config/Code/User/settings.json": `{"editor.tabSize":2}`},
			primary: "home/ann/.config/Code/User/mcp.json", sure: SureA},
		{name: "vscode, worked with from another computer", os: "linux", app: "vscode",
			files: map[string]string{
				"home/ann/.vscode-server/data/User/mcp.json":             `{"servers":{"there":{"command":"x"}}}`,
				"home/ann/.vscode-server/data/User/profiles/a1/mcp.json": `{"servers":{"work":{"command":"x"}}}`,
			},
			primary: "home/ann/.config/Code/User/mcp.json", sure: SureA, aside: []string{"there", "work"}},
		{name: "insiders", os: "windows", app: "vscode-insiders",
			files:   map[string]string{"home/ann/AppData/Roaming/Code - Insiders/User/mcp.json": `{"servers":{"i":{"command":"x"}}}`},
			primary: "home/ann/AppData/Roaming/Code - Insiders/User/mcp.json", sure: SureA, entries: []string{"i"}},
		{name: "antigravity, migrated", os: "linux", app: "antigravity", dirs: []string{"home/ann/.gemini/config/.migrated"},
			files: map[string]string{
				"home/ann/.gemini/config/mcp_config.json":      strings.Replace(server, "%", "two", 1),
				"home/ann/.gemini/antigravity/mcp_config.json": strings.Replace(server, "%", "one", 1),
			},
			primary: "home/ann/.gemini/config/mcp_config.json", sure: SureA, entries: []string{"two"}},
		{name: "antigravity, the first version", os: "linux", app: "antigravity",
			files:   map[string]string{"home/ann/.gemini/antigravity/mcp_config.json": strings.Replace(server, "%", "one", 1)},
			primary: "home/ann/.gemini/antigravity/mcp_config.json", sure: SureA, entries: []string{"one"}},
		{name: "lm studio elsewhere", os: "linux", app: "lm-studio",
			files: map[string]string{
				"home/ann/.lmstudio-home-pointer": "%ROOT%/models/lm\n",
				"models/lm/mcp.json":              strings.Replace(server, "%", "far", 1),
				"home/ann/.lmstudio/mcp.json":     strings.Replace(server, "%", "near", 1),
			},
			primary: "models/lm/mcp.json", sure: SureA, entries: []string{"far"}},
		{name: "lm studio, old folder", os: "linux", app: "lm-studio", dirs: []string{"home/ann/.cache/lm-studio", "home/ann/.lmstudio"},
			primary: "home/ann/.cache/lm-studio/mcp.json", sure: SureA},
		{name: "lm studio", os: "linux", app: "lm-studio", dirs: []string{"home/ann/.lmstudio"}, primary: "home/ann/.lmstudio/mcp.json", sure: SureA},
		{name: "lm studio, a pointer to nowhere absolute", os: "linux", app: "lm-studio",
			files: map[string]string{"home/ann/.lmstudio-home-pointer": "models"}, primary: "home/ann/.lmstudio/mcp.json", sure: SureA},
		{name: "continue without a list", os: "linux", app: "continue", dirs: []string{"home/ann/.continue"},
			primary: "home/ann/.continue/mcpServers/mcp.json", sure: SureA},
		{name: "continue with its list", os: "linux", app: "continue",
			files: map[string]string{
				"home/ann/.continue/config.yaml":         "name: x\nmcpServers:\n  - name: listed\n    command: x\n",
				"home/ann/.continue/mcpServers/mcp.json": strings.Replace(server, "%", "block", 1) + " // mine",
			},
			primary: "home/ann/.continue/config.yaml", sure: SureA, entries: []string{"listed", "block"}},
		{name: "copilot in jetbrains, the other place", os: "windows", app: "copilot-jetbrains",
			files:   map[string]string{"home/ann/AppData/Roaming/github-copilot/intellij/mcp.json": `{"servers":{"c":{"command":"x"}}}`},
			primary: "home/ann/AppData/Roaming/github-copilot/intellij/mcp.json", sure: SureC, entries: []string{"c"}},
		{name: "copilot in jetbrains, no file", os: "windows", app: "copilot-jetbrains", dirs: []string{"home/ann/AppData/Local/github-copilot/intellij"},
			primary: "home/ann/AppData/Local/github-copilot/intellij/mcp.json", sure: SureC},
		{name: "devin beside the file of its first versions", os: "linux", app: "devin",
			files:   map[string]string{"home/ann/.config/devin/config.json": `{"theme":"dark","mcpServers":{"d":{"command":"x"}}}`},
			primary: "home/ann/.config/devin/mcp_config.json", sure: SureA, aside: []string{"d"}},
		{name: "claude desktop's other build", os: "darwin", app: "claude-desktop",
			files:   map[string]string{"home/ann/Library/Application Support/Claude-3p/claude_desktop_config.json": strings.Replace(server, "%", "third", 1)},
			primary: "home/ann/Library/Application Support/Claude/claude_desktop_config.json", sure: SureA, aside: []string{"third"}},
		{name: "copilot cli elsewhere", os: "linux", app: "copilot-cli", env: map[string]string{"COPILOT_HOME": "/srv/co"}, dirs: []string{"srv/co"},
			primary: "srv/co/mcp-config.json", sure: SureA},
		{name: "continue, files of all kinds", os: "linux", app: "continue",
			files: map[string]string{
				"home/ann/.continue/mcpServers/mcp.json":    strings.Replace(server, "%", "ours", 1),
				"home/ann/.continue/mcpServers/claude.json": strings.Replace(server, "%", "copied", 1),
				"home/ann/.continue/mcpServers/block.yaml":  "name: Block\nversion: 0.0.1\nschema: v1\nmcpServers:\n  - name: listed\n    command: x\n",
				"home/ann/.continue/mcpServers/notes.txt":   "mcpServers: no\n",
			},
			primary: "home/ann/.continue/mcpServers/mcp.json", sure: SureA, entries: []string{"ours", "copied", "listed"}},
		{name: "continue, only a file of another name", os: "linux", app: "continue",
			files:   map[string]string{"home/ann/.continue/mcpServers/claude.json": strings.Replace(server, "%", "copied", 1)},
			primary: "home/ann/.continue/mcpServers/mcp.json", sure: SureA, entries: []string{"copied"}},
		{name: "amazon q, an agent", os: "linux", app: "amazon-q",
			files: map[string]string{
				"home/ann/.aws/amazonq/mcp.json":              strings.Replace(server, "%", "all", 1),
				"home/ann/.aws/amazonq/cli-agents/coder.json": `{"name":"coder","mcpServers":{"one":{"command":"x"}}}`,
				"home/ann/.aws/amazonq/cli-agents/plain.json": `{"name":"plain"}`,
			},
			primary: "home/ann/.aws/amazonq/mcp.json", sure: SureA, entries: []string{"all"}, aside: []string{"one"}},
		{name: "vibe's list", os: "linux", app: "vibe",
			files:   map[string]string{"home/ann/.vibe/config.toml": "[[mcp_servers]]\nname = \"a\"\ntransport = \"stdio\"\ncommand = \"x\"\n[[mcp_servers]]\nname = \"b\"\ntransport = \"http\"\nurl = \"https://x\"\n"},
			primary: "home/ann/.vibe/config.toml", sure: SureB, entries: []string{"a", "b"}},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			b := newBox(t, c.os)
			for k, v := range c.env {
				b.env[k] = b.path(v)
			}
			for _, d := range c.dirs {
				b.dir(d)
			}
			for f, content := range c.files {
				b.file(f, strings.ReplaceAll(content, "%ROOT%", b.root))
			}
			a, err := shippedTable(t).LookOne(b.sys, c.app, "")
			if err != nil {
				t.Fatal(err)
			}
			f, ok := a.Primary(User)
			if !ok || f.Path != b.path(c.primary) || f.Sure != c.sure || f.Aside != "" || f.Unread {
				t.Errorf("would write %+v", f)
			}
			if got := namesOf(a.Entries); !slices.Equal(got, c.entries) {
				t.Errorf("entries %v, want %v", got, c.entries)
			}
			if got := namesOf(a.Aside); !slices.Equal(got, c.aside) {
				t.Errorf("set aside %v, want %v", got, c.aside)
			}
			for _, e := range a.Aside {
				i := slices.IndexFunc(a.Files, func(f FileState) bool { return f.Path == e.File })
				if i < 0 || a.Files[i].Aside == "" || !a.Files[i].Unread {
					t.Errorf("%s stands in a file that is not told apart: %+v", e.Name, a.Files)
				}
			}
		})
	}
}

func namesOf(entries []Entry) []string {
	var names []string
	for _, e := range entries {
		names = append(names, e.Name)
	}
	return names
}

// TestPrivateServers: those of one project in the user's own file are listed for
// that project only.
func TestPrivateServers(t *testing.T) {
	b := newBox(t, "linux")
	shop := b.path("home/ann/shop")
	b.dir("home/ann/shop")
	b.file("home/ann/.claude.json", `{"mcpServers":{"mine":{"command":"x"}},"projects":{"`+shop+`":{"mcpServers":{"theirs":{"command":"y"}}},"/else":{"mcpServers":{"no":{"command":"z"}}}}}`)
	table := shippedTable(t)
	a, err := table.LookOne(b.sys, "claude-code", shop)
	must(t, err)
	if got := namesOf(a.Entries); !slices.Equal(got, []string{"mine", "theirs"}) {
		t.Errorf("entries %v", got)
	}
	if e := a.Entries[1]; !slices.Equal(e.Path, []string{"projects", shop, "mcpServers", "theirs"}) || e.File != filepath.Join(b.sys.Home, ".claude.json") {
		t.Errorf("it stands at %q", e.Path)
	}
	a, err = table.LookOne(b.sys, "claude-code", "")
	must(t, err)
	if got := namesOf(a.Entries); !slices.Equal(got, []string{"mine"}) {
		t.Errorf("without a project: %v", got)
	}
	at := a.Client.At(Private, shop)
	if got := at.Dialect.Path("n"); !slices.Equal(got, []string{"projects", shop, "mcpServers", "n"}) {
		t.Errorf("a new one goes to %q", got)
	}
	if got := a.Client.Dialect.Servers; !slices.Equal(got, []string{"mcpServers"}) {
		t.Errorf("the app's own dialect became %q", got)
	}
}

// TestSharedFileIsNoSign: a file that other programs keep too does not make an
// app one that is here.
func TestSharedFileIsNoSign(t *testing.T) {
	b := newBox(t, "windows")
	b.file("home/ann/.mcp.json", `{"mcpServers":{}}`)
	a, err := shippedTable(t).LookOne(b.sys, "visual-studio", "")
	must(t, err)
	if a.Found {
		t.Errorf("found by %v", a.Evidence)
	}
}
