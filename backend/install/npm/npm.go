// Package npm installs servers that are published as npm packages: version
// pinned, integrity checked and kept, install scripts off, in a private folder,
// with the start file found from the package's bin. The npm program does the
// fetching, by the user's own settings; Toolbay never chooses a registry.
// backend may import it; it imports install, runtimes, job, model and staging.
//
//	in := &npm.Installer{Home: home, Nodes: nodes}
//	plan, err := in.Plan(ctx, model.Package{Type: "npm", Identifier: "@acme/notes-mcp"})
//	done, err := in.Install(ctx, plan, install.Options{Server: "notes"}, job.Silent)
package npm

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/Masterminds/semver/v3"

	"toolbay/backend/install"
	"toolbay/backend/job"
	"toolbay/backend/model"
	"toolbay/backend/runtimes"
	"toolbay/backend/staging"
)

// Nodes is what the installer needs of package runtimes.
type Nodes interface {
	// Find gives a Node.js here; code node_missing when there is none.
	Find(ctx context.Context, engines string) (runtimes.Node, error)
	// Offer gives one that could be fetched; code node_not_offered.
	Offer(engines string) (runtimes.Download, error)
	// Measure fills in the size of an offer where it is not known.
	Measure(ctx context.Context, d runtimes.Download) runtimes.Download
	Fetch(ctx context.Context, d runtimes.Download, report job.Report) (runtimes.Node, error)
}

// Installer plans and does installs from npm. Home and Nodes must be set.
type Installer struct {
	// Home is TOOLBAY_HOME.
	Home  string
	Nodes Nodes
	// Env is the environment npm gets, with the user's registry, proxy and
	// certificates in it; nil is this program's.
	Env []string
	// Stall ends npm when nothing comes from it for this long; 0 is 5 minutes,
	// as long as npm itself waits for an answer.
	Stall time.Duration
	// Now is the clock; nil is time.Now.
	Now func() time.Time
}

// Plan finds the exact version and what would be fetched. Codes:
// package_invalid, package_unknown, version_unknown, registry_unreachable,
// registry_denied, node_not_offered, install_stalled, cancelled.
func (in *Installer) Plan(ctx context.Context, pkg model.Package) (install.Plan, error) {
	if err := check(pkg); err != nil {
		return install.Plan{}, err
	}
	node, err := in.Nodes.Find(ctx, "")
	if model.Code(err) == "node_missing" {
		// Nobody here can ask the registry yet.
		offer, err := in.offer(ctx, "")
		plan := install.Plan{Package: pkg, Node: offer, Runs: asked(pkg)}
		plan.Fetch, _ = install.With(plan.Runs)
		return plan, err
	}
	if err != nil {
		return install.Plan{}, err
	}
	plan, err := in.resolve(ctx, node, pkg)
	if err != nil {
		return install.Plan{}, err
	}
	// npm would quietly take an older release for an older Node; the version
	// stays, and the Node that suits it is fetched.
	if !node.Suits(plan.Engines) {
		node, err = in.Nodes.Find(ctx, plan.Engines)
	}
	if model.Code(err) == "node_missing" {
		plan.Node, err = in.offer(ctx, plan.Engines)
	} else {
		plan.Detail = detail{node: node}
	}
	if err != nil {
		return install.Plan{}, err
	}
	return plan, nil
}

// detail is what a plan has found out and Install uses.
type detail struct {
	node runtimes.Node
	// straight tells that the registry was not asked.
	straight bool
}

// Straight is a plan where npm need not be asked first: asked for exactly one
// version it takes no other.
func (in *Installer) Straight(ctx context.Context, pkg model.Package) (install.Plan, bool) {
	v, err := semver.StrictNewVersion(pkg.Version)
	if err != nil || v.Metadata() != "" || check(pkg) != nil || len(asked(pkg)) > 0 {
		return install.Plan{}, false
	}
	node, err := in.Nodes.Find(ctx, "")
	return install.Plan{Package: pkg, Detail: detail{node, true}}, err == nil
}

func (in *Installer) offer(ctx context.Context, engines string) (*runtimes.Download, error) {
	d, err := in.Nodes.Offer(engines)
	if err != nil {
		return nil, err
	}
	d = in.Nodes.Measure(ctx, d)
	return &d, nil
}

// Install does what a Plan says. Stages: runtime (bytes), resolve (items
// without a total: answers of the registry), download (items: packages that
// arrived), prepare. A failure or a cancel leaves
// nothing behind but npm's own cache. Codes: those of Plan, of runtimes.Fetch,
// and package_no_start, package_changed, node_other, install_failed,
// install_stalled, disk_full, cancelled.
func (in *Installer) Install(ctx context.Context, plan install.Plan, o install.Options, report job.Report) (install.Installed, error) {
	done, err := in.install(ctx, plan, o, report)
	if err != nil {
		return install.Installed{}, install.Failed(ctx, err, plan.Package.Identifier)
	}
	return done, nil
}

