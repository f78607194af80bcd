package tolerant

import (
	"encoding/json"
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
	end := braced(t.src, i)
	o, ok := pasted(t.src[i:end])
	if !ok || len(o) == 0 {
		return false
	}
	root := "mcp_servers"
	for path := range t.tables {
		if name, _, _ := strings.Cut(path, "\x00"); known(name) == nServers {
			root = name
		}
	}
	eol := "\n"
	if strings.Contains(string(t.src[:i]), "\r\n") {
		eol = "\r\n"
	}
	m := mend{code: "TOML_JSON_PASTED", fix: finding.Safe, at: i}
	text := tablesOf(o, root, eol, func(name string) string {
		if !t.names[name] {
			return name
		}
		m.fix, m.needs = finding.Confirm, "which of the two keeps the name"
		for n := 2; ; n++ {
			if s := name + "-" + strconv.Itoa(n); !t.names[s] {
				return s
			}
		}
	}, false)
	m.edits = []finding.Edit{{From: i, To: end, New: strings.TrimRight(text, "\r\n")}}
	t.add(m)
	t.pos = end
	t.table = &tomlTableAt{keys: map[string][2]int{}}
	return true
}

// braced gives where the braces that begin at i are closed, at the latest the
// end of the text.
func braced(src []byte, i int) int {
	l := &lexer{src: src[i:], format: configfile.JSON}
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
		if opened && depth <= 0 {
			return i + k.end
		}
	}
	return len(src)
}

// tablesOf writes an object as TOML: its servers as tables below root, all else
// as it is. whole says that it is a whole file.
func tablesOf(o configfile.Object, root, eol string, rename func(string) string, whole bool) string {
	if rename == nil {
		rename = func(s string) string { return s }
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
			return tablesOf(configfile.Object{{Key: root, Value: configfile.Object{{Key: "server", Value: o}}}}, root, eol, rename, whole)
		default:
			rest = append(rest, m)
		}
	}
	for _, m := range rest {
		if _, table := m.Value.(configfile.Object); !table && m.Value != nil && whole {
			b.WriteString(tomlKeyText(m.Key) + " = " + tomlInline(m.Value) + eol)
		}
	}
	for _, m := range rest {
		if v, table := m.Value.(configfile.Object); table {
			writeTable(&b, []string{m.Key}, v, eol)
		}
	}
	for _, m := range servers {
		if v, ok := m.Value.(configfile.Object); ok {
			writeTable(&b, []string{root, rename(m.Key)}, v, eol)
		}
	}
	return b.String()
}

func writeTable(b *strings.Builder, path []string, o configfile.Object, eol string) {
	if b.Len() > 0 {
		b.WriteString(eol)
	}
	names := make([]string, len(path))
	for i, p := range path {
		names[i] = tomlKeyText(p)
	}
	b.WriteString("[" + strings.Join(names, ".") + "]" + eol)
	var below configfile.Object
	for _, m := range o {
		if v, ok := m.Value.(configfile.Object); ok && len(v) > 0 {
			below = append(below, m)
		} else if m.Value != nil {
			b.WriteString(tomlKeyText(m.Key) + " = " + tomlInline(m.Value) + eol)
		}
	}
	for _, m := range below {
		writeTable(b, append(path[:len(path):len(path)], m.Key), m.Value.(configfile.Object), eol)
	}
}

func tomlKeyText(s string) string {
	if tomlBare().MatchString(s) {
		return s
	}
	return quoteText(s)
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
		return quoteText(v)
	case json.Number:
		return string(v)
	case bool:
		return strconv.FormatBool(v)
	}
	return `""`
}
