package apptest

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"toolbay/internal/fakenpm"
)

// What a profile put into a project is committed and reaches a colleague: another
// home, no Toolbay, nothing of the computer it was made on. The real Claude Code
// there starts the server, given the key in the environment, and only then:
// the server does not begin without the right one.
func TestColleagueStartsWhatWasCommitted(t *testing.T) {
	b := newBench(t)
	b.own = filepath.Join(b.home, ".toolbay") // to be taken away afterwards
	const key = "made-up-key-of-nobody-4711"
	digest := sha256.Sum256([]byte(key))
	program := strings.Replace(b.read("testdata/keyed.js"), "DIGEST", hex.EncodeToString(digest[:]), 1)
	registry := fakenpm.New(t, fakenpm.Package{Name: "keyed-mcp", Version: "1.0.0", Manifest: map[string]any{"bin": "keyed.js"}, Files: map[string]string{"keyed.js": program}})
	npm := []string{"npm_config_registry=" + registry.URL, "npm_config_cache=" + t.TempDir()}
	b.more = npm

	project := filepath.Join(b.home, "work", "shop")
	if err := os.MkdirAll(filepath.Join(project, "src"), 0o755); err != nil {
		t.Fatal(err)
	}
	b.write("work/shop/src/main.txt", "theirs\n")
	b.write(".claude/settings.json", "{}\n") // Claude Code is here
	toolbay := func(stdin string, args ...string) (change string) {
		t.Helper()
		c := b.prepared(b.home, b.toolbay, append(args, "--json")...)
		c.Stdin = strings.NewReader(stdin)
		out, err := c.Output()
		if err != nil {
			t.Fatalf("toolbay %s: %v\n%s", strings.Join(args, " "), err, out)
		}
		var done struct{ Change string }
		if err := json.Unmarshal(out, &done); err != nil {
			t.Fatal(err)
		}
		return done.Change
	}
	toolbay(key+"\n", "install", "npm:keyed-mcp@1.0.0", "--name", "keyed", "--yes", "--accept-risk", "--secret", "ACME_API_KEY=-")
	toolbay("", "profile", "create", "Shop")
	toolbay("", "profile", "apps", "claude-code", "--profile", "shop")
	toolbay("", "profile", "add", "keyed", "--profile", "shop")
	change := toolbay("", "profile", "link", project, "--profile", "shop")

	// What a commit takes along, and nothing else, comes to the colleague.
	theirs := t.TempDir()
	checkout := filepath.Join(theirs, "code", "shop")
	if err := os.CopyFS(checkout, os.DirFS(project)); err != nil {
		t.Fatal(err)
	}
	var files []string
	err := filepath.WalkDir(checkout, func(path string, d fs.DirEntry, err error) error {
		if err != nil || !d.Type().IsRegular() {
			return err
		}
		rel, _ := filepath.Rel(checkout, path)
		files = append(files, rel)
		text := strings.ToLower(b.read(path))
		for _, ours := range []string{"toolbay", b.home, b.own, change, key, hex.EncodeToString(digest[:])} {
			if strings.Contains(text, strings.ToLower(ours)) {
				t.Errorf("%q is in %s:\n%s", ours, rel, text)
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if got := strings.Join(files, " "); got != ".mcp.json src/main.txt" {
		t.Fatalf("the project has %s", got)
	}
	// All that this computer had is gone.
	for _, dir := range []string{b.own, project, filepath.Join(b.home, ".claude")} {
		if err := os.RemoveAll(dir); err != nil {
			t.Fatal(err)
		}
	}

	path := b.node + ":/usr/local/bin:/usr/bin:/bin"
	for _, dir := range filepath.SplitList(path) {
		if fileThere(filepath.Join(dir, "toolbay")) {
			t.Fatalf("there is a toolbay in %s", dir)
		}
	}
	// The colleague has said yes to the servers of projects: nobody is there to be
	// asked.
	if err := os.Mkdir(filepath.Join(theirs, ".claude"), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(theirs, ".claude", "settings.json"), []byte(`{"enableAllProjectMcpServers": true}`), 0o644); err != nil {
		t.Fatal(err)
	}
	list := func(t *testing.T, env ...string) string {
		c := exec.CommandContext(t.Context(), filepath.Join(b.bin, "claude"), "mcp", "list")
		c.Dir = checkout
		c.Env = append(append([]string{"HOME=" + theirs, "PATH=" + path, "TERM=dumb", "LANG=C.UTF-8"}, npm...), env...)
		out, err := c.CombinedOutput()
		if err != nil {
			t.Fatalf("claude mcp list: %v\n%s", err, out)
		}
		return colour.ReplaceAllString(string(out), "")
	}
	connected := regexp.MustCompile(`(?m)^keyed: npx -y keyed-mcp@1\.0\.0 .*Connected`)
	for _, c := range []struct {
		name string
		env  []string
		want bool
	}{
		{"with the key", []string{"ACME_API_KEY=" + key}, true},
		{"with another key", []string{"ACME_API_KEY=of-somebody-else"}, false},
		{"without a key", nil, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			said := list(t, c.env...)
			if !strings.Contains(said, "keyed") {
				t.Fatalf("it does not list the server:\n%s", said)
			}
			if connected.MatchString(said) != c.want {
				t.Errorf("reached: %v, want %v:\n%s", !c.want, c.want, said)
			}
		})
	}
}