func (in *Installer) install(ctx context.Context, plan install.Plan, o install.Options, report job.Report) (install.Installed, error) {
	if err := check(plan.Package); err != nil {
		return install.Installed{}, err
	}
	if d, _ := plan.Detail.(detail); d.straight {
		report(job.Progress{Stage: "resolve"})
		done, err := in.put(ctx, plan, d, o, report)
		if !mustAsk(err) {
			return done, err
		}
		if plan, err = in.Plan(ctx, plan.Package); err != nil {
			return install.Installed{}, err
		}
	}
	node, err := in.node(ctx, plan, report)
	if err != nil {
		return install.Installed{}, err
	}
	report(job.Progress{Stage: "resolve"})
	if !plan.Resolved {
		if plan, err = in.resolve(ctx, node, plan.Package); err != nil {
			return install.Installed{}, err
		}
		if node, err = in.Nodes.Find(ctx, plan.Engines); err != nil {
			if model.Code(err) == "node_missing" {
				// Only now is it known; the next Plan offers the right one.
				err = model.Fail("node_other", err)
			}
			return install.Installed{}, err
		}
	}
	return in.put(ctx, plan, detail{node: node}, o, report)
}

// errNode tells that a package is not made for the Node.js that was taken for it.
var errNode = errors.New("it is made for another Node.js")

// mustAsk tells what may be otherwise, or is said more exactly, once the
// registry was asked.
func mustAsk(err error) bool {
	code := model.Code(err)
	return errors.Is(err, errNode) || code == "package_unknown" || code == "version_unknown" || code == "package_incomplete"
}

// put brings the package with everything it needs to its place.
func (in *Installer) put(ctx context.Context, plan install.Plan, d detail, o install.Options, report job.Report) (install.Installed, error) {
	dir, err := staging.New(in.Home)
	if err != nil {
		return install.Installed{}, err
	}
	defer dir.Close()
	t := &tree{in: in, node: d.node, dir: dir.Join("server"), pkg: plan.Package, with: plan.Runs, scripts: o.AllowScripts}
	if err := t.bring(ctx, report); err != nil {
		return install.Installed{}, err
	}
	if d.straight {
		if err := t.suited(); err != nil {
			return install.Installed{}, err
		}
	}
	report(job.Progress{Stage: "prepare"})
	receipt, err := t.finish(ctx, plan, o)
	if err != nil {
		return install.Installed{}, err
	}
	if err := install.Seal(dir.Join("server")); err != nil {
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

func (in *Installer) node(ctx context.Context, plan install.Plan, report job.Report) (runtimes.Node, error) {
	if plan.Node != nil {
		return in.Nodes.Fetch(ctx, *plan.Node, report)
	}
	if d, ok := plan.Detail.(detail); ok {
		return d.node, nil
	}
	return in.Nodes.Find(ctx, plan.Engines)
}

func installed(place string, pkg model.Package, r install.Receipt) install.Installed {
	pkg.Version = r.Version
	done := install.Installed{
		Dir: place, Node: r.Node, Entry: filepath.Join(place, filepath.FromSlash(r.Entry)),
		Version: r.Version, Package: pkg, Receipt: r, Path: []string{filepath.Dir(r.Node)},
	}
	if r.Native {
		done.Command, done.Args = done.Entry, []string{}
	} else {
		done.Command, done.Args = r.Node, append(append([]string{}, r.NodeArgs...), done.Entry)
	}
	return done
}

// Remove deletes an installed server's private folder and tells the bytes
// that freed.
func (in *Installer) Remove(dir string) (int64, error) { return install.Remove(in.Home, dir) }

// Sweep removes what installs that were killed left behind.
func (in *Installer) Sweep(context.Context) error {
	_, err := staging.Sweep(in.Home)
	return err
}

func (in *Installer) now() time.Time {
	if in.Now != nil {
		return in.Now().UTC()
	}
	return time.Now().UTC()
}

// env is the environment for npm: the user's, with this Node's folder first on
// PATH, because packages' own programs look for "node" there.
func (in *Installer) env(node runtimes.Node) []string {
	base := in.Env
	if base == nil {
		base = os.Environ()
	}
	dir := filepath.Dir(node.Path)
	out := make([]string, 0, len(base)+1)
	path := dir
	for _, e := range base {
		key, value, _ := strings.Cut(e, "=")
		if strings.EqualFold(key, "PATH") {
			if value != "" {
				path += string(os.PathListSeparator) + value
			}
			continue
		}
		out = append(out, e)
	}
	return append(out, "PATH="+path)
}
