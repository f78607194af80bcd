package main

import (
	"os"
	"strings"
	"testing"
	"time"
)

// An update that is killed, at any moment: the next start has the old or the new
// version as a whole, it works, nothing half-fetched is left, and no app's file
// has changed.
func TestKilledUpdate(t *testing.T) {
	const moments = 12
	m := newMachine(t)
	m.write(".cursor/mcp.json", "{}\n")
	m.succeeds("", "install", "npm:hello-mcp@1.0.0", "--name", "hello", "--app", "cursor", "--yes")
	app := m.read(".cursor/mcp.json")
	began := time.Now()
	m.succeeds("", "update", "hello", "--yes")
	took := time.Since(began)
	m.succeeds("", "rollback", "hello")

	switched := 0
	for i := range moments {
		cmd := m.command("--json", "update", "hello", "--yes")
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		time.Sleep(took * time.Duration(i+1) / (moments + 1))
		_ = cmd.Process.Kill() // it may have ended
		_ = cmd.Wait()         // judged by what is left
		noneLeft(t, m.path(".toolbay", "servers", "hello"))
		version := m.field(m.succeeds("", "list"), "0.version")
		m.succeeds("", "test", "hello")
		m.succeeds("", "verify", "hello")
		if got := m.read(".cursor/mcp.json"); got != app {
			t.Errorf("the app's file: %s", got)
		}
		if spec := m.read(".toolbay/launch/hello.json"); !strings.Contains(spec, "/"+version+"-") {
			t.Errorf("the list says %s, apps start %s", version, spec)
		}
		if version == "1.1.0" {
			switched++
			m.succeeds("", "rollback", "hello")
		} else if version != "1.0.0" {
			t.Errorf("version %s", version)
		}
	}
	t.Logf("killed at %d moments of %v, %d had switched", moments, took, switched)
	m.succeeds("", "update", "hello", "--yes")
	// The two versions, their record, and nothing else.
	if left := entries(t, m.path(".toolbay", "updates")); len(left) != 1 {
		t.Errorf("left: %v", left)
	}
	if n := len(entries(t, m.path(".toolbay", "servers", "hello"))); n != 3 {
		t.Errorf("left: %v", entries(t, m.path(".toolbay", "servers", "hello")))
	}
}

func entries(t *testing.T, dir string) []string {
	t.Helper()
	found, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	for _, e := range found {
		out = append(out, e.Name())
	}
	return out
}
