package configfile

import (
	"strings"

	"go.yaml.in/yaml/v3"

	"toolbay/backend/model"
)

// yamlSpot is a value on the way along a path.
type yamlSpot struct {
	node   *yaml.Node
	item   *yamlItem // nil for the root
	column int       // of the key or the dash
	flow   bool      // inside a flow collection
}

func sharedEntry(path []string) error {
	return model.Fail(CodeShared, nil, "name", stepName(path[len(path)-1]))
}

// empty tells a value that a first member can take the place of.
func empty(n *yaml.Node, step string) bool {
	switch n.Kind {
	case yaml.MappingNode:
		return len(n.Content) == 0 && !isNamed(step)
	case yaml.SequenceNode:
		return len(n.Content) == 0 && isNamed(step)
	}
	return n.Kind == yaml.ScalarNode && scalarValue(n) == nil
}

// child finds a step in a collection; -1 when it is not there. The errors are
// wrong_shape and entry_shared, of the path that leads to the collection.
func (y *yamlFile) child(n *yaml.Node, path []string, depth int) (i int, items []yamlItem, err error) {
	here, step := path[:max(depth, 1)], path[depth]
	if n.Kind == yaml.AliasNode || y.shared[n] {
		return 0, nil, sharedEntry(here)
	}
	if empty(n, step) {
		return -1, nil, nil
	}
	if isNamed(step) != (n.Kind == yaml.SequenceNode) || n.Kind == yaml.ScalarNode {
		return 0, nil, wrongShape(here)
	}
	if n.Style&yaml.FlowStyle != 0 && !y.braces(n) {
		return 0, nil, wrongShape(here)
	}
	if isNamed(step) {
		i = element(n, step)
	} else if i = ownMember(n, step); i >= 0 {
		i /= 2
	}
	items, err = y.items(n)
	if err != nil {
		return 0, nil, unproved(err)
	}
	return i, items, nil
}

// walk follows a path as far as it goes.
func (y *yamlFile) walk(path []string) (s yamlSpot, depth int, err error) {
	s = yamlSpot{node: y.root, column: -1}
	for depth = 0; depth < len(path); depth++ {
		i, items, err := y.child(s.node, path, depth)
		if err != nil || i < 0 {
			return s, depth, err
		}
		flow := s.flow || y.braces(s.node)
		s = yamlSpot{node: items[i].val, item: &items[i], column: y.columnOf(items[i].start), flow: flow}
	}
	return s, depth, nil
}

func spaces(n int) string { return strings.Repeat(" ", max(n, 0)) }

func (b *Batch) insertYAML(path []string, value any, override bool) (Trace, error) {
	y := b.doc.yaml
	if y.root == nil {
		out, w := wholeBetween(y.src, YAML, y.from, y.to, func(l layout) string {
			s := yamlStyle{eol: l.eol, unit: "  ", dash: "  "}
			return s.members(wrap(path, value).(Object), "")
		})
		return Trace{Created: len(path) - 1, Whole: w}, b.first(out, path, value)
	}
	s, depth, err := y.walk(path)
	if err != nil {
		return Trace{}, err
	}
	last := len(path) - 1
	if depth > last {
		return Trace{}, exists(path[last])
	}
	if !override && s.node.Kind == yaml.MappingNode && mergedMember(s.node, path[depth], 0) != nil {
		if depth < last {
			return Trace{}, sharedEntry(path[:depth+1])
		}
		return Trace{}, exists(path[last])
	}
	tr := Trace{Created: last - depth}
	v := nest(path[depth:], value)
	var edits []edit
	if edits, tr.Gap, err = y.insert(s, path[:depth+1], v); err != nil {
		return Trace{}, err
	}
	b.wishes.put(path[:depth+1], v)
	return tr, b.came(s.node, edits)
}

