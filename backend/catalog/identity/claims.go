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
				edges = append(edges, edge{a: c.record, b: d.record, kind: kind, soft: soft})
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
	open := a.is(public) || b.is(public)
	sameText := a.text != 0 && a.text == b.text
	switch {
	case a.repo != 0 && a.repo == b.repo:
		return true, false
	case doubtful && !(a.tail != 0 && a.tail == b.tail):
		return false, false
	case k == kindRemote:
		return true, open && a.space != b.space
	case a.repo != 0 && b.repo != 0:
		switch {
		case a.owner == b.owner:
			return true, false
		case a.core == b.core: // a fork, or one that moved
			return true, open
		}
		return sameText, true
	}
	return true, open && a.space != b.space
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
				edges = append(edges, edge{a: sorted[i-1].record, b: sorted[i].record, kind: k, soft: a.repo != b.repo})
			}
		}
	}
	return edges
}

// joinEdges joins first what is proved. A claim alone then joins two sets only
// when not both have a record that is proved or taken at its word, or, once
// for each set, when both are a single name: so nobody can glue two servers
// together by naming the packages of both.
func (g *Graph) joinEdges(edges []edge) {
	slices.SortFunc(edges, func(a, b edge) int {
		return cmp.Or(btoi(a.soft)-btoi(b.soft), cmp.Compare(a.kind, b.kind), g.compareEnds(a, b))
	})
	first := slices.IndexFunc(edges, func(e edge) bool { return e.soft })
	if first < 0 {
		first = len(edges)
	}
	for _, e := range edges[:first] {
		g.join(e.a, e.b, kindNames[e.kind])
	}
	if first == len(edges) {
		return
	}
	single := g.singles()
	var unsure []edge
	for _, e := range edges[first:] {
		a, b := g.find(e.a), g.find(e.b)
		switch {
		case a == b:
		case g.comps[a].core && g.comps[b].core:
			unsure = append(unsure, e)
		default:
			g.join(a, b, kindNames[e.kind])
		}
	}
	for _, e := range unsure {
		a, b := g.find(e.a), g.find(e.b)
		if a == b || !g.records[e.a].is(proved) || !g.records[e.b].is(proved) || g.comps[a].used || g.comps[b].used {
			continue
		}
		if single[e.a] || single[e.b] {
			g.join(a, b, kindNames[e.kind])
			g.comps[g.find(a)].used = true
		}
	}
}

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
