package identity_test

import (
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"toolbay/backend/catalog/identity"
	"toolbay/backend/model"
	"toolbay/internal/corpus"
)

func at(day int) time.Time { return time.Date(2026, 1, day, 12, 0, 0, 0, time.UTC) }

func notes() []model.Record {
	docker := rec("docker", "docker/notes", "oci:mcp/notes", "repo:acme/notes", "title:Notes").Listing
	docker.Tools = []model.Tool{{Name: "read"}}
	docker.Tags = []string{"notes", "text"}
	official := rec("official", "io.github.acme/notes", "npm:@acme/notes", "repo:acme/notes", "title:Acme notes", "text:Reads and writes notes").Listing
	official.Version, official.Updated, official.Published = "1.2.0", at(9), at(8)
	official.Packages[0].Version = "1.2.0"
	official.Tags = []string{"Notes", "files"}
	mcpm := rec("mcpm", "mcpm/notes", "npm:@acme/notes", "pypi:acme-notes", "text:Other words").Listing
	mcpm.License, mcpm.Packages[0].Version = "MIT", "9.9.9"
	return []model.Record{
		{Source: "mcpm", Listing: mcpm, Seen: at(1)},
		{Source: "official", Listing: official, Seen: at(2)},
		{Source: "docker", Listing: docker, Seen: at(3)},
	}
}

func cardOf(records []model.Record) model.Card {
	g := identity.New(identity.Options{Order: corpus.Place, Curated: corpus.Curated, Proves: corpus.Proves, Checks: corpus.Proves, Kept: corpus.Kept, Enriches: func(s string) bool { return s == "cline" }})
	for _, r := range records {
		g.Add(r.Source, r.Listing)
	}
	if groups := g.Groups(); len(groups) != 1 {
		panic("not one group")
	}
	return g.Card(0, records)
}

func TestCardTakesEachFieldFromTheFirstThatHasIt(t *testing.T) {
	c := cardOf(notes())
	if c.ID != "docker/notes" || c.Title != "Notes" || c.Description != "Reads and writes notes" || c.License != "" || c.Version != "1.2.0" {
		t.Errorf("got %+v", c.Listing)
	}
	for field, source := range map[string]string{
		"title": "docker", "description": "official", "version": "official", "tools": "docker",
		"tags": "docker", "packages": "docker", "repository": "docker", "updated": "official", "published": "official", "status": "docker",
	} {
		if c.Origins[field] != source {
			t.Errorf("%s comes from %q, want %q", field, c.Origins[field], source)
		}
	}
	for _, none := range []string{"icon", "caution", "license", "stars", "renamed"} {
		if source, ok := c.Origins[none]; ok {
			t.Errorf("%s comes from %q, but nobody says it", none, source)
		}
	}
	var packages []string
	for _, p := range c.Packages {
		packages = append(packages, p.Type+" "+p.Identifier+" "+p.Version)
	}
	if got := strings.Join(packages, ", "); got != "oci mcp/notes , npm @acme/notes 1.2.0" {
		t.Errorf("packages: %s", got)
	}
	if got := strings.Join(c.Tags, " "); got != "notes text files" {
		t.Errorf("tags: %s", got)
	}
	if got := strings.Join(c.Sources, " "); got != "docker official mcpm" {
		t.Errorf("sources: %s", got)
	}
	if got := strings.Join(c.Merged, " "); got != "docker/notes io.github.acme/notes mcpm/notes" {
		t.Errorf("merged: %s", got)
	}
}

// A card of cards is the same, and so is one of records in another order; what
// is given is left as it was.
func TestCardDoesNotDependOnTheOrder(t *testing.T) {
	want := cardOf(notes())
	for seed := range uint64(6) {
		records := notes()
		rand.New(rand.NewPCG(seed, 0)).Shuffle(len(records), func(i, j int) { records[i], records[j] = records[j], records[i] })
		before := records[0].ID
		got := cardOf(records)
		if records[0].ID != before {
			t.Error("the records given were put in another order")
		}
		if got.ID != want.ID || got.Title != want.Title || !slices.Equal(got.Merged, want.Merged) || len(got.Packages) != len(want.Packages) {
			t.Errorf("seed %d: %+v", seed, got.Listing)
		}
	}
}

