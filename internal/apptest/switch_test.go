package apptest

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"toolbay/internal/fakenpm"
)

// One switch of profiles over all apps at once, as each real app sees it: before
// it the user's own list has the one profile's server, afterwards the other's,
// and after the undo the first one's again. What a linked project has, and what
// somebody else wrote into the user's file, is reached all the time.
func TestRealAppsFollowASwitch(t *testing.T) {
	b := newBench(t)
	b.own = filepath.Join(b.home, ".toolbay") // with profiles that no other test has
	program := "#!/usr/bin/env node\n" + b.read("testdata/other.mjs")
	packages := []fakenpm.Package{}
	for _, name := range []string{"alder", "birch", "cedar"} {
		packages = append(packages, fakenpm.Package{Name: name + "-mcp", Version: "1.0.0", Manifest: map[string]any{"bin": "server.mjs"}, Files: map[string]string{"server.mjs": program}})
	}
	registry := fakenpm.New(t, packages...)
	cache := t.TempDir()
	b.more = []string{"npm_config_registry=" + registry.URL, "npm_config_cache=" + cache}
	b.write(".npmrc", "registry="+registry.URL+"\ncache="+cache+"\n") // for apps that keep their environment to themselves

	project := filepath.Join(b.home, "project")
	if err := os.MkdirAll(filepath.Join(project, ".git"), 0o755); err != nil {
		t.Fatal(err)
	}
	other, err := filepath.Abs("testdata/other.mjs")
	if err != nil {
		t.Fatal(err)
	}
	ids, before := []string{}, map[string]string{}
	for _, c := range cases {
		text := strings.NewReplacer("%NODE%", filepath.Join(b.node, "node"), "%OTHER%", other).Replace(c.before)
		if c.app == "codex" {
			text += "\n[projects.\"" + project + "\"]\ntrust_level = \"trusted\"\n"
		}
		ids, before[b.write(c.file, text)] = append(ids, c.app), text
	}
	b.write(".gemini/trustedFolders.json", `{"`+project+`":"TRUST_FOLDER"}`)
	b.write(".copilot/config.json", `{"trusted_folders": ["`+project+`"]}`)
	b.write(".claude/settings.json", `{"enableAllProjectMcpServers": true}`)

	for _, name := range []string{"alder", "birch", "cedar"} {
		b.run(nil, "install", "npm:"+name+"-mcp@1.0.0", "--name", name, "--yes", "--profile", "default")
	}
	b.run(nil, "profile", "remove", "birch", "cedar")
	b.run(nil, append([]string{"profile", "apps"}, ids...)...)
	for name, server := range map[string]string{"Lean": "birch", "Shop": "cedar"} {
		b.run(nil, "profile", "create", name)
		b.run(nil, append([]string{"profile", "apps", "--profile", name}, ids...)...)
		b.run(nil, "profile", "add", server, "--profile", name)
	}
	b.run(nil, "profile", "link", project, "--profile", "Shop")

	// A project's server is started by npx, which lays it in its cache first: an
	// app that did not wait for that is asked again.
	see := func(when, has, lacks string) {
		t.Helper()
		for _, c := range cases {
			patterns := []string{strings.ReplaceAll(c.connected, "everything", has), strings.ReplaceAll(c.shared, "quick", "cedar"), `other`}
			missing, said := "", ""
			for range 3 {
				out, errs, err := b.command(project, c.list[0], c.list[1:]...)
				if err != nil {
					t.Fatalf("%s: %v\n%s%s", strings.Join(c.list, " "), err, out, errs)
				}
				said, missing = colour.ReplaceAllString(out+errs, ""), ""
				for _, p := range patterns {
					if !regexp.MustCompile(p).MatchString(said) {
						missing = p
					}
				}
				if missing == "" {
					break
				}
			}
			if missing != "" {
				t.Errorf("%s: %s does not say %s:\n%s", when, c.app, missing, said)
			}
			if strings.Contains(said, lacks) {
				t.Errorf("%s: %s still has %s:\n%s", when, c.app, lacks, said)
			}
		}
	}
	see("before the switch", "alder", "birch")
	var done struct {
		Change string
		Files  []struct{ Path string }
	}
	b.run(&done, "profile", "switch", "Lean")
	if len(done.Files) != len(cases) {
		t.Fatalf("the switch changed %v", done.Files)
	}
	see("after the switch", "birch", "alder")
	b.run(nil, "undo", done.Change)
	see("after the undo", "alder", "birch")

	b.run(nil, "profile", "unlink", project, "--profile", "Shop")
	b.run(nil, "profile", "remove", "alder")
	for path, text := range before {
		// Some apps put something of their own into their file when they run.
		if got := b.read(path); got != text && strings.Contains(got, "toolbay") {
			t.Errorf("left in %s:\n%s", path, got)
		}
	}
}
