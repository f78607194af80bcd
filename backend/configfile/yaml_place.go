package configfile

import (
	"bytes"
	"errors"
	"strings"
	"unicode/utf8"

	"go.yaml.in/yaml/v3"
)

// yamlItem is where a member of a mapping or an element of a sequence stands.
type yamlItem struct {
	start int  // of the key, of the "?" before it, of the dash
	key   span // without the "?"; empty for an element
	// colon is the offset behind the ":" or the dash; where there is none, the
	// end of the key or the start of the element.
	colon    int
	hasColon bool
	val      *yaml.Node
	v        span // with its anchor and tag; empty at colon when there is no value
	comma    int  // in a flow collection; -1 for none
}

var errPlace = errors.New("an entry is not where it was thought to be")

// start is the offset of a node, of its anchor or tag if it has one.
func (y *yamlFile) start(n *yaml.Node) int { return y.at(n.Line, n.Column) }

// skip goes over blanks, line ends and comments.
func (y *yamlFile) skip(i int) int {
	for i < len(y.src) {
		switch y.src[i] {
		case ' ', '\t', '\r', '\n':
			i++
		case '#':
			i = y.lineEnd(i)
		default:
			return i
		}
	}
	return i
}

// properties gives the end of the anchor and the tag of a node (its start when
// it has none) and where its content begins.
func (y *yamlFile) properties(n *yaml.Node) (end, content int) {
	i := y.start(n)
	if n.Kind == yaml.AliasNode {
		return i, i
	}
	end = i
	if n.Anchor == "" && n.Style&yaml.TaggedStyle == 0 && (i == len(y.src) || y.src[i] != '!') {
		return i, i
	}
	for i < len(y.src) && (y.src[i] == '&' || y.src[i] == '!') {
		anchor := y.src[i] == '&'
		for i++; i < len(y.src) && !isBlank(y.src[i:i+1]); i++ {
			if y.src[i] == ',' || y.src[i] == ']' || y.src[i] == '}' {
				break // of a flow collection
			}
			if anchor && y.src[i] == ':' {
				break // the key is nothing but its anchor
			}
		}
		end = i
		i = y.skip(i)
	}
	return end, i
}

func quotedStyle(n *yaml.Node) yaml.Style {
	return n.Style & (yaml.DoubleQuotedStyle | yaml.SingleQuotedStyle | yaml.LiteralStyle | yaml.FoldedStyle)
}

// end is the offset behind a node; of a block scalar, behind its last line
// without the line end.
func (y *yamlFile) end(n *yaml.Node) int {
	prop, i := y.properties(n)
	switch n.Kind {
	case yaml.AliasNode:
		return i + 1 + len(n.Value)
	case yaml.ScalarNode:
		return y.scalarEnd(n, prop, i)
	}
	if n.Style&yaml.FlowStyle != 0 && i < len(y.src) && (y.src[i] == '{' || y.src[i] == '[') {
		if len(n.Content) > 0 {
			i = y.childEnd(n, i+1)
		} else {
			i++
		}
		if i = y.skip(i); i < len(y.src) && y.src[i] == ',' {
			i = y.skip(i + 1)
		}
		return min(i+1, len(y.src))
	}
	return y.childEnd(n, i)
}

// childEnd is the offset behind the last child of a collection.
func (y *yamlFile) childEnd(n *yaml.Node, from int) int {
	last := n.Content[len(n.Content)-1]
	if n.Kind == yaml.SequenceNode {
		return y.end(last)
	}
	key := n.Content[len(n.Content)-2]
	if !y.implicit(last) {
		return y.end(last)
	}
	end := y.start(key)
	if !y.implicit(key) {
		end = y.end(key)
	}
	if i := y.skip(end); i < len(y.src) && y.src[i] == ':' {
		return i + 1
	}
	return max(end, from)
}

func (y *yamlFile) scalarEnd(n *yaml.Node, prop, i int) int {
	src := y.src
	switch quotedStyle(n) {
	case yaml.DoubleQuotedStyle:
		for i++; i < len(src) && src[i] != '"'; i++ {
			if src[i] == '\\' {
				i++
			}
		}
		return min(i+1, len(src))
	case yaml.SingleQuotedStyle:
		for i++; i < len(src); i++ {
			if src[i] == '\'' {
				if i+1 == len(src) || src[i+1] != '\'' {
					break
				}
				i++
			}
		}
		return min(i+1, len(src))
	case yaml.LiteralStyle, yaml.FoldedStyle:
		return y.blockEnd(n, i)
	}
	if n.Value == "" {
		return prop
	}
	return y.match(n.Value, i)
}

// match goes over a text that stands in the file as it is but for its white
// space: folded, indented, on several lines.
func (y *yamlFile) match(text string, i int) int {
	end := i
	for at := 0; at < len(text); {
		r, n := utf8.DecodeRuneInString(text[at:])
		if r == ' ' || r == '\t' || r == '\n' || r == '\r' {
			at += n
			continue
		}
		for i < len(y.src) && isBlank(y.src[i:i+1]) {
			i++
		}
		if !bytes.HasPrefix(y.src[min(i, len(y.src)):], []byte(text[at:at+n])) {
			return end // the proof will tell
		}
		i, at = i+n, at+n
		end = i
	}
	return end
}

