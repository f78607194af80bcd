package smithery

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"toolbay/backend/catalog/recipe"
	"toolbay/backend/model"
)

const notes = `{"qualifiedName":"acme/notes","displayName":"Notes","description":"Keeps notes","iconUrl":"https://api.smithery.ai/i","verified":true,"useCount":4321,"remote":true,"createdAt":"2026-02-09T15:49:42.877Z","homepage":"https://acme.example",
 "tools":[{"name":"read","description":"Reads"}],
 "connections":[
  {"type":"http","deploymentUrl":"https://notes--acme.run.tools","configSchema":{"type":"object","required":["tenant","token"],"properties":{
    "tenant":{"type":"string","description":"Your tenant","enum":["a","b"]},"token":{"type":"string","format":"password","x-from":{"header":"X-Token"}},"debug":{"type":"boolean","default":false}}}},
  {"type":"stdio","bundleUrl":"https://acme.example/notes.mcpb"},{"type":"stdio"},{"type":"ws","deploymentUrl":"wss://x"},{"type":"odd"},
  {"type":"http","deploymentUrl":"https://x.example","configSchema":{"required":["a&b"],"properties":{"a&b":{}}}}]}`

func TestRead(t *testing.T) {
	e := Read([]byte(notes))
	l := e.Listing
	if e.Err != nil || l.ID != "smithery/acme-notes" || l.Publisher != "acme" || l.Downloads != 4321 || l.Published.Year() != 2026 || l.Tools[0].Name != "read" || len(l.Packages) != 2 || len(e.LeftOut) != 4 {
		t.Fatalf("%+v", e)
	}
	p := l.Packages[0]
	if p.Type != "remote" || p.URL != "https://notes--acme.run.tools/mcp?tenant={tenant}" || !p.Variables["tenant"].Required || len(p.Variables["tenant"].Choices) != 2 || len(p.Variables) != 1 ||
		len(p.Headers) != 2 || !p.Headers[0].Secret || p.Headers[1].Name != "X-Token" || !p.Headers[1].Secret || !p.Headers[1].Required {
		t.Errorf("%+v", p)
	}
	r := recipe.Build(p, map[string]string{"tenant": "a", "smithery_api_key": "k3y", "X-Token": "t0ken"}, recipe.Here())
	if r.URL != "https://notes--acme.run.tools/mcp?tenant=a" || len(r.Missing) > 0 || len(r.Headers) != 2 || strings.Contains(fmt.Sprint(r), "k3y") || strings.Contains(fmt.Sprint(r), "t0ken") {
		t.Errorf("%+v", r)
	}
	if b := l.Packages[1]; b.Type != "mcpb" || b.Identifier != "https://acme.example/notes.mcpb" {
		t.Errorf("%+v", b)
	}
	old := Read([]byte(`{"qualifiedName":"@acme/notes","remote":true}`)).Listing
	if len(old.Packages) != 1 || old.Packages[0].URL != "https://server.smithery.ai/@acme/notes/mcp" {
		t.Errorf("%+v", old)
	}
	if l := Read([]byte(`{"qualifiedName":"acme/notes","remote":true}`)).Listing; len(l.Packages) != 0 {
		t.Errorf("an address was made up: %+v", l.Packages)
	}
}

type web map[string]string

func (w web) Get(_ context.Context, address string, _ int64) ([]byte, error) {
	if body, ok := w[address]; ok {
		return []byte(body), nil
	}
	return nil, model.Fail("source_refused", nil, "address", address)
}

func TestPages(t *testing.T) {
	w := web{
		"https://api.smithery.ai/servers?page=1&pageSize=100": `{"servers":[` + notes + `,17],"pagination":{"totalPages":2}}`,
		"https://api.smithery.ai/servers?page=2&pageSize=100": `{"servers":[],"pagination":{"totalPages":2}}`,
	}
	r := Plugin.Open("")
	p, err := r.Page(t.Context(), w, "")
	if err != nil || len(p.Entries) != 2 || p.Next != "2" || p.Entries[1].Err == nil {
		t.Fatalf("%+v, %v", p, err)
	}
	if p, err = r.Page(t.Context(), w, p.Next); err != nil || p.Next != "" {
		t.Errorf("%+v, %v", p, err)
	}
	for _, cursor := range []string{"x", "0", "-1", "99999999999999999999"} {
		if _, err := r.Page(t.Context(), w, cursor); model.Code(err) != "source_garbage" {
			t.Errorf("cursor %s: %v", cursor, err)
		}
	}
	for name, body := range map[string]string{"nothing": "", "an error": `{"error":"no key"}`, "a list": "[]", "too many": `{"servers":[` + strings.Repeat("1,", maxRecords) + `1]}`} {
		if _, _, err := Entries([]byte(body)); model.Code(err) != "source_garbage" {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func FuzzRead(f *testing.F) {
	f.Add([]byte(notes))
	f.Add([]byte(`{"qualifiedName":"a/b","connections":{"type":"http","deploymentUrl":"https://x?y","configSchema":[1]}}`))
	f.Fuzz(func(t *testing.T, body []byte) {
		e := Read(body)
		if e.Err == nil && !strings.HasPrefix(e.Listing.ID, "smithery/") {
			t.Errorf("%+v", e)
		}
		for _, p := range e.Listing.Packages {
			if !strings.HasPrefix(p.Identifier, "https://") {
				t.Errorf("%+v", p)
			}
		}
		if _, err := json.Marshal(e.Listing); err != nil {
			t.Error(err)
		}
	})
}
