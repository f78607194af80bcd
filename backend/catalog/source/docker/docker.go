// Package docker reads Docker's MCP catalogue: the file of version 2 and 3, in
// YAML or JSON, and the server.yaml files it is made from. Only catalog
// imports it.
//
//	results, err := docker.Catalogue(body)
package docker

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"toolbay/backend/catalog/internal/clean"
	"toolbay/backend/catalog/internal/loose"
	"toolbay/backend/catalog/source"
	"toolbay/backend/model"
)

// Origin is where Docker keeps its catalogue. The twin in JSON reads three
// times faster than the YAML.
const (
	Origin     = "https://desktop.docker.com/mcp/catalog/v3/catalog.json"
	OriginYAML = "https://desktop.docker.com/mcp/catalog/v3/catalog.yaml"
)

// MaxSize is the most a catalogue may weigh; the real one has half a megabyte.
const MaxSize = 32 << 20

const (
	maxServers = 10_000
	maxTools   = 500
	maxTags    = 50
)

// Result is one server of the catalogue, or why it could not be read.
type Result = source.Entry

// Plugin is the source.
var Plugin = source.Plugin{
	ID: "docker", Site: "https://hub.docker.com/mcp", License: "MIT", Curated: true,
	Open: func(origin string) source.Reader { return reader{origin} },
}

type reader struct{ origin string }

// Page gives everything at once.
func (r reader) Page(ctx context.Context, web source.Web, _ string) (source.Page, error) {
	address := r.origin
	if address == "" {
		address = Origin
	}
	body, err := web.Get(ctx, address, MaxSize)
	if model.Code(err) == "source_refused" && address == Origin {
		body, err = web.Get(ctx, OriginYAML, MaxSize)
	}
	if err != nil {
		return source.Page{}, err
	}
	entries, err := Catalogue(body)
	return source.Page{Entries: entries}, err
}

// Catalogue reads a whole catalogue. Error code: source_garbage.
func Catalogue(body []byte) ([]Result, error) {
	o, err := Parse(body)
	if err != nil {
		return nil, model.Fail("source_garbage", err)
	}
	return Servers(o)
}

// Parse reads JSON or YAML.
func Parse(body []byte) (loose.Object, error) {
	if s := strings.TrimLeft(string(body[:min(len(body), 64)]), "\ufeff \t\r\n"); strings.HasPrefix(s, "{") {
		return loose.JSON(body)
	}
	return loose.YAML(body)
}

// Servers gives the servers of a catalogue that is parsed already, by name.
// Error code: source_garbage.
func Servers(o loose.Object) ([]Result, error) {
	registry := o.Object("registry")
	if registry == nil {
		return nil, model.Fail("source_garbage", errors.New("no registry in the catalogue"))
	}
	if len(registry) > maxServers {
		return nil, model.Fail("source_garbage", fmt.Errorf("%d servers are too many", len(registry)))
	}
	out := make([]Result, 0, len(registry))
	for _, key := range registry.Keys() {
		out = append(out, entry(key, registry.Object(key)))
	}
	return out, nil
}

// entry reads one server. One whose package cannot be used is listed without.
func entry(key string, o loose.Object) Result {
	l, err := server(key, o)
	switch {
	case err == nil:
		return Result{Listing: l}
	case l.ID != "":
		return Result{Listing: l, LeftOut: []string{err.Error()}}
	}
	raw, _ := json.Marshal(o) // what was parsed can be written
	return Result{Err: err, Raw: raw}
}

// Server reads one server.yaml; tools is the tools.json beside it, or nil.
func Server(body, tools []byte) Result {
	o, err := loose.YAML(body)
	if err != nil {
		return Result{Err: err, Raw: body}
	}
	if len(tools) > 0 {
		if t, err := loose.JSON([]byte(`{"tools":` + string(tools) + `}`)); err == nil {
			o["tools"] = t["tools"]
		}
	}
	e := entry(o.Str("name"), asCatalogue(o))
	if e.Err != nil {
		e.Raw = body
	}
	return e
}

// asCatalogue gives a server.yaml the shape it will have in the catalogue.
func asCatalogue(o loose.Object) loose.Object {
	about, meta, run, config := o.Object("about"), o.Object("meta"), o.Object("run"), o.Object("config")
	out := loose.Object{
		"type": o.Str("type"), "image": o.Str("image"), "tools": o["tools"], "remote": o["remote"],
		"title": about.Str("title"), "description": about.Str("description"), "icon": about.Str("icon"),
		"upstream": o.Object("source").Str("project"),
		"command":  run["command"], "volumes": run["volumes"], "user": run.Str("user"),
		"disableNetwork": run["disableNetwork"], "extraHosts": run["extraHosts"], "allowHosts": run["allowHosts"],
		"secrets":  config["secrets"],
		"metadata": map[string]any{"category": meta.Str("category"), "tags": meta["tags"]},
		"oauth":    map[string]any{"providers": o["oauth"]},
	}
	env := append([]any{}, config.List("env")...)
	for _, name := range run.Object("env").Keys() {
		env = append(env, map[string]any{"name": name, "value": run.Object("env").Str(name)})
	}
	out["env"] = env
	if p := config.Object("parameters"); p != nil {
		out["config"] = []any{map[string]any(p)}
	}
	return out
}

