package configfile

import (
	"encoding/json"
	"math/big"
	"strings"

	"go.yaml.in/yaml/v3"
)

// isMerge tells the key << that takes over the members of other mappings.
func isMerge(k *yaml.Node) bool {
	return k.Kind == yaml.ScalarNode && k.Value == "<<" && (k.Tag == "" || k.Tag == "!" || k.ShortTag() == "!!merge")
}

func behindAlias(n *yaml.Node) *yaml.Node {
	if n.Kind == yaml.AliasNode {
		return n.Alias
	}
	return n
}

// keyText is a key as a path names it; ok is false for keys that are no text,
// number or the like.
func keyText(k *yaml.Node) (string, bool) {
	k = behindAlias(k)
	return k.Value, k.Kind == yaml.ScalarNode
}

// ownMember gives the place of a key in Content, -1 when the mapping does not
// have it by itself.
func ownMember(n *yaml.Node, key string) int {
	for i := len(n.Content) - 2; i >= 0; i -= 2 {
		if k, ok := keyText(n.Content[i]); ok && k == key && !isMerge(n.Content[i]) {
			return i
		}
	}
	return -1
}

// mergedMember finds a key that a mapping takes over from others.
func mergedMember(n *yaml.Node, key string, depth int) *yaml.Node {
	if depth > MaxDepth {
		return nil
	}
	for _, from := range mergedFrom(n) {
		if i := ownMember(from, key); i >= 0 {
			return from.Content[i+1]
		}
		if v := mergedMember(from, key, depth+1); v != nil {
			return v
		}
	}
	return nil
}

// mergedFrom gives the mappings that n takes members over from; the first that
// has a key wins.
func mergedFrom(n *yaml.Node) []*yaml.Node {
	var from []*yaml.Node
	for i := 0; i+1 < len(n.Content); i += 2 {
		if !isMerge(n.Content[i]) {
			continue
		}
		v := behindAlias(n.Content[i+1])
		list := []*yaml.Node{v}
		if v.Kind == yaml.SequenceNode {
			list = v.Content
		}
		for _, m := range list {
			if m = behindAlias(m); m.Kind == yaml.MappingNode {
				from = append(from, m)
			}
		}
	}
	return from
}

// element gives the place in Content of the element that a step names, -1 when
// there is none.
func element(n *yaml.Node, step string) int {
	for i := len(n.Content) - 1; i >= 0; i-- {
		if isElement(n.Content[i], step) {
			return i
		}
	}
	return -1
}

// isElement tells the element that a step names.
func isElement(e *yaml.Node, step string) bool {
	key, value, _ := named(step)
	if e = behindAlias(e); e.Kind != yaml.MappingNode {
		return false
	}
	v := mergedMember(e, key, 0)
	if at := ownMember(e, key); at >= 0 {
		v = e.Content[at+1]
	}
	return v != nil && yamlValue(behindAlias(v)) == any(value)
}

func (y *yamlFile) get(path []string) (any, bool) {
	n := y.root
	for _, step := range path {
		if n = behindAliasOrNil(n); n == nil {
			return nil, false
		}
		var next *yaml.Node
		switch {
		case isNamed(step) && n.Kind == yaml.SequenceNode:
			if i := element(n, step); i >= 0 {
				next = n.Content[i]
			}
		case !isNamed(step) && n.Kind == yaml.MappingNode:
			if i := ownMember(n, validText(step)); i >= 0 {
				next = n.Content[i+1]
			} else {
				next = mergedMember(n, validText(step), 0)
			}
		}
		n = next
	}
	if n == nil {
		return nil, false
	}
	return yamlValue(n), true
}

func behindAliasOrNil(n *yaml.Node) *yaml.Node {
	if n == nil {
		return nil
	}
	return behindAlias(n)
}

// yamlValue gives the value of a node with aliases and merges followed. Parse
// has seen to it that this ends, and soon.
func yamlValue(n *yaml.Node) any {
	n = behindAlias(n)
	switch n.Kind {
	case yaml.ScalarNode:
		return scalarValue(n)
	case yaml.SequenceNode:
		list := make([]any, len(n.Content))
		for i, e := range n.Content {
			list[i] = yamlValue(e)
		}
		return list
	case yaml.MappingNode:
		obj := make(Object, 0, len(n.Content)/2)
		seen := make(map[string]bool, len(n.Content)/2)
		add := func(m *yaml.Node) {
			for i := 0; i+1 < len(m.Content); i += 2 {
				k, ok := keyText(m.Content[i])
				if ok && !isMerge(m.Content[i]) && !seen[k] {
					seen[k] = true
					obj = append(obj, Member{k, yamlValue(m.Content[i+1])})
				}
			}
		}
		add(n)
		for _, from := range mergedFrom(n) {
			// What from merges itself is a merge of its value.
			for _, m := range yamlValue(from).(Object) {
				if !seen[m.Key] {
					seen[m.Key] = true
					obj = append(obj, m)
				}
			}
		}
		return obj
	}
	return nil
}

// scalarValue reads a scalar by the core schema of YAML 1.2. What YAML 1.1
// reads otherwise (yes, 0777, 1_000, dates) is a text here.
func scalarValue(n *yaml.Node) any {
	quoted := n.Style&(yaml.DoubleQuotedStyle|yaml.SingleQuotedStyle|yaml.LiteralStyle|yaml.FoldedStyle) != 0
	if n.Style&yaml.TaggedStyle != 0 {
		switch n.ShortTag() {
		case "!!null", "!!bool", "!!int", "!!float":
			return plainValue(n.Value)
		}
		return n.Value
	}
	if quoted {
		return n.Value
	}
	return plainValue(n.Value)
}

func plainValue(s string) any {
	switch s {
	case "", "~", "null", "Null", "NULL":
		return nil
	case "true", "True", "TRUE":
		return true
	case "false", "False", "FALSE":
		return false
	}
	if c := s[0]; c != '+' && c != '-' && c != '.' && (c < '0' || c > '9') {
		return s
	}
	number := strings.TrimPrefix(s, "+")
	switch {
	case isNumber([]byte(number)):
		return json.Number(number)
	case strings.HasPrefix(s, "0x"), strings.HasPrefix(s, "0o"):
		if i, ok := new(big.Int).SetString(s, 0); ok && !strings.Contains(s, "_") {
			return json.Number(i.String())
		}
	case strings.HasPrefix(number, ".") && isNumber([]byte("0"+number)):
		return json.Number("0" + number)
	case strings.HasPrefix(s, "-.") && isNumber([]byte("-0"+s[1:])):
		return json.Number("-0" + s[1:])
	case strings.HasSuffix(number, ".") && isNumber([]byte(number+"0")):
		return json.Number(number + "0")
	}
	return s
}
