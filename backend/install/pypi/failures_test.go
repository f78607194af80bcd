package pypi

import (
	"cmp"
	"context"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"toolbay/backend/install"
	"toolbay/backend/job"
	"toolbay/backend/model"
	"toolbay/backend/runtimes"
	"toolbay/backend/staging"
	"toolbay/internal/fakepypi"
)

func TestFailuresLeaveNothing(t *testing.T) {
	answer := func(status int, kind, body string) func(http.ResponseWriter, *http.Request) bool {
		return func(w http.ResponseWriter, r *http.Request) bool {
			w.Header().Set("Content-Type", kind)
			w.WriteHeader(status)
			_, _ = w.Write([]byte(body))
			return true
		}
	}
	wheels := func(f func(http.ResponseWriter, *http.Request)) func(http.ResponseWriter, *http.Request) bool {
		return func(w http.ResponseWriter, r *http.Request) bool {
			if !strings.HasSuffix(r.URL.Path, ".whl") {
				return false
			}
			f(w, r)
			return true
		}
	}
	hang := func(w http.ResponseWriter, r *http.Request) { <-r.Context().Done() }
	good := []fakepypi.Package{library, server("1.0.0", nil)}
	cases := []struct {
		name     string
		packages []fakepypi.Package
		version  string
		before   func(http.ResponseWriter, *http.Request) bool
		change   func(in *Installer, index *fakepypi.Index)
		code     string
	}{
		{name: "no such package", code: "package_unknown"},
		{name: "no such package of that version", version: "1.0.0", code: "package_unknown"},
		{name: "no such version", packages: good, version: "7.0.0", code: "version_unknown"},
		{name: "no version in that range", packages: good, version: ">=7", code: "version_unknown"},
		{name: "nobody there", packages: good, code: "registry_unreachable", change: func(in *Installer, _ *fakepypi.Index) {
			in.Env = append(in.Env, "UV_DEFAULT_INDEX=http://127.0.0.1:1/simple")
		}},
		{name: "the index is broken", packages: good, before: answer(500, "text/html", "no"), code: "registry_unreachable"},
		{name: "garbage instead", packages: good, before: answer(200, "application/octet-stream", "\x00\x01{"), code: "registry_unreachable"},
		{name: "not allowed", packages: good, before: answer(401, "text/html", "who are you"), code: "registry_denied"},
		{name: "forbidden", packages: good, before: answer(403, "text/html", "not you"), code: "registry_denied"},
		{name: "something it needs is missing", packages: []fakepypi.Package{server("1.0.0", nil)}, code: "package_incomplete"},
		{name: "a version it needs is missing", packages: []fakepypi.Package{library, server("1.0.0", func(p *fakepypi.Package) { p.Needs = []string{"greeting-lib>=9"} })}, code: "package_incomplete"},
		{name: "it needs something from an address", packages: []fakepypi.Package{server("1.0.0", func(p *fakepypi.Package) {
			p.Needs = []string{"greeting-lib @ https://example.com/greeting_lib-1-py3-none-any.whl"}
		})}, code: "package_incomplete"},
		{name: "other bytes than announced", packages: good, code: "package_changed", change: func(_ *Installer, index *fakepypi.Index) {
			other := fakepypi.New(t, server("1.0.0", func(p *fakepypi.Package) { p.Files["hello.py"] = "evil" }))
			index.Replace("hello_mcp-1.0.0-py3-none-any.whl", other.Body("hello_mcp-1.0.0-py3-none-any.whl"))
		}},
		{name: "something it needs has other bytes", packages: good, code: "package_changed", change: func(_ *Installer, index *fakepypi.Index) {
			other := fakepypi.New(t, fakepypi.Package{Name: "Greeting.Lib", Version: "2.1.0", Files: map[string]string{"greeting.py": "evil"}})
			index.Replace("Greeting_Lib-2.1.0-py3-none-any.whl", other.Body("Greeting_Lib-2.1.0-py3-none-any.whl"))
		}},
		{name: "its build fails", packages: []fakepypi.Package{library, server("1.0.0", func(p *fakepypi.Package) { p.Source, p.Broken = true, true })}, code: "install_failed",
			change: func(in *Installer, _ *fakepypi.Index) { pythonsAt(t, in) }},
		{name: "the download hangs", packages: good, code: "install_stalled", before: wheels(hang),
			change: func(in *Installer, _ *fakepypi.Index) { in.Stall = 2 * time.Second }},
		{name: "the index hangs", packages: good, code: "install_stalled", before: func(w http.ResponseWriter, r *http.Request) bool { hang(w, r); return true },
			change: func(in *Installer, _ *fakepypi.Index) { in.Stall = 2 * time.Second }},
	}
	for _, c := range cases {
		fails := func(t *testing.T, run func(in *Installer, o install.Options) error) {
			t.Parallel()
			index := fakepypi.New(t, c.packages...)
			index.Before(c.before)
			in := at(t, index)
			if c.change != nil {
				c.change(in, index)
			}
			// Only the build asks for scripts.
			err := run(in, install.Options{Server: "hello", AllowScripts: true})
			if model.Code(err) != c.code {
				t.Errorf("got %v, want %s", err, c.code)
			}
			nothingLeft(t, in.Home)
		}
		t.Run(c.name, func(t *testing.T) {
			fails(t, func(in *Installer, o install.Options) error {
				_, err := in.both(t, pkg(c.version), o)
				return err
			})
		})
		if strings.HasPrefix(c.version, ">") {
			continue
		}
		t.Run(c.name+", not asked about first", func(t *testing.T) {
			fails(t, func(in *Installer, o install.Options) error {
				_, err := in.Install(context.Background(), straight(t, in, pkg(cmp.Or(c.version, "1.0.0"))), o, job.Silent)
				return err
			})
		})
	}
}

