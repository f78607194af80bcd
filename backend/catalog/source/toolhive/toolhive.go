// Package toolhive reads Stacklok's ToolHive registry: records of the official
// registry's form with what ToolHive knows besides, such as tools, tags and
// who made a server. Only catalog imports it.
//
//	entries, err := toolhive.Registry(body)
package toolhive

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"time"

	"toolbay/backend/catalog/internal/clean"
	"toolbay/backend/catalog/internal/loose"
	"toolbay/backend/catalog/source"
	"toolbay/backend/catalog/source/registry"
	"toolbay/backend/model"
)

// ID is the source's.
const ID = "toolhive"

// Origin is where the registry is.
const Origin = "https://raw.githubusercontent.com/stacklok/toolhive-catalog/main/pkg/catalog/toolhive/data/registry-upstream.json"

const (
	maxSize    = 64 << 20 // bytes; the real one has three megabytes
	maxServers = 20_000
	maxTools   = 500
	maxTags    = 50
)

// Plugin is the source.
var Plugin = source.Plugin{
	ID: ID, Site: "https://github.com/stacklok/toolhive-catalog", License: "Apache-2.0", Curated: true,
	Open: func(origin string) source.Reader { return reader{origin} },
}

type reader struct{ origin string }

// Page gives everything at once.
func (r reader) Page(ctx context.Context, web source.Web, _ string) (source.Page, error) {
	address := r.origin
	if address == "" {
		address = Origin
	}
	body, err := web.Get(ctx, address, maxSize)
	if err != nil {
		return source.Page{}, err
	}
	entries, err := Registry(body)
	return source.Page{Entries: entries}, err
}

// Registry reads a whole registry, in the form of today or the one until 2025
// with the servers by their keys. Error code: source_garbage.
func Registry(body []byte) ([]source.Entry, error) {
	var file struct {
		Data struct {
			Servers []json.RawMessage `json:"servers"`
		} `json:"data"`
		Servers map[string]json.RawMessage `json:"servers"`
		Remotes map[string]json.RawMessage `json:"remote_servers"`
	}
	if err := json.Unmarshal(body, &file); err != nil {
		return nil, model.Fail("source_garbage", err)
	}
	n := len(file.Data.Servers) + len(file.Servers) + len(file.Remotes)
	switch {
	case n == 0:
		return nil, model.Fail("source_garbage", errors.New("no servers in the registry"))
	case n > maxServers:
		return nil, model.Fail("source_garbage", fmt.Errorf("%d servers are too many", n))
	}
	out := make([]source.Entry, 0, n)
	for _, raw := range file.Data.Servers {
		out = append(out, Read(raw))
	}
	for _, m := range []map[string]json.RawMessage{file.Servers, file.Remotes} {
		names := make([]string, 0, len(m))
		for name := range m {
			names = append(names, name)
		}
		slices.Sort(names)
		for _, name := range names {
			out = append(out, legacy(name, m[name]))
		}
	}
	return out, nil
}

// Read reads one record of today's form.
func Read(raw []byte) source.Entry {
	e := registry.Entry(raw)
	if e.Err != nil {
		return e
	}
	o, err := loose.JSON(raw)
	if err != nil { // registry.Entry has read it
		return source.Entry{Err: err, Raw: raw}
	}
	if server := o.Object("server"); server != nil {
		o = server
	}
	vendor := o.Object("_meta").Object("io.modelcontextprotocol.registry/publisher-provided").Object("io.github.stacklok")
	for _, at := range vendor.Keys() {
		more(&e, at, vendor.Object(at))
	}
	publisher(&e.Listing)
	return e
}

