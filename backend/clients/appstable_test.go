package clients

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

const tableHead = `# Every app, every system

Made by ` + "`go test ./backend/clients -run TestAppsTable -update`" + ` from the table, and checked by the same test. A row is a place as ` + "`toolbay render mail --app APP --os OS`" + ` forms it on a computer that is not here: the home is invented, no variable is set. Places stand in the order in which they count; the first of a scope that applies is written. What the words mean is in [apps.md](apps.md).

`

// TestAppsTable: docs/apps-table.md says of every app and system which file is
// written, where in it, and what.
func TestAppsTable(t *testing.T) {
	var b bytes.Buffer
	b.WriteString(tableHead)
	for _, c := range shippedTable(t).All() {
		about(&b, c)
		if !c.FileOnly {
			b.WriteString("| system | scope | file | format | pointer | entry |\n|---|---|---|---|---|---|\n")
			for _, goos := range []string{"darwin", "windows", "linux"} {
				rows(t, &b, c, Machine{OS: goos})
			}
		}
		entryRow(t, &b, c, "With a variable of the reader's (project)", c.At(Project, "/p").Dialect, Launch{
			Command: "npx", Args: []string{"-y", "mail-mcp@1.2.3"}, Env: map[string]string{"KEY": c.At(Project, "/p").Dialect.EnvRef("KEY")},
		}, c.HasScope(Project) && c.At(Project, "/p").Dialect.Reference != "")
		entryRow(t, &b, c, "Server on the network", c.Dialect, remoteLaunch, c.Dialect.Speaks(remoteLaunch))
		old := remoteLaunch
		old.Transport = "sse"
		entryRow(t, &b, c, "The same, older transport", c.Dialect, old, c.Dialect.Speaks(old))
		b.WriteString("\n")
	}
	file := filepath.Join("..", "..", "docs", "apps-table.md")
	if *update {
		if err := os.WriteFile(file, b.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(b.Bytes(), want) {
		t.Error("docs/apps-table.md is not what the table says: look at the change and run with -update")
	}
}

func about(b *bytes.Buffer, c Client) {
	d := c.Dialect
	fmt.Fprintf(b, "## %s · `%s`\n\nSure: %s (%s).", c.Name, c.ID, c.Sure, c.Why)
	off := "no switch in the entry, so off takes it out"
	if d.Off != nil {
		off = fmt.Sprintf("`%s: %v`", d.Off.Key, d.Off.Value)
	}
	expands := "nothing"
	if len(d.Expands) > 0 {
		expands = "`" + strings.Join(d.Expands, "` `") + "`"
	}
	fmt.Fprintf(b, " Off: %s. Replaces in values: %s. Sees a change: %s.", off, expands, map[string]string{
		"self": "by itself", "session": "in a new session", "restart": "after a restart", "click": "after a click in it",
	}[c.Reload])
	for _, l := range []struct {
		n    int
		what string
	}{{c.Limits.Tools, "tools in all"}, {c.Limits.NameAndTool, "characters of name and tool"}, {c.Limits.NameLength, "characters of a name"}} {
		if l.n > 0 {
			fmt.Fprintf(b, " At most %d %s.", l.n, l.what)
		}
	}
	if c.CloseFirst {
		b.WriteString(" Writes its file from memory: close it first.")
	}
	if c.FileOnly {
		b.WriteString(" Its file can be anywhere: only with `--file`.")
	}
	b.WriteString("\n\n")
}

func rows(t *testing.T, b *bytes.Buffer, c Client, m Machine) {
	t.Helper()
	for _, p := range c.PlacesOn(m) {
		at := c.in(p.Spec, m.project())
		r, err := at.Dialect.Render("mail", Launch{Command: m.Launcher(), Args: LauncherArgs("mail", "")})
		if p.Spec.Scope == Project {
			r, err = at.Dialect.Render("mail", Launch{Command: "npx", Args: []string{"-y", "mail-mcp@1.2.3"}})
		}
		if err != nil {
			t.Fatal(err)
		}
		entry := "`" + string(r.EntryJSON()) + "`"
		var notes []string
		switch p.Spec.Aside {
		case "old":
			notes = append(notes, "read, not written: the place of earlier versions")
		case "profile":
			notes = append(notes, "read, not written: a profile of the app")
		}
		if p.If != "" {
			notes = append(notes, "when there is "+p.If)
		}
		if p.Spec.Existing {
			notes = append(notes, "when the file is there")
		}
		if p.Spec.Instead {
			notes = append(notes, "the next ones are not read then")
		}
		if at.Sure == SureC && p.Spec.Aside == "" {
			notes = append(notes, "sure C: never made, written only where it is there")
		}
		if p.Spec.Aside == "" && p.Spec.own() == 0 {
			notes = append(notes, "every such file is read; no entry is put there")
		}
		if p.Spec.Aside != "" || p.Spec.own() == 0 {
			entry = ""
		}
		file := "`" + p.Path + "`"
		if len(notes) > 0 {
			file += " (" + strings.Join(notes, "; ") + ")"
		}
		fmt.Fprintf(b, "| %s | %s | %s | %s | `%s` | %s |\n", m.OS, p.Spec.Scope, file, r.Format, r.Pointer, entry)
	}
}

func entryRow(t *testing.T, b *bytes.Buffer, c Client, what string, d Dialect, l Launch, has bool) {
	t.Helper()
	if !has {
		return
	}
	r, err := d.Render("mail", l)
	if err != nil {
		t.Fatalf("%s: %v", c.ID, err)
	}
	fmt.Fprintf(b, "\n%s: `%s`\n", what, r.EntryJSON())
}
