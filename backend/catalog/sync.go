package catalog

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"sync"
	"time"

	"toolbay/backend/catalog/internal/fetch"
	"toolbay/backend/catalog/source"
	"toolbay/backend/catalog/source/registry"
	"toolbay/backend/job"
	"toolbay/backend/model"
)

const (
	// atOnce is how many sources are read at the same time. One that takes
	// longer than patience goes on, but no longer counts: however many are slow,
	// they do not hold the others up.
	atOnce   = 3
	patience = time.Minute
	// usualPause keeps us below the ten requests a second that the official
	// registry allows.
	usualPause = 100 * time.Millisecond
	// maxTold bounds the unreadable records that are kept with their reason, of
	// which the first have their text kept too.
	maxTold, maxTexts = 10_000, 200
	maxText           = 4 << 10
)

// SyncResult is what came of one source.
type SyncResult struct {
	Source string `json:"source"`
	// Read counts records: Kept became listings, Older are other versions of
	// these, and nothing could be made of the Unreadable and of as many as
	// Untold says. Every record is one of the four.
	Read       int          `json:"read"`
	Kept       int          `json:"kept"`
	Older      int          `json:"older"`
	Unreadable []Unreadable `json:"unreadable"`
	// Untold counts unreadable records beyond those that are told one by one.
	Untold int `json:"untold"`
	// LeftOut are parts of records that could not be used, as a package of a
	// kind nobody knows; the rest of the record is there.
	LeftOut []Unreadable `json:"left_out"`
	// Changes tells that only what changed was read.
	Changes bool `json:"changes"`
	// Err is why the source was not brought up to date; its old listings stay.
	Err error `json:"-"`
}

// Sync brings one source, or with "" all that are enabled and allowed, up to
// date. With "" one that fails is passed over and its result says so; the
// error is then only for what concerns all. A named source's failure is also
// returned. Error codes: source_unknown, source_busy, source_unreachable,
// source_refused, source_key, source_garbage, source_short, source_loops, source_floods,
// source_insecure, source_certificate, policy_source, policy_broken, and the
// database's.
func (c *Catalog) Sync(ctx context.Context, source string, report job.Report) ([]SyncResult, error) {
	if source == "" {
		return c.syncAll(ctx, func(s SourceState) bool { return s.Enabled && s.Allowed }, report)
	}
	feeds, err := c.feeds(ctx)
	if err != nil {
		return nil, err
	}
	for _, f := range feeds {
		if f.ID == source {
			res := c.sync(ctx, f, report)
			return []SyncResult{res}, res.Err
		}
	}
	return nil, model.Fail("source_unknown", nil, "source", source)
}

// SyncOld is Sync of all sources whose entries are older than each keeps them
// good, and that wanted says.
func (c *Catalog) SyncOld(ctx context.Context, wanted func(SourceState) bool, report job.Report) ([]SyncResult, error) {
	return c.syncAll(ctx, func(s SourceState) bool { return s.Due && wanted(s) }, report)
}

func (c *Catalog) syncAll(ctx context.Context, wanted func(SourceState) bool, report job.Report) ([]SyncResult, error) {
	states, err := c.Status(ctx)
	if err != nil {
		return nil, err
	}
	feeds, err := c.feeds(ctx)
	if err != nil {
		return nil, err
	}
	byID := map[string]feed{}
	for _, f := range feeds {
		byID[f.ID] = f
	}
	var chosen []feed
	for _, s := range states {
		if f, ok := byID[s.Source]; ok && wanted(s) {
			chosen = append(chosen, f)
		}
	}
	out := make([]SyncResult, len(chosen))
	var wait sync.WaitGroup
	free := make(chan struct{}, atOnce)
	for i, f := range chosen {
		wait.Go(func() {
			free <- struct{}{}
			leave := sync.OnceFunc(func() { <-free })
			defer leave()
			late := time.AfterFunc(c.o.Patience, leave)
			defer late.Stop()
			if ctx.Err() != nil {
				return
			}
			out[i] = c.sync(ctx, f, report)
		})
	}
	wait.Wait()
	if ctx.Err() != nil {
		done := []SyncResult{}
		for _, r := range out {
			if r.Source != "" && r.Err == nil {
				done = append(done, r)
			}
		}
		return done, ctx.Err()
	}
	return out, nil
}

// sync brings one source up to date under its lock and keeps how that went.
func (c *Catalog) sync(ctx context.Context, f feed, report job.Report) SyncResult {
	res := SyncResult{Source: f.ID, Unreadable: []Unreadable{}}
	if res.Err = c.o.Policy.Source(f.ID); res.Err != nil {
		return res
	}
	release, ok, err := c.store.Exclusive("sync-" + f.ID)
	if err != nil || !ok {
		res.Err = err
		if err == nil {
			res.Err = model.Fail("source_busy", nil)
		}
		return res
	}
	defer release()
	if err := c.note(ctx, f.ID, nil); err != nil {
		res.Err = err
		return res
	}
	if f.ID == Starter {
		res, err = c.starter(ctx, true)
	} else {
		res, err = c.guarded(ctx, f, func(p job.Progress) {
			p.Subject = f.ID
			report(p)
		})
	}
	if res.Unreadable == nil {
		res.Unreadable = []Unreadable{}
	}
	if err == nil {
		return res
	}
	res.Err = err
	if ctx.Err() != nil { // stopped by the user: nobody's fault, and it goes on next time
		res.Err = model.Fail("cancelled", ctx.Err())
		return res
	}
	if err := c.note(ctx, f.ID, res.Err); err != nil {
		res.Err = errors.Join(res.Err, err)
	}
	return res
}