// A source that is added below another does not change who speaks.
func TestIDIsStable(t *testing.T) {
	records := []model.Record{
		{Source: "official", Listing: rec("official", "io.github.jo/notes", "npm:@acme/notes", "repo:acme/notes").Listing, Seen: at(1)},
		{Source: "official", Listing: rec("official", "com.acme/notes", "npm:@acme/notes", "repo:acme/notes").Listing, Seen: at(9)},
	}
	want := cardOf(records).ID
	if want != "com.acme/notes" {
		t.Fatalf("%s speaks, who did not prove to be the repository's owner", want)
	}
	for range 3 {
		records = append(records, model.Record{Source: "mcpm", Listing: rec("mcpm", "mcpm/notes", "npm:@acme/notes", "repo:jo/notes").Listing, Seen: at(0)})
		if got := cardOf(records).ID; got != want {
			t.Errorf("with mcpm below, %s speaks", got)
		}
		records = records[:2]
	}
	above := append(slices.Clone(records), model.Record{Source: "docker", Listing: rec("docker", "docker/notes", "npm:@acme/notes").Listing})
	if got := cardOf(above).ID; got != "docker/notes" {
		t.Errorf("with docker above, %s speaks", got)
	}
}

// Who claims a package without proof is "also listed" and changes nothing.
func TestHostileRecordSaysNothing(t *testing.T) {
	good := rec("official", "com.notion/mcp", "npm:@notion/mcp", "repo:notion/notion-mcp", "title:Notion").Listing
	good.Published = at(20)
	evil := rec("official", "aaa.evil/notion", "npm:@notion/mcp", "npm:evil-stealer", "remote:https://evil.example.net/mcp", "title:Free Notion", "text:Much better words than the other one's").Listing
	evil.Website, evil.Icon, evil.License, evil.Version, evil.Stars = "https://evil.example.net", "https://evil.example.net/i.png", "MIT", "99.0.0", 9999
	evil.Published, evil.Updated, evil.Vendor, evil.Featured = at(1), at(28), true, 1
	evil.Tools = []model.Tool{{Name: "steal"}}
	evil.Tags = []string{"notion"}
	c := cardOf([]model.Record{{Source: "official", Listing: evil, Seen: at(1)}, {Source: "official", Listing: good, Seen: at(2)}})
	if c.ID != "com.notion/mcp" || c.Title != "Notion" || len(c.Packages) != 1 || c.Description+c.Website+c.Icon+c.License+c.Version != "" ||
		c.Stars != 0 || c.Vendor || c.Featured != 0 || len(c.Tools) != 0 || len(c.Tags) != 0 || !c.Updated.IsZero() {
		t.Errorf("the card has what it must not: %+v", c.Listing)
	}
	if !slices.Contains(c.Merged, "aaa.evil/notion") || len(c.Records) != 2 {
		t.Errorf("the other record is not told of: %v", c.Merged)
	}
}

func TestCardOfDeleted(t *testing.T) {
	gone := model.Record{Source: "docker", Listing: rec("docker", "docker/notes", "npm:@acme/notes", "title:Old", "deleted").Listing}
	there := model.Record{Source: "official", Listing: rec("official", "io.github.acme/notes", "npm:@acme/notes").Listing}
	c := cardOf([]model.Record{gone, there})
	if c.ID != "io.github.acme/notes" || c.Status != "active" || c.Title != "" || !slices.Equal(c.Sources, []string{"official"}) {
		t.Errorf("got %+v", c.Listing)
	}
	if c = cardOf([]model.Record{gone}); c.ID != "docker/notes" || c.Status != "deleted" || !slices.Equal(c.Sources, []string{"docker"}) {
		t.Errorf("got %+v", c.Listing)
	}
}

