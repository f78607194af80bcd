package pen

import (
	"bytes"
	"slices"
	"strings"

	"toolbay/backend/configfile"
	"toolbay/backend/repair/finding"
)

// cell is the lines of one entry of a TOML or YAML file: a text of its own once
// it has its head, so that a change in it need not read all the others.
type cell struct {
	from, to int
	head     string
	text     []byte
}

// eachCell makes changes inside several entries of a TOML or YAML text that
// have one parent. list is the key by which elements of a list are named.
func eachCell(src []byte, f configfile.Format, list string, entries []*Entry) (out []byte, ok bool) {
	if len(entries) == 0 || len(entries[0].Path) != 2 {
		return nil, false
	}
	parent := entries[0].Path[0]
	var cells []cell
	if f == configfile.TOML {
		cells = tomlCells(src, parent)
	} else {
		cells = yamlCells(src, parent)
	}
	at := map[string]*cell{}
	for i := range cells {
		c := &cells[i]
		c.text = slices.Concat([]byte(c.head), src[c.from:c.to])
		doc, err := configfile.Parse(c.text, f)
		if err != nil {
			return nil, false // it needs something of the rest
		}
		names := doc.Keys(parent)
		if list != "" {
			names = doc.Names(list, parent)
		}
		if len(names) != 1 {
			return nil, false
		}
		step := names[0]
		if list != "" {
			step = configfile.Named(list, step)
		}
		if at[step] != nil {
			return nil, false // it stands in two places
		}
		at[step] = c
	}
	for _, e := range entries {
		if len(e.Path) != 2 || e.Path[0] != parent || at[e.Path[1]] == nil {
			return nil, false
		}
	}
	for _, e := range entries {
		if c := at[e.Path[1]]; !e.inCell(c, f) {
			return nil, false
		}
	}
	var b bytes.Buffer
	pos := 0
	for _, c := range cells {
		b.Write(src[pos:c.from])
		b.Write(c.text[len(c.head):])
		pos = c.to
	}
	b.Write(src[pos:])
	return b.Bytes(), saysAll(b.Bytes(), f, list, entries, at)
}

// inCell makes the changes of an entry in its cell.
func (e *Entry) inCell(c *cell, f configfile.Format) bool {
	e.Failed = make([]bool, len(e.Steps))
	for i, changes := range e.Steps {
		if slices.ContainsFunc(changes, func(c finding.Change) bool {
			return len(c.Path) <= 2 || c.To != nil || !slices.Equal(c.Path[:2], e.Path)
		}) {
			return false
		}
		made, err := Apply(c.text, f, changes...)
		if err != nil || !bytes.HasPrefix(made, []byte(c.head)) {
			e.Failed[i] = true
			continue
		}
		c.text = made
	}
	return true
}

// saysAll tells that a text parses and says of each entry what its cell says.
func saysAll(out []byte, f configfile.Format, list string, entries []*Entry, at map[string]*cell) bool {
	whole, err := configfile.Parse(out, f)
	if err != nil {
		return false
	}
	v, _ := whole.Get(entries[0].Path[0])
	said := map[string]any{}
	switch v := v.(type) {
	case configfile.Object:
		for _, m := range v {
			said[m.Key] = m.Value
		}
	case []any:
		for _, e := range v {
			o, _ := e.(configfile.Object)
			name, _ := o.Get(list)
			if text, ok := name.(string); ok {
				said[configfile.Named(list, text)] = e
			}
		}
	}
	for _, e := range entries {
		alone, err := configfile.Parse(at[e.Path[1]].text, f)
		if err != nil {
			return false
		}
		want, _ := alone.Get(e.Path...)
		if !configfile.Same(want, said[e.Path[1]]) {
			return false
		}
	}
	return true
}

// yamlCells gives the members or elements below a key of the file, nil when
// their lines cannot be told apart.
func yamlCells(src []byte, parent string) []cell {
	var cells []cell
	head, in, pos, open := "", -1, 0, false
	for l := range strings.Lines(string(src)) {
		from := pos
		pos += len(l)
		text := strings.TrimRight(l, "\r\n")
		t := strings.TrimLeft(text, " ")
		n := len(text) - len(t)
		switch {
		case strings.HasPrefix(t, "\t"):
			return nil
		case t == "" || t[0] == '#':
			continue
		case head == "":
			if key, rest, ok := strings.Cut(text, ":"); ok && n == 0 && strings.Trim(key, `"'`) == parent && strings.TrimSpace(rest) == "" {
				head, open = l, true
			}
			continue
		case !open:
			continue
		}
		if in < 0 {
			in = n
		}
		switch {
		case n > in:
			if len(cells) == 0 {
				return nil
			}
			cells[len(cells)-1].to = pos
		case n == in && (n > 0 || strings.HasPrefix(t, "- ")):
			cells = append(cells, cell{from: from, to: pos, head: head})
		case n == 0:
			open = false
		default:
			return nil
		}
	}
	return cells
}

// tomlCells gives the tables of each server: with the headers below its own,
// when those follow.
func tomlCells(src []byte, parent string) []cell {
	var cells []cell
	pos, open, prefix := 0, false, ""
	for l := range strings.Lines(string(src)) {
		from := pos
		pos += len(l)
		t := strings.TrimSpace(l)
		if t != "" && t[0] == '[' {
			name, _, _ := strings.Cut(strings.TrimLeft(t, "["), "]")
			first, rest, _ := strings.Cut(name, ".")
			element := strings.HasPrefix(t, "[[") && name == parent
			below := open && strings.HasPrefix(name+".", prefix)
			switch {
			case first != parent:
				open = false
			case element || !below && rest != "" && !strings.ContainsAny(rest, `."'`):
				cells = append(cells, cell{from: from, to: pos})
				open, prefix = true, name+"."
			case !below:
				return nil
			}
		}
		if open && t != "" && t[0] != '#' {
			cells[len(cells)-1].to = pos
		}
	}
	return cells
}
