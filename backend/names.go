package backend

import (
	"fmt"
	"strconv"
	"strings"

	"toolbay/backend/model"
	"toolbay/backend/pattern"
)

// fillers are words that say nothing in a server's name.
var fillers = map[string]bool{"mcp": true, "server": true, "servers": true, "modelcontextprotocol": true, "node": true, "js": true, "official": true, "npm": true}

// proposeID makes a server id from a package's or listing's name:
// "@modelcontextprotocol/server-everything" becomes "everything". taken tells
// which ids cannot be used; a number is added until one is free.
func proposeID(name string, taken func(string) bool) string {
	name = strings.ToLower(name)
	if i := strings.LastIndex(name, "/"); i >= 0 && i+1 < len(name) {
		name = name[i+1:]
	}
	words := strings.FieldsFunc(name, func(r rune) bool {
		return (r < 'a' || r > 'z') && (r < '0' || r > '9')
	})
	var kept []string
	for _, w := range words {
		if !fillers[w] {
			kept = append(kept, w)
		}
	}
	if len(kept) == 0 {
		kept = words
	}
	id := strings.Join(kept, "-")
	if id == "" {
		id = "server"
	}
	base := cut(id, 20)
	if !taken(base) {
		return base
	}
	for n := 2; ; n++ {
		tail := "-" + strconv.Itoa(n)
		if try := cut(base, 20-len(tail)) + tail; !taken(try) {
			return try
		}
	}
}

func cut(s string, n int) string {
	if len(s) > n {
		s = s[:n]
	}
	return strings.Trim(s, "-")
}

// ref is what a user asked to install, resolved to a listing and one of its
// packages.
type ref struct {
	listing model.Listing
	index   int
}

func (r ref) pack() model.Package { return r.listing.Packages[r.index] }

// npmName is npm's own rule for names, with an optional scope.
var npmName = pattern.New(`^(@[a-z0-9-~][a-z0-9-._~]*/)?[a-zA-Z0-9-~][a-zA-Z0-9-._~]*$`)

// parseRef reads "npm:PKG[@VERSION]" as a listing of its own; ok is false for
// anything that is not of that form (then it is a listing's id).
func parseRef(s string) (l model.Listing, ok bool, err error) {
	if l, ok, err := parseBundleRef(s); ok {
		return l, true, err
	}
	kind, rest, found := strings.Cut(s, ":")
	if !found || strings.Contains(kind, "/") || strings.Contains(kind, ".") {
		return l, false, nil
	}
	switch kind {
	case "npm", "pypi":
		if rest == "" {
			return l, true, model.Fail("wrong_use", nil, "what", fmt.Sprintf("%q names no package", s))
		}
	}
	switch kind {
	case "npm":
	case "pypi":
		return pypiRef(rest)
	case "oci":
		return ociRef(rest)
	case "remote":
		return remoteRef(rest)
	case "mcpb":
		return l, true, model.Fail("package_type_later", nil, "type", kind)
	default:
		return l, true, model.Fail("wrong_use", nil, "what", fmt.Sprintf("%q is no listing and no package", s))
	}
	name, version := rest, ""
	if at := strings.LastIndex(rest, "@"); at > 0 {
		name, version = rest[:at], rest[at+1:]
	}
	if !npmName().MatchString(name) || strings.HasPrefix(version, "-") || strings.ContainsAny(version, " /\\:") {
		return l, true, model.Fail("package_unknown", nil, "package", rest)
	}
	return model.Listing{
		Name: name, Title: titleOf(name), Status: "active", Sources: []string{},
		Packages: []model.Package{{Type: "npm", Identifier: name, Version: version, Transport: "stdio"}},
	}, true, nil
}

// pypiName is the rule for names of Python packages, with optional extras.
var pypiName = pattern.New(`^[A-Za-z0-9]([A-Za-z0-9._-]*[A-Za-z0-9])?(\[[A-Za-z0-9._, -]+\])?$`)

// pypiRef reads "PKG[@VERSION]" or "PKG==VERSION".
func pypiRef(rest string) (l model.Listing, ok bool, err error) {
	name, version, found := strings.Cut(rest, "==")
	if !found {
		name, version, _ = strings.Cut(rest, "@")
	}
	if !pypiName().MatchString(name) || strings.HasPrefix(version, "-") || strings.ContainsAny(version, " /\\:;@") {
		return l, true, model.Fail("package_unknown", nil, "package", rest)
	}
	return model.Listing{
		Name: name, Title: titleOf(name), Status: "active", Sources: []string{},
		Packages: []model.Package{{Type: "pypi", Identifier: name, Version: version, Transport: "stdio"}},
	}, true, nil
}

// titleOf makes a readable title of a package's name.
func titleOf(name string) string {
	id := proposeID(name, func(string) bool { return false })
	words := strings.Split(id, "-")
	for i, w := range words {
		if w != "" {
			words[i] = strings.ToUpper(w[:1]) + w[1:]
		}
	}
	return strings.Join(words, " ")
}
