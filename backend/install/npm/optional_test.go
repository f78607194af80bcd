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

// An optional package that the registry does not have is done without, as one
// for another system may be.
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