// TestCancel cancels at every stage, in the last one while uv waits for a
// download.
func TestCancel(t *testing.T) {
	for _, stage := range []string{"plan", "download", "waiting", "prepare"} {
		t.Run(stage, func(t *testing.T) {
			t.Parallel()
			ctx, cancel := context.WithCancel(context.Background())
			defer cancel()
			index := fakepypi.New(t, library, server("1.0.0", nil))
			if stage == "waiting" {
				index.Before(func(w http.ResponseWriter, r *http.Request) bool {
					if !strings.HasSuffix(r.URL.Path, "Greeting_Lib-2.1.0-py3-none-any.whl") {
						return false
					}
					cancel()
					<-r.Context().Done()
					return true
				})
			}
			in := at(t, index)
			if stage == "plan" {
				cancel()
			}
			plan, err := in.Plan(ctx, pkg(""))
			if err == nil {
				_, err = in.Install(ctx, plan, install.Options{Server: "hello"}, func(p job.Progress) {
					if p.Stage == stage {
						cancel()
					}
				})
			}
			if model.Code(err) != "cancelled" {
				t.Errorf("got %v", err)
			}
			nothingLeft(t, in.Home)
			if p := processesIn(t, in.Home); len(p) > 0 {
				t.Errorf("still running: %q", p)
			}
		})
	}
}

// processesIn lists the command lines of running programs that name dir.
func processesIn(t *testing.T, dir string) []string {
	t.Helper()
	files, err := filepath.Glob("/proc/[0-9]*/cmdline")
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	for _, f := range files {
		if b, err := os.ReadFile(f); err == nil && strings.Contains(string(b), dir) {
			out = append(out, strings.ReplaceAll(string(b), "\x00", " "))
		}
	}
	return out
}

