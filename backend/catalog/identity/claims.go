package identity

import (
	"cmp"
	"slices"
)

// edge is a reason to join two records.
type edge struct {
	a, b int32
	kind kind
	// soft is a reason that rests on the word of somebody who did not prove it.
	soft bool
	// aOwns and bOwns tell that it is what the record's name owns.
	aOwns, bOwns bool
	// aLike and bLike, that its owner is only called alike.
	aLike, bLike bool
	// kept tells that both sides have it from lists whose makers take it up, or
	// that the owner of one side's names is called as what both name.
	kept bool
}

// crowd is from how many claimants on a key is judged by its names alone:
// what so many servers start is not one of them.
const crowd = 40

// joinClaims joins what names the same package, image, file or address.
func (g *Graph) joinClaims() {
	slices.SortFunc(g.claims, func(a, b claim) int {
		return cmp.Or(cmp.Compare(a.key, b.key), cmp.Compare(a.record, b.record))
	})
	var edges []edge
	for from := 0; from < len(g.claims); {
		to := from + 1
		for to < len(g.claims) && g.claims[to].key == g.claims[from].key {
			to++
		}
		if to-from > 1 {
			edges = g.edgesOf(edges, g.claims[from:to])
		}
		from = to
	}
	g.joinEdges(edges)
}

// edgesOf compares everybody who claims one key.
func (g *Graph) edgesOf(edges []edge, claims []claim) []edge {
	kind, doubtful := claims[0].kind, claims[0].wrapper
	claims = slices.DeleteFunc(slices.Clone(claims), func(c claim) bool { return g.records[c.record].is(mute) })
	if kind == kindRemote {
		claims = slices.DeleteFunc(slices.Clone(claims), func(c claim) bool { return g.records[c.record].is(several) })
	}
	if len(claims) > crowd {
		return g.crowded(edges, claims, kind)
	}
	doubtful = doubtful || g.strangers(claims) > 3
	for i, c := range claims {
		for _, d := range claims[i+1:] {
			a, b := &g.records[c.record], &g.records[d.record]
			if a.id == b.id {
				continue
			}
			if ok, soft := compatible(a, b, kind, doubtful); ok {
				edges = append(edges, edge{a: c.record, b: d.record, kind: kind, soft: soft && !c.owned && !d.owned, aOwns: c.owned, bOwns: d.owned, aLike: c.like, bLike: d.like})
			}
		}
	}
	return edges
}

// strangers counts the claimants who have no word of their name in common with
// one counted before, one for each name.
func (g *Graph) strangers(claims []claim) int {
	byID := slices.Clone(claims)
	slices.SortFunc(byID, func(a, b claim) int { return cmp.Compare(g.records[a.record].id, g.records[b.record].id) })
	var seen []*record
	for _, c := range byID {
		r := &g.records[c.record]
		if !slices.ContainsFunc(seen, func(s *record) bool {
			return s.words.shares(&r.words) || s.repo != 0 && s.repo == r.repo
		}) {
			seen = append(seen, r)
		}
	}
	return len(seen)
}

// compatible tells whether two who claim one key may be one server, and
// whether that rests on word alone.
func compatible(a, b *record, k kind, doubtful bool) (ok, soft bool) {
	// Two lists that are looked after, and one owner's two names, are taken at
	// their word.
	open := !(a.is(curated) && b.is(curated)) && !(a.is(proves) && b.is(proves) && a.who == b.who)
	sameText := a.text != 0 && a.text == b.text
	switch {
	case a.repo != 0 && a.repo == b.repo:
		return true, open
	case doubtful && !(a.tail != 0 && a.tail == b.tail):
		return false, false
	case k != kindRemote && a.repo != 0 && b.repo != 0 && a.owner != b.owner && a.core != b.core:
		return sameText, true // neither a fork nor one that moved
	}
	return true, open
}

// crowded joins the claimants of a key with many by repository and by name.
func (g *Graph) crowded(edges []edge, claims []claim, k kind) []edge {
	for _, of := range []func(*record) uint64{
		func(r *record) uint64 { return r.repo },
		func(r *record) uint64 { return uint64(r.tail) },
	} {
		sorted := slices.Clone(claims)
		slices.SortFunc(sorted, func(a, b claim) int {
			x, y := &g.records[a.record], &g.records[b.record]
			return cmp.Or(cmp.Compare(of(x), of(y)), cmp.Compare(x.id, y.id))
		})
		for i := 1; i < len(sorted); i++ {
			a, b := &g.records[sorted[i-1].record], &g.records[sorted[i].record]
			if v := of(a); v != 0 && v == of(b) && a.id != b.id {
				c, d := sorted[i-1], sorted[i]
				edges = append(edges, edge{a: c.record, b: d.record, kind: k, soft: true, aOwns: c.owned, bOwns: d.owned, aLike: c.like, bLike: d.like})
			}
		}
	}
	return edges
}

