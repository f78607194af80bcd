package catalog_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"toolbay/backend/catalog"
	"toolbay/backend/model"
	"toolbay/internal/dataset"
)

// full is a catalogue with everything real in it.
func full(t testing.TB) *bench {
	t.Helper()
	official, docker := dataset.Path(t, dump), dataset.Path(t, "docker/catalog-v3.yaml.gz")
	b := newBench(t, nil)
	for _, path := range []string{official, docker} {
		if _, err := b.Import(t.Context(), path); err != nil {
			t.Fatal(err)
		}
	}
	if err := b.Starter(t.Context()); err != nil {
		t.Fatal(err)
	}
	return b
}

func ids(t testing.TB, c *catalog.Catalog, q catalog.Query) []string {
	t.Helper()
	res, err := c.Search(t.Context(), q)
	if err != nil {
		t.Fatalf("%+v: %v", q, err)
	}
	var out []string
	for _, l := range res.Listings {
		out = append(out, l.ID)
	}
	return out
}

func TestSearchOverEverythingReal(t *testing.T) {
	b := full(t)
	t.Run("ranking", func(t *testing.T) { ranking(t, b) })
	t.Run("filters", func(t *testing.T) { filters(t, b) })
}

// The first answers to what people type.
func ranking(t *testing.T, b *bench) {
	for _, c := range []struct {
		text  string
		first string   // must come first; "starter/…" stands for any of the starter's
		among []string // must be among the first five
	}{
		{"filesystem", "starter/files", []string{"io.github.bytedance/mcp-server-filesystem", "docker/filesystem"}},
		{"file system", "starter/files", []string{"docker/filesystem"}},
		{"files", "starter/files", nil},
		{"file", "starter/files", nil},
		{"fil", "starter/files", nil},
		{"github", "starter/…", []string{"io.github.github/github-mcp-server", "docker/github-official"}},
		{"GitHub", "starter/…", []string{"io.github.github/github-mcp-server"}},
		{"github mcp server", "starter/…", []string{"io.github.github/github-mcp-server"}},
		{"githu", "starter/…", []string{"io.github.github/github-mcp-server"}},
		{"io.github.github/github-mcp-server", "", []string{"io.github.github/github-mcp-server"}},
		{"notion", "starter/…", []string{"com.notion/mcp", "docker/notion"}},
		{"notio", "starter/…", []string{"com.notion/mcp"}},
		{"time", "starter/time", []string{"io.github.yokingma/time-mcp", "docker/time"}},
		{"google drive", "io.github.domdomegg/google-drive-mcp", nil},
		{"drive google", "io.github.domdomegg/google-drive-mcp", nil},
		{"grafana", "", []string{"io.github.grafana/mcp-grafana", "docker/grafana"}},
		{"terraform", "", []string{"io.github.hashicorp/terraform-mcp-server", "docker/terraform"}},
		{"calendars", "starter/…", nil},
		{"@modelcontextprotocol/server-filesystem", "starter/files", nil},
		{"stripe", "", []string{"com.stripe/mcp"}},
	} {
		t.Run(c.text, func(t *testing.T) {
			got := ids(t, b.Catalog, catalog.Query{Text: c.text, Limit: 5})
			if len(got) == 0 {
				t.Fatal("nothing found")
			}
			want, any := strings.CutSuffix(c.first, "…")
			if !strings.HasPrefix(got[0], want) || !any && want != "" && got[0] != want {
				t.Errorf("first is %s, want %s", got[0], c.first)
			}
			for _, id := range c.among {
				if !slices.Contains(got, id) {
					t.Errorf("%s is not among %v", id, got)
				}
			}
		})
	}
	for _, unknown := range []string{"zzyzxqwv", "!!!", `"`, "* () -"} {
		if got := ids(t, b.Catalog, catalog.Query{Text: unknown}); len(got) != 0 {
			t.Errorf("%q finds %v", unknown, got)
		}
	}
}

