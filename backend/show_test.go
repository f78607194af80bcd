package backend

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"toolbay/backend/catalog/trust"
	"toolbay/backend/model"
)

func npmServer(t *testing.T, identifier, manifest string) model.Server {
	t.Helper()
	s := model.Server{ID: "notes", Dir: t.TempDir(), Package: model.Package{Type: "npm", Identifier: identifier}}
	if manifest == "" {
		return s
	}
	place := filepath.Join(s.Dir, "node_modules", filepath.FromSlash(identifier))
	if err := os.MkdirAll(place, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(place, "package.json"), []byte(manifest), 0o600); err != nil {
		t.Fatal(err)
	}
	return s
}

func TestPointsTo(t *testing.T) {
	for _, c := range []struct {
		name, identifier, manifest string
		want                       string
		looked                     bool
	}{
		{"names its listing", "@acme/notes", `{"name":"@acme/notes","mcpName":"io.github.acme/notes"}`, "io.github.acme/notes", true},
		{"without a scope", "notes", `{"mcpName":"io.github.acme/notes"}`, "io.github.acme/notes", true},
		{"names none", "notes", `{"name":"notes"}`, "", true},
		{"a name that is none", "notes", `{"mcpName":"<b>io.github.acme/notes</b>"}`, "", true},
		{"two parts too many", "notes", `{"mcpName":"io.github.acme/notes/../x"}`, "", true},
		{"no text", "notes", `{"mcpName":{"a":1}}`, "", true},
		{"null", "notes", `{"mcpName":null}`, "", true},
		{"no JSON", "notes", `mcpName: io.github.acme/notes`, "", false},
		{"a list", "notes", `[{"mcpName":"io.github.acme/notes"}]`, "", false},
		{"far too much", "notes", `{"mcpName":"io.github.acme/notes","x":"` + strings.Repeat("x", maxManifest) + `"}`, "", false},
		{"no manifest", "notes", "", "", false},
	} {
		t.Run(c.name, func(t *testing.T) {
			name, looked := pointsTo(npmServer(t, c.identifier, c.manifest))
			if name != c.want || looked != c.looked {
				t.Errorf("got %q, %v, want %q, %v", name, looked, c.want, c.looked)
			}
		})
	}
}

func TestPointsToStaysInTheServersFolder(t *testing.T) {
	s := npmServer(t, "notes", `{}`)
	elsewhere := filepath.Join(t.TempDir(), "package.json")
	if err := os.WriteFile(elsewhere, []byte(`{"mcpName":"io.github.acme/notes"}`), 0o600); err != nil {
		t.Fatal(err)
	}
	place := filepath.Join(s.Dir, "node_modules", "notes", "package.json")
	if err := os.Remove(place); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(elsewhere, place); err != nil {
		t.Skip("no links here:", err)
	}
	if name, looked := pointsTo(s); looked {
		t.Errorf("a link out of the folder was followed to %q", name)
	}
	for _, id := range []string{"../notes", "..", "", "a/b/c", "@acme/../../notes"} {
		s.Package.Identifier = id
		if name, looked := pointsTo(s); looked {
			t.Errorf("%q: read %q", id, name)
		}
	}
	s.Package = model.Package{Type: "pypi", Identifier: "notes"}
	if _, looked := pointsTo(s); looked {
		t.Error("a package that is not npm's was read")
	}
}

func TestWhatWasSeenHere(t *testing.T) {
	now := time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)
	card := model.Card{
		Listing: model.Listing{ID: "starter/notes", Merged: []string{"starter/notes", "io.github.acme/notes"},
			Packages: []model.Package{{Type: "npm", Identifier: "@acme/notes"}}},
		Records: []model.Record{{Source: "starter", Listing: model.Listing{ID: "starter/notes"}}},
	}
	notes := model.Package{Type: "npm", Identifier: "@acme/notes"}
	probe := func(ok bool, hoursAgo int) *model.Probe {
		return &model.Probe{OK: ok, Time: now.Add(-time.Duration(hoursAgo) * time.Hour)}
	}
	for _, c := range []struct {
		name    string
		servers []model.Server
		want    string // what is told of it: "", "installed", "yes" or "no", and the version
	}{
		{"nothing is installed", nil, ""},
		{"something else is", []model.Server{{Listing: "io.github.acme/other", Package: model.Package{Type: "npm", Identifier: "other"}, Probe: probe(true, 1)}}, ""},
		{"one from no list", []model.Server{{Package: model.Package{Type: "npm", Identifier: "other"}, Probe: probe(true, 1)}}, ""},
		{"the listing", []model.Server{{Listing: "starter/notes", Version: "1", Probe: probe(true, 1)}}, "yes 1"},
		{"a listing that was merged into it, in other letters", []model.Server{{Listing: "io.github.ACME/notes", Version: "1", Probe: probe(false, 1)}}, "no 1"},
		{"the package by itself", []model.Server{{Package: notes, Version: "1", Probe: probe(true, 1)}}, "yes 1"},
		{"not tried yet", []model.Server{{Package: notes, Version: "1"}}, "installed 1"},
		{"the one that was tried last", []model.Server{
			{Package: notes, Version: "1", Probe: probe(true, 9)}, {Package: notes, Version: "2", Probe: probe(false, 1)}, {Package: notes, Version: "3", Probe: probe(true, 5)}}, "no 2"},
		{"one that was tried before one that was not", []model.Server{
			{Package: notes, Version: "1"}, {Package: notes, Version: "2", Probe: probe(true, 9)}, {Package: notes, Version: "3"}}, "yes 2"},
		{"the newest of those not tried", []model.Server{
			{Package: notes, Version: "1", Installed: now.Add(-time.Hour)}, {Package: notes, Version: "2", Installed: now}}, "installed 2"},
	} {
		t.Run(c.name, func(t *testing.T) {
			b := &Backend{o: Options{Now: func() time.Time { return now }}}
			h := b.here(card, c.servers)
			if got := tellHere(h); got != c.want {
				t.Errorf("got %q, want %q", got, c.want)
			}
			if !h.Now.Equal(now) {
				t.Error("the time is not told")
			}
		})
	}
}

func tellHere(h trust.Here) string {
	switch {
	case !h.Installed:
		return ""
	case h.Started == nil:
		return "installed " + h.Version
	case *h.Started:
		return "yes " + h.Version
	}
	return "no " + h.Version
}
