package configfile

import (
	"encoding/json"
	"fmt"
	"strings"
)

// tomlStyle is how a TOML file is written: what Insert imitates.
type tomlStyle struct {
	eol       string
	indent    string // before [header]
	keyIndent string // before keys under a header
	equals    string // " = " or "="
	tight     bool   // no blank line between tables
	subTables bool   // tables inside a table get headers of their own
}

// key writes a key, dotted when it has several parts.
func (s tomlStyle) key(path []string) string {
	var parts []string
	for _, p := range path {
		if _, element := index(p); !element && !isNamed(p) {
			parts = append(parts, tomlKey(p))
		}
	}
	return strings.Join(parts, ".")
}

func (s tomlStyle) pair(path []string, v any) string {
	return s.key(path) + s.equals + tomlValue(v)
}

// section writes a table under its header, without a line end behind it. Tables
// inside it follow as sections or stand inline, as the file has it.
func (s tomlStyle) section(path []string, table Object) string {
	var b strings.Builder
	open, close := "[", "]"
	if _, element := index(path[len(path)-1]); element || isNamed(path[len(path)-1]) {
		open, close = "[[", "]]"
	}
	b.WriteString(s.indent + open + s.key(path) + close)
	for _, m := range table {
		if sub, ok := m.Value.(Object); !ok || !s.subTables || len(sub) == 0 {
			b.WriteString(s.eol + s.keyIndent + s.pair([]string{m.Key}, m.Value))
		}
	}
	for _, m := range table {
		if sub, ok := m.Value.(Object); ok && s.subTables && len(sub) > 0 {
			b.WriteString(s.between() + s.section(append(path[:len(path):len(path)], m.Key), sub))
		}
	}
	return b.String()
}

// between is what stands between two tables.
func (s tomlStyle) between() string {
	if s.tight {
		return s.eol
	}
	return s.eol + s.eol
}

func tomlKey(k string) string {
	bare := k != ""
	for _, c := range []byte(k) {
		if !(c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '_' || c == '-') {
			bare = false
		}
	}
	if bare {
		return k
	}
	return string(appendQuoted(nil, k))
}

// tomlValue writes a value on one line: tables inline.
func tomlValue(v any) string {
	switch v := v.(type) {
	case bool:
		return fmt.Sprint(v)
	case json.Number:
		return string(v)
	case string:
		// Windows paths read better in the quotes without escapes.
		if strings.Contains(v, `\`) && !strings.ContainsFunc(v, func(r rune) bool { return r < 0x20 || r == 0x7f || r == '\'' }) {
			return "'" + v + "'"
		}
		return string(appendQuoted(nil, v))
	case []any:
		parts := make([]string, len(v))
		for i, e := range v {
			parts[i] = tomlValue(e)
		}
		return "[" + strings.Join(parts, ", ") + "]"
	case Object:
		if len(v) == 0 {
			return "{}"
		}
		parts := make([]string, len(v))
		for i, m := range v {
			parts[i] = tomlKey(m.Key) + " = " + tomlValue(m.Value)
		}
		return "{ " + strings.Join(parts, ", ") + " }"
	}
	return ""
}

// hasNull tells that a value cannot be said in TOML.
func hasNull(v any) bool {
	switch v := v.(type) {
	case nil:
		return true
	case []any:
		for _, e := range v {
			if hasNull(e) {
				return true
			}
		}
	case Object:
		for _, m := range v {
			if hasNull(m.Value) {
				return true
			}
		}
	}
	return false
}
