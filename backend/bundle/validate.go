package bundle

import (
	"encoding/json"
	"net/mail"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"toolbay/backend/pattern"
)

// What we write is judged as strictly as the official tool judges, which
// refuses every word it does not know. What we read is not.

// shape is what a value of a manifest must be.
type shape struct {
	kind  string           // string, number, bool, list, object, map, url, email, any
	keys  map[string]shape // of an object; nothing else may stand in it
	needs []string
	of    *shape // of a list or map
	words []string
	match func() *regexp.Regexp
}

var (
	iconSize = pattern.New(`^\d+x\d+$`)
	locale   = pattern.New(`\$\{locale\}`)
	language = pattern.New(`^[A-Za-z0-9]{2,8}(?:-[A-Za-z0-9]{1,8})*$`)
)

// formatShape is the official format 0.3, or with uv 0.4.
func formatShape(version string) shape {
	str, boolean, address := shape{kind: "string"}, shape{kind: "bool"}, shape{kind: "url"}
	texts := shape{kind: "list", of: &str}
	list := func(of shape) shape { return shape{kind: "list", of: &of} }
	byName := func(of shape) shape { return shape{kind: "map", of: &of} }
	object := func(keys map[string]shape, needs ...string) shape {
		return shape{kind: "object", keys: keys, needs: needs}
	}
	start := map[string]shape{"command": str, "args": texts, "env": byName(str)}
	config := map[string]shape{"platform_overrides": byName(object(start))}
	for k, v := range start {
		config[k] = v
	}
	kinds := []string{"python", "node", "binary"}
	needs := []string{"type", "entry_point", "mcp_config"}
	if version == "0.4" {
		kinds = append(kinds, "uv")
	}
	just := func(word string) shape { return shape{kind: "string", words: []string{word}} }
	return object(map[string]shape{
		"$schema": str, "dxt_version": just(version), "manifest_version": just(version),
		"name": str, "display_name": str, "version": str, "description": str, "long_description": str,
		"author":     object(map[string]shape{"name": str, "email": {kind: "email"}, "url": address}, "name"),
		"repository": object(map[string]shape{"type": str, "url": address}, "type", "url"),
		"homepage":   address, "documentation": address, "support": address, "icon": str,
		"icons":        list(object(map[string]shape{"src": str, "size": {kind: "string", match: iconSize}, "theme": str}, "src", "size")),
		"screenshots":  texts,
		"localization": object(map[string]shape{"resources": {kind: "string", match: locale}, "default_locale": {kind: "string", match: language}}, "resources", "default_locale"),
		"server": object(map[string]shape{
			"type": {kind: "string", words: kinds}, "entry_point": str, "mcp_config": object(config, "command"),
		}, needs...),
		"tools": list(object(map[string]shape{"name": str, "description": str}, "name")), "tools_generated": boolean,
		"prompts": list(object(map[string]shape{"name": str, "description": str, "arguments": texts, "text": str}, "name", "text")), "prompts_generated": boolean,
		"keywords": texts, "license": str, "privacy_policies": list(address),
		"compatibility": object(map[string]shape{
			"claude_desktop": str, "platforms": list(shape{kind: "string", words: []string{"darwin", "win32", "linux"}}),
			"runtimes": object(map[string]shape{"python": str, "node": str}),
		}),
		"user_config": byName(object(map[string]shape{
			"type":  {kind: "string", words: []string{"string", "number", "boolean", "directory", "file"}},
			"title": str, "description": str, "required": boolean, "default": {kind: "default"}, "multiple": boolean, "sensitive": boolean,
			"min": {kind: "number"}, "max": {kind: "number"},
		}, "type", "title", "description")),
		"_meta": byName(byName(shape{kind: "any"})),
	}, "name", "version", "description", "author", "server")
}

// problems names the places where v is not of the shape, as a.b[0].c.
func (s shape) problems(v any, at string) []string {
	bad := []string{at}
	text, isText := v.(string)
	switch s.kind {
	case "any":
		return nil
	case "number":
		if _, ok := v.(json.Number); !ok {
			return bad
		}
	case "bool":
		if _, ok := v.(bool); !ok {
			return bad
		}
	case "default":
		if list, ok := v.([]any); ok {
			return shape{kind: "list", of: &shape{kind: "string"}}.problems(list, at)
		}
		if _, isObject := v.(object); isObject || v == nil {
			return bad
		}
	case "list":
		list, ok := v.([]any)
		if !ok {
			return bad
		}
		var out []string
		for i, x := range list {
			out = append(out, s.of.problems(x, at+"["+strconv.Itoa(i)+"]")...)
		}
		return out
	case "object", "map":
		o, ok := v.(object)
		if !ok {
			return bad
		}
		return s.inside(o, at)
	case "url":
		u, err := url.Parse(text)
		if !isText || err != nil || u.Scheme == "" || u.Host == "" && u.Opaque == "" && u.Path == "" {
			return bad
		}
	case "email":
		a, err := mail.ParseAddress(text)
		if !isText || err != nil || a.Address != text || !strings.Contains(text[strings.LastIndex(text, "@"):], ".") {
			return bad
		}
	default:
		if !isText || len(s.words) > 0 && !slices.Contains(s.words, text) || s.match != nil && !s.match().MatchString(text) {
			return bad
		}
	}
	return nil
}

func (s shape) inside(o object, at string) []string {
	var out []string
	below := func(k string) string { return strings.TrimPrefix(at+"."+k, ".") }
	for _, k := range s.needs {
		if _, ok := o.at[k]; !ok {
			out = append(out, below(k))
		}
	}
	for _, k := range o.keys {
		one, ok := s.keys[k]
		switch {
		case s.kind == "map":
			out = append(out, s.of.problems(o.at[k], below(k))...)
		case !ok:
			out = append(out, below(k))
		default:
			out = append(out, one.problems(o.at[k], below(k))...)
		}
	}
	return out
}
