package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/url"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"toolbay/backend/secrets/secretstest"
	"toolbay/internal/fakeremote"
)

// conversation is a server that an app has started by its entry.
type conversation struct {
	t   *testing.T
	cmd *exec.Cmd
	in  io.WriteCloser
	out *bufio.Reader
	err *bytes.Buffer
	n   int
}

func (m *machine) converse(server string) *conversation {
	m.t.Helper()
	c := &conversation{t: m.t, cmd: m.command("run", server), err: &bytes.Buffer{}}
	c.cmd.Stderr = c.err
	in, err := c.cmd.StdinPipe()
	if err != nil {
		m.t.Fatal(err)
	}
	out, err := c.cmd.StdoutPipe()
	if err != nil {
		m.t.Fatal(err)
	}
	c.in, c.out = in, bufio.NewReader(out)
	if err := c.cmd.Start(); err != nil {
		m.t.Fatal(err)
	}
	return c
}

// ask puts a question and gives the line that answers it.
func (c *conversation) ask(method, params string) string {
	c.t.Helper()
	c.n++
	fmt.Fprintf(c.in, `{"jsonrpc":"2.0","id":%d,"method":%q,"params":%s}`+"\n", c.n, method, params)
	line, err := c.out.ReadString('\n')
	if err != nil {
		c.t.Fatalf("%v: %s", err, c.err)
	}
	return line
}

func (c *conversation) hello() string {
	c.t.Helper()
	line := c.ask("initialize", `{"protocolVersion":"2025-11-25","capabilities":{},"clientInfo":{"name":"app","version":"1"}}`)
	fmt.Fprintln(c.in, `{"jsonrpc":"2.0","method":"notifications/initialized"}`)
	return line
}

func (c *conversation) end() {
	c.t.Helper()
	c.in.Close()
	_ = c.cmd.Wait()
}

const noServers = "{\n  // mine\n  \"mcpServers\": {}\n}\n"

// A remote server through its whole life: one app speaks to it itself, one
// comes through the launcher, and afterwards every byte is as it was.
func TestRemoteServer(t *testing.T) {
	m := newMachine(t)
	s := fakeremote.New(t)
	m.write(".gemini/settings.json", noServers)
	m.write(".config/Claude/claude_desktop_config.json", "{\"x\": 1}\n")
	m.write(".config/opencode/opencode.jsonc", "{}\n")
	m.write(".codex/config.toml", "# mine\n")
	files := []string{".gemini/settings.json", ".config/Claude/claude_desktop_config.json", ".config/opencode/opencode.jsonc", ".codex/config.toml"}
	before := map[string]string{}
	for _, f := range files {
		before[f] = m.read(f)
	}
	m.fails("consent_needed", "", "install", "remote:"+s.URL)
	m.succeeds("", "install", "remote:"+s.URL, "--dry-run")
	got := m.succeeds("", "install", "remote:"+s.URL, "--yes", "--name", "far", "--app", "gemini-cli", "--app", "claude-desktop", "--app", "opencode", "--app", "codex")
	if m.field(got, "tools") != `["echo","add"]` || m.field(got, "version") != "1.2.3" {
		t.Errorf("%v", got)
	}
	for file, want := range map[string]string{
		files[0]: `"far": {
      "type": "http",
      "url": "` + s.URL + `"
    }`,
		files[1]: `"run"`,
		files[2]: `"type": "remote"`,
		files[3]: "[mcp_servers.far]\nurl = \"" + s.URL + "\"\n",
	} {
		if text := m.read(file); !strings.Contains(text, want) {
			t.Errorf("%s:\n%s", file, text)
		}
	}
	list := m.succeeds("", "list")
	if m.field(list, "0.apps") != `["claude-desktop","codex","gemini-cli","opencode"]` || m.field(list, "0.status") != "ok" {
		t.Errorf("%v", list)
	}
	for i, app := range []string{"gemini-cli", "claude-desktop", "opencode"} {
		if a := m.succeeds("", "apps", "--app", app); m.field(a, "0.servers.0.server") != "far" {
			t.Errorf("%d: %v", i, a)
		}
	}
	if m.field(m.succeeds("", "test", "far"), "ok") != "true" {
		t.Error("the test fails")
	}
	c := m.converse("far")
	if line := c.hello(); !strings.Contains(line, "fake remote") {
		t.Error(line)
	}
	if line := c.ask("tools/call", `{"name":"echo","arguments":{"a":1}}`); !strings.Contains(line, "echo map[a:1]") {
		t.Error(line)
	}
	if line := c.ask("server/discover", `{}`); !strings.Contains(line, "-32601") {
		t.Error(line)
	}
	c.end()

	// Out of one app and back by undo, byte for byte.
	with := m.read(files[0])
	m.succeeds("", "disconnect", "gemini-cli", "far")
	if m.read(files[0]) != before[files[0]] {
		t.Error(m.read(files[0]))
	}
	m.succeeds("", "undo")
	if m.read(files[0]) != with {
		t.Error(m.read(files[0]))
	}
	if list := m.succeeds("", "list"); m.field(list, "0.apps") != `["claude-desktop","codex","gemini-cli","opencode"]` {
		t.Errorf("%v", list)
	}
	// What stands there already is no change.
	if m.field(m.succeeds("", "connect", "codex", "far"), "change") != "" {
		t.Error("written twice")
	}
	m.succeeds("", "remove", "far")
	for _, f := range files {
		if m.read(f) != before[f] {
			t.Errorf("%s:\n%s", f, m.read(f))
		}
	}
	m.succeeds("", "undo")
	if m.read(files[0]) != with || m.field(m.succeeds("", "test", "far"), "ok") != "true" {
		t.Error("not brought back")
	}
	s.Stop()
	m.fails("remote_unreachable", "", "install", "remote:"+s.URL, "--yes", "--name", "second")
	if test := m.succeedsOrNot("test", "far"); !strings.Contains(test, `"error": "remote_unreachable"`) {
		t.Error(test)
	}
}

