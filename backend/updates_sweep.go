package backend

import (
	"context"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"toolbay/backend/install"
	"toolbay/backend/model"
	"toolbay/backend/pattern"
)

// DiscardUpdate throws away what PrepareUpdate fetched for a server.
func (b *Backend) DiscardUpdate(ctx context.Context, id string) error {
	c, err := b.hold(ctx, id)
	if c == nil || err != nil {
		return err // an update of it is under way, and sees to it
	}
	defer c.release()
	b.discard(id)
	b.o.Changed("updates")
	return nil
}

// discard removes what was prepared for a server, unless the server has become
// that.
func (b *Backend) discard(id string) {
	p, err := b.readPrepared(id)
	os.Remove(b.preparedFile(id))
	if err != nil || p.Next.Dir == "" || p.Next.Dir == p.Base {
		return
	}
	s, err := b.store.Server(context.Background(), id)
	if err == nil && !b.usesFolder(s, p.Next.Dir) {
		b.dropNext(p.Next)
	}
}

// dropNext removes a version that nobody switched to, and what it brought.
func (b *Backend) dropNext(next model.Server) {
	b.dropVersion(next.Dir)
	if next.Container != nil {
		ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
		defer cancel()
		b.dropImage(ctx, *next.Container, "")
	}
}

// dropVersion removes a version's folder; what cannot go now is swept at the
// next start.
func (b *Backend) dropVersion(dir string) { _, _ = install.Remove(b.home, dir) }

// usesFolder tells whether a version's folder is one of those that a server
// has or can go back to.
func (b *Backend) usesFolder(s model.Server, dir string) bool {
	return dir == s.Dir || slices.ContainsFunc(s.Earlier, func(e model.Installation) bool { return e.Dir == dir })
}

// versionFolder is how install.Keep names the folders of versions.
var versionFolder = pattern.New(`-[0-9]+$`)

// sweepUpdates removes what was prepared and not used within a day, and folders
// of versions that a killed program had fetched and that belong to no server.
func (b *Backend) sweepUpdates(ctx context.Context) {
	servers, err := b.store.Servers(ctx)
	if err != nil {
		return
	}
	known := map[string]bool{}
	for _, s := range servers {
		known[s.ID] = true
		p, err := b.readPrepared(s.ID)
		waiting := err == nil && p.Base == s.Dir && b.o.Now().Sub(p.Time) < preparedKept
		var loose []string
		for _, name := range names(filepath.Join(b.home, "servers", s.ID)) {
			dir := filepath.Join(b.home, "servers", s.ID, name)
			if versionFolder().MatchString(name) && fileExists(filepath.Join(dir, install.ReceiptName)) && !b.usesFolder(s, dir) && (!waiting || dir != p.Next.Dir) {
				loose = append(loose, dir)
			}
		}
		if len(loose) == 0 && (waiting || !fileExists(b.preparedFile(s.ID))) {
			continue
		}
		b.sweepServer(ctx, s.ID, loose, waiting)
	}
	found, _ := filepath.Glob(b.preparedFile("*"))
	for _, f := range found {
		if id := strings.TrimSuffix(filepath.Base(f), ".next.json"); !known[id] {
			os.Remove(f)
		}
	}
}

// sweepServer removes folders of a server that were found to be loose, unless
// something is under way with it.
func (b *Backend) sweepServer(ctx context.Context, id string, loose []string, waiting bool) {
	c, err := b.hold(ctx, id)
	if c == nil || err != nil {
		return
	}
	defer c.release()
	// As it is now that nobody else changes it.
	s, err := b.store.Server(ctx, id)
	if err != nil || fileExists(b.turnFile(id)) {
		return
	}
	if !waiting {
		b.discard(id)
	}
	p, err := b.readPrepared(id)
	for _, dir := range loose {
		if !b.usesFolder(s, dir) && (err != nil || p.Next.Dir != dir) {
			b.dropVersion(dir)
		}
	}
}
