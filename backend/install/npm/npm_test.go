package npm

import (
	"context"
	"encoding/json"
	"io/fs"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"toolbay/backend/install"
	"toolbay/backend/job"
	"toolbay/backend/model"
	"toolbay/backend/runtimes"
	"toolbay/internal/fakenpm"
)

const hello = "#!/usr/bin/env node\nconsole.log(require('greeting')(process.argv[2]))\n"

// library is what the made-up servers need.
var library = fakenpm.Package{Name: "greeting", Version: "2.1.0",
	Manifest: map[string]any{"main": "index.js"}, Files: map[string]string{"index.js": "module.exports = n => 'hello ' + n"}}

func server(version string, more map[string]any) fakenpm.Package {
	m := map[string]any{"bin": map[string]any{"hello-mcp": "dist/cli.js"}, "dependencies": map[string]any{"greeting": "^2.0.0"}}
	for k, v := range more {
		m[k] = v
	}
	return fakenpm.Package{Name: "@acme/hello-mcp", Version: version, Manifest: m, Files: map[string]string{"dist/cli.js": hello}}
}

// at gives an installer that knows the registry only; the test is skipped
// where there is no npm.
func at(t *testing.T, reg *fakenpm.Registry) *Installer {
	t.Helper()
	home := t.TempDir()
	nodes := &runtimes.Nodes{Home: home}
	if _, err := nodes.Find(context.Background(), ""); err != nil {
		t.Skip("needs Node.js with npm")
	}
	in := &Installer{Home: home, Nodes: nodes, Stall: time.Minute}
	if reg != nil {
		in.Env = reg.Env(t)
	}
	return in
}

func pkg(version string) model.Package {
	return model.Package{Type: "npm", Identifier: "@acme/hello-mcp", Version: version}
}

