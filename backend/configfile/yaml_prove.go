package configfile

import (
	"errors"

	"go.yaml.in/yaml/v3"
)

// prove parses the result of an edit and compares it with what it was made
// from, node by node: at path stands the value (or nothing), all else is as it
// was, each alias stands for what it stood for. at is path, with the name that
// an element has then.
func (y *yamlFile) prove(out []byte, path, at []string, value any, there bool) (*Document, error) {
	after, err := Parse(out, YAML)
	if err != nil {
		return nil, unproved(err)
	}
	c := yamlCompare{y.root: after.yaml.root}
	if !c.along(y.root, after.yaml.root, path) {
		return nil, unproved(errors.New("a neighbour changed"))
	}
	v, ok := after.Get(at...)
	if ok && !there {
		// What a mapping takes over from others shows again.
		_, depth, err := after.yaml.walk(path)
		ok = err != nil || depth == len(path) && !isNamed(path[depth-1])
	}
	if ok != there || there && !same(v, value) {
		return nil, unproved(errors.New("the member is not what it should be"))
	}
	return after, nil
}

// yamlCompare knows which node of the result an anchored one has become.
type yamlCompare map[*yaml.Node]*yaml.Node

// along compares two collections but for what stands at the end of path.
func (c yamlCompare) along(b, a *yaml.Node, path []string) bool {
	if b == nil || a == nil || b.Anchor != a.Anchor {
		return false
	}
	c[b] = a
	bn, an := yamlChildren(b, path[0]), yamlChildren(a, path[0])
	if bn < 0 || an < 0 {
		return false
	}
	if bn > 0 && an > 0 && (b.Kind != a.Kind || b.Tag != a.Tag) {
		return false
	}
	bi, ai := yamlStep(b, path[0]), yamlStep(a, path[0])
	last := len(path) == 1
	switch { // several elements may have one name, and a new value a new one
	case bn == an && bi >= 0:
		ai = bi
	case last && an < bn:
		ai = -1
	case last && an > bn:
		bi = -1
	}
	if !last && (bi < 0 || ai < 0) {
		return false
	}
	i, j := 0, 0
	for i < bn || j < an {
		atB, atA := i == bi, j == ai
		if atB && atA {
			if last {
				if b.Kind == yaml.MappingNode && !c.equal(b.Content[2*i], a.Content[2*j]) {
					return false
				}
			} else {
				if b.Kind == yaml.MappingNode && !c.equal(b.Content[2*i], a.Content[2*j]) || !c.along(yamlChild(b, i), yamlChild(a, j), path[1:]) {
					return false
				}
			}
			i, j = i+1, j+1
			continue
		}
		if atB {
			i++
			continue
		}
		if atA {
			j++
			continue
		}
		if i >= bn || j >= an {
			return false
		}
		if b.Kind == yaml.MappingNode && !c.equal(b.Content[2*i], a.Content[2*j]) || !c.equal(yamlChild(b, i), yamlChild(a, j)) {
			return false
		}
		i, j = i+1, j+1
	}
	return true
}

// yamlChildren counts the members or elements; -1 when a step cannot lead into
// the node.
func yamlChildren(n *yaml.Node, step string) int {
	switch {
	case n.Kind == yaml.ScalarNode && scalarValue(n) == nil:
		return 0
	case n.Kind == yaml.MappingNode && !isNamed(step):
		return len(n.Content) / 2
	case n.Kind == yaml.SequenceNode && isNamed(step):
		return len(n.Content)
	}
	return -1
}

func yamlStep(n *yaml.Node, step string) int {
	switch n.Kind {
	case yaml.MappingNode:
		if i := ownMember(n, step); i >= 0 {
			return i / 2
		}
	case yaml.SequenceNode:
		return element(n, step)
	}
	return -1
}

func yamlChild(n *yaml.Node, i int) *yaml.Node {
	if n.Kind == yaml.MappingNode {
		return n.Content[2*i+1]
	}
	return n.Content[i]
}

func (c yamlCompare) equal(b, a *yaml.Node) bool {
	if b.Kind != a.Kind || b.Tag != a.Tag || b.Value != a.Value || b.Anchor != a.Anchor || b.Style != a.Style || len(b.Content) != len(a.Content) {
		return false
	}
	if b.Kind == yaml.AliasNode {
		return c[b.Alias] == a.Alias
	}
	if b.Anchor != "" {
		c[b] = a
	}
	for i := range b.Content {
		if !c.equal(b.Content[i], a.Content[i]) {
			return false
		}
	}
	return true
}
