package pypi

import (
	"context"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
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

var library = fakepypi.Package{Name: "Greeting.Lib", Version: "2.1.0", Files: map[string]string{"greeting.py": "word = 'hello'\n"}}

// server says hello to its arguments.
func server(version string, change func(p *fakepypi.Package)) fakepypi.Package {
	p := fakepypi.Package{
		Name: "hello-mcp", Version: version, Needs: []string{"greeting-lib>=2"},
		Files:   map[string]string{"hello.py": "import sys\nfrom greeting import word\n\ndef main():\n    print(word, *sys.argv[1:])\n\nif __name__ == '__main__':\n    main()\n"},
		Scripts: map[string]string{"hello-mcp": "hello:main"},
	}
	if change != nil {
		change(&p)
	}
	return p
}

// listed are Pythons as a test wants them.
type listed []runtimes.Python

func (l listed) List(_ context.Context, requires string) ([]runtimes.Python, error) {
	var out []runtimes.Python
	for _, p := range l {
		if runtimes.PythonRangeOf(requires).Has(p.Version) {
			out = append(out, p)
		}
	}
	return out, nil
}

// system is the first Python of this machine.
func system(t testing.TB) runtimes.Python {
	t.Helper()
	here, err := (&runtimes.Pythons{Home: t.TempDir()}).List(context.Background(), "")
	if err != nil {
		t.Fatal(err)
	}
	if len(here) == 0 {
		t.Skip("needs Python 3.10 or newer")
	}
	return here[0]
}

func at(t testing.TB, index *fakepypi.Index) *Installer {
	t.Helper()
	uv := uvarchive.Program(t)
	home := t.TempDir()
	return &Installer{
		Home: home, UVs: &runtimes.UVs{Home: home, Getenv: func(string) string { return "" }, SystemDirs: []string{filepath.Dir(uv)}},
		Pythons: listed{system(t)}, Env: index.Env(t), PipFiles: []string{},
	}
}

func pkg(version string) model.Package {
	return model.Package{Type: "pypi", Identifier: "hello-mcp", Version: version}
}

func (in *Installer) both(t testing.TB, p model.Package, o install.Options) (install.Installed, error) {
	t.Helper()
	plan, err := in.Plan(context.Background(), p)
	if err != nil {
		return install.Installed{}, err
	}
	return in.Install(context.Background(), plan, o, job.Silent)
}

// says runs an installed server as an app would.
func says(t testing.TB, done install.Installed, args ...string) string {
	t.Helper()
	cmd := exec.Command(done.Command, append(slices.Clone(done.Args), args...)...)
	cmd.Env = []string{"PATH=" + strings.Join(append(slices.Clone(done.Path), os.Getenv("PATH")), string(os.PathListSeparator)), "SystemRoot=" + os.Getenv("SystemRoot")}
	for k, v := range done.Env {
		cmd.Env = append(cmd.Env, k+"="+v)
	}
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Errorf("%s %q: %v\n%s", done.Command, done.Args, err, out)
	}
	return strings.ReplaceAll(string(out), "\r\n", "\n")
}

// nothingLeft checks that of an install that failed only uv's cache is there.
func nothingLeft(t testing.TB, home string) {
	t.Helper()
	for _, pattern := range []string{"staging/work-*", "servers/*", "runtimes/python/.temp", "runtimes/python/cpython-*"} {
		if left, _ := filepath.Glob(filepath.Join(home, filepath.FromSlash(pattern))); len(left) > 0 {
			t.Errorf("left behind: %q", left)
		}
	}
}

