package identity

import (
	"cmp"
	"slices"
)

// lister is from how many owners' repositories on a name space lists what
// others make: Smithery's, ToolHive's.
const lister = 5

// joinRepositories joins what is in one repository where that is enough to be
// one server. A repository can hold 76 of them, so it never is by itself.
func (g *Graph) joinRepositories() {
	lists, single := g.listers(), g.singles()
	in := g.byRepository()
	roots := make([]int32, len(g.records)) // as they are before any join
	for _, i := range in {
		roots[i] = g.find(i)
	}
	for from := 0; from < len(in); {
		to := from + 1
		for to < len(in) && g.records[in[to]].repo == g.records[in[from]].repo {
			to++
		}
		if to-from > 1 {
			h := &household{g: g, lists: lists, single: single}
			h.fill(in[from:to], roots)
			h.join()
		}
		from = to
	}
}

// byRepository gives the records that name a repository, by that.
func (g *Graph) byRepository() []int32 {
	var in []int32
	for i := range g.records {
		if r := &g.records[i]; r.repo != 0 && !r.is(enriches|mute) {
			in = append(in, int32(i))
		}
	}
	slices.SortFunc(in, func(a, b int32) int {
		x, y := &g.records[a], &g.records[b]
		return cmp.Or(cmp.Compare(x.repo, y.repo), cmp.Compare(x.id, y.id), cmp.Compare(g.order[x.source], g.order[y.source]))
	})
	return in
}

// listers are the name spaces that list servers of many owners.
func (g *Graph) listers() map[uint64]bool {
	type pair struct {
		space uint64
		owner uint32
	}
	var all []pair
	for i := range g.records {
		if r := &g.records[i]; r.owner != 0 {
			all = append(all, pair{r.space, r.owner})
		}
	}
	slices.SortFunc(all, func(a, b pair) int { return cmp.Or(cmp.Compare(a.space, b.space), cmp.Compare(a.owner, b.owner)) })
	out := map[uint64]bool{}
	owners := 0
	for i, p := range all {
		switch {
		case i == 0 || p.space != all[i-1].space:
			owners = 1
		case p.owner != all[i-1].owner:
			owners++
		}
		if owners == lister {
			out[p.space] = true
		}
	}
	return out
}

// household are the records of one repository, by the sets they are in.
type household struct {
	g      *Graph
	lists  map[uint64]bool
	single []bool
	sets   []household1
	at     []int // which set stands for which, after joins
}

// household1 is one set, as far as it is in this repository.
type household1 struct {
	root    int32
	members []int32
	kinds   kinds
}

func (h *household) fill(in, roots []int32) {
	n := map[int32]int{}
	for _, i := range in {
		r := &h.g.records[i]
		k, ok := n[roots[i]]
		if !ok {
			k = len(h.sets)
			n[roots[i]] = k
			h.sets = append(h.sets, household1{root: roots[i]})
			h.at = append(h.at, k)
		}
		s := &h.sets[k]
		s.members = append(s.members, i)
		s.kinds |= r.kinds
	}
}

func (h *household) find(i int) int {
	for h.at[i] != i {
		i = h.at[i]
	}
	return i
}

func (h *household) join() {
	if len(h.sets) < 2 {
		return
	}
	h.joinNames()
	if h.count() > 1 && len(h.sets) <= crowd {
		h.joinTexts()
	}
	if h.count() > 1 {
		h.joinSides()
	}
}

func (h *household) count() (n int) {
	for i := range h.at {
		n += btoi(h.at[i] == i)
	}
	return n
}

// alone tells that a set is a single name.
func (h *household) alone(k int) bool { return h.single[h.sets[k].members[0]] }

// unite joins two sets, where the reason is enough.
func (h *household) unite(a, b int, why string) {
	e := edge{a: h.speaks(a), b: h.speaks(b), kind: kindRepository, soft: !h.curated(a) || !h.curated(b)}
	x, y := &h.g.records[e.a], &h.g.records[e.b]
	e.kept = h.kept(a) && h.kept(b) || x.is(calledSo) || y.is(calledSo)
	e.aOwns, e.aLike, e.bOwns, e.bLike = x.is(ownRepo), x.is(likeRepo), y.is(ownRepo), y.is(likeRepo)
	switch h.g.may(e) {
	case always:
		h.g.join(e.a, e.b, why)
	case once:
		if !h.g.joinOnce(e, why, h.alone(a) || h.alone(b)) {
			return
		}
	case never:
		return
	}
	if a, b = h.find(a), h.find(b); a != b {
		h.at[max(a, b)] = min(a, b)
	}
}

// speaks gives the record of a set that counts most here.
func (h *household) speaks(k int) int32 {
	best, head := h.sets[k].members[0], h.g.comps[h.g.find(h.sets[k].root)].head
	weight := func(i int32) int {
		r := &h.g.records[i]
		return 4*btoi(r.is(proves) && r.who == head) + 2*btoi(r.is(ownRepo)) + btoi(r.is(likeRepo))
	}
	for _, i := range h.sets[k].members {
		if weight(i) > weight(best) {
			best = i
		}
	}
	return best
}

func (h *household) kept(k int) bool {
	return slices.ContainsFunc(h.sets[k].members, func(i int32) bool { return h.g.records[i].is(kept) })
}

func (h *household) curated(k int) bool {
	return slices.ContainsFunc(h.sets[k].members, func(i int32) bool { return h.g.records[i].is(curated) })
}

