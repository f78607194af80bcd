package store_test

import (
	"context"
	"database/sql"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"toolbay/backend/model"
	"toolbay/backend/store"
)

// byRepository is a merger for tests: the same repository is the same server,
// and what "cline" says is no server by itself.
type byRepository struct {
	groups [][]int32
	at     map[string]int
	n      int32
}

func (m *byRepository) Add(source string, l model.Listing) {
	key := l.Repository
	if key == "" {
		key = l.ID
	}
	i, ok := m.at[key]
	if !ok && source != "cline" {
		i = len(m.groups)
		m.at[key] = i
		m.groups = append(m.groups, nil)
		ok = true
	}
	if ok {
		m.groups[i] = append(m.groups[i], m.n)
	}
	m.n++
}

func (m *byRepository) Groups() [][]int32 { return m.groups }

func (m *byRepository) Card(_ int, records []model.Record) model.Card {
	c := model.Card{Listing: records[0].Listing, Origins: map[string]string{"title": records[0].Source}}
	c.Sources = nil
	for _, r := range records {
		if r.Status == "deleted" && c.Status != "deleted" {
			continue
		}
		if !slices.Contains(c.Sources, r.Source) {
			c.Sources = append(c.Sources, r.Source)
		}
		if len(records) > 1 {
			c.Merged = append(c.Merged, r.ID)
		}
		if c.ID != r.ID {
			c.Packages = append(slices.Clone(c.Packages), r.Packages...)
		}
		if c.Description == "" {
			c.Description = r.Description
			c.Origins["description"] = r.Source
		}
	}
	return c
}

func merged(t testing.TB) *store.Store {
	t.Helper()
	s := open(t, filepath.Join(t.TempDir(), "toolbay.db"))
	s.SetMerger(func(context.Context) (store.Merger, error) { return &byRepository{at: map[string]int{}}, nil })
	return s
}

func from(repository string, l model.Listing) model.Listing {
	l.Repository = repository
	return l
}

func TestRecordsOfOneServerAreOneCard(t *testing.T) {
	s := merged(t)
	ctx := t.Context()
	must(t, s.ReplaceSource(ctx, "official", []model.Listing{
		from("https://github.com/acme/notes", listing("io.github.Acme/notes", "Notes of the registry", "Keeps notes")),
		listing("com.example/other", "Other", "Something else"),
	}, when))
	must(t, s.ReplaceSource(ctx, "docker", []model.Listing{
		from("https://github.com/acme/notes", model.Listing{ID: "docker/notes", Name: "notes", Title: "Notes", Status: "active",
			Packages: []model.Package{{Type: "oci", Identifier: "mcp/notes"}}}),
	}, when.Add(time.Hour)))
	must(t, s.ReplaceSource(ctx, "cline", []model.Listing{
		from("https://github.com/acme/notes", model.Listing{ID: "cline/notes", Title: "Notes!", Status: "active"}),
		from("https://github.com/nobody/else", model.Listing{ID: "cline/lonely", Title: "Lonely words", Status: "active"}),
	}, when))

	for _, id := range []string{"docker/notes", "io.github.Acme/notes", "IO.github.acme/NOTES", "cline/notes"} {
		c, err := s.Card(ctx, id)
		if err != nil {
			t.Errorf("%s: %v", id, err)
			continue
		}
		if c.ID != "docker/notes" || c.Title != "Notes" || c.Description != "Keeps notes" || c.Origins["description"] != "official" {
			t.Errorf("%s: %+v", id, c)
		}
		if !slices.Equal(c.Sources, []string{"docker", "official", "cline"}) || len(c.Merged) != 3 {
			t.Errorf("%s: sources %v, merged %v", id, c.Sources, c.Merged)
		}
		if len(c.Records) != 3 || c.Records[0].ID != "docker/notes" || c.Records[1].Title != "Notes of the registry" || len(c.Records[1].Packages) != 1 {
			t.Errorf("%s: records %+v", id, c.Records)
		} else if !c.Records[0].Seen.Equal(when.Add(time.Hour)) || !c.Records[1].Seen.Equal(when) {
			t.Errorf("%s: seen %v and %v", id, c.Records[0].Seen, c.Records[1].Seen)
		}
		if l, err := s.Listing(ctx, id); err != nil || l.ID != c.ID || l.Description != c.Description {
			t.Errorf("%s: listing %+v, %v", id, l, err)
		}
	}
	for name, id := range map[string]string{"a record alone": "com.example/other", "what is no server by itself": "cline/lonely"} {
		c, err := s.Card(ctx, id)
		if err != nil || c.ID != id || len(c.Records) != 1 || c.Origins["title"] == "" || c.Facts == nil {
			t.Errorf("%s: %+v, %v", name, c, err)
		}
	}
	if _, err := s.Card(ctx, "com.example/unknown"); model.Code(err) != "listing_unknown" {
		t.Errorf("unknown: %v", err)
	}
	for text, want := range map[string]string{"notes": "docker/notes", "io.github.acme/notes": "docker/notes", "lonely": ""} {
		if got := strings.Join(find(t, s, store.Query{Text: text}), " "); got != want {
			t.Errorf("%q finds %q, want %q", text, got, want)
		}
	}
	for _, p := range [][2]string{{"npm", "notes"}, {"oci", "mcp/notes"}} {
		if l, ok, err := s.Known(ctx, p[0], p[1], nil); !ok || err != nil || l.ID != "docker/notes" {
			t.Errorf("%v: %s, %v, %v", p, l.ID, ok, err)
		}
	}
	if n, err := s.Catalogue(ctx); err != nil || n.Entries != 5 || n.Servers != 2 || n.Bytes == 0 {
		t.Errorf("%+v, %v", n, err)
	}
}

