//go:build unix

package main

import (
	"bufio"
	"context"
	"encoding/json"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"toolbay/internal/galleryclient"
)

// TestServe starts the program, reads it as VS Code's gallery does, and ends it
// as a terminal does.
func TestServe(t *testing.T) {
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	bin := filepath.Join(t.TempDir(), "toolbay")
	if err := os.Symlink(self, bin); err != nil {
		t.Skip("needs links")
	}
	ctx, stop := context.WithTimeout(t.Context(), time.Minute)
	defer stop()
	cmd := exec.CommandContext(ctx, bin, "catalog", "serve", "--json")
	cmd.Env = append(os.Environ(), "TOOLBAY_HOME="+filepath.Join(t.TempDir(), "home"), "HOME="+t.TempDir())
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	var said struct{ URL string }
	line, err := bufio.NewReader(out).ReadBytes('\n')
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(line, &said); err != nil || !strings.HasPrefix(said.URL, "http://127.0.0.1:") {
		t.Fatalf("%+v %v", said, err)
	}
	g, err := galleryclient.Open(ctx, said.URL)
	if err != nil {
		t.Fatal(err)
	}
	listed, packages := 0, 0
	p, err := g.Query(ctx, "")
	for ; err == nil; p, err = g.Next(ctx, p) {
		for _, s := range p.Servers {
			one, ok, err := g.Get(ctx, s.Name)
			if err != nil || !ok || one.Version != s.Version {
				t.Fatalf("%s: %+v %v %v", s.Name, one, ok, err)
			}
			listed++
			packages += len(one.Packages) + len(one.Remotes)
		}
		if p.Cursor == "" {
			break
		}
	}
	if err != nil || listed < 50 || packages < listed {
		t.Errorf("%d servers with %d packages (%v)", listed, packages, err)
	}
	found, err := g.Query(ctx, "files")
	if err != nil || len(found.Servers) == 0 || len(found.Servers) >= listed {
		t.Errorf("search finds %d (%v)", len(found.Servers), err)
	}
	if err := cmd.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	if err := cmd.Wait(); err != nil {
		t.Errorf("ended with %v", err)
	}
	if c, err := net.DialTimeout("tcp", strings.TrimPrefix(said.URL, "http://"), time.Second); err == nil {
		c.Close()
		t.Error("it still listens")
	}
}
