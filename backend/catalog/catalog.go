// Package catalog makes one catalogue that can be searched out of listings
// from many sources. Each source may fail on its own: it keeps its old
// listings and the others go on. Search is always local. backend is the only
// one to import it.
//
//	c := catalog.New(store, catalog.Options{})
//	res, err := c.Sync(ctx, "official", job.Silent)
//	found, err := c.Search(ctx, catalog.Query{Text: "notion"})
package catalog

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"toolbay/backend/catalog/source/starter"
	"toolbay/backend/model"
	"toolbay/backend/store"
)

// Ids of the sources that something else is known of.
const (
	Starter  = "starter"  // comes with Toolbay
	Docker   = "docker"   // Docker's catalogue
	Official = "official" // the official MCP registry
	File     = "file"     // what a person imported
)

// ForYou is the category of the start page.
const ForYou = store.ForYou

// The names of filters and orders that a query may have.
const (
	NoKey     = store.NoKey
	NoDocker  = store.NoDocker
	StdioApps = store.StdioApps
)

var (
	Filters = store.Filters
	Orders  = store.Orders
)

// The words of search and state are the store's.
type (
	Query      = store.Query
	Results    = store.Results
	Facets     = store.Facets
	Unreadable = store.Unreadable
)

// Store is what the catalogue needs of the database. Its errors carry codes.
type Store interface {
	Search(context.Context, store.Query) (store.Results, error)
	Listing(ctx context.Context, id string) (model.Listing, error)
	Known(ctx context.Context, kind, identifier string, fits func(model.Card) bool) (model.Card, bool, error)

	Sources(context.Context) ([]store.SourceState, error)
	EnableSource(ctx context.Context, id string, enabled bool) error
	NoteSource(ctx context.Context, id string, enabled bool, failure string) error
	RemoveSource(ctx context.Context, id string) error
	PutSourceOrder(ctx context.Context, ids []string) error
	SourceOrder(context.Context) (func(source string) int, error)
	Setting(ctx context.Context, name string) (string, error)
	PutSetting(ctx context.Context, name, value string) error

	ReplaceSource(ctx context.Context, source string, listings []model.Listing, synced time.Time) error
	UpsertListings(ctx context.Context, source string, listings []model.Listing, synced time.Time) error
	Crawl(ctx context.Context, source string) (store.Crawl, bool, error)
	StagePage(ctx context.Context, c store.Crawl, listings []model.Listing) (seen bool, err error)
	Stage(ctx context.Context, source string, listings []model.Listing) (staged int, err error)
	FinishCrawl(ctx context.Context, source string, last []model.Listing, synced time.Time) (kept int, err error)
	FinishChanges(ctx context.Context, source string, last []model.Listing, synced time.Time) (kept int, err error)
	DropCrawl(ctx context.Context, source string) error
	Watermark(ctx context.Context, source string) (changes, whole time.Time, err error)
	PutWatermark(ctx context.Context, source string, changes time.Time) error
	PutUnreadable(ctx context.Context, source string, list []store.Unreadable) error
	Unreadable(ctx context.Context, source string) ([]store.Unreadable, error)
	EachRecord(ctx context.Context, source string, each func(model.Record) error) error
	PutSeen(ctx context.Context, source string, seen map[string]time.Time) error
	Reindex(context.Context) error
	Behind(context.Context) (bool, error)
	Exclusive(name string) (release func(), ok bool, err error)
}

// Options are the catalogue's effects; the zero value is the real world.
type Options struct {
	// HTTP is asked instead of the network when it has a transport of its own.
	HTTP *http.Client
	Now  func() time.Time
	// Sleep waits between tries and pages.
	Sleep func(context.Context, time.Duration) error
	// Timeout of one request; 45 s unless set.
	Timeout time.Duration
	// Origins says where a source is, by its id, when it is not where it usually
	// is: a registry's address without /v0.1, else that of the file.
	Origins map[string]string
	// UserAgent names this program to the sources.
	UserAgent string
	// Headers gives what a source is sent besides, its key for one. nil is
	// nothing for anybody.
	Headers func(source string) (http.Header, error)
	// CA gives certificates in PEM that are trusted for a source besides the
	// system's; nil, and what AddRegistry was told, unless set.
	CA func(source string) []byte
	// Policy is what the people who run this computer allow; nil allows all.
	Policy *Policy
	// Patience is how long a source may hold one of the few places of those that
	// are read at the same time; a minute unless set.
	Patience time.Duration
	// Seed tells computers apart, so that they do not all ask at the same time.
	Seed string
}

