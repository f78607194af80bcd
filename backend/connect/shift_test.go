//go:build unix

package connect

import (
	"fmt"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"toolbay/backend/clients"
	"toolbay/backend/configfile"
	"toolbay/backend/model"
)

// busyDesk is a home with n apps, each with a few entries of its user's own.
func busyDesk(t *testing.T, n int) (*desk, []string) {
	d := newDesk(t)
	var apps []string
	for _, app := range d.c.Apps.Look(d.c.System, "") {
		f, ok := app.Primary(clients.User)
		if !ok || len(apps) == n || !filepath.IsAbs(f.Path) || len(app.Client.Dialect.Servers) == 0 {
			continue
		}
		content := "{\n  \"theme\": \"dark\"\n}\n"
		switch app.Client.Dialect.Format {
		case configfile.TOML:
			content = "model = \"x\"\n"
		case configfile.JSON, configfile.JSONC:
		default:
			continue
		}
		rel, err := filepath.Rel(d.home, f.Path)
		if err != nil || rel[0] == '.' && rel[1] == '.' {
			continue
		}
		d.mkdir(filepath.Dir(rel))
		d.write(rel, content)
		apps = append(apps, app.Client.ID)
	}
	if len(apps) < n {
		t.Fatalf("only %d apps", len(apps))
	}
	return d, apps
}

func shiftAll(apps []string, profile string, servers int) []Shift {
	var out []Shift
	for _, app := range apps {
		s := Shift{App: app, Sweep: true}
		for i := range servers {
			s.Put = append(s.Put, Want{Server: fmt.Sprintf("server-%d", i), Profile: profile})
		}
		out = append(out, s)
	}
	return out
}

// TestShift: what one profile has and the other has not goes and comes, and
// what both have stays in its place.
func TestShift(t *testing.T) {
	d, apps := busyDesk(t, 6)
	before := d.everything()
	apply := func(shifts []Shift) Plan {
		t.Helper()
		p, stopped, err := d.c.PlanShift(d.ctx, "switch", "Work", shifts)
		if err != nil || len(stopped) > 0 {
			t.Fatal(stopped, err)
		}
		_, err = d.c.Apply(d.ctx, p)
		must(t, err)
		return p
	}
	if p := apply(shiftAll(apps, "", 5)); len(p.Restart) != 6 {
		t.Errorf("restart %v", p.Restart)
	}
	home := d.everything()
	if p := apply(shiftAll(apps, "", 5)); len(p.Change.Files) != 0 {
		t.Errorf("the same again changes %d files", len(p.Change.Files))
	}
	apply(shiftAll(apps, "work", 3))
	for _, app := range apps {
		if e := d.entry(app, "server-2"); e == nil || e.Profile != "work" {
			t.Errorf("%s has %+v", app, e)
		}
		if e := d.entry(app, "server-4"); e != nil {
			t.Errorf("%s still has %+v", app, e)
		}
	}
	apply(shiftAll(apps, "", 5))
	d.same(home)
	var none []Shift
	for _, app := range apps {
		none = append(none, Shift{App: app, Sweep: true})
	}
	apply(none)
	d.same(before)
}

// TestShiftObstacles: a file that cannot be read stops its own app only, and
// only where the shift would touch it.
func TestShiftObstacles(t *testing.T) {
	d, apps := busyDesk(t, 3)
	f, err := d.c.Apps.LookOne(d.c.System, apps[1], "")
	must(t, err)
	primary, _ := f.Primary(clients.User)
	rel, err := filepath.Rel(d.home, primary.Path)
	must(t, err)
	d.write(rel, `{"mcpServers": {`)
	before := d.everything()
	p, stopped, err := d.c.PlanShift(d.ctx, "switch", "Work", shiftAll(apps, "", 2))
	must(t, err)
	if len(stopped) != 1 || stopped[0].App.ID != apps[1] || model.Code(stopped[0].Err) != "file_broken" || stopped[0].File != primary.Path {
		t.Errorf("stopped %+v", stopped)
	}
	if slices.Contains(p.Restart, apps[1]) || len(p.Restart) != 2 {
		t.Errorf("restart %v", p.Restart)
	}
	d.same(before)
	if _, stopped, err := d.c.PlanShift(d.ctx, "switch", "Work", []Shift{{App: apps[1], Sweep: true}}); err != nil || len(stopped) > 0 {
		t.Errorf("nothing of ours is there, yet %+v, %v", stopped, err)
	}
	if _, stopped, err := d.c.PlanShift(d.ctx, "switch", "Work", []Shift{{App: "windsurf", Put: []Want{{Server: "notes"}}}}); err != nil || len(stopped) != 1 || model.Code(stopped[0].Err) != "app_not_found" {
		t.Errorf("an app that is not here: %+v, %v", stopped, err)
	}
}

const large = 60

// TestShiftLarge plans a switch between two profiles of 200 servers in 12 apps,
// with another entry for each, and logs what that takes.
func TestShiftLarge(t *testing.T) {
	d, apps := busyDesk(t, 12)
	p, stopped, err := d.c.PlanShift(d.ctx, "switch", "Home", shiftAll(apps, "", large))
	if err != nil || len(stopped) > 0 {
		t.Fatal(stopped, err)
	}
	_, err = d.c.Apply(d.ctx, p)
	must(t, err)
	began := time.Now()
	p, stopped, err = d.c.PlanShift(d.ctx, "switch", "Work", shiftAll(apps, "work", large))
	took := time.Since(began)
	if err != nil || len(stopped) > 0 || len(p.Change.Files) != 12 {
		t.Fatal(len(p.Change.Files), stopped, err)
	}
	t.Logf("planned in %s", took)
	_, err = d.c.Apply(d.ctx, p)
	must(t, err)
	for _, app := range apps {
		if e := d.entry(app, fmt.Sprintf("server-%d", large-1)); e == nil || e.Profile != "work" {
			t.Fatalf("%s has %+v", app, e)
		}
	}
}