func server(key string, o loose.Object) (model.Listing, error) {
	if _, ok := clean.Name(key, 100); !ok || strings.ContainsAny(key, `/\`) {
		return model.Listing{}, errors.New("no usable name")
	}
	if o == nil {
		return model.Listing{}, errors.New("not an object")
	}
	meta := o.Object("metadata")
	page, folder := repository(o)
	l := model.Listing{
		ID: "docker/" + key, Name: key,
		Title:       clean.Line(o.Str("title"), 100),
		Description: clean.Line(o.Str("description"), 1000),
		Repository:  page,
		Subfolder:   folder,
		Stars:       count(meta.Str("githubStars")),
		Downloads:   count(meta.Str("pulls")),
		Tags:        tags(meta),
		Icon:        clean.Secure(o.Str("icon")),
		License:     clean.Line(meta.Str("license"), 100),
		Category:    category(meta),
		Status:      "active",
		Packages:    []model.Package{},
		Tools:       tools(o),
	}
	if l.Title == "" {
		l.Title = key
	}
	if strings.HasSuffix(l.Title, "(Archived)") {
		l.Status = "deprecated"
	}
	if t, err := time.Parse(time.RFC3339, o.Str("dateAdded")); err == nil {
		l.Updated = t.UTC()
	}
	var p model.Package
	var err error
	switch kind := o.Str("type"); {
	case kind == "poci":
		if p, err = containers(key, o); err == nil && p.Type != "" {
			l.Packages = append(l.Packages, p)
		}
	case kind == "remote" || kind == "" && o.Has("remote"):
		if p, err = remote(key, o); err == nil {
			l.Packages = append(l.Packages, p)
		}
	case kind == "server" || kind == "":
		if p, err = container(key, o); err == nil {
			l.Packages = append(l.Packages, p)
		}
	default:
		err = fmt.Errorf("of a type nobody knows")
	}
	l.Publisher = publisher(o, p)
	l.Needs = needs(o, l.Packages)
	return l, err
}

// needs tells what Docker's catalogue says and the package alone does not:
// that a person signs in instead of giving a key.
func needs(o loose.Object, ps []model.Package) model.Needs {
	if len(ps) == 1 && ps[0].Type == "remote" && len(o.Object("oauth").Objects("providers")) > 0 {
		return model.NeedsSignIn
	}
	return model.NeedsUnknown
}

// repository is where the source is. The folder in it is told by the tree that
// the image was built from, which may be a copy of the project's own.
func repository(o loose.Object) (page, folder string) {
	page, folder = clean.Repository(o.Str("upstream"))
	built, inBuilt := clean.Repository(o.Str("source"))
	switch {
	case page == "":
		return built, inBuilt
	case folder == "" && strings.EqualFold(page, built):
		folder = inBuilt
	}
	return page, folder
}

func count(s string) int {
	n, err := strconv.ParseFloat(s, 64)
	if err != nil || n < 0 || n > 1<<31 {
		return 0
	}
	return int(n)
}

func tags(meta loose.Object) []string {
	var out []string
	for _, tag := range append(meta.Strings("tags"), meta.Str("category")) {
		if tag = clean.Line(tag, 50); tag != "" && len(out) < maxTags && !slices.Contains(out, tag) {
			out = append(out, tag)
		}
	}
	return out
}

// publisher is who the repository belongs to; images under mcp/ are built by
// Docker from it.
func publisher(o loose.Object, p model.Package) string {
	if owner := o.Object("metadata").Str("owner"); owner != "" {
		return clean.Line(owner, 100)
	}
	if rest, ok := strings.CutPrefix(page(o), "https://github.com/"); ok {
		owner, _, _ := strings.Cut(rest, "/")
		return clean.Line(owner, 100)
	}
	if p.Type == "oci" {
		if parts := strings.Split(p.Identifier, "/"); len(parts) > 1 && parts[len(parts)-2] != "mcp" {
			return parts[len(parts)-2]
		}
	}
	if p.Type == "remote" {
		host := strings.TrimPrefix(p.URL, "https://")
		host, _, _ = strings.Cut(host, "/")
		return strings.TrimPrefix(strings.TrimPrefix(host, "mcp."), "www.")
	}
	return "Docker"
}

func page(o loose.Object) string { s, _ := repository(o); return s }

func tools(o loose.Object) []model.Tool {
	out := []model.Tool{}
	for _, v := range o.List("tools") {
		if len(out) == maxTools {
			break
		}
		t := loose.Object{"name": loose.String(v)}
		if m, ok := v.(map[string]any); ok {
			t = m
		}
		tool := model.Tool{Name: clean.Line(t.Str("name"), 128), Description: clean.Text(t.Str("description"), 1000)}
		notes := t.Object("annotations")
		tool.Title = clean.Line(notes.Str("title"), 100)
		if notes.Has("readOnlyHint") {
			hint := notes.Bool("readOnlyHint")
			tool.ReadOnly = &hint
		}
		if tool.Name != "" {
			out = append(out, tool)
		}
	}
	return out
}

// categories turns Docker's forty into ours. devops is not among them: 117 of
// 317 servers are in it, a folder reader and a bank as well, so the words of
// the listing say more.
var categories = map[string]string{
	"database": "databases", "data-analytics": "databases", "analytics": "databases", "data-visualization": "databases",
	"ai": "ai", "ai-ml": "ai", "knowledge": "ai",
	"monitoring": "cloud", "infrastructure": "cloud", "cost-management": "cloud", "iot": "home",
	"search": "web", "web": "web", "web-scraping": "web", "news": "web",
	"security": "coding", "development": "coding", "devtools": "coding", "developer-tools": "coding", "code": "coding", "documentation": "coding",
	"communication": "chat", "messaging": "chat",
	"finance": "money", "payments": "money", "blockchain": "money", "fintech": "money", "ecommerce": "money", "commerce": "money",
	"video": "media", "media": "media", "games": "media",
	"maps": "science", "geospatial": "science", "healthcare": "science",
}

func category(meta loose.Object) string { return categories[strings.ToLower(meta.Str("category"))] }