// guarded is read for a reader that may meet what nobody thought of: one
// source's data does not end the program.
func (c *Catalog) guarded(ctx context.Context, f feed, report job.Report) (res SyncResult, err error) {
	defer func() {
		if p := recover(); p != nil {
			res = SyncResult{Source: f.ID}
			err = errors.Join(model.Fail("source_garbage", fmt.Errorf("the reader broke: %v", p)), c.store.DropCrawl(ctx, f.ID))
		}
	}()
	return c.read(ctx, f, report)
}

// note keeps how a source is, if something is new about it. A source is known
// from its first sync on, with the switch as it stands.
func (c *Catalog) note(ctx context.Context, id string, why error) error {
	state, err := c.state(ctx, id)
	if err != nil {
		return err
	}
	if why == nil && (state.Synced != nil || state.Error != "") {
		return nil
	}
	return c.store.NoteSource(ctx, id, state.Enabled, model.Code(why))
}

// web is how one source is asked.
func (c *Catalog) web(f feed) (*bound, error) {
	header, err := c.o.Headers(f.ID)
	if err != nil {
		return nil, err
	}
	if len(header) == 0 && (f.Key || f.private != nil && len(f.private.Headers) > 0) {
		return nil, model.Fail("source_key", errors.New("no key is set"))
	}
	pause := f.Pause
	if pause < usualPause {
		pause = usualPause
	}
	w := &fetch.Client{
		HTTP: c.o.HTTP, UserAgent: c.o.UserAgent, Timeout: c.o.Timeout, Sleep: c.o.Sleep, Now: c.o.Now,
		Pause: pause, Header: header,
	}
	if c.o.CA != nil {
		w.CA = c.o.CA(f.ID)
	}
	if f.private != nil {
		w.Origin, w.Inside = f.private.URL, true
		if w.CA == nil {
			w.CA = []byte(f.private.CA)
		}
	}
	return &bound{w}, nil
}

// bound keeps a source to the host of its first address: whatever cursors and
// links it sends, nothing else is asked on its behalf.
type bound struct{ *fetch.Client }

func (b *bound) Get(ctx context.Context, address string, limit int64) ([]byte, error) {
	if b.Origin == "" {
		b.Origin = address
	}
	at, err := url.Parse(address)
	first, err2 := url.Parse(b.Origin)
	if err != nil || err2 != nil || at.Host != first.Host || at.Scheme != first.Scheme {
		return nil, model.Fail("source_insecure", errors.Join(errors.New("it leads to another host"), err, err2))
	}
	return b.Client.Get(ctx, address, limit)
}

var _ source.Web = (*bound)(nil)

// note tells what was left out of a record that is kept.
func (r *SyncResult) note(index int, reason string) {
	if len(r.Unreadable) < maxTold {
		r.Unreadable = append(r.Unreadable, Unreadable{Index: index, Reason: reason})
	}
}

// unread tells why nothing could be made of a record, and what it was.
func (r *SyncResult) unread(index int, reason string, raw []byte) {
	if len(r.Unreadable) >= maxTold {
		r.Unreadable[len(r.Unreadable)-1].More++
		return
	}
	keep := maxText
	if len(r.Unreadable) >= maxTexts {
		keep = 80
	}
	r.Unreadable = append(r.Unreadable, Unreadable{Index: index, Reason: reason, Raw: string(raw[:min(len(raw), keep)])})
}

// newest keeps of every server its newest version.
type newest map[string]registry.Record

func (n newest) add(res *SyncResult, rec registry.Record, err error) {
	index := res.Read
	res.Read++
	if err == nil {
		err = rec.Err
	}
	if err != nil {
		res.unread(index, err.Error(), rec.Raw)
		return
	}
	for _, reason := range rec.LeftOut {
		res.note(index, reason)
	}
	have, ok := n[rec.Listing.ID]
	if rec.Latest != nil && !*rec.Latest {
		res.Older++
		return
	}
	if ok {
		res.Older++
	}
	if !ok || registry.Newest(rec, have) {
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

// sleep waits, unless the source is this computer.
func (c *Catalog) sleep(ctx context.Context, origin string, d time.Duration) error {
	if u, err := url.Parse(origin); err == nil && u.Scheme == "http" {
		return ctx.Err()
	}
	if c.o.Sleep != nil {
		return c.o.Sleep(ctx, d)
	}
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// unknownThere tells whether a failure means that a server does not know what it was
// asked, rather than that it does not let us in.
func unknownThere(err error) bool {
	switch fetch.Status(err) {
	case http.StatusBadRequest, http.StatusNotFound, http.StatusMethodNotAllowed, http.StatusUnprocessableEntity, http.StatusNotImplemented:
		return true
	}
	return false
}
