package catalog

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"time"

	"toolbay/backend/catalog/source/docker"
	"toolbay/backend/catalog/source/registry"
	"toolbay/backend/job"
	"toolbay/backend/model"
	"toolbay/backend/store"
)

const (
	// maxPages bounds a crawl; the registry had 524 pages in October 2026.
	maxPages = 20_000
	// idlePages bounds pages that bring nothing while the cursor moves on.
	idlePages = 25
	// crawlAge is how long an unfinished crawl is worth going on with.
	crawlAge = 24 * time.Hour
	// pagePause keeps us below the ten requests a second that the official
	// registry allows.
	pagePause     = 100 * time.Millisecond
	maxUnreadable = 1000 // that are told
)

// SyncResult is what came of one source.
type SyncResult struct {
	Source string `json:"source"`
	// Read counts records, Kept the listings they made: a server's older
	// versions and what could not be read are not kept.
	Read       int          `json:"read"`
	Kept       int          `json:"kept"`
	Unreadable []Unreadable `json:"unreadable"`
	// Err is why the source was not brought up to date; its old listings stay.
	Err error `json:"-"`
}

// Sync brings one source, or with "" all that are enabled, up to date. With ""
// one that fails is passed over and its result says so; the error is then only
// for what concerns all. A named source's failure is also returned. Error
// codes: source_unknown, source_busy, source_unreachable, source_refused,
// source_garbage, source_loops, source_insecure, and the database's.
func (c *Catalog) Sync(ctx context.Context, source string, report job.Report) ([]SyncResult, error) {
	if source != "" {
		if source == File {
			return nil, model.Fail("source_unknown", errors.New("files are imported"), "source", source)
		}
		if _, err := c.state(ctx, source); err != nil {
			return nil, err
		}
		res := c.sync(ctx, source, report)
		return []SyncResult{res}, res.Err
	}
	states, err := c.Status(ctx)
	if err != nil {
		return nil, err
	}
	out := []SyncResult{}
	for _, s := range states {
		if !s.Enabled || s.Source == File {
			continue
		}
		res := c.sync(ctx, s.Source, report)
		if ctx.Err() != nil {
			return out, ctx.Err()
		}
		out = append(out, res)
	}
	return out, nil
}

func (c *Catalog) sync(ctx context.Context, source string, report job.Report) SyncResult {
	res := SyncResult{Source: source, Unreadable: []Unreadable{}}
	release, ok, err := c.store.Exclusive("sync-" + source)
	if err != nil || !ok {
		res.Err = err
		if err == nil {
			res.Err = model.Fail("source_busy", nil)
		}
		return res
	}
	defer release()
	switch source {
	case Starter:
		res, err = c.starter(ctx, true)
	case Docker:
		res, err = c.docker(ctx, report)
	default:
		res, err = c.crawl(ctx, report)
	}
	if err == nil {
		return res
	}
	res.Err = err
	if ctx.Err() != nil { // stopped by the user: nobody's fault, and it goes on next time
		res.Err = model.Fail("cancelled", ctx.Err())
		return res
	}
	if state, err := c.state(ctx, source); err == nil {
		state.Error = model.Code(res.Err)
		if err := c.store.PutSource(ctx, state); err != nil {
			res.Err = errors.Join(res.Err, err)
		}
	}
	return res
}

func (c *Catalog) docker(ctx context.Context, report job.Report) (SyncResult, error) {
	res := SyncResult{Source: Docker, Unreadable: []Unreadable{}}
	report(job.Progress{Stage: "download", Unit: "items"})
	address := c.origin(Docker)
	body, err := c.web.Get(ctx, address, docker.MaxSize)
	if model.Code(err) == "source_refused" && address == docker.Origin {
		body, err = c.web.Get(ctx, docker.OriginYAML, docker.MaxSize)
	}
	if err != nil {
		return res, err
	}
	found, err := docker.Catalogue(body)
	if err != nil {
		return res, err
	}
	listings := res.take(found)
	if len(listings) == 0 {
		return res, model.Fail("source_garbage", errors.New("no server in the catalogue"))
	}
	report(job.Progress{Stage: "prepare", Done: int64(res.Kept), Total: int64(res.Kept), Unit: "items"})
	return res, c.store.ReplaceSource(ctx, Docker, listings, c.o.Now())
}

