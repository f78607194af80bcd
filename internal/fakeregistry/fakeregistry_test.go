package fakeregistry_test

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"toolbay/internal/fakeregistry"
)

func start(t *testing.T) (*fakeregistry.Registry, string) {
	t.Helper()
	records := []fakeregistry.Record{
		fakeregistry.Make("com.b/two", "1.2.0", true), fakeregistry.Make("com.b/two", "1.10.0", false),
		fakeregistry.Make("com.a/one", "1.0.0", true), fakeregistry.Make("com.c/Three", "1.0.0", true),
		fakeregistry.Make("com.d/gone", "1.0.0", true),
	}
	records[4].Status = "deleted"
	records[3].Updated = time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	reg := fakeregistry.New(records)
	srv := httptest.NewServer(reg)
	t.Cleanup(srv.Close)
	return reg, srv.URL
}

func get(t *testing.T, address string) (status int, body string) {
	t.Helper()
	res, err := http.Get(address)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	b, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	return res.StatusCode, string(b)
}

func TestLists(t *testing.T) {
	_, base := start(t)
	for query, want := range map[string]string{
		"":                                   "one@1.0.0 two@1.10.0 two@1.2.0 Three@1.0.0 next=",
		"limit=2":                            "one@1.0.0 two@1.10.0 next=com.b/two:1.10.0",
		"limit=2&cursor=com.b/two:1.10.0":    "two@1.2.0 Three@1.0.0 next=com.c/Three:1.0.0",
		"limit=2&cursor=com.c/Three:1.0.0":   "next=",
		"version=latest":                     "one@1.0.0 two@1.2.0 Three@1.0.0 next=",
		"version=1.10.0":                     "two@1.10.0 next=",
		"search=TWO&version=latest":          "two@1.2.0 next=",
		"search=+++":                         "one@1.0.0 two@1.10.0 two@1.2.0 Three@1.0.0 next=",
		"include_deleted=true&search=gone":   "gone@1.0.0 next=",
		"updated_since=2025-12-31T00:00:00Z": "Three@1.0.0 next=",
		"updated_since=2026-01-01T00:00:00Z": "next=",
		"limit=0":                            "422",
		"limit=101":                          "422",
		"limit=x":                            "422",
		"search=tw":                          "422",
		"updated_since=yesterday":            "400",
		"cursor=nonsense":                    "400",
		"search=a%00bc":                      "400",
		"updated_since=2025-12-31T00:00:00Z&include_deleted=false": "400",
		"q=ignored&limit=1": "one@1.0.0 next=com.a/one:1.0.0",
	} {
		t.Run(query, func(t *testing.T) {
			status, body := get(t, base+"/v0.1/servers?"+query)
			got := fmt.Sprint(status)
			if status == http.StatusOK {
				var page struct {
					Servers []struct {
						Server struct{ Name, Version string }
					}
					Metadata struct {
						NextCursor string
						Count      int
					}
				}
				if err := json.Unmarshal([]byte(body), &page); err != nil {
					t.Fatal(err)
				}
				got = ""
				for _, s := range page.Servers {
					got += s.Server.Name[strings.Index(s.Server.Name, "/")+1:] + "@" + s.Server.Version + " "
				}
				got += "next=" + page.Metadata.NextCursor
				if page.Metadata.Count != len(page.Servers) {
					t.Errorf("count %d", page.Metadata.Count)
				}
			}
			if got != want {
				t.Errorf("got %s, want %s", got, want)
			}
		})
	}
}

func TestOneServer(t *testing.T) {
	_, base := start(t)
	name := url.PathEscape("com.b/two")
	for path, want := range map[string]string{
		"/v0.1/servers/" + name + "/versions":        `"count":2`,
		"/v0.1/servers/" + name + "/versions/latest": `"version":"1.2.0"`,
		"/v0.1/servers/" + name + "/versions/1.10.0": `"version":"1.10.0"`,
		"/v0.1/servers/" + name + "/versions/9":      `"status":404`,
		"/v0.1/servers/com.x%2Fy/versions":           `"status":404`,
		"/v0.1/ping":                                 `"pong":true`,
		"/v0.1/ping/":                                `"pong":true`, // 308 first
		"/v0.1/nothing":                              `"status":404`,
	} {
		if _, body := get(t, base+path); !strings.Contains(body, want) {
			t.Errorf("%s: %s, want %s", path, body, want)
		}
	}
}

func TestFaultsOverTheNetwork(t *testing.T) {
	_, base := start(t)
	post := func(query string, want int) {
		t.Helper()
		res, err := http.Post(base+"/fault?"+query, "", nil)
		if err != nil {
			t.Fatal(err)
		}
		res.Body.Close()
		if res.StatusCode != want {
			t.Errorf("%s: %d", query, res.StatusCode)
		}
	}
	status := func() int {
		s, _ := get(t, base+"/v0.1/servers")
		return s
	}
	post("kind=500&after=1&times=2", http.StatusNoContent)
	if got := []int{status(), status(), status(), status()}; fmt.Sprint(got) != "[200 500 500 200]" {
		t.Errorf("answers %v", got)
	}
	post("kind=500", http.StatusNoContent)
	status()
	post("kind=", http.StatusNoContent)
	if s := status(); s != http.StatusOK {
		t.Errorf("the fault did not end: %d", s)
	}
	post("kind=500&after=x", http.StatusBadRequest)
}
