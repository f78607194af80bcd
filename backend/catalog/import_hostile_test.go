package catalog_test

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"toolbay/backend/catalog"
	"toolbay/backend/model"
)

func afterLast(s, sep string) string {
	if i := strings.LastIndex(s, sep); i >= 0 {
		return s[i+len(sep):]
	}
	return s
}

func write(t *testing.T, name, body string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, []byte(body), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// One record of each form among others of the same form: whatever is in it, it
// is counted and the others stay.
func TestHostileRecordsOfEveryForm(t *testing.T) {
	deep := strings.Repeat(`{"a":`, 9000) + "1" + strings.Repeat("}", 9000)
	giant := `"` + strings.Repeat("x", 200_000) + `"`
	forms := map[string]struct{ good, id, bad string }{
		"registry": {record, "com.example/notes", `{"server":{"name":@,"packages":@,"remotes":@,"repository":@,"icons":@},"_meta":@}`},
		"ToolHive": {`{"name":"io.github.stacklok/notes","_meta":{"io.modelcontextprotocol.registry/publisher-provided":{"io.github.stacklok":{}}}}`, "io.github.stacklok/notes",
			`{"name":@,"_meta":{"io.modelcontextprotocol.registry/publisher-provided":{"io.github.stacklok":{"x":{"tools":@,"env_vars":@,"args":@,"metadata":@,"tags":@}}}}}`},
		"Anthropic's": {`{"server":{"name":"a.b/notes"},"_meta":{"com.anthropic.api/mcp-registry":{}}}`, "a.b/notes", `{"server":{"name":@},"_meta":{"com.anthropic.api/mcp-registry":{"slug":@,"toolNames":@,"requiredFields":@}}}`},
		"GitHub's":    {`{"server":{"name":"a.b/notes"},"_meta":{"x":{"stargazer_count":1}}}`, "a.b/notes", `{"server":{"name":@},"_meta":{"x":{"stargazer_count":@,"topics":@,"license":@}}}`},
		"mcpm":        {mcpmOne, "mcpm/notes", `{"name":@,"installations":{"a":{"command":@,"args":@,"env":@}},"arguments":@,"tools":@,"tags":@}`},
		"Cline":       {`{"mcpId":"notes"}`, "cline/notes", `{"mcpId":@,"tags":@,"githubStars":@,"name":@}`},
		"Smithery":    {`{"qualifiedName":"notes"}`, "smithery/notes", `{"qualifiedName":@,"connections":@,"tools":@,"useCount":@}`},
		"Glama":       {`{"namespace":"acme","slug":"notes"}`, "glama/acme-notes", `{"namespace":@,"slug":@,"tools":@,"repository":@,"attributes":@}`},
		"toolsdk":     {`{"path":"packages/a/notes.json","entry":{"packageName":"notes","runtime":"node"}}`, "toolsdk/a.notes", `{"path":@,"entry":{"packageName":@,"runtime":@,"env":@,"remotes":@,"binArgs":@}}`},
		"manifest":    {`{"path":"a/notes/manifest.json","manifest":` + manifest + `}`, "dxt/a.notes", `{"path":@,"manifest":{"dxt_version":@,"server":{"mcp_config":{"command":@,"args":@,"env":@}},"user_config":@,"tools":@}}`},
		"names":       {`{"name":"a.b/notes","repo_url":null,"server_type":"remote"}`, "a.b/notes", `{"name":@,"repo_url":@,"server_type":"x","is_latest":@}`},
		"export":      {`{"source":"x","listing":{"id":"a.b/notes"}}`, "a.b/notes", `{"source":@,"listing":{"id":@,"packages":@,"tools":@,"tags":@}}`},
		"starter":     {`{"key":"notes","title":"Notes","benefit":"Keeps your notes.","category":"other","publisher":"Acme","needs":"nothing","packages":[{"type":"npm","identifier":"notes"}]}`, "starter/notes", `{"key":@,"benefit":@,"packages":@}`},
	}
	for name, f := range forms {
		t.Run(name, func(t *testing.T) {
			values := map[string]string{
				"null": "null", "number": "-1e300", "list": `[[],{},"",null,1]`, "object": `{"":{},"a":[{}]}`, "true": "true", "empty": `""`,
				"NUL": `"a\u0000b"`, "reversed": `"a\u202E/b"`, "option": `"--eval"`, "surrogate": `"\ud800"`, "path": `"../../etc/passwd"`, "deep": deep, "giant": giant,
			}
			lines := []string{f.good}
			for _, v := range values {
				lines = append(lines, strings.ReplaceAll(f.bad, "@", v))
			}
			b := newBench(t, nil)
			res, err := b.Import(t.Context(), write(t, "hostile.jsonl", strings.Join(append(lines, f.good), "\n")))
			if err != nil || res.Read != len(lines)+1 || res.Read != res.Kept+res.Older+len(res.Unreadable) || len(res.Unreadable) < 5 {
				t.Fatalf("%d = %d + %d + %d, %v", res.Read, res.Kept, res.Older, len(res.Unreadable), err)
			}
			if l := show(t, b, f.id); l.Packages == nil || l.Tools == nil {
				t.Errorf("%+v", l)
			}
			for _, u := range res.Unreadable {
				if u.Reason == "" || len(u.Raw) > 64<<10 {
					t.Errorf("%d: %q, %d bytes kept", u.Index, u.Reason, len(u.Raw))
				}
			}
			for _, id := range ids(t, b.Catalog, catalog.Query{Limit: 200}) {
				l := show(t, b, id)
				for _, s := range []string{l.ID, l.Name, l.Title, l.Description, l.Publisher} {
					if strings.ContainsAny(s, "\x00\u202E\n") || len(s) > 5000 {
						t.Errorf("%s shows %.80q", id, s)
					}
				}
			}
		})
	}
}

func TestWhatCouldNotBeReadIsKept(t *testing.T) {
	b := newBench(t, nil)
	path := write(t, "some.jsonl", record+"\n"+`{"server":{"name":"nothing","title":"Keep this"}}`+"\n"+`{"server":{"name":"a.b/c","packages":[{"registryType":"odd","identifier":"x"}]}}`)
	res, err := b.Import(t.Context(), path)
	if err != nil || len(res.Unreadable) != 1 || len(res.LeftOut) != 1 {
		t.Fatalf("%+v, %v", res, err)
	}
	kept, err := b.store.Unreadable(t.Context(), "file:some.jsonl")
	if err != nil || len(kept) != 2 || kept[0].Index != 1 || kept[0].Reason != "no usable name" || !strings.Contains(kept[0].Raw, "Keep this") || !strings.Contains(kept[1].Reason, "a.b/c: package 0") {
		t.Errorf("%+v, %v", kept, err)
	}
	if s := source(t, b.Catalog, "file:some.jsonl"); s.Listings != 2 || s.Unreadable != 2 {
		t.Errorf("%+v", s)
	}
}

func TestImportingAgainReplaces(t *testing.T) {
	b := newBench(t, nil)
	dir := t.TempDir()
	path := filepath.Join(dir, "list.jsonl")
	load := func(body string) error {
		if err := os.WriteFile(path, []byte(body), 0o600); err != nil {
			t.Fatal(err)
		}
		_, err := b.Import(t.Context(), path)
		return err
	}
	if err := load(record + "\n" + serverOld); err != nil {
		t.Fatal(err)
	}
	if err := load(record); err != nil || total(t, b.Catalog, catalog.Query{}) != 1 {
		t.Errorf("%d listings, %v", total(t, b.Catalog, catalog.Query{}), err)
	}
	// What makes no sense leaves what was there.
	if err := load(record[:100]); model.Code(err) != "import_format" || total(t, b.Catalog, catalog.Query{}) != 1 {
		t.Errorf("%d listings, %v", total(t, b.Catalog, catalog.Query{}), err)
	}
	other := write(t, "other.jsonl", serverOld)
	if _, err := b.Import(t.Context(), other); err != nil || total(t, b.Catalog, catalog.Query{}) != 2 {
		t.Errorf("%d listings, %v", total(t, b.Catalog, catalog.Query{}), err)
	}
}

func TestImportThatIsStopped(t *testing.T) {
	b := newBench(t, nil)
	path := write(t, "list.jsonl", record)
	ctx, stop := context.WithCancel(t.Context())
	stop()
	if _, err := b.Import(ctx, path); !errors.Is(err, context.Canceled) {
		t.Errorf("%v", err)
	}
	release, ok, err := b.store.Exclusive("sync-file:list.jsonl")
	if err != nil || !ok {
		t.Fatal(ok, err)
	}
	if _, err := b.Import(t.Context(), path); model.Code(err) != "source_busy" {
		t.Errorf("%v", err)
	}
	release()
	if res, err := b.Import(t.Context(), path); err != nil || res.Kept != 1 {
		t.Errorf("%+v, %v", res, err)
	}
}

// packed makes a .tar.gz of files, in the order given.
func packed(t *testing.T, files ...[2]string) string {
	t.Helper()
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	w := tar.NewWriter(z)
	for _, f := range files {
		h := &tar.Header{Name: f[0], Mode: 0o600, Size: int64(len(f[1])), Typeflag: tar.TypeReg, Format: tar.FormatPAX}
		if strings.HasPrefix(f[1], "-> ") {
			h.Typeflag, h.Linkname, h.Size = tar.TypeSymlink, f[1][3:], 0
		}
		if err := w.WriteHeader(h); err != nil {
			t.Fatal(err)
		}
		if h.Typeflag == tar.TypeReg {
			if _, err := io.WriteString(w, f[1]); err != nil {
				t.Fatal(err)
			}
		}
	}
	if err := errors.Join(w.Close(), z.Close()); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func TestImportOfAnArchive(t *testing.T) {
	b := newBench(t, nil)
	path := write(t, "servers.tar.gz", packed(t,
		[2]string{"servers/weather/tools.json", `[{"name":"forecast","description":"For tomorrow"}]`},
		[2]string{"servers/weather/server.yaml", dockerOne},
		[2]string{"servers/link/server.yaml", "-> /etc/passwd"},
		[2]string{"../../outside/server.json", record},
		[2]string{"/outside/broken/server.yaml", "a: ["},
		[2]string{"ext/manifest.json", manifest},
		[2]string{"web/manifest.json", `{"manifest_version":3,"name":"a browser's"}`},
		[2]string{"servers/weather/README.md", strings.Repeat("x", 1<<20)},
	))
	res, err := b.Import(t.Context(), path)
	if err != nil || res.Source != "file:servers.tar.gz" || res.Read != 4 || res.Kept != 3 || len(res.Unreadable) != 1 {
		t.Fatalf("%+v, %v", res, err)
	}
	if l := show(t, b, "docker/weather"); len(l.Tools) != 1 || l.Tools[0].Name != "forecast" {
		t.Errorf("%+v", l.Tools)
	}
	for _, id := range []string{"com.example/notes", "dxt/ext"} {
		show(t, b, id)
	}
	for name, c := range map[string]struct{ body, code string }{
		"cut off":          {packed(t, [2]string{"a/server.yaml", dockerOne})[:120], "import_format"},
		"one file too big": {packed(t, [2]string{"a/server.yaml", strings.Repeat("#", 5<<20)}), "import_too_big"},
		"nothing in it":    {packed(t, [2]string{"README.md", "x"}), "import_format"},
	} {
		if _, err := b.Import(t.Context(), write(t, "bad.tar.gz", c.body)); model.Code(err) != c.code {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestNamesOfFileSources(t *testing.T) {
	for path, want := range map[string]string{
		"/home/me/list.json": "file:list.json", "list.json": "file:list.json", "/home/me/": "file:me",
		"/x/a\u202Eb\nc.json": "file:ab c.json", "/x/" + strings.Repeat("é", 120): "file:" + strings.Repeat("é", 99) + "…",
	} {
		if got := catalog.FileSource(path); got != want {
			t.Errorf("%q: %q", path, got)
		}
	}
	if !catalog.IsFile("file:x") || !catalog.IsFile("file") || catalog.IsFile("filed") || catalog.IsFile("official") {
		t.Error("what is a file")
	}
}

func FuzzImport(f *testing.F) {
	for _, s := range []string{record, "[" + record + "]", `{"servers":[` + record + `]}`, toolhiveAll, mcpmOne, `{"notes":` + mcpmOne + `}`, manifest, dockerOne, dockerAll, serverOld,
		`{"toolbay":1}` + "\n" + `{"source":"x","listing":{"id":"a.b/c"}}`, `{"servers":{"a":{"image":"x/y"}}}`} {
		f.Add([]byte(s))
	}
	b := newBench(f, nil)
	dir := f.TempDir()
	f.Fuzz(func(t *testing.T, body []byte) {
		path := filepath.Join(dir, "fuzz.json")
		if err := os.WriteFile(path, body, 0o600); err != nil {
			t.Fatal(err)
		}
		res, err := b.Import(context.Background(), path)
		if err == nil && (res.Kept == 0 || res.Read != res.Kept+res.Older+len(res.Unreadable)) {
			t.Errorf("%+v", res)
		}
		if code := model.Code(err); err != nil && code != "import_format" && code != "import_too_big" {
			t.Errorf("%v", err)
		}
	})
}
