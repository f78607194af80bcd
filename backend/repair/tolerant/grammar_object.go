package tolerant

import (
	"strings"

	"toolbay/backend/configfile"
	"toolbay/backend/repair/finding"
)

// member is where a key is wanted.
func (g *grammar) member(s state, i int) {
	t := &g.toks[i]
	switch t.kind {
	case tString:
		g.key(s, i, true)
	case tCloseObject, tCloseArray:
		g.shut(s, i)
	case tComma:
		g.emit(s.with(change("JSON_EXTRA_COMMA", finding.Safe, t.start, t.end, "")).charge(1))
	case tEnd:
		g.finish(s)
	case tValue: // a number for a key
		if g.toks[i+1].kind == tColon {
			n := s.with(change("JSON_UNQUOTED_KEYS", finding.Safe, t.start, t.end, configfile.Quoted(string(g.src[t.start:t.end]))))
			g.accept(n, i, 0)
			return
		}
		g.emit(g.drop(s, i, "JSON_STRAY_TEXT", costStray))
		g.listed(s, i)
	case tOpenObject:
		g.emit(g.drop(s, i, "JSON_STRAY_TEXT", costStray+1))
		// A server without a name.
		n := s
		n.from, n.key, n.label = s.end, nOther, "server"
		n = n.with(change("JSON_MISSING_VALUE", finding.Confirm, t.start, t.start, `"server": `)).charge(costStray + 2)
		g.emit(g.push(n, i, false))
	case tColon:
		g.emit(g.drop(s, i, "JSON_WRONG_SEPARATOR", 6))
	default:
		g.emit(g.drop(s, i, "JSON_STRAY_TEXT", costStray+1))
	}
}

// key takes a string where a key is wanted; ways says whether other ways to
// read it are tried too.
func (g *grammar) key(s state, i int, ways bool) {
	t := &g.toks[i]
	next := g.toks[i+1]
	if next.kind == tColon {
		cost := fit(s.top, t, look(g.toks, i+2))
		g.accept(s, i, cost)
		if cost > 0 && ways {
			g.elsewhere(s, i, cost)
		}
		return
	}
	// No colon behind it.
	switch {
	case next.kind == tComma && i+2 < len(g.toks) && (g.toks[i+2].kind == tString || g.toks[i+2].kind == tValue || g.toks[i+2].kind == tOpenArray || g.toks[i+2].kind == tOpenObject) &&
		g.toks[min(i+3, len(g.toks)-1)].kind != tColon:
		// "command", "npx": the comma is a colon.
		n := s.charge(costColon + 2)
		g.accept(n, i, 0)
		g.listed(s, i)
	case next.kind == tString || next.kind == tValue || next.kind == tOpenObject || next.kind == tOpenArray:
		g.accept(s, i, 0) // colon() puts it in
		g.listed(s, i)
	case next.kind == tEnd:
		g.emit(g.dropMember(s, i))
	default:
		g.listed(s, i)
		g.split(s, i)
		n := g.drop(s, i, "JSON_STRAY_TEXT", costStray+1)
		g.emit(n)
	}
}

// split takes "command: npx" for a key and its value.
func (g *grammar) split(s state, i int) {
	t := &g.toks[i]
	text := string(g.src[t.start:t.end])
	at := strings.Index(text, ": ")
	if at < 2 || len(text) > 400 || text[0] != '"' {
		return
	}
	at += t.start
	s = s.with(mend{code: "JSON_UNCLOSED_STRING", fix: finding.Confirm, at: t.start, edits: []finding.Edit{{From: at, To: at + 2, New: `": "`}}}).charge(6)
	s.end, s.want, s.comma, s.value, s.run = t.end, wNext, -1, -1, nil
	g.emit(s)
}

