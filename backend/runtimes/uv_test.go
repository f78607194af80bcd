package runtimes

import (
	"context"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"toolbay/backend/job"
	"toolbay/backend/model"
)

func uvMachine(t *testing.T, goos string) (*UVs, string) {
	n, dir := machine(t, goos)
	n.SystemDirs = nil
	u := &UVs{Home: n.Home, UserHome: n.UserHome, OS: goos, Arch: "amd64", Getenv: n.Getenv, Run: n.Run}
	if goos != "windows" {
		u.SystemDirs = []string{filepath.Join(dir, "home", ".local", "bin"), filepath.Join(dir, "usr", "bin")}
	}
	return u, dir
}

func TestFindUV(t *testing.T) {
	cases := []struct {
		name    string
		goos    string
		files   map[string]string // place to what it says
		want    string
		private bool
	}{
		{name: "none"},
		{name: "on PATH", files: map[string]string{"path/uv": "uv 0.13.0 (x)", "usr/bin/uv": "uv 0.14.0"}, want: "path/uv"},
		{name: "where its installer puts it", files: map[string]string{"home/.local/bin/uv": "uv 0.10.0"}, want: "home/.local/bin/uv"},
		{name: "too old", files: map[string]string{"path/uv": "uv 0.9.30"}},
		{name: "too old, and a private one", files: map[string]string{"path/uv": "uv 0.9.30", "toolbay/runtimes/uv-0.13.0-linux-x64/uv": "uv 0.13.0"}, want: "toolbay/runtimes/uv-0.13.0-linux-x64/uv", private: true},
		{name: "one of this machine before a private one", files: map[string]string{"usr/bin/uv": "uv 0.10.0", "toolbay/runtimes/uv-0.13.0-linux-x64/uv": "uv 0.13.0"}, want: "usr/bin/uv"},
		{name: "the newest private one", files: map[string]string{"toolbay/runtimes/uv-0.10.0-linux-x64/uv": "uv 0.10.0", "toolbay/runtimes/uv-0.13.0-linux-x64/uv": "uv 0.13.0"}, want: "toolbay/runtimes/uv-0.13.0-linux-x64/uv", private: true},
		{name: "of another platform", files: map[string]string{"toolbay/runtimes/uv-0.13.0-darwin-x64/uv": "uv 0.13.0"}},
		{name: "another program of that name", files: map[string]string{"path/uv": "ultraviolet 3.0", "usr/bin/uv": "uv 0.13.0"}, want: "usr/bin/uv"},
		{name: "a shim", files: map[string]string{"home/.volta/bin/uv": "uv 0.13.0"}},
		{name: "Windows", goos: "windows", files: map[string]string{"local/Microsoft/WinGet/Links/uv.exe": "uv 0.13.0"}, want: "local/Microsoft/WinGet/Links/uv.exe"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			if c.goos == "" {
				c.goos = "linux"
			}
			u, dir := uvMachine(t, c.goos)
			for place, says := range c.files {
				write(t, 0o755, says, dir, filepath.FromSlash(place))
			}
			uv, err := u.Find(context.Background())
			if c.want == "" {
				if model.Code(err) != "uv_missing" {
					t.Errorf("found %+v, %v", uv, err)
				}
				return
			}
			if err != nil || uv.Path != filepath.Join(dir, filepath.FromSlash(c.want)) || uv.Private != c.private {
				t.Errorf("found %+v, %v", uv, err)
			}
		})
	}
}

func TestUVOffer(t *testing.T) {
	table := &Table{Releases: []Release{{Version: "9.0.0", Archives: map[string]Archive{"linux-x64": {SHA256: digest([]byte("x")), Size: 7}, "win-arm64": {SHA256: digest([]byte("y"))}}}}}
	for _, c := range []struct{ os, arch, origin, env, url, code string }{
		{"linux", "amd64", "", "", DefaultUVOrigin + "/9.0.0/uv-x86_64-unknown-linux-gnu.tar.gz", ""},
		{"windows", "arm64", "", "", DefaultUVOrigin + "/9.0.0/uv-aarch64-pc-windows-msvc.zip", ""},
		{"linux", "amd64", "https://mirror.example/uv/", "", "https://mirror.example/uv/9.0.0/uv-x86_64-unknown-linux-gnu.tar.gz", ""},
		{"linux", "amd64", "https://mirror.example", "http://127.0.0.1:9", "http://127.0.0.1:9/9.0.0/uv-x86_64-unknown-linux-gnu.tar.gz", ""},
		{"linux", "riscv64", "", "", "", "uv_not_offered"},
		{"darwin", "arm64", "", "", "", "uv_not_offered"},
		{"linux", "amd64", "ftp://mirror.example", "", "", "uv_origin_invalid"},
	} {
		u := &UVs{Home: t.TempDir(), OS: c.os, Arch: c.arch, Origin: c.origin, Table: table, Getenv: func(k string) string {
			if k == "TOOLBAY_UV_ORIGIN" {
				return c.env
			}
			return ""
		}}
		d, err := u.Offer()
		if model.Code(err) != c.code || d.URL != c.url {
			t.Errorf("%+v: %+v, %v", c, d, err)
		}
	}
}

func TestShippedUVTable(t *testing.T) {
	table, err := ShippedUVTable()
	if err != nil {
		t.Fatal(err)
	}
	seen := map[string]string{}
	rng, _ := ParseRange(uvFloor)
	for _, r := range table.Releases {
		if !rng.Has(r.Version) {
			t.Errorf("%s is older than what is asked for", r.Version)
		}
		for _, p := range Platforms {
			a, ok := r.Archives[p]
			if !ok {
				t.Errorf("%s has no archive for %s", r.Version, p)
			}
			if other, twice := seen[a.SHA256]; twice {
				t.Errorf("%s of %s has the digest of %s", p, r.Version, other)
			}
			seen[a.SHA256] = p + " of " + r.Version
		}
	}
	if len(table.Releases) < 2 || len(table.Comment) == 0 {
		t.Errorf("%d releases, %d lines of comment", len(table.Releases), len(table.Comment))
	}
}

