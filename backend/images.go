package backend

import (
	"context"
	"strings"

	"toolbay/backend/model"
)

// images is what is needed of the engines that run containers.
type images interface {
	// HasImage tells whether an engine still has a container's image, by its
	// digest.
	HasImage(ctx context.Context, c model.Container) (bool, error)
	// ImageSize gives the bytes that an image takes; 0 when it is not there.
	ImageSize(ctx context.Context, c model.Container) (int64, error)
	// RemoveImage removes an image unless a container of somebody else needs it,
	// and tells how many bytes that freed.
	RemoveImage(ctx context.Context, c model.Container) (int64, error)
	// RemoveContainers removes what a server has left running.
	RemoveContainers(ctx context.Context, c model.Container, server string) error
}

// containersOf are the containers of a server: of its version and of the one
// that can be gone back to.
func containersOf(s model.Server) (out []model.Container) {
	if s.Container != nil {
		out = append(out, *s.Container)
	}
	for _, e := range s.Earlier {
		if e.Container != nil {
			out = append(out, *e.Container)
		}
	}
	return out
}

// imageInUse tells whether a server that is here, or that an undo can bring
// back, starts an image.
func (b *Backend) imageInUse(ctx context.Context, image string) bool {
	servers, err := b.store.Servers(ctx)
	if err != nil {
		return true // what is not known is not removed
	}
	for _, t := range b.trashedServers() {
		servers = append(servers, t.Server)
	}
	for _, s := range servers {
		for _, c := range containersOf(s) {
			if strings.EqualFold(c.Image, image) {
				return true
			}
		}
	}
	return false
}

// dropImages removes the images of versions that a server had and nobody needs
// any more. What an engine does not do now stays there, and is told by disk.
func (b *Backend) dropImages(ctx context.Context, had model.Server) (freed int64) {
	if b.images == nil {
		return 0
	}
	for _, c := range containersOf(had) {
		if b.imageInUse(ctx, c.Image) {
			continue
		}
		if n, err := b.images.RemoveImage(ctx, c); err == nil {
			freed += n
		}
	}
	return freed
}
