package configfile

import (
	"bytes"
	"slices"
	"strings"
	"unicode/utf8"

	"go.yaml.in/yaml/v3"
)

// What a Batch knows of a YAML file is carried along over the common edits:
// whole lines of a block that come, go or change. Only these lines are parsed
// then. After any other edit, and where there are anchors, the file is read anew.

// own gives the file as one whose nodes may change, and n in it; nil where they
// may not.
func (b *Batch) own(n *yaml.Node) (*yamlFile, *yaml.Node) {
	y := b.doc.yaml
	if !b.read {
		return y, n
	}
	found := n
	var clone func(from *yaml.Node) *yaml.Node
	clone = func(from *yaml.Node) *yaml.Node {
		if from.Anchor != "" || from.Kind == yaml.AliasNode {
			return nil
		}
		to := *from
		to.Content = make([]*yaml.Node, len(from.Content))
		for i, c := range from.Content {
			if to.Content[i] = clone(c); to.Content[i] == nil {
				return nil
			}
		}
		if from == n {
			found = &to
		}
		return &to
	}
	root := clone(y.root)
	if root == nil {
		return nil, nil
	}
	mine := *y
	mine.root, mine.src, mine.lines, mine.places = root, slices.Clone(y.src), slices.Clone(y.lines), nil
	b.doc, b.read = &Document{format: YAML, src: mine.src, yaml: &mine}, false
	return &mine, found
}

// parts parses whole lines that hold one member or element of a block of that
// kind. first is the number of the line before them.
func parts(lines []byte, kind yaml.Kind, first int) []*yaml.Node {
	doc, more, err := decodeYAML(lines)
	if err != nil || doc == nil || more != nil || len(doc.Content) != 1 {
		return nil
	}
	n := doc.Content[0]
	if n.Kind != kind || n.Style&yaml.FlowStyle != 0 || kind == yaml.MappingNode && len(n.Content) != 2 || kind == yaml.SequenceNode && len(n.Content) != 1 {
		return nil
	}
	moveLines(n, 0, first)
	return n.Content
}

// moveLines adds by to the line of each node behind a line.
func moveLines(n *yaml.Node, behind, by int) {
	if n.Line > behind {
		n.Line += by
	}
	for _, c := range n.Content {
		moveLines(c, behind, by)
	}
}

// lineOf is the number of the line of an offset.
func (y *yamlFile) lineOf(at int) int {
	n, found := slices.BinarySearch(y.lines, at)
	if found {
		return n + 1
	}
	return n
}

// rewrite makes edits and moves the lines along.
func (b *Batch) rewrite(y *yamlFile, edits []edit) {
	for i := len(edits) - 1; i >= 0; i-- {
		e := edits[i]
		y.src = slices.Replace(y.src, e.start, e.end, []byte(e.text)...)
		y.ascii = y.ascii && !strings.ContainsFunc(e.text, func(r rune) bool { return r >= utf8.RuneSelf })
		from, to := y.lineOf(e.start), y.lineOf(e.end) // the lines that begin in what is replaced
		for l := to; l < len(y.lines); l++ {
			y.lines[l] += len(e.text) - (e.end - e.start)
		}
		var begin []int
		for at, c := range []byte(e.text) {
			if c == '\n' {
				begin = append(begin, e.start+at+1)
			}
		}
		y.lines = slices.Replace(y.lines, from, to, begin...)
	}
	b.doc.src = y.src
	y.line, y.column, y.offset, y.places = 0, 0, 0, nil
}

// block tells a collection that stands in lines of its own.
func (y *yamlFile) block(n *yaml.Node) bool { return len(n.Content) > 0 && !y.braces(n) }

// lastStart is where the last member or element begins.
func (y *yamlFile) lastStart(n *yaml.Node) int {
	if n.Kind == yaml.MappingNode {
		return y.start(n.Content[len(n.Content)-2])
	}
	return y.start(n.Content[len(n.Content)-1])
}

// came makes the edits that put a member or element behind the others of n.
func (b *Batch) came(n *yaml.Node, edits []edit) error {
	y := b.doc.yaml
	e := edits[0]
	text := strings.TrimPrefix(strings.TrimPrefix(e.text, "\r"), "\n")
	if len(edits) == 1 && e.start == e.end && len(text) < len(e.text) && y.block(n) && e.start == y.lineEnd(e.start) && e.start >= y.lastStart(n) {
		line := y.lineOf(e.start)
		if made := parts([]byte(text), n.Kind, line); made != nil {
			if y, n := b.own(n); y != nil {
				moveLines(y.root, line, strings.Count(e.text, "\n"))
				n.Content = append(n.Content, made...)
				b.rewrite(y, edits)
				return nil
			}
		}
	}
	return b.reparse(splice(y.src, edits))
}

// went makes the edits that take item i of n away.
func (b *Batch) went(n *yaml.Node, items []yamlItem, i int, edits []edit) error {
	y := b.doc.yaml
	e := edits[0]
	if len(edits) == 1 && e.text == "" && y.block(n) && len(items) > 1 && e.end == y.lineEnd(e.end) && (y.src[e.start] == '\n' || y.src[e.start] == '\r') && e.start == y.lineBreak(items[i].start) {
		last, gone := y.lineOf(e.end), bytes.Count(y.src[e.start:e.end], []byte{'\n'})
		line, column := y.lineOf(items[0].start), y.columnOf(items[0].start)+1
		if y, n := b.own(n); y != nil {
			if i == 0 && n.Line == line && n.Column == column { // a block begins where its first item does
				n.Line, n.Column = y.lineOf(items[1].start), y.columnOf(items[1].start)+1
			}
			if n.Kind == yaml.MappingNode {
				n.Content = slices.Delete(n.Content, 2*i, 2*i+2)
			} else {
				n.Content = slices.Delete(n.Content, i, i+1)
			}
			moveLines(y.root, last, -gone)
			b.rewrite(y, edits)
			return nil
		}
	}
	return b.reparse(splice(y.src, edits))
}

// became makes the edits that give the member at path, which is it, another
// value.
func (b *Batch) became(it yamlItem, path []string, edits []edit) error {
	y := b.doc.yaml
	parent, depth, err := y.walk(path[:len(path)-1])
	if err != nil || depth < len(path)-1 || isNamed(path[len(path)-1]) || parent.flow || !y.block(parent.node) || !startsLine(y.src, it.start) {
		return b.reparse(splice(y.src, edits))
	}
	i := ownMember(parent.node, path[len(path)-1])
	from, to := lineStart(y.src, it.start), y.lineEnd(it.v.end)
	out := splice(y.src, edits)
	end := moved(to, edits, true)
	first, last := y.lineOf(from), y.lineOf(to)
	if i >= 0 && edits[0].start >= from && edits[len(edits)-1].end <= to {
		if made := parts(out[from:end], yaml.MappingNode, first-1); made != nil {
			by := bytes.Count(out[from:end], []byte{'\n'}) - bytes.Count(y.src[from:to], []byte{'\n'})
			if y, n := b.own(parent.node); y != nil {
				moveLines(y.root, last, by)
				n.Content[i], n.Content[i+1] = made[0], made[1]
				b.rewrite(y, edits)
				return nil
			}
		}
	}
	return b.reparse(out)
}
