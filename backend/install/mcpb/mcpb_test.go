package mcpb

import (
	"context"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"toolbay/backend/bundle"
	"toolbay/backend/install"
	"toolbay/backend/job"
	"toolbay/backend/model"
	"toolbay/backend/runtimes"
)

// machine is a computer of a test's own, without Node.js or Python that could
// run anything: what is installed is looked at, not started.
type machine struct {
	t     *testing.T
	in    *Installer
	nodes *nodes
	pys   *pys
	npm   *kind
	dir   string
}

func newMachine(t *testing.T) *machine {
	t.Helper()
	dir := t.TempDir()
	m := &machine{t: t, nodes: &nodes{have: "20.11.0"}, pys: &pys{}, dir: dir}
	m.npm = &kind{home: filepath.Join(dir, "home")}
	m.in = &Installer{
		Home: filepath.Join(dir, "home"), Nodes: m.nodes, Pythons: m.pys, Others: map[string]install.Kind{"npm": m.npm},
		Folders:  bundle.Folders{Home: "/home/ann", Documents: "/home/ann/Documents"},
		LookPath: func(name string) (string, error) { return "", errors.New("not found") },
		Now:      func() time.Time { return time.Date(2026, 5, 1, 0, 0, 0, 0, time.UTC) },
	}
	if err := os.MkdirAll(m.in.Home, 0o700); err != nil {
		t.Fatal(err)
	}
	return m
}

// nodes is package runtimes with one Node.js.
type nodes struct{ have string }

func (n *nodes) Find(_ context.Context, engines string) (runtimes.Node, error) {
	r, err := runtimes.ParseRange(engines)
	if err != nil {
		return runtimes.Node{}, err
	}
	if !r.Has(n.have) {
		return runtimes.Node{}, model.Fail("node_missing", nil)
	}
	return runtimes.Node{Path: abs("/n/node"), Version: n.have}, nil
}

func (n *nodes) Offer(engines string) (runtimes.Download, error) {
	return runtimes.Download{Version: "24.0.0", Size: 60, URL: engines}, nil
}

func (n *nodes) Measure(_ context.Context, d runtimes.Download) runtimes.Download { return d }

func (n *nodes) Fetch(context.Context, runtimes.Download, job.Report) (runtimes.Node, error) {
	return runtimes.Node{Path: abs("/n/24/node"), Version: "24.0.0"}, nil
}

// pys makes environments that hold nothing.
type pys struct {
	asked    Environment
	requires string
}

func (p *pys) Plan(_ context.Context, requires string) ([]install.Fetch, error) {
	p.requires = requires
	return []install.Fetch{{Name: "uv", Version: "0.13.0", Size: 30}}, nil
}

func (p *pys) Make(_ context.Context, e Environment, _ job.Report) (Python, error) {
	p.asked = e
	for _, d := range []string{"bin", "lib/python3.12/site-packages"} {
		if err := os.MkdirAll(filepath.Join(e.Dir, filepath.FromSlash(d)), 0o755); err != nil {
			return Python{}, err
		}
	}
	program := filepath.Join(e.Dir, "bin", "python")
	return Python{Program: "bin/python", Version: "3.12.1"}, os.WriteFile(program, []byte("#!/bin/sh\nexit 0\n"), 0o755)
}

// kind is another kind of package, which installs an empty file.
type kind struct {
	home    string
	planned model.Package
	o       install.Options
	fail    error
}

func (k *kind) Plan(_ context.Context, pkg model.Package) (install.Plan, error) {
	k.planned = pkg
	pkg.Version = "3.2.1"
	return install.Plan{Package: pkg, Resolved: true, Size: 700, Engines: ">=18"}, nil
}

