// Package fakepypi is a package index on loopback with Python packages made up
// by a test, so that installs and all their failures can be tested without a
// network. Tests only may import it.
//
//	index := fakepypi.New(t, fakepypi.Package{Name: "hello-mcp", Version: "1.0.0",
//		Files: map[string]string{"hello.py": "…"}, Scripts: map[string]string{"hello-mcp": "hello:main"}})
//	cmd.Env = index.Env(t)
package fakepypi

import (
	"archive/tar"
	"archive/zip"
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"html"
	"net/http"
	"net/http/httptest"
	"os"
	"sort"
	"strings"
	"sync"
	"testing"
)

// Package is one published version.
type Package struct {
	Name, Version string
	// Python is Requires-Python, Needs what stands in Requires-Dist.
	Python string
	Needs  []string
	// Files by path, as they are installed.
	Files map[string]string
	// Scripts are its programs: name to "module:function".
	Scripts map[string]string
	// Programs are files put among the programs as they are.
	Programs map[string]string
	// Tag is the wheel's; "" is py3-none-any.
	Tag string
	// Source publishes it as sources only, which have to be built.
	Source bool
	// Broken makes the build of its sources fail.
	Broken bool
	// Wheels names more tags under which the same files are published.
	Wheels []string
}

// Index serves packages.
type Index struct {
	// URL is the index itself.
	URL string

	mu     sync.Mutex
	before func(w http.ResponseWriter, r *http.Request) bool
	files  map[string][]byte            // by file name
	meta   map[string]string            // METADATA by file name
	pages  map[string]map[string]string // project to file name to Requires-Python
	asked  []string
}

// New starts an index that ends with the test.
func New(t testing.TB, packages ...Package) *Index {
	t.Helper()
	x := &Index{files: map[string][]byte{}, meta: map[string]string{}, pages: map[string]map[string]string{}}
	for _, p := range packages {
		x.Add(t, p)
	}
	server := httptest.NewServer(x)
	x.URL = server.URL + "/simple"
	t.Cleanup(func() {
		// Requests that a test left hanging must not hold up its end.
		server.CloseClientConnections()
		server.Close()
	})
	return x
}

// Add publishes one more package.
func (x *Index) Add(t testing.TB, p Package) {
	t.Helper()
	x.mu.Lock()
	defer x.mu.Unlock()
	name := strings.ToLower(strings.NewReplacer("_", "-", ".", "-").Replace(p.Name))
	if x.pages[name] == nil {
		x.pages[name] = map[string]string{}
	}
	if p.Source {
		file := stem(p) + ".tar.gz"
		x.files[file], x.pages[name][file] = sources(t, p), p.Python
		return
	}
	tags := p.Wheels
	if p.Tag != "" || len(tags) == 0 {
		tags = append(tags, p.Tag)
	}
	for _, tag := range tags {
		if tag == "" {
			tag = "py3-none-any"
		}
		file := stem(p) + "-" + tag + ".whl"
		x.files[file], x.meta[file], x.pages[name][file] = wheel(t, p, tag), metadata(p), p.Python
	}
}

// Replace changes a file's bytes under the digest that was announced.
func (x *Index) Replace(name string, body []byte) {
	x.mu.Lock()
	defer x.mu.Unlock()
	x.files[name+"\x00"] = body
}

// Body is the bytes of a file.
func (x *Index) Body(name string) []byte {
	x.mu.Lock()
	defer x.mu.Unlock()
	return x.files[name]
}

// Before is asked first about every request; true means it has answered.
func (x *Index) Before(f func(w http.ResponseWriter, r *http.Request) bool) {
	x.mu.Lock()
	defer x.mu.Unlock()
	x.before = f
}

// Asked lists the paths that were asked for.
func (x *Index) Asked() []string {
	x.mu.Lock()
	defer x.mu.Unlock()
	return append([]string{}, x.asked...)
}

// Env is an environment in which uv knows this index only and keeps everything
// in folders of the test.
func (x *Index) Env(t testing.TB) []string {
	t.Helper()
	dir := t.TempDir()
	return []string{
		"HOME=" + dir, "USERPROFILE=" + dir, "PATH=" + os.Getenv("PATH"), "SystemRoot=" + os.Getenv("SystemRoot"), "TMPDIR=" + os.TempDir(),
		"UV_DEFAULT_INDEX=" + x.URL, "UV_HTTP_RETRIES=0",
	}
}

