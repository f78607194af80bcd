package toolhive

import (
	"encoding/json"
	"strings"
	"testing"

	"toolbay/backend/model"
)

const notes = `{"name":"io.github.stacklok/notes","title":"Notes","description":"Keeps notes","version":"1.0.0",
 "repository":{"url":"https://github.com/acme/tools/tree/main/notes"},
 "packages":[{"registryType":"oci","identifier":"ghcr.io/acme/notes:1.0","transport":{"type":"stdio"}}],
 "_meta":{"io.modelcontextprotocol.registry/publisher-provided":{"io.github.stacklok":{"ghcr.io/acme/notes:1.0":{
  "status":"Deprecated","tier":"Official","tags":["notes","notes","a\u202Eb"],"tools":["read","write"],
  "tool_definitions":[{"name":"read","description":"Reads","annotations":{"title":"Read a note","readOnlyHint":true}}],
  "args":["--stdio"],"env_vars":[{"name":"KEY","description":"The key","required":true,"secret":true}],
  "metadata":{"stars":17,"last_updated":"2026-10-09T02:56:48Z"},"custom_metadata":{"author":"Acme","license":"MIT","homepage":"https://acme.example"}}}}}}`

const old = `{"servers":{"notes":{"image":"ghcr.io/acme/notes:1.0","description":"Keeps notes","transport":"streamable-http","target_port":8123,
 "tools":["read"],"tier":"Community","env_vars":[{"name":"KEY","required":true,"secret":true}],"repository_url":"https://github.com/acme/notes"}},
 "remote_servers":{"wiki":{"url":"https://wiki.example/mcp","transport":"sse","tier":"Official","oauth_config":{"issuer":"https://wiki.example"},
 "headers":[{"name":"X-Team","required":true}]},"bad":17}}`

func TestRead(t *testing.T) {
	e := Read([]byte(notes))
	l := e.Listing
	p := l.Packages[0]
	if e.Err != nil || len(e.LeftOut) != 0 || !l.Vendor || l.Status != "deprecated" || l.Publisher != "Acme" || l.License != "MIT" || l.Website != "https://acme.example" ||
		l.Repository != "https://github.com/acme/tools" || l.Subfolder != "notes" || l.Stars != 17 || l.Updated.Year() != 2026 || strings.Join(l.Tags, " ") != "notes ab" {
		t.Errorf("%+v", e)
	}
	if len(l.Tools) != 2 || l.Tools[0].Title != "Read a note" || l.Tools[0].ReadOnly == nil || !*l.Tools[0].ReadOnly || l.Tools[1].ReadOnly != nil {
		t.Errorf("tools %+v", l.Tools)
	}
	if len(p.PackageArguments) != 1 || p.PackageArguments[0].Value != "--stdio" || len(p.Environment) != 1 || !p.Environment[0].Secret || !p.Environment[0].Required {
		t.Errorf("package %+v", p)
	}
}

func TestOldForm(t *testing.T) {
	found, err := Registry([]byte(old))
	if err != nil || len(found) != 3 {
		t.Fatalf("%+v, %v", found, err)
	}
	local, bad, remote := found[0].Listing, found[1], found[2].Listing
	if local.ID != "io.github.stacklok/notes" || local.Publisher != "acme" || local.Vendor || local.Packages[0].URL != "http://localhost:8123" || local.Packages[0].Environment[0].Name != "KEY" {
		t.Errorf("%+v", local)
	}
	if remote.Packages[0].Type != "remote" || remote.Packages[0].Transport != "sse" || remote.Needs != model.NeedsSignIn || !remote.Vendor || remote.Publisher != "wiki.example" || remote.Packages[0].Headers[0].Name != "X-Team" {
		t.Errorf("%+v", remote)
	}
	if bad.Err == nil || string(bad.Raw) != "17" {
		t.Errorf("%+v", bad)
	}
}

func TestWhatIsNoRegistry(t *testing.T) {
	for name, body := range map[string]string{
		"nothing": "", "a list": "[]", "empty": "{}", "no servers": `{"data":{"servers":[]}}`, "wrong type": `{"data":{"servers":{"a":1}}}`,
		"too many": `{"data":{"servers":[` + strings.Repeat("1,", maxServers) + `1]}}`, "deep": strings.Repeat(`{"data":`, 20_000),
	} {
		if found, err := Registry([]byte(body)); model.Code(err) != "source_garbage" {
			t.Errorf("%s: %d, %v", name, len(found), err)
		}
	}
	for name, record := range map[string]string{
		"null": "null", "text": `"x"`, "no name": "{}", "NUL": `{"name":"a.b/c\u0000"}`,
		"wrong types": `{"name":"a.b/c","packages":17,"_meta":{"io.modelcontextprotocol.registry/publisher-provided":{"io.github.stacklok":{"x":[1],"y":{"tools":{"a":1},"metadata":"z","env_vars":[1],"args":[{}]}}}}}`,
	} {
		found, err := Registry([]byte(`{"data":{"servers":[` + record + `]}}`))
		if err != nil || len(found) != 1 || (name == "wrong types") != (found[0].Err == nil) || found[0].Err != nil && len(found[0].Raw) == 0 {
			t.Errorf("%s: %+v, %v", name, found, err)
		}
	}
}

func FuzzRegistry(f *testing.F) {
	f.Add([]byte(`{"data":{"servers":[` + notes + `]}}`))
	f.Add([]byte(old))
	f.Fuzz(func(t *testing.T, body []byte) {
		found, _ := Registry(body)
		for _, e := range found {
			if e.Err == nil && (e.Listing.ID == "" || e.Listing.Packages == nil) {
				t.Errorf("%+v", e)
			}
			if _, err := json.Marshal(e.Listing); err != nil {
				t.Error(err)
			}
		}
	})
}
