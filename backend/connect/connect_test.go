//go:build unix

package connect

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"toolbay/backend/clients"
	"toolbay/backend/model"
	"toolbay/backend/text"
)

func TestEveryCodeHasWords(t *testing.T) {
	for _, code := range []string{
		"app_unknown", "app_not_found", "app_managed", "no_project_file", "project_unknown", "name_taken", "name_reserved", "not_ours",
		"keys_not_portable", "file_broken", "wrong_shape", "file_unreadable", "file_is_folder", "link_dangling",
	} {
		if !text.Known(code) {
			t.Errorf("no words for %s", code)
		}
	}
}

func TestRefusals(t *testing.T) {
	d := newDesk(t)
	d.refused("app_unknown", user("nope"), wants("notes"))
	d.refused("app_not_found", user("cursor"), wants("notes"))
	d.refused("app_not_found", []Target{{App: "cursor", Scope: clients.Project, ProjectDir: d.path("work")}}, wants("notes"))
	d.refused("no_project_file", []Target{{App: "claude-desktop", Scope: clients.Project, ProjectDir: d.path("work")}}, wants("notes"))
	d.refused("project_unknown", []Target{{App: "cursor", Scope: clients.Project}}, wants("notes"))

	d.mkdir(".cursor")
	d.refused("project_unknown", []Target{{App: "cursor", Scope: clients.Project, ProjectDir: d.home}}, wants("notes"))
	cases := []struct{ name, code, content string }{
		{"broken", "file_broken", `{"mcpServers":{`},
		{"a comment in a strict file", "file_broken", "{} // x"},
		{"a list of servers", "wrong_shape", `{"mcpServers":[]}`},
		{"no object at all", "wrong_shape", `[1]`},
		{"another's entry", "name_taken", `{"mcpServers":{"notes":{"command":"npx","args":["-y","notes"]}}}`},
		{"another's entry of no shape", "name_taken", `{"mcpServers":{"notes":null}}`},
		{"a launcher that runs another server", "name_taken", `{"mcpServers":{"notes":{"command":"toolbay","args":["run","mail"]}}}`},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			d := newDesk(t)
			d.write(files["cursor"], c.content)
			d.refused(c.code, user("cursor"), wants("mail", "notes"))
		})
	}
	t.Run("a folder in its place", func(t *testing.T) {
		d := newDesk(t)
		d.mkdir(files["cursor"])
		d.refused("file_is_folder", user("cursor"), wants("notes"))
	})
	t.Run("a dangling link", func(t *testing.T) {
		d := newDesk(t)
		d.mkdir(".cursor")
		must(t, os.Symlink("nowhere", d.path(files["cursor"])))
		d.refused("link_dangling", user("cursor"), wants("notes"))
	})
	t.Run("a mark that Gemini does not take", func(t *testing.T) {
		d := newDesk(t)
		d.write(files["gemini-cli"], "\ufeff{}")
		d.refused("file_broken", user("gemini-cli"), wants("notes"))
	})
	t.Run("a name that Claude Code keeps for itself", func(t *testing.T) {
		d := newDesk(t)
		d.write(".claude.json", "{}")
		d.refused("name_reserved", user("claude-code"), wants("workspace"))
	})
	t.Run("managed by an organisation", func(t *testing.T) {
		d := newDesk(t)
		d.write(".claude.json", "{}")
		must(t, os.MkdirAll(filepath.Join(d.c.System.Root, "etc/claude-code"), 0o755))
		must(t, os.WriteFile(filepath.Join(d.c.System.Root, "etc/claude-code/managed-mcp.json"), []byte("{}"), 0o644))
		d.refused("app_managed", user("claude-code"), wants("notes"))
	})
}

