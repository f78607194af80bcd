package main

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

// killedAt is how many moments of an install it is killed at; all kinds
// together make more than a hundred.
const killedAt = 18

// An install that is killed, at any moment: the next start has all of it or
// nothing, and no app knows of a server that is not there.
func TestKilledInstall(t *testing.T) {
	kinds := []struct {
		name string
		// prepare makes what is installed and gives the command's arguments.
		prepare func(t *testing.T, m *machine) []string
	}{
		{"npm", func(*testing.T, *machine) []string { return []string{"npm:hello-mcp"} }},
	}
	for _, k := range kinds {
		t.Run(k.name, func(t *testing.T) {
			m := newMachine(t)
			m.write(".cursor/mcp.json", "{}\n")
			install := append([]string{"--json", "install", "--yes", "--accept-risk", "--name", "hello", "--app", "cursor"}, k.prepare(t, m)...)
			began := time.Now()
			m.succeeds("", install[1:]...)
			took := time.Since(began)
			m.succeeds("", "remove", "hello")

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
			t.Logf("%s: killed at %d moments of %v, %d were whole", k.name, killedAt, took, whole)
			m.succeeds("", install[1:]...)
			m.succeeds("", "test", "hello")
		})
	}
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
