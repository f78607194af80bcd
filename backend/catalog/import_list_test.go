package catalog_test

import (
	"compress/gzip"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"toolbay/backend/catalog"
	"toolbay/backend/model"
	"toolbay/internal/dataset"
)

func folderOf(t *testing.T, files map[string]string) string {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "lists")
	for name, body := range files {
		path := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(body), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func TestImportOfAFolderOfLists(t *testing.T) {
	dir := folderOf(t, map[string]string{
		"a.json":                "[" + older + "," + record + "]",
		"b.jsonl.gz":            zip(serverOld + "\n" + `{"server":{}}`),
		"c/catalog.yaml.gz":     zip(dockerAll),
		"d.tar.gz":              packed(t, [2]string{"servers/weather/server.yaml", dockerOne}),
		"e/mcpm/notes.JSON":     mcpmOne,
		"f/server.json":         `{"name":"a.b/plain"}`,
		"half.json":             `[{"server":{"name":"a.b/half"}},`,
		"none.json":             `[{"a":1},{"b":2},{"name":"acme/notes","version":"1.0.0"}]`,
		"schemas.tar.gz":        packed(t, [2]string{"schemas/server.schema.json", `{"$schema":"x"}`}),
		"growth.csv":            "month,servers\n",
		"workflow.yaml":         "name: build\non: push\n",
		"tools.json":            `[{"name":"a.b/tool","packages":[]}]`,
		"package.json":          `{"name":"acme/package","packages":[]}`,
		".hidden.json":          `{"name":"a.b/hidden","packages":[]}`,
		"README.md":             "nothing",
		"node_modules/x/a.json": `{"name":"a.b/module","packages":[]}`,
	})
	b := newBench(t, nil)
	res, err := b.Import(t.Context(), dir)
	if err != nil || res.Source != "file:lists" || res.Kept != 9 || res.Older != 1 || len(res.Unreadable) != 6 || res.Read != 16 {
		t.Fatalf("%+v, %v", res, err)
	}
	for _, id := range []string{"com.example/notes", "com.example/clock", "docker/fetch", "docker/weather", "mcpm/notes", "a.b/plain", "a.b/half"} {
		show(t, b, id)
	}
	var said []string
	for _, u := range res.Unreadable {
		said = append(said, u.Reason)
	}
	for _, want := range []string{"no usable name", "half.json: ", "none.json: nothing in it is a server", "schemas.tar.gz: nothing in it is a server", "growth.csv: ", "workflow.yaml: "} {
		if !strings.Contains(strings.Join(said, "\n"), want) {
			t.Errorf("%q is not said in %q", want, said)
		}
	}
	if kept, err := b.store.Unreadable(t.Context(), res.Source); err != nil || len(kept) != 6 {
		t.Errorf("%+v, %v", kept, err)
	}
	if _, err := newBench(t, nil).Import(t.Context(), folderOf(t, map[string]string{"a.csv": "x", "b.json": "{}"})); model.Code(err) != "import_format" {
		t.Errorf("a folder without lists: %v", err)
	}
}

// Of one server in several files the newest record stays, but none without a
// package in the place of one that can be installed.
func TestOneServerInSeveralFiles(t *testing.T) {
	names := `{"name":"com.example/notes","version":"9.0.0","status":"active","is_latest":1,"repo_url":null}`
	newer := strings.ReplaceAll(record, "1.2.0", "1.3.0")
	for name, c := range map[string]struct {
		files   map[string]string
		version string
	}{
		"the newer first":          {map[string]string{"a.json": newer, "b.json": record}, "1.3.0"},
		"the newer last":           {map[string]string{"a.json": record, "b.json": newer}, "1.3.0"},
		"names and dates last":     {map[string]string{"a.json": record, "b.jsonl": names}, "1.2.0"},
		"names and dates first":    {map[string]string{"a.jsonl": names, "b.json": record}, "1.2.0"},
		"in one file, the newest":  {map[string]string{"a.jsonl": record + "\n" + names}, "9.0.0"},
		"in one file, the newest'": {map[string]string{"a.jsonl": names + "\n" + record}, "9.0.0"},
	} {
		t.Run(name, func(t *testing.T) {
			b := newBench(t, nil)
			res, err := b.Import(t.Context(), folderOf(t, c.files))
			if err != nil || res.Read != 2 || res.Kept != 1 || res.Older != 1 {
				t.Fatalf("%+v, %v", res, err)
			}
			if l := show(t, b, "com.example/notes"); l.Version != c.version {
				t.Errorf("version %s", l.Version)
			}
		})
	}
}

func TestRealFoldersOfLists(t *testing.T) {
	for dir, want := range map[string][4]int{ // kept, older, unreadable, left out
		"registry": {11982, 3206, 4, 0}, "docker": {328, 328, 0, 0}, "toolhive": {109, 94, 1, 0}, "community": {5338, 0, 0, 643},
	} {
		t.Run(dir, func(t *testing.T) {
			b := newBench(t, nil)
			res, err := b.Import(t.Context(), dataset.Path(t, dir))
			if got := [4]int{res.Kept, res.Older, len(res.Unreadable), len(res.LeftOut)}; err != nil || got != want || res.Source != catalog.FileSource(dir) {
				t.Errorf("%s: %v, want %v, %v: %+v", res.Source, got, want, err, res.Unreadable)
			}
			if res.Read != res.Kept+res.Older+len(res.Unreadable) {
				t.Errorf("%d records are %d + %d + %d", res.Read, res.Kept, res.Older, len(res.Unreadable))
			}
		})
	}
}

// What one record can be is bounded, however well it is packed.
func TestOneGiantRecord(t *testing.T) {
	const giant = 160 << 20
	for name, c := range map[string]struct{ before, after string }{
		"in a list":          {"[" + record + `,{"server":{"name":"a.b/c","x":"`, `"}}]`},
		"of a page":          {`{"servers":[{"server":{"x":"`, `"}}]}`},
		"on the first line":  {`{"server":{"x":"`, `"}}`},
		"on the second line": {record + "\n" + `{"server":{"x":"`, `"}}`},
		"in a map":           {`{"servers":{"a":{"x":"`, `"}}}`},
		"as a name":          {`{"`, `":1}`},
		"as space":           {"[" + record, "]"},
		"in YAML":            {"registry:\n  a: {x: \"", "\"}\n"},
	} {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "giant.gz")
			f, err := os.Create(path)
			if err != nil {
				t.Fatal(err)
			}
			z, _ := gzip.NewWriterLevel(f, gzip.BestSpeed)
			io.WriteString(z, c.before)
			fill := []byte(strings.Repeat(" ", 1<<20))
			for range giant / len(fill) {
				z.Write(fill)
			}
			io.WriteString(z, c.after)
			if z.Close() != nil || f.Close() != nil {
				t.Fatal("cannot be written")
			}
			b := newBench(t, nil)
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			_, err = b.Import(t.Context(), path)
			runtime.ReadMemStats(&after)
			if model.Code(err) != "import_too_big" {
				t.Errorf("%v", err)
			}
			if used := after.TotalAlloc - before.TotalAlloc; used > giant {
				t.Errorf("%d MB were taken", used>>20)
			}
		})
	}
}

