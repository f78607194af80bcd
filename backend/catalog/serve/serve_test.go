package serve_test

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"toolbay/backend/catalog/serve"
	"toolbay/backend/model"
	"toolbay/backend/store"
	"toolbay/internal/galleryclient"
)

// shelf is a catalogue in memory.
type shelf struct {
	mark  int64
	cards []model.Card
}

func (s *shelf) Outlines(_ context.Context, have int64) (int64, []store.Outline, error) {
	if have == s.mark {
		return s.mark, nil, nil
	}
	var out []store.Outline
	for _, c := range s.cards {
		out = append(out, store.Outline{ID: c.ID, Merged: c.Merged, Version: c.Version, Status: c.Status, Updated: c.Updated})
	}
	return s.mark, out, nil
}

func (s *shelf) Find(_ context.Context, text string, limit, offset int) ([]string, bool, error) {
	var ids []string
	for _, c := range s.cards {
		if c.Status != "deleted" && strings.Contains(strings.ToLower(c.Name+" "+c.Title+" "+c.Description), strings.ToLower(text)) {
			ids = append(ids, c.ID)
		}
	}
	ids = ids[min(offset, len(ids)):]
	return ids[:min(limit, len(ids))], len(ids) > limit, nil
}

func (s *shelf) Card(_ context.Context, id string) (model.Card, error) {
	for _, c := range s.cards {
		if strings.EqualFold(c.ID, id) || slices.ContainsFunc(c.Merged, func(m string) bool { return strings.EqualFold(m, id) }) {
			return c, nil
		}
	}
	return model.Card{}, model.Fail("listing_unknown", nil, "id", id)
}

func card(l model.Listing) model.Card {
	if l.Status == "" {
		l.Status = "active"
	}
	return model.Card{Listing: l, Records: []model.Record{{Source: "official", Listing: l}}, Origins: map[string]string{"title": "official"}}
}

// many makes n servers, numbered.
func many(n int) []model.Card {
	var out []model.Card
	for i := range n {
		out = append(out, card(model.Listing{
			ID: fmt.Sprintf("io.github.acme/s%03d", i), Title: fmt.Sprintf("Server %d", i), Description: "Does things", Version: "1.0.0",
			Updated:  time.Date(2026, 1, 1, i, 0, 0, 0, time.UTC),
			Packages: []model.Package{{Type: "npm", Identifier: fmt.Sprintf("s%d", i), Version: "1.0.0", Transport: "stdio"}},
		}))
	}
	return out
}

func open(t *testing.T, s *shelf) string {
	t.Helper()
	if s.mark == 0 {
		s.mark = 1
	}
	srv := httptest.NewServer(&serve.Handler{Catalogue: s, Version: "test"})
	t.Cleanup(srv.Close)
	return srv.URL
}

type answer struct {
	Status   int         `json:"-"`
	Header   http.Header `json:"-"`
	Body     []byte      `json:"-"`
	Servers  []entry
	Metadata struct {
		NextCursor string
		Count      int
	}
	entry
}

type entry struct {
	Server struct{ Name, Version, Description string }
	Meta   struct {
		Ours struct {
			ID      string
			LeftOut []string
			Facts   []model.Fact
			Records []struct{ Source, ID string }
		} `json:"dev.toolbay/catalogue"`
	} `json:"_meta"`
}

func ask(t *testing.T, method, address string, change ...func(*http.Request)) answer {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), method, address, nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range change {
		c(req)
	}
	client := http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	res, err := client.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	a := answer{Status: res.StatusCode, Header: res.Header}
	if a.Body, err = io.ReadAll(res.Body); err != nil {
		t.Fatal(err)
	}
	if len(a.Body) > 0 && strings.HasPrefix(res.Header.Get("Content-Type"), "application/json") {
		if err := json.Unmarshal(a.Body, &a); err != nil {
			t.Fatalf("%s: %v in %s", address, err, a.Body)
		}
	}
	return a
}

func names(a answer) []string {
	out := []string{}
	for _, s := range a.Servers {
		out = append(out, s.Server.Name)
	}
	return out
}