// listed takes the value before for the first element of a list that lost its
// opener: "args": "-y", "pkg"].
func (g *grammar) listed(s state, i int) {
	if s.value < 0 || s.comma < 0 || s.top == nil || s.top.array {
		return
	}
	v := g.toks[s.value]
	t := &g.toks[i]
	cost := costOpener
	if s.key == nArgs {
		cost -= 3
	}
	n := s.with(change("JSON_MISSING_OPENER", finding.Confirm, v.start, v.start, "[")).charge(cost)
	end := s.end
	n = g.push(n, s.value, true)
	n.top.open, n.end = s.value, end
	n.top.role = child(s.top, s.key, true, false)
	n.want = wNext
	n.end, n.value = t.end, i
	g.emit(n)
}

// accept takes token i as a key of the innermost object.
func (g *grammar) accept(s state, i, cost int) {
	t := &g.toks[i]
	f := *s.top
	if t.key != nOther {
		f.seen |= 1 << t.key
		if f.role == rOther && (t.key == nCommand || t.key == nURL) {
			f.role = rServer
		}
	}
	if t.first && f.child < 0 {
		f.child = t.col
	}
	s.top = &f
	s.from = s.end
	s.key, s.want, s.comma, s.value, s.run = t.key, wColon, -1, -1, nil
	s.label = ""
	if f.role == rServers || f.role == rRoot || f.role == rOther {
		s.label = strings.Trim(string(g.src[t.start:t.end]), `"'`)
	}
	s.odd += cost
	g.emit(s.charge(cost))
}

// elsewhere tries a key that is odd here in the objects around this one, and in
// those that were closed just before it.
func (g *grammar) elsewhere(s state, i, cost int) {
	t := &g.toks[i]
	a := look(g.toks, i+2)
	comma := s.comma
	if s.want == wKey || s.want == wNext || s.want == wFirst {
		u := s
		for n := 1; n <= maxPops; n++ {
			if u = g.up(s, n); u.top == nil {
				break
			}
			if u.top.array {
				continue
			}
			c := fit(u.top, t, a)
			if c >= cost {
				continue
			}
			w := g.close(keep(s), n)
			w.want, w.comma = wKey, -1
			if comma < 0 {
				w = w.with(change("JSON_MISSING_COMMA", finding.Safe, s.end, s.end, ",")).charge(costComma)
			}
			g.accept(w, i, c)
		}
	}
	g.reopen(s, i)
}

// keep leaves the comma of a state where it is: closers go in front of it.
func keep(s state) state {
	s.comma = -1
	return s
}

// up gives the state with n frames less, to look at only.
func (g *grammar) up(s state, n int) state {
	for range n {
		if s.top == nil {
			break
		}
		s.top = s.top.up
	}
	return s
}

// colon is behind a key.
func (g *grammar) colon(s state, i int) {
	t := &g.toks[i]
	switch t.kind {
	case tColon:
		s.want, s.end = wValue, t.end
		g.emit(s)
	case tString, tValue, tOpenObject, tOpenArray:
		prev := g.toks[i-1]
		n := s.with(change("JSON_MISSING_COLON", finding.Safe, prev.end, prev.end, ":")).charge(costColon)
		n.want = wValue
		g.value(n, i)
	case tComma:
		n := s.with(change("JSON_WRONG_SEPARATOR", finding.Confirm, t.start, t.end, ":"))
		n.want = wValue
		g.emit(n.charge(1))
	case tEnd:
		g.finish(s)
	default:
		g.missing(s, i)
	}
}

// missing puts in the value that a key lacks, and goes on with token i.
func (g *grammar) missing(s state, i int) {
	empty := "null"
	switch s.key {
	case nArgs:
		empty = "[]"
	case nEnv, nServers:
		empty = "{}"
	case nCommand, nURL:
		empty = `""`
	}
	at := g.toks[i-1].end
	text := " " + empty
	if s.want == wColon {
		text = ": " + empty
	}
	s = s.with(change("JSON_MISSING_VALUE", finding.Confirm, at, at, text)).charge(costValue)
	s.want, s.end, s.value, s.comma = wNext, at, -1, -1
	g.after(s, i)
}

// dropMember leaves out the key that the text ends with.
func (g *grammar) dropMember(s state, i int) state {
	s.from = s.end
	s.want, s.comma = wColon, -1
	t := g.toks[i]
	s.end = t.end
	return s
}
