package pypi

import (
	"context"
	"errors"
	"sync"

	"toolbay/backend/install"
	"toolbay/backend/job"
	"toolbay/backend/model"
	"toolbay/backend/runtimes"
	"toolbay/backend/staging"
)

// Straight is a plan where the index need not be asked first: exactly one version
// is meant, and there is a Python here that it is most likely made for.
func (in *Installer) Straight(ctx context.Context, pkg model.Package) (install.Plan, bool) {
	req, err := parse(pkg)
	if err != nil || !req.exact || len(req.with) > 0 {
		return install.Plan{}, false
	}
	// Both are programs that are started to be asked for their version.
	var wait sync.WaitGroup
	var uv runtimes.UV
	var noUV error
	wait.Go(func() { uv, noUV = in.UVs.Find(ctx) })
	here, err := in.Pythons.List(ctx, req.python)
	wait.Wait()
	if err != nil || noUV != nil || len(here) == 0 {
		return install.Plan{}, false
	}
	return install.Plan{Package: pkg, Detail: detail{here: &uv, straight: &here[0]}}, true
}

// mustAsk tells what may be otherwise with another Python, or is said more
// exactly, once the index was asked.
func mustAsk(err error) bool {
	code := model.Code(err)
	return errors.Is(err, errNoWheel) || errors.Is(err, errPython) ||
		code == "package_unknown" || code == "version_unknown" || code == "package_incomplete"
}

// straight installs for one Python without having asked what the package is
// made for: uv refuses a Python that is too old for it, and what it brings is
// looked at for one that is too new.
func (in *Installer) straight(ctx context.Context, t *tool, req requirement, python runtimes.Python, plan install.Plan, o install.Options, report job.Report) (install.Installed, error) {
	report(job.Progress{Stage: "resolve"})
	dir, err := staging.New(in.Home)
	if err != nil {
		return install.Installed{}, err
	}
	defer dir.Close()
	b := build{t: t, root: dir.Join("server"), python: python}
	// The lock waits for the index, the environment for nobody.
	var wait sync.WaitGroup
	var made error
	wait.Go(func() { made = b.empty(ctx, req.name) })
	b.pins, err = t.lock(ctx, req.all(), python.Path, "", false)
	wait.Wait()
	if err != nil {
		return install.Installed{}, err
	}
	if made != nil {
		return install.Installed{}, made
	}
	if err := b.fill(ctx, req.name, report); err != nil {
		return install.Installed{}, err
	}
	self, err := b.site(req.name)
	if err != nil {
		return install.Installed{}, model.Fail("package_changed", err, "package", req.name)
	}
	if !runtimes.PythonRangeOf(self.requires).Has(python.Version) {
		return install.Installed{}, errPython
	}
	found := &resolution{version: self.version, pins: b.pins, python: python}
	return in.keep(ctx, dir, b, req, plan, found, o, report)
}
