package identity

import (
	"cmp"
	"slices"
)

// groupFacts are what is known of a group among the others.
type groupFacts struct {
	copies int32
	fork   int32  // the group it seems to be a copy of, +1
	head   uint64 // whose name it goes by
}

const (
	manyCopies   = 10 // by one publisher, with nearly the same words
	placeholders = 4  // publishers with one text
)

// countCopies finds listings that one publisher wrote by the dozen with nearly
// the same words, and those whose words are anybody's: "Description of my MCP
// server". A publisher of whom some curated list has a server is not counted:
// well-known makers describe their sixty servers alike as well.
func (g *Graph) countCopies() {
	type item struct {
		space uint64
		group int32
		r     *record
	}
	var items []item
	known := map[uint64]bool{}
	for n, members := range g.groups {
		listed := slices.ContainsFunc(members, func(i int32) bool { return g.records[i].is(curated) })
		for _, i := range members {
			if r := &g.records[i]; r.is(public) {
				known[r.space] = known[r.space] || listed
				items = append(items, item{r.space, int32(n), r})
			}
		}
	}
	slices.SortFunc(items, func(a, b item) int {
		return cmp.Or(cmp.Compare(a.space, b.space), cmp.Compare(a.group, b.group), cmp.Compare(a.r.id, b.r.id))
	})
	for from, to := 0, 0; from < len(items); from = to {
		var of []item // one of each group
		for to = from; to < len(items) && items[to].space == items[from].space; to++ {
			if len(of) == 0 || of[len(of)-1].group != items[to].group {
				of = append(of, items[to])
			}
		}
		if known[items[from].space] || len(of) < manyCopies {
			continue
		}
		records, groups := make([]*record, len(of)), make([]int32, len(of))
		for n, it := range of {
			records[n], groups[n] = it.r, it.group
		}
		g.countAlike(records, groups)
	}
	slices.SortFunc(items, func(a, b item) int {
		return cmp.Or(cmp.Compare(a.r.text, b.r.text), cmp.Compare(a.space, b.space), cmp.Compare(a.group, b.group))
	})
	for from, to := 0, 0; from < len(items); from = to {
		spaces := 0
		var groups []int32
		for to = from; to < len(items) && items[to].r.text == items[from].r.text; to++ {
			if to == from || items[to].space != items[to-1].space {
				spaces++
			}
			groups = append(groups, items[to].group)
		}
		slices.Sort(groups)
		groups = slices.Compact(groups)
		if items[from].r.text == 0 || spaces < placeholders || len(groups) < placeholders {
			continue
		}
		for _, n := range groups {
			// One that a list of its own has too is somebody's after all.
			if !slices.ContainsFunc(g.groups[n], func(i int32) bool { return !g.records[i].is(public) }) {
				g.at[n].copies = max(g.at[n].copies, int32(len(groups)))
			}
		}
	}
}

// countAlike counts among one publisher's listings those that are mostly made
// of the same words. Words that half of the text shares with a fifth of all
// its publisher's are its template; the rest is what was filled in.
func (g *Graph) countAlike(records []*record, groups []int32) {
	often := map[uint16]int{}
	for _, r := range records {
		for _, w := range r.prose {
			if w != 0 {
				often[w]++
			}
		}
	}
	least := max(manyCopies, len(records)/5)
	template := map[uint64][]int32{}
	for n, r := range records {
		all, shared, sum := 0, 0, uint64(1)
		for _, w := range r.prose {
			if w == 0 || r.words.has(w) {
				continue
			}
			all++
			if often[w] >= least {
				shared++
				sum = sum*1099511628211 + uint64(w)
			}
		}
		if shared >= 2 && shared*3 >= all*2 || all == 0 {
			template[sum] = append(template[sum], groups[n])
		}
	}
	for _, same := range template {
		if len(same) < manyCopies {
			continue
		}
		for _, n := range same {
			g.at[n].copies = max(g.at[n].copies, int32(len(same)))
		}
	}
}

// findForks finds groups whose repository has the name and description of
// another's but not its owner. It is shown and nothing more: which one is the
// copy, the older names do not say for sure.
func (g *Graph) findForks() {
	type home struct {
		core, text uint32
		repo       uint64
		owner      uint32
		group      int32
	}
	var all []home
	for n, members := range g.groups {
		for _, i := range members {
			if r := &g.records[i]; r.repo != 0 && r.text != 0 && r.core != 0 {
				all = append(all, home{r.core, r.text, r.repo, r.owner, int32(n)})
			}
		}
	}
	slices.SortFunc(all, func(a, b home) int {
		return cmp.Or(cmp.Compare(a.core, b.core), cmp.Compare(a.text, b.text), cmp.Compare(a.group, b.group))
	})
	for i := 1; i < len(all); i++ {
		a, b := all[i-1], all[i]
		if a.core == b.core && a.text == b.text && a.group != b.group && a.owner != b.owner {
			if g.at[a.group].fork == 0 {
				g.at[a.group].fork = b.group + 1
			}
			if g.at[b.group].fork == 0 {
				g.at[b.group].fork = a.group + 1
			}
		}
	}
}
