package catalog_test

import (
	"os"
	"path/filepath"
	"testing"

	"toolbay/backend/catalog"
	"toolbay/backend/model"
)

func policy(t *testing.T, text string) *catalog.Policy {
	t.Helper()
	at := filepath.Join(t.TempDir(), "policy.json")
	if err := os.WriteFile(at, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return catalog.ReadPolicy(at, "")
}

func TestBrokenPolicies(t *testing.T) {
	for name, text := range map[string]string{
		"nothing":               "",
		"no JSON":               "sources: [official]",
		"two of them":           `{"format":1}{"format":1}`,
		"another format":        `{"format":2}`,
		"no format":             `{}`,
		"a field written wrong": `{"format":1,"namespases":["a/*"]}`,
		"a wrong type":          `{"format":1,"sources":"official"}`,
		"a bad pattern":         `{"format":1,"namespaces":["a/["]}`,
		"an empty pattern":      `{"format":1,"namespaces":[""]}`,
		"a pin without version": `{"format":1,"require":{"a/b":{"type":"npm","identifier":"x"}}}`,
		"a pin to the latest":   `{"format":1,"require":{"a/b":{"type":"npm","identifier":"x","version":"latest"}}}`,
		"a registry over http":  `{"format":1,"registries":[{"url":"http://corp.example"}]}`,
		"a missing certificate": `{"format":1,"registries":[{"url":"https://corp.example","ca":"nowhere.pem"}]}`,
		"a key in it":           `{"format":1,"registries":[{"url":"https://corp.example","key":"x"}]}`,
	} {
		p := policy(t, text)
		if model.Code(p.Broken()) != "policy_broken" || model.Code(p.Source("official")) != "policy_broken" ||
			model.Code(p.Install(nil, model.Package{Type: "npm", Identifier: "x", Version: "1"})) != "policy_broken" {
			t.Errorf("%s: %v", name, p.Broken())
		}
		if p.Source("starter") != nil {
			t.Errorf("%s: what comes with Toolbay is not allowed", name)
		}
	}
}

func TestWhichPolicyCounts(t *testing.T) {
	dir := t.TempDir()
	system, own, missing := filepath.Join(dir, "system.json"), filepath.Join(dir, "own.json"), filepath.Join(dir, "missing.json")
	for at, text := range map[string]string{system: `{"format":1,"sources":["official"]}`, own: `{"format":1}`} {
		if err := os.WriteFile(at, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for name, c := range map[string]struct {
		place, other string
		set, docker  bool
	}{
		"none":                        {missing, "", false, true},
		"the administrator's":         {system, "", true, false},
		"the administrator's wins":    {system, own, true, false},
		"one's own without the other": {missing, own, true, true},
		"one's own that is missing":   {missing, missing, true, false},
	} {
		p := catalog.ReadPolicy(c.place, c.other)
		if p.Set() != c.set || p.Allows("docker") != c.docker {
			t.Errorf("%s: set %v, docker %v", name, p.Set(), p.Allows("docker"))
		}
	}
}

func TestWhatAPolicyAllows(t *testing.T) {
	p := policy(t, `{"format":1,"sources":["official","file"],"namespaces":["com.corp/*","io.github.acme/*"],
		"registries":[{"url":"https://mcp.corp.example/v0.1","name":"Corp"}],
		"require":{"io.github.acme/notes":{"type":"npm","identifier":"notes-mcp","version":"1.2.3"}}}`)
	if err := p.Broken(); err != nil {
		t.Fatal(err)
	}
	for id, want := range map[string]bool{"official": true, "reg-corp": true, "file:a.json": true, "docker": false, "starter": false, "reg-other": false} {
		if p.Allows(id) != want {
			t.Errorf("%s: %v", id, !want)
		}
	}
	npm := func(name, version string) model.Package {
		return model.Package{Type: "npm", Identifier: name, Version: version}
	}
	record := func(source, id string, packages ...model.Package) model.Record {
		return model.Record{Source: source, Listing: model.Listing{ID: id, Packages: packages}}
	}
	for name, c := range map[string]struct {
		records []model.Record
		pack    model.Package
		want    string
	}{
		"an allowed one":                {[]model.Record{record("official", "com.corp/wiki", npm("wiki", "1"))}, npm("wiki", "1"), ""},
		"the policy's own registry":     {[]model.Record{record("reg-corp", "com.corp/wiki", npm("wiki", "1"))}, npm("wiki", "1"), ""},
		"another name":                  {[]model.Record{record("official", "io.github.evil/wiki", npm("wiki", "1"))}, npm("wiki", "1"), "policy_namespace"},
		"a name that only begins so":    {[]model.Record{record("official", "com.corp.evil/wiki", npm("wiki", "1"))}, npm("wiki", "1"), "policy_namespace"},
		"another source":                {[]model.Record{record("mcpm", "com.corp/wiki", npm("wiki", "1"))}, npm("wiki", "1"), "policy_source"},
		"no listing":                    {nil, npm("wiki", "1"), "policy_namespace"},
		"a package another record adds": {[]model.Record{record("official", "com.corp/wiki", npm("wiki", "1")), record("official", "io.github.evil/wiki", npm("evil", "1"))}, npm("evil", "1"), "policy_namespace"},
		"the pinned version":            {[]model.Record{record("official", "io.github.acme/notes", npm("notes-mcp", "2.0.0"))}, npm("notes-mcp", "1.2.3"), ""},
		"another version":               {[]model.Record{record("official", "io.github.acme/notes", npm("notes-mcp", "2.0.0"))}, npm("notes-mcp", "2.0.0"), "policy_version"},
		"another package of it":         {[]model.Record{record("official", "io.github.acme/notes", npm("notes-two", "1.2.3"))}, npm("notes-two", "1.2.3"), "policy_version"},
		"the pinned one by a new name":  {[]model.Record{record("official", "com.corp/copy", npm("notes-mcp", "9.9.9"))}, npm("notes-mcp", "9.9.9"), "policy_version"},
		"capital letters":               {[]model.Record{record("official", "IO.github.Acme/Notes", npm("notes-mcp", "2.0.0"))}, npm("notes-mcp", "2.0.0"), "policy_version"},
	} {
		if err := p.Install(c.records, c.pack); model.Code(err) != c.want {
			t.Errorf("%s: %v, want %s", name, err, c.want)
		}
	}
}

// TestAnImportOpensNoNamespace has packages that whoever wrote an imported file
// called by an allowed name.
func TestAnImportOpensNoNamespace(t *testing.T) {
	names := policy(t, `{"format":1,"namespaces":["com.corp/*"],"registries":[{"url":"https://corp.example","name":"Corp"}]}`)
	file := policy(t, `{"format":1,"namespaces":["com.corp/*"],"sources":["file"]}`)
	own := policy(t, `{"format":1,"namespaces":["com.corp/*"],"sources":["reg-own"]}`)
	left := model.Package{Type: "npm", Identifier: "left-pad", Version: "1"}
	for _, c := range []struct {
		name, source string
		policy       *catalog.Policy
		want         string
	}{
		{"the official registry", "official", names, ""},
		{"the policy's registry", "reg-corp", names, ""},
		{"a file", "file:evil.json", names, "policy_namespace"},
		{"a file of an older version", "file", names, "policy_namespace"},
		{"a registry of the user's", "reg-own", names, "policy_namespace"},
		{"a file where files are named", "file:evil.json", file, ""},
		{"a registry where it is named", "reg-own", own, ""},
		{"a file where a registry is named", "file:evil.json", own, "policy_source"},
	} {
		records := []model.Record{{Source: c.source, Listing: model.Listing{ID: "com.corp/anything", Packages: []model.Package{left}}}}
		if err := c.policy.Install(records, left); model.Code(err) != c.want {
			t.Errorf("%s: %v, want %q", c.name, err, c.want)
		}
	}
}
