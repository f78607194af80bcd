package runtimes

import (
	"archive/tar"
	"context"
	"os"
	"path/filepath"
	"testing"
)

func TestUnpackRefuses(t *testing.T) {
	cases := []struct {
		name  string
		items []item
	}{
		{"a way up", []item{{name: "top/../../evil", body: "x"}}},
		{"a way up at the start", []item{{name: "../evil", body: "x"}}},
		{"an absolute name", []item{{name: "/evil", body: "x"}}},
		{"a name outside the top folder", []item{{name: "other/evil", body: "x"}}},
		{"a backslash", []item{{name: "top/..\\..\\evil", body: "x"}}},
		{"a drive", []item{{name: "top/C:evil", body: "x"}}},
		{"a link out", []item{{name: "top/l", kind: tar.TypeSymlink, link: "../../evil"}}},
		{"an absolute link", []item{{name: "top/l", kind: tar.TypeSymlink, link: "/etc/passwd"}}},
		{"a link that goes down and up", []item{{name: "top/l", kind: tar.TypeSymlink, link: "a/../../x"}}},
		{"a file behind a link", []item{
			{name: "top/a/b/c/d", kind: tar.TypeSymlink, link: "../../../x"},
			{name: "top/a/b/c/d/l", kind: tar.TypeSymlink, link: "../../../.."}}},
		{"a file over a link", []item{
			{name: "top/l", kind: tar.TypeSymlink, link: "x"},
			{name: "top/l", body: "x"}}},
		{"a hard link", []item{{name: "top/l", kind: tar.TypeLink, link: "top/x"}}},
		{"a device", []item{{name: "top/d", kind: tar.TypeChar}}},
		{"the same file twice", []item{{name: "top/f", body: "1"}, {name: "top/f", body: "2"}}},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			dir := t.TempDir()
			archive := write(t, 0o600, string(tarGz(t, c.items...)), dir, "archive")
			out := filepath.Join(dir, "deep", "out")
			if err := os.MkdirAll(out, 0o755); err != nil {
				t.Fatal(err)
			}
			if err := unpack(context.Background(), archive, out, "top", false); err == nil {
				t.Error("it was unpacked")
			}
			for _, p := range []string{filepath.Join(dir, "evil"), filepath.Join(dir, "deep", "evil")} {
				if _, err := os.Lstat(p); err == nil {
					t.Errorf("%s was written", p)
				}
			}
		})
	}
}

func TestUnpackZipRefuses(t *testing.T) {
	for name, items := range map[string][]item{
		"a way up":    {{name: "top/../../evil", body: "x"}},
		"a backslash": {{name: "top\\..\\evil", body: "x"}},
		"a link":      {{name: "top/l", body: "/etc/passwd", mode: os.ModeSymlink | 0o777}},
		"no top":      {{name: "node.exe", body: "x"}},
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			archive := write(t, 0o600, string(zipped(t, items...)), dir, "archive")
			out := filepath.Join(dir, "out")
			if err := os.Mkdir(out, 0o755); err != nil {
				t.Fatal(err)
			}
			if err := unpack(context.Background(), archive, out, "top", true); err == nil {
				t.Error("it was unpacked")
			}
		})
	}
}

func TestUnpackModes(t *testing.T) {
	dir := t.TempDir()
	archive := write(t, 0o600, string(tarGz(t,
		item{name: "top/bin/node", body: "x", mode: 0o4777},
		item{name: "top/README", body: "x", mode: 0o666})), dir, "archive")
	if err := unpack(context.Background(), archive, dir, "top", false); err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]os.FileMode{"bin/node": 0o755, "README": 0o644} {
		st, err := os.Stat(filepath.Join(dir, name))
		if err != nil || st.Mode() != want {
			t.Errorf("%s: %v, %v", name, st, err)
		}
	}
}
