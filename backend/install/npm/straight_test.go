package npm

import (
	"context"
	"net/http"
	"net/http/httptest"
	"reflect"
	"runtime"
	"strings"
	"testing"
	"time"

	"toolbay/backend/install"
	"toolbay/backend/job"
	"toolbay/backend/model"
	"toolbay/backend/runtimes"
	"toolbay/internal/fakenpm"
)

func straight(t *testing.T, in *Installer, p model.Package) install.Plan {
	t.Helper()
	plan, ok := in.Straight(context.Background(), p)
	if !ok {
		t.Fatalf("%s %q has to be asked about", p.Identifier, p.Version)
	}
	return plan
}

func TestStraightIsForOneVersion(t *testing.T) {
	in := at(t, nil)
	for version, want := range map[string]bool{
		"1.2.0": true, "1.2.0-beta.1": true,
		"": false, "latest": false, "1.2": false, "^1.2.0": false, ">=1": false, "1.x": false, "1.2.0+build": false, "v1.2.0": false,
	} {
		if _, ok := in.Straight(context.Background(), pkg(version)); ok != want {
			t.Errorf("%q: %v", version, ok)
		}
	}
	bad := pkg("1.2.0")
	bad.Identifier = "../hello"
	if _, ok := in.Straight(context.Background(), bad); ok {
		t.Error("a name that is none")
	}
	in.Nodes = &runtimes.Nodes{Home: in.Home, UserHome: t.TempDir(), Getenv: func(string) string { return "" }, SystemDirs: []string{}}
	if _, ok := in.Straight(context.Background(), pkg("1.2.0")); ok {
		t.Error("without a Node.js")
	}
}

// What comes is the same as with a plan, and one question less is asked.
func TestStraightBringsTheSame(t *testing.T) {
	reg := fakenpm.New(t, library, server("1.0.0", nil), server("1.2.0", nil))
	in := at(t, reg)
	in.Now = func() time.Time { return time.Unix(1, 0) }
	about := func() (n int) {
		for _, path := range reg.Asked() {
			if strings.HasSuffix(path, "hello-mcp") {
				n++
			}
		}
		return n
	}
	done, err := in.Install(context.Background(), straight(t, in, pkg("1.0.0")), install.Options{Server: "hello"}, job.Silent)
	if err != nil {
		t.Fatal(err)
	}
	if n := about(); n != 1 {
		t.Errorf("the registry was asked %d times about the package: %q", n, reg.Asked())
	}
	plan, err := in.Plan(context.Background(), pkg("1.0.0"))
	if err != nil {
		t.Fatal(err)
	}
	again, err := in.Install(context.Background(), plan, install.Options{Server: "hello"}, job.Silent)
	if err != nil {
		t.Fatal(err)
	}
	if !reflect.DeepEqual(done.Receipt, again.Receipt) || done.Version != "1.0.0" || !reflect.DeepEqual(done.Package, again.Package) {
		t.Errorf("straight %+v\nplanned %+v", done, again)
	}
}

// A package that the Node.js here is too old for keeps its version: the right
// Node.js is fetched, or what is missing is said.
func TestStraightKeepsNodePerServer(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("the made-up node is a shell script")
	}
	here, err := (&runtimes.Nodes{Home: t.TempDir()}).Find(context.Background(), "")
	if err != nil {
		t.Skip("needs Node.js with npm")
	}
	archive, release := madeUpRelease(t, "98.2.0", here)
	origin := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { _, _ = w.Write(archive) }))
	defer origin.Close()
	reg := fakenpm.New(t, older("one-mcp"), asking("one-mcp", "^98"), older("two-mcp"), asking("two-mcp", ">=99"))
	in := at(t, reg)
	in.Nodes = &runtimes.Nodes{Home: in.Home, Origin: origin.URL, Table: &runtimes.Table{Releases: []runtimes.Release{release}}, OS: "linux", Arch: "amd64"}
	for _, c := range []struct{ name, node, code string }{{"two-mcp", "", "node_not_offered"}, {"one-mcp", "98.2.0", ""}} {
		p := model.Package{Type: "npm", Identifier: c.name, Version: "2.0.0"}
		done, err := in.Install(context.Background(), straight(t, in, p), install.Options{Server: "hello"}, job.Silent)
		if model.Code(err) != c.code || done.Receipt.NodeIs != c.node {
			t.Errorf("%s: on %q, %v", c.name, done.Receipt.NodeIs, err)
		}
		if c.code != "" {
			nothingLeft(t, in.Home)
		}
	}
}
