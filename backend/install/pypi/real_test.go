package pypi

import (
	"bufio"
	"context"
	"encoding/json"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"toolbay/backend/install"
	"toolbay/backend/job"
	"toolbay/backend/model"
)

// TestRealServers goes the whole way with published servers on a machine that
// has neither uv nor Python: both fetched from loopback, the packages from the
// user's own index. It needs TOOLBAY_TEST_APPS=1.
func TestRealServers(t *testing.T) {
	if os.Getenv("TOOLBAY_TEST_APPS") == "" {
		t.Skip("set TOOLBAY_TEST_APPS=1")
	}
	// The user's own settings for uv and pip, but nothing that leads to a Python.
	var env []string
	for _, e := range os.Environ() {
		if !strings.HasPrefix(e, "PATH=") && !strings.HasPrefix(e, "PYENV") {
			env = append(env, e)
		}
	}
	in, version := bare(t, append(env, "HOME="+t.TempDir()))
	in.PipFiles = nil
	for i, s := range []struct{ pkg, tool string }{{"mcp-server-time", "get_current_time"}, {"mcp-server-fetch", "fetch"}} {
		t.Run(s.pkg, func(t *testing.T) {
			plan, err := in.Plan(context.Background(), model.Package{Type: "pypi", Identifier: s.pkg})
			if err != nil {
				t.Fatal(err)
			}
			if i == 0 && len(plan.Fetch) != 2 || i > 0 && len(plan.Fetch) != 0 {
				t.Errorf("it would fetch %+v", plan.Fetch)
			}
			began := time.Now()
			done, err := in.Install(context.Background(), plan, install.Options{Server: "real"}, job.Silent)
			if model.Code(err) == "registry_unreachable" {
				t.Skip("needs the package index")
			}
			if err != nil {
				t.Fatal(err)
			}
			t.Logf("%s %s on Python %s: %d packages, %d bytes in %v", s.pkg, done.Version, done.Receipt.Python, done.Receipt.Packages, done.Receipt.Size, time.Since(began).Round(time.Millisecond))
			if python, err := filepath.EvalSymlinks(done.Command); err != nil || !strings.HasPrefix(python, in.Home) || done.Receipt.Python != version {
				t.Errorf("it runs on %s %s, %v", done.Receipt.Python, python, err)
			}
			b, err := os.ReadFile(filepath.Join(done.Dir, done.Receipt.Lock))
			if err != nil || strings.Contains(string(b), "://") || !strings.Contains(string(b), s.pkg+"==") {
				t.Errorf("lock: %v", err)
			}
			sayHello(t, done, s.tool)
		})
	}
}

// sayHello starts the server as an app would and looks for one of its tools.
func sayHello(t *testing.T, done install.Installed, tool string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, done.Command, done.Args...)
	cmd.Env = []string{"HOME=" + t.TempDir(), "PATH=" + done.Path[0]}
	for k, v := range done.Env {
		cmd.Env = append(cmd.Env, k+"="+v)
	}
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	cmd.Stderr = os.Stderr
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
		for id > 0 && lines.Scan() {
			var m struct {
				ID     int             `json:"id"`
				Result json.RawMessage `json:"result"`
			}
			if json.Unmarshal(lines.Bytes(), &m) == nil && m.ID == id {
				return m.Result
			}
		}
		if id > 0 {
			t.Fatalf("no answer: %v", lines.Err())
		}
		return nil
	}
	ask(1, `{"jsonrpc":"2.0","id":1,"method":"initialize","params":{"protocolVersion":"2025-06-18","capabilities":{},"clientInfo":{"name":"test","version":"1"}}}`)
	ask(0, `{"jsonrpc":"2.0","method":"notifications/initialized"}`)
	if tools := ask(2, `{"jsonrpc":"2.0","id":2,"method":"tools/list"}`); !strings.Contains(string(tools), `"`+tool+`"`) {
		t.Errorf("tools %s", tools)
	}
}
