package connect

import (
	"context"
	"errors"
	"io/fs"
	"maps"
	"reflect"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"

	"toolbay/backend/changeset"
	"toolbay/backend/clients"
)

// Plan is a change that is ready to be shown and applied.
type Plan struct {
	Change changeset.Change
	// Restart holds the ids of the apps whose files will change.
	Restart []string

	edits []*edit
}

// With is one change of what both plans change. A file of both is p's.
func (p Plan) With(q Plan) Plan {
	for i, e := range q.edits {
		if slices.ContainsFunc(p.edits, func(o *edit) bool { return o.real == e.real }) {
			continue
		}
		p.edits, p.Change.Files = append(slices.Clone(p.edits), e), append(slices.Clone(p.Change.Files), q.Change.Files[i])
		for _, s := range e.steps {
			if !slices.Contains(p.Restart, s.client.ID) {
				p.Restart = append(slices.Clone(p.Restart), s.client.ID)
			}
		}
	}
	return p
}

// plan reads every file once and runs its edit, so that whatever stands in the
// way is known before anything is shown or written.
func (b *builder) plan(ctx context.Context, kind, title string) (Plan, error) {
	b.ahead(ctx)
	p := Plan{Change: changeset.Change{Kind: kind, Title: title}, edits: b.edits, Restart: []string{}}
	for _, e := range b.edits {
		if err := ctx.Err(); err != nil {
			return Plan{}, err
		}
		before, err := clients.ReadFile(e.path)
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return Plan{}, err
		}
		after, err := e.run(before)
		if err != nil {
			return Plan{}, err
		}
		if same(before, after) {
			continue
		}
		for _, s := range e.steps {
			if !slices.Contains(p.Restart, s.client.ID) {
				p.Restart = append(p.Restart, s.client.ID)
			}
		}
	}
	for _, e := range b.edits {
		p.Change.Files = append(p.Change.Files, changeset.File{Path: e.path, Plan: e.run})
	}
	return p, nil
}

// ahead runs the edits side by side. What each makes of its file is found by the
// run that counts, unless the file is another one by then.
func (b *builder) ahead(ctx context.Context) {
	sideBySide(len(b.edits), func(i int) {
		e := b.edits[i]
		if before, err := clients.ReadFile(e.path); len(e.steps) > 0 && ctx.Err() == nil && (err == nil || errors.Is(err, fs.ErrNotExist)) {
			_, _ = e.run(before) // an error comes again
		}
	})
}

// sideBySide does n things, as many at once as the computer has processors.
func sideBySide(n int, do func(i int)) {
	var all sync.WaitGroup
	var next atomic.Int64
	for range min(n, runtime.GOMAXPROCS(0)) {
		all.Go(func() {
			for i := int(next.Add(1)) - 1; i < n; i = int(next.Add(1)) - 1 {
				do(i)
			}
		})
	}
	all.Wait()
}

// Preview shows what a plan would change, without writing.
func (c *Connector) Preview(ctx context.Context, p Plan) ([]changeset.FileDiff, error) {
	return c.Changes.Preview(ctx, p.Change)
}

// Ahead is Preview in two parts: how many files would change, and what shows
// them when it is asked for.
func (c *Connector) Ahead(ctx context.Context, p Plan) (files int, show func() []changeset.FileDiff, err error) {
	return c.Changes.Ahead(ctx, p.Change)
}

// Apply applies a plan and brings the ledger up to date. When nothing changed
// the record has no ID. A change that is made stays made when the ledger cannot
// be written after it: our entries are known by their form too, and Reconcile
// mends the rest.
func (c *Connector) Apply(ctx context.Context, p Plan) (changeset.Record, error) {
	// An entry that does not run our launcher is known by the ledger alone: it is
	// noted first, or a kill in between would leave one that nobody takes away.
	ahead, before := map[string]string{}, map[string]string{}
	for _, e := range p.edits {
		e.unsigned(ahead, before)
	}
	// What an entry was is kept before it goes.
	kept := map[string]string{}
	var made []keptRow
	for _, e := range p.edits {
		items, err := c.seal(e, kept)
		if made = append(made, items...); err != nil {
			c.drop(made)
			return changeset.Record{}, err
		}
	}
	if len(kept) > 0 {
		if err := c.Ledger.LedgerWrite(ctx, kept, nil); err != nil {
			c.drop(made)
			return changeset.Record{}, err
		}
	}
	if len(ahead) > 0 {
		if err := c.Ledger.LedgerWrite(ctx, ahead, nil); err != nil {
			return changeset.Record{}, err
		}
	}
	record, err := c.Changes.Apply(ctx, p.Change)
	if err != nil {
		// A row that stays is of an entry that is not there, which is no harm.
		maps.DeleteFunc(ahead, func(key, _ string) bool { return before[key] != "" })
		_ = c.Ledger.LedgerWrite(context.WithoutCancel(ctx), before, slices.Collect(maps.Keys(ahead)))
		return record, err
	}
	put := map[string]string{}
	for _, e := range p.edits {
		e.changes(put)
		e.followed(put, record, c.now())
		// It may have been worked out again, on a file that somebody else changed.
		if _, err := c.seal(e, put); err == nil {
			c.unseal(e)
		}
	}
	if len(put) == 0 {
		return record, nil
	}
	if err := c.Ledger.LedgerWrite(context.WithoutCancel(ctx), put, nil); err != nil && record.ID == "" {
		return record, err
	}
	return record, nil
}

// unsigned adds the rows of an edit whose entries it puts in and which do not
// run our launcher, and what stood in their place.
func (e *edit) unsigned(put, before map[string]string) {
	for key, r := range e.after.entries {
		had, there := e.b.known.entries[key]
		if r.Ahead = true; !r.Gone && r.Command != e.b.launcher && (!there || !r.same(had)) {
			put[key] = encode(r)
			if there {
				before[key] = encode(had)
			}
		}
	}
}

// changes adds the ledger rows of an edit that are new or other than before.
func (e *edit) changes(put map[string]string) {
	for key, r := range e.after.entries {
		had := e.b.known.entries[key]
		if reflect.DeepEqual(r, had) {
			continue // most of them, and sooner found out than by encoding both
		}
		if text := encode(r); text != encode(had) {
			put[key] = text
		}
	}
	for key, p := range e.after.containers {
		if text := encode(p); text != encode(e.b.known.containers[key]) {
			put[key] = text
		}
	}
}
