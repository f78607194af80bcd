package store_test

import (
	"context"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"toolbay/backend/model"
	"toolbay/backend/store"
)

func shop(t testing.TB) *store.Store {
	t.Helper()
	ctx := context.Background()
	s := open(t, filepath.Join(t.TempDir(), "toolbay.db"))
	must(t, s.ReplaceSource(ctx, "starter", []model.Listing{
		{ID: "starter/files", Name: "files", Title: "Files", Description: "Read and write files in folders you choose.", Category: "files", Needs: model.NeedsFolder, Featured: 1, Status: "active",
			Packages: []model.Package{{Type: "npm", Identifier: "@acme/server-filesystem"}}},
		{ID: "starter/mail", Name: "mail", Title: "E-mail", Description: "Read your mail.", Category: "chat", Needs: model.NeedsKey, Featured: 2, Status: "active",
			Packages: []model.Package{{Type: "npm", Identifier: "mail-mcp"}}},
	}, when))
	must(t, s.ReplaceSource(ctx, "official", []model.Listing{
		listing("io.github.acme/filesystem-mcp", "Filesystem", "Files for agents"),
		listing("io.github.someone/mcp-file-system-plus", "File System Plus", "More files"),
		listing("io.github.github/github-mcp-server", "GitHub", "Official connection to repositories"),
		listing("io.github.other/github-tools", "GitHub Tools", "Tools"),
		listing("com.notion/mcp", "Notion", "Pages and databases"),
		listing("com.example/größe", "Größe & Ärger", "Zähler für Übungen, naïve café"),
		listing("com.example/chinese", "文件管理", "读写文件"),
		listing("com.example/camel", "SendMessage", "createIssue for you"),
		{ID: "com.example/gone", Name: "gone", Title: "Gone filesystem", Status: "deleted"},
		{ID: "com.example/old", Name: "old", Title: "Old clock", Status: "deprecated", Packages: []model.Package{{Type: "npm", Identifier: "old-clock"}}},
		{ID: "com.example/clock", Name: "clock", Title: "Clock", Status: "active", Packages: []model.Package{{Type: "oci", Identifier: "x/clock"}},
			Tools: []model.Tool{{Name: "get_current_time", Description: "Tells the hour anywhere"}}},
	}, when))
	return s
}

func find(t testing.TB, s *store.Store, q store.Query) []string {
	t.Helper()
	res, err := s.Search(context.Background(), q)
	if err != nil {
		t.Fatalf("%+v: %v", q, err)
	}
	var out []string
	for _, l := range res.Listings {
		out = append(out, l.ID)
	}
	if q.Limit == 0 && len(out) != min(res.Total, 20) {
		t.Errorf("%+v: total %d of %d", q, res.Total, len(out))
	}
	return out
}

func TestSearch(t *testing.T) {
	s := shop(t)
	for text, want := range map[string]string{
		"filesystem":              "starter/files io.github.acme/filesystem-mcp io.github.someone/mcp-file-system-plus",
		"file system":             "starter/files io.github.acme/filesystem-mcp io.github.someone/mcp-file-system-plus",
		"github":                  "io.github.github/github-mcp-server io.github.other/github-tools",
		"the github server":       "io.github.github/github-mcp-server io.github.other/github-tools",
		"Notion":                  "com.notion/mcp",
		"com.notion/mcp":          "com.notion/mcp",
		"COM.Notion/MCP":          "com.notion/mcp",
		"noti":                    "com.notion/mcp",
		"current time":            "com.example/clock",
		"hour":                    "com.example/clock",
		"clock":                   "com.example/clock com.example/old",
		"clocks":                  "com.example/clock com.example/old",
		"grosse ärger":            "com.example/größe", // not every word must be there
		"größe":                   "com.example/größe",
		"GRÖSSE":                  "",
		"arger":                   "com.example/größe",
		"ubungen cafe naive":      "com.example/größe",
		"文件":                      "starter/files com.example/chinese io.github.acme/filesystem-mcp io.github.someone/mcp-file-system-plus",
		"管理":                      "com.example/chinese",
		"message":                 "com.example/camel",
		"sendmessage":             "com.example/camel",
		"issue":                   "com.example/camel",
		"gone":                    "",
		"nothing like it":         "",
		"filesystem xyzzy":        "starter/files io.github.acme/filesystem-mcp io.github.someone/mcp-file-system-plus",
		"@acme/server-filesystem": "starter/files io.github.acme/filesystem-mcp io.github.someone/mcp-file-system-plus",
		"...":                     "",
		"\x00":                    "",
	} {
		if got := strings.Join(find(t, s, store.Query{Text: text}), " "); got != want {
			t.Errorf("%q finds\n\t%s, want\n\t%s", text, got, want)
		}
	}
}

