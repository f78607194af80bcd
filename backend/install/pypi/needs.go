package pypi

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"toolbay/backend/install"
	"toolbay/backend/job"
	"toolbay/backend/model"
	"toolbay/backend/pattern"
	"toolbay/backend/runtimes"
)

// Needs is what somebody else's program needs of Python, for instance a
// bundle's.
type Needs struct {
	// Dir is where the environment comes; it may be moved afterwards.
	Dir string
	// Requires is the range of Python versions, "" for any.
	Requires string
	// Project is a folder with a pyproject.toml, Requirements a file that lists
	// packages, Packages more of them; each may be empty. The project's own code
	// is not installed: it is started where it is.
	Project      string
	Requirements string
	Packages     []string
}

// Made is an environment that was made.
type Made struct {
	Env     Env
	Program string // its Python, relative to the environment's folder
	Version string // of Python
}

// PlanEnvironment tells what would be fetched first to make an environment for
// a range of Python versions.
func (in *Installer) PlanEnvironment(ctx context.Context, requires string) ([]install.Fetch, error) {
	fetch, err := in.planEnvironment(ctx, requires)
	return fetch, install.Failed(ctx, err, "")
}

func (in *Installer) planEnvironment(ctx context.Context, requires string) ([]install.Fetch, error) {
	here, err := in.Pythons.List(ctx, requires)
	if err != nil {
		return nil, err
	}
	uv, err := in.UVs.Find(ctx)
	if model.Code(err) == "uv_missing" {
		offer, err := in.UVs.Offer()
		if err != nil {
			return nil, err
		}
		offer = in.UVs.Measure(ctx, offer)
		fetch := []install.Fetch{{Name: "uv", Version: offer.Version, Size: offer.Size}}
		if len(here) == 0 {
			fetch = append(fetch, install.Fetch{Name: "python", Version: "3"})
		}
		return fetch, nil
	}
	if err != nil || len(here) > 0 {
		return nil, err
	}
	t, err := in.tool(uv)
	if err != nil {
		return nil, err
	}
	defer t.close()
	offer, err := in.offer(ctx, t, requires)
	if err != nil {
		return nil, err
	}
	return []install.Fetch{offer.fetch()}, nil
}

// Environment makes an environment with exactly pinned packages, and writes what
// was pinned beside it (requirements.lock). Where packages come from is the
// user's setting, never the project's; only ready-made ones are taken. uv and
// Python are fetched first where PlanEnvironment said so. Codes: those of
// Install, package_incomplete for a project that needs what no index has.
func (in *Installer) Environment(ctx context.Context, n Needs, report job.Report) (Made, error) {
	made, err := in.environment(ctx, n, report)
	return made, install.Failed(ctx, err, filepath.Base(n.Project))
}

func (in *Installer) environment(ctx context.Context, n Needs, report job.Report) (Made, error) {
	var offer *runtimes.Download
	if _, err := in.UVs.Find(ctx); model.Code(err) == "uv_missing" {
		d, err := in.UVs.Offer()
		if err != nil {
			return Made{}, err
		}
		offer = &d
	}
	t, err := in.ready(ctx, detail{uv: offer}, report)
	if err != nil {
		return Made{}, err
	}
	defer t.close()
	requires := strings.Trim(n.Requires+","+n.requires(), ",")
	here, err := in.Pythons.List(ctx, requires)
	if err != nil {
		return Made{}, err
	}
	if len(here) == 0 {
		python, err := in.offer(ctx, t, requires)
		if err != nil {
			return Made{}, err
		}
		fetched, err := in.fetchPython(ctx, t, *python, report)
		if err != nil {
			return Made{}, err
		}
		here = []runtimes.Python{fetched}
	}
	report(job.Progress{Stage: "resolve"})
	r := &resolution{}
	c := choice{in: in, t: t, requires: requires, here: here, stay: true, lock: func(path, _ string) ([]pin, error) { return n.lock(ctx, t, path) }}
	if err := c.choose(ctx, r); err != nil {
		return Made{}, err
	}
	if r.build {
		return Made{}, model.Fail("python_needs_build", r.why, "package", filepath.Base(n.Project))
	}
	b := build{t: t, root: filepath.Dir(n.Dir), name: filepath.Base(n.Dir), python: r.python, pins: r.pins}
	if err := b.run(ctx, filepath.Base(n.Project), report); err != nil {
		return Made{}, err
	}
	program, err := filepath.Rel(n.Dir, b.env().Program("python"))
	return Made{Env: b.env(), Program: filepath.ToSlash(program), Version: r.python.Version}, err
}

var requiresPython = pattern.New(`(?m)^\s*requires-python\s*=\s*["']([^"']*)["']`)

