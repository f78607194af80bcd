package tolerant

import (
	"toolbay/backend/repair/finding"
)

// outside is before, between and behind whole texts.
func (g *grammar) outside(s state, i int) {
	t := &g.toks[i]
	cost := 0
	if s.want == wDone {
		cost = costSecond
	}
	switch t.kind {
	case tOpenObject, tOpenArray:
		s.from = t.start
		if s.want == wDone {
			s.ops = &op{up: s.ops, mend: mend{code: second, at: t.start}}
		}
		g.emit(g.push(s.charge(cost), i, t.kind == tOpenArray))
	case tString:
		if g.toks[min(i+1, len(g.toks)-1)].kind == tColon {
			n := s.charge(cost + costBraces)
			if s.want == wDone {
				n.ops = &op{up: n.ops, mend: mend{code: second, at: t.start}}
				g.reopen(s, i)
			}
			n.from = t.start
			at := t.start
			if t.first {
				at = t.bol
			}
			n = n.with(change("JSON_MISSING_ROOT_BRACES", finding.Safe, at, at, "{\n"))
			n = g.push(n, -1, false)
			n.end = t.start
			g.member(n, i)
			return
		}
		g.emit(g.drop(s, i, "JSON_STRAY_TEXT", costJunk))
	case tCloseObject, tCloseArray:
		from, to := g.alone(t)
		m := change("JSON_EXTRA_CLOSER", finding.Confirm, from, to, "")
		if i >= g.tail {
			m.fix = finding.Safe
		}
		s = s.charge(costExtraEnd)
		s.ops = &op{up: s.ops, mend: m}
		g.emit(s)
	case tComma:
		m := change("JSON_EXTRA_COMMA", finding.Safe, t.start, t.end, "")
		if g.toks[i+1].kind != tEnd {
			m.fix = finding.Confirm
		}
		s = s.charge(2)
		s.ops = &op{up: s.ops, mend: m}
		if s.want == wDone {
			s.comma = i
		}
		g.emit(s)
	case tEnd:
		g.emit(s)
	default:
		g.emit(g.drop(s, i, "JSON_STRAY_TEXT", costJunk))
	}
}

// reopen takes back the closers that stand right before token i, one more for
// each state.
func (g *grammar) reopen(s state, i int) {
	t := s
	for n, r := 1, s.run; r != nil && n <= 4; n, r = n+1, r.up {
		tok := g.toks[r.tok]
		m := change("JSON_EXTRA_CLOSER", finding.Confirm, tok.start, tok.end, "")
		m.server = r.frame.server
		t.ops = &op{up: t.ops, mend: m}
		t.cost += costExtra
		if t.top == nil {
			t.texts--
		}
		t.top = r.frame
		t.run = nil
		t.end = tok.start
		if r.frame.array {
			continue
		}
		u := t
		u.want = wKey
		if s.comma < 0 {
			u = u.with(change("JSON_MISSING_COMMA", finding.Safe, tok.start, tok.start, ",")).charge(costComma)
		}
		u.comma = -1
		g.key(u, i, false)
	}
}