// What people type may be anything; it is never taken for a query language.
func TestHostileQueries(t *testing.T) {
	s := shop(t)
	for _, q := range []string{
		`"`, `""`, `'`, `*`, `^files`, `files*`, `NEAR(files mail, 3)`, `name : files`, `{name title} : files`, `-files`,
		`files AND`, `AND OR NOT`, `files OR mail`, `(files`, `files)`, `"files" "`, `files;DROP TABLE server`, `'; DELETE FROM listing; --`,
		"\uE000k", "files \uE000k", "a\x00b", "\xff\xfe", "\u202Efiles", strings.Repeat("files ", 5000), strings.Repeat("x", 1<<20),
		strings.Repeat("文", 5000), "%", "_", "\\", "files\n\tmail", "🙂", "👩‍👩‍👧‍👦", "ﬁles", "①", "e\u0301\u0301\u0301",
	} {
		res, err := s.Search(context.Background(), store.Query{Text: q})
		if err != nil {
			t.Errorf("%.40q: %v", q, err)
		}
		if res.Listings == nil || res.Facets.Categories == nil {
			t.Errorf("%.40q: null in the result", q)
		}
	}
	if got := find(t, s, store.Query{Text: "\uE000k"}); len(got) != 0 {
		t.Errorf("a mark of the index finds %v", got)
	}
}

func TestBrowseAndFilters(t *testing.T) {
	s := shop(t)
	for name, c := range map[string]struct {
		q    store.Query
		want int
		head string
	}{
		"everything":        {store.Query{}, 12, "starter/files starter/mail"},
		"start page":        {store.Query{Category: store.ForYou}, 2, "starter/files starter/mail"},
		"one category":      {store.Query{Category: "chat"}, 1, "starter/mail"},
		"no key":            {store.Query{Filters: []string{store.NoKey}}, 1, "starter/files"},
		"no docker":         {store.Query{Filters: []string{store.NoDocker}, Text: "clock"}, 1, "com.example/old"},
		"a source":          {store.Query{Source: "official"}, 10, ""},
		"text and source":   {store.Query{Source: "starter", Text: "files"}, 1, "starter/files"},
		"text and category": {store.Query{Category: "files", Text: "files"}, 1, "starter/files"},
	} {
		t.Run(name, func(t *testing.T) {
			got := find(t, s, c.q)
			if len(got) != c.want || !strings.HasPrefix(strings.Join(got, " "), c.head) {
				t.Errorf("%v, want %d beginning with %s", got, c.want, c.head)
			}
		})
	}
}

func TestPages(t *testing.T) {
	ctx := context.Background()
	s := open(t, filepath.Join(t.TempDir(), "toolbay.db"))
	var many []model.Listing
	for i := range 1300 {
		many = append(many, listing(fmt.Sprintf("com.example/thing-%04d", i), "", "A thing for everybody"))
	}
	many[1234].Title = "Thing"
	must(t, s.ReplaceSource(ctx, "official", many, when))
	for _, text := range []string{"", "thing", "t"} {
		seen := map[string]bool{}
		for offset := 0; offset < 1000; offset += 200 {
			res, err := s.Search(ctx, store.Query{Text: text, Limit: 200, Offset: offset})
			must(t, err)
			if res.Total != 1000 || !res.More || len(res.Listings) != 200 {
				t.Fatalf("%q from %d: total %d, more %v, %d listings", text, offset, res.Total, res.More, len(res.Listings))
			}
			for _, l := range res.Listings {
				if seen[l.ID] {
					t.Errorf("%q: %s is there twice", text, l.ID)
				}
				seen[l.ID] = true
			}
		}
	}
	// The only one with the whole name stands far down by static rank.
	if got := find(t, s, store.Query{Text: "thing", Limit: 1}); !slices.Equal(got, []string{many[1234].ID}) {
		t.Errorf("first is %v", got)
	}
	if res, err := s.Search(ctx, store.Query{Text: "everybody thing", Limit: 1 << 30, Offset: -5}); err != nil || len(res.Listings) != 200 {
		t.Errorf("%d listings, %v", len(res.Listings), err)
	}
	if res, err := s.Search(ctx, store.Query{Text: "thing", Offset: 1 << 40}); err != nil || len(res.Listings) != 0 {
		t.Errorf("%d listings, %v", len(res.Listings), err)
	}
}

