package backend

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"testing"

	"toolbay/backend/model"
	"toolbay/internal/dataset"
	"toolbay/internal/galleryclient"
	"toolbay/internal/registryspec"
)

func body(t *testing.T, address string) []byte {
	t.Helper()
	res, err := http.Get(address)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	b, err := io.ReadAll(res.Body)
	if err != nil || res.StatusCode != 200 {
		t.Fatalf("%s: %s %v", address, res.Status, err)
	}
	return b
}

// TestServeEverything merges lists of four kinds, serves it as the program does, and
// lists, searches and reads servers as VS Code's gallery does. Every answer
// is held against the registry's own OpenAPI.
func TestServeEverything(t *testing.T) {
	spec := registryspec.Load(t)
	b, err := Open(t.Context(), Options{Home: t.TempDir(), Getenv: func(string) string { return "" }})
	if err != nil {
		t.Fatal(err)
	}
	defer b.Close()
	for _, name := range []string{"registry/official-registry-edge-cases.json.gz", "docker/catalog-v3.yaml.gz", "toolhive/toolhive-registry.json.gz", "community/mcpm-servers.json.gz"} {
		if _, err := b.Import(t.Context(), dataset.Path(t, name)); err != nil {
			t.Fatal(err)
		}
	}
	ctx, stop := context.WithCancel(t.Context())
	s, err := b.Serve(ctx, 0)
	if err != nil {
		t.Fatal(err)
	}
	u, err := url.Parse(s.URL)
	if err != nil {
		t.Fatal(err)
	}
	port, _ := strconv.Atoi(u.Port())
	if _, err := b.Serve(ctx, port); model.Code(err) != "port_in_use" {
		t.Errorf("a second one on the port: %v", err)
	}
	g, err := galleryclient.Open(t.Context(), s.URL)
	if err != nil {
		t.Fatal(err)
	}
	listed := map[string]bool{}
	p, err := g.Query(t.Context(), "")
	for ; err == nil; p, err = g.Next(t.Context(), p) {
		for _, one := range p.Servers {
			if listed[one.Name] {
				t.Errorf("%s is listed twice", one.Name)
			}
			listed[one.Name] = true
			if len(listed)%8 > 0 { // reading all of them takes a while; package serve's test does
				continue
			}
			got, ok, err := g.Get(t.Context(), one.Name)
			if err != nil || !ok || got.Name != one.Name || got.Version != one.Version || len(got.Packages) != len(one.Packages) {
				t.Fatalf("%s: %+v %v %v", one.Name, got, ok, err)
			}
		}
		if p.Cursor == "" {
			break
		}
	}
	if err != nil {
		t.Fatal(err)
	}
	_, all, err := b.store.Outlines(t.Context(), 0)
	if err != nil || len(listed) != len(all) || len(listed) < 500 {
		t.Errorf("%d of %d servers listed (%v)", len(listed), len(all), err)
	}
	for _, text := range []string{"postgres", "calendar", "read my files"} {
		p, err := g.Query(t.Context(), text)
		found := 0
		for ; err == nil; p, err = g.Next(t.Context(), p) {
			for _, one := range p.Servers {
				found++
				if !listed[one.Name] {
					t.Errorf("%q finds %s, which is not listed", text, one.Name)
				}
			}
			if p.Cursor == "" {
				break
			}
		}
		if err != nil || found == 0 || found > 400 {
			t.Errorf("%q finds %d of %d (%v)", text, found, len(listed), err)
		}
	}
	cursor, checked := "", 0
	for {
		page := body(t, s.URL+"/v0.1/servers?limit=100&cursor="+cursor)
		if err := spec.Check("ServerList", page); err != nil {
			t.Error(err)
		}
		var next struct {
			Servers  []struct{}
			Metadata struct{ NextCursor string }
		}
		if err := json.Unmarshal(page, &next); err != nil {
			t.Fatal(err)
		}
		checked += len(next.Servers)
		if cursor = next.Metadata.NextCursor; cursor == "" {
			break
		}
	}
	if checked != len(listed) {
		t.Errorf("%d checked, %d listed", checked, len(listed))
	}
	// Merged into another card or not, a server is there under its own name.
	for _, name := range []string{"io.github.github/github-mcp-server", "com.notion/mcp", "docker/fetch", "toolhive/fetch"} {
		if _, err := b.store.Card(t.Context(), name); err != nil {
			continue
		}
		one := body(t, s.URL+"/v0.1/servers/"+url.PathEscape(name)+"/versions/latest")
		if err := spec.Check("ServerResponse", one); err != nil {
			t.Error(err)
		}
		if strings.Contains(name, ".") && !strings.Contains(string(one), `"name":"`+name+`"`) {
			t.Errorf("%s is answered with %.200s", name, one)
		}
	}
	stop()
	if err := s.Wait(); err != nil {
		t.Errorf("ended with %v", err)
	}
	t.Logf("%d servers", len(listed))
}
