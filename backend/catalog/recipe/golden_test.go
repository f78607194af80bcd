package recipe

import (
	"bufio"
	"compress/gzip"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"

	"toolbay/backend/catalog/source/registry"
	"toolbay/backend/model"
	"toolbay/internal/dataset"
)

type goldenRecord struct {
	Name, Version, Command string
	Index                  int `json:"package_index"`
	shown                  bool
	Type                   string   `json:"registryType"`
	Args                   []string `json:"argv_without_optional"`
	Items                  []struct {
		Tok, Opt   []string
		When, Kind string
	} `json:"argv_items"`
	Env map[string]struct {
		Value            string
		Optional, Secret bool
	}
	Inputs []struct {
		ID               string
		Required, Secret bool
		Default          *string
		Format           string
		Choices          []string
	}
	URL *string
}

func unzip(t *testing.T, name string, each func(line []byte)) {
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
	s := bufio.NewScanner(z)
	s.Buffer(nil, 64<<20)
	for s.Scan() {
		each(s.Bytes())
	}
	if err := s.Err(); err != nil {
		t.Fatal(err)
	}
}

// servers gives the packages of every record of the data set, read as an
// import reads them.
func servers(t *testing.T) map[string][]model.Package {
	t.Helper()
	f, err := os.Open(dataset.Path(t, "registry/official-registry-full-2025-12-18.json.gz"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	z, err := gzip.NewReader(f)
	if err != nil {
		t.Fatal(err)
	}
	var raw json.RawMessage
	if err := json.NewDecoder(z).Decode(&raw); err != nil {
		t.Fatal(err)
	}
	var records []json.RawMessage
	if err := json.Unmarshal(raw, &records); err != nil {
		var page struct{ Servers json.RawMessage }
		if err := json.Unmarshal(raw, &page); err != nil {
			t.Fatal(err)
		}
		if err := json.Unmarshal(page.Servers, &records); err != nil {
			t.Fatal(err)
		}
	}
	out := map[string][]model.Package{}
	for _, raw := range records {
		var r struct {
			Server struct{ Name, Version string }
		}
		if err := json.Unmarshal(raw, &r); err != nil {
			t.Fatal(err)
		}
		parts, err := registry.Parts(raw)
		if err != nil {
			t.Fatal(err)
		}
		var packages []model.Package
		for i, p := range parts {
			if p.Err != nil {
				t.Errorf("%s %s: number %d: %v", r.Server.Name, r.Server.Version, i, p.Err)
			}
			packages = append(packages, p.Package)
		}
		out[r.Server.Name+" "+r.Server.Version] = packages
	}
	return out
}

// reasons say why a recipe of ours differs from the reading in the golden
// file. docs/recipe.md holds the same table.
var reasons = map[string]string{
	"dashes":      "the publisher left out the dashes; the program takes --port, not the bare word",
	"pinned":      "the package stands there again without a version or as latest; the listing's own version is what was looked at",
	"module":      "python -m MODULE runs inside the package's environment; uvx has no -m of its own",
	"program":     "the word before the package's options is the program or its argument and belongs after the package",
	"script":      "bun run start:stdio is for the repository, the published package knows no such argument",
	"not-docker":  "docker does not know the option; it is the program's and belongs after the image",
	"not-npx":     "npx would run the word as a package; it is the program's argument",
	"container":   "a docker command in an npm package: its variables and the flags after the image are kept, the rest is not npx's",
	"example":     "<user>, YourName, your-file: an example, not a value; it is asked for",
	"optional":    "an optional value nobody gave leaves its argument out",
	"env-secret":  "a key in -e NAME=value would stand in the process list; docker takes it from its own environment",
	"order":       "the same words in the order run -i --rm, said once; the image as the listing spells it",
	"hint":        "the input has a name, which is better than the example in its hint",
	"extras":      "the extras of the repeated package are kept, its place is after --from",
	"names-a-key": "the name speaks about a key (its path, limit, kind); the value is none",
	"password":    "addresses of databases, cookies and one-time codes are keys in practice",
	"shell":       "only a shell would complete ${HOME}, and none reads it; two mounts that call their sources alike have two sources",
	"switch":      "its description says that it switches something on; the program takes no value after it",
	"by-variable": "an optional key that the listing takes as a variable too goes there and not onto the command line",
	"declared":    "variables that the environment or the choices declare already are not asked for twice or as required",
}

// different lists every record whose arguments differ, with the reason.
var different = map[string]string{
	"com.knitli/codeweaver#1":                            "order",
	"io.github.aimoda/rigol-dho824-mcp#0":                "pinned",
	"io.github.bytedance/mcp-server-browser#1":           "dashes",
	"io.github.bytedance/mcp-server-browser#2":           "dashes",
	"io.github.bytedance/mcp-server-commands#1":          "dashes",
	"io.github.bytedance/mcp-server-commands#2":          "dashes",
	"io.github.bytedance/mcp-server-filesystem#0":        "dashes",
	"io.github.bytedance/mcp-server-filesystem#1":        "dashes",
	"io.github.bytedance/mcp-server-filesystem#2":        "dashes",
	"io.github.bytedance/mcp-server-search#0":            "dashes",
	"io.github.bytedance/mcp-server-search#1":            "dashes",
	"io.github.bytedance/mcp-server-search#2":            "dashes",
	"io.github.cmd8/excalidraw-mcp#0":                    "hint",
	"io.github.cyanheads/clinicaltrialsgov-mcp-server#0": "script",
	"io.github.cyanheads/clinicaltrialsgov-mcp-server#1": "script",
	"io.github.cyanheads/git-mcp-server#0":               "script",
	"io.github.cyanheads/git-mcp-server#1":               "script",
	"io.github.cyanheads/mcp-ts-template#0":              "script",
	"io.github.cyanheads/mcp-ts-template#1":              "script",
	"io.github.cyanheads/protein-mcp-server#0":           "script",
	"io.github.cyanheads/protein-mcp-server#1":           "script",
	"io.github.cyanheads/pubmed-mcp-server#0":            "script",
	"io.github.cyanheads/pubmed-mcp-server#1":            "script",
	"io.github.cyanheads/survey-mcp-server#0":            "script",
	"io.github.cyanheads/survey-mcp-server#1":            "script",
	"io.github.eat-pray-ai/yutu#0":                       "optional",
	"io.github.EOX-A/EOxElements#0":                      "dashes",
	"io.github.Fannon/u-he-preset-randomizer#0":          "order",
	"io.github.firebase/firebase-mcp#0":                  "not-npx",
	"io.github.florentine-ai/mcp#0":                      "pinned",
	"io.github.ggozad/haiku-rag#0":                       "program",
	"io.github.googleapis/genai-toolbox#0":               "not-docker",
	"io.github.hashicorp/terraform-mcp-server#0":         "order",
	"io.github.IvanRublev/keyphrases-mcp#0":              "program",
	"io.github.kayembahamid/cybersim-pro#0":              "order",
	"io.github.madhavi-opsera/bug-detector#0":            "order",
	"io.github.meloncafe/chromadb-remote-mcp#0":          "optional",
	"io.github.Memphora/memphora#0":                      "module",
	"io.github.mia-platform/console-mcp-server#0":        "container",
	"io.github.mickymultani/crypto-bytes#0":              "module",
	"io.github.safedep/vet-mcp#0":                        "order",
	"io.github.SamYuan1990/i18n-agent-action#0":          "example",
	"io.github.therealtimex/browser-use#0":               "extras",
	"io.github.timescale/tiger-cli#0":                    "shell",
	"io.github.tjhop/prometheus-mcp-server#0":            "pinned",
	"io.github.toby/mirror-mcp#0":                        "pinned",
	"io.github.vandewilly/dice-roller#0":                 "module",
	"io.github.yarnabrina/mcp-learning#0":                "program",
	"io.github.ycjcl868/mcp-server-fear-greed#1":         "dashes",
	"io.github.ycjcl868/mcp-server-fear-greed#2":         "dashes",
}

// differentFull lists every other record whose arguments differ when every
// input has an answer.
var differentFull = map[string]string{
	"io.github.abhishekbhakat/airflow-mcp-server#0":            "switch",
	"io.github.abhishekbhakat/airflow-mcp-server#1":            "switch",
	"io.github.aybelatchane/mcp-server-terminal#0":             "switch",
	"io.github.bytedance/mcp-server-browser#0":                 "dashes",
	"io.github.bytedance/mcp-server-commands#0":                "dashes",
	"io.github.Couchbase-Ecosystem/mcp-server-couchbase#0":     "by-variable",
	"io.github.gradion-ai/ipybox#0":                            "switch",
	"io.github.imbenrabi/financial-modeling-prep-mcp-server#0": "by-variable",
	"io.github.mongodb-js/mongodb-mcp-server#0":                "by-variable",
	"io.github.mongodb-js/mongodb-mcp-server#1":                "by-variable",
	"io.github.motherduckdb/mcp-server-motherduck#0":           "by-variable",
	"io.github.Snowflake-Labs/mcp#0":                           "by-variable",
}

// differentEnv lists the variables that differ.
var differentEnv = map[string]string{
	"io.github.saucelabs-sample-test-frameworks/sauce-api-mcp#0 SAUCE_ACCESS_KEY": "example",
	"io.github.saucelabs-sample-test-frameworks/sauce-api-mcp#0 SAUCE_USERNAME":   "example",
	"io.github.ChiR24/unreal-engine-mcp#0 UE_PROJECT_PATH":                        "example",
	"io.github.gjeltep/app-store-connect-mcp#0 APP_STORE_PRIVATE_KEY_PATH":        "names-a-key",
	"com.joelverhagen.mcp/Knapcode.SampleMcpServer#0 WEATHER_CHOICES":             "optional",
	"io.github.SamYuan1990/i18n-agent-action#0 api_key":                           "env-secret",
	"io.github.mia-platform/console-mcp-server#0 MIA_PLATFORM_CLIENT_ID":          "container",
	"io.github.mia-platform/console-mcp-server#0 MIA_PLATFORM_CLIENT_SECRET":      "container",
}

// differentInput lists, by name, the inputs that are required or secret in one
// reading only.
var differentInput = map[string]string{
	"--client-key-path":                                "names-a-key",
	"--connection-string":                              "password",
	"--connectionString":                               "password",
	"--passcode":                                       "password",
	"--private-key-file":                               "names-a-key",
	"/path/to/diagram.excalidraw":                      "hint",
	"APP_STORE_KEY_TYPE":                               "names-a-key",
	"APP_STORE_PRIVATE_KEY_PATH":                       "names-a-key",
	"BGG_COOKIE":                                       "password",
	"CB_CLIENT_KEY_PATH":                               "names-a-key",
	"CB_CONNECTION_STRING":                             "password",
	"DOCSPACE_OAUTH_AUTH_TOKEN_ALGORITHM":              "names-a-key",
	"DOCSPACE_OAUTH_AUTH_TOKEN_TTL":                    "names-a-key",
	"DOCSPACE_OAUTH_STATE_TOKEN_ALGORITHM":             "names-a-key",
	"DOCSPACE_OAUTH_STATE_TOKEN_TTL":                   "names-a-key",
	"DOCSPACE_REQUEST_AUTHORIZATION_HEADER":            "names-a-key",
	"DOCSPACE_SERVER_RATE_LIMITS_OAUTH_TOKEN_CAPACITY": "names-a-key",
	"DOCSPACE_SERVER_RATE_LIMITS_OAUTH_TOKEN_WINDOW":   "names-a-key",
	"LOCAL_SSL_KEY_FILEPATH":                           "names-a-key",
	"MCP_AUTH_TOKEN":                                   "declared",
	"NEO4J_RESPONSE_TOKEN_LIMIT":                       "names-a-key",
	"SNOWFLAKE_PASSCODE":                               "password",
	"SNOWFLAKE_PRIVATE_KEY_FILE":                       "names-a-key",
	"SQLITE_FOREIGN_KEYS":                              "names-a-key",
	"TOKEN_EXPIRATION":                                 "names-a-key",
	"TOKEN_OPTIMIZER_CACHE_DIR":                        "names-a-key",
	"TOKEN_PERMISSION":                                 "names-a-key",
	"TWO_FA_PUBLIC_KEY_PEM_PATH":                       "names-a-key",
	"log_level":                                        "declared",
	"tokens_file":                                      "names-a-key",
}

func TestGolden(t *testing.T) {
	all := servers(t)
	seen := map[string]bool{}
	n := 0
	unzip(t, "registry/golden-argv.jsonl.gz", func(line []byte) {
		n++
		var g goldenRecord
		if err := json.Unmarshal(line, &g); err != nil {
			t.Fatal(err)
		}
		id := fmt.Sprintf("%s#%d", g.Name, g.Index)
		p := all[g.Name+" "+g.Version][g.Index]
		r := Build(p, nil, Platform{"linux", "amd64"})
		shown := Portable(p, nil, Platform{"linux", "amd64"})
		judge := func(table map[string]string, key string, same bool, golden, ours any) {
			switch reason := table[key]; {
			case same:
			case reason == "":
				t.Errorf("%s\ngolden %q\nours   %q", key, golden, ours)
			case reasons[reason] == "":
				t.Errorf("%s: reason %q has no words", key, reason)
			default:
				seen[key] = true
			}
		}
		args := g.args()
		judge(different, id, slices.Equal(args, r.Args), args, r.Args)
		g.shown = true
		judge(different, id, slices.Equal(g.args(), shown.Args), g.args(), shown.Args)
		given, all := g.answered()
		full := Portable(p, given, Platform{"linux", "amd64"})
		if same := slices.Equal(all, full.Args); different[id] == "" {
			judge(differentFull, id, same, all, full.Args)
		}
		got := map[string]string{}
		maps.Copy(got, r.Env)
		maps.Copy(got, r.SecretEnv)
		names := map[string]bool{}
		for k := range g.env() {
			names[k] = true
		}
		for k := range got {
			names[k] = true
		}
		shownEnv := g.env()
		g.shown = false
		env := g.env()
		for _, k := range sortedKeys(names) {
			a, inA := env[k]
			b, inB := got[k]
			judge(differentEnv, id+" "+k, a == b && inA == inB, a, b)
			a, b = shownEnv[k], shown.Env[k]
			judge(differentEnv, id+" "+k, a == b, a, b)
		}
		for _, in := range g.Inputs {
			i := slices.IndexFunc(shown.Inputs, func(x model.Input) bool { return x.Name == in.ID })
			if in.ID == "" {
				continue // two records declare a variable without a name
			}
			same := i >= 0 && shown.Inputs[i].Required == in.Required && shown.Inputs[i].Secret == in.Secret && slices.Contains(shown.Secrets, in.ID) == in.Secret
			judge(differentInput, in.ID, same, in, shown.Inputs)
		}
	})
	if n != 705 {
		t.Errorf("%d records, expected 705", n)
	}
	for _, table := range []map[string]string{different, differentFull, differentEnv, differentInput} {
		for key := range table {
			if !seen[key] {
				t.Errorf("%s is listed as different and is not", key)
			}
		}
	}
}

var reference = regexp.MustCompile(`\$\{([^}]+)\}`)

// put turns the golden file's ${id} into what is left when nobody answers: the
// default, else what Build or Portable put in its place.
func (g goldenRecord) put(s string) string {
	return reference.ReplaceAllStringFunc(s, func(m string) string {
		id := m[2 : len(m)-1]
		for _, in := range g.Inputs {
			switch {
			case in.ID != id:
			case in.Default != nil && *in.Default != "":
				return *in.Default
			case g.shown:
				return m
			case in.Secret:
				return SecretMark(bare(id))
			}
		}
		if g.shown {
			return m
		}
		return "${" + bare(id) + "}"
	})
}

// answered gives an answer to every input and the arguments that stand with
// these answers, optional ones too.
func (g goldenRecord) answered() (answers map[string]string, args []string) {
	answers = map[string]string{}
	secret := map[string]bool{}
	for i, in := range g.Inputs {
		switch {
		case len(in.Choices) > 0:
			answers[in.ID] = in.Choices[len(in.Choices)-1]
		case in.Format == "boolean":
			answers[in.ID] = "true"
		case in.Format == "number":
			answers[in.ID] = fmt.Sprint(i)
		default:
			answers[in.ID] = fmt.Sprintf("answer %d", i)
		}
		secret[in.ID] = in.Secret
	}
	put := func(s string) string {
		return reference.ReplaceAllStringFunc(s, func(m string) string {
			if id := m[2 : len(m)-1]; !secret[id] && answers[id] != "" {
				return answers[id]
			}
			return m
		})
	}
	args = []string{}
	if g.Type == "mcpb" {
		return answers, args
	}
	for _, item := range g.Items {
		for _, s := range append(item.Tok, item.Opt...) {
			args = append(args, put(s))
		}
	}
	return answers, args
}

// args are the golden arguments. Two differences hold for whole kinds and are
// taken out here: in what is installed an optional variable without an answer
// is not handed to docker (it would take the user's own variable of that name),
// in the portable form it is; and a bundle has no command before its manifest
// is read.
func (g goldenRecord) args() []string {
	out := []string{}
	if g.Type == "mcpb" {
		return out
	}
	for i := 0; i < len(g.Args); i++ {
		if !g.shown && g.Type == "oci" && g.Args[i] == "-e" && i+1 < len(g.Args) && g.Env[g.Args[i+1]].Optional {
			i++
			continue
		}
		out = append(out, g.put(g.Args[i]))
	}
	return out
}

func (g goldenRecord) env() map[string]string {
	out := map[string]string{}
	for k, e := range g.Env {
		if !e.Optional && envName(k) {
			out[k] = g.put(e.Value)
		}
	}
	return out
}

// TestNoSecretInClear answers every input of every record and looks for the
// secrets' values in everything but the marks.
func TestNoSecretInClear(t *testing.T) {
	all, one := servers(t), map[string]string{}
	for _, id := range sortedKeys(all) {
		name, _, _ := strings.Cut(id, " ")
		one[name] = id // a server's versions hardly differ
	}
	for _, id := range one {
		for i, p := range all[id] {
			answers := map[string]string{}
			for _, in := range Inputs(p) {
				if in.Secret {
					answers[in.Name] = "s3cr3t-" + in.Name
				} else {
					answers[in.Name] = "plain-{" + in.Name + "}"
				}
			}
			a, b := Build(p, answers, Here()), Build(p, answers, Here())
			if !reflect.DeepEqual(a, b) {
				t.Fatalf("%s#%d: two recipes of one package differ", id, i)
			}
			text, err := json.Marshal(a)
			if err != nil {
				t.Fatal(err)
			}
			if strings.Contains(string(text), "s3cr3t-") {
				t.Errorf("%s#%d: a secret's value in %s", id, i, text)
			}
			if len(a.Missing) > 0 {
				t.Errorf("%s#%d: all answered and yet missing %q", id, i, a.Missing)
			}
			for _, s := range append(append([]string{}, a.Args...), a.Tail...) {
				if strings.Contains(s, "plain-plain-") {
					t.Errorf("%s#%d: an answer was expanded again: %q", id, i, s)
				}
			}
		}
	}
}
