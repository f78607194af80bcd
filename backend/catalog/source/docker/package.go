package docker

import (
	"errors"
	"slices"
	"strings"

	"toolbay/backend/catalog/internal/clean"
	"toolbay/backend/catalog/internal/loose"
	"toolbay/backend/model"
	"toolbay/backend/pattern"
)

const maxInputs = 200

// container makes a package of a server that is an image. Docker's templates,
// {{server.key|filter}}, become placeholders {key} with a declared variable
// each, so that a value used in three places is asked for once.
func container(key string, o loose.Object) (model.Package, error) {
	image, ok := clean.Name(o.Str("image"), 500)
	if !ok {
		return model.Package{}, errors.New("no usable image")
	}
	p := model.Package{Type: "oci", Identifier: image, Transport: "stdio", RuntimeHint: "docker"}
	c := newConfig(key, o)

	for _, s := range o.Objects("secrets") {
		p.Environment = append(p.Environment, secret(s))
	}
	for _, e := range limit(o.Objects("env")) {
		name := e.Str("name")
		if slices.ContainsFunc(p.Environment, func(in model.Input) bool { return in.Name == name }) {
			continue
		}
		in := c.input(e.Str("value"))
		in.Name = name
		if in.Value == "" {
			in.Placeholder = clean.Line(e.Str("example"), 500)
		}
		p.Environment = append(p.Environment, in)
	}
	for _, v := range limit(o.Strings("volumes")) {
		p.RuntimeArguments = append(p.RuntimeArguments, c.volume(v))
	}
	if user := o.Str("user"); user != "" {
		p.RuntimeArguments = append(p.RuntimeArguments, model.Argument{Input: named(c.input(user), "-u"), Kind: "named"})
	}
	if o.Bool("disableNetwork") {
		p.RuntimeArguments = append(p.RuntimeArguments, model.Argument{Input: model.Input{Name: "--network", Value: "none"}, Kind: "named"})
	}
	for _, h := range limit(o.Strings("extraHosts")) {
		p.RuntimeArguments = append(p.RuntimeArguments, model.Argument{Input: named(c.input(h), "--add-host"), Kind: "named"})
	}
	for _, a := range limit(o.Strings("command")) {
		in := c.input(a)
		p.PackageArguments = append(p.PackageArguments, model.Argument{Input: in, Kind: "positional", Repeated: c.list(a)})
	}
	p.Hosts = hosts(o)
	return p, check(p)
}

const maxHosts = 50

// hosts are the addresses that a server is said to need, without what speaks
// there ("host:443/tcp").
func hosts(o loose.Object) []string {
	var out []string
	for _, h := range o.Strings("allowHosts") {
		h, _, _ = strings.Cut(h, "/")
		if h, ok := clean.Name(h, 300); ok && len(out) < maxHosts && !slices.Contains(out, h) {
			out = append(out, h)
		}
	}
	return out
}

// remote makes a package of a server that runs elsewhere.
func remote(key string, o loose.Object) (model.Package, error) {
	r := o.Object("remote")
	p := model.Package{Type: "remote", URL: r.Str("url")}
	switch r.Str("transport_type") {
	case "sse":
		p.Transport = "sse"
	default: // http, streaming, streamable …
		p.Transport = "streamable-http"
	}
	if _, ok := clean.Name(p.URL, 2000); !ok || !strings.HasPrefix(p.URL, "https://") {
		return p, errors.New("no usable address")
	}
	p.Identifier = p.URL
	secrets := map[string]model.Input{}
	for _, s := range o.Objects("secrets") {
		in := secret(s)
		secrets[in.Name] = in
	}
	headers := r.Object("headers")
	for _, name := range limit(headers.Keys()) {
		in := model.Input{Name: name, Required: true, Value: dollar().ReplaceAllString(headers.Str(name), "{$1$2}")}
		for _, m := range dollar().FindAllStringSubmatch(headers.Str(name), -1) {
			v, known := secrets[m[1]+m[2]]
			if !known {
				v = model.Input{Secret: true, Required: true}
			}
			v.Name = ""
			in.Variables = with(in.Variables, m[1]+m[2], v)
			in.Secret = in.Secret || v.Secret
		}
		p.Headers = append(p.Headers, in)
	}
	return p, check(p)
}

// dollar is $NAME or ${NAME} in a header or value.
var dollar = pattern.New(`\$(?:\{([A-Za-z_][A-Za-z0-9_]*)\}|([A-Za-z_][A-Za-z0-9_]*))`)

func secret(s loose.Object) model.Input {
	return model.Input{
		Name: s.Str("env"), Secret: true,
		// The catalogue hardly ever says; what it lists is nearly always asked
		// for at start.
		Required:    !s.Has("required") || s.Bool("required"),
		Description: clean.Text(s.Str("description"), 2000),
		Placeholder: clean.Line(s.Str("example"), 500),
		Link:        link(s.Str("description")),
	}
}

