package paste

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"

	"go.yaml.in/yaml/v3"

	"toolbay/backend/configfile"
	"toolbay/backend/pattern"
)

const (
	maxTable = 64 << 10 // of a piece in TOML or YAML
	maxMarks = 5_000    // values in it, roughly
	// dear is how many attempts in vain one at YAML counts as: it costs more than
	// others.
	dear = 20
)

var tomlLine = pattern.New(`^\s*(?:\[.*\]\s*(?:#.*)?|["']?[A-Za-z0-9_.-]+["']?(?:\s*\.\s*["']?[A-Za-z0-9_ .-]+["']?)*\s*=.*|#.*|[\]\}],?\s*|["'].*|)$`)

// toml reads the tables that begin here, as far as lines are TOML.
func (r *reader) toml(rest string) int {
	n := extent(rest, func(l string) bool { return tomlLine().MatchString(l) })
	body := rest[:n]
	if n > maxTable || strings.Count(body, "=")+strings.Count(body, ",") > maxMarks {
		return n
	}
	damaged := false
	for range 20 {
		if o, ok := tomlValue(body); ok {
			r.piece++
			r.document(o, damaged)
			return n
		}
		// The end may be a sentence that looks like more.
		i := strings.LastIndexByte(strings.TrimRight(body, "\n"), '\n')
		if i < 0 {
			return n
		}
		body, damaged = body[:i], true
	}
	return n
}

func tomlValue(body string) (any, bool) {
	body = strings.NewReplacer("“", `"`, "”", `"`, "‘", "'", "’", "'").Replace(body)
	doc, err := configfile.Parse([]byte(body), configfile.TOML)
	if err != nil {
		return nil, false
	}
	return doc.Get()
}

// extent counts the bytes of the lines that belong together.
func extent(s string, belongs func(line string) bool) int {
	n := 0
	for n < len(s) {
		end := strings.IndexByte(s[n:], '\n')
		if end < 0 {
			end = len(s) - n - 1
		}
		if n > 0 && !belongs(strings.TrimRight(s[n:n+end+1], "\n")) {
			break
		}
		n += end + 1
	}
	return n
}

// yaml reads the settings that begin here: lines with names, lists, and
// whatever stands further in than the first.
func (r *reader) yaml(rest string, indent int) int {
	n := extent(rest, func(l string) bool {
		t := strings.TrimLeft(l, " ")
		return t == "" || len(l)-len(t) > indent || strings.HasPrefix(t, "#") || strings.HasPrefix(t, "- ") || yamlKey().MatchString(t)
	})
	body := strings.Repeat(" ", indent) + rest[:n]
	if n > maxTable || strings.Count(body, ":")+strings.Count(body, ",")+strings.Count(body, "- ")+strings.Count(body, "*") > maxMarks {
		return n
	}
	var doc yaml.Node
	if err := yaml.Unmarshal([]byte(strings.ReplaceAll(body, "\t", "  ")), &doc); err != nil || len(doc.Content) == 0 {
		r.vain += dear
		return 0
	}
	nodes := 0
	v, ok := yamlValue(doc.Content[0], 0, &nodes)
	if !ok || !holdsObject(v) {
		r.vain += dear
		return 0
	}
	r.piece++
	r.document(v, false)
	return n
}

var yamlKey = pattern.New(`^["']?[A-Za-z_][\w.-]*["']?\s*:(?:\s|$)`)

// yamlValue turns a node into the types of configfile, without following
// aliases more often than a person would write.
func yamlValue(n *yaml.Node, depth int, nodes *int) (any, bool) {
	if *nodes++; depth > maxDeep || *nodes > maxNodes {
		return nil, false
	}
	switch n.Kind {
	case yaml.AliasNode:
		return yamlValue(n.Alias, depth+1, nodes)
	case yaml.MappingNode:
		o := configfile.Object{}
		for i := 0; i+1 < len(n.Content); i += 2 {
			v, ok := yamlValue(n.Content[i+1], depth+1, nodes)
			if !ok {
				return nil, false
			}
			if n.Content[i].Value == "<<" {
				if more, isMap := v.(configfile.Object); isMap {
					o = append(o, more...)
				}
				continue
			}
			o = append(o, configfile.Member{Key: n.Content[i].Value, Value: v})
		}
		return o, true
	case yaml.SequenceNode:
		l := []any{}
		for _, c := range n.Content {
			v, ok := yamlValue(c, depth+1, nodes)
			if !ok {
				return nil, false
			}
			l = append(l, v)
		}
		return l, true
	}
	switch n.Tag {
	case "!!null":
		return nil, true
	case "!!bool":
		return strings.EqualFold(n.Value, "true") || strings.EqualFold(n.Value, "yes") || strings.EqualFold(n.Value, "on"), true
	case "!!int":
		if json.Valid([]byte(n.Value)) && !bytes.ContainsAny([]byte(n.Value), "eE.") {
			return json.Number(n.Value), true
		}
	}
	return fmt.Sprint(n.Value), true
}
