package toolhive

import (
	"encoding/json"
	"errors"
	"fmt"

	"toolbay/backend/catalog/internal/clean"
	"toolbay/backend/catalog/internal/loose"
	"toolbay/backend/catalog/source"
	"toolbay/backend/catalog/source/registry"
)

// legacy reads one server of ToolHive's own form of 2025, where servers have a
// key instead of a name, by writing it down in today's.
func legacy(key string, raw []byte) source.Entry {
	o, err := loose.JSON(raw)
	if err != nil {
		return source.Entry{Err: fmt.Errorf("not JSON: %w", err), Raw: raw}
	}
	if _, ok := clean.Name(key, 100); !ok {
		return source.Entry{Err: errors.New("no usable name"), Raw: raw}
	}
	server := map[string]any{
		"name": "io.github.stacklok/" + key, "title": registry.Title("io.github.stacklok/" + key), "description": o.Str("description"), "version": "1.0.0",
	}
	if r := o.Str("repository_url"); r != "" {
		server["repository"] = map[string]any{"url": r}
	}
	at := o.Str("image")
	kind := o.Str("transport")
	if at != "" {
		t := map[string]any{"type": kind}
		if kind == "streamable-http" || kind == "sse" {
			t["url"] = "http://localhost:" + first(o.Str("target_port"), "8080")
		}
		server["packages"] = []any{map[string]any{"registryType": "oci", "identifier": at, "transport": t}}
	} else if at = o.Str("url"); at != "" {
		var headers []any
		for _, h := range o.Objects("headers") {
			headers = append(headers, map[string]any{
				"name": h.Str("name"), "description": h.Str("description"), "default": h.Str("default"),
				"isRequired": h.Bool("required"), "isSecret": h.Bool("secret"),
			})
		}
		server["remotes"] = []any{map[string]any{"type": kind, "url": at, "headers": headers}}
	}
	if at != "" {
		server["_meta"] = map[string]any{"io.modelcontextprotocol.registry/publisher-provided": map[string]any{"io.github.stacklok": map[string]any{at: o}}}
	}
	body, err := json.Marshal(server)
	if err != nil {
		return source.Entry{Err: err, Raw: raw}
	}
	e := Read(body)
	if e.Err != nil {
		e.Raw = raw
	}
	return e
}