func (k *kind) Install(_ context.Context, plan install.Plan, o install.Options, _ job.Report) (install.Installed, error) {
	k.o = o
	if k.fail != nil {
		return install.Installed{}, k.fail
	}
	dir := filepath.Join(k.home, "servers", o.Server, plan.Package.Version+"-1")
	r := install.Receipt{Format: 1, Type: plan.Package.Type, Server: o.Server, Package: plan.Package.Identifier, Version: plan.Package.Version, Entry: "cli.js"}
	err := errors.Join(os.MkdirAll(dir, 0o755), os.WriteFile(filepath.Join(dir, "cli.js"), []byte("x"), 0o644), install.WriteReceipt(dir, r))
	return install.Installed{
		Dir: dir, Command: abs("/n/node"), Args: []string{filepath.Join(dir, "cli.js")}, Path: []string{abs("/n")},
		Version: plan.Package.Version, Package: plan.Package, Receipt: r,
	}, err
}

func abs(p string) string {
	if runtime.GOOS == "windows" {
		return "C:" + filepath.FromSlash(p)
	}
	return p
}

// pack writes a bundle of these files and gives its package.
func (m *machine) pack(name string, files map[string]string) model.Package {
	m.t.Helper()
	dir := m.t.TempDir()
	for at, content := range files {
		place := filepath.Join(dir, filepath.FromSlash(at))
		if err := errors.Join(os.MkdirAll(filepath.Dir(place), 0o755), os.WriteFile(place, []byte(content), 0o644)); err != nil {
			m.t.Fatal(err)
		}
	}
	path := filepath.Join(m.dir, name)
	f, err := os.Create(path)
	if err == nil {
		err = errors.Join(pack(m.t.Context(), f, dir), f.Close())
	}
	if err != nil {
		m.t.Fatal(err)
	}
	return model.Package{Type: "mcpb", Identifier: path}
}

// install plans and installs, with every risk agreed to.
func (m *machine) install(pkg model.Package, answers map[string]string) (install.Plan, install.Installed, error) {
	m.t.Helper()
	plan, err := m.in.Plan(m.t.Context(), pkg)
	if err != nil {
		return plan, install.Installed{}, err
	}
	done, err := m.in.Install(m.t.Context(), plan, install.Options{Server: "notes", Answers: answers, Agreed: true}, job.Silent)
	return plan, done, err
}

// nothing checks that no part of an install is left.
func (m *machine) nothing() {
	m.t.Helper()
	for _, dir := range []string{"servers", "staging"} {
		entries, err := os.ReadDir(filepath.Join(m.in.Home, dir))
		if err != nil && !os.IsNotExist(err) {
			m.t.Fatal(err)
		}
		for _, e := range entries {
			if e.Name() != ".lock" {
				m.t.Errorf("%s is left in %s", e.Name(), dir)
			}
		}
	}
}

func manifest(server string, more ...string) string {
	return `{"manifest_version":"0.3","name":"notes","display_name":"Notes","version":"1.2.0","description":"Keeps notes","author":{"name":"Ann"},"server":` +
		server + strings.Join(append([]string{""}, more...), ",") + `}`
}

const (
	nodeServer = `{"type":"node","entry_point":"server/index.js","mcp_config":{"command":"node","args":["${__dirname}/server/index.js","--dir","${user_config.dir}","--key=${user_config.key}"],"env":{"KEY":"${user_config.key}","HOME_DIR":"${HOME}","BLANK":"${user_config.blank}"}}}`
	settings   = `"user_config":{"key":{"type":"string","title":"Key","description":"k","sensitive":true,"required":true},"dir":{"type":"directory","title":"Folder","description":"d","default":"${DOCUMENTS}/notes"},"blank":{"type":"string","title":"Blank","description":"b"}}`
)

