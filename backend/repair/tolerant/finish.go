package tolerant

import (
	"strings"

	"toolbay/backend/repair/finding"
)

// second marks where another whole text begins.
const second = "second"

// finish ends a state with the text: what is open is closed, and what was cut
// in the middle is left out.
func (g *grammar) finish(s state) {
	if s.top == nil {
		g.emit(s)
		return
	}
	last := g.toks[len(g.toks)-2]
	cut := last.cut || s.want == wColon || s.want == wValue || s.want == wMore
	m := mend{code: "JSON_TRUNCATED", fix: finding.Safe, at: s.end}
	if cut {
		m.fix = finding.Confirm
		from := s.from
		if s.top.array && s.want != wColon && s.want != wValue {
			from = s.top.from
		}
		// The entry that is cut would start something else than was meant.
		for f := s.top; f != nil; f = f.up {
			if f.role == rServer && f.up != nil && (f.up.role == rServers || f.up.role == rList) {
				from, m.server = f.from, f.server
				s.top = f.up
			}
		}
		if m.server == "" && s.top.array && from == s.top.from && s.top.up != nil {
			s.top = s.top.up
		}
		m.needs = "where the text was cut off"
		m.args = map[string]string{"lost": m.server}
		m.edits = append(m.edits, finding.Edit{From: from, To: last.end})
		m.at = last.end
		s.end = from
		s.cost += 2
	} else {
		if s.want == wKey {
			m.fix = finding.Confirm
			if s.comma >= 0 && !g.jsonc {
				t := g.toks[s.comma]
				m.edits = append(m.edits, finding.Edit{From: t.start, To: t.end})
			}
		} else if last.kind == tValue && last.end == len(g.src) {
			m.fix = finding.Confirm // a number may go on
		} else if s.odd > 0 {
			m.fix = finding.Confirm
		}
	}
	var b strings.Builder
	at := s.end
	n := 0
	for f := s.top; f != nil; f = f.up {
		if f.open >= 0 || f.up != nil {
			n++
		}
		b.WriteString(g.closer(f))
	}
	s.cost += n * costCloserEnd
	if n == 0 && !cut { // only the brace of the whole text, which had no first one either
		m.code, m.fix = "JSON_MISSING_ROOT_BRACES", finding.Safe
	}
	m.edits = append(m.edits, finding.Edit{From: at, To: at, New: b.String()})
	s.ops = &op{up: s.ops, mend: m, end: true}
	s.top, s.want = nil, wDone
	s.texts++
	g.emit(s)
}

// run reads all tokens; the last one is tEnd. It gives the ways taken, in the
// order of the text.
func (g *grammar) run() (ms []mend, cost int, ok bool) {
	states := []state{{want: wRoot, comma: -1, value: -1}}
	for g.tail = len(g.toks) - 1; g.tail > 0; g.tail-- {
		if k := g.toks[g.tail-1].kind; k != tCloseObject && k != tCloseArray && k != tComma {
			break
		}
	}
	type place struct {
		hash uint64
		want want
		key  name
		run  int
	}
	at := map[place]int{}
	for i := range g.toks {
		g.next = g.next[:0]
		for _, s := range states {
			g.step(s, i)
		}
		if len(g.next) == 0 {
			return nil, 0, false
		}
		if len(g.next) == 1 {
			states = append(states[:0], g.next[0])
			continue
		}
		best := g.next[0].cost
		for _, s := range g.next {
			best = min(best, s.cost)
		}
		if best > hopeless+2*i {
			return nil, 0, false // no text of this kind
		}
		clear(at)
		states = states[:0]
		for _, s := range g.next {
			if s.cost > best+maxWorse {
				continue
			}
			p := place{want: s.want, key: s.key}
			if s.top != nil {
				p.hash = s.top.hash
			}
			if s.run != nil {
				p.run = s.run.tok + 1
			}
			if k, dup := at[p]; dup {
				if s.cost < states[k].cost {
					states[k] = s
				}
				continue
			}
			at[p] = len(states)
			states = append(states, s)
		}
		most := maxStates
		if g.steps > 10*(i+hopeless) {
			most = fewStates // much is wrong: the nearest meaning will do
		}
		if len(states) > most {
			states = cheapest(states, most)
		}
	}
	bestAt := -1
	for i, s := range states {
		if s.top == nil && (bestAt < 0 || s.cost < states[bestAt].cost) {
			bestAt = i
		}
	}
	if bestAt < 0 {
		return nil, 0, false
	}
	s := states[bestAt]
	for o := s.ops; o != nil; o = o.up {
		ms = append(ms, o.mend)
	}
	for i, j := 0, len(ms)-1; i < j; i, j = i+1, j-1 {
		ms[i], ms[j] = ms[j], ms[i]
	}
	return ms, s.cost, true
}

// cheapest keeps the n states that cost least, the earlier of equals.
func cheapest(states []state, n int) []state {
	var count [256]int
	low := states[0].cost
	for _, s := range states {
		low = min(low, s.cost)
	}
	for _, s := range states {
		count[min(255, s.cost-low)]++
	}
	limit, sum := 0, 0
	for c, k := range count {
		if sum += k; sum > n {
			limit = c
			break
		}
		limit = c + 1
	}
	out := states[:0]
	for _, s := range states {
		if s.cost-low < limit || s.cost-low == limit && len(out) < n {
			out = append(out, s)
		}
	}
	if len(out) == 0 {
		out = states[:n]
	}
	return out[:min(len(out), n)]
}
