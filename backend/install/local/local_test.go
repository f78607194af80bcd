package local

import (
	"context"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"toolbay/backend/install"
	"toolbay/backend/job"
	"toolbay/backend/model"
)

func installer(t *testing.T) *Installer {
	return &Installer{
		Home:   t.TempDir(),
		Node:   func(context.Context) (string, error) { return "/opt/node/bin/node", nil },
		Python: func(context.Context) (string, error) { return "", model.Fail("python_missing", nil) },
	}
}

func script(t *testing.T, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "server.js")
	if err := os.WriteFile(path, []byte(text), 0o700); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestInstall(t *testing.T) {
	for name, c := range map[string]struct {
		hint string
		args []model.Argument
		want func(path string) (string, []string)
	}{
		"a script for Node": {"node", nil, func(p string) (string, []string) { return "/opt/node/bin/node", []string{p} }},
		"with options of Node": {"node", []model.Argument{{Kind: "positional", Input: model.Input{Value: "--no-warnings"}}}, func(p string) (string, []string) {
			return "/opt/node/bin/node", []string{"--no-warnings", p}
		}},
		"a program": {"", nil, func(p string) (string, []string) { return p, []string{} }},
	} {
		t.Run(name, func(t *testing.T) {
			in, path := installer(t), script(t, "1")
			plan, err := in.Plan(t.Context(), model.Package{Type: "local", Identifier: path, RuntimeHint: c.hint, RuntimeArguments: c.args})
			if err != nil {
				t.Fatal(err)
			}
			done, err := in.Install(t.Context(), plan, install.Options{Server: "notes"}, func(job.Progress) {})
			if err != nil {
				t.Fatal(err)
			}
			command, args := c.want(path)
			if done.Command != command || !slices.Equal(done.Args, args) || filepath.Dir(filepath.Dir(done.Dir)) != filepath.Join(in.Home, "servers") {
				t.Errorf("%s %q in %s", done.Command, done.Args, done.Dir)
			}
			r, err := install.ReadReceipt(done.Dir)
			if err != nil || r.SHA256 != plan.Integrity || r.Type != "local" || r.Package != path {
				t.Errorf("receipt %+v, %v", r, err)
			}
			if found, err := install.Verify(done.Dir); err != nil || found.Wrong() != "" {
				t.Errorf("sealed as %+v, %v", found, err)
			}
		})
	}
}

func TestRefused(t *testing.T) {
	in, path := installer(t), script(t, "1")
	for name, c := range map[string]struct {
		pkg  model.Package
		code string
	}{
		"not there":      {model.Package{Type: "local", Identifier: path + "x"}, "local_missing"},
		"a folder":       {model.Package{Type: "local", Identifier: filepath.Dir(path)}, "local_missing"},
		"relative":       {model.Package{Type: "local", Identifier: "dist/server.js"}, "local_not_absolute"},
		"a bare script":  {model.Package{Type: "local", Identifier: "server.js", RuntimeHint: "node"}, "local_not_absolute"},
		"only a name":    {model.Package{Type: "local", Identifier: "no-such-program"}, "local_missing"},
		"no Python":      {model.Package{Type: "local", Identifier: path, RuntimeHint: "python"}, "python_missing"},
		"another type":   {model.Package{Type: "npm", Identifier: path}, "package_invalid"},
		"nothing at all": {model.Package{Type: "local"}, "local_not_absolute"},
	} {
		t.Run(name, func(t *testing.T) {
			if _, err := in.Plan(t.Context(), c.pkg); model.Code(err) != c.code {
				t.Errorf("%v, want %s", err, c.code)
			}
		})
	}
}

func TestChangedSincePlan(t *testing.T) {
	in, path := installer(t), script(t, "1")
	plan, err := in.Plan(t.Context(), model.Package{Type: "local", Identifier: path})
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte("2"), 0o700); err != nil {
		t.Fatal(err)
	}
	if _, err := in.Install(t.Context(), plan, install.Options{Server: "notes"}, func(job.Progress) {}); model.Code(err) != "package_changed" {
		t.Errorf("%v", err)
	}
	if left, _ := os.ReadDir(filepath.Join(in.Home, "servers")); len(left) > 0 {
		t.Errorf("left behind: %v", left)
	}
}

func TestCancelled(t *testing.T) {
	in, path := installer(t), script(t, "1")
	plan, err := in.Plan(t.Context(), model.Package{Type: "local", Identifier: path})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := in.Install(ctx, plan, install.Options{Server: "notes"}, func(job.Progress) {}); model.Code(err) != "cancelled" {
		t.Errorf("%v", err)
	}
	if left, _ := os.ReadDir(filepath.Join(in.Home, "servers")); len(left) > 0 {
		t.Errorf("left behind: %v", left)
	}
}
