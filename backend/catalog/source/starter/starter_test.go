package starter

import (
	"encoding/json"
	"strings"
	"testing"
)

// The catalogue that is shipped keeps to its own rules.
func TestShipped(t *testing.T) {
	listings, err := Listings()
	if err != nil {
		t.Fatal(err)
	}
	if len(listings) == 0 {
		t.Fatal("empty")
	}
	for _, l := range listings {
		if l.ID != "starter/"+l.Name || l.Status != "active" || l.Version != l.Packages[0].Version {
			t.Errorf("%+v", l)
		}
	}
}

func TestWhatIsRefused(t *testing.T) {
	good := func() map[string]any {
		return map[string]any{
			"key": "notes", "title": "Notes", "benefit": "Keeps your notes.", "category": "files", "publisher": "Acme",
			"repository": "https://example.org/notes", "website": "", "needs": "nothing", "sample": "What did I note?", "caution": "",
			"featured": 0, "tools": []any{}, "packages": []any{map[string]any{"type": "npm", "identifier": "notes", "version": "1.0.0"}},
		}
	}
	read := func(entries ...map[string]any) error {
		b, err := json.Marshal(entries)
		if err != nil {
			t.Fatal(err)
		}
		_, err = Read(b)
		return err
	}
	if err := read(good()); err != nil {
		t.Fatalf("a good entry: %v", err)
	}
	for name, c := range map[string]struct {
		field string
		value any
	}{
		"unknown field":         {"titel", "Notes"},
		"key with a space":      {"key", "my notes"},
		"key with capitals":     {"key", "Notes"},
		"no title":              {"title", ""},
		"title of two lines":    {"title", "No\ntes"},
		"hidden character":      {"title", "No\u200btes"},
		"long benefit":          {"benefit", strings.Repeat("x", 161)},
		"category nobody knows": {"category", "notes"},
		"no publisher":          {"publisher", ""},
		"needs nobody knows":    {"needs", "oauth"},
		"http repository":       {"repository", "http://example.org"},
		"website no address":    {"website", "example.org"},
		"no package":            {"packages", []any{}},
		"package type":          {"packages", []any{map[string]any{"type": "zip", "identifier": "x"}}},
		"package option":        {"packages", []any{map[string]any{"type": "npm", "identifier": "--x"}}},
		"package field":         {"packages", []any{map[string]any{"type": "npm", "identifier": "x", "env": 1}}},
		"insecure remote":       {"packages", []any{map[string]any{"type": "remote", "url": "http://example.org"}}},
		"tool without name":     {"tools", []any{map[string]any{"description": "x"}}},
		"negative place":        {"featured", -1},
	} {
		t.Run(name, func(t *testing.T) {
			e := good()
			e[c.field] = c.value
			if err := read(e); err == nil {
				t.Error("accepted")
			}
		})
	}
	if err := read(good(), good()); err == nil {
		t.Error("the same key twice is accepted")
	}
	a, b := good(), good()
	b["key"], a["featured"], b["featured"] = "other", 3, 3
	if err := read(a, b); err == nil {
		t.Error("the same place twice is accepted")
	}
	if _, err := Read([]byte("[] []")); err == nil {
		t.Error("two lists are accepted")
	}
}
