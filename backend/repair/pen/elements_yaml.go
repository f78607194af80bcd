package pen

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"toolbay/backend/configfile"
)

// yamlElements writes the elements of a list in lines; "" for another list.
// text begins with the key of the list.
func yamlElements(text, end string, was, is []any) string {
	lines := strings.SplitAfter(text, "\n")
	indent := ""
	var starts []int
	for i, l := range lines[1:] {
		t := strings.TrimLeft(l, " ")
		if lead := l[:len(l)-len(t)]; isDash(t) && (len(starts) == 0 || lead == indent) {
			indent, starts = lead, append(starts, i+1)
		} else if len(starts) == 0 && strings.TrimSpace(t) != "" && t[0] != '#' {
			return ""
		}
	}
	if len(starts) != len(was) {
		return ""
	}
	var b strings.Builder
	b.WriteString(strings.Join(lines[:starts[0]], ""))
	starts = append(starts, len(lines))
	for i := range was {
		item := lines[starts[i]:starts[i+1]]
		if configfile.Same(was[i], is[i]) {
			b.WriteString(strings.Join(item, ""))
			continue
		}
		made, ok := yamlElement(item, end, was[i], is[i])
		if !ok {
			return ""
		}
		b.WriteString(made)
	}
	return b.String()
}

func isDash(t string) bool {
	rest, ok := strings.CutPrefix(t, "-")
	return ok && (rest == "" || strings.ContainsAny(rest[:1], " \r\n"))
}

// yamlElement writes one element, of which the first line has the dash; end is
// what ends a line.
func yamlElement(lines []string, end string, was, is any) (string, bool) {
	made, _ := is.(configfile.Object)
	if len(made) == 0 {
		return "", false
	}
	first := lines[0]
	dash := strings.IndexByte(first, '-')
	rest := strings.TrimLeft(first[dash+1:], " ")
	head := first[:len(first)-len(rest)]
	pad := strings.Repeat(" ", len(head)) // where the members stand
	behind := strings.Join(lines[1:], "")
	bare := strings.TrimSpace(rest) == "" || rest[0] == '#'
	if key, name, ok := gained(was, is); ok {
		member := yamlKey(key) + ": " + yamlWord(name)
		switch {
		case bare: // the members begin on a line below
			at := firstSaid(lines)
			if at == 0 {
				return "", false
			}
			below := lines[at][:len(lines[at])-len(strings.TrimLeft(lines[at], " "))]
			return strings.Join(lines[:at], "") + below + member + end + strings.Join(lines[at:], ""), true
		case rest[0] == '{':
			return head + "{" + member + ", " + strings.TrimLeft(rest[1:], " ") + behind, true
		case strings.ContainsAny(rest[:1], "&*!?|>"):
			return "", false
		}
		return head + member + end + pad + rest + behind, true
	}
	if bare {
		return "", false
	}
	if line, ok := was.(string); ok {
		note := yamlNote(rest, line)
		if note < 0 || firstSaid(lines) != 0 {
			return "", false
		}
		tail := strings.TrimRight(rest[note:], " \t\r\n")
		var b strings.Builder
		for i, m := range made {
			lead := head
			if i > 0 {
				lead = pad
			}
			b.WriteString(lead + yamlKey(m.Key) + ": " + yamlFlow(m.Value))
			if i == 0 {
				b.WriteString(tail)
			}
			if i < len(made)-1 || strings.HasSuffix(first, "\n") {
				b.WriteString(end)
			}
		}
		return b.String() + behind, true
	}
	return yamlDeeper(lines, head, pad, rest, was, made)
}

// yamlDeeper takes the members of "- name:" to the place of the name.
func yamlDeeper(lines []string, head, pad, rest string, was any, made configfile.Object) (string, bool) {
	old, _ := was.(configfile.Object)
	if len(old) != 1 {
		return "", false
	}
	inner, _ := old[0].Value.(configfile.Object)
	name, _ := made[0].Value.(string)
	if len(inner) == 0 || name != old[0].Key || !configfile.Same(inner, made[1:]) {
		return "", false
	}
	colon := strings.Index(rest, ":")
	if colon < 0 || strings.ContainsAny(rest[:colon], "{&*!?") {
		return "", false
	}
	member := yamlKey(made[0].Key) + ": " + rest[:colon]
	if flow, ok := strings.CutPrefix(strings.TrimLeft(rest[colon+1:], " "), "{"); ok {
		return head + "{" + member + ", " + strings.TrimLeft(flow, " ") + strings.Join(lines[1:], ""), true
	}
	if t := strings.TrimSpace(rest[colon+1:]); t != "" && t[0] != '#' {
		return "", false
	}
	at := firstSaid(lines)
	if at == 0 {
		return "", false
	}
	child := lines[at][:len(lines[at])-len(strings.TrimLeft(lines[at], " "))]
	var b strings.Builder
	b.WriteString(head + member + rest[colon+1:])
	for _, l := range lines[1:] {
		if inner, ok := strings.CutPrefix(l, child); ok && strings.TrimSpace(l) != "" {
			b.WriteString(pad + inner)
			continue
		}
		b.WriteString(l)
	}
	return b.String(), true
}

// firstSaid is the first line behind the one with the dash that is no comment,
// 0 for none.
func firstSaid(lines []string) int {
	return 1 + slices.IndexFunc(lines[1:], func(l string) bool {
		t := strings.TrimSpace(l)
		return t != "" && t[0] != '#'
	})
}

// yamlNote is where a text on one line ends and a comment may follow, -1 where
// that is not sure.
func yamlNote(rest, text string) int {
	for _, written := range []string{text, "'" + text + "'", `"` + text + `"`} {
		tail, ok := strings.CutPrefix(rest, written)
		if t := strings.TrimLeft(tail, " \t"); ok && (strings.TrimSpace(t) == "" || len(t) < len(tail) && t[0] == '#') {
			return len(written)
		}
	}
	return -1
}

// yamlWord writes a text on one line.
func yamlWord(s string) string {
	switch strings.ToLower(s) {
	case "true", "false", "yes", "no", "on", "off", "y", "n", "null":
		return quoted(s)
	}
	if simple().MatchString(s) {
		return s
	}
	return quoted(s)
}

// yamlFlow writes a value on one line.
func yamlFlow(v any) string {
	var parts []string
	switch v := v.(type) {
	case string:
		return yamlWord(v)
	case []any:
		for _, e := range v {
			parts = append(parts, yamlFlow(e))
		}
		return "[" + strings.Join(parts, ", ") + "]"
	case configfile.Object:
		for _, m := range v {
			parts = append(parts, yamlKey(m.Key)+": "+yamlFlow(m.Value))
		}
		return "{" + strings.Join(parts, ", ") + "}"
	case json.Number, bool:
		return fmt.Sprint(v)
	}
	return "null"
}
