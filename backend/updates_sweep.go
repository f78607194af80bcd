package backend

import (
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"toolbay/backend/install"
	"toolbay/backend/model"
	"toolbay/backend/pattern"
	"toolbay/backend/whole"
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
		b.dropBrought(ctx, next.Container, "")
	}
}

// dropVersion removes a version's folder; what cannot go now is swept at the
// next start.
func (b *Backend) dropVersion(dir string) { _, _ = install.Remove(b.home, dir) }

// oldVersion is a version's folder in the trash. Nothing brings it back by
// itself; its files are there for whoever misses them.
type oldVersion struct {
	Server string    `json:"server"`
	Dir    string    `json:"dir"`
	Time   time.Time `json:"time"`
}

// dropUsed removes the folder of a version that was in use. One with files that
// no install put there goes to the trash of a change instead, as a whole.
func (b *Backend) dropUsed(change, id, dir string) (freed int64, trashed string) {
	if !isFolder(dir) {
		return 0, ""
	}
	own, err := install.Own(dir)
	if err == nil && len(own.Changed)+len(own.Added)+len(own.Extra) == 0 {
		freed, _ = install.Remove(b.home, dir)
		return freed, ""
	}
	place := b.trashDir(change, id+"+"+filepath.Base(dir)) // no server's id has a plus
	data, err := json.Marshal(oldVersion{Server: id, Dir: dir, Time: b.o.Now().UTC()})
	if err == nil {
		err = whole.Write(filepath.Join(place, "version.json"), data)
	}
	if err == nil {
		err = os.Rename(dir, filepath.Join(place, "files"))
	}
	if err != nil {
		// It stays where it is; what is left of the place must not look like one.
		if !isFolder(filepath.Join(place, "files")) {
			os.RemoveAll(place)
			b.dropTrash(filepath.Dir(place))
		}
		return 0, ""
	}
	return 0, filepath.Join(place, "files")
}

// emptyOldVersions removes versions' folders that are in the trash for longer
// than that.
func (b *Backend) emptyOldVersions(age time.Duration) {
	found := pattern.Files(b.home, "trash", "*", "*", "version.json")
	for _, f := range found {
		var v oldVersion
		data, err := os.ReadFile(f)
		if err != nil || json.Unmarshal(data, &v) != nil || b.o.Now().Sub(v.Time) < age {
			continue
		}
		os.RemoveAll(filepath.Dir(f))
		b.dropTrash(filepath.Dir(filepath.Dir(f)))
	}
}

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
	found := pattern.Files(filepath.Dir(b.preparedFile("x")), filepath.Base(b.preparedFile("*")))
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
			b.dropUsed(b.o.Now().UTC().Format("20060102T150405.000000000"), id, dir)
		}
	}
}
