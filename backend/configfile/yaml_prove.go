package configfile

import "go.yaml.in/yaml/v3"

// yamlCompare compares a file node by node with what it was. It knows which
// node of the result an anchored one has become.
type yamlCompare map[*yaml.Node]*yaml.Node

// along compares two collections but for what their wish is about: each alias
// stands for what it stood for.
func (c yamlCompare) along(b, a *yaml.Node, w *wish) error {
	if b == nil || a == nil || b.Anchor != a.Anchor {
		return errWay
	}
	c[b] = a
	list := false
	for step := range w.steps {
		list = isNamed(step)
		break
	}
	bn, an := yamlChildren(b, list), yamlChildren(a, list)
	if bn < 0 || an < 0 {
		return errWay
	}
	if bn > 0 && an > 0 && (b.Kind != a.Kind || b.Tag != a.Tag) {
		return errNeighbour
	}
	bw, aw := make([]*wish, bn), make([]*wish, an)
	for step, s := range w.steps {
		if isNamed(step) != list {
			return errWay
		}
		was, is, err := s.matched(yamlSteps(b, step), yamlSteps(a, step), bn == an)
		if err != nil {
			return err
		}
		for _, i := range was {
			bw[i] = s
			if s.emptied && !s.covers(yamlValue(yamlChild(b, i))) {
				return errNeighbour
			}
		}
		if gone, err := s.gone(was, is); err != nil {
			return err
		} else if gone {
			continue
		}
		i := is[len(is)-1]
		aw[i] = s
		if s.known && !Same(yamlValue(yamlChild(a, i)), s.value) {
			return errValue
		}
		if len(was) > 0 && !s.cleared && b.Kind == yaml.MappingNode && !c.equal(b.Content[2*was[0]], a.Content[2*i]) {
			return errNeighbour
		}
	}
	// In the order of the file: an anchor comes before its aliases.
	i, j := 0, 0
	for i < bn || j < an {
		switch {
		case i < bn && bw[i] != nil && bw[i].known:
			i++
			continue
		case j < an && aw[j] != nil && aw[j].known:
			j++
			continue
		case i >= bn || j >= an || bw[i] != aw[j]:
			return errNeighbour
		}
		if b.Kind == yaml.MappingNode && !c.equal(b.Content[2*i], a.Content[2*j]) {
			return errNeighbour
		}
		if s := bw[i]; s != nil {
			if err := c.along(yamlChild(b, i), yamlChild(a, j), s); err != nil {
				return err
			}
		} else if !c.equal(yamlChild(b, i), yamlChild(a, j)) {
			return errNeighbour
		}
		i, j = i+1, j+1
	}
	return nil
}

// yamlChildren counts the members or elements; -1 when the node is neither a
// mapping, with list a list, nor empty.
func yamlChildren(n *yaml.Node, list bool) int {
	switch {
	case n.Kind == yaml.ScalarNode && scalarValue(n) == nil:
		return 0
	case n.Kind == yaml.MappingNode && !list:
		return len(n.Content) / 2
	case n.Kind == yaml.SequenceNode && list:
		return len(n.Content)
	}
	return -1
}

// yamlSteps gives the places of the members or elements that a step means.
func yamlSteps(n *yaml.Node, step string) []int {
	switch n.Kind {
	case yaml.MappingNode:
		if i := ownMember(n, step); i >= 0 {
			return []int{i / 2}
		}
	case yaml.SequenceNode:
		var all []int
		for i := range n.Content {
			if isElement(n.Content[i], step) {
				all = append(all, i)
			}
		}
		return all
	}
	return nil
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
