package dxt

import (
	"encoding/json"
	"strings"
	"testing"
)

const notes = `{"dxt_version":"0.1","name":"notes","display_name":"Notes","version":"1.0.0","description":"Keeps notes","author":{"name":"acme"},"repository":{"type":"git","url":"https://github.com/acme/notes"},
 "keywords":["notes"],"license":"MIT","tools":[{"name":"read","description":"Reads"}],
 "server":{"type":"node","mcp_config":{"command":"npx","args":["-y","@acme/notes","--dir","${user_config.dir}"],"env":{"KEY":"${user_config.KEY}","HOME_DIR":"${user_config.home}"}}},
 "user_config":{"dir":{"type":"directory","title":"Folder","required":true},"KEY":{"type":"string","sensitive":true,"required":true,"default":"left in"},"home":{"type":"file","default":"${HOME}/x"}}}`

func TestRead(t *testing.T) {
	e := Read("servers/Acme Corp/notes/manifest.json", []byte(notes))
	l := e.Listing
	if e.Err != nil || len(e.LeftOut) != 0 || l.ID != "dxt/Acme-Corp.notes" || l.Title != "Notes" || l.Publisher != "acme" || l.Repository != "https://github.com/acme/notes" || l.License != "MIT" || l.Tools[0].Name != "read" {
		t.Fatalf("%+v", e)
	}
	p := l.Packages[0]
	if p.Type != "npm" || p.Identifier != "@acme/notes" || len(p.PackageArguments) != 1 || p.PackageArguments[0].Name != "--dir" || p.PackageArguments[0].Variables["dir"].Format != "folder" ||
		len(p.Environment) != 2 || p.Environment[0].Name != "HOME_DIR" || p.Environment[0].Placeholder != "${HOME}/x" || p.Environment[0].Default != "" ||
		!p.Environment[1].Secret || !p.Environment[1].Required || p.Environment[1].Default != "" {
		t.Errorf("%+v", p)
	}
	for at, want := range map[string]string{
		"": "dxt/notes", "manifest.json": "dxt/notes", "notes2.manifest.json": "dxt/notes2", "a/b/c/manifest.json": "dxt/b.c", "../../x/manifest.json": "dxt/x", `C:\a\b\manifest.json`: "dxt/a.b",
	} {
		if e := Read(at, []byte(notes)); e.Listing.ID != want {
			t.Errorf("%q: %q, %v", at, e.Listing.ID, e.Err)
		}
	}
}

func TestWhatCannotBeStarted(t *testing.T) {
	for name, server := range map[string]string{
		"inside the bundle": `{"mcp_config":{"command":"node","args":["${__dirname}/server.js"]}}`,
		"program in it":     `{"mcp_config":{"command":"${__dirname}/server"}}`,
		"no command":        `{"entry_point":"x"}`,
		"from a repository": `{"mcp_config":{"command":"uvx","args":["--from","git+https://github.com/acme/notes","notes"]}}`,
		"wrong types":       `{"mcp_config":{"command":["x"],"args":{"a":1},"env":17}}`,
	} {
		e := Read("", []byte(`{"manifest_version":"0.3","name":"notes","server":`+server+`}`))
		if e.Err != nil || len(e.LeftOut) != 1 || len(e.Listing.Packages) != 0 {
			t.Errorf("%s: %+v", name, e)
		}
	}
	for name, body := range map[string]string{"a browser's": `{"manifest_version":3,"name":"x"}`, "nothing": "", "no name": `{"dxt_version":"0.1","server":{}}`, "a list": "[]"} {
		if e := Read("", []byte(body)); e.Err == nil || string(e.Raw) != body {
			t.Errorf("%s: %+v", name, e)
		}
	}
}

func FuzzRead(f *testing.F) {
	f.Add("a/b/manifest.json", []byte(notes))
	f.Fuzz(func(t *testing.T, at string, body []byte) {
		e := Read(at, body)
		if e.Err == nil && (!strings.HasPrefix(e.Listing.ID, "dxt/") || strings.Count(e.Listing.ID, "/") != 1 || e.Listing.Packages == nil) {
			t.Errorf("%+v", e)
		}
		if _, err := json.Marshal(e.Listing); err != nil {
			t.Error(err)
		}
	})
}
