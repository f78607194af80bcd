package configfile

import (
	"bytes"
	"encoding/json"
	"errors"
	"math/big"
	"slices"
	"strings"

	"github.com/pelletier/go-toml/v2"
	"github.com/pelletier/go-toml/v2/unstable"
)

// A TOML file is read twice: go-toml judges it, and its unstable parser tells
// where each expression stands. From the expressions we build the tables, to
// know how each came to be: that decides how a member may be added to it.

type tomlKind uint8

const (
	implicit   tomlKind = iota // only named on the way to others
	header                     // [a.b]
	dotted                     // a.b = 1 inside another table
	inline                     // a = { b = 1 }
	tableArray                 // [[a]]; keys and values are those of its last element
)

// tomlTable is a table of the file. A value is *tomlTable, *tomlList or one of
// the types of Document.Get.
type tomlTable struct {
	kind  tomlKind
	keys  []string
	vals  []any          // beside keys
	at    map[string]int // places of the keys, once there are many
	prior []*tomlTable   // of a tableArray: the elements before the last
	obj   *object        // of an inline table: where it stands; nil inside an array
	names [][]string     // the decoded keys of obj.members
}

// manyKeys is when a look-up beats a walk.
const manyKeys = 16

// find gives the place of a key, -1 when it is not there.
func (t *tomlTable) find(key string) int {
	if t.at != nil {
		if i, ok := t.at[key]; ok {
			return i
		}
		return -1
	}
	return slices.Index(t.keys, key)
}

// child gives the table at a key, nil when there is none.
func (t *tomlTable) child(key string) *tomlTable {
	if i := t.find(key); i >= 0 {
		c, _ := t.vals[i].(*tomlTable)
		return c
	}
	return nil
}

func (t *tomlTable) put(key string, v any) {
	if i := t.find(key); i >= 0 {
		t.vals[i] = v
		return
	}
	t.keys, t.vals = append(t.keys, key), append(t.vals, v)
	if t.at != nil {
		t.at[key] = len(t.keys) - 1
	} else if len(t.keys) == manyKeys {
		t.at = make(map[string]int, 4*manyKeys)
		for i, k := range t.keys {
			t.at[k] = i
		}
	}
}

// fields turns a table into an Object; of a [[list]] its last element.
func (t *tomlTable) fields() Object {
	obj := make(Object, 0, len(t.keys))
	for i, k := range t.keys {
		obj = append(obj, Member{k, plainTOML(t.vals[i])})
	}
	return obj
}

// value turns tables into Objects.
func (t *tomlTable) value() any {
	obj := t.fields()
	if t.kind != tableArray {
		return obj
	}
	list := make([]any, 0, len(t.prior)+1)
	for _, p := range t.prior {
		list = append(list, p.value())
	}
	return append(list, obj)
}

// expression is a line (or more) of the file that stands for itself.
type expression struct {
	span        // without the blanks before and the comment behind
	end2    int // with the comment on its line
	kind    unstable.Kind
	section []string // the header it stands under, as an inner path
	path    []string // full; of a header, the header itself
	val     span     // of a KeyValue
}

type tomlFile struct {
	src   []byte
	exprs []expression
	root  *tomlTable
}

func (t *tomlFile) get(path []string) (any, bool) {
	var v any = t.root
	for _, k := range path {
		if isNamed(k) {
			if list, ok := elements(v); ok { // without turning all of it into plain values
				at := pickTable(list, k)
				if at < 0 {
					return nil, false
				}
				if v = list[at]; at == len(list)-1 {
					v = list[at].fields()
				}
				continue
			}
			list, ok := v.([]any)
			if !ok {
				return nil, false
			}
			if v, ok = pickNamed(list, k); !ok {
				return nil, false
			}
			continue
		}
		switch c := v.(type) {
		case *tomlTable:
			i := c.find(validText(k))
			if c.kind == tableArray || i < 0 {
				return nil, false
			}
			v = c.vals[i]
		case Object:
			var ok bool
			if v, ok = c.Get(validText(k)); !ok {
				return nil, false
			}
		default:
			return nil, false
		}
	}
	return plainTOML(v), true
}

