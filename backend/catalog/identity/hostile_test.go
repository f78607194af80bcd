package identity_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"toolbay/backend/catalog/identity"
	"toolbay/backend/model"
	"toolbay/internal/corpus"
)

// cardsOf gives all cards, whatever the order in which records come.
func cardsOf(records []model.Record) []model.Card {
	g := identity.New(identity.Options{
		Order: corpus.Place, Curated: corpus.Curated, Proves: corpus.Proves, Checks: corpus.Proves, Kept: corpus.Kept,
		Enriches: func(s string) bool { return s == "cline" },
	})
	for _, r := range records {
		g.Add(r.Source, r.Listing)
	}
	var out []model.Card
	for n, members := range g.Groups() {
		var of []model.Record
		for _, i := range members {
			of = append(of, records[i])
		}
		out = append(out, g.Card(n, of))
	}
	return out
}

// Whatever a stranger publishes, the card that a known server is on is its
// own, and has nothing on it that the stranger wrote.
func TestStrangersSayNothing(t *testing.T) {
	victims := map[string]corpus.Record{
		"an account with its repository":   rec("official", "io.github.zacme/notes", "npm:@zacme/notes", "repo:zacme/notes-mcp", "remote:https://mcp.zacme.com/mcp", "title:Notes", "text:Reads and writes your notes for you"),
		"an account with an image":         rec("official", "io.github.zacme/notes", "npm:@zacme/notes", "oci:ghcr.io/zacme/notes", "title:Notes", "repo:zacme/notes-mcp"),
		"a domain with its address":        rec("official", "com.zacme/notes", "remote:https://mcp.zacme.com/mcp", "repo:zacme/notes-mcp", "npm:@zacme/notes", "title:Notes", "text:Reads and writes your notes for you"),
		"a domain without one":             rec("official", "com.zacme/notes", "npm:@zacme/notes", "repo:zacme/notes-mcp", "title:Notes", "text:Reads and writes your notes for you"),
		"an account and somebody's code":   rec("official", "io.github.zoe/notes", "npm:zoe-notes", "repo:zacme/notes-mcp", "title:Notes", "text:Reads and writes your notes for you"),
		"a list that is looked after":      rec("docker", "docker/notes", "oci:mcp/notes", "npm:@zacme/notes", "repo:zacme/notes-mcp", "remote:https://mcp.zacme.com/mcp", "title:Notes"),
		"a list that is kept by its maker": rec("mcpm", "mcpm/notes", "npm:@zacme/notes", "repo:zacme/notes-mcp", "title:Notes", "text:Reads and writes your notes for you"),
	}
	claims := map[string][]string{
		"the repository":             {"repo:zacme/notes-mcp"},
		"the repository, as text":    {"repo:zacme/notes-mcp", "text:Reads and writes your notes for you"},
		"the address":                {"remote:http://mcp.zacme.com/sse", "repo:evil/notes"},
		"the address and repository": {"remote:http://mcp.zacme.com/sse", "repo:zacme/notes-mcp"},
		"the name, given up":         {"renamed:com.zacme/notes", "repo:evil/notes"},
		"the name, given up too":     {"renamed:io.github.zacme/notes", "repo:zacme/notes-mcp"},
	}
	own := map[string][]string{
		"nothing":         {"npm:evil-stealer"},
		"its own scope":   {"npm:@evil/stealer"},
		"its own image":   {"oci:evil/x", "oci:ghcr.io/evil/x"},
		"its own address": {"remote:https://mcp.evil.com/mcp", "npm:@evil/stealer"},
		"its own bundle":  {"mcpb:https://github.com/evil/x/releases/download/v1/x.mcpb"},
	}
	names := []string{
		"io.github.evil/notes", "com.evil/notes", "io.github.z-acme/notes", "io.github.zacmeai/notes", "io.github.zacmemcp/notes",
		"io.github.evil.zacme/notes", "ai.zacme.evil/notes", "com.zacmeapp/notes", "com.vercel.evil/notes",
	}
	for victim, known := range victims {
		for claim, more := range claims {
			for with, extra := range own {
				for _, name := range names {
					check(t, fmt.Sprintf("%s; %s claims %s with %s", victim, name, claim, with), known, rec("official", name, append(slices.Clone(more), extra...)...))
				}
				for _, source := range []string{"toolsdk", "smithery", "file:x"} {
					check(t, fmt.Sprintf("%s; %s claims %s with %s", victim, source, claim, with), known, rec(source, source+"/notes", append(slices.Clone(more), extra...)...))
				}
				check(t, fmt.Sprintf("%s; a file has the name and claims %s with %s", victim, claim, with), known, rec("file:x", known.ID, append(slices.Clone(more), extra...)...))
			}
		}
	}
}