// A filter leaves as many as its facet says, and only what belongs.
func filters(t *testing.T, b *bench) {
	for _, text := range []string{"", "search", "s", "github", "data base"} {
		all, err := b.Search(t.Context(), catalog.Query{Text: text})
		if err != nil {
			t.Fatal(err)
		}
		check := func(what string, facet int, q catalog.Query, belongs func(model.Listing) bool) {
			t.Helper()
			q.Text, q.Limit = text, 200
			res, err := b.Search(t.Context(), q)
			if err != nil {
				t.Fatal(err)
			}
			if !all.More && res.Total != facet {
				t.Errorf("%q with %s: %d, the facet says %d", text, what, res.Total, facet)
			}
			for _, l := range res.Listings {
				if !belongs(l) {
					t.Errorf("%q with %s: %s does not belong", text, what, l.ID)
				}
			}
		}
		for c, n := range all.Facets.Categories {
			check(c, n, catalog.Query{Category: c}, func(l model.Listing) bool { return l.Category == c })
		}
		for s, n := range all.Facets.Sources {
			check(s, n, catalog.Query{Source: s}, func(l model.Listing) bool {
				return slices.ContainsFunc(l.Sources, func(have string) bool { return have == s || s == catalog.File && catalog.IsFile(have) })
			})
		}
		check("no key", all.Facets.Filters[catalog.NoKey], catalog.Query{Filters: []string{catalog.NoKey}}, func(l model.Listing) bool {
			return l.Needs != model.NeedsKey && l.Needs != model.NeedsSignIn && l.Needs != model.NeedsUnknown
		})
		check("no docker", all.Facets.Filters[catalog.NoDocker], catalog.Query{Filters: []string{catalog.NoDocker}}, func(l model.Listing) bool {
			return slices.ContainsFunc(l.Packages, func(p model.Package) bool { return p.Type != "oci" })
		})
		if n := total(t, b.Catalog, catalog.Query{Text: text, Category: "no such"}); n != 0 {
			t.Errorf("%q in a category that does not exist: %d", text, n)
		}
		if n := total(t, b.Catalog, catalog.Query{Text: text, Source: "no such"}); n != 0 {
			t.Errorf("%q from a source that does not exist: %d", text, n)
		}
	}
}

// typed gives what a search box sees while a person types, letter by letter.
func typed() []string {
	var out []string
	for _, q := range []string{
		"filesystem", "github", "google calendar", "notion", "slack", "read my email", "postgres database", "browser",
		"time", "weather", "stripe payments", "pdf", "excel files", "youtube", "web search", "memory", "jira issues",
		"kubernetes", "docker", "home assistant", "spotify", "figma design", "translate", "maps", "stock prices",
		"create issues and pull requests", "what is the time in tokyo", "send message", "aws", "sql", "mcp server",
	} {
		for i := range q {
			out = append(out, q[:i+1])
		}
	}
	return out
}

// BenchmarkSearch types 31 queries letter by letter over everything real. The
// goal is a p99 of 5 ms.
func BenchmarkSearch(b *testing.B) {
	c := full(b)
	queries := typed()
	var took []time.Duration
	for b.Loop() {
		for _, q := range queries {
			began := time.Now()
			if _, err := c.Search(b.Context(), catalog.Query{Text: q, Limit: 24}); err != nil {
				b.Fatal(err)
			}
			took = append(took, time.Since(began))
		}
	}
	slices.Sort(took)
	at := func(p float64) float64 { return float64(took[int(p*float64(len(took)-1))].Microseconds()) / 1000 }
	b.ReportMetric(float64(b.Elapsed().Microseconds())/1000/float64(len(took)), "ms/search")
	b.ReportMetric(at(0.50), "p50-ms")
	b.ReportMetric(at(0.99), "p99-ms")
	b.ReportMetric(at(1), "max-ms")
	b.ReportMetric(0, "ns/op")
}