func TestNodeBundle(t *testing.T) {
	m := newMachine(t)
	pkg := m.pack("notes.mcpb", map[string]string{
		"manifest.json": manifest(nodeServer, settings, `"compatibility":{"runtimes":{"node":">=18,<23"}}`), "server/index.js": "x",
	})
	plan, done, err := m.install(pkg, nil)
	if err != nil {
		t.Fatal(err)
	}
	if plan.Title != "Notes" || plan.Publisher != "Ann" || plan.Package.Version != "1.2.0" || !plan.Resolved || plan.Node != nil || len(plan.Needs) != 0 || plan.Engines != ">=18 <23" {
		t.Errorf("plan %+v", plan)
	}
	var names []string
	for _, in := range plan.Inputs {
		names = append(names, in.Name+"="+in.Default)
	}
	if !slices.Equal(names, []string{"key=", "dir=/home/ann/Documents/notes", "blank="}) {
		t.Errorf("questions %q", names)
	}
	place := filepath.Join(m.in.Home, "servers", "notes", "1.2.0-1")
	if done.Dir != place || done.Command != abs("/n/node") || done.Entry != filepath.Join(place, "bundle", "server", "index.js") {
		t.Errorf("installed %+v", done)
	}
	for _, f := range []string{"bundle/server/index.js", "bundle/manifest.json", install.ReceiptName, install.SealName} {
		if _, err := os.Stat(filepath.Join(place, filepath.FromSlash(f))); err != nil {
			t.Error(err)
		}
	}
	r, err := install.ReadReceipt(place)
	if err != nil || r.Type != "mcpb" || r.Source != "notes.mcpb" || len(r.SHA256) != 64 || r.Signature != bundle.Unsigned || r.Integrity != "sha256:"+r.SHA256 || r.NodeIs != "20.11.0" {
		t.Errorf("receipt %+v %v", r, err)
	}

	s := model.Server{Dir: done.Dir, Args: done.Args, Env: done.Env}
	for _, in := range plan.Inputs {
		s.Inputs = append(s.Inputs, model.AnsweredInput{Input: in, Set: in.Name == "key"})
	}
	s.Inputs = append(s.Inputs, model.AnsweredInput{Input: model.Input{Name: "ADDED"}, Answer: "by ${HOME}"}, model.AnsweredInput{Input: model.Input{Name: "TOKEN", Secret: true}, Set: true})
	got, err := Fill(s, m.in.Folders)
	if err != nil {
		t.Fatal(err)
	}
	script := filepath.Join(place, "bundle") + "/server/index.js"
	if want := []string{script, "--dir", "/home/ann/Documents/notes", "--key=${secret:key}"}; !slices.Equal(got.Args, want) {
		t.Errorf("arguments %q, want %q", got.Args, want)
	}
	if len(got.Env) != 2 || got.Env["HOME_DIR"] != "/home/ann" || got.Env["ADDED"] != "by ${HOME}" {
		t.Errorf("variables %q", got.Env)
	}
	if len(got.SecretEnv) != 2 || got.SecretEnv["KEY"] != "${secret:key}" || got.SecretEnv["TOKEN"] != "${secret:TOKEN}" {
		t.Errorf("variables with keys %q", got.SecretEnv)
	}
}

func TestNodeIsChosenByTheBundle(t *testing.T) {
	m := newMachine(t)
	pkg := m.pack("notes.mcpb", map[string]string{"manifest.json": manifest(nodeServer, settings, `"compatibility":{"runtimes":{"node":"^22.1"}}`), "server/index.js": "x"})
	plan, done, err := m.install(pkg, nil)
	if err != nil || plan.Node == nil || plan.Node.URL != "^22.1" || done.Command != abs("/n/24/node") {
		t.Errorf("node %+v, command %q, %v", plan.Node, done.Command, err)
	}
}

func TestProgramIsMadeToRun(t *testing.T) {
	m := newMachine(t)
	pkg := m.pack("bin.mcpb", map[string]string{
		"manifest.json": manifest(`{"type":"binary","entry_point":"bin/notes","mcp_config":{"command":"${__dirname}/bin/notes","args":["serve"]}}`),
		"bin/notes":     "#!/bin/sh\nexit 0\n",
	})
	_, done, err := m.install(pkg, nil)
	if err != nil {
		t.Fatal(err)
	}
	if done.Command != filepath.Join(done.Dir, "bundle", "bin", "notes") || !slices.Equal(done.Args, []string{"serve"}) {
		t.Errorf("it is started as %q %q", done.Command, done.Args)
	}
	if st, err := os.Stat(done.Command); err != nil || runtime.GOOS != "windows" && st.Mode().Perm() != 0o755 {
		t.Errorf("%v %v", st, err)
	}
}

