package catalog_test

import (
	"context"
	"errors"
	"fmt"
	"net/http/httptest"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"toolbay/backend/catalog"
	"toolbay/backend/job"
	"toolbay/backend/model"
	"toolbay/backend/store"
	"toolbay/backend/text"
	"toolbay/internal/dataset"
	"toolbay/internal/fakeregistry"
)

const dump = "registry/official-registry-full-2025-12-18.json.gz"

var now = time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)

// bench is a catalogue on a database of its own with a registry beside it.
type bench struct {
	*catalog.Catalog
	store    *store.Store
	registry *fakeregistry.Registry
	path     string // of the database
	url      string // of the registry
	mu       sync.Mutex
	slept    []time.Duration
	clock    time.Time
}

// week makes the next sync read everything instead of what changed.
func (b *bench) week() { b.clock = b.clock.Add(8 * 24 * time.Hour) }

func newBench(t testing.TB, records []fakeregistry.Record) *bench {
	t.Helper()
	b := &bench{registry: fakeregistry.New(records), clock: now}
	srv := httptest.NewServer(b.registry)
	t.Cleanup(func() {
		b.registry.Fail(fakeregistry.Fault{})
		srv.CloseClientConnections()
		srv.Close()
	})
	b.path, b.url = filepath.Join(t.TempDir(), "toolbay.db"), srv.URL
	var err error
	if b.store, err = store.Open(b.path); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { b.store.Close() })
	b.Catalog = b.with(srv.URL)
	return b
}

func (b *bench) with(origin string) *catalog.Catalog {
	return catalog.New(b.store, catalog.Options{
		Now:     func() time.Time { return b.clock },
		Timeout: time.Minute, // reading 16 MB takes a while on a busy machine
		Sleep: func(ctx context.Context, d time.Duration) error {
			b.mu.Lock()
			defer b.mu.Unlock()
			b.slept = append(b.slept, d)
			return ctx.Err()
		},
		Origins: origins(origin),
	})
}

// origins sends every source to one computer, which has the official registry
// only.
func origins(origin string) map[string]string {
	out := map[string]string{"official": origin}
	for _, id := range []string{"docker", "toolhive", "anthropic", "github", "mcpm", "cline", "smithery", "glama"} {
		out[id] = origin + "/none/" + id
	}
	return out
}

func made(n int) []fakeregistry.Record {
	var out []fakeregistry.Record
	for i := range n {
		out = append(out, fakeregistry.Make(fmt.Sprintf("com.example/server-%04d", i), "1.0.0", true))
	}
	return out
}

func total(t *testing.T, c *catalog.Catalog, q catalog.Query) int {
	t.Helper()
	res, err := c.Search(t.Context(), q)
	if err != nil {
		t.Fatal(err)
	}
	return res.Total
}

