package catalog

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"time"

	"toolbay/backend/catalog/source"
	"toolbay/backend/catalog/source/registry"
	"toolbay/backend/job"
	"toolbay/backend/model"
	"toolbay/backend/store"
)

const (
	// maxPages bounds a crawl; the official registry had 524 pages in October
	// 2026.
	maxPages = 20_000
	// maxRead bounds the records of one source, maxEntries those of one page.
	maxRead    = 1_500_000
	maxEntries = 200_000
	// idlePages bounds pages that bring nothing while the cursor moves on.
	idlePages = 25
	// crawlAge is how long an unfinished crawl is worth going on with.
	crawlAge = 24 * time.Hour

	// overlap is how far reading what changed goes back behind the start of the
	// reading before: a row is written a while after the time it carries, and
	// what is published behind the cursor is missed by the crawl under way.
	overlap = 10 * time.Minute
	// wholeAge is how long changes alone are trusted. A registry may forget a
	// server without a trace, or change its mark of the latest by hand.
	wholeAge = 7 * 24 * time.Hour
	// maxChanged and maxAsked bound reading changes, in pages and in servers
	// whose versions are asked for; beyond them reading everything is quicker.
	maxChanged, maxAsked = 300, 500
	// askPause stands between two requests for versions besides the usual one;
	// the official registry allows three of them a second.
	askPause = 250 * time.Millisecond
	// suspicious is how many listings must have been there for far fewer, or none
	// at all, to be taken for a lie.
	suspicious = 20
)

// errWhole says that everything must be read instead of what changed.
var errWhole = errors.New("the changes cannot be told")

// reading is one source being read.
type reading struct {
	c      *Catalog
	f      feed
	reader source.Reader
	web    *bound
	origin string // names where it is read from; cursors are good nowhere else
	report job.Report
	res    SyncResult
	state  store.Crawl
	asked  int
}

// read brings a source up to date: by what changed where it tells that and
// enough is known, else by all it has.
func (c *Catalog) read(ctx context.Context, f feed, report job.Report) (SyncResult, error) {
	res := SyncResult{Source: f.ID}
	web, err := c.web(f)
	if err != nil {
		return res, err
	}
	r := &reading{c: c, f: f, reader: f.Open(c.o.Origins[f.ID]), web: web, report: report, origin: c.o.Origins[f.ID]}
	if f.private != nil {
		r.origin = f.private.URL
	}
	if r.origin != "" && f.private == nil {
		web.Origin = r.origin
	}
	changes, ok := r.reader.(source.Changes)
	if ok {
		since, whole, err := c.since(ctx, f.ID, r.origin)
		if err != nil {
			return res, err
		}
		if !since.IsZero() {
			res, err := r.crawl(ctx, since, func(ctx context.Context, cursor string) (source.Page, error) {
				return changes.ChangedSince(ctx, web, since, cursor)
			})
			if !errors.Is(err, errWhole) && (err != nil || !whole) {
				return res, err
			}
			if err := c.store.DropCrawl(ctx, f.ID); err != nil {
				return res, err
			}
		}
	}
	return r.crawl(ctx, time.Time{}, func(ctx context.Context, cursor string) (source.Page, error) {
		return r.reader.Page(ctx, web, cursor)
	})
}

// since tells from when on changes are to be read; zero is everything. whole
// tells that everything is to be read after them: only changes say what was
// deleted, for what is missing in the whole list may be missing by mistake.
func (c *Catalog) since(ctx context.Context, id, origin string) (since time.Time, whole bool, err error) {
	mark, all, err := c.store.Watermark(ctx, id)
	if err != nil {
		return mark, false, err
	}
	from, err := c.store.Setting(ctx, "read_from."+id)
	if err != nil {
		return mark, false, err
	}
	if from != originName(origin) || mark.IsZero() || c.o.Now().Before(mark) {
		return time.Time{}, true, nil
	}
	age := c.o.Now().Sub(all)
	whole = age > wholeAge
	if age > 2*wholeAge {
		// One that fails at its changes is not without its list for ever.
		if s, err := c.state(ctx, id); err != nil || s.Error != "" {
			return time.Time{}, true, err
		}
	}
	if state, found, err := c.store.Crawl(ctx, id); err != nil || whole && found && state.Since.IsZero() {
		return time.Time{}, true, err // it goes on with everything
	}
	return mark, whole, nil
}

