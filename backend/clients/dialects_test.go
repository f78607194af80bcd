package clients

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"

	"toolbay/backend/configfile"
)

// TestDialects writes a server the way connect does, in every dialect: into no
// file, into a usual one and into an awkward one; once as a program and, where
// the app speaks to servers on the network, once as such. It is added, changed,
// switched off (by the app's own switch; without one the entry goes), switched
// on and taken out, and after that the file is as it was. testdata/dialects has
// one file for all apps that write the same.
func TestDialects(t *testing.T) {
	for _, group := range sameDialect(shippedTable(t)) {
		c := group[0]
		t.Run(c.ID, func(t *testing.T) {
			file := filepath.Join("testdata", "dialects", c.ID+".txtar")
			src, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			golden := txtar.Parse(src)
			var names []string
			for _, c := range group {
				names = append(names, c.Name)
			}
			got := &txtar.Archive{Comment: []byte(strings.Join(names, ", ") + "\n")}
			for _, f := range []string{"none", "usual", "awkward"} {
				var before []byte
				for _, g := range golden.Files {
					if g.Name == f+"/before" {
						before = g.Data
						got.Files = append(got.Files, g)
					}
				}
				if (before == nil) != (f == "none") {
					t.Fatalf("%s: no file to begin with", f)
				}
				got.Files = append(got.Files, steps(t, c, f+"/program", before, plainLaunch, laterLaunch)...)
				if c.Dialect.Speaks(remoteLaunch) {
					got.Files = append(got.Files, steps(t, c, f+"/network", before, remoteLaunch, laterRemote)...)
				}
			}
			if *update {
				if err := os.WriteFile(file, txtar.Format(got), 0o644); err != nil {
					t.Fatal(err)
				}
				return
			}
			if !bytes.Equal(golden.Comment, got.Comment) {
				t.Errorf("it is of %q now, not of %q", got.Comment, golden.Comment)
			}
			for i, g := range got.Files {
				if i >= len(golden.Files) || golden.Files[i].Name != g.Name {
					t.Fatalf("the golden file has no %s there", g.Name)
				}
				if !bytes.Equal(golden.Files[i].Data, g.Data) {
					t.Errorf("%s:\n%s\nwant:\n%s", g.Name, g.Data, golden.Files[i].Data)
				}
			}
		})
	}
}

var (
	plainLaunch  = Launch{Name: "mail", Command: "/home/ann/.toolbay/bin/toolbay", Args: LauncherArgs("mail", "")}
	laterLaunch  = Launch{Name: "mail", Command: "/home/ann/.toolbay/bin/toolbay", Args: LauncherArgs("mail", "work")}
	remoteLaunch = Launch{Name: "mail", URL: "https://mail.example/mcp", Transport: "streamable-http", Headers: map[string]string{"X-Region": "eu"}}
	laterRemote  = Launch{Name: "mail", URL: "https://mail.example/v2", Transport: "streamable-http", Headers: map[string]string{"X-Region": "eu"}}
)

// steps gives the file after each step.
func steps(t *testing.T, c Client, name string, before []byte, first, later Launch) []txtar.File {
	t.Helper()
	d := c.Dialect
	var files []txtar.File
	note := func(step string, src []byte) {
		t.Helper()
		doc, err := c.Read(src, name)
		if err != nil {
			t.Fatalf("%s, %s: the app cannot read it: %v\n%s", name, step, err, src)
		}
		i := slices.IndexFunc(d.Decode(doc), func(e Entry) bool { return e.Name == "mail" })
		if i < 0 {
			t.Fatalf("%s, %s: the entry is not there:\n%s", name, step, src)
		}
		e := d.Decode(doc)[i]
		want := first
		if step != "add" {
			want = later
		}
		if e.Command != want.Command || e.URL != want.URL || len(want.Args) > 0 && !slices.Equal(e.Args, want.Args) || e.Enabled != (step != "off") {
			t.Errorf("%s, %s: read back as %+v", name, step, e)
		}
		files = append(files, txtar.File{Name: name + "-" + step, Data: src})
	}
	must := func(src []byte, err error) []byte {
		t.Helper()
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		return src
	}
	doc, err := c.Read(before, name)
	if err != nil {
		t.Fatal(err)
	}
	path := d.PathIn(doc, "mail")
	src, trace, err := configfile.Insert(before, d.Format, path, d.Encode(first))
	note("add", must(src, err))
	src, err = configfile.Update(src, d.Format, path, d.Encode(later))
	note("change", must(src, err))
	if off, ok := d.Turn(false); ok {
		src, err = configfile.Update(src, d.Format, path, off)
		note("off", must(src, err))
		on, _ := d.Turn(true)
		src = must(configfile.Update(src, d.Format, path, on))
	}
	back := must(configfile.Remove(src, d.Format, path, &trace))
	if !bytes.Equal(back, before) || (back == nil) != (before == nil) {
		t.Errorf("%s: after taking out\n%q\nwant\n%q", name, back, before)
	}
	return files
}

