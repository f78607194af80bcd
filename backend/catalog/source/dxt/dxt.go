// Package dxt reads manifests of desktop extensions (DXT, MCPB) that come
// without their bundle, as lists of them do: what starts a published package
// can be used, what is inside the bundle cannot. Only catalog imports it.
//
//	entry := dxt.Read("servers/acme/notes/manifest.json", body)
package dxt

import (
	"errors"
	"fmt"
	"path"
	"slices"
	"strings"

	"toolbay/backend/catalog/command"
	"toolbay/backend/catalog/internal/clean"
	"toolbay/backend/catalog/internal/loose"
	"toolbay/backend/catalog/source"
	"toolbay/backend/model"
)

// ID is the first half of its listings' ids.
const ID = "dxt"

const (
	maxTools  = 500
	maxTags   = 50
	maxInputs = 200
)

// Is tells whether a manifest is one of an extension: browsers and web pages
// have a manifest.json as well.
func Is(o loose.Object) bool {
	return o.Has("dxt_version", "manifest_version") && o.Object("server") != nil
}

// Read reads one manifest; at is its file in the list, whose folders name it.
// With no file its own name does.
func Read(at string, raw []byte) source.Entry {
	fail := func(err error) source.Entry { return source.Entry{Err: err, Raw: raw} }
	o, err := loose.JSON(raw)
	if err != nil {
		return fail(fmt.Errorf("not JSON: %w", err))
	}
	if !Is(o) {
		return fail(errors.New("not a manifest of an extension"))
	}
	key := keyOf(at, o)
	if _, ok := clean.Name(key, 200); !ok || strings.ContainsAny(key, `/\`) {
		return fail(errors.New("no usable name"))
	}
	repository, subfolder := clean.Repository(o.Object("repository").Str("url"))
	if repository == "" {
		repository, subfolder = clean.Repository(o.Str("repository"))
	}
	l := model.Listing{
		ID: ID + "/" + key, Name: key,
		Title:       clean.Line(o.Str("display_name"), 100),
		Description: clean.Line(o.Str("description"), 1000),
		Publisher:   clean.Line(o.Object("author").Str("name"), 100),
		Repository:  repository, Subfolder: subfolder,
		Website:  clean.WebPage(o.Str("homepage")),
		License:  clean.Line(o.Str("license"), 100),
		Version:  clean.Line(o.Str("version"), 255),
		Status:   "active",
		Packages: []model.Package{},
		Tools:    []model.Tool{},
	}
	if l.Title == "" {
		l.Title = clean.Line(o.Str("name"), 100)
	}
	if l.Title == "" {
		l.Title = key
	}
	for _, t := range o.Objects("tools") {
		if name := clean.Line(t.Str("name"), 128); name != "" && len(l.Tools) < maxTools {
			l.Tools = append(l.Tools, model.Tool{Name: name, Description: clean.Text(t.Str("description"), 1000)})
		}
	}
	for _, tag := range o.Strings("keywords") {
		if tag = clean.Line(tag, 50); tag != "" && len(l.Tags) < maxTags && !slices.Contains(l.Tags, tag) {
			l.Tags = append(l.Tags, tag)
		}
	}
	e := source.Entry{Listing: l}
	if p, err := start(o); err != nil {
		e.LeftOut = []string{err.Error()}
	} else {
		e.Listing.Packages = append(e.Listing.Packages, p)
	}
	return e
}

func keyOf(at string, o loose.Object) string {
	parts := strings.Split(path.Dir(path.Clean("/"+strings.ReplaceAll(at, `\`, "/"))), "/")
	parts = slices.DeleteFunc(parts, func(s string) bool { return s == "" })
	key := strings.Join(parts[max(0, len(parts)-2):], ".")
	if file := strings.TrimSuffix(path.Base(at), ".manifest.json"); len(file) < len(path.Base(at)) {
		key = file // notes.manifest.json
	}
	if key == "" {
		key = strings.ReplaceAll(strings.TrimPrefix(o.Str("name"), "@"), "/", "-")
	}
	return strings.Join(strings.Fields(key), "-")
}

// start makes a package of how the extension starts its server. Everything
// that lies in the bundle, which is not here, cannot be had.
func start(o loose.Object) (model.Package, error) {
	config := o.Object("server").Object("mcp_config")
	line := command.Line{Command: config.Str("command"), Env: map[string]string{}, Inputs: inputs(o.Object("user_config"))}
	if line.Command == "" {
		return model.Package{}, errors.New("it does not say how it is started")
	}
	for _, a := range config.List("args") {
		line.Args = append(line.Args, plain(loose.String(a)))
	}
	env := config.Object("env")
	for _, name := range env.Keys() {
		line.Env[name] = plain(env.Str(name))
	}
	for _, s := range append([]string{line.Command}, line.Args...) {
		if strings.Contains(s, "${__dirname}") {
			return model.Package{}, errors.New("inside the bundle, which is not part of the list")
		}
	}
	return command.Package(line)
}

// plain names a setting as the others are: ${user_config.NAME} is ${NAME}.
func plain(s string) string { return strings.ReplaceAll(s, "${user_config.", "${") }

func inputs(o loose.Object) map[string]model.Input {
	out := map[string]model.Input{}
	for _, name := range o.Keys() {
		c := o.Object(name)
		if _, ok := clean.Name(name, 200); !ok || c == nil || len(out) == maxInputs {
			continue
		}
		in := model.Input{
			Description: clean.Text(c.Str("description"), 2000),
			Required:    c.Bool("required"), Secret: c.Bool("sensitive"),
		}
		if in.Description == "" {
			in.Description = clean.Text(c.Str("title"), 200)
		}
		switch c.Str("type") {
		case "directory":
			in.Format = "folder"
		case "file":
			in.Format = "filepath"
		case "number", "boolean":
			in.Format = c.Str("type")
		}
		// A default may be made for the writer's folders: ${HOME}/Documents.
		switch def, ok := clean.Value(c.Str("default"), 1000); {
		case !ok || in.Secret:
		case strings.Contains(def, "${"):
			in.Placeholder = clean.Line(def, 200)
		default:
			in.Default = def
		}
		out[name] = in
	}
	return out
}