// joinNames joins what has one name in one repository: "notes" and
// "acme-notes-mcp" of acme. Folders that differ say otherwise.
func (h *household) joinNames() {
	type named struct {
		name   uint32
		set    int
		record int32
	}
	var all []named
	for k, s := range h.sets {
		for _, i := range s.members {
			r := &h.g.records[i]
			if r.tail != 0 {
				all = append(all, named{r.tail, k, i})
			}
			if r.alt != 0 && r.alt != r.tail {
				all = append(all, named{r.alt, k, i})
			}
		}
	}
	slices.SortFunc(all, func(a, b named) int { return cmp.Or(cmp.Compare(a.name, b.name), a.set-b.set) })
	for i := range all {
		for j := i + 1; j < len(all) && j < i+crowd && all[j].name == all[i].name; j++ {
			a, b := all[i], all[j]
			if a.set != b.set && !h.apart(a.set, b.set) {
				h.unite(a.set, b.set, "repository and name")
			}
		}
	}
}

// apart tells that two sets say to be in two folders.
func (h *household) apart(a, b int) bool {
	x, y := h.folders(a), h.folders(b)
	return len(x) > 0 && len(y) > 0 && !slices.ContainsFunc(x, func(f uint32) bool { return slices.Contains(y, f) })
}

func (h *household) folders(k int) (out []uint32) {
	for _, i := range h.sets[k].members {
		if f := h.g.records[i].folder; f != 0 {
			out = append(out, f)
		}
	}
	return out
}

// joinTexts joins what has one description, or nearly one where there are but
// two, unless packages or words tell them apart.
func (h *household) joinTexts() {
	two := h.count() == 2
	for a := range h.sets {
		for b := a + 1; b < len(h.sets); b++ {
			if h.find(a) == h.find(b) || h.sets[a].kinds&h.sets[b].kinds != 0 || h.apart(a, b) {
				continue
			}
			if h.anyPair(a, b, func(x, y *record) bool {
				return (x.text != 0 && x.text == y.text || two && alike(x, y)) && !distinguished(x, y) && !distinguished(y, x)
			}) {
				h.unite(a, b, "repository and text")
			}
		}
	}
}

func (h *household) anyPair(a, b int, ok func(x, y *record) bool) bool {
	for _, i := range h.sets[a].members {
		for _, j := range h.sets[b].members {
			if ok(&h.g.records[i], &h.g.records[j]) {
				return true
			}
		}
	}
	return false
}

func alike(x, y *record) bool {
	both, either := overlap(&x.prose, &y.prose)
	return both >= 4 && both*10 >= either*6
}

// distinguished tells that a word of x's name is in x's description and in
// nothing of y's: "pro" in "the pro server for grids".
func distinguished(x, y *record) bool {
	for _, w := range x.words {
		if w != 0 && !y.words.has(w) && slices.Contains(x.prose[:], w) && !slices.Contains(y.prose[:], w) {
			return true
		}
	}
	return false
}

// joinSides joins what each list has exactly one of, if nothing speaks against
// it. The registry is one side, whoever tells it; a space in it that lists
// other people's servers is a side of its own.
func (h *household) joinSides() {
	type side struct {
		of  uint64
		set int
	}
	var sides []side
	for k, s := range h.sets {
		for _, i := range s.members {
			if v := (side{h.side(&h.g.records[i]), h.find(k)}); !slices.Contains(sides, v) {
				sides = append(sides, v)
			}
		}
		if len(sides) > crowd {
			return
		}
	}
	for i, s := range sides {
		for _, t := range sides[i+1:] {
			if s.of == t.of {
				return // several of one list
			}
		}
	}
	for a := range h.sets {
		for b := a + 1; b < len(h.sets); b++ {
			if h.find(a) != h.find(b) && !h.apart(a, b) && h.near(a, b) {
				h.unite(a, b, "only one in the repository")
			}
		}
	}
}

// near wants some likeness of two that are each the only one of a list.
func (h *household) near(a, b int) bool {
	if h.anyPair(a, b, func(x, y *record) bool { return x.words.shares(&y.words) }) {
		return true
	}
	return h.sets[a].kinds&h.sets[b].kinds == 0 && h.anyPair(a, b, func(x, y *record) bool {
		both, _ := overlap(&x.prose, &y.prose)
		return both >= 2
	})
}

func (h *household) side(r *record) uint64 {
	switch {
	case h.lists[r.space]:
		return r.space
	case r.is(public):
		return 1
	}
	return uint64(r.source) + 2
}

// joinEnriching lets what only enriches join by its repository, where exactly
// one server has that.
func (g *Graph) joinEnriching() {
	one := map[uint64]int32{} // -1 for none, -2 for several
	for i := range g.records {
		if r := &g.records[i]; r.is(enriches) && r.repo != 0 {
			one[r.repo] = -1
		}
	}
	if len(one) == 0 {
		return
	}
	for i := range g.records {
		r := &g.records[i]
		if was, wanted := one[r.repo]; wanted && !r.is(enriches) {
			switch root := g.find(int32(i)); was {
			case -1, root:
				one[r.repo] = root
			default:
				one[r.repo] = -2
			}
		}
	}
	for i := range g.records {
		if r := &g.records[i]; r.is(enriches) {
			if root, ok := one[r.repo]; ok && root >= 0 && r.repo != 0 {
				// The server stays the root, so that what is left over is one
				// that is its own.
				g.parent[i] = root
				g.merges["repository (more about it)"]++
			}
		}
	}
}
