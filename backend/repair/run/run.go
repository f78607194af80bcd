// Package run looks at servers that are written well and still do not start:
// a command that the app cannot find, a flag that silences a container, a key
// that is a placeholder. It knows a machine only by what it is told; without
// facts it reports what the text itself shows. backend/repair imports it.
//
//	for _, f := range run.Check(text) {
//		fmt.Println(f.Code, f.Server, f.Pointer)
//	}
package run

import (
	"slices"
	"strings"

	"toolbay/backend/repair/finding"
)

// maxServers is how many entries of a file are looked at.
const maxServers = 1000

// check is one look at a file.
type check struct {
	finding.Text
	entries []*entry
	found   []finding.Finding
	saidOf  map[string]string // by entry, "" is about nobody in particular
}

// Check gives what keeps the servers of a text from running, in the order of
// the file, and what became of the file itself. The rules of one entry build
// on each other: what a later one changes holds what the earlier ones did.
func Check(t finding.Text) []finding.Finding {
	c := &check{Text: t}
	c.entries = c.read()
	for _, e := range c.entries {
		c.command(e)
		c.arguments(e)
		c.docker(e)
		c.references(e)
		c.keys(e)
		c.name(e)
	}
	c.twins()
	c.observed()
	c.place()
	c.wiped()
	return c.found
}

// report adds what is wrong with an entry, once for each code.
func (c *check) report(e *entry, code string, edit func(*finding.Finding)) {
	f := finding.New(code)
	f.Args = map[string]string{}
	if e != nil {
		f.Server, f.Pointer = e.name, e.pointer
		f.Args["server"] = e.name
	}
	if edit != nil {
		edit(&f)
	}
	if slices.ContainsFunc(c.found, func(o finding.Finding) bool { return o.Code == f.Code && o.Server == f.Server }) {
		return
	}
	c.found = append(c.found, f)
}

// has tells whether a code was found for an entry already.
func (c *check) has(e *entry, codes ...string) bool {
	return slices.ContainsFunc(c.found, func(f finding.Finding) bool {
		return f.Server == e.name && slices.Contains(codes, f.Code)
	})
}

// windows and unix tell what kind of system the file is for.
func (c *check) windows() bool { return c.File.OS == "windows" }

// pointer is a JSON pointer (RFC 6901) of some steps.
func pointer(steps ...string) string {
	var b strings.Builder
	for _, step := range steps {
		b.WriteByte('/')
		b.WriteString(strings.NewReplacer("~", "~0", "/", "~1").Replace(step))
	}
	return b.String()
}

// under is a path with more steps.
func under(path []string, steps ...string) []string {
	return append(slices.Clone(path), steps...)
}
