// Package oci installs servers that are published as container images: the
// digest is found out first, the image is fetched by it through the engine, and
// what the listing asks of `docker run` becomes a container that is shut off
// from this computer. backend may import it; it imports install, recipe,
// runtimes/engine, job, model and staging.
//
//	in := &oci.Installer{Home: home}
//	plan, err := in.Plan(ctx, model.Package{Type: "oci", Identifier: "acme/notes", Version: "1.2"})
//	done, err := in.Install(ctx, plan, install.Options{Server: "notes", Recipe: r, Answers: a}, job.Silent)
package oci

import (
	"context"
	"os"
	"strings"
	"time"

	"github.com/opencontainers/go-digest"

	"toolbay/backend/catalog/recipe"
	"toolbay/backend/install"
	"toolbay/backend/job"
	"toolbay/backend/model"
	"toolbay/backend/pattern"
	"toolbay/backend/runtimes/engine"
	"toolbay/backend/staging"
	"toolbay/backend/text"
)

// Installer plans and does installs of images. Home must be set.
type Installer struct {
	// Home is TOOLBAY_HOME.
	Home string
	// Machine is where the engine is looked for; nil is engine.Here.
	Machine *engine.Machine
	// Now is the clock; nil is time.Now.
	Now func() time.Time
}

// found is what a plan carries to its install.
type found struct {
	address engine.Address
	digest  string // "sha256:…", "" when only the fetch tells
	// digests are those of the images of tools, by their names.
	digests map[string]string
}

func (in *Installer) machine() engine.Machine {
	if in.Machine != nil {
		return *in.Machine
	}
	return engine.Here()
}

// Plan finds the engine and the digest the image has now. Codes:
// package_invalid, engine_missing, engine_not_running, engine_denied,
// engine_too_old, engine_unsupported, engine_ssh, image_unknown, image_denied,
// image_refused, image_option, image_env_file, registry_unreachable, cancelled.
func (in *Installer) Plan(ctx context.Context, pkg model.Package) (install.Plan, error) {
	if len(pkg.Tools) > 0 {
		return in.planTools(ctx, pkg)
	}
	ref, err := parse(pkg)
	if err != nil {
		return install.Plan{}, err
	}
	asked, err := askedOf(pkg)
	if err != nil {
		return install.Plan{}, err
	}
	e, err := engine.Find(ctx, in.machine())
	if err != nil {
		return install.Plan{}, err
	}
	defer e.Close()
	plan := install.Plan{Package: pkg, Needs: asked.needs(title(ref.name)), Notes: asked.notes}
	if ref.digest == "" && ref.tag == "latest" && pkg.Version == "" {
		plan.Package.Version = ref.tag
	}
	f := found{address: e.Address, digest: ref.digest}
	if f.digest == "" {
		f.digest, err = in.resolve(ctx, e, ref)
		if err != nil {
			return install.Plan{}, err
		}
	}
	if f.digest != "" {
		plan.Resolved, plan.Integrity = true, f.digest
		if have, err := e.Image(ctx, ref.name+"@"+f.digest); err == nil {
			plan.Size = have.Size
		}
	}
	plan.Detail = f
	return plan, nil
}

// askedOf is what a package asks of its start: what cannot be started safely is
// told before anything is asked of anyone.
func askedOf(pkg model.Package) (*asked, error) {
	r := recipe.Build(pkg, nil, recipe.Here())
	a, err := options(r)
	if err != nil {
		return nil, err
	}
	for _, w := range r.Warnings {
		if code, what, _ := strings.Cut(w, ":"); code+":" == recipe.NoPort || code+":" == recipe.NotKept {
			a.notes = append(a.notes, text.Line("paste."+code, "detail", what))
		}
	}
	return a, nil
}

// resolve asks for the digest of a tag. An engine that cannot ask leaves it to
// the fetch; an image that only this computer has is known by what it is.
func (in *Installer) resolve(ctx context.Context, e *engine.Engine, ref reference) (string, error) {
	sum, err := e.Digest(ctx, ref.tagged(), in.machine().Credentials(ctx, e, ref.name))
	if err == nil {
		return sum, nil
	}
	switch model.Code(err) {
	case "image_unknown", "image_denied", "registry_unreachable", "unexpected":
	default:
		return "", err
	}
	if have, ierr := e.Image(ctx, ref.tagged()); ierr == nil {
		return pinOf(have, ref.name), nil
	}
	if model.Code(err) == "unexpected" {
		return "", nil
	}
	return "", err
}

