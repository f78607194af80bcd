package paste

import (
	"encoding/json"
	"flag"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"

	"toolbay/backend/catalog/recipe"
	"toolbay/backend/model"
)

var update = flag.Bool("update", false, "write what is found beside the samples")

// told is what a test expects of a find, one fact a line.
func told(f Found) string {
	var b strings.Builder
	say := func(label string, words ...string) {
		if len(words) > 0 && strings.Join(words, "") != "" {
			fmt.Fprintf(&b, "  %s: %s\n", label, strings.Join(words, " | "))
		}
	}
	p := f.Package
	fmt.Fprintf(&b, "%s %q %s\n", f.Kind, f.Name, strings.TrimSpace(p.Identifier+" "+p.Version))
	say("hint", p.RuntimeHint)
	say("listing", f.Listing)
	say("repository", f.Repository)
	if p.Type == "remote" {
		say("transport", p.Transport)
	}
	r := recipe.Portable(p, f.Answers, recipe.Platform{OS: "linux", Arch: "amd64"})
	say("run", strings.TrimSpace(r.Command+" "+strings.Join(quoted(r.Args), " ")))
	if r.Command == "" {
		say("tail", quoted(r.Tail)...)
	}
	var asked []string
	for _, in := range r.Inputs {
		s := in.Name
		if in.Secret {
			s += " (key)"
		}
		if in.Required {
			s += " (required)"
		}
		if in.Format != "" {
			s += " " + in.Format
		}
		if in.Placeholder != "" {
			s += fmt.Sprintf(" e.g. %q", in.Placeholder)
		}
		if in.Default != "" {
			s += fmt.Sprintf(" default %q", in.Default)
		}
		asked = append(asked, s)
	}
	say("asks", asked...)
	for _, k := range slices.Sorted(maps.Keys(r.Headers)) {
		say("header", k+": "+r.Headers[k])
	}
	for _, k := range slices.Sorted(maps.Keys(f.Answers)) {
		say("answer", k+"="+f.Answers[k])
	}
	for _, k := range slices.Sorted(maps.Keys(f.Secrets)) {
		say("secret", k+"="+f.Secrets[k])
	}
	say("warnings", f.Warnings...)
	return b.String()
}

func quoted(l []string) []string {
	out := slices.Clone(l)
	for i, s := range out {
		if s == "" || strings.ContainsAny(s, " \"'\n") {
			out[i] = fmt.Sprintf("%q", s)
		}
	}
	return out
}

type sample struct{ name, text string }

func samples(t testing.TB, file string) []sample {
	t.Helper()
	body, err := os.ReadFile(filepath.Join("testdata", file))
	if err != nil {
		t.Fatal(err)
	}
	var out []sample
	for _, f := range txtar.Parse(body).Files {
		out = append(out, sample{f.Name, strings.ReplaceAll(string(f.Data), "{pypi}", site("pypi", "org"))})
	}
	return out
}

var files = []string{"json", "tables", "commands", "add", "links", "names", "readme"}

// Every sample is taken for exactly what is written beside it.
func TestSamples(t *testing.T) {
	n := 0
	for _, file := range files {
		want := map[string]string{}
		if body, err := os.ReadFile(filepath.Join("testdata", file+".want")); err == nil {
			for _, f := range txtar.Parse(body).Files {
				want[f.Name] = string(f.Data)
			}
		}
		var out txtar.Archive
		for _, s := range samples(t, file+".txtar") {
			n++
			var b strings.Builder
			for _, f := range Read(s.text, Options{}) {
				b.WriteString(told(f))
			}
			out.Files = append(out.Files, txtar.File{Name: s.name, Data: []byte(b.String())})
			t.Run(file+"/"+s.name, func(t *testing.T) {
				if b.Len() == 0 {
					t.Error("nothing is found")
				}
				if !*update && b.String() != want[s.name] {
					t.Errorf("found\n%swant\n%s", b.String(), want[s.name])
				}
			})
		}
		if *update {
			if err := os.WriteFile(filepath.Join("testdata", file+".want"), txtar.Format(&out), 0o644); err != nil {
				t.Fatal(err)
			}
		}
	}
	if n < 150 {
		t.Errorf("%d samples only", n)
	}
}

func TestNothing(t *testing.T) {
	n := 0
	for _, s := range samples(t, "nothing.txtar") {
		n++
		t.Run(s.name, func(t *testing.T) {
			for _, f := range Read(s.text, Options{}) {
				t.Errorf("taken for\n%s", told(f))
			}
		})
	}
	if n < 40 {
		t.Errorf("%d samples only", n)
	}
}

