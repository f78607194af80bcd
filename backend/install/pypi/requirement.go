package pypi

import (
	"fmt"
	"strings"

	"toolbay/backend/install"
	"toolbay/backend/model"
	"toolbay/backend/pattern"
)

// uv takes addresses, paths and options where it takes a requirement. Names and
// versions come from catalogues, that is from strangers, so only a plain name
// with extras and a version or range may pass.
var (
	nameForm    = pattern.New(`^([A-Za-z0-9]|[A-Za-z0-9][A-Za-z0-9._-]*[A-Za-z0-9])(\[[A-Za-z0-9._, -]*\])?$`)
	versionForm = pattern.New(`^v?([0-9]+!)?[0-9]+(\.[0-9]+)*[A-Za-z0-9._+-]*$`)
	rangeForm   = pattern.New(`^((?:===?|[<>!~]=|[<>])\s*[0-9A-Za-z.*+!_-]+\s*(,\s*|$))+$`)
	separators  = pattern.New(`[-_.]+`)
)

// requirement is one package as a listing asks for it.
type requirement struct {
	name   string // as written
	extras string // "[cli]" or ""
	spec   string // "==1.2", ">=1,<2" or "" for the newest
	exact  bool
	with   []string // further requirements that its start asks for
	python string   // the range of Python versions that its start asks for
}

func parse(pkg model.Package) (requirement, error) {
	id, v := strings.TrimSpace(pkg.Identifier), strings.TrimSpace(pkg.Version)
	bad := model.Fail("package_invalid", fmt.Errorf("name %.300q, version %.300q", id, v))
	if len(id) > 300 || len(v) > 200 || !nameForm().MatchString(id) {
		return requirement{}, bad
	}
	more := install.ExtrasOf(pkg)
	r := requirement{name: id, with: more.With, python: more.Python}
	if i := strings.IndexByte(id, '['); i > 0 {
		r.name, r.extras = id[:i], id[i:]
	}
	switch {
	case v == "" || v == "latest" || v == "*":
	case versionForm().MatchString(v):
		r.spec, r.exact = "=="+v, true
	case rangeForm().MatchString(v):
		r.spec = v
		r.exact = strings.HasPrefix(v, "==") && !strings.ContainsAny(v, "*,")
	default:
		return requirement{}, bad
	}
	return r, nil
}

// line is the requirement as uv reads it.
func (r requirement) line() string { return r.name + r.extras + r.spec }

// all is the requirement with those that come along, one a line.
func (r requirement) all() string { return strings.Join(append([]string{r.line()}, r.with...), "\n") }

// others are the packages that come along, in the versions that were pinned.
func (r requirement) others(pins []pin) (out []model.Package) {
	for _, w := range r.with {
		name := firstName(w)
		p := model.Package{Type: "pypi", Identifier: name, Version: strings.TrimSpace(strings.TrimPrefix(w, name))}
		for _, one := range pins {
			if normal(one.name) == normal(name) {
				p.Version = one.version
			}
		}
		out = append(out, p)
	}
	return out
}

// anyOf joins two ranges of Python versions.
func anyOf(a, b string) string { return strings.Trim(a+","+b, ",") }

// normal is a name in the one spelling that all its spellings share.
func normal(name string) string {
	return strings.ToLower(separators().ReplaceAllString(name, "-"))
}