func TestTheSourceOfHighestPrecedenceSpeaks(t *testing.T) {
	ctx := context.Background()
	s := open(t, filepath.Join(t.TempDir(), "toolbay.db"))
	must(t, s.UpsertListings(ctx, "file", []model.Listing{listing("com.example/a", "From a file", ""), listing("com.example/b", "B", "")}, when))
	must(t, s.ReplaceSource(ctx, "official", []model.Listing{listing("com.example/a", "From the registry", "")}, when))
	for _, look := range []func() (model.Listing, error){
		func() (model.Listing, error) { return s.Listing(ctx, "com.example/a") },
		func() (model.Listing, error) {
			res, err := s.Search(ctx, store.Query{Text: "registry"})
			return append(res.Listings, model.Listing{})[0], err
		},
	} {
		l, err := look()
		if err != nil || l.Title != "From the registry" || !slices.Equal(l.Sources, []string{"official", "file"}) {
			t.Errorf("%+v, %v", l, err)
		}
	}
	must(t, s.ReplaceSource(ctx, "official", nil, when))
	if l, err := s.Listing(ctx, "com.example/a"); err != nil || l.Title != "From a file" {
		t.Errorf("%+v, %v", l, err)
	}
	if got := find(t, s, store.Query{}); len(got) != 2 {
		t.Errorf("%v", got)
	}
}

// A build that was killed leaves tables behind; the next removes them.
func TestLeftoversOfAKilledBuildGo(t *testing.T) {
	ctx := context.Background()
	path := filepath.Join(t.TempDir(), "toolbay.db")
	s := open(t, path)
	must(t, s.ReplaceSource(ctx, "official", []model.Listing{listing("com.example/a", "Alpha", "")}, when))
	raw(t, path, `INSERT INTO generation (id, active, content, recipe) VALUES (77, 0, 9, 1)`,
		`CREATE TABLE card_77 (rank INTEGER)`, `UPDATE catalogue SET content = content + 1`)
	if got := find(t, s, store.Query{Text: "alpha"}); len(got) != 1 {
		t.Errorf("the old index does not answer: %v", got)
	}
	must(t, s.Reindex(ctx))
	if got := find(t, s, store.Query{Text: "alpha"}); len(got) != 1 {
		t.Errorf("the new index does not answer: %v", got)
	}
	if _, err := s.Search(ctx, store.Query{}); err != nil {
		t.Fatal(err)
	}
	if n := count(t, path, `SELECT count(*) FROM generation`); n != 1 {
		t.Errorf("%d generations", n)
	}
	if n := count(t, path, `SELECT count(*) FROM sqlite_master WHERE name = 'card_77'`); n != 0 {
		t.Error("the leftover is still there")
	}
}

// An index that an older program made answers until there is a new one, unless
// it is built in a way that nobody reads any more.
func TestIndexOfAnOlderProgram(t *testing.T) {
	for _, c := range []struct {
		name   string
		recipe int
		want   int
	}{{"read", 6, 1}, {"not read", 5, 0}, {"of a later one", 1000, 0}} {
		t.Run(c.name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "toolbay.db")
			s := open(t, path)
			must(t, s.ReplaceSource(t.Context(), "official", []model.Listing{listing("com.example/a", "Alpha", "")}, when))
			raw(t, path, fmt.Sprintf(`UPDATE generation SET recipe = %d`, c.recipe))
			if got := find(t, s, store.Query{Text: "alpha"}); len(got) != c.want {
				t.Errorf("the old index gives %v", got)
			}
			if behind, err := s.Behind(t.Context()); err != nil || !behind {
				t.Errorf("behind: %v, %v", behind, err)
			}
			must(t, s.Reindex(t.Context()))
			if behind, err := s.Behind(t.Context()); err != nil || behind {
				t.Errorf("still behind: %v, %v", behind, err)
			}
			if got := find(t, s, store.Query{Text: "alpha"}); len(got) != 1 {
				t.Errorf("the new index gives %v", got)
			}
		})
	}
}
