package catalog

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path"
	"slices"
	"strings"

	"toolbay/backend/catalog/source"
)

// isList tells the files of a folder that may have a list of servers in them.
func isList(name string) bool {
	base := path.Base(strings.ToLower(name))
	switch base {
	case "tools.json", "mcp.json", "package.json", "package-lock.json", "composer.json", "deno.json", "tsconfig.json", "jsconfig.json":
		return false // of programs and apps
	}
	if base[0] == '.' {
		return false
	}
	return slices.Contains([]string{".json", ".jsonl", ".ndjson", ".yaml", ".yml", ".tar", ".tgz"}, path.Ext(strings.TrimSuffix(base, ".gz")))
}

// isTable tells what somebody may take for a list and is not read.
func isTable(name string) bool {
	ext := path.Ext(strings.TrimSuffix(strings.ToLower(name), ".gz"))
	return slices.Contains([]string{".csv", ".tsv", ".xml", ".zip"}, ext)
}

// list takes a list in a folder. One that is none, or that breaks off, is one
// thing that could not be read: the other files are as good without it.
func (m *importer) list(ctx context.Context, root *os.Root, name string) error {
	f, err := openRegular(root, name)
	if err != nil {
		return m.take(ctx, source.Entry{Err: fmt.Errorf("%s: %w", name, err), Raw: []byte(name)})
	}
	defer f.Close()
	read, kept, unreadable, usable := m.Read, len(m.kept), len(m.Unreadable), m.usable
	m.loose = true
	err = m.read(ctx, f)
	m.loose = false
	switch {
	case ctx.Err() != nil:
		return ctx.Err()
	case m.failed != nil:
		return m.failed
	case m.left <= 0:
		return errTooBig
	}
	if m.usable == usable {
		// Whatever it is, its parts are no records.
		m.Read, m.kept, m.Unreadable = read, m.kept[:kept], m.Unreadable[:unreadable]
		if err == nil {
			err = errors.New("nothing in it is a server")
		}
	}
	if err == nil {
		return nil
	}
	return m.take(ctx, source.Entry{Err: fmt.Errorf("%s: %w", name, err), Raw: []byte(name)})
}
