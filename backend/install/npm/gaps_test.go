package npm

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"toolbay/backend/install"
	"toolbay/backend/job"
	"toolbay/internal/fakenpm"
)

// withGap is a server with an optional package that nobody published.
func withGap(scripts map[string]any) fakenpm.Package {
	more := map[string]any{"optionalDependencies": map[string]any{"@acme/native-elsewhere": "1.0.0"}}
	if scripts != nil {
		more["scripts"] = scripts
	}
	return server("1.0.0", more)
}

// An optional package that the registry does not have is done without. Without
// the second way the install fails here: npm ci refuses the lock file.
func TestOptionalPackageMissing(t *testing.T) {
	reg := fakenpm.New(t, library, withGap(map[string]any{"install": "node -e \"require('fs').writeFileSync('ran','')\""}))
	for _, allow := range []bool{false, true} {
		in := at(t, reg)
		plan, err := in.Plan(context.Background(), pkg(""))
		if err != nil {
			t.Fatal(err)
		}
		var last job.Progress
		done, err := in.Install(context.Background(), plan, install.Options{Server: "hello", AllowScripts: allow}, func(p job.Progress) {
			if p.Stage == "download" {
				last = p
			}
		})
		if err != nil {
			t.Fatal(err)
		}
		if r := done.Receipt; r.Packages != 2 || r.Integrity != plan.Integrity || !slices.Equal(r.Scripts, []string{"@acme/hello-mcp"}) || r.ScriptsRan != allow {
			t.Errorf("receipt %+v", r)
		}
		if last.Done != 2 || last.Total != 2 {
			t.Errorf("last of the download: %+v", last)
		}
		if out, err := exec.Command(done.Command, append(done.Args, "world")...).Output(); err != nil || string(out) != "hello world\n" {
			t.Errorf("started, it says %q, %v", out, err)
		}
		_, err = os.Stat(filepath.Join(done.Dir, "node_modules", "@acme", "hello-mcp", "ran"))
		if ran := err == nil; ran != allow {
			t.Errorf("allowed %v: the script ran: %v", allow, ran)
		}
	}
	if !slices.ContainsFunc(reg.Asked(), func(p string) bool { return strings.Contains(p, "native-elsewhere") }) {
		t.Error("nobody asked for the missing package")
	}
}

func TestRefusesGaps(t *testing.T) {
	const usage = "npm error code EUSAGE\nnpm error\nnpm error `npm ci` can only install packages when in sync.\nnpm error\n"
	for _, c := range []struct {
		name, stderr string
		want         bool
	}{
		{"a package is missing", usage + "npm error Missing: @rollup/rollup-win32-x64-msvc@ from lock file\n", true},
		{"as npm 9 says it", "npm ERR! code EUSAGE\nnpm ERR! Missing: fsevents@ from lock file\n", true},
		{"the lock file is wrong", usage + "npm error Invalid: lock file's a@1.0.0 does not satisfy a@2.0.0\n", false},
		{"no lock file", usage, false},
		{"another failure", "npm error code E404\nnpm error Missing: a@ from lock file\n", false},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := refusesGaps(install.Output{Stderr: []byte(c.stderr)}); got != c.want {
				t.Errorf("got %v", got)
			}
		})
	}
}

func TestAsMeant(t *testing.T) {
	meant := func() map[string]locked {
		return map[string]locked{
			"":                  {},
			"node_modules/a":    {Version: "1.0.0", Integrity: "sha512-a", Resolved: "x"},
			"node_modules/b":    {Version: "1.0.0", Integrity: "sha512-b", Optional: true},
			"node_modules/git":  {Version: "1.0.0", Resolved: "git+ssh://somewhere/git#1"},
			"node_modules/test": {Version: "1.0.0", Integrity: "sha512-t", Dev: true},
		}
	}
	set := func(place string, l locked) func(map[string]locked) {
		return func(m map[string]locked) { m[place] = l }
	}
	without := func(place string) func(map[string]locked) {
		return func(m map[string]locked) { delete(m, place) }
	}
	for _, c := range []struct {
		name   string
		change func(map[string]locked)
		ok     bool
	}{
		{"the same", func(map[string]locked) {}, true},
		{"an optional one left out", without("node_modules/b"), true},
		{"one for development left out", without("node_modules/test"), true},
		{"from another address, same bytes", set("node_modules/a", locked{Version: "1.0.0", Integrity: "sha512-a", Resolved: "y"}), true},
		{"part of a bundle", set("node_modules/a/node_modules/c", locked{Version: "3.0.0", InBundle: true}), true},
		{"one left out", without("node_modules/a"), false},
		{"another version", set("node_modules/a", locked{Version: "1.0.1", Integrity: "sha512-a"}), false},
		{"other bytes", set("node_modules/a", locked{Version: "1.0.0", Integrity: "sha512-x"}), false},
		{"no integrity any more", set("node_modules/a", locked{Version: "1.0.0"}), false},
		{"an optional one with other bytes", set("node_modules/b", locked{Version: "1.0.0", Integrity: "sha512-x", Optional: true}), false},
		{"one more", set("node_modules/c", locked{Version: "1.0.0", Integrity: "sha512-c", Optional: true}), false},
		{"another commit", set("node_modules/git", locked{Version: "1.0.0", Resolved: "git+ssh://somewhere/git#2"}), false},
		{"a link instead", set("node_modules/a", locked{Version: "1.0.0", Integrity: "sha512-a", Link: true}), false},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := meant()
			c.change(got)
			if err := asMeant(meant(), got); (err == nil) != c.ok {
				t.Errorf("got %v", err)
			}
		})
	}
}
