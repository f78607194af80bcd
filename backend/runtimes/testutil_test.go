package runtimes

import (
	"archive/tar"
	"archive/zip"
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/hex"
	"io/fs"
	"os"
	"path/filepath"
	"testing"
)

// item is one entry of a made archive.
type item struct {
	name string
	body string
	mode fs.FileMode
	kind byte // tar's; 0 is a file
	link string
}

func tarGz(t testing.TB, items ...item) []byte {
	t.Helper()
	var b bytes.Buffer
	gz := gzip.NewWriter(&b)
	tw := tar.NewWriter(gz)
	for _, i := range items {
		h := &tar.Header{Name: i.name, Mode: int64(i.mode.Perm()), Size: int64(len(i.body)), Typeflag: i.kind, Linkname: i.link}
		if i.kind == 0 {
			h.Typeflag = tar.TypeReg
		}
		if err := tw.WriteHeader(h); err != nil {
			t.Fatal(err)
		}
		if _, err := tw.Write([]byte(i.body)); err != nil {
			t.Fatal(err)
		}
	}
	if err := tw.Close(); err != nil {
		t.Fatal(err)
	}
	if err := gz.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func zipped(t testing.TB, items ...item) []byte {
	t.Helper()
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for _, i := range items {
		h := &zip.FileHeader{Name: i.name, Method: zip.Deflate}
		h.SetMode(i.mode)
		w, err := z.CreateHeader(h)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := w.Write([]byte(i.body)); err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

const fakeVersion = "24.99.0"

// fakeArchive is laid out as nodejs.org's archives are, with a node that only
// knows its version.
func fakeArchive(t testing.TB) []byte {
	top := "node-v" + fakeVersion + "-linux-x64"
	return tarGz(t,
		item{name: top + "/", kind: tar.TypeDir, mode: 0o755},
		item{name: top + "/include/node/v8.h", body: "//", mode: 0o644},
		item{name: top + "/share/man/man1/node.1", body: ".", mode: 0o644},
		item{name: top + "/LICENSE", body: "free", mode: 0o644},
		item{name: top + "/bin/node", body: "#!/bin/sh\necho v" + fakeVersion + "\n", mode: 0o755},
		item{name: top + "/bin/npm", kind: tar.TypeSymlink, link: "../lib/node_modules/npm/bin/npm-cli.js"},
		item{name: top + "/lib/node_modules/npm/bin/npm-cli.js", body: "// npm", mode: 0o755},
	)
}

func digest(b []byte) string {
	s := sha256.Sum256(b)
	return hex.EncodeToString(s[:])
}

// write makes files, with folders as needed.
func write(t testing.TB, mode fs.FileMode, body string, parts ...string) string {
	t.Helper()
	p := filepath.Join(parts...)
	if err := os.MkdirAll(filepath.Dir(p), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(p, []byte(body), mode); err != nil {
		t.Fatal(err)
	}
	return p
}

// leftovers lists what stands below home apart from the folders themselves.
func leftovers(t testing.TB, home string) []string {
	t.Helper()
	var out []string
	err := filepath.WalkDir(home, func(p string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		rel, _ := filepath.Rel(home, p)
		if rel != "." && rel != "staging" && rel != filepath.Join("staging", ".lock") {
			out = append(out, rel)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}
