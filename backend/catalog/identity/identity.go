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
	// records are taken at their word. No others are.
	Curated func(source string) bool
	// Proves tells that a source lets nobody use a name whose account or domain
	// is not theirs. In others, names are words.
	Proves func(source string) bool
	// Checks tells that a source also asks a package whether it belongs to the
	// name that names it.
	Checks func(source string) bool
	// Kept tells that a list's makers take up what is in it, though they do not
	// look at it. Its records may be one with those of another such list.
	Kept func(source string) bool
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
	who       uint64 // owner of the name
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

type flags uint16

const (
	enriches flags = 1 << iota
	public         // by a registry's name, in a source that is not curated
	gone           // deleted
	several        // lists very many remote servers at once
	curated        // by a source that says somebody looks at it
	proves         // its source lets nobody else use the name
	ownRepo        // its name's owner owns the repository too
	own            // or something else that it names: what has it is a server by itself
	likeRepo       // its name's owner is called as the repository's
	checks         // its source asks the packages
	kept           // its source's makers take up what is in it
	bare           // offers nothing
	calledSo       // the repository's owner is called as the whole domain
	mute           // has another's name: what it names joins nothing
)

func (r *record) is(f flags) bool { return r.flags&f != 0 }

// claim is that a record says to be what a key names.
type claim struct {
	key    uint64
	record int32
	kind   kind
	// wrapper is set for packages that start other servers.
	wrapper bool
	// owned is set when the record's name is proved, and the same owner's as
	// what the key names.
	owned bool
	// like is set when they are only called alike.
	like bool
}

type rename struct {
	record int32
	to     uint64 // id
}

// component is a set of records while it is being made.
type component struct {
	curated bool
	// head is whose name it goes by, 0 while it has no name that is proved.
	head uint64
	own  bool // a record of head's owns what it names
	list bool // head lists what others make
	bare bool // no record has anything to install
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
	name, at, who := nameOf(l), homeOf(l), ownerOf(l.ID)
	r := record{
		id: fold(l.ID), source: n, who: who.hash(),
		repo: at.hash, owner: at.owner, core: at.core, folder: short(folder(l.Subfolder)),
		space: name.space, tail: name.tail, alt: name.alt, words: name.words,
		text: textOf(l.Description), prose: proseOf(l.Description),
	}
	for _, w := range at.words {
		r.words.add(w)
	}
	if l.Status == "deleted" {
		r.flags |= gone
	}
	if len(l.Packages) == 0 {
		r.flags |= bare
	}
	if g.o.Enriches != nil && g.o.Enriches(source) {
		r.flags |= enriches
		g.records = append(g.records, r)
		return
	}
	switch {
	case g.isCurated(source):
		r.flags |= curated
	case name.registry:
		r.flags |= public
	}
	if g.o.Kept != nil && g.o.Kept(source) {
		r.flags |= kept
	}
	if !r.is(curated) && r.who != 0 && g.proves(source) {
		r.flags |= proves
		if g.o.Checks != nil && g.o.Checks(source) {
			r.flags |= checks
		}
		if account, ok := strings.CutPrefix(string(repositoryPlace(l.Repository)), "github.com/"); ok && who.like(account) {
			r.flags |= likeRepo
			if account != who.label() {
				r.flags |= calledSo
			}
		}
		// A bundle says where it is made, so both must be the owner's.
		if who.owns(repositoryPlace(l.Repository)) && at.hash == repositoryOf(l.Repository).hash {
			r.flags |= ownRepo | own
		}
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
		if r.is(proves) {
			c.owned, c.like = who.owns(packagePlace(p)), who.likeScope(p)
		}
		if c.owned || c.like {
			r.flags |= own
		}
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

func (g *Graph) proves(source string) bool { return g.o.Proves != nil && g.o.Proves(source) }

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
	g.at = make([]groupFacts, len(g.groups))
	for n, members := range g.groups {
		g.at[n].head = g.comps[g.find(members[0])].head
	}
	g.parent, g.comps = nil, nil
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
	lists := g.listers()
	for i := range g.records {
		r := &g.records[i]
		g.parent[i] = int32(i)
		g.comps[i].curated, g.comps[i].bare = r.is(curated), r.is(bare)
		if r.is(proves) {
			// Who lists what others make does not own it for serving it.
			if lists[r.space] {
				r.flags &^= own
			}
			g.comps[i].head, g.comps[i].own, g.comps[i].list = r.who, r.is(own), lists[r.space]
		}
	}
}

func (g *Graph) find(i int32) int32 {
	for g.parent[i] != i {
		g.parent[i] = g.parent[g.parent[i]]
		i = g.parent[i]
	}
	return i
}

// join makes one set of two. It goes by the name of the one that owns what it
// names, or has a name that is proved.
func (g *Graph) join(a, b int32, why string) {
	a, b = g.find(a), g.find(b)
	if a == b {
		return
	}
	x, y := g.comps[a], g.comps[b]
	all := component{curated: x.curated || y.curated, head: x.head, own: x.own || y.own, used: x.used || y.used, list: x.list, bare: x.bare && y.bare}
	if x.head == 0 || y.own && !x.own || x.list && !y.list && y.head != 0 {
		all.head, all.list = y.head, y.list
	}
	if b < a {
		a, b = b, a
	}
	g.parent[b] = a
	g.comps[a] = all
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
	for from, to := 0, 0; from < len(byID); from = to {
		known := flags(0)
		for to = from; to < len(byID) && g.records[byID[to]].id == g.records[byID[from]].id; to++ {
			g.join(byID[from], byID[to], "name")
			known |= g.records[byID[to]].flags & (curated | proves | kept)
		}
		// Anybody can write a file with the name of what another list has.
		for _, i := range byID[from:to] {
			if r := &g.records[i]; known != 0 && !r.is(curated|proves|kept) {
				r.flags |= mute
			}
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
