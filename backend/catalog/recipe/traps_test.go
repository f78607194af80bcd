package recipe

import (
	"compress/gzip"
	"encoding/json"
	"os"
	"slices"
	"strings"
	"testing"

	"toolbay/backend/catalog/source/registry"
	"toolbay/backend/model"
	"toolbay/internal/dataset"
)

var onLinux = Platform{"linux", "amd64"}

// trapped is a real server that holds a labelled trap.
type trapped struct {
	name     string
	packages []model.Package // remotes after the packages
}

// parts gives the packages that hold the trap; there must be one.
func (s trapped) parts(t *testing.T, holds func(model.Package) bool) []model.Package {
	t.Helper()
	var out []model.Package
	for _, p := range s.packages {
		if holds(p) {
			out = append(out, p)
		}
	}
	if len(out) == 0 {
		t.Errorf("%s: no package of it holds the trap", s.name)
	}
	return out
}

// arguments gives the arguments of a package, its own and its runner's.
func arguments(p model.Package) []model.Argument {
	return slices.Concat(p.RuntimeArguments, p.PackageArguments)
}

func anyOf[T any](list func(model.Package) []T, holds func(T) bool) func(model.Package) bool {
	return func(p model.Package) bool { return slices.ContainsFunc(list(p), holds) }
}

func environment(p model.Package) []model.Input { return p.Environment }
func headers(p model.Package) []model.Input     { return p.Headers }

// answersTo answers every input of p by what it asks for.
func answersTo(p model.Package) map[string]string {
	out := map[string]string{}
	for _, in := range Inputs(p) {
		switch {
		case len(in.Choices) > 0:
			out[in.Name] = in.Choices[0]
		case in.Format == "boolean":
			out[in.Name] = "true"
		case in.Format == "number":
			out[in.Name] = "4711"
		default:
			out[in.Name] = "answer-" + in.Name
		}
	}
	return out
}

func inputOf(t *testing.T, r Recipe, name string) model.Input {
	t.Helper()
	for _, in := range r.Inputs {
		if in.Name == name {
			return in
		}
	}
	t.Errorf("nobody is asked for %s", name)
	return model.Input{}
}

// follows tells whether flag is followed by value.
func follows(args []string, flag, value string) bool {
	for i := range args {
		if args[i] == flag && i+1 < len(args) && args[i+1] == value {
			return true
		}
	}
	return false
}

func count(list []string, holds func(string) bool) (n int) {
	for _, s := range list {
		if holds(s) {
			n++
		}
	}
	return n
}

func is(s string) func(string) bool { return func(x string) bool { return x == s } }

func warned(r Recipe, code string) bool {
	return slices.ContainsFunc(r.Warnings, func(w string) bool { return w == code || strings.HasPrefix(w, code+":") })
}

func ofType(kind string) func(model.Package) bool {
	return func(p model.Package) bool { return p.Type == kind }
}

func hinted(hint string) func(model.Package) bool {
	return func(p model.Package) bool { return p.RuntimeHint == hint }
}

// TestTraps has a test for every label of the traps, over the real servers
// that are given as its examples.
func TestTraps(t *testing.T) {
	f, err := os.Open(dataset.Path(t, "registry/official-registry-edge-cases.json.gz"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	z, err := gzip.NewReader(f)
	if err != nil {
		t.Fatal(err)
	}
	var data struct {
		Cases   map[string]struct{ Examples []string }
		Servers []json.RawMessage
	}
	if err := json.NewDecoder(z).Decode(&data); err != nil {
		t.Fatal(err)
	}
	if len(data.Servers) != 111 {
		t.Errorf("%d servers, expected 111", len(data.Servers))
	}
	servers := map[string]trapped{}
	for _, raw := range data.Servers {
		rec, err := registry.Read(raw)
		if err != nil {
			t.Fatal(err)
		}
		parts, err := registry.Parts(raw)
		if err != nil {
			t.Fatal(err)
		}
		s := trapped{name: rec.Listing.ID}
		for i, part := range parts {
			if part.Err != nil {
				t.Errorf("%s: number %d: %v", s.name, i, part.Err)
			}
			s.packages = append(s.packages, part.Package)
		}
		servers[s.name] = s
		t.Run("all/"+s.name, func(t *testing.T) { whole(t, s) })
	}
	for _, label := range sortedKeys(data.Cases) {
		t.Run(label, func(t *testing.T) {
			check := traps[label]
			if check == nil {
				t.Fatal("a trap without a test")
			}
			for _, name := range data.Cases[label].Examples {
				s, ok := servers[name]
				if !ok {
					t.Fatalf("%s is not among the servers", name)
				}
				t.Run(name, func(t *testing.T) { check(t, s) })
			}
		})
	}
	for label := range traps {
		if _, ok := data.Cases[label]; !ok {
			t.Errorf("%s is no label", label)
		}
	}
}

// whole builds every package of s with all questions answered and with none:
// answered, nothing may be left open, and no placeholder may stand where a
// program or a web server would read it; unanswered, only what is required may.
func whole(t *testing.T, s trapped) {
	for i, p := range s.packages {
		r := Build(p, answersTo(p), onLinux)
		if len(r.Missing) > 0 {
			t.Errorf("#%d: missing %q", i, r.Missing)
		}
		for _, text := range texts(r) {
			if left := open(text); left != "" {
				t.Errorf("#%d: %s is left in %q", i, left, text)
			}
		}
		empty := Portable(p, nil, onLinux)
		for _, text := range texts(empty) {
			for _, m := range reference.FindAllStringSubmatch(text, -1) {
				in := inputOf(t, empty, m[1])
				if !in.Required || in.Default != "" {
					t.Errorf("#%d: %s stands in %q and need not", i, m[1], text)
				}
			}
		}
	}
}

// texts is everything of a recipe that something else reads.
func texts(r Recipe) []string {
	out := slices.Concat([]string{r.Command, r.URL}, r.Args, r.Tail)
	for _, m := range []map[string]string{r.Env, r.SecretEnv, r.Headers} {
		for _, k := range sortedKeys(m) {
			out = append(out, m[k])
		}
	}
	return out
}

// open gives the first placeholder left in text that is no secret's mark.
func open(text string) string {
	for _, m := range placeholder().FindAllString(text, -1) {
		if !strings.HasPrefix(m, "${secret:") {
			return m
		}
	}
	return ""
}
