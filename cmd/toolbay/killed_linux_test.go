package main

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"toolbay/backend/bundle"
	"toolbay/internal/containertest"
	"toolbay/internal/fakepypi"
	"toolbay/internal/fakeremote"
	"toolbay/internal/uvarchive"
)

// killedAt is how many moments of an install it is killed at; all kinds
// together make more than a hundred.
const killedAt = 18

// everyKind is a server of each kind that the whole command line can install.
var everyKind = []struct {
	name string
	// prepare makes what is installed. It gives the command's arguments and
	// what the machine's environment must have for them.
	prepare func(t *testing.T) (args, env []string)
}{
	{"npm", func(*testing.T) (args, env []string) { return []string{"install", "npm:hello-mcp"}, nil }},
	{"npm, one version", func(*testing.T) (args, env []string) { return []string{"install", "npm:hello-mcp@1.0.0"}, nil }},
	{"python", func(t *testing.T) (args, env []string) { return greeting(t, "pypi:greet-mcp") }},
	{"python, one version", func(t *testing.T) (args, env []string) { return greeting(t, "pypi:greet-mcp@1.0.0") }},
	{"bundle", func(t *testing.T) (args, env []string) { return []string{"install", "mcpb:" + helloBundle(t)}, nil }},
	{"container", func(t *testing.T) (args, env []string) {
		image := containertest.Image(t, "acme/killed-mcp", "1.0")
		return []string{"install", "oci:" + image.Name + ":1.0"}, []string{"DOCKER_HOST=" + image.Engine}
	}},
	{"remote", func(t *testing.T) (args, env []string) {
		return []string{"install", "remote:" + fakeremote.New(t).URL}, nil
	}},
	{"pasted", func(t *testing.T) (args, env []string) {
		script := filepath.Join(t.TempDir(), "hello.js")
		if err := os.WriteFile(script, []byte(mcp), 0o600); err != nil {
			t.Fatal(err)
		}
		return []string{"paste", "--install", "node " + script}, nil
	}},
}

// greeting installs a Python server from an index of the test's own.
func greeting(t *testing.T, ref string) (args, env []string) {
	t.Helper()
	index := fakepypi.New(t, pythonPackages()...)
	path := filepath.Dir(uvarchive.Program(t)) + ":" + os.Getenv("PATH")
	return []string{"install", ref}, []string{
		"PATH=" + path, "UV_DEFAULT_INDEX=" + index.URL, "UV_HTTP_RETRIES=0", "UV_PYTHON_DOWNLOADS_JSON_URL=" + index.URL + "/no-list",
	}
}

// An install of any kind that is killed, at any moment: the next start has all
// of it or nothing, and no app knows of a server that is not there.
func TestKilledInstall(t *testing.T) {
	for _, k := range everyKind {
		t.Run(k.name, func(t *testing.T) {
			args, env := k.prepare(t)
			m := newMachine(t, env...)
			m.write(".cursor/mcp.json", "{}\n")
			install := append([]string{"--json"}, append(args, "--yes", "--accept-risk", "--name", "hello", "--app", "cursor")...)
			var took time.Duration
			for range 2 { // the first fills caches
				began := time.Now()
				m.succeeds("", install[1:]...)
				took = time.Since(began)
				m.succeeds("", "remove", "hello")
			}

			whole := 0
			for i := range killedAt {
				cmd := m.command(install...)
				if err := cmd.Start(); err != nil {
					t.Fatal(err)
				}
				time.Sleep(took * time.Duration(i+1) / (killedAt + 1))
				_ = cmd.Process.Kill() // it may have ended
				_ = cmd.Wait()         // judged by what is left
				if m.listed("hello") {
					whole++
					m.succeeds("", "test", "hello")
					m.succeeds("", "remove", "hello")
				}
				m.nothingLeft("hello")
				noneLeft(t, m.path(".toolbay"))
			}
			t.Logf("killed at %d moments of %v, %d were whole", killedAt, took, whole)
			m.succeeds("", install[1:]...)
			m.succeeds("", "test", "hello")
		})
	}
}

// helloBundle is a bundle with a server in it.
func helloBundle(t *testing.T) string {
	t.Helper()
	dir, file := t.TempDir(), filepath.Join(t.TempDir(), "hello.mcpb")
	for name, body := range map[string]string{
		"manifest.json": `{"manifest_version": "0.3", "name": "hello", "version": "1.0.0", "description": "Says hello", "author": {"name": "Acme"},
  "server": {"type": "node", "entry_point": "server.js", "mcp_config": {"command": "node", "args": ["${__dirname}/server.js"]}}}`,
		"server.js": mcp,
	} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(body), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := bundle.Pack(t.Context(), dir, file); err != nil {
		t.Fatal(err)
	}
	return file
}

// listed tells whether a server is offered at the next start.
func (m *machine) listed(id string) bool {
	m.t.Helper()
	servers, _ := m.succeeds("", "list").([]any)
	return slices.ContainsFunc(servers, func(s any) bool { return m.field(s, "id") == id })
}

// nothingLeft fails when something of a server that is not here is left behind.
func (m *machine) nothingLeft(id string) {
	m.t.Helper()
	for _, path := range []string{"servers/" + id, "launch/" + id + ".json", "staging/" + id + ".install"} {
		if _, err := os.Lstat(m.path(".toolbay", filepath.FromSlash(path))); err == nil {
			m.t.Errorf("%s is left", path)
		}
	}
	left, _ := filepath.Glob(m.path(".toolbay", "staging", "*"))
	for _, l := range left {
		if !strings.HasSuffix(l, ".lock") {
			m.t.Errorf("%s is left", l)
		}
	}
	if app := m.read(".cursor/mcp.json"); strings.Contains(app, id) {
		m.t.Errorf("an app was told of it: %s", app)
	}
}
