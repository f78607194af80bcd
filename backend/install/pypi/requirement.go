package pypi

import (
	"fmt"
	"strings"

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
}

func parse(pkg model.Package) (requirement, error) {
	id, v := strings.TrimSpace(pkg.Identifier), strings.TrimSpace(pkg.Version)
	bad := model.Fail("package_invalid", fmt.Errorf("name %.300q, version %.300q", id, v))
	if len(id) > 300 || len(v) > 200 || !nameForm().MatchString(id) {
		return requirement{}, bad
	}
	r := requirement{name: id}
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

// line is the requirement as uv reads it, exactly that of one version.
func (r requirement) line() string { return r.name + r.extras + r.spec }

func (r requirement) exactly(version string) string { return r.name + r.extras + "==" + version }

// normal is a name in the one spelling that all its spellings share.
func normal(name string) string {
	return strings.ToLower(separators().ReplaceAllString(name, "-"))
}
