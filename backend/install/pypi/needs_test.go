package pypi

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"toolbay/backend/job"
	"toolbay/backend/model"
	"toolbay/internal/fakepypi"
)

// What somebody else's program needs is pinned from the user's own index; what a
// project says about where packages come from does not count.
func TestEnvironment(t *testing.T) {
	elsewhere := "http://127.0.0.1:1/simple"
	pyproject := func(needs, more string) string {
		return "[project]\nname = \"thing\"\nversion = \"1\"\nrequires-python = \">=3.8\"\ndependencies = [" + needs + "]\n" + more
	}
	lock := `version = 1
revision = 3
requires-python = ">=3.8"

[[package]]
name = "greeting-lib"
version = "2.0.0"
source = { registry = "https://files.example/simple" }
wheels = [{ url = "https://files.example/greeting_lib-2.0.0-py3-none-any.whl", hash = "sha256:` + strings.Repeat("a", 64) + `" }]

[[package]]
name = "thing"
version = "1"
source = { virtual = "." }
dependencies = [{ name = "greeting-lib" }]

[package.metadata]
requires-dist = [{ name = "greeting-lib" }]
`
	cases := []struct {
		name  string
		files map[string]string
		n     Needs
		want  string // the version of the library, "" for none
		code  string
	}{
		{name: "nothing", want: ""},
		{name: "packages", n: Needs{Packages: []string{"greeting-lib<2.1"}}, want: "2.0.0"},
		{name: "a package from an address", n: Needs{Packages: []string{"greeting-lib @ https://x.example/a.whl"}}, code: "package_incomplete"},
		{name: "an option for uv", n: Needs{Packages: []string{"--index-url=" + elsewhere}}, code: "package_incomplete"},
		{name: "a project", files: map[string]string{"pyproject.toml": pyproject(`"greeting-lib"`, "")}, n: Needs{Project: "."}, want: "2.1.0"},
		{name: "a project with more packages", files: map[string]string{"pyproject.toml": pyproject(`"greeting-lib"`, "")}, n: Needs{Project: ".", Packages: []string{"greeting-lib==2.0.0"}}, code: "package_incomplete"},
		{name: "a project with an index of its own", files: map[string]string{"pyproject.toml": pyproject(`"greeting-lib"`,
			"[tool.uv]\nindex-url = \""+elsewhere+"\"\nresolution = \"lowest\"\n[[tool.uv.index]]\nname = \"x\"\nurl = \""+elsewhere+"\"\n[tool.uv.sources]\ngreeting-lib = { index = \"x\" }\n")}, n: Needs{Project: "."}, want: "2.1.0"},
		{name: "a project with a lock", files: map[string]string{"pyproject.toml": pyproject(`"greeting-lib"`, ""), "uv.lock": lock}, n: Needs{Project: "."}, want: "2.0.0"},
		{name: "a project with a lock that is none", files: map[string]string{"pyproject.toml": pyproject(`"greeting-lib"`, ""), "uv.lock": "garbage"}, n: Needs{Project: "."}, want: "2.1.0"},
		{name: "a project that has to be built", files: map[string]string{"pyproject.toml": "[project]\nname = \"thing\"\nversion = \"1\"\ndynamic = [\"dependencies\"]\n"}, n: Needs{Project: "."}, code: "python_needs_build"},
		{name: "a project for another Python", files: map[string]string{"pyproject.toml": strings.Replace(pyproject("", ""), ">=3.8", ">=4", 1)}, n: Needs{Project: "."}, code: "python_not_offered"},
		{name: "a list", files: map[string]string{"requirements.txt": "# needs\n--index-url " + elsewhere + "\ngreeting-lib >= 2 , < 2.1 ; python_version > '3.0'  # the library\n"}, n: Needs{Requirements: "requirements.txt"}, want: "2.0.0"},
		{name: "a list with digests", files: map[string]string{"requirements.txt": "greeting-lib==2.0.0 \\\n    --hash=sha256:" + strings.Repeat("0", 64) + "\n"}, n: Needs{Requirements: "requirements.txt"}, want: "2.0.0"},
		{name: "a list that names a folder", files: map[string]string{"requirements.txt": "-e ./lib\n"}, n: Needs{Requirements: "requirements.txt"}, code: "package_incomplete"},
		{name: "a list that names another", files: map[string]string{"requirements.txt": "-r /etc/passwd\n"}, n: Needs{Requirements: "requirements.txt"}, code: "package_incomplete"},
		{name: "a list with an address", files: map[string]string{"requirements.txt": "git+https://x.example/r\n"}, n: Needs{Requirements: "requirements.txt"}, code: "package_incomplete"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			older := library
			older.Version = "2.0.0"
			in := at(t, fakepypi.New(t, library, older))
			pythonsAt(t, in)
			dir := t.TempDir()
			for name, body := range c.files {
				put(t, body, dir, name)
			}
			n := c.n
			n.Dir = filepath.Join(t.TempDir(), "env")
			if n.Project != "" {
				n.Project = dir
			}
			if n.Requirements != "" {
				n.Requirements = filepath.Join(dir, n.Requirements)
			}
			made, err := in.Environment(context.Background(), n, job.Silent)
			if model.Code(err) != c.code {
				t.Fatalf("got %v, want %q", err, c.code)
			}
			if c.code != "" {
				return
			}
			d, err := findDist(made.Env.packages(), "greeting-lib")
			if d.version != c.want {
				t.Errorf("it has version %q, %v, want %q", d.version, err, c.want)
			}
			if out, err := exec.Command(filepath.Join(n.Dir, filepath.FromSlash(made.Program)), "-c", "import sys; print(sys.prefix != sys.base_prefix)").Output(); strings.TrimSpace(string(out)) != "True" {
				t.Errorf("its Python says %q, %v", out, err)
			}
			b, err := os.ReadFile(filepath.Join(filepath.Dir(n.Dir), lockName))
			if err != nil || strings.Contains(string(b), "://") {
				t.Errorf("lock %s, %v", b, err)
			}
			for name := range c.files {
				if entries, _ := os.ReadDir(dir); len(entries) != len(c.files) {
					t.Errorf("the project's folder changed beside %s: %v", name, entries)
				}
			}
			if fetch, err := in.PlanEnvironment(context.Background(), ""); err != nil || len(fetch) > 0 {
				t.Errorf("it would fetch %v, %v", fetch, err)
			}
		})
	}
}
