package clients

import (
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
)

// box is a made-up computer in a temporary folder.
type box struct {
	t    *testing.T
	root string
	env  map[string]string
	sys  System
}

func newBox(t *testing.T, goos string) *box {
	t.Helper()
	if runtime.GOOS == "windows" {
		t.Skip("made-up computers are built with slashes")
	}
	b := &box{t: t, root: t.TempDir(), env: map[string]string{}}
	b.sys = System{OS: goos, Home: b.path("home/ann"), Root: b.root, Getenv: func(k string) string { return b.env[k] }}
	b.dir("home/ann")
	return b
}

func (b *box) path(p string) string { return filepath.Join(b.root, p) }

func (b *box) dir(p string) {
	b.t.Helper()
	if err := os.MkdirAll(b.path(p), 0o755); err != nil {
		b.t.Fatal(err)
	}
}

func (b *box) file(p, content string) {
	b.t.Helper()
	b.dir(filepath.Dir(p))
	if err := os.WriteFile(b.path(p), []byte(content), 0o755); err != nil {
		b.t.Fatal(err)
	}
}

func shippedTable(t *testing.T) *Table {
	t.Helper()
	table, err := Load("")
	if err != nil {
		t.Fatal(err)
	}
	return table
}

func TestNothingOnAnEmptyComputer(t *testing.T) {
	for _, goos := range []string{"linux", "darwin", "windows"} {
		b := newBox(t, goos)
		for _, a := range shippedTable(t).Look(b.sys, "") {
			if a.Found || len(a.Entries) > 0 {
				t.Errorf("%s: %s found by %v", goos, a.Client.ID, a.Evidence)
			}
			_, _, has := a.Client.PathOn(Machine{OS: goos, Home: "/home/ann"}, User)
			if f, ok := a.Primary(User); ok != has || ok && f.Health != Absent {
				t.Errorf("%s: %s: file %+v", goos, a.Client.ID, f)
			}
		}
	}
}