// pinOf is the digest by which an image that is here can be named for good.
func pinOf(have engine.Image, name string) string {
	for _, d := range have.Digests {
		if n, sum, ok := strings.Cut(d, "@"); ok && n == name {
			return sum
		}
	}
	return have.ID
}

// Install does what a Plan says. Stages: download (bytes over all layers),
// prepare. Codes: those of Plan and of engine.Pull, and consent_needed for
// folders that need a person's word, mount_refused, engine_elsewhere,
// image_platform, package_changed, disk_full, cancelled.
func (in *Installer) Install(ctx context.Context, plan install.Plan, o install.Options, report job.Report) (install.Installed, error) {
	work := in.install
	if len(plan.Package.Tools) > 0 {
		work = in.installTools
	}
	done, err := work(ctx, plan, o, report)
	if err != nil {
		return install.Installed{}, install.Failed(ctx, err, plan.Package.Identifier)
	}
	return done, nil
}

func (in *Installer) install(ctx context.Context, plan install.Plan, o install.Options, report job.Report) (done install.Installed, err error) {
	ref, err := parse(plan.Package)
	if err != nil {
		return done, err
	}
	e, f, err := in.engine(ctx, plan)
	if err != nil {
		return done, err
	}
	defer e.Close()
	asked, err := options(o.Recipe)
	if err != nil {
		return done, err
	}
	c, err := asked.container(o, in.machine().Home, in.Home)
	if err != nil {
		return done, err
	}
	if asked.folders() && !e.Address.Local() {
		return done, model.Fail("engine_elsewhere", nil)
	}
	image, fresh, err := in.fetch(ctx, e, ref, f.digest, c.Platform, report)
	if err != nil {
		return done, err
	}
	defer func() {
		if err != nil && fresh {
			// Nobody asked for it to stay; what others need of it stays.
			_, _ = e.RemoveImage(context.WithoutCancel(ctx), image.ref)
		}
	}()
	report(job.Progress{Stage: "prepare"})
	if image.OS != "" && image.OS != "linux" {
		return done, model.Fail("image_platform", nil, "image", ref.name)
	}
	c.Image, c.Engine, c.Fetched = image.ref, e.Address.String(), fresh
	if err := in.suit(ctx, e, image.Image, c); err != nil {
		return done, err
	}
	receipt := install.Receipt{
		Format: 1, Type: "oci", Server: o.Server, Package: ref.name, Version: ref.version(image.digest), Integrity: image.digest,
		Image: image.ref, Packages: 1, Size: image.Size, Installed: in.now(), Scripts: []string{}, NodeArgs: []string{}, Source: source(fresh),
	}
	place, err := in.keep(ctx, receipt, o.Server)
	if err != nil {
		return done, err
	}
	return install.Installed{
		Dir: place, Args: []string{}, Version: receipt.Version, Package: plan.Package, Receipt: receipt,
		Env: asked.env, Container: c,
	}, nil
}

// Fetched is a receipt's Source when the image came with this install. One that
// was there already is somebody's own, and stays when the server goes.
const Fetched, OwnImage = "fetched", "here already"

func source(fresh bool) string {
	if fresh {
		return Fetched
	}
	return OwnImage
}

// engine opens the engine the plan was made with; without a plan of ours it is
// looked for.
func (in *Installer) engine(ctx context.Context, plan install.Plan) (*engine.Engine, found, error) {
	f, ok := plan.Detail.(found)
	if !ok {
		e, err := engine.Find(ctx, in.machine())
		if err != nil {
			return nil, f, err
		}
		return e, found{address: e.Address, digest: plan.Integrity}, nil
	}
	e, err := engine.Open(f.address)
	if err == nil {
		err = e.Check(ctx)
	}
	return e, f, err
}

// fetched is an image that is here, and the name by which it is started.
type fetched struct {
	engine.Image
	ref, digest string
}

// fetch brings the image by its digest unless it is here. fresh tells that it
// was not.
func (in *Installer) fetch(ctx context.Context, e *engine.Engine, ref reference, sum, platform string, report job.Report) (got fetched, fresh bool, err error) {
	report(job.Progress{Stage: "download"})
	at := ref.tagged()
	if sum != "" {
		at = ref.name + "@" + sum
		if have, err := e.Image(ctx, at); err == nil {
			return fetched{have, at, sum}, false, nil
		}
		if have, err := e.Image(ctx, sum); err == nil && have.ID == sum {
			// Made on this computer: no registry knows it.
			return fetched{have, sum, sum}, false, nil
		}
	}
	if err := e.Pull(ctx, at, platform, in.machine().Credentials(ctx, e, ref.name), report); err != nil {
		return fetched{}, false, err
	}
	have, err := e.Image(ctx, at)
	if err != nil {
		return fetched{}, true, model.Fail("package_changed", err, "package", ref.name)
	}
	if sum == "" {
		// This engine could not say before; what came says now, and stays.
		sum = pinOf(have, ref.name)
		at = ref.name + "@" + sum
		if sum == have.ID {
			at = sum
		}
	}
	return fetched{have, at, sum}, true, nil
}