// blockEnd is the end of the last line of a scalar that begins with | or >.
func (y *yamlFile) blockEnd(n *yaml.Node, header int) int {
	end := y.lineEnd(header)
	text := strings.TrimRight(n.Value, " \t\n")
	if text != "" {
		end = y.lineEnd(y.match(text, end))
	}
	// Blank lines at the end count where the header says so.
	more := strings.Count(n.Value[len(text):], "\n")
	if text != "" && strings.HasSuffix(n.Value, "\n") {
		more--
	}
	for ; more > 0; more-- {
		next := y.nextLine(end)
		if next < 0 || !isBlank(y.src[next:y.lineEnd(next)]) {
			break
		}
		if next == len(y.src) {
			break
		}
		end = y.lineEnd(next)
	}
	return end
}

// nextLine is the start of the line behind the line of an offset, -1 when
// there is none.
func (y *yamlFile) nextLine(at int) int {
	i := bytes.IndexByte(y.src[at:], '\n')
	if i < 0 {
		return -1
	}
	return at + i + 1
}

// braces tells a flow collection with brackets around it. [a: b] has an
// element without.
func (y *yamlFile) braces(n *yaml.Node) bool {
	_, i := y.properties(n)
	return n.Style&yaml.FlowStyle != 0 && i < len(y.src) && (y.src[i] == '{' || y.src[i] == '[')
}

// items gives where the members or elements of a collection stand. They are
// looked for once, until the file changes, and are not to be changed.
func (y *yamlFile) items(n *yaml.Node) (list []yamlItem, err error) {
	if list, known := y.places[n]; known {
		return list, nil
	}
	if n.Kind == yaml.SequenceNode {
		list, err = y.elements(n)
	} else {
		list, err = y.members(n)
	}
	if err != nil {
		return nil, err
	}
	if y.places == nil {
		y.places = map[*yaml.Node][]yamlItem{}
	}
	y.places[n] = list
	return list, nil
}

func (y *yamlFile) members(n *yaml.Node) ([]yamlItem, error) {
	src := y.src
	_, pos := y.properties(n)
	flow := y.braces(n)
	if flow {
		pos++
	}
	list := make([]yamlItem, 0, len(n.Content)/2)
	for i := 0; i+1 < len(n.Content); i += 2 {
		k, v := n.Content[i], n.Content[i+1]
		it := yamlItem{start: y.skip(pos), val: v, comma: -1}
		at := it.start
		if at < len(src) && src[at] == '?' && (y.implicit(k) || y.start(k) > at) {
			at++
		}
		it.key = span{at, at}
		if !y.implicit(k) {
			it.key = span{y.start(k), y.end(k)}
			if it.key.start < at || y.skip(at) != it.key.start {
				return nil, errPlace
			}
		}
		it.colon = it.key.end
		if c := y.skip(it.key.end); c < len(src) && src[c] == ':' {
			it.colon, it.hasColon = c+1, true
		}
		it.v = span{it.colon, it.colon}
		if !y.implicit(v) {
			it.v = span{y.start(v), y.end(v)}
			if !it.hasColon || it.v.start < it.colon || it.v.end < it.v.start {
				return nil, errPlace
			}
		}
		pos = it.v.end
		if flow {
			pos = y.comma(&it, pos)
		}
		list = append(list, it)
	}
	return list, nil
}

func (y *yamlFile) comma(it *yamlItem, pos int) int {
	if c := y.skip(pos); c < len(y.src) && y.src[c] == ',' {
		it.comma = c
		return c + 1
	}
	return pos
}

func (y *yamlFile) elements(n *yaml.Node) ([]yamlItem, error) {
	src := y.src
	_, pos := y.properties(n)
	flow := y.braces(n)
	if flow {
		pos++
	}
	list := make([]yamlItem, 0, len(n.Content))
	for _, v := range n.Content {
		it := yamlItem{start: y.skip(pos), val: v, comma: -1}
		it.key, it.colon = span{it.start, it.start}, it.start
		if !flow {
			if it.start == len(src) || src[it.start] != '-' {
				return nil, errPlace
			}
			it.colon, it.hasColon = it.start+1, true
		}
		it.v = span{it.colon, it.colon}
		if !y.implicit(v) {
			it.v = span{y.start(v), y.end(v)}
			if it.v.start < it.colon || it.v.end < it.v.start {
				return nil, errPlace
			}
		}
		pos = it.v.end
		if flow {
			pos = y.comma(&it, pos)
		}
		list = append(list, it)
	}
	return list, nil
}

// object gives a flow collection as what the edits of one member work on.
func (y *yamlFile) object(n *yaml.Node, items []yamlItem) *object {
	_, open := y.properties(n)
	o := &object{open: open, close: y.end(n) - 1}
	for _, it := range items {
		if it.v.start == it.v.end && it.hasColon && isBlank(y.src[it.v.end:it.v.end+1]) {
			it.v = span{it.v.end + 1, it.v.end + 1} // "a:," would be another key
		}
		o.members = append(o.members, member{key: span{it.start, it.key.end}, val: it.v, comma: it.comma})
	}
	return o
}

// extent is the end of the last line that belongs to an item whose value ends
// at end: comments below it that are indented deeper than the item are its.
func (y *yamlFile) extent(end, column int) int {
	best := y.lineEnd(end)
	for i := y.nextLine(best); i >= 0; i = y.nextLine(i) {
		j := i
		for j < len(y.src) && (y.src[j] == ' ' || y.src[j] == '\t') {
			j++
		}
		switch {
		case j == len(y.src) || y.src[j] == '\n' || y.src[j] == '\r':
		case y.src[j] == '#' && j-i > column:
			best = y.lineEnd(j)
		default:
			return best
		}
	}
	return best
}
