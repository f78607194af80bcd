package main

import (
	"slices"
	"strings"
	"testing"
)

// Two accounts of one server are two servers: each with its own key, its own
// version, its own entry, and a title that tells them apart.
func TestTwoAccounts(t *testing.T) {
	m := newMachine(t)
	m.write(".cursor/mcp.json", "{}\n")
	// Put together here: the launcher in this home is this very program.
	home, work := strings.Repeat("made-up-", 2)+"home", strings.Repeat("made-up-", 2)+"work"
	for _, a := range []struct{ name, key string }{{"home", home}, {"work", work}} {
		m.succeeds(a.key+"\n", "install", "npm:hello-mcp@1.0.0", "--name", a.name, "--app", "cursor", "--yes", "--accept-risk", "--secret", "HELLO_KEY=-")
	}
	keyOf := func(server string) string { return m.report(server).Env["HELLO_KEY"] }
	check := func(what, version1, version2 string) {
		t.Helper()
		list := m.succeeds("", "list")
		for i, want := range []struct{ id, title, version, key string }{
			{"home", "Hello (home)", version1, home}, {"work", "Hello (work)", version2, work},
		} {
			at := string(rune('0' + i))
			if got := m.field(list, at+".id") + " " + m.field(list, at+".title") + " " + m.field(list, at+".version"); got != want.id+" "+want.title+" "+want.version {
				t.Errorf("%s: %s", what, got)
			}
			if got := keyOf(want.id); got != want.key {
				t.Errorf("%s: %s starts with the key %q", what, want.id, got)
			}
		}
	}
	check("installed", "1.0.0", "1.0.0")
	entries := m.read(".cursor/mcp.json")
	for _, id := range []string{`"home"`, `"work"`} {
		if strings.Count(entries, id) < 2 { // its name, and what the launcher is told
			t.Errorf("the app's file: %s", entries)
		}
	}

	m.succeeds("", "update", "work", "--yes")
	check("one updated", "1.0.0", "1.1.0")
	m.succeeds("", "pin", "home")
	if all, _ := m.succeeds("", "update", "--yes").([]any); len(all) != 0 {
		t.Errorf("updated though pinned or current: %v", all)
	}
	m.succeeds("", "rollback", "work")
	check("and back", "1.0.0", "1.0.0")

	// Removed with its key, the other stays as it is.
	m.succeeds("", "remove", "work")
	list, _ := m.succeeds("", "list").([]any)
	if len(list) != 1 || m.field(list[0], "title") != "Hello" || m.field(list[0], "account") != "" {
		t.Errorf("alone it is %v", list)
	}
	if got := keyOf("home"); got != home {
		t.Errorf("it starts with the key %q", got)
	}
	m.succeeds("", "undo")
	check("brought back", "1.0.0", "1.0.0")
	for _, key := range []string{home, work} {
		if found := m.holding(key); slices.ContainsFunc(found, func(f string) bool { return !strings.HasPrefix(f, ".toolbay/keys/") }) {
			t.Errorf("a key stands in %v", found)
		}
	}
}