func TestFetchUV(t *testing.T) {
	skipWithoutScripts(t)
	const version = "9.0.0"
	top := "uv-x86_64-unknown-linux-gnu/"
	program := func(says string) item {
		return item{name: top + "uv", body: "#!/bin/sh\necho '" + says + "'\n", mode: 0o755}
	}
	good := tarGz(t, item{name: top, kind: '5', mode: 0o755}, program("uv "+version+" (x)"), item{name: top + "uvx", body: "#!/bin/sh\n", mode: 0o755})
	cases := []struct {
		name    string
		archive []byte
		serve   http.HandlerFunc
		change  func(u *UVs, d *Download)
		code    string
	}{
		{name: "as it should be", archive: good},
		{name: "other bytes than the table's", archive: good, change: func(u *UVs, d *Download) { d.SHA256 = digest([]byte("other")) }, code: "uv_digest_wrong"},
		{name: "more bytes than the table's", archive: good, change: func(u *UVs, d *Download) { d.Size = 10 }, code: "uv_digest_wrong"},
		{name: "not there", archive: good, serve: http.NotFound, code: "uv_download_failed"},
		{name: "nothing comes", archive: good, serve: func(w http.ResponseWriter, r *http.Request) { w.(http.Flusher).Flush(); <-r.Context().Done() },
			change: func(u *UVs, d *Download) { u.Stall = 50 * time.Millisecond }, code: "uv_download_failed"},
		{name: "no archive", archive: []byte("garbage"), code: "uv_archive_bad"},
		{name: "a file that would leave the folder", archive: tarGz(t, program("uv "+version), item{name: top + "../../evil", body: "x"}), code: "uv_archive_bad"},
		{name: "another folder in it", archive: tarGz(t, item{name: "uv/uv", body: "#!/bin/sh\n", mode: 0o755}), code: "uv_archive_bad"},
		{name: "another version in it", archive: tarGz(t, program("uv 1.0.0")), code: "uv_unusable"},
		{name: "no uv in it", archive: tarGz(t, item{name: top + "README", body: "x"}), code: "uv_unusable"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			asked := 0
			s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				asked++
				if c.serve != nil {
					c.serve(w, r)
					return
				}
				_, _ = w.Write(c.archive)
			}))
			defer s.Close()
			u := &UVs{Home: t.TempDir(), UserHome: t.TempDir(), OS: "linux", Arch: "amd64", Origin: s.URL, SystemDirs: []string{}, Getenv: func(string) string { return "" },
				Table: &Table{Releases: []Release{{Version: version, Archives: map[string]Archive{"linux-x64": {SHA256: digest(c.archive), Size: int64(len(c.archive))}}}}}}
			d, err := u.Offer()
			if err != nil {
				t.Fatal(err)
			}
			if c.change != nil {
				c.change(u, &d)
			}
			uv, err := u.Fetch(context.Background(), d, job.Silent)
			if model.Code(err) != c.code {
				t.Fatalf("got %v, want %q", err, c.code)
			}
			if c.code != "" {
				if left := leftovers(t, u.Home); len(left) > 0 {
					t.Errorf("left behind: %q", left)
				}
				return
			}
			if uv.Version != version || !uv.Private || uv.Path != filepath.Join(u.Home, "runtimes", "uv-"+version+"-linux-x64", "uv") {
				t.Errorf("%+v", uv)
			}
			if again, err := u.Fetch(context.Background(), d, job.Silent); err != nil || again != uv || asked != 1 {
				t.Errorf("again: %+v, %v, %d requests", again, err, asked)
			}
			if found, err := u.Find(context.Background()); err != nil || found != uv {
				t.Errorf("found %+v, %v", found, err)
			}
		})
	}
	t.Run("for Windows", func(t *testing.T) {
		archive := zipped(t, item{name: "uv.exe", body: "uv 9.0.0"}, item{name: "uvx.exe", body: "x"})
		u := &UVs{Home: t.TempDir(), OS: "windows", Arch: "amd64", SystemDirs: []string{}, Getenv: func(string) string { return "" },
			Run: func(_ context.Context, argv ...string) (string, error) {
				b, err := os.ReadFile(argv[0])
				return string(b), err
			}}
		s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { _, _ = w.Write(archive) }))
		defer s.Close()
		uv, err := u.Fetch(context.Background(), Download{Version: "9.0.0", SHA256: digest(archive), URL: s.URL}, job.Silent)
		if err != nil || !strings.HasSuffix(uv.Path, filepath.Join("uv-9.0.0-win-x64", "uv.exe")) {
			t.Errorf("%+v, %v", uv, err)
		}
	})
	t.Run("cancelled", func(t *testing.T) {
		ctx, cancel := context.WithCancel(context.Background())
		s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { cancel(); <-r.Context().Done() }))
		defer s.Close()
		u := &UVs{Home: t.TempDir(), OS: "linux", Arch: "amd64", SystemDirs: []string{}, Getenv: func(string) string { return "" }}
		_, err := u.Fetch(ctx, Download{Version: "9.0.0", SHA256: digest(good), URL: s.URL}, job.Silent)
		if left := leftovers(t, u.Home); model.Code(err) != "cancelled" || len(left) > 0 {
			t.Errorf("%v, left %q", err, left)
		}
	})
}
