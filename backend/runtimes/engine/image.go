package engine

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/containerd/errdefs"
	"github.com/docker/docker/api/types/image"
	"github.com/docker/docker/client"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"

	"toolbay/backend/job"
	"toolbay/backend/model"
)

// Image is what an engine knows of an image it has.
type Image struct {
	// ID is the digest of the image's own description, Digests are
	// "name@sha256:…", as registries know it.
	ID      string
	Digests []string
	Tags    []string
	// Size is what it takes on the disk, shared parts included.
	Size       int64
	OS, Arch   string
	User       string
	Entrypoint []string
	Command    []string
	Env        []string
	Volumes    []string
	Labels     map[string]string
}

// Image describes an image the engine has. Error code: image_missing when it
// has none of that name.
func (e *Engine) Image(ctx context.Context, ref string) (Image, error) {
	i, err := e.api.ImageInspect(ctx, ref)
	if errdefs.IsNotFound(err) {
		return Image{}, model.Fail("image_missing", err, "image", ref)
	}
	if err != nil {
		return Image{}, e.failed(err)
	}
	out := Image{ID: i.ID, Digests: i.RepoDigests, Tags: i.RepoTags, Size: i.Size, OS: i.Os, Arch: i.Architecture}
	if c := i.Config; c != nil {
		out.User, out.Entrypoint, out.Command, out.Env, out.Labels = c.User, c.Entrypoint, c.Cmd, c.Env, c.Labels
		for v := range c.Volumes {
			out.Volumes = append(out.Volumes, v)
		}
	}
	return out, nil
}

// Digest asks the image's registry, through the engine, which digest a name
// has there now. Nothing is fetched. auth is what Credentials gives, "" for
// none. Error codes: image_unknown, image_denied, registry_unreachable,
// cancelled.
func (e *Engine) Digest(ctx context.Context, ref, auth string) (string, error) {
	d, err := e.api.DistributionInspect(ctx, ref, auth)
	if err != nil {
		return "", e.imageFailed(ref, err)
	}
	return string(d.Descriptor.Digest), nil
}

// stall ends a pull from which nothing came for this long.
const stall = 5 * time.Minute

// Pull fetches an image, NAME@DIGEST as a rule, and reports bytes over all its
// layers. Ended early, it leaves nothing but layers that other images have or
// that the engine clears away itself. Error codes: those of Digest, and
// image_platform, install_stalled, disk_full.
func (e *Engine) Pull(ctx context.Context, ref, platform, auth string, report job.Report) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	alarm := time.AfterFunc(stall, func() { cancel(errStalled) })
	defer alarm.Stop()
	body, err := e.api.ImagePull(ctx, ref, image.PullOptions{RegistryAuth: auth, Platform: platform})
	if err == nil {
		defer body.Close()
		shown := job.Output(ctx)
		defer shown.Close()
		err = follow(body, shown, func(p job.Progress) {
			alarm.Reset(stall)
			report(p)
		})
	}
	switch {
	case err == nil:
		return nil
	case errors.Is(context.Cause(ctx), errStalled):
		return model.Fail("install_stalled", err)
	case ctx.Err() != nil:
		return model.Fail("cancelled", ctx.Err())
	}
	return e.imageFailed(ref, err)
}

var errStalled = errors.New("nothing came from the engine any more")

// message is one line of what an engine tells while it fetches an image.
type message struct {
	Status   string `json:"status"`
	ID       string `json:"id"`
	Progress *struct {
		Current int64 `json:"current"`
		Total   int64 `json:"total"`
	} `json:"progressDetail"`
	Error *struct {
		Message string `json:"message"`
	} `json:"errorDetail"`
}

// maxLayers bounds what is remembered of a fetch; images have at most 127.
const maxLayers = 1000

