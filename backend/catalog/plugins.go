package catalog

import (
	"toolbay/backend/catalog/source"
	"toolbay/backend/catalog/source/anthropic"
	"toolbay/backend/catalog/source/cline"
	"toolbay/backend/catalog/source/docker"
	"toolbay/backend/catalog/source/github"
	"toolbay/backend/catalog/source/glama"
	"toolbay/backend/catalog/source/mcpm"
	"toolbay/backend/catalog/source/registry"
	"toolbay/backend/catalog/source/smithery"
	"toolbay/backend/catalog/source/starter"
	"toolbay/backend/catalog/source/toolhive"
)

// official is the official registry, which is the one that tells what changed.
var official = source.Plugin{
	ID: Official, Site: "https://registry.modelcontextprotocol.io", License: "CC0-1.0",
	Open: func(origin string) source.Reader {
		if origin == "" {
			origin = registry.Origin
		}
		return registry.Client{Reader: registry.Reader{Origin: origin}}
	},
}

// plugins are the sources that come with Toolbay. Where two say different
// things of the same server, the earlier one is believed.
func plugins() []source.Plugin {
	return []source.Plugin{
		starter.Plugin, docker.Plugin, toolhive.Plugin, anthropic.Plugin, github.Plugin, official,
		mcpm.Plugin, smithery.Plugin, glama.Plugin, cline.Plugin,
	}
}

// Sources gives the ids of the sources that come with Toolbay.
func Sources() []string {
	var out []string
	for _, p := range plugins() {
		out = append(out, p.ID)
	}
	return out
}
