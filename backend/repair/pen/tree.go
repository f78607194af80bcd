package pen

import (
	"encoding/json"
	"strings"

	"toolbay/backend/configfile"
)

// node is a value of a JSON text that parses, and where it stands.
type node struct {
	start, end int
	kind       configfile.Kind // BeginObject, BeginArray, or that of its only token
	kids       []*node
	// Of a member of an object: its key.
	key              string
	keyStart, keyEnd int
}

// tree reads a JSON text that parses; nil for one without a value.
func tree(src []byte) *node {
	lx := configfile.NewLexer(src)
	next := func() configfile.Token {
		for {
			t := lx.Next()
			if t.Kind != configfile.LineComment && t.Kind != configfile.BlockComment {
				return t
			}
		}
	}
	var stack []*node
	var root *node
	var key configfile.Token
	put := func(n *node) {
		if len(stack) == 0 {
			root = n
			return
		}
		top := stack[len(stack)-1]
		if top.kind == configfile.BeginObject {
			n.key, n.keyStart, n.keyEnd = unquoted(src[key.Start:key.End]), key.Start, key.End
		}
		top.kids = append(top.kids, n)
	}
	wantKey := false
	for t := next(); t.Kind != configfile.EOF; t = next() {
		inObject := len(stack) > 0 && stack[len(stack)-1].kind == configfile.BeginObject
		switch t.Kind {
		case configfile.BeginObject, configfile.BeginArray:
			n := &node{start: t.Start, kind: t.Kind}
			put(n)
			stack = append(stack, n)
			wantKey = t.Kind == configfile.BeginObject
		case configfile.EndObject, configfile.EndArray:
			if len(stack) == 0 {
				return root
			}
			stack[len(stack)-1].end = t.End
			stack = stack[:len(stack)-1]
			wantKey = false
		case configfile.Comma:
			wantKey = inObject
		case configfile.Colon:
		default:
			if wantKey {
				key, wantKey = t, false
				continue
			}
			put(&node{start: t.Start, end: t.End, kind: t.Kind})
		}
	}
	return root
}

// find gives the member at path, of doubles the last.
func (n *node) find(path []string) *node {
	for _, step := range path {
		if n == nil || n.kind != configfile.BeginObject {
			return nil
		}
		var next *node
		for _, k := range n.kids {
			if k.key == step {
				next = k
			}
		}
		n = next
	}
	return n
}

func unquoted(quoted []byte) string {
	var s string
	if json.Unmarshal(quoted, &s) != nil {
		return string(quoted)
	}
	return s
}

// quoted writes a JSON string that escapes only what must be.
func quoted(s string) string {
	var b strings.Builder
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if enc.Encode(s) != nil {
		return `""`
	}
	return strings.TrimSuffix(b.String(), "\n")
}
