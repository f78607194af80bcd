package pypi

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"toolbay/backend/catalog/command"
	"toolbay/backend/install"
	"toolbay/backend/job"
	"toolbay/backend/model"
	"toolbay/internal/fakepypi"
)

func typed(t *testing.T, words ...string) model.Package {
	t.Helper()
	p, err := command.Package(command.Line{Command: "uvx", Args: words})
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// What uvx is told to bring besides the package is brought, with its digest in
// the lock.
func TestOthersComeAlong(t *testing.T) {
	t.Parallel()
	extra := fakepypi.Package{Name: "Extra.Word", Version: "1.5", Files: map[string]string{"extra_word.py": "word = 'more'\n"}}
	newer := extra
	newer.Version = "2.0"
	speaks := server("1.0.0", func(p *fakepypi.Package) {
		p.Files = map[string]string{"hello.py": "import sys\n\ndef main():\n    import extra_word\n    print(extra_word.word, *sys.argv[1:])\n"}
	})
	in := at(t, fakepypi.New(t, library, speaks, extra, newer))
	plan, err := in.Plan(t.Context(), typed(t, "--with", "extra-word<2", "hello-mcp==1.0.0"))
	if err != nil {
		t.Fatal(err)
	}
	if want := []install.Fetch{{Name: "with", Version: "extra-word 1.5"}}; !slices.Equal(plan.Fetch, want) || len(plan.Runs) != 1 {
		t.Errorf("planned %+v, %+v", plan.Fetch, plan.Runs)
	}
	done, err := in.Install(t.Context(), plan, install.Options{Server: "hello"}, job.Silent)
	if err != nil {
		t.Fatal(err)
	}
	if got := says(t, done, "world"); got != "more world\n" {
		t.Errorf("it says %q", got)
	}
	if want := []string{"extra-word 1.5"}; !slices.Equal(done.Receipt.With, want) {
		t.Errorf("receipt %+v", done.Receipt)
	}
	lock, err := os.ReadFile(filepath.Join(done.Dir, lockName))
	if err != nil || !strings.Contains(string(lock), "extra-word==1.5 \\\n    --hash=sha256:") {
		t.Errorf("lock %s, %v", lock, err)
	}
	if _, err := in.Plan(t.Context(), typed(t, "--with", "no-such-thing", "hello-mcp==1.0.0")); model.Code(err) != "package_incomplete" {
		t.Errorf("an unknown one: %v", err)
	}
}

// The Python that a start asks for is the one, even where another would do.
func TestPythonThatIsAskedFor(t *testing.T) {
	t.Parallel()
	in := at(t, fakepypi.New(t, library, server("1.0.0", nil)))
	here := system(t)
	minor := here.Version[:strings.LastIndexByte(here.Version, '.')]
	done, err := in.both(t, typed(t, "--python", minor, "hello-mcp"), install.Options{Server: "hello"})
	if err != nil || done.Receipt.Python != here.Version {
		t.Fatalf("%+v, %v", done.Receipt, err)
	}
	plan, err := in.Plan(t.Context(), typed(t, "--python", "3.99", "hello-mcp"))
	if err == nil {
		t.Errorf("planned %+v", plan)
	}
	if code := model.Code(err); code != "python_not_offered" {
		t.Errorf("%v", err)
	}
}
