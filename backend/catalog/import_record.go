package catalog

import (
	"bytes"
	"encoding/json"
	"errors"
	"slices"

	"toolbay/backend/catalog/internal/loose"
	"toolbay/backend/catalog/source"
	"toolbay/backend/catalog/source/anthropic"
	"toolbay/backend/catalog/source/cline"
	"toolbay/backend/catalog/source/dxt"
	"toolbay/backend/catalog/source/github"
	"toolbay/backend/catalog/source/glama"
	"toolbay/backend/catalog/source/mcpm"
	"toolbay/backend/catalog/source/registry"
	"toolbay/backend/catalog/source/smithery"
	"toolbay/backend/catalog/source/starter"
	"toolbay/backend/catalog/source/toolhive"
	"toolbay/backend/catalog/source/toolsdk"
)

// record reads one record of any form. What tells the forms apart are fields
// that only one of them has.
func (m *importer) record(raw json.RawMessage) source.Entry {
	if len(raw) > maxOne || crowded(raw, maxRecordParts) {
		return source.Entry{Err: errors.New("too much for one record"), Raw: raw}
	}
	if plainRecord(raw) {
		return registry.Entry(raw)
	}
	var o map[string]json.RawMessage
	if err := json.Unmarshal(raw, &o); err != nil || o == nil {
		return source.Entry{Err: errors.New("not an object"), Raw: raw}
	}
	has := func(names ...string) bool {
		return !slices.ContainsFunc(names, func(n string) bool { return o[n] == nil })
	}
	switch {
	case has("listing", "source"):
		return readExport(raw)
	case has("path", "entry"):
		return within(raw, o["path"], o["entry"], toolsdk.Read)
	case has("path", "manifest"):
		return within(raw, o["path"], o["manifest"], dxt.Read)
	case has("packageName", "runtime"):
		return toolsdk.Read("", raw)
	case has("key", "benefit"):
		return starterEntry(raw)
	case has("installations"):
		return mcpm.Read("", raw)
	case has("mcpId"):
		return cline.Read(raw)
	case has("qualifiedName"):
		return smithery.Read(raw)
	case has("namespace", "slug"):
		return glama.Read(raw)
	case has("server") && (has("manifest_version") || has("dxt_version")):
		return dxt.Read("", raw)
	case has("name") && (has("repo_url") || has("server_type")):
		return nameOnly(raw)
	case has("_source", "server"):
		return foundIn(raw, o["_source"])
	case bytes.Contains(raw, []byte(`"io.github.stacklok"`)):
		return toolhive.Read(raw)
	case bytes.Contains(raw, []byte(`"com.anthropic.api/mcp-registry"`)):
		return anthropic.Read(raw)
	case m.loose && !has("server") && !has("packages") && !has("remotes") && !has("_meta"):
		return source.Entry{Err: errors.New("nothing says that it is a server"), Raw: raw}
	}
	return github.Read(raw)
}

// plainRecord tells the form that nearly all records have, without taking it
// apart: 187,108 of them are in the registry.
func plainRecord(raw []byte) bool {
	head := bytes.TrimLeft(raw[:min(len(raw), 64)], "{ \t\r\n")
	return bytes.HasPrefix(head, []byte(`"server"`)) && bytes.Contains(raw, []byte(`"io.modelcontextprotocol.registry/official"`)) &&
		!bytes.Contains(raw, []byte(`"io.github.stacklok"`)) && !bytes.Contains(raw, []byte(`"com.anthropic.api/mcp-registry"`)) &&
		!bytes.Contains(raw, []byte(`"manifest_version"`)) && !bytes.Contains(raw, []byte(`argazer`)) && !bytes.Contains(raw, []byte(`"_source"`))
}

// within reads a record that stands beside the name of its file. What is kept
// of one that cannot be read is both.
func within(raw, at, inner json.RawMessage, read func(at string, raw []byte) source.Entry) source.Entry {
	var name string
	if err := json.Unmarshal(at, &name); err != nil {
		return source.Entry{Err: errors.New("no name of a file"), Raw: raw}
	}
	e := read(name, inner)
	if e.Err != nil {
		e.Raw = raw
	}
	return e
}

// starterEntry reads one entry of a catalogue in the starter's format.
func starterEntry(raw []byte) source.Entry {
	list, err := starter.Read(slices.Concat([]byte("["), raw, []byte("]")))
	if err == nil && len(list) != 1 {
		err = errors.New("not one entry")
	}
	if err != nil {
		return source.Entry{Err: err, Raw: raw}
	}
	return source.Entry{Listing: list[0]}
}

// nameOnly reads a line of a table of the registry's servers, which has their
// names and dates and no packages.
func nameOnly(raw []byte) source.Entry {
	o, err := loose.JSON(raw)
	if err != nil {
		return source.Entry{Err: err, Raw: raw}
	}
	official := map[string]any{"status": o.Str("status"), "publishedAt": o.Str("published_at"), "updatedAt": o.Str("updated_at")}
	if o.Has("is_latest") {
		official["isLatest"] = o.Bool("is_latest")
	}
	return rewritten(raw, map[string]any{
		"server": map[string]any{
			"name": o.Str("name"), "title": o.Str("title"), "description": o.Str("description"), "version": o.Str("version"),
			"repository": map[string]any{"url": o.Str("repo_url"), "subfolder": o.Str("repo_subfolder")},
		},
		"_meta": map[string]any{"io.modelcontextprotocol.registry/official": official},
	}, registry.Entry)
}

// foundIn reads a server.json beside the repository it was found in, which is
// its own unless it names another.
func foundIn(raw, at []byte) source.Entry {
	e := github.Read(raw)
	if e.Err != nil || e.Listing.Repository != "" {
		return e
	}
	o, err := loose.JSON(at)
	if err != nil {
		return e
	}
	if repo := o.Str("repo"); ownerAndName().MatchString(repo) {
		e.Listing.Repository = "https://github.com/" + repo
	}
	return e
}

func rewritten(raw []byte, o map[string]any, read func([]byte) source.Entry) source.Entry {
	body, err := json.Marshal(o)
	if err != nil {
		return source.Entry{Err: err, Raw: raw}
	}
	e := read(body)
	if e.Err != nil {
		e.Raw = raw
	}
	return e
}
