package catalog_test

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"errors"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"

	"toolbay/backend/catalog"
	"toolbay/backend/catalog/source/starter"
	"toolbay/backend/model"
	"toolbay/backend/store"
)

const (
	record    = `{"server":{"name":"com.example/notes","title":"Notes","description":"Keep notes","version":"1.2.0","packages":[{"registryType":"npm","identifier":"notes-mcp","version":"1.2.0","transport":{"type":"stdio"}}]},"_meta":{"io.modelcontextprotocol.registry/official":{"status":"active","isLatest":true}}}`
	older     = `{"server":{"name":"com.example/notes","description":"Old","version":"1.1.0"},"_meta":{"io.modelcontextprotocol.registry/official":{"status":"active","isLatest":false}}}`
	serverOld = `{"name":"com.example/clock","description":"A clock","status":"active","repository":{"url":"https://github.com/example/clock","source":"github"},"version":"0.1.0","packages":[{"registry_type":"npm","registry_base_url":"https://example.org","identifier":"clock","version":"0.1.0","runtime_hint":"npx","environment_variables":[{"name":"CLOCK_KEY","is_secret":true,"is_required":true}],"package_arguments":[{"type":"positional","value_hint":"zone","is_required":true}]}],"remotes":[{"transport_type":"sse","url":"https://clock.example/sse"}],"_meta":{"io.modelcontextprotocol.registry/official":{"is_latest":true,"updated_at":"2025-09-09T00:16:49.162620072Z"}}}`
	dockerOne = `
name: weather
image: example/weather@sha256:aa
type: server
meta: {category: science, tags: [weather]}
about: {title: Weather, description: "Tells the weather", icon: "https://example.org/i.png"}
source: {project: "https://github.com/example/weather"}
run: {command: ["--unit={{weather.unit}}"], volumes: ["{{weather.cache}}:/cache"], env: {MODE: fast}}
config:
  secrets: [{name: weather.key, env: WEATHER_KEY, example: abc}]
  env: [{name: UNIT, value: "{{weather.unit}}"}]
  parameters: {type: object, properties: {unit: {type: string, description: "C or F"}, cache: {type: string}}, required: [unit]}
`
	toolhiveAll = `{"$schema":"x","version":"1.0.0","meta":{},"data":{"servers":[{"name":"io.github.stacklok/notes"},{"name":"io.github.stacklok/clock"},{"title":"none"}],"skills":[{"name":"skill"}]}}`
	mcpmOne     = `{"name":"notes","installations":{"npm":{"type":"npm","command":"npx","args":["-y","notes"]}}}`
	manifest    = `{"manifest_version":"0.2","name":"notes","version":"1.0.0","server":{"type":"node","mcp_config":{"command":"npx","args":["-y","notes","${user_config.dir}"]}},"user_config":{"dir":{"type":"directory","title":"Folder","required":true}}}`
	dockerAll   = `
version: 3
name: docker-mcp
registry:
  fetch: {type: server, title: Fetch, description: "Reads pages", image: "mcp/fetch@sha256:aa", tools: [{name: fetch}], metadata: {category: web}}
  asana: {type: remote, title: Asana, description: "Tasks", remote: {transport_type: sse, url: "https://mcp.asana.com/sse", headers: {Authorization: "Bearer ${ASANA_TOKEN}"}}, secrets: [{name: asana.token, env: ASANA_TOKEN}], oauth: {providers: [{provider: asana}]}}
  curl: {type: poci, title: Curl, description: "Runs curl", tools: [{name: curl}]}
`
)

