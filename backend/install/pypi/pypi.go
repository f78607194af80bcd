// Package pypi installs servers that are published as Python packages: version
// pinned, everything it needs locked with digests, ready-made parts only, in an
// environment of its own inside a private folder. uv does the fetching, by the
// user's own settings for uv and pip; Toolbay never chooses a package index.
// backend and the installer of bundles may import it; it imports install,
// runtimes, job, model and staging.
//
//	in := &pypi.Installer{Home: home, UVs: uvs, Pythons: pythons}
//	plan, err := in.Plan(ctx, model.Package{Type: "pypi", Identifier: "mcp-server-time"})
//	done, err := in.Install(ctx, plan, install.Options{Server: "time"}, job.Silent)
package pypi

import (
	"context"
	"os"
	"path/filepath"
	"time"

	"toolbay/backend/install"
	"toolbay/backend/job"
	"toolbay/backend/model"
	"toolbay/backend/runtimes"
	"toolbay/backend/staging"
)

// UVs is what the installer needs to have a uv.
type UVs interface {
	// Find gives a uv here; code uv_missing when there is none.
	Find(ctx context.Context) (runtimes.UV, error)
	// Offer gives one that could be fetched; code uv_not_offered.
	Offer() (runtimes.Download, error)
	// Measure fills in the size of an offer where it is not known.
	Measure(ctx context.Context, d runtimes.Download) runtimes.Download
	Fetch(ctx context.Context, d runtimes.Download, report job.Report) (runtimes.UV, error)
}

// Pythons is what the installer needs to know the Pythons of this machine.
type Pythons interface {
	// List gives those that satisfy a Requires-Python, best first.
	List(ctx context.Context, requires string) ([]runtimes.Python, error)
}

// Installer plans and does installs of Python packages. Home, UVs and Pythons
// must be set.
type Installer struct {
	// Home is TOOLBAY_HOME.
	Home    string
	UVs     UVs
	Pythons Pythons
	// PythonOrigin is where uv fetches a Python from, "" for its own place.
	PythonOrigin string
	// Env is the environment uv gets, with the user's index, proxy and
	// certificates in it; nil is this program's.
	Env []string
	// Stall ends uv when nothing comes from it for this long; 0 is 5 minutes.
	Stall time.Duration
	// Now is the clock; nil is time.Now.
	Now func() time.Time
	// PipFiles are pip's configuration files, weakest first; nil is where this
	// system has them.
	PipFiles []string
}

// detail is what a Plan has found out and Install uses.
type detail struct {
	uv     *runtimes.Download // to be fetched first, nil when there is one
	python *download          // to be fetched first, nil when there is one
	found  *resolution        // nil when nothing here could ask the index yet
	here   *runtimes.UV       // the one there is
	// straight is the Python of an install whose index was not asked.
	straight *runtimes.Python
}

// Plan finds the exact version, the Python that suits it and what would be
// fetched. Codes: package_invalid, package_unknown, version_unknown,
// package_incomplete, registry_unreachable, registry_denied, uv_not_offered,
// python_not_offered, install_stalled, disk_full, cancelled.
func (in *Installer) Plan(ctx context.Context, pkg model.Package) (install.Plan, error) {
	plan, err := in.plan(ctx, pkg)
	return plan, install.Failed(ctx, err, pkg.Identifier)
}

func (in *Installer) plan(ctx context.Context, pkg model.Package) (install.Plan, error) {
	req, err := parse(pkg)
	if err != nil {
		return install.Plan{}, err
	}
	plan := install.Plan{Package: pkg}
	d := detail{}
	uv, err := in.UVs.Find(ctx)
	if model.Code(err) == "uv_missing" {
		return in.planWithoutUV(ctx, plan, req)
	}
	if err != nil {
		return plan, err
	}
	here, err := in.Pythons.List(ctx, "")
	if err != nil {
		return plan, err
	}
	t, err := in.tool(uv)
	if err != nil {
		return plan, err
	}
	defer t.close()
	d.here = &uv
	if len(here) == 0 {
		// uv can ask an index only with some Python to ask for.
		if d.python, err = in.offer(ctx, t, req.python); err != nil {
			return plan, err
		}
		plan.Detail, plan.Fetch = d, []install.Fetch{d.python.fetch()}
		bring(&plan, req, nil)
		return plan, nil
	}
	if d.found, err = in.resolve(ctx, t, req, here); err != nil {
		return plan, err
	}
	if d.found.fetch != nil {
		d.python = d.found.fetch
		plan.Fetch = []install.Fetch{d.python.fetch()}
	}
	plan.Detail, plan.Resolved, plan.Scripts = d, d.found.version != "", d.found.build
	bring(&plan, req, d.found.pins)
	if !plan.Resolved {
		return plan, nil
	}
	plan.Package.Version, plan.Size = d.found.version, d.found.size
	plan.Integrity = d.found.integrity(req.name)
	return plan, nil
}