func TestInstall(t *testing.T) {
	t.Parallel()
	index := fakepypi.New(t, library, server("1.0.0", nil), server("0.9.0", nil))
	in := at(t, index)
	plan, err := in.Plan(context.Background(), pkg(""))
	if err != nil {
		t.Fatal(err)
	}
	if !plan.Resolved || plan.Package.Version != "1.0.0" || plan.Scripts || len(plan.Fetch) > 0 || plan.Size == 0 || !strings.HasPrefix(plan.Integrity, "sha256:") {
		t.Errorf("plan %+v", plan)
	}
	var stages []string
	var last job.Progress
	done, err := in.Install(context.Background(), plan, install.Options{Server: "hello"}, func(p job.Progress) {
		if !slices.Contains(stages, p.Stage) {
			stages = append(stages, p.Stage)
		}
		if p.Stage == "download" {
			last = p
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	if got := says(t, done, "you", "a b"); got != "hello you a b\n" {
		t.Errorf("it says %q", got)
	}
	if want := []string{"download", "prepare"}; !slices.Equal(stages, want) || last.Done != 2 || last.Total != 2 {
		t.Errorf("stages %q, last %+v", stages, last)
	}
	r, err := install.ReadReceipt(done.Dir)
	if err != nil {
		t.Fatal(err)
	}
	if r.Type != "pypi" || r.Package != "hello-mcp" || r.Version != "1.0.0" || r.Packages != 2 || r.Python == "" || r.Integrity != plan.Integrity || r.ScriptsRan || r.Size == 0 {
		t.Errorf("receipt %+v", r)
	}
	lock, err := os.ReadFile(filepath.Join(done.Dir, r.Lock))
	if err != nil {
		t.Fatal(err)
	}
	if s := string(lock); strings.Contains(s, "://") || strings.Count(s, "--hash=sha256:") != 2 || !strings.Contains(s, "greeting-lib==2.1.0") || !strings.Contains(s, "hello-mcp==1.0.0") {
		t.Errorf("lock %s", s)
	}
	if done.Dir != filepath.Join(in.Home, "servers", "hello", "1.0.0-1") || done.Env["VIRTUAL_ENV"] != filepath.Join(done.Dir, "env") || len(done.Path) != 1 {
		t.Errorf("%+v", done)
	}
	// Nothing names the place it was made in, nor where packages came from.
	err = filepath.WalkDir(done.Dir, func(path string, d os.DirEntry, err error) error {
		if err != nil || !d.Type().IsRegular() {
			return err
		}
		b, err := os.ReadFile(path)
		if err == nil && (strings.Contains(string(b), "staging") || strings.Contains(string(b), strings.TrimSuffix(index.URL, "/simple"))) {
			t.Errorf("%s names a place", path)
		}
		return err
	})
	if err != nil {
		t.Error(err)
	}
	if left, _ := filepath.Glob(filepath.Join(in.Home, "staging", "work-*")); len(left) > 0 {
		t.Errorf("left behind: %q", left)
	}
	for _, e := range in.Env {
		if home, ok := strings.CutPrefix(e, "HOME="); ok {
			if entries, _ := os.ReadDir(home); len(entries) > 0 {
				t.Errorf("the user's own folder got %v", entries)
			}
		}
	}
	if n, err := install.Remove(in.Home, done.Dir); err != nil || n == 0 {
		t.Errorf("remove: %d, %v", n, err)
	}
}

// An environment works wherever its folder is moved to.
func TestInstalledMayBeMoved(t *testing.T) {
	t.Parallel()
	index := fakepypi.New(t, library, server("1.0.0", nil))
	in := at(t, index)
	done, err := in.both(t, pkg("1.0.0"), install.Options{Server: "hello"})
	if err != nil {
		t.Fatal(err)
	}
	elsewhere := filepath.Join(t.TempDir(), "a b")
	if err := os.Rename(done.Dir, elsewhere); err != nil {
		t.Fatal(err)
	}
	move := func(p string) string { return strings.Replace(p, done.Dir, elsewhere, 1) }
	for i, a := range done.Args {
		done.Args[i] = move(a)
	}
	done.Command = move(done.Command)
	if got := says(t, done, "there"); got != "hello there\n" {
		t.Errorf("it says %q", got)
	}
}

func TestStartFile(t *testing.T) {
	two := func(p *fakepypi.Package) {
		p.Scripts = map[string]string{"one": "hello:main", "two": "hello:main"}
	}
	cases := []struct {
		name   string
		change func(p *fakepypi.Package)
		id     string
		bin    string
		args   []string
		want   string
		code   string
	}{
		{name: "named like the package", change: func(p *fakepypi.Package) { p.Scripts["other"] = "hello:main" }, want: "hello x\n"},
		{name: "spelled another way", change: func(p *fakepypi.Package) {
			p.Scripts = map[string]string{"Hello_MCP": "hello:main", "other": "hello:main"}
		}, want: "hello x\n"},
		{name: "its only one", change: func(p *fakepypi.Package) { p.Scripts = map[string]string{"start": "hello:main"} }, want: "hello x\n"},
		{name: "several and none like it", change: two, code: "package_no_start"},
		{name: "several and one is named", change: two, bin: "two", want: "hello x\n"},
		{name: "one that is not there", bin: "three", code: "package_no_start"},
		{name: "a path", bin: "../../bin/hello-mcp", code: "package_no_start"},
		{name: "none", change: func(p *fakepypi.Package) { p.Scripts = nil }, code: "package_no_start"},
		{name: "a module", change: func(p *fakepypi.Package) { p.Scripts = nil }, bin: "python", args: []string{"-m", "hello"}, want: "hello x\n"},
		{name: "a program that is no Python", change: func(p *fakepypi.Package) {
			p.Scripts, p.Programs = nil, map[string]string{"hello-mcp": "#!/bin/sh\necho shell $1\n"}
		}, want: "shell x\n"},
		{name: "a Python script that is no entry point", change: func(p *fakepypi.Package) {
			p.Scripts, p.Programs = nil, map[string]string{"hello-mcp": "#!python\nimport sys\nprint('script', *sys.argv[1:])\n"}
		}, want: "script x\n"},
		{name: "with an extra", id: "Hello_MCP[loud]", change: func(p *fakepypi.Package) {
			p.Needs = append(p.Needs, "loud-lib ; extra == 'loud'")
			p.Files["hello.py"] = "import sys\nfrom loud import word\ndef main():\n    print(word, *sys.argv[1:])\n"
		}, want: "HELLO x\n"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			if runtime.GOOS == "windows" && strings.Contains(c.name, "no ") {
				t.Skip("scripts for the shell")
			}
			index := fakepypi.New(t, library, server("1.0.0", c.change), fakepypi.Package{Name: "loud-lib", Version: "1", Files: map[string]string{"loud.py": "word = 'HELLO'\n"}})
			in := at(t, index)
			p := pkg("1.0.0")
			if c.id != "" {
				p.Identifier = c.id
			}
			done, err := in.both(t, p, install.Options{Server: "hello", Bin: c.bin})
			if model.Code(err) != c.code {
				t.Fatalf("got %v, want %q", err, c.code)
			}
			if c.code != "" {
				nothingLeft(t, in.Home)
				return
			}
			if got := says(t, done, append(c.args, "x")...); got != c.want {
				t.Errorf("it says %q", got)
			}
		})
	}
}

// pythonsAt serves a list of Pythons that could be fetched, none of which can.
func pythonsAt(t testing.TB, in *Installer, versions ...string) {
	t.Helper()
	pythonsFrom(t, in, "http://127.0.0.1:1", versions...)
}

func pythonsFrom(t testing.TB, in *Installer, origin string, versions ...string) {
	t.Helper()
	list := map[string]any{}
	for _, v := range versions {
		n := strings.Split(v, ".")
		list["cpython-"+v+"-linux-x86_64-gnu"] = map[string]any{
			"name": "cpython", "arch": map[string]any{"family": "x86_64", "variant": nil}, "os": "linux", "libc": "gnu",
			"major": json.Number(n[0]), "minor": json.Number(n[1]), "patch": json.Number(n[2]), "prerelease": "", "variant": nil, "build": "20260101",
			"url": origin + "/" + v + ".tar.gz", "sha256": strings.Repeat("0", 64),
		}
	}
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { _ = json.NewEncoder(w).Encode(list) }))
	t.Cleanup(s.Close)
	in.Env = append(in.Env, "UV_PYTHON_DOWNLOADS_JSON_URL="+s.URL)
}

