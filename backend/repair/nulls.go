package repair

import (
	"bytes"
	"slices"
	"strings"

	"toolbay/backend/configfile"
	"toolbay/backend/repair/finding"
	"toolbay/backend/repair/pen"
)

// withoutNulls takes the members out again that just got a null for the value
// they lacked, where the app refuses the whole file because of one. The servers
// and their entries stay: what becomes of an empty one is asked by itself.
func (p *pass) withoutNulls(found []finding.Finding) {
	d := p.file.Dialect
	if !d.Taken().NoNull || d.Format == configfile.TOML || d.Format == configfile.YAML {
		return
	}
	missing := map[finding.Edit]bool{}
	for _, f := range found {
		if f.Code == "JSON_MISSING_VALUE" {
			for _, e := range f.Edits {
				missing[e] = strings.HasSuffix(e.New, "null")
			}
		}
	}
	last := p.steps[len(p.steps)-1]
	var at []int
	for i, e := range last.edits {
		if missing[e] {
			at = append(at, last.at[i]+len(e.New)-len("null"))
		}
	}
	if len(at) == 0 {
		return
	}
	if _, err := configfile.Parse(p.text, d.Format); err != nil {
		return
	}
	before := p.text
	out := pen.WithoutNulls(p.text, d.Format, at, func(path []string) bool {
		n := len(d.Servers)
		return slices.Equal(path, d.Servers) || len(path) == n+1 && slices.Equal(path[:n], d.Servers)
	})
	if !bytes.Equal(out, before) {
		p.replace(out)
		p.comments = append(p.comments, lostComments(before, out, d.Format)...)
	}
}
