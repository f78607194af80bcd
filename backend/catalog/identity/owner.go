package identity

import (
	"hash/maphash"
	"slices"
	"strings"

	"toolbay/backend/catalog/internal/domain"
	"toolbay/backend/model"
	"toolbay/backend/pattern"
)

// owner is to whom a registry gives names of one space: the account of
// io.github.acme, the domain of com.acme. A registry that proves its names lets
// nobody else publish there. Two owners are one only if every letter is.
type owner struct {
	account string // in small letters, "" for a domain
	domain  string
	is      string // the account, or the part of the domain that somebody bought
}

// account is a GitHub name. It holds no dot: io.github.a.b is nobody's.
var account = pattern.New(`^[a-z0-9][a-z0-9-]{0,38}$`)

func ownerOf(id string) owner {
	space, _, ok := strings.Cut(strings.ToLower(id), "/")
	if !ok || !strings.Contains(space, ".") {
		return owner{}
	}
	if who, ok := strings.CutPrefix(space, "io.github."); ok {
		if !account().MatchString(who) {
			return owner{}
		}
		return owner{account: who, is: "github.com/" + who}
	}
	labels := strings.Split(space, ".")
	slices.Reverse(labels)
	o := owner{domain: strings.Join(labels, ".")}
	// What a registry gives to whoever comes belongs to nobody.
	if o.domain == "anonymous.modelcontextprotocol.io" {
		return owner{}
	}
	if o.is = domain.Registrable(o.domain); o.is == "" || slices.Contains(labels, "") {
		return owner{}
	}
	return o
}

// seed is another one in every process, so that nobody can look for an owner
// whose hash is another's. Nothing is put in order by it.
var seed = maphash.MakeSeed()

func (o owner) hash() uint64 {
	if o.is == "" {
		return 0
	}
	return max(1, maphash.String(seed, o.is))
}

// place is where something is that a record names, so far as that tells whose
// it is: "github.com/acme" for a repository, a release and an image there, else
// the host of an address.
type place string

func accountPlace(name string) place { return place("github.com/" + name) }

// repositoryPlace is "" where accounts are not those that registries check.
func repositoryPlace(address string) place {
	_, rest, ok := strings.Cut(strings.ToLower(address), "://")
	if !ok {
		return ""
	}
	parts := strings.Split(strings.TrimPrefix(rest, "www."), "/")
	if len(parts) < 3 || parts[0] != "github.com" || parts[2] == "" {
		return ""
	}
	return accountPlace(parts[1])
}

func packagePlace(p model.Package) place {
	switch p.Type {
	case "oci":
		if parts := strings.Split(imageName(p.Identifier), "/"); len(parts) > 2 && parts[0] == "ghcr.io" {
			return accountPlace(parts[1])
		}
	case "mcpb":
		if m := release().FindStringSubmatch(p.Identifier); m != nil {
			return repositoryPlace("https://" + m[1] + "/" + m[2])
		}
	case "remote":
		host, _, _ := strings.Cut(remoteName(cmpOr(p.URL, p.Identifier)), "/")
		host, _, _ = strings.Cut(host, "?")
		host, _, _ = strings.Cut(host, ":")
		return place(host)
	}
	return ""
}

// owns tells whether a place is the owner's for sure. The scope of an npm
// package is not: anybody can take an account of its name elsewhere.
func (o owner) owns(p place) bool {
	switch {
	case p == "" || o.is == "":
		return false
	case o.account != "":
		return p == accountPlace(o.account) || p == place(o.account+".github.io")
	}
	return !strings.Contains(string(p), "/") && domain.Within(string(p), o.domain)
}

// like tells that an account has the owner's name: "acme" of acme.com, and
// "acme-ai" of acme.ai. Anybody can buy acme.xyz, so it proves nothing against
// a name that is proved; it is enough where nobody has one.
func (o owner) like(account string) bool {
	account = strings.ToLower(account)
	if account == "" || o.account != "" {
		return account != "" && account == o.account
	}
	return o.is != "" && (account == o.label() || account == strings.ReplaceAll(o.is, ".", "") || account == strings.ReplaceAll(o.is, ".", "-"))
}

// label is "acme" of acme.com, "" of an account.
func (o owner) label() string {
	if o.account != "" {
		return ""
	}
	label, _, _ := strings.Cut(o.is, ".")
	return label
}

// likeScope tells the same of an npm package's scope.
func (o owner) likeScope(p model.Package) bool {
	scope, _, ok := strings.Cut(p.Identifier, "/")
	scope, scoped := strings.CutPrefix(scope, "@")
	return ok && scoped && p.Type == "npm" && o.like(scope)
}
