package paste

import (
	"bufio"
	"compress/gzip"
	"encoding/json"
	"io"
	"os"
	"slices"
	"strings"
	"testing"

	"toolbay/internal/dataset"
)

func open(t *testing.T, name string) io.Reader {
	t.Helper()
	f, err := os.Open(dataset.Path(t, name))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { f.Close() })
	z, err := gzip.NewReader(f)
	if err != nil {
		t.Fatal(err)
	}
	return z
}

// quote writes an argument as a person would in a POSIX shell.
func quote(s string) string {
	if s != "" && !strings.ContainsAny(s, " \t\n'\"\\$`|&;<>()*?#~") {
		return s
	}
	return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'"
}

// Every command line of the official registry's packages is taken for its
// package, pasted as a line, as settings and as a command that adds it.
func TestCommandsOfTheRegistry(t *testing.T) {
	lines := bufio.NewScanner(open(t, "registry/golden-argv.jsonl.gz"))
	lines.Buffer(nil, 16<<20)
	n, missed := 0, map[string]int{}
	for lines.Scan() {
		var g struct {
			Name    string
			Type    string `json:"registryType"`
			Command string
			Argv    []string `json:"argv_without_optional"`
			Env     map[string]struct {
				Value string
			}
		}
		if err := json.Unmarshal(lines.Bytes(), &g); err != nil {
			t.Fatal(err)
		}
		if g.Type != "npm" && g.Type != "pypi" && g.Type != "oci" || g.Command == "" {
			continue
		}
		n++
		words := []string{g.Command}
		env := map[string]string{}
		for _, a := range g.Argv {
			words = append(words, quote(a))
		}
		for k, v := range g.Env {
			if strings.Contains(v.Value, "${") || v.Value == "" {
				env[k] = v.Value
			}
		}
		settings, _ := json.Marshal(map[string]any{"mcpServers": map[string]any{"x": map[string]any{"command": g.Command, "args": g.Argv, "env": env}}})
		for how, text := range map[string]string{"line": strings.Join(words, " "), "settings": string(settings), "add": "claude mcp add x -- " + strings.Join(words, " ")} {
			found := Read(text, Options{})
			good := len(found) == 1 && found[0].Kind == g.Type && slices.ContainsFunc(g.Argv, func(a string) bool { return strings.Contains(a, found[0].Package.Identifier) })
			if !good {
				missed[how]++
				t.Logf("%s of %s: %s", how, g.Name, strings.Join(words, " "))
				for _, f := range found {
					t.Logf("  taken for %s %s", f.Kind, f.Package.Identifier)
				}
			}
		}
	}
	t.Logf("%d packages, missed %v", n, missed)
	if n < 400 {
		t.Errorf("%d packages only", n)
	}
	for how, m := range missed {
		if m*100 > n*allowed[how] {
			t.Errorf("%d of %d are missed as %s", m, n, how)
		}
	}
}

// allowed is how many of a hundred may be missed: a line alone needs not be
// taken when nothing in it speaks of a server.
var allowed = map[string]int{"line": 3, "settings": 1, "add": 1}

// Every entry of mcpm's list that a package manager starts is recognised.
func TestEntriesOfMcpm(t *testing.T) {
	var all map[string]struct {
		Installations map[string]struct {
			Type    string            `json:"type"`
			Command string            `json:"command"`
			Args    []string          `json:"args"`
			Env     map[string]string `json:"env"`
		} `json:"installations"`
	}
	body, err := io.ReadAll(open(t, "community/mcpm-servers.json.gz"))
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(body, &all); err != nil {
		t.Fatal(err)
	}
	n, missed := 0, 0
	for name, s := range all {
		for _, i := range s.Installations {
			if i.Command != "npx" && i.Command != "uvx" && i.Command != "docker" {
				continue
			}
			n++
			settings, _ := json.Marshal(map[string]any{"mcpServers": map[string]any{name: map[string]any{"command": i.Command, "args": i.Args, "env": i.Env}}})
			if found := Read(string(settings), Options{}); len(found) != 1 {
				missed++
				t.Logf("%s", settings)
			}
		}
	}
	t.Logf("%d entries, %d missed", n, missed)
	if n < 300 || missed*100 > n*5 {
		t.Errorf("%d of %d are missed", missed, n)
	}
}

// Every server.json of repositories is recognised when it names a package.
func TestServerFiles(t *testing.T) {
	lines := bufio.NewScanner(open(t, "community/server-json-files.jsonl.gz"))
	lines.Buffer(nil, 16<<20)
	n := 0
	for lines.Scan() {
		var one struct {
			Server json.RawMessage
		}
		if err := json.Unmarshal(lines.Bytes(), &one); err != nil {
			t.Fatal(err)
		}
		var s struct {
			Name              string
			Packages, Remotes []map[string]any
		}
		if json.Unmarshal(one.Server, &s) != nil || len(s.Packages)+len(s.Remotes) == 0 || strings.Contains(s.Name, "<") {
			continue
		}
		n++
		found := Read(string(one.Server), Options{})
		if len(found) != 1 || found[0].Listing != s.Name {
			t.Errorf("%s is taken for %+v", s.Name, found)
		}
	}
	if n < 30 {
		t.Errorf("%d files only", n)
	}
}
