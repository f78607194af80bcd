// Package reverse takes one change out of a settings file that has been edited
// since: what the change did goes, every later edit stays, or nothing is done
// and the error says what overlaps. backend/changeset is given it as its
// Options.Reverse by backend; it imports configfile and model.
//
//	out, err := reverse.File("/home/ana/.cursor/mcp.json", before, after, now)
package reverse

import (
	"path/filepath"
	"strings"

	"toolbay/backend/configfile"
	"toolbay/backend/model"
)

// File gives now without what led from before to after; nil stands for an
// absent file. A file whose format is known is proved: the result parses as now
// did, and its value is that of now with the change's own members taken back
// and no other. Codes: undo_overlaps, and file_broken when now does not parse
// but after did.
func File(path string, before, after, now []byte) ([]byte, error) {
	f, known := formatOf(path, before, after, now)
	if !known {
		out, line := lines(before, after, now)
		if line > 0 {
			return nil, overlapsAtLine(path, line)
		}
		return out, nil
	}
	var values [3]any
	for i, content := range [][]byte{before, after, now} {
		v, err := value(content, f)
		if err != nil {
			return nil, model.Fail(model.Code(err), err, "path", path)
		}
		values[i] = v
	}
	s := steps{path: path}
	if err := s.take(nil, values[0], values[1], values[2]); err != nil {
		return nil, err
	}
	want := s.applied(values[2])
	proved := func(out []byte) bool {
		v, err := value(out, f)
		if f != configfile.JSON && f != configfile.JSONC && f != configfile.JSONComments {
			// A table of TOML is there as long as something is in it, a list of
			// YAML that lost its last element is one of nothing.
			v, want = filled(v), filled(want)
		}
		return err == nil && configfile.Same(v, want)
	}
	// Line by line first: it brings back comments, spacing and place too.
	if now != nil && before != nil {
		if out, line := lines(before, after, now); line == 0 && proved(out) {
			return out, nil
		}
	}
	if now == nil && len(s.list) > 0 {
		return nil, overlaps(path, s.list[0].path) // the file it stood in is gone
	}
	out, err := s.edit(now, f)
	if err != nil {
		return nil, model.Fail("undo_overlaps", err, "path", path, "what", plain(s.list[0].path))
	}
	if !proved(out) {
		return nil, overlaps(path, s.list[0].path)
	}
	return out, nil
}

// formatOf is the strictest format of the file's kind in which all versions
// parse, so that the result is not held to less than the file was. A file that
// nobody can parse is text.
func formatOf(path string, versions ...[]byte) (configfile.Format, bool) {
	for _, f := range Formats(path) {
		all := true
		for _, v := range versions {
			if v == nil {
				continue
			}
			if _, err := configfile.Parse(v, f); err != nil {
				all = false
				break
			}
		}
		if all {
			return f, true
		}
	}
	return "", false
}

// Formats are those in which a file of that name may be written, the strictest
// first. No app's settings that are JSON say so in another way than their name.
func Formats(path string) []configfile.Format {
	switch strings.ToLower(filepath.Ext(path)) {
	case ".toml":
		return []configfile.Format{configfile.TOML}
	case ".yaml", ".yml":
		return []configfile.Format{configfile.YAML}
	case ".json", ".jsonc", ".json5":
		return []configfile.Format{configfile.JSON, configfile.JSONComments, configfile.JSONC}
	}
	return nil
}

func value(content []byte, f configfile.Format) (any, error) {
	doc, err := configfile.Parse(content, f)
	if err != nil {
		return nil, err
	}
	if doc.Blank() {
		return configfile.Object{}, nil
	}
	v, _ := doc.Get()
	return keyed(v), nil
}

// filled leaves out objects in which nothing is.
func filled(v any) any {
	o, is := v.(configfile.Object)
	if !is {
		return v
	}
	var out configfile.Object
	for _, m := range o {
		inner := filled(m.Value)
		if in, is := inner.(configfile.Object); !is || len(in) > 0 {
			out = append(out, configfile.Member{Key: m.Key, Value: inner})
		}
	}
	return out
}

func overlaps(path string, at []string) error {
	return model.Fail("undo_overlaps", nil, "path", path, "what", plain(at))
}

// plain names a place in a file for a person.
func plain(at []string) string {
	if len(at) == 0 {
		return "…"
	}
	names := make([]string, 0, len(at))
	for _, step := range at {
		names = append(names, nameIn(step))
	}
	return strings.Join(names, " › ")
}
