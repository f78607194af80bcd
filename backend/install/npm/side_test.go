package npm

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"toolbay/backend/install"
	"toolbay/backend/job"
	"toolbay/backend/runtimes"
	"toolbay/internal/fakenpm"
	"toolbay/internal/nodearchive"
)

// asking is a server that needs a Node.js of a range and says on which it runs.
func asking(name, engines string) fakenpm.Package {
	return fakenpm.Package{Name: name, Version: "2.0.0",
		Manifest: map[string]any{"bin": "cli.js", "engines": map[string]any{"node": engines}},
		Files:    map[string]string{"cli.js": "#!/usr/bin/env node\nconsole.log(process.env.MADE_UP_NODE || process.version)\n"}}
}

// older is the same without a wish: what npm falls back to by itself.
func older(name string) fakenpm.Package {
	p := asking(name, ">=1")
	p.Version = "1.0.0"
	return p
}

// TestNodePerServer installs two servers that cannot run on the same Node.js,
// nor on this machine's: each gets its own, and neither gets an old release.
func TestNodePerServer(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("the made-up nodes are shell scripts")
	}
	here, err := (&runtimes.Nodes{Home: t.TempDir()}).Find(context.Background(), "")
	if err != nil {
		t.Skip("needs Node.js with npm")
	}
	archives, table := map[string][]byte{}, &runtimes.Table{}
	for _, v := range []string{"99.1.0", "98.2.0"} {
		b, release := madeUpRelease(t, v, here)
		archives["/v"+v+"/node-v"+v+"-linux-x64.tar.gz"] = b
		table.Releases = append(table.Releases, release)
	}
	origin := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if b, ok := archives[r.URL.Path]; ok {
			_, _ = w.Write(b)
			return
		}
		http.NotFound(w, r)
	}))
	defer origin.Close()
	reg := fakenpm.New(t, older("one-mcp"), asking("one-mcp", "^98"), older("two-mcp"), asking("two-mcp", ">=99"), asking("three-mcp", ">=18"))
	in := at(t, reg)
	in.Nodes = &runtimes.Nodes{Home: in.Home, Origin: origin.URL, Table: table, OS: "linux", Arch: "amd64"}
	sideBySide(t, in, map[string]string{"one-mcp": "98.2.0", "two-mcp": "99.1.0", "three-mcp": ""})
}

// TestRealNodePerServer does the same with two real ones.
func TestRealNodePerServer(t *testing.T) {
	files, table := map[string]string{}, &runtimes.Table{}
	for _, v := range []string{"24.21.0", "22.23.2"} {
		file, one := nodearchive.Linux(t, v)
		files["/v"+v+"/node-v"+v+"-linux-x64.tar.gz"] = file
		table.Releases = append(table.Releases, one.Releases...)
	}
	origin := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { http.ServeFile(w, r, files[r.URL.Path]) }))
	defer origin.Close()
	reg := fakenpm.New(t, older("one-mcp"), asking("one-mcp", "^22"), older("two-mcp"), asking("two-mcp", ">=24.20 <25"))
	in := at(t, reg)
	in.Nodes = &runtimes.Nodes{Home: in.Home, UserHome: t.TempDir(), Origin: origin.URL, Table: table, Getenv: func(string) string { return "" }, SystemDirs: []string{}}
	sideBySide(t, in, map[string]string{"one-mcp": "22.23.2", "two-mcp": "24.21.0"})
}

// sideBySide installs servers and checks, once all are there, on what each runs;
// "" is any that was there before.
func sideBySide(t *testing.T, in *Installer, want map[string]string) {
	t.Helper()
	ctx := context.Background()
	all := map[string]install.Installed{}
	for name, version := range want {
		p := pkg("")
		p.Identifier = name
		plan, err := in.Plan(ctx, p)
		if err != nil {
			t.Fatal(err)
		}
		if version != "" && plan.Resolved && (plan.Package.Version != "2.0.0" || plan.Node != nil && plan.Node.Version != version) {
			t.Errorf("%s: plan %+v", name, plan)
		}
		done, err := in.Install(ctx, plan, install.Options{Server: strings.TrimSuffix(name, "-mcp")}, job.Silent)
		if err != nil && strings.Contains(err.Error(), "node_other") {
			// The plan was made without any Node.js; the next one knows.
			if plan, err = in.Plan(ctx, p); err == nil {
				done, err = in.Install(ctx, plan, install.Options{Server: strings.TrimSuffix(name, "-mcp")}, job.Silent)
			}
		}
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		all[name] = done
	}
	for name, done := range all {
		out, err := exec.Command(done.Command, done.Args...).Output()
		version := want[name]
		if version == "" {
			if err != nil || done.Version != "2.0.0" || strings.HasPrefix(done.Node, in.Home) && !strings.Contains(done.Node, "runtimes") {
				t.Errorf("%s: %s on %s, %v", name, done.Version, done.Node, err)
			}
			continue
		}
		place := filepath.Join(in.Home, "runtimes", "node-"+version+"-linux-x64", "bin")
		if got := strings.TrimSpace(string(out)); err != nil || got != "v"+version || done.Version != "2.0.0" || done.Receipt.NodeIs != version || filepath.Dir(done.Node) != place || len(done.Path) != 1 || done.Path[0] != place {
			t.Errorf("%s %s runs on %s (%s), %v", name, done.Version, got, done.Node, err)
		}
	}
}

func madeUpRelease(t *testing.T, version string, here runtimes.Node) ([]byte, runtimes.Release) {
	t.Helper()
	b := madeUpNode(t, version, here)
	sum := sha256.Sum256(b)
	return b, runtimes.Release{Version: version, Archives: map[string]runtimes.Archive{"linux-x64": {SHA256: hex.EncodeToString(sum[:]), Size: int64(len(b))}}}
}

// madeUpNode packs a node that is this machine's under another version.
func madeUpNode(t *testing.T, version string, here runtimes.Node) []byte {
	t.Helper()
	var b bytes.Buffer
	gz := gzip.NewWriter(&b)
	w := tar.NewWriter(gz)
	top := "node-v" + version + "-linux-x64/"
	for name, body := range map[string]string{
		top + "bin/node": fmt.Sprintf("#!/bin/sh\n[ \"$1\" = --version ] && { echo v%s; exit; }\nMADE_UP_NODE=v%s exec '%s' \"$@\"\n", version, version, here.Path),
		top + "lib/node_modules/npm/bin/npm-cli.js": fmt.Sprintf("require(%q)\n", here.NPM[len(here.NPM)-1]),
	} {
		if err := w.WriteHeader(&tar.Header{Name: name, Mode: 0o755, Size: int64(len(body)), Typeflag: tar.TypeReg}); err != nil {
			t.Fatal(err)
		}
		if _, err := w.Write([]byte(body)); err != nil {
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
