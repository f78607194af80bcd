package trust

import (
	"strings"

	"toolbay/backend/model"
	"toolbay/backend/pattern"
)

// checkedAtPublish are the types of packages that the official registry takes
// only when the package itself names the listing: mcpName in package.json,
// "mcp-name:" in the readme, a label on the image. Of a bundle it asks nothing.
func checkedAtPublish(kind string) bool {
	switch kind {
	case "npm", "pypi", "oci", "nuget", "cargo":
		return true
	}
	return false
}

var pythonDashes = pattern.New(`[-_.]+`)

// samePackage tells whether two are the same, whatever their version.
func samePackage(p, q model.Package) bool {
	return p.Type == q.Type && packageName(p) != "" && packageName(p) == packageName(q)
}

func packageName(p model.Package) string {
	id := strings.ToLower(p.Identifier)
	switch p.Type {
	case "pypi":
		return pythonDashes().ReplaceAllString(id, "-")
	case "oci":
		id, _, _ = strings.Cut(id, "@")
		if i := strings.LastIndexByte(id, ':'); i > strings.LastIndexByte(id, '/') {
			id = id[:i]
		}
		return strings.TrimPrefix(strings.TrimPrefix(id, "docker.io/"), "library/")
	}
	return id
}

// backLink tells whether the package says by itself which listing it belongs
// to. What was read from the installed package is newer than what a registry
// checked.
func (k *known) backLink() (model.Fact, bool) {
	local := false
	for _, p := range k.Packages {
		local = local || p.Type != "remote"
	}
	if !local {
		return model.Fact{}, false
	}
	name, checked := k.checked()
	if k.here.Looked {
		switch to := k.here.PointsTo; {
		case to != "" && k.has(to):
			return fact(BackLink, yes, here, "how", "here", "found", to)
		case to == "" && checked:
			return fact(BackLink, no, here, "how", "here", "name", name)
		case to != "" && k.registered():
			return fact(BackLink, no, here, "how", "other", "found", to)
		case to != "":
			return fact(BackLink, unknown, here, "how", "other", "found", to)
		}
	}
	if checked {
		return fact(BackLink, yes, official, "how", "checked", "name", name)
	}
	return fact(BackLink, unknown, k.originOf("packages"))
}

// checked names the listing for which the official registry saw a package of
// the card point back.
func (k *known) checked() (name string, ok bool) {
	for _, r := range k.Records {
		if r.Source != official {
			continue
		}
		for _, p := range r.Packages {
			for _, q := range k.Packages {
				if checkedAtPublish(p.Type) && samePackage(p, q) {
					return r.ID, true
				}
			}
		}
	}
	return "", false
}

// has tells whether a name is one of the card's.
func (k *known) has(name string) bool {
	for _, r := range k.Records {
		if strings.EqualFold(r.ID, name) || r.Renamed != "" && strings.EqualFold(r.Renamed, name) {
			return true
		}
	}
	return strings.EqualFold(k.ID, name)
}

// registered tells whether the card has a name of a registry, to which a
// package could point.
func (k *known) registered() bool {
	for _, r := range k.Records {
		if r.Source == official || strings.HasPrefix(r.Source, "reg-") {
			return true
		}
	}
	return false
}
