// Package pen makes the changes of a repair in a text that parses: names,
// values and places of members, in JSON, TOML and YAML. What it does not have
// to touch stays as it is, and each result is parsed again and compared with
// what was meant. backend/repair and its tests import it.
//
//	out, err := pen.Apply(src, configfile.JSON, finding.Change{Path: []string{"servers"}, Key: "mcpServers"})
package pen

import (
	"bytes"
	"errors"
	"slices"

	"toolbay/backend/configfile"
	"toolbay/backend/repair/finding"
)

var errMeaning = errors.New("the change would say something else")

// Apply makes changes one after another; a later one sees the paths that the
// earlier ones left.
func Apply(src []byte, f configfile.Format, changes ...finding.Change) (out []byte, err error) {
	out = src
	for _, c := range changes {
		if out, err = apply(out, f, c); err != nil {
			return nil, err
		}
	}
	return out, nil
}

func apply(src []byte, f configfile.Format, c finding.Change) ([]byte, error) {
	switch v := c.Value.(type) {
	case finding.AsMap:
		return asMap(src, f, c.Path, v)
	case finding.AsList:
		return asList(src, f, c.Path, v)
	case finding.Unwrap:
		return unwrap(src, f, c.Path)
	}
	switch {
	case c.Remove:
		return configfile.Remove(src, f, c.Path, nil)
	case len(c.Path) == 0:
		return wrap(src, f, c.To)
	case c.To != nil:
		return move(src, f, c.Path, c.To)
	}
	path := c.Path
	var err error
	if c.Key != "" {
		to := append(slices.Clone(path[:len(path)-1]), c.Key)
		if src, err = rename(src, f, path, to); err != nil {
			return nil, err
		}
		path = to
	}
	switch v := c.Value.(type) {
	case nil:
		return src, nil
	case finding.None:
		return set(src, f, path, nil)
	default:
		return set(src, f, path, v)
	}
}

// set gives the member at path a value.
func set(src []byte, f configfile.Format, path []string, value any) ([]byte, error) {
	doc, err := configfile.Parse(src, f)
	if err != nil {
		return nil, err
	}
	last := len(path) - 1
	if old, ok := doc.Get(path...); !ok {
		out, _, err := configfile.Insert(src, f, path, value)
		return out, err
	} else if configfile.Same(old, value) {
		return src, nil
	} else if out := setList(src, f, doc, path, old, value); out != nil {
		return out, nil
	} else if out := setElements(src, f, doc, path, old, value); out != nil {
		return out, nil
	}
	if last > 0 {
		return configfile.Update(src, f, path[:last], configfile.Object{{Key: path[last], Value: value}})
	}
	if f != configfile.TOML && f != configfile.YAML {
		out, err := configfile.Update(within(src), f, []string{"root"}, configfile.Object{{Key: path[0], Value: value}})
		if err != nil {
			return nil, err
		}
		return without(out), nil
	}
	if o, ok := value.(configfile.Object); ok {
		if out, err := configfile.Replace(src, f, path, o); err == nil {
			return out, nil
		}
	}
	if src, err = configfile.Remove(src, f, path, nil); err != nil {
		return nil, err
	}
	out, _, err := configfile.Insert(src, f, path, value)
	return out, err
}

// rename gives a member another key, by its value when its text cannot stay.
func rename(src []byte, f configfile.Format, from, to []string) ([]byte, error) {
	out, err := configfile.Rename(src, f, from, to)
	if err == nil {
		return out, nil
	}
	return moveValue(src, f, from, to)
}

// The edits of configfile that change a value want an object above it.
const root = `{"root":`

// within makes a JSON text a member of another; without takes it out again.
func within(src []byte) []byte { return slices.Concat([]byte(root), src, []byte("\n}")) }

func without(src []byte) []byte { return src[len(root) : len(src)-len("\n}")] }

