package registry

import (
	"errors"
	"fmt"
	"strings"

	"toolbay/backend/catalog/internal/clean"
	"toolbay/backend/catalog/internal/loose"
	"toolbay/backend/model"
)

// Limits far above what any real record has.
const (
	maxPackages  = 64
	maxArguments = 200
	maxChoices   = 500
	maxVariables = 100
	maxValue     = 8 << 10
)

var types = map[string]string{
	"npm": "npm", "pypi": "pypi", "oci": "oci", "mcpb": "mcpb", "nuget": "nuget", "cargo": "cargo",
	"docker": "oci", "dxt": "mcpb", // names of 2025-07
}

// local reads one entry of "packages" in either spelling.
func local(o loose.Object) (model.Package, error) {
	kind, ok := types[strings.ToLower(o.Str("registryType", "registry_type", "registry_name"))]
	if !ok {
		return model.Package{}, errors.New("of a type nobody knows")
	}
	id, ok := clean.Name(o.Str("identifier", "name"), 2000)
	if !ok {
		return model.Package{}, errors.New("without a usable identifier")
	}
	// What a list says may not make a file of this computer be read, nor one of
	// another be asked for.
	if kind == "mcpb" && clean.Secure(id) == "" {
		return model.Package{}, errors.New("without a secure address")
	}
	version, ok := clean.Value(o.Str("version"), 255)
	if !ok || strings.HasPrefix(version, "-") {
		return model.Package{}, errors.New("without a usable version")
	}
	p := model.Package{
		Type: kind, Identifier: id, Version: version,
		RuntimeHint: clean.Line(o.Str("runtimeHint", "runtime_hint"), 50),
		FileSHA256:  clean.Line(o.Str("fileSha256", "file_sha256"), 64),
		Transport:   "stdio",
	}
	var err error
	if t := o.Object("transport"); t != nil {
		if p.Transport, err = transport(t.Str("type")); err != nil {
			return p, err
		}
		if p.URL, err = address(t.Str("url")); err != nil {
			return p, err
		}
		if p.Headers, err = inputs(t.Objects("headers")); err != nil {
			return p, err
		}
	} else if t := o.Str("transport"); t != "" {
		if p.Transport, err = transport(t); err != nil {
			return p, err
		}
	}
	if p.RuntimeArguments, err = arguments(o.Objects("runtimeArguments", "runtime_arguments")); err != nil {
		return p, err
	}
	if p.PackageArguments, err = arguments(o.Objects("packageArguments", "package_arguments")); err != nil {
		return p, err
	}
	p.Environment, err = inputs(o.Objects("environmentVariables", "environment_variables"))
	return p, err
}

// remote reads one entry of "remotes".
func remote(o loose.Object) (model.Package, error) {
	p := model.Package{Type: "remote"}
	var err error
	if p.Transport, err = transport(o.Str("type", "transport_type")); err != nil {
		return p, err
	}
	if p.URL, err = address(o.Str("url")); err != nil {
		return p, err
	}
	if p.URL == "" {
		return p, errors.New("without an address")
	}
	p.Identifier = p.URL
	if p.Headers, err = inputs(o.Objects("headers")); err != nil {
		return p, err
	}
	p.Variables, err = variables(o)
	return p, err
}

func transport(s string) (string, error) {
	switch s {
	case "stdio", "streamable-http", "sse":
		return s, nil
	case "":
		return "stdio", nil
	case "streamable", "streaming", "http":
		return "streamable-http", nil
	}
	return "", errors.New("with a transport nobody knows")
}

// address takes a template such as https://{host}/mcp as it is.
func address(s string) (string, error) {
	if s == "" {
		return "", nil
	}
	v, ok := clean.Name(s, 2000)
	if !ok || !strings.HasPrefix(v, "https://") && !strings.HasPrefix(v, "http://") && !strings.HasPrefix(v, "{") {
		return "", errors.New("without a usable address")
	}
	return v, nil
}

func inputs(list []loose.Object) ([]model.Input, error) {
	var out []model.Input
	for _, o := range limit(list, maxArguments) {
		in, err := input(o, 2)
		if err != nil {
			return nil, err
		}
		if in.Name == "" {
			continue
		}
		out = append(out, in)
	}
	return out, nil
}

func arguments(list []loose.Object) ([]model.Argument, error) {
	var out []model.Argument
	for _, o := range limit(list, maxArguments) {
		in, err := input(o, 2)
		if err != nil {
			return nil, err
		}
		a := model.Argument{Input: in, Repeated: o.Bool("isRepeated", "is_repeated")}
		a.ValueHint = clean.Line(o.Str("valueHint", "value_hint"), 200)
		switch o.Str("type") {
		case "named":
			a.Kind = "named"
		case "positional":
			a.Kind = "positional"
		default: // "" and inventions: a name with dashes says it
			a.Kind = "positional"
			if strings.HasPrefix(in.Name, "-") {
				a.Kind = "named"
			}
		}
		out = append(out, a)
	}
	return out, nil
}

// input reads an Input; its variables are Inputs too, depth levels of them.
func input(o loose.Object, depth int) (model.Input, error) {
	in := model.Input{
		Description: clean.Text(o.Str("description"), 2000),
		Required:    o.Bool("isRequired", "is_required"),
		Secret:      o.Bool("isSecret", "is_secret"),
		Format:      format(o.Str("format")),
		Placeholder: clean.Line(o.Str("placeholder"), 500),
	}
	for _, f := range []struct {
		to   *string
		what string
		most int
	}{{&in.Name, "name", 200}, {&in.Value, "value", maxValue}, {&in.Default, "default", maxValue}} {
		v, ok := clean.Value(o.Str(f.what), f.most)
		if !ok {
			return in, fmt.Errorf("with a %s that cannot be used", f.what)
		}
		*f.to = v
	}
	for _, c := range limit(o.Strings("choices"), maxChoices) {
		v, ok := clean.Value(c, maxValue)
		if !ok {
			return in, errors.New("with a choice that cannot be used")
		}
		in.Choices = append(in.Choices, v)
	}
	if depth > 0 {
		var err error
		if in.Variables, err = variablesOf(o, depth-1); err != nil {
			return in, err
		}
	}
	return in, nil
}

func variables(o loose.Object) (map[string]model.Input, error) { return variablesOf(o, 1) }

func variablesOf(o loose.Object, depth int) (map[string]model.Input, error) {
	vars := o.Object("variables")
	if len(vars) == 0 {
		return nil, nil
	}
	out := map[string]model.Input{}
	for _, name := range limit(vars.Keys(), maxVariables) {
		key, ok := clean.Value(name, 200)
		if !ok {
			return nil, errors.New("with a variable that cannot be used")
		}
		v := vars.Object(name)
		if v == nil {
			continue
		}
		in, err := input(v, depth)
		if err != nil {
			return nil, err
		}
		out[key] = in
	}
	return out, nil
}

func format(s string) string {
	switch s {
	case "string", "number", "boolean", "filepath":
		return s
	case "integer", "float":
		return "number"
	case "bool":
		return "boolean"
	case "path", "file", "directory", "folder":
		return "filepath"
	}
	return ""
}

func limit[T any](list []T, most int) []T { return list[:min(len(list), most)] }
