package mcpb

import (
	"os"
	"path/filepath"
	"reflect"
	"runtime"
	"strings"
	"testing"
	"testing/fstest"

	"toolbay/backend/model"
)

func TestRanges(t *testing.T) {
	for _, c := range []struct{ in, npm, python string }{
		{"", "", ""},
		{"*", "x", ""},
		{">=18.0.0", ">=18.0.0", ">=18.0.0"},
		{">=3.8.0 <4", ">=3.8.0 <4", ">=3.8.0,<4"},
		{">=3.10,<3.15", ">=3.10 <3.15", ">=3.10,<3.15"},
		{">= 3.10, < 4", ">=3.10 <4", ">=3.10,<4"},
		{"~=3.11", ">=3.11 <4", "~=3.11"},
		{"~=3.11.2", ">=3.11.2 <3.12", "~=3.11.2"},
		{"!=3.12.*,>=3.10", ">=3.10", "!=3.12.*,>=3.10"},
		{"^3.10", "^3.10", ">=3.10,<4"},
		{"~3.11", "~3.11", ">=3.11,<3.12"},
		{"3.x", "3.x", "==3.*"},
		{"3.12", "3.12", "==3.12.*"},
		{"==3.12.*", "3.12.x", "==3.12.*"},
		{"3.12.4", "3.12.4", "==3.12.4"},
		{"^18 || ^20 || >=22", "^18 || ^20 || >=22", ">=22"},
		{"latest", "latest", ""},
		{"any you like", "", ""},
	} {
		t.Run(c.in, func(t *testing.T) {
			if got := npmRange(c.in); got != c.npm {
				t.Errorf("for Node.js %q, want %q", got, c.npm)
			}
			if got := pythonRange(c.in); got != c.python {
				t.Errorf("for Python %q, want %q", got, c.python)
			}
		})
	}
}

func TestUVLines(t *testing.T) {
	files := fstest.MapFS{"src/server.py": {}, "app/main.py": {}, "main.py": {}}
	for _, c := range []struct {
		name string
		args []string
		want start
		bad  bool
	}{
		{"a script", []string{"run", "--directory", "${__dirname}", "src/server.py", "--x"}, start{args: []string{dirname + "/src/server.py", "--x"}}, false},
		{"a script by its place", []string{"run", "${__dirname}/main.py"}, start{args: []string{dirname + "/main.py"}}, false},
		{"a script of a folder", []string{"--directory", "${__dirname}/app", "run", "--frozen", "python", "-u", "main.py", "main.py"}, start{args: []string{"-u", dirname + "/app/main.py", "main.py"}, python: Environment{Project: "app"}}, false},
		{"a module", []string{"run", "--project=${__dirname}/app", "-m", "notes.server", "x"}, start{args: []string{"-m", "notes.server", "x"}, python: Environment{Project: "app"}, env: map[string]string{"PYTHONPATH": dirname + "/app"}}, false},
		{"a program", []string{"run", "--no-sync", "notes-mcp", "${user_config.key}"}, start{args: []string{"${user_config.key}"}, command: "notes-mcp"}, false},
		{"packages and a Python", []string{"run", "--with", "mcp[cli]>=1.2,httpx", "--python", "3.12", "main.py"}, start{args: []string{dirname + "/main.py"}, python: Environment{Packages: []string{"mcp[cli]>=1.2", "httpx"}, Requires: "==3.12.*"}}, false},
		{"a range with a comma", []string{"run", "--with", "mcp>=1,<2", "main.py"}, start{args: []string{dirname + "/main.py"}, python: Environment{Packages: []string{"mcp>=1,<2"}}}, false},
		{"one package", []string{"run", "--with", "mcp[cli]", "-p", ">=3.11", "main.py"}, start{args: []string{dirname + "/main.py"}, python: Environment{Packages: []string{"mcp[cli]"}, Requires: ">=3.11"}}, false},
		{"a package from elsewhere", []string{"run", "--with", "git+https://example.com/x", "main.py"}, start{}, true},
		{"a folder outside", []string{"run", "--directory", "/etc", "main.py"}, start{}, true},
		{"a folder above", []string{"run", "--directory", "${__dirname}/../x", "main.py"}, start{}, true},
		{"a file of variables", []string{"run", "--env-file", ".env", "main.py"}, start{}, true},
		{"nothing to run", []string{"run", "--frozen"}, start{}, true},
		{"another command", []string{"pip", "install", "x"}, start{}, true},
		{"a program elsewhere", []string{"run", "/bin/sh"}, start{}, true},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := start{}
			s.env = map[string]string{}
			err := s.uv(c.args, files)
			if c.bad {
				if model.Code(err) != "bundle_line" {
					t.Errorf("%+v %v", s, err)
				}
				return
			}
			if c.want.env == nil {
				c.want.env = map[string]string{}
			}
			c.want.on = onPython
			if err != nil || !reflect.DeepEqual(s, c.want) {
				t.Errorf("got  %+v %v\nwant %+v", s, err, c.want)
			}
		})
	}
}