// succeedsOrNot gives the document of a command whatever its exit code.
func (m *machine) succeedsOrNot(args ...string) string {
	_, out := m.run("", append([]string{"--json"}, args...)...)
	return out
}

// Keys in a header are in no file but their own, and every app comes through
// the launcher.
func TestRemoteServerWithAKey(t *testing.T) {
	m := newMachine(t)
	s := fakeremote.New(t)
	s.Key = madeUpKey()
	m.write(".cursor/mcp.json", "{}\n")
	seen := watchCommandLines(t, []string{s.Key})
	m.fails("remote_key_in_address", "", "install", "remote:"+s.URL+"?api_key=abc", "--yes")
	m.fails("remote_address", "", "install", "remote:http://example.com/mcp", "--yes")
	m.fails("remote_address", "", "install", "remote:https://ann:pw@example.com/mcp", "--yes")
	m.fails("remote_address", "", "install", "remote:https://169.254.169.254/mcp", "--yes")
	m.fails("consent_needed", s.Key+"\n", "install", "remote:"+s.URL, "--yes", "--secret", "X-Key=-")
	before := m.read(".cursor/mcp.json")
	m.fails("remote_refused", "wrong\n", "install", "remote:"+s.URL, "--yes", "--accept-risk", "--secret", "X-Key=-", "--app", "cursor")
	if m.read(".cursor/mcp.json") != before {
		t.Error("told of a server that does not work")
	}
	m.succeeds(s.Key+"\n", "install", "remote:"+s.URL+"?user={user}", "--yes", "--accept-risk", "--name", "far", "--secret", "X-Key=-", "--answer", "user=ann b", "--app", "cursor")
	if text := m.read(".cursor/mcp.json"); !strings.Contains(text, `"run"`) || strings.Contains(text, "url") {
		t.Error(text)
	}
	c := m.converse("far")
	c.hello()
	if line := c.ask("tools/call", `{"name":"add"}`); !strings.Contains(line, "add map") {
		t.Error(line)
	}
	c.end()
	for _, args := range [][]string{{"list"}, {"keys"}, {"apps"}, {"test", "far"}, {"history"}} {
		m.succeeds("", args...)
	}
	if found := m.holding(s.Key); !slices.Equal(found, []string{".toolbay/keys/far.json"}) {
		t.Errorf("the key is in %q", found)
	}
	if strings.Contains(m.heard.String(), s.Key) {
		t.Error("the key was printed")
	}
	if lines := seen(); len(lines) > 0 {
		t.Errorf("the key stood in a command line: %q", lines)
	}
}

// signsIn runs a command in which a person signs in, as one at a browser does.
func (m *machine) signsIn(args ...string) any {
	m.t.Helper()
	cmd := m.command(append([]string{"--json"}, args...)...)
	var out bytes.Buffer
	cmd.Stdout = &out
	errs, err := cmd.StderrPipe()
	if err != nil {
		m.t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		m.t.Fatal(err)
	}
	lines := bufio.NewScanner(errs)
	for lines.Scan() {
		m.heard.WriteString(lines.Text() + "\n")
		if strings.HasPrefix(lines.Text(), "http") {
			if page, err := fakeremote.Browse(lines.Text()); err != nil || !strings.Contains(page, "You are signed in") {
				m.t.Errorf("the page: %s %v", page, err)
			}
		}
	}
	err = cmd.Wait()
	m.heard.Write(out.Bytes())
	var doc any
	if json.Unmarshal(out.Bytes(), &doc) != nil || err != nil {
		m.t.Fatalf("%v: %v %s", args, err, out.String())
	}
	return doc
}