// nothingLeft fails when TOOLBAY_HOME holds anything but empty places.
func nothingLeft(t *testing.T, home string) {
	t.Helper()
	err := filepath.WalkDir(home, func(p string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		rel, _ := filepath.Rel(home, p)
		if rel != "." && rel != "staging" && rel != filepath.Join("staging", ".lock") {
			t.Errorf("left behind: %s", rel)
			if d.IsDir() {
				return filepath.SkipDir
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestInstall(t *testing.T) {
	reg := fakenpm.New(t, library, server("1.0.0", nil), server("1.2.0", nil))
	in := at(t, reg)
	ctx := context.Background()
	plan, err := in.Plan(ctx, pkg(""))
	if err != nil {
		t.Fatal(err)
	}
	if !plan.Resolved || plan.Package.Version != "1.2.0" || plan.Node != nil || plan.Size != int64(len(hello)) || plan.Scripts || !strings.HasPrefix(plan.Integrity, "sha512-") {
		t.Errorf("plan %+v", plan)
	}
	var stages []string
	var answers int64
	var items []job.Progress
	done, err := in.Install(ctx, plan, install.Options{Server: "hello"}, func(p job.Progress) {
		if len(stages) == 0 || stages[len(stages)-1] != p.Stage {
			stages = append(stages, p.Stage)
		}
		switch p.Stage {
		case "resolve":
			answers = p.Done
		case "download":
			items = append(items, p)
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	if answers == 0 {
		t.Error("nothing was counted while versions were resolved")
	}
	if !reflect.DeepEqual(stages, []string{"resolve", "download", "prepare"}) {
		t.Errorf("stages %q", stages)
	}
	if last := items[len(items)-1]; last != (job.Progress{Stage: "download", Done: 2, Total: 2, Unit: "items"}) {
		t.Errorf("last of the download: %+v", last)
	}
	if want := filepath.Join(in.Home, "servers", "hello", "1.2.0-1"); done.Dir != want || done.Version != "1.2.0" || done.Package.Version != "1.2.0" {
		t.Errorf("%+v", done)
	}
	if out, err := exec.Command(done.Command, append(done.Args, "world")...).Output(); err != nil || string(out) != "hello world\n" {
		t.Errorf("started, it says %q, %v", out, err)
	}

	r, err := install.ReadReceipt(done.Dir)
	if err != nil || !reflect.DeepEqual(r, done.Receipt) {
		t.Errorf("receipt %+v, %v", r, err)
	}
	if r.Package != "@acme/hello-mcp" || r.Version != "1.2.0" || r.Integrity != plan.Integrity || r.Packages != 2 || r.Size == 0 ||
		r.Entry != "node_modules/@acme/hello-mcp/dist/cli.js" || r.Native || len(r.Scripts) != 0 || r.ScriptsRan || r.Installed.IsZero() {
		t.Errorf("receipt %+v", r)
	}
	var lock struct {
		Packages map[string]map[string]any `json:"packages"`
	}
	b, err := os.ReadFile(filepath.Join(done.Dir, r.Lock))
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(b, &lock); err != nil || lock.Packages["node_modules/greeting"]["integrity"] == nil {
		t.Errorf("lock file %s, %v", b, err)
	}
	// No address of a registry is kept anywhere.
	err = filepath.WalkDir(done.Dir, func(p string, d fs.DirEntry, err error) error {
		if err == nil && d.Type().IsRegular() {
			b, err := os.ReadFile(p)
			if err != nil || strings.Contains(string(b), strings.TrimPrefix(reg.URL, "http://")) {
				t.Errorf("%s holds the registry's address (%v)", p, err)
			}
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}

	// The same again gets a folder of its own; both can be removed.
	again, err := in.Install(ctx, plan, install.Options{Server: "hello"}, job.Silent)
	if err != nil || filepath.Base(again.Dir) != "1.2.0-2" {
		t.Fatalf("again: %+v, %v", again, err)
	}
	for _, dir := range []string{done.Dir, again.Dir} {
		if freed, err := in.Remove(dir); err != nil || freed < r.Size {
			t.Errorf("removing %s freed %d, %v", dir, freed, err)
		}
	}
	if err := os.Remove(filepath.Join(in.Home, "servers")); err != nil {
		t.Errorf("servers is not empty: %v", err)
	}
	nothingLeft(t, in.Home)
}

func TestPlanVersions(t *testing.T) {
	reg := fakenpm.New(t, server("1.0.0", nil), server("2.0.0", nil), server("3.0.0-beta.1", nil), server("1.9.0", nil))
	in := at(t, reg)
	for _, c := range []struct{ name, want, got, code string }{
		{"nothing is what is tagged latest", "", "1.9.0", ""},
		{"a tag", "latest", "1.9.0", ""},
		{"exact", "1.0.0", "1.0.0", ""},
		{"a range that latest is in", ">=1", "1.9.0", ""},
		{"a range that latest is not in", "^2", "2.0.0", ""},
		{"a version that is not there", "9.9.9", "", "version_unknown"},
		{"a range that nothing is in", ">=9", "", "version_unknown"},
		{"a tag that is not there", "next", "", "version_unknown"},
	} {
		t.Run(c.name, func(t *testing.T) {
			plan, err := in.Plan(context.Background(), pkg(c.want))
			if model.Code(err) != c.code || plan.Package.Version != c.got {
				t.Errorf("planned %q, %v", plan.Package.Version, err)
			}
		})
	}
	nothingLeft(t, in.Home)
}

// npm would take an older release for an older Node; Toolbay keeps the version
// and offers the Node that suits it.
func TestPlanKeepsVersionAndOffersNode(t *testing.T) {
	reg := fakenpm.New(t, server("1.0.0", nil), server("2.0.0", map[string]any{"engines": map[string]any{"node": ">=98 <100"}}),
		server("3.0.0", map[string]any{"engines": map[string]any{"node": ">=200"}}), server("2.0.1", map[string]any{"engines": map[string]any{"node": "^99"}}))
	in := at(t, reg)
	nodes := in.Nodes.(*runtimes.Nodes)
	d, err := nodes.Offer("")
	if err != nil {
		t.Skip("no Node.js is offered for this machine")
	}
	platform := strings.TrimSuffix(strings.TrimSuffix(filepath.Base(d.URL), ".tar.gz"), ".zip")
	platform = strings.TrimPrefix(platform, "node-v"+d.Version+"-")
	nodes.Table = &runtimes.Table{Releases: []runtimes.Release{{Version: "99.0.0", Archives: map[string]runtimes.Archive{
		platform: {SHA256: strings.Repeat("a", 64), Size: 1234}}}}}
	plan, err := in.Plan(context.Background(), pkg(""))
	if err != nil {
		t.Fatal(err)
	}
	if plan.Package.Version != "2.0.1" || plan.Engines != "^99" || plan.Node == nil || plan.Node.Version != "99.0.0" || plan.Node.Size != 1234 {
		t.Errorf("plan %+v, node %+v", plan, plan.Node)
	}
	if _, err := in.Plan(context.Background(), pkg("3.0.0")); model.Code(err) != "node_not_offered" {
		t.Errorf("no Node.js suits: %v", err)
	}
}

// bare is a machine without Node.js at first.
type bare struct {
	*runtimes.Nodes
	fetched bool
	offered runtimes.Download
}

func (b *bare) Find(ctx context.Context, engines string) (runtimes.Node, error) {
	if !b.fetched {
		return runtimes.Node{}, model.Fail("node_missing", nil)
	}
	return b.Nodes.Find(ctx, engines)
}

func (b *bare) Offer(string) (runtimes.Download, error) { return b.offered, nil }

func (b *bare) Fetch(ctx context.Context, d runtimes.Download, report job.Report) (runtimes.Node, error) {
	report(job.Progress{Stage: "runtime", Done: 1, Total: 1, Unit: "bytes"})
	b.fetched = true
	return b.Nodes.Find(ctx, "")
}

func TestInstallWithoutNode(t *testing.T) {
	reg := fakenpm.New(t, library, server("1.0.0", nil), server("2.0.0", map[string]any{"engines": map[string]any{"node": ">=98"}}))
	in := at(t, reg)
	machine := &bare{Nodes: in.Nodes.(*runtimes.Nodes), offered: runtimes.Download{Version: "24.21.0", Size: 58}}
	in.Nodes = machine
	plan, err := in.Plan(context.Background(), pkg("1.0.0"))
	if err != nil || plan.Resolved || plan.Node == nil || plan.Node.Size != 58 || len(reg.Asked()) != 0 {
		t.Fatalf("plan %+v, %v", plan, err)
	}
	var stages []string
	done, err := in.Install(context.Background(), plan, install.Options{Server: "hello"}, func(p job.Progress) {
		if len(stages) == 0 || stages[len(stages)-1] != p.Stage {
			stages = append(stages, p.Stage)
		}
	})
	if err != nil || done.Version != "1.0.0" || done.Receipt.Integrity == "" {
		t.Fatalf("%+v, %v", done, err)
	}
	if !reflect.DeepEqual(stages, []string{"runtime", "resolve", "download", "prepare"}) {
		t.Errorf("stages %q", stages)
	}
	// The version shows only then that it needs yet another Node.js.
	machine.fetched = false
	plan, err = in.Plan(context.Background(), pkg("2.0.0"))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := in.Install(context.Background(), plan, install.Options{Server: "hello"}, job.Silent); model.Code(err) != "node_other" {
		t.Errorf("got %v", err)
	}
}

func TestScripts(t *testing.T) {
	helper := fakenpm.Package{Name: "with-script", Version: "1.0.0",
		Manifest: map[string]any{"scripts": map[string]any{"postinstall": "node -e \"require('fs').writeFileSync('ran','')\""}}}
	reg := fakenpm.New(t, library, helper, server("1.0.0", map[string]any{
		"dependencies": map[string]any{"greeting": "2.1.0", "with-script": "1.0.0"},
		"scripts":      map[string]any{"install": "node -e \"require('fs').writeFileSync('ran','')\""}}))
	in := at(t, reg)
	plan, err := in.Plan(context.Background(), pkg(""))
	if err != nil || !plan.Scripts {
		t.Fatalf("plan %+v, %v", plan, err)
	}
	for _, allow := range []bool{false, true} {
		done, err := in.Install(context.Background(), plan, install.Options{Server: "hello", AllowScripts: allow}, job.Silent)
		if err != nil {
			t.Fatal(err)
		}
		if want := []string{"@acme/hello-mcp", "with-script"}; !reflect.DeepEqual(done.Receipt.Scripts, want) || done.Receipt.ScriptsRan != allow {
			t.Errorf("allowed %v: receipt %q, %v", allow, done.Receipt.Scripts, done.Receipt.ScriptsRan)
		}
		for _, name := range []string{"@acme/hello-mcp", "with-script"} {
			_, err := os.Stat(filepath.Join(done.Dir, "node_modules", filepath.FromSlash(name), "ran"))
			if ran := err == nil; ran != allow {
				t.Errorf("allowed %v: the script of %s ran: %v", allow, name, ran)
			}
		}
	}
}

// What a user's own work made them set must not send an install elsewhere.
func TestOwnSettingsDoNotLeadAstray(t *testing.T) {
	reg := fakenpm.New(t, library, server("1.0.0", nil))
	in := at(t, reg)
	other := t.TempDir()
	in.Env = append(in.Env, "npm_config_global=true", "npm_config_prefix="+other, "npm_config_dry_run=true", "npm_config_package_lock=false",
		"npm_config_omit_lockfile_registry_resolved=true", "npm_config_loglevel=silent", "NODE_ENV=production", "npm_config_save=false")
	plan, err := in.Plan(context.Background(), pkg(""))
	if err != nil {
		t.Fatal(err)
	}
	done, err := in.Install(context.Background(), plan, install.Options{Server: "hello"}, job.Silent)
	if err != nil {
		t.Fatal(err)
	}
	if out, err := exec.Command(done.Command, append(done.Args, "you")...).Output(); err != nil || string(out) != "hello you\n" {
		t.Errorf("it says %q, %v", out, err)
	}
	nothingLeft(t, other)
}

func TestFailuresLeaveNothing(t *testing.T) {
	answer := func(status int, kind, body string) func(http.ResponseWriter, *http.Request) bool {
		return func(w http.ResponseWriter, r *http.Request) bool {
			w.Header().Set("Content-Type", kind)
			w.WriteHeader(status)
			_, _ = w.Write([]byte(body))
			return true
		}
	}
	tarballs := func(f func(http.ResponseWriter, *http.Request)) func(http.ResponseWriter, *http.Request) bool {
		return func(w http.ResponseWriter, r *http.Request) bool {
			if !strings.HasSuffix(r.URL.Path, ".tgz") {
				return false
			}
			f(w, r)
			return true
		}
	}
	good := []fakenpm.Package{library, server("1.0.0", nil)}
	cases := []struct {
		name     string
		packages []fakenpm.Package
		before   func(http.ResponseWriter, *http.Request) bool
		change   func(in *Installer, reg *fakenpm.Registry)
		code     string
	}{
		{name: "no such package", code: "package_unknown"},
		{name: "nobody there", packages: good, code: "registry_unreachable", change: func(in *Installer, _ *fakenpm.Registry) {
			in.Env = append(in.Env, "npm_config_registry=http://127.0.0.1:1")
		}},
		{name: "the registry is broken", packages: good, before: answer(500, "application/json", "{}"), code: "registry_unreachable"},
		{name: "a web page instead", packages: good, before: answer(200, "text/html", "<html>please log in</html>"), code: "registry_unreachable"},
		{name: "garbage instead", packages: good, before: answer(200, "application/json", "\x00\x01{"), code: "registry_unreachable"},
		{name: "not allowed", packages: good, before: answer(401, "application/json", "{}"), code: "registry_denied"},
		{name: "no program in it", packages: []fakenpm.Package{{Name: "@acme/hello-mcp", Version: "1.0.0"}}, code: "package_no_start"},
		{name: "its program is missing", packages: []fakenpm.Package{library, {Name: "@acme/hello-mcp", Version: "1.0.0", Manifest: map[string]any{"bin": "gone.js"}}}, code: "package_no_start"},
		{name: "something it needs is missing", packages: []fakenpm.Package{server("1.0.0", nil)}, code: "package_incomplete"},
		{name: "a version it needs is missing", packages: []fakenpm.Package{library, server("1.0.0", map[string]any{"dependencies": map[string]any{"greeting": "^9"}})}, code: "package_incomplete"},
		{name: "other bytes than announced", packages: good, code: "package_changed", change: func(_ *Installer, reg *fakenpm.Registry) {
			reg.Replace("@acme/hello-mcp", "1.0.0", map[string]string{"dist/cli.js": "evil"}, t)
		}},
		{name: "other bytes than announced, and something optional is missing", packages: []fakenpm.Package{library, withGap(nil)}, code: "package_changed", change: func(_ *Installer, reg *fakenpm.Registry) {
			reg.Replace("@acme/hello-mcp", "1.0.0", map[string]string{"dist/cli.js": "evil"}, t)
		}},
		{name: "its set-up program fails, and something optional is missing", packages: []fakenpm.Package{library, withGap(map[string]any{"install": "node -e \"process.exit(3)\""})}, code: "install_failed"},
		{name: "its set-up program fails", packages: []fakenpm.Package{library, server("1.0.0", map[string]any{"scripts": map[string]any{"install": "node -e \"process.exit(3)\""}})}, code: "install_failed"},
		{name: "the download hangs", packages: good, code: "install_stalled", before: tarballs(func(w http.ResponseWriter, r *http.Request) { <-r.Context().Done() }),
			change: func(in *Installer, _ *fakenpm.Registry) { in.Stall = 3 * time.Second }},
		{name: "the registry hangs", packages: good, code: "install_stalled", before: func(w http.ResponseWriter, r *http.Request) bool { <-r.Context().Done(); return true },
			change: func(in *Installer, _ *fakenpm.Registry) { in.Stall = 2 * time.Second }},
	}
	for _, c := range cases {
		fails := func(t *testing.T, plan func(in *Installer) (install.Plan, error)) {
			t.Parallel()
			reg := fakenpm.New(t, c.packages...)
			reg.Before(c.before)
			in := at(t, reg)
			if c.change != nil {
				c.change(in, reg)
			}
			p, err := plan(in)
			if err == nil {
				// Only the set-up program asks for it.
				_, err = in.Install(context.Background(), p, install.Options{Server: "hello", AllowScripts: true}, job.Silent)
			}
			if model.Code(err) != c.code {
				t.Errorf("got %v, want %s", err, c.code)
			}
			nothingLeft(t, in.Home)
		}
		t.Run(c.name, func(t *testing.T) {
			fails(t, func(in *Installer) (install.Plan, error) { return in.Plan(context.Background(), pkg("")) })
		})
		t.Run(c.name+", not asked about first", func(t *testing.T) {
			fails(t, func(in *Installer) (install.Plan, error) { return straight(t, in, pkg("1.0.0")), nil })
		})
	}
}

// TestCancel cancels at every stage, in the last one while npm waits for a
// download.
func TestCancel(t *testing.T) {
	for _, stage := range []string{"resolve", "download", "waiting", "prepare"} {
		t.Run(stage, func(t *testing.T) {
			t.Parallel()
			ctx, cancel := context.WithCancel(context.Background())
			defer cancel()
			reg := fakenpm.New(t, library, server("1.0.0", nil))
			if stage == "waiting" {
				reg.Before(func(w http.ResponseWriter, r *http.Request) bool {
					if strings.HasSuffix(r.URL.Path, ".tgz") {
						cancel()
						<-r.Context().Done()
						return true
					}
					return false
				})
			}
			in := at(t, reg)
			plan, err := in.Plan(context.Background(), pkg(""))
			if err != nil {
				t.Fatal(err)
			}
			_, err = in.Install(ctx, plan, install.Options{Server: "hello"}, func(p job.Progress) {
				if p.Stage == stage {
					cancel()
				}
			})
			if model.Code(err) != "cancelled" {
				t.Errorf("got %v", err)
			}
			nothingLeft(t, in.Home)
			if p := processesIn(t, in.Home); len(p) > 0 {
				t.Errorf("still running: %q", p)
			}
		})
	}
	t.Run("before the plan", func(t *testing.T) {
		reg := fakenpm.New(t, server("1.0.0", nil))
		in := at(t, reg)
		ctx, cancel := context.WithCancel(context.Background())
		cancel()
		if _, err := in.Plan(ctx, pkg("")); model.Code(err) != "cancelled" {
			t.Errorf("got %v", err)
		}
		nothingLeft(t, in.Home)
	})
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

// TestKilledInstallIsSwept kills the program in the middle of a download: npm
// must end with it, and the next start sweeps what is left.
func TestKilledInstallIsSwept(t *testing.T) {
	if home := os.Getenv("NPM_TEST_HOME"); home != "" {
		in := &Installer{Home: home, Nodes: &runtimes.Nodes{Home: home}}
		plan, err := in.Plan(context.Background(), pkg(""))
		if err == nil {
			_, err = in.Install(context.Background(), plan, install.Options{Server: "hello"}, job.Silent)
		}
		t.Fatalf("the install ended: %v", err)
	}
	reg := fakenpm.New(t, library, server("1.0.0", nil))
	waiting := make(chan bool, 8)
	reg.Before(func(w http.ResponseWriter, r *http.Request) bool {
		if strings.HasSuffix(r.URL.Path, ".tgz") {
			waiting <- true
			<-r.Context().Done() // ends when npm ends
			waiting <- false
			return true
		}
		return false
	})
	in := at(t, reg)
	cmd := exec.Command(os.Args[0], "-test.run=^TestKilledInstallIsSwept$")
	cmd.Env = append(slices.Clone(in.Env), "NPM_TEST_HOME="+in.Home, "TMPDIR="+os.TempDir())
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	defer cmd.Process.Kill()
	if !<-waiting {
		t.Fatal("npm went away by itself")
	}
	if err := in.Sweep(context.Background()); err != nil {
		t.Fatal(err)
	}
	held, err := filepath.Glob(filepath.Join(in.Home, "staging", "work-*"))
	if err != nil || len(held) != 1 {
		t.Fatalf("an install under way was swept: %q, %v", held, err)
	}
	if err := cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = cmd.Wait()
	if _, err := os.Stat("/proc/self"); err == nil { // Linux ends npm with it
		for open := true; open; {
			select {
			case open = <-waiting:
			case <-time.After(20 * time.Second):
				t.Fatal("npm goes on after Toolbay was killed")
			}
		}
	}
	if err := in.Sweep(context.Background()); err != nil {
		t.Fatal(err)
	}
	nothingLeft(t, in.Home)
}

func TestFullDisk(t *testing.T) {
	big := library
	big.Files = map[string]string{"index.js": strings.Repeat("// filling\n", 400_000)}
	reg := fakenpm.New(t, big, server("1.0.0", nil))
	in := at(t, reg)
	in.Home = tinyDisk(t, 1<<20)
	in.Nodes = &runtimes.Nodes{Home: in.Home}
	plan, err := in.Plan(context.Background(), pkg(""))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := in.Install(context.Background(), plan, install.Options{Server: "hello"}, job.Silent); model.Code(err) != "disk_full" {
		t.Errorf("got %v", err)
	}
	nothingLeft(t, in.Home)
}

func TestRemoveTakesServersOnly(t *testing.T) {
	home := t.TempDir()
	in := &Installer{Home: home}
	for _, dir := range []string{home, filepath.Join(home, "servers"), filepath.Join(home, "servers", "x"), filepath.Join(home, "servers", "..", "runtimes", "x"), t.TempDir(), "/"} {
		if _, err := in.Remove(dir); model.Code(err) != "not_a_server" {
			t.Errorf("%s: %v", dir, err)
		}
	}
}