// parseTOML reads a whole file. go-toml refuses a byte order mark that Codex
// accepts, so it does not get to see it.
func parseTOML(src []byte) (*tomlFile, error) {
	body := src[bomLen(src):]
	offset := bomLen(src)
	fail := func(err error) error {
		at := 0
		var d *toml.DecodeError
		var p *unstable.ParserError
		if errors.As(err, &p) && len(p.Highlight) > 0 {
			at = cap(body) - cap(p.Highlight)
		} else if errors.As(err, &d) {
			row, column := d.Position()
			at = offsetOf(body, row, column)
		}
		return broken(src, offset+at, reasonTOML)
	}
	t := &tomlFile{src: src, root: &tomlTable{kind: header}}
	b := tomlBuilder{file: t, offset: offset, table: t.root}
	b.parser.KeepComments = true
	b.parser.Reset(body)
	for b.parser.NextExpression() {
		if err := b.add(b.parser.Expression()); err != nil {
			return nil, err
		}
		if b.keyed > MaxTOMLKeys {
			return nil, tooManyKeys()
		}
	}
	if err := b.parser.Error(); err != nil {
		return nil, fail(err)
	}
	var judge map[string]any
	if err := toml.Unmarshal(body, &judge); err != nil {
		return nil, fail(err)
	}
	return t, nil
}

// offsetOf turns a line and a column in bytes, both from 1, into an offset.
func offsetOf(b []byte, row, column int) int {
	at := 0
	for ; row > 1; row-- {
		n := bytes.IndexByte(b[at:], '\n')
		if n < 0 {
			return len(b)
		}
		at += n + 1
	}
	return min(at+column-1, len(b))
}

type tomlBuilder struct {
	file    *tomlFile
	parser  unstable.Parser
	offset  int // of what the parser sees, in the file
	section []string
	table   *tomlTable
	keyed   int // keys and tables so far
}

func (b *tomlBuilder) span(r unstable.Range) span {
	return span{b.offset + int(r.Offset), b.offset + int(r.Offset+r.Length)}
}

// add records one expression. What clashes is left to go-toml to refuse.
func (b *tomlBuilder) add(n *unstable.Node) error {
	src := b.file.src
	e := expression{kind: n.Kind, section: b.section}
	switch n.Kind {
	case unstable.Comment:
		e.span = b.span(n.Raw)
	case unstable.KeyValue:
		keys, keyEnd := b.keys(n)
		if len(keys)+len(b.section) > MaxDepth {
			return tooDeep()
		}
		e.span = b.span(n.Raw)
		e.path = append(slices.Clip(slices.Clone(b.section)), keys...)
		e.val = span{b.valueStart(keyEnd), e.end}
		t := b.table
		for _, k := range keys[:len(keys)-1] {
			t = t.sub(k, dotted)
		}
		v, err := b.value(n.Value(), e.val, len(e.path))
		if err != nil {
			return err
		}
		t.put(keys[len(keys)-1], v)
	default:
		keys, keyEnd := b.keys(n)
		if len(keys) > MaxDepth {
			return tooDeep()
		}
		it := n.Key()
		it.Next()
		e.start = bytes.LastIndexByte(src[:b.span(it.Node().Raw).start], '[')
		e.end = keyEnd + bytes.IndexByte(src[keyEnd:], ']') + 1
		if n.Kind == unstable.ArrayTable {
			e.start, e.end = e.start-1, e.end+1
		}
		steps := make([]string, 0, len(keys)+1)
		t := b.file.root
		for _, k := range keys[:len(keys)-1] {
			t = t.sub(k, implicit)
			if steps = append(steps, k); t.kind == tableArray {
				steps = append(steps, indexStep(len(t.prior)))
			}
		}
		last := keys[len(keys)-1]
		steps = append(steps, last)
		if n.Kind == unstable.ArrayTable {
			next := &tomlTable{kind: tableArray}
			if old := t.child(last); old != nil && old.kind == tableArray {
				prior := old.prior
				old.prior, old.kind = nil, header
				next.prior = append(prior, old)
			}
			t.put(last, next)
			t = next
			steps = append(steps, indexStep(len(next.prior)))
		} else {
			t = t.sub(last, header)
			if t.kind == implicit {
				t.kind = header
			}
		}
		e.path, e.section = steps, steps
		b.section, b.table = steps, t
	}
	e.end2 = e.end
	if c := n.Next(); n.Kind != unstable.Comment && c.Valid() && c.Kind == unstable.Comment {
		e.end2 = b.span(c.Raw).end
	}
	b.file.exprs = append(b.file.exprs, e)
	return nil
}

