// Package anthropic reads the directory of connectors that Anthropic keeps for
// its apps: a registry like the official one, with the names of the tools and
// whether a server wants a sign-in. Only catalog imports it.
//
//	page, err := anthropic.Plugin.Open("").Page(ctx, web, "")
package anthropic

import (
	"encoding/json"
	"fmt"
	"strings"

	"toolbay/backend/catalog/internal/clean"
	"toolbay/backend/catalog/internal/loose"
	"toolbay/backend/catalog/source"
	"toolbay/backend/catalog/source/registry"
	"toolbay/backend/model"
)

// ID is the source's.
const ID = "anthropic"

// Origin is where the directory is.
const Origin = "https://api.anthropic.com"

const (
	maxTools = 500
	maxTags  = 50
)

// Plugin is the source. Who is listed was looked at by Anthropic and runs its
// own server.
var Plugin = source.Plugin{
	ID: ID, Site: "https://claude.com/connectors", Curated: true,
	Open: func(origin string) source.Reader {
		if origin == "" {
			origin = Origin
		}
		return registry.Reader{Origin: origin, Base: "/mcp-registry/v0", Query: "visibility=commercial", Record: Read}
	},
}

// Read reads one record.
func Read(raw []byte) source.Entry {
	o, err := loose.JSON(raw)
	if err != nil {
		return source.Entry{Err: fmt.Errorf("not JSON: %w", err), Raw: raw}
	}
	about := o.Object("_meta").Object("com.anthropic.api/mcp-registry")
	e := registry.Entry(named(raw, o, about))
	if e.Err != nil {
		e.Raw = raw
		return e
	}
	l := &e.Listing
	l.Vendor = true
	if s := clean.Line(about.Str("displayName"), 100); s != "" {
		l.Title = s
	}
	if s := clean.Line(about.Str("oneLiner"), 1000); s != "" && l.Description == "" {
		l.Description = s
	}
	if s := clean.Line(about.Object("author").Str("name"), 100); s != "" {
		l.Publisher = s
	}
	if s := clean.WebPage(about.Str("documentation")); s != "" && l.Website == "" {
		l.Website = s
	}
	if s := clean.Secure(about.Str("iconUrl")); s != "" && l.Icon == "" && !strings.HasSuffix(strings.ToLower(s), ".svg") {
		l.Icon = s
	}
	for _, name := range about.Strings("toolNames") {
		if name = clean.Line(name, 128); name != "" && len(l.Tools) < maxTools {
			l.Tools = append(l.Tools, model.Tool{Name: name})
		}
	}
	for _, tag := range about.Strings("useCases") {
		if tag = clean.Line(tag, 50); tag != "" && len(l.Tags) < maxTags {
			l.Tags = append(l.Tags, tag)
		}
	}
	if about.Has("isAuthless") && remoteOnly(*l) {
		l.Needs = model.NeedsSignIn
		if about.Bool("isAuthless") {
			l.Needs = model.NeedsNothing
		}
	}
	fields(l, about)
	return e
}

// named gives a record a name of the registry's form when it has none: some
// entries are only known by their slug.
func named(raw []byte, o, about loose.Object) []byte {
	server := o.Object("server")
	if server == nil || strings.Contains(server.Str("name"), "/") {
		return raw
	}
	slug := about.Str("slug")
	if slug == "" {
		slug = server.Str("name")
	}
	if slug == "" {
		return raw
	}
	server["name"] = ID + "/" + slug
	o["server"] = map[string]any(server)
	if out, err := json.Marshal(o); err == nil {
		return out
	}
	return raw
}

func remoteOnly(l model.Listing) bool {
	for _, p := range l.Packages {
		if p.Type != "remote" || len(p.Headers) > 0 {
			return false
		}
	}
	return len(l.Packages) > 0
}

// fields explains what stands in the {{placeholders}} of an address.
func fields(l *model.Listing, about loose.Object) {
	for _, f := range about.Objects("requiredFields") {
		name := f.Str("field", "name", "key", "id")
		if _, ok := clean.Name(name, 100); !ok {
			continue
		}
		in := model.Input{
			Description: clean.Text(f.Str("description", "title", "label"), 500),
			Placeholder: clean.Line(f.Str("placeholder", "example", "sourceUrl"), 200), Required: true,
		}
		for i, p := range l.Packages {
			if !strings.Contains(p.URL, "{"+name+"}") {
				continue
			}
			if p.Variables == nil {
				l.Packages[i].Variables = map[string]model.Input{}
			}
			if _, known := p.Variables[name]; !known {
				l.Packages[i].Variables[name] = in
			}
		}
	}
}
