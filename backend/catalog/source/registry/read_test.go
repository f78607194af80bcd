package registry

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"unicode/utf8"
)

func TestNames(t *testing.T) {
	for id, want := range map[string][2]string{
		"io.github.acme/notes":               {"acme", "Notes"},
		"com.notion/mcp":                     {"notion.com", "Notion"},
		"io.github.github/github-mcp-server": {"github", "GitHub"},
		"com.pulsemcp.servers/pulse-fetch":   {"servers.pulsemcp.com", "Pulse Fetch"},
		"io.github.acme/mcp":                 {"acme", "Acme"},
		"app.getdialer/dialer":               {"getdialer.app", "Dialer"},
		"x/y_z.mcp-server":                   {"x", "Y Z"},
		"x/server":                           {"x", "X"},
		"com.example/größe":                  {"example.com", "Größe"},
	} {
		if p, title := Publisher(id), Title(id); p != want[0] || title != want[1] {
			t.Errorf("%s: %q, %q, want %q", id, p, title, want)
		}
	}
}

func TestNewest(t *testing.T) {
	rec := func(version string, latest string, published string) Record {
		body := fmt.Sprintf(`{"server":{"name":"a.b/c","version":%q},"_meta":{"io.modelcontextprotocol.registry/official":{"publishedAt":%q%s}}}`, version, published, latest)
		r, err := Read([]byte(body))
		if err != nil {
			t.Fatal(err)
		}
		return r
	}
	yes, early, late := `,"isLatest":true`, "2025-01-01T00:00:00Z", "2025-06-01T00:00:00Z"
	for name, c := range map[string]struct{ newer, older Record }{
		"marked":         {rec("1.0.0", yes, early), rec("2.0.0", "", late)},
		"semantic":       {rec("1.10.0", "", early), rec("1.9.0", "", late)},
		"pre-release":    {rec("1.0.0", "", early), rec("1.0.0-rc1", "", late)},
		"semantic wins":  {rec("0.1.0", "", early), rec("nightly", "", late)},
		"neither":        {rec("nightly", "", late), rec("weekly", "", early)},
		"equal, by date": {rec("1.0.0", "", late), rec("1.0.0", "", early)},
	} {
		if !Newest(c.newer, c.older) || Newest(c.older, c.newer) {
			t.Error(name)
		}
	}
}

func TestLenience(t *testing.T) {
	for name, c := range map[string]struct {
		body string
		see  func(Record) bool
	}{
		"empty repository":  {`{"name":"a.b/c","repository":{}}`, func(r Record) bool { return r.Listing.Repository == "" }},
		"status deleted":    {`{"server":{"name":"a.b/c"},"_meta":{"io.modelcontextprotocol.registry/official":{"status":"deleted"}}}`, func(r Record) bool { return r.Listing.Status == "deleted" }},
		"status deprecated": {`{"name":"a.b/c","status":"deprecated"}`, func(r Record) bool { return r.Listing.Status == "deprecated" }},
		"status invented":   {`{"name":"a.b/c","status":"great"}`, func(r Record) bool { return r.Listing.Status == "active" }},
		"argument type": {`{"name":"a.b/c","packages":[{"registryType":"npm","identifier":"x","packageArguments":[{"type":"","name":"--x"},{"value":"y"}]}]}`, func(r Record) bool {
			a := r.Listing.Packages[0].PackageArguments
			return a[0].Kind == "named" && a[1].Kind == "positional"
		}},
		"format integer": {`{"name":"a.b/c","packages":[{"registryType":"npm","identifier":"x","environmentVariables":[{"name":"A","format":"integer"}]}]}`, func(r Record) bool { return r.Listing.Packages[0].Environment[0].Format == "number" }},
		"one not a list": {`{"name":"a.b/c","packages":{"registryType":"npm","identifier":"x"}}`, func(r Record) bool { return len(r.Listing.Packages) == 1 }},
		"nulls":          {`{"name":"a.b/c","packages":null,"remotes":[null],"repository":null,"icons":[null],"_meta":null}`, func(r Record) bool { return r.Listing.Packages != nil && len(r.Listing.Packages) == 0 }},
		"docker was oci": {`{"name":"a.b/c","packages":[{"registry_name":"docker","name":"x/y","version":"1"}]}`, func(r Record) bool {
			return r.Listing.Packages[0].Type == "oci" && r.Listing.Packages[0].Identifier == "x/y"
		}},
		"template address": {`{"name":"a.b/c","remotes":[{"type":"streamable-http","url":"https://{host}/mcp","variables":{"host":{"isRequired":true}}}]}`, func(r Record) bool { return r.Listing.Packages[0].Variables["host"].Required }},
		"package address":  {`{"name":"a.b/c","packages":[{"registryType":"npm","identifier":"x","transport":{"type":"streamable-http","url":"http://localhost:{port}/mcp"}}]}`, func(r Record) bool { return r.Listing.Packages[0].Transport == "streamable-http" }},
	} {
		r, err := Read([]byte(c.body))
		if err != nil || !c.see(r) {
			t.Errorf("%s: %+v, %v", name, r, err)
		}
	}
	for name, body := range map[string]string{
		"no name": `{}`, "name of one part": `{"name":"abc"}`, "half a name": `{"name":"a.b/"}`, "a list": `[]`, "nothing": ``,
		"two objects": `{"name":"a.b/c"} {}`, "another source's": `{"name":"starter/files"}`, "a space": `{"name":"a.b/c d"}`,
		"too large": `{"name":"a.b/c","x":"` + strings.Repeat("x", maxRecord) + `"}`,
	} {
		if _, err := Read([]byte(body)); err == nil {
			t.Errorf("%s was read", name)
		}
	}
}

