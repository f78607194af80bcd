package store_test

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"toolbay/backend/model"
	"toolbay/backend/store"
)

// town is a catalogue of what people ask for most.
func town(t testing.TB) *store.Store {
	t.Helper()
	ctx := context.Background()
	s := open(t, filepath.Join(t.TempDir(), "toolbay.db"))
	npm := func(id string) []model.Package { return []model.Package{{Type: "npm", Identifier: id}} }
	must(t, s.ReplaceSource(ctx, "starter", []model.Listing{
		{ID: "starter/slack", Name: "slack", Title: "Slack", Description: "Read and write in your channels", Packages: npm("slack-mcp-server")},
		{ID: "starter/google-calendar", Name: "google-calendar", Title: "Google Calendar", Description: "See and plan what is on", Packages: npm("@cocal/google-calendar-mcp")},
		{ID: "starter/postgres", Name: "postgres", Title: "PostgreSQL Pro", Description: "Ask your database", Packages: []model.Package{{Type: "pypi", Identifier: "postgres-mcp"}}},
		{ID: "starter/weather", Name: "weather", Title: "Weather", Description: "Forecasts for anywhere", Packages: npm("@dangahagan/weather-mcp")},
		{ID: "starter/email", Name: "email", Title: "E-mail", Description: "Any mailbox", Packages: []model.Package{{Type: "pypi", Identifier: "mcp-email-server"}}},
		{ID: "starter/home-assistant", Name: "home-assistant", Title: "Home Assistant", Description: "Your home", Packages: []model.Package{{Type: "pypi", Identifier: "ha-mcp"}}},
		{ID: "starter/linear", Name: "linear", Title: "Linear", Description: "Issues", Packages: []model.Package{{Type: "remote", Identifier: "https://mcp.linear.example/mcp", URL: "https://mcp.linear.example/mcp", Transport: "streamable-http"}}},
	}, when))
	must(t, s.ReplaceSource(ctx, "docker", []model.Listing{
		{ID: "docker/grafana", Name: "grafana", Title: "Grafana", Description: "Dashboards", Packages: []model.Package{{Type: "oci", Identifier: "mcp/grafana@sha256:" + strings.Repeat("0", 64)}}},
		{ID: "docker/kubernetes", Name: "kubernetes", Title: "Kubernetes", Description: "Clusters", Packages: []model.Package{{Type: "oci", Identifier: "mcp/kubernetes:1.0"}}},
		{ID: "docker/translate", Name: "translate", Title: "Translator", Description: "Other languages", Packages: []model.Package{{Type: "oci", Identifier: "mcp/translate"}}},
	}, when))
	return s
}

func TestWhatPeopleMeanIsFound(t *testing.T) {
	s := town(t)
	for name, c := range map[string]struct{ text, first string }{
		"a letter too many":          {"postgress", "starter/postgres"},
		"a letter left out":          {"slak", "starter/slack"},
		"letters swapped":            {"grafnaa", "docker/grafana"},
		"two words mistyped":         {"gogle calender", "starter/google-calendar"},
		"mistyped and unfinished":    {"kuberne", "docker/kubernetes"},
		"another spelling":           {"postgresql", "starter/postgres"},
		"a short name":               {"k8s", "docker/kubernetes"},
		"another word":               {"mail", "starter/email"},
		"two words for one":          {"smart home", "starter/home-assistant"},
		"another form":               {"translation", "docker/translate"},
		"a question":                 {"what's the weather?", "starter/weather"},
		"not every word is there":    {"send slack message", "starter/slack"},
		"a word nobody has":          {"weather zzyzxqwv", "starter/weather"},
		"German":                     {"wetter", "starter/weather"},
		"Chinese":                    {"天气", "starter/weather"},
		"a command":                  {"npx -y @cocal/google-calendar-mcp@latest", "starter/google-calendar"},
		"a command with flags":       {"docker run -i --rm -e KEY mcp/grafana", "docker/grafana"},
		"a package with its version": {"postgres-mcp==1.2.3", "starter/postgres"},
		"an image with its tag":      {"mcp/kubernetes:latest", "docker/kubernetes"},
		"an address":                 {"https://mcp.linear.example/mcp", "starter/linear"},
		"a repository":               {"https://github.com/grafana/grafana", "docker/grafana"},
		"a repository without https": {"github.com/someone/mcp-server-slack.git", "starter/slack"},
		"another spelling, mistyped": {"postgresqll", "starter/postgres"},
	} {
		t.Run(name, func(t *testing.T) {
			got := find(t, s, store.Query{Text: c.text})
			if len(got) == 0 || got[0] != c.first {
				t.Errorf("%q finds %v, want %s first", c.text, got, c.first)
			}
		})
	}
}