func asJSON(t *testing.T, yamlText string) string {
	t.Helper()
	var v any
	if err := yaml.Unmarshal([]byte(yamlText), &v); err != nil {
		t.Fatal(err)
	}
	b, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func zip(s string) string {
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	io.WriteString(z, s)
	z.Close()
	return b.String()
}

func TestImportOfEveryFormat(t *testing.T) {
	for name, c := range map[string]struct {
		file, body string
		read       int
		ids        string
	}{
		"list of records":          {"dump.json", "[" + older + "," + record + "]", 2, "com.example/notes"},
		"list, packed":             {"dump.json.gz", zip("[" + older + "," + record + "]"), 2, "com.example/notes"},
		"page of the registry":     {"page.json", `{"servers":[` + record + `],"metadata":{"count":1}}`, 1, "com.example/notes"},
		"page, metadata first":     {"page.json", `{"metadata":{"count":1},"servers":[` + record + `]}`, 1, "com.example/notes"},
		"one record to a line":     {"dump.jsonl", record + "\n" + older + "\n" + serverOld + "\n", 3, "com.example/clock com.example/notes"},
		"one record":               {"one.json", record, 1, "com.example/notes"},
		"one server.json":          {"server.json", serverOld, 1, "com.example/clock"},
		"with a byte order mark":   {"server.json", "\ufeff \r\n" + serverOld, 1, "com.example/clock"},
		"list of the old form":     {"old.json", "[" + serverOld + "]", 1, "com.example/clock"},
		"Docker's catalogue":       {"catalog.yaml", dockerAll, 3, "docker/asana docker/curl docker/fetch"},
		"Docker's, any name":       {"catalogue", dockerAll, 3, "docker/asana docker/curl docker/fetch"},
		"Docker's twin in JSON":    {"catalog.json", "JSON", 3, "docker/asana docker/curl docker/fetch"},
		"one server.yaml":          {"server.yaml", dockerOne, 1, "docker/weather"},
		"the starter's format":     {"starter.json", "STARTER", -1, ""},
		"ToolHive's registry":      {"registry.json", toolhiveAll, 3, "io.github.stacklok/clock io.github.stacklok/notes"},
		"ToolHive's old registry":  {"registry.json", `{"servers":{"notes":{"image":"ghcr.io/acme/notes:1"}},"remote_servers":{"wiki":{"url":"https://wiki.example/mcp"}}}`, 2, "io.github.stacklok/notes io.github.stacklok/wiki"},
		"mcpm's list":              {"servers.json", `{"notes":` + mcpmOne + `,"clock":{"installations":{},"description":"x"}}`, 2, "mcpm/clock mcpm/notes"},
		"one of mcpm's":            {"notes.json", mcpmOne, 1, "mcpm/notes"},
		"manifests, one to a line": {"dxt.jsonl", `{"path":"servers/acme/notes/manifest.json","manifest":` + manifest + "}\n" + `{"path":17,"manifest":{}}`, 2, "dxt/acme.notes"},
		"one manifest":             {"manifest.json", manifest, 1, "dxt/notes"},
		"the toolsdk collection":   {"toolsdk.jsonl", `{"path":"packages/databases/notes.json","entry":{"packageName":"notes","runtime":"node"}}` + "\n" + `{"path":"packages/x/y.json","entry":17}`, 2, "toolsdk/databases.notes"},
		"names and dates":          {"names.jsonl", `{"name":"com.example/notes","version":"1.0.0","status":"active","is_latest":1,"repo_url":null}` + "\n" + `{"name":"nothing","repo_url":null}`, 2, "com.example/notes"},
		"found in a repository":    {"found.jsonl", `{"_source":{"repo":"acme/notes"},"server":{"name":"com.example/notes"}}`, 1, "com.example/notes"},
		"Cline's marketplace":      {"market.json", `[{"mcpId":"github.com/acme/notes","name":"Notes"}]`, 1, "cline/acme-notes"},
		"a page of Smithery's":     {"page.json", `{"servers":[{"qualifiedName":"@acme/notes","remote":true}],"pagination":{"totalPages":1}}`, 1, "smithery/acme-notes"},
		"a page of Glama's":        {"page.json", `{"pageInfo":{},"servers":[{"namespace":"acme","slug":"notes"}]}`, 1, "glama/acme-notes"},
		"Anthropic's":              {"page.json", `{"servers":[{"server":{"name":"notes"},"_meta":{"com.anthropic.api/mcp-registry":{"slug":"notes"}}}]}`, 1, "anthropic/notes"},
		"what Toolbay exported":    {"out.jsonl", `{"toolbay":1}` + "\n" + `{"source":"official","seen":"2026-01-02T03:04:05Z","listing":{"id":"com.example/notes","title":"No\u202Etes","packages":[{"type":"npm","identifier":"--evil"}]}}` + "\n" + `{"source":"docker","listing":17}`, 2, "com.example/notes"},
		"good beside bad records":  {"dump.json", `[{"server":{}},` + record + `,17,"x",{"server":{"name":"starter/files"}}]`, 5, "com.example/notes"},
	} {
		t.Run(name, func(t *testing.T) {
			b := newBench(t, nil)
			path := filepath.Join(t.TempDir(), c.file)
			body := c.body
			switch body {
			case "JSON":
				body = asJSON(t, dockerAll)
			case "STARTER":
				body = string(starter.Source())
			}
			if err := os.WriteFile(path, []byte(body), 0o600); err != nil {
				t.Fatal(err)
			}
			res, err := b.Import(t.Context(), path)
			if err != nil {
				t.Fatal(err)
			}
			got := ids(t, b.Catalog, catalog.Query{Limit: 200})
			slices.Sort(got)
			if c.read < 0 {
				all, err := starter.Listings()
				if err != nil || res.Read != len(all) || res.Kept != len(all) || len(res.Unreadable) != 0 || len(got) != len(all) {
					t.Errorf("%+v, %d listings, %v", res, len(got), err)
				}
				return
			}
			if res.Read != res.Kept+res.Older+len(res.Unreadable) {
				t.Errorf("%d records are %d + %d + %d", res.Read, res.Kept, res.Older, len(res.Unreadable))
			}
			if res.Source != "file:"+c.file || res.Read != c.read || strings.Join(got, " ") != c.ids || res.Kept != len(got) {
				t.Errorf("%+v gives %v", res, got)
			}
		})
	}
}

func TestImportedListingsAreWhole(t *testing.T) {
	b := newBench(t, nil)
	dir := t.TempDir()
	load := func(name, body string) {
		t.Helper()
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(body), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := b.Import(t.Context(), path); err != nil {
			t.Fatal(err)
		}
	}
	load("a.json", serverOld)
	load("b.yaml", dockerOne)
	load("c.yaml", dockerAll)

	clock := show(t, b, "com.example/clock")
	p := clock.Packages[0]
	if clock.Title != "Clock" || clock.Publisher != "example.com" || clock.Repository != "https://github.com/example/clock" || clock.Updated.IsZero() ||
		clock.Needs != model.NeedsSignIn || len(clock.Packages) != 2 ||
		p.RuntimeHint != "npx" || !p.Environment[0].Secret || !p.Environment[0].Required || p.PackageArguments[0].ValueHint != "zone" ||
		clock.Packages[1].Type != "remote" || clock.Packages[1].Transport != "sse" {
		t.Errorf("old wire format: %+v", clock)
	}
	weather := show(t, b, "docker/weather")
	p = weather.Packages[0]
	if weather.Title != "Weather" || weather.Category != "science" || weather.Needs != model.NeedsKey || weather.Publisher != "example" ||
		p.Type != "oci" || p.Identifier != "example/weather@sha256:aa" ||
		p.Environment[0].Name != "WEATHER_KEY" || !p.Environment[0].Secret || p.Environment[0].Placeholder != "abc" ||
		p.Environment[1].Value != "{unit}" || p.Environment[1].Variables["unit"].Description != "C or F" || !p.Environment[1].Variables["unit"].Required ||
		p.Environment[2].Value != "fast" ||
		p.RuntimeArguments[0].Name != "-v" || p.RuntimeArguments[0].Value != "{cache}:/cache" ||
		p.PackageArguments[0].Value != "--unit={unit}" {
		t.Errorf("server.yaml: %+v", weather)
	}
	asana := show(t, b, "docker/asana")
	p = asana.Packages[0]
	if asana.Needs != model.NeedsSignIn || p.Type != "remote" || p.Transport != "sse" || p.URL != "https://mcp.asana.com/sse" ||
		p.Headers[0].Value != "Bearer {ASANA_TOKEN}" || !p.Headers[0].Variables["ASANA_TOKEN"].Secret {
		t.Errorf("remote: %+v", asana)
	}
	if fetch := show(t, b, "docker/fetch"); fetch.Needs != model.NeedsDocker || fetch.Tools[0].Name != "fetch" || fetch.Publisher != "Docker" {
		t.Errorf("fetch: %+v", fetch)
	}
	if curl := show(t, b, "docker/curl"); len(curl.Packages) != 0 || curl.Needs != model.NeedsUnknown {
		t.Errorf("curl: %+v", curl)
	}
}

func show(t *testing.T, b *bench, id string) model.Listing {
	t.Helper()
	l, err := b.Show(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	return l
}

func TestImportOfWhatIsNoCatalogue(t *testing.T) {
	dir := t.TempDir()
	b := newBench(t, nil)
	if err := os.WriteFile(filepath.Join(dir, "good.json"), []byte(record), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := b.Import(t.Context(), filepath.Join(dir, "good.json")); err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct{ body, code string }{
		"empty":             {"", "import_format"},
		"blank":             {" \n\t", "import_format"},
		"garbage":           {"\x00\x01\x02", "import_format"},
		"a web page":        {"<!doctype html><p>Hello", "import_format"},
		"JSON of another":   {`{"dependencies":{"a":"1"}}`, "import_format"},
		"a list of others":  {`[1,2,3]`, "import_format"},
		"a text":            {`"hello"`, "import_format"},
		"cut off":           {"[" + record + "," + record[:60], "import_format"},
		"cut off page":      {`{"servers":[` + record, "import_format"},
		"broken gzip":       {zip(record)[:40], "import_format"},
		"YAML of another":   {"a: 1\nb: 2\n", "import_format"},
		"a bomb of aliases": {bomb(), "import_format"},
		"deeply nested":     {strings.Repeat("[", 200_000), "import_format"},
		"registry no map":   {"registry: 17\n", "import_format"},
	} {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(dir, "bad.json")
			if err := os.WriteFile(path, []byte(c.body), 0o600); err != nil {
				t.Fatal(err)
			}
			res, err := b.Import(t.Context(), path)
			if model.Code(err) != c.code || !errors.Is(res.Err, err) {
				t.Errorf("got %v, %v", err, res.Err)
			}
			if n := total(t, b.Catalog, catalog.Query{}); n != 1 {
				t.Errorf("%d listings", n)
			}
		})
	}
	if _, err := b.Import(t.Context(), filepath.Join(dir, "nothing")); model.Code(err) != "import_missing" {
		t.Errorf("got %v", err)
	}
	if _, err := b.Import(t.Context(), t.TempDir()); model.Code(err) != "import_format" {
		t.Errorf("an empty folder: %v", err)
	}
}

func bomb() string {
	s := "a: &a [x,x,x,x,x,x,x,x,x]\n"
	for c := 'b'; c < 'k'; c++ {
		p := string(c - 1)
		s += string(c) + ": &" + string(c) + " [" + strings.Repeat("*"+p+",", 8) + "*" + p + "]\n"
	}
	return s
}

func TestImportOfAFolder(t *testing.T) {
	b := newBench(t, nil)
	dir := t.TempDir()
	write := func(name, body string) {
		t.Helper()
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(body), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	outside := filepath.Join(t.TempDir(), "server.yaml")
	if err := os.WriteFile(outside, []byte(strings.ReplaceAll(dockerOne, "weather", "secret")), 0o600); err != nil {
		t.Fatal(err)
	}
	write("servers/weather/server.yaml", dockerOne)
	write("servers/weather/tools.json", `[{"name":"forecast","description":"For tomorrow"}]`)
	write("servers/broken/server.yaml", "a: [")
	write("servers/other/README.md", "nothing")
	if err := os.Mkdir(filepath.Join(dir, "servers/link"), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(outside, filepath.Join(dir, "servers/link/server.yaml")); err != nil {
		t.Fatal(err)
	}
	res, err := b.Import(t.Context(), dir)
	if err != nil || res.Read != 3 || res.Kept != 1 || len(res.Unreadable) != 2 {
		t.Fatalf("%+v, %v", res, err)
	}
	if l := show(t, b, "docker/weather"); len(l.Tools) != 1 || l.Tools[0].Name != "forecast" {
		t.Errorf("%+v", l.Tools)
	}
	if got := ids(t, b.Catalog, catalog.Query{Text: "forecast"}); len(got) != 1 {
		t.Errorf("the tool is not found: %v", got)
	}
}

// What was exported comes in again as it was, nothing of it left out.
func TestAnExportIsImportedWhole(t *testing.T) {
	b := newBench(t, nil)
	if err := b.Starter(t.Context()); err != nil {
		t.Fatal(err)
	}
	for name, body := range map[string]string{"a.yaml": dockerAll, "b.json": toolhiveAll, "c.json": mcpmOne, "d.json": serverOld} {
		path := filepath.Join(t.TempDir(), name)
		if err := os.WriteFile(path, []byte(body), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := b.Import(t.Context(), path); err != nil {
			t.Fatal(err)
		}
	}
	out := filepath.Join(t.TempDir(), "all.jsonl.gz")
	made, err := b.Export(t.Context(), out)
	if err != nil {
		t.Fatal(err)
	}
	twin := newBench(t, nil)
	res, err := twin.Import(t.Context(), out)
	if err != nil || res.Read != made.Listings || res.Kept != made.Listings || len(res.Unreadable) != 0 || len(res.LeftOut) != 0 {
		t.Fatalf("%+v of %+v, %v", res, made, err)
	}
	for _, id := range []string{"starter/files", "docker/asana", "mcpm/notes", "com.example/clock"} {
		was, is := show(t, b, id), show(t, twin, id)
		was.Sources, is.Sources, was.Featured, is.Featured = nil, nil, 0, 0
		a, _ := json.Marshal(was)
		b, _ := json.Marshal(is)
		if string(a) != string(b) {
			t.Errorf("%s differs:\n%s\n%s", id, a, b)
		}
	}
	later := filepath.Join(t.TempDir(), "later.jsonl")
	if err := os.WriteFile(later, []byte(`{"toolbay":2}`+"\n"+`{"source":"x","listing":{"id":"a.b/c"}}`), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := twin.Import(t.Context(), later); model.Code(err) != "import_format" {
		t.Errorf("an export of a later version: %v", err)
	}
}

func TestHostileTextIsCleaned(t *testing.T) {
	b := newBench(t, nil)
	nasty := map[string]any{"server": map[string]any{
		"name": "com.example/evil", "version": "1.0.0\u0000",
		"title":       "Pay\u202Elap\u0000\u001b[31m \u200bnow\U000E0041" + strings.Repeat("!", 5000),
		"description": strings.Repeat("word\n", 100_000),
		"websiteUrl":  "javascript:alert(1)",
		"repository":  map[string]any{"url": "https://user:pw@github.com/x"},
		"icons":       []any{map[string]any{"src": "https://example.com/a.svg"}, map[string]any{"src": "http://example.com/a.png"}},
		"packages": []any{
			map[string]any{"registryType": "npm", "identifier": "--eval=evil", "version": "1"},
			map[string]any{"registryType": "npm", "identifier": "two words", "version": "1"},
			map[string]any{"registryType": "npm", "identifier": "ok", "version": "1", "packageArguments": []any{map[string]any{"type": "named", "name": "--a", "value": "x\u202Ey"}}},
			map[string]any{"registryType": "npm", "identifier": "good", "version": 1.5, "environmentVariables": []any{map[string]any{"name": "A", "default": 17, "isRequired": "true"}}},
			map[string]any{"registryType": "exe", "identifier": "x"},
		},
		"remotes": []any{map[string]any{"type": "sse", "url": "file:///etc/passwd"}, "nonsense"},
	}}
	body, err := json.Marshal(nasty)
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "server.json")
	if err := os.WriteFile(path, body, 0o600); err != nil {
		t.Fatal(err)
	}
	res, err := b.Import(t.Context(), path)
	if err != nil || res.Kept != 1 || len(res.LeftOut) != 5 || len(res.Unreadable) != 0 {
		t.Fatalf("%+v, %v", res, err)
	}
	l := show(t, b, "com.example/evil")
	if len([]rune(l.Title)) != 100 || !strings.HasPrefix(l.Title, "Paylap[31m now!!!") || len([]rune(l.Description)) > 1000 ||
		l.Website != "" || l.Repository != "" || l.Icon != "" || l.Version != "1.0.0" {
		t.Errorf("%+v", l)
	}
	if len(l.Packages) != 1 || l.Packages[0].Identifier != "good" || l.Packages[0].Version != "1.5" ||
		l.Packages[0].Environment[0].Default != "17" || !l.Packages[0].Environment[0].Required {
		t.Errorf("packages %+v", l.Packages)
	}
}

var _ catalog.Store = (*store.Store)(nil)
