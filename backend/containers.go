package backend

import (
	"context"
	"errors"
	"os"
	"slices"
	"strconv"
	"strings"
	"time"

	"toolbay/backend/catalog/recipe"
	"toolbay/backend/catalog/source/docker"
	"toolbay/backend/install/oci"
	"toolbay/backend/launch/container"
	"toolbay/backend/model"
	"toolbay/backend/runtimes/engine"
	"toolbay/backend/text"
)

// inputsOf are the questions a package asks as far as its listing tells.
func inputsOf(p model.Package) []model.Input {
	if p.Type != "oci" {
		return recipe.Inputs(p)
	}
	inputs := oci.Inputs(p)
	for i := range inputs {
		if _, ours := oci.MayWrite(inputs[i].Name); ours {
			inputs[i].Description = text.Line("input.write")
		}
		if len(p.Tools) > 0 && inputs[i].Name == docker.Folders {
			inputs[i].Description = text.Line("input.tool-folders")
		}
	}
	return inputs
}

// choose gives the package to install unless another is asked for, -1 for none.
// An image is the last choice: it wants another program, running whenever an
// app starts the server.
func choose(packages []model.Package, can func(model.Package) bool) int {
	at := recipe.Choose(packages, recipe.Here(), func(p model.Package) bool { return p.Type != "oci" && can(p) })
	if at < 0 {
		at = recipe.Choose(packages, recipe.Here(), can)
	}
	return at
}

// ociRef reads "IMAGE[:TAG][@sha256:…]".
func ociRef(rest string) (l model.Listing, ok bool, err error) {
	if !oci.Valid(rest) {
		return l, true, model.Fail("image_unknown", nil, "image", rest)
	}
	name := imageName(rest)
	return model.Listing{
		Name: name, Title: titleOf(name), Status: "active", Sources: []string{},
		Packages: []model.Package{{Type: "oci", Identifier: rest, Transport: "stdio"}},
	}, true, nil
}

// imageName is an image's name without tag and digest.
func imageName(ref string) string {
	name, _, _ := strings.Cut(ref, "@")
	if i := strings.LastIndexByte(name, ':'); i > strings.LastIndexByte(name, '/') {
		name = name[:i]
	}
	return name
}

// otherWays adds to an error about the engine how else the listing's server can
// be had.
func (r ref) otherWays(err error) error {
	var e *model.Error
	if !errors.As(err, &e) || !strings.HasPrefix(e.Code, "engine_") {
		return err
	}
	var ways []string
	for i, p := range r.listing.Packages {
		if i == r.index || p.Type == "oci" || !Installable(p) {
			continue
		}
		way := p.Type + ":" + p.Identifier
		if p.Type == "remote" && p.Identifier == "" {
			way = p.Type + ":" + p.URL
		}
		ways = append(ways, way)
	}
	more := *e
	more.Args = map[string]string{"ways": ""}
	for k, v := range e.Args {
		more.Args[k] = v
	}
	if len(ways) > 0 {
		more.Args["ways"] = text.Line("engine.ways", "ways", text.List(ways))
	}
	return &more
}

// prove probes a server for the first time. A container that does not start as
// shut off as it could be is tried again with one thing less; what works is
// what the server is started with from then on.
func (b *Backend) prove(ctx context.Context, s *model.Server, values map[string]string) (model.Probe, error) {
	p, changed := b.proveAny(ctx, s, values)
	if changed {
		return p, b.writeSpec(ctx, *s)
	}
	return p, nil
}

// proveAny is prove without writing anything; changed tells that the server
// starts with one thing less.
func (b *Backend) proveAny(ctx context.Context, s *model.Server, values map[string]string) (p model.Probe, changed bool) {
	first := b.probeWith(ctx, specOf(*s), "", values)
	if first.OK || s.Container == nil {
		return first, false
	}
	for _, c := range looser(*s.Container) {
		if ctx.Err() != nil {
			break
		}
		try := *s
		try.Container = &c
		if p := b.probeWith(ctx, specOf(try), "", values); p.OK {
			*s = try
			return p, true
		}
	}
	return first, false
}