var linkIn = pattern.New(`https://[^\s)\]>"']+`)

// link is the page a description points to, where a key can be had.
func link(text string) string { return clean.Secure(linkIn().FindString(text)) }

// config are the settings a server declares, by dotted name.
type config struct {
	server     string
	properties loose.Object
	required   []string
}

func newConfig(key string, o loose.Object) config {
	c := config{server: key, properties: loose.Object{}}
	for _, part := range o.Objects("config") {
		c.flatten("", part)
	}
	return c
}

func (c *config) flatten(prefix string, o loose.Object) {
	for _, r := range o.Strings("required") {
		c.required = append(c.required, prefix+r)
	}
	props := o.Object("properties")
	for _, name := range limit(props.Keys()) {
		p := props.Object(name)
		if p.Str("type") == "object" && strings.Count(prefix, ".") < 4 {
			c.flatten(prefix+name+".", p)
			continue
		}
		c.properties[prefix+name] = map[string]any(p)
	}
}

// template is {{path|filter|filter}}.
var template = pattern.New(`\{\{\s*([^{}|]*?)\s*((?:\|[^{}]*)?)\}\}`)

// input turns a templated value into an Input. A value that is one template
// stays one variable; text around it stays text.
func (c config) input(value string) model.Input {
	in := model.Input{Value: dollar().ReplaceAllString(value, "{$1$2}")}
	for _, m := range template().FindAllStringSubmatch(value, -1) {
		name := c.name(m[1])
		v := c.variable(name, m[2])
		in.Variables = with(in.Variables, name, v)
		in.Value = strings.Replace(in.Value, m[0], "{"+name+"}", 1)
		in.Required = in.Required || v.Required
	}
	return in
}

// name drops the server's own name, which every path begins with.
func (c config) name(path string) string {
	if server, rest, ok := strings.Cut(path, "."); ok && !c.properties.Has(path) && (server == c.server || c.properties.Has(rest)) {
		return rest
	}
	return path
}

func (c config) variable(name, filters string) model.Input {
	p := c.properties.Object(name)
	in := model.Input{
		Description: clean.Text(p.Str("description"), 2000),
		Default:     p.Str("default"),
		Required:    slices.Contains(c.required, name),
		Choices:     p.Strings("enum"),
	}
	if _, or, ok := strings.Cut(filters, "|or:"); ok && in.Default == "" {
		or, _, _ = strings.Cut(or, "|")
		in.Default = strings.Trim(or, "[]")
	}
	switch p.Str("type") {
	case "integer", "number":
		in.Format = "number"
	case "boolean":
		in.Format = "boolean"
	}
	if strings.Contains(filters, "volume") {
		in.Format = "folder"
	}
	return in
}

// volume makes the docker option for one volume.
func (c config) volume(v string) model.Argument {
	in := c.input(v)
	if m := template().FindStringSubmatch(v); m != nil && m[0] == v {
		// {{filesystem.paths|volume|into}}: each folder at its own place.
		name := c.name(m[1])
		in.Value = "{" + name + "}:{" + name + "}"
	}
	for name, x := range in.Variables {
		if x.Format == "" {
			x.Format = "filepath"
			in.Variables[name] = x
		}
	}
	return model.Argument{Input: named(in, "-v"), Kind: "named", Repeated: c.list(v)}
}

// list tells whether a template stands for several values.
func (c config) list(value string) bool {
	m := template().FindStringSubmatch(value)
	return m != nil && c.properties.Object(c.name(m[1])).Str("type") == "array"
}

func named(in model.Input, name string) model.Input {
	in.Name = name
	return in
}

func with(m map[string]model.Input, name string, in model.Input) map[string]model.Input {
	if m == nil {
		m = map[string]model.Input{}
	}
	m[name] = in
	return m
}

// check refuses a package with anything in it that is not plain text.
func check(p model.Package) error {
	bad := errors.New("a setting that cannot be used")
	var inputs []model.Input
	inputs = append(append(inputs, p.Environment...), p.Headers...)
	for _, a := range append(slices.Clone(p.RuntimeArguments), p.PackageArguments...) {
		inputs = append(inputs, a.Input)
	}
	for _, in := range inputs {
		for name, v := range in.Variables {
			if _, ok := clean.Value(name, 200); !ok {
				return bad
			}
			if _, ok := clean.Value(v.Default, 8<<10); !ok {
				return bad
			}
		}
		for _, s := range []string{in.Name, in.Value, in.Default} {
			if _, ok := clean.Value(s, 8<<10); !ok {
				return bad
			}
		}
	}
	for _, in := range slices.Concat(p.Environment, p.Headers) {
		if in.Name == "" {
			return bad
		}
	}
	return nil
}

func limit[T any](list []T) []T { return list[:min(len(list), maxInputs)] }