// So is what becomes of it.
func TestCrowdedRecords(t *testing.T) {
	const many = 5_000_000
	for name, c := range map[string]struct {
		before, one, after, code string
		n                        int
	}{
		"an export's":      {record + "\n" + `{"source":"x","listing":{"id":"a.b/c","packages":[{}`, ",{}", "]}}", "", many},
		"of small size":    {record + "\n" + `{"source":"x","listing":{"id":"a.b/c","packages":[{}`, ",{}", "]}}", "", many / 4},
		"a catalogue":      {`{"registry":{"a":{"x":[1`, ",1", "]}}}", "import_too_big", many},
		"a list in YAML":   {"registry: {a: {x: [a", ",a", "]}}", "import_too_big", many},
		"a column in YAML": {"registry:\n  a:\n    x:\n", "    - a\n", "", "import_too_big", many / 3},
	} {
		t.Run(name, func(t *testing.T) {
			path := write(t, "crowd.json", c.before+strings.Repeat(c.one, c.n)+c.after)
			b := newBench(t, nil)
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			res, err := b.Import(t.Context(), path)
			runtime.ReadMemStats(&after)
			if c.code != "" && model.Code(err) != c.code || c.code == "" && (err != nil || res.Kept != 1 || len(res.Unreadable) != 1) {
				t.Errorf("%+v, %v", res, err)
			}
			if used := after.TotalAlloc - before.TotalAlloc; used > 200<<20 {
				t.Errorf("%d MB were taken", used>>20)
			}
		})
	}
}

func TestACrowdedServerInAFolder(t *testing.T) {
	b := newBench(t, nil)
	res, err := b.Import(t.Context(), folderOf(t, map[string]string{
		"a/server.yaml": "name: crowd\nx: [a" + strings.Repeat(",a", 1_000_000) + "]\n",
		"b/server.yaml": dockerOne,
		"b/tools.json":  "[{}" + strings.Repeat(",{}", 500_000) + "]",
	}))
	if err != nil || res.Kept != 1 || len(res.Unreadable) != 1 || !strings.Contains(res.Unreadable[0].Reason, "too much") {
		t.Errorf("%+v, %v", res, err)
	}
}

// A list that breaks off between two records is not taken for whole.
func TestABrokenEnd(t *testing.T) {
	for name, body := range map[string]string{
		"lines, packed and cut off": zip(record + "\n" + serverOld + "\n")[:len(zip(record+"\n"+serverOld+"\n"))-9],
		"lines and a bracket":       record + "\n" + serverOld + "\n]",
		"a list and a bracket":      "[" + record + "]]",
	} {
		if _, err := newBench(t, nil).Import(t.Context(), write(t, "broken.jsonl", body)); model.Code(err) != "import_format" {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestWhoMayReadAnExport(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("permissions are kept otherwise there")
	}
	b := synced(t, 3)
	dir := t.TempDir()
	for name, c := range map[string]struct{ had, want os.FileMode }{
		"new": {0, 0o600}, "of everybody": {0o644, 0o644}, "of a group": {0o640, 0o640},
	} {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(dir, name)
			if c.had != 0 {
				if err := os.WriteFile(path, nil, 0o600); err != nil {
					t.Fatal(err)
				}
				if err := os.Chmod(path, c.had); err != nil {
					t.Fatal(err)
				}
			}
			if _, err := b.Export(t.Context(), path); err != nil {
				t.Fatal(err)
			}
			if st, err := os.Stat(path); err != nil || st.Mode().Perm() != c.want {
				t.Errorf("%v, %v", st.Mode(), err)
			}
		})
	}
}
