package run_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"toolbay/backend/clients"
	"toolbay/backend/configfile"
	"toolbay/backend/repair/finding"
	"toolbay/backend/repair/run"
	"toolbay/internal/dataset"
)

// The made-up corpus of broken settings files: in those that parse, this layer
// finds its own codes and no others.
func TestCorpus(t *testing.T) {
	root := filepath.Join(dataset.Path(t, "broken-configs"), "dev")
	names, err := filepath.Glob(filepath.Join(root, "*", "*.expect.json"))
	if err != nil || len(names) == 0 {
		t.Fatalf("no cases: %v", err)
	}
	table, err := clients.Load("")
	if err != nil {
		t.Fatal(err)
	}
	looked := 0
	for _, name := range names {
		src, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		var c struct {
			Client, OS, Scope, Path string
			ParsesBefore            bool          `json:"parses_before"`
			EnvFacts                finding.Facts `json:"env_facts"`
			Problems                []struct{ Code, Server string }
			OtherFiles              struct{ Write string } `json:"other_files"`
		}
		if err := json.Unmarshal(src, &c); err != nil {
			t.Fatal(err)
		}
		if !c.ParsesBefore || strings.Contains(name, "env-and-missing-name") { // its variables have no name yet
			continue
		}
		files, _ := filepath.Glob(strings.TrimSuffix(name, ".expect.json") + ".*")
		files = slices.DeleteFunc(files, func(f string) bool { return f == name })
		text, err := os.ReadFile(files[0])
		if err != nil {
			t.Fatal(err)
		}
		app, _ := table.Get(c.Client)
		system := map[string]string{"macos": "darwin"}[c.OS]
		if system == "" {
			system = c.OS
		}
		at, _, _ := app.As(system, c.Scope, c.Path)
		doc, err := configfile.Parse(text, at.Dialect.Format)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		looked++
		var want, got []string
		for _, p := range c.Problems {
			if code, _ := finding.Of(p.Code); (code.Layer == finding.LayerRun || code.Layer == finding.LayerLife) && doc.Keys(at.Dialect.Servers...) != nil {
				want = append(want, p.Code+" "+p.Server)
			}
		}
		found := run.Check(finding.Text{
			File: finding.File{App: app, Dialect: at.Dialect, OS: system, Scope: c.Scope, Path: c.Path},
			Src:  text, Doc: doc, Servers: at.Dialect.Servers, Facts: c.EnvFacts,
		})
		for _, f := range found {
			got = append(got, f.Code+" "+f.Server)
			if to := c.OtherFiles.Write; f.Code == "FILE_STALE_LOCATION" && !strings.Contains(f.Aside[to], "unity") {
				t.Errorf("%s: the right file gets %q", name, f.Aside)
			}
		}
		slices.Sort(want)
		slices.Sort(got)
		if !slices.Equal(want, got) {
			t.Errorf("%s:\n found %q\n  want %q", strings.TrimPrefix(name, root), got, want)
		}
	}
	if looked < 20 {
		t.Errorf("looked at %d cases only", looked)
	}
}
