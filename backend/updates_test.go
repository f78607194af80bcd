package backend

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"toolbay/backend/install"
	"toolbay/backend/job"
	"toolbay/backend/model"
	"toolbay/backend/update"
)

// packages is a kind whose packages have one newest version each; installing
// fails the test.
type packages struct {
	t      *testing.T
	newest map[string]string
	asked  []string
}

func (r *packages) Plan(_ context.Context, p model.Package) (install.Plan, error) {
	r.asked = append(r.asked, p.Identifier+"@"+p.Version)
	v, ok := r.newest[p.Identifier]
	if !ok {
		return install.Plan{}, model.Fail("registry_unreachable", errors.New("nobody answers"))
	}
	p.Version = v
	return install.Plan{Package: p, Resolved: true}, nil
}

func (r *packages) Install(context.Context, install.Plan, install.Options, job.Report) (install.Installed, error) {
	r.t.Error("looking for updates installed something")
	return install.Installed{}, errors.New("not here")
}

func put(t *testing.T, b *Backend, s model.Server) {
	t.Helper()
	s.Title, s.Inputs = s.ID, []model.AnsweredInput{}
	s.Dir, s.Command = filepath.Join(b.home, "servers", s.ID, s.Version+"-1"), filepath.Join(b.home, "node")
	s.Package.Type, s.Package.Version = "npm", s.Version
	if err := b.putServer(t.Context(), s); err != nil {
		t.Fatal(err)
	}
}

// Looking asks each registry once, remembers what it heard and when, and
// touches no server.
func TestCheckUpdates(t *testing.T) {
	now := time.Date(2026, 5, 1, 12, 0, 0, 0, time.UTC)
	home := t.TempDir()
	b, err := Open(t.Context(), Options{Home: home, Getenv: func(string) string { return "" }, Now: func() time.Time { return now }})
	if err != nil {
		t.Fatal(err)
	}
	defer b.Close()
	reg := &packages{t: t, newest: map[string]string{"notes-mcp": "1.2.0", "old-mcp": "0.9.0"}}
	b.kinds["npm"] = reg
	put(t, b, model.Server{ID: "home", Version: "1.1.0", Package: model.Package{Identifier: "notes-mcp"}})
	put(t, b, model.Server{ID: "work", Version: "1.2.0", Pinned: true, Package: model.Package{Identifier: "notes-mcp"}})
	put(t, b, model.Server{ID: "old", Version: "1.0.0", Package: model.Package{Identifier: "old-mcp"}})
	put(t, b, model.Server{ID: "gone", Version: "1.0.0", Package: model.Package{Identifier: "gone-mcp"}})

	if !b.lookIsDue(t.Context()) {
		t.Error("a look is not due though there was none")
	}
	found, err := b.CheckUpdates(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	want := map[string][3]string{"home": {UpdateNewer, "1.2.0", ""}, "work": {UpdateCurrent, "", ""}, "old": {UpdateCurrent, "", ""}, "gone": {UpdateUnknown, "", "registry_unreachable"}}
	for _, u := range found {
		if got := [3]string{u.State, u.Newer, u.Error}; got != want[u.Server] {
			t.Errorf("%s: %q, want %q", u.Server, got, want[u.Server])
		}
		if u.Checked == nil || !u.Checked.Equal(now) || u.Pinned != (u.Server == "work") {
			t.Errorf("%+v", u)
		}
	}
	slices.Sort(reg.asked)
	if !slices.Equal(reg.asked, []string{"gone-mcp@", "notes-mcp@", "old-mcp@"}) {
		t.Errorf("asked for %q", reg.asked)
	}
	if s, err := b.server(t.Context(), "home"); err != nil || s.Version != "1.1.0" {
		t.Errorf("%+v, %v", s, err)
	}

	// It is remembered, also in another program, and due again after a day; a
	// clock that was set back counts as that.
	for _, c := range []struct {
		name string
		at   time.Duration
		off  string
		due  bool
	}{
		{"at once", 0, "", false}, {"soon", 23 * time.Hour, "", false}, {"the next day", 24 * time.Hour, "", true},
		{"switched off", 24 * time.Hour, "off", false}, {"back in time", -time.Hour, "", true},
	} {
		other := now.Add(c.at)
		o, err := Open(t.Context(), Options{Home: home, Getenv: func(string) string { return "" }, Now: func() time.Time { return other }})
		if err != nil {
			t.Fatal(err)
		}
		if err := o.Set(t.Context(), "updates", c.off); err != nil {
			t.Fatal(err)
		}
		if got := o.lookIsDue(t.Context()); got != c.due {
			t.Errorf("%s: due %v", c.name, got)
		}
		known, err := o.Updates(t.Context())
		o.Close()
		if err != nil || len(known) != 4 || !slices.ContainsFunc(known, func(u UpdateView) bool { return u.Server == "home" && u.Newer == "1.2.0" }) {
			t.Errorf("%s: %+v, %v", c.name, known, err)
		}
	}

	// What was heard of a version that is no longer here says nothing.
	put(t, b, model.Server{ID: "home", Version: "1.3.0", Package: model.Package{Identifier: "notes-mcp"}})
	known, err := b.Updates(t.Context())
	if i := slices.IndexFunc(known, func(u UpdateView) bool { return u.Server == "home" }); err != nil || known[i].State != UpdateUnknown || known[i].Checked != nil {
		t.Errorf("%+v, %v", known[i], err)
	}
}

func TestIsNewer(t *testing.T) {
	image := func(digest string) *model.Container { return &model.Container{Image: "acme/notes@" + digest} }
	for _, c := range []struct {
		name string
		have model.Server
		plan install.Plan
		want bool
		call string
	}{
		{"a later version", model.Server{Version: "1.0"}, install.Plan{Resolved: true, Package: model.Package{Version: "1.1"}}, true, "1.1"},
		{"an earlier one", model.Server{Version: "1.1"}, install.Plan{Resolved: true, Package: model.Package{Version: "1.0"}}, false, "1.0"},
		{"nobody could be asked", model.Server{Version: "1.0"}, install.Plan{Package: model.Package{Version: "1.1"}}, false, "1.1"},
		{"the same image", model.Server{Version: "latest", Container: image("sha256:aa")}, install.Plan{Integrity: "sha256:aa", Package: model.Package{Version: "latest"}}, false, "aa"},
		{"another image behind the tag", model.Server{Version: "latest", Container: image("sha256:aa")},
			install.Plan{Integrity: "sha256:0123456789abcdef", Package: model.Package{Version: "latest"}}, true, "0123456789ab"},
		{"another tag of the list", model.Server{Version: "1", Container: image("sha256:aa")}, install.Plan{Integrity: "sha256:bb", Package: model.Package{Version: "2"}}, true, "2"},
		{"an engine that cannot tell", model.Server{Version: "1", Container: image("sha256:aa")}, install.Plan{Package: model.Package{Version: "1"}}, false, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := isNewer(c.have, c.plan); got != c.want {
				t.Errorf("newer: %v", got)
			}
			if got := newerName(c.have, c.plan); got != c.call {
				t.Errorf("called %q, want %q", got, c.call)
			}
		})
	}
}

