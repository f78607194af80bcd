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

// unpack puts the catalogue that came with this build where a source was never
// read. It is worth a wait only once, after the installation; the window does
// not wait. One that cannot be used is left: the starter catalogue is there.
func (b *Backend) unpack(ctx context.Context) {
	if !b.catalog.Baked(ctx) {
		return
	}
	if !b.o.Background {
		if b.o.Unpacking != nil {
			b.o.Unpacking()
		}
		b.catalog.Unpack(ctx)
		return
	}
	ctx, b.stop = context.WithCancel(context.WithoutCancel(ctx))
	b.stopped = make(chan struct{})
	go func() {
		defer close(b.stopped)
		if b.catalog.Unpack(ctx) == nil {
			b.o.Changed("catalogue")
		}
	}()
}

// endWork ends what goes on in the background. It begins anew the next time.
func (b *Backend) endWork() {
	if b.stop != nil {
		b.stop()
		<-b.stopped
	}
}