func source(t *testing.T, c *catalog.Catalog, id string) catalog.SourceState {
	t.Helper()
	states, err := c.Status(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	i := slices.IndexFunc(states, func(s catalog.SourceState) bool { return s.Source == id })
	if i < 0 {
		t.Fatalf("no source %s", id)
	}
	return states[i]
}

func TestSyncReadsEveryPage(t *testing.T) {
	records := append(made(250), fakeregistry.Make("com.example/server-0003", "0.9.0", false))
	b := newBench(t, records)
	var seen []int64
	res, err := b.Sync(t.Context(), "official", func(p job.Progress) { seen = append(seen, p.Done) })
	if err != nil || len(res) != 1 || res[0].Read != 250 || res[0].Kept != 250 || len(res[0].Unreadable) != 0 {
		t.Fatalf("%+v, %v", res, err)
	}
	if !slices.Equal(seen, []int64{0, 100, 200, 250}) {
		t.Errorf("progress %v", seen)
	}
	var shapes []string
	for _, q := range b.registry.Requests() {
		shapes = append(shapes, q.URL.RequestURI())
		if !strings.HasPrefix(q.UserAgent(), "toolbay") {
			t.Errorf("user agent %q", q.UserAgent())
		}
	}
	if want := []string{
		"/v0.1/servers?limit=100&version=latest",
		"/v0.1/servers?limit=100&version=latest&cursor=com.example%2Fserver-0099%3A1.0.0",
		"/v0.1/servers?limit=100&version=latest&cursor=com.example%2Fserver-0199%3A1.0.0",
	}; !slices.Equal(shapes, want) {
		t.Errorf("asked %v", shapes)
	}
	if s := source(t, b.Catalog, "official"); s.Listings != 250 || s.Synced == nil || !s.Synced.Equal(now) || s.Error != "" || !s.Enabled {
		t.Errorf("state %+v", s)
	}

	b.registry.Set(made(190)) // the others are gone without a trace
	b.week()
	if _, err := b.Sync(t.Context(), "official", job.Silent); err != nil {
		t.Fatal(err)
	}
	if n := total(t, b.Catalog, catalog.Query{}); n != 190 {
		t.Errorf("%d listings after the registry shrank", n)
	}
}

// 200 records make two full pages and an empty one behind them.
func TestSyncTakesAnEmptyLastPage(t *testing.T) {
	b := newBench(t, made(200))
	if res, err := b.Sync(t.Context(), "official", job.Silent); err != nil || res[0].Kept != 200 {
		t.Fatalf("%+v, %v", res, err)
	}
	if n := len(b.registry.Requests()); n != 3 {
		t.Errorf("%d requests", n)
	}
}

func TestEveryFailureLeavesTheOldListings(t *testing.T) {
	for name, c := range map[string]struct {
		fault fakeregistry.Fault
		code  string
		tries int
	}{
		"error of the server":         {fakeregistry.Fault{Kind: fakeregistry.Error500}, "source_unreachable", 3},
		"error on the third page":     {fakeregistry.Fault{Kind: fakeregistry.Error500, After: 2}, "source_unreachable", 5},
		"refused":                     {fakeregistry.Fault{Kind: fakeregistry.Refused}, "source_refused", 1},
		"too many requests":           {fakeregistry.Fault{Kind: fakeregistry.TooMany}, "source_refused", 3},
		"asked to wait for an hour":   {fakeregistry.Fault{Kind: fakeregistry.TooMany, Wait: time.Hour}, "source_refused", 1},
		"unavailable":                 {fakeregistry.Fault{Kind: fakeregistry.Unavailable}, "source_unreachable", 3},
		"a web page":                  {fakeregistry.Fault{Kind: fakeregistry.HTML}, "source_garbage", 1},
		"a web page in the middle":    {fakeregistry.Fault{Kind: fakeregistry.HTML, After: 1}, "source_garbage", 2},
		"garbage":                     {fakeregistry.Fault{Kind: fakeregistry.Garbage}, "source_garbage", 1},
		"JSON that is no page":        {fakeregistry.Fault{Kind: fakeregistry.Other}, "source_garbage", 1},
		"cut off":                     {fakeregistry.Fault{Kind: fakeregistry.Truncated}, "source_unreachable", 3},
		"without end":                 {fakeregistry.Fault{Kind: fakeregistry.Huge}, "source_garbage", 1},
		"cursor to the first page":    {fakeregistry.Fault{Kind: fakeregistry.Loop}, "source_loops", 2},
		"loop later on":               {fakeregistry.Fault{Kind: fakeregistry.Loop, After: 2}, "source_loops", 4},
		"cursor that stays":           {fakeregistry.Fault{Kind: fakeregistry.Stuck}, "source_loops", 2},
		"empty pages without end":     {fakeregistry.Fault{Kind: fakeregistry.Endless}, "source_loops", 25},
		"empty pages after real ones": {fakeregistry.Fault{Kind: fakeregistry.Endless, After: 2}, "source_loops", 27},
	} {
		t.Run(name, func(t *testing.T) {
			b := newBench(t, made(7))
			if _, err := b.Sync(t.Context(), "official", job.Silent); err != nil {
				t.Fatal(err)
			}
			many := 20
			if c.fault.After > 0 || c.code == "source_loops" {
				many = 250
			}
			b.registry.Set(made(many))
			b.week()
			before := len(b.registry.Requests())
			b.registry.Fail(c.fault)
			res, err := b.Sync(t.Context(), "official", job.Silent)
			if model.Code(err) != c.code || model.Code(res[0].Err) != c.code {
				t.Fatalf("got %v, want %s", err, c.code)
			}
			if w := text.ForError(err); w.Hint == "" || strings.Contains(w.Message, "{") {
				t.Errorf("words %+v", w)
			}
			if n := len(b.registry.Requests()) - before; n != c.tries {
				t.Errorf("%d requests, want %d", n, c.tries)
			}
			if n := total(t, b.Catalog, catalog.Query{}); n != 7 {
				t.Errorf("%d listings left of 7", n)
			}
			if s := source(t, b.Catalog, "official"); s.Error != c.code || s.Synced == nil {
				t.Errorf("state %+v", s)
			}

			b.registry.Fail(fakeregistry.Fault{})
			if res, err := b.Sync(t.Context(), "official", job.Silent); err != nil || res[0].Kept != many {
				t.Fatalf("afterwards: %+v, %v", res, err)
			}
			if s := source(t, b.Catalog, "official"); s.Error != "" || s.Listings != many {
				t.Errorf("state afterwards %+v", s)
			}
		})
	}
}

func TestASlowRegistryIsGivenUp(t *testing.T) {
	b := newBench(t, made(3))
	b.registry.Fail(fakeregistry.Fault{Kind: fakeregistry.Hang})
	c := catalog.New(b.store, catalog.Options{
		Timeout: 20 * time.Millisecond,
		Sleep:   func(context.Context, time.Duration) error { return nil },
		Origins: map[string]string{"official": b.url},
	})
	if _, err := c.Sync(t.Context(), "official", job.Silent); model.Code(err) != "source_unreachable" {
		t.Errorf("got %v", err)
	}
}

func TestRetryAfterIsHonoured(t *testing.T) {
	b := newBench(t, made(3))
	b.registry.Fail(fakeregistry.Fault{Kind: fakeregistry.TooMany, Times: 2, Wait: 7 * time.Second})
	if res, err := b.Sync(t.Context(), "official", job.Silent); err != nil || res[0].Kept != 3 {
		t.Fatalf("%+v, %v", res, err)
	}
	if want := []time.Duration{7 * time.Second, 7 * time.Second}; !slices.Equal(b.slept, want) {
		t.Errorf("waited %v, want %v", b.slept, want)
	}
}

func TestBrokenRecordsArePassedOverAndTold(t *testing.T) {
	b := newBench(t, made(4))
	b.registry.Fail(fakeregistry.Fault{Kind: fakeregistry.BadRecords})
	res, err := b.Sync(t.Context(), "official", job.Silent)
	if err != nil || res[0].Read != 4 || res[0].Kept != 2 || len(res[0].Unreadable) != 2 || res[0].Unreadable[0].Index != 1 {
		t.Fatalf("%+v, %v", res, err)
	}
}

func TestAStoppedCrawlGoesOnWhereItWas(t *testing.T) {
	b := newBench(t, made(250))
	ctx, stop := context.WithCancel(t.Context())
	res, err := b.Sync(ctx, "official", func(p job.Progress) {
		if p.Done == 100 {
			stop()
		}
	})
	if !errors.Is(err, context.Canceled) || model.Code(res[0].Err) != "cancelled" {
		t.Fatalf("%+v, %v", res, err)
	}
	if n := total(t, b.Catalog, catalog.Query{}); n != 0 {
		t.Fatalf("half a crawl is shown: %d", n)
	}
	// What a killed process leaves is the same: only the database. A second
	// program opens it.
	other, err := store.Open(b.path)
	if err != nil {
		t.Fatal(err)
	}
	defer other.Close()
	before := len(b.registry.Requests())
	c := catalog.New(other, catalog.Options{Now: func() time.Time { return now.Add(time.Hour) }, Origins: map[string]string{"official": b.url}})
	res, err = c.Sync(t.Context(), "official", job.Silent)
	if err != nil || res[0].Read != 250 || res[0].Kept != 250 {
		t.Fatalf("%+v, %v", res, err)
	}
	if n := len(b.registry.Requests()) - before; n != 2 {
		t.Errorf("%d requests for the 2 pages that were missing", n)
	}
}

func TestAnOldOrForeignCrawlIsNotGoneOnWith(t *testing.T) {
	for name, later := range map[string]func(b *bench) *catalog.Catalog{
		"a day later":    func(b *bench) *catalog.Catalog { b.clock = now.Add(25 * time.Hour); return b.Catalog },
		"another origin": func(b *bench) *catalog.Catalog { return b.with(strings.Replace(b.url, "127.0.0.1", "localhost", 1)) },
	} {
		t.Run(name, func(t *testing.T) {
			b := newBench(t, made(150))
			b.registry.Fail(fakeregistry.Fault{Kind: fakeregistry.Refused, After: 1})
			if _, err := b.Sync(t.Context(), "official", job.Silent); err == nil {
				t.Fatal("no failure")
			}
			b.registry.Fail(fakeregistry.Fault{})
			b.registry.Set(made(20))
			if res, err := later(b).Sync(t.Context(), "official", job.Silent); err != nil || res[0].Kept != 20 {
				t.Errorf("%+v, %v", res, err)
			}
		})
	}
}

// A registry may not know a cursor of yesterday any more.
func TestARefusedCursorStartsAnew(t *testing.T) {
	b := newBench(t, made(150))
	b.registry.Fail(fakeregistry.Fault{Kind: fakeregistry.Error500, After: 1})
	b.Sync(t.Context(), "official", job.Silent)
	b.registry.Fail(fakeregistry.Fault{Kind: fakeregistry.Refused, Times: 1})
	if _, err := b.Sync(t.Context(), "official", job.Silent); model.Code(err) != "source_refused" {
		t.Fatalf("got %v", err)
	}
	before := len(b.registry.Requests())
	if res, err := b.Sync(t.Context(), "official", job.Silent); err != nil || res[0].Kept != 150 {
		t.Fatalf("%+v, %v", res, err)
	}
	if n := len(b.registry.Requests()) - before; n != 2 {
		t.Errorf("%d requests", n)
	}
}

func TestOneSyncOfASourceAtATime(t *testing.T) {
	b := newBench(t, made(3))
	release, ok, err := b.store.Exclusive("sync-official")
	if !ok || err != nil {
		t.Fatal(ok, err)
	}
	if _, err := b.Sync(t.Context(), "official", job.Silent); model.Code(err) != "source_busy" {
		t.Errorf("got %v", err)
	}
	release()
	if _, err := b.Sync(t.Context(), "official", job.Silent); err != nil {
		t.Error(err)
	}
}

func TestSyncOfAllPassesOverWhatFails(t *testing.T) {
	b := newBench(t, made(12))
	res, err := b.Sync(t.Context(), "", job.Silent)
	if err != nil {
		t.Fatalf("%+v, %v", res, err)
	}
	codes := map[string]string{}
	for _, r := range res {
		codes[r.Source] = model.Code(r.Err)
		if s := source(t, b.Catalog, r.Source); s.Error != codes[r.Source] {
			t.Errorf("%s: state %+v after %v", r.Source, s, r.Err)
		}
	}
	for id, want := range map[string]string{"starter": "", "official": "", "docker": "source_refused", "mcpm": "source_refused"} {
		if got, ok := codes[id]; !ok || got != want {
			t.Errorf("%s: %q, want %q", id, got, want)
		}
	}
	if _, ok := codes["smithery"]; ok {
		t.Error("a source that is off by itself was asked")
	}
	many := len(res)
	if n := total(t, b.Catalog, catalog.Query{Source: "official"}); n != 12 {
		t.Errorf("%d listings", n)
	}
	if err := b.Enable(t.Context(), "docker", false); err != nil {
		t.Fatal(err)
	}
	if res, err = b.Sync(t.Context(), "", job.Silent); err != nil || len(res) != many-1 {
		t.Errorf("with one switched off: %+v, %v", res, err)
	}
	if _, err := b.Sync(t.Context(), "elsewhere", job.Silent); model.Code(err) != "source_unknown" {
		t.Errorf("got %v", err)
	}
}

func TestOnlySafeOrigins(t *testing.T) {
	b := newBench(t, nil)
	for _, origin := range []string{"http://registry.example.org", "ftp://registry.example.org", "file:///etc", "registry.example.org", "http://192.168.1.1"} {
		if _, err := b.with(origin).Sync(t.Context(), "official", job.Silent); model.Code(err) != "source_insecure" {
			t.Errorf("%s: %v", origin, err)
		}
	}
}

func TestStarterIsThereWithoutANetwork(t *testing.T) {
	b := newBench(t, nil)
	if err := b.Starter(t.Context()); err != nil {
		t.Fatal(err)
	}
	first := source(t, b.Catalog, "starter")
	if first.Listings == 0 || len(b.registry.Requests()) != 0 {
		t.Fatalf("%+v, %d requests", first, len(b.registry.Requests()))
	}
	res, err := b.Search(t.Context(), catalog.Query{Category: catalog.ForYou, Limit: 200})
	if err != nil || res.Total == 0 {
		t.Fatalf("start page: %+v, %v", res, err)
	}
	for i, l := range res.Listings {
		if l.Featured == 0 || i > 0 && l.Featured < res.Listings[i-1].Featured {
			t.Errorf("place %d: %s featured %d", i, l.ID, l.Featured)
		}
	}
	b.clock = now.Add(time.Hour)
	if err := b.Starter(t.Context()); err != nil {
		t.Fatal(err)
	}
	if again := source(t, b.Catalog, "starter"); !again.Synced.Equal(*first.Synced) {
		t.Error("loaded twice")
	}
}

func TestRealRecords(t *testing.T) {
	records, err := fakeregistry.Load(dataset.Path(t, dump))
	if err != nil {
		t.Fatal(err)
	}
	b := newBench(t, records)
	res, err := b.Sync(t.Context(), "official", job.Silent)
	if err != nil || res[0].Read != 1108 || res[0].Kept != 1108 || len(res[0].Unreadable) != 0 {
		t.Fatalf("sync: %+v, %v", res, err)
	}
	if n := len(b.registry.Requests()); n != 12 {
		t.Errorf("%d pages", n)
	}
	imported, err := b.Import(t.Context(), dataset.Path(t, dump))
	if err != nil || imported.Read != 2794 || imported.Kept != 1108 || len(imported.Unreadable) != 0 {
		t.Fatalf("import: %+v, %v", imported, err)
	}
	l, err := b.Show(t.Context(), "io.github.github/github-mcp-server")
	if err != nil || l.Title != "GitHub" || l.Publisher != "github" || !slices.Equal(l.Sources, []string{"official", catalog.FileSource(dump)}) || len(l.Packages) == 0 {
		t.Errorf("%+v, %v", l, err)
	}
	all, err := b.Search(t.Context(), catalog.Query{})
	if err != nil || all.Total != 1000 || !all.More || all.Facets.All != 1108 {
		t.Errorf("total %d, more %v, all %d, %v", all.Total, all.More, all.Facets.All, err)
	}
	t.Logf("categories %v", all.Facets.Categories)
	t.Logf("without a key %d, without Docker %d", all.Facets.Filters[catalog.NoKey], all.Facets.Filters[catalog.NoDocker])
	if other := all.Facets.Categories["other"]; other > 1108/4 {
		t.Errorf("%d of 1108 found no category", other)
	}
}

func TestShowAndKnown(t *testing.T) {
	b := newBench(t, made(3))
	if _, err := b.Sync(t.Context(), "official", job.Silent); err != nil {
		t.Fatal(err)
	}
	if _, err := b.Show(t.Context(), "com.example/nothing"); model.Code(err) != "listing_unknown" {
		t.Errorf("got %v", err)
	}
	if l, err := b.Show(t.Context(), "COM.example/Server-0001"); err != nil || l.ID != "com.example/server-0001" {
		t.Errorf("%v, %v", l.ID, err)
	}
	for _, name := range []string{"com.example-server-0002", "com.example-server"} {
		if _, ok := b.Known(t.Context(), "npm", name); ok {
			t.Errorf("%s is known, which anybody can name or nobody lists", name)
		}
	}
}