// Keys of a text are in Secrets and nowhere else of what may be shown.
func TestKeysAreNowhereElse(t *testing.T) {
	keys := 0
	for _, file := range files {
		for _, s := range samples(t, file+".txtar") {
			for _, f := range Read(s.text, Options{}) {
				body, err := json.Marshal(f)
				if err != nil {
					t.Fatal(err)
				}
				for name, key := range f.Secrets {
					keys++
					if strings.Contains(string(body), key) {
						t.Errorf("%s/%s: the key %s is in %s", file, s.name, name, body)
					}
				}
			}
		}
	}
	if keys < 40 {
		t.Errorf("the samples have %d keys only", keys)
	}
}

func TestKnownNames(t *testing.T) {
	known := func(kind, id string) bool {
		return kind == "pypi" && id == "memo" || kind == "npm" && id == "jotter" || kind == KindListing && (id == "starter/files" || id == "https://github.com/acme/jot")
	}
	for text, want := range map[string]string{
		"memo": "pypi memo", "jotter": "npm jotter", "starter/files": "listing starter/files",
		"https://github.com/acme/jot": "listing https://github.com/acme/jot", "acme/jot": "listing https://github.com/acme/jot", "nobody": "",
		"npx jotter": "npm jotter", "docker run jotter": "",
	} {
		t.Run(text, func(t *testing.T) {
			got := ""
			for _, f := range Read(text, Options{Known: known}) {
				got = f.Kind + " " + f.Package.Identifier + f.Listing
			}
			if got != want {
				t.Errorf("%q, want %q", got, want)
			}
		})
	}
}

func TestTooMuch(t *testing.T) {
	if f := Read(strings.Repeat("npx -y notes-mcp\n", 100_000), Options{}); f != nil {
		t.Error("more than MaxText is read")
	}
	many := "{"
	for i := range 500 {
		many += fmt.Sprintf(`"s%d":{"command":"npx","args":["-y","s%d-mcp"]},`, i, i)
	}
	if n := len(Read(`{"mcpServers":`+many+`}}`, Options{})); n != maxFound {
		t.Errorf("%d are found", n)
	}
}

// Hostile texts end: no part of one is read again and again. What takes too long
// here runs into the test's own limit.
func TestHostileTextsEnd(t *testing.T) {
	for name, unit := range map[string]string{
		"open braces": "{\"a\":\n", "open brackets": "[\n", "quotes": "\"a\": {\n", "commands": "npx -y 'x\n", "fences": "```\n{\n", "links": "cursor:mcp/install?config=",
		"toml": "[mcp_servers.a]\n", "yaml": "mcpServers:\n- name: &a x\n", "members": "a: {\n", "spans": "`npx a` ", "angles": "npx <a", "ticks": "```\n", "entries": `{"mcpServers":{"a":{"command":"npx"`,
	} {
		t.Run(name, func(t *testing.T) {
			Read(strings.Repeat(unit, (100<<10)/len(unit)), Options{})
		})
	}
}

func FuzzRead(f *testing.F) {
	for _, file := range append(slices.Clone(files), "nothing") {
		for _, s := range samples(f, file+".txtar") {
			f.Add(s.text)
		}
	}
	f.Fuzz(func(t *testing.T, text string) {
		for _, found := range Read(text, Options{}) {
			p := found.Package
			if found.Kind == "" || found.Kind != KindListing && (p.Type != found.Kind || p.Identifier == "" || strings.ContainsAny(p.Identifier, "\n\x00")) {
				t.Errorf("%q gives %+v", text, found)
			}
			if found.Kind != KindLocal && strings.HasPrefix(p.Identifier, "-") {
				t.Errorf("%q gives %q, an option", text, p.Identifier)
			}
			body, err := json.Marshal(found)
			if err != nil {
				t.Fatal(err)
			}
			var again Found
			if err := json.Unmarshal(body, &again); err != nil {
				t.Error(err)
			}
			recipe.Build(p, found.Answers, recipe.Here())
			for name := range found.Secrets {
				if !asks(p, name) {
					t.Errorf("%q has a key for %q, which nothing asks for", text, name)
				}
			}
		}
	})
}

func asks(p model.Package, name string) bool {
	return slices.ContainsFunc(recipe.Inputs(p), func(in model.Input) bool { return in.Name == name && in.Secret })
}
