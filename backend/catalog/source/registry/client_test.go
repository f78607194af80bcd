package registry

import (
	"context"
	"strings"
	"testing"
	"time"

	"toolbay/backend/model"
)

func TestAt(t *testing.T) {
	for name, c := range map[string]struct{ address, origin, base string }{
		"a host":                      {"https://mcp.example.com", "https://mcp.example.com", ""},
		"with a slash":                {"https://mcp.example.com/", "https://mcp.example.com", ""},
		"with its version":            {"https://mcp.example.com/v0.1", "https://mcp.example.com", "/v0.1"},
		"the version before":          {"https://mcp.example.com/v0/servers", "https://mcp.example.com", "/v0"},
		"the address of its list":     {"https://MCP.example.com/v0.1/servers/", "https://mcp.example.com", "/v0.1"},
		"in a folder":                 {"https://example.com/mcp-registry/v0/servers", "https://example.com/mcp-registry", "/v0"},
		"with a port":                 {" https://mcp.example.com:8443/x ", "https://mcp.example.com:8443/x", ""},
		"with a name":                 {"https://user:key@mcp.example.com", "", ""},
		"with a key behind it":        {"https://mcp.example.com/v0.1?key=abc", "", ""},
		"no host":                     {"https:///v0.1", "", ""},
		"no address":                  {"mcp.example.com", "", ""},
		"a version that is not one":   {"https://mcp.example.com/v0.x", "https://mcp.example.com/v0.x", ""},
		"a folder that begins with v": {"https://mcp.example.com/v0.12/more", "https://mcp.example.com/v0.12/more", ""},
	} {
		got, err := At(c.address)
		if c.origin == "" {
			if model.Code(err) != "source_insecure" || strings.Contains(err.Error(), "key") {
				t.Errorf("%s: %+v, %v", name, got, err)
			}
			continue
		}
		if err != nil || got.Origin != c.origin || got.Base != c.base {
			t.Errorf("%s: %+v, %v", name, got, err)
		}
	}
}

// web remembers what it was asked and answers the same every time.
type web struct {
	asked []string
	body  string
}

func (w *web) Get(_ context.Context, address string, _ int64) ([]byte, error) {
	w.asked = append(w.asked, address)
	return []byte(w.body), nil
}

func TestAddresses(t *testing.T) {
	w := &web{body: `{"servers":[],"metadata":{}}`}
	c := Client{Reader{Origin: "https://example.com/mcp", Query: "visibility=public"}}
	if _, err := c.Page(t.Context(), w, "a/b:1"); err != nil {
		t.Fatal(err)
	}
	since := time.Date(2026, 1, 2, 3, 4, 5, 0, time.FixedZone("", 3600))
	if _, err := c.ChangedSince(t.Context(), w, since, ""); err != nil {
		t.Fatal(err)
	}
	if _, err := c.Versions(t.Context(), w, "com.example/a b"); err != nil {
		t.Fatal(err)
	}
	want := []string{
		"https://example.com/mcp/v0.1/servers?limit=100&version=latest&visibility=public&cursor=a%2Fb%3A1",
		"https://example.com/mcp/v0.1/servers?limit=100&updated_since=2026-01-02T02%3A04%3A05Z&visibility=public",
		"https://example.com/mcp/v0.1/servers/com.example%2Fa%20b/versions?include_deleted=true",
	}
	for i := range want {
		if w.asked[i] != want[i] {
			t.Errorf("asked %s, want %s", w.asked[i], want[i])
		}
	}
}

// A server that answers with another server's versions does not get them in.
func TestVersionsOfAnotherServer(t *testing.T) {
	w := &web{body: `{"servers":[{"server":{"name":"a/b","version":"1"}},{"server":{"name":"c/d","version":"9"}}],"metadata":{}}`}
	got, err := Client{}.Versions(t.Context(), w, "a/b")
	if err != nil || len(got) != 2 || got[0].Err != nil || got[1].Err == nil || got[1].Listing.ID != "" {
		t.Errorf("%+v, %v", got, err)
	}
}
