package serve_test

import (
	"compress/gzip"
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"os"
	"slices"
	"strings"
	"testing"

	"toolbay/backend/catalog/source"
	"toolbay/backend/catalog/source/docker"
	"toolbay/backend/catalog/source/mcpm"
	"toolbay/backend/catalog/source/registry"
	"toolbay/backend/catalog/source/starter"
	"toolbay/backend/catalog/source/toolhive"
	"toolbay/backend/model"
	"toolbay/internal/dataset"
	"toolbay/internal/galleryclient"
	"toolbay/internal/registryspec"
)

func unpacked(t *testing.T, name string) []byte {
	t.Helper()
	f, err := os.Open(dataset.Path(t, name))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	z, err := gzip.NewReader(f)
	if err != nil {
		t.Fatal(err)
	}
	b, err := io.ReadAll(z)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// everything is a card of each record of all the data, unmerged.
func everything(t *testing.T) []model.Card {
	t.Helper()
	var out []model.Card
	has := map[string]bool{}
	add := func(l model.Listing, from string) {
		if has[l.ID] {
			return
		}
		has[l.ID] = true
		l.Sources = []string{from}
		out = append(out, model.Card{Listing: l, Records: []model.Record{{Source: from, Listing: l}}, Origins: map[string]string{"title": from}})
	}
	entries := func(list []source.Entry, err error, from string) {
		if err != nil {
			t.Fatal(err)
		}
		for _, e := range list {
			if e.Err == nil {
				add(e.Listing, from)
			}
		}
	}
	first, err := starter.Listings()
	if err != nil {
		t.Fatal(err)
	}
	for _, l := range first {
		add(l, "starter")
	}
	fromDocker, err := docker.Catalogue(unpacked(t, "docker/catalog-v3.yaml.gz"))
	entries(fromDocker, err, "docker")
	fromToolHive, err := toolhive.Registry(unpacked(t, "toolhive/toolhive-registry.json.gz"))
	entries(fromToolHive, err, "toolhive")
	fromMCPM, err := mcpm.Servers(unpacked(t, "community/mcpm-servers.json.gz"))
	entries(fromMCPM, err, "mcpm")
	for _, name := range []string{"registry/official-registry-full-2025-12-18.json.gz", "registry/official-registry-legacy-snakecase-2025-09-15.json.gz"} {
		body := unpacked(t, name)
		var list []json.RawMessage
		if json.Unmarshal(body, &list) != nil {
			var page struct{ Servers []json.RawMessage }
			if err := json.Unmarshal(body, &page); err != nil {
				t.Fatal(err)
			}
			list = page.Servers
		}
		for _, raw := range list {
			if r, err := registry.Read(raw); err == nil {
				add(r.Listing, "official")
			}
		}
	}
	if len(out) < 1500 {
		t.Fatalf("%d servers", len(out))
	}
	return out
}

// TestValid serves a card of every record of all the data and holds every
// answer against the registry's own OpenAPI, and every server.json against its
// schema. What is left out must be named.
func TestValid(t *testing.T) {
	cards := everything(t)
	spec := registryspec.Load(t)
	check := func(schema, what string, body []byte) {
		t.Helper()
		if err := spec.Check(schema, body); err != nil {
			t.Errorf("%s: %v", what, err)
		}
	}
	base := open(t, &shelf{cards: cards})
	read, packages, kept, left, cursor := 0, 0, 0, 0, ""
	for {
		a := ask(t, http.MethodGet, base+"/v0.1/servers?limit=100&version=latest&cursor="+cursor)
		if a.Status != 200 {
			t.Fatalf("%d %s", a.Status, a.Body)
		}
		check("ServerList", "a page", a.Body)
		var page struct {
			Servers []struct{ Server json.RawMessage }
		}
		if err := json.Unmarshal(a.Body, &page); err != nil {
			t.Fatal(err)
		}
		for i, raw := range page.Servers {
			e := a.Servers[i]
			read++
			left += len(e.Meta.Ours.LeftOut)
			var s struct{ Packages, Remotes []any }
			if err := json.Unmarshal(raw.Server, &s); err != nil {
				t.Fatal(err)
			}
			kept += len(s.Packages) + len(s.Remotes)
		}
		if cursor = a.Metadata.NextCursor; cursor == "" {
			break
		}
	}
	for i, c := range cards {
		packages += len(c.Packages)
		if i%10 == 0 {
			path := base + "/v0.1/servers/" + url.PathEscape(c.ID) + "/versions"
			check("ServerResponse", c.ID, ask(t, http.MethodGet, path+"/latest").Body)
			check("ServerList", c.ID+", versions", ask(t, http.MethodGet, path).Body)
		}
	}
	if read != len(cards) || kept+left != packages {
		t.Errorf("%d of %d servers, %d packages and %d left out of %d", read, len(cards), kept, left, packages)
	}
	t.Logf("%d servers, %d packages and remotes, %d left out", read, kept, left)
	notFound := ask(t, http.MethodGet, base+"/v0.1/servers/io.github.none%2Fnone/versions/latest")
	var said map[string]any
	if err := json.Unmarshal(notFound.Body, &said); err != nil || notFound.Status != 404 || said["error"] == "" {
		t.Errorf("%d %s", notFound.Status, notFound.Body)
	}
}

// TestRoundTrip reads back what is served, as Toolbay would from a private
// registry: the packages say the same.
func TestRoundTrip(t *testing.T) {
	cards := everything(t)
	base := open(t, &shelf{cards: cards})
	for i := 0; i < len(cards); i += 5 {
		c := cards[i]
		a := ask(t, http.MethodGet, base+"/v0.1/servers/"+url.PathEscape(c.ID)+"/versions/latest")
		r, err := registry.Read(a.Body)
		if err != nil || len(r.LeftOut) > 0 {
			t.Errorf("%s: %v %v", c.ID, err, r.LeftOut)
			continue
		}
		var want []string
		for _, remote := range []bool{false, true} { // packages first
			for _, p := range c.Packages {
				if (p.Type == "remote") == remote {
					want = append(want, told(p))
				}
			}
		}
		var got []string
		for _, p := range r.Listing.Packages {
			got = append(got, told(p))
		}
		if len(a.Meta.Ours.LeftOut) == 0 && !slices.Equal(got, want) {
			t.Errorf("%s:\ngot  %s\nwant %s", c.ID, strings.Join(got, "\n     "), strings.Join(want, "\n     "))
		}
	}
}

// told is what of a package decides how it is started.
func told(p model.Package) string {
	version, inputs := p.Version, []string{}
	if version == "latest" {
		version = ""
	}
	for _, e := range slices.Concat(p.Environment, p.Headers) {
		inputs = append(inputs, e.Name+"="+e.Value+"|"+e.Default)
	}
	for _, a := range slices.Concat(p.RuntimeArguments, p.PackageArguments) {
		name := a.Name
		if a.Kind == "positional" {
			name = ""
		}
		inputs = append(inputs, a.Kind+" "+name+" "+a.Value+"|"+a.Default)
	}
	return strings.Join(append([]string{p.Type, p.Identifier, version, p.URL}, inputs...), " ")
}

// TestGalleryOnEverything lists and reads every server as VS Code does.
func TestGalleryOnEverything(t *testing.T) {
	cards := everything(t)
	g, err := galleryclient.Open(t.Context(), open(t, &shelf{cards: cards}))
	if err != nil {
		t.Fatal(err)
	}
	listed := 0
	p, err := g.Query(t.Context(), "")
	for err == nil {
		for _, s := range p.Servers {
			listed++
			one, ok, err := g.Get(t.Context(), s.Name)
			if err != nil || !ok || one.Name != s.Name || one.Version != s.Version || len(one.Packages) != len(s.Packages) {
				t.Fatalf("%s: %+v %v %v", s.Name, one, ok, err)
			}
		}
		if p.Cursor == "" {
			break
		}
		p, err = g.Next(t.Context(), p)
	}
	if err != nil || listed != len(cards) {
		t.Errorf("%d of %d servers (%v)", listed, len(cards), err)
	}
}
