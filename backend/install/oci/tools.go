package oci

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"os"
	"runtime"
	"slices"
	"strconv"
	"strings"

	"toolbay/backend/install"
	"toolbay/backend/job"
	"toolbay/backend/launch/poci"
	"toolbay/backend/model"
	"toolbay/backend/runtimes/engine"
)

// maxImages bounds what one server brings.
const maxImages = 20

// planTools plans a server whose tools are a container each: every image is
// found out by its digest. What stands for the server is the digest over them.
func (in *Installer) planTools(ctx context.Context, pkg model.Package) (install.Plan, error) {
	images, err := imagesOf(pkg)
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
	plan := install.Plan{Package: pkg, Needs: asked.needs(title(images[0].name)), Notes: asked.notes, Resolved: true}
	f := found{address: e.Address, digests: map[string]string{}}
	var pins []string
	for _, ref := range images {
		sum := ref.digest
		if sum == "" {
			if sum, err = in.resolve(ctx, e, ref.reference); err != nil {
				return install.Plan{}, err
			}
		}
		f.digests[ref.given] = sum
		pins = append(pins, pin(ref.reference, sum))
		if sum == "" {
			plan.Resolved = false // this engine tells only when it has fetched it
		} else if have, err := e.Image(ctx, ref.name+"@"+sum); err == nil {
			plan.Size += have.Size
		}
	}
	if plan.Resolved {
		plan.Integrity = Pins(pins)
	}
	plan.Detail = f
	return plan, nil
}

// Pins is one digest over images with theirs: it is another one as soon as any
// of them is.
func Pins(images []string) string {
	list := slices.Clone(images)
	slices.Sort(list)
	sum := sha256.Sum256([]byte(strings.Join(slices.Compact(list), "\n")))
	return "sha256:" + hex.EncodeToString(sum[:])
}

// toolImage is an image that tools name, as they name it.
type toolImage struct {
	reference
	given string
}

// imagesOf are the images of a package's tools, each once. Error codes:
// package_invalid and those of poci.Check.
func imagesOf(pkg model.Package) (out []toolImage, err error) {
	if err := poci.Check(pkg.Tools); err != nil {
		return nil, err
	}
	for _, t := range pkg.Tools {
		if slices.ContainsFunc(out, func(i toolImage) bool { return i.given == t.Image }) {
			continue
		}
		ref, err := parse(model.Package{Identifier: t.Image})
		if err != nil || len(out) == maxImages {
			return nil, model.Fail("package_invalid", err, "package", t.Image)
		}
		out = append(out, toolImage{ref, t.Image})
	}
	return out, nil
}

// pin is how an image is started. One that was made on this computer is known
// by what it is.
func pin(ref reference, sum string) string { return ref.name + "@" + sum }

// installTools does what planTools says, all images or none.
func (in *Installer) installTools(ctx context.Context, plan install.Plan, o install.Options, report job.Report) (done install.Installed, err error) {
	images, err := imagesOf(plan.Package)
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
	if len(c.Mounts) > 0 && !e.Address.Local() {
		return done, model.Fail("engine_elsewhere", nil)
	}
	here := map[string]fetched{}
	brought := map[string]bool{}
	defer func() {
		if err == nil {
			return
		}
		for given := range brought {
			_, _ = e.RemoveImage(context.WithoutCancel(ctx), here[given].ref)
		}
	}()
	var pins []string
	size := int64(0)
	for _, ref := range images {
		image, fresh, err := in.fetch(ctx, e, ref.reference, f.digests[ref.given], c.Platform, report)
		if err != nil {
			return done, err
		}
		here[ref.given] = image
		if fresh {
			brought[ref.given] = true
		}
		if image.OS != "" && image.OS != "linux" {
			return done, model.Fail("image_platform", nil, "image", ref.name)
		}
		pins, size = append(pins, pin(ref.reference, image.digest)), size+image.Size
	}
	report(job.Progress{Stage: "prepare"})
	bounds, err := in.bound(ctx, e, c)
	if err != nil {
		return done, err
	}
	for _, t := range plan.Package.Tools {
		image := here[t.Image]
		t.Image, t.Fetched = image.ref, brought[t.Image]
		if t.User == "" && c.User == "" && len(c.Mounts) > 0 {
			t.User = me(image.Image, bounds)
		}
		c.Tools = append(c.Tools, poci.OwnVolumes(t, func(name string) string { return ownVolume(o.Server, name) }))
	}
	c.Image, c.Engine, c.Fetched = c.Tools[0].Image, e.Address.String(), c.Tools[0].Fetched
	sum := Pins(pins)
	receipt := install.Receipt{
		Format: 1, Type: "oci", Server: o.Server, Package: images[0].name, Version: reference{}.version(sum), Integrity: sum,
		Image: c.Image, Images: pins, Packages: len(images), Size: size, Installed: in.now(), Scripts: []string{}, NodeArgs: []string{},
		Source: source(len(brought) > 0),
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

// me is who a container runs as that sees a person's folders: without its
// special rights the container's root is a stranger there. "" leaves it to the
// image.
func me(image engine.Image, b engine.Bounds) string {
	root := image.User == "" || image.User == "root" || image.User == "0" || strings.HasPrefix(image.User, "0:")
	if root && !b.Mapped && os.Getuid() > 0 && runtime.GOOS == "linux" {
		return strconv.Itoa(os.Getuid()) + ":" + strconv.Itoa(os.Getgid())
	}
	return ""
}
