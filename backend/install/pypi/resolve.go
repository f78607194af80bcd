package pypi

import (
	"context"
	"errors"
	"strings"
	"sync"

	"toolbay/backend/model"
	"toolbay/backend/runtimes"
)

// anyPython is a version later than every Python there is: a package's lower
// bound never excludes it.
const anyPython = "3.99"

// resolution is which version is meant, on which Python, with what.
type resolution struct {
	version string // "" when it comes out only as it is built
	size    int64  // unpacked bytes of the package itself
	pins    []pin  // nil when it has to be built first
	python  runtimes.Python
	fetch   *download // the Python to fetch first, instead of python
	// build tells that something has no ready-made parts; why says what.
	build bool
	why   error
}

// integrity is the digests of a package's files.
func (r *resolution) integrity(name string) string {
	for _, p := range r.pins {
		if normal(p.name) == normal(name) {
			return strings.Join(p.hashes, " ")
		}
	}
	return ""
}

// resolve finds the exact version and a Python that it and all it needs are
// ready-made for. The version stays, the Python gives way: asked for the newest
// on an old Python, an index gives an old release without a word.
func (in *Installer) resolve(ctx context.Context, t *tool, req requirement, here []runtimes.Python) (*resolution, error) {
	asker := here[0].Path
	if !req.exact {
		version, err := in.newest(ctx, t, req, asker)
		if errors.Is(err, errNoWheel) {
			// Which version is the newest comes out only when it is built.
			return &resolution{build: true, why: err, python: here[0]}, nil
		}
		if err != nil {
			return nil, err
		}
		req.spec, req.exact = "=="+version, true
	}
	r := &resolution{version: strings.TrimPrefix(strings.TrimPrefix(strings.TrimSpace(strings.TrimLeft(req.spec, "=")), "v"), "V")}

	// Reading what the package says of itself and locking for the Python that is
	// most likely go on at the same time; both wait for the index.
	var wait sync.WaitGroup
	var self dist
	var looked, locked error
	var pins []pin
	wait.Go(func() {
		if self, r.size, looked = t.look(ctx, req.name, r.version, asker, anyPython); errors.Is(looked, errNoWheel) {
			// It has parts that are compiled, each for one Python.
			self, r.size, looked = t.look(ctx, req.name, r.version, asker, "")
		}
	})
	wait.Go(func() { pins, locked = t.lock(ctx, req.all(), here[0].Path, "", false) })
	wait.Wait()
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	if looked != nil && !errors.Is(looked, errNoWheel) && !errors.Is(looked, errPython) {
		return nil, looked
	}
	if looked == nil {
		r.version = self.version // in the package's own spelling
	}
	c := choice{in: in, t: t, requires: anyOf(self.requires, req.python), here: here, lock: func(path, version string) ([]pin, error) {
		if path == here[0].Path && version == "" {
			return pins, locked
		}
		return t.lock(ctx, req.all(), path, version, false)
	}}
	return r, c.choose(ctx, r)
}

// choice is the search for a Python that everything is ready-made for.
type choice struct {
	in       *Installer
	t        *tool
	requires string
	here     []runtimes.Python
	// lock locks for the Python at path, or, with a version, for one that is not
	// here yet; path is then some other.
	lock func(path, version string) ([]pin, error)
	// stay leaves out the Pythons that would have to be fetched.
	stay bool
}

// choose tries the Pythons that are allowed, those here before those that could
// be fetched, until one has everything ready-made, and says so in r.
func (c choice) choose(ctx context.Context, r *resolution) error {
	allowed := runtimes.PythonRangeOf(c.requires)
	tried := map[string]bool{}
	try := func(python runtimes.Python, offer *download) (done bool, err error) {
		minor := python.Version[:strings.LastIndexByte(python.Version, '.')]
		if !allowed.Has(python.Version) || tried[minor] {
			return false, nil
		}
		tried[minor] = true
		path, version := python.Path, ""
		if offer != nil {
			path, version = c.here[0].Path, python.Version
		}
		pins, err := c.lock(path, version)
		switch {
		case err == nil:
			r.pins, r.python, r.fetch, r.build, r.why = pins, python, offer, false, nil
			return true, nil
		case errors.Is(err, errNoWheel):
			if !r.build {
				r.python, r.fetch, r.build, r.why = python, offer, true, err
			}
			return false, nil
		case errors.Is(err, errPython):
			return false, nil
		}
		return false, err
	}
	for _, python := range c.here {
		if done, err := try(python, nil); done || err != nil {
			return err
		}
	}
	if !c.stay {
		offers, err := c.in.offers(ctx, c.t)
		if err != nil && !r.build {
			return err
		}
		for _, o := range offers {
			if !allowed.Has(o.version) {
				continue
			}
			if done, err := try(runtimes.Python{Version: o.version}, &o); err != nil {
				return err
			} else if done {
				r.fetch.size = c.t.measure(ctx, o.url)
				return nil
			}
		}
	}
	if r.build {
		return nil
	}
	return model.Fail("python_not_offered", nil)
}

// newest finds the newest version that has ready-made parts for any Python. A
// version that is compiled for some Pythons only is not seen when others are
// asked about, so all are.
func (in *Installer) newest(ctx context.Context, t *tool, req requirement, asker string) (string, error) {
	pythons := []string{anyPython, "3.15", "3.14", "3.13", "3.12", "3.11", "3.10"}
	if asked := strings.TrimSuffix(strings.TrimPrefix(req.python, "=="), ".*"); strings.Contains(asked, ".") {
		pythons = []string{asked} // as uvx: the newest for that Python
	}
	found, errs := make([]string, len(pythons)), make([]error, len(pythons))
	ask := func(i int) { found[i], errs[i] = t.newest(ctx, req.line(), asker, pythons[i]) }
	fits := func(err error) bool { return err == nil || errors.Is(err, errNoWheel) || errors.Is(err, errPython) }
	// The first answer is kept by uv for the others.
	if ask(0); !fits(errs[0]) {
		return "", errs[0]
	}
	var wait sync.WaitGroup
	for i := 1; i < len(pythons); i++ {
		wait.Go(func() { ask(i) })
	}
	wait.Wait()
	best := ""
	for i, v := range found {
		if !fits(errs[i]) {
			return "", errs[i]
		}
		if v != "" && (best == "" || Newer(best, v)) {
			best = v
		}
	}
	if best == "" {
		return "", errs[0]
	}
	return best, nil
}
