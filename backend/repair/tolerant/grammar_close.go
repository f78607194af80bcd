package tolerant

import (
	"strings"

	"toolbay/backend/repair/finding"
)

// closer writes a closer that is put in, on its own line when its opener's
// members have theirs.
func (g *grammar) closer(f *frame) string {
	c := "}"
	if f.array {
		c = "]"
	}
	if f.open < 0 {
		return "\n" + c
	}
	open := g.toks[f.open]
	if f.child >= 0 {
		e := open.bol
		for e < len(g.src) && (g.src[e] == ' ' || g.src[e] == '\t') {
			e++
		}
		eol := "\n"
		if n := open.bol; n > 1 && g.src[n-2] == '\r' {
			eol = "\r\n"
		}
		return eol + string(g.src[open.bol:e]) + c
	}
	if !f.array && open.end < len(g.src) && g.src[open.end] == ' ' {
		return " " + c
	}
	return c
}

// close puts in the closers of n open ones.
func (g *grammar) close(s state, n int) state {
	var b strings.Builder
	s = g.trailing(s)
	server := s
	for range n {
		b.WriteString(g.closer(s.top))
		s = g.pop(s, -1)
	}
	m := change("JSON_TRUNCATED", finding.Confirm, s.end, s.end, b.String())
	s.ops = server.with(m).ops
	s.run = nil
	return s.charge(n * costCloser)
}

// trailing takes out the comma before a closer, where it may not stand.
func (g *grammar) trailing(s state) state {
	if s.comma < 0 || g.jsonc {
		return s
	}
	t := g.toks[s.comma]
	s = s.with(change("JSON_TRAILING_COMMA", finding.Safe, t.start, t.end, ""))
	s.comma = -1
	return s
}

// shut takes a closer.
func (g *grammar) shut(s state, i int) {
	t := &g.toks[i]
	array := t.kind == tCloseArray
	odd := g.closes(s.top, i)
	if s.top.array == array {
		g.emit(g.pop(g.trailing(s).charge(odd), i))
	}
	if s.top.array == array && odd == 0 {
		return
	}
	// It closes one further out: those inside lack theirs.
	u := s
	for n := 1; n <= maxPops; n++ {
		if u = g.up(s, n); u.top == nil {
			break
		}
		if u.top.array != array {
			continue
		}
		c := g.closes(u.top, i)
		if s.top.array == array && c >= odd {
			continue
		}
		w := g.close(s, n)
		g.emit(g.pop(w.charge(c), i))
		if c == 0 {
			break
		}
	}
	if s.top.array != array {
		c := "}"
		if s.top.array {
			c = "]"
		}
		w := g.trailing(s).with(change("JSON_WRONG_CLOSER", finding.Confirm, t.start, t.end, c)).charge(costSwap + odd)
		g.emit(g.pop(w, i))
	}
	from, to := g.alone(t)
	w := s.with(change("JSON_EXTRA_CLOSER", finding.Confirm, from, to, "")).charge(costExtra)
	g.emit(w)
}

// alone gives what goes with a closer: its line, when it is alone on it.
func (g *grammar) alone(t *token) (from, to int) {
	e := t.end
	for e < len(g.src) && e < t.end+80 && (g.src[e] == ' ' || g.src[e] == '\t' || g.src[e] == '\r') {
		e++
	}
	if t.first && t.bol > 0 && e < len(g.src) && g.src[e] == '\n' {
		return t.bol, e + 1
	}
	return t.start, t.end
}

// closes says how odd a closer is for that opener.
func (g *grammar) closes(f *frame, i int) int {
	t := &g.toks[i]
	cost := 0
	if t.first && f.open >= 0 && f.line != t.col {
		cost += 3
	}
	next := g.toks[i+1]
	if f.up == nil && next.kind != tEnd {
		cost += 2
	}
	if next.first && next.kind == tString && f.up != nil && !f.up.array && g.toks[min(i+2, len(g.toks)-1)].kind == tColon {
		cost += f.up.indented(next.col) / 2
	}
	return cost
}
