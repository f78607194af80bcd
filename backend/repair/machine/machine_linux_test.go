package machine

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"toolbay/backend/clients"
	"toolbay/backend/repair/finding"
	"toolbay/backend/repair/run"
)

func write(t *testing.T, path, text string, mode os.FileMode) string {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), mode); err != nil {
		t.Fatal(err)
	}
	return path
}

func app(t *testing.T, id string) finding.File {
	t.Helper()
	table, err := clients.Load("")
	if err != nil {
		t.Fatal(err)
	}
	c, ok := table.Get(id)
	if !ok {
		t.Fatal(id)
	}
	return finding.File{App: c, Dialect: c.Dialect, OS: "linux", Scope: clients.User}
}

// A login shell is asked for its PATH as a terminal starts it; what its startup
// files print besides does not matter.
func TestAskShell(t *testing.T) {
	shell, err := exec.LookPath("bash")
	if err != nil {
		t.Skip("this computer has no bash, whose startup files the test writes")
	}
	home := t.TempDir()
	write(t, filepath.Join(home, ".bash_profile"), "echo hello; echo '=toolbay'\nexport PATH=\"/odd place/bin:$HOME/bin:/usr/bin\"\n", 0o644)
	if got, want := askShell(t.Context(), shell, home), "/odd place/bin:"+home+"/bin:/usr/bin"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
	write(t, filepath.Join(home, ".bash_profile"), "exec sleep 60\n", 0o644)
	ctx, cancel := context.WithTimeout(t.Context(), 300*time.Millisecond)
	defer cancel()
	if got := askShell(ctx, shell, home); got != "" {
		t.Errorf("a shell that hangs said %q", got)
	}
	for _, odd := range []string{"", "bash", "/bin/cat", "/bin/false"} {
		if got := askShell(t.Context(), odd, home); got != "" {
			t.Errorf("%q said %q", odd, got)
		}
	}
}

// The PATH of an app that runs is that of its process.
func TestProcessPath(t *testing.T) {
	cmd := exec.Command("/bin/sleep", "60")
	cmd.Env = []string{"PATH=/of/the/app:/usr/bin"}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	defer func() { cmd.Process.Kill(); cmd.Wait() }()
	m := Machine{OS: "linux", Processes: func(context.Context, clients.Client) []int { return []int{1 << 30, cmd.Process.Pid} }}
	// The environment is there once the program has begun.
	deadline := time.Now().Add(10 * time.Second)
	for {
		got := strings.Join(m.processPath(t.Context(), clients.Client{}), ":")
		if got == "/of/the/app:/usr/bin" {
			return
		}
		if time.Now().After(deadline) {
			t.Fatalf("%q", got)
		}
	}
}

func TestFacts(t *testing.T) {
	home := t.TempDir()
	gui, login := filepath.Join(home, "gui"), filepath.Join(home, ".local", "bin")
	write(t, filepath.Join(gui, "docker"), "#!/bin/sh\n", 0o755)
	write(t, filepath.Join(gui, "uvx"), "not to be run", 0o644)
	uvx := write(t, filepath.Join(login, "uvx"), "#!/bin/sh\n", 0o755)
	node := write(t, filepath.Join(home, ".nvm/versions/node/v16.20.2/bin/node"), "", 0o755)
	newer := write(t, filepath.Join(home, ".nvm/versions/node/v22.11.0/bin/node"), "", 0o755)
	script := write(t, filepath.Join(home, "a", "server.py"), "", 0o644)
	old := write(t, filepath.Join(home, ".config/Claude/claude_desktop_config.json"), "{}", 0o644)
	m := Machine{
		OS: "linux", Home: home,
		ShellPath:   func(context.Context) string { return login + ":" + gui },
		SessionPath: func(context.Context) string { return gui },
	}
	f := m.Facts(t.Context(), app(t, "claude-desktop"), old, run.Mentions{
		Commands: []string{"uvx", "docker", "nothing"}, Paths: []string{script, "~/a/gone.py", home + "/a/none"},
	})
	if f.Which["docker"] != gui+"/docker" || f.Which["uvx"] != "" || f.LoginShellWhich["uvx"] != uvx || f.LoginShellWhich["nothing"] != "" {
		t.Errorf("which %q, of the shell %q", f.Which, f.LoginShellWhich)
	}
	if !f.Exists[script] || f.Exists["~/a/gone.py"] || f.Exists[home+"/a/none"] {
		t.Errorf("exists %v", f.Exists)
	}
	if _, looked := f.Exists["~/a/gone.py"]; !looked {
		t.Error("nobody looked for a place in the home folder")
	}
	if len(f.NodeVersions) < 2 || f.NodeVersions[0] != (finding.Node{Path: newer, Version: "22.11.0"}) || f.NodeVersions[len(f.NodeVersions)-1].Path != node {
		t.Errorf("nodes %v", f.NodeVersions)
	}
	if len(f.GUIPath) != 1 || f.GUIPath[0] != gui || f.Home != home {
		t.Errorf("%q, %q", f.GUIPath, f.Home)
	}
	if f := m.Facts(t.Context(), app(t, "claude-code"), old, run.Mentions{Commands: []string{"uvx"}}); f.Which["uvx"] != uvx || f.GUIPath != nil {
		t.Errorf("an app of the terminal finds %q", f.Which)
	}
}

