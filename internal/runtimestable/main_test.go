package main

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path"
	"path/filepath"
	"strings"
	"testing"

	"toolbay/backend/runtimes"
)

// published is an origin with the given digest for every archive.
func published(t *testing.T, digest string, versions ...string) string {
	mux := http.NewServeMux()
	mux.HandleFunc("/index.json", func(w http.ResponseWriter, r *http.Request) {
		var list []string
		for _, v := range versions {
			list = append(list, fmt.Sprintf(`{"version":"v%s","lts":"X","files":["linux-x64"]}`, v))
		}
		fmt.Fprintf(w, "[%s]", strings.Join(list, ","))
	})
	for _, v := range versions {
		mux.HandleFunc("/v"+v+"/", func(w http.ResponseWriter, r *http.Request) {
			if path.Base(r.URL.Path) == "SHASUMS256.txt" {
				for _, p := range runtimes.Platforms {
					fmt.Fprintf(w, "%s  %s\n", digest, runtimes.ArchiveName(v, p))
				}
				fmt.Fprintf(w, "%s  win-x64/node.exe\n", strings.Repeat("f", 64))
				return
			}
			w.Header().Set("Content-Length", "4321")
		})
	}
	s := httptest.NewServer(mux)
	t.Cleanup(s.Close)
	return s.URL
}

func tableAt(t *testing.T, version, digest string) string {
	t.Helper()
	table := &runtimes.Table{Comment: []string{`kept <as> "it" is`}, Releases: []runtimes.Release{{Version: version, Archives: map[string]runtimes.Archive{}}}}
	for _, p := range runtimes.Platforms {
		table.Releases[0].Archives[p] = runtimes.Archive{SHA256: digest}
	}
	b, err := format(table)
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "table.json")
	if err := os.WriteFile(file, b, 0o644); err != nil {
		t.Fatal(err)
	}
	return file
}

var a, b = strings.Repeat("a", 64), strings.Repeat("b", 64)

func TestRenew(t *testing.T) {
	file := tableAt(t, "24.1.0", a)
	origin := published(t, b, "26.1.0", "24.9.0", "24.10.1", "24.2.0", "24.11.0-rc.1")
	if err := renew(http.DefaultClient, origin+"/", file, io.Discard); err != nil {
		t.Fatal(err)
	}
	raw, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	table, err := runtimes.ParseTable(raw)
	if err != nil {
		t.Fatal(err)
	}
	r := table.Releases[0]
	if len(table.Releases) != 1 || r.Version != "24.10.1" || len(r.Archives) != len(runtimes.Platforms) || r.Archives["win-arm64"] != (runtimes.Archive{SHA256: b, Size: 4321}) {
		t.Errorf("%+v", table)
	}
	if table.Comment[0] != `kept <as> "it" is` {
		t.Errorf("comment %q", table.Comment)
	}
}

func TestRenewFillsInSizes(t *testing.T) {
	file := tableAt(t, "24.1.0", a)
	if err := renew(http.DefaultClient, published(t, a, "24.1.0"), file, io.Discard); err != nil {
		t.Fatal(err)
	}
	if raw, _ := os.ReadFile(file); strings.Count(string(raw), `"size": 4321`) != len(runtimes.Platforms) {
		t.Errorf("%s", raw)
	}
}

func TestRenewRefuses(t *testing.T) {
	for name, origin := range map[string]func(*testing.T) string{
		"another digest for the same version": func(t *testing.T) string { return published(t, b, "24.1.0") },
		"only older versions":                 func(t *testing.T) string { return published(t, b, "24.0.9") },
		"a digest that is none":               func(t *testing.T) string { return published(t, "abc", "24.2.0") },
		"nothing at all":                      func(t *testing.T) string { return published(t, b) + "/nowhere" },
	} {
		t.Run(name, func(t *testing.T) {
			file := tableAt(t, "24.1.0", a)
			before, _ := os.ReadFile(file)
			if err := renew(http.DefaultClient, origin(t), file, io.Discard); err == nil {
				t.Error("it was taken")
			}
			if after, _ := os.ReadFile(file); string(after) != string(before) {
				t.Error("the table was changed")
			}
		})
	}
}

// The tables that ship are in the form this command writes.
func TestShippedTablesAreFormatted(t *testing.T) {
	for _, name := range []string{"node", "uv"} {
		raw, err := os.ReadFile("../../backend/runtimes/" + name + "-digests.json")
		if err != nil {
			t.Fatal(err)
		}
		table, err := runtimes.ParseTable(raw)
		if err != nil {
			t.Fatal(err)
		}
		if want, err := format(table); err != nil || string(want) != string(raw) {
			t.Errorf("%s: %v, differs:\n%s", name, err, want)
		}
	}
}
