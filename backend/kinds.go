package backend

import (
	"context"
	"errors"

	"toolbay/backend/catalog/recipe"
	"toolbay/backend/install"
	"toolbay/backend/install/local"
	"toolbay/backend/install/npm"
	"toolbay/backend/install/oci"
	"toolbay/backend/install/pypi"
	"toolbay/backend/install/remote"
	"toolbay/backend/model"
	"toolbay/backend/runtimes"
	"toolbay/backend/staging"
	"toolbay/backend/whole"
)

// makeKinds joins the kinds of packages that can be installed. Whoever adds one
// adds it to Installable too.
func (b *Backend) makeKinds(ctx context.Context) {
	b.kinds = map[string]install.Kind{
		"npm":  &npm.Installer{Home: b.home, Nodes: b.nodes},
		"pypi": b.python(ctx),
		"oci":  &oci.Installer{Home: b.home},
	}
	b.kinds["mcpb"] = b.bundles()
	b.kinds["local"] = &local.Installer{Home: b.home, Node: b.anyNode, Python: b.anyPython, Now: b.o.Now}
	b.kinds["remote"] = &remote.Installer{Home: b.home, Getenv: b.o.Getenv, Now: b.o.Now}
}

// python is the kind that installs Python packages, with the settings for where
// uv and Python come from.
func (b *Backend) python(ctx context.Context) *pypi.Installer {
	return &pypi.Installer{
		Home: b.home, PythonOrigin: b.setting(ctx, "python_origin", "TOOLBAY_PYTHON_ORIGIN", ""),
		UVs:     &runtimes.UVs{Home: b.home, Origin: b.setting(ctx, "uv_origin", "TOOLBAY_UV_ORIGIN", "")},
		Pythons: &runtimes.Pythons{Home: b.home},
	}
}

// Installable tells whether this version of Toolbay can install a package.
func Installable(p model.Package) bool {
	switch p.Type {
	case "npm", "pypi", "oci", "mcpb", "local":
		return p.Transport == "" || p.Transport == "stdio"
	case "remote":
		return p.Transport == "streamable-http" || p.Transport == "sse"
	}
	return false
}

// kind gives what installs a package. Error code: package_type_later.
func (b *Backend) kind(p model.Package) (install.Kind, error) {
	if k, ok := b.kinds[p.Type]; ok && Installable(p) {
		return k, nil
	}
	return nil, model.Fail("package_type_later", nil, "type", p.Type)
}

// plan finds out what an install of a package would fetch.
func (b *Backend) plan(ctx context.Context, p model.Package) (install.Plan, error) {
	k, err := b.kind(p)
	if err != nil {
		return install.Plan{}, err
	}
	plan, err := k.Plan(ctx, p)
	if err == nil {
		err = b.permittedToRun(ctx, plan.Runs)
	}
	return plan, err
}

// planAgreed is plan for somebody who has agreed to whatever is fetched.
func (b *Backend) planAgreed(ctx context.Context, p model.Package) (install.Plan, error) {
	if k, err := b.kind(p); err == nil {
		if s, ok := k.(install.Straight); ok {
			if plan, ok := s.Straight(ctx, p); ok {
				return plan, nil
			}
		}
	}
	return b.plan(ctx, p)
}

// asksItself tells whether only the package itself knows its questions, so that
// it has to be looked at before they can be asked.
func asksItself(p model.Package) bool { return p.Type == "mcpb" }

// sweepKinds removes what installs that were killed left behind.
func (b *Backend) sweepKinds() error {
	whole.Sweep(b.home)
	_, err := staging.Sweep(b.home)
	return errors.Join(err, runtimes.SweepPythons(b.home))
}

// options are what a kind is told for an install.
func (in *installation) options() install.Options {
	return install.Options{
		Server: in.id, AllowScripts: in.req.AllowScripts, Bin: recipe.Build(in.ref.pack(), nil, recipe.Here()).Bin,
		Answers: in.values, Told: in.req.told, Recipe: recipeOf(in.server(model.Server{Package: in.ref.pack()})), Agreed: in.req.AcceptRisk,
	}
}