func TestBundleOfAListing(t *testing.T) {
	at := func(v string) model.Package {
		return model.Package{Type: "mcpb", Identifier: "https://example.com/notes-" + v + ".mcpb", Version: v, FileSHA256: "sum" + v}
	}
	have := model.Server{Version: "1.0.0", Package: at("1.0.0")}
	moved := at("1.0.0")
	moved.FileSHA256 = "another"
	elsewhere := at("1.0.0")
	elsewhere.Identifier = "https://example.com/new-place.mcpb"
	for _, c := range []struct {
		name string
		list model.Package
		want bool
	}{
		{"the same", at("1.0.0"), false}, {"a later one", at("1.1.0"), true}, {"an earlier one", at("0.9.0"), false},
		{"another file for the same version", moved, true}, {"the same file elsewhere", elsewhere, false},
	} {
		if got := bundleDiffers(have, c.list); got != c.want {
			t.Errorf("%s: %v", c.name, got)
		}
	}
	list := []model.Package{{Type: "npm", Identifier: "notes"}, at("1.1.0"), {Type: "mcpb", Identifier: "https://example.com/other-1.1.0.mcpb", Version: "1.1.0"}}
	if i := sameWay(list, have.Package); i != 1 {
		t.Errorf("the bundle is number %d", i)
	}
	if i := sameWay(list, model.Package{Type: "npm", Identifier: "another"}); i != -1 {
		t.Errorf("another package is number %d", i)
	}
}

// A listing that moves to a bundle of somebody else is not followed.
func TestBundleOfSomebodyElse(t *testing.T) {
	at := func(address, v string) model.Package {
		return model.Package{Type: "mcpb", Identifier: address, Version: v, FileSHA256: "sum"}
	}
	have := at("https://github.com/acme/notes/releases/download/v1.0.0/notes-1.0.0.mcpb", "1.0.0")
	for _, c := range []struct {
		name, address, version string
		from                   model.Package
		want                   int
	}{
		{"its next release", "https://github.com/acme/notes/releases/download/v2.0.0/notes-2.0.0.mcpb", "2.0.0", have, 0},
		{"another file of the repository", "https://github.com/acme/notes/releases/download/v2/notes.mcpb", "2", have, 0},
		{"the owner in other letters", "https://github.com/Acme/Notes/releases/download/v2/notes.mcpb", "2", have, 0},
		{"another owner", "https://github.com/mallory/notes/releases/download/v2.0.0/notes-2.0.0.mcpb", "2.0.0", have, -1},
		{"another repository", "https://github.com/acme/evil/releases/download/v2.0.0/notes-2.0.0.mcpb", "2.0.0", have, -1},
		{"another host", "https://example.com/acme/notes/notes-2.0.0.mcpb", "2.0.0", have, -1},
		{"a version that leads elsewhere", "https://github.com/acme/notes/releases/download/v9/../../../../../mallory/x/releases/download/v9/notes-9/../../../../../mallory/x/releases/download/v9.mcpb",
			"9/../../../../../mallory/x/releases/download/v9", have, -1},
		{"a file of this computer", "/home/ann/notes.mcpb", "2.0.0", have, -1},
		{"without encryption", "http://github.com/acme/notes/releases/download/v2.0.0/notes-2.0.0.mcpb", "2.0.0", have, -1},
		{"a folder for each version", "https://example.com/2.0.0/notes.mcpb", "2.0.0", at("https://example.com/1.0.0/notes.mcpb", "1.0.0"), 0},
		{"beside a file of this computer", "https://example.com/notes.mcpb", "2.0.0", at("/home/ann/notes.mcpb", "1.0.0"), -1},
	} {
		if got := sameWay([]model.Package{at(c.address, c.version)}, c.from); got != c.want {
			t.Errorf("%s: %d, want %d", c.name, got, c.want)
		}
	}
}

