package configfile

import (
	"errors"
	"strings"

	"go.yaml.in/yaml/v3"
)

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

func (b *Batch) removeYAML(path []string, tr Trace) error {
	if _, ok := b.doc.Get(path...); !ok {
		return nil
	}
	for steps := 0; len(path) > 0; steps++ {
		y := b.doc.yaml
		parent, depth, err := y.walk(path[:len(path)-1])
		if err != nil {
			return err
		}
		i := -1
		var items []yamlItem
		if depth == len(path)-1 {
			if i, items, err = y.child(parent.node, path, depth); err != nil {
				return err
			}
		}
		if i < 0 { // taken over from a mapping that others share
			return sharedEntry(path)
		}
		if steps > 0 && !y.bare(items[i]) {
			return nil
		}
		if y.usedOutside(items[i].val) || y.usedOutside(keyOf(parent.node, i)) {
			return sharedEntry(path)
		}
		gap := tr.Gap
		if tr.Created > steps {
			gap = nil
		}
		if err := b.went(parent.node, items, i, y.remove(parent, items, i, gap)); err != nil {
			return err
		}
		if steps > 0 {
			b.wishes.empty(path)
		} else {
			b.wishes.drop(path)
		}
		if _, more := b.doc.Get(path...); more && isNamed(path[len(path)-1]) {
			return b.removeYAML(path, tr) // a second element of that name
		}
		if path = path[:len(path)-1]; steps == tr.Created {
			break
		}
	}
	y := b.doc.yaml
	if tr.Whole != nil && y.root != nil && len(y.root.Content) == 0 && y.braces(y.root) {
		at := span{y.start(y.root), y.end(y.root)}
		if err := b.reparse(tr.Whole.undo(y.src, at)); err != nil {
			return err
		}
		if b.doc.yaml.root != nil {
			return unproved(errors.New("the file does not become empty"))
		}
		b.wishes.empty(nil)
	}
	return nil
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

func (b *Batch) updateYAML(path []string, value any) error {
	d, y := b.doc, b.doc.yaml
	parent, _ := d.Get(path[:len(path)-1]...)
	if _, ok := parent.(Object); !ok && !(parent == nil && y.root != nil) {
		return wrongShape(path[:len(path)-1])
	}
	s, depth, err := y.walk(path)
	if err != nil {
		return err
	}
	if depth < len(path)-1 {
		if _, ok := d.Get(path[:len(path)-1]...); ok {
			return sharedEntry(path[:depth+1])
		}
		return wrongShape(path[:len(path)-1])
	}
	if depth < len(path) {
		if old, ok := d.Get(path...); ok && Same(old, value) {
			return nil // taken over from another mapping
		}
		_, err := b.insertYAML(path, value, true)
		return err
	}
	return b.replaceYAML(s, path, value)
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
