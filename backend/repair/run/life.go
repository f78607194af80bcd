package run

import (
	"bytes"
	"encoding/json"
	"maps"
	"slices"
	"strings"

	"toolbay/backend/clients"
	"toolbay/backend/configfile"
	"toolbay/backend/repair/finding"
)

// fact gives what is known to be at a place of the table: the place itself, or
// something inside it. at is the place with its stars filled in.
func (c *check) fact(pattern string) (at string, there, known bool) {
	steps := strings.Count(pattern, "/") + 1
	for _, k := range slices.Sorted(maps.Keys(c.Facts.Exists)) {
		place := c.canon(k)
		parts := strings.Split(place, "/")
		if len(parts) < steps || !fits(pattern, strings.Join(parts[:steps], "/")) {
			continue
		}
		exists := c.Facts.Exists[k]
		if !exists && len(parts) > steps {
			continue // what is inside it is not there
		}
		known = true
		if exists {
			return strings.Join(parts[:steps], "/"), true, true
		}
		at = place
	}
	for k := range c.Facts.Content {
		place := c.canon(k)
		parts := strings.Split(place, "/")
		if len(parts) >= steps && fits(pattern, strings.Join(parts[:steps], "/")) {
			return strings.Join(parts[:steps], "/"), true, true
		}
	}
	return at, false, known
}

// filesOf gives the places that a spec means.
func filesOf(s clients.FileSpec) []string {
	var all []string
	for _, folder := range s.Folders {
		for _, name := range s.Names {
			all = append(all, folder+"/"+name)
		}
	}
	return all
}

// place tells whether the app reads the file at all.
func (c *check) place() {
	if c.File.Path == "" || len(c.entries) == 0 {
		return
	}
	here := c.canon(c.File.Path)
	for _, n := range neverRead {
		if n.app == c.File.App.ID && (n.os == "" || n.os == c.File.OS) && slices.ContainsFunc(n.places, func(p string) bool { return fits(p, here) }) {
			c.elsewhere("FILE_NOT_READ_BY_CLIENT", n.right, c.File.Dialect)
			return
		}
	}
	var mine *clients.FileSpec
	for _, s := range c.File.App.Files {
		if !c.onSystem(s) {
			continue
		}
		for _, p := range filesOf(s) {
			if mine == nil && fits(p, here) {
				mine = &s
			}
		}
	}
	if mine == nil || mine.Aside == "profile" || mine.Aside == "remote" || len(mine.Servers) > 0 && mine.Scope == clients.Private {
		return
	}
	if mine.Aside == "old" && slices.Contains(mine.Servers, "servers") {
		return // the structure's own matter: settings that moved out of settings.json
	}
	for _, s := range c.File.App.Files {
		if !c.onSystem(s) || s.Scope != mine.Scope || s.Aside != "" {
			continue
		}
		if slices.Equal(s.Folders, mine.Folders) && mine.Aside == "" {
			return // the first of the places that counts
		}
		right, marked := "", false
		if s.If != "" {
			at, there, _ := c.fact(s.If)
			if !there || !s.Instead {
				continue
			}
			right = c.at(s, at)
			marked = true
		} else if mine.Aside != "" {
			for _, p := range filesOf(s) {
				if at, there, _ := c.fact(p); there {
					right, marked = at, true
					break
				}
			}
		}
		if !marked || right == "" {
			continue
		}
		code := "FILE_STALE_LOCATION"
		if strings.Contains(s.If, "/Packages/") {
			code = "FILE_NOT_READ_BY_CLIENT"
		}
		d := c.File.App.Dialect
		if s.Dialect != nil {
			d = *s.Dialect
		}
		c.elsewhere(code, right, d)
		return
	}
}

func (c *check) onSystem(s clients.FileSpec) bool {
	return len(s.OS) == 0 || c.File.OS == "" || slices.Contains(s.OS, c.File.OS)
}

// at gives the first file of a spec, with the stars that its condition has
// filled in.
func (c *check) at(s clients.FileSpec, condition string) string {
	for _, p := range filesOf(s) {
		if at, there, _ := c.fact(p); there {
			return at
		}
	}
	p := filesOf(s)[0]
	have, want := strings.Split(condition, "/"), strings.Split(p, "/")
	for i := range want {
		if strings.Contains(want[i], "*") {
			if i >= len(have) {
				return ""
			}
			want[i] = have[i]
		}
	}
	return strings.Join(want, "/")
}

// elsewhere reports a file that the app leaves alone, and writes its servers
// where the app looks.
func (c *check) elsewhere(code, right string, d clients.Dialect) {
	p := c.shown(right)
	if c.contained(right, d) {
		return // what was left behind is where it belongs too
	}
	c.report(nil, code, func(f *finding.Finding) {
		f.Args["path"], f.Args["app"] = p, c.File.App.Name
		if text, ok := c.merged(right, p, d); ok {
			f.Aside = map[string]string{p: text}
		}
	})
}

// contained tells whether all servers stand in the right file as well.
func (c *check) contained(right string, d clients.Dialect) bool {
	for k := range c.Facts.Content {
		if c.canon(k) != right {
			continue
		}
		text, _ := c.Facts.Text(k)
		doc, err := configfile.Parse(text, d.Format)
		if err != nil {
			return false
		}
		return !slices.ContainsFunc(c.entries, func(e *entry) bool {
			_, there := doc.Get(d.PathIn(doc, e.name)...)
			return !there
		})
	}
	return false
}

// merged gives what the right file holds with the servers that it lacks. ok is
// false when what it holds is not known or would have to be guessed at.
func (c *check) merged(right, shown string, d clients.Dialect) (string, bool) {
	var have []byte
	for k := range c.Facts.Content {
		if c.canon(k) == right {
			have, _ = c.Facts.Text(k)
			have = indented(have)
		}
	}
	if have == nil {
		if there, known := c.exists(shown); known && there {
			return "", false
		}
	}
	out := have
	doc, err := configfile.Parse(have, d.Format)
	if err != nil {
		return "", false
	}
	v, _ := c.Doc.Get(c.Servers...)
	servers, ok := v.(configfile.Object)
	if !ok {
		return "", false
	}
	for _, m := range servers {
		at := d.PathIn(doc, m.Key)
		if _, there := doc.Get(at...); there {
			continue
		}
		next, _, err := configfile.Insert(out, d.Format, at, m.Value)
		if err != nil {
			return "", false
		}
		out = next
	}
	return string(out), true
}

// indented writes a parsed fact as a file would be written.
func indented(raw []byte) []byte {
	var b bytes.Buffer
	if !json.Valid(raw) || bytes.ContainsRune(raw, '\n') || json.Indent(&b, raw, "", "  ") != nil {
		return raw
	}
	b.WriteByte('\n')
	return b.Bytes()
}
