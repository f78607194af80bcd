package runtimes

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"toolbay/backend/job"
	"toolbay/backend/model"
)

// origin serves one archive and counts what it is asked for.
type origin struct {
	*httptest.Server
	archive []byte
	serve   func(w http.ResponseWriter, r *http.Request)

	mu   sync.Mutex
	gets int
}

func newOrigin(t *testing.T, archive []byte) *origin {
	o := &origin{archive: archive}
	o.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		o.mu.Lock()
		if r.Method == http.MethodGet {
			o.gets++
		}
		o.mu.Unlock()
		if !strings.HasPrefix(r.URL.Path, "/v"+fakeVersion+"/node-v"+fakeVersion+"-") {
			http.NotFound(w, r)
			return
		}
		if o.serve != nil {
			o.serve(w, r)
			return
		}
		http.ServeContent(w, r, "", time.Time{}, strings.NewReader(string(o.archive)))
	}))
	t.Cleanup(o.Close)
	return o
}

func nodesAt(t *testing.T, o *origin) *Nodes {
	return &Nodes{
		Home: t.TempDir(), Origin: o.URL, OS: "linux", Arch: "amd64", UserHome: t.TempDir(),
		Getenv: func(string) string { return "" }, SystemDirs: []string{},
		Table: &Table{Releases: []Release{{Version: fakeVersion, Archives: map[string]Archive{
			"linux-x64": {SHA256: digest(o.archive), Size: int64(len(o.archive))},
		}}}},
	}
}

func skipWithoutScripts(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("the made-up node is a shell script")
	}
}

func TestFetchThenFind(t *testing.T) {
	skipWithoutScripts(t)
	o := newOrigin(t, fakeArchive(t))
	n := nodesAt(t, o)
	ctx := context.Background()
	if _, err := n.Find(ctx, ">=24"); model.Code(err) != "node_missing" {
		t.Fatalf("before: %v", err)
	}
	d, err := n.Offer(">=24")
	if err != nil {
		t.Fatal(err)
	}
	var last job.Progress
	node, err := n.Fetch(ctx, d, func(p job.Progress) {
		if p.Done < last.Done || p.Stage != "runtime" || p.Unit != "bytes" {
			t.Errorf("progress went from %+v to %+v", last, p)
		}
		last = p
	})
	if err != nil {
		t.Fatal(err)
	}
	if last.Done != int64(len(o.archive)) || last.Total != last.Done {
		t.Errorf("last progress %+v of %d bytes", last, len(o.archive))
	}
	want := filepath.Join(n.Home, "runtimes", "node-"+fakeVersion+"-linux-x64")
	if node.Path != filepath.Join(want, "bin", "node") || !node.Private || node.Version != fakeVersion {
		t.Errorf("%+v", node)
	}
	if len(node.NPM) != 2 || node.NPM[0] != node.Path || !strings.HasSuffix(node.NPM[1], "npm-cli.js") {
		t.Errorf("npm is %q", node.NPM)
	}
	for _, gone := range []string{"include", "share"} {
		if _, err := os.Stat(filepath.Join(want, gone)); !os.IsNotExist(err) {
			t.Errorf("%s was unpacked", gone)
		}
	}
	found, err := n.Find(ctx, ">=24")
	if err != nil || found.Path != node.Path || !found.Private {
		t.Errorf("after: %+v, %v", found, err)
	}
	// What is there already is not fetched again.
	if _, err := n.Fetch(ctx, d, job.Silent); err != nil || o.gets != 1 {
		t.Errorf("second fetch: %v, %d requests", err, o.gets)
	}
	for _, l := range leftovers(t, n.Home) {
		if strings.HasPrefix(l, "staging") {
			t.Errorf("left behind: %s", l)
		}
	}
}

