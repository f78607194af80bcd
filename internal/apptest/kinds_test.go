package apptest

import (
	"bufio"
	"bytes"
	"encoding/json"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"toolbay/backend/job"
	"toolbay/backend/runtimes"
	"toolbay/internal/containertest"
	"toolbay/internal/fakeremote"
	"toolbay/internal/uvarchive"
)

// Every kind of package, each really installed, and real AI apps that say they
// reached it through what was written for them.
func TestEveryKindConnects(t *testing.T) {
	b := newBench(t)
	project := filepath.Join(b.home, "project")
	notes := filepath.Join(b.home, "notes")
	for _, dir := range []string{project, notes} {
		if err := os.Mkdir(dir, 0o755); err != nil {
			t.Fatal(err)
		}
	}
	b.write("notes/shopping.txt", "milk\n")

	// Neither uv nor a Python is here: both are fetched, from loopback.
	pythons, _ := uvarchive.Python(t)
	b.more = append(b.more, "UV_PYTHON_DOWNLOADS_JSON_URL="+pythons)
	b.privateUV()

	remote, open := fakeremote.New(t), everythingOverHTTP(t, b)
	remote.Protect(t)

	kinds := []struct {
		id   string
		args []string
	}{
		{"memory", []string{"npm:@modelcontextprotocol/server-memory"}},
		{"time", []string{"pypi:mcp-server-time"}},
		{"fetch", []string{"pypi:mcp-server-fetch"}},
		{"node-bundle", []string{"mcpb:" + b.nodeBundle()}},
		{"uv-bundle", []string{"mcpb:" + b.pythonBundle()}},
		{"binary-bundle", []string{"mcpb:" + b.binaryBundle()}},
		{"open", []string{"remote:" + open}},
		{"signed-in", []string{"remote:" + remote.URL}},
	}
	if os.Getenv("TOOLBAY_TEST_ENGINE") == "" {
		t.Log("no container is installed: there is no engine (build/engine.sh starts one)")
	} else {
		pushed := containertest.Image(t, "acme/boxed-mcp", "1.0")
		image := pushed.Name + "@" + pushed.Digest
		kinds = append(kinds,
			struct {
				id   string
				args []string
			}{"box", []string{"oci:" + image}},
			struct {
				id   string
				args []string
			}{"locked-box", []string{b.lockedBox(image), "--answer", "folder=" + notes}})
	}
	var ids []string
	for _, k := range kinds {
		t.Run("install "+k.id, func(t *testing.T) {
			b := b.in(t)
			b.install(append([]string{"--name", k.id}, k.args...)...)
			if len(b.hide) > 0 && strings.HasPrefix(k.args[0], "pypi:") {
				var spec struct{ Command string }
				if err := json.Unmarshal([]byte(b.read(filepath.Join(b.own, "launch", k.id+".json"))), &spec); err != nil {
					t.Fatal(err)
				}
				real, err := filepath.EvalSymlinks(spec.Command)
				if err != nil || !strings.HasPrefix(real, filepath.Join(b.own, "runtimes", "python")) {
					t.Errorf("it runs on %s, %v", real, err)
				}
			}
		})
		ids = append(ids, k.id)
	}
	if t.Failed() {
		return
	}
	for _, app := range []struct{ id, command, connected string }{
		{"claude-code", "claude", `(?m)^%: .*Connected`},
		{"opencode", "opencode", `(?s)%.{0,40}connected`},
	} {
		t.Run(app.id, func(t *testing.T) {
			b := b.in(t)
			b.run(nil, append([]string{"connect", app.id}, ids...)...)
			out, errs, err := b.command(project, app.command, "mcp", "list")
			if err != nil {
				t.Fatalf("%s mcp list: %v\n%s%s", app.command, err, out, errs)
			}
			all := colour.ReplaceAllString(out+errs, "")
			for _, id := range ids {
				if !regexp.MustCompile(strings.ReplaceAll(app.connected, "%", regexp.QuoteMeta(id))).MatchString(all) {
					t.Errorf("%s does not say that it reached %s:\n%s", app.id, id, all)
				}
			}
			b.run(nil, append([]string{"disconnect", app.id}, ids...)...)
		})
	}
	t.Run("removed", func(t *testing.T) {
		b := b.in(t)
		b.run(nil, append([]string{"remove"}, ids...)...)
		var left []struct{ ID string }
		b.run(&left, "list")
		for _, s := range left {
			for _, id := range ids {
				if s.ID == id {
					t.Errorf("%s is still there", id)
				}
			}
		}
	})
}