// originName is an origin as it is remembered; the usual place has a name too,
// so that it differs from nothing.
func originName(origin string) string {
	if origin == "" {
		return "usual"
	}
	return origin
}

// crawl reads pages. Each is staged in the database with the cursor of the
// next, so a crawl that is killed goes on where it was; the listings change
// only when the last page is there.
func (r *reading) crawl(ctx context.Context, since time.Time, page func(context.Context, string) (source.Page, error)) (SyncResult, error) {
	c, id := r.c, r.f.ID
	r.res, r.asked = SyncResult{Source: id, Unreadable: []Unreadable{}, Changes: !since.IsZero()}, 0
	state, found, err := c.store.Crawl(ctx, id)
	if err != nil {
		return r.res, err
	}
	if !found || state.Origin != r.origin || !state.Since.Equal(since) || c.o.Now().Sub(state.Started) > crawlAge || c.o.Now().Before(state.Started) {
		if err := c.store.DropCrawl(ctx, id); err != nil {
			return r.res, err
		}
		found, state = false, store.Crawl{Source: id, Origin: r.origin, Since: since, Started: c.o.Now().UTC().Truncate(time.Second)}
	}
	r.state = state
	r.res.Read, r.res.Unreadable = state.Read, append([]Unreadable{}, state.Unreadable...)
	for idle := 0; ; {
		r.report(job.Progress{Stage: "download", Done: int64(r.state.Read), Unit: "items"})
		p, err := page(ctx, r.state.Cursor)
		if err != nil {
			return r.res, r.refused(ctx, err, found)
		}
		if err := r.bounds(p); err != nil {
			return r.res, errors.Join(err, c.store.DropCrawl(ctx, id))
		}
		listings, err := r.listings(ctx, p)
		if err != nil {
			return r.res, err
		}
		r.state.Read, r.state.Unreadable = r.res.Read, r.res.Unreadable
		r.state.Pages++
		if p.Next == "" {
			r.report(job.Progress{Stage: "prepare", Done: int64(r.state.Read), Total: int64(r.state.Read), Unit: "items"})
			return r.finish(ctx, listings)
		}
		if idle++; len(p.Entries) > 0 {
			idle = 0
		}
		r.state.Cursor = p.Next
		seen, err := c.store.StagePage(ctx, r.state, listings)
		if err != nil {
			return r.res, err
		}
		if seen || r.state.Pages >= maxPages || idle >= idlePages {
			cause := fmt.Errorf("page %d leads back to a page that was read", r.state.Pages)
			return r.res, errors.Join(model.Fail("source_loops", cause), c.store.DropCrawl(ctx, id))
		}
		if r.changes() && r.state.Pages >= maxChanged {
			return r.res, errWhole
		}
	}
}

func (r *reading) changes() bool { return !r.state.Since.IsZero() }

// refused is what to make of a page that did not come. A server may not know
// what updated_since is, or have forgotten a cursor: the next reading then
// starts anew.
func (r *reading) refused(ctx context.Context, err error, resumed bool) error {
	if ctx.Err() != nil {
		return err
	}
	if r.changes() && unknownThere(err) {
		return errWhole
	}
	if resumed && model.Code(err) == "source_refused" {
		return errors.Join(err, r.c.store.DropCrawl(ctx, r.f.ID))
	}
	return err
}

func (r *reading) bounds(p source.Page) error {
	if len(p.Entries) > maxEntries || r.res.Read+len(p.Entries) > maxRead {
		return model.Fail("source_floods", fmt.Errorf("%d records and more", r.res.Read+len(p.Entries)))
	}
	return nil
}

