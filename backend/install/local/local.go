// Package local is the kind of package that is on this computer already: a
// script for Node or Python, or a program. Nothing is fetched and nothing of it
// is copied; what is kept is where it is and the digest of what was agreed to.
// backend may import it; it imports install, runtimes, staging and job.
//
//	kind := &local.Installer{Home: home, Node: findNode, Python: findPython}
//	plan, err := kind.Plan(ctx, model.Package{Type: "local", Identifier: "/srv/notes/server.py", RuntimeHint: "python"})
//	done, err := kind.Install(ctx, plan, install.Options{Server: "notes"}, report)
package local

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"os"
	"path/filepath"
	"time"

	"toolbay/backend/install"
	"toolbay/backend/job"
	"toolbay/backend/model"
	"toolbay/backend/staging"
)

// Installer keeps where programs are. Home, Node and Python are needed.
type Installer struct {
	Home string
	// Node and Python give the program that runs scripts of theirs; their errors
	// are handed on.
	Node, Python func(ctx context.Context) (string, error)
	// Now is time.Now unless set.
	Now func() time.Time
}

// Plan looks at the program. Error codes: local_not_absolute, local_missing,
// and those of Node and Python.
func (in *Installer) Plan(ctx context.Context, pkg model.Package) (install.Plan, error) {
	if pkg.Type != "local" {
		return install.Plan{}, model.Fail("package_invalid", nil, "package", pkg.Identifier)
	}
	if !filepath.IsAbs(pkg.Identifier) {
		if pkg.RuntimeHint == "" && pkg.Identifier != "" && filepath.Base(pkg.Identifier) == pkg.Identifier {
			return install.Plan{}, model.Fail("local_missing", nil, "path", pkg.Identifier) // a name that nothing answers to
		}
		return install.Plan{}, model.Fail("local_not_absolute", nil, "path", pkg.Identifier)
	}
	digest, size, err := Digest(pkg.Identifier)
	if err != nil {
		return install.Plan{}, model.Fail("local_missing", err, "path", pkg.Identifier)
	}
	if _, _, err := in.start(ctx, pkg); err != nil {
		return install.Plan{}, err
	}
	pkg.Version = "" // nobody knows
	return install.Plan{Package: pkg, Resolved: true, Size: size, Integrity: digest}, nil
}

// start gives what runs the program: the command, and whether that is another
// program than the one that was named.
func (in *Installer) start(ctx context.Context, pkg model.Package) (command string, script bool, err error) {
	switch pkg.RuntimeHint {
	case "node":
		command, err = in.Node(ctx)
		return command, true, err
	case "python":
		command, err = in.Python(ctx)
		return command, true, err
	}
	return pkg.Identifier, false, nil
}

// Install keeps what the plan found. It leaves nothing behind when it fails.
// Error codes: those of Plan, package_changed, disk_full, install_failed,
// cancelled.
func (in *Installer) Install(ctx context.Context, plan install.Plan, o install.Options, report job.Report) (install.Installed, error) {
	done, err := in.install(ctx, plan, o, report)
	if err != nil {
		return install.Installed{}, install.Failed(ctx, err, plan.Package.Identifier)
	}
	return done, nil
}

func (in *Installer) install(ctx context.Context, plan install.Plan, o install.Options, report job.Report) (install.Installed, error) {
	report(job.Progress{Stage: "prepare"})
	pkg := plan.Package
	now, err := in.Plan(ctx, pkg)
	if err != nil {
		return install.Installed{}, err
	}
	if now.Integrity != plan.Integrity {
		return install.Installed{}, model.Fail("package_changed", errors.New("the program is another one than before"), "package", pkg.Identifier)
	}
	command, script, err := in.start(ctx, pkg)
	if err != nil {
		return install.Installed{}, err
	}
	args := []string{}
	r := install.Receipt{
		Format: 1, Type: "local", Server: o.Server, Package: pkg.Identifier, SHA256: plan.Integrity, Size: plan.Size,
		Scripts: []string{}, NodeArgs: []string{}, Installed: in.now(),
	}
	done := install.Installed{Command: command, Package: pkg}
	if script {
		for _, a := range pkg.RuntimeArguments {
			args = append(args, a.Value)
		}
		args = append(args, pkg.Identifier)
		if pkg.RuntimeHint == "node" {
			done.Path = []string{filepath.Dir(command)} // packages' own programs look for it there
			r.Node, r.NodeArgs, done.Node, done.Entry = command, args[:len(args)-1], command, pkg.Identifier
		}
	}
	done.Args = args
	dir, err := staging.New(in.Home)
	if err != nil {
		return install.Installed{}, err
	}
	defer dir.Close()
	if err := os.Mkdir(dir.Join("server"), 0o700); err != nil {
		return install.Installed{}, err
	}
	if err := install.WriteReceipt(dir.Join("server"), r); err != nil {
		return install.Installed{}, err
	}
	if err := install.Seal(dir.Join("server")); err != nil {
		return install.Installed{}, err
	}
	if err := ctx.Err(); err != nil {
		return install.Installed{}, err
	}
	if done.Dir, err = install.Keep(dir, "server", in.Home, o.Server, "local"); err != nil {
		return install.Installed{}, err
	}
	done.Receipt = r
	return done, nil
}

func (in *Installer) now() time.Time {
	if in.Now != nil {
		return in.Now().UTC()
	}
	return time.Now().UTC()
}

// Digest gives the digest of a program's file, and its size.
func Digest(path string) (digest string, size int64, err error) {
	st, err := os.Stat(path)
	if err != nil {
		return "", 0, err
	}
	if !st.Mode().IsRegular() {
		return "", 0, errors.New("not a file")
	}
	f, err := os.Open(path)
	if err != nil {
		return "", 0, err
	}
	defer f.Close()
	h := sha256.New()
	if size, err = io.Copy(h, f); err != nil {
		return "", 0, err
	}
	return "sha256:" + hex.EncodeToString(h.Sum(nil)), size, nil
}