// take keeps the readable servers of a catalogue of Docker's.
func (r *SyncResult) take(found []docker.Result) []model.Listing {
	listings := []model.Listing{}
	for i, f := range found {
		r.Read++
		if f.Err != nil {
			r.note(i, f.Err.Error())
			if f.Listing.ID == "" {
				continue
			}
		}
		listings = append(listings, complete(f.Listing))
	}
	r.Kept = len(listings)
	return listings
}

func (r *SyncResult) note(index int, reason string) {
	if len(r.Unreadable) < maxUnreadable {
		r.Unreadable = append(r.Unreadable, Unreadable{Index: index, Reason: reason})
	}
}

// crawl reads the official registry page by page. Each page is staged in the
// database with the cursor of the next, so a crawl that is killed goes on
// where it was; the listings change only when the last page is there.
func (c *Catalog) crawl(ctx context.Context, report job.Report) (SyncResult, error) {
	res := SyncResult{Source: Official, Unreadable: []Unreadable{}}
	origin := c.origin(Official)
	state, found, err := c.store.Crawl(ctx, Official)
	if err != nil {
		return res, err
	}
	if !found || state.Origin != origin || c.o.Now().Sub(state.Started) > crawlAge {
		if err := c.store.DropCrawl(ctx, Official); err != nil {
			return res, err
		}
		state = store.Crawl{Source: Official, Origin: origin, Started: c.o.Now()}
	}
	client := registry.Client{Fetch: c.web, Origin: origin}
	idle := 0
	for {
		report(job.Progress{Stage: "download", Done: int64(state.Read), Unit: "items"})
		page, err := client.Page(ctx, state.Cursor)
		if err != nil {
			// A registry may forget a cursor; the next sync then starts anew.
			if found && model.Code(err) == "source_refused" {
				err = errors.Join(err, c.store.DropCrawl(ctx, Official))
			}
			return res, err
		}
		res.Read, res.Unreadable = state.Read, state.Unreadable
		listings := res.page(page)
		state.Read, state.Unreadable = res.Read, res.Unreadable
		state.Pages++
		if page.Next == "" {
			report(job.Progress{Stage: "prepare", Done: int64(state.Read), Total: int64(state.Read), Unit: "items"})
			return c.finish(ctx, res, listings)
		}
		if idle++; len(page.Records) > 0 {
			idle = 0
		}
		state.Cursor = page.Next
		seen, err := c.store.StagePage(ctx, state, listings)
		if err != nil {
			return res, err
		}
		if seen || state.Pages >= maxPages || idle >= idlePages {
			cause := fmt.Errorf("page %d leads back to a page that was read", state.Pages)
			return res, errors.Join(model.Fail("source_loops", cause), c.store.DropCrawl(ctx, Official))
		}
		if err := c.rest(ctx, origin); err != nil {
			return res, err
		}
	}
}

func (c *Catalog) finish(ctx context.Context, res SyncResult, last []model.Listing) (SyncResult, error) {
	kept, err := c.store.FinishCrawl(ctx, Official, last, c.o.Now())
	res.Kept = kept
	if res.Unreadable == nil {
		res.Unreadable = []Unreadable{}
	}
	return res, err
}

// page keeps the newest versions among the records of a page.
func (r *SyncResult) page(p registry.Page) []model.Listing {
	n := newest{}
	for _, rec := range p.Records {
		n.add(r, rec.Record, rec.Err)
	}
	return n.listings()
}

// rest waits between two pages, unless the registry is this computer.
func (c *Catalog) rest(ctx context.Context, origin string) error {
	if u, err := url.Parse(origin); err == nil && u.Scheme == "http" {
		return ctx.Err()
	}
	if c.o.Sleep != nil {
		return c.o.Sleep(ctx, pagePause)
	}
	t := time.NewTimer(pagePause)
	defer t.Stop()
	select {
	case <-t.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// newest keeps of every server its newest version.
type newest map[string]registry.Record

func (n newest) add(res *SyncResult, rec registry.Record, err error) {
	index := res.Read
	res.Read++
	if err != nil {
		res.note(index, err.Error())
		return
	}
	for _, reason := range rec.LeftOut {
		res.note(index, reason)
	}
	if rec.Latest != nil && !*rec.Latest {
		return
	}
	if have, ok := n[rec.Listing.ID]; !ok || registry.Newest(rec, have) {
		n[rec.Listing.ID] = rec
	}
}

func (n newest) listings() []model.Listing {
	out := make([]model.Listing, 0, len(n))
	for _, rec := range n {
		out = append(out, complete(rec.Listing))
	}
	return out
}
