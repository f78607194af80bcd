package recipe_test

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"toolbay/backend/catalog/recipe"
	"toolbay/backend/catalog/source"
	"toolbay/backend/catalog/source/docker"
	"toolbay/backend/catalog/source/dxt"
	"toolbay/backend/catalog/source/mcpm"
	"toolbay/backend/catalog/source/registry"
	"toolbay/backend/catalog/source/starter"
	"toolbay/backend/catalog/source/toolhive"
	"toolbay/backend/catalog/source/toolsdk"
	"toolbay/backend/model"
	"toolbay/internal/dataset"
)

// Why a key stands in an argument.
const (
	only  = "the listing knows no variable for it"
	fixed = "the listing's own command line hands it over besides the variable, and the program may not start without"
)

// keysInArguments lists every server with a key in an argument, with the
// reason. Everywhere else a key is a variable.
var keysInArguments = map[string]string{
	"docker/sentry":                          fixed,
	"io.github.Snowflake-Labs/mcp":           only, // --passcode-in-password
	"io.github.bytedance/mcp-server-search":  only,
	"io.github.rfdez/pvpc-mcp-server":        only,
	"io.github.stacklok/clarity-mcp-server":  fixed,
	"dxt/Fibery-inc.fibery-mcp-server":       only,
	"dxt/GLips.figma":                        only,
	"dxt/abel9851.mariadb":                   only,
	"dxt/ashiknesin.pushover":                only,
	"dxt/bytebase.dbhub":                     only,
	"dxt/furey.mongodb-lens":                 only,
	"dxt/hyperbrowserai.hyperbrowser":        only,
	"dxt/isaacwasserman.snowflake":           only,
	"dxt/kiliczsh.mongodb":                   only,
	"dxt/lingodotdev.lingo-dev":              only,
	"dxt/modelcontextprotocol.sentry":        only,
	"dxt/motherduckdb.mcp-server-motherduck": only,
	"dxt/neo4j-contrib.mcp-neo4j":            only,
	"dxt/neo4j-contrib.mcp-neo4j-aura-api":   only,
	"dxt/neo4j-contrib.mcp-neo4j-memory":     only,
	"dxt/rember.rember-mcp":                  only,
	"dxt/sirmews.pinecone":                   only,
	"dxt/sooperset.atlassian":                only,
	"dxt/stripe.stripe":                      only,
	"dxt/suhail-ak-s.typesense":              only,
	"mcpm/magic-mcp":                         fixed,
	"mcpm/atlassian":                         only,
	"mcpm/dbhub":                             only,
	"mcpm/fibery-mcp-server":                 only,
	"mcpm/figma":                             only,
	"mcpm/hyperbrowser":                      only,
	"mcpm/lingo-dev":                         only,
	"mcpm/mariadb":                           only,
	"mcpm/mcp-neo4j-aura-api":                only,
	"mcpm/mcp-neo4j-cypher":                  only,
	"mcpm/mcp-neo4j-memory":                  only,
	"mcpm/mcp-server-motherduck":             only,
	"mcpm/mcp-server-neon":                   only,
	"mcpm/mongodb":                           only,
	"mcpm/mongodb-lens":                      only,
	"mcpm/phoenix-mcp":                       only,
	"mcpm/pinecone":                          only,
	"mcpm/pushover":                          only,
	"mcpm/rember-mcp":                        only,
	"mcpm/sentry":                            only,
	"mcpm/snowflake":                         only,
	"mcpm/stripe":                            only,
	"mcpm/typesense":                         only,
}

// leftOpen lists the records whose package is named by a template that its own
// project fills when it publishes: files from repositories, not from a registry.
var leftOpen = map[string]bool{
	"io.github.domdomegg/airtable-mcp-server": true,
	"io.github.github/github-mcp-server":      true,
}

func whole(t *testing.T, name string) []byte {
	t.Helper()
	f, err := os.Open(dataset.Path(t, name))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	z, err := gzip.NewReader(f)
	if err != nil {
		t.Fatal(err)
	}
	body, err := io.ReadAll(z)
	if err != nil {
		t.Fatal(err)
	}
	return body
}

// records gives the records of a registry's dump: a list, a page or lines.
func records(t *testing.T, name string) []model.Listing {
	t.Helper()
	body := whole(t, name)
	var list []json.RawMessage
	if json.Unmarshal(body, &list) != nil {
		var page struct{ Servers []json.RawMessage }
		if json.Unmarshal(body, &page) == nil && len(page.Servers) > 0 {
			list = page.Servers
		} else {
			s := bufio.NewScanner(strings.NewReader(string(body)))
			s.Buffer(nil, 8<<20)
			for s.Scan() {
				list = append(list, json.RawMessage(slices.Clone(s.Bytes())))
			}
		}
	}
	var out []model.Listing
	for _, raw := range list {
		rec, err := registry.Read(raw)
		if err != nil {
			t.Logf("%s: %v", name, err)
			continue
		}
		out = append(out, rec.Listing)
	}
	return out
}

func listings(t *testing.T, entries []source.Entry, err error) []model.Listing {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
	var out []model.Listing
	for _, e := range entries {
		if e.Err == nil {
			out = append(out, e.Listing)
		}
	}
	return out
}

// beside gives the records of a list that stand beside the names of their files.
func beside(t *testing.T, name string, read func(at string, raw []byte) source.Entry) []model.Listing {
	t.Helper()
	var entries []source.Entry
	for d := json.NewDecoder(bytes.NewReader(whole(t, name))); d.More(); {
		var line struct {
			Path            string
			Entry, Manifest json.RawMessage
		}
		if err := d.Decode(&line); err != nil {
			t.Fatal(err)
		}
		entries = append(entries, read(line.Path, slices.Concat(line.Entry, line.Manifest)))
	}
	return listings(t, entries, nil)
}