// insert adds a member or an element behind the last one of a collection.
func (y *yamlFile) insert(s yamlSpot, path []string, v any) (edits []edit, gap *string, err error) {
	n, step := s.node, path[len(path)-1]
	style := y.styleAt(n, y.start(n))
	block := func(indent string) string {
		if isNamed(step) {
			return style.element(v, indent)
		}
		text, _ := style.after(v, indent)
		return style.key(step, false) + text
	}
	if len(n.Content) == 0 && !s.flow {
		if edits, gap := y.fill(s, isNamed(step), style, block); edits != nil {
			return edits, gap, nil
		}
	}
	if y.braces(n) {
		items, err := y.items(n)
		if err != nil {
			return nil, nil, unproved(err)
		}
		o := y.object(n, items)
		if y.quotedKeys(s, items) {
			style.quoteKeys, style.quote = true, '"'
		}
		edits, gap = o.insert(y.src, YAML, o, false, func(layout) string {
			if isNamed(step) {
				return style.inline(v)
			}
			return style.key(step, true) + " " + style.inline(v)
		})
		return edits, gap, nil
	}
	if len(n.Content) == 0 {
		return nil, nil, wrongShape(path[:max(len(path)-1, 1)])
	}
	items, err := y.items(n)
	if err != nil {
		return nil, nil, unproved(err)
	}
	column := y.columnOf(items[0].start)
	indent, last := spaces(column), items[len(items)-1]
	at := y.extent(last.v.end, column)
	text := style.eol + indent + block(indent)
	if at == len(y.src) && y.endsOpen(last.val) && startsLine(y.src, last.start) {
		// A line end behind the last text of the file would become part of it.
		if at = y.beforeLast(items, column); at < 0 {
			at = lineStart(y.src, last.start)
			text = indent + block(indent) + style.eol
		}
	}
	return []edit{{span{at, at}, text}}, nil, nil
}

// beforeLast is the end of the line behind which something can stand before
// the last item and the comments right above it; -1 when there is no such line.
func (y *yamlFile) beforeLast(items []yamlItem, column int) int {
	if len(items) > 1 {
		return y.extent(items[len(items)-2].v.end, column)
	}
	line := lineStart(y.src, items[0].start)
	for {
		prev := y.lineBreak(line)
		if prev < 0 {
			return -1
		}
		above := lineStart(y.src, prev)
		text := strings.TrimLeft(string(y.src[above:prev]), " \t")
		if !strings.HasPrefix(text, "#") || prev-above-len(text) > column {
			return prev
		}
		line = above
	}
}

// endsOpen tells a block scalar at the end of a file without a last line end,
// which would be part of the text if it were there.
func (y *yamlFile) endsOpen(n *yaml.Node) bool {
	for len(n.Content) > 0 && !y.braces(n) {
		n = n.Content[len(n.Content)-1]
	}
	if n.Kind != yaml.ScalarNode || n.Style&(yaml.LiteralStyle|yaml.FoldedStyle) == 0 {
		return false
	}
	_, header := y.properties(n)
	return !strings.Contains(string(y.src[header:y.lineEnd(header)]), "-")
}

// fill puts the first member into what is written as nothing, null, {} or [],
// in lines of its own. nil when it has to stay within its braces.
func (y *yamlFile) fill(s yamlSpot, list bool, style yamlStyle, block func(indent string) string) (edits []edit, gap *string) {
	if s.item == nil {
		at := span{y.start(s.node), y.end(s.node)}
		old := string(y.src[at.start:at.end])
		if _, c := y.properties(s.node); c != at.start || !y.braces(s.node) || hasComment(old) || !startsLine(y.src, at.start) || !isBlank(y.src[at.end:y.lineEnd(at.end)]) {
			return nil, nil
		}
		return []edit{{at, block(spaces(y.columnOf(at.start)))}}, &old
	}
	at := span{y.hold(s), s.item.v.end}
	old := string(y.src[at.start:at.end])
	if hasComment(old) || !s.item.hasColon {
		return nil, nil
	}
	indent := spaces(s.column) + style.unit
	if list {
		indent = spaces(s.column) + style.dash
	}
	end := y.extent(at.end, s.column)
	return []edit{{at, ""}, {span{end, end}, style.eol + indent + block(indent)}}, &old
}

// hold is the offset behind the colon or dash of a value, behind its anchor
// and tag if it has some.
func (y *yamlFile) hold(s yamlSpot) int {
	if prop, _ := y.properties(s.node); prop > s.item.v.start && s.item.v.start > s.item.colon {
		return prop
	}
	return s.item.colon
}

func hasComment(text string) bool { return strings.ContainsAny(text, "#\n") }

// quotedKeys tells that keys stand in double quotes: JSON inside YAML.
func (y *yamlFile) quotedKeys(s yamlSpot, items []yamlItem) bool {
	if len(items) == 0 {
		return s.item != nil && s.item.key.start < s.item.key.end && y.src[s.item.key.start] == '"'
	}
	k := items[len(items)-1].key
	return k.start < k.end && y.src[k.start] == '"'
}