// privateUV fetches uv into Toolbay's own folder, as an install on a machine
// without one does, and hides the machine's uv and Python from what is installed
// afterwards. The archive is made here of a published wheel, which is why the
// table of digests is the test's own.
func (b *bench) privateUV() {
	b.t.Helper()
	archive, table := uvarchive.Linux(b.t)
	origin := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { http.ServeFile(w, r, archive) }))
	b.t.Cleanup(origin.Close)
	uvs := &runtimes.UVs{Home: b.own, UserHome: b.home, Origin: origin.URL, Table: table, Getenv: func(string) string { return "" }, SystemDirs: []string{}}
	offer, err := uvs.Offer()
	if err != nil {
		b.t.Fatal(err)
	}
	if _, err := uvs.Fetch(b.t.Context(), offer, job.Silent); err != nil {
		b.t.Fatal(err)
	}
	if os.Getuid() != 0 {
		b.t.Log("the machine's Python is not hidden: that needs root")
		return
	}
	python, err := filepath.EvalSymlinks("/usr/bin/python3")
	if err != nil {
		b.t.Fatal(err)
	}
	b.hide = []string{"unshare", "--mount", "sh", "-c", `mount --bind /dev/null "$0" && PATH=$(printf %s "$PATH" | tr : '\n' | grep -v -e pyenv -e '/uv$' | paste -sd :) && export PATH && exec "$@"`, python}
}

// in is the same machine for a part of the test.
func (b *bench) in(t *testing.T) *bench {
	part := *b
	part.t = t
	return &part
}

// install installs a server; a person at a browser says yes when it is asked to
// sign in.
func (b *bench) install(args ...string) {
	b.t.Helper()
	argv := append(slices.Clone(b.hide), b.toolbay, "install", "--yes", "--accept-risk", "--json")
	argv = append(argv, args...)
	c := b.prepared(b.home, argv[0], argv[1:]...)
	errs, err := c.StderrPipe()
	if err != nil {
		b.t.Fatal(err)
	}
	var out, said bytes.Buffer
	c.Stdout = &out
	if err := c.Start(); err != nil {
		b.t.Fatal(err)
	}
	for lines := bufio.NewScanner(errs); lines.Scan(); {
		said.WriteString(lines.Text() + "\n")
		if address := regexp.MustCompile(`http://127\.0\.0\.1\S+`).FindString(lines.Text()); strings.Contains(address, "authorize") {
			if _, err := fakeremote.Browse(address); err != nil {
				b.t.Error(err)
			}
		}
	}
	if err := c.Wait(); err != nil {
		b.t.Fatalf("install %s: %v\n%s%s", strings.Join(args, " "), err, out.String(), said.String())
	}
}

// everythingOverHTTP starts a published server as one on the network.
func everythingOverHTTP(t *testing.T, b *bench) string {
	t.Helper()
	entry, err := filepath.Glob(filepath.Join(b.own, "servers", "everything", "*", "node_modules", "@modelcontextprotocol", "server-everything", "dist", "index.js"))
	if err != nil || len(entry) == 0 {
		t.Fatalf("no server to start: %v", err)
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	address := l.Addr().String()
	_, port, _ := net.SplitHostPort(address)
	l.Close()
	c := exec.Command(filepath.Join(b.node, "node"), entry[0], "streamableHttp")
	c.Env = []string{"PORT=" + port, "PATH=" + b.node}
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Process.Kill(); c.Wait() })
	for end := time.Now().Add(30 * time.Second); ; time.Sleep(50 * time.Millisecond) {
		if conn, err := net.Dial("tcp", address); err == nil {
			conn.Close()
			return "http://" + address + "/mcp"
		} else if time.Now().After(end) {
			t.Fatal(err)
		}
	}
}

