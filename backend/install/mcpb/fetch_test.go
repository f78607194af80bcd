package mcpb

import (
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"toolbay/backend/install"
	"toolbay/backend/job"
	"toolbay/backend/model"
)

// place is a web server that has one bundle, and ways to get at it.
func place(t *testing.T, m *machine) (base string, content []byte, asked *int) {
	t.Helper()
	pkg := m.pack("served.mcpb", map[string]string{"manifest.json": manifest(nodeServer, settings), "server/index.js": "x"})
	content, err := os.ReadFile(pkg.Identifier)
	if err != nil {
		t.Fatal(err)
	}
	asked = new(int)
	mux := http.NewServeMux()
	mux.HandleFunc("/notes.mcpb", func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodHead {
			w.Header().Set("Content-Length", strconv.Itoa(len(content)))
			return
		}
		*asked++
		w.Write(content)
	})
	mux.HandleFunc("/moved.mcpb", func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, "/notes.mcpb", http.StatusFound) })
	mux.HandleFunc("/open.mcpb", func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, "http://"+r.Host+"/notes.mcpb", http.StatusFound)
	})
	mux.HandleFunc("/round.mcpb", func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, "/round.mcpb", http.StatusFound) })
	mux.HandleFunc("/page.mcpb", func(w http.ResponseWriter, _ *http.Request) {
		w.Write([]byte("\n<!DOCTYPE html><title>Sign in</title>"))
	})
	mux.HandleFunc("/large.mcpb", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Length", "300000000")
		w.WriteHeader(http.StatusOK)
	})
	mux.HandleFunc("/text.mcpb", func(w http.ResponseWriter, _ *http.Request) { w.Write([]byte("Not Found")) })
	mux.HandleFunc("/private.mcpb", func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusForbidden) })
	mux.HandleFunc("/broken.mcpb", func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusBadGateway) })
	mux.HandleFunc("/short.mcpb", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Length", "5000")
		w.Write(content[:100])
	})
	mux.HandleFunc("/silent.mcpb", func(w http.ResponseWriter, r *http.Request) {
		w.Write(content[:100])
		w.(http.Flusher).Flush()
		<-r.Context().Done()
	})
	s := httptest.NewTLSServer(mux)
	t.Cleanup(s.Close)
	m.in.HTTP = s.Client()
	return s.URL, content, asked
}

