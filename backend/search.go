package backend

import (
	"context"
	"os"
	"path/filepath"
	"sync"
	"time"

	"toolbay/backend/catalog"
	"toolbay/backend/job"
	"toolbay/backend/model"
	"toolbay/backend/store"
)

// Query is a search in the catalogue.
type Query = catalog.Query

// Search looks through everything the catalogue knows, without the network.
func (b *Backend) Search(ctx context.Context, q Query) (SearchResults, error) {
	began := time.Now()
	found, err := b.Browse(ctx, q)
	if err != nil {
		return SearchResults{}, err
	}
	out := SearchResults{Total: found.Total, More: found.More, Results: []SearchResult{}, Facets: found.Facets}
	for _, l := range found.Listings {
		out.Results = append(out.Results, searchResult(l))
	}
	out.TookMS = float64(time.Since(began).Microseconds()) / 1000
	return out, nil
}

// Browse is Search with whole listings and the counts for the window's
// filters.
func (b *Backend) Browse(ctx context.Context, q Query) (catalog.Results, error) {
	if q.Apps == "" && b.onlyStdioApps() {
		q.Apps = catalog.StdioApps
	}
	return b.catalog.Search(ctx, q)
}

// onlyStdioApps tells whether every app found here can only start programs.
// Looking for them reads their files, so it is done seldom: an app that comes
// meanwhile is seen soon enough.
func (b *Backend) onlyStdioApps() bool {
	b.looked.Lock()
	defer b.looked.Unlock()
	if now := b.o.Now(); b.looked.at.IsZero() || now.Sub(b.looked.at) > time.Minute {
		found, other := false, false
		for _, a := range b.apps.Look(b.system, b.o.ProjectDir) {
			found = found || a.Found
			other = other || a.Found && a.Client.Dialect.Remote != nil
		}
		b.looked.at, b.looked.stdio = now, found && !other
	}
	return b.looked.stdio
}

// lookedApps is what onlyStdioApps found out.
type lookedApps struct {
	sync.Mutex
	at    time.Time
	stdio bool
}

// Listing gives everything known about one listing. Error code:
// listing_unknown.
func (b *Backend) Listing(ctx context.Context, id string) (model.Listing, error) {
	return b.catalog.Show(ctx, id)
}

// Sync brings one source, or with "" all of them, up to date. A source that
// fails keeps its old listings and carries the error in its result.
func (b *Backend) Sync(ctx context.Context, source string, report job.Report) ([]catalog.SyncResult, error) {
	res, err := b.catalog.Sync(ctx, source, report)
	b.o.Changed("catalogue")
	b.o.Changed("servers") // what is installed may have been taken back
	return res, err
}

// SyncResult is what came of one source.
type SyncResult = catalog.SyncResult

// SyncOld is Sync for the sources whose lists are old, each by its own age: one
// that wants to be asked once a day is not asked because another is hourly.
func (b *Backend) SyncOld(ctx context.Context, report job.Report) ([]SyncResult, error) {
	res, err := b.catalog.SyncOld(ctx, func(s SourceState) bool { return !s.NeedsKey || b.keySet(ctx, s.Source) }, report)
	b.o.Changed("catalogue")
	b.o.Changed("servers")
	return res, err
}

// ListsAreOld tells whether a source that is used was never read, or longer
// ago than its lists are good.
func (b *Backend) ListsAreOld(ctx context.Context) bool {
	states, err := b.catalog.Status(ctx)
	if err != nil {
		return false
	}
	for _, s := range states {
		if s.Due && (!s.NeedsKey || b.keySet(ctx, s.Source)) {
			return true
		}
	}
	return false
}

// Import loads listings from a file or folder of any known format.
func (b *Backend) Import(ctx context.Context, path string) (catalog.SyncResult, error) {
	if err := b.policy.Source(catalog.File); err != nil {
		return catalog.SyncResult{}, err
	}
	res, err := b.catalog.Import(ctx, path)
	if err == nil {
		b.o.Changed("catalogue")
	}
	return res, err
}

// Rehearse gives a backend for Sync and Import whose catalogue is empty and
// goes away with end: a dry run, which tells what would come and keeps nothing.
func (b *Backend) Rehearse(ctx context.Context) (r *Backend, end func(), err error) {
	states, err := b.catalog.Status(ctx)
	if err != nil {
		return nil, nil, err
	}
	dir, err := os.MkdirTemp("", "toolbay-")
	if err != nil {
		return nil, nil, err
	}
	s, err := store.Open(filepath.Join(dir, "toolbay.db"))
	if err != nil {
		os.RemoveAll(dir)
		return nil, nil, err
	}
	end = func() {
		s.Close()
		os.RemoveAll(dir)
	}
	c := b.catalogIn(ctx, s)
	if err := b.rehearseSources(ctx, s, c, states); err != nil {
		end()
		return nil, nil, err
	}
	copied := *b
	copied.store, copied.catalog, copied.o.Changed = s, c, func(string) {}
	return &copied, end, nil
}

func searchResult(l model.Listing) SearchResult {
	r := SearchResult{
		ID: l.ID, Name: l.Name, Title: l.Title, Description: l.Description,
		Publisher: l.Publisher, Repository: l.Repository,
		Sources: append([]string{}, l.Sources...), Packages: []PackageRef{},
	}
	for _, p := range l.Packages {
		r.Packages = append(r.Packages, packageRef(p))
	}
	return r
}