func check(t *testing.T, what string, known, evil corpus.Record) {
	t.Helper()
	words := evil.Listing
	words.Website, words.Icon, words.Publisher, words.Needs, words.License = "https://evil.com", "https://evil.com/i.png", "evil", "key", "evil"
	words.Tools, words.Tags, words.Stars, words.Version = []model.Tool{{Name: "evil"}}, []string{"evil"}, 9, "evil"
	words.Published = at(1)
	for i := range words.Packages {
		p := &words.Packages[i]
		p.Environment, p.Headers = []model.Input{{Name: "EVIL", Value: "evil"}}, []model.Input{{Name: "X-Evil", Value: "evil"}}
	}
	// A second account and an open list point to what the stranger has.
	friend := rec("official", "io.github.evil2/notes", "repo:evil/notes", "remote:https://mcp.evil.com/mcp", "oci:ghcr.io/evil/x").Listing
	entry := rec("smithery", "smithery/evil", "repo:evil/notes", "remote:https://mcp.evil.com/sse", "npm:@evil/stealer").Listing
	good := known.Listing
	good.Published = at(20)
	for _, others := range [][]model.Listing{nil, {friend}, {friend, entry}} {
		list := []model.Record{{Source: evil.Source, Listing: words, Seen: at(1)}, {Source: known.Source, Listing: good, Seen: at(2)}}
		for i, l := range others {
			list = append(list, model.Record{Source: []string{"official", "smithery"}[i], Listing: l, Seen: at(1)})
		}
		for _, c := range cardsOf(list) {
			if !slices.ContainsFunc(c.Records, func(r model.Record) bool { return r.Source == known.Source && r.ID == known.ID }) {
				continue
			}
			text, _ := json.Marshal([]any{c.Packages, c.Tools, c.Tags, c.Website, c.Icon, c.Publisher, c.License, c.Version, c.Needs})
			if c.ID != known.ID || c.Records[0].Source != known.Source || strings.Contains(strings.ToLower(string(text)), "evil") || c.Needs != "" || c.Stars != 0 {
				t.Errorf("%s: %s of %s speaks: %s", what, c.ID, c.Records[0].Source, text)
			}
		}
	}
}

// Who has the same account or domain, letter for letter, may add to a card;
// everybody else may not, however alike.
func TestSameOwnerAdds(t *testing.T) {
	docker := rec("docker", "docker/notes", "oci:mcp/notes", "repo:acme-corp/notes-mcp", "remote:https://mcp.acme.co.uk/mcp", "title:Notes")
	for name, want := range map[string]bool{
		"io.github.acme-corp/notes": true, "io.github.Acme-Corp/notes": true, "uk.co.acme/notes": true, "uk.co.acme.mcp/notes": true,
		"io.github.acmecorp/notes": false, "io.github.acme-corp-ai/notes": false, "uk.co.evil/notes": false, "uk.co/notes": false,
		"com.acme/notes": false, "io.github.acme.corp/notes": false, "acme-corp/notes": false,
	} {
		t.Run(name, func(t *testing.T) {
			more := rec("official", name, "npm:more", "repo:acme-corp/notes-mcp", "remote:https://mcp.acme.co.uk/sse")
			for _, c := range cardsOf([]model.Record{{Source: "docker", Listing: docker.Listing}, {Source: "official", Listing: more.Listing}}) {
				has := slices.ContainsFunc(c.Packages, func(p model.Package) bool { return p.Identifier == "more" })
				if c.ID == "docker/notes" && has != want {
					t.Errorf("it adds to the card: %v", has)
				}
			}
		})
	}
}

// An address that is encrypted is taken instead of the same one that is not.
func TestEncryptedAddressComesFirst(t *testing.T) {
	c := cardsOf([]model.Record{
		{Source: "docker", Listing: rec("docker", "docker/notes", "remote:http://mcp.acme.com/sse").Listing},
		{Source: "official", Listing: rec("official", "com.acme/notes", "remote:https://mcp.acme.com/mcp").Listing},
	})
	if len(c) != 1 || c[0].ID != "docker/notes" || len(c[0].Packages) != 1 || c[0].Packages[0].Identifier != "https://mcp.acme.com/mcp" {
		t.Errorf("got %+v", c)
	}
}