func TestARecordThatGoesAndComesBack(t *testing.T) {
	s := merged(t)
	ctx := t.Context()
	a, b := listing("com.example/a", "Alpha", ""), listing("com.example/b", "Beta", "")
	day := func(n int) time.Time { return when.AddDate(0, 0, n) }
	must(t, s.ReplaceSource(ctx, "official", []model.Listing{a, b}, day(0)))
	check := func(what, status string, shown, listings int) {
		t.Helper()
		c, err := s.Card(ctx, a.ID)
		if status == "" {
			if model.Code(err) != "listing_unknown" {
				t.Errorf("%s: %+v, %v", what, c, err)
			}
		} else if err != nil || c.Status != status || c.Title != "Alpha" || !c.Records[0].Seen.Equal(day(0)) {
			t.Errorf("%s: status %q, seen %v, %v", what, c.Status, c.Records, err)
		}
		if got := find(t, s, store.Query{Text: "alpha"}); len(got) != shown {
			t.Errorf("%s: found %v", what, got)
		}
		states, err := s.Sources(ctx)
		if err != nil || len(states) != 1 || states[0].Listings != listings {
			t.Errorf("%s: %+v, %v", what, states, err)
		}
	}
	check("there", "active", 1, 2)
	must(t, s.ReplaceSource(ctx, "official", []model.Listing{b}, day(10)))
	check("gone", "deleted", 0, 1)
	must(t, s.ReplaceSource(ctx, "official", []model.Listing{a, b}, day(20)))
	check("back", "active", 1, 2)
	must(t, s.ApplyChanges(ctx, "official", nil, []model.Listing{a}, day(30), day(30)))
	check("deleted by its source", "deleted", 0, 1)
	must(t, s.ApplyChanges(ctx, "official", []model.Listing{a}, nil, day(31), day(31)))
	check("restored by its source", "active", 1, 2)
	must(t, s.ReplaceSource(ctx, "official", []model.Listing{b}, day(40)))
	must(t, s.ReplaceSource(ctx, "official", []model.Listing{b}, day(40+179)))
	check("gone for 179 days", "deleted", 0, 1)
	must(t, s.ReplaceSource(ctx, "official", []model.Listing{b}, day(40+181)))
	check("gone for 181 days", "", 0, 1)
}

func TestACardStaysWhenOneOfItsRecordsGoes(t *testing.T) {
	s := merged(t)
	ctx := t.Context()
	one := from("https://github.com/acme/notes", listing("io.github.acme/notes", "Notes", ""))
	two := from("https://github.com/acme/notes", listing("docker/notes", "Notes of Docker", ""))
	must(t, s.ReplaceSource(ctx, "official", []model.Listing{one}, when))
	must(t, s.ReplaceSource(ctx, "docker", []model.Listing{two}, when))
	must(t, s.ReplaceSource(ctx, "docker", nil, when))
	c, err := s.Card(ctx, two.ID)
	if err != nil || c.ID != one.ID || c.Status != "active" || !slices.Equal(c.Sources, []string{"official"}) {
		t.Fatalf("%+v, %v", c.Listing, err)
	}
	if len(c.Records) != 2 || c.Records[1].Status != "deleted" {
		t.Errorf("records %+v", c.Records)
	}
	if got := find(t, s, store.Query{Text: "notes"}); !slices.Equal(got, []string{one.ID}) {
		t.Errorf("found %v", got)
	}
}

