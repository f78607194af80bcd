package bundle

import (
	"math"
	"strconv"
	"strings"
	"unicode"

	"toolbay/backend/model"
)

// Setting is one value a bundle asks for.
type Setting struct {
	Key         string
	Type        string // string, number, boolean, directory, file
	Title       string
	Description string
	Required    bool
	// Default holds one value, or several for Multiple; ${HOME} and its like
	// stand in it as they were written.
	Default   []string
	Multiple  bool
	Sensitive bool
	Min, Max  *float64
}

func (m *Manifest) settings(o object) {
	for _, key := range o.keys {
		s := o.object(key)
		if key == "" || len(key) > 200 || strings.ContainsAny(key, "}\x00\n") || hasHidden(key) || s.keys == nil || len(m.Settings) == maxSettings {
			m.note("manifest_loose", "parts", "setting "+key)
			continue
		}
		out := Setting{
			Key: key, Type: strings.ToLower(s.str("type")),
			Title: oneLine(s.str("title"), 200), Description: lines(s.str("description"), 2000),
			Required: s.bool("required"), Multiple: s.bool("multiple"),
			Sensitive: s.bool("sensitive") || strings.EqualFold(s.str("storage"), "keychain"),
			Min:       s.number("min"), Max: s.number("max"),
		}
		switch out.Type {
		case "string", "number", "boolean", "directory", "file":
		default:
			out.Type = "string"
		}
		if out.Title == "" {
			out.Title = humanised(key)
		}
		if out.Type != "directory" && out.Type != "file" {
			out.Multiple = out.Multiple && out.Type == "string"
		}
		for _, d := range s.strings("default") {
			if d = plainNumber(out.Type, d); d != "" && !strings.ContainsAny(d, "\x00\n\r") && len(d) <= maxValue && !strings.Contains(d, "${secret:") {
				out.Default = append(out.Default, d)
			}
		}
		if !out.Multiple && len(out.Default) > 1 {
			out.Default = out.Default[:1]
		}
		m.Settings = append(m.Settings, out)
	}
}

// plainNumber writes a number as the reference does: 10.0 and 1e1 are 10.
func plainNumber(kind, s string) string {
	if kind != "number" {
		return s
	}
	f, err := strconv.ParseFloat(s, 64)
	if err != nil || math.IsInf(f, 0) || math.IsNaN(f) {
		return ""
	}
	return strconv.FormatFloat(f, 'f', -1, 64)
}

// humanised makes a name that people read out of a key: api_key, apiKey and
// API_KEY are "Api key".
func humanised(key string) string {
	var b strings.Builder
	lower := false
	for _, r := range key {
		switch {
		case r == '_' || r == '-' || r == '.':
			r = ' '
		case unicode.IsUpper(r) && lower:
			b.WriteByte(' ')
		}
		lower = unicode.IsLower(r)
		b.WriteRune(unicode.ToLower(r))
	}
	s := []rune(oneLine(b.String(), 200))
	if len(s) == 0 {
		return key
	}
	s[0] = unicode.ToUpper(s[0])
	return string(s)
}

// Inputs are the settings as questions, in their writer's order; an input's
// name is the setting's key. Defaults speak of this person's folders where
// dirs knows them; one that cannot be filled in stands as the placeholder.
func (m Manifest) Inputs(dirs Folders) []model.Input {
	out := []model.Input{}
	for _, s := range m.Settings {
		in := model.Input{
			Name: s.Key, Title: s.Title, Description: s.Description, Required: s.Required,
			Secret: s.Sensitive, Multiple: s.Multiple, Min: s.Min, Max: s.Max,
		}
		switch s.Type {
		case "directory":
			in.Format = "folder"
		case "file":
			in.Format = "filepath"
		case "number", "boolean":
			in.Format = s.Type
		}
		var values []string
		whole := true
		for _, d := range s.Default {
			v, ok := dirs.fill(d)
			values, whole = append(values, v), whole && ok
		}
		switch def := strings.Join(values, "\n"); {
		case s.Sensitive:
		case whole:
			in.Default = def
		default:
			in.Placeholder = oneLine(def, 200)
		}
		out = append(out, in)
	}
	return out
}
