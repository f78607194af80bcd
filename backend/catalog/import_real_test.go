package catalog_test

import (
	"archive/tar"
	"compress/gzip"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"toolbay/backend/catalog"
	"toolbay/backend/model"
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
		"mcpb/examples": {8, 7, 1, 0, 8},
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

func TestRealDockerCatalogue(t *testing.T) {
	b := newBench(t, nil)
	path := dataset.Path(t, "docker/catalog-v3.yaml.gz")
	res, err := b.Import(t.Context(), path)
	if err != nil || res.Read != 328 || res.Kept != 328 || len(res.Unreadable) != 0 {
		t.Fatalf("%+v, %v", res, err)
	}
	listings := map[string]model.Listing{}
	var kinds [3]int
	for offset := 0; offset < 328; offset += 200 {
		found, err := b.Search(t.Context(), catalog.Query{Limit: 200, Offset: offset})
		if err != nil {
			t.Fatal(err)
		}
		for _, l := range found.Listings {
			l = show(t, b, l.ID)
			listings[l.ID] = l
			switch {
			case len(l.Packages) == 0:
				kinds[0]++
			case l.Packages[0].Type == "oci":
				kinds[1]++
			case l.Packages[0].Type == "remote":
				kinds[2]++
			}
		}
	}
	if kinds != [3]int{0, 252, 76} {
		t.Errorf("without package, images, remotes: %v", kinds)
	}
	if p := listings["docker/github-official"].Packages[0]; !slices.Equal(p.Hosts, []string{"api.github.com:443", "github.com:443", "raw.githubusercontent.com:443"}) {
		t.Errorf("what github's server needs: %q", p.Hosts)
	}
	if p := listings["docker/ffmpeg"].Packages[0]; len(p.Tools) != 3 || p.Identifier != "vonwig/imagemagick" || p.Tools[1].Name != "file-exists" ||
		!slices.Equal(p.Tools[1].Command, []string{"test", "-f", "{{path}}"}) || !slices.Equal(p.Tools[1].Volumes, []string{"{{path}}:{{path}}"}) ||
		!strings.Contains(string(p.Tools[1].Parameters), `"required":["path"]`) {
		t.Errorf("tools that are a container each: %+v", p)
	}
	if p := listings["docker/curl"].Packages[0]; len(p.Tools) != 1 || len(p.RuntimeArguments) != 0 {
		t.Errorf("curl sees folders: %+v", p)
	}
	github := listings["docker/github-official"].Packages[0].Environment[0]
	if github.Name != "GITHUB_PERSONAL_ACCESS_TOKEN" || !github.Secret || github.Link != "https://github.com/settings/personal-access-tokens/new" {
		t.Errorf("github's key: %+v", github)
	}
	files := listings["docker/filesystem"]
	if v := files.Packages[0].RuntimeArguments[0]; v.Value != "{paths}:{paths}" || !v.Repeated || v.Variables["paths"].Format != "folder" || !v.Variables["paths"].Required {
		t.Errorf("folders of filesystem: %+v", v)
	}
	for id, l := range listings {
		for _, p := range l.Packages {
			for _, in := range p.Environment {
				if strings.Contains(in.Value, "{{") || strings.Contains(in.Value, "$") {
					t.Errorf("%s: a template is left in %+v", id, in)
				}
			}
			for _, a := range append(slices.Clone(p.RuntimeArguments), p.PackageArguments...) {
				if strings.Contains(a.Value, "{{") {
					t.Errorf("%s: a template is left in %+v", id, a)
				}
			}
		}
	}

	// The same catalogue as JSON gives the same listings.
	twin := newBench(t, nil)
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	z, err := gzip.NewReader(f)
	if err != nil {
		t.Fatal(err)
	}
	text, err := io.ReadAll(z)
	if err != nil {
		t.Fatal(err)
	}
	jsonPath := filepath.Join(t.TempDir(), filepath.Base(path)) // the same source
	if err := os.WriteFile(jsonPath, []byte(asJSON(t, string(text))), 0o600); err != nil {
		t.Fatal(err)
	}
	if res, err := twin.Import(t.Context(), jsonPath); err != nil || res.Kept != 328 {
		t.Fatalf("%+v, %v", res, err)
	}
	for id, l := range listings {
		a, _ := json.Marshal(l)
		b, _ := json.Marshal(show(t, twin, id))
		if string(a) != string(b) {
			t.Errorf("%s differs:\n%s\n%s", id, a, b)
		}
	}
}

func TestRealServerFolder(t *testing.T) {
	f, err := os.Open(dataset.Path(t, "docker/registry-servers.tar.gz"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	z, err := gzip.NewReader(f)
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	for r := tar.NewReader(z); ; {
		h, err := r.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		if h.Typeflag != tar.TypeReg {
			continue
		}
		body, err := io.ReadAll(r)
		if err != nil {
			t.Fatal(err)
		}
		to := filepath.Join(dir, filepath.FromSlash(h.Name))
		if err := errors.Join(os.MkdirAll(filepath.Dir(to), 0o700), os.WriteFile(to, body, 0o600)); err != nil {
			t.Fatal(err)
		}
	}
	b := newBench(t, nil)
	res, err := b.Import(t.Context(), dir)
	if err != nil || res.Read != 328 || res.Kept != 328 || len(res.Unreadable) != 0 {
		t.Fatalf("%+v, %v", res, err)
	}
	if l := show(t, b, "docker/arm-mcp"); len(l.Tools) == 0 {
		t.Error("tools.json was not read")
	}
}

func TestRealRecordsOfTheOldForm(t *testing.T) {
	b := newBench(t, nil)
	res, err := b.Import(t.Context(), dataset.Path(t, "registry/official-registry-legacy-snakecase-2025-09-15.json.gz"))
	if err != nil || res.Read != 301 || res.Kept != 210 || len(res.Unreadable) != 0 {
		t.Fatalf("%+v, %v", res, err)
	}
	if l := show(t, b, "com.pulsemcp.servers/pulse-fetch"); len(l.Packages) == 0 || len(l.Packages[0].Environment) == 0 || l.Packages[0].RuntimeHint != "npx" {
		t.Errorf("%+v", l)
	}
}
