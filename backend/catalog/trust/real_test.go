package trust_test

import (
	"bufio"
	"compress/gzip"
	"encoding/json"
	"io"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"

	"toolbay/backend/catalog/source/docker"
	"toolbay/backend/catalog/source/mcpm"
	"toolbay/backend/catalog/source/registry"
	"toolbay/backend/catalog/source/starter"
	"toolbay/backend/catalog/source/toolhive"
	"toolbay/backend/catalog/trust"
	"toolbay/backend/model"
	"toolbay/internal/dataset"
)

func unpack(t *testing.T, name string) io.Reader {
	t.Helper()
	f, err := os.Open(dataset.Path(t, name))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { f.Close() })
	z, err := gzip.NewReader(f)
	if err != nil {
		t.Fatal(err)
	}
	return z
}

func whole(t *testing.T, name string) []byte {
	t.Helper()
	b, err := io.ReadAll(unpack(t, name))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// real reads what the sources said, each record under the source it is from.
func real(t *testing.T) []model.Record {
	t.Helper()
	var out []model.Record
	add := func(source string, l model.Listing) {
		if l.ID != "" {
			out = append(out, model.Record{Source: source, Listing: l, Seen: now})
		}
	}
	own, err := starter.Listings()
	if err != nil {
		t.Fatal(err)
	}
	for _, l := range own {
		add("starter", l)
	}
	results, err := docker.Catalogue(whole(t, "docker/catalog-v3.yaml.gz"))
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range results {
		add("docker", r.Listing)
	}
	for _, name := range []string{"toolhive/toolhive-registry.json.gz", "toolhive/toolhive-registry-official.json.gz"} {
		entries, err := toolhive.Registry(whole(t, name))
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		for _, e := range entries {
			add("toolhive", e.Listing)
		}
	}
	for _, name := range []string{"full-2025-12-18", "legacy-snakecase-2025-09-15"} {
		var records []json.RawMessage
		body := whole(t, "registry/official-registry-"+name+".json.gz")
		if err := json.Unmarshal(body, &records); err != nil {
			var page struct{ Servers []json.RawMessage }
			if err := json.Unmarshal(body, &page); err != nil {
				t.Fatalf("%s: %v", name, err)
			}
			records = page.Servers
		}
		for _, raw := range records {
			if r, err := registry.Read(raw); err == nil {
				add("official", r.Listing)
			}
		}
	}
	lines := bufio.NewScanner(unpack(t, "registry/official-registry-names-2026-06-12.jsonl.gz"))
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		if r, err := registry.Read(lines.Bytes()); err == nil {
			add("official", r.Listing)
		}
	}
	if err := lines.Err(); err != nil {
		t.Fatal(err)
	}
	entries, err := mcpm.Servers(whole(t, "community/mcpm-servers.json.gz"))
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		add("mcpm", e.Listing)
	}
	files := bufio.NewScanner(unpack(t, "community/server-json-files.jsonl.gz"))
	files.Buffer(nil, 4<<20)
	for files.Scan() {
		if r, err := registry.Read(files.Bytes()); err == nil {
			add("file:server-json-files.jsonl", r.Listing)
		}
	}
	if err := files.Err(); err != nil {
		t.Fatal(err)
	}
	return out
}

// together puts records that share an id or a package on one card, in the order
// they came: roughly what becomes one card, and more than that to be sure.
func together(records []model.Record) []model.Card {
	cards := [][]model.Record{}
	at := map[string]int{}
	for _, r := range records {
		keys := []string{strings.ToLower(r.ID)}
		for _, p := range r.Packages {
			keys = append(keys, p.Type+":"+strings.ToLower(p.Identifier))
		}
		i, known := -1, false
		for _, k := range keys {
			if i, known = at[k]; known {
				break
			}
		}
		if !known {
			i = len(cards)
			cards = append(cards, nil)
		}
		for _, k := range keys {
			if _, ok := at[k]; !ok {
				at[k] = i
			}
		}
		cards[i] = append(cards[i], r)
	}
	out := make([]model.Card, len(cards))
	for i, rs := range cards {
		out[i] = card(rs...)
	}
	return out
}

// Every real record alone, and all of them put together, has facts that can be
// told.
func TestRealCardsHaveFactsThatCanBeTold(t *testing.T) {
	records := real(t) // once: reading is what takes the time
	t.Run("known by hand", func(t *testing.T) { knownByHand(t, records) })
	for _, h := range []struct {
		name  string
		cards []model.Card
	}{{"each record", alone(records)}, {"together", together(records)}} {
		t.Run(h.name, func(t *testing.T) {
			told := map[string]int{}
			bad := 0
			for _, c := range h.cards {
				facts := trust.Facts(c, trust.Here{Now: now})
				if wrong := wellFormed(facts); wrong != "" {
					if bad++; bad <= 10 {
						t.Errorf("%s: %s", c.ID, wrong)
					}
				}
				for _, f := range facts {
					told[f.Code+"."+f.State+" "+f.Args["how"]]++
				}
			}
			t.Logf("%d cards", len(h.cards))
			for _, k := range slices.Sorted(maps.Keys(told)) {
				t.Logf("%7d %s", told[k], k)
			}
			if len(h.cards) < 10_000 {
				t.Errorf("only %d cards", len(h.cards))
			}
		})
	}
}

func alone(records []model.Record) []model.Card {
	out := make([]model.Card, len(records))
	for i, r := range records {
		out[i] = card(r)
	}
	return out
}

// knownByHand looks at some whose facts are known by hand.
func knownByHand(t *testing.T, records []model.Record) {
	t.Helper()
	facts := map[string][]model.Fact{}
	for _, c := range alone(records) {
		if len(c.Packages) > 0 {
			facts[c.Records[0].Source+" "+c.ID] = trust.Facts(c, trust.Here{Now: now})
		}
	}
	for _, c := range []struct{ id, code, state, how string }{
		{"official com.notion/mcp", trust.Publisher, "yes", "dns"},
		{"official com.notion/mcp", trust.RemoteDomain, "yes", ""},
		{"official com.stripe/mcp", trust.RemoteDomain, "yes", ""},
		{"official io.github.github/github-mcp-server", trust.Publisher, "yes", "github"},
		{"official io.github.github/github-mcp-server", trust.RemoteDomain, "unknown", ""},
		{"official io.fusionauth/mcp-docs", trust.RemoteDomain, "no", ""}, // fusionauth.io, at ai.fusionauth.dev
		{"official com.monikaskorykow/workshops", trust.RemoteDomain, "no", ""},
		{"official io.github.jfrog/jfrog-mcp-server", trust.RemoteDomain, "yes", "github"},
		{"starter starter/asana", trust.RemoteDomain, "yes", "website"},
		{"official com.xcodebuildmcp/XcodeBuildMCP", trust.BackLink, "yes", "checked"},
		{"official com.mcpbundles/agent-interviews", trust.BackLink, "unknown", ""}, // a bundle
		{"docker docker/github-official", trust.Curated, "yes", ""},
		{"starter starter/files", trust.Publisher, "yes", "curated"},
	} {
		all, ok := facts[c.id]
		if !ok {
			t.Errorf("%s is not in the data", c.id)
			continue
		}
		if f, ok := find(t, all, c.code); !ok || f.State != c.state || f.Args["how"] != c.how {
			t.Errorf("%s: %+v, want %s %s %s", c.id, f, c.code, c.state, c.how)
		}
	}
}
