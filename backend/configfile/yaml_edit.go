package configfile

import (
	"errors"
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

func insertYAML(src []byte, path []string, value any, override bool) ([]byte, Trace, error) {
	d, err := Parse(src, YAML)
	if err != nil {
		return nil, Trace{}, err
	}
	y := d.yaml
	if y.root == nil {
		out, w := wholeBetween(src, YAML, y.from, y.to, func(l layout) string {
			s := yamlStyle{eol: l.eol, unit: "  ", dash: "  "}
			return s.members(wrap(path, value).(Object), "")
		})
		after, err := Parse(out, YAML)
		if err != nil {
			return nil, Trace{}, unproved(err)
		}
		if v, _ := after.Get(); !same(v, wrap(path, value)) {
			return nil, Trace{}, unproved(errors.New("the new file says something else"))
		}
		return out, Trace{Created: len(path) - 1, Whole: w}, nil
	}
	s, depth, err := y.walk(path)
	if err != nil {
		return nil, Trace{}, err
	}
	last := len(path) - 1
	if depth > last {
		return nil, Trace{}, model.Fail(CodeExists, nil, "name", stepName(path[last]))
	}
	if !override && s.node.Kind == yaml.MappingNode && mergedMember(s.node, path[depth], 0) != nil {
		if depth < last {
			return nil, Trace{}, sharedEntry(path[:depth+1])
		}
		return nil, Trace{}, model.Fail(CodeExists, nil, "name", stepName(path[last]))
	}
	tr := Trace{Created: last - depth}
	v := nest(path[depth:], value)
	var edits []edit
	if edits, tr.Gap, err = y.insert(s, path[:depth+1], v); err != nil {
		return nil, Trace{}, err
	}
	out := splice(src, edits)
	if _, err := y.prove(out, path[:depth+1], path[:depth+1], v, true); err != nil {
		return nil, Trace{}, err
	}
	return out, tr, nil
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

// usedOutside tells that something in a subtree is what an alias elsewhere
// stands for.
func (y *yamlFile) usedOutside(n *yaml.Node) bool {
	if len(y.shared) == 0 {
		return false
	}
	inside, aliases := map[*yaml.Node]bool{}, map[*yaml.Node]int{}
	var walk func(n *yaml.Node, count func(*yaml.Node))
	walk = func(n *yaml.Node, count func(*yaml.Node)) {
		count(n)
		for _, c := range n.Content {
			walk(c, count)
		}
	}
	walk(n, func(n *yaml.Node) {
		if y.shared[n] {
			inside[n] = true
		}
		if n.Kind == yaml.AliasNode {
			aliases[n.Alias]--
		}
	})
	if len(inside) == 0 {
		return false
	}
	walk(y.root, func(n *yaml.Node) {
		if n.Kind == yaml.AliasNode {
			aliases[n.Alias]++
		}
	})
	for t := range inside {
		if aliases[t] > 0 {
			return true
		}
	}
	return false
}

func removeYAML(src []byte, path []string, tr Trace) ([]byte, error) {
	d, err := Parse(src, YAML)
	if err != nil {
		return nil, err
	}
	if _, ok := d.Get(path...); !ok {
		return src, nil
	}
	for steps := 0; ; steps++ {
		y := d.yaml
		parent, depth, err := y.walk(path[:len(path)-1])
		if err != nil {
			return nil, err
		}
		i := -1
		var items []yamlItem
		if depth == len(path)-1 {
			if i, items, err = y.child(parent.node, path, depth); err != nil {
				return nil, err
			}
		}
		if i < 0 { // taken over from a mapping that others share
			return nil, sharedEntry(path)
		}
		if steps > 0 && !y.bare(items[i]) {
			return src, nil
		}
		if y.usedOutside(items[i].val) || y.usedOutside(keyOf(parent.node, i)) {
			return nil, sharedEntry(path)
		}
		gap := tr.Gap
		if tr.Created > steps {
			gap = nil
		}
		out := splice(src, y.remove(parent, items, i, gap))
		after, err := y.prove(out, path, path, nil, false)
		if err != nil {
			return nil, err
		}
		d, src = after, out
		if _, more := d.Get(path...); more && isNamed(path[len(path)-1]) {
			return removeYAML(src, path, tr) // a second element of that name
		}
		if path = path[:len(path)-1]; steps == tr.Created {
			break
		}
	}
	y := d.yaml
	if tr.Whole != nil && y.root != nil && len(y.root.Content) == 0 && y.braces(y.root) {
		at := span{y.start(y.root), y.end(y.root)}
		out := tr.Whole.undo(src, at)
		if d, err := Parse(out, YAML); err != nil || d.yaml.root != nil {
			return nil, unproved(errors.New("the file does not become empty"))
		}
		return out, nil
	}
	return src, nil
}

// keyOf is the key of a member; of an element, the element.
func keyOf(n *yaml.Node, i int) *yaml.Node {
	if n.Kind == yaml.MappingNode {
		return n.Content[2*i]
	}
	return n.Content[i]
}

// bare tells a value that is an empty pair of braces with nothing around it.
func (y *yamlFile) bare(it yamlItem) bool {
	n := it.val
	if n.Kind == yaml.ScalarNode || n.Kind == yaml.AliasNode || len(n.Content) > 0 || !y.braces(n) {
		return false
	}
	if text := y.src[it.v.start:it.v.end]; text[0] != '{' && text[0] != '[' || !isBlank(text[1:len(text)-1]) {
		return false
	}
	end := y.extent(it.v.end, y.columnOf(it.start))
	rest := strings.TrimLeft(string(y.src[it.v.end:end]), " \t")
	return rest == "" || strings.ContainsAny(rest[:1], ",}]")
}

// remove takes an item away with the comments on its line and those below it
// that are indented deeper. gap is what stands in an emptied collection's
// place then; nil is an empty pair of braces.
func (y *yamlFile) remove(s yamlSpot, items []yamlItem, i int, gap *string) []edit {
	src, it := y.src, items[i]
	if y.braces(s.node) {
		if gap != nil && !isBlank([]byte(*gap)) {
			gap = nil
		}
		return y.object(s.node, items).remove(src, YAML, i, gap)
	}
	own := startsLine(src, it.start)
	end := y.extent(it.v.end, y.columnOf(it.start))
	if len(items) == 1 {
		rest := "{}"
		if s.node.Kind == yaml.SequenceNode {
			rest = "[]"
		}
		if s.item == nil {
			if gap != nil {
				rest = *gap
			}
			return []edit{{span{it.start, it.v.end}, rest}}
		}
		rest = " " + rest
		if gap != nil && (*gap == "" || !isBlank([]byte(*gap))) {
			rest = *gap
		}
		at := y.hold(s)
		if from := y.lineBreak(it.start); own && from >= at {
			return []edit{{span{at, at}, rest}, {span{from, end}, ""}}
		}
		return []edit{{span{at, it.v.end}, rest}}
	}
	if own {
		if end == len(src) && i > 0 && y.endsOpen(items[i-1].val) {
			return []edit{{span{lineStart(src, it.start), end}, ""}} // the line end is the text's
		}
		if from := y.lineBreak(it.start); from >= 0 {
			return []edit{{span{from, end}, ""}}
		}
		return []edit{{span{lineStart(src, it.start), max(y.nextLine(end), end)}, ""}}
	}
	// The first one, behind the dash of the list it is in.
	if i+1 < len(items) && isBlank(src[it.v.end:items[i+1].start]) {
		return []edit{{span{it.start, items[i+1].start}, ""}}
	}
	return []edit{{span{it.start, y.lineEnd(it.v.end)}, ""}}
}

func updateYAML(src []byte, path []string, value any) ([]byte, error) {
	d, err := Parse(src, YAML)
	if err != nil {
		return nil, err
	}
	y := d.yaml
	parent, _ := d.Get(path[:len(path)-1]...)
	if _, ok := parent.(Object); !ok && !(parent == nil && y.root != nil) {
		return nil, wrongShape(path[:len(path)-1])
	}
	s, depth, err := y.walk(path)
	if err != nil {
		return nil, err
	}
	if depth < len(path)-1 {
		if _, ok := d.Get(path[:len(path)-1]...); ok {
			return nil, sharedEntry(path[:depth+1])
		}
		return nil, wrongShape(path[:len(path)-1])
	}
	if depth < len(path) {
		if old, ok := d.Get(path...); ok && same(old, value) {
			return src, nil // taken over from another mapping
		}
		out, _, err := insertYAML(src, path, value, true)
		return out, err
	}
	return y.replace(s, path, path, value)
}

// ambiguous tells that a plain text in there is something else for other
// readers.
func ambiguous(n *yaml.Node) bool {
	if n.Kind == yaml.ScalarNode && quotedStyle(n) == 0 {
		if s, ok := scalarValue(n).(string); ok && s != "" {
			switch strings.ToLower(s) {
			case "y", "n", "yes", "no", "on", "off":
				return true
			}
			return strings.ContainsAny(s[:1], "+-.0123456789") && strings.ContainsAny(s, "0123456789")
		}
	}
	for _, c := range n.Content {
		if ambiguous(c) {
			return true
		}
	}
	return false
}

// put writes a value in the place of another.
func (y *yamlFile) put(s yamlSpot, value any) []edit {
	it, n := s.item, s.node
	style := y.styleAt(n, it.v.start)
	switch quotedStyle(n) { // the habit of the one before it
	case yaml.DoubleQuotedStyle:
		style.quote = '"'
	case yaml.SingleQuotedStyle:
		style.quote = '\''
	}
	if s.flow {
		if it.key.start < it.key.end && y.src[it.key.start] == '"' {
			style.quoteKeys, style.quote = true, '"'
		}
		text := style.inline(value)
		if it.v.start == it.v.end && it.hasColon {
			text = " " + text
		} else if it.v.start == it.v.end {
			text = ": " + text
		}
		return []edit{{it.v, text}}
	}
	text, block := style.after(value, spaces(s.column))
	if block && y.braces(n) && len(n.Content) > 0 {
		text, block = " "+style.inline(value), false
	}
	if !it.hasColon { // "? key" by itself
		text = style.eol + spaces(s.column) + ":" + text
		return []edit{{it.v, text}}
	}
	later := hasNewline(y.src[it.colon:it.v.start])
	if !block {
		switch {
		case it.v.start == it.v.end || it.v.start == it.colon:
			return []edit{{it.v, text}}
		case !later:
			return []edit{{it.v, text[1:]}}
		}
		return []edit{{span{it.colon, it.colon}, text}, {span{y.lineEnd(it.colon), it.v.end}, ""}}
	}
	o, isObject := value.(Object)
	same := isObject && n.Kind == yaml.MappingNode || !isObject && n.Kind == yaml.SequenceNode
	if _, content := y.properties(n); same && len(n.Content) > 0 && content == it.v.start {
		indent := spaces(y.columnOf(it.v.start))
		if isObject {
			return []edit{{it.v, style.members(o, indent)}}
		}
		return []edit{{it.v, style.elements(value.([]any), indent)}}
	}
	if isObject && it.key.start == it.key.end && it.key.start == it.start && y.src[it.start] == '-' {
		return []edit{{span{it.colon, it.v.end}, " " + style.members(o, spaces(s.column+2))}}
	}
	if later {
		return []edit{{span{y.lineEnd(it.colon), it.v.end}, text}}
	}
	return []edit{{span{it.colon, it.v.end}, text}}
}
