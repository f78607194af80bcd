package catalog_test

import (
	"testing"
	"time"

	"toolbay/backend/job"
	"toolbay/backend/model"
)

// TestAShortAnswer has a registry that answers with a part of its list once,
// and one that has really become smaller.
func TestAShortAnswer(t *testing.T) {
	for _, c := range []struct {
		name   string
		before int
		after  []int // servers at each sync after the first
		codes  []string
		listed int
	}{
		{"one short answer", 150, []int{1, 150}, []string{"source_short", ""}, 150},
		{"two that agree", 150, []int{40, 41}, []string{"source_short", ""}, 41},
		{"two that do not", 150, []int{100, 40, 100}, []string{"source_short", "source_short", "source_short"}, 150},
		{"after a whole one it counts anew", 150, []int{40, 150, 40}, []string{"source_short", "", "source_short"}, 150},
		{"some fewer", 150, []int{110}, []string{""}, 110},
		{"of few", 19, []int{3}, []string{""}, 3},
		{"on a page of its own", 250, []int{101}, []string{"source_short"}, 250},
	} {
		t.Run(c.name, func(t *testing.T) {
			b := newBench(t, made(c.before))
			if _, err := b.Sync(t.Context(), "official", job.Silent); err != nil {
				t.Fatal(err)
			}
			for i, n := range c.after {
				b.registry.Set(made(n))
				b.week()
				if _, err := b.Sync(t.Context(), "official", job.Silent); model.Code(err) != c.codes[i] {
					t.Errorf("sync %d of %d servers: %v, want %q", i, n, err, c.codes[i])
				}
			}
			if s := source(t, b.Catalog, "official"); s.Listings != c.listed || s.Error != c.codes[len(c.codes)-1] {
				t.Errorf("%+v", s)
			}
		})
	}
}

// TestWhatWasDeletedWhileNobodyAsked has a computer that was off for longer than
// changes alone are trusted.
func TestWhatWasDeletedWhileNobodyAsked(t *testing.T) {
	b := newBench(t, made(30))
	if _, err := b.Sync(t.Context(), "official", job.Silent); err != nil {
		t.Fatal(err)
	}
	b.registry.SetStatus("com.example/server-0003", "", "deleted", "it sent files away", b.clock.Add(time.Hour))
	b.registry.Forget("com.example/server-0004")
	b.week()
	res, err := b.Sync(t.Context(), "official", job.Silent)
	if err != nil || res[0].Changes || res[0].Kept != 28 {
		t.Fatalf("%+v, %v", res, err)
	}
	for id, absent := range map[string]bool{"com.example/server-0003": false, "com.example/server-0004": true} {
		c, err := b.store.Card(t.Context(), id)
		if err != nil || c.Records[0].Status != "deleted" || c.Records[0].Absent != absent || (c.Records[0].StatusMessage == "") != absent {
			t.Errorf("%s: %+v, %v", id, c.Records, err)
		}
	}
}
