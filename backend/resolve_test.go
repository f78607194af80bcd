package backend

import (
	"strings"
	"testing"
	"time"

	"toolbay/backend/install"
	"toolbay/backend/model"
	"toolbay/backend/runtimes"
)

// withLists opens a backend whose catalogue has these lists besides the starter
// catalogue, as if they had been read.
func withLists(t *testing.T, lists map[string][]model.Listing) *Backend {
	t.Helper()
	b, err := Open(t.Context(), Options{Home: t.TempDir(), Getenv: func(string) string { return "" }})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { b.Close() })
	for source, list := range lists {
		if err := b.store.ReplaceSource(t.Context(), source, list, time.Date(2026, 11, 20, 0, 0, 0, 0, time.UTC)); err != nil {
			t.Fatal(err)
		}
	}
	return b
}

func fromNpm(name string) model.Package {
	return model.Package{Type: "npm", Identifier: name, Transport: "stdio"}
}

// TestWhatIsNamedIsInstalled has one server in three lists, each with a package
// of its own besides the shared one.
func TestWhatIsNamedIsInstalled(t *testing.T) {
	shared := model.Package{Type: "nuget", Identifier: "Acme.Sundial"}
	repo := "https://github.com/acme/sundial"
	b := withLists(t, map[string][]model.Listing{
		"docker":   {{ID: "docker/sundial", Name: "sundial", Title: "Sundial", Repository: repo, Packages: []model.Package{shared}}},
		"toolhive": {{ID: "toolhive/sundial", Name: "sundial", Title: "Sundial", Repository: repo, Packages: []model.Package{shared, fromNpm("sundial-one")}}},
		"official": {{ID: "io.github.acme/sundial", Name: "io.github.acme/sundial", Title: "Sundial", Repository: repo, Packages: []model.Package{shared, fromNpm("@acme/sundial"), fromNpm("sundial-one")}}},
	})
	card, err := b.Show(t.Context(), "io.github.acme/sundial")
	if err != nil || card.ID != "docker/sundial" || len(card.Records) != 3 || len(card.Packages) != 3 {
		t.Fatalf("%s of %d records with %d packages, %v", card.ID, len(card.Records), len(card.Packages), err)
	}
	for _, c := range []struct {
		name, ref   string
		pack        int
		id, install string
		code        string
	}{
		{name: "the card's id takes what the others have", ref: "docker/sundial", pack: -1, id: "docker/sundial", install: "sundial-one"},
		{name: "the card's id counts the card's packages", ref: "Docker/Sundial", pack: 2, id: "docker/sundial", install: "@acme/sundial"},
		{name: "a record's id takes its own", ref: "io.github.acme/sundial", pack: -1, id: "io.github.acme/sundial", install: "@acme/sundial"},
		{name: "a record's id counts its own", ref: "io.github.acme/sundial", pack: 1, id: "io.github.acme/sundial", install: "@acme/sundial"},
		{name: "another record's", ref: "toolhive/sundial", pack: 1, id: "toolhive/sundial", install: "sundial-one"},
		{name: "only so many", ref: "toolhive/sundial", pack: 2, code: "package_unknown"},
		{name: "one that cannot be installed", ref: "toolhive/sundial", pack: 0, code: "package_type_later"},
	} {
		t.Run(c.name, func(t *testing.T) {
			r, err := b.resolve(t.Context(), c.ref, c.pack)
			if model.Code(err) != c.code {
				t.Fatal(err)
			}
			if err == nil && (r.listing.ID != c.id || r.pack().Identifier != c.install) {
				t.Errorf("%s of %s, want %s of %s", r.pack().Identifier, r.listing.ID, c.install, c.id)
			}
		})
	}
}

