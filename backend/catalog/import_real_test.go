package catalog_test

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"toolbay/backend/catalog"
	"toolbay/internal/dataset"
)

// Every file of records that is there, with what becomes of every record.
func TestRealFilesAreAccountedFor(t *testing.T) {
	type count struct{ Read, Kept, Older, Unreadable, LeftOut int }
	for file, want := range map[string]count{
		"registry/official-registry-full-2025-12-18.json.gz":             {2794, 1108, 1686, 0, 0},
		"registry/official-registry-names-2026-06-12.jsonl.gz":           {11978, 11978, 0, 0, 0},
		"registry/official-registry-legacy-snakecase-2025-09-15.json.gz": {301, 210, 91, 0, 0},
		"registry/official-registry-edge-cases.json.gz":                  {111, 111, 0, 0, 0},
		"registry/official-registry-seed-v1.8.7.json.gz":                 {4, 3, 1, 0, 0},
		"docker/catalog-v3.yaml.gz":                                      {328, 328, 0, 0, 0},
		"docker/registry-servers.tar.gz":                                 {328, 328, 0, 0, 0},
		"toolhive/toolhive-registry-official.json.gz":                    {94, 94, 0, 0, 0},
		"toolhive/toolhive-registry.json.gz":                             {109, 109, 0, 0, 0},
		"community/mcpm-servers.json.gz":                                 {366, 366, 0, 0, 163},
		"community/server-json-files.jsonl.gz":                           {64, 64, 0, 0, 1},
		"community/toolsdk-packages.jsonl.gz":                            {4908, 4908, 0, 0, 479},
		"mcpb/corpus-awesome-claude-dxt.jsonl.gz":                        {268, 268, 0, 0, 101},
		"mcpb/examples": {5, 5, 0, 0, 5},
	} {
		t.Run(file, func(t *testing.T) {
			b := newBench(t, nil)
			res, err := b.Import(t.Context(), dataset.Path(t, file))
			got := count{res.Read, res.Kept, res.Older, len(res.Unreadable), len(res.LeftOut)}
			if err != nil || got != want {
				t.Errorf("%+v, want %+v, %v", got, want, err)
			}
			if res.Read != res.Kept+res.Older+len(res.Unreadable) {
				t.Errorf("%d records are %d + %d + %d", res.Read, res.Kept, res.Older, len(res.Unreadable))
			}
			if n := facets(t, b); n != want.Kept {
				t.Errorf("%d servers are found of %d", n, want.Kept)
			}
		})
	}
}

func facets(t *testing.T, b *bench) int {
	t.Helper()
	res, err := b.Search(t.Context(), catalog.Query{Limit: 1})
	if err != nil {
		t.Fatal(err)
	}
	return res.Facets.All
}

// The parts that were left out are those whose reason was looked at.
func TestRealReasons(t *testing.T) {
	b := newBench(t, nil)
	res, err := b.Import(t.Context(), dataset.Path(t, "community/mcpm-servers.json.gz"))
	if err != nil {
		t.Fatal(err)
	}
	got := map[string]int{}
	for _, u := range res.LeftOut {
		got[afterLast(u.Reason, ": ")]++
	}
	want := map[string]int{
		"straight from a source repository": 91, "started from a folder or program that has to be there first": 46,
		"started from a folder that has to be made first": 8, "a program that nothing installs": 6, "an image that has to be made first": 4,
		"an installer and no server": 3, "a program on the writer's own computer": 3, "from a folder or a place of the writer's own": 1, "a bridge to a server elsewhere": 1,
	}
	if fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("%v\nwant %v", got, want)
	}
}

// One source for each file: all of them beside each other, twice.
func TestRealFilesBesideEachOther(t *testing.T) {
	b := newBench(t, nil)
	files := []string{"registry/official-registry-edge-cases.json.gz", "docker/catalog-v3.yaml.gz", "toolhive/toolhive-registry.json.gz", "community/mcpm-servers.json.gz"}
	for range 2 {
		for _, f := range files {
			if _, err := b.Import(t.Context(), dataset.Path(t, f)); err != nil {
				t.Fatal(err)
			}
		}
	}
	for i, want := range []int{111, 328, 109, 366} {
		if s := source(t, b.Catalog, catalog.FileSource(files[i])); s.Listings != want {
			t.Errorf("%s has %d listings", files[i], s.Listings)
		}
	}
}

func TestManyRecords(t *testing.T) {
	b := newBench(t, nil)
	path := filepath.Join(t.TempDir(), "many.jsonl")
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	w := json.NewEncoder(f)
	for i := range 10_000 {
		server := map[string]any{"name": fmt.Sprintf("com.example/s%d", i%4000), "version": fmt.Sprintf("1.0.%d", i)}
		if i%10 == 9 {
			server = map[string]any{"name": "none"}
		}
		if err := w.Encode(map[string]any{"server": server}); err != nil {
			t.Fatal(err)
		}
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
	res, err := b.Import(t.Context(), path)
	if err != nil || res.Read != 10_000 || res.Kept != 3600 || res.Older != 5400 || len(res.Unreadable) != 1000 {
		t.Fatalf("%d = %d + %d + %d, %v", res.Read, res.Kept, res.Older, len(res.Unreadable), err)
	}
	// A newer version that came in a later batch took the place of the older.
	if l := show(t, b, "com.example/s0"); l.Version != "1.0.8000" {
		t.Errorf("version %s", l.Version)
	}
	if s := source(t, b.Catalog, "file:many.jsonl"); s.Listings != 3600 || s.Unreadable != 1000 {
		t.Errorf("%+v", s)
	}
}
