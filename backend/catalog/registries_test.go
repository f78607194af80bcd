package catalog_test

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"toolbay/backend/catalog"
	"toolbay/backend/job"
	"toolbay/backend/model"
	"toolbay/internal/fakeregistry"
)

// private is a second registry with a key of its own.
func private(t *testing.T, records []fakeregistry.Record, header map[string]string) (*fakeregistry.Registry, string) {
	t.Helper()
	reg := fakeregistry.New(records)
	reg.Behave(fakeregistry.Rules{Header: header})
	srv := httptest.NewServer(reg)
	t.Cleanup(srv.Close)
	return reg, srv.URL
}

func add(t *testing.T, c *catalog.Catalog, r catalog.Registry) string {
	t.Helper()
	r, err := c.Check(t.Context(), r)
	if err != nil {
		t.Fatal(err)
	}
	if err := c.AddRegistry(t.Context(), r); err != nil {
		t.Fatal(err)
	}
	return r.ID
}

func TestPrivateRegistries(t *testing.T) {
	b := newBench(t, made(5))
	_, one := private(t, []fakeregistry.Record{fakeregistry.Make("com.corp/wiki", "1.0.0", true)}, map[string]string{"Authorization": "Bearer one"})
	two, second := private(t, []fakeregistry.Record{fakeregistry.Make("com.corp/wiki", "2.0.0", true), fakeregistry.Make("com.other/tool", "1.0.0", true)}, map[string]string{"X-Key": "two"})
	keys := map[string]http.Header{}
	c := catalog.New(b.store, catalog.Options{
		Now: func() time.Time { return b.clock }, Origins: origins(b.url),
		Sleep:   func(ctx context.Context, _ time.Duration) error { return ctx.Err() },
		Headers: func(source string) (http.Header, error) { return keys[source], nil },
	})
	first := add(t, c, catalog.Registry{URL: one + "/v0.1/servers", Name: "Corp", Badge: "Work", Headers: []string{"Authorization"}})
	other := add(t, c, catalog.Registry{URL: second, Name: "CORP!", Headers: []string{"x-key"}})
	if first != "reg-corp" || other == first || !strings.HasPrefix(other, "reg-corp-") || len(other) > 20 {
		t.Fatalf("ids %s and %s", first, other)
	}
	if _, err := c.Check(t.Context(), catalog.Registry{URL: one, Name: "Again"}); model.Code(err) != "registry_there" {
		t.Errorf("the same address twice: %v", err)
	}
	if _, err := c.Sync(t.Context(), first, job.Silent); model.Code(err) != "source_key" {
		t.Errorf("without its key: %v", err)
	}
	keys[first], keys[other] = http.Header{"Authorization": {"Bearer one"}}, http.Header{"X-Key": {"two"}}
	if _, err := c.Sync(t.Context(), "", job.Silent); err != nil {
		t.Fatal(err)
	}
	for id, n := range map[string]int{first: 1, other: 2, "official": 5} {
		if s := source(t, c, id); s.Listings != n || s.Error != "" {
			t.Errorf("%s: %+v", id, s)
		}
	}
	if s := source(t, c, first); s.Kind != catalog.Private || s.Name != "Corp" || s.Badge != "Work" || !s.Allowed || s.Managed {
		t.Errorf("%+v", s)
	}
	// What changes is read from it too.
	b.clock = b.clock.Add(time.Hour)
	two.Publish("com.other/new", "1.0.0", b.clock)
	if res, err := c.Sync(t.Context(), other, job.Silent); err != nil || !res[0].Changes || res[0].Kept != 1 {
		t.Errorf("%+v, %v", res, err)
	}
	// Each goes without the other.
	if err := c.Remove(t.Context(), other); err != nil {
		t.Fatal(err)
	}
	if l, err := c.Show(t.Context(), "com.corp/wiki"); err != nil || l.Version != "1.0.0" || !slices.Equal(l.Sources, []string{first}) {
		t.Errorf("%s of %v, %v", l.Version, l.Sources, err)
	}
	if _, err := c.Show(t.Context(), "com.other/tool"); model.Code(err) != "listing_unknown" {
		t.Errorf("got %v", err)
	}
	if err := c.Remove(t.Context(), "official"); model.Code(err) != "source_stays" {
		t.Errorf("got %v", err)
	}
}