// TestBundlesOfLists has lists, read by an earlier version, that name as their
// bundle what is on this computer.
func TestBundlesOfLists(t *testing.T) {
	for id, code := range map[string]string{
		"https://example.com/notes.mcpb": "", "/home/ann/notes.mcpb": "bundle_insecure", "claude-extension:ant.dir.x": "bundle_insecure",
		`\\host\share\notes.mcpb`: "bundle_insecure", "http://example.com/notes.mcpb": "bundle_insecure",
	} {
		b := withLists(t, map[string][]model.Listing{
			"docker": {{ID: "docker/notes", Name: "notes", Title: "Notes", Packages: []model.Package{{Type: "mcpb", Identifier: id, Transport: "stdio"}}}},
		})
		for _, pack := range []int{-1, 0} {
			if _, err := b.allowed(t.Context(), "docker/notes", pack); model.Code(err) != code {
				t.Errorf("%s: %v, want %q", id, err, code)
			}
		}
	}
}

// TestNothingOfAnotherRecordIsInstalled asks for a record that has nothing to
// install, of a card that has.
func TestNothingOfAnotherRecordIsInstalled(t *testing.T) {
	shared := model.Package{Type: "nuget", Identifier: "Acme.Sundial"}
	b := withLists(t, map[string][]model.Listing{
		"docker":   {{ID: "docker/sundial", Name: "sundial", Title: "Sundial", Packages: []model.Package{shared, fromNpm("sundial-one")}}},
		"toolhive": {{ID: "toolhive/sundial", Name: "sundial", Title: "Sundial", Packages: []model.Package{shared}}},
	})
	if r, err := b.resolve(t.Context(), "toolhive/sundial", -1); model.Code(err) != "package_type_later" {
		t.Errorf("%+v, %v", r, err)
	}
}

func TestWhoSpeaksForAPackageByItself(t *testing.T) {
	with := func(id, name string) model.Listing {
		p := fromNpm(name)
		p.PackageArguments = []model.Argument{{Kind: "positional", Input: model.Input{Value: "--serve=/"}}}
		return model.Listing{ID: id, Name: id, Title: "Sundial", Packages: []model.Package{p}}
	}
	b := withLists(t, map[string][]model.Listing{
		"official":        {with("io.github.evil/sundial", "left-pad"), with("io.github.acme/sundial", "@acme/sundial"), with("com.acme/sundial", "@other/sundial")},
		"docker":          {with("docker/moondial", "moondial")},
		"file:list.jsonl": {with("io.github.acme/stardial", "@acme/stardial")},
	})
	for name, want := range map[string]string{
		"left-pad": "", "@acme/sundial": "io.github.acme/sundial", "@other/sundial": "", "moondial": "docker/moondial", "@acme/stardial": "",
	} {
		r, err := b.resolve(t.Context(), "npm:"+name+"@1.2.3", -1)
		if err != nil || r.listing.ID != want || (len(r.pack().PackageArguments) > 0) != (want != "") || r.pack().Version != "1.2.3" {
			t.Errorf("%s: %+v of %q, want %q, %v", name, r.pack(), r.listing.ID, want, err)
		}
	}
}

// What is not known yet is left out of the sentence.
func TestConsentsWithoutSizeOrVersion(t *testing.T) {
	told := func(version string, size int64) string {
		in := &installation{title: "Vol", offer: install.Plan{
			Package: model.Package{Type: "pypi", Identifier: "vol", Version: version},
			Node:    &runtimes.Download{Size: size}, Fetch: []install.Fetch{{Name: "uv", Size: size}, {Name: "python", Size: size}},
		}}
		var all []string
		for _, n := range in.consents(false) {
			all = append(all, n.Text)
		}
		return strings.Join(all, "\n")
	}
	if s := told("", 0); strings.ContainsAny(s, "?(){") || strings.Contains(s, "version") || strings.Contains(s, ".any") || strings.Count(s, "\n") != 3 {
		t.Error(s)
	}
	if s := told("1.2", 3e6); strings.Count(s, "3.0 MB") != 3 || !strings.Contains(s, "version 1.2") {
		t.Error(s)
	}
}
