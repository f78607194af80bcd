package poci

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"toolbay/backend/model"
)

// piece is a part of a template: text, or the name of what stands there.
type piece struct {
	text, name string
	// spread makes an item of each value of a list.
	spread bool
}

// parse takes a template apart. What is put in is never looked at again.
func parse(s string) ([]piece, error) {
	var out []piece
	for {
		before, rest, found := strings.Cut(s, "{{")
		if before != "" {
			out = append(out, piece{text: before})
		}
		if !found {
			return out, nil
		}
		inside, after, closed := strings.Cut(rest, "}}")
		name, filter, _ := strings.Cut(inside, "|")
		p := piece{name: strings.TrimSpace(name), spread: strings.TrimSpace(filter) == "into"}
		if !closed || p.name == "" || filter != "" && !p.spread {
			return nil, fmt.Errorf("a place that cannot be filled: {{%.80s", rest)
		}
		out, s = append(out, p), after
	}
}

// volume is one that a use of a tool sees.
type volume struct {
	source, target []piece
	reading        bool
}

func parseVolume(s string) (v volume, err error) {
	parts := colons(s)
	if len(parts) == 3 {
		v.reading = parts[2] == "ro"
	}
	if len(parts) < 2 || len(parts) > 3 || len(parts) == 3 && parts[2] != "ro" && parts[2] != "rw" {
		return v, fmt.Errorf("a volume that cannot be read: %.80s", s)
	}
	if v.source, err = parse(parts[0]); err == nil {
		v.target, err = parse(parts[1])
	}
	return v, err
}

// colons parts at colons that stand in no template.
func colons(s string) (out []string) {
	from, depth := 0, 0
	for i := range len(s) {
		switch {
		case strings.HasPrefix(s[i:], "{{"):
			depth++
		case strings.HasPrefix(s[i:], "}}"):
			depth = max(0, depth-1)
		case s[i] == ':' && depth == 0:
			out, from = append(out, s[from:i]), i+1
		}
	}
	return append(out, s[from:])
}

// Check tells whether tools can be used as they are listed: every place can be
// filled with something that the tool is given, and what one sees of this
// computer is said by its use. Error codes: image_refused, image_option.
func Check(tools []model.ContainerTool) error {
	for _, t := range tools {
		s, err := schemaOf(t)
		if err != nil {
			return model.Fail("image_option", err, "what", t.Name)
		}
		items := slices.Clone(t.Command)
		if t.User != "" {
			items = append(items, t.User)
		}
		for _, item := range items {
			if err := s.fits(item); err != nil {
				return model.Fail("image_option", err, "what", item)
			}
		}
		for _, text := range t.Volumes {
			v, err := parseVolume(text)
			if err != nil || len(v.source) == 0 || len(v.target) == 0 {
				return model.Fail("image_option", err, "what", text)
			}
			for _, part := range colons(text)[:2] {
				if err := s.fits(part); err != nil {
					return model.Fail("image_option", err, "what", text)
				}
			}
			if source := v.source[0]; source.name == "" && !volumeName(source.text) {
				// A folder of this computer that nobody chose; the only one there is
				// in practice is the engine's own socket.
				return model.Fail("image_refused", nil, "what", text)
			}
			if target := v.target[0]; target.name == "" && !path.IsAbs(target.text) {
				return model.Fail("image_option", nil, "what", text)
			}
		}
	}
	return nil
}

func volumeName(s string) bool {
	return s != "" && s[0] != '.' && !strings.ContainsAny(s, `/\~$`)
}

// OwnVolumes gives a tool whose named volumes are called as own says.
func OwnVolumes(t model.ContainerTool, own func(name string) string) model.ContainerTool {
	t.Volumes = slices.Clone(t.Volumes)
	for i, text := range t.Volumes {
		if v, err := parseVolume(text); err == nil && len(v.source) == 1 && v.source[0].name == "" {
			t.Volumes[i] = own(v.source[0].text) + strings.TrimPrefix(text, v.source[0].text)
		}
	}
	return t
}