// pack makes a bundle of a folder with the official tool.
func (b *bench) pack(dir string) string {
	b.t.Helper()
	file := dir + ".mcpb"
	if out, errs, err := b.command(b.home, "mcpb", "pack", dir, file); err != nil {
		b.t.Fatalf("mcpb pack: %v\n%s%s", err, out, errs)
	}
	return file
}

// nodeBundle holds a published server with everything it needs.
func (b *bench) nodeBundle() string {
	b.t.Helper()
	b.write("node-bundle/package.json", `{"name":"bundled","version":"1.0.0","private":true}`)
	dir := filepath.Join(b.home, "node-bundle")
	c := b.prepared(dir, "npm", "install", "--ignore-scripts", "--no-audit", "--no-fund", "@modelcontextprotocol/server-everything@2026.8.31")
	if out, err := c.CombinedOutput(); err != nil {
		b.t.Fatalf("npm install: %v\n%s", err, out)
	}
	b.write("node-bundle/manifest.json", `{
  "manifest_version": "0.2", "name": "node-bundle", "version": "1.0.0", "description": "A published server in a bundle", "author": {"name": "Acme"},
  "server": {"type": "node", "entry_point": "node_modules/@modelcontextprotocol/server-everything/dist/index.js",
    "mcp_config": {"command": "node", "args": ["${__dirname}/node_modules/@modelcontextprotocol/server-everything/dist/index.js"], "env": {}}}
}`)
	return b.pack(dir)
}

// pythonBundle names what it needs in a project file; uv brings it.
func (b *bench) pythonBundle() string {
	b.t.Helper()
	b.write("uv-bundle/pyproject.toml", "[project]\nname = \"uv-bundle\"\nversion = \"1.0.0\"\nrequires-python = \">=3.10\"\ndependencies = [\"mcp-server-time\"]\n")
	b.write("uv-bundle/server/main.py", "from mcp_server_time import main\n\nmain()\n")
	b.write("uv-bundle/manifest.json", `{
  "manifest_version": "0.4", "name": "uv-bundle", "version": "1.0.0", "description": "A Python server in a bundle", "author": {"name": "Acme"},
  "server": {"type": "uv", "entry_point": "server/main.py",
    "mcp_config": {"command": "uv", "args": ["run", "--directory", "${__dirname}", "server/main.py"], "env": {}}}
}`)
	return b.pack(filepath.Join(b.home, "uv-bundle"))
}

// binaryBundle holds a program for this computer.
func (b *bench) binaryBundle() string {
	b.t.Helper()
	dir := filepath.Join(b.home, "binary-bundle")
	if err := os.MkdirAll(filepath.Join(dir, "server"), 0o755); err != nil {
		b.t.Fatal(err)
	}
	build := exec.Command("go", "build", "-o", filepath.Join(dir, "server", "tiny"), "../bench/instant")
	build.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := build.CombinedOutput(); err != nil {
		b.t.Fatalf("%v\n%s", err, out)
	}
	b.write("binary-bundle/manifest.json", `{
  "manifest_version": "0.2", "name": "binary-bundle", "version": "1.0.0", "description": "A program in a bundle", "author": {"name": "Acme"},
  "server": {"type": "binary", "entry_point": "server/tiny", "mcp_config": {"command": "${__dirname}/server/tiny", "args": [], "env": {}}}
}`)
	return b.pack(dir)
}

// lockedBox lists the same image without a network and with a folder of the
// user's choice.
func (b *bench) lockedBox(image string) string {
	b.t.Helper()
	file := b.write("locked-box.json", `{
  "name": "io.github.acme/locked-box", "description": "Reads a folder, without a network", "version": "1.0.0",
  "packages": [{"registryType": "oci", "identifier": "`+image+`", "transport": {"type": "stdio"}, "runtimeArguments": [
    {"type": "named", "name": "--network", "value": "none"},
    {"type": "named", "name": "--mount", "value": "type=bind,src={folder},dst=/data", "variables": {"folder": {"description": "The folder to read", "format": "filepath", "isRequired": true}}}]}]
}`)
	b.run(nil, "catalog", "import", file)
	return "io.github.acme/locked-box"
}