// Another author or name in the manifest is another publisher.
func TestMakerOfABundle(t *testing.T) {
	b := openIn(t, t.TempDir(), nil)
	side := func(manifest string) update.Side {
		dir := t.TempDir()
		if err := os.MkdirAll(filepath.Join(dir, "bundle"), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, "bundle", "manifest.json"), []byte(manifest), 0o600); err != nil {
			t.Fatal(err)
		}
		return b.side(model.Server{ID: "notes", Publisher: "acme", Dir: dir, Package: model.Package{Type: "mcpb"}})
	}
	of := func(name, author string) update.Side {
		return side(`{"manifest_version":"0.3","name":"` + name + `","version":"1.0.0","author":{"name":"` + author + `"},"server":{"type":"node","entry_point":"a.js","mcp_config":{"command":"node","args":["${__dirname}/a.js"]}}}`)
	}
	for name, c := range map[string]struct {
		after update.Side
		risks string
	}{
		"the same":       {of("notes", "Ann"), ""},
		"another author": {of("notes", "Mallory"), "publisher"},
		"another name":   {of("totally-other", "Ann"), "publisher"},
		"no manifest":    {side("{"), "publisher"},
	} {
		d := update.Compare(of("notes", "Ann"), c.after)
		if got := strings.Join(d.Risks, " "); got != c.risks || (d.Publisher != nil) != (c.risks != "") {
			t.Errorf("%s: risks %q, %+v", name, got, d.Publisher)
		}
	}
}

// What is started is told in words that stay the same from version to version,
// wherever its files and the program that runs it are.
func TestCommandLines(t *testing.T) {
	b := openIn(t, t.TempDir(), nil)
	at := func(version, node string) model.Server {
		dir := filepath.Join(b.home, "servers", "notes", version+"-1")
		return model.Server{
			ID: "notes", Dir: dir, Command: node, Args: []string{filepath.Join(dir, "cli.js")}, Arguments: []string{"--quiet"},
			Path: []string{filepath.Dir(node)}, Env: map[string]string{"VIRTUAL_ENV": filepath.Join(dir, "env"), "PYTHONHOME": filepath.Join(b.home, "runtimes", "python", "cpython-"+version, "lib")},
			Package: model.Package{Type: "npm", Identifier: "notes", Environment: []model.Input{{Name: "NOTES_DIR"}}},
			Inputs:  []model.AnsweredInput{{Input: model.Input{Name: "NOTES_DIR"}, Answer: version}},
		}
	}
	private := func(v string) string { return filepath.Join(b.home, "runtimes", "node-"+v+"-linux-x64", "bin", "node") }
	one, two := b.commandLines(at("1", private("22.1.0"))), b.commandLines(at("2", private("24.0.0")))
	if !slices.Equal(one, two) || !slices.Contains(one, "./cli.js") || one[0] != "node" || !slices.Contains(one, "--quiet") {
		t.Errorf("%q and %q", one, two)
	}
	other := at("2", private("24.0.0"))
	other.Args[0] = filepath.Join(other.Dir, "evil.js")
	if slices.Equal(one, b.commandLines(other)) {
		t.Error("another program looks the same")
	}
	other = at("2", private("24.0.0"))
	other.Env["NODE_OPTIONS"] = "--require ./evil.js"
	if slices.Equal(one, b.commandLines(other)) {
		t.Error("another variable looks the same")
	}
	in := func(image, network string) model.Server {
		return model.Server{ID: "notes", Package: model.Package{Type: "oci", Identifier: "acme/notes"},
			Container: &model.Container{Image: image, Network: network, ReadOnly: true}}
	}
	box := b.commandLines(in("acme/notes:1@sha256:aa", "none"))
	if !slices.Equal(box, b.commandLines(in("acme/notes:2@sha256:bb", "none"))) {
		t.Errorf("another version of an image is another command: %q", box)
	}
	if slices.Equal(box, b.commandLines(in("acme/notes:1@sha256:aa", ""))) || slices.Equal(box, b.commandLines(in("evil/notes:1@sha256:aa", "none"))) {
		t.Error("a network, or another image, looks the same")
	}
}
