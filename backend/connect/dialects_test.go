//go:build unix

package connect

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"

	"toolbay/backend/clients"
)

// begins gives the files that the golden tests of a dialect begin with.
func begins(t *testing.T, app string) map[string][]byte {
	t.Helper()
	src, err := os.ReadFile(filepath.Join("..", "clients", "testdata", "dialects", app+".txtar"))
	if os.IsNotExist(err) {
		return nil // another app's file stands for its dialect
	}
	if err != nil {
		t.Fatal(err)
	}
	all := map[string][]byte{}
	for _, f := range txtar.Parse(src).Files {
		if filepath.Base(f.Name) == "before" {
			all[filepath.Dir(f.Name)] = f.Data
		}
	}
	return all
}

// TestRoundTripOfEveryApp gives every app of the table two servers and takes
// them away again: in no file, in a usual one and in an awkward one.
func TestRoundTripOfEveryApp(t *testing.T) {
	table, err := clients.Load("")
	must(t, err)
	for _, app := range table.All() {
		cases := begins(t, app.ID)
		if cases == nil {
			cases = map[string][]byte{}
		}
		cases["none"] = nil
		for name, content := range cases {
			t.Run(app.ID+"/"+name, func(t *testing.T) {
				t.Parallel()
				d := newDesk(t)
				file, _, ok := app.PathOn(clients.Machine{OS: "linux", Home: d.home}, clients.User)
				if app.ID == "continue" && content != nil {
					file = d.path(".continue/config.yaml") // changed where it is there
				}
				target := Target{App: app.ID, Scope: clients.User}
				switch {
				case app.FileOnly:
					d.refused("app_needs_file", []Target{target}, wants("notes"))
					file = d.path("librechat.yaml")
					target.File = file
				case !ok:
					d.refused("app_not_found", []Target{target}, wants("notes"))
					return
				}
				must(t, os.MkdirAll(filepath.Dir(file), 0o755))
				if content != nil {
					must(t, os.WriteFile(file, content, 0o644))
				}
				here := d.appears(app)
				before := d.everything()
				if content == nil && app.Sure == clients.SureC || app.ID == "jan" && content == nil {
					d.refused("place_unsure", []Target{target}, wants("notes"))
					return
				}
				if !here && target.File == "" {
					t.Fatalf("%s is not found by a folder of its own", app.ID)
				}
				if target.File == "" {
					a, err := d.c.Apps.LookOne(d.c.System, app.ID, "")
					must(t, err)
					f, _ := a.Primary(clients.User)
					file = f.Path // Antigravity's depends on what is there
				}
				r := d.connect([]Target{target}, wants("notes", "mail"))
				if len(r.Files) != 1 || r.Files[0].Path != file {
					t.Fatalf("wrote %+v, not %s", r.Files, file)
				}
				if again := d.connect([]Target{target}, wants("mail", "notes")); again.ID != "" {
					t.Errorf("connecting twice wrote: %+v", again)
				}
				d.connect([]Target{target}, []Want{{Server: "mail", Profile: "work"}})
				if target.File == "" {
					if e := d.entry(app.ID, "mail"); e == nil || e.Server != "mail" || e.Profile != "work" || !e.Enabled {
						t.Errorf("it stands there as %+v", e)
					}
				}
				d.disconnect([]Target{target}, "notes")
				d.disconnect([]Target{target}, "mail")
				d.same(before)
			})
		}
	}
}

// appears makes a sign of an app, so that it counts as being here.
func (d *desk) appears(app clients.Client) bool {
	d.t.Helper()
	look := func() bool {
		a, err := d.c.Apps.LookOne(d.c.System, app.ID, "")
		d.must(err)
		return a.Found
	}
	for _, e := range app.Evidence {
		if look() {
			return true
		}
		if len(e.OS) > 0 && e.OS[0] != "linux" || len(e.Path) < 7 || e.Path[:7] != "{HOME}/" {
			continue
		}
		d.mkdir(e.Path[7:])
	}
	return look()
}
