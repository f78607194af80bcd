package repair_test

import (
	"fmt"
	"strings"
	"testing"

	"toolbay/backend/repair"
	"toolbay/backend/repair/finding"
)

// However many entries say something in another app's words, all of them are
// mended, and nothing else changes.
func TestManyEntries(t *testing.T) {
	const n = 320
	for _, c := range []struct{ name, app, head, entry, wrong, right string }{
		{"JSON", "cursor", "{\n  \"mcpServers\": {\n", "    \"s%d\": { \"command\": \"x\", \"args\": [], \"%s\": { \"A\": \"b\" } },\n", "environment", "env"},
		{"TOML", "codex", "model = \"m\"\n\n", "# of s%[1]d\n[mcp_servers.s%[1]d]\ncommand = \"x\"\n%[2]s = { A = \"b\" } # kept\n\n[mcp_servers.s%[1]d.tools.x]\napproval_mode = \"approve\"\n\n", "environment", "env"},
		{"YAML", "goose", "extensions:\n", "  # of s%[1]d\n  s%[1]d:\n    name: s%[1]d\n    type: stdio\n    cmd: x\n    args: []\n    %[2]s:\n      A: b # kept\n    timeout: 300\n    enabled: true\n", "env", "envs"},
		{"a list in YAML", "continue", "name: a\nversion: 1.0.0\nschema: v1\nmcpServers:\n", "  - name: s%[1]d\n    command: x\n    %[2]s:\n      A: b\n", "environment", "env"},
		{"a list in TOML", "vibe", "model = \"m\"\n\n", "[[mcp_servers]]\nname = \"s%[1]d\"\ntransport = \"stdio\"\ncommand = \"x\"\n%[2]s = { A = \"b\" }\n\n", "environment", "env"},
	} {
		t.Run(c.name, func(t *testing.T) {
			text := func(word string) string {
				var b strings.Builder
				b.WriteString(c.head)
				for i := range n {
					fmt.Fprintf(&b, c.entry, i, word)
				}
				s := b.String()
				if c.name == "JSON" {
					s = strings.TrimSuffix(s, ",\n") + "\n  }\n}\n"
				}
				return s
			}
			r := repair.Check(fileOf(t, c.app, "linux", "user", ""), []byte(text(c.wrong)), finding.Facts{}, finding.Confirm)
			want := text(c.right)
			if c.app == "vibe" { // there a member of an element moves as a table
				want = strings.ReplaceAll(want, "env = { A = \"b\" }\n", "\n[mcp_servers.env]\nA = \"b\"\n")
			}
			if string(r.Text) != want {
				t.Errorf("not mended, or more than that: %.600s", r.Text)
			}
		})
	}
}
