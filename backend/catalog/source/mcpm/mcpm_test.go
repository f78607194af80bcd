package mcpm

import (
	"encoding/json"
	"strings"
	"testing"

	"toolbay/backend/model"
)

const notes = `{"name":"notes","display_name":"Notes","description":"Keeps notes","repository":{"type":"git","url":"https://github.com/acme/notes"},
 "homepage":"https://acme.example","author":{"name":"acme"},"license":"MIT","categories":["Databases"],"tags":["notes"],"is_official":true,"is_archived":true,
 "examples":[{"prompt":"short"},{"prompt":"Find my note about the trip to Rome."}],
 "arguments":{"API_KEY":{"description":"The key","required":true,"example":"your-key"},"DIR":{"description":"Where","required":false}},
 "tools":[{"name":"read","description":"Reads"}],
 "installations":{
  "docker":{"type":"docker","command":"docker","args":["run","-i","--rm","-e","API_KEY","acme/notes"],"env":{"API_KEY":"${API_KEY}"}},
  "npm":{"type":"npm","command":"npx","args":["-y","@acme/notes","--dir","${DIR}"],"env":{"API_KEY":"${API_KEY}","your-key":"${your_key}"}},
  "uvx":{"type":"uvx","command":"uvx","args":["acme-notes"],"recommended":true},
  "bunx":{"type":"npm","command":"bunx","args":["@acme/notes"]},
  "web":{"type":"http","url":"https://acme.example/sse"},
  "source":{"type":"custom","command":"node","args":["build/index.js"]}}}`

func TestServers(t *testing.T) {
	found, err := Servers([]byte(`{"notes":` + notes + `,"@maker/other":{"description":"x","installations":{}},"bad":17}`))
	if err != nil || len(found) != 3 {
		t.Fatalf("%+v, %v", found, err)
	}
	if found[0].Listing.ID != "mcpm/maker-other" || len(found[0].Listing.Packages) != 0 || found[1].Err == nil || string(found[1].Raw) != "17" {
		t.Errorf("%+v", found[:2])
	}
	l := found[2].Listing
	if l.ID != "mcpm/notes" || l.Title != "Notes" || !l.Vendor || l.Status != "deprecated" || l.Category != "databases" || l.Publisher != "acme" ||
		l.Sample != "Find my note about the trip to Rome." || strings.Join(l.Tags, " ") != "notes Databases" || l.Tools[0].Name != "read" {
		t.Errorf("%+v", l)
	}
	var kinds []string
	for _, p := range l.Packages {
		kinds = append(kinds, p.Type+":"+p.Identifier)
	}
	if got := strings.Join(kinds, " "); got != "pypi:acme-notes npm:@acme/notes oci:acme/notes remote:https://acme.example/sse" {
		t.Errorf("packages %s", got)
	}
	npm := l.Packages[1]
	if len(npm.Environment) != 1 || npm.Environment[0].Name != "API_KEY" || !npm.Environment[0].Secret || npm.PackageArguments[0].Name != "--dir" || npm.PackageArguments[0].Required {
		t.Errorf("npm %+v", npm)
	}
	if len(found[2].LeftOut) != 1 || !strings.HasPrefix(found[2].LeftOut[0], "way source: ") {
		t.Errorf("left out %q", found[2].LeftOut)
	}
}

func TestWhatIsNoList(t *testing.T) {
	var many strings.Builder
	for i := range maxServers + 1 {
		many.WriteString(`,"` + strings.Repeat("x", i%7) + string(rune('a'+i%26)) + strings.Repeat("y", i/26%200) + string(rune(0x4e00+i)) + `":1`)
	}
	for name, body := range map[string]string{
		"nothing": "", "a list": "[]", "empty": "{}", "text": `"x"`, "deep": strings.Repeat(`{"a":`, 20_000), "too many": "{" + many.String()[1:] + "}",
	} {
		if found, err := Servers([]byte(body)); model.Code(err) != "source_garbage" {
			t.Errorf("%s: %d, %v", name, len(found), err)
		}
	}
	for name, body := range map[string]string{
		"null": "null", "another": `{"a":1}`, "bad key": `{"name":"a b","installations":{}}`, "NUL": `{"name":"a\u0000","installations":{}}`,
	} {
		if e := Read("", []byte(body)); e.Err == nil || string(e.Raw) != body {
			t.Errorf("%s: %+v", name, e)
		}
	}
	e := Read("x", []byte(`{"installations":{"a":17,"b":{"command":{},"args":{"x":[]},"env":[1]},"c":{"url":"file:///etc/passwd"},"d":{"command":"npx","args":["pkg",["x"],17],"env":{"A":{}}}},"arguments":[1],"tools":"x","tags":{},"author":17,"repository":["x"]}`))
	if e.Err != nil || len(e.LeftOut) != 3 || len(e.Listing.Packages) != 1 {
		t.Errorf("wrong types: %+v", e)
	}
}

func FuzzRead(f *testing.F) {
	f.Add([]byte(notes))
	f.Fuzz(func(t *testing.T, body []byte) {
		e := Read("", body)
		if e.Err == nil && (!strings.HasPrefix(e.Listing.ID, "mcpm/") || e.Listing.Packages == nil) {
			t.Errorf("%+v", e)
		}
		if _, err := json.Marshal(e.Listing); err != nil {
			t.Error(err)
		}
	})
}