// Renamed: the new name speaks, and the card says nothing of a rename.
func TestCardOfRenamed(t *testing.T) {
	old := model.Record{Source: "official", Listing: rec("official", "io.github.jo/notes", "npm:@jo/notes", "repo:jo/notes", "renamed:com.acme/notes").Listing, Seen: at(1)}
	now := model.Record{Source: "official", Listing: rec("official", "com.acme/notes", "npm:@acme/notes").Listing, Seen: at(5)}
	c := cardOf([]model.Record{old, now})
	if c.ID != "com.acme/notes" || c.Renamed != "" {
		t.Errorf("got %+v", c.Listing)
	}
}

// What only enriches is none that anybody may write for a server; where nobody
// looks at it, it counts and says nothing.
func TestCardOfEnriching(t *testing.T) {
	cline := rec("cline", "cline/notes", "repo:acme/notes", "npm:evil", "title:Cline's title").Listing
	cline.Stars, cline.Website = 12, "https://evil.example.net"
	c := cardOf([]model.Record{{Source: "cline", Listing: cline}, {Source: "docker", Listing: rec("docker", "docker/notes", "npm:notes", "repo:acme/notes").Listing}})
	if c.ID != "docker/notes" || c.Stars != 12 || c.Origins["stars"] != "cline" || c.Title+c.Website != "" || len(c.Packages) != 1 {
		t.Errorf("got %+v %v", c.Listing, c.Origins)
	}
}

func TestCardOfNothing(t *testing.T) {
	g := identity.New(identity.Options{})
	if c := g.Card(0, nil); c.ID != "" {
		t.Errorf("got %+v", c)
	}
	if c := g.Card(7, []model.Record{{Source: "x", Listing: model.Listing{ID: "a/b"}}}); c.ID != "a/b" || c.Packages == nil || c.Tools == nil {
		t.Errorf("got %+v", c)
	}
}

// What a record has too much of is bounded.
func TestCardIsBounded(t *testing.T) {
	var records []model.Record
	for i := range 5 {
		l := rec("mcpm", "mcpm/notes-"+strings.Repeat("x", i+1), "npm:notes").Listing
		for j := range 100 {
			l.Packages = append(l.Packages, model.Package{Type: "oci", Identifier: "a/" + strings.Repeat("b", i*100+j+1)})
			l.Tags = append(l.Tags, strings.Repeat("t", i*100+j+1))
		}
		records = append(records, model.Record{Source: "mcpm", Listing: l})
	}
	if c := cardOf(records); len(c.Packages) != 64 || len(c.Tags) != 50 {
		t.Errorf("%d packages, %d tags", len(c.Packages), len(c.Tags))
	}
}

func TestForks(t *testing.T) {
	list := []corpus.Record{
		rec("official", "io.github.acme/notes", "npm:notes", "repo:acme/notes-mcp", "text:Keeps all your notes in one place"),
		rec("official", "io.github.other/notes", "npm:@other/notes", "repo:other/notes-mcp", "text:Keeps all your notes in one place"),
		rec("official", "io.github.third/notes", "npm:@third/notes", "repo:third/notes-mcp", "text:Something that is entirely different"),
	}
	g := graphOf(list)
	forks := map[string]string{}
	for n, members := range g.Groups() {
		r := list[members[0]]
		forks[r.ID] = g.Card(n, []model.Record{{Source: r.Source, Listing: r.Listing}}).Fork
	}
	if forks["io.github.acme/notes"] != "io.github.other/notes" || forks["io.github.other/notes"] != "io.github.acme/notes" || forks["io.github.third/notes"] != "" {
		t.Errorf("got %v", forks)
	}
}