// Where the app looks instead is known with what it holds.
func TestFactsOfPlaces(t *testing.T) {
	home := t.TempDir()
	marker := write(t, filepath.Join(home, ".gemini/config/.migrated"), "", 0o644)
	right := write(t, filepath.Join(home, ".gemini/config/mcp_config.json"), `{"mcpServers": {"b": {}}}`, 0o644)
	stale := write(t, filepath.Join(home, ".gemini/antigravity/mcp_config.json"), `{}`, 0o644)
	m := Machine{OS: "linux", Home: home, ShellPath: func(context.Context) string { return "" }, SessionPath: func(context.Context) string { return "" }}
	f := m.Facts(t.Context(), app(t, "antigravity"), stale, run.Mentions{})
	text, known := f.Text(right)
	if !f.Exists[marker] || !f.Exists[right] || !known || !strings.Contains(string(text), `"b"`) {
		t.Errorf("exists %v, holds %q", f.Exists, text)
	}
}

func TestLogs(t *testing.T) {
	home := t.TempDir()
	path := write(t, filepath.Join(home, ".config/Claude/claude_desktop_config.json"), "{}", 0o644)
	past := time.Now().Add(-time.Hour)
	if err := os.Chtimes(path, past, past); err != nil {
		t.Fatal(err)
	}
	logs := filepath.Join(home, ".config/Claude/logs")
	write(t, filepath.Join(logs, "mcp-server-notes.log"), strings.Repeat("x", tail)+"\n"+
		"2026-11-22 [notes] [error] spawn old ENOENT\n"+
		"2026-11-22 [notes] [info] Initializing server...\n"+
		"2026-11-22 [notes] [error] spawn npx ENOENT with API_KEY=sk-ant-REDACTED0123456789\n"+
		"2026-11-22 [notes] [info] nothing of interest\n", 0o644)
	write(t, filepath.Join(logs, "mcp.log"), `2026-11-22 [info] [other] Unexpected token 'd', "[dotenv@17" is not valid JSON`+"\n"+
		`2026-11-22 [info] [fine] spawn x ENOENT`+"\n"+`2026-11-22 [info] [fine] Message from server: {"jsonrpc":"2.0","id":0,"result":{}}`+"\n", 0o644)
	old := write(t, filepath.Join(logs, "mcp-server-old.log"), "spawn old ENOENT\n", 0o644)
	longPast := past.Add(-time.Hour)
	if err := os.Chtimes(old, longPast, longPast); err != nil {
		t.Fatal(err)
	}
	m := Machine{OS: "linux", Home: home}
	got := m.observed(app(t, "claude-desktop"), path, []string{"notes", "other", "fine", "old"})
	for _, want := range []string{"[notes] ", "spawn npx ENOENT", "[other] ", "dotenv"} {
		if !strings.Contains(got, want) {
			t.Errorf("%q is not told:\n%s", want, got)
		}
	}
	for _, not := range []string{"0123456789", "[old]", "spawn old", "[fine] 2026", "of interest"} {
		if strings.Contains(got, not) {
			t.Errorf("%q is told:\n%s", not, got)
		}
	}
	if got := m.observed(app(t, "lm-studio"), path, []string{"notes"}); got != "" {
		t.Errorf("an app without a log said %q", got)
	}
}
