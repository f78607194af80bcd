package paste

import (
	"net/url"
	"slices"
	"strings"

	"toolbay/backend/configfile"
	"toolbay/backend/model"
	"toolbay/backend/pattern"
)

// links are addresses inside a text; those of apps begin with a scheme of
// their own.
var links = pattern.New(`(?i)\b(?:https?|cursor|vscode|vscode-insiders|vscodium|windsurf|toolbay|goose|lmstudio|kiro|raycast|trae|trae-cn|qoder|cherrystudio|vsweb\+mcp|codebuddy|warp|claude):[^\s<>"'\x60\]\\]{6,}`)

// install takes a link that hands a server to an app. No link is followed:
// what it says stands in it.
func (r *reader) install(s string, depth int) bool {
	scheme, rest, ok := strings.Cut(s, ":")
	if !ok || depth > 3 || len(s) > 64<<10 {
		return false
	}
	scheme = strings.ToLower(scheme)
	rest = strings.TrimLeft(rest, "/")
	place, query, _ := strings.Cut(rest, "?")
	query, _, _ = strings.Cut(query, "#")
	place = strings.ToLower(place)
	if scheme == "toolbay" {
		return r.own(place, query)
	}
	q := parameters(query)
	web := scheme == "http" || scheme == "https"
	if scheme == "goose" || web && strings.Contains(place, "extension") && len(q["cmd"])+len(q["url"]) > 0 {
		return strings.Contains(place, "extension") && r.gooseLink(q)
	}
	if inner := q.get("url", "uri", "link"); inner != "" && (strings.Contains(place, "redirect") || strings.Contains(place, "open") || strings.Contains(place, "install")) {
		if lower := strings.ToLower(inner); strings.Contains(lower, "mcp") && !strings.HasPrefix(lower, "http") && r.install(inner, depth+1) {
			return true
		}
		if strings.Contains(inner, "config=") && r.install(inner, depth+1) {
			return true
		}
	}
	if !strings.Contains(place, "mcp") && !strings.Contains(scheme, "mcp") {
		return false
	}
	if !strings.Contains(place, "install") && !strings.Contains(place, "add") && !strings.Contains(place, "import") && !strings.Contains(place, "redirect") {
		return false
	}
	if c := q.get("config", "servers", "server", "mcp"); c != "" {
		v, damaged, ok := configText(c)
		if !ok {
			return false
		}
		var inputs any
		if in := q.get("inputs"); in != "" {
			if list, _, good := configText(in); good {
				inputs = list
			}
		}
		return r.config(q.get("name", "id"), v, inputs, damaged)
	}
	// vscode:mcp/install?{…}: the whole query is the entry.
	if v, damaged, ok := configText(unescape(query)); ok {
		return r.config("", v, nil, damaged)
	}
	return false
}

// config takes what a link or an add-json has: an entry, or settings with
// several.
func (r *reader) config(name string, v any, inputs any, damaged bool) bool {
	o, ok := v.(configfile.Object)
	if !ok {
		return false
	}
	before := len(r.found)
	d := dialect{r: r, damaged: damaged, inputs: map[string]model.Input{}}
	d.findInputs(v, 0)
	if list, isList := inputs.([]any); isList {
		d.findInputs(configfile.Object{{Key: "inputs", Value: list}}, 0)
	}
	if has(o, "command", "cmd", "url", "serverUrl", "httpUrl", "uri") {
		if name == "" {
			name = str(o, "name", "id")
		}
		return d.take(name, o)
	}
	if !d.walk(v, 0) {
		d.map_(o, demandShape)
	}
	return len(r.found) > before
}

// configText reads JSON, or JSON in base64.
func configText(s string) (v any, damaged, ok bool) {
	for _, try := range []string{s, unescape(s), strings.ReplaceAll(s, "+", " ")} {
		t := strings.TrimSpace(try)
		if strings.HasPrefix(t, "{") || strings.HasPrefix(t, "[") {
			if v, _, damaged, ok = parseJSON(t); ok && holdsObject(v) {
				return v, damaged, true
			}
		}
	}
	if plain, good := decoded(unescape(s)); good {
		t := strings.TrimSpace(unescape(plain))
		if !strings.HasPrefix(strings.TrimSpace(plain), "%7B") {
			t = strings.TrimSpace(plain)
		}
		if strings.HasPrefix(t, "{") || strings.HasPrefix(t, "[") {
			if v, _, damaged, ok = parseJSON(t); ok && holdsObject(v) {
				return v, damaged, true
			}
		}
	}
	return nil, false, false
}

