package mcpb

import (
	"context"
	"maps"
	"os"
	"path/filepath"
	"strings"

	"toolbay/backend/bundle"
	"toolbay/backend/install"
	"toolbay/backend/job"
	"toolbay/backend/model"
	"toolbay/backend/runtimes"
	"toolbay/backend/staging"
)

// work is one install of a bundle that was verified and agreed to.
type work struct {
	in     *Installer
	dir    *staging.Dir
	b      *bundle.Bundle
	launch bundle.Launch
	plan   install.Plan
	offer  offer
	o      install.Options
	report job.Report

	node   runtimes.Node
	python Python
}

func (w *work) run(ctx context.Context) (install.Installed, error) {
	if w.offer.start.on == onPackage {
		return w.runNamed(ctx)
	}
	if err := w.runtime(ctx); err != nil {
		return install.Installed{}, err
	}
	w.report(job.Progress{Stage: "prepare"})
	server := w.dir.Join("server")
	if err := os.Mkdir(server, 0o755); err != nil {
		return install.Installed{}, err
	}
	if err := w.unpack(ctx, filepath.Join(server, unpacked)); err != nil {
		return install.Installed{}, err
	}
	if w.offer.start.on == onPython {
		if err := w.environment(ctx, server); err != nil {
			return install.Installed{}, err
		}
	}
	r, err := w.receipt(server)
	if err != nil {
		return install.Installed{}, err
	}
	if err := ctx.Err(); err != nil {
		return install.Installed{}, err
	}
	place, err := install.Keep(w.dir, "server", w.in.Home, w.o.Server, r.Version)
	if err != nil {
		return install.Installed{}, err
	}
	return w.installed(place, r), nil
}

// runtime has what the server runs on.
func (w *work) runtime(ctx context.Context) (err error) {
	if w.offer.start.on != onNode {
		return nil
	}
	if w.plan.Node != nil {
		w.node, err = w.in.Nodes.Fetch(ctx, *w.plan.Node, w.report)
	} else {
		w.node, err = w.in.Nodes.Find(ctx, w.offer.start.engines)
	}
	return err
}

// unpack writes the bundle's files. What is started must be allowed to run: an
// archive made on Windows does not say so.
func (w *work) unpack(ctx context.Context, to string) error {
	if err := os.Mkdir(to, 0o755); err != nil {
		return err
	}
	var programs []string
	if w.offer.start.on == onProgram {
		programs = []string{w.offer.start.file}
	}
	_, err := w.b.Extract(ctx, to, programs...)
	return err
}

// receipt writes what was installed into a folder, and closes that.
func (w *work) receipt(dir string) (install.Receipt, error) {
	r := install.Receipt{
		Format: 1, Type: "mcpb", Server: w.o.Server, Package: w.offer.name, Version: w.plan.Package.Version,
		Integrity: w.plan.Integrity, Native: w.offer.start.on == onProgram || w.offer.start.on == onFound,
		NodeArgs: []string{}, Node: w.node.Path, NodeIs: w.node.Version, Python: w.python.Version, Packages: 1,
		Installed: w.in.now(), Scripts: []string{}, SHA256: w.offer.file.sha256, Source: w.offer.file.source,
		Signature: w.offer.signature, Signer: w.offer.signer,
	}
	if w.launch.Entry != "" {
		r.Entry = unpacked + "/" + w.launch.Entry
	}
	return r, w.close(dir, &r)
}

func (w *work) close(dir string, r *install.Receipt) (err error) {
	if r.Size, err = install.Size(dir); err != nil {
		return err
	}
	if err := install.WriteReceipt(dir, *r); err != nil {
		return err
	}
	return install.Seal(dir)
}

// installed is the server in its place. Args and Env are templates still.
func (w *work) installed(place string, r install.Receipt) install.Installed {
	s := w.offer.start
	done := install.Installed{
		Dir: place, Version: r.Version, Package: w.pkg(), Receipt: r, Signer: w.offer.signer,
		Args: s.args, Env: maps.Clone(s.env),
	}
	if r.Entry != "" {
		done.Entry = filepath.Join(place, filepath.FromSlash(r.Entry))
	}
	// What the bundle itself says about a variable holds.
	maps.Copy(done.Env, w.launch.Env)
	switch s.on {
	case onNode:
		done.Node, done.Command, done.Path = w.node.Path, w.node.Path, []string{filepath.Dir(w.node.Path)}
	case onProgram:
		done.Command = filepath.Join(place, unpacked, filepath.FromSlash(s.file))
	case onFound:
		done.Command = s.file
	case onPython:
		w.startPython(place, &done)
	}
	return done
}

// pkg is the package as it is kept: without what in an address could be a key.
func (w *work) pkg() model.Package {
	p := w.plan.Package
	if strings.HasPrefix(p.Identifier, "https://") {
		p.Identifier = bare(p.Identifier)
	}
	p.FileSHA256 = w.offer.file.sha256
	return p
}

// runNamed installs the package that the bundle only names, and lays the bundle
// beside it.
func (w *work) runNamed(ctx context.Context) (install.Installed, error) {
	s := w.offer.start
	kind := w.in.Others[s.other.Package.Type]
	o := w.o
	o.Bin = s.bin()
	// The bundle's questions are not the package's.
	o.Answers = nil
	if err := w.unpack(ctx, w.dir.Join(unpacked)); err != nil {
		return install.Installed{}, err
	}
	done, err := kind.Install(ctx, s.other, o, w.report)
	if err != nil {
		return install.Installed{}, err
	}
	if err := w.beside(&done); err != nil {
		_, rerr := install.Remove(w.in.Home, done.Dir)
		if rerr != nil {
			return install.Installed{}, rerr
		}
		return install.Installed{}, err
	}
	return done, nil
}

func (w *work) beside(done *install.Installed) error {
	if err := os.Rename(w.dir.Join(unpacked), filepath.Join(done.Dir, unpacked)); err != nil {
		return err
	}
	r := done.Receipt
	r.Type, r.Package, r.Version = "mcpb", w.offer.name, w.plan.Package.Version
	r.SHA256, r.Source, r.Signature, r.Signer = w.offer.file.sha256, w.offer.file.source, w.offer.signature, w.offer.signer
	if err := w.close(done.Dir, &r); err != nil {
		return err
	}
	env := maps.Clone(done.Env)
	if env == nil {
		env = map[string]string{}
	}
	maps.Copy(env, w.launch.Env)
	done.Receipt, done.Version, done.Package, done.Signer, done.Env = r, r.Version, w.pkg(), w.offer.signer, env
	done.Args = append(append([]string{}, done.Args...), w.offer.start.args...)
	return nil
}
