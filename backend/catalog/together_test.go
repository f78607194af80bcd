package catalog_test

import (
	"context"
	"testing"

	"toolbay/backend/catalog"
	"toolbay/backend/job"
	"toolbay/backend/model"
	"toolbay/backend/store"
	"toolbay/internal/fakeregistry"
)

// slow is a database on which something else happens right after somebody read
// how the sources are.
type slow struct {
	*store.Store
	then func()
}

func (s *slow) Sources(ctx context.Context) ([]store.SourceState, error) {
	out, err := s.Store.Sources(ctx)
	s.then()
	return out, err
}

func TestASwitchAndASyncAtTheSameTime(t *testing.T) {
	b := newBench(t, made(3))
	if _, err := b.Sync(t.Context(), "official", job.Silent); err != nil {
		t.Fatal(err)
	}
	b.registry.Fail(fakeregistry.Fault{Kind: fakeregistry.HTML})
	between := &slow{Store: b.store, then: func() {
		if err := b.store.EnableSource(t.Context(), "official", false); err != nil {
			t.Error(err)
		}
	}}
	c := catalog.New(between, catalog.Options{Origins: origins(b.url)})
	if _, err := c.Sync(t.Context(), "official", job.Silent); model.Code(err) != "source_garbage" {
		t.Fatal(err)
	}
	if s := source(t, b.Catalog, "official"); s.Enabled || s.Error != "source_garbage" {
		t.Errorf("the sync switched it on again: %+v", s)
	}
	between.then = func() {
		if err := b.store.NoteSource(t.Context(), "official", true, "source_refused"); err != nil {
			t.Error(err)
		}
	}
	if err := c.Enable(t.Context(), "official", true); err != nil {
		t.Fatal(err)
	}
	if s := source(t, b.Catalog, "official"); !s.Enabled || s.Error != "source_refused" {
		t.Errorf("the switch forgot how the sync went: %+v", s)
	}
}

func TestWhatIsBeingReadIsNotRemoved(t *testing.T) {
	b := newBench(t, nil)
	path := write(t, "list.jsonl", `{"server":{"name":"com.example/notes","title":"Notes"}}`)
	if _, err := b.Import(t.Context(), path); err != nil {
		t.Fatal(err)
	}
	release, ok, err := b.store.Exclusive("sync-file:list.jsonl")
	if err != nil || !ok {
		t.Fatal(ok, err)
	}
	if err := b.Remove(t.Context(), "file:list.jsonl"); model.Code(err) != "source_busy" {
		t.Errorf("%v", err)
	}
	release()
	if err := b.Remove(t.Context(), "file:list.jsonl"); err != nil {
		t.Error(err)
	}
}
