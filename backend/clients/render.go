package clients

import (
	"bytes"
	"cmp"
	"encoding/json"
	"path"
	"slices"
	"strings"

	"toolbay/backend/configfile"
)

// Machine is a computer that need not be this one: nothing of it is looked at,
// and no variable is set on it.
type Machine struct {
	OS      string // as runtime.GOOS
	Home    string // in the system's own form; "" is Home's default
	Project string // the same for a project's folder
}

// InventedHome is the home folder of a computer that is not here.
func InventedHome(goos string) string {
	switch goos {
	case "windows":
		return `C:\Users\you`
	case "darwin":
		return "/Users/you"
	}
	return "/home/you"
}

// Join puts a path of the system together.
func (m Machine) Join(parts ...string) string {
	if m.OS != "windows" {
		return path.Join(parts...)
	}
	for i, p := range parts {
		parts[i] = strings.ReplaceAll(p, "/", `\`)
		if i < len(parts)-1 {
			parts[i] = strings.TrimRight(parts[i], `\`)
		}
	}
	return strings.Join(parts, `\`)
}

func (m Machine) home() string { return cmp.Or(m.Home, InventedHome(m.OS)) }

func (m Machine) project() string { return cmp.Or(m.Project, m.Join(m.home(), "project")) }

// variable gives what a variable of the table stands for, "" where it is unset.
func (m Machine) variable(name string) string {
	switch {
	case name == "HOME":
		return m.home()
	case name == "PROJECT":
		return m.project()
	case m.OS != "windows":
		return ""
	case name == "APPDATA":
		return m.Join(m.home(), "AppData", "Roaming")
	case name == "LOCALAPPDATA":
		return m.Join(m.home(), "AppData", "Local")
	case name == "ProgramFiles":
		return `C:\Program Files`
	case name == "ProgramData":
		return `C:\ProgramData`
	}
	return ""
}

// expand gives a path of the table as it is on that computer, "" when its
// variable is unset there. A "*" stays.
func (m Machine) expand(p string) string {
	if !strings.HasPrefix(p, "{") {
		return p
	}
	name, rest, _ := strings.Cut(p[1:], "}")
	base := m.variable(name)
	if base == "" || rest == "" {
		return base
	}
	return m.Join(base, strings.TrimPrefix(rest, "/"))
}

// PlaceOn is where an app would look on a computer.
type PlaceOn struct {
	Spec FileSpec
	Path string // with "*" where a part of a name is chosen by the app
	If   string // what must be there for this place to count, "" for nothing
}

// PlacesOn gives the places of an app on a computer, in the order in which they
// count; the file name is the one that the app would make itself.
func (c Client) PlacesOn(m Machine) []PlaceOn {
	var places []PlaceOn
	for _, spec := range c.Files {
		if len(spec.OS) > 0 && !slices.Contains(spec.OS, m.OS) {
			continue
		}
		for _, folder := range spec.Folders {
			if p := m.expand(folder); p != "" {
				places = append(places, PlaceOn{Spec: spec, Path: m.Join(p, spec.Names[0]), If: m.expand(spec.If)})
				break
			}
		}
	}
	return places
}

// PathOn gives the file that would be written in a scope of a computer on which
// the app was installed just now, and the app with the dialect that it has
// there: no place counts that depends on something else being there. ok is
// false when the app has no file of that scope there.
func (c Client) PathOn(m Machine, scope string) (file string, at Client, ok bool) {
	for _, p := range c.PlacesOn(m) {
		if p.Spec.Scope == scope && p.Spec.Aside == "" && p.If == "" && !p.Spec.Existing {
			return p.Path, c.in(p.Spec, m.project()), true
		}
	}
	return "", c, false
}

// Launcher is the program that entries of ours start on that computer.
func (m Machine) Launcher() string {
	name := "toolbay"
	if m.OS == "windows" {
		name = "toolbay.exe"
	}
	return m.Join(m.home(), ".toolbay", "bin", name)
}

// Rendered is an entry as it would be written.
type Rendered struct {
	Format  string
	Pointer string // a JSON pointer to the entry; "-" is a new element of a list
	Entry   configfile.Object
	Text    string // the entry in a file that held nothing
}

// Render gives the entry called name that starts l, as d has it.
func (d Dialect) Render(name string, l Launch) (Rendered, error) {
	l.Name = name
	entry := d.Encode(l)
	text, _, err := configfile.Insert(nil, d.Format, d.Path(name), entry)
	if err != nil {
		return Rendered{}, err
	}
	last := name
	if d.List != "" {
		last = "-"
	}
	return Rendered{Format: string(d.Format), Pointer: pointer(append(slices.Clone(d.Servers), last)), Entry: entry, Text: string(text)}, nil
}

// EntryJSON gives the entry as JSON, its members in their order.
func (r Rendered) EntryJSON() json.RawMessage { return inOrder(r.Entry) }

func inOrder(v any) json.RawMessage {
	var b bytes.Buffer
	switch v := v.(type) {
	case configfile.Object:
		b.WriteByte('{')
		for i, m := range v {
			if i > 0 {
				b.WriteByte(',')
			}
			b.Write(inOrder(m.Key))
			b.WriteByte(':')
			b.Write(inOrder(m.Value))
		}
		b.WriteByte('}')
		return b.Bytes()
	case []any:
		b.WriteByte('[')
		for i, e := range v {
			if i > 0 {
				b.WriteByte(',')
			}
			b.Write(inOrder(e))
		}
		b.WriteByte(']')
		return b.Bytes()
	}
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		panic("clients: an entry is not JSON: " + err.Error()) // texts, numbers and truth values only
	}
	return bytes.TrimSpace(b.Bytes())
}

// pointer writes a path as a JSON pointer (RFC 6901), for TOML and YAML too.
func pointer(steps []string) string {
	var b strings.Builder
	for _, s := range steps {
		if b.WriteByte('/'); strings.ContainsAny(s, "~/") {
			s = strings.NewReplacer("~", "~0", "/", "~1").Replace(s)
		}
		b.WriteString(s)
	}
	return b.String()
}

// stepsOf reads what pointer wrote.
func stepsOf(pointer string) []string {
	if pointer == "" {
		return nil
	}
	all := strings.Split(strings.TrimPrefix(pointer, "/"), "/")
	for i, s := range all {
		all[i] = strings.NewReplacer("~1", "/", "~0", "~").Replace(s)
	}
	return all
}
