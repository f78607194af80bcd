package docker

import (
	"bytes"
	"encoding/json"
	"errors"
	"slices"
	"strings"

	"toolbay/backend/catalog/internal/clean"
	"toolbay/backend/catalog/internal/loose"
	"toolbay/backend/model"
)

const (
	maxParts      = 100      // of a tool's command, and of its volumes
	maxParameters = 64 << 10 // bytes of one tool's schema
)

// Folders names the question which folders of this computer the tools of such a
// server may be given.
const Folders = "folders"

// containers makes a package of a server whose tools are a container each, of
// the type that Docker calls poci. What else its entry says is said as for any
// other. One without any such tool has no package.
func containers(key string, o loose.Object) (model.Package, error) {
	var list []model.ContainerTool
	for _, t := range o.Objects("tools") {
		if c := t.Object("container"); c != nil && len(list) < maxTools {
			list = append(list, containerTool(t, c))
		}
	}
	if len(list) == 0 {
		return model.Package{}, nil
	}
	if !UsableTools(list) {
		return model.Package{}, errors.New("a tool that cannot be used")
	}
	whole := loose.Object{"image": list[0].Image}
	for _, name := range []string{"secrets", "env", "config", "user", "disableNetwork", "extraHosts", "allowHosts"} {
		whole[name] = o[name]
	}
	p, err := container(key, whole)
	if err != nil {
		return p, err
	}
	p.Tools = list
	if slices.ContainsFunc(list, namesFolders) {
		// Each at its own place, as the tools mount what they are given.
		in := model.Input{
			Name: "-v", Value: "{" + Folders + "}:{" + Folders + "}",
			Variables: map[string]model.Input{Folders: {Format: "folder", Multiple: true}},
		}
		p.RuntimeArguments = append(p.RuntimeArguments, model.Argument{Input: in, Kind: "named", Repeated: true})
	}
	return p, nil
}

func containerTool(t, c loose.Object) model.ContainerTool {
	tool := model.ContainerTool{
		Name: clean.Line(t.Str("name"), 128), Description: clean.Text(t.Str("description"), 1000),
		Image: c.Str("image"), Command: c.Strings("command"), Volumes: c.Strings("volumes"), User: c.Str("user"),
	}
	if p := t.Object("parameters"); p != nil {
		tool.Parameters, _ = json.Marshal(p) // what was parsed can be written
	}
	return tool
}

// namesFolders tells whether a use of a tool says what it is to see.
func namesFolders(t model.ContainerTool) bool {
	return slices.ContainsFunc(t.Volumes, func(v string) bool { return strings.HasPrefix(v, "{{") })
}

// UsableTools tells whether everything of such tools that reaches a program is
// plain, and of a size that a list may have.
func UsableTools(list []model.ContainerTool) bool {
	names := map[string]bool{}
	for _, t := range list {
		image, ok := clean.Name(t.Image, 500)
		if !ok || image != t.Image || t.Name == "" || names[t.Name] || clean.Line(t.Name, 128) != t.Name || clean.Text(t.Description, 1000) != t.Description {
			return false
		}
		names[t.Name] = true
		if len(t.Command) > maxParts || len(t.Volumes) > maxParts || len(t.Parameters) > maxParameters {
			return false
		}
		for _, s := range slices.Concat(t.Command, t.Volumes, []string{t.User}) {
			if v, ok := clean.Value(s, 8<<10); !ok || v != s {
				return false
			}
		}
		var schema map[string]any
		if len(t.Parameters) > 0 && (json.Unmarshal(t.Parameters, &schema) != nil || bytes.Contains(t.Parameters, []byte(`\u0000`))) {
			return false
		}
	}
	return len(list) <= maxTools
}