// Where a bundle is may be said by an https address only.
func TestWhereABundleIs(t *testing.T) {
	for id, want := range map[string]int{
		"https://example.com/notes.mcpb": 1, "http://example.com/notes.mcpb": 0, "/home/ann/notes.mcpb": 0, "notes.mcpb": 0,
		`\\\\host\\share\\notes.mcpb`: 0, "file:///home/ann/notes.mcpb": 0, "claude-extension:ant.dir.x": 0,
	} {
		for _, kind := range []string{"mcpb", "dxt", "MCPB"} {
			r, err := Read([]byte(`{"name":"a.b/c","packages":[{"registryType":"` + kind + `","identifier":"` + id + `"}]}`))
			if err != nil || len(r.Listing.Packages) != want {
				t.Errorf("%s %s: %+v, %v", kind, id, r.Listing.Packages, err)
			}
		}
	}
}

func TestRenamed(t *testing.T) {
	for message, want := range map[string]string{
		"Renamed to io.github.acme/notes":               "io.github.acme/notes",
		"This server has moved to `com.acme/notes.v2`.": "com.acme/notes.v2",
		"Deprecated, use io.github.acme/notes instead":  "io.github.acme/notes",
		"Superseded by: io.github.Acme/Notes-2":         "io.github.Acme/Notes-2",
		"Moved to https://github.com/acme/notes":        "",
		"Moved to github.com/acme/notes":                "",
		"Renamed to io.github.old/notes":                "", // itself
		"No longer kept":                                "",
		"Renamed to \u202Eio.github.acme/notes":         "io.github.acme/notes",
	} {
		body, err := json.Marshal(map[string]any{
			"server": map[string]any{"name": "io.github.old/notes", "repository": map[string]any{"url": "git+https://github.com/acme/tools/tree/main/src/notes", "subfolder": "../x"}},
			"_meta":  map[string]any{"io.modelcontextprotocol.registry/official": map[string]any{"status": "deprecated", "statusMessage": message, "publishedAt": "2026-01-02T03:04:05Z"}},
		})
		if err != nil {
			t.Fatal(err)
		}
		r, err := Read(body)
		l := r.Listing
		if err != nil || l.Renamed != want || l.StatusMessage == "" || strings.Contains(l.StatusMessage, "\u202E") || l.Published.Year() != 2026 ||
			l.Repository != "https://github.com/acme/tools" || l.Subfolder != "src/notes" {
			t.Errorf("%q: %+v, %v", message, l, err)
		}
	}
}

func FuzzRead(f *testing.F) {
	f.Add([]byte(`{"server":{"name":"a.b/c","packages":[{"registryType":"npm","identifier":"x","environmentVariables":[{"name":"A"}]}]}}`))
	f.Add([]byte(`{"name":"a.b/c","remotes":[{"type":"sse","url":"https://x","headers":[{"name":"A","variables":{"b":{}}}]}]}`))
	f.Fuzz(func(t *testing.T, body []byte) {
		r, err := Read(body)
		if err != nil {
			return
		}
		l := r.Listing
		if l.ID == "" || l.Packages == nil || utf8.RuneCountInString(l.Title) > 100 || strings.ContainsAny(l.Title+l.Description, "\x00\u202E\n") {
			t.Errorf("%+v", l)
		}
		for _, p := range l.Packages {
			if strings.HasPrefix(p.Identifier, "-") || strings.ContainsAny(p.Identifier, " \n\x00") {
				t.Errorf("identifier %q", p.Identifier)
			}
		}
		if _, err := json.Marshal(l); err != nil {
			t.Error(err)
		}
	})
}