func TestWhatIsThereIsNotTakenForAMistake(t *testing.T) {
	ctx := context.Background()
	s := open(t, filepath.Join(t.TempDir(), "toolbay.db"))
	must(t, s.ReplaceSource(ctx, "official", []model.Listing{
		listing("com.pixeldrive/pixeldrive", "Pixeldrive", ""), listing("com.example/pipedrive", "Pipedrive", ""),
	}, when))
	if got := find(t, s, store.Query{Text: "pipedrive"}); !slices.Equal(got, []string{"com.example/pipedrive"}) {
		t.Errorf("%v", got)
	}
	if got := find(t, s, store.Query{Text: "xq"}); len(got) != 0 {
		t.Errorf("two letters find %v", got)
	}
}

// market has listings of every kind, so that filters cut across each other.
func market(t testing.TB) (*store.Store, []model.Listing) {
	t.Helper()
	s := open(t, filepath.Join(t.TempDir(), "toolbay.db"))
	kinds := []model.Package{
		{Type: "npm", Identifier: "thing"}, {Type: "oci", Identifier: "x/thing"}, {Type: "pypi", Identifier: "thing", Transport: "streamable-http"},
		{Type: "remote", Identifier: "https://thing.example/mcp", URL: "https://thing.example/mcp"}, {Type: "mcpb", Identifier: "https://files.example/thing-darwin-arm64.mcpb"},
	}
	needs := []model.Needs{model.NeedsNothing, model.NeedsKey, model.NeedsSignIn}
	sources := []string{"official", "docker", "file:mine.json", "file:yours.json"}
	of := map[string][]model.Listing{}
	var all []model.Listing
	for i := range 240 {
		l := model.Listing{
			ID: fmt.Sprintf("com.example/thing-%03d", i), Title: fmt.Sprintf("Thing %c", 'z'-i%26), Description: "for everybody",
			Category: model.Categories[i%5], Needs: needs[i%3], Vendor: i%4 == 0, Stars: 1 << (i * 5 % 9),
			Updated: when.Add(-time.Duration(i*13%97) * 24 * time.Hour), Packages: []model.Package{kinds[i%5], kinds[i/5%5]},
		}
		src := sources[i*3%4]
		l.Sources = []string{src}
		of[src] = append(of[src], l)
		all = append(all, l)
	}
	for src, list := range of {
		must(t, s.ReplaceSource(context.Background(), src, list, when))
	}
	return s, all
}

// passes is a filter's promise, written down once more.
func passes(l model.Listing, filter, apps string) bool {
	has := func(is func(model.Package) bool) bool { return slices.ContainsFunc(l.Packages, is) }
	remote := func(p model.Package) bool { return p.Type == "remote" }
	local := func(p model.Package) bool { return p.Type != "remote" }
	switch filter {
	case "no-key":
		return l.Needs == model.NeedsNothing
	case "no-docker":
		return has(func(p model.Package) bool { return p.Type != "oci" })
	case "remote":
		return has(remote)
	case "local":
		return has(local)
	case "official-publisher":
		return l.Vendor || l.Sources[0] == "official" // com.example is a domain that was proved
	case "my-apps":
		if apps == "stdio" {
			return has(func(p model.Package) bool { return local(p) && p.Transport == "" })
		}
		return true
	case "linux", "windows":
		return has(func(p model.Package) bool { return p.Type != "mcpb" })
	case "darwin":
		return true
	}
	return false
}

