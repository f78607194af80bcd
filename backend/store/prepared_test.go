package store_test

import (
	"fmt"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"

	"toolbay/backend/model"
	"toolbay/backend/store"
)

// More searches at once than there are connections, over indexes that come and
// go: none fails, none waits for ever, each sees one whole index.
func TestSearchesGoOnWhileIndexesAreReplaced(t *testing.T) {
	ctx := t.Context()
	s := open(t, filepath.Join(t.TempDir(), "toolbay.db"))
	fill := func(round int) {
		many := make([]model.Listing, 400)
		for i := range many {
			many[i] = listing(fmt.Sprintf("com.example/calendar-%d-%d", round, i), fmt.Sprintf("Calendar %d", i), "")
		}
		must(t, s.ReplaceSource(ctx, "official", many, when))
	}
	fill(0)
	var done atomic.Bool
	var all sync.WaitGroup
	for n := range 12 {
		all.Go(func() {
			text := []string{"calendar", "c", "calender", "one calendar word too many"}[n%4]
			for first := true; first || !done.Load(); first = false {
				res, err := s.Search(ctx, store.Query{Text: text, Limit: 200})
				if err != nil || res.Total != 400 || len(res.Listings) != 200 {
					t.Errorf("%q: total %d, %d listings, %v", text, res.Total, len(res.Listings), err)
					return
				}
			}
		})
	}
	for round := range 3 {
		fill(round + 1)
	}
	done.Store(true)
	all.Wait()
}

// What was found is listed to its end, also where names were looked for apart.
func TestEveryMatchIsListedOnce(t *testing.T) {
	ctx := t.Context()
	s := open(t, filepath.Join(t.TempDir(), "toolbay.db"))
	many := make([]model.Listing, 900)
	for i := range many {
		many[i] = listing(fmt.Sprintf("com.example/n%d", i), fmt.Sprintf("Note %d", i), "keeps paper")
		if i%3 == 0 {
			many[i].Title = fmt.Sprintf("Paper %d", i)
		}
	}
	must(t, s.ReplaceSource(ctx, "official", many, when))
	for _, c := range []struct {
		text  string
		total int
	}{
		{"paper", 900},
		{"read paper", 300}, // a light word that nothing has: what counts, by name
		{"paper keeps", 900},
		{"paper paper", 900}, // said twice
	} {
		seen, total := map[string]bool{}, 0
		for offset := 0; offset < 1000; offset += 200 {
			res, err := s.Search(ctx, store.Query{Text: c.text, Limit: 200, Offset: offset})
			must(t, err)
			total = res.Total
			for _, l := range res.Listings {
				if seen[l.ID] {
					t.Errorf("%q: %s is there twice", c.text, l.ID)
				}
				seen[l.ID] = true
			}
		}
		if total != c.total || len(seen) != c.total {
			t.Errorf("%q: total %d, listed %d, want %d", c.text, total, len(seen), c.total)
		}
	}
}