// planWithoutUV says what has to be here before the index can be asked.
func (in *Installer) planWithoutUV(ctx context.Context, plan install.Plan, req requirement) (install.Plan, error) {
	offer, err := in.UVs.Offer()
	if err != nil {
		return plan, err
	}
	offer = in.UVs.Measure(ctx, offer)
	plan.Detail = detail{uv: &offer}
	plan.Fetch = []install.Fetch{{Name: "uv", Version: offer.Version, Size: offer.Size}}
	here, err := in.Pythons.List(ctx, req.python)
	if err == nil && len(here) == 0 {
		// Only uv knows which exactly, and how large.
		plan.Fetch = append(plan.Fetch, install.Fetch{Name: "python", Version: "3"})
	}
	bring(&plan, req, nil)
	return plan, err
}

// bring tells in a plan what comes along with the package.
func bring(plan *install.Plan, req requirement, pins []pin) {
	plan.Runs = req.others(pins)
	with, _ := install.With(plan.Runs)
	plan.Fetch = append(plan.Fetch, with...)
}

// Install does what a Plan says. Stages: runtime (bytes), resolve, download
// (items: packages that arrived), prepare. A failure or a cancel leaves nothing
// behind but uv's own cache in TOOLBAY_HOME. Codes: those of Plan, of
// runtimes.UVs.Fetch, and python_download_failed, python_other,
// python_needs_build, package_no_start, package_changed, install_failed.
func (in *Installer) Install(ctx context.Context, plan install.Plan, o install.Options, report job.Report) (install.Installed, error) {
	done, err := in.install(ctx, plan, o, report)
	return done, install.Failed(ctx, err, plan.Package.Identifier)
}

func (in *Installer) install(ctx context.Context, plan install.Plan, o install.Options, report job.Report) (install.Installed, error) {
	req, err := parse(plan.Package)
	if err != nil {
		return install.Installed{}, err
	}
	d, _ := plan.Detail.(detail)
	t, err := in.ready(ctx, d, report)
	if err != nil {
		return install.Installed{}, err
	}
	defer t.close()
	if d.straight != nil {
		done, err := in.straight(ctx, t, req, *d.straight, plan, o, report)
		if !mustAsk(err) {
			return done, err
		}
		if plan, err = in.plan(ctx, plan.Package); err != nil {
			return install.Installed{}, err
		}
		d = plan.Detail.(detail)
	}
	found := d.found
	if found == nil {
		if found, err = in.later(ctx, t, req, plan, d, report); err != nil {
			return install.Installed{}, err
		}
	}
	if found.build && !o.AllowScripts {
		return install.Installed{}, model.Fail("python_needs_build", found.why, "package", req.name)
	}
	python, err := in.pythonFor(ctx, t, found, report)
	if err != nil {
		return install.Installed{}, err
	}
	if found.build {
		report(job.Progress{Stage: "resolve"})
		built := *found // a plan may be carried out again
		found = &built
		if err = t.build(ctx, req, found, python); err != nil {
			return install.Installed{}, err
		}
	}
	dir, err := staging.New(in.Home)
	if err != nil {
		return install.Installed{}, err
	}
	defer dir.Close()
	b := build{t: t, root: dir.Join("server"), python: python, pins: found.pins, scripts: found.build}
	if err := b.run(ctx, req.name, report); err != nil {
		return install.Installed{}, err
	}
	return in.keep(ctx, dir, b, req, plan, found, o, report)
}

