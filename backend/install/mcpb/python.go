package mcpb

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"runtime"
	"slices"
	"strings"

	"toolbay/backend/bundle"
	"toolbay/backend/install"
	"toolbay/backend/job"
	"toolbay/backend/model"
	"toolbay/backend/pattern"
	"toolbay/backend/runtimes"
)

// A Python bundle brings its packages along, says which it needs, or leaves
// that to uv at each start. Here its environment is made once, when it is
// installed, and its Python is started directly.

// envName is the environment's folder in a server's folder.
const envName = "env"

// planPython decides what the environment needs.
func (in *Installer) planPython(ctx context.Context, s *start, m bundle.Manifest, l bundle.Launch, files fs.FS, plan *install.Plan) error {
	if in.Pythons == nil {
		return model.Fail("package_type_later", nil, "type", "pypi")
	}
	e := &s.python
	if e.Requires == "" {
		e.Requires = pythonRange(m.Runtimes["python"])
	}
	brought := packagesIn(files)
	if tag := abiOf(files); tag != "" && brought != "" {
		// Compiled parts fit one Python only, whatever else the bundle allows.
		e.Requires = strings.Trim(e.Requires+",==3."+tag+".*", ",")
	}
	if slices.Contains(l.Args, "-m") && s.env["PYTHONPATH"] == "" {
		s.searched("")
	}
	switch at := e.Project; {
	case brought != "":
		// What it brings is what it was tried with.
		e.Project = ""
		if _, said := l.Env["PYTHONPATH"]; !said {
			s.env["PYTHONPATH"] = strings.Join(slices.DeleteFunc([]string{path.Join(dirname, brought), s.env["PYTHONPATH"]}, func(p string) bool { return p == "" }), listSeparator())
		}
	default:
		e.Project = ""
		for _, dir := range unique(at, "", path.Dir(l.Entry)) {
			if isFile(files, path.Join(dir, "pyproject.toml")) {
				own := readProject(files, dir)
				e.Project, s.project = path.Join(".", dir), &own
				if _, err := runtimes.ParsePythonRange(own.requires); err == nil && own.requires != "" {
					e.Requires = strings.Trim(e.Requires+","+own.requires, ",")
				}
				break
			}
			if e.Requirements == "" && isFile(files, path.Join(dir, "requirements.txt")) {
				e.Requirements = path.Join(dir, "requirements.txt")
				break
			}
		}
		if e.Project == "" && e.Requirements == "" {
			own, requires := inlineNeeds(files, l.Entry)
			e.Packages = append(e.Packages, own...)
			if e.Requires == "" {
				e.Requires = requires
			}
		}
	}
	var err error
	plan.Fetch, err = in.Pythons.Plan(ctx, e.Requires)
	return err
}

func listSeparator() string {
	if runtime.GOOS == "windows" {
		return ";"
	}
	return ":"
}

func unique(list ...string) []string {
	var out []string
	for _, s := range list {
		if s == "." {
			s = ""
		}
		if !slices.Contains(out, s) {
			out = append(out, s)
		}
	}
	return out
}

// packagesIn finds the folder of packages that a bundle brings: server/lib as
// the format proposes, or the packages of an environment that was packed.
func packagesIn(files fs.FS) string {
	if files == nil {
		return ""
	}
	for _, at := range []string{"server/lib", "lib", "server/vendor", "vendor"} {
		if entries, err := fs.ReadDir(files, at); err == nil && slices.ContainsFunc(entries, func(e fs.DirEntry) bool { return e.IsDir() }) {
			return at
		}
	}
	for _, pat := range []string{"server/venv", "venv", "server/.venv", ".venv"} {
		for _, inside := range []string{"lib/python3.*/site-packages", "Lib/site-packages"} {
			if found, err := fs.Glob(files, pat+"/"+inside); err == nil && len(found) > 0 {
				return found[0]
			}
		}
	}
	return ""
}

// abiOf gives the minor version of Python that compiled parts are made for, ""
// where there are none or several.
func abiOf(files fs.FS) string {
	tags := map[string]bool{}
	if files == nil {
		return ""
	}
	_ = fs.WalkDir(files, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return nil // what cannot be looked at says nothing
		}
		if m := abiTag().FindStringSubmatch(name); m != nil {
			for _, tag := range m[1:] {
				if tag != "" {
					tags[tag] = true
				}
			}
		}
		return nil
	})
	if len(tags) != 1 {
		return ""
	}
	for tag := range tags {
		return tag
	}
	return ""
}