var (
	left      = regexp.MustCompile(`\{\{?\s*[A-Za-z0-9_.-]+\s*\}?\}`)
	reference = regexp.MustCompile(`\$\{([^}]+)\}`)
)

// TestEverything builds every package of every record of all the data, with
// every question answered: nothing is left open, no key's value comes out, and
// a key stands in an argument only where the listing knows no other way.
func TestEverything(t *testing.T) {
	found := map[string]bool{}
	for _, c := range []struct {
		name  string
		least int // packages, so that an empty reading is noticed
		read  func(t *testing.T) []model.Listing
	}{
		{"starter", 20, func(t *testing.T) []model.Listing { l, err := starter.Listings(); return must(t, l, err) }},
		{"official", 2500, func(t *testing.T) []model.Listing {
			return records(t, "registry/official-registry-full-2025-12-18.json.gz")
		}},
		{"official, old form", 200, func(t *testing.T) []model.Listing {
			return records(t, "registry/official-registry-legacy-snakecase-2025-09-15.json.gz")
		}},
		{"official, traps", 100, func(t *testing.T) []model.Listing {
			return records(t, "registry/official-registry-edge-cases.json.gz")
		}},
		{"official, seed", 0, func(t *testing.T) []model.Listing {
			return records(t, "registry/official-registry-seed-v1.8.7.json.gz")
		}},
		{"server.json files", 40, func(t *testing.T) []model.Listing { return records(t, "community/server-json-files.jsonl.gz") }},
		{"docker", 200, func(t *testing.T) []model.Listing {
			results, err := docker.Catalogue(whole(t, "docker/catalog-v3.yaml.gz"))
			return listings(t, results, err)
		}},
		{"toolhive", 80, func(t *testing.T) []model.Listing {
			entries, err := toolhive.Registry(whole(t, "toolhive/toolhive-registry.json.gz"))
			return listings(t, entries, err)
		}},
		{"toolhive, registry's form", 80, func(t *testing.T) []model.Listing {
			entries, err := toolhive.Registry(whole(t, "toolhive/toolhive-registry-official.json.gz"))
			return listings(t, entries, err)
		}},
		{"mcpm", 200, func(t *testing.T) []model.Listing {
			entries, err := mcpm.Servers(whole(t, "community/mcpm-servers.json.gz"))
			return listings(t, entries, err)
		}},
		{"toolsdk", 4400, func(t *testing.T) []model.Listing {
			return beside(t, "community/toolsdk-packages.jsonl.gz", toolsdk.Read)
		}},
		{"extensions", 150, func(t *testing.T) []model.Listing {
			return beside(t, "mcpb/corpus-awesome-claude-dxt.jsonl.gz", dxt.Read)
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			n := 0
			for _, l := range c.read(t) {
				for i, p := range l.Packages {
					n++
					built(t, fmt.Sprintf("%s#%d", l.ID, i), l.ID, p, found)
				}
			}
			if n < c.least {
				t.Errorf("%d packages, expected %d or more", n, c.least)
			}
			t.Logf("%d packages", n)
		})
	}
	for id := range keysInArguments {
		if !found[id] && !t.Failed() && os.Getenv("TOOLBAY_DATA") != "" {
			t.Errorf("%s is listed with a key in an argument and has none", id)
		}
	}
}

func must(t *testing.T, l []model.Listing, err error) []model.Listing {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
	return l
}

const value = "v4lue-of-a-key"

func built(t *testing.T, where, id string, p model.Package, found map[string]bool) {
	t.Helper()
	answers, keys := map[string]string{}, map[string]bool{}
	for _, in := range recipe.Inputs(p) {
		switch {
		case in.Secret:
			answers[in.Name], keys[in.Name] = value, true
		case len(in.Choices) > 0:
			answers[in.Name] = in.Choices[0]
		case in.Format == "boolean":
			answers[in.Name] = "true"
		case in.Format == "number":
			answers[in.Name] = "7"
		default:
			answers[in.Name] = "answer"
		}
	}
	on := recipe.Platform{OS: "linux", Arch: "amd64"}
	for _, r := range []recipe.Recipe{recipe.Build(p, answers, on), recipe.Portable(p, answers, on)} {
		if len(r.Missing) > 0 {
			t.Errorf("%s: all is answered and yet missing %q", where, r.Missing)
		}
		text, err := json.Marshal(r)
		if err != nil || strings.Contains(string(text), value) {
			t.Errorf("%s: a key's value in %s %v", where, text, err)
		}
		args := slices.Concat([]string{r.Command, r.URL}, r.Args)
		for _, m := range []map[string]string{r.Env, r.SecretEnv, r.Headers} {
			for _, v := range m {
				args = append(args, v)
			}
		}
		for _, s := range args {
			open := s
			for _, m := range reference.FindAllStringSubmatch(s, -1) {
				if name, _ := strings.CutPrefix(m[1], "secret:"); slices.Contains(r.Secrets, name) {
					open = strings.ReplaceAll(open, m[0], "")
				}
			}
			if m := left.FindString(open); m != "" && !(leftOpen[id] && strings.Contains(m, "VERSION")) {
				t.Errorf("%s: %s is left in %q", where, m, s)
			}
		}
	}
	r := recipe.Build(p, answers, on)
	for _, s := range r.Args {
		if !strings.Contains(s, "${secret:") {
			continue
		}
		found[id] = true
		why := keysInArguments[id]
		for _, v := range r.SecretEnv {
			if why == only && v == s {
				t.Errorf("%s: the variables have %s too", where, s)
			}
		}
		if why == "" {
			t.Errorf("%s: a key stands in %q, variables %q", where, r.Args, r.SecretEnv)
		}
	}
}