// TestAllOrNone: several apps are one change, and one that refuses stops all.
func TestAllOrNone(t *testing.T) {
	d := newDesk(t)
	d.write(files["claude-code"], "{}")
	d.write(files["codex"], "model = \"x\"\n")
	d.write(files["vscode"], `{"servers":`)
	d.refused("file_broken", user("claude-code", "codex", "vscode"), wants("notes"))

	d.write(files["vscode"], "{}")
	before := d.everything()
	p, err := d.c.PlanConnect(d.ctx, "connect", "Test", user("claude-code", "codex", "vscode"), wants("notes"))
	must(t, err)
	if !slices.Equal(p.Restart, []string{"claude-code", "codex", "vscode"}) {
		t.Errorf("restart %v", p.Restart)
	}
	diffs, err := d.c.Preview(d.ctx, p)
	must(t, err)
	if len(diffs) != 3 || !strings.Contains(diffs[1].Diff, "[mcp_servers.notes]") {
		t.Errorf("diffs %+v", diffs)
	}
	d.same(before)
	r, err := d.c.Apply(d.ctx, p)
	must(t, err)
	if len(r.Files) != 3 {
		t.Errorf("record %+v", r)
	}
	if p, err := d.c.PlanConnect(d.ctx, "connect", "Test", user("claude-code", "codex", "vscode"), wants("notes")); err != nil || len(p.Restart) != 0 {
		t.Errorf("nothing changes, yet restart %v, %v", p.Restart, err)
	}
	_, err = d.c.Changes.Undo(d.ctx, r.ID)
	must(t, err)
	d.same(before)
}

// TestNamedFile: with --file an app need not be here, and what was made for it
// goes again.
func TestNamedFile(t *testing.T) {
	d := newDesk(t)
	before := d.everything()
	target := []Target{{App: "codex", File: d.path("elsewhere/my.toml")}}
	d.connect(target, wants("notes"))
	if got := d.read("elsewhere/my.toml"); !strings.Contains(got, "[mcp_servers.notes]") {
		t.Errorf("wrote %s", got)
	}
	d.connect(target, wants("mail"))
	d.disconnect(target, "notes")
	d.disconnect(nil, "mail") // everywhere: the ledger knows the file
	d.same(before)
}

func TestTwoAppsOneFile(t *testing.T) {
	d := newDesk(t)
	d.write("shared.json", "{}\n")
	must(t, os.Symlink("shared.json", d.path("link.json")))
	before := d.everything()
	targets := []Target{{App: "claude-desktop", File: d.path("shared.json")}, {App: "vscode", File: d.path("link.json")}}
	r := d.connect(targets, wants("notes"))
	got := d.read("shared.json")
	if len(r.Files) != 1 || !strings.Contains(got, `"mcpServers"`) || !strings.Contains(got, `"servers"`) {
		t.Errorf("%+v\n%s", r, got)
	}
	d.disconnect(targets, "notes")
	d.same(before)
}

func TestOnlyOursGo(t *testing.T) {
	const theirs = `{"mcpServers":{"notes":{"command":"npx"},"old":{"command":"x"}}}`
	d := newDesk(t)
	d.write(files["cursor"], theirs)
	if _, err := d.c.PlanDisconnect(d.ctx, "disconnect", "", user("cursor"), []string{"notes"}); model.Code(err) != "not_ours" {
		t.Errorf("error %v", err)
	}
	if r := d.disconnect(nil, "notes", "old"); r.ID != "" {
		t.Errorf("took out another's entry: %+v", r)
	}

	// An entry that the user made his own since is his own.
	d.write(files["cursor"], "{}")
	d.connect(user("cursor"), wants("notes"))
	d.write(files["cursor"], theirs)
	if r := d.disconnect(nil, "notes"); r.ID != "" || d.read(files["cursor"]) != theirs {
		t.Errorf("took out what the user wrote: %+v", r)
	}
	d.refused("name_taken", user("cursor"), wants("notes"))
}