// follow reads the lines and reports how many bytes of the layers that are on
// their way have come. A layer's size is known only when it begins to come.
// What is no count of bytes is also written to shown.
func follow(r io.Reader, shown io.Writer, report job.Report) error {
	type layer struct{ done, total int64 }
	layers := map[string]layer{}
	dec := json.NewDecoder(io.LimitReader(r, 256<<20))
	for {
		var m message
		if err := dec.Decode(&m); err == io.EOF {
			return nil
		} else if err != nil {
			return fmt.Errorf("read what the engine tells of the fetch: %w", err)
		}
		if m.Error != nil {
			return errors.New(m.Error.Message)
		}
		p := m.Progress
		if p == nil || p.Total == 0 {
			fmt.Fprintln(shown, strings.TrimSpace(m.ID+" "+m.Status))
		}
		switch l, known := layers[m.ID]; {
		case m.Status == "Downloading" && p != nil && p.Total > 0 && (known || len(layers) < maxLayers):
			layers[m.ID] = layer{min(max(p.Current, 0), p.Total), p.Total}
		case known && (m.Status == "Download complete" || m.Status == "Verifying Checksum" || m.Status == "Pull complete"):
			layers[m.ID] = layer{l.total, l.total}
		}
		out := job.Progress{Stage: "download"}
		for _, l := range layers {
			out.Done, out.Total, out.Unit = out.Done+l.done, out.Total+l.total, "bytes"
		}
		report(out)
	}
}

// imageFailed tells apart why an image cannot be had. The engine hands on what
// the registry says, in words only.
func (e *Engine) imageFailed(ref string, err error) error {
	said := strings.ToLower(err.Error())
	has := func(words ...string) bool {
		for _, w := range words {
			if strings.Contains(said, w) {
				return true
			}
		}
		return false
	}
	name, _, _ := strings.Cut(ref, "@")
	switch {
	case errors.Is(err, context.Canceled):
		return model.Fail("cancelled", err)
	case client.IsErrConnectionFailed(err), denied(err):
		return e.failed(err)
	case has("no space left on device"):
		return model.Fail("disk_full", err)
	case has("no matching manifest", "does not match the specified platform", "cannot be used on this platform", "not supported on this platform"):
		return model.Fail("image_platform", err, "image", name)
	case has("denied", "unauthorized", "authentication required", "no basic auth", "forbidden"):
		return model.Fail("image_denied", err, "image", name)
	case has("not found", "manifest unknown", "name unknown", "does not exist", "invalid reference", "no such image", "name invalid"):
		return model.Fail("image_unknown", err, "image", name)
	case has("connection refused", "no such host", "timeout", "deadline exceeded", "network is unreachable", "tls", "server gave http response", "eof", "connection reset", "server misbehaving", "too many requests", "toomanyrequests", "bad gateway", "unavailable"):
		return model.Fail("registry_unreachable", err)
	case errdefs.IsNotFound(err):
		return model.Fail("image_unknown", err, "image", name)
	}
	return e.failed(err)
}

// RemoveImage takes an image away unless a container or another name still
// needs it, and tells the bytes that came free. One that is not there is no
// error.
func (e *Engine) RemoveImage(ctx context.Context, ref string) (freed int64, err error) {
	i, err := e.Image(ctx, ref)
	if model.Code(err) == "image_missing" {
		return 0, nil
	}
	if err != nil {
		return 0, err
	}
	gone, err := e.api.ImageRemove(ctx, ref, image.RemoveOptions{PruneChildren: true})
	// A container that has just ended is being cleared away for a moment.
	for try := 0; try < 10 && errdefs.IsConflict(err); try++ {
		select {
		case <-ctx.Done():
			return 0, ctx.Err()
		case <-time.After(150 * time.Millisecond):
		}
		gone, err = e.api.ImageRemove(ctx, ref, image.RemoveOptions{PruneChildren: true})
	}
	switch {
	case errdefs.IsNotFound(err):
		return 0, nil
	case errdefs.IsConflict(err):
		return 0, nil // a container of somebody else's has it
	case err != nil:
		return 0, e.failed(err)
	}
	for _, g := range gone {
		if g.Deleted == i.ID {
			return i.Size, nil
		}
	}
	return 0, nil
}

// platformOf reads "linux/arm64/v8"; nil is the engine's own.
func platformOf(s string) *ocispec.Platform {
	parts := strings.Split(s, "/")
	if len(parts) < 2 {
		return nil
	}
	p := &ocispec.Platform{OS: parts[0], Architecture: parts[1]}
	if len(parts) > 2 {
		p.Variant = parts[2]
	}
	return p
}