func TestPythonBundle(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("the made-up environment is one for Unix")
	}
	python := `{"type":"python","entry_point":"server/main.py","mcp_config":{"command":"python3","args":["${__dirname}/server/main.py"],"env":{"PYTHONPATH":"${__dirname}/server/lib"}}}`
	project := "[project]\nname = \"Notes.MCP\"\nversion = \"1.2\"\nrequires-python = \">=3.11\"\ndependencies = [\"mcp\"]\n[project.scripts]\nnotes = \"notes.app:cli.main\"\nbad = \"os; import x:y\"\n"
	uv := func(args string) string {
		return `{"type":"uv","entry_point":"src/notes/app.py","mcp_config":{"command":"uv","args":` + args + `}}`
	}
	for _, c := range []struct {
		name, server, more string
		files              map[string]string
		asked              Environment // its folders without where the server lies
		args               []string
		env                map[string]string
	}{
		{
			"that brings its packages", python, `"compatibility":{"runtimes":{"python":">=3.8.0 <4"}}`,
			map[string]string{"server/main.py": "x", "server/lib/mcp/x.py": "x", "requirements.txt": "mcp\n"},
			Environment{Requires: ">=3.8.0,<4"}, []string{dirname + "/server/main.py"}, map[string]string{"PYTHONPATH": dirname + "/server/lib"},
		},
		{
			"whose packages fit one Python only", python, `"keywords":[]`,
			map[string]string{"server/main.py": "x", "server/lib/mcp/x.cpython-312-x86_64-linux-gnu.so": "x"},
			Environment{Requires: "==3.12.*"}, []string{dirname + "/server/main.py"}, nil,
		},
		{
			"that lists its packages", strings.Replace(python, `,"env":{"PYTHONPATH":"${__dirname}/server/lib"}`, "", 1), `"keywords":[]`,
			map[string]string{"server/main.py": "x", "server/requirements.txt": "mcp\n"},
			Environment{Requirements: "server/requirements.txt"}, []string{dirname + "/server/main.py"}, nil,
		},
		{
			"that is a project", uv(`["run","--directory","${__dirname}","notes","--fast"]`), `"compatibility":{"runtimes":{"python":">=3.10"}}`,
			map[string]string{"src/notes/app.py": "x", "pyproject.toml": project},
			Environment{Requires: ">=3.10,>=3.11", Project: "."}, []string{"start.py", "--fast"}, nil,
		},
		{
			"that is one script", uv(`["run","src/notes/app.py"]`), `"keywords":[]`,
			map[string]string{"src/notes/app.py": "#!/usr/bin/env python\n# /// script\n# requires-python = \">=3.12\"\n# dependencies = [\n#   \"mcp>=1.2\",\n#   'httpx ; extra',\n# ]\n# ///\nprint(1)\n"},
			Environment{Requires: ">=3.12", Packages: []string{"mcp>=1.2"}}, []string{dirname + "/src/notes/app.py"}, nil,
		},
		{
			"that is started as a module", `{"type":"python","entry_point":"notes/__main__.py","mcp_config":{"command":"python","args":["-m","notes"]}}`, `"keywords":[]`,
			map[string]string{"notes/__main__.py": "x"},
			Environment{}, []string{"-m", "notes"}, map[string]string{"PYTHONPATH": dirname},
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			m := newMachine(t)
			c.files["manifest.json"] = manifest(c.server, c.more)
			plan, done, err := m.install(m.pack("py.mcpb", c.files), nil)
			if err != nil {
				t.Fatal(err)
			}
			if len(plan.Fetch) != 1 || m.pys.requires != c.asked.Requires {
				t.Errorf("planned %+v for Python %q", plan.Fetch, m.pys.requires)
			}
			asked := m.pys.asked
			server := filepath.Dir(asked.Dir)
			inside := func(p string) string {
				if p == "" {
					return ""
				}
				rel, err := filepath.Rel(filepath.Join(server, unpacked), p)
				if err != nil {
					t.Fatal(err)
				}
				return filepath.ToSlash(rel)
			}
			asked.Dir, asked.Project, asked.Requirements = "", inside(asked.Project), inside(asked.Requirements)
			if !reflect.DeepEqual(asked, c.asked) {
				t.Errorf("asked for %+v, want %+v", asked, c.asked)
			}
			if len(done.Args) == 0 {
				t.Fatal("nothing is started")
			}
			if rel, err := filepath.Rel(done.Dir, done.Args[0]); err == nil && filepath.IsAbs(done.Args[0]) {
				done.Args[0] = rel
			}
			if done.Command != filepath.Join(done.Dir, "env", "bin", "python") || !reflect.DeepEqual(done.Args, c.args) {
				t.Errorf("it is started as %q %q, want %q", done.Command, done.Args, c.args)
			}
			for name, v := range c.env {
				if done.Env[name] != v {
					t.Errorf("variable %s=%q, want %q", name, done.Env[name], v)
				}
			}
			if done.Env["VIRTUAL_ENV"] != filepath.Join(done.Dir, "env") || done.Receipt.Python != "3.12.1" {
				t.Errorf("environment %q, receipt %+v", done.Env, done.Receipt)
			}
			if c.asked.Project == "" {
				return
			}
			site := filepath.Join(done.Dir, "env", "lib", "python3.12", "site-packages")
			for name, want := range map[string]string{
				filepath.Join(site, "bundle.pth"):                          "../../../../bundle/src\n../../../../bundle\n",
				filepath.Join(site, "Notes.MCP-1.2.dist-info", "METADATA"): "Metadata-Version: 2.1\nName: Notes.MCP\nVersion: 1.2\n",
				filepath.Join(done.Dir, "start.py"):                        "import sys\n\nfrom notes.app import cli\n\nif __name__ == \"__main__\":\n    sys.argv[0] = \"notes\"\n    sys.exit(cli.main())\n",
			} {
				if got, err := os.ReadFile(name); err != nil || string(got) != want {
					t.Errorf("%s: %q %v, want %q", filepath.Base(name), got, err, want)
				}
			}
		})
	}
}