// listings makes listings of a page.
func (r *reading) listings(ctx context.Context, p source.Page) ([]model.Listing, error) {
	if r.changes() {
		return r.changed(ctx, p)
	}
	n := newest{}
	for _, e := range p.Entries {
		n.add(&r.res, e, nil)
	}
	return n.listings(), nil
}

// changed makes listings of a page of changes. The mark of the latest version
// goes from one row to another without either counting as changed, so a row is
// believed only when it says of itself that it is the latest and alive; else
// the server's versions are asked for and looked through.
func (r *reading) changed(ctx context.Context, p source.Page) ([]model.Listing, error) {
	rows, names := map[string][]source.Entry{}, []string{}
	for _, e := range p.Entries {
		index := r.res.Read
		r.res.Read++
		if e.Err != nil {
			r.res.unread(index, e.Err.Error(), e.Raw)
			continue
		}
		if !e.Listing.Updated.After(r.state.Since) {
			return nil, errWhole // it does not know what updated_since is
		}
		for _, reason := range e.LeftOut {
			r.res.note(index, reason)
		}
		if _, ok := rows[e.Listing.ID]; !ok {
			names = append(names, e.Listing.ID)
		}
		rows[e.Listing.ID] = append(rows[e.Listing.ID], e)
	}
	var out []model.Listing
	for _, name := range names {
		l, sure := believed(rows[name])
		if !sure {
			var ok bool
			var err error
			if l, ok, err = r.ask(ctx, name, rows[name]); err != nil {
				return nil, err
			}
			if !ok {
				continue
			}
		}
		out = append(out, complete(l))
		r.res.Older += len(rows[name]) - 1
	}
	return out, nil
}

// believed gives the latest version among rows when they leave no doubt.
func believed(rows []source.Entry) (model.Listing, bool) {
	at := -1
	for i, e := range rows {
		if e.Latest == nil || e.Listing.Status != "active" || *e.Latest && at >= 0 {
			return model.Listing{}, false
		}
		if *e.Latest {
			at = i
		}
	}
	if at < 0 {
		return model.Listing{}, false
	}
	return rows[at].Listing, true
}

// ask looks through all versions of a server. ok is false when nothing of them
// can be read.
func (r *reading) ask(ctx context.Context, name string, rows []source.Entry) (l model.Listing, ok bool, err error) {
	changes, is := r.reader.(source.Changes)
	if r.asked++; !is || r.asked > maxAsked {
		return l, false, errWhole
	}
	if r.asked > 1 {
		if err := r.c.sleep(ctx, r.web.Origin, askPause); err != nil {
			return l, false, err
		}
	}
	versions, err := changes.Versions(ctx, r.web, name)
	switch {
	case err != nil && ctx.Err() == nil && unknownThere(err):
		// It is gone altogether, or the server has no such list. A row that says
		// it is deleted settles it.
		if slices.ContainsFunc(rows, func(e source.Entry) bool { return e.Listing.Status != "deleted" }) {
			return l, false, errWhole
		}
		versions = rows
	case err != nil:
		return l, false, err
	}
	l, ok = latest(versions)
	return l, ok, nil
}

// latest gives the version that a list of the latest would have: the one that
// says so and is not deleted. When there is none, the server is deleted, and
// what it was is told.
func latest(versions []source.Entry) (model.Listing, bool) {
	var alive, dead *source.Entry
	unmarked := !slices.ContainsFunc(versions, func(e source.Entry) bool { return e.Err == nil && e.Latest != nil })
	for i := range versions {
		e := &versions[i]
		if e.Err != nil {
			continue
		}
		marked := unmarked || e.Latest != nil && *e.Latest
		if marked && e.Listing.Status != "deleted" && (alive == nil || registry.Newest(*e, *alive)) {
			alive = e
		}
		if dead == nil || registry.Newest(*e, *dead) {
			dead = e
		}
	}
	switch {
	case alive != nil:
		return alive.Listing, true
	case dead != nil:
		l := dead.Listing
		l.Status = "deleted"
		return l, true
	}
	return model.Listing{}, false
}