// Volumes names the volumes of the engine that a tool's uses have.
func Volumes(t model.ContainerTool) (out []string) {
	for _, text := range t.Volumes {
		if v, err := parseVolume(text); err == nil && len(v.source) == 1 && v.source[0].name == "" {
			out = append(out, v.source[0].text)
		}
	}
	return out
}

// schema is what is read of a tool's parameters.
type schema struct {
	Properties map[string]struct {
		Type json.RawMessage `json:"type"`
	} `json:"properties"`
	Required []string `json:"required"`
}

func schemaOf(t model.ContainerTool) (s schema, err error) {
	if len(t.Parameters) > 0 {
		err = json.Unmarshal(t.Parameters, &s)
	}
	return s, err
}

func (s schema) kind(name string) string {
	var kind string
	_ = json.Unmarshal(s.Properties[name].Type, &kind) // "" for one of several
	return kind
}

// fits tells whether each place of a template can be filled.
func (s schema) fits(item string) error {
	pieces, err := parse(item)
	for _, p := range pieces {
		if _, known := s.Properties[p.name]; p.name != "" && !known {
			return fmt.Errorf("the tool is given no %.80q", p.name)
		}
		if p.name != "" && len(pieces) > 1 && (p.spread || s.kind(p.name) == "array") {
			return errors.New("a list in the middle of a text")
		}
	}
	return err
}

// given is what a tool was given by one name.
type given struct {
	list  bool
	texts []string
}

const maxArgument = 100 << 10 // bytes; Linux takes 128 KB for one argument

// read makes texts of what the app gives, as the schema says they should be.
func (s schema) read(arguments map[string]json.RawMessage) (map[string]given, error) {
	for _, name := range s.Required {
		if v, ok := arguments[name]; !ok || string(v) == "null" {
			return nil, fmt.Errorf("%q is missing.", name)
		}
	}
	out := map[string]given{}
	total := 0
	for _, name := range slices.Sorted(maps.Keys(arguments)) {
		raw := bytes.TrimSpace(arguments[name])
		if _, known := s.Properties[name]; !known {
			return nil, fmt.Errorf("This tool takes no %q.", name)
		}
		if string(raw) == "null" {
			continue
		}
		kind := s.kind(name)
		g := given{list: kind == "array" || kind == "" && raw[0] == '['}
		items := []json.RawMessage{raw}
		if g.list && json.Unmarshal(raw, &items) != nil {
			return nil, fmt.Errorf("%q must be a list.", name)
		}
		for _, item := range items {
			text, is, ok := plain(item)
			if !ok || !g.list && !matches(kind, is) {
				return nil, fmt.Errorf("%q is not of the kind that this tool takes.", name)
			}
			if strings.ContainsRune(text, 0) || len(text) > maxArgument {
				return nil, fmt.Errorf("%q is too long, or has a character in it that no program takes.", name)
			}
			total += len(text) + 1
			g.texts = append(g.texts, text)
		}
		out[name] = g
	}
	if total > 1<<20 {
		return nil, errors.New("All of this together is too long.")
	}
	return out, nil
}

// plain is one value as a program is given it, and its kind in JSON.
func plain(raw json.RawMessage) (text, kind string, ok bool) {
	dec := json.NewDecoder(bytes.NewReader(raw))
	dec.UseNumber()
	var v any
	if dec.Decode(&v) != nil {
		return "", "", false
	}
	switch v := v.(type) {
	case string:
		return v, "string", true
	case json.Number:
		return v.String(), "number", true
	case bool:
		return fmt.Sprint(v), "boolean", true
	}
	return "", "", false
}

func matches(want, is string) bool {
	return want == "" || want == is || want == "integer" && is == "number"
}

// items fills a template of the command line: whole items, however what is put
// in looks. A list that was not given is nothing.
func items(pieces []piece, values map[string]given) ([]string, error) {
	if len(pieces) == 1 && pieces[0].name != "" {
		g, ok := values[pieces[0].name]
		if g.list || pieces[0].spread || !ok {
			return g.texts, nil
		}
	}
	text, err := single(pieces, values)
	return []string{text}, err
}

