package main

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"

	"toolbay/backend/runtimes"
)

// publishedUV is an origin whose latest release is the given one.
func publishedUV(t *testing.T, digest, latest string) string {
	mux := http.NewServeMux()
	mux.Handle("/releases/latest", http.RedirectHandler("/releases/tag/"+latest, http.StatusFound))
	mux.HandleFunc("/releases/tag/", func(w http.ResponseWriter, r *http.Request) {})
	mux.HandleFunc("/releases/download/"+latest+"/", func(w http.ResponseWriter, r *http.Request) {
		if name, ok := strings.CutSuffix(r.URL.Path, ".sha256"); ok {
			fmt.Fprintf(w, "%s *%s\n", digest, name[strings.LastIndexByte(name, '/')+1:])
			return
		}
		w.Header().Set("Content-Length", "4321")
	})
	s := httptest.NewServer(mux)
	t.Cleanup(s.Close)
	return s.URL + "/releases/download"
}

func TestRenewUV(t *testing.T) {
	file := tableAt(t, "0.12.0", a)
	for _, latest := range []string{"0.12.0", "0.13.0", "0.14.0", "0.15.0"} {
		digest := b
		if latest == "0.12.0" {
			digest = a
		}
		if err := renewUV(http.DefaultClient, publishedUV(t, digest, latest)+"/", file, io.Discard); err != nil {
			t.Fatal(err)
		}
	}
	raw, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	table, err := runtimes.ParseTable(raw)
	if err != nil {
		t.Fatal(err)
	}
	got := ""
	for _, r := range table.Releases {
		got += r.Version + " "
	}
	if got != "0.15.0 0.14.0 0.13.0 " || table.Releases[0].Archives["win-arm64"] != (runtimes.Archive{SHA256: b, Size: 4321}) || len(table.Comment) != 1 {
		t.Errorf("%s%+v", got, table.Releases[0])
	}
}

func TestRenewUVRefuses(t *testing.T) {
	for name, origin := range map[string]func(*testing.T) string{
		"another digest for the same version": func(t *testing.T) string { return publishedUV(t, b, "0.12.0") },
		"only older versions":                 func(t *testing.T) string { return publishedUV(t, b, "0.11.9") },
		"a digest that is none":               func(t *testing.T) string { return publishedUV(t, "abc", "0.13.0") },
		"no version":                          func(t *testing.T) string { return publishedUV(t, b, "nightly") },
	} {
		t.Run(name, func(t *testing.T) {
			file := tableAt(t, "0.12.0", a)
			before, _ := os.ReadFile(file)
			if err := renewUV(http.DefaultClient, origin(t), file, io.Discard); err == nil {
				t.Error("it was taken")
			}
			if after, _ := os.ReadFile(file); string(after) != string(before) {
				t.Error("the table was changed")
			}
		})
	}
}
