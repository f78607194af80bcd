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
	version string
	size    int64 // unpacked bytes of the package itself
	pins    []pin // nil when it has to be built first
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
	wait.Add(2)
	go func() {
		defer wait.Done()
		if self, r.size, looked = t.look(ctx, req.name, r.version, asker, anyPython); errors.Is(looked, errNoWheel) {
			// It has parts that are compiled, each for one Python.
			self, r.size, looked = t.look(ctx, req.name, r.version, asker, "")
		}
	}()
	go func() {
		defer wait.Done()
		pins, locked = t.lock(ctx, req.line(), here[0].Path, "", false)
	}()
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
	return in.choosePython(ctx, t, req, r, here, self.requires, pins, locked)
}

// choosePython tries the Pythons that the package allows, those here before those
// that could be fetched, until one has everything ready-made.
func (in *Installer) choosePython(ctx context.Context, t *tool, req requirement, r *resolution, here []runtimes.Python, requires string, pins []pin, locked error) (*resolution, error) {
	allowed := runtimes.PythonRangeOf(requires)
	first := here[0]
	var builder *resolution
	tried := map[string]bool{}
	try := func(python runtimes.Python, offer *download) (done bool, err error) {
		minor := python.Version[:strings.LastIndexByte(python.Version, '.')]
		if !allowed.Has(python.Version) || tried[minor] {
			return false, nil
		}
		tried[minor] = true
		with, err := pins, locked
		switch {
		case offer != nil:
			with, err = t.lock(ctx, req.line(), first.Path, python.Version, false)
		case python.Path != first.Path:
			with, err = t.lock(ctx, req.line(), python.Path, "", false)
		}
		switch {
		case err == nil:
			r.pins, r.python, r.fetch = with, python, offer
			return true, nil
		case errors.Is(err, errNoWheel):
			if builder == nil {
				b := *r
				b.build, b.why, b.python, b.fetch = true, err, python, offer
				builder = &b
			}
			return false, nil
		case errors.Is(err, errPython):
			return false, nil
		}
		return false, err
	}
	for _, python := range here {
		if done, err := try(python, nil); done || err != nil {
			return r, err
		}
	}
	offers, err := in.offers(ctx, t)
	if err != nil && builder == nil {
		return nil, err
	}
	for _, o := range offers {
		if done, err := try(runtimes.Python{Version: o.version}, &o); done || err != nil {
			return r, err
		}
	}
	if builder != nil {
		return builder, nil
	}
	return nil, model.Fail("python_not_offered", nil)
}

// newest finds the newest version that has ready-made parts for any Python.
func (in *Installer) newest(ctx context.Context, t *tool, req requirement, asker string) (string, error) {
	best := ""
	var first error
	ask := func(python string) error {
		v, err := t.newest(ctx, req.line(), asker, python)
		if err == nil && (best == "" || Newer(best, v)) {
			best = v
		}
		return err
	}
	first = ask(anyPython)
	if first != nil && !errors.Is(first, errNoWheel) && !errors.Is(first, errPython) {
		return "", first
	}
	if first == nil {
		return best, nil
	}
	// It has parts that are compiled, each for one Python.
	for _, python := range []string{"3.15", "3.14", "3.13", "3.12", "3.11", "3.10"} {
		err := ask(python)
		if err != nil && !errors.Is(err, errNoWheel) && !errors.Is(err, errPython) {
			return "", err
		}
	}
	if best == "" {
		return "", named(first, req.name)
	}
	return best, nil
}