// TestRenamed: an entry that the user gave another name still is ours.
func TestRenamed(t *testing.T) {
	d := newDesk(t)
	d.write(files["cursor"], "{}")
	d.connect(user("cursor"), wants("notes"))
	d.write(files["cursor"], strings.Replace(d.read(files["cursor"]), `"notes": {`, `"My notes": {`, 1))
	must(t, d.c.Reconcile(d.ctx))
	if d.entry("cursor", "My notes") == nil {
		t.Fatal("the case is not what it says")
	}
	d.disconnect(nil, "notes")
	if got := d.read(files["cursor"]); got != "{}" {
		t.Errorf("left %q", got)
	}
}

// TestWithoutLauncher: what was put in can be taken out although our program
// can no longer be put in its place.
func TestWithoutLauncher(t *testing.T) {
	d := newDesk(t)
	d.write(files["cursor"], "{}")
	before := d.everything()
	d.connect(user("cursor"), wants("notes"))
	d.c.Launcher = func() (string, error) { return "", model.Fail("disk_full", nil) }
	if _, err := d.c.PlanConnect(d.ctx, "connect", "", user("cursor"), wants("mail")); model.Code(err) != "disk_full" {
		t.Errorf("error %v", err)
	}
	d.disconnect(nil, "notes")
	d.same(before)
}

func TestAnotherToolbay(t *testing.T) {
	d := newDesk(t)
	other := d.path("other/bin/toolbay")
	d.write("other/bin/toolbay", "")
	content := `{"mcpServers":{"notes":{"command":"` + other + `","args":["run","notes"]}}}`
	d.write(files["cursor"], content)
	d.refused("name_taken", user("cursor"), wants("notes"))
	if r := d.disconnect(nil, "notes"); r.ID != "" {
		t.Errorf("took out the entry of another home: %+v", r)
	}

	// One whose program is gone would fail in the app: it may be taken over.
	must(t, os.Remove(other))
	d.connect(user("cursor"), wants("notes"))
	if e := d.entry("cursor", "notes"); e == nil || e.Command == other {
		t.Errorf("still %+v", e)
	}
}

// TestUpdate: our entry follows the launcher and the profile; what the user
// added to it stays.
func TestUpdate(t *testing.T) {
	d := newDesk(t)
	d.write(files["opencode"], `{
  "mcp": {
    // mine
    "notes": {
      "type": "local",
      "command": ["/gone/toolbay", "run", "notes"], // ours
      "timeout": 9000,
      "enabled": false
    }
  }
}
`)
	d.connect(user("opencode"), []Want{{Server: "notes", Profile: "work"}})
	got := d.read(files["opencode"])
	e := d.entry("opencode", "notes")
	if e == nil || e.Profile != "work" || e.Enabled {
		t.Fatalf("entry %+v in\n%s", e, got)
	}
	for _, kept := range []string{"// mine", "// ours", `"timeout": 9000`, `"enabled": false`} {
		if !strings.Contains(got, kept) {
			t.Errorf("%s is gone:\n%s", kept, got)
		}
	}
	if r := d.connect(user("opencode"), []Want{{Server: "notes", Profile: "work"}}); r.ID != "" {
		t.Error("the same once more is a change")
	}
}

