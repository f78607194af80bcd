// Package corpus reads every record of the public data sets as their sources
// would be read: what the check of merging and the tests of identity run on.
// Nothing of the product imports it.
//
//	records, err := corpus.Read(os.Getenv("TOOLBAY_DATA"))
package corpus

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"toolbay/backend/catalog/source"
	"toolbay/backend/catalog/source/docker"
	"toolbay/backend/catalog/source/mcpm"
	"toolbay/backend/catalog/source/registry"
	"toolbay/backend/catalog/source/starter"
	"toolbay/backend/catalog/source/toolhive"
	"toolbay/backend/catalog/source/toolsdk"
	"toolbay/backend/model"
)

// Record is one listing of one source.
type Record struct {
	Source string
	model.Listing
}

// Order are the sources, the one that is believed first before.
var Order = []string{"starter", "docker", "toolhive", "official", "mcpm"}

// Files are those of the data sets that hold records. What is no source of its
// own is a file that somebody imported.
var Files = []struct {
	Path, Source string
	read         func([]byte) ([]source.Entry, error)
}{
	{"docker/catalog-v3.yaml.gz", "docker", docker.Catalogue},
	{"toolhive/toolhive-registry.json.gz", "toolhive", toolhive.Registry},
	{"registry/official-registry-full-2025-12-18.json.gz", "official", list},
	{"community/mcpm-servers.json.gz", "mcpm", mcpm.Servers},
	{"toolhive/toolhive-registry-official.json.gz", "", toolhive.Registry},
	{"registry/official-registry-names-2026-06-12.jsonl.gz", "", names},
	{"registry/official-registry-legacy-snakecase-2025-09-15.json.gz", "", list},
	{"community/toolsdk-packages.jsonl.gz", "", collection},
	{"community/server-json-files.jsonl.gz", "", lines(registry.Entry)},
}

// Read gives the records of all files in dir, and those of the starter.
func Read(dir string) ([]Record, error) {
	var out []Record
	own, err := starter.Listings()
	if err != nil {
		return nil, err
	}
	for _, l := range own {
		out = append(out, Record{"starter", l})
	}
	for _, f := range Files {
		body, err := unpack(filepath.Join(dir, filepath.FromSlash(f.Path)))
		if err != nil {
			return nil, err
		}
		entries, err := f.read(body)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", f.Path, err)
		}
		name := f.Source
		if name == "" {
			name = "file:" + filepath.Base(f.Path)
		}
		out = append(out, newest(name, entries)...)
	}
	return out, nil
}

// newest leaves one record of every id.
func newest(name string, entries []source.Entry) []Record {
	at := map[string]int{}
	var kept []source.Entry
	for _, e := range entries {
		if e.Err != nil {
			continue
		}
		id := strings.ToLower(e.Listing.ID)
		n, ok := at[id]
		switch {
		case !ok:
			at[id] = len(kept)
			kept = append(kept, e)
		case registry.Newest(e, kept[n]):
			kept[n] = e
		}
	}
	out := make([]Record, len(kept))
	for i, e := range kept {
		out[i] = Record{name, e.Listing}
	}
	return out
}

func unpack(path string) ([]byte, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	z, err := gzip.NewReader(f)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return io.ReadAll(z)
}

func list(body []byte) ([]source.Entry, error) {
	var raw []json.RawMessage
	if err := json.Unmarshal(body, &raw); err != nil {
		return nil, err
	}
	out := make([]source.Entry, len(raw))
	for i, r := range raw {
		out[i] = registry.Entry(r)
	}
	return out, nil
}

func lines(read func([]byte) source.Entry) func([]byte) ([]source.Entry, error) {
	return func(body []byte) ([]source.Entry, error) {
		var out []source.Entry
		in := bufio.NewScanner(bytes.NewReader(body))
		in.Buffer(nil, 16<<20)
		for in.Scan() {
			if line := bytes.TrimSpace(in.Bytes()); len(line) > 0 {
				out = append(out, read(slices.Clone(line)))
			}
		}
		return out, in.Err()
	}
}

// collection reads lines {"path","entry"} of the toolsdk collection.
var collection = lines(func(line []byte) source.Entry {
	var at struct {
		Path  string
		Entry json.RawMessage
	}
	if err := json.Unmarshal(line, &at); err != nil {
		return source.Entry{Err: err, Raw: line}
	}
	return toolsdk.Read(at.Path, at.Entry)
})

// names reads lines of a list of names, which has no packages.
var names = lines(func(line []byte) source.Entry {
	var in map[string]any
	if err := json.Unmarshal(line, &in); err != nil {
		return source.Entry{Err: err, Raw: line}
	}
	raw, err := json.Marshal(map[string]any{
		"server": map[string]any{
			"name": in["name"], "description": in["description"], "version": in["version"],
			"repository": map[string]any{"url": in["repo_url"], "source": in["repo_source"], "subfolder": in["repo_subfolder"]},
		},
		"_meta": map[string]any{"io.modelcontextprotocol.registry/official": map[string]any{
			"status": in["status"], "publishedAt": in["published_at"], "updatedAt": in["updated_at"], "isLatest": true,
		}},
	})
	if err != nil {
		return source.Entry{Err: err, Raw: line}
	}
	return registry.Entry(raw)
})

// Place is the order of sources in which the first is believed: files last.
func Place(source string) int {
	if n := slices.Index(Order, source); n >= 0 {
		return n
	}
	return len(Order)
}

// Curated tells for which of these sources somebody looks at what is listed.
func Curated(source string) bool {
	return source == "starter" || source == "docker" || source == "toolhive"
}

// Proves tells for which of these sources a name is its owner's: the registry,
// and the lists of its names at other times.
func Proves(source string) bool {
	return source == "official" || strings.HasPrefix(source, "file:official-registry-")
}

// Kept tells for which of these lists their makers take up what is in them.
func Kept(source string) bool { return source == "mcpm" || strings.HasPrefix(source, "file:toolsdk-") }
