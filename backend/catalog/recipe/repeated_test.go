package recipe_test

import (
	"slices"
	"testing"

	"toolbay/backend/catalog/recipe"
	"toolbay/backend/catalog/source/docker"
)

// Docker's catalogue mounts each of several folders at its own place and names
// each to the program.
func TestSeveralFolders(t *testing.T) {
	entries, err := docker.Catalogue([]byte(`{"registry":{"files":{"type":"server","title":"Files","image":"acme/files@sha256:` + digest + `",
		"command":["{{files.paths|volume-target|into}}"],"volumes":["{{files.paths|volume|into}}"],"disableNetwork":true,"user":"{{files.user}}","extraHosts":["db:10.0.0.7"],
		"config":[{"name":"files","type":"object","properties":{"paths":{"type":"array","items":{"type":"string"}},"user":{"type":"string"}},"required":["paths"]}]}}}`))
	if err != nil || len(entries) != 1 || len(entries[0].Listing.Packages) != 1 {
		t.Fatalf("%+v, %v", entries, err)
	}
	p := entries[0].Listing.Packages[0]
	for _, c := range []struct {
		name    string
		answers map[string]string
		args    []string
		tail    []string
	}{
		{"one", map[string]string{"paths": "/a b"}, []string{"-v", "/a b:/a b", "--network", "none", "--add-host", "db:10.0.0.7"}, []string{"/a b"}},
		{"several", map[string]string{"paths": "/a b\n/c\r\n", "user": "1000"}, []string{"-v", "/a b:/a b", "-v", "/c:/c", "-u", "1000", "--network", "none", "--add-host", "db:10.0.0.7"}, []string{"/a b", "/c"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := recipe.Build(p, c.answers, recipe.Here())
			if !slices.Equal(r.Tail, c.tail) || !slices.Equal(r.Lists, []string{"paths"}) {
				t.Errorf("tail %q, lists %q", r.Tail, r.Lists)
			}
			if got := r.Args[3 : len(r.Args)-len(r.Tail)-1]; !slices.Equal(got, c.args) {
				t.Errorf("options %q, want %q", got, c.args)
			}
		})
	}
}

const digest = "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
