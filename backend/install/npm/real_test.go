package npm_test

import (
	"bufio"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"toolbay/backend/install"
	"toolbay/backend/install/npm"
	"toolbay/backend/job"
	"toolbay/backend/model"
	"toolbay/backend/runtimes"
	"toolbay/internal/nodearchive"
)

// realServers are published ones that need nothing. The first is installed in
// every test run, all of them with TOOLBAY_TEST_APPS=1.
var realServers = []struct {
	pkg, version string
	args         []string
	tool         string
}{
	{"@modelcontextprotocol/server-memory", "", nil, "create_entities"},
	{"@modelcontextprotocol/server-everything", "2026.8.31", nil, "echo"},
	{"@modelcontextprotocol/server-filesystem", "", []string{os.TempDir()}, "list_directory"},
}

func TestRealServers(t *testing.T) {
	for i, s := range realServers {
		t.Run(s.pkg, func(t *testing.T) {
			if i > 0 && os.Getenv("TOOLBAY_TEST_APPS") == "" {
				t.Skip("set TOOLBAY_TEST_APPS=1")
			}
			home := t.TempDir()
			nodes := &runtimes.Nodes{Home: home}
			if _, err := nodes.Find(context.Background(), ""); err != nil {
				t.Skip("needs Node.js with npm")
			}
			in := &npm.Installer{Home: home, Nodes: nodes}
			installReal(t, in, model.Package{Type: "npm", Identifier: s.pkg, Version: s.version}, s.args, s.tool)
		})
	}
}

// TestRealServerOnPrivateNode goes the whole way on a machine without Node.js:
// Node fetched from loopback, npm out of it, a published server on it.
func TestRealServerOnPrivateNode(t *testing.T) {
	archive, table := nodearchive.Linux(t, "24.21.0")
	origin := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { http.ServeFile(w, r, archive) }))
	defer origin.Close()
	home := t.TempDir()
	in := &npm.Installer{Home: home, Nodes: &runtimes.Nodes{
		Home: home, UserHome: t.TempDir(), Origin: origin.URL, Table: table, Getenv: func(string) string { return "" }, SystemDirs: []string{},
	}}
	done := installReal(t, in, model.Package{Type: "npm", Identifier: "@modelcontextprotocol/server-everything", Version: "2026.8.31"}, nil, "echo")
	if !strings.HasPrefix(done.Node, filepath.Join(home, "runtimes")) || done.Receipt.NodeIs != "24.21.0" {
		t.Errorf("it runs on %s, %s", done.Node, done.Receipt.NodeIs)
	}
}

func installReal(t *testing.T, in *npm.Installer, pkg model.Package, args []string, tool string) install.Installed {
	t.Helper()
	plan, err := in.Plan(context.Background(), pkg)
	if model.Code(err) == "registry_unreachable" {
		t.Skip("needs the package registry")
	}
	if err != nil {
		t.Fatal(err)
	}
	var last job.Progress
	begun := time.Now()
	done, err := in.Install(context.Background(), plan, install.Options{Server: "real"}, func(p job.Progress) {
		if p.Stage == "download" {
			last = p
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("%s %s: %d packages, %d bytes in %v", pkg.Identifier, done.Version, done.Receipt.Packages, done.Receipt.Size, time.Since(begun).Round(time.Millisecond))
	if last.Total == 0 || last.Done != last.Total || int(last.Done) != done.Receipt.Packages {
		t.Errorf("last of the download %+v, %d packages", last, done.Receipt.Packages)
	}
	if pkg.Version != "" && done.Version != pkg.Version {
		t.Errorf("got version %s", done.Version)
	}
	if !strings.HasPrefix(done.Receipt.Integrity, "sha512-") {
		t.Errorf("integrity %q", done.Receipt.Integrity)
	}
	for _, f := range []string{"package-lock.json", filepath.Join("node_modules", ".package-lock.json")} {
		b, err := os.ReadFile(filepath.Join(done.Dir, f))
		if err != nil || strings.Contains(string(b), `"resolved"`) {
			t.Errorf("%s holds addresses (%v)", f, err)
		}
	}
	if left, _ := filepath.Glob(filepath.Join(in.Home, "staging", "work-*")); len(left) > 0 {
		t.Errorf("left behind: %q", left)
	}
	sayHello(t, done, args, tool)
	return done
}

// sayHello starts the server as an app would and looks for one of its tools.
func sayHello(t *testing.T, done install.Installed, args []string, tool string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, done.Command, append(append([]string{}, done.Args...), args...)...)
	cmd.Env = []string{"HOME=" + t.TempDir(), "PATH=" + filepath.Dir(done.Node) + string(os.PathListSeparator) + os.Getenv("PATH")}
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	defer func() { cancel(); _ = cmd.Wait() }()
	lines := bufio.NewScanner(out)
	lines.Buffer(nil, 16<<20)
	ask := func(id int, message string) json.RawMessage {
		if _, err := io.WriteString(in, message+"\n"); err != nil {
			t.Fatal(err)
		}
		for lines.Scan() {
			var m struct {
				ID     int             `json:"id"`
				Result json.RawMessage `json:"result"`
			}
			if json.Unmarshal(lines.Bytes(), &m) == nil && m.ID == id && m.Result != nil {
				return m.Result
			}
		}
		t.Fatalf("no answer: %v", lines.Err())
		return nil
	}
	ask(1, `{"jsonrpc":"2.0","id":1,"method":"initialize","params":{"protocolVersion":"2025-11-25","capabilities":{},"clientInfo":{"name":"test","version":"1"}}}`)
	if _, err := io.WriteString(in, `{"jsonrpc":"2.0","method":"notifications/initialized"}`+"\n"); err != nil {
		t.Fatal(err)
	}
	if got := ask(2, `{"jsonrpc":"2.0","id":2,"method":"tools/list"}`); !strings.Contains(string(got), `"`+tool+`"`) {
		t.Errorf("no tool %s in %.300s", tool, got)
	}
}