// suit fits the container to what the engine can do.
func (in *Installer) suit(ctx context.Context, e *engine.Engine, image engine.Image, c *model.Container) error {
	b, err := in.bound(ctx, e, c)
	if err == nil && c.User == "" && binds(c) {
		c.User = me(image, b)
	}
	return err
}

// bound leaves to a container what the engine can bound, and has.
func (in *Installer) bound(ctx context.Context, e *engine.Engine, c *model.Container) (engine.Bounds, error) {
	b, err := e.Bounds(ctx)
	if err != nil {
		return b, err
	}
	c.ReadOnly = true // where it does not work, the first hello shows
	switch {
	case !b.CPU:
		c.CPUs = -1
	case b.CPUs > 0 && (c.CPUs > float64(b.CPUs) || c.CPUs == 0 && b.CPUs < 2):
		c.CPUs = float64(b.CPUs) // an engine refuses more than it has
	}
	if !b.Memory {
		c.MemoryMB = -1
	}
	return b, nil
}

func binds(c *model.Container) bool {
	for _, m := range c.Mounts {
		if !m.Volume {
			return true
		}
	}
	return false
}

// keep writes the receipt into a folder of the server's own.
func (in *Installer) keep(ctx context.Context, r install.Receipt, server string) (string, error) {
	dir, err := staging.New(in.Home)
	if err != nil {
		return "", err
	}
	defer dir.Close()
	part := dir.Join("server")
	if err := os.Mkdir(part, 0o700); err != nil {
		return "", err
	}
	if err := install.WriteReceipt(part, r); err != nil {
		return "", err
	}
	if err := install.Seal(part); err != nil {
		return "", err
	}
	if err := ctx.Err(); err != nil {
		return "", err
	}
	return install.Keep(dir, "server", in.Home, server, r.Version)
}

func (in *Installer) now() time.Time {
	if in.Now != nil {
		return in.Now().UTC()
	}
	return time.Now().UTC()
}

// reference is an image's name taken apart.
type reference struct{ name, tag, digest string }

var (
	nameLike = pattern.New(`^(([a-zA-Z0-9][a-zA-Z0-9.-]*|\[[0-9a-fA-F:]+\])(:[0-9]{1,5})?/)?[a-z0-9]+([._-]+[a-z0-9]+)*(/[a-z0-9]+([._-]+[a-z0-9]+)*)*$`)
	tagLike  = pattern.New(`^[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}$`)
)

// parse reads NAME[:TAG][@DIGEST]; a package's version is the tag where its
// name has none. Error code: package_invalid.
func parse(p model.Package) (reference, error) {
	invalid := model.Fail("package_invalid", nil, "package", p.Identifier)
	rest, sum, pinned := strings.Cut(p.Identifier, "@")
	if pinned {
		if _, err := digest.Parse(sum); err != nil {
			return reference{}, invalid
		}
	}
	r := reference{name: rest, digest: sum}
	if i := strings.LastIndexByte(rest, ':'); i > strings.LastIndexByte(rest, '/') {
		r.name, r.tag = rest[:i], rest[i+1:]
	}
	if r.tag == "" && !pinned {
		r.tag = p.Version
	}
	if r.tag == "" && !pinned {
		r.tag = "latest"
	}
	if len(r.name) > 255 || !nameLike().MatchString(r.name) || r.tag != "" && !tagLike().MatchString(r.tag) {
		return reference{}, invalid
	}
	return r, nil
}

// Valid tells whether an image can be called that.
func Valid(identifier string) bool {
	_, err := parse(model.Package{Identifier: identifier})
	return err == nil
}

func (r reference) tagged() string { return r.name + ":" + r.tag }

// version names what was installed: the tag, or the beginning of the digest
// where there is none or it says nothing.
func (r reference) version(sum string) string {
	if r.tag != "" && r.tag != "latest" {
		return strings.ReplaceAll(strings.TrimLeft(r.tag, "_"), "_", "-")
	}
	_, hex, _ := strings.Cut(sum, ":")
	return hex[:min(12, len(hex))]
}

// title is the last part of a name.
func title(name string) string { return name[strings.LastIndexByte(name, '/')+1:] }