func TestAnswers(t *testing.T) {
	cards := many(5)
	cards[1].Version = "2.0.0"
	cards = append(cards, card(model.Listing{ID: "io.github.acme/gone", Description: "x", Version: "1.0.0", Status: "deleted", Updated: time.Date(2026, 5, 1, 0, 0, 0, 0, time.UTC)}))
	base := open(t, &shelf{cards: cards})
	for _, c := range []struct {
		path   string
		status int
		names  string // of the servers, or of the one
	}{
		{"/v0.1/servers", 200, "s000 s001 s002 s003 s004"},
		{"/v0/servers", 200, "s000 s001 s002 s003 s004"},
		{"/v0.1/servers?version=latest&limit=100", 200, "s000 s001 s002 s003 s004"},
		{"/v0.1/servers?version=2.0.0", 200, "s001"},
		{"/v0.1/servers?search=server%203", 200, "s003"},
		{"/v0.1/servers?search=nothing+like+it", 200, ""},
		{"/v0.1/servers?q=ignored", 200, "s000 s001 s002 s003 s004"},
		{"/v0.1/servers?include_deleted=true", 200, "s000 s001 s002 s003 s004 gone"},
		{"/v0.1/servers?updated_since=2026-01-01T02:00:00Z", 200, "s003 s004 gone"},
		{"/v0.1/servers?limit=0", 422, ""},
		{"/v0.1/servers?limit=101", 422, ""},
		{"/v0.1/servers?limit=ten", 422, ""},
		{"/v0.1/servers?include_deleted=perhaps", 422, ""},
		{"/v0.1/servers?updated_since=yesterday", 400, ""},
		{"/v0.1/servers?updated_since=2026-01-01T02:00:00Z&include_deleted=false", 400, ""},
		{"/v0.1/servers?cursor=%24%24", 400, ""},
		{"/v0.1/servers?cursor=e30x", 400, ""},
		{"/v0.1/servers?search=a%00b", 400, ""},
		{"/v0.1/servers/io.github.acme%2Fs001/versions", 200, "s001"},
		{"/v0.1/servers/io.github.acme%2Fs001/versions/latest", 200, "s001"},
		{"/v0.1/servers/io.github.acme%2Fs001/versions/2.0.0", 200, "s001"},
		{"/v0.1/servers/io.github.acme/s001/versions/latest", 200, "s001"},
		{"/v0.1/servers/IO.GITHUB.acme%2FS001/versions/latest", 200, "s001"},
		{"/v0.1/servers/io.github.acme%2Fs001/versions/1.0.0", 404, ""},
		{"/v0.1/servers/io.github.acme%2Fnone/versions", 404, ""},
		{"/v0.1/servers/io.github.acme%2Fgone/versions/latest", 404, ""},
		{"/v0.1/servers/io.github.acme%2Fgone/versions/latest?include_deleted=true", 200, "gone"},
		{"/v0.1/servers/io.github.acme%2Fs001", 404, ""},
		{"/v0.1/servers/a%00b/versions", 400, ""},
		{"/v0.1/ping", 200, ""},
		{"/v0.1/health", 200, ""},
		{"/v0.1/version", 200, ""},
		{"/v0.1/ping/more", 404, ""},
		{"/v0.1/servers/", 308, ""},
		{"//evil.example/", 308, ""},
		{"/", 404, ""},
		{"/v9/servers", 404, ""},
		{"/v0.1/servers?search=" + strings.Repeat("a", 5000), 414, ""},
	} {
		t.Run(c.path[:min(len(c.path), 80)], func(t *testing.T) {
			a := ask(t, http.MethodGet, base+c.path)
			got := names(a)
			if a.Server.Name != "" {
				got = append(got, a.Server.Name)
			}
			if a.Status != c.status || strings.ReplaceAll(strings.Join(got, " "), "io.github.acme/", "") != c.names {
				t.Errorf("%d %q, want %d %q: %.200s", a.Status, got, c.status, c.names, a.Body)
			}
			if a.Servers != nil && a.Metadata.Count != len(a.Servers) {
				t.Errorf("count %d of %d", a.Metadata.Count, len(a.Servers))
			}
			if a.Status >= 400 {
				var p struct {
					Title, Detail, Error string
					Status               int
				}
				if err := json.Unmarshal(a.Body, &p); err != nil || p.Status != a.Status || p.Title == "" || p.Detail == "" || p.Error == "" || a.Header.Get("Content-Type") != "application/problem+json" {
					t.Errorf("problem %s (%v)", a.Body, err)
				}
			}
			if to := a.Header.Get("Location"); strings.HasPrefix(to, "//") {
				t.Errorf("sent to %s", to)
			}
		})
	}
}