func single(pieces []piece, values map[string]given) (string, error) {
	var b strings.Builder
	for _, p := range pieces {
		g := values[p.name]
		if p.name != "" && len(g.texts) > 1 || g.list && p.name != "" {
			return "", fmt.Errorf("%q must be one value.", p.name)
		}
		b.WriteString(p.text + strings.Join(g.texts, ""))
	}
	return b.String(), nil
}

// prepare makes what a container gets of what the app gives. The words of its
// errors are for the app's model.
func (c *conversation) prepare(t model.ContainerTool, arguments map[string]json.RawMessage) (Use, error) {
	broken := errors.New("This tool is listed in a way that cannot be used.")
	s, err := schemaOf(t)
	if err != nil {
		return Use{}, broken
	}
	values, err := s.read(arguments)
	if err != nil {
		return Use{}, err
	}
	use := Use{Tool: t}
	for _, item := range t.Command {
		pieces, err := parse(item)
		if err != nil {
			return Use{}, broken
		}
		filled, err := items(pieces, values)
		if err != nil {
			return Use{}, err
		}
		use.Args = append(use.Args, filled...)
	}
	user, err := parse(t.User)
	if err != nil {
		return Use{}, broken
	}
	if use.User, err = single(user, values); err != nil {
		return Use{}, err
	}
	for _, text := range t.Volumes {
		v, err := parseVolume(text)
		if err != nil {
			return Use{}, broken
		}
		m, err := c.mount(v, values)
		if err != nil {
			return Use{}, err
		}
		if !slices.ContainsFunc(use.Mounts, func(have model.Mount) bool { return have.Target == m.Target }) {
			use.Mounts = append(use.Mounts, m)
		}
	}
	return use, nil
}

// mount gives a use what it names, if that is in a folder that the server's user
// chose for it.
func (c *conversation) mount(v volume, values map[string]given) (m model.Mount, err error) {
	if m.Source, err = single(v.source, values); err != nil {
		return m, err
	}
	if m.Target, err = single(v.target, values); err != nil {
		return m, err
	}
	if len(v.source) == 1 && v.source[0].name == "" {
		m.Volume, m.Writable = true, !v.reading
	} else if m, err = c.chosen(m.Source, m.Target); err != nil {
		return m, err
	}
	if v.reading {
		m.Writable = false
	}
	if !path.IsAbs(m.Target) || path.Clean(m.Target) == "/" {
		return m, fmt.Errorf("%s cannot be the name of a folder in a container.", m.Target)
	}
	m.Target = path.Clean(m.Target)
	return m, nil
}

// chosen checks a place that a use names: first by its name, so that nothing is
// told of what stands elsewhere, then by what is really there.
func (c *conversation) chosen(source, target string) (model.Mount, error) {
	var names []string
	for _, f := range c.Folders {
		names = append(names, f.Source)
	}
	elsewhere := fmt.Errorf("%s is not in a folder that this server may use. It may use: %s.", source, strings.Join(names, ", "))
	if len(names) == 0 {
		elsewhere = errors.New("This server was given no folder of this computer. Its user can choose one in Toolbay.")
	}
	named := func(f model.Mount) bool {
		return within(source, f.Source) || within(source, filepath.FromSlash(f.Target))
	}
	if !filepath.IsAbs(source) || !slices.ContainsFunc(c.Folders, named) {
		return model.Mount{}, elsewhere
	}
	real, err := filepath.EvalSymlinks(source)
	if err != nil {
		return model.Mount{}, fmt.Errorf("There is no %s.", source)
	}
	st, err := os.Stat(real)
	for _, f := range c.Folders {
		if err == nil && within(real, f.Source) && (st.IsDir() || st.Mode().IsRegular()) {
			return model.Mount{Source: real, Target: filepath.ToSlash(target), Writable: f.Writable}, nil
		}
	}
	return model.Mount{}, elsewhere
}

// within tells whether a path is dir or in it.
func within(p, dir string) bool {
	rel, err := filepath.Rel(dir, p)
	return err == nil && (rel == "." || rel != ".." && !strings.HasPrefix(rel, ".."+string(filepath.Separator)))
}