func TestNamedPackage(t *testing.T) {
	shim := func(command, args string) map[string]string {
		return map[string]string{"manifest.json": manifest(`{"type":"node","entry_point":"index.js","mcp_config":{"command":"`+command+`","args":`+args+`,"env":{"A":"${__dirname}/a"}}}`, settings)}
	}
	t.Run("is installed and pinned", func(t *testing.T) {
		m := newMachine(t)
		plan, done, err := m.install(m.pack("shim.mcpb", shim("npx", `["-y","-p","@acme/notes@^1","notes-mcp","--key","${user_config.key}"]`)), map[string]string{"dir": "/d"})
		if err != nil {
			t.Fatal(err)
		}
		if m.npm.planned.Type != "npm" || m.npm.planned.Identifier != "@acme/notes" || m.npm.o.Bin != "notes-mcp" || m.npm.o.Answers != nil {
			t.Errorf("planned %+v, options %+v", m.npm.planned, m.npm.o)
		}
		if len(plan.Fetch) != 1 || plan.Fetch[0] != (install.Fetch{Name: "npm-code", Version: "@acme/notes 3.2.1", Size: 700}) {
			t.Errorf("what is fetched: %+v", plan.Fetch)
		}
		if done.Version != "1.2.0" || done.Package.Type != "mcpb" || !slices.Equal(done.Args, []string{filepath.Join(done.Dir, "cli.js"), "--key", "${user_config.key}"}) || done.Env["A"] != "${__dirname}/a" {
			t.Errorf("installed %+v", done)
		}
		r, err := install.ReadReceipt(done.Dir)
		if err != nil || r.Type != "mcpb" || r.Package != "notes" || r.Version != "1.2.0" || r.Entry != "cli.js" || r.SHA256 == "" {
			t.Errorf("receipt %+v %v", r, err)
		}
		if _, err := os.Stat(filepath.Join(done.Dir, "bundle", "manifest.json")); err != nil {
			t.Error(err)
		}
	})
	t.Run("that fails leaves nothing", func(t *testing.T) {
		m := newMachine(t)
		m.npm.fail = model.Fail("registry_unreachable", nil)
		_, _, err := m.install(m.pack("shim.mcpb", shim("npx", `["-y","@acme/notes"]`)), nil)
		if model.Code(err) != "registry_unreachable" {
			t.Error(err)
		}
		m.nothing()
	})
	for _, c := range []struct{ name, command, args, code string }{
		{"a container", "docker", `["run","-i","--rm","-e","KEY","acme/notes:1"]`, "bundle_container"},
		{"a bridge", "npx", `["-y","mcp-remote","https://notes.example/mcp"]`, "bundle_elsewhere"},
		{"a source repository", "npx", `["-y","https://github.com/acme/notes"]`, "bundle_line"},
		{"a folder", "uv", `["run","--directory","/home/ann/src","server.py"]`, "bundle_line"},
		{"nothing", "npx", `[]`, "bundle_line"},
		{"a kind that is not here", "uvx", `["notes"]`, "package_type_later"},
		{"a program that is not here", "bun", `["x.js"]`, "bundle_program"},
	} {
		t.Run(c.name, func(t *testing.T) {
			m := newMachine(t)
			files := shim(c.command, c.args)
			files["x.js"], files["index.js"] = "x", "x"
			_, err := m.in.Plan(t.Context(), m.pack("shim.mcpb", files))
			if model.Code(err) != c.code {
				t.Errorf("%v, want %s", err, c.code)
			}
		})
	}
}