func TestTheOrderOfSourcesDecidesWhoSpeaks(t *testing.T) {
	s := merged(t)
	ctx := t.Context()
	for _, source := range []string{"official", "docker", "reg-acme", "file:list.json"} {
		must(t, s.ReplaceSource(ctx, source, []model.Listing{listing("com.example/a", "By "+source, "")}, when))
	}
	for name, c := range map[string]struct {
		order []string
		want  string
	}{
		"usual":      {nil, "reg-acme docker official file:list.json"},
		"chosen":     {[]string{"file:list.json", "official"}, "file:list.json official reg-acme docker"},
		"one":        {[]string{"official"}, "official reg-acme docker file:list.json"},
		"all chosen": {[]string{"official", "official", "file:list.json", "docker", "reg-acme"}, "official file:list.json docker reg-acme"},
	} {
		t.Run(name, func(t *testing.T) {
			must(t, s.PutSourceOrder(ctx, c.order))
			want := strings.Fields(c.want)
			got, err := s.Card(ctx, "com.example/a")
			if err != nil || !slices.Equal(got.Sources, want) || got.Title != "By "+want[0] {
				t.Errorf("%q by %v, %v", got.Title, got.Sources, err)
			}
			if res, err := s.Search(ctx, store.Query{}); err != nil || len(res.Listings) != 1 || res.Listings[0].Title != got.Title {
				t.Errorf("search: %+v, %v", res.Listings, err)
			}
			place, err := s.SourceOrder(ctx)
			if err != nil || !slices.IsSortedFunc(want, func(a, b string) int { return place(a) - place(b) }) {
				t.Errorf("places of %v: %v", want, err)
			}
		})
	}
}

func TestCrawlsOfAllAndOfChanges(t *testing.T) {
	s := merged(t)
	ctx := t.Context()
	a, b, c := listing("com.example/a", "Alpha", ""), listing("com.example/b", "Beta", ""), listing("com.example/c", "Gamma", "")
	page := func(cursor string, since time.Time, listings ...model.Listing) {
		t.Helper()
		seen, err := s.StagePage(ctx, store.Crawl{Source: "reg-acme", Cursor: cursor, Since: since, Started: when}, listings)
		if seen || err != nil {
			t.Fatal(seen, err)
		}
	}
	page("1", time.Time{}, a)
	if kept, err := s.FinishCrawl(ctx, "reg-acme", []model.Listing{b}, when); kept != 2 || err != nil {
		t.Fatal(kept, err)
	}
	must(t, s.PutWatermark(ctx, "reg-acme", when.Add(-time.Hour)))

	later := when.Add(48 * time.Hour)
	gone := a
	gone.Status = "deleted"
	page("1", when, gone)
	if state, ok, err := s.Crawl(ctx, "reg-acme"); !ok || err != nil || !state.Since.Equal(when) {
		t.Errorf("%+v, %v, %v", state, ok, err)
	}
	if kept, err := s.FinishChanges(ctx, "reg-acme", []model.Listing{c}, later); kept != 1 || err != nil {
		t.Fatal(kept, err)
	}
	got := find(t, s, store.Query{})
	slices.Sort(got)
	if !slices.Equal(got, []string{b.ID, c.ID}) {
		t.Errorf("found %v", got)
	}
	changes, whole, err := s.Watermark(ctx, "reg-acme")
	if err != nil || !changes.Equal(when.Add(-time.Hour)) || !whole.Equal(when) {
		t.Errorf("changes %v, whole %v, %v", changes, whole, err)
	}
	if changes, whole, err := s.Watermark(ctx, "never"); err != nil || !changes.IsZero() || !whole.IsZero() {
		t.Errorf("never read: %v, %v, %v", changes, whole, err)
	}
}

