package tolerant

import (
	"toolbay/backend/repair/finding"
)

// value is behind a colon.
func (g *grammar) value(s state, i int) {
	t := &g.toks[i]
	switch t.kind {
	case tOpenObject, tOpenArray:
		g.emit(g.push(s, i, t.kind == tOpenArray))
	case tString, tValue:
		if t.kind == tString && g.toks[i+1].kind == tColon {
			// A key: the value is missing, or the bracket that opens it.
			n := s.with(change("JSON_MISSING_OPENER", finding.Confirm, t.start, t.start, "{")).charge(costOpener - 1 + 4*btoi(s.key != nEnv && s.key != nServers && s.key != nOther))
			n = g.push(n, -1, false)
			n.top.line, n.end = t.col, t.start
			g.key(n, i, false)
			if i > 0 {
				g.missing(s, i)
			}
			return
		}
		s.want, s.end, s.value, s.comma, s.run = wNext, t.end, i, -1, nil
		g.emit(s)
	case tColon:
		g.emit(s.with(change("JSON_WRONG_SEPARATOR", finding.Confirm, t.start, t.end, "")).charge(2))
	case tEnd:
		g.finish(s)
	case tCloseArray:
		// "args": "-y"] lost its opener; "args": ] too.
		if s.key == nArgs {
			n := s.with(change("JSON_MISSING_OPENER", finding.Confirm, t.start, t.start, "[")).charge(costOpener)
			n = g.push(n, i, true)
			g.emit(g.pop(n, i))
		}
		g.missing(s, i)
	case tCloseObject:
		if s.key == nEnv || s.key == nServers {
			n := s.with(change("JSON_MISSING_OPENER", finding.Confirm, t.start, t.start, "{")).charge(costOpener)
			n = g.push(n, i, false)
			g.emit(g.pop(n, i))
		}
		g.missing(s, i)
	default:
		g.missing(s, i)
	}
}

// element is where an array's element is wanted.
func (g *grammar) element(s state, i int) {
	t := &g.toks[i]
	switch t.kind {
	case tString, tValue:
		if t.kind == tString && g.toks[i+1].kind == tColon {
			// A key: the array's closer is missing before it.
			n := s
			n.want = wNext
			g.elsewhere(n, i, 1000)
			if s.want == wMore || s.want == wEmpty {
				s = s.with(mend{code: "JSON_WRONG_SEPARATOR", fix: finding.Confirm, at: t.end, edits: []finding.Edit{{From: g.toks[i+1].start, To: g.toks[i+1].end, New: ","}}}).charge(costSwap + 2)
				s.want, s.end, s.value, s.run = wNext, t.end, i, nil
				s.comma = -2 // the colon that comes is the comma
				g.emit(s)
			}
			return
		}
		cost := 0
		if t.first {
			cost = s.top.indented(t.col)
			f := *s.top
			if f.child < 0 {
				f.child = t.col
			}
			s.top = &f
		}
		s.want, s.end, s.value, s.comma, s.run = wNext, t.end, i, -1, nil
		g.emit(s.charge(cost))
	case tOpenObject, tOpenArray:
		cost := 0
		if s.top.role == rArgs {
			cost = 4
		}
		if t.first && s.top.child < 0 {
			f := *s.top
			f.child = t.col
			s.top = &f
		}
		s.from = s.end
		s.key, s.label = nOther, ""
		g.emit(g.push(s.charge(cost), i, t.kind == tOpenArray))
	case tCloseArray, tCloseObject:
		g.shut(s, i)
	case tComma:
		g.emit(s.with(change("JSON_EXTRA_COMMA", finding.Safe, t.start, t.end, "")).charge(1))
	case tColon:
		g.emit(g.drop(s, i, "JSON_WRONG_SEPARATOR", 6))
	case tEnd:
		g.finish(s)
	}
}

// after is behind a value.
func (g *grammar) after(s state, i int) {
	t := &g.toks[i]
	switch t.kind {
	case tComma:
		s.comma = i
		s.want = wKey
		if s.top.array {
			s.want = wMore
		}
		g.emit(s)
	case tCloseObject, tCloseArray:
		g.shut(s, i)
	case tEnd:
		g.finish(s)
	case tColon:
		if s.comma == -2 { // element() made a comma of it
			s.comma, s.want = -1, wMore
			g.emit(s)
			return
		}
		// "a": 1: "b" and ["-y": "x"].
		n := s.with(change("JSON_WRONG_SEPARATOR", finding.Confirm, t.start, t.end, ",")).charge(costSwap)
		n.want = wKey
		if s.top.array {
			n.want = wMore
		}
		n.comma = -1
		g.emit(n)
		g.emit(g.drop(s, i, "JSON_WRONG_SEPARATOR", costStray))
	case tOpenObject, tOpenArray:
		if s.top.array {
			n := s.with(change("JSON_MISSING_COMMA", finding.Safe, s.end, s.end, ",")).charge(costComma)
			n.want = wMore
			g.element(n, i)
			return
		}
		g.emit(g.drop(s, i, "JSON_STRAY_TEXT", costStray+1))
	case tString, tValue:
		if !s.top.array && g.toks[i+1].kind != tColon {
			// "npx" stray behind a value, or a list without brackets.
			if s.value >= 0 {
				m := s
				m.comma = 0
				m = m.with(change("JSON_MISSING_COMMA", finding.Safe, s.end, s.end, ",")).charge(costComma)
				g.listed(m, i)
			}
		}
		if s.top.array && t.kind == tString && g.toks[i+1].kind == tColon {
			g.elsewhere(s, i, 1000)
		}
		n := s.with(change("JSON_MISSING_COMMA", finding.Safe, s.end, s.end, ",")).charge(costComma)
		if s.top.array {
			n.want = wMore
			if t.kind != tString || g.toks[i+1].kind != tColon {
				g.element(n, i)
			}
			return
		}
		if t.kind == tValue && g.toks[i+1].kind != tColon {
			g.emit(g.drop(s, i, "JSON_STRAY_TEXT", costStray))
			return
		}
		n.want = wKey
		// The ways to read it put in their own commas.
		if g.toks[i+1].kind != tColon {
			g.key(n, i, false)
			return
		}
		cost := fit(n.top, t, look(g.toks, i+2))
		g.accept(n, i, cost)
		if cost > 0 {
			g.elsewhere(s, i, cost)
		}
	}
}
