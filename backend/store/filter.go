package store

import (
	"slices"
	"strings"

	"toolbay/backend/model"
)

// filter is the part of a query that is not text.
type filter struct {
	q        Query
	c        *cards
	category int    // index into model.Categories; -1 any, -2 featured, -3 none is meant
	source   uint64 // bit; 0 any
	unknown  bool   // a source that no listing has
}

const (
	categoryAny      = -1
	categoryFeatured = -2
	categoryUnknown  = -3
)

func newFilter(c *cards, q Query) filter {
	f := filter{q: q, c: c, category: categoryAny}
	switch i := slices.Index(model.Categories, q.Category); {
	case q.Category == ForYou:
		f.category = categoryFeatured
	case i >= 0:
		f.category = i
	case q.Category != "":
		f.category = categoryUnknown
	}
	if q.Source != "" {
		i := slices.Index(c.sources, q.Source)
		if f.unknown = i < 0; !f.unknown {
			f.source = 1 << i
		}
	}
	return f
}

func (f filter) any() bool {
	return f.category != categoryAny || f.q.Source != "" || f.q.NoKey || f.q.NoDocker
}

func (f filter) inCategory(k card) bool {
	switch f.category {
	case categoryAny:
		return true
	case categoryFeatured:
		return k.traits&traitFeatured != 0
	}
	return int(k.category) == f.category
}

func (f filter) fromSource(k card) bool {
	return !f.unknown && (f.source == 0 || k.sources&f.source != 0)
}
func (f filter) key(k card) bool    { return !f.q.NoKey || k.traits&traitNoKey != 0 }
func (f filter) docker(k card) bool { return !f.q.NoDocker || k.traits&traitNoDocker != 0 }

func (f filter) pass(k card) bool {
	return f.inCategory(k) && f.fromSource(k) && f.key(k) && f.docker(k)
}

// expression is the filter in the index's own language, to stand behind an
// expression.
func (f filter) expression() string {
	var b strings.Builder
	and := func(mark string) { b.WriteString(` AND "` + mark + `"`) }
	switch f.category {
	case categoryAny:
	case categoryFeatured:
		and(markFeatured)
	case categoryUnknown:
		and(markCategory)
	default:
		and(markCategory + model.Categories[f.category])
	}
	if f.q.Source != "" {
		and(markSource + strings.Join(words(f.q.Source), ""))
	}
	if f.q.NoKey {
		and(markNoKey)
	}
	if f.q.NoDocker {
		and(markNoDocker)
	}
	return b.String()
}

// counter counts facets.
type counter struct {
	f          filter
	all        int
	categories []int
	sources    []int
	noKey      int
	noDocker   int
}

func (f filter) counter() *counter {
	return &counter{f: f, categories: make([]int, len(model.Categories)), sources: make([]int, len(f.c.sources))}
}

func (n *counter) add(k card) {
	f := n.f
	category, source, key, docker := f.inCategory(k), f.fromSource(k), f.key(k), f.docker(k)
	if source && key && docker {
		n.all++
		n.categories[k.category]++
	}
	if category && key && docker {
		for i := range n.sources {
			if k.sources&(1<<i) != 0 {
				n.sources[i]++
			}
		}
	}
	if category && source && docker && k.traits&traitNoKey != 0 {
		n.noKey++
	}
	if category && source && key && k.traits&traitNoDocker != 0 {
		n.noDocker++
	}
}

func (n *counter) facets() Facets {
	out := Facets{All: n.all, Categories: map[string]int{}, Sources: map[string]int{}, NoKey: n.noKey, NoDocker: n.noDocker}
	for i, v := range n.categories {
		if v > 0 {
			out.Categories[model.Categories[i]] = v
		}
	}
	for i, v := range n.sources {
		if v > 0 {
			out.Sources[n.f.c.sources[i]] = v
		}
	}
	return out
}
