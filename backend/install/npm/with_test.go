package npm

import (
	"context"
	"os/exec"
	"path/filepath"
	"slices"
	"testing"

	"toolbay/backend/catalog/command"
	"toolbay/backend/install"
	"toolbay/backend/job"
	"toolbay/backend/model"
	"toolbay/internal/fakenpm"
)

// What npx is told to bring besides the package is brought, exact and with its
// digest in the lock file, and its programs can be the ones that are started.
func TestOthersComeAlong(t *testing.T) {
	greets := fakenpm.Package{Name: "greets", Version: "3.1.0", Manifest: map[string]any{"bin": map[string]any{"greet": "greet.js"}},
		Files: map[string]string{"greet.js": "#!/usr/bin/env node\nconsole.log('greeted ' + require('@acme/hello-mcp/package.json').version)\n"}}
	older := greets
	older.Version = "2.0.0"
	reg := fakenpm.New(t, library, server("1.2.0", nil), older, greets)
	for name, c := range map[string]struct{ with, program, runs, says string }{
		"newest":                     {"greets", "hello-mcp", "greets 3.1.0", "hello world\n"},
		"range":                      {"greets@^2", "hello-mcp", "greets 2.0.0", "hello world\n"},
		"its own program is started": {"greets", "greet", "greets 3.1.0", "greeted 1.2.0\n"},
	} {
		t.Run(name, func(t *testing.T) {
			in := at(t, reg)
			pack, err := command.Package(command.Line{Command: "npx", Args: []string{"-y", "-p", c.with, "--package=@acme/hello-mcp@1.2.0", c.program}})
			if err != nil {
				t.Fatal(err)
			}
			plan, err := in.Plan(t.Context(), pack)
			if err != nil {
				t.Fatal(err)
			}
			if len(plan.Fetch) != 1 || plan.Fetch[0] != (install.Fetch{Name: "with", Version: c.runs}) || len(plan.Runs) != 1 {
				t.Errorf("planned %+v, %+v", plan.Fetch, plan.Runs)
			}
			done, err := in.Install(context.Background(), plan, install.Options{Server: "hello", Bin: c.program}, job.Silent)
			if err != nil {
				t.Fatal(err)
			}
			if !slices.Equal(done.Receipt.With, []string{c.runs}) || done.Receipt.Package != "@acme/hello-mcp" {
				t.Errorf("receipt %+v", done.Receipt)
			}
			lock, err := readLock(filepath.Join(done.Dir, lockName))
			if err != nil || lock["node_modules/greets"].Integrity == "" {
				t.Errorf("lock %+v, %v", lock, err)
			}
			if out, err := exec.Command(done.Command, append(done.Args, "world")...).Output(); err != nil || string(out) != c.says {
				t.Errorf("started, it says %q, %v", out, err)
			}
		})
	}
	in := at(t, reg)
	for name, c := range map[string]struct{ with, code string }{
		"unknown":       {"no-such-package", "package_unknown"},
		"no version":    {"greets@9.9.9", "version_unknown"},
		"not a package": {"greets@file:../x", ""}, // never taken for one
	} {
		t.Run(name, func(t *testing.T) {
			p := model.Package{Type: "npm", Identifier: "@acme/hello-mcp", RuntimeArguments: []model.Argument{{Kind: "named", Input: model.Input{Name: "--package", Value: c.with}}}}
			plan, err := in.Plan(t.Context(), p)
			if c.code == "" && (err != nil || len(plan.Runs) > 0) || c.code != "" && model.Code(err) != c.code {
				t.Errorf("%v, %+v", err, plan.Runs)
			}
		})
	}
}
