// Package remote is the kind of package that is not installed at all: a server
// that runs somewhere else. Nothing is fetched; what is kept is where it is and
// what goes with every request. backend may import it; it imports install,
// staging, job, recipe and web.
//
//	kind := &remote.Installer{Home: home}
//	plan, err := kind.Plan(ctx, pkg)
//	done, err := kind.Install(ctx, plan, install.Options{Server: "notes", Recipe: recipe.Build(pkg, answers, recipe.Here())}, report)
package remote

import (
	"context"
	"net/url"
	"os"
	"strings"
	"time"

	"toolbay/backend/install"
	"toolbay/backend/job"
	"toolbay/backend/model"
	"toolbay/backend/pattern"
	"toolbay/backend/staging"
	"toolbay/backend/web"
)

// Installer keeps where remote servers are. Home is needed.
type Installer struct {
	Home string
	// Getenv is os.Getenv unless set, Now time.Now.
	Getenv func(string) string
	Now    func() time.Time
}

// mark finds what stands in an address for an answer or a key, as a listing and
// as a recipe write it.
var mark = pattern.New(`\$\{secret:[^}]*\}|\$?\{[^{}]*\}`)

// Plan checks what a listing says. The address itself is looked at again when
// its blanks are filled. Error codes: package_invalid, remote_address.
func (in *Installer) Plan(_ context.Context, pkg model.Package) (install.Plan, error) {
	if pkg.Type != "remote" || pkg.URL == "" {
		return install.Plan{}, model.Fail("package_invalid", nil, "package", pkg.Identifier)
	}
	if pkg.Transport != "sse" {
		pkg.Transport = "streamable-http"
	}
	// What begins with a blank is known only when that is filled.
	if !strings.HasPrefix(pkg.URL, "{") {
		if _, err := check(pkg.URL); err != nil {
			return install.Plan{}, err
		}
	}
	return install.Plan{Package: pkg, Resolved: true}, nil
}

// check looks at an address whose blanks are filled with anything.
func check(address string) (*url.URL, error) {
	u, err := web.Check(mark().ReplaceAllString(address, "x"))
	if err != nil {
		return nil, model.Fail("remote_address", err, "host", host(address))
	}
	return u, nil
}

// host is where an address leads, for what a person is told: without a user
// name, a path or a query, in which a key may stand.
func host(address string) string {
	u, err := url.Parse(mark().ReplaceAllString(address, "x"))
	if err != nil || u.Host == "" {
		return "…"
	}
	return u.Host
}

// versions are those that may be the name of a folder.
var versions = pattern.New(`^[0-9A-Za-z][0-9A-Za-z.+-]{0,100}$`)

// Install keeps what the recipe says. It leaves nothing behind when it fails.
// Error codes: those of Plan, disk_full, install_failed, cancelled.
func (in *Installer) Install(ctx context.Context, plan install.Plan, o install.Options, report job.Report) (install.Installed, error) {
	done, err := in.install(ctx, plan, o, report)
	if err != nil {
		return install.Installed{}, install.Failed(ctx, err, host(plan.Package.URL))
	}
	return done, nil
}

func (in *Installer) install(ctx context.Context, plan install.Plan, o install.Options, report job.Report) (install.Installed, error) {
	report(job.Progress{Stage: "prepare"})
	u, err := check(o.Recipe.URL)
	if err != nil {
		return install.Installed{}, err
	}
	dir, err := staging.New(in.Home)
	if err != nil {
		return install.Installed{}, err
	}
	defer dir.Close()
	if err := os.Mkdir(dir.Join("server"), 0o700); err != nil {
		return install.Installed{}, err
	}
	pkg := plan.Package
	r := install.Receipt{
		Format: 1, Type: "remote", Server: o.Server, Package: pkg.Identifier, Version: pkg.Version,
		Source: u.Scheme + "://" + u.Host, Scripts: []string{}, NodeArgs: []string{}, Installed: in.now(),
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
	version := pkg.Version
	if !versions().MatchString(version) {
		version = "remote"
	}
	place, err := install.Keep(dir, "server", in.Home, o.Server, version)
	if err != nil {
		return install.Installed{}, err
	}
	return install.Installed{
		Dir: place, Args: []string{}, Version: pkg.Version, Package: pkg, Receipt: r, Env: in.network(),
		Remote: &model.Remote{URL: o.Recipe.URL, Transport: pkg.Transport, Headers: o.Recipe.Headers},
	}, nil
}

// network is how this computer gets to the network, for the launcher: apps pass
// on none of it. A proxy that wants a name and a password is left out, for both
// would stand in a file.
func (in *Installer) network() map[string]string {
	get := in.Getenv
	if get == nil {
		get = os.Getenv
	}
	out := map[string]string{}
	for _, name := range web.Settings {
		v := get(name)
		if v == "" {
			v = get(strings.ToLower(name))
		}
		if u, err := url.Parse(v); v == "" || strings.HasSuffix(name, "_PROXY") && name != "NO_PROXY" && (err != nil || u.User != nil) {
			continue
		}
		out[name] = v
	}
	return out
}

func (in *Installer) now() time.Time {
	if in.Now != nil {
		return in.Now().UTC()
	}
	return time.Now().UTC()
}
