package pypi

import (
	"context"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"toolbay/backend/install"
	"toolbay/backend/job"
	"toolbay/backend/model"
	"toolbay/backend/runtimes"
	"toolbay/internal/fakepypi"
	"toolbay/internal/uvarchive"
)

// bare is an installer on a machine that has neither uv nor Python: both come
// from loopback, uv as its makers pack it and Python as a list that uv is told
// of.
func bare(t testing.TB, env []string) (in *Installer, version string) {
	t.Helper()
	archive, table := uvarchive.Linux(t)
	list, version := uvarchive.Python(t)
	origin := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !strings.HasSuffix(r.URL.Path, "/"+table.Releases[0].Version+"/uv-x86_64-unknown-linux-gnu.tar.gz") {
			http.NotFound(w, r)
			return
		}
		http.ServeFile(w, r, archive)
	}))
	t.Cleanup(origin.Close)
	home := t.TempDir()
	nothing := func(string) string { return "" }
	return &Installer{
		Home: home, PipFiles: []string{}, Env: append(env, "UV_PYTHON_DOWNLOADS_JSON_URL="+list),
		UVs:     &runtimes.UVs{Home: home, UserHome: t.TempDir(), Origin: origin.URL, Table: table, Getenv: nothing, SystemDirs: []string{}},
		Pythons: &runtimes.Pythons{Home: home, UserHome: t.TempDir(), Getenv: nothing, SystemDirs: []string{}},
	}, version
}

func TestPrivateUVAndPython(t *testing.T) {
	index := fakepypi.New(t, library, server("1.0.0", nil))
	in, version := bare(t, index.Env(t))
	in.Env = slices.DeleteFunc(in.Env, func(e string) bool { return strings.HasPrefix(e, "PATH=") })
	plan, err := in.Plan(context.Background(), pkg(""))
	if err != nil {
		t.Fatal(err)
	}
	if len(plan.Fetch) != 2 || plan.Fetch[0].Name != "uv" || plan.Fetch[0].Size == 0 || plan.Fetch[1].Name != "python" || plan.Resolved {
		t.Errorf("plan %+v", plan)
	}
	if entries, _ := os.ReadDir(filepath.Join(in.Home, "runtimes")); len(entries) > 0 {
		t.Errorf("the plan brought %v", entries)
	}
	stages := map[string]bool{}
	done, err := in.Install(context.Background(), plan, install.Options{Server: "hello"}, func(p job.Progress) { stages[p.Stage] = true })
	if err != nil {
		t.Fatal(err)
	}
	if got := says(t, done, "you"); got != "hello you\n" || !stages["runtime"] || done.Receipt.Python != version {
		t.Errorf("it says %q, stages %v, Python %s", got, stages, done.Receipt.Python)
	}
	python, err := filepath.EvalSymlinks(done.Command)
	if err != nil || !strings.HasPrefix(python, runtimes.PythonsDir(in.Home)) {
		t.Errorf("it runs on %s, %v", python, err)
	}
	for _, e := range in.Env {
		if home, ok := strings.CutPrefix(e, "HOME="); ok {
			if entries, _ := os.ReadDir(home); len(entries) > 0 {
				t.Errorf("the user's own folder got %v", entries)
			}
		}
	}

	// The second server finds both.
	plan, err = in.Plan(context.Background(), pkg(""))
	if err != nil || len(plan.Fetch) > 0 || !plan.Resolved {
		t.Fatalf("second plan %+v, %v", plan, err)
	}
	if _, err := in.Install(context.Background(), plan, install.Options{Server: "again"}, job.Silent); err != nil {
		t.Error(err)
	}
}

// With uv here but no Python the plan tells which Python and how large it is.
func TestPlanWithoutPython(t *testing.T) {
	index := fakepypi.New(t, library, server("1.0.0", nil))
	in, version := bare(t, index.Env(t))
	in.UVs = at(t, index).UVs
	plan, err := in.Plan(context.Background(), pkg(""))
	if err != nil || len(plan.Fetch) != 1 || plan.Fetch[0].Name != "python" || plan.Fetch[0].Version != version || plan.Fetch[0].Size == 0 {
		t.Errorf("plan %+v, %v", plan, err)
	}
	// Nobody agreed to a Python, so none is fetched.
	plan.Fetch = nil
	if _, err := in.Install(context.Background(), plan, install.Options{Server: "hello"}, job.Silent); model.Code(err) != "python_other" {
		t.Errorf("got %v", err)
	}
	nothingLeft(t, in.Home)
}

// A Python that comes cut off or with other bytes is not kept.
func TestPythonFetchFails(t *testing.T) {
	index := fakepypi.New(t, library, server("1.0.0", nil))
	for name, serve := range map[string]http.HandlerFunc{
		"not there":   http.NotFound,
		"other bytes": func(w http.ResponseWriter, r *http.Request) { _, _ = w.Write([]byte("something else")) },
	} {
		t.Run(name, func(t *testing.T) {
			in := at(t, index)
			in.Pythons = listed{}
			s := httptest.NewServer(serve)
			defer s.Close()
			pythonsFrom(t, in, s.URL, "3.13.5")
			_, err := in.both(t, pkg(""), install.Options{Server: "hello"})
			if model.Code(err) != "python_download_failed" {
				t.Errorf("got %v", err)
			}
			nothingLeft(t, in.Home)
		})
	}
}
