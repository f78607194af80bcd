package backend

import (
	"context"
	"io"

	"toolbay/backend/catalog"
)

// Export writes every record of every source to a file, which import reads
// again; a dry run writes nothing. Error code: export_unwritable.
func (b *Backend) Export(ctx context.Context, path string, dryRun bool) (catalog.ExportResult, error) {
	if dryRun {
		return b.catalog.ExportTo(ctx, io.Discard, nil)
	}
	return b.catalog.Export(ctx, path)
}

// freshen brings the catalogue up to what this version comes with: the starter
// catalogue, a search index that is made its way, and, where a source was never
// read, the catalogue that came with this build. The window waits only for the
// first start's starter catalogue; the rest goes on behind it, while search uses
// what is there. A catalogue of the build that cannot be used is left.
func (b *Backend) freshen(ctx context.Context) error {
	unfinished, err := b.catalog.Unfinished(ctx)
	if err != nil {
		return err
	}
	later := b.o.Background && !b.store.Fresh()
	if unfinished && !later {
		if err := b.catalog.Starter(ctx); err != nil {
			return err
		}
	}
	later = later && unfinished
	baked := b.catalog.Baked(ctx)
	switch {
	case !baked && !later:
	case !b.o.Background:
		if b.o.Unpacking != nil {
			b.o.Unpacking()
		}
		b.catalog.Unpack(ctx)
	default:
		ctx, b.stop = context.WithCancel(context.WithoutCancel(ctx))
		b.stopped = make(chan struct{})
		go func() {
			defer close(b.stopped)
			if later && b.catalog.Starter(ctx) == nil {
				b.o.Changed("catalogue")
			}
			if baked && b.catalog.Unpack(ctx) == nil {
				b.o.Changed("catalogue")
			}
		}()
	}
	return nil
}

// endWork ends what goes on in the background. It begins anew the next time.
func (b *Backend) endWork() {
	if b.stop != nil {
		b.stop()
		<-b.stopped
	}
}
