//go:build unix

package connect

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"toolbay/backend/clients"
)

// entryNamed gives the row of an entry in a file, wherever it stands there.
func entryNamed(k known, file, name string) (row, bool) {
	for _, r := range k.sorted() {
		if r.File == file && r.Name == name {
			return r, true
		}
	}
	return row{}, false
}

// inProjects is a file of Claude Code's with servers of two projects.
const inProjects = `{
  "numStartups": 12,
  "projects": {
    "HOME/shop": {
      "allowedTools": [],
      "mcpServers": {}
    },
    "HOME/a\/b~c": { "history": [1.50] }
  }
}
`

// TestOneNameInSeveralPlacesOfAFile gives Claude Code the same server for the
// user and, in the same file, for two projects: each is an entry of its own,
// which comes, is noticed when it goes, comes back and goes without the others.
func TestOneNameInSeveralPlacesOfAFile(t *testing.T) {
	d := newDesk(t)
	d.write(".claude.json", strings.ReplaceAll(inProjects, "HOME", d.home))
	d.mkdir("shop")
	d.mkdir("a/b~c")
	before := d.everything()
	private := func(folder string) []Target {
		return []Target{{App: "claude-code", Scope: clients.Private, ProjectDir: d.path(folder)}}
	}
	here := func(want ...string) {
		t.Helper()
		must(t, d.c.Reconcile(d.ctx))
		k, err := d.c.ledger(d.ctx)
		must(t, err)
		var standing []string
		for _, r := range k.sorted() {
			if !r.Gone {
				standing = append(standing, strings.ReplaceAll(r.At, strings.ReplaceAll(d.home, "/", "~1"), "HOME")+" "+r.Name)
			}
		}
		if !slices.Equal(standing, want) {
			t.Errorf("the ledger has %q, want %q", standing, want)
		}
	}
	const (
		own    = "/mcpServers notes"
		abMail = "/projects/HOME~1a~1b~0c/mcpServers mail"
		ab     = "/projects/HOME~1a~1b~0c/mcpServers notes"
		shop   = "/projects/HOME~1shop/mcpServers notes"
	)
	d.connect(user("claude-code"), wants("notes"))
	d.connect(private("a/b~c"), wants("notes", "mail"))
	without := d.read(".claude.json")
	d.connect(private("shop"), wants("notes"))
	if again := d.connect(private("shop"), wants("notes")); again.ID != "" {
		t.Error("connecting twice wrote")
	}
	all := d.everything()
	here(own, abMail, ab, shop)

	// The app loses the entry of one project: it alone is told of and put back.
	d.write(".claude.json", without)
	must(t, d.c.Reconcile(d.ctx))
	found, err := d.c.Notices(d.ctx)
	must(t, err)
	if len(found) != 1 || found[0].Code != Wiped || !strings.Contains(found[0].At, "shop") {
		t.Fatalf("notices %+v", found)
	}
	plan, err := d.c.PlanPutBack(d.ctx, "Test", found)
	must(t, err)
	if _, err := d.c.Apply(d.ctx, plan); err != nil {
		t.Fatal(err)
	}
	d.same(all)

	d.disconnect(private("a/b~c"), "notes")
	here(own, abMail, shop)
	d.disconnect(user("claude-code"), "notes")
	here(abMail, shop)
	d.disconnect(nil, "notes", "mail") // everywhere
	d.same(before)
}

// TestTwoAppsInOneFile: Claude Code and Visual Studio read one file of a
// project, each under a key of its own. What goes for one stays for the other,
// also entries that only the ledger knows for ours.
func TestTwoAppsInOneFile(t *testing.T) {
	d := newDesk(t)
	d.mkdir(".claude")
	d.mkdir("shop")
	d.write("shop/.mcp.json", "{\n  \"servers\": {},\n  \"mcpServers\": {}\n}\n")
	before := d.everything()
	portable := []Want{{Server: "notes", Portable: &clients.Launch{Command: "npx", Args: []string{"-y", "notes-mcp@1.0.0"}}}}
	file := d.path("shop/.mcp.json")
	both := []Target{{App: "claude-code", File: file}, {App: "visual-studio", File: file}}
	d.connect(both, portable)
	must(t, d.c.Reconcile(d.ctx))
	found, err := d.c.Notices(d.ctx)
	must(t, err)
	if len(found) != 0 {
		t.Fatalf("notices %+v", found)
	}
	d.disconnect(both[:1], "notes")
	if text := d.read("shop/.mcp.json"); strings.Count(text, "notes-mcp") != 1 {
		t.Fatalf("one of two should stand in\n%s", text)
	}
	d.disconnect(both[1:], "notes")
	d.same(before)
}

// TestOlderLedger: what a version wrote that knew no places within a file is
// ours still, its entries are taken out without a trace, and its rows are
// written anew once.
func TestOlderLedger(t *testing.T) {
	d := newDesk(t)
	d.mkdir("code")
	d.write(files["codex"], "# mine\n")
	before := d.everything()
	target := []Target{{App: "codex"}}
	portable := []Want{{Server: "notes", Portable: &clients.Launch{Command: "npx", Args: []string{"-y", "notes-mcp@1.0.0"}}}}
	d.connect(target, portable)
	older := map[string]string{}
	rows, err := d.ledger.LedgerRows(d.ctx)
	must(t, err)
	for key, text := range rows {
		if kind, rest, _ := strings.Cut(key, "\n"); kind == "entry" {
			var r row
			r, _ = decoded[row](text)
			r.At = ""
			key, text = r.key(), encode(r)
			if key != "entry\n"+d.path(files["codex"])+"\nnotes" {
				t.Fatalf("an older key is %q, from %q", key, rest)
			}
		}
		older[key] = text
	}
	kept := keptRow{File: d.path(files["codex"]), Server: "notes", Name: "notes", Adopted: true}
	older[kept.key()] = encode(kept)
	*d.ledger = Memory{}
	must(t, d.ledger.LedgerWrite(d.ctx, older, nil))

	k, err := d.c.ledger(d.ctx)
	must(t, err)
	if r, ok := k.row(place{d.path(files["codex"]), "/mcp_servers"}, "notes"); !ok || r.Gone {
		t.Errorf("the ledger has %+v", k.entries)
	}
	rows, err = d.ledger.LedgerRows(d.ctx)
	must(t, err)
	if want := fmt.Sprint([]bool{false, false, true, true}); want != fmt.Sprint([]bool{
		rows["entry\n"+d.path(files["codex"])+"\nnotes"] != "", rows["kept\n"+d.path(files["codex"])+"\nnotes"] != "",
		rows["entry\n"+d.path(files["codex"])+"\n/mcp_servers\nnotes"] != "", rows["kept\n"+d.path(files["codex"])+"\n/mcp_servers\nnotes"] != "",
	}) {
		t.Errorf("stored now: %v", rows)
	}
	d.disconnect(target, "notes")
	d.same(before)
}