// A server behind a sign-in: signed in to while it is installed, renewed,
// over, signed in to again, signed out of.
func TestRemoteServerBehindASignIn(t *testing.T) {
	bus := secretstest.Start(t, filepath.Join(t.TempDir(), "bus"))
	bus.StartKeychain(t)
	m := newMachine(t, "DBUS_SESSION_BUS_ADDRESS="+bus.Address)
	s := fakeremote.New(t)
	auth := s.Protect(t)
	m.write(".cursor/mcp.json", "{}\n")

	// Nobody says yes: nothing is left.
	auth.Answer = func(v url.Values) { v.Del("code"); v.Set("error", "access_denied") }
	empty := m.read(".cursor/mcp.json")
	cmd := m.command("--json", "install", "remote:"+s.URL, "--yes", "--no-browser", "--app", "cursor")
	var out bytes.Buffer
	cmd.Stdout = &out
	errs, _ := cmd.StderrPipe()
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	for lines := bufio.NewScanner(errs); lines.Scan(); {
		if strings.HasPrefix(lines.Text(), "http") {
			_, _ = fakeremote.Browse(lines.Text())
		}
	}
	_ = cmd.Wait()
	if !strings.Contains(out.String(), `"signin_refused"`) || m.read(".cursor/mcp.json") != empty {
		t.Errorf("%s", out.String())
	}
	if list := m.succeedsOrNot("list"); strings.TrimSpace(list) != "[]" {
		t.Errorf("left: %s", list)
	}
	auth.Answer = nil

	got := m.signsIn("install", "remote:"+s.URL, "--yes", "--no-browser", "--name", "far", "--app", "cursor")
	if m.field(got, "tools") != `["echo","add"]` {
		t.Errorf("%v", got)
	}
	if text := m.read(".cursor/mcp.json"); !strings.Contains(text, `"run"`) {
		t.Error(text)
	}
	auth.Expire() // the launcher renews
	c := m.converse("far")
	if line := c.hello(); !strings.Contains(line, "fake remote") {
		t.Error(line)
	}
	auth.Expire() // and again while it runs
	if line := c.ask("tools/call", `{"name":"echo"}`); !strings.Contains(line, "echo map") {
		t.Error(line)
	}
	auth.End()
	if line := c.ask("tools/call", `{"name":"echo"}`); !strings.Contains(line, "Sign in again") || !strings.Contains(line, "toolbay login far") {
		t.Error(line)
	}
	if list := m.succeeds("", "list"); m.field(list, "0.status") != "needs-sign-in" {
		t.Errorf("%v", list)
	}
	if res := m.succeedsOrNot("test", "far"); !strings.Contains(res, `"error": "signin_again"`) {
		t.Error(res)
	}
	if res := m.signsIn("login", "far", "--no-browser"); m.field(res, "signed_in") != "true" || m.field(res, "ok") != "true" {
		t.Errorf("%v", res)
	}
	// The conversation that goes on finds the new one.
	if line := c.ask("tools/call", `{"name":"echo"}`); !strings.Contains(line, "echo map") {
		t.Error(line)
	}
	c.end()
	if list := m.succeeds("", "list"); m.field(list, "0.status") != "ok" {
		t.Errorf("%v", list)
	}
	if res := m.succeeds("", "logout", "far"); m.field(res, "told") != "true" || m.field(res, "signed_in") != "false" {
		t.Errorf("%v", res)
	}
	if list := m.succeeds("", "list"); m.field(list, "0.status") != "needs-sign-in" {
		t.Errorf("%v", list)
	}
	m.signsIn("login", "far", "--no-browser")
	m.succeeds("", "remove", "far")
	m.succeeds("", "undo")
	if m.field(m.succeeds("", "test", "far"), "ok") != "true" {
		t.Error("brought back, but not signed in")
	}
	for _, secret := range auth.Told() {
		if found := m.holding(secret); len(found) > 0 {
			t.Errorf("%s is in %q", secret, found)
		}
		if strings.Contains(m.heard.String()+c.err.String(), secret) {
			t.Errorf("%s was printed", secret)
		}
	}
	if slices.Contains(auth.Did(), "reused") {
		t.Error("a refresh token was used twice")
	}
}

