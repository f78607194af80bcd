package tolerant

import (
	"cmp"
	"encoding/json"
	"slices"
	"strconv"
	"strings"

	"toolbay/backend/configfile"
	"toolbay/backend/repair/finding"
)

// pasted reads JSON of any quality.
func pasted(src []byte) (configfile.Object, bool) {
	text := src
	for range 6 {
		var r Reading
		ms := jsonText(text, configfile.JSON, &r)
		_, next := findings(text, ms)
		if string(next) == string(text) {
			break
		}
		text = next
	}
	d, err := configfile.Parse(text, configfile.JSON)
	if err != nil {
		return nil, false
	}
	v, _ := d.Get()
	o, ok := v.(configfile.Object)
	return o, ok
}

// json finds the JSON that begins at i, and writes it as TOML.
func (t *tomlReader) json(i int) bool {
	if t.unread > 3 {
		return false // this is none of it
	}
	end := braced(t.src, i)
	t.steps += end - i
	o, ok := pasted(t.src[i:end])
	if !ok || len(o) == 0 {
		t.unread++
		return false
	}
	root := cmp.Or(t.elements, t.root, "mcp_servers")
	m := mend{code: "TOML_JSON_PASTED", fix: finding.Safe, at: i}
	text := tablesOf(o, tables{root: root, eol: eolOf(t.src), list: root == t.elements, name: func(name string) string {
		if !t.names[name] {
			return name
		}
		m.fix, m.needs = finding.Confirm, "which of the two keeps the name"
		for n := 2; ; n++ {
			if s := name + "-" + strconv.Itoa(n); !t.names[s] {
				return s
			}
		}
	}})
	m.edits = []finding.Edit{{From: i, To: end, New: strings.TrimRight(text, "\r\n")}}
	t.add(m)
	t.pos = end
	t.table = &tomlTableAt{keys: map[string][2]int{}}
	return true
}

// braced gives where the braces that begin at i are closed, at the latest the
// end of the text.
func braced(src []byte, i int) int {
	// Most are short: a little is read first, and twice as much each time.
	for size := 4 << 10; ; size *= 4 {
		part := src[i:min(len(src), i+size)]
		l := &lexer{src: part, format: configfile.JSON}
		l.run()
		depth, opened := 0, false
		for _, k := range l.toks {
			switch k.kind {
			case tOpenObject, tOpenArray:
				depth++
				opened = true
			case tCloseObject, tCloseArray:
				depth--
			}
			if opened && depth <= 0 && (k.end < len(part)-maxLine || len(part) == len(src)-i) {
				return i + k.end
			}
		}
		if len(part) == len(src)-i {
			return len(src)
		}
	}
}

// tables says how an object is written as TOML.
type tables struct {
	root, eol string // where servers belong, and how lines end
	list      bool   // as elements of a list, which say their names
	whole     bool   // it is a whole file
	// name gives a server's name in the file, nil for its own.
	name func(string) string
}

// tablesOf writes an object as TOML: its servers below the root, all else as it
// is.
func tablesOf(o configfile.Object, w tables) string {
	if w.name == nil {
		w.name = func(s string) string { return s }
	}
	var b strings.Builder
	servers := configfile.Object{}
	rest := configfile.Object{}
	for _, m := range o {
		v, ok := m.Value.(configfile.Object)
		switch {
		case ok && known(m.Key) == nServers:
			servers = append(servers, v...)
		case ok && starts(v):
			servers = append(servers, m)
		case known(m.Key) == nCommand || known(m.Key) == nURL: // a server without a name
			return tablesOf(configfile.Object{{Key: w.root, Value: configfile.Object{{Key: "server", Value: o}}}}, w)
		default:
			rest = append(rest, m)
		}
	}
	for _, m := range rest {
		if _, table := m.Value.(configfile.Object); !table && m.Value != nil && w.whole {
			b.WriteString(tomlKeyText(m.Key) + " = " + tomlInline(m.Value) + w.eol)
		}
	}
	for _, m := range rest {
		if v, table := m.Value.(configfile.Object); table {
			writeTable(&b, "["+tomlKeyText(m.Key)+"]", []string{m.Key}, v, w.eol)
		}
	}
	for _, m := range servers {
		v, ok := m.Value.(configfile.Object)
		switch name := w.name(m.Key); {
		case !ok:
		case w.list:
			v = slices.DeleteFunc(slices.Clone(v), func(m configfile.Member) bool { return m.Key == "name" })
			v = append(configfile.Object{{Key: "name", Value: name}}, v...)
			writeTable(&b, "[["+tomlKeyText(w.root)+"]]", []string{w.root}, v, w.eol)
		default:
			writeTable(&b, "["+tomlKeyText(w.root)+"."+tomlKeyText(name)+"]", []string{w.root, name}, v, w.eol)
		}
	}
	return b.String()
}

// writeTable writes a table below its head, and those inside it by their paths.
func writeTable(b *strings.Builder, head string, path []string, o configfile.Object, eol string) {
	if b.Len() > 0 {
		b.WriteString(eol)
	}
	b.WriteString(head + eol)
	var below configfile.Object
	for _, m := range o {
		if v, ok := m.Value.(configfile.Object); ok && len(v) > 0 {
			below = append(below, m)
		} else if m.Value != nil {
			b.WriteString(tomlKeyText(m.Key) + " = " + tomlInline(m.Value) + eol)
		}
	}
	for _, m := range below {
		at := append(path[:len(path):len(path)], m.Key)
		names := make([]string, len(at))
		for i, p := range at {
			names[i] = tomlKeyText(p)
		}
		writeTable(b, "["+strings.Join(names, ".")+"]", at, m.Value.(configfile.Object), eol)
	}
}

func tomlKeyText(s string) string {
	if tomlBare().MatchString(s) {
		return s
	}
	return configfile.Quoted(s)
}

func tomlInline(v any) string {
	switch v := v.(type) {
	case configfile.Object:
		var parts []string
		for _, m := range v {
			if m.Value != nil {
				parts = append(parts, tomlKeyText(m.Key)+" = "+tomlInline(m.Value))
			}
		}
		if len(parts) == 0 {
			return "{}"
		}
		return "{ " + strings.Join(parts, ", ") + " }"
	case []any:
		var parts []string
		for _, e := range v {
			if e != nil {
				parts = append(parts, tomlInline(e))
			}
		}
		return "[" + strings.Join(parts, ", ") + "]"
	case string:
		return configfile.Quoted(v)
	case json.Number:
		return string(v)
	case bool:
		return strconv.FormatBool(v)
	}
	return `""`
}