// Asked for the newest on an old Python, an index gives an old release. The
// version must stay and the Python give way.
func TestPythonGivesWay(t *testing.T) {
	if runtime.GOOS != "linux" || runtime.GOARCH != "amd64" {
		t.Skip("the list of Pythons is for Linux on x64")
	}
	here := system(t)
	minor := strings.Split(here.Version, ".")[1]
	other := "3.12.9"
	if minor == "12" {
		other = "3.13.5"
	}
	tag := "cp3" + strings.Split(other, ".")[1]
	cases := []struct {
		name  string
		old   func(p *fakepypi.Package)
		new   func(p *fakepypi.Package)
		asked string
		fetch string
		code  string
	}{
		{name: "this Python will do", fetch: ""},
		{name: "a newer one is asked for", new: func(p *fakepypi.Package) { p.Python = ">=3.19" }, fetch: "3.19.4"},
		{name: "asked for by version", asked: "2.0.0", new: func(p *fakepypi.Package) { p.Python = ">=3.19" }, fetch: "3.19.4"},
		{name: "exactly another one", new: func(p *fakepypi.Package) { p.Python = "==" + other[:4] + ".*" }, fetch: other},
		{name: "none newer than", new: func(p *fakepypi.Package) { p.Python = "<3." + minor }, code: "python_not_offered"},
		{name: "compiled for another one", new: func(p *fakepypi.Package) { p.Wheels = []string{tag + "-" + tag + "-manylinux_2_17_x86_64"} }, fetch: other},
		{name: "something it needs is compiled for another one", new: func(p *fakepypi.Package) { p.Needs = append(p.Needs, "compiled") }, fetch: other},
		{name: "nobody has it", asked: "2.0.0", new: func(p *fakepypi.Package) { p.Python = ">=4" }, code: "python_not_offered"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			index := fakepypi.New(t, library, server("1.0.0", c.old), server("2.0.0", c.new),
				fakepypi.Package{Name: "compiled", Version: "1.0", Wheels: []string{tag + "-" + tag + "-manylinux_2_17_x86_64"}})
			in := at(t, index)
			if c.name == "none newer than" && minor == "10" {
				t.Skip("there is no older one")
			}
			pythonsAt(t, in, other, "3.19.4")
			plan, err := in.Plan(context.Background(), pkg(c.asked))
			if model.Code(err) != c.code {
				t.Fatalf("got %v, want %q", err, c.code)
			}
			if c.code != "" {
				return
			}
			if plan.Package.Version != "2.0.0" || plan.Scripts {
				t.Errorf("plan %+v", plan)
			}
			fetch := ""
			for _, f := range plan.Fetch {
				fetch += f.Version
				if f.Name != "python" {
					t.Errorf("it would fetch %+v", f)
				}
			}
			if fetch != c.fetch {
				t.Errorf("it would fetch Python %q, want %q", fetch, c.fetch)
			}
			if c.fetch != "" {
				if _, err := in.Install(context.Background(), plan, install.Options{Server: "hello"}, job.Silent); model.Code(err) != "python_download_failed" {
					t.Errorf("the fetch that cannot work: %v", err)
				}
				nothingLeft(t, in.Home)
			}
		})
	}
}