// Catalog is the catalogue. It may be used from several goroutines and
// processes at once.
type Catalog struct {
	store Store
	o     Options
}

// New makes a catalogue on top of a database.
func New(s Store, o Options) *Catalog {
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.UserAgent == "" {
		o.UserAgent = "toolbay (desktop app for MCP servers)"
	}
	if o.Headers == nil {
		o.Headers = func(string) (http.Header, error) { return nil, nil }
	}
	if o.Patience == 0 {
		o.Patience = patience
	}
	if o.Policy == nil {
		o.Policy = &Policy{}
	}
	return &Catalog{store: s, o: o}
}

// Starter loads the catalogue that comes with this version of Toolbay, unless
// it is there already, and finishes a search index that a killed process left
// undone. It is quick when there is nothing to do.
func (c *Catalog) Starter(ctx context.Context) error {
	_, err := c.starter(ctx, false)
	if err != nil {
		return err
	}
	return c.store.Reindex(ctx)
}

// Unfinished tells whether Starter has something to do, which can take a while
// with a large catalogue. Search uses what is there.
func (c *Catalog) Unfinished(ctx context.Context) (bool, error) {
	loaded, err := c.store.Setting(ctx, "starter_loaded")
	if err != nil || loaded != starterMark() {
		return true, err
	}
	return c.store.Behind(ctx)
}

// starterMark names the starter catalogue of this version.
func starterMark() string {
	sum := sha256.Sum256(starter.Source())
	return hex.EncodeToString(sum[:])
}

func (c *Catalog) starter(ctx context.Context, again bool) (SyncResult, error) {
	res := SyncResult{Source: Starter, Unreadable: []Unreadable{}}
	mark := starterMark()
	have, err := c.store.Setting(ctx, "starter_loaded")
	if err != nil || have == mark && !again {
		return res, err
	}
	listings, err := starter.Listings()
	if err != nil {
		return res, model.Fail("unexpected", fmt.Errorf("starter catalogue: %w", err))
	}
	res.Read, res.Kept = len(listings), len(listings)
	if err := c.store.ReplaceSource(ctx, Starter, listings, c.o.Now()); err != nil {
		return res, err
	}
	return res, c.store.PutSetting(ctx, "starter_loaded", mark)
}

// Search finds listings. It never uses the network.
func (c *Catalog) Search(ctx context.Context, q Query) (Results, error) {
	return c.store.Search(ctx, q)
}

// Show gives everything known about one listing. Error code: listing_unknown.
func (c *Catalog) Show(ctx context.Context, id string) (model.Listing, error) {
	return c.store.Listing(ctx, id)
}

// Known gives the listing that speaks for a package, such as "npm" and its
// name, to somebody who names the package alone. What a listing says is given
// to the package when it starts, so it must be the package's own: the record
// that speaks lists it, and is of a list that is kept by hand, of a private
// registry, or of an account with the package's scope in the official registry.
func (c *Catalog) Known(ctx context.Context, kind, identifier string) (model.Listing, bool) {
	curated, err := c.curated(ctx)
	if err != nil {
		return model.Listing{}, false
	}
	card, ok, err := c.store.Known(ctx, kind, identifier, func(card model.Card) bool {
		speaker := card.Records[0]
		lists := slices.ContainsFunc(speaker.Packages, func(p model.Package) bool { return p.Type == kind && p.Identifier == identifier })
		return lists && (curated[speaker.Source] || speaker.Source == Official && ownScope(speaker.ID, kind, identifier))
	})
	return card.Listing, ok && err == nil
}

// ownScope tells whether a name of the official registry is of the account that
// a package's scope names: io.github.acme/notes and @acme/notes.
func ownScope(id, kind, identifier string) bool {
	space, _, _ := strings.Cut(strings.ToLower(id), "/")
	account, ok := strings.CutPrefix(space, "io.github.")
	scope, _, scoped := strings.Cut(strings.ToLower(identifier), "/")
	return ok && account != "" && kind == "npm" && scoped && scope == "@"+account
}
