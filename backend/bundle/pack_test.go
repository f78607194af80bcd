package bundle

import (
	"context"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"toolbay/backend/model"
)

// folder writes files ("name=body"; a body's * stands for a plain manifest).
func folder(t testing.TB, files map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	for name, body := range files {
		path := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(body), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func names(t testing.TB, path string) string {
	t.Helper()
	var all []string
	err := fs.WalkDir(openFile(t, path, Options{}).Files(), ".", func(name string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			all = append(all, name)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return strings.Join(all, " ")
}

func TestPack(t *testing.T) {
	dir := folder(t, map[string]string{
		"manifest.json": plainManifest, "server/index.js": "1", "server/ünï.js": strings.Repeat("text ", 1000), ".env.local": "SECRET=1", "a.log": "x",
		"node_modules/.bin/x": "x", "node_modules/a/index.js": "1", "node_modules/a/index.d.ts": "1", "keep.map": "x", "docs/a.md": "x", "docs/b.txt": "x", "old.mcpb": "x",
		".mcpbignore": "# words\r\n!keep.map\n docs/*.md \n/server/only-here\n",
	})
	if err := os.Chmod(filepath.Join(dir, "server", "index.js"), 0o711); err != nil {
		t.Fatal(err)
	}
	first, second := filepath.Join(t.TempDir(), "first.mcpb"), filepath.Join(dir, "second.mcpb")
	p, err := Pack(t.Context(), dir, first)
	if err != nil {
		t.Fatal(err)
	}
	if got := names(t, first); got != "docs/b.txt keep.map manifest.json node_modules/a/index.js server/index.js server/ünï.js" {
		t.Error(got)
	}
	if p.Files != 6 || p.Ignored != 7 || p.Verdict.Verdict != Accept || p.Manifest.Name != "notes" || len(p.SHA256) != 64 {
		t.Errorf("%+v", p)
	}
	b := openFile(t, first, Options{})
	if st, err := fs.Stat(b.Files(), "server/index.js"); err != nil || runtime.GOOS != "windows" && st.Mode() != 0o755 {
		t.Errorf("%v, %v", st, err)
	}
	// The same bytes another day, from other times and rights, and into the
	// folder itself.
	then := time.Date(2001, 1, 1, 0, 0, 0, 0, time.UTC)
	if err := os.Chtimes(filepath.Join(dir, "manifest.json"), then, then); err != nil {
		t.Fatal(err)
	}
	os.Chmod(filepath.Join(dir, "manifest.json"), 0o600)
	for range 2 {
		again, err := Pack(t.Context(), dir, second)
		if err != nil || again.SHA256 != p.SHA256 || again.Files != p.Files {
			t.Errorf("%+v, %v", again, err)
		}
	}
	a, _ := os.ReadFile(first)
	c, _ := os.ReadFile(second)
	if string(a) != string(c) || int64(len(a)) != p.Size {
		t.Error("not the same bytes")
	}
	left, err := filepath.Glob(filepath.Join(dir, ".bundle-*"))
	if err != nil || len(left) != 0 {
		t.Errorf("left behind: %v", left)
	}
	if dry, err := Pack(t.Context(), dir, ""); err != nil || dry.SHA256 != p.SHA256 {
		t.Errorf("%+v, %v", dry, err)
	}
}

func TestPackKnowsTheOldName(t *testing.T) {
	dir := folder(t, map[string]string{"manifest.json": plainManifest, "server/index.js": "1", "a.txt": "x", "b.txt": "x", ".dxtignore": "a.txt"})
	for _, more := range []string{"", "b.txt"} {
		want := "b.txt manifest.json server/index.js"
		if more != "" {
			want = "a.txt manifest.json server/index.js"
			if err := os.WriteFile(filepath.Join(dir, ".mcpbignore"), []byte(more), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		out := filepath.Join(t.TempDir(), "x.mcpb")
		if _, err := Pack(t.Context(), dir, out); err != nil {
			t.Fatal(err)
		}
		if got := names(t, out); got != want {
			t.Errorf("%s, want %s", got, want)
		}
	}
}

// Older manifests and the simpler dialect come out as 0.3.
func TestPackWritesTheFormat(t *testing.T) {
	for name, c := range map[string]struct{ manifest, version, holds string }{
		"0.1":  {strings.Replace(plainManifest, `"manifest_version":"0.3"`, `"dxt_version":"0.1"`, 1), "0.3", `"name": "notes"`},
		"0.2":  {strings.Replace(plainManifest, `"0.3"`, `"0.2"`, 1), "0.3", `"name": "notes"`},
		"0.3":  {plainManifest, "0.3", plainManifest},
		"uv":   {`{"manifest_version":"0.4","name":"n","version":"1","description":"d","author":{"name":"a"},"server":{"type":"uv","entry_point":"server/index.js","mcp_config":{"command":"uv","args":["run","server/index.js"]}}}`, "0.4", `"uv"`},
		"seed": {`{"name":"weather","version":"1","description":"d","author":{"name":"A <b>"},"mcp":{"command":"node","args":["server/index.js"]},"configuration":{"api_key":{"type":"string","required":true,"storage":"keychain"}}}`, "0.3", `"sensitive": true`},
	} {
		t.Run(name, func(t *testing.T) {
			out := filepath.Join(t.TempDir(), "x.mcpb")
			p, err := Pack(t.Context(), folder(t, map[string]string{"manifest.json": c.manifest, "server/index.js": "1"}), out)
			if err != nil {
				t.Fatal(err)
			}
			raw, err := fs.ReadFile(openFile(t, out, Options{}).Files(), "manifest.json")
			if err != nil {
				t.Fatal(err)
			}
			if p.Manifest.Format != c.version || !strings.Contains(string(raw), c.holds) || strings.Contains(string(raw), "dxt_version") {
				t.Errorf("%s: %s", p.Manifest.Format, raw)
			}
			if name == "seed" && (p.Manifest.Server.Entry != "server/index.js" || p.Manifest.Server.Config.Args[0] != "${__dirname}/server/index.js" || p.Verdict.Verdict != Accept) {
				t.Errorf("%+v, %s", p.Manifest.Server.Config, codes(p.Verdict.Reasons))
			}
		})
	}
}

func TestPackRefuses(t *testing.T) {
	for name, c := range map[string]struct {
		files map[string]string
		why   string
	}{
		"no manifest":         {map[string]string{"a": "x"}, "manifest.json"},
		"a broken manifest":   {map[string]string{"manifest.json": "{"}, "cannot be read"},
		"an unknown word":     {map[string]string{"manifest.json": strings.Replace(plainManifest, `"name"`, `"id":"x","name"`, 1), "server/index.js": "1"}, "id"},
		"no author":           {map[string]string{"manifest.json": strings.Replace(plainManifest, `"author":{"name":"a"},`, "", 1), "server/index.js": "1"}, "author"},
		"a seed without one":  {map[string]string{"manifest.json": `{"name":"n","version":"1","description":"d","mcp":{"command":"node","args":["server/index.js"]}}`, "server/index.js": "1"}, "author"},
		"no start file":       {map[string]string{"manifest.json": plainManifest}, "server/index.js"},
		"an ignored manifest": {map[string]string{"manifest.json": plainManifest, "server/index.js": "1", ".mcpbignore": "*.json"}, "missing"},
		"a name for Windows":  {map[string]string{"manifest.json": plainManifest, "server/index.js": "1", "server/aux.js": "1"}, "aux.js"},
		"two cases":           {map[string]string{"manifest.json": plainManifest, "server/index.js": "1", "server/Index.js": "1"}, "twice"},
	} {
		t.Run(name, func(t *testing.T) {
			dir, out := folder(t, c.files), filepath.Join(t.TempDir(), "x.mcpb")
			_, err := Pack(t.Context(), dir, out)
			if model.Code(err) != "bundle_pack_failed" || !strings.Contains(err.Error(), c.why) {
				t.Errorf("%v, want one about %s", err, c.why)
			}
			if _, err := os.Stat(out); err == nil {
				t.Error("was written all the same")
			}
		})
	}
	dir := folder(t, map[string]string{"manifest.json": plainManifest, "server/index.js": "1"})
	if err := os.Symlink("index.js", filepath.Join(dir, "server", "link.js")); err == nil {
		if _, err := Pack(t.Context(), dir, ""); model.Code(err) != "bundle_pack_failed" || !strings.Contains(err.Error(), "link.js") {
			t.Errorf("a link: %v", err)
		}
		os.Remove(filepath.Join(dir, "server", "link.js"))
	}
	stopped, stop := context.WithCancel(t.Context())
	stop()
	if _, err := Pack(stopped, dir, ""); model.Code(err) != "cancelled" {
		t.Errorf("stopped: %v", err)
	}
	if _, err := Pack(t.Context(), filepath.Join(dir, "nowhere"), ""); model.Code(err) != "import_missing" {
		t.Errorf("nowhere: %v", err)
	}
}

// Only a bundle is written over: a name may be a slip.
func TestPackWritesOverBundlesOnly(t *testing.T) {
	dir := folder(t, map[string]string{"manifest.json": plainManifest, "server/index.js": "1"})
	there := t.TempDir()
	for name, body := range map[string]string{
		"letter.txt": "Dear", "empty.mcpb": "", "addon.zip": string(zipOf(t, file("manifest.json", `{"manifest_version":3,"name":"An add-on"}`))),
	} {
		path := filepath.Join(there, name)
		if err := os.WriteFile(path, []byte(body), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := Pack(t.Context(), dir, path); model.Code(err) != "bundle_pack_failed" || !strings.Contains(err.Error(), name) {
			t.Errorf("over %s: %v", name, err)
		}
		if got, err := os.ReadFile(path); string(got) != body || err != nil {
			t.Errorf("%s is changed: %v", name, err)
		}
	}
	if _, err := Pack(t.Context(), dir, there); model.Code(err) != "bundle_pack_failed" {
		t.Errorf("over a folder: %v", err)
	}
	again := filepath.Join(there, "again.mcpb")
	for range 2 {
		if _, err := Pack(t.Context(), dir, again); err != nil {
			t.Error(err)
		}
	}
}

func TestIgnored(t *testing.T) {
	for lines, cases := range map[string]map[string]bool{
		"": {
			".git/": true, "a/.git/": true, "x.log": true, "a/b/x.LOG": true, ".env": true, ".env.example": true, "a/.DS_Store": true, "node_modules/": false,
			"node_modules/.bin/": true, "a/node_modules/.bin/": false, "x.map": true, "x.d.ts": true, "x.ts": false, "tsconfig.json": true, "manifest.json": false, "x.mcpb": true,
		},
		"/only":              {"only": true, "a/only": false},
		"build/":             {"build/": true, "a/build/": true, "build": false},
		"a/b":                {"a/b": true, "x/a/b": false},
		"**/b":               {"b": true, "a/c/b": true},
		"a/**":               {"a/": false, "a/b": true, "a/b/c": true},
		"a/**/z":             {"a/z": true, "a/b/c/z": true, "az": false},
		"*.t?t":              {"x.txt": true, "a/x.tst": true, "x.tt": false},
		"a*c":                {"abc": true, "a/c": false},
		"[ab]x":              {"ax": true, "cx": false},
		"[!ab]x":             {"ax": false, "cx": true},
		"[z":                 {"[z": true},
		`\!x`:                {"!x": true},
		`\#x`:                {"#x": true},
		"# x":                {"# x": false},
		"*.txt\n!keep.txt":   {"a.txt": true, "keep.txt": false, "a/keep.txt": false},
		"!x.log\nx.log":      {"x.log": true},
		"!*.d.ts":            {"x.d.ts": false},
		"a.b":                {"a.b": true, "axb": false},
		"!\n/\n**\n!x (y)+$": {"x (y)+$": false, "z": true},
	} {
		g := newIgnored(lines)
		for path, want := range cases {
			if got := g.has(strings.TrimSuffix(path, "/"), strings.HasSuffix(path, "/")); got != want {
				t.Errorf("%q, %s: %v", lines, path, got)
			}
		}
	}
}
