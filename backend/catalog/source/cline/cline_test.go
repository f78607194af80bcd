package cline

import (
	"encoding/json"
	"strings"
	"testing"

	"toolbay/backend/model"
)

const notes = `{"mcpId":"github.com/acme/notes","githubUrl":"https://github.com/acme/tools/tree/main/notes","name":"Notes","author":"acme","description":"Keeps notes",
 "logoUrl":"https://acme.example/i.png","category":"Databases","tags":["notes"],"requiresApiKey":true,"githubStars":12,"downloadCount":3456,"createdAt":"2025-02-17T22:46:47.869Z","updatedAt":"2026-02-17T22:46:47.869Z"}`

func TestMarketplace(t *testing.T) {
	found, err := Marketplace([]byte("[" + notes + `,17,{"mcpId":""},{"mcpId":"a b"}]`))
	if err != nil || len(found) != 4 {
		t.Fatalf("%+v, %v", found, err)
	}
	l := found[0].Listing
	if l.ID != "cline/acme-notes" || l.Repository != "https://github.com/acme/tools" || l.Subfolder != "notes" || l.Category != "databases" || l.Needs != model.NeedsKey ||
		l.Stars != 12 || l.Downloads != 3456 || l.Icon == "" || l.Updated.Year() != 2026 || l.Published.Year() != 2025 || len(l.Packages) != 0 {
		t.Errorf("%+v", l)
	}
	for _, e := range found[1:] {
		if e.Err == nil || len(e.Raw) == 0 {
			t.Errorf("%+v", e)
		}
	}
	for name, body := range map[string]string{"nothing": "", "an object": "{}", "empty": "[]", "deep": strings.Repeat("[", 100_000), "too many": "[" + strings.Repeat("1,", maxServers) + "1]"} {
		if _, err := Marketplace([]byte(body)); model.Code(err) != "source_garbage" {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func FuzzRead(f *testing.F) {
	f.Add([]byte(notes))
	f.Add([]byte(`{"mcpId":17,"tags":{},"githubStars":"-1e9","logoUrl":[]}`))
	f.Fuzz(func(t *testing.T, body []byte) {
		e := Read(body)
		if l := e.Listing; e.Err == nil && (!strings.HasPrefix(l.ID, "cline/") || l.Stars < 0 || l.Downloads < 0) {
			t.Errorf("%+v", e)
		}
		if _, err := json.Marshal(e.Listing); err != nil {
			t.Error(err)
		}
	})
}
