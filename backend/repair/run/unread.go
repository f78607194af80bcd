package run

import (
	"path"
	"strings"

	"toolbay/backend/pattern"
)

// neverRead are places that people, guides and other installers write and the
// app does not read (facts of the issues that each app's table names).
var neverRead = []struct {
	app    string
	os     string // "" is all
	places []string
	right  string
}{
	{"claude-code", "", []string{"{HOME}/.claude/mcp.json", "{HOME}/.claude/.mcp.json", "{HOME}/.claude/settings.json", "{HOME}/.claude/settings.local.json", "{HOME}/.claude/mcp_servers.json", "{HOME}/.config/claude/mcp.json", "{HOME}/.config/claude-code/mcp.json"}, "{HOME}/.claude.json"},
	{"claude-code", "", []string{"{PROJECT}/.claude/mcp.json", "{PROJECT}/.claude/.mcp.json", "{PROJECT}/.claude/settings.json", "{PROJECT}/.claude/settings.local.json", "{PROJECT}/mcp.json"}, "{PROJECT}/.mcp.json"},
	{"claude-desktop", "linux", []string{"{HOME}/.config/claude/claude_desktop_config.json"}, "{HOME}/.config/Claude/claude_desktop_config.json"},
	{"claude-desktop", "darwin", []string{"{HOME}/Library/Application Support/Claude/config.json", "{HOME}/.config/Claude/claude_desktop_config.json", "{HOME}/.claude/claude_desktop_config.json"}, "{HOME}/Library/Application Support/Claude/claude_desktop_config.json"},
	{"claude-desktop", "windows", []string{"{APPDATA}/Claude/config.json", "{LOCALAPPDATA}/Claude/claude_desktop_config.json", "{LOCALAPPDATA}/AnthropicClaude/claude_desktop_config.json", "{HOME}/.claude/claude_desktop_config.json"}, "{APPDATA}/Claude/claude_desktop_config.json"},
	{"cursor", "", []string{"{HOME}/.cursor/mcp_config.json", "{HOME}/.cursor/settings.json"}, "{HOME}/.cursor/mcp.json"},
	{"vscode", "linux", []string{"{HOME}/.vscode/mcp.json"}, "{HOME}/.config/Code/User/mcp.json"},
	{"vscode", "darwin", []string{"{HOME}/.vscode/mcp.json"}, "{HOME}/Library/Application Support/Code/User/mcp.json"},
	{"vscode", "windows", []string{"{HOME}/.vscode/mcp.json"}, "{APPDATA}/Code/User/mcp.json"},
	{"zed", "darwin", []string{"{HOME}/Library/Application Support/Zed/settings.json"}, "{HOME}/.config/zed/settings.json"},
	{"zed", "windows", []string{"{HOME}/.config/zed/settings.json"}, "{APPDATA}/Zed/settings.json"},
	{"goose", "windows", []string{"{HOME}/.config/goose/config.yaml", "{LOCALAPPDATA}/Block/goose/config.yaml", "{HOME}/AppData/Block/goose/config/config.yaml"}, "{APPDATA}/Block/goose/config/config.yaml"},
	{"opencode", "", []string{"{HOME}/.agents/mcp.json", "{HOME}/.local/share/opencode/mcp-local.json", "{HOME}/.config/opencode/mcp.json", "{HOME}/.opencode/opencode.jsonc"}, "{HOME}/.config/opencode/opencode.json"},
	{"opencode", "", []string{"{PROJECT}/.agents/mcp.json"}, "{PROJECT}/opencode.json"},
	{"gemini-cli", "", []string{"{HOME}/.gemini/mcp.json", "{HOME}/.gemini/mcp_config.json"}, "{HOME}/.gemini/settings.json"},
	{"codex", "", []string{"{HOME}/.codex/mcp.json", "{HOME}/.codex/config.json", "{HOME}/.config/codex/config.toml"}, "{HOME}/.codex/config.toml"},
	{"windsurf", "", []string{"{HOME}/.windsurf/mcp.json", "{HOME}/.windsurf/mcp_config.json"}, "{HOME}/.codeium/windsurf/mcp_config.json"},
	{"copilot-cli", "", []string{"{PROJECT}/.vscode/mcp.json"}, "{PROJECT}/.mcp.json"},
}

