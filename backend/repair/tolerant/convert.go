package tolerant

import (
	"bytes"
	"encoding/json"
	"strings"

	"toolbay/backend/configfile"
	"toolbay/backend/pattern"
	"toolbay/backend/repair/finding"
)

var (
	tomlTable = pattern.New(`(?m)^\[\[?[A-Za-z0-9_."-]+\]\]?[ \t]*(?:#.*)?$`)
	yamlKey   = pattern.New(`^(?:---\s*\n)?(?:#.*\n|\s*\n)*[A-Za-z_][\w.-]*:[ \t]*(?:#.*)?\r?\n[ \t]+[^\s{\["]`)
	yamlPair  = pattern.New(`^(?:---\s*\n)?(?:#.*\n|\s*\n)*[A-Za-z_][\w.-]*:[ \t]+[^\s{\["].*\n[A-Za-z_][\w.-]*:`)
)

// otherFormat finds a whole text in another language than its file's.
func otherFormat(src []byte, f configfile.Format) []mend {
	for _, other := range []configfile.Format{configfile.TOML, configfile.YAML} {
		if other == configfile.TOML && !tomlTable().Match(src) || other == configfile.YAML && !yamlKey().Match(src) && !yamlPair().Match(src) {
			continue
		}
		d, err := configfile.Parse(src, other)
		if err != nil {
			continue
		}
		v, ok := d.Get()
		o, object := v.(configfile.Object)
		if !ok || !object || len(o) == 0 {
			continue
		}
		var b strings.Builder
		writeJSON(&b, o, "")
		b.WriteByte('\n')
		return []mend{{code: "TEXT_OTHER_FORMAT", fix: finding.Confirm, at: 0, args: map[string]string{"format": string(other)},
			edits: []finding.Edit{{From: 0, To: len(src), New: b.String()}}}}
	}
	return nil
}

// writeJSON writes a value over several lines.
func writeJSON(b *strings.Builder, v any, indent string) {
	switch v := v.(type) {
	case configfile.Object:
		if len(v) == 0 {
			b.WriteString("{}")
			return
		}
		b.WriteString("{\n")
		for i, m := range v {
			b.WriteString(indent + "  " + configfile.Quoted(m.Key) + ": ")
			writeJSON(b, m.Value, indent+"  ")
			if i+1 < len(v) {
				b.WriteByte(',')
			}
			b.WriteByte('\n')
		}
		b.WriteString(indent + "}")
	case []any:
		b.WriteByte('[')
		for i, e := range v {
			if i > 0 {
				b.WriteString(", ")
			}
			writeJSON(b, e, indent+"  ")
		}
		b.WriteByte(']')
	case string:
		b.WriteString(configfile.Quoted(v))
	case json.Number:
		if s, _, ok := value(string(v)); ok {
			b.WriteString(s)
			return
		}
		b.WriteString(configfile.Quoted(string(v)))
	case bool:
		if v {
			b.WriteString("true")
			return
		}
		b.WriteString("false")
	default:
		b.WriteString("null")
	}
}

// looksJSON tells that a text begins as JSON does.
func looksJSON(src []byte) bool {
	t := bytes.TrimSpace(src)
	return len(t) > 1 && t[0] == '{' && (bytes.IndexByte(t, '"') >= 0 || t[1] == '}')
}