// sameDialect groups the apps whose entries look the same, in the order of the
// table.
func sameDialect(table *Table) [][]Client {
	var groups [][]Client
	at := map[string]int{}
	for _, c := range table.All() {
		d := c.Dialect
		shape := Dialect{
			Servers: make([]string, len(d.Servers)), List: d.List, Name: d.Name, Type: d.Type, TypeKey: d.TypeKey,
			Command: d.Command, CommandList: d.CommandList, Env: d.Env, Always: d.Always, Off: d.Off, SaysOn: d.SaysOn,
		}
		switch d.Format {
		case configfile.JSONC, configfile.JSONComments:
			shape.Format = configfile.JSON
		default:
			shape.Format = d.Format
		}
		if _, speaks := d.remoteType("streamable-http"); speaks {
			r := *d.Remote
			r.Types = map[string]string{"streamable-http": r.Types["streamable-http"]}
			shape.Remote = &r
		}
		key, err := json.Marshal(shape)
		if err != nil {
			panic(err)
		}
		i, ok := at[string(key)]
		if !ok {
			i, at[string(key)] = len(groups), len(groups)
			groups = append(groups, nil)
		}
		groups[i] = append(groups[i], c)
	}
	return groups
}

// TestTurn: what is switched on again is as a new entry has it.
func TestTurn(t *testing.T) {
	for _, c := range shippedTable(t).All() {
		off, ok := c.Dialect.Turn(false)
		on, _ := c.Dialect.Turn(true)
		if ok != (c.Dialect.Off != nil) || ok && reflect.DeepEqual(off, on) {
			t.Errorf("%s: off %v, on %v", c.ID, off, on)
		}
		for _, m := range c.Dialect.Encode(plainLaunch) {
			if ok && m.Key == on[0].Key && m.Value != on[0].Value {
				t.Errorf("%s: a new entry says %v", c.ID, m)
			}
		}
	}
}

// TestNothingToExpand: no app finds a variable of its own in an entry that
// starts our launcher from a usual home.
func TestNothingToExpand(t *testing.T) {
	for _, c := range shippedTable(t).All() {
		for _, goos := range []string{"linux", "darwin", "windows"} {
			l := Launch{Name: "mail", Command: Machine{OS: goos}.Launcher(), Args: LauncherArgs("mail", "work")}
			for _, m := range c.Dialect.Encode(l) {
				if text := fmt.Sprint(m.Value); !c.Dialect.Keeps(text) {
					t.Errorf("%s on %s would replace something in %s", c.ID, goos, text)
				}
			}
		}
		if c.Dialect.Reference != "" && c.Dialect.ReferenceList == "" && c.Dialect.Keeps(c.Dialect.EnvRef("KEY")) {
			t.Errorf("%s replaces %s, yet keeps it", c.ID, c.Dialect.EnvRef("KEY"))
		}
	}
	gemini, _ := shippedTable(t).Get("gemini-cli")
	claude, _ := shippedTable(t).Get("claude-code")
	for text, want := range map[string][2]bool{"a$b": {false, true}, "a${b}": {false, false}, "pa$$word": {false, true}, "plain": {true, true}} {
		if gemini.Dialect.Keeps(text) != want[0] || claude.Dialect.Keeps(text) != want[1] {
			t.Errorf("%s: Gemini CLI %v, Claude Code %v", text, gemini.Dialect.Keeps(text), claude.Dialect.Keeps(text))
		}
	}
}
