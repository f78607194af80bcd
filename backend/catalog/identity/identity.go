// Package identity says which records of the catalogue are one server, and
// makes one card of them. It keeps a hundred-odd bytes a record and never a
// text, so that a million records fit. Only catalog imports it.
//
//	g := identity.New(identity.Options{Order: rank})
//	for _, r := range records { g.Add(r.Source, r.Listing) }
//	for i := range g.Groups() { card := g.Card(i, recordsOf(i)) }
//
// The rules, and why they are as they are, stand in docs/identity.md.
package identity

import (
	"cmp"
	"slices"
	"strings"

	"toolbay/backend/model"
)

// Options say what is known of the sources.
type Options struct {
	// Order is a source's place: of two, the one with the lower number speaks.
	// Without it sources come by their ids.
	Order func(source string) int
	// Enriches tells that a source's records say more about servers that others
	// list and are none by themselves.
	Enriches func(source string) bool
	// Curated tells that somebody looks at what a source lists, so that its
	// records are taken at their word. Without it, sources of records with the
	// names of a registry, where anybody may publish, are not.
	Curated func(source string) bool
}

// Graph is what is known of all records: Add them, then ask for Groups, then
// for the Card of each.
type Graph struct {
	o       Options
	sources map[string]uint16
	order   []string // of sources, by number

	records []record
	ids     []byte   // of all records, one after the other
	ends    []uint32 // where each ends
	claims  []claim
	renames []rename

	parent []int32
	comps  []component // by root
	groups [][]int32
	at     []groupFacts
	merges map[string]int
}

// record is what is kept of one record. Hashes of texts are 0 for "none".
type record struct {
	id        uint64
	repo      uint64
	space     uint64 // who gave the name: a registry's namespace, a list's npm scope
	owner     uint32 // of the repository
	core      uint32 // the repository's name without "mcp" and the like
	folder    uint32
	tail, alt uint32 // the name without such words, and with the publisher before it
	text      uint32 // the description
	words     wordSet
	prose     [16]uint16 // words of the description, sorted
	source    uint16
	kinds     kinds
	flags     flags
}

type flags uint8

const (
	enriches flags = 1 << iota
	public         // by a registry's name, from a source where anybody may publish
	proved         // its name's space is the owner of what it offers
	gone           // deleted
	several        // lists very many remote servers at once
	curated        // listed by somebody who chose, or in a list that gives its own ids
	chosen         // of these, by a source that says somebody looks at it
)

func (r *record) is(f flags) bool { return r.flags&f != 0 }

// claim is that a record says to be what a key names.
type claim struct {
	key    uint64
	record int32
	kind   kind
	// wrapper is set for packages that start other servers.
	wrapper bool
}

type rename struct {
	record int32
	to     uint64 // id
}

// component is a set of records while it is being made.
type component struct {
	core bool // has a record that is proved or taken at its word
	used bool // was joined to another such by a claim alone
}

// New gives an empty graph.
func New(o Options) *Graph {
	return &Graph{o: o, sources: map[string]uint16{}, merges: map[string]int{}}
}

// Add takes the next record of the catalogue.
func (g *Graph) Add(source string, l model.Listing) {
	n, ok := g.sources[source]
	if !ok {
		n = uint16(min(len(g.order), 1<<16-1))
		g.sources[source] = n
		g.order = append(g.order, source)
	}
	i := int32(len(g.records))
	g.ids = append(g.ids, l.ID...)
	g.ends = append(g.ends, uint32(len(g.ids)))
	name := nameOf(l)
	home := homeOf(l)
	r := record{
		id: fold(l.ID), source: n,
		repo: home.hash, owner: home.owner, core: home.core, folder: short(folder(l.Subfolder)),
		space: name.space, tail: name.tail, alt: name.alt, words: name.words,
		text: textOf(l.Description), prose: proseOf(l.Description),
	}
	for _, w := range home.words {
		r.words.add(w)
	}
	if l.Status == "deleted" {
		r.flags |= gone
	}
	if g.o.Enriches != nil && g.o.Enriches(source) {
		r.flags |= enriches
		g.records = append(g.records, r)
		return
	}
	if g.isCurated(source) {
		r.flags |= chosen
	}
	if r.is(chosen) || !name.registry {
		r.flags |= curated
	} else {
		r.flags |= public
	}
	if r.is(curated) || provedBy(l, name, home) {
		r.flags |= proved
	}
	remotes := map[uint64]bool{}
	for _, p := range l.Packages[:min(len(l.Packages), 64)] {
		k, ok := keyOf(p)
		if !ok {
			continue
		}
		r.kinds |= 1 << k.kind
		if k.kind == kindRemote {
			remotes[k.hash] = true
		}
		c := claim{key: k.hash, record: i, kind: k.kind, wrapper: k.wrapper}
		if !slices.Contains(g.claims[max(0, len(g.claims)-64):], c) {
			g.claims = append(g.claims, c)
		}
	}
	if len(remotes) >= umbrella {
		r.flags |= several
	}
	if l.Renamed != "" && !strings.EqualFold(l.Renamed, l.ID) {
		g.renames = append(g.renames, rename{i, fold(l.Renamed)})
	}
	g.records = append(g.records, r)
}