func unescape(s string) string {
	if u, err := url.PathUnescape(s); err == nil {
		return u
	}
	return s
}

// query holds a link's parameters. A "+" stays one, for base64 has it.
type query map[string][]string

func parameters(s string) query {
	q := query{}
	s = strings.ReplaceAll(s, "&amp;", "&")
	for _, pair := range strings.Split(s, "&") {
		name, v, ok := strings.Cut(pair, "=")
		if ok && len(q) < 50 {
			q[name] = append(q[name], unescape(v))
		}
	}
	return q
}

func (q query) get(names ...string) string {
	for _, n := range names {
		if v := q[n]; len(v) > 0 && v[0] != "" {
			return v[0]
		}
	}
	return ""
}

// gooseLink reads goose://extension?cmd=…&arg=…: variables are only named.
func (r *reader) gooseLink(q query) bool {
	e := entry{name: spaced(q.get("name", "id")), description: spaced(q.get("description")), command: q.get("cmd"), args: q["arg"], url: q.get("url"), transport: strings.ToLower(q.get("type")), env: map[string]string{}, headers: map[string]string{}}
	for _, v := range q["env"] {
		name, about, _ := strings.Cut(v, "=")
		if envName().MatchString(name) {
			e.env[name] = "${" + name + "}"
			if e.inputs == nil {
				e.inputs = map[string]model.Input{}
			}
			e.inputs[name] = model.Input{Required: true, Description: line(spaced(about), 300)}
		}
	}
	for _, v := range q["header"] {
		if name, val, ok := strings.Cut(v, "="); ok {
			e.headers[name] = val
		}
	}
	if e.command == "" && e.url == "" {
		return false
	}
	return r.entry(e, trusting)
}

func spaced(s string) string { return strings.ReplaceAll(s, "+", " ") }

// own reads Toolbay's own links (docs/paste.md): a reference, or a package and
// its arguments. A link is seen by whoever passes it on, so it never carries a
// key; what looks like one is dropped.
func (r *reader) own(place, raw string) bool {
	if place = strings.Trim(place, "/"); place != "install" {
		return false
	}
	q := parameters(raw)
	ignored, keys := false, false
	clean := func(s string) string {
		k := keeper{secrets: map[string]string{}, inputs: map[string]model.Input{}, warned: map[string]bool{}}
		if k.value(s); len(k.secrets) > 0 {
			keys = true
			return ""
		}
		return value(s)
	}
	for name := range q {
		switch name {
		case "ref", "type", "identifier", "version", "name", "arg", "env":
		default:
			ignored = true
		}
	}
	before := len(r.found)
	kind, id, version := q.get("type"), clean(q.get("identifier")), clean(q.get("version"))
	switch ref := clean(q.get("ref")); {
	case ref != "" && refKind(ref) != KindLocal: // no page may name a program of this computer
		r.reference(ref)
	case known(kind) && id != "":
		at := "@"
		if kind == "oci" {
			at = ":"
		}
		if version != "" && kind != "mcpb" && kind != "remote" && !strings.Contains(id, "@sha256:") {
			id += at + version
		}
		r.reference(kind + ":" + id)
	}
	if len(r.found) != before+1 {
		return len(r.found) > before
	}
	f := &r.found[before]
	if name := line(spaced(q.get("name")), maxName); name != "" {
		f.Name = name
	}
	if f.Kind != KindListing && f.Kind != "mcpb" && f.Kind != "remote" {
		for _, a := range q["arg"] {
			if a = clean(a); a != "" && len(f.Package.PackageArguments) < 100 {
				f.Package.PackageArguments = append(f.Package.PackageArguments, model.Argument{Kind: "positional", Input: model.Input{Value: a}})
			}
		}
		for _, name := range q["env"] {
			name, v, has := strings.Cut(name, "=")
			keys = keys || has && v != ""
			if envName().MatchString(name) && len(f.Package.Environment) < 100 {
				f.Package.Environment = append(f.Package.Environment, model.Input{Name: name, Required: true})
			}
		}
	}
	if ignored {
		f.warn(WarnLinkUnknown)
	}
	if keys {
		f.warn(WarnLinkKey)
	}
	slices.Sort(f.Warnings)
	return true
}