// TestKilledInstallIsSwept kills the program in the middle of a download: uv
// must end with it, the next start sweeps what is left, and the next install
// works.
func TestKilledInstallIsSwept(t *testing.T) {
	if home := os.Getenv("PYPI_TEST_HOME"); home != "" {
		in := &Installer{Home: home, UVs: &runtimes.UVs{Home: home, SystemDirs: []string{os.Getenv("PYPI_TEST_UV")}}, Pythons: &runtimes.Pythons{Home: home}, PipFiles: []string{}}
		_, err := in.both(t, pkg(""), install.Options{Server: "hello"})
		t.Fatalf("the install ended: %v", err)
	}
	index := fakepypi.New(t, library, server("1.0.0", nil))
	waiting := make(chan bool, 8)
	index.Before(func(w http.ResponseWriter, r *http.Request) bool {
		if strings.HasSuffix(r.URL.Path, "Greeting_Lib-2.1.0-py3-none-any.whl") {
			waiting <- true
			<-r.Context().Done() // ends when uv ends
			waiting <- false
			return true
		}
		return false
	})
	in := at(t, index)
	uv, err := in.UVs.Find(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(os.Args[0], "-test.run=^TestKilledInstallIsSwept$")
	cmd.Env = append(slices.Clone(in.Env), "PYPI_TEST_HOME="+in.Home, "PYPI_TEST_UV="+filepath.Dir(uv.Path))
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	defer cmd.Process.Kill()
	if !<-waiting {
		t.Fatal("uv went away by itself")
	}
	if n, err := staging.Sweep(in.Home); err != nil || n != 0 {
		t.Fatalf("an install under way was swept: %d, %v", n, err)
	}
	if err := cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = cmd.Wait()
	if _, err := os.Stat("/proc/self"); err == nil { // Linux ends uv with it
		for open := true; open; {
			select {
			case open = <-waiting:
			case <-time.After(20 * time.Second):
				t.Fatal("uv goes on after Toolbay was killed")
			}
		}
	}
	if _, err := staging.Sweep(in.Home); err != nil {
		t.Fatal(err)
	}
	nothingLeft(t, in.Home)
	index.Before(nil)
	done, err := in.both(t, pkg(""), install.Options{Server: "hello"})
	if err != nil {
		t.Fatal(err)
	}
	if got := says(t, done); got != "hello\n" {
		t.Errorf("it says %q", got)
	}
}

func TestFullDisk(t *testing.T) {
	big := library
	big.Files = map[string]string{"greeting.py": "word = 'hello'\n" + strings.Repeat("# filling\n", 400_000)}
	in := at(t, fakepypi.New(t, big, server("1.0.0", nil)))
	in.Home = tinyDisk(t, 2<<20)
	_, err := in.both(t, pkg(""), install.Options{Server: "hello"})
	if model.Code(err) != "disk_full" {
		t.Errorf("got %v", err)
	}
	nothingLeft(t, in.Home)
}

// A key in the address of an index, or a password, is told to nobody.
func TestKeysOfAnIndexStayUnsaid(t *testing.T) {
	const key = "tb-secret-5f1d"
	index := fakepypi.New(t, library, server("1.0.0", nil))
	denied := false
	index.Before(func(w http.ResponseWriter, r *http.Request) bool {
		if _, pass, ok := r.BasicAuth(); ok && pass == key && !denied {
			return false
		}
		w.WriteHeader(http.StatusUnauthorized)
		return true
	})
	in := at(t, index)
	in.Env = append(in.Env, "UV_DEFAULT_INDEX="+strings.Replace(index.URL, "://", "://ann:"+key+"@", 1))
	seen := ""
	stop := watchArguments(t, func(line string) {
		if strings.Contains(line, key) {
			seen = line
		}
	})
	done, err := in.both(t, pkg(""), install.Options{Server: "hello"})
	stop()
	if err != nil {
		t.Fatal(err)
	}
	if seen != "" {
		t.Errorf("it stood in a command line: %s", seen)
	}
	err = filepath.WalkDir(done.Dir, func(path string, d os.DirEntry, err error) error {
		if err == nil && d.Type().IsRegular() {
			if b, err := os.ReadFile(path); err == nil && strings.Contains(string(b), key) {
				t.Errorf("it stands in %s", path)
			}
		}
		return err
	})
	if err != nil {
		t.Error(err)
	}
	denied = true
	if _, err = in.Plan(context.Background(), model.Package{Type: "pypi", Identifier: "another"}); model.Code(err) != "registry_denied" || strings.Contains(err.Error(), key) {
		t.Errorf("got %v", err)
	}
}

// watchArguments tells the command line of every program that runs until stop.
func watchArguments(t *testing.T, line func(string)) (stop func()) {
	end, ended := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(ended)
		for {
			select {
			case <-end:
				return
			default:
			}
			files, err := filepath.Glob("/proc/[0-9]*/cmdline")
			if err != nil || len(files) == 0 {
				return
			}
			for _, f := range files {
				if b, err := os.ReadFile(f); err == nil {
					line(string(b))
				}
			}
		}
	}()
	return func() { close(end); <-ended }
}
