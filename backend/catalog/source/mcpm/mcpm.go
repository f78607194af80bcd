// Package mcpm reads mcpm.sh's list, in which every server says how it is
// started by one or more command lines. Only catalog imports it.
//
//	entries, err := mcpm.Servers(body)
package mcpm

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"toolbay/backend/catalog/command"
	"toolbay/backend/catalog/internal/clean"
	"toolbay/backend/catalog/internal/loose"
	"toolbay/backend/catalog/source"
	"toolbay/backend/model"
)

// ID is the source's, and the first half of its listings' ids.
const ID = "mcpm"

// Origin is where the list is.
const Origin = "https://mcpm.sh/api/servers.json"

const (
	maxSize          = 64 << 20 // bytes; the real one has three megabytes
	maxServers       = 20_000
	maxInstallations = 20
	maxTools         = 500
	maxTags          = 50
)

// Plugin is the source.
var Plugin = source.Plugin{
	ID: ID, Site: "https://mcpm.sh", License: "MIT",
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
	entries, err := Servers(body)
	return source.Page{Entries: entries}, err
}

// Servers reads a whole list: an object with the servers by their keys. Error
// code: source_garbage.
func Servers(body []byte) ([]source.Entry, error) {
	var all map[string]json.RawMessage
	if err := json.Unmarshal(body, &all); err != nil {
		return nil, model.Fail("source_garbage", err)
	}
	switch {
	case len(all) == 0:
		return nil, model.Fail("source_garbage", errors.New("no servers in the list"))
	case len(all) > maxServers:
		return nil, model.Fail("source_garbage", fmt.Errorf("%d servers are too many", len(all)))
	}
	keys := make([]string, 0, len(all))
	for key := range all {
		keys = append(keys, key)
	}
	slices.Sort(keys)
	out := make([]source.Entry, 0, len(all))
	for _, key := range keys {
		out = append(out, Read(key, all[key]))
	}
	return out, nil
}