func TestOnlyThisComputer(t *testing.T) {
	base := open(t, &shelf{cards: many(1)})
	for host, status := range map[string]int{
		"": 200, "localhost": 200, "LocalHost:80": 200, "127.0.0.1:1": 200, "[::1]:9": 200, "127.8.8.8": 200, "localhost.": 200,
		"evil.example": 403, "evil.example:8181": 403, "127.0.0.1.evil.example": 403, "192.168.1.2": 403, "0.0.0.0": 403, "localhost.evil.example": 403,
	} {
		a := ask(t, http.MethodGet, base+"/v0.1/servers", func(r *http.Request) {
			if host != "" {
				r.Host = host
			}
		})
		if a.Status != status {
			t.Errorf("asked as %q: %d, want %d", host, a.Status, status)
		}
	}
	for origin, may := range map[string]bool{
		"vscode-file://vscode-app": true, "http://localhost:5173": true, "http://127.0.0.1": true, "https://vscode.dev": true,
		"https://evil.example": false, "null": false, "": false, "http://localhost.evil.example": false, "file://localhost": false,
	} {
		a := ask(t, http.MethodGet, base+"/v0.1/servers", func(r *http.Request) { r.Header.Set("Origin", origin) })
		if got := a.Header.Get("Access-Control-Allow-Origin"); (got != "") != may || got != "" && got != origin {
			t.Errorf("a page of %q: %q", origin, got)
		}
	}
	for method, status := range map[string]int{"POST": 405, "PUT": 405, "DELETE": 405, "PATCH": 405, "OPTIONS": 204, "HEAD": 200} {
		a := ask(t, method, base+"/v0.1/servers")
		if a.Status != status || method == "HEAD" && len(a.Body) > 0 {
			t.Errorf("%s: %d %s", method, a.Status, a.Body)
		}
	}
}

