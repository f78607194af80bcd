// Package uvarchive gives tests a real uv, and archives laid out as its makers
// and the makers of Python publish them, out of what this machine has. So the
// fetching of a private uv and of a Python is tested with real bytes where their
// own places are out of reach. Tests only may import it.
//
//	uv := uvarchive.Program(t)
//	archive, table := uvarchive.Linux(t)
//	index := uvarchive.Python(t)
package uvarchive

import (
	"archive/tar"
	"compress/gzip"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"io"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"toolbay/backend/runtimes"
)

// Program is a uv: the one that build/uv.sh brought, else one on PATH. Without
// one the test is skipped.
func Program(t testing.TB) string {
	t.Helper()
	dir, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	for ; filepath.Dir(dir) != dir; dir = filepath.Dir(dir) {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err != nil {
			continue
		}
		name := "uv"
		if runtime.GOOS == "windows" {
			name = "uv.exe"
		}
		if p := filepath.Join(dir, ".deps", "uv", name); exists(p) {
			return p
		}
		break
	}
	if p, err := exec.LookPath("uv"); err == nil {
		return p
	}
	t.Skip("needs uv: run build/uv.sh")
	return ""
}

func exists(p string) bool {
	_, err := os.Stat(p)
	return err == nil
}

// Linux gives the file of uv-x86_64-unknown-linux-gnu.tar.gz, made of the uv of
// Program, and a table with its digest. The test is skipped on other systems.
func Linux(t testing.TB) (string, *runtimes.Table) {
	t.Helper()
	if runtime.GOOS != "linux" || runtime.GOARCH != "amd64" {
		t.Skip("the program packed here is for Linux on x64")
	}
	uv := Program(t)
	out, err := exec.Command(uv, "--version").Output()
	words := strings.Fields(string(out))
	if err != nil || len(words) < 2 {
		t.Fatalf("uv --version: %q, %v", out, err)
	}
	file := filepath.Join(t.TempDir(), "uv.tar.gz")
	sum := pack(t, file, func(w *tar.Writer) error { return add(w, uv, "uv-x86_64-unknown-linux-gnu/uv") })
	st, err := os.Stat(file)
	if err != nil {
		t.Fatal(err)
	}
	return file, &runtimes.Table{Releases: []runtimes.Release{{Version: words[1], Archives: map[string]runtimes.Archive{
		"linux-x64": {SHA256: sum, Size: st.Size()},
	}}}}
}

// Python serves a list of Pythons as UV_PYTHON_DOWNLOADS_JSON_URL names one, with
// the system's own Python packed as the only one in it. It gives the list's
// address and the Python's version. The test is skipped where the system has
// none.
func Python(t testing.TB) (url, version string) {
	t.Helper()
	const program = "/usr/bin/python3"
	if runtime.GOOS != "linux" || runtime.GOARCH != "amd64" || !exists(program) {
		t.Skip("needs Debian's Python 3 on x64")
	}
	out, err := exec.Command(program, "-I", "-c", "import sys; print('%d %d %d' % sys.version_info[:3], sys.base_prefix)").Output()
	words := strings.Fields(string(out))
	if err != nil || len(words) != 4 || words[3] != "/usr" {
		t.Skipf("the system's Python is an unusual one: %q, %v", out, err)
	}
	minor := words[0] + "." + words[1]
	version = minor + "." + words[2]
	real, err := filepath.EvalSymlinks(program)
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "python.tar.gz")
	sum := pack(t, file, func(w *tar.Writer) error {
		if err := add(w, real, "python/bin/python"+minor); err != nil {
			return err
		}
		for _, name := range []string{"python3", "python"} {
			if err := w.WriteHeader(&tar.Header{Name: "python/bin/" + name, Typeflag: tar.TypeSymlink, Linkname: "python" + minor, Mode: 0o777}); err != nil {
				return err
			}
		}
		return addAll(w, "/usr/lib/python"+minor, "python/lib/python"+minor)
	})
	var server *httptest.Server
	server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.HasSuffix(r.URL.Path, ".tar.gz") {
			http.ServeFile(w, r, file)
			return
		}
		var v [3]json.Number
		for i := range v {
			v[i] = json.Number(words[i])
		}
		_ = json.NewEncoder(w).Encode(map[string]any{"cpython-" + version + "-linux-x86_64-gnu": map[string]any{
			"name": "cpython", "arch": map[string]any{"family": "x86_64", "variant": nil}, "os": "linux", "libc": "gnu",
			"major": v[0], "minor": v[1], "patch": v[2], "prerelease": "", "variant": nil, "build": "20260101",
			"url": server.URL + "/cpython-" + version + "%2B20260101-x86_64-unknown-linux-gnu-install_only.tar.gz", "sha256": sum,
		}})
	}))
	t.Cleanup(server.Close)
	return server.URL + "/list.json", version
}

func pack(t testing.TB, file string, fill func(w *tar.Writer) error) string {
	t.Helper()
	f, err := os.Create(file)
	if err != nil {
		t.Fatal(err)
	}
	sum := sha256.New()
	gz, err := gzip.NewWriterLevel(io.MultiWriter(f, sum), gzip.BestSpeed)
	if err != nil {
		t.Fatal(err)
	}
	w := tar.NewWriter(gz)
	if err := errors.Join(fill(w), w.Close(), gz.Close(), f.Close()); err != nil {
		t.Fatal(err)
	}
	return hex.EncodeToString(sum.Sum(nil))
}

func add(w *tar.Writer, file, name string) error {
	f, err := os.Open(file)
	if err != nil {
		return err
	}
	defer f.Close()
	st, err := f.Stat()
	if err != nil {
		return err
	}
	if err := w.WriteHeader(&tar.Header{Name: name, Mode: int64(st.Mode().Perm()), Size: st.Size(), Typeflag: tar.TypeReg}); err != nil {
		return err
	}
	_, err = io.Copy(w, f)
	return err
}

// addAll packs a folder without what a server never needs: tests, compiled
// copies, and parts of other packages.
func addAll(w *tar.Writer, dir, name string) error {
	return filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		switch d.Name() {
		case "__pycache__", "test", "dist-packages", "EXTERNALLY-MANAGED":
			if d.IsDir() {
				return filepath.SkipDir
			}
			return nil
		}
		st, err := os.Stat(path) // links of Debian's lead out of the folder
		if err != nil || !st.Mode().IsRegular() {
			return nil
		}
		rel, err := filepath.Rel(dir, path)
		if err != nil {
			return err
		}
		return add(w, path, name+"/"+filepath.ToSlash(rel))
	})
}