// finish puts what was read in its place and keeps how far the source is known.
func (r *reading) finish(ctx context.Context, last []model.Listing) (SyncResult, error) {
	c, id := r.c, r.f.ID
	if !r.changes() {
		if err := r.plausible(ctx, last); err != nil {
			return r.res, errors.Join(err, c.store.DropCrawl(ctx, id))
		}
		last = nil // it is staged
	}
	put := c.store.FinishCrawl
	if r.changes() {
		put = c.store.FinishChanges
	}
	kept, err := put(ctx, id, last, c.o.Now())
	r.res.Kept = kept
	if err != nil {
		return r.res, err
	}
	told := r.res.Unreadable
	r.res.Unreadable, r.res.LeftOut = apart(told)
	for _, u := range told {
		r.res.Untold += u.More
	}
	r.res.Older = max(0, r.res.Read-kept-len(r.res.Unreadable)-r.res.Untold)
	if r.changes() {
		if told, err = c.moreUnreadable(ctx, id, told); err != nil {
			return r.res, err
		}
	}
	if err := c.store.PutUnreadable(ctx, id, told); err != nil {
		return r.res, err
	}
	if _, ok := r.reader.(source.Changes); !ok {
		return r.res, nil
	}
	// Only now: what is not kept yet must be read again.
	if err := c.store.PutWatermark(ctx, id, r.state.Started.Add(-overlap)); err != nil {
		return r.res, err
	}
	return r.res, c.store.PutSetting(ctx, "read_from."+id, originName(r.origin))
}

// apart tells the records that nothing could be made of, whose text is kept,
// from parts of records that were left out.
func apart(told []Unreadable) (unreadable, leftOut []Unreadable) {
	unreadable, leftOut = []Unreadable{}, []Unreadable{}
	for _, u := range told {
		if u.Raw != "" {
			unreadable = append(unreadable, u)
		} else {
			leftOut = append(leftOut, u)
		}
	}
	return unreadable, leftOut
}

// plausible stages the last listings, and refuses an answer without a single
// server from a source that had many, or of which nothing could be read. One
// that lost many of its servers must say so in two readings: half an answer is
// more likely than that.
func (r *reading) plausible(ctx context.Context, last []model.Listing) error {
	state, err := r.c.state(ctx, r.f.ID)
	if err != nil {
		return err
	}
	if len(last) == 0 && r.state.Pages <= 1 {
		switch {
		case r.res.Read > 0 && r.res.Older == 0:
			return model.Fail("source_garbage", fmt.Errorf("none of %d records can be read", r.res.Read))
		case state.Listings >= suspicious:
			return model.Fail("source_garbage", fmt.Errorf("no server where there were %d", state.Listings))
		}
	}
	now, err := r.c.store.Stage(ctx, r.f.ID, last)
	if err != nil {
		return err
	}
	name := "short." + r.f.ID
	said, err := r.c.store.Setting(ctx, name)
	if err != nil {
		return err
	}
	if state.Listings < suspicious || !fewer(now, state.Listings) {
		if said == "" {
			return nil
		}
		return r.c.store.PutSetting(ctx, name, "")
	}
	if before, err := strconv.Atoi(said); err == nil && !fewer(now, before) && !fewer(before, now) {
		return r.c.store.PutSetting(ctx, name, "")
	}
	return errors.Join(model.Fail("source_short", fmt.Errorf("%d servers where there were %d", now, state.Listings)),
		r.c.store.PutSetting(ctx, name, strconv.Itoa(now)))
}

// fewer tells whether a is less than 70 % of b.
func fewer(a, b int) bool { return a*10 < b*7 }

// moreUnreadable adds to what could not be read of a source before.
func (c *Catalog) moreUnreadable(ctx context.Context, id string, found []Unreadable) ([]Unreadable, error) {
	have, err := c.store.Unreadable(ctx, id)
	if err != nil {
		return nil, err
	}
	for _, u := range found {
		if !slices.ContainsFunc(have, func(h Unreadable) bool { return h.Reason == u.Reason && h.Raw == u.Raw }) {
			have = append(have, u)
		}
	}
	return have, nil
}