func TestUnreadableRecordsAreKeptAndASourceCanGo(t *testing.T) {
	s := merged(t)
	ctx := t.Context()
	must(t, s.ReplaceSource(ctx, "reg-acme", []model.Listing{listing("com.example/a", "Alpha", "")}, when))
	must(t, s.PutUnreadable(ctx, "reg-acme", []store.Unreadable{{Index: 1, Reason: "no name"}, {Index: 7, Reason: "no text", Raw: strings.Repeat("x", 1<<20)}}))
	must(t, s.PutUnreadable(ctx, "reg-acme", []store.Unreadable{{Index: 7, Reason: "no text", Raw: strings.Repeat("x", 1<<20)}}))
	list, err := s.Unreadable(ctx, "reg-acme")
	if err != nil || len(list) != 1 || list[0].Index != 7 || len(list[0].Raw) > 4096 {
		t.Errorf("%d unreadable, %v", len(list), err)
	}
	must(t, s.EnableSource(ctx, "reg-acme", false))
	must(t, s.NoteSource(ctx, "reg-acme", true, "source_refused"))
	must(t, s.NoteSource(ctx, "reg-acme", true, ""))
	states, err := s.Sources(ctx)
	if err != nil || len(states) != 1 || states[0].Unreadable != 1 || states[0].Listings != 1 || states[0].Enabled ||
		states[0].Error != "source_refused" || states[0].Synced == nil {
		t.Errorf("%+v, %v", states, err)
	}
	if _, whole, _ := s.Watermark(ctx, "reg-acme"); !whole.Equal(when) {
		t.Error("its state forgets when it was read")
	}
	must(t, s.RemoveSource(ctx, "reg-acme"))
	must(t, s.RemoveSource(ctx, "reg-acme"))
	if _, err := s.Card(ctx, "com.example/a"); model.Code(err) != "listing_unknown" {
		t.Errorf("its listing: %v", err)
	}
	if states, err := s.Sources(ctx); err != nil || len(states) != 0 {
		t.Errorf("%+v, %v", states, err)
	}
	if list, err := s.Unreadable(ctx, "reg-acme"); err != nil || len(list) != 0 {
		t.Errorf("%v, %v", list, err)
	}
}

// What is in no index yet is shown all the same.
func TestACardBeforeItsIndex(t *testing.T) {
	path := filepath.Join(t.TempDir(), "toolbay.db")
	s := open(t, path)
	raw(t, path, `INSERT INTO listing (source, id, seen, gone, body) VALUES ('official', 'com.example/A', 0, 0, '{"id":"com.example/A","title":"Alpha"}')`)
	c, err := s.Card(t.Context(), "com.example/a")
	if err != nil || c.Title != "Alpha" || len(c.Records) != 1 || !c.Records[0].Seen.IsZero() {
		t.Errorf("%+v, %v", c, err)
	}
}