func (x *Index) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	x.mu.Lock()
	x.asked = append(x.asked, r.URL.Path)
	before := x.before
	x.mu.Unlock()
	if before != nil && before(w, r) {
		return
	}
	x.mu.Lock()
	defer x.mu.Unlock()
	if file, ok := strings.CutPrefix(r.URL.Path, "/files/"); ok {
		if m, ok := x.meta[strings.TrimSuffix(file, ".metadata")]; ok && strings.HasSuffix(file, ".metadata") {
			_, _ = w.Write([]byte(m))
			return
		}
		body, ok := x.files[file+"\x00"]
		if !ok {
			body, ok = x.files[file]
		}
		if !ok {
			http.NotFound(w, r)
			return
		}
		w.Header().Set("Content-Type", "application/octet-stream")
		_, _ = w.Write(body)
		return
	}
	page, ok := x.pages[strings.Trim(strings.TrimPrefix(r.URL.Path, "/simple/"), "/")]
	if !ok {
		http.NotFound(w, r)
		return
	}
	w.Header().Set("Content-Type", "text/html")
	fmt.Fprint(w, "<!DOCTYPE html><html><body>")
	for _, file := range sorted(page) {
		extra := ""
		if page[file] != "" {
			extra += ` data-requires-python="` + html.EscapeString(page[file]) + `"`
		}
		if x.meta[file] != "" {
			extra += ` data-core-metadata="sha256=` + digest([]byte(x.meta[file])) + `"`
		}
		fmt.Fprintf(w, "<a href=\"/files/%s#sha256=%s\"%s>%s</a>\n", file, digest(x.files[file]), extra, file)
	}
	fmt.Fprint(w, "</body></html>")
}

func stem(p Package) string {
	return strings.NewReplacer("-", "_", ".", "_").Replace(p.Name) + "-" + p.Version
}

func metadata(p Package) string {
	var b strings.Builder
	fmt.Fprintf(&b, "Metadata-Version: 2.1\nName: %s\nVersion: %s\n", p.Name, p.Version)
	if p.Python != "" {
		fmt.Fprintf(&b, "Requires-Python: %s\n", p.Python)
	}
	extras := map[string]bool{}
	for _, n := range p.Needs {
		if _, extra, ok := strings.Cut(n, "extra == '"); ok && !extras[extra] {
			extras[extra] = true
			fmt.Fprintf(&b, "Provides-Extra: %s\n", strings.TrimSuffix(extra, "'"))
		}
		fmt.Fprintf(&b, "Requires-Dist: %s\n", n)
	}
	return b.String() + "\nText.\n"
}

func wheel(t testing.TB, p Package, tag string) []byte {
	t.Helper()
	info := stem(p) + ".dist-info/"
	files := map[string]string{info + "METADATA": metadata(p)}
	for name, body := range p.Files {
		files[name] = body
	}
	for name, body := range p.Programs {
		files[stem(p)+".data/scripts/"+name] = body
	}
	purelib := "true"
	if tag != "py3-none-any" {
		purelib = "false"
	}
	files[info+"WHEEL"] = "Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: " + purelib + "\nTag: " + tag + "\n"
	if len(p.Scripts) > 0 {
		text := "[console_scripts]\n"
		for _, name := range sorted(p.Scripts) {
			text += name + " = " + p.Scripts[name] + "\n"
		}
		files[info+"entry_points.txt"] = text
	}
	record := ""
	for _, name := range sorted(files) {
		sum := sha256.Sum256([]byte(files[name]))
		record += fmt.Sprintf("%s,sha256=%s,%d\n", name, base64.RawURLEncoding.EncodeToString(sum[:]), len(files[name]))
	}
	files[info+"RECORD"] = record + info + "RECORD,,\n"
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for _, name := range sorted(files) {
		h := &zip.FileHeader{Name: name, Method: zip.Deflate}
		h.SetMode(0o644)
		if strings.Contains(name, ".data/scripts/") {
			h.SetMode(0o755)
		}
		f, err := z.CreateHeader(h)
		if err == nil {
			_, err = f.Write([]byte(files[name]))
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// sources is an archive that is built by a backend of its own, which needs
// nothing and notes that it ran in the file named by BUILD_RAN.
func sources(t testing.TB, p Package) []byte {
	t.Helper()
	body := string(wheel(t, p, "py3-none-any"))
	broken := ""
	if p.Broken {
		broken = "    raise SystemExit('it does not build')\n"
	}
	built := stem(p) + "-py3-none-any.whl"
	files := map[string]string{
		"PKG-INFO":       "Metadata-Version: 1.0\nName: " + p.Name + "\nVersion: " + p.Version + "\n",
		"pyproject.toml": "[build-system]\nrequires = []\nbuild-backend = \"backend\"\nbackend-path = [\".\"]\n",
		"backend.py": "import base64, os\n" +
			"def build_wheel(folder, config_settings=None, metadata_directory=None):\n" +
			broken +
			"    ran = os.environ.get('BUILD_RAN')\n" +
			"    if ran: open(ran, 'w').close()\n" +
			"    with open(os.path.join(folder, '" + built + "'), 'wb') as f:\n" +
			"        f.write(base64.b64decode('" + base64.StdEncoding.EncodeToString([]byte(body)) + "'))\n" +
			"    return '" + built + "'\n",
	}
	var b bytes.Buffer
	gz := gzip.NewWriter(&b)
	w := tar.NewWriter(gz)
	for _, name := range sorted(files) {
		err := w.WriteHeader(&tar.Header{Name: stem(p) + "/" + name, Mode: 0o644, Size: int64(len(files[name])), Typeflag: tar.TypeReg})
		if err == nil {
			_, err = w.Write([]byte(files[name]))
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	if err := gz.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func digest(b []byte) string {
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:])
}

func sorted[V any](m map[string]V) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	sort.Strings(keys)
	return keys
}
