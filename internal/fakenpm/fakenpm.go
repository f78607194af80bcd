// Package fakenpm is a package registry on loopback with packages made up by
// a test, so that installs and all their failures can be tested without a
// network. Tests only may import it.
//
//	reg := fakenpm.New(t, fakenpm.Package{Name: "hello-mcp", Version: "1.0.0",
//		Manifest: map[string]any{"bin": "cli.js"}, Files: map[string]string{"cli.js": "…"}})
//	cmd.Env = reg.Env(t)
package fakenpm

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"crypto/sha1"
	"crypto/sha512"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"sort"
	"strings"
	"sync"
	"testing"
	"time"
)

// Package is one published version. Of a name given twice the later one is
// tagged latest.
type Package struct {
	Name, Version string
	// Manifest is added to the package.json.
	Manifest map[string]any
	// Files by path; package.json is made.
	Files map[string]string
}

// Registry serves packages.
type Registry struct {
	URL string

	mu       sync.Mutex
	before   func(w http.ResponseWriter, r *http.Request) bool
	packages map[string][]Package
	tarballs map[string][]byte
	asked    []string
}

// New starts a registry that ends with the test.
func New(t testing.TB, packages ...Package) *Registry {
	t.Helper()
	r := &Registry{packages: map[string][]Package{}, tarballs: map[string][]byte{}}
	for _, p := range packages {
		r.packages[p.Name] = append(r.packages[p.Name], p)
		r.tarballs[tarballPath(p)] = tarball(t, p)
	}
	server := httptest.NewUnstartedServer(r)
	r.URL = "http://" + server.Listener.Addr().String()
	server.Start()
	t.Cleanup(func() {
		// Requests that a test left hanging must not hold up its end.
		server.CloseClientConnections()
		server.Close()
	})
	return r
}

// Env is an environment in which npm knows this registry only and keeps
// everything in folders of the test.
func (r *Registry) Env(t testing.TB) []string {
	t.Helper()
	dir := t.TempDir()
	return []string{
		"HOME=" + dir, "USERPROFILE=" + dir, "PATH=" + os.Getenv("PATH"), "SystemRoot=" + os.Getenv("SystemRoot"),
		"npm_config_registry=" + r.URL, "npm_config_cache=" + filepath.Join(dir, "cache"),
		"npm_config_userconfig=" + filepath.Join(dir, "user-npmrc"), "npm_config_globalconfig=" + filepath.Join(dir, "global-npmrc"),
	}
}

// Before has answer called with each request first; true from it means that
// the request was answered.
func (r *Registry) Before(answer func(w http.ResponseWriter, r *http.Request) bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.before = answer
}

// Replace changes the bytes of a published tarball, its integrity stays.
func (r *Registry) Replace(name, version string, files map[string]string, t testing.TB) {
	t.Helper()
	p := Package{Name: name, Version: version, Files: files}
	r.mu.Lock()
	defer r.mu.Unlock()
	// The packument is made from the tarballs as they were first.
	r.tarballs["changed"+tarballPath(p)] = tarball(t, p)
}

// Asked lists the paths asked for so far.
func (r *Registry) Asked() []string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return append([]string{}, r.asked...)
}

func (r *Registry) ServeHTTP(w http.ResponseWriter, req *http.Request) {
	path := req.URL.Path
	r.mu.Lock()
	r.asked = append(r.asked, path)
	ball, isBall := r.tarballs[path]
	if changed, ok := r.tarballs["changed"+path]; ok {
		ball = changed
	}
	before := r.before
	r.mu.Unlock()
	if before != nil && before(w, req) {
		return
	}
	if isBall {
		_, _ = w.Write(ball)
		return
	}
	name, err := url.PathUnescape(strings.TrimPrefix(path, "/"))
	if doc := r.packument(name); err == nil && doc != nil {
		w.Header().Set("Content-Type", "application/json")
		_ = json.NewEncoder(w).Encode(doc)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(http.StatusNotFound)
	_, _ = w.Write([]byte(`{"error":"Not found"}`))
}

func (r *Registry) packument(name string) map[string]any {
	r.mu.Lock()
	defer r.mu.Unlock()
	published := r.packages[name]
	if len(published) == 0 {
		return nil
	}
	versions, times := map[string]any{}, map[string]any{}
	for _, p := range published {
		m := manifest(p)
		ball := r.tarballs[tarballPath(p)]
		s512, s1 := sha512.Sum512(ball), sha1.Sum(ball)
		size := 0
		for _, body := range p.Files {
			size += len(body)
		}
		m["dist"] = map[string]any{
			"tarball": r.URL + tarballPath(p), "shasum": hex.EncodeToString(s1[:]),
			"integrity": "sha512-" + base64.StdEncoding.EncodeToString(s512[:]), "unpackedSize": size, "fileCount": len(p.Files) + 1,
		}
		if scripts, ok := m["scripts"].(map[string]any); ok {
			for _, s := range []string{"preinstall", "install", "postinstall"} {
				if scripts[s] != nil {
					m["hasInstallScript"] = true
				}
			}
		}
		versions[p.Version] = m
		times[p.Version] = time.Unix(1_700_000_000, 0).UTC().Format(time.RFC3339)
	}
	return map[string]any{
		"_id": name, "name": name, "versions": versions, "time": times,
		"dist-tags": map[string]string{"latest": published[len(published)-1].Version},
	}
}

func manifest(p Package) map[string]any {
	m := maps.Clone(p.Manifest)
	if m == nil {
		m = map[string]any{}
	}
	m["name"], m["version"] = p.Name, p.Version
	return m
}

func tarballPath(p Package) string {
	short := p.Name[strings.LastIndex(p.Name, "/")+1:]
	return "/" + p.Name + "/-/" + short + "-" + p.Version + ".tgz"
}

func tarball(t testing.TB, p Package) []byte {
	t.Helper()
	b, err := json.Marshal(manifest(p))
	if err != nil {
		t.Fatal(err)
	}
	files := map[string]string{"package.json": string(b)}
	maps.Copy(files, p.Files)
	names := make([]string, 0, len(files))
	for n := range files {
		names = append(names, n)
	}
	sort.Strings(names)
	var buf bytes.Buffer
	gz := gzip.NewWriter(&buf)
	tw := tar.NewWriter(gz)
	for _, n := range names {
		h := &tar.Header{Name: "package/" + n, Mode: 0o644, Size: int64(len(files[n])), Typeflag: tar.TypeReg}
		if err := tw.WriteHeader(h); err != nil {
			t.Fatal(err)
		}
		if _, err := tw.Write([]byte(files[n])); err != nil {
			t.Fatal(err)
		}
	}
	if err := tw.Close(); err != nil {
		t.Fatal(err)
	}
	if err := gz.Close(); err != nil {
		t.Fatal(err)
	}
	return buf.Bytes()
}