func TestFacetsAreWhatTheirFiltersLeave(t *testing.T) {
	s, all := market(t)
	inSource := func(l model.Listing, source string) bool {
		return source == "" || l.Sources[0] == source || source == "file" && strings.HasPrefix(l.Sources[0], "file:")
	}
	count := func(q store.Query) (n int) {
		for _, l := range all {
			if (q.Category == "" || l.Category == q.Category) && inSource(l, q.Source) &&
				!slices.ContainsFunc(q.Filters, func(f string) bool { return !passes(l, f, q.Apps) }) {
				n++
			}
		}
		return n
	}
	for name, q := range map[string]store.Query{
		"nothing chosen": {},
		"words":          {Text: "thing everybody"},
		"a mistake":      {Text: "thnig"},
		"a category":     {Category: model.Categories[2]},
		"a source":       {Source: "docker"},
		"files":          {Source: "file", Text: "thing"},
		"one filter":     {Filters: []string{store.NoKey}},
		"several":        {Text: "thing", Category: model.Categories[1], Source: "official", Filters: []string{store.NoDocker, store.Remote}},
		"my apps":        {Filters: []string{store.MyApps}, Apps: store.StdioApps},
		"a system":       {Text: "thing", Filters: []string{store.Linux, store.Local}},
	} {
		t.Run(name, func(t *testing.T) {
			res, err := s.Search(t.Context(), q)
			must(t, err)
			if want := count(q); res.Total != want {
				t.Errorf("total %d, want %d", res.Total, want)
			}
			any := q
			any.Category = ""
			if want := count(any); res.Facets.All != want {
				t.Errorf("all %d, want %d", res.Facets.All, want)
			}
			check := func(what string, got int, q store.Query) {
				t.Helper()
				if want := count(q); got != want {
					t.Errorf("%s: the facet says %d, brute force %d", what, got, want)
				}
				if res, err := s.Search(t.Context(), q); err != nil || res.Total != got {
					t.Errorf("%s: the facet says %d, the filter leaves %d (%v)", what, got, res.Total, err)
				}
			}
			for _, c := range model.Categories {
				with := q
				with.Category = c
				check(c, res.Facets.Categories[c], with)
			}
			for _, src := range []string{"official", "docker", "file:mine.json", "file:yours.json", "file"} {
				with := q
				with.Source = src
				check(src, res.Facets.Sources[src], with)
			}
			if got := slices.Sorted(maps.Keys(res.Facets.Filters)); !slices.Equal(got, slices.Sorted(slices.Values(store.Filters))) {
				t.Errorf("facets of %v", got)
			}
			for _, f := range store.Filters {
				with := q
				with.Filters = append(slices.Clone(q.Filters), f)
				check(f, res.Facets.Filters[f], with)
			}
		})
	}
	if res, err := s.Search(t.Context(), store.Query{Filters: []string{"no such"}}); err != nil || res.Total != 0 {
		t.Errorf("a filter that is not known leaves %d (%v)", res.Total, err)
	}
}

func TestOrders(t *testing.T) {
	s, _ := market(t)
	for name, c := range map[string]struct {
		sort  string
		order func(a, b model.Listing) int
	}{
		"by name":    {store.ByName, func(a, b model.Listing) int { return strings.Compare(a.Title, b.Title) }},
		"newest":     {store.ByUpdated, func(a, b model.Listing) int { return b.Updated.Compare(a.Updated) }},
		"well known": {store.ByPopularity, func(a, b model.Listing) int { return cmp.Compare(b.Stars, a.Stars) }},
	} {
		t.Run(name, func(t *testing.T) {
			for _, q := range []store.Query{{}, {Text: "thing"}, {Text: "thing", Filters: []string{store.NoKey}}} {
				q.Sort, q.Limit = c.sort, 200
				res, err := s.Search(t.Context(), q)
				must(t, err)
				if len(res.Listings) < 60 || !slices.IsSortedFunc(res.Listings, c.order) {
					t.Errorf("%+v: %d listings, not in order", q, len(res.Listings))
				}
			}
		})
	}
}

// Odd queries that look like what people paste.
func TestHostilePastes(t *testing.T) {
	s := town(t)
	for _, q := range []string{
		"npx", "npx ", "npx -y", "npx -e", "docker run -e", "://", "https://", "https:///", "http://\x00/", "github.com/", "github.com//", "https://github.com/a",
		"@", "@/", "@@@", "a@", "/", "//", "a/", "/a", "==", "a==", ":", "mcp/:", "a:b/c:d@", "npx " + strings.Repeat("-y ", 500), strings.Repeat("@a/", 4000),
		strings.Repeat("q", 10_000), strings.Repeat("q ", 10_000), "\x00slack", "sla\x00ck", "🙂 slack", "oci:' OR 1=1 --", "npm:%", "{name title} : slack", "sl\u0000*",
		strings.Repeat("aaaaaaaa ", 8), "ab\u0301cd", "éééé", "ǅǅǅǅ",
	} {
		res, err := s.Search(t.Context(), store.Query{Text: q, Filters: []string{"\" OR \""}, Sort: "\"; DROP", Source: "\"", Category: "\""})
		if err != nil || res.Listings == nil || res.Total != 0 {
			t.Errorf("%.40q with odd filters: %d, %v", q, res.Total, err)
		}
		if _, err := s.Search(t.Context(), store.Query{Text: q}); err != nil {
			t.Errorf("%.40q: %v", q, err)
		}
	}
}