// looser are the ways to start a container with less, the closest first.
func looser(c model.Container) []model.Container {
	var out []model.Container
	if c.ReadOnly {
		c.ReadOnly = false
		out = append(out, c)
	}
	if me := strconv.Itoa(os.Getuid()) + ":" + strconv.Itoa(os.Getgid()); c.User == me && os.Getuid() > 0 {
		c.User = "" // ours, not the listing's
		out = append(out, c)
	}
	return out
}

// shareImage notes that an image which was there already came with another
// server: with the last of them it goes.
func (b *Backend) shareImage(ctx context.Context, c *model.Container) {
	servers, err := b.store.Servers(ctx)
	if err != nil {
		return
	}
	came := map[string]bool{}
	for _, s := range servers {
		for _, other := range imagesOf(s.Container) {
			if other.Engine == c.Engine && other.Fetched {
				came[other.Image] = true
			}
		}
	}
	c.Fetched = c.Fetched || came[c.Image]
	for i := range c.Tools {
		c.Tools[i].Fetched = c.Tools[i].Fetched || came[c.Tools[i].Image]
	}
}

// dropContainers takes away a removed server's containers and the images that
// came with it and that no server here uses, and tells the bytes that came
// free. What an undo brings back fetches its image again, by digest, when it is
// started. An engine that does not answer keeps them; emptying the trash tries
// again.
func (b *Backend) dropContainers(ctx context.Context, removed model.Server) (freed int64) {
	ctx, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	for _, c := range containersOf(removed) {
		if here, err := b.has(ctx, removed.ID); err != nil || here {
			continue // the id is another server's now
		}
		freed += b.dropImage(ctx, c, removed.ID)
	}
	return freed
}

// dropImage takes away what runs for a server that is gone, unless its name is
// "", and an image that came with a server and that no server here starts.
func (b *Backend) dropImage(ctx context.Context, c model.Container, gone string) (freed int64) {
	if gone == "" && !c.Fetched {
		return 0
	}
	e, err := openEngine(ctx, c.Engine)
	if err != nil {
		return 0
	}
	defer e.Close()
	if gone != "" {
		if _, err := container.RemoveAll(ctx, e, b.home, gone); err != nil {
			return 0
		}
	}
	if !c.Fetched || b.startsFrom(ctx, c.Image) {
		return 0
	}
	if freed, err = e.RemoveImage(ctx, c.Image); err != nil {
		return 0
	}
	return freed
}

// containersOf are the containers of a server, one for each image: of its
// version and of those that can be gone back to.
func containersOf(s model.Server) []model.Container {
	out := imagesOf(s.Container)
	for _, e := range s.Earlier {
		out = append(out, imagesOf(e.Container)...)
	}
	return out
}

// imagesOf gives a container for each image that one starts: a server whose
// tools are a container each has several.
func imagesOf(c *model.Container) (out []model.Container) {
	switch {
	case c == nil:
		return nil
	case len(c.Tools) == 0:
		return []model.Container{*c}
	}
	for _, t := range c.Tools {
		if !slices.ContainsFunc(out, func(have model.Container) bool { return have.Image == t.Image }) {
			out = append(out, model.Container{Image: t.Image, Engine: c.Engine, Fetched: t.Fetched})
		}
	}
	return out
}

// dropBrought takes away what an install that came to nothing has brought. The
// server is gone already, or "" for another version of one that is not.
func (b *Backend) dropBrought(ctx context.Context, c *model.Container, server string) {
	for _, one := range imagesOf(c) {
		b.dropImage(ctx, one, server)
	}
	if c != nil && server != "" {
		b.noteVolumes(model.Server{ID: server, Container: c})
		b.dropVolumes(ctx, true)
	}
}

// startsFrom tells whether a server that is here starts an image. What is not
// known is not removed.
func (b *Backend) startsFrom(ctx context.Context, image string) bool {
	servers, err := b.store.Servers(ctx)
	if err != nil {
		return true
	}
	for _, s := range servers {
		for _, c := range containersOf(s) {
			if c.Image == image {
				return true
			}
		}
	}
	return false
}

func openEngine(ctx context.Context, address string) (*engine.Engine, error) {
	a, err := engine.ParseAddress(address)
	if err != nil {
		return nil, err
	}
	e, err := engine.Open(a)
	if err == nil {
		err = e.Check(ctx)
	}
	return e, err
}