func TestWhatNoRegistryCanBe(t *testing.T) {
	b := newBench(t, nil)
	for name, c := range map[string]struct {
		registry catalog.Registry
		want     string
	}{
		"plain http":             {catalog.Registry{URL: "http://registry.example.com"}, "source_insecure"},
		"plain http inside":      {catalog.Registry{URL: "http://10.0.0.1"}, "source_insecure"},
		"a file":                 {catalog.Registry{URL: "file:///etc/passwd"}, "source_insecure"},
		"no address":             {catalog.Registry{URL: "registry"}, "source_insecure"},
		"a key in the address":   {catalog.Registry{URL: "https://a:b@registry.example.com"}, "source_insecure"},
		"no certificate":         {catalog.Registry{URL: "https://registry.example.com", CA: "hello"}, "source_certificate"},
		"the connection's own":   {catalog.Registry{URL: "https://registry.example.com", Headers: []string{"host"}}, "header_invalid"},
		"no header":              {catalog.Registry{URL: "https://registry.example.com", Headers: []string{"X: y\r\nZ"}}, "header_invalid"},
		"inside, over https":     {catalog.Registry{URL: "https://10.0.0.1/mcp"}, ""},
		"this computer":          {catalog.Registry{URL: "http://localhost:9"}, ""},
		"a name in other script": {catalog.Registry{URL: "https://registry.example.com", Name: "会社"}, ""},
	} {
		r, err := b.Check(t.Context(), c.registry)
		if model.Code(err) != c.want {
			t.Errorf("%s: %v", name, err)
		}
		if err == nil && (len(r.ID) > 20 || !strings.HasPrefix(r.ID, "reg-") || strings.HasSuffix(r.ID, "-")) {
			t.Errorf("%s: id %q", name, r.ID)
		}
	}
}

func TestTryKeepsNothing(t *testing.T) {
	b := newBench(t, nil)
	reg, url := private(t, made(150), map[string]string{"Authorization": "Bearer k"})
	r := catalog.Registry{URL: url, Headers: []string{"Authorization"}}
	if got, err := b.Try(t.Context(), r, http.Header{"Authorization": {"Bearer k"}}); err != nil || got.Servers != 100 || !got.More {
		t.Errorf("%+v, %v", got, err)
	}
	if _, err := b.Try(t.Context(), r, http.Header{"Authorization": {"Bearer other"}}); model.Code(err) != "source_key" {
		t.Errorf("got %v", err)
	}
	reg.Fail(fakeregistry.Fault{Kind: fakeregistry.HTML})
	if _, err := b.Try(t.Context(), r, http.Header{"Authorization": {"Bearer k"}}); model.Code(err) != "source_garbage" {
		t.Errorf("got %v", err)
	}
	have, err := b.store.Sources(t.Context())
	if err != nil || len(have) != 0 {
		t.Errorf("%+v, %v", have, err)
	}
}