// requires is the range of Python versions the project names.
func (n Needs) requires() string {
	if n.Project == "" {
		return ""
	}
	b, err := readCapped(filepath.Join(n.Project, "pyproject.toml"), 1<<20)
	if err != nil {
		return ""
	}
	if m := requiresPython().FindSubmatch(b); m != nil {
		if _, err := runtimes.ParsePythonRange(string(m[1])); err == nil {
			return string(m[1])
		}
	}
	return ""
}

// lock pins what is needed for the Python at path.
func (n Needs) lock(ctx context.Context, t *tool, path string) ([]pin, error) {
	var lines []string
	for _, p := range n.Packages {
		if !plainNeed().MatchString(p) {
			return nil, incomplete(n, p)
		}
		lines = append(lines, p)
	}
	switch {
	case n.Project != "":
		own, err := n.projectLines(ctx, t, path)
		if err != nil {
			return nil, err
		}
		lines = append(lines, own...)
	case n.Requirements != "":
		b, err := readCapped(n.Requirements, 1<<20)
		if err != nil {
			return nil, err
		}
		own, err := n.plainLines(string(b))
		if err != nil {
			return nil, err
		}
		lines = append(lines, own...)
	}
	if len(lines) == 0 {
		return nil, nil
	}
	return t.lock(ctx, strings.Join(lines, "\n"), path, "", false)
}

// projectLines gives what a project needs: what it locked itself, else what it
// names. Its settings for uv do not count: uv works in a folder of ours, and what
// it reads of the project are names and versions.
func (n Needs) projectLines(ctx context.Context, t *tool, path string) ([]string, error) {
	if _, err := os.Stat(filepath.Join(n.Project, "uv.lock")); err == nil {
		out, err := t.run(ctx, call{args: []string{"export", "--quiet", "--frozen", "--no-dev", "--no-emit-project", "--no-header", "--no-annotate", "--no-hashes",
			"--python", path, "--project", n.Project}})
		if err == nil {
			return n.plainLines(string(out.Stdout))
		}
		if ctx.Err() != nil {
			return nil, err
		}
		// A lock that cannot be read decides nothing.
	}
	b, err := os.ReadFile(filepath.Join(n.Project, "pyproject.toml"))
	if err != nil {
		return nil, err
	}
	dir := t.dir.Join("project")
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, err
	}
	file := filepath.Join(dir, "pyproject.toml")
	if err := os.WriteFile(file, b, 0o600); err != nil {
		return nil, err
	}
	pins, err := t.lockFile(ctx, file, filepath.Base(n.Project), path)
	if err != nil {
		return nil, err
	}
	var lines []string
	for _, p := range pins {
		lines = append(lines, p.name+"=="+p.version)
	}
	return lines, nil
}

var plainNeed = pattern.New(`^[A-Za-z0-9][A-Za-z0-9._-]*\s*(\[[A-Za-z0-9._, -]+\])?\s*(\(?[<>=!~]=?=?\s*[0-9A-Za-z.*+!_-]+(\s*,\s*[<>=!~]=?=?\s*[0-9A-Za-z.*+!_-]+)*\)?)?\s*(;[^@:]*)?$`)

// plainLines takes the lines that name packages of an index. Lines that say where
// an index is are left out; what comes from elsewhere cannot be had.
func (n Needs) plainLines(text string) ([]string, error) {
	text = strings.ReplaceAll(strings.ReplaceAll(text, "\r\n", "\n"), "\\\n", " ")
	var lines []string
	for line := range strings.Lines(text) {
		line, _, _ = strings.Cut(strings.TrimSpace(line), " #")
		if i := strings.Index(line, " --hash="); i >= 0 {
			line = line[:i]
		}
		line = strings.TrimSpace(line)
		switch {
		case line == "" || strings.HasPrefix(line, "#"), strings.HasPrefix(line, "--index-url"), strings.HasPrefix(line, "--extra-index-url"),
			strings.HasPrefix(line, "-i "), strings.HasPrefix(line, "--trusted-host"), strings.HasPrefix(line, "--find-links"), strings.HasPrefix(line, "-f "),
			strings.HasPrefix(line, "--no-binary"), strings.HasPrefix(line, "--only-binary"), strings.HasPrefix(line, "--prefer-binary"), strings.HasPrefix(line, "--pre"):
		case plainNeed().MatchString(line):
			lines = append(lines, line)
		default:
			return nil, incomplete(n, line)
		}
	}
	return lines, nil
}

func incomplete(n Needs, line string) error {
	return model.Fail("package_incomplete", errors.Join(errNotPlain, fmt.Errorf("%.200q", line)), "package", filepath.Base(n.Project))
}

var errNotPlain = errors.New("it needs what is no package of an index")