// joinEdges joins first what is proved, then what is claimed, then what two
// that stand by themselves claim of each other.
func (g *Graph) joinEdges(edges []edge) {
	slices.SortFunc(edges, func(a, b edge) int {
		return cmp.Or(btoi(a.soft)-btoi(b.soft), cmp.Compare(a.kind, b.kind), g.compareEnds(a, b))
	})
	first := slices.IndexFunc(edges, func(e edge) bool { return e.soft })
	if first < 0 {
		first = len(edges)
	}
	var unsure []edge
	for _, e := range edges[:first] {
		switch g.may(e) {
		case always:
			g.join(e.a, e.b, kindNames[e.kind])
		case once:
			unsure = append(unsure, e)
		}
	}
	if first == len(edges) && len(unsure) == 0 {
		return
	}
	single := g.singles()
	for _, e := range edges[first:] {
		switch g.may(e) {
		case always:
			g.join(e.a, e.b, kindNames[e.kind])
		case once:
			unsure = append(unsure, e)
		case never:
			if e.kind == kindRename {
				g.giveUp(e, single)
			}
		}
	}
	for _, e := range unsure {
		if g.may(e) == once {
			g.joinOnce(e, kindNames[e.kind], single[e.a] || single[e.b])
		}
	}
}

// nobody is the head of a set that two names made, none of which is known to
// own what both name.
const nobody = 1

// joinOnce joins two sets that stand by themselves on a claim alone, if one is
// a single name and neither was joined so before: so nobody can glue two
// servers together by naming the packages of both. It goes by the name of whose
// the thing is.
func (g *Graph) joinOnce(e edge, why string, single bool) bool {
	x, y := g.find(e.a), g.find(e.b)
	if x == y || !single || g.comps[x].used || g.comps[y].used {
		return false
	}
	head := uint64(nobody)
	switch {
	case e.aOwns || e.aLike && !e.bLike && !e.bOwns:
		head = g.comps[x].head
	case e.bOwns || e.bLike && !e.aLike:
		head = g.comps[y].head
	}
	g.join(x, y, why)
	c := &g.comps[g.find(x)]
	c.head, c.own, c.used, c.list = head, true, true, false
	return true
}

// giveUp joins a name that says to be given up for another's. It becomes the
// other's, and what else it names does not.
func (g *Graph) giveUp(e edge, single []bool) {
	x, y := g.find(e.a), g.find(e.b)
	head := g.comps[y].head
	if x == y || !single[e.a] || g.comps[x].curated || g.comps[x].own && g.comps[y].curated || head == 0 {
		return
	}
	g.join(x, y, kindNames[e.kind])
	root := g.find(x)
	c := &g.comps[root]
	c.head, c.own, c.used = head, true, true
}

type verdict uint8

const (
	never verdict = iota
	once
	always
)

// may tells whether a reason is enough to make one set of two. Lists that are
// looked after may name what they like; whoever names what they list is "also
// listed" there. What has an owner whose name is proved becomes another's only
// where that one owns what both name, or, once, where both names stand for one
// package that was asked, or have nothing to install. Two of whom nothing is
// known must name one package.
func (g *Graph) may(e edge) verdict {
	a, b := &g.records[e.a], &g.records[e.b]
	x, y := g.comps[g.find(e.a)], g.comps[g.find(e.b)]
	aHeads, bHeads := a.is(proves) && a.who == x.head, b.is(proves) && b.who == y.head
	aOwns, bOwns := e.aOwns && aHeads, e.bOwns && bHeads
	aLike, bLike := e.aLike && aHeads, e.bLike && bHeads
	weak := e.kind >= kindRemote
	switch {
	case x.curated || y.curated:
		if aOwns || bOwns || !e.soft || !x.stands() || !y.stands() {
			return always
		}
		if a.is(curated|own) && b.is(curated|own) {
			return once
		}
		return never
	case x.head != 0 && x.head == y.head:
		return always
	case x.head != 0 && y.head != 0:
		switch {
		case aOwns && !y.own, bOwns && !x.own, aLike && y.list, bLike && x.list:
			return always
		case (aOwns || bOwns || !weak && a.is(checks) && b.is(checks) || x.bare && y.bare && e.kind == kindRepository) && aHeads && bHeads:
			return once
		}
		return never
	case x.head != 0 || y.head != 0:
		return verdict(2 * btoi(!weak || aOwns || bOwns || e.kept))
	}
	return verdict(2 * btoi(!weak || a.who != 0 && a.who == b.who || e.kept || a.is(kept) && b.is(kept)))
}

// stands tells that a set is a server by itself, whatever others say.
func (c component) stands() bool { return c.curated || c.own }

// singles tells of every record whether its set so far is a single name.
func (g *Graph) singles() []bool {
	first := make([]uint64, len(g.records)) // by root
	many := make([]bool, len(g.records))
	for i := range g.records {
		root, id := g.find(int32(i)), g.records[i].id
		if first[root] == 0 {
			first[root] = id
		}
		many[root] = many[root] || first[root] != id
	}
	out := make([]bool, len(g.records))
	for i := range out {
		out[i] = !many[g.find(int32(i))]
	}
	return out
}

// compareEnds orders edges by what they join and not by when it came.
func (g *Graph) compareEnds(a, b edge) int {
	ends := func(e edge) (uint64, uint64) {
		x, y := g.records[e.a].id, g.records[e.b].id
		return min(x, y), max(x, y)
	}
	a1, a2 := ends(a)
	b1, b2 := ends(b)
	return cmp.Or(cmp.Compare(a1, b1), cmp.Compare(a2, b2))
}

func btoi(b bool) int {
	if b {
		return 1
	}
	return 0
}
