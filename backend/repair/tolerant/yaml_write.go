package tolerant

import (
	"encoding/json"
	"strconv"
	"strings"

	"toolbay/backend/configfile"
	"toolbay/backend/repair/finding"
)

// pasted finds JSON that stands behind or between YAML, and writes it as YAML.
func (y *yamlReader) pasted() bool {
	unread := 0
	for i, l := range y.lines {
		if l.text == "" || l.text[0] != '{' && !(l.text[0] == '"' && jsonMember([]byte(l.text))) || i == 0 {
			continue
		}
		end := braced(y.src, l.at.start)
		o, ok := pasted(y.src[l.at.start:end])
		if !ok || len(o) == 0 {
			if unread++; unread > 3 {
				return false
			}
			continue
		}
		servers, rest := configfile.Object{}, configfile.Object{}
		for _, m := range o {
			v, ok := m.Value.(configfile.Object)
			if ok && known(m.Key) == nServers {
				servers = append(servers, v...)
			} else if ok && starts(v) {
				servers = append(servers, m)
			} else {
				rest = append(rest, m)
			}
		}
		eol := eolOf(y.src)
		m := mend{code: "YAML_JSON_PASTED", fix: finding.Confirm, at: l.at.start}
		for k, r := range y.lines[:i] {
			_, key, val, _ := yamlParts(r.text)
			if len(indentOf(r.text)) == 0 && val == "" && known(strings.TrimRight(key, " \t:")) == nServers && len(servers) > 0 {
				to := y.block(k)
				if to > i {
					to = i
				}
				in := "  "
				if to > k+1 {
					in = indentOf(y.lines[k+1].text)
				}
				if strings.HasPrefix(strings.TrimSpace(y.lines[min(k+1, len(y.lines)-1)].text), "- ") {
					break // a list of servers: they are put as a map, which the next layer turns
				}
				at := y.lines[to-1].at.next
				m.edits = append(m.edits, finding.Edit{From: at, To: at, New: blockOf(servers, in, eol)})
				servers = nil
				break
			}
		}
		if len(servers) > 0 {
			rest = append(rest, configfile.Member{Key: "mcpServers", Value: servers})
		}
		m.edits = append(m.edits, finding.Edit{From: l.at.start, To: end, New: strings.TrimSuffix(blockOf(rest, "", eol), eol)})
		y.extra = append(y.extra, m)
		return true
	}
	return false
}

// blockOf writes an object as YAML, a line for each member.
func blockOf(o configfile.Object, indent, eol string) string {
	var b strings.Builder
	for _, m := range o {
		b.WriteString(indent + yamlKeyText(m.Key) + ":")
		switch v := m.Value.(type) {
		case configfile.Object:
			if len(v) > 0 {
				b.WriteString(eol + blockOf(v, indent+"  ", eol))
				continue
			}
			b.WriteString(" {}")
		case []any:
			b.WriteString(" " + yamlFlow(v))
		default:
			b.WriteString(" " + yamlFlow(v))
		}
		b.WriteString(eol)
	}
	return b.String()
}

func yamlKeyText(s string) string {
	if plainKeyText(s) {
		return s
	}
	return configfile.Quoted(s)
}

func plainKeyText(s string) bool { return s != "" && plainKey(s) && !literal(s) }

func yamlFlow(v any) string {
	switch v := v.(type) {
	case configfile.Object:
		var parts []string
		for _, m := range v {
			parts = append(parts, yamlKeyText(m.Key)+": "+yamlFlow(m.Value))
		}
		return "{ " + strings.Join(parts, ", ") + " }"
	case []any:
		parts := make([]string, len(v))
		for i, e := range v {
			parts[i] = yamlFlow(e)
		}
		return "[" + strings.Join(parts, ", ") + "]"
	case string:
		return configfile.Quoted(v)
	case json.Number:
		return string(v)
	case bool:
		return strconv.FormatBool(v)
	}
	return "null"
}