// A server that began to want a sign-in: apps that spoke to it themselves come
// through us from then on.
func TestRemoteServerThatBeginsToWantASignIn(t *testing.T) {
	m := newMachine(t)
	s := fakeremote.New(t)
	m.write(".cursor/mcp.json", "{\"mcpServers\": {\"a\": {\"command\": \"x\"}}}\n")
	before := m.read(".cursor/mcp.json")
	m.succeeds("", "install", "remote:"+s.URL, "--yes", "--name", "far", "--app", "cursor")
	if text := m.read(".cursor/mcp.json"); !strings.Contains(text, `"url"`) {
		t.Error(text)
	}
	m.fails("signin_none", "", "login", "far", "--no-browser", "--accept-risk")
	s.Protect(t)
	if res := m.succeedsOrNot("test", "far"); !strings.Contains(res, `"error": "signin_needed"`) {
		t.Error(res)
	}
	m.fails("consent_needed", "", "login", "far", "--no-browser")
	m.signsIn("login", "far", "--no-browser", "--accept-risk")
	if text := m.read(".cursor/mcp.json"); !strings.Contains(text, `"run"`) || strings.Contains(text, `"url"`) {
		t.Error(text)
	}
	m.succeeds("", "remove", "far")
	if m.read(".cursor/mcp.json") != before {
		t.Error(m.read(".cursor/mcp.json"))
	}
}

// A removed server that comes back after another had its name does not get the
// sign-in to that one.
func TestASignInIsNotInherited(t *testing.T) {
	m := newMachine(t)
	first, second := fakeremote.New(t), fakeremote.New(t)
	auth := first.Protect(t)
	m.signsIn("install", "remote:"+first.URL, "--yes", "--no-browser", "--accept-risk", "--name", "far")
	gone := fmt.Sprint(m.field(m.succeeds("", "remove", "far"), "change"))
	m.succeeds("", "install", "remote:"+second.URL, "--yes", "--name", "far")
	other := second.Protect(t)
	m.signsIn("login", "far", "--no-browser", "--accept-risk")
	if m.field(m.succeeds("", "test", "far"), "ok") != "true" {
		t.Error("the second does not work")
	}
	m.succeeds("", "remove", "far")
	m.fails("trash_emptied", "", "undo", gone)
	if list := m.succeedsOrNot("list"); strings.TrimSpace(list) != "[]" {
		t.Errorf("it is back: %s", list)
	}
	m.succeeds("", "undo")
	if m.field(m.succeeds("", "test", "far"), "ok") != "true" {
		t.Error("the second is not back with its sign-in")
	}
	for _, secret := range append(auth.Told(), other.Told()...) {
		if strings.Contains(m.heard.String(), secret) {
			t.Errorf("%s was printed", secret)
		}
	}
}

// An install that is killed while somebody signs in leaves nothing, whenever
// that is.
func TestRemoteInstallKilled(t *testing.T) {
	bus := secretstest.Start(t, filepath.Join(t.TempDir(), "bus"))
	bus.StartKeychain(t)
	m := newMachine(t, "DBUS_SESSION_BUS_ADDRESS="+bus.Address)
	s := fakeremote.New(t)
	s.Protect(t)
	m.write(".cursor/mcp.json", "{}\n")
	m.succeeds("", "list")
	for _, agree := range []bool{false, true} {
		cmd := m.command("--json", "install", "remote:"+s.URL, "--yes", "--no-browser", "--name", "far", "--app", "cursor")
		errs, err := cmd.StderrPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		for lines := bufio.NewScanner(errs); lines.Scan(); {
			switch {
			case strings.HasPrefix(lines.Text(), "http") && !agree:
				_ = cmd.Process.Kill()
			case strings.HasPrefix(lines.Text(), "http"):
				_, _ = fakeremote.Browse(lines.Text())
			case agree && strings.Contains(lines.Text(), "Saying hello"):
				_ = cmd.Process.Kill()
			}
		}
		if cmd.Wait() == nil {
			t.Skip("it was done before it was killed")
		}
		if list := m.succeedsOrNot("list"); strings.TrimSpace(list) != "[]" {
			t.Errorf("left: %s", list)
		}
		if m.read(".cursor/mcp.json") != "{}\n" {
			t.Error(m.read(".cursor/mcp.json"))
		}
		m.nothingLeft("far")
	}
	// What it had signed in with is forgotten: the next install signs in anew.
	m.signsIn("install", "remote:"+s.URL, "--yes", "--no-browser", "--name", "far")
}