func TestDetection(t *testing.T) {
	const server = `{"mcpServers":{"a":{"command":"x"}}}`
	cases := []struct {
		name, os, app string
		env           map[string]string // values beginning with "/" stand in the box
		dirs, files   []string
		kind          string // of the first evidence, "" for not found
		primary       string
	}{
		{name: "claude code by its file", os: "linux", app: "claude-code", files: []string{"home/ann/.claude.json"}, kind: "file", primary: "home/ann/.claude.json"},
		{name: "claude code by its folder", os: "linux", app: "claude-code", dirs: []string{"home/ann/.claude"}, kind: "folder", primary: "home/ann/.claude.json"},
		{name: "claude code by a program on PATH", os: "linux", app: "claude-code", env: map[string]string{"PATH": "/opt/bin"}, files: []string{"opt/bin/claude"}, kind: "program", primary: "home/ann/.claude.json"},
		{name: "claude code by a program that PATH lacks", os: "linux", app: "claude-code", files: []string{"home/ann/.nvm/versions/node/v22.1.0/bin/claude"}, kind: "program", primary: "home/ann/.claude.json"},
		{name: "claude code elsewhere", os: "linux", app: "claude-code", env: map[string]string{"CLAUDE_CONFIG_DIR": "/srv/claude"}, files: []string{"srv/claude/.claude.json"}, kind: "file", primary: "srv/claude/.claude.json"},
		{name: "claude code in a relative folder counts as unset", os: "linux", app: "claude-code", env: map[string]string{"CLAUDE_CONFIG_DIR": "rel"}, dirs: []string{"home/ann/.claude"}, kind: "folder", primary: "home/ann/.claude.json"},
		{name: "codex", os: "linux", app: "codex", dirs: []string{"home/ann/.codex"}, kind: "folder", primary: "home/ann/.codex/config.toml"},
		{name: "codex elsewhere", os: "darwin", app: "codex", env: map[string]string{"CODEX_HOME": "/srv/codex"}, dirs: []string{"srv/codex"}, kind: "folder", primary: "srv/codex/config.toml"},
		{name: "gemini", os: "linux", app: "gemini-cli", files: []string{"home/ann/.gemini/settings.json"}, kind: "file", primary: "home/ann/.gemini/settings.json"},
		{name: "gemini elsewhere", os: "linux", app: "gemini-cli", env: map[string]string{"GEMINI_CLI_HOME": "/srv/g"}, dirs: []string{"srv/g/.gemini/tmp"}, kind: "folder", primary: "srv/g/.gemini/settings.json"},
		{name: "antigravity alone is not gemini", os: "linux", app: "gemini-cli", dirs: []string{"home/ann/.gemini/antigravity", "home/ann/.gemini/config"}, kind: "", primary: "home/ann/.gemini/settings.json"},
		{name: "gemini beside antigravity", os: "linux", app: "gemini-cli", dirs: []string{"home/ann/.gemini/antigravity", "home/ann/.gemini/tmp"}, kind: "folder", primary: "home/ann/.gemini/settings.json"},
		{name: "opencode", os: "linux", app: "opencode", dirs: []string{"home/ann/.config/opencode"}, kind: "folder", primary: "home/ann/.config/opencode/opencode.json"},
		{name: "opencode with XDG", os: "linux", app: "opencode", env: map[string]string{"XDG_CONFIG_HOME": "/xdg"}, files: []string{"xdg/opencode/opencode.jsonc"}, kind: "file", primary: "xdg/opencode/opencode.jsonc"},
		{name: "vscode on linux", os: "linux", app: "vscode", dirs: []string{"home/ann/.config/Code/User"}, kind: "folder", primary: "home/ann/.config/Code/User/mcp.json"},
		{name: "vscode with XDG", os: "linux", app: "vscode", env: map[string]string{"XDG_CONFIG_HOME": "/xdg"}, dirs: []string{"xdg/Code/User"}, kind: "folder", primary: "xdg/Code/User/mcp.json"},
		{name: "vscode portable", os: "linux", app: "vscode", env: map[string]string{"VSCODE_PORTABLE": "/usb/data"}, dirs: []string{"usb/data/user-data/User"}, kind: "folder", primary: "usb/data/user-data/User/mcp.json"},
		{name: "insiders is not vscode", os: "linux", app: "vscode", dirs: []string{"home/ann/.config/Code - Insiders/User"}, kind: "", primary: "home/ann/.config/Code/User/mcp.json"},
		{name: "vscode on macOS", os: "darwin", app: "vscode", dirs: []string{"Applications/Visual Studio Code.app"}, kind: "app", primary: "home/ann/Library/Application Support/Code/User/mcp.json"},
		{name: "vscode on windows", os: "windows", app: "vscode", env: map[string]string{"APPDATA": "/home/ann/AppData/Roaming"}, dirs: []string{"home/ann/AppData/Roaming/Code/User"}, kind: "folder", primary: "home/ann/AppData/Roaming/Code/User/mcp.json"},
		{name: "cursor on macOS", os: "darwin", app: "cursor", dirs: []string{"home/ann/.cursor"}, kind: "folder", primary: "home/ann/.cursor/mcp.json"},
		{name: "cursor on windows", os: "windows", app: "cursor", files: []string{"home/ann/AppData/Local/Programs/cursor/Cursor.exe"}, kind: "app", primary: "home/ann/.cursor/mcp.json"},
		{name: "claude desktop on macOS", os: "darwin", app: "claude-desktop", dirs: []string{"home/ann/Library/Application Support/Claude"}, kind: "folder", primary: "home/ann/Library/Application Support/Claude/claude_desktop_config.json"},
		{name: "claude desktop on linux", os: "linux", app: "claude-desktop", dirs: []string{"home/ann/.config/Claude"}, kind: "folder", primary: "home/ann/.config/Claude/claude_desktop_config.json"},
		{name: "claude desktop, old windows installer", os: "windows", app: "claude-desktop", files: []string{"home/ann/AppData/Local/AnthropicClaude/claude.exe"}, kind: "app", primary: "home/ann/AppData/Roaming/Claude/claude_desktop_config.json"},
		{name: "claude desktop from the store, never started", os: "windows", app: "claude-desktop", dirs: []string{"home/ann/AppData/Local/Packages/Claude_pzs8sxrjxfjjc"}, kind: "app", primary: "home/ann/AppData/Local/Packages/Claude_pzs8sxrjxfjjc/LocalCache/Roaming/Claude/claude_desktop_config.json"},
		{name: "npm programs on windows", os: "windows", app: "claude-code", env: map[string]string{"APPDATA": "/home/ann/AppData/Roaming"}, files: []string{"home/ann/AppData/Roaming/npm/claude.cmd"}, kind: "program", primary: "home/ann/.claude.json"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			b := newBox(t, c.os)
			for k, v := range c.env {
				if strings.HasPrefix(v, "/") {
					v = b.path(v)
				}
				b.env[k] = v
			}
			for _, d := range c.dirs {
				b.dir(d)
			}
			for _, f := range c.files {
				b.file(f, server)
			}
			a, err := shippedTable(t).LookOne(b.sys, c.app, "")
			if err != nil {
				t.Fatal(err)
			}
			if a.Found != (c.kind != "") {
				t.Fatalf("found %v by %v", a.Found, a.Evidence)
			}
			if a.Found && a.Evidence[0].Kind != c.kind {
				t.Errorf("evidence %v, want kind %s first", a.Evidence, c.kind)
			}
			if f, ok := a.Primary(User); !ok || f.Path != b.path(c.primary) {
				t.Errorf("would write %s", f.Path)
			}
			if _, ok := a.Primary(Project); ok {
				t.Error("a project file without a project")
			}
		})
	}
}