// The tables as the first version made them, with what it kept in them.
func TestADatabaseOfTheFirstVersionGoesOn(t *testing.T) {
	path := filepath.Join(t.TempDir(), "toolbay.db")
	first, err := os.ReadFile("migrations/0001_first.sql")
	must(t, err)
	body := func(id, title string) string {
		return fmt.Sprintf(`'{"id":%q,"name":%q,"title":%q,"status":"active","packages":[{"type":"npm","identifier":"x"}]}'`, id, id, title)
	}
	raw(t, path, string(first), `PRAGMA user_version = 1`, `PRAGMA journal_mode = WAL`,
		`INSERT INTO source VALUES ('official', 0, '2026-01-02T03:04:05Z', 'source_refused'), ('file', 1, '', '')`,
		`INSERT INTO listing VALUES ('official', 'com.example/a', `+body("com.example/a", "Alpha")+`), ('file', 'com.example/b', `+body("com.example/b", "Beta")+`)`,
		`INSERT INTO crawl VALUES ('official', 'https://x', 'c', '2026-01-02T03:04:05Z', 1, 100, '[]')`,
		`INSERT INTO crawl_cursor VALUES ('official', 'c')`,
		`INSERT INTO staged VALUES ('official', 'com.example/c', '{}')`,
		`UPDATE catalogue SET content = 5`, `INSERT INTO generation (id, active, content, recipe, cards) VALUES (3, 1, 5, 2, x'00')`,
		`CREATE TABLE card_3 (rank INTEGER PRIMARY KEY, id TEXT NOT NULL, brief TEXT NOT NULL)`,
		`INSERT INTO server VALUES ('notes', '{"id":"notes","title":"Notes"}', '')`, `INSERT INTO setting VALUES ('theme', 'dark')`,
		`INSERT INTO ledger VALUES ('k', 'v')`)
	s := open(t, path)
	ctx := t.Context()
	if s.Fresh() || s.Damaged() != "" {
		t.Fatalf("fresh %v, damaged %q", s.Fresh(), s.Damaged())
	}
	if l, err := s.Listing(ctx, "com.example/A"); err != nil || l.Title != "Alpha" {
		t.Errorf("before its index: %+v, %v", l, err)
	}
	must(t, s.Reindex(ctx))
	for text, sources := range map[string][]string{"alpha": {"official"}, "beta": {"file:imported"}} {
		res, err := s.Search(ctx, store.Query{Text: text})
		if err != nil || len(res.Listings) != 1 || !slices.Equal(res.Listings[0].Sources, sources) {
			t.Errorf("%s: %+v, %v", text, res.Listings, err)
		}
	}
	c, err := s.Card(ctx, "com.example/a")
	if err != nil || !c.Records[0].Seen.Equal(when) {
		t.Errorf("%+v, %v", c.Records, err)
	}
	states, err := s.Sources(ctx)
	if err != nil || len(states) != 2 || states[0].Source != "file:imported" || states[1].Enabled || states[1].Error != "source_refused" || !states[1].Synced.Equal(when) {
		t.Errorf("%+v, %v", states, err)
	}
	if _, found, err := s.Crawl(ctx, "official"); found || err != nil {
		t.Errorf("a crawl of the first kind goes on: %v", err)
	}
	if v, err := s.Server(ctx, "notes"); err != nil || v.Title != "Notes" {
		t.Errorf("%+v, %v", v, err)
	}
	if n := count(t, path, `SELECT count(*) FROM sqlite_master WHERE name = 'card_3'`); n != 0 {
		t.Error("the old index is still there")
	}
}

// A process that builds an index is killed while another searches.
func TestABuildIsKilledWhileAnotherSearches(t *testing.T) {
	ctx := context.Background()
	if path := os.Getenv("STORE_TEST_BUILDER"); path != "" {
		open(t, path).Reindex(ctx)
		return
	}
	path := filepath.Join(t.TempDir(), "toolbay.db")
	s := open(t, path)
	var many []model.Listing
	for i := range 7000 {
		many = append(many, listing(fmt.Sprintf("com.example/s%d", i), fmt.Sprintf("Alpha %d", i), strings.Repeat("many different words ", 20)))
	}
	must(t, s.ReplaceSource(ctx, "official", many, when))
	raw(t, path, `UPDATE catalogue SET content = content + 1`)

	cmd := exec.Command(os.Args[0], "-test.run=^TestABuildIsKilledWhileAnotherSearches$")
	cmd.Env = append(os.Environ(), "STORE_TEST_BUILDER="+path)
	must(t, cmd.Start())
	ended := make(chan error, 1)
	go func() { ended <- cmd.Wait() }()
	db, err := sql.Open("sqlite", path)
	must(t, err)
	defer db.Close()
	building, deadline := 0, time.Now().Add(time.Minute)
	for building == 0 {
		if got := find(t, s, store.Query{Text: "alpha 7", Limit: 1}); len(got) != 1 {
			t.Fatal("nothing is found during a build")
		}
		must(t, db.QueryRow(`SELECT count(*) FROM generation WHERE active = 0`).Scan(&building))
		if time.Now().After(deadline) {
			t.Fatal("the build did not begin within a minute")
		}
	}
	must(t, cmd.Process.Kill())
	<-ended
	if got := find(t, s, store.Query{Text: "alpha 7", Limit: 1}); len(got) != 1 {
		t.Error("nothing is found after the kill")
	}
	must(t, s.Reindex(ctx))
	if got := find(t, s, store.Query{Text: "alpha 7", Limit: 1}); len(got) != 1 {
		t.Error("nothing is found after the next build")
	}
	if n := count(t, path, `SELECT count(*) FROM generation`); n != 1 {
		t.Errorf("%d generations", n)
	}
	if n := count(t, path, `SELECT count(*) FROM sqlite_master WHERE name GLOB 'search_[0-9]*' AND sql LIKE 'CREATE VIRTUAL%'`); n != 1 {
		t.Errorf("%d indexes", n)
	}
}
