package tolerant

import (
	"bytes"
	"encoding/json"
	"strconv"
	"strings"

	"toolbay/backend/configfile"
	"toolbay/backend/repair/finding"
)

// tree is a value of a text that parses, with its places.
type tree struct {
	start, end int
	kind       configfile.Kind
	members    []branch
	places     map[string]int // of the members, made when there are many
	plain      string         // its text, once asked for
}

// branch is a member of an object; from is where the comma or brace before it
// ends, comma where its own comma ends, 0 without one.
type branch struct {
	key                string
	from, keyAt, keyTo int
	val                *tree
	comma              int
}

type grower struct {
	src []byte
	lex *configfile.Lexer
	off int
	tok configfile.Token
}

func newGrower(src []byte, at int) *grower {
	g := &grower{src: src, lex: configfile.NewLexer(src[at:]), off: at}
	g.next()
	return g
}

func (g *grower) next() {
	for {
		g.tok = g.lex.Next()
		g.tok.Start, g.tok.End = g.tok.Start+g.off, g.tok.End+g.off
		if g.tok.Kind != configfile.LineComment && g.tok.Kind != configfile.BlockComment {
			return
		}
	}
}

// grow reads one value; nil where there is none that parses.
func (g *grower) grow(depth int) *tree {
	t := &tree{start: g.tok.Start, end: g.tok.End, kind: g.tok.Kind}
	if g.tok.Flaw != configfile.Flawless || depth > configfile.MaxDepth {
		return nil
	}
	switch t.kind {
	case configfile.BeginObject, configfile.BeginArray:
		closer := configfile.EndObject
		if t.kind == configfile.BeginArray {
			closer = configfile.EndArray
		}
		from := t.end
		for g.next(); g.tok.Kind != closer; {
			b := branch{from: from, keyAt: g.tok.Start, keyTo: g.tok.End}
			if t.kind == configfile.BeginObject {
				if g.tok.Kind != configfile.String || g.tok.Flaw != configfile.Flawless {
					return nil
				}
				_ = json.Unmarshal(g.src[g.tok.Start:g.tok.End], &b.key)
				if g.next(); g.tok.Kind != configfile.Colon {
					return nil
				}
				g.next()
			}
			if b.val = g.grow(depth + 1); b.val == nil {
				return nil
			}
			if g.tok.Kind == configfile.Comma {
				b.comma, from = g.tok.End, g.tok.End
				g.next()
			} else if g.tok.Kind != closer {
				return nil
			}
			t.members = append(t.members, b)
		}
		t.end = g.tok.End
	case configfile.String, configfile.Number, configfile.Word:
	default:
		return nil
	}
	g.next()
	return t
}

func (t *tree) object() bool { return t.kind == configfile.BeginObject }

func (t *tree) get(key string) *tree {
	if len(t.members) > 16 {
		if t.places == nil {
			t.places = make(map[string]int, len(t.members))
			for i, b := range t.members {
				t.places[b.key] = i
			}
		}
		if i, ok := t.places[key]; ok {
			return t.members[i].val
		}
		return nil
	}
	for i := len(t.members) - 1; i >= 0; i-- {
		if t.members[i].key == key {
			return t.members[i].val
		}
	}
	return nil
}

// server tells that an object is a server's entry.
func (t *tree) server() bool {
	if !t.object() {
		return false
	}
	for _, b := range t.members {
		switch known(b.key) {
		case nCommand, nURL, nArgs:
			return true
		}
	}
	return false
}

// text is a value without its blanks and comments.
func (t *tree) text(src []byte) string {
	if t.plain != "" {
		return t.plain
	}
	var b strings.Builder
	lx := configfile.NewLexer(src[t.start:t.end])
	for k := lx.Next(); k.Kind != configfile.EOF; k = lx.Next() {
		if k.Kind != configfile.LineComment && k.Kind != configfile.BlockComment {
			b.Write(src[t.start+k.Start : t.start+k.End])
			b.WriteByte(' ')
		}
	}
	t.plain = b.String()
	return t.plain
}

// valid looks at a text that parses: what means something else than was meant.
func valid(src []byte, f configfile.Format, r *Reading) []mend {
	var ms []mend
	lx := configfile.NewLexer(src)
	var toks []token
	for t := lx.Next(); t.Kind != configfile.EOF; t = lx.Next() {
		if t.Kind != configfile.String {
			toks = append(toks, token{kind: kinds[t.Kind], start: t.Start, end: t.End})
			continue
		}
		text := src[t.Start+1 : t.End-1]
		toks = append(toks, token{kind: tString, start: t.Start, end: t.End, key: known(string(text[:min(len(text), 30)]))})
		if m, ok := silent(text, t.Start+1); ok {
			ms = append(ms, m)
		}
		if at := hidden(text); at >= 0 {
			m := mend{code: "JSON_INVISIBLE_CHARS", fix: finding.Confirm, at: t.Start + 1 + at}
			m.edits = without(text, t.Start+1)
			ms = append(ms, m)
		}
	}
	if len(toks) == 1 && toks[0].kind == tString {
		if m, ok := escaped(src, toks[0], f, r); ok {
			return []mend{m}
		}
	}
	if len(ms) > 0 {
		toks = append(toks, token{kind: tEnd, start: len(src)})
		servers := owners(toks, src)
		for i := range ms {
			ms[i].server = servers(ms[i].at)
		}
	}
	d, err := configfile.Parse(src, f)
	if err != nil || len(d.Duplicates()) == 0 {
		return ms
	}
	if root := newGrower(src, bomLen(src)).grow(0); root != nil {
		dup := &doubles{src: src}
		dup.object(root, 0)
		ms = append(ms, dup.mends...)
	}
	return ms
}

