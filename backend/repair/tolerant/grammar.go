package tolerant

import (
	"bytes"
	"strings"

	"toolbay/backend/configfile"
	"toolbay/backend/repair/finding"
)

// The grammar reads tokens that may be wrong in several ways at once. Where a
// token does not fit, or fits oddly, each way to put it right becomes a state of
// its own with what it costs, and the cheapest at the end is what was most
// likely meant. Few states live at a time, so that it takes time by the length
// of the text only.

const (
	maxStates = 40
	fewStates = 8
	hopeless  = 2000 // a text that costs more than this and two for each token
	maxWorse  = 30   // a state this much worse than the best one is given up
	maxPops   = 8    // closers put in at one place
)

// What the ways to put it right cost.
const (
	costCloser    = 7 // a missing one
	costCloserEnd = 4 // at the end of the text
	costExtra     = 8
	costExtraEnd  = 5
	costSwap      = 9 // a closer of the other kind
	costComma     = 3
	costColon     = 5
	costOpener    = 8
	costValue     = 8
	costStray     = 8
	costJunk      = 5
	costBraces    = 4 // around the whole text
	costSecond    = 6 // a second text
)

// want is what the grammar waits for.
type want uint8

const (
	wRoot  want = iota // the beginning of a text
	wFirst             // a key or }
	wKey               // a key, after a comma
	wColon             //
	wValue             // of a member
	wEmpty             // an element or ]
	wMore              // an element, after a comma
	wNext              // a comma or a closer
	wDone              // nothing
)

// frame is an object or array that is open. It is never changed.
type frame struct {
	up     *frame
	array  bool
	role   role
	server string // whose entry this is, or is part of
	open   int    // the token that opened it, -1 when none did
	line   int    // the indentation of that token's line
	child  int    // the indentation of its members, -1 when not known
	seen   uint16 // keys that it has, by name
	from   int    // where the member that it is the value of begins
	depth  int
	hash   uint64
}

// run is a row of closers: what they closed.
type run struct {
	up    *run
	frame *frame
	tok   int
}

// op is a way that was taken.
type op struct {
	up *op
	mend
	end bool // it stands behind all tokens
}

type state struct {
	top   *frame
	want  want
	cost  int
	key   name
	label string // of the key that was read
	end   int    // where the last value or bracket ended
	comma int    // the comma's token that was read last, -1 when something came since
	from  int    // where the current member begins: behind what comes before it
	value int    // the last element's token when it is a scalar, -1 otherwise
	run   *run
	ops   *op
	texts int // that have ended
	odd   int // what was taken although it is odd
}

type grammar struct {
	src   []byte
	toks  []token
	jsonc bool // commas may stand before closers
	next  []state
	tail  int // the token behind which only closers and commas stand
	steps int
}

func (g *grammar) emit(s state) {
	if s.top == nil || s.top.depth < configfile.MaxDepth {
		g.next = append(g.next, s)
	}
}

func (s state) with(m mend) state {
	if s.top != nil {
		m.server = s.top.server
	}
	s.ops = &op{up: s.ops, mend: m}
	return s
}

func (s state) charge(n int) state {
	s.cost += n
	return s
}

// push opens an object or array at token i; -1 for one that is not there.
func (g *grammar) push(s state, i int, array bool) state {
	f := &frame{up: s.top, array: array, open: i, child: -1, from: s.from}
	server := false
	if i >= 0 {
		f.line = g.toks[i].col
		server = look(g.toks, i) == aServer
	}
	f.role = child(s.top, s.key, array, server)
	f.hash = 14695981039346656037
	if s.top != nil {
		f.server = s.top.server
		f.hash = s.top.hash
		f.depth = s.top.depth + 1
	}
	if f.role == rServer && (s.top == nil || s.top.role != rServer) {
		f.server = s.label
	}
	f.hash = (f.hash^uint64(i+2))*1099511628211 ^ uint64(btoi(array))
	s.top, s.run, s.comma, s.value = f, nil, -1, -1
	s.want = wFirst
	if array {
		s.want = wEmpty
	}
	if i >= 0 {
		s.end = g.toks[i].end
	}
	return s
}

// pop closes the innermost one. tok is the closer, -1 for one that is put in.
func (g *grammar) pop(s state, tok int) state {
	if tok >= 0 {
		s.run = &run{s.run, s.top, tok}
		s.end = g.toks[tok].end
	}
	s.top = s.top.up
	s.comma, s.value, s.want = -1, -1, wNext
	if s.top == nil {
		s.want = wDone
		s.texts++
	}
	return s
}

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

func lineStart(src []byte, i int) int {
	from := max(0, i-4096)
	return from + bytes.LastIndexByte(src[from:i], '\n') + 1
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

// step moves a state over token i.
func (g *grammar) step(s state, i int) {
	t := &g.toks[i]
	g.steps++
	if t.kind == tJunk {
		g.emit(g.drop(s, i, "JSON_STRAY_TEXT", costJunk))
		return
	}
	switch s.want {
	case wRoot, wDone:
		g.outside(s, i)
	case wFirst, wKey:
		g.member(s, i)
	case wColon:
		g.colon(s, i)
	case wValue:
		g.value(s, i)
	case wEmpty, wMore:
		g.element(s, i)
	case wNext:
		g.after(s, i)
	}
}

// drop leaves a token out.
func (g *grammar) drop(s state, i int, code string, cost int) state {
	t := g.toks[i]
	return s.with(change(code, finding.Confirm, t.start, t.end, "")).charge(cost)
}

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
			n := s.with(change("JSON_UNQUOTED_KEYS", finding.Safe, t.start, t.end, quoteText(string(g.src[t.start:t.end]))))
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

// dropMember leaves out the key that the text ends with.
func (g *grammar) dropMember(s state, i int) state {
	s.from = s.end
	s.want, s.comma = wColon, -1
	t := g.toks[i]
	s.end = t.end
	return s
}