// keep checks what was brought and moves it to its place.
func (in *Installer) keep(ctx context.Context, dir *staging.Dir, b build, req requirement, plan install.Plan, found *resolution, o install.Options, report job.Report) (install.Installed, error) {
	report(job.Progress{Stage: "prepare"})
	receipt, err := in.finish(b, req, plan, found, o)
	if err != nil {
		return install.Installed{}, err
	}
	if err := install.Seal(b.root); err != nil {
		return install.Installed{}, err
	}
	if err := ctx.Err(); err != nil {
		return install.Installed{}, err
	}
	place, err := install.Keep(dir, "server", in.Home, o.Server, receipt.Version)
	if err != nil {
		return install.Installed{}, err
	}
	return installed(place, plan.Package, receipt), nil
}

// ready gives a uv to work with, fetched first when the plan said so.
func (in *Installer) ready(ctx context.Context, d detail, report job.Report) (*tool, error) {
	var uv runtimes.UV
	var err error
	switch {
	case d.uv != nil:
		uv, err = in.UVs.Fetch(ctx, *d.uv, report)
	case d.here != nil:
		uv = *d.here
	default:
		uv, err = in.UVs.Find(ctx)
	}
	if err != nil {
		return nil, err
	}
	return in.tool(uv)
}

// later resolves what could not be resolved when it was planned.
func (in *Installer) later(ctx context.Context, t *tool, req requirement, plan install.Plan, d detail, report job.Report) (*resolution, error) {
	agreed := false
	for _, f := range plan.Fetch {
		agreed = agreed || f.Name == "python"
	}
	here, err := in.Pythons.List(ctx, "")
	if err != nil {
		return nil, err
	}
	if len(here) == 0 {
		if !agreed {
			return nil, model.Fail("python_other", nil)
		}
		offer := d.python
		if offer == nil {
			if offer, err = in.offer(ctx, t, req.python); err != nil {
				return nil, err
			}
		}
		python, err := in.fetchPython(ctx, t, *offer, report)
		if err != nil {
			return nil, err
		}
		here, agreed = []runtimes.Python{python}, false
	}
	report(job.Progress{Stage: "resolve"})
	found, err := in.resolve(ctx, t, req, here)
	if err == nil && found.fetch != nil && !agreed {
		// Only now is it known; the next Plan offers the right one.
		err = model.Fail("python_other", nil)
	}
	return found, err
}

func (in *Installer) pythonFor(ctx context.Context, t *tool, found *resolution, report job.Report) (runtimes.Python, error) {
	if found.fetch != nil {
		return in.fetchPython(ctx, t, *found.fetch, report)
	}
	return found.python, nil
}

func (in *Installer) finish(b build, req requirement, plan install.Plan, found *resolution, o install.Options) (install.Receipt, error) {
	self, err := b.site(req.name)
	if err != nil || self.version != found.version {
		return install.Receipt{}, model.Fail("package_changed", errOther(found.version, self.version, err), "package", req.name)
	}
	entry, err := b.entry(self, o.Bin)
	if err != nil {
		return install.Receipt{}, model.Fail("package_no_start", err, "package", req.name)
	}
	r := install.Receipt{
		Format: 1, Type: "pypi", Server: o.Server, Package: plan.Package.Identifier, Version: found.version,
		Integrity: found.integrity(req.name), Lock: lockName, Entry: entry.path, Native: entry.native, NodeArgs: []string{},
		Packages: len(found.pins), Installed: in.now(), Scripts: []string{}, ScriptsRan: found.build, Python: b.python.Version,
	}
	if found.build {
		r.Scripts = []string{req.name}
	}
	_, r.With = install.With(req.others(found.pins))
	if r.Size, err = install.Size(b.root); err != nil {
		return install.Receipt{}, err
	}
	return r, install.WriteReceipt(b.root, r)
}

func installed(place string, pkg model.Package, r install.Receipt) install.Installed {
	pkg.Version = r.Version
	e := Env{Dir: filepath.Join(place, envName)}
	done := install.Installed{
		Dir: place, Entry: filepath.Join(place, filepath.FromSlash(r.Entry)), Version: r.Version, Package: pkg, Receipt: r,
		Path: []string{e.Bin()}, Env: e.Variables(), Args: []string{},
	}
	done.Command = done.Entry
	if !r.Native {
		done.Command, done.Args = e.Program("python"), []string{done.Entry}
	}
	return done
}

func (in *Installer) now() time.Time {
	if in.Now != nil {
		return in.Now().UTC()
	}
	return time.Now().UTC()
}

func (in *Installer) environ() []string {
	if in.Env != nil {
		return in.Env
	}
	return os.Environ()
}