func bomLen(src []byte) int {
	if strings.HasPrefix(string(src[:min(3, len(src))]), "\xef\xbb\xbf") {
		return 3
	}
	return 0
}

var kinds = map[configfile.Kind]kind{
	configfile.BeginObject: tOpenObject, configfile.EndObject: tCloseObject, configfile.BeginArray: tOpenArray,
	configfile.EndArray: tCloseArray, configfile.Colon: tColon, configfile.Comma: tComma, configfile.Number: tValue,
	configfile.Word: tValue, configfile.LineComment: tJunk, configfile.BlockComment: tJunk,
}

// silent finds a Windows path whose backslashes became tabs and line ends.
func silent(text []byte, at int) (mend, bool) {
	m := mend{code: "JSON_SILENT_ESCAPE", fix: finding.Confirm, at: at, needs: "whether this is a path"}
	if !driveOnly().Match(text) && !drive().Match(text) {
		return m, false
	}
	lone := false
	for i := 0; i < len(text); i++ {
		if text[i] != '\\' {
			continue
		}
		n := 1
		for i+n < len(text) && text[i+n] == '\\' {
			n++
		}
		if n%2 == 1 {
			if i+n < len(text) && (text[i+n] == '"' || text[i+n] == '/') {
				return m, false
			}
			lone = true
			m.edits = append(m.edits, finding.Edit{From: at + i, To: at + i, New: strings.Repeat(`\`, n)})
		}
		i += n - 1
	}
	return m, lone
}

// hidden gives where a text has a character that nobody sees and that no
// language needs: inside of a name or value it is never meant.
func hidden(text []byte) int {
	for i, c := range string(text) {
		if invisible(c) {
			return i
		}
	}
	return -1
}

func invisible(r rune) bool {
	return r == 0x200b || r == 0x2060 || r == 0xfeff || r == 0xad || r >= 0x202a && r <= 0x202e || r >= 0x2066 && r <= 0x2069
}

func without(text []byte, at int) []finding.Edit {
	var out []finding.Edit
	for i, c := range string(text) {
		if invisible(c) {
			out = append(out, finding.Edit{From: at + i, To: at + i + len(string(c))})
		}
	}
	return out
}

// escaped finds a whole text that was made a string. What is wrong inside of it
// is mended with it: a text that parses must not become one that does not.
func escaped(src []byte, t token, f configfile.Format, r *Reading) (mend, bool) {
	var s string
	if json.Unmarshal(src[t.start:t.end], &s) != nil {
		return mend{}, false
	}
	if s = strings.TrimSpace(s); !strings.HasPrefix(s, "{") {
		return mend{}, false
	}
	if parses([]byte(s), f) {
		return change("TEXT_ESCAPED", finding.Safe, t.start, t.end, s), true
	}
	text := []byte(s)
	for range 6 {
		in := Read(text, f)
		if len(in.Findings) == 0 || bytes.Equal(in.Text, text) {
			break
		}
		r.Comments, r.Parked = append(r.Comments, in.Comments...), append(r.Parked, in.Parked...)
		text = in.Text
	}
	if !parses(text, f) || !bytes.HasPrefix(text, []byte("{")) {
		return mend{}, false
	}
	return change("TEXT_ESCAPED", finding.Confirm, t.start, t.end, string(text)), true
}

// doubles finds keys that an object has twice.
type doubles struct {
	src   []byte
	mends []mend
}

func (d *doubles) object(t *tree, depth int) {
	if depth > configfile.MaxDepth {
		return
	}
	last := map[string]int{}
	for i, b := range t.members {
		if t.object() {
			last[b.key] = i
		}
	}
	count := map[string]int{}
	for i, b := range t.members {
		if !t.object() || last[b.key] == i {
			d.object(b.val, depth+1)
			continue
		}
		keeps := t.members[last[b.key]].val
		m := mend{code: "JSON_DUPLICATE_KEY", fix: finding.Confirm, at: b.keyAt}
		if b.val.server() || keeps.server() {
			m.server = b.key
		}
		drop := finding.Edit{From: b.from, To: b.comma}
		switch {
		case b.val.text(d.src) == keeps.text(d.src):
			m.edits = append(m.edits, drop)
		case b.val.server() && keeps.server():
			m.needs = "which of the two keeps the name"
			key := ""
			for n := 2 + count[b.key]; ; n++ {
				count[b.key]++
				if key = b.key + "-" + strconv.Itoa(n); t.get(key) == nil {
					break
				}
			}
			m.edits = append(m.edits, finding.Edit{From: b.keyAt, To: b.keyTo, New: configfile.Quoted(key)})
		case b.val.object() && keeps.object() && !b.val.server() && !keeps.server():
			merge := &merger{src: d.src}
			merge.into(keeps, b.val, 0)
			m.edits = append(append(m.edits, drop), merge.edits()...)
			m.needs = "whether both belong together"
		default:
			m.edits = append(m.edits, drop)
			m.needs = "which of the two holds"
		}
		d.mends = append(d.mends, m)
	}
}