// Read reads one server; with no key its name is taken.
func Read(key string, raw []byte) source.Entry {
	fail := func(err error) source.Entry { return source.Entry{Err: err, Raw: raw} }
	o, err := loose.JSON(raw)
	if err != nil {
		return fail(fmt.Errorf("not JSON: %w", err))
	}
	if key == "" {
		key = o.Str("name")
	}
	// "@maker/notes" has a slash, which an id has once.
	key = strings.ReplaceAll(strings.TrimPrefix(key, "@"), "/", "-")
	if _, ok := clean.Name(key, 150); !ok || strings.ContainsAny(key, `\`) {
		return fail(errors.New("no usable name"))
	}
	if !o.Has("installations", "description", "repository") {
		return fail(errors.New("not a server"))
	}
	repository, subfolder := clean.Repository(repositoryOf(o))
	l := model.Listing{
		ID: ID + "/" + key, Name: key,
		Title:       clean.Line(o.Str("display_name"), 100),
		Description: clean.Line(o.Str("description"), 1000),
		Publisher:   publisher(o, repository),
		Repository:  repository, Subfolder: subfolder,
		Website:  clean.WebPage(o.Str("homepage")),
		License:  clean.Line(o.Str("license"), 100),
		Category: category(o),
		Sample:   sample(o),
		Status:   "active",
		Vendor:   o.Bool("is_official"),
		Packages: []model.Package{},
		Tools:    tools(o),
	}
	if l.Title == "" {
		l.Title = key
	}
	if o.Bool("is_archived") {
		l.Status = "deprecated"
	}
	for _, tag := range append(o.Strings("tags"), o.Strings("categories")...) {
		if tag = clean.Line(tag, 50); tag != "" && len(l.Tags) < maxTags && !slices.Contains(l.Tags, tag) {
			l.Tags = append(l.Tags, tag)
		}
	}
	e := source.Entry{}
	l.Packages, e.LeftOut = packages(o)
	e.Listing = l
	return e
}

func repositoryOf(o loose.Object) string {
	if url := o.Object("repository").Str("url"); url != "" {
		return url
	}
	return o.Str("repository")
}

func publisher(o loose.Object, repository string) string {
	if name := clean.Line(o.Object("author").Str("name"), 100); name != "" {
		return name
	}
	if name := clean.Line(o.Str("author"), 100); name != "" {
		return name
	}
	if rest, ok := strings.CutPrefix(repository, "https://github.com/"); ok {
		owner, _, _ := strings.Cut(rest, "/")
		return owner
	}
	return ""
}

// packages makes a package of every way of starting that can be understood,
// the recommended one first. The same package by another runner is not
// repeated.
func packages(o loose.Object) (out []model.Package, leftOut []string) {
	out = []model.Package{}
	ways := o.Object("installations")
	names := ways.Keys()
	slices.SortStableFunc(names, func(a, b string) int { return rank(ways, a) - rank(ways, b) })
	inputs := arguments(o.Object("arguments"))
	for i, name := range names {
		if i == maxInstallations {
			leftOut = append(leftOut, fmt.Sprintf("%d more ways of starting", len(names)-i))
			break
		}
		p, err := way(ways.Object(name), inputs)
		if err != nil {
			leftOut = append(leftOut, fmt.Sprintf("way %s: %v", clean.Line(name, 50), err))
			continue
		}
		if !slices.ContainsFunc(out, func(have model.Package) bool {
			return have.Type == p.Type && have.Identifier == p.Identifier
		}) {
			out = append(out, p)
		}
	}
	return out, leftOut
}

// rank puts what its maker recommends first, then what needs least; the way
// called "npm" before another of that kind.
func rank(ways loose.Object, name string) int {
	w := ways.Object(name)
	if w.Bool("recommended") {
		return 0
	}
	n := 1 + slices.Index([]string{"npm", "uvx", "docker"}, w.Str("type"))
	if n == 0 {
		n = 4
	}
	if w.Str("type") != name {
		return 2*n + 1
	}
	return 2 * n
}

func way(w loose.Object, inputs map[string]model.Input) (model.Package, error) {
	if w == nil {
		return model.Package{}, errors.New("not an object")
	}
	if address := w.Str("url"); address != "" && w.Str("command") == "" {
		u := clean.Secure(address)
		if u == "" {
			return model.Package{}, errors.New("no usable address")
		}
		p := model.Package{Type: "remote", Transport: "streamable-http", URL: u, Identifier: u}
		if strings.HasSuffix(u, "/sse") {
			p.Transport = "sse"
		}
		return p, nil
	}
	line := command.Line{Command: w.Str("command"), Env: map[string]string{}, Inputs: inputs}
	for _, v := range w.List("args") {
		line.Args = append(line.Args, loose.String(v))
	}
	env := w.Object("env")
	for _, name := range env.Keys() {
		if misread(name, inputs) {
			continue
		}
		line.Env[name] = env.Str(name)
	}
	return command.Package(line)
}

// misread finds what the list's maker took for a variable: the example of
// another one, as "your-replicate-api-token" of REPLICATE_API_TOKEN.
func misread(name string, inputs map[string]model.Input) bool {
	if _, declared := inputs[name]; declared {
		return false
	}
	for _, in := range inputs {
		if in.Placeholder == name {
			return true
		}
	}
	return false
}

func arguments(o loose.Object) map[string]model.Input {
	out := map[string]model.Input{}
	for _, name := range o.Keys() {
		a := o.Object(name)
		if _, ok := clean.Name(name, 200); !ok || a == nil || len(out) >= 200 {
			continue
		}
		in := model.Input{
			Description: clean.Text(a.Str("description"), 2000),
			Required:    a.Bool("required"),
		}
		if e := clean.Line(a.Str("example"), 200); e != "[NOT GIVEN]" {
			in.Placeholder = e
		}
		out[name] = in
	}
	return out
}

func tools(o loose.Object) []model.Tool {
	out := []model.Tool{}
	for _, t := range o.Objects("tools") {
		if len(out) == maxTools {
			break
		}
		if name := clean.Line(t.Str("name"), 128); name != "" {
			out = append(out, model.Tool{Name: name, Description: clean.Text(t.Str("description"), 1000)})
		}
	}
	return out
}

// sample is the first example that is short enough for one.
func sample(o loose.Object) string {
	for _, e := range o.Objects("examples") {
		if s := e.Str("prompt"); len(s) > 10 && len(s) <= 160 {
			return clean.Line(s, 160)
		}
	}
	return ""
}

var categories = map[string]string{
	"databases": "databases", "analytics": "databases", "media creation": "media", "finance": "money",
	"messaging": "chat", "ai systems": "ai", "dev tools": "coding",
}

func category(o loose.Object) string {
	for _, c := range o.Strings("categories") {
		if ours := categories[strings.ToLower(c)]; ours != "" {
			return ours
		}
	}
	return ""
}