func TestNames(t *testing.T) {
	cards := []model.Card{
		card(model.Listing{ID: "docker/fetch", Title: "Fetch"}),
		card(model.Listing{ID: "docker/time", Title: "Time", Merged: []string{"docker/time", "io.github.acme/time"}, Version: "latest"}),
		card(model.Listing{ID: "mcpm/@acme/odd name!", Description: strings.Repeat("many words ", 30)}),
		card(model.Listing{ID: "mcpm/@acme/odd-name", Version: "^1.2"}),
		card(model.Listing{ID: "mcpm/acme-odd/name"}),
	}
	cards[1].Records = append(cards[1].Records, model.Record{Source: "official", Listing: model.Listing{ID: "io.github.acme/time", Title: "Acme's time", Version: "3.0.0"}})
	cards[0].Facts = []model.Fact{{Code: "curated", State: "yes", Origin: "docker"}, {Code: "started-here", State: "yes", Origin: "here"}}
	base := open(t, &shelf{cards: cards})
	a := ask(t, http.MethodGet, base+"/v0.1/servers")
	want := []string{"dev.toolbay.docker/fetch", "dev.toolbay.docker/time", "dev.toolbay.mcpm/acme-odd-name", "dev.toolbay.mcpm/acme-odd-name-2", "dev.toolbay.mcpm/acme-odd-name-3"}
	if !slices.Equal(names(a), want) {
		t.Errorf("names %q, want %q", names(a), want)
	}
	for _, s := range a.Servers {
		if s.Server.Version != "0.0.0" || s.Server.Description == "" || len([]rune(s.Server.Description)) > 100 {
			t.Errorf("%s: version %q, description %q", s.Server.Name, s.Server.Version, s.Server.Description)
		}
	}
	if f := a.Servers[0].Meta.Ours.Facts; len(f) != 1 || f[0].Code != "curated" {
		t.Errorf("facts %+v: what was seen here is nobody's business", f)
	}
	for asked, got := range map[string]string{
		"dev.toolbay.docker%2Ffetch": "dev.toolbay.docker/fetch", "docker%2Ffetch": "dev.toolbay.docker/fetch",
		"docker%2Ftime": "dev.toolbay.docker/time", "dev.toolbay.docker%2Ftime": "dev.toolbay.docker/time", "Io.GitHub.acme%2Ftime": "io.github.acme/time", "dev.toolbay.mcpm%2Facme-odd-name-3": "dev.toolbay.mcpm/acme-odd-name-3",
	} {
		if a := ask(t, http.MethodGet, base+"/v0.1/servers/"+asked+"/versions/latest"); a.Server.Name != got {
			t.Errorf("%s gives %q, want %q", asked, a.Server.Name, got)
		}
	}
	// Asked by its own name, a record that was merged says its own.
	own := ask(t, http.MethodGet, base+"/v0.1/servers/io.github.acme%2Ftime/versions/3.0.0")
	if own.Server.Version != "3.0.0" || own.Server.Description != "Acme's time" || own.Meta.Ours.ID != "io.github.acme/time" {
		t.Errorf("%+v", own.entry)
	}
}

// TestPagingWhileItChanges: a client that is in the middle of the list sees
// every server of its first page's state once, whatever a sync does meanwhile.
func TestPagingWhileItChanges(t *testing.T) {
	s := &shelf{cards: many(120)}
	base := open(t, s)
	seen, cursor := map[string]int{}, ""
	for n := 0; ; n++ {
		a := ask(t, http.MethodGet, base+"/v0.1/servers?limit=50&cursor="+url.QueryEscape(cursor))
		for _, name := range names(a) {
			seen[name]++
		}
		if cursor = a.Metadata.NextCursor; cursor == "" {
			break
		}
		if len(a.Servers) != 50 || n > 5 {
			t.Fatalf("page %d has %d", n, len(a.Servers))
		}
		s.mark++
		s.cards = append(slices.Clone(many(200)[150:]), s.cards...)
	}
	for i := range 120 {
		if name := fmt.Sprintf("io.github.acme/s%03d", i); seen[name] != 1 {
			t.Errorf("%s was listed %d times", name, seen[name])
		}
	}
	if len(seen) != 120 {
		t.Errorf("%d servers listed", len(seen))
	}
}

// TestGallery pages, searches and reads as VS Code does.
func TestGallery(t *testing.T) {
	base := open(t, &shelf{cards: many(120)})
	g, err := galleryclient.Open(t.Context(), base+"/")
	if err != nil {
		t.Fatal(err)
	}
	for text, want := range map[string]int{"": 120, "server": 120, "Server 11": 11, " server 7 ": 1, "none of them": 0} {
		p, err := g.Query(t.Context(), text)
		found := p.Servers
		for err == nil && p.Cursor != "" {
			p, err = g.Next(t.Context(), p)
			found = append(found, p.Servers...)
		}
		if text == " server 7 " { // 7 and 70 to 79
			want = 11
		}
		if err != nil || len(found) != want {
			t.Errorf("%q finds %d, want %d (%v)", text, len(found), want, err)
		}
		for _, s := range found {
			one, ok, err := g.Get(t.Context(), s.Name)
			if err != nil || !ok || one.Version != s.Version || len(one.Packages) != 1 || one.DisplayName != s.DisplayName {
				t.Fatalf("%s: %+v %v %v", s.Name, one, ok, err)
			}
		}
	}
	if _, ok, err := g.Get(t.Context(), "io.github.acme/none"); ok || err != nil {
		t.Errorf("a server that is not there: %v %v", ok, err)
	}
}
