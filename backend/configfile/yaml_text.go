package configfile

import (
	"encoding/json"
	"strings"
	"unicode"

	"go.yaml.in/yaml/v3"
)

// yamlStyle is how a YAML file is written: what Insert imitates.
type yamlStyle struct {
	eol   string
	unit  string // one step of indentation
	dash  string // before a dash, beyond the indentation of its key
	quote byte   // around texts that need none: 0 for none
	flow  bool   // short lists stand on one line

	quoteKeys bool // as in JSON
}

// styleAt looks at how the file is written near a collection, and where that
// tells nothing, at the whole of it.
func (y *yamlFile) styleAt(near *yaml.Node, at int) yamlStyle {
	s := yamlStyle{eol: eolNear(y.src, at), unit: "  ", dash: "  "}
	var unit, dash, list, text bool
	left := 2000 // nodes to look at
	var look func(n *yaml.Node, texts bool)
	look = func(n *yaml.Node, texts bool) {
		if n == nil || left <= 0 {
			return
		}
		left--
		for i, v := range n.Content {
			if n.Kind == yaml.MappingNode {
				if i%2 == 0 {
					continue
				}
				k := n.Content[i-1]
				block := v.Style&yaml.FlowStyle == 0 && v.Anchor == "" && v.Line > k.Line && len(v.Content) > 0
				switch {
				case v.Kind == yaml.MappingNode && block && n.Style&yaml.FlowStyle == 0 && !unit:
					if d := v.Column - k.Column; d > 0 && d <= 16 {
						s.unit, unit = strings.Repeat(" ", d), true
					}
				case v.Kind == yaml.SequenceNode && len(v.Content) > 0 && texts && !list:
					s.flow, list = v.Style&yaml.FlowStyle != 0, true
				case v.Kind == yaml.ScalarNode && texts && !text && scalarText(v):
					text = true
					switch quotedStyle(v) {
					case yaml.DoubleQuotedStyle:
						s.quote = '"'
					case yaml.SingleQuotedStyle:
						s.quote = '\''
					}
				}
				if v.Kind == yaml.SequenceNode && block && n.Style&yaml.FlowStyle == 0 && !dash {
					if d := v.Column - k.Column; d >= 0 && d <= 16 {
						s.dash, dash = strings.Repeat(" ", d), true
					}
				}
			}
			look(v, texts)
		}
	}
	if near != nil && len(near.Content) > 0 {
		look(near, true)
	}
	look(y.root, false)
	if !dash && unit {
		s.dash = s.unit
	}
	return s
}

// scalarText tells a text of the kind whose quotes are a habit, not a need.
func scalarText(n *yaml.Node) bool {
	_, ok := scalarValue(n).(string)
	return ok && plainSafe(n.Value, false)
}

// key writes a key with its colon.
func (s yamlStyle) key(k string, flow bool) string {
	if s.quoteKeys {
		return quoteYAML(k) + ":"
	}
	s.quote = 0
	return s.text(k, flow) + ":"
}