var someHome = pattern.New(`^(?:/Users/[^/]+|/home/[^/]+|/root|[A-Za-z]:/Users/[^/]+)(/|$)`)

// canon brings a path to the table's way of writing it.
func (c *check) canon(p string) string {
	p = strings.ReplaceAll(p, `\`, "/")
	if !strings.HasPrefix(p, "//") {
		p = path.Clean(p)
	}
	home := strings.TrimSuffix(strings.ReplaceAll(c.Facts.Home, `\`, "/"), "/")
	for _, v := range [][2]string{
		{"~", "{HOME}"}, {"$HOME", "{HOME}"}, {"%USERPROFILE%", "{HOME}"}, {"%APPDATA%", "{APPDATA}"}, {"%LOCALAPPDATA%", "{LOCALAPPDATA}"}, {"%HOMEPATH%", "{HOME}"}, {home, "{HOME}"},
	} {
		if rest, ok := strings.CutPrefix(p, v[0]); ok && v[0] != "" && (rest == "" || rest[0] == '/') {
			p = v[1] + rest
			break
		}
	}
	if m := someHome().FindString(p); m != "" {
		p = "{HOME}/" + p[len(m):]
	}
	if !strings.HasPrefix(p, "{") && !strings.HasPrefix(p, "/") && !drive().MatchString(p) {
		p = "{PROJECT}/" + p
	}
	if c.windows() {
		if rest, ok := strings.CutPrefix(p, "{HOME}/AppData/Roaming/"); ok {
			p = "{APPDATA}/" + rest
		} else if rest, ok := strings.CutPrefix(p, "{HOME}/AppData/Local/"); ok {
			p = "{LOCALAPPDATA}/" + rest
		}
	}
	return p
}

// shown writes a place of the table as the file's own path is written.
func (c *check) shown(p string) string {
	if rest, ok := strings.CutPrefix(p, "{PROJECT}/"); ok {
		return rest
	}
	if drive().MatchString(c.File.Path) {
		home := strings.TrimRight(c.Facts.Home, `\/`)
		if m := someHome().FindString(strings.ReplaceAll(c.File.Path, `\`, "/")); home == "" && m != "" {
			home = strings.TrimRight(c.File.Path[:len(m)], `\/`)
		}
		for _, v := range [][2]string{{"{APPDATA}", `\AppData\Roaming`}, {"{LOCALAPPDATA}", `\AppData\Local`}, {"{HOME}", ""}} {
			if rest, ok := strings.CutPrefix(p, v[0]); ok && home != "" {
				return home + v[1] + strings.ReplaceAll(rest, "/", `\`)
			}
		}
	}
	unix := !c.windows() || strings.HasPrefix(c.File.Path, "~")
	for _, v := range [][2]string{{"{APPDATA}", "%APPDATA%"}, {"{LOCALAPPDATA}", "%LOCALAPPDATA%"}, {"{HOME}", "%USERPROFILE%"}} {
		if rest, ok := strings.CutPrefix(p, v[0]); ok {
			if v[0] == "{HOME}" && unix {
				return c.atHome(rest)
			}
			return v[1] + strings.ReplaceAll(rest, "/", `\`)
		}
	}
	return p
}

// atHome keeps an absolute path absolute.
func (c *check) atHome(rest string) string {
	if strings.HasPrefix(c.File.Path, "/") {
		if m := someHome().FindString(c.File.Path); m != "" && c.Facts.Home == "" {
			return strings.TrimSuffix(m, "/") + rest
		}
		if c.Facts.Home != "" {
			return strings.TrimSuffix(c.Facts.Home, "/") + rest
		}
	}
	return "~" + rest
}

// fits tells whether a place matches a pattern of the table, in which * stands
// within one step.
func fits(pattern, place string) bool {
	if !strings.Contains(pattern, "*") {
		return strings.EqualFold(pattern, place) && (pattern == place || strings.HasPrefix(pattern, "{APPDATA}") || strings.HasPrefix(pattern, "{LOCALAPPDATA}"))
	}
	ok, err := path.Match(pattern, place)
	return err == nil && ok
}