// sub gives the table at a key, making it when there is none.
func (t *tomlTable) sub(key string, k tomlKind) *tomlTable {
	if s := t.child(key); s != nil {
		return s
	}
	s := &tomlTable{kind: k}
	t.put(key, s)
	return s
}

func (b *tomlBuilder) keys(n *unstable.Node) (keys []string, end int) {
	b.keyed++
	for it := n.Key(); it.Next(); {
		keys = append(keys, string(it.Node().Data))
		end = b.span(it.Node().Raw).end
	}
	return keys, end
}

// valueStart goes from the end of a key over "=" to the value.
func (b *tomlBuilder) valueStart(keyEnd int) int {
	src := b.file.src
	i := keyEnd + bytes.IndexByte(src[keyEnd:], '=') + 1
	for i < len(src) && (src[i] == ' ' || src[i] == '\t') {
		i++
	}
	return i
}

// value reads a value. at is where it stands, when that is known.
func (b *tomlBuilder) value(n *unstable.Node, at span, depth int) (any, error) {
	if depth > MaxDepth {
		return nil, tooDeep()
	}
	switch n.Kind {
	case unstable.String:
		return string(n.Data), nil
	case unstable.Bool:
		return string(n.Data) == "true", nil
	case unstable.Integer:
		s := strings.TrimPrefix(strings.ReplaceAll(string(n.Data), "_", ""), "+")
		if i, ok := new(big.Int).SetString(s, 0); ok {
			s = i.String()
		}
		return json.Number(s), nil
	case unstable.Float:
		s := strings.TrimPrefix(strings.ReplaceAll(string(n.Data), "_", ""), "+")
		if isNumber([]byte(s)) {
			return json.Number(s), nil
		}
		return s, nil // inf, nan
	case unstable.Array:
		return b.list(n, at, depth)
	case unstable.InlineTable:
		return b.inlineTable(n, at, depth)
	}
	return string(n.Data), nil // dates and times
}

func (b *tomlBuilder) list(n *unstable.Node, at span, depth int) (any, error) {
	var obj *object
	if at.start >= 0 {
		obj = listSpans(b.file.src, at)
	}
	list := []any{}
	for it := n.Children(); it.Next(); {
		if it.Node().Kind == unstable.Comment {
			continue
		}
		place := span{-1, -1}
		if obj != nil && len(list) < len(obj.members) {
			place = obj.members[len(list)].val
		}
		v, err := b.value(it.Node(), place, depth+1)
		if err != nil {
			return nil, err
		}
		list = append(list, v)
	}
	if obj == nil || len(list) != len(obj.members) {
		return plainTOML(&tomlList{vals: list}), nil
	}
	return &tomlList{obj, list}, nil
}

func (b *tomlBuilder) inlineTable(n *unstable.Node, at span, depth int) (any, error) {
	src := b.file.src
	t := &tomlTable{kind: inline}
	obj := &object{open: at.start, close: at.end - 1}
	for it := n.Children(); it.Next(); {
		c := it.Node()
		if c.Kind != unstable.KeyValue {
			continue
		}
		keys, keyEnd := b.keys(c)
		if len(keys)+depth > MaxDepth {
			return nil, tooDeep()
		}
		whole := b.span(c.Raw)
		val := span{b.valueStart(keyEnd), whole.end}
		v, err := b.value(c.Value(), val, depth+len(keys))
		if err != nil {
			return nil, err
		}
		inner := t
		for _, k := range keys[:len(keys)-1] {
			inner = inner.sub(k, dotted)
		}
		inner.put(keys[len(keys)-1], v)
		if at.start < 0 {
			continue
		}
		m := member{key: span{whole.start, keyEnd}, val: val, comma: -1}
		for i := val.end; i < obj.close; i++ {
			if e, _ := TOML.commentEnd(src, i); e > i {
				i = e - 1
			} else if src[i] == ',' {
				m.comma = i
				break
			} else if !isBlank(src[i : i+1]) {
				break
			}
		}
		obj.members = append(obj.members, m)
		t.names = append(t.names, keys)
	}
	if at.start < 0 {
		return t.value(), nil
	}
	t.obj = obj
	return t, nil
}