func TestFetch(t *testing.T) {
	m := newMachine(t)
	base, _, asked := place(t, m)
	pkg := model.Package{Type: "mcpb", Identifier: base + "/notes.mcpb?token=hunter2"}
	plan, err := m.in.Plan(t.Context(), pkg)
	if err != nil {
		t.Fatal(err)
	}
	if len(plan.Needs) != 1 || plan.Needs[0].Name != "bundle_host" {
		t.Errorf("nobody vouches for it, but what is asked is %+v", plan.Needs)
	}
	sum := plan.Detail.(offer).file.sha256
	done, err := m.in.Install(t.Context(), plan, install.Options{Server: "notes", Agreed: true}, job.Silent)
	if err != nil {
		t.Fatal(err)
	}
	if *asked != 1 {
		t.Errorf("it was fetched %d times", *asked)
	}
	if done.Receipt.Source != base+"/notes.mcpb" || done.Package.Identifier != base+"/notes.mcpb" || done.Package.FileSHA256 != sum {
		t.Errorf("receipt %+v, package %+v", done.Receipt, done.Package)
	}
	err = filepath.WalkDir(m.in.Home, func(p string, d os.DirEntry, err error) error {
		if err == nil && d.Type().IsRegular() {
			if b, err := os.ReadFile(p); err != nil || strings.Contains(string(b)+p, "hunter2") {
				t.Errorf("%s holds the key of the address, %v", p, err)
			}
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if left, err := os.ReadDir(m.in.cache()); err != nil || len(left) != 0 {
		t.Errorf("the cache still has %v %v", left, err)
	}

	// A digest that a listing gives vouches for it, wherever it comes from.
	pkg.FileSHA256 = strings.ToUpper(sum)
	pkg.Identifier = base + "/moved.mcpb"
	if plan, err = m.in.Plan(t.Context(), pkg); err != nil || len(plan.Needs) != 0 {
		t.Errorf("%+v %v", plan.Needs, err)
	}
}

// Before anything is fetched it is known from where, and how much where that is
// told; asking fetches nothing.
func TestAhead(t *testing.T) {
	m := newMachine(t)
	base, content, asked := place(t, m)
	for _, c := range []struct {
		name, id string
		size     int64
		ahead    bool
	}{
		{"told", base + "/notes.mcpb", int64(len(content)), true},
		{"behind a redirect", base + "/moved.mcpb", int64(len(content)), true},
		{"not there", base + "/nowhere.mcpb", 0, true},
		{"leads to http", base + "/open.mcpb", 0, true},
		{"nobody answers", "https://127.0.0.1:1/notes.mcpb", 0, true},
		{"http", "http://127.0.0.1/notes.mcpb", 0, false},
		{"a name and password", "https://ann:secret@127.0.0.1/notes.mcpb", 0, false},
		{"a file", filepath.Join(t.TempDir(), "notes.mcpb"), 0, false},
		{"an extension", ExtensionPrefix + "notes", 0, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			host, size, ahead := m.in.Ahead(t.Context(), model.Package{Type: "mcpb", Identifier: c.id})
			if ahead != c.ahead || size != c.size || ahead && host != "127.0.0.1" {
				t.Errorf("%q, %d, %v", host, size, ahead)
			}
		})
	}
	if *asked != 0 {
		t.Errorf("%d bundles were fetched", *asked)
	}
	pkg := model.Package{Type: "mcpb", Identifier: base + "/notes.mcpb"}
	if _, err := m.in.Plan(t.Context(), pkg); err != nil {
		t.Fatal(err)
	}
	if _, _, ahead := m.in.Ahead(t.Context(), pkg); ahead {
		t.Error("what was fetched a moment ago is asked about again")
	}
}

// What was fetched to be looked at is not fetched again to be installed, but
// not taken for what the address gives a day later either.
func TestFetchOnce(t *testing.T) {
	m := newMachine(t)
	base, content, asked := place(t, m)
	pkg := model.Package{Type: "mcpb", Identifier: base + "/notes.mcpb"}
	look := func(times int) install.Plan {
		t.Helper()
		plan, err := m.in.Plan(t.Context(), pkg)
		if err != nil || *asked != times {
			t.Fatalf("fetched %d times, want %d, %v", *asked, times, err)
		}
		return plan
	}
	look(1)
	plan := look(1)
	cached := plan.Detail.(offer).file.path
	if err := os.WriteFile(cached, append(content, 'x'), 0o600); err != nil {
		t.Fatal(err)
	}
	look(2)
	now := m.in.Now()
	m.in.Now = func() time.Time { return now.Add(2 * time.Hour) }
	look(3)
	m.in.Now = func() time.Time { return time.Now().Add(30 * 24 * time.Hour) }
	pkg.Identifier = base + "/moved.mcpb"
	look(4)
	left, err := os.ReadDir(m.in.cache())
	if err != nil || len(left) != 2 {
		t.Errorf("what was never installed stays: %v %v", left, err)
	}
}

func TestFetchRefuses(t *testing.T) {
	for _, c := range []struct{ name, path, digest, code string }{
		{"another digest", "/notes.mcpb", strings.Repeat("0", 64), "package_changed"},
		{"a way in the open", "/open.mcpb", "", "bundle_insecure"},
		{"a way without end", "/round.mcpb", "", "bundle_unreachable"},
		{"a web page", "/page.mcpb", "", "bundle_not_one"},
		{"nothing there", "/gone.mcpb", "", "bundle_gone"},
		{"too much", "/large.mcpb", "", "bundle_too_big"},
		{"a line of text", "/text.mcpb", "", "bundle_unreadable"},
		{"not for everybody", "/private.mcpb", "", "registry_denied"},
		{"a failure there", "/broken.mcpb", "", "bundle_unreachable"},
		{"cut off", "/short.mcpb", "", "bundle_unreachable"},
		{"nothing more comes", "/silent.mcpb", "", "bundle_unreachable"},
	} {
		t.Run(c.name, func(t *testing.T) {
			m := newMachine(t)
			m.in.Stall = 200 * time.Millisecond
			base, _, _ := place(t, m)
			_, err := m.in.Plan(t.Context(), model.Package{Type: "mcpb", Identifier: base + c.path + "?k=hunter2", FileSHA256: c.digest})
			if model.Code(err) != c.code || strings.Contains(err.Error(), "hunter2") {
				t.Errorf("%v, want %s", err, c.code)
			}
			m.nothing()
		})
	}
}

func TestKnownHosts(t *testing.T) {
	for host, want := range map[string]bool{
		"": true, "github.com": true, "objects.githubusercontent.com": true, "gitlab.com": true, "mpak.dev": true, "registry.mpak.dev": true,
		"example.com": false, "github.com.example.com": false, "evilgithubusercontent.com": false, "notmpak.dev": false,
	} {
		if known(host) != want {
			t.Errorf("%q is known: %v", host, !want)
		}
	}
}