var (
	inlineBlock = pattern.New(`(?m)^# /// script\s*$\n((?:^#(?: .*)?$\n)+?)^# ///\s*$`)
	inlineList  = pattern.New(`(?s)dependencies\s*=\s*\[(.*?)\]`)
	inlineRange = pattern.New(`requires-python\s*=\s*["']([^"']*)["']`)
	quoted      = pattern.New(`["']([^"']+)["']`)
)

// inlineNeeds reads what a script says of itself in its head, as uv does.
func inlineNeeds(files fs.FS, entry string) (packages []string, requires string) {
	if !isFile(files, entry) {
		return nil, ""
	}
	f, err := files.Open(entry)
	if err != nil {
		return nil, ""
	}
	defer f.Close()
	head, err := io.ReadAll(io.LimitReader(f, 64<<10))
	if err != nil {
		return nil, ""
	}
	m := inlineBlock().FindSubmatch([]byte(strings.ReplaceAll(string(head), "\r\n", "\n")))
	if m == nil {
		return nil, ""
	}
	text := strings.ReplaceAll(string(m[1]), "\n#", "\n")
	if list := inlineList().FindStringSubmatch(text); list != nil {
		for _, q := range quoted().FindAllStringSubmatch(list[1], 100) {
			if one := strings.ReplaceAll(q[1], " ", ""); listed().MatchString(one) {
				packages = append(packages, one)
			}
		}
	}
	if r := inlineRange().FindStringSubmatch(text); r != nil {
		requires = pythonRange(r[1])
	}
	return packages, requires
}

// starterName is a script of ours that starts a program of the project.
const starterName = "start.py"

// environment makes what the server runs on, beside the bundle.
func (w *work) environment(ctx context.Context, server string) (err error) {
	s := w.offer.start
	e := s.python
	e.Dir = filepath.Join(server, envName)
	at := func(name string) string { return filepath.Join(server, unpacked, filepath.FromSlash(name)) }
	if e.Project != "" {
		e.Project = at(e.Project)
	}
	if e.Requirements != "" {
		e.Requirements = at(e.Requirements)
	}
	if w.python, err = w.in.Pythons.Make(ctx, e, w.report); err != nil {
		return err
	}
	w.report(job.Progress{Stage: "prepare"})
	packages, err := sitePackages(e.Dir)
	if err != nil {
		return err
	}
	if s.project != nil {
		if err := s.project.lay(server, packages); err != nil {
			return err
		}
		if what, ok := s.project.scripts[s.command]; ok {
			if err := os.WriteFile(filepath.Join(server, starterName), []byte(starter(s.command, what)), 0o644); err != nil {
				return err
			}
		}
	}
	return w.compile(ctx, server, packages)
}

// compile has Python make its own form of all code now, so that no start has to.
// What it cannot read it leaves: nothing may ever load that.
func (w *work) compile(ctx context.Context, server, packages string) error {
	python := filepath.Join(server, envName, filepath.FromSlash(w.python.Program))
	out, err := install.Run(ctx, install.Program{
		Argv: []string{python, "-I", "-m", "compileall", "-q", "-j", "0", packages, filepath.Join(server, unpacked)},
		Env:  os.Environ(), Dir: server,
	})
	if ended := (*exec.ExitError)(nil); errors.As(err, &ended) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("compile the bundle's code: %w: %s", err, out.Stderr)
	}
	return nil
}

// startPython starts the environment's Python, or one of its programs.
func (w *work) startPython(place string, done *install.Installed) {
	env := filepath.Join(place, envName)
	python := filepath.Join(env, filepath.FromSlash(w.python.Program))
	bin := filepath.Dir(python)
	done.Command, done.Path = python, []string{bin}
	vars := map[string]string{"VIRTUAL_ENV": env}
	maps.Copy(vars, done.Env)
	done.Env = vars
	s := w.offer.start
	switch {
	case s.command == "":
	case s.project != nil && s.project.scripts[s.command] != "":
		done.Args = append([]string{filepath.Join(place, starterName)}, done.Args...)
	case runtime.GOOS == "windows":
		done.Command = filepath.Join(bin, s.command+".exe")
	default:
		// A script of an environment that was moved is one for its Python.
		done.Args = append([]string{filepath.Join(bin, s.command)}, done.Args...)
	}
}

var abiTag = pattern.New(`\.(?:cpython-3([0-9]+)|cp3([0-9]+)-)[^/]*\.(?:so|pyd)$|/python3\.([0-9]+)/site-packages/`)

func isFile(files fs.FS, name string) bool {
	if files == nil || !fs.ValidPath(name) {
		return false
	}
	st, err := fs.Stat(files, name)
	return err == nil && st.Mode().IsRegular()
}
