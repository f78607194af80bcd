package anthropic

import (
	"context"
	"encoding/json"
	"testing"

	"toolbay/backend/catalog/recipe"
	"toolbay/backend/model"
)

const notes = `{"server":{"name":"com.acme/notes","title":"acme","description":"","version":"1.0.0","remotes":[{"type":"http","url":"https://{{tenant}}.acme.example/mcp"}]},
 "_meta":{"com.anthropic.api/mcp-registry":{"slug":"notes","displayName":"Acme Notes","oneLiner":"Keeps notes","toolNames":["read","write"],"isAuthless":true,
  "documentation":"https://acme.example/docs","author":{"name":"Acme"},"iconUrl":"https://acme.example/i.png","useCases":["productivity"],
  "requiredFields":[{"field":"tenant","title":"Your tenant","placeholder":"acme-corp"}]}}}`

func TestRead(t *testing.T) {
	e := Read([]byte(notes))
	l := e.Listing
	if e.Err != nil || l.ID != "com.acme/notes" || l.Title != "Acme Notes" || l.Description != "Keeps notes" || l.Publisher != "Acme" || !l.Vendor || len(l.Tools) != 2 ||
		l.Needs != model.NeedsNothing || l.Website != "https://acme.example/docs" || l.Icon == "" || l.Tags[0] != "productivity" {
		t.Errorf("%+v", e)
	}
	p := l.Packages[0]
	if p.Type != "remote" || p.Transport != "streamable-http" || p.URL != "https://{{tenant}}.acme.example/mcp" || p.Variables["tenant"].Description != "Your tenant" || !p.Variables["tenant"].Required {
		t.Errorf("%+v", p)
	}
	if r := recipe.Build(p, map[string]string{"tenant": "acme"}, recipe.Here()); r.URL != "https://acme.acme.example/mcp" || len(r.Missing) > 0 {
		t.Errorf("%+v", r)
	}
	slug := Read([]byte(`{"server":{"name":"Notes","remotes":[{"type":"sse","url":"https://a.example"}]},"_meta":{"com.anthropic.api/mcp-registry":{"slug":"notes","isAuthless":false}}}`))
	if slug.Listing.ID != "anthropic/notes" || slug.Listing.Needs != model.NeedsSignIn {
		t.Errorf("%+v", slug)
	}
}

// web answers one address.
type web map[string]string

func (w web) Get(_ context.Context, address string, _ int64) ([]byte, error) {
	if body, ok := w[address]; ok {
		return []byte(body), nil
	}
	return nil, model.Fail("source_refused", nil, "address", address)
}

func TestPages(t *testing.T) {
	r := Plugin.Open("")
	w := web{
		"https://api.anthropic.com/mcp-registry/v0/servers?limit=100&version=latest&visibility=commercial":            `{"servers":[` + notes + `,17],"metadata":{"nextCursor":"a b"}}`,
		"https://api.anthropic.com/mcp-registry/v0/servers?limit=100&version=latest&visibility=commercial&cursor=a+b": `{"servers":[]}`,
	}
	p, err := r.Page(t.Context(), w, "")
	if err != nil || len(p.Entries) != 2 || p.Entries[1].Err == nil || p.Next != "a b" || p.Entries[0].Listing.Title != "Acme Notes" {
		t.Fatalf("%+v, %v", p, err)
	}
	if p, err = r.Page(t.Context(), w, p.Next); err != nil || len(p.Entries) != 0 || p.Next != "" {
		t.Errorf("%+v, %v", p, err)
	}
}

func FuzzRead(f *testing.F) {
	f.Add([]byte(notes))
	f.Add([]byte(`{"server":{"name":17},"_meta":{"com.anthropic.api/mcp-registry":{"toolNames":{},"requiredFields":[1,{"field":"{"}]}}}`))
	f.Fuzz(func(t *testing.T, body []byte) {
		e := Read(body)
		if e.Err == nil && (e.Listing.ID == "" || e.Listing.Packages == nil) {
			t.Errorf("%+v", e)
		}
		if _, err := json.Marshal(e.Listing); err != nil {
			t.Error(err)
		}
	})
}