// What has no ready-made parts is built by programs of its makers, so only with
// the user's word.
func TestBuildsOnlyWhenAllowed(t *testing.T) {
	for name, packages := range map[string][]fakepypi.Package{
		"itself":             {library, server("1.0.0", func(p *fakepypi.Package) { p.Source = true })},
		"something it needs": {server("1.0.0", nil), func() fakepypi.Package { l := library; l.Source = true; return l }()},
	} {
		t.Run(name, func(t *testing.T) {
			index := fakepypi.New(t, packages...)
			in := at(t, index)
			pythonsAt(t, in)
			ran := filepath.Join(t.TempDir(), "ran")
			in.Env = append(in.Env, "BUILD_RAN="+ran)
			plan, err := in.Plan(context.Background(), pkg("1.0.0"))
			if err != nil {
				t.Fatal(err)
			}
			if !plan.Scripts || plan.Package.Version != "1.0.0" {
				t.Errorf("plan %+v", plan)
			}
			if _, err := in.Install(context.Background(), plan, install.Options{Server: "hello"}, job.Silent); model.Code(err) != "python_needs_build" {
				t.Errorf("not allowed: %v", err)
			}
			nothingLeft(t, in.Home)
			if _, err := os.Stat(ran); err == nil {
				t.Fatal("it was built before anybody agreed")
			}
			done, err := in.Install(context.Background(), plan, install.Options{Server: "hello", AllowScripts: true}, job.Silent)
			if err != nil {
				t.Fatal(err)
			}
			if got := says(t, done); got != "hello\n" || !done.Receipt.ScriptsRan || len(done.Receipt.Scripts) == 0 {
				t.Errorf("it says %q, receipt %+v", got, done.Receipt)
			}
			if _, err := os.Stat(ran); err != nil {
				t.Error("it was not built")
			}
		})
	}
}
