package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"os"
	"strings"
	"testing"
)

// Ctrl-C, at any stage of an install: one document that says so, and everything
// is as it was.
func TestInterruptedInstall(t *testing.T) {
	m := newMachine(t)
	m.write(".cursor/mcp.json", "{}\n")
	m.succeeds("", "status")
	before := m.snapshot()
	for _, c := range []struct{ name, pkg, at string }{
		{"while versions are looked up", "npm:hello-mcp", "Looking it up"},
		{"while it downloads", "npm:hello-mcp", "Downloading"},
		{"while the server is waited for", "npm:hangs-mcp", "Saying hello"},
	} {
		t.Run(c.name, func(t *testing.T) {
			cmd := m.command("--json", "install", c.pkg, "--app", "cursor", "--yes", "--accept-risk", "--secret", "ACME_API_KEY=-")
			var out bytes.Buffer
			cmd.Stdin, cmd.Stdout = strings.NewReader("made-up\n"), &out
			errs, err := cmd.StderrPipe()
			if err != nil {
				t.Fatal(err)
			}
			if err := cmd.Start(); err != nil {
				t.Fatal(err)
			}
			for lines, asked := bufio.NewScanner(errs), false; lines.Scan(); {
				if !asked && strings.HasPrefix(lines.Text(), c.at) {
					asked = true
					if err := cmd.Process.Signal(os.Interrupt); err != nil {
						t.Fatal(err)
					}
				}
			}
			_ = cmd.Wait() // judged by its exit code
			var doc struct{ Error struct{ Code string } }
			if err := json.Unmarshal(out.Bytes(), &doc); err != nil || doc.Error.Code != "cancelled" || cmd.ProcessState.ExitCode() != exitFailed {
				t.Errorf("%v, exit code %d: %s", err, cmd.ProcessState.ExitCode(), out.String())
			}
			after := m.snapshot()
			delete(after, ".toolbay/keys") // the folder; no file is left in it
			for _, d := range differences(before, after) {
				t.Errorf("changed: %s", d)
			}
			noneLeft(t, m.path(".toolbay"))
		})
	}
}
