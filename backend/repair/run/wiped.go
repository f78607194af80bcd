package run

import (
	"encoding/json"
	"slices"
	"strings"

	"toolbay/backend/clients"
	"toolbay/backend/configfile"
	"toolbay/backend/repair/finding"
)

// wiped reports servers that Toolbay wrote and that are gone, and puts them
// back.
func (c *check) wiped() {
	if c.Damaged || len(c.Facts.LastWrittenByUs) == 0 {
		return
	}
	ours := asObject(c.Facts.LastWrittenByUs, c.Servers, c.File.Dialect)
	good := asObject(c.Facts.LastKnownGood, c.Servers, c.File.Dialect)
	doc := c.Doc
	if doc == nil {
		return
	}
	var gone []string
	var changes []finding.Change
	for _, m := range ours {
		at := c.File.Dialect.PathIn(doc, m.Key)
		if _, there := doc.Get(at...); there || c.fold(m.Key) {
			continue
		}
		gone = append(gone, m.Key)
		value, ok := m.Value.(configfile.Object)
		if !ok {
			v, _ := good.Get(m.Key)
			value, ok = v.(configfile.Object)
		}
		if ok {
			changes = append(changes, finding.Change{Path: at, Value: value})
		}
	}
	if len(gone) == 0 {
		return
	}
	c.report(nil, "FILE_SERVERS_WIPED", func(f *finding.Finding) {
		f.Pointer = pointer(c.Servers...)
		f.Args["names"], f.Args["app"] = strings.Join(gone, ", "), c.File.App.Name
		f.Changes = changes
		if c.Facts.ClientRunning != nil && *c.Facts.ClientRunning && c.File.App.CloseFirst {
			f.Args["running"] = "yes"
		}
	})
}

// fold tells whether an entry is there under the same letters.
func (c *check) fold(name string) bool {
	return slices.ContainsFunc(c.entries, func(e *entry) bool { return strings.EqualFold(e.name, name) })
}

// asObject reads servers: by name, in the app's own list, as a list of names,
// or within a whole document.
func asObject(raw json.RawMessage, servers []string, d clients.Dialect) configfile.Object {
	if len(raw) == 0 {
		return nil
	}
	doc, err := configfile.Parse(append(append([]byte(`{"v":`), raw...), '}'), configfile.JSON)
	if err != nil {
		return nil
	}
	v, _ := doc.Get("v")
	if inner, ok := doc.Get(append([]string{"v"}, servers...)...); ok {
		v = inner
	}
	switch v := v.(type) {
	case configfile.Object:
		return v
	case []any:
		var o configfile.Object
		for _, e := range v {
			switch e := e.(type) {
			case string:
				o = append(o, configfile.Member{Key: e})
			case configfile.Object:
				for _, key := range []string{d.List, "name"} {
					if name, ok := e.Get(key); ok && key != "" {
						if name, ok := name.(string); ok {
							o = append(o, configfile.Member{Key: name, Value: e})
							break
						}
					}
				}
			}
		}
		return o
	}
	return nil
}
