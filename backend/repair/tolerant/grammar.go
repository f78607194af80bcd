package tolerant

import (
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
