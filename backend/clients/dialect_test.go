package clients

import (
	"reflect"
	"testing"

	"toolbay/backend/configfile"
)

type obj = configfile.Object

func mem(key, value string) configfile.Member { return configfile.Member{Key: key, Value: value} }

func TestEncode(t *testing.T) {
	plain := Launch{Command: "/b/toolbay", Args: []string{"run", "notes"}}
	args := []any{"run", "notes"}
	standard := obj{{Key: "command", Value: "/b/toolbay"}, {Key: "args", Value: args}}
	want := map[string]obj{
		"claude-desktop": standard,
		"claude-code":    append(obj{{Key: "type", Value: "stdio"}}, standard...),
		"cursor":         standard,
		"vscode":         append(obj{{Key: "type", Value: "stdio"}}, standard...),
		"codex":          standard,
		"gemini-cli":     standard,
		"opencode":       {{Key: "type", Value: "local"}, {Key: "command", Value: []any{"/b/toolbay", "run", "notes"}}, {Key: "enabled", Value: true}},
	}
	for _, c := range shippedTable(t).All() {
		if got := c.Dialect.Encode(plain); want[c.ID] != nil && !reflect.DeepEqual(got, want[c.ID]) {
			t.Errorf("%s: %+v", c.ID, got)
		}
	}
}

// TestKeysOfTheReader: an entry that is shared with others refers to each
// reader's own variable, the way the app knows.
func TestKeysOfTheReader(t *testing.T) {
	want := map[string]obj{
		"claude-code": {{Key: "env", Value: obj{mem("A", "1"), mem("KEY", "${KEY}")}}},
		"cursor":      {{Key: "env", Value: obj{mem("A", "1"), mem("KEY", "${env:KEY}")}}},
		"vscode":      {{Key: "env", Value: obj{mem("A", "1"), mem("KEY", "${env:KEY}")}}},
		"gemini-cli":  {{Key: "env", Value: obj{mem("A", "1"), mem("KEY", "${KEY}")}}},
		"opencode":    {{Key: "environment", Value: obj{mem("A", "1"), mem("KEY", "{env:KEY}")}}},
		"codex":       {{Key: "env_vars", Value: []any{"KEY"}}, {Key: "env", Value: obj{mem("A", "1")}}},
	}
	for _, c := range shippedTable(t).All() {
		d := c.Dialect
		if want[c.ID] == nil && c.ID != "claude-desktop" {
			continue // the table of docs/apps-table.md has them all
		}
		if c.ID == "claude-desktop" {
			if d.EnvRef("KEY") != "" {
				t.Errorf("Claude Desktop replaces nothing, yet %q", d.EnvRef("KEY"))
			}
			continue
		}
		l := Launch{Command: "npx", Args: []string{"-y", "x@1"}, Env: map[string]string{"KEY": d.EnvRef("KEY"), "A": "1"}}
		if !d.Carries(l) {
			t.Errorf("%s does not carry a plain reference", c.ID)
		}
		var got obj
		for _, m := range d.Encode(l) {
			if m.Key == "env" || m.Key == "environment" || m.Key == "env_vars" {
				got = append(got, m)
			}
		}
		if !reflect.DeepEqual(got, want[c.ID]) {
			t.Errorf("%s: %+v", c.ID, got)
		}
		longer := Launch{Command: "npx", Args: []string{"--token=" + d.EnvRef("KEY")}}
		if d.Carries(longer) != (c.ID != "codex") {
			t.Errorf("%s: a reference inside an argument: %v", c.ID, d.Carries(longer))
		}
	}
}

func TestLauncherArgs(t *testing.T) {
	for _, c := range []struct{ server, profile string }{{"notes", ""}, {"notes", "work"}} {
		s, p, ok := ParseLauncher("/x/bin/toolbay", LauncherArgs(c.server, c.profile))
		if !ok || s != c.server || p != c.profile {
			t.Errorf("%+v became %q %q %v", c, s, p, ok)
		}
	}
	for _, args := range [][]string{nil, {"run"}, {"list", "x"}, {"run", "x", "y"}, {"run", "x", "--other", "y"}} {
		if _, _, ok := ParseLauncher("toolbay", args); ok {
			t.Errorf("%v is not what we write", args)
		}
	}
}