func TestProjectEntries(t *testing.T) {
	for app, file := range map[string]string{
		"claude-code": ".mcp.json", "cursor": ".cursor/mcp.json", "vscode": ".vscode/mcp.json",
		"codex": ".codex/config.toml", "gemini-cli": ".gemini/settings.json", "opencode": "opencode.json",
	} {
		t.Run(app, func(t *testing.T) {
			d := newDesk(t)
			d.mkdir("work")
			if app == "claude-code" {
				d.mkdir(".claude")
			} else {
				d.mkdir(filepath.Dir(files[app]))
			}
			before := d.everything()
			c, _ := d.c.Apps.Get(app)
			want := Want{Server: "notes", Portable: &clients.Launch{
				Command: "npx", Args: []string{"-y", "notes-mcp@1.2.3"},
				Env: map[string]string{"NOTES_KEY": c.Dialect.EnvRef("NOTES_KEY")},
			}}
			target := []Target{{App: app, Scope: clients.Project, ProjectDir: d.path("work")}}
			d.connect(target, []Want{want})
			got := d.read(filepath.Join("work", file))
			if !strings.Contains(got, "notes-mcp@1.2.3") || !strings.Contains(got, "NOTES_KEY") || strings.Contains(got, "toolbay") {
				t.Errorf("wrote\n%s", got)
			}
			if r := d.connect(target, []Want{want}); r.ID != "" {
				t.Error("the same once more is a change")
			}
			d.disconnect(nil, "notes")
			d.same(before)
		})
	}
	t.Run("a key inside an argument", func(t *testing.T) {
		d := newDesk(t)
		d.mkdir(".codex")
		c, _ := d.c.Apps.Get("codex")
		want := Want{Server: "notes", Portable: &clients.Launch{Command: "npx", Args: []string{"--key=" + c.Dialect.EnvRef("K")}}}
		d.refused("keys_not_portable", []Target{{App: "codex", Scope: clients.Project, ProjectDir: d.path("work")}}, []Want{want})
	})
}

// TestOpencodeReadsTwoFiles: a name that stands in the other file is taken
// there, and ours is found there.
func TestOpencodeReadsTwoFiles(t *testing.T) {
	d := newDesk(t)
	d.write(".config/opencode/opencode.json", `{"mcp":{"x":{"type":"local","command":["x"]}}}`)
	d.write(".config/opencode/opencode.jsonc", `{"mcp":{"notes":{"type":"local","command":["n"]},"mail":{"type":"local","command":["toolbay","run","mail"]}}}`)
	d.refused("name_taken", user("opencode"), wants("notes"))
	r := d.connect(user("opencode"), wants("mail"))
	if len(r.Files) != 1 || !strings.HasSuffix(r.Files[0].Path, ".jsonc") {
		t.Errorf("changed %+v", r.Files)
	}
	d.disconnect(user("opencode"), "mail")
	if e := d.entry("opencode", "mail"); e != nil {
		t.Errorf("still %+v", e)
	}
}

// TestContainerOfTheUser: a file that the user made after ours was gone is his,
// although an older trace says that we created one there.
func TestContainerOfTheUser(t *testing.T) {
	d := newDesk(t)
	d.mkdir(".cursor")
	d.connect(user("cursor"), wants("notes"))
	d.disconnect(user("cursor"), "notes")
	d.write(files["cursor"], `{"mcpServers":{"x":{"command":"x"}}}`)
	d.connect(user("cursor"), wants("notes"))
	rest := strings.Replace(d.read(files["cursor"]), `"x":{"command":"x"},`, "", 1)
	d.write(files["cursor"], rest)
	d.disconnect(user("cursor"), "notes")
	if got := d.read(files["cursor"]); !strings.Contains(got, "mcpServers") {
		t.Errorf("left %q", got)
	}
}

// readOnly is a ledger that can be read and not written.
type readOnly struct{ *Memory }

func (readOnly) LedgerWrite(context.Context, map[string]string, []string) error {
	return errors.New("the disk is full")
}

// TestLedgerThatCannotBeWritten: the change stands, and the ledger follows it
// as soon as it can.
func TestLedgerThatCannotBeWritten(t *testing.T) {
	d := newDesk(t)
	d.write(files["cursor"], "{}")
	d.c.Ledger = readOnly{d.ledger}
	if made := d.connect(user("cursor"), wants("notes")); made.ID == "" || d.entry("cursor", "notes") == nil {
		t.Errorf("the change is %+v", made)
	}
	d.c.Ledger = d.ledger
	must(t, d.c.Reconcile(d.ctx))
	if k, err := d.c.ledger(d.ctx); err != nil || len(k.entries) != 1 {
		t.Errorf("the ledger has %+v, %v", k.entries, err)
	}
	d.disconnect(nil, "notes")
	if d.entry("cursor", "notes") != nil {
		t.Error("the entry is still there")
	}
}