func TestClaudeDesktopFromTheStore(t *testing.T) {
	const roaming = "home/ann/AppData/Roaming/Claude/claude_desktop_config.json"
	const cache = "/LocalCache/Roaming/Claude/claude_desktop_config.json"
	b := newBox(t, "windows")
	b.file(roaming, `{"mcpServers":{"nobody-reads-me":{"command":"x"}}}`)
	b.dir("home/ann/AppData/Local/Packages/Claude_a")
	b.file("home/ann/AppData/Local/Packages/Claude_b"+cache, `{"mcpServers":{"read":{"command":"y"}}}`)
	b.dir("home/ann/AppData/Local/Packages/Claude-3p")
	a, err := shippedTable(t).LookOne(b.sys, "claude-desktop", "")
	if err != nil {
		t.Fatal(err)
	}
	if f, _ := a.Primary(User); f.Path != b.path("home/ann/AppData/Local/Packages/Claude_b"+cache) || f.Unread {
		t.Errorf("would write %+v", f)
	}
	if len(a.Files) != 2 || a.Files[1].Path != b.path(roaming) || !a.Files[1].Unread || a.Files[1].Primary {
		t.Errorf("files %+v", a.Files)
	}
	if len(a.Entries) != 1 || a.Entries[0].Name != "read" {
		t.Errorf("entries %+v", a.Entries)
	}
}

func TestOpencodeChoosesItsFile(t *testing.T) {
	const dir = "home/ann/.config/opencode/"
	cases := []struct {
		name        string
		json, jsonc string
		want        string
	}{
		{"none", "", "", "opencode.json"},
		{"only .jsonc", "", "{}", "opencode.jsonc"},
		{"only .json", "{}", "", "opencode.json"},
		{"both without servers", "{}", "{}", "opencode.json"},
		{"servers in .jsonc", "{}", `{"mcp":{}} // x`, "opencode.jsonc"},
		{"servers in both", `{"mcp":{}}`, `{"mcp":{}}`, "opencode.json"},
		{"broken .json", "{", `{"mcp":{}}`, "opencode.jsonc"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			b := newBox(t, "linux")
			for name, text := range map[string]string{"opencode.json": c.json, "opencode.jsonc": c.jsonc} {
				if text != "" {
					b.file(dir+name, text)
				}
			}
			a, err := shippedTable(t).LookOne(b.sys, "opencode", "")
			if err != nil {
				t.Fatal(err)
			}
			if f, _ := a.Primary(User); f.Path != b.path(dir+c.want) {
				t.Errorf("would write %s", f.Path)
			}
		})
	}
}

func TestProjectFiles(t *testing.T) {
	want := map[string]string{
		"claude-desktop": "", "claude-code": ".mcp.json", "cursor": ".cursor/mcp.json", "vscode": ".vscode/mcp.json",
		"codex": ".codex/config.toml", "gemini-cli": ".gemini/settings.json", "opencode": ".opencode/opencode.json",
		"vscode-insiders": ".vscode/mcp.json", "vscodium": ".vscode/mcp.json", "devin": ".devin/mcp_config.json",
		"zed": ".zed/settings.json", "roo": ".roo/mcp.json", "kilo": "kilo.jsonc", "continue": ".continue/mcpServers/mcp.json",
		"qwen-code": ".qwen/settings.json", "copilot-cli": ".github/mcp.json", "goose": ".goose/config.yaml",
		"junie": ".junie/mcp/mcp.json", "jetbrains-ai": ".ai/mcp/mcp.json", "amazon-q": ".amazonq/mcp.json",
		"kiro": ".kiro/settings/mcp.json", "warp": ".warp/.mcp.json", "trae": ".trae/mcp.json", "amp": ".amp/settings.json",
		"antigravity": ".agents/mcp_config.json", "crush": "crush.json", "droid": ".factory/mcp.json", "vibe": ".vibe/config.toml",
	}
	b := newBox(t, "linux")
	b.file("home/ann/work/.opencode/opencode.json", `{"mcp":{"p":{"type":"local","command":["p"]}}}`)
	for _, a := range shippedTable(t).Look(b.sys, b.path("home/ann/work")) {
		f, ok := a.Primary(Project)
		if ok != (want[a.Client.ID] != "") || ok && f.Path != b.path("home/ann/work/"+want[a.Client.ID]) {
			t.Errorf("%s: %+v", a.Client.ID, f)
		}
		if a.Found {
			t.Errorf("%s: a file in a project is no evidence for the app: %v", a.Client.ID, a.Evidence)
		}
	}
}

// TestHomeAsProject: the same file is not listed twice.
func TestHomeAsProject(t *testing.T) {
	b := newBox(t, "linux")
	b.file("home/ann/.cursor/mcp.json", `{"mcpServers":{"a":{"command":"x"}}}`)
	a, err := shippedTable(t).LookOne(b.sys, "cursor", b.sys.Home)
	if err != nil || len(a.Files) != 1 || len(a.Entries) != 1 || a.Files[0].Scope != User {
		t.Errorf("%+v, %v", a, err)
	}
}

func TestManagedByAnOrganisation(t *testing.T) {
	b := newBox(t, "linux")
	b.file("etc/claude-code/managed-mcp.json", "{}")
	a, err := shippedTable(t).LookOne(b.sys, "claude-code", "")
	if err != nil || a.Managed != b.path("etc/claude-code/managed-mcp.json") {
		t.Errorf("managed %q, %v", a.Managed, err)
	}
}
