package main

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"toolbay/backend/catalog"
	"toolbay/backend/catalog/snapshot"
	"toolbay/backend/store"
	"toolbay/internal/fakeregistry"
)

const mit = "MIT License\n\nCopyright (c) 2026 Somebody\n\nPermission is hereby granted, free of\ncharge, to any person …"

// mirror has a small copy of every source that is baked in.
func mirror(t *testing.T, change map[string]string) string {
	t.Helper()
	files := map[string]string{
		"/docker":           "registry:\n  fetch:\n    title: Fetch\n    description: Gets a page\n    type: server\n    image: mcp/fetch@sha256:" + strings.Repeat("a", 64) + "\n",
		"/toolhive":         `{"version":"1.0.0","servers":{"osv":{"image":"ghcr.io/stackloklabs/osv-mcp/server:0.0.7","description":"Looks up vulnerabilities","transport":"stdio","tier":"Official","status":"Active"}}}`,
		"/mcpm":             `{"time":{"name":"time","display_name":"Time","description":"Tells the time","installations":{"uvx":{"type":"uvx","command":"uvx","args":["mcp-server-time"]}}}}`,
		"/docker/LICENSE":   mit,
		"/mcpm/LICENSE":     mit,
		"/toolhive/LICENSE": "Apache License\nVersion 2.0, January 2004",
	}
	for k, v := range change {
		files[k] = v
	}
	var records []fakeregistry.Record
	for i := range 150 {
		records = append(records, fakeregistry.Make(fmt.Sprintf("com.example/s%03d", i), "1.0.0", true))
	}
	official := http.StripPrefix("/official", fakeregistry.New(records))
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, ok := files[r.URL.Path]
		switch {
		case strings.HasPrefix(r.URL.Path, "/official/"):
			official.ServeHTTP(w, r)
		case ok && body != "":
			io.WriteString(w, body)
		default:
			http.NotFound(w, r)
		}
	}))
	t.Cleanup(srv.Close)
	return srv.URL
}

func TestSnapshot(t *testing.T) {
	to, at := t.TempDir(), mirror(t, nil)
	if err := run(t.Context(), to, at+"/", io.Discard); err != nil {
		t.Fatal(err)
	}
	notices, err := os.ReadFile(filepath.Join(to, snapshot.Notices))
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"CC0", "Copyright (c) 2026 Somebody", "Apache License", "## docker", "## mcpm", "## toolhive", "## official"} {
		if !strings.Contains(string(notices), want) {
			t.Errorf("the notices lack %q", want)
		}
	}
	db, err := store.Open(filepath.Join(t.TempDir(), "toolbay.db"))
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	c := catalog.New(db, catalog.Options{})
	f, err := os.Open(filepath.Join(to, snapshot.File))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if err := c.Restore(t.Context(), f); err != nil {
		t.Fatal(err)
	}
	states, err := c.Status(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	have := map[string]int{}
	for _, s := range states {
		if s.Listings > 0 {
			have[s.Source] = s.Listings
		}
	}
	if got, _ := json.Marshal(have); string(got) != `{"docker":1,"mcpm":1,"official":150,"toolhive":1}` {
		t.Errorf("%s", got)
	}
	if mark, _, err := db.Watermark(t.Context(), "official"); err != nil || mark.IsZero() {
		t.Errorf("reading would not go on with what changed: %v %v", mark, err)
	}
}

func TestNothingHalf(t *testing.T) {
	for name, change := range map[string]map[string]string{
		"a source is down":         {"/docker": ""},
		"a source is empty":        {"/mcpm": "{}"},
		"a licence is gone":        {"/toolhive/LICENSE": ""},
		"a licence is another one": {"/docker/LICENSE": "All rights reserved"},
	} {
		t.Run(name, func(t *testing.T) {
			to := t.TempDir()
			if err := run(t.Context(), to, mirror(t, change), io.Discard); err == nil {
				t.Error("was made all the same")
			}
			if left, _ := filepath.Glob(filepath.Join(to, "*")); len(left) > 0 {
				t.Errorf("left: %q", left)
			}
		})
	}
}
