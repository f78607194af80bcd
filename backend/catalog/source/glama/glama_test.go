package glama

import (
	"context"
	"encoding/json"
	"strings"
	"testing"

	"toolbay/backend/model"
)

const notes = `{"id":"x1","name":"Notes","namespace":"acme","slug":"notes","description":"Keeps notes","attributes":["hosting:local","author:official"],
 "repository":{"url":"https://github.com/acme/notes"},"spdxLicense":{"name":"MIT License","url":"https://spdx.org/licenses/MIT.json"},
 "environmentVariablesJsonSchema":{"required":["KEY"],"properties":{"KEY":{"type":"string"}}},"tools":[{"name":"read","description":"Reads"}],"url":"https://glama.ai/mcp/servers/x1"}`

type web map[string]string

func (w web) Get(_ context.Context, address string, _ int64) ([]byte, error) {
	if body, ok := w[address]; ok {
		return []byte(body), nil
	}
	return nil, model.Fail("source_refused", nil, "address", address)
}

func TestPages(t *testing.T) {
	w := web{
		"https://glama.ai/api/mcp/v1/servers?first=100":            `{"servers":[` + notes + `,17,{"namespace":"a/b"}],"pageInfo":{"hasNextPage":true,"endCursor":"a="}}`,
		"https://glama.ai/api/mcp/v1/servers?first=100&after=a%3D": `{"servers":[],"pageInfo":{"hasNextPage":false,"endCursor":"b"}}`,
	}
	r := Plugin.Open("")
	p, err := r.Page(t.Context(), w, "")
	if err != nil || len(p.Entries) != 3 || p.Next != "a=" || p.Entries[1].Err == nil || p.Entries[2].Err == nil {
		t.Fatalf("%+v, %v", p, err)
	}
	l := p.Entries[0].Listing
	if l.ID != "glama/acme-notes" || l.License != "MIT" || !l.Vendor || l.Needs != model.NeedsKey || l.Repository != "https://github.com/acme/notes" || l.Tools[0].Name != "read" || len(l.Packages) != 0 {
		t.Errorf("%+v", l)
	}
	if p, err = r.Page(t.Context(), w, p.Next); err != nil || p.Next != "" {
		t.Errorf("%+v, %v", p, err)
	}
	if !Plugin.Off || !Plugin.Key {
		t.Error("it wants a key")
	}
}

func TestWhatIsNoPage(t *testing.T) {
	for name, body := range map[string]string{
		"nothing": "", "an error": `{"error":"no key"}`, "a list": "[]", "servers no list": `{"servers":{}}`,
		"too many": `{"servers":[` + strings.Repeat("1,", maxRecords) + `1]}`, "long cursor": `{"servers":[],"pageInfo":{"hasNextPage":true,"endCursor":"` + strings.Repeat("x", 2000) + `"}}`,
	} {
		if _, err := Entries([]byte(body)); model.Code(err) != "source_garbage" {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func FuzzRead(f *testing.F) {
	f.Add([]byte(notes))
	f.Fuzz(func(t *testing.T, body []byte) {
		e := Read(body)
		if e.Err == nil && !strings.HasPrefix(e.Listing.ID, "glama/") {
			t.Errorf("%+v", e)
		}
		if _, err := json.Marshal(e.Listing); err != nil {
			t.Error(err)
		}
	})
}