// more adds what ToolHive says of the package or remote at an image's
// reference or an address.
func more(e *source.Entry, at string, x loose.Object) {
	if x == nil {
		return
	}
	l := &e.Listing
	l.Vendor = l.Vendor || x.Str("tier") == "Official"
	if strings.EqualFold(x.Str("status"), "deprecated") && l.Status == "active" {
		l.Status = "deprecated"
	}
	for _, tag := range x.Strings("tags") {
		if tag = clean.Line(tag, 50); tag != "" && len(l.Tags) < maxTags && !slices.Contains(l.Tags, tag) {
			l.Tags = append(l.Tags, tag)
		}
	}
	l.Tools = addTools(l.Tools, x)
	about, meta := x.Object("custom_metadata"), x.Object("metadata")
	l.License = first(l.License, clean.Line(about.Str("license"), 100))
	l.Website = first(l.Website, clean.WebPage(about.Str("homepage")))
	if author := clean.Line(about.Str("author"), 100); author != "" {
		l.Publisher = author
	}
	if n, err := json.Number(meta.Str("stars")).Int64(); err == nil && n > 0 && n < 1<<31 {
		l.Stars = max(l.Stars, int(n))
	}
	if t, err := time.Parse(time.RFC3339, meta.Str("last_updated")); err == nil && t.After(l.Updated) {
		l.Updated = t.UTC()
	}
	if x.Has("oauth_config") {
		l.Needs = model.NeedsSignIn
	}
	i := slices.IndexFunc(l.Packages, func(p model.Package) bool { return p.Identifier == at || p.URL == at })
	if i < 0 && len(l.Packages) == 1 {
		i = 0
	}
	if i < 0 {
		if len(x.Strings("args")) > 0 || len(x.Objects("env_vars")) > 0 {
			e.LeftOut = append(e.LeftOut, "settings of a package that is not there")
		}
		return
	}
	if err := settings(&l.Packages[i], x); err != nil {
		e.LeftOut = append(e.LeftOut, err.Error())
	}
}

// settings adds arguments and variables that only ToolHive's part names.
func settings(p *model.Package, x loose.Object) error {
	if len(p.PackageArguments) == 0 && p.Type != "remote" {
		for _, a := range limit(x.Strings("args"), 100) {
			v, ok := clean.Value(a, 4<<10)
			if !ok {
				return errors.New("an argument that cannot be used")
			}
			p.PackageArguments = append(p.PackageArguments, model.Argument{Kind: "positional", Input: model.Input{Value: v}})
		}
	}
	for _, o := range limit(x.Objects("env_vars"), 100) {
		in, err := variable(o)
		if err != nil {
			return err
		}
		if p.Type == "remote" {
			return errors.New("a remote server has no variables")
		}
		if !slices.ContainsFunc(p.Environment, func(have model.Input) bool { return have.Name == in.Name }) {
			p.Environment = append(p.Environment, in)
		}
	}
	return nil
}

func variable(o loose.Object) (model.Input, error) {
	in := model.Input{
		Description: clean.Text(o.Str("description"), 2000),
		Required:    o.Bool("required"), Secret: o.Bool("secret"),
	}
	var named, plain bool
	in.Name, named = clean.Name(o.Str("name"), 200)
	in.Default, plain = clean.Value(o.Str("default"), 4<<10)
	if !named || !plain {
		return in, errors.New("a variable that cannot be used")
	}
	return in, nil
}

func addTools(have []model.Tool, x loose.Object) []model.Tool {
	at := map[string]int{}
	for i, t := range have {
		at[t.Name] = i
	}
	put := func(t model.Tool) {
		if i, ok := at[t.Name]; ok {
			have[i] = t
		} else if t.Name != "" && len(have) < maxTools {
			at[t.Name] = len(have)
			have = append(have, t)
		}
	}
	for _, name := range limit(x.Strings("tools"), maxTools) {
		if name = clean.Line(name, 128); !slices.ContainsFunc(have, func(t model.Tool) bool { return t.Name == name }) {
			put(model.Tool{Name: name})
		}
	}
	for _, o := range limit(x.Objects("tool_definitions"), maxTools) {
		notes := o.Object("annotations")
		t := model.Tool{
			Name:        clean.Line(o.Str("name"), 128),
			Title:       clean.Line(first(o.Str("title"), notes.Str("title")), 100),
			Description: clean.Text(o.Str("description"), 1000),
		}
		if notes.Has("readOnlyHint") {
			hint := notes.Bool("readOnlyHint")
			t.ReadOnly = &hint
		}
		put(t)
	}
	return have
}

// publisher names who made a server: ToolHive lists other people's under its
// own name. The maker of the repository or the address says it when nobody is
// named.
func publisher(l *model.Listing) {
	if l.Publisher != "" && l.Publisher != "stacklok" {
		return
	}
	if rest, ok := strings.CutPrefix(l.Repository, "https://github.com/"); ok {
		l.Publisher, _, _ = strings.Cut(rest, "/")
		return
	}
	for _, p := range l.Packages {
		if u, err := url.Parse(p.URL); err == nil && p.Type == "remote" && u.Hostname() != "" && !strings.Contains(u.Host, "{") {
			l.Publisher = strings.TrimPrefix(strings.TrimPrefix(u.Hostname(), "mcp."), "www.")
			return
		}
	}
}

func first(list ...string) string {
	for _, s := range list {
		if s != "" {
			return s
		}
	}
	return ""
}

func limit[T any](list []T, most int) []T { return list[:min(len(list), most)] }
