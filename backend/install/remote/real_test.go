package remote_test

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"toolbay/backend/launch/bridge"
	"toolbay/backend/model"
)

// A published server over both transports, reached through the bridge.
func TestRealServerOverHTTP(t *testing.T) {
	if os.Getenv("TOOLBAY_TEST_APPS") == "" {
		t.Skip("set TOOLBAY_TEST_APPS=1")
	}
	dir := t.TempDir()
	fetch := exec.Command("npm", "install", "--no-audit", "--no-fund", "--ignore-scripts", "@modelcontextprotocol/server-everything@2026.8.31")
	fetch.Dir = dir
	if out, err := fetch.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	for _, c := range []struct{ mode, path, transport string }{
		{"streamableHttp", "/mcp", "streamable-http"},
		{"sse", "/sse", "sse"},
		{"sse", "/sse", "streamable-http"}, // listed wrongly
	} {
		t.Run(c.mode+" listed as "+c.transport, func(t *testing.T) {
			port := freePort(t)
			server := exec.Command("node", filepath.Join(dir, "node_modules/@modelcontextprotocol/server-everything/dist/index.js"), c.mode)
			server.Env = append(os.Environ(), "PORT="+port)
			if err := server.Start(); err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { server.Process.Kill(); server.Wait() })
			listening(t, port)

			in, say := io.Pipe()
			hear, out := io.Pipe()
			ended := make(chan error, 1)
			go func() {
				ended <- bridge.Serve(t.Context(), bridge.Options{
					Server: "everything", Title: "Everything",
					Remote: model.Remote{URL: "http://127.0.0.1:" + port + c.path, Transport: c.transport},
				}, in, out, io.Discard)
				out.Close()
			}()
			lines := bufio.NewReader(hear)
			next := func(part string) string {
				for {
					line, err := lines.ReadString('\n')
					if err != nil {
						t.Fatalf("no %s: %v", part, err)
					}
					if strings.Contains(line, part) {
						return line
					}
				}
			}
			fmt.Fprintln(say, `{"jsonrpc":"2.0","id":0,"method":"initialize","params":{"protocolVersion":"2025-11-25","capabilities":{},"clientInfo":{"name":"a","version":"1"}}}`)
			next(`"serverInfo"`)
			fmt.Fprintln(say, `{"jsonrpc":"2.0","method":"notifications/initialized"}`)
			fmt.Fprintln(say, `{"jsonrpc":"2.0","id":1,"method":"tools/list"}`)
			var tools struct {
				Result struct{ Tools []struct{ Name string } }
			}
			if err := json.Unmarshal([]byte(next(`"id":1`)), &tools); err != nil || len(tools.Result.Tools) < 10 {
				t.Fatalf("%d tools, %v", len(tools.Result.Tools), err)
			}
			// One that takes long does not hold up another.
			fmt.Fprintln(say, `{"jsonrpc":"2.0","id":2,"method":"tools/call","params":{"name":"trigger-long-running-operation","arguments":{"duration":2,"steps":2},"_meta":{"progressToken":"p"}}}`)
			fmt.Fprintln(say, `{"jsonrpc":"2.0","id":3,"method":"tools/call","params":{"name":"echo","arguments":{"message":"grüße"}}}`)
			next(`grüße`)
			next(`notifications/progress`)
			next(`"id":2`)
			say.Close()
			if err := <-ended; err != nil {
				t.Error(err)
			}
		})
	}
}

func freePort(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	_, port, _ := net.SplitHostPort(l.Addr().String())
	return port
}

func listening(t *testing.T, port string) {
	t.Helper()
	deadline := time.After(30 * time.Second)
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for {
		select {
		case <-tick.C:
			if c, err := net.Dial("tcp", "127.0.0.1:"+port); err == nil {
				c.Close()
				return
			}
		case <-deadline:
			t.Fatal("the server does not come up")
		}
	}
}
