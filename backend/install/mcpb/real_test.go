package mcpb

import (
	"bytes"
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"toolbay/backend/install"
	"toolbay/backend/install/npm"
	"toolbay/backend/install/pypi"
	"toolbay/backend/job"
	"toolbay/backend/launch"
	"toolbay/backend/model"
	"toolbay/backend/probe"
	"toolbay/backend/runtimes"
	"toolbay/internal/uvarchive"
)

// uvPythons joins bundles with what installs Python packages, as backend does.
type uvPythons struct{ *pypi.Installer }

func (p uvPythons) Plan(ctx context.Context, requires string) ([]install.Fetch, error) {
	return p.PlanEnvironment(ctx, requires)
}

func (p uvPythons) Make(ctx context.Context, e Environment, report job.Report) (Python, error) {
	made, err := p.Environment(ctx, pypi.Needs(e), report)
	return Python{Program: made.Program, Version: made.Version}, err
}

// TestRealBundles goes the whole way with bundles that the official tool packs:
// real packages of npm and PyPI, a compiled program, lines that only name a
// package. Each says hello as it would to an app, with a key that stands in no
// argument. It needs TOOLBAY_TEST_APPS=1.
func TestRealBundles(t *testing.T) {
	if os.Getenv("TOOLBAY_TEST_APPS") == "" {
		t.Skip("set TOOLBAY_TEST_APPS=1")
	}
	t.Setenv("PATH", filepath.Dir(uvarchive.Program(t))+string(os.PathListSeparator)+os.Getenv("PATH"))
	home := t.TempDir()
	nodes := &runtimes.Nodes{Home: home}
	py := &pypi.Installer{Home: home, UVs: &runtimes.UVs{Home: home}, Pythons: &runtimes.Pythons{Home: home}}
	in := &Installer{Home: home, Nodes: nodes, Pythons: uvPythons{py}, Others: map[string]install.Kind{"npm": &npm.Installer{Home: home, Nodes: nodes}, "pypi": py}}

	const key = `"user_config":{"key":{"type":"string","title":"Key","description":"A key","sensitive":true}}`
	node := `import { McpServer } from "@modelcontextprotocol/sdk/server/mcp.js";
import { StdioServerTransport } from "@modelcontextprotocol/sdk/server/stdio.js";
if (process.argv[2] !== "--key=hunter2") process.exit(7);
const s = new McpServer({ name: "notes", version: "1" });
s.tool("look", "Looks", async () => ({ content: [] }));
await s.connect(new StdioServerTransport());
`
	python := "import sys\nfrom importlib.metadata import version\nfrom mcp.server.fastmcp import FastMCP\n\ndef main():\n    assert sys.argv[1:] == ['--key', 'hunter2'] and version('notes-mcp') == '1.2'\n    m = FastMCP('notes')\n    m.tool(name='look')(lambda: 'x')\n    m.run()\n"
	program := `package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"os"
)

func main() {
	for in := bufio.NewScanner(os.Stdin); in.Scan(); {
		var m struct {
			ID     json.RawMessage
			Method string
		}
		json.Unmarshal(in.Bytes(), &m)
		switch m.Method {
		case "initialize":
			fmt.Printf("{\"jsonrpc\":\"2.0\",\"id\":%s,\"result\":{\"protocolVersion\":\"2025-06-18\",\"capabilities\":{\"tools\":{}},\"serverInfo\":{\"name\":%q,\"version\":\"1\"}}}\n", m.ID, os.Getenv("KEY"))
		case "tools/list":
			fmt.Printf("{\"jsonrpc\":\"2.0\",\"id\":%s,\"result\":{\"tools\":[{\"name\":\"look\",\"inputSchema\":{\"type\":\"object\"}}]}}\n", m.ID)
		}
	}
}
`
	for _, c := range []struct {
		name    string
		files   map[string]string
		prepare [][]string
		tool    string
	}{
		{"node with what it needs", map[string]string{
			"package.json":    `{"name":"notes","version":"1.2.0","type":"module","private":true,"dependencies":{"@modelcontextprotocol/sdk":"1.29.0"}}`,
			"server/index.js": node,
			"manifest.json": manifest(`{"type":"node","entry_point":"server/index.js","mcp_config":{"command":"node","args":["${__dirname}/server/index.js","--key=${user_config.key}"]}}`,
				key, `"compatibility":{"runtimes":{"node":">=18,<99"}}`),
		}, [][]string{{"npm", "install", "--ignore-scripts", "--no-audit", "--no-fund"}}, "look"},
		{"python that uv prepares", map[string]string{
			"pyproject.toml":        "[project]\nname = \"notes-mcp\"\nversion = \"1.2\"\nrequires-python = \">=3.10\"\ndependencies = [\"mcp>=1.2,<2\"]\n[project.scripts]\nnotes = \"notes:main\"\n[build-system]\nrequires = [\"hatchling\"]\nbuild-backend = \"hatchling.build\"\n",
			"src/notes/__init__.py": python,
			"manifest.json": strings.Replace(manifest(`{"type":"uv","entry_point":"src/notes/__init__.py","mcp_config":{"command":"uv","args":["run","--directory","${__dirname}","notes","--key","${user_config.key}"]}}`,
				key), `"0.3"`, `"0.4"`, 1),
		}, nil, "look"},
		{"a program", map[string]string{
			"main.go": program, "go.mod": "module notes\n\ngo 1.22\n", ".mcpbignore": "main.go\ngo.mod\n",
			"manifest.json": manifest(`{"type":"binary","entry_point":"server/notes","mcp_config":{"command":"${__dirname}/server/notes","args":[],"env":{"KEY":"${user_config.key}"}}}`, key),
		}, [][]string{{"go", "build", "-o", "server/notes", "."}, {"chmod", "644", "server/notes"}}, "look"},
		{"a line for npx", map[string]string{
			"manifest.json": manifest(`{"type":"node","entry_point":"index.js","mcp_config":{"command":"npx","args":["-y","@modelcontextprotocol/server-memory@latest"],"env":{"MEMORY_FILE_PATH":"${__dirname}/m.json"}}}`),
		}, nil, "read_graph"},
		{"a line for uvx", map[string]string{
			"manifest.json": manifest(`{"type":"python","entry_point":"x.py","mcp_config":{"command":"uvx","args":["mcp-server-time"]}}`),
		}, nil, "get_current_time"},
	} {
		t.Run(c.name, func(t *testing.T) {
			dir := filepath.Join(t.TempDir(), "made")
			for at, content := range c.files {
				place := filepath.Join(dir, filepath.FromSlash(at))
				if err := errors.Join(os.MkdirAll(filepath.Dir(place), 0o755), os.WriteFile(place, []byte(content), 0o644)); err != nil {
					t.Fatal(err)
				}
			}
			bundle := dir + ".mcpb"
			for _, step := range append(c.prepare, []string{"npx", "-y", "@anthropic-ai/mcpb@2.1.2", "pack", dir, bundle}) {
				cmd := exec.Command(step[0], step[1:]...)
				cmd.Dir, cmd.Env = dir, append(os.Environ(), "CGO_ENABLED=0", "GOWORK=off")
				if out, err := cmd.CombinedOutput(); err != nil {
					t.Fatalf("%v: %v\n%s", step, err, out)
				}
			}
			plan, err := in.Plan(t.Context(), model.Package{Type: "mcpb", Identifier: bundle})
			if err != nil {
				t.Fatal(err)
			}
			began := time.Now()
			done, err := in.Install(t.Context(), plan, install.Options{Server: "real"}, job.Silent)
			if model.Code(err) == "registry_unreachable" {
				t.Skip("needs the package registries")
			}
			if err != nil {
				t.Fatal(err)
			}
			t.Logf("%d bytes in %v", done.Receipt.Size, time.Since(began).Round(time.Millisecond))
			s := model.Server{Dir: done.Dir, Args: done.Args, Env: done.Env}
			for _, i := range plan.Inputs {
				s.Inputs = append(s.Inputs, model.AnsweredInput{Input: i, Set: i.Secret})
			}
			filled, err := Fill(s, in.Folders)
			if err != nil {
				t.Fatal(err)
			}
			spec := launch.Spec{Server: "real", Command: done.Command, Args: filled.Args, Env: filled.Env, SecretEnv: filled.SecretEnv, Path: done.Path}
			cmd, err := launch.Prepare(home, spec, "", map[string]string{"key": "hunter2"}, launch.AppEnvironment(os.Getenv))
			if err != nil {
				t.Fatal(err)
			}
			if strings.Contains(strings.Join(cmd.Args, " "), "hunter2") {
				t.Errorf("the key is an argument: %q", cmd.Args)
			}
			p := probe.Run(t.Context(), probe.Command{Path: cmd.Path, Args: cmd.Args, Env: cmd.Env, Dir: done.Dir, Hide: cmd.Hide}, probe.Options{})
			found := false
			for _, tool := range p.Tools {
				found = found || tool.Name == c.tool
			}
			if !p.OK || !found {
				t.Fatalf("%s: %+v\n%s", p.Code, p.Tools, p.Log)
			}
			for _, f := range []string{install.ReceiptName, install.SealName} {
				b, err := os.ReadFile(filepath.Join(done.Dir, f))
				if err != nil || bytes.Contains(b, []byte("hunter2")) {
					t.Errorf("%s: %v", f, err)
				}
			}
		})
	}
}