func (g *Graph) isCurated(source string) bool { return g.o.Curated != nil && g.o.Curated(source) }

// Groups gives the records of every server by their numbers. It does not
// depend on the order in which records came. A record that only enriches is
// left out where it fits no server or several.
func (g *Graph) Groups() [][]int32 {
	if g.groups != nil {
		return g.groups
	}
	g.start()
	g.joinIDs()
	g.joinClaims()
	g.joinRepositories()
	g.joinEnriching()
	g.claims, g.renames = nil, nil

	g.collect()
	g.parent, g.comps = nil, nil
	g.at = make([]groupFacts, len(g.groups))
	g.countCopies()
	g.findForks()
	return g.groups
}

// collect makes groups of what was joined, all in one array.
func (g *Graph) collect() {
	size := make([]int32, len(g.records)) // by root
	n, all := 0, 0
	for i := range g.records {
		root := g.find(int32(i))
		if g.records[root].is(enriches) {
			continue
		}
		if size[root]++; size[root] == 1 {
			n++
		}
		all++
	}
	g.groups = make([][]int32, 0, n)
	held := make([]int32, 0, all)
	at := size // from here on the group's number, as -1-number
	for i := range g.records {
		root := g.find(int32(i))
		if g.records[root].is(enriches) {
			continue
		}
		if at[root] > 0 {
			from := len(held)
			held = held[:from+int(size[root])]
			g.groups = append(g.groups, held[from:from])
			at[root] = -int32(len(g.groups))
		}
		k := -at[root] - 1
		g.groups[k] = append(g.groups[k], int32(i))
	}
}

// Copies tells how many listings with nearly the same words there are of this
// one's publisher, this one among them; 0 when that is nothing special.
func (g *Graph) Copies(group int) int { return int(g.at[group].copies) }

// idOf gives the id of a record as it was told.
func (g *Graph) idOf(i int32) string {
	from := uint32(0)
	if i > 0 {
		from = g.ends[i-1]
	}
	return string(g.ids[from:g.ends[i]])
}

// Merges tells how many joins of two sets of records each kind of key made.
func (g *Graph) Merges() map[string]int { return g.merges }

func (g *Graph) start() {
	g.parent = make([]int32, len(g.records))
	g.comps = make([]component, len(g.records))
	for i := range g.records {
		g.parent[i] = int32(i)
		g.comps[i].core = g.records[i].is(proved)
	}
}

func (g *Graph) find(i int32) int32 {
	for g.parent[i] != i {
		g.parent[i] = g.parent[g.parent[i]]
		i = g.parent[i]
	}
	return i
}

// join makes one set of two.
func (g *Graph) join(a, b int32, why string) {
	a, b = g.find(a), g.find(b)
	if a == b {
		return
	}
	if b < a {
		a, b = b, a
	}
	g.parent[b] = a
	g.comps[a].core = g.comps[a].core || g.comps[b].core
	g.comps[a].used = g.comps[a].used || g.comps[b].used
	g.merges[why]++
}

// joinIDs joins records with one name, and a name with the one it was given up
// for. The latter is a publisher's word about somebody else's name, so it
// counts no more than any other claim.
func (g *Graph) joinIDs() {
	byID := make([]int32, 0, len(g.records))
	for i := range g.records {
		if !g.records[i].is(enriches) {
			byID = append(byID, int32(i))
		}
	}
	slices.SortFunc(byID, func(a, b int32) int { return cmp.Compare(g.records[a].id, g.records[b].id) })
	for n := 1; n < len(byID); n++ {
		if g.records[byID[n-1]].id == g.records[byID[n]].id {
			g.join(byID[n-1], byID[n], "name")
		}
	}
	var edges []edge
	for _, r := range g.renames {
		n, ok := slices.BinarySearchFunc(byID, r.to, func(i int32, id uint64) int { return cmp.Compare(g.records[i].id, id) })
		if ok {
			edges = append(edges, edge{a: r.record, b: byID[n], kind: kindRename, soft: true})
		}
	}
	g.joinEdges(edges)
}