// One source is slow, one lies, one floods, one is dead: the others are read,
// each failure is said, and nothing that was known is lost.
func TestBadSourcesLeaveTheOthersAlone(t *testing.T) {
	b := newBench(t, made(250))
	held := make(chan struct{})
	bad := map[string]http.HandlerFunc{
		"slow": func(_ http.ResponseWriter, q *http.Request) {
			select {
			case <-held:
			case <-q.Context().Done():
			}
		},
		"other": func(w http.ResponseWriter, _ *http.Request) { io.WriteString(w, `{"message":"hello"}`) },
		"types": func(w http.ResponseWriter, _ *http.Request) {
			io.WriteString(w, `{"servers":[1,"x",null,[],{"server":7},{"server":{"name":["a/b"]}}],"metadata":{}}`)
		},
		"deep": func(w http.ResponseWriter, _ *http.Request) {
			io.WriteString(w, `{"servers":`+strings.Repeat("[", 5000)+strings.Repeat("]", 5000)+`}`)
		},
		"many": func(w http.ResponseWriter, _ *http.Request) {
			io.WriteString(w, `{"servers":[{"server":{"name":"a/b"}}`+strings.Repeat(`,{"server":{"name":"a/b"}}`, 5000)+`]}`)
		},
		"cursor": func(w http.ResponseWriter, q *http.Request) {
			fmt.Fprintf(w, `{"servers":[{"server":{"name":"a/b%d","description":"x"}}],"metadata":{"nextCursor":%q}}`, time.Now().UnixNano(), strings.Repeat("c", 5000))
		},
		"circle": func(w http.ResponseWriter, q *http.Request) {
			next := map[string]string{"": "one", "one": "two", "two": "one"}[q.URL.Query().Get("cursor")]
			fmt.Fprintf(w, `{"servers":[{"server":{"name":"a/b","version":"1"}}],"metadata":{"nextCursor":%q}}`, next)
		},
		"away": func(w http.ResponseWriter, q *http.Request) {
			http.Redirect(w, q, "http://169.254.169.254/latest/meta-data", http.StatusFound)
		},
	}
	want := map[string]string{
		"other": "source_garbage", "types": "source_garbage", "deep": "source_garbage", "many": "source_garbage",
		"cursor": "source_garbage", "circle": "source_loops", "away": "source_insecure",
	}
	c := catalog.New(b.store, catalog.Options{
		Now: func() time.Time { return b.clock }, Origins: origins(b.url), Patience: time.Millisecond,
		Sleep: func(ctx context.Context, _ time.Duration) error { return ctx.Err() },
	})
	for name, h := range bad {
		for i := range 4 { // more slow ones than are read at the same time
			if name != "slow" && i > 0 {
				break
			}
			srv := httptest.NewServer(h)
			t.Cleanup(func() { srv.CloseClientConnections(); srv.Close() })
			add(t, c, catalog.Registry{URL: srv.URL, Name: fmt.Sprintf("%s %d", name, i)})
		}
	}
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		c.Sync(ctx, "", job.Silent)
	}()
	settled := func() bool {
		if source(t, c, "official").Synced == nil {
			return false
		}
		for name := range want {
			if source(t, c, "reg-"+name+"-0").Error == "" {
				return false
			}
		}
		return true
	}
	for !settled() {
		select {
		case <-t.Context().Done():
			t.Fatal("the slow ones hold the others up")
		case <-ended:
			t.Fatal("it ended before the slow ones did")
		default:
		}
	}
	stop()
	<-ended
	close(held)
	for name, code := range want {
		if s := source(t, c, "reg-"+name+"-0"); s.Error != code || s.Listings != 0 {
			t.Errorf("%s: %+v, want %s", name, s, code)
		}
	}
	if s := source(t, c, "official"); s.Listings != 250 || s.Error != "" {
		t.Errorf("official: %+v", s)
	}
	if err := b.store.Reindex(t.Context()); err != nil { // stopping may have cut it off
		t.Fatal(err)
	}
	if n := total(t, c, catalog.Query{Source: "official"}); n != 250 {
		t.Errorf("%d listings", n)
	}
}

// No key stands in the database, in a state or in an error.
func TestKeysAreNowhere(t *testing.T) {
	b := newBench(t, nil)
	_, url := private(t, made(3), map[string]string{"Authorization": "Bearer right"})
	c := catalog.New(b.store, catalog.Options{
		Sleep:   func(ctx context.Context, _ time.Duration) error { return ctx.Err() },
		Headers: func(string) (http.Header, error) { return http.Header{"Authorization": {"Bearer s3cret"}}, nil },
	})
	id := add(t, c, catalog.Registry{URL: url, Name: "Corp", Headers: []string{"Authorization"}})
	res, err := c.Sync(t.Context(), id, job.Silent)
	if model.Code(err) != "source_key" {
		t.Fatal(err)
	}
	states, serr := c.Status(t.Context())
	text, jerr := json.Marshal([]any{res, states})
	if serr != nil || jerr != nil || strings.Contains(string(text)+fmt.Sprintf("%+v %v", res, err), "s3cret") {
		t.Errorf("%s %v", text, err)
	}
	saved, err := b.store.Setting(t.Context(), "registries")
	if err != nil || saved == "" || strings.Contains(saved, "s3cret") {
		t.Errorf("%q, %v", saved, err)
	}
}

func TestOldSourcesAreDueByTheirOwnAge(t *testing.T) {
	b := newBench(t, made(3))
	asked := func(r []catalog.SyncResult) (ids []string) {
		for _, one := range r {
			ids = append(ids, one.Source)
		}
		return ids
	}
	all := func(catalog.SourceState) bool { return true }
	if res, err := b.SyncOld(t.Context(), all, job.Silent); err != nil || !slices.Contains(asked(res), "official") || slices.Contains(asked(res), "starter") || slices.Contains(asked(res), "smithery") {
		t.Fatalf("%v, %v", asked(res), err)
	}
	b.clock = b.clock.Add(5 * time.Hour)
	if res, err := b.SyncOld(t.Context(), all, job.Silent); err != nil || slices.Contains(asked(res), "official") {
		t.Fatalf("five hours later %v, %v", asked(res), err)
	}
	b.clock = b.clock.Add(3 * time.Hour)
	if res, err := b.SyncOld(t.Context(), all, job.Silent); err != nil || !slices.Contains(asked(res), "official") {
		t.Fatalf("eight hours later %v, %v", asked(res), err)
	}
}
