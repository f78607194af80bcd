package store

import (
	"math/bits"
	"slices"
	"strings"

	"toolbay/backend/model"
)

// Filters are the names that Query.Filters may hold.
var Filters = []string{NoKey, NoDocker, Remote, Local, OfficialPublisher, MyApps, Linux, Darwin, Windows}

// The filters. Each promises what is known: what a listing does not say it does
// not pass for.
const (
	NoKey             = "no-key"    // works without a key or a sign-in
	NoDocker          = "no-docker" // works without Docker
	Remote            = "remote"    // can be used over the network, with nothing installed
	Local             = "local"     // can run on this computer
	OfficialPublisher = "official-publisher"
	MyApps            = "my-apps" // works with the apps that Query.Apps tells of
	Linux             = "linux"
	Darwin            = "darwin"
	Windows           = "windows"
)

// Orders are the values of Query.Sort besides "", the best first.
var Orders = []string{ByName, ByUpdated, ByPopularity}

const (
	ByName       = "name"
	ByUpdated    = "updated" // the newest first
	ByPopularity = "popular" // by stars and downloads, as far as sources tell them
)

// StdioApps is the value of Query.Apps for apps that start programs only.
const StdioApps = "stdio"

// filterTraits gives the bits of which a card must have one to pass.
func filterTraits(name, apps string) (trait, bool) {
	switch name {
	case NoKey:
		return traitNoKey, true
	case NoDocker:
		return traitNoDocker, true
	case Remote:
		return traitRemote, true
	case Local:
		return traitLocal, true
	case OfficialPublisher:
		return traitOfficial, true
	case MyApps:
		if apps == StdioApps {
			return traitStdio, true
		}
		return traitRemote | traitLocal, true
	case Linux:
		return traitLinux, true
	case Darwin:
		return traitDarwin, true
	case Windows:
		return traitWindows, true
	}
	return 0, false
}

// traitMarks are the marks that the index has for traits.
var traitMarks = []struct {
	bit  trait
	mark string
}{
	{traitNoKey, markTrait + "k"}, {traitNoDocker, markTrait + "d"}, {traitFeatured, markTrait + "f"},
	{traitRemote, markTrait + "r"}, {traitLocal, markTrait + "l"}, {traitStdio, markTrait + "s"},
	{traitOfficial, markTrait + "o"}, {traitLinux, markTrait + "u"}, {traitDarwin, markTrait + "m"}, {traitWindows, markTrait + "w"},
}

// filter is the part of a query that is not text.
type filter struct {
	c        *cards
	category int     // index into model.Categories, or one of those below
	sources  uint64  // bits of which one is enough
	bySource bool    // sources is asked for
	traits   []trait // of each a card must have a bit
	nothing  bool    // a filter that is not known: nothing passes
}

const (
	categoryAny      = -1
	categoryFeatured = -2
	categoryUnknown  = -3
)

func newFilter(c *cards, q Query) filter {
	f := filter{c: c, category: categoryAny, bySource: q.Source != ""}
	switch i := slices.Index(model.Categories, q.Category); {
	case q.Category == ForYou:
		f.category = categoryFeatured
	case i >= 0:
		f.category = i
	case q.Category != "":
		f.category = categoryUnknown
	}
	for i, s := range c.sources {
		if s == q.Source || q.Source == fileSource && isFile(s) {
			f.sources |= 1 << i
		}
	}
	for _, name := range q.Filters {
		t, known := filterTraits(name, q.Apps)
		if !known {
			f.nothing = true
			continue
		}
		f.traits = append(f.traits, t)
	}
	return f
}

// fileSource stands for all imported files together.
const fileSource = "file"

func (f filter) any() bool {
	return f.category != categoryAny || f.bySource || len(f.traits) > 0 || f.nothing
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

func (f filter) fromSource(k card) bool { return !f.bySource || k.sources&f.sources != 0 }

func (f filter) has(k card) bool {
	for _, t := range f.traits {
		if k.traits&t == 0 {
			return false
		}
	}
	return !f.nothing
}

func (f filter) pass(k card) bool { return f.has(k) && f.inCategory(k) && f.fromSource(k) }

// expression is the filter in the index's own language, to stand behind an
// expression.
func (f filter) expression() string {
	var b strings.Builder
	and := func(marks ...string) { b.WriteString(` AND ("` + strings.Join(marks, `" OR "`) + `")`) }
	switch f.category {
	case categoryAny:
	case categoryFeatured:
		f.traits = append(slices.Clip(f.traits), traitFeatured)
	case categoryUnknown:
		and(markCategory)
	default:
		and(markCategory + model.Categories[f.category])
	}
	if f.bySource {
		marks := []string{markSource}
		for i, s := range f.c.sources {
			if f.sources&(1<<i) != 0 {
				marks = append(marks, sourceMark(s))
			}
		}
		and(marks...)
	}
	for _, t := range f.traits {
		var marks []string
		for _, m := range traitMarks {
			if t&m.bit != 0 {
				marks = append(marks, m.mark)
			}
		}
		and(marks...)
	}
	if f.nothing {
		and(markTrait)
	}
	return b.String()
}

func sourceMark(source string) string { return markSource + strings.Join(words(source), "") }

// marks is the text of the filter column of a card.
func marks(k card, l model.Listing) string {
	out := []string{markCategory + categoryOf(l)}
	for _, m := range traitMarks {
		if k.traits&m.bit != 0 {
			out = append(out, m.mark)
		}
	}
	for _, s := range l.Sources {
		out = append(out, sourceMark(s))
	}
	return strings.Join(out, " ")
}

// counter counts facets.
type counter struct {
	f          filter
	all        int
	categories []int
	sources    []int
	files      int
	fileBits   uint64
	filters    []int // in the order of Filters
	tests      []trait
}

func (f filter) counter(apps string) *counter {
	n := &counter{f: f, categories: make([]int, len(model.Categories)), sources: make([]int, len(f.c.sources)), filters: make([]int, len(Filters))}
	for _, name := range Filters {
		t, _ := filterTraits(name, apps)
		n.tests = append(n.tests, t)
	}
	for i, s := range f.c.sources {
		if isFile(s) {
			n.fileBits |= 1 << i
		}
	}
	return n
}

func (n *counter) add(k card) {
	f := n.f
	if !f.has(k) {
		return
	}
	category, source := f.inCategory(k), f.fromSource(k)
	if source {
		n.all++
		n.categories[k.category]++
	}
	if !category {
		return
	}
	for b := k.sources; b != 0; b &= b - 1 {
		n.sources[bits.TrailingZeros64(b)]++
	}
	if k.sources&n.fileBits != 0 {
		n.files++
	}
	if source {
		for i, t := range n.tests {
			if k.traits&t != 0 {
				n.filters[i]++
			}
		}
	}
}

func (n *counter) facets() Facets {
	out := Facets{All: n.all, Categories: map[string]int{}, Sources: map[string]int{}, Filters: map[string]int{}}
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
	if n.files > 0 {
		out.Sources[fileSource] = n.files
	}
	for i, v := range n.filters {
		out.Filters[Filters[i]] = v
	}
	return out
}
