package smithery

import (
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strings"

	"toolbay/backend/catalog/internal/clean"
	"toolbay/backend/catalog/internal/loose"
	"toolbay/backend/model"
)

const maxConnections = 20

// packages makes a package of every connection. The list has none; there the
// address of a hosted server follows from a name of the old form, as 213
// records of the official registry show.
func packages(o loose.Object, name string) (out []model.Package, leftOut []string) {
	out = []model.Package{}
	for i, c := range o.Objects("connections") {
		if i == maxConnections {
			break
		}
		p, err := connection(c)
		if err != nil {
			leftOut = append(leftOut, fmt.Sprintf("connection %d: %v", i, err))
			continue
		}
		out = append(out, p)
	}
	if len(out) > 0 || len(leftOut) > 0 {
		return out, leftOut
	}
	address := o.Str("deploymentUrl")
	if address == "" && o.Bool("remote") && strings.HasPrefix(name, "@") && strings.Count(name, "/") == 1 {
		address = "https://server.smithery.ai/" + name + "/mcp"
	}
	if address == "" {
		return out, nil
	}
	p, err := hosted(address, nil)
	if err != nil {
		return out, []string{err.Error()}
	}
	return append(out, p), nil
}

func connection(c loose.Object) (model.Package, error) {
	switch c.Str("type") {
	case "http", "ws", "sse":
		if c.Str("type") == "ws" {
			return model.Package{}, errors.New("of a kind no app speaks")
		}
		p, err := hosted(c.Str("deploymentUrl", "url"), c.Object("configSchema"))
		if c.Str("type") == "sse" {
			p.Transport = "sse"
		}
		return p, err
	case "stdio", "mcpb":
		bundle := clean.Secure(c.Str("bundleUrl"))
		if bundle == "" {
			return model.Package{}, errors.New("started by a program of the directory's own")
		}
		return model.Package{Type: "mcpb", Identifier: bundle, Transport: "stdio"}, nil
	}
	return model.Package{}, errors.New("of a kind nobody knows")
}

// hosted makes a remote server of an address and the JSON schema of what has to
// be configured. Settings travel in the address, or in the header that the
// schema names; what is optional is left to the server's defaults.
func hosted(address string, schema loose.Object) (model.Package, error) {
	u, err := url.Parse(clean.Secure(address))
	if err != nil || u.Host == "" || u.RawQuery != "" {
		return model.Package{}, errors.New("no usable address")
	}
	if u.Path == "" || u.Path == "/" {
		u.Path = "/mcp"
	}
	p := model.Package{Type: "remote", Transport: "streamable-http", URL: u.String()}
	p.Headers = []model.Input{{
		Name: "Authorization", Required: true, Secret: true, Value: "Bearer {smithery_api_key}",
		Variables: map[string]model.Input{"smithery_api_key": {
			Description: "Your key for Smithery, which runs this server.", Required: true, Secret: true, Link: "https://smithery.ai/account/api-keys",
		}},
	}}
	var query []string
	required := schema.Strings("required")
	properties := schema.Object("properties")
	for i, name := range properties.Keys() {
		if i == 100 {
			break
		}
		in, err := input(properties.Object(name))
		if _, ok := clean.Name(name, 100); err != nil || !ok || strings.ContainsAny(name, "{}&=#?") {
			return p, errors.New("a setting that cannot be used")
		}
		in.Required = slices.Contains(required, name)
		from := properties.Object(name).Object("x-from")
		if header := from.Str("header"); header != "" {
			if _, ok := clean.Name(header, 100); !ok {
				return p, errors.New("a setting that cannot be used")
			}
			in.Name = header
			p.Headers = append(p.Headers, in)
			continue
		}
		if !in.Required {
			continue
		}
		if p.Variables == nil {
			p.Variables = map[string]model.Input{}
		}
		p.Variables[name] = in
		at := name
		if q := from.Str("query"); q != "" {
			at = url.QueryEscape(q)
		}
		query = append(query, at+"={"+name+"}")
	}
	if len(query) > 0 {
		p.URL += "?" + strings.Join(query, "&")
	}
	p.Identifier = u.String()
	return p, nil
}

// input makes an Input of one property of a JSON schema.
func input(s loose.Object) (model.Input, error) {
	in := model.Input{
		Description: clean.Text(s.Str("description"), 2000),
		Secret:      s.Str("format") == "password" || s.Bool("writeOnly") || s.Bool("x-secret"),
	}
	if in.Description == "" {
		in.Description = clean.Text(s.Str("title"), 200)
	}
	switch s.Str("type") {
	case "integer", "number":
		in.Format = "number"
	case "boolean":
		in.Format = "boolean"
	}
	var ok bool
	if in.Default, ok = clean.Value(s.Str("default"), 4<<10); !ok {
		return in, errors.New("default")
	}
	for _, e := range s.Strings("examples", "example") {
		in.Placeholder = clean.Line(e, 200)
		break
	}
	for _, c := range s.Strings("enum") {
		v, ok := clean.Value(c, 500)
		if !ok || len(in.Choices) == 500 {
			return in, errors.New("choice")
		}
		in.Choices = append(in.Choices, v)
	}
	return in, nil
}