func TestFetchFailuresLeaveNothing(t *testing.T) {
	skipWithoutScripts(t)
	good := fakeArchive(t)
	top := "node-v" + fakeVersion + "-linux-x64/"
	cases := []struct {
		name    string
		archive []byte
		serve   func(w http.ResponseWriter, r *http.Request)
		change  func(n *Nodes, d *Download)
		code    string
	}{
		{name: "other bytes than the table's", archive: good, change: func(n *Nodes, d *Download) { d.SHA256 = digest([]byte("other")) }, code: "node_digest_wrong"},
		{name: "more bytes than the table's", archive: good, change: func(n *Nodes, d *Download) { d.Size = 10 }, code: "node_digest_wrong"},
		{name: "cut short", archive: good, serve: func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Length", "100000")
			_, _ = w.Write(good[:100])
		}, change: func(n *Nodes, d *Download) { d.Size = 100000 }, code: "node_download_failed"},
		{name: "not there", archive: good, serve: http.NotFound, code: "node_download_failed"},
		{name: "a web page", archive: good, serve: func(w http.ResponseWriter, r *http.Request) { _, _ = w.Write([]byte("<html>")) }, code: "node_digest_wrong"},
		{name: "nothing comes", archive: good, serve: func(w http.ResponseWriter, r *http.Request) {
			w.(http.Flusher).Flush()
			<-r.Context().Done()
		}, change: func(n *Nodes, d *Download) { n.Stall = 50 * time.Millisecond }, code: "node_download_failed"},
		{name: "no archive", archive: []byte("garbage"), code: "node_archive_bad"},
		{name: "no node in it", archive: tarGz(t, item{name: top + "README.md", body: "hello"}), code: "node_unusable"},
		{name: "another version in it", archive: tarGz(t,
			item{name: top + "bin/node", body: "#!/bin/sh\necho v1.0.0\n", mode: 0o755},
			item{name: top + "lib/node_modules/npm/bin/npm-cli.js", body: "//"}), code: "node_unusable"},
		{name: "a node that cannot start", archive: tarGz(t,
			item{name: top + "bin/node", body: "\x7fELF for another machine", mode: 0o755},
			item{name: top + "lib/node_modules/npm/bin/npm-cli.js", body: "//"}), code: "node_unusable"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			o := newOrigin(t, c.archive)
			o.serve = c.serve
			n := nodesAt(t, o)
			d, err := n.Offer("")
			if err != nil {
				t.Fatal(err)
			}
			if c.change != nil {
				c.change(n, &d)
			}
			if _, err := n.Fetch(context.Background(), d, job.Silent); model.Code(err) != c.code {
				t.Errorf("got %v, want %s", err, c.code)
			}
			if l := leftovers(t, n.Home); len(l) > 0 {
				t.Errorf("left behind: %q", l)
			}
		})
	}
}

func TestFetchCancelled(t *testing.T) {
	skipWithoutScripts(t)
	o := newOrigin(t, fakeArchive(t))
	n := nodesAt(t, o)
	d, err := n.Offer("")
	if err != nil {
		t.Fatal(err)
	}
	for _, stage := range []string{"before the first byte", "after some bytes", "while it is tried"} {
		t.Run(stage, func(t *testing.T) {
			ctx, cancel := context.WithCancel(context.Background())
			defer cancel()
			n.Run = nil
			report := func(p job.Progress) {
				if stage == "before the first byte" || stage == "after some bytes" && p.Done > 0 {
					cancel()
				}
			}
			if stage == "while it is tried" {
				n.Run = func(ctx context.Context, argv ...string) (string, error) {
					cancel()
					return "", ctx.Err()
				}
			}
			_, err := n.Fetch(ctx, d, report)
			if model.Code(err) != "cancelled" || !errors.Is(err, context.Canceled) {
				t.Errorf("got %v", err)
			}
			if l := leftovers(t, n.Home); len(l) > 0 {
				t.Errorf("left behind: %q", l)
			}
		})
	}
}

func TestFetchZipForWindows(t *testing.T) {
	top := "node-v" + fakeVersion + "-win-arm64/"
	archive := zipped(t,
		item{name: top, mode: os.ModeDir | 0o755},
		item{name: top + "node.exe", body: "MZ", mode: 0o644},
		item{name: top + "node_modules/npm/bin/npm-cli.js", body: "//", mode: 0o644})
	o := newOrigin(t, archive)
	n := nodesAt(t, o)
	n.OS, n.Arch = "windows", "arm64"
	n.Table.Releases[0].Archives["win-arm64"] = Archive{SHA256: digest(archive)}
	n.Run = func(ctx context.Context, argv ...string) (string, error) { return "v" + fakeVersion + "\r\n", nil }
	d, err := n.Offer("")
	if err != nil {
		t.Fatal(err)
	}
	if d = n.Measure(context.Background(), d); d.Size != int64(len(archive)) {
		t.Errorf("measured %d of %d bytes", d.Size, len(archive))
	}
	node, err := n.Fetch(context.Background(), d, job.Silent)
	if err != nil {
		t.Fatal(err)
	}
	if filepath.Base(node.Path) != "node.exe" || len(node.NPM) != 2 {
		t.Errorf("%+v", node)
	}
}

func TestMeasureWithoutAnswer(t *testing.T) {
	n := &Nodes{}
	if d := n.Measure(context.Background(), Download{URL: "http://127.0.0.1:1/x"}); d.Size != 0 {
		t.Errorf("size %d from nowhere", d.Size)
	}
}

func TestFetchOnFullDisk(t *testing.T) {
	home := tinyDisk(t, 64<<10)
	o := newOrigin(t, []byte(strings.Repeat("x", 512<<10)))
	n := nodesAt(t, o)
	n.Home = home
	d, err := n.Offer("")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := n.Fetch(context.Background(), d, job.Silent); model.Code(err) != "disk_full" {
		t.Errorf("got %v", err)
	}
	if l := leftovers(t, home); len(l) > 0 {
		t.Errorf("left behind: %q", l)
	}
}