// moveValue moves what a member says, without its comments and style.
func moveValue(src []byte, f configfile.Format, from, to []string) ([]byte, error) {
	doc, err := configfile.Parse(src, f)
	if err != nil {
		return nil, err
	}
	v, ok := doc.Get(from...)
	if !ok {
		return nil, errMeaning
	}
	out, _, err := configfile.Insert(src, f, to, v)
	if err != nil {
		return nil, err
	}
	return configfile.Remove(out, f, from, nil)
}

// move takes a member to another place with the text it is written in.
func move(src []byte, f configfile.Format, from, to []string) ([]byte, error) {
	if f == configfile.TOML {
		return rename(src, f, from, to)
	}
	if out, err := moveText(src, f, from, to); err == nil {
		return out, nil
	}
	return moveValue(src, f, from, to)
}

func moveText(src []byte, f configfile.Format, from, to []string) ([]byte, error) {
	doc, err := configfile.Parse(src, f)
	if err != nil {
		return nil, err
	}
	value, ok := doc.Get(from...)
	if !ok {
		return nil, errMeaning
	}
	at, ok := doc.Place(from...)
	if !ok {
		return nil, errMeaning
	}
	text, err := configfile.Text(src, f, from)
	if err != nil {
		return nil, err
	}
	if from[len(from)-1] != to[len(to)-1] {
		return nil, errMeaning // the key is part of the text
	}
	out, _, err := configfile.Insert(src, f, to, "")
	if err != nil {
		return nil, err
	}
	if doc, err = configfile.Parse(out, f); err != nil {
		return nil, err
	}
	there, ok := doc.Place(to...)
	if !ok {
		return nil, errMeaning
	}
	out, err = configfile.PutText(out, f, to, indented(text, lineIndent(src, at), lineIndent(out, there)))
	if err != nil {
		return nil, err
	}
	if doc, err = configfile.Parse(out, f); err != nil {
		return nil, err
	}
	if got, _ := doc.Get(to...); !configfile.Same(got, value) {
		return nil, errMeaning
	}
	return configfile.Remove(out, f, from, nil)
}

// lineIndent is what stands before the first thing on the line of an offset.
func lineIndent(src []byte, at int) string {
	start := bytes.LastIndexByte(src[:at], '\n') + 1
	end := start
	for end < at && (src[end] == ' ' || src[end] == '\t') {
		end++
	}
	return string(src[start:end])
}

// indented gives every line but the first another indentation.
func indented(text []byte, from, to string) []byte {
	if from == to {
		return text
	}
	lines := bytes.SplitAfter(text, []byte("\n"))
	for i, l := range lines[1:] {
		if rest, ok := bytes.CutPrefix(l, []byte(from)); ok && len(bytes.TrimSpace(l)) > 0 {
			lines[i+1] = append([]byte(to), rest...)
		}
	}
	return bytes.Join(lines, nil)
}

// unit is one step of the text's indentation.
func unit(src []byte) string {
	for _, l := range bytes.Split(src, []byte("\n")) {
		if indent := l[:len(l)-len(bytes.TrimLeft(l, " \t"))]; len(indent) > 0 && len(bytes.TrimSpace(l)) > 0 {
			if indent[0] == '\t' {
				return "\t"
			}
			if len(indent) <= 8 {
				return string(indent)
			}
		}
	}
	return "  "
}

func eol(src []byte) string {
	if n := bytes.IndexByte(src, '\n'); n > 0 && src[n-1] == '\r' {
		return "\r\n"
	}
	return "\n"
}

func splice(src []byte, from, to int, text string) []byte {
	return slices.Concat(src[:from], []byte(text), src[to:])
}

// expect parses out and compares what stands at path.
func expect(out []byte, f configfile.Format, path []string, want any) ([]byte, error) {
	doc, err := configfile.Parse(out, f)
	if err != nil {
		return nil, err
	}
	if got, _ := doc.Get(path...); !configfile.Same(got, want) {
		return nil, errMeaning
	}
	return out, nil
}