// text writes a string so that every reader of YAML 1.1 and 1.2 takes it for
// one: what could be a number, a truth, a date or a sign gets quotes.
func (s yamlStyle) text(v string, flow bool) string {
	switch {
	case strings.ContainsFunc(v, needsEscape):
		return quoteYAML(v)
	case s.quote == 0 && plainSafe(v, flow):
		return v
	case s.quote == '\'' || s.quote == 0 && strings.Contains(v, `\`) && !strings.Contains(v, "'"):
		// Windows paths read better in the quotes without escapes.
		return "'" + strings.ReplaceAll(v, "'", "''") + "'"
	}
	return quoteYAML(v)
}

// needsEscape tells a character that may not stand in a file as it is, or that
// editors and parsers make something of.
func needsEscape(r rune) bool {
	return r < 0x20 || r >= 0x7f && r < 0xa0 || r == 0x2028 || r == 0x2029 || r == 0xFEFF || r >= 0xFFFE && r <= 0xFFFF ||
		r == 0xFFFD || unicode.Is(unicode.Cf, r)
}

// quoteYAML writes a text in double quotes.
func quoteYAML(v string) string {
	const hex = "0123456789abcdef"
	b := []byte{'"'}
	for _, r := range v {
		if r > 0x7e && r != 0xFFFD && needsEscape(r) {
			if r > 0xFFFF {
				b = append(b, `\U`...)
				for shift := 28; shift >= 0; shift -= 4 {
					b = append(b, hex[r>>shift&15])
				}
				continue
			}
			b = append(b, '\\', 'u', hex[r>>12&15], hex[r>>8&15], hex[r>>4&15], hex[r&15])
			continue
		}
		q := appendQuoted(nil, string(r))
		b = append(b, q[1:len(q)-1]...)
	}
	return string(append(b, '"'))
}

// plainSafe tells that a text needs no quotes for any reader. It would rather
// say no.
func plainSafe(v string, flow bool) bool {
	if v == "" || len(v) > 400 {
		return false
	}
	switch strings.ToLower(v) {
	case "y", "n", "yes", "no", "on", "off", "true", "false", "null", "nan", "inf", "none", "nil":
		return false
	}
	for i, r := range v {
		letter := r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r > 0x7f && unicode.IsLetter(r)
		switch {
		case letter || r == '_' || r == '/':
		case i == 0:
			return false
		case r >= '0' && r <= '9' || r == '.' || r == '-' || r == '+' || r == '@' || r == '=':
		case r == ':': // of a web address
			if flow || !strings.HasPrefix(v[i:], "://") {
				return false
			}
		case r == ' ':
			if i == len(v)-1 || v[i-1] == ' ' {
				return false
			}
		default:
			return false
		}
	}
	return true
}

func (s yamlStyle) scalar(v any, flow bool) (string, bool) {
	switch v := v.(type) {
	case nil:
		return "null", true
	case bool:
		if v {
			return "true", true
		}
		return "false", true
	case json.Number:
		return string(v), true
	case string:
		return s.text(v, flow), true
	case []any:
		return "[]", len(v) == 0
	case Object:
		return "{}", len(v) == 0
	}
	return "", false
}

// inline writes a value on one line, as it stands in a flow collection.
func (s yamlStyle) inline(v any) string {
	if text, ok := s.scalar(v, true); ok {
		return text
	}
	var b strings.Builder
	switch v := v.(type) {
	case []any:
		b.WriteByte('[')
		for i, e := range v {
			if i > 0 {
				b.WriteString(", ")
			}
			b.WriteString(s.inline(e))
		}
		b.WriteByte(']')
	case Object:
		b.WriteByte('{')
		for i, m := range v {
			if i > 0 {
				b.WriteString(", ")
			}
			b.WriteString(s.key(m.Key, true) + " " + s.inline(m.Value))
		}
		b.WriteByte('}')
	}
	return b.String()
}

// after writes what follows a colon or a dash, with the blank before it.
// indent is that of the key; of a value that stands in lines of its own, block
// is true.
func (s yamlStyle) after(v any, indent string) (text string, block bool) {
	if text, ok := s.scalar(v, false); ok {
		return " " + text, false
	}
	if list, ok := v.([]any); ok {
		if s.flow && plain(list) {
			return " " + s.inline(list), false
		}
		indent += s.dash
		return s.eol + indent + s.elements(list, indent), true
	}
	indent += s.unit
	return s.eol + indent + s.members(v.(Object), indent), true
}

// members writes the members of a mapping; the first begins where the caller
// stands, the others on lines of their own.
func (s yamlStyle) members(o Object, indent string) string {
	var b strings.Builder
	for i, m := range o {
		if i > 0 {
			b.WriteString(s.eol + indent)
		}
		text, _ := s.after(m.Value, indent)
		b.WriteString(s.key(m.Key, false) + text)
	}
	return b.String()
}

func (s yamlStyle) elements(list []any, indent string) string {
	var b strings.Builder
	for i, e := range list {
		if i > 0 {
			b.WriteString(s.eol + indent)
		}
		b.WriteString(s.element(e, indent))
	}
	return b.String()
}

// element writes an element of a list with its dash.
func (s yamlStyle) element(v any, indent string) string {
	if o, ok := v.(Object); ok && len(o) > 0 {
		return "- " + s.members(o, indent+"  ")
	}
	if text, ok := s.scalar(v, false); ok {
		return "- " + text
	}
	return "- " + s.inline(v)
}