func TestRefusals(t *testing.T) {
	ok := map[string]string{"manifest.json": manifest(nodeServer, settings), "server/index.js": "x"}
	t.Run("no start file", func(t *testing.T) {
		m := newMachine(t)
		if _, err := m.in.Plan(t.Context(), m.pack("x.mcpb", map[string]string{"manifest.json": manifest(nodeServer, settings)})); model.Code(err) != "bundle_unusable" {
			t.Error(err)
		}
	})
	t.Run("another digest than announced", func(t *testing.T) {
		m := newMachine(t)
		pkg := m.pack("x.mcpb", ok)
		pkg.FileSHA256 = strings.Repeat("ab", 32)
		if _, err := m.in.Plan(t.Context(), pkg); model.Code(err) != "package_changed" {
			t.Error(err)
		}
	})
	t.Run("changed since it was looked at", func(t *testing.T) {
		m := newMachine(t)
		pkg := m.pack("x.mcpb", ok)
		plan, err := m.in.Plan(t.Context(), pkg)
		if err != nil {
			t.Fatal(err)
		}
		m.pack("x.mcpb", map[string]string{"manifest.json": manifest(nodeServer, settings), "server/index.js": "evil"})
		_, err = m.in.Install(t.Context(), plan, install.Options{Server: "notes"}, job.Silent)
		if model.Code(err) != "package_changed" {
			t.Error(err)
		}
		m.nothing()
	})
	t.Run("what runs something else without a yes", func(t *testing.T) {
		m := newMachine(t)
		plan, err := m.in.Plan(t.Context(), m.pack("x.mcpb", map[string]string{
			"manifest.json": manifest(`{"type":"binary","entry_point":"x.sh","mcp_config":{"command":"` + strings.ReplaceAll(abs("/bin/sh"), `\`, `\\`) + `","args":["-c","true"]}}`), "x.sh": "x",
		}))
		if err != nil || len(plan.Needs) == 0 || plan.Needs[0].Name != "command_outside" || plan.Needs[0].Kind != "risk" {
			t.Fatalf("%+v %v", plan.Needs, err)
		}
		_, err = m.in.Install(t.Context(), plan, install.Options{Server: "notes"}, job.Silent)
		if model.Code(err) != "consent_needed" {
			t.Error(err)
		}
		m.nothing()
		if _, err := m.in.Install(t.Context(), plan, install.Options{Server: "notes", Agreed: true}, job.Silent); err != nil {
			t.Error(err)
		}
	})
	t.Run("an answer that cannot be", func(t *testing.T) {
		m := newMachine(t)
		_, _, err := m.install(m.pack("x.mcpb", ok), map[string]string{"dir": "a\x00b"})
		if model.Code(err) != "input_invalid" || strings.Contains(err.Error(), "a\x00b") {
			t.Error(err)
		}
		m.nothing()
	})
	t.Run("cancelled", func(t *testing.T) {
		m := newMachine(t)
		plan, err := m.in.Plan(t.Context(), m.pack("x.mcpb", ok))
		if err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		if _, err := m.in.Install(ctx, plan, install.Options{Server: "notes"}, job.Silent); model.Code(err) != "cancelled" {
			t.Error(err)
		}
		m.nothing()
	})
	t.Run("no file", func(t *testing.T) {
		m := newMachine(t)
		for id, code := range map[string]string{
			filepath.Join(m.dir, "gone.mcpb"): "import_missing", m.dir: "import_unreadable", "http://example.com/x.mcpb": "bundle_insecure",
			"file:///x.mcpb": "bundle_insecure", "https://ann:pw@example.com/x.mcpb": "package_invalid", "x.mcpb": "package_invalid", "claude-extension:x": "extension_unknown",
		} {
			if _, err := m.in.Plan(t.Context(), model.Package{Type: "mcpb", Identifier: id}); model.Code(err) != code || strings.Contains(err.Error(), "pw") {
				t.Errorf("%s: %v, want %s", id, err, code)
			}
		}
	})
}

// A bundle that was signed once must be signed by the same key the next time.
func TestPublisherIsPinned(t *testing.T) {
	m := newMachine(t)
	pkg := m.pack("x.mcpb", map[string]string{"manifest.json": manifest(nodeServer, settings), "server/index.js": "x"})
	if err := (publishers{m.in.Home}).pin("Notes", publisher{"Ann Publisher", "aa11", m.in.now()}); err != nil {
		t.Fatal(err)
	}
	plan, err := m.in.Plan(t.Context(), pkg)
	if err != nil || len(plan.Needs) != 1 || plan.Needs[0].Name != "bundle_signer_changed" || !strings.Contains(plan.Needs[0].Text, "Ann Publisher") {
		t.Fatalf("%+v %v", plan.Needs, err)
	}
	if _, err = m.in.Install(t.Context(), plan, install.Options{Server: "notes"}, job.Silent); model.Code(err) != "bundle_signer_changed" {
		t.Error(err)
	}
	m.nothing()
	if _, err = m.in.Install(t.Context(), plan, install.Options{Server: "notes", Agreed: true}, job.Silent); err != nil {
		t.Error(err)
	}
	was, ok, err := (publishers{m.in.Home}).of("notes")
	if !ok || err != nil || was.Fingerprint != "aa11" {
		t.Errorf("an unsigned bundle took the pin away: %+v %v", was, err)
	}
}

func TestSignedBundle(t *testing.T) {
	signed, err := filepath.Abs("../../bundle/testdata/signed/self.mcpb")
	if err != nil {
		t.Fatal(err)
	}
	m := newMachine(t)
	plan, done, err := m.install(model.Package{Type: "mcpb", Identifier: signed}, nil)
	if err != nil {
		t.Fatal(err)
	}
	o := plan.Detail.(offer)
	was, ok, err := (publishers{m.in.Home}).of(o.name)
	if !ok || err != nil || was.Fingerprint == "" || was.Fingerprint != done.Signer || done.Receipt.Signature != bundle.SelfMade || was.Name == "" {
		t.Errorf("pinned %+v, installed %q %q, %v", was, done.Signer, done.Receipt.Signature, err)
	}
	again, err := m.in.Plan(t.Context(), model.Package{Type: "mcpb", Identifier: signed})
	if err != nil || len(again.Needs) != 0 {
		t.Errorf("the same key is asked about: %+v %v", again.Needs, err)
	}
	if err := (publishers{m.in.Home}).pin(o.name, publisher{"Somebody Else", "bb22", m.in.now()}); err != nil {
		t.Fatal(err)
	}
	again, err = m.in.Plan(t.Context(), model.Package{Type: "mcpb", Identifier: signed})
	if err != nil || len(again.Needs) != 1 || again.Needs[0].Name != "bundle_signer_changed" {
		t.Errorf("another key is not asked about: %+v %v", again.Needs, err)
	}
}

func TestExtensionComesWithItsSettings(t *testing.T) {
	m := newMachine(t)
	dir := t.TempDir()
	for at, content := range map[string]string{"manifest.json": manifest(nodeServer, settings), "server/index.js": "x", ".env": "y"} {
		place := filepath.Join(dir, filepath.FromSlash(at))
		if err := errors.Join(os.MkdirAll(filepath.Dir(place), 0o755), os.WriteFile(place, []byte(content), 0o644)); err != nil {
			t.Fatal(err)
		}
	}
	m.in.Extension = func(id string) (Extension, error) {
		if id != "local.mcpb.ann.notes" {
			return Extension{}, model.Fail("extension_unknown", nil, "id", id)
		}
		return Extension{ID: id, Dir: dir, Settings: map[string]string{"dir": "/home/ann/mine", "key": "never", "blank": "${secret:x}"}}, nil
	}
	plan, done, err := m.install(model.Package{Type: "mcpb", Identifier: ExtensionPrefix + "local.mcpb.ann.notes"}, nil)
	if err != nil {
		t.Fatal(err)
	}
	got := map[string]string{}
	for _, in := range plan.Inputs {
		got[in.Name] = in.Default
	}
	if got["dir"] != "/home/ann/mine" || got["key"] != "" || got["blank"] != "" {
		t.Errorf("defaults %q", got)
	}
	if done.Receipt.Package != "local.mcpb.ann.notes" || done.Package.Identifier != ExtensionPrefix+"local.mcpb.ann.notes" {
		t.Errorf("installed %+v", done.Receipt)
	}
	if left, err := os.ReadDir(m.in.cache()); err != nil || len(left) != 0 {
		t.Errorf("the cache still has %v %v", left, err)
	}
}

func TestReceiptHoldsNoAnswer(t *testing.T) {
	m := newMachine(t)
	_, done, err := m.install(m.pack("x.mcpb", map[string]string{"manifest.json": manifest(nodeServer, settings), "server/index.js": "x"}), map[string]string{"dir": "/home/ann/hunter2"})
	if err != nil {
		t.Fatal(err)
	}
	all, err := json.Marshal(done)
	if err != nil || strings.Contains(string(all), "hunter2") {
		t.Errorf("an answer stands in what is installed: %s %v", all, err)
	}
}
