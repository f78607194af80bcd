package backend

import (
	"net/netip"
	"net/url"
	"slices"
	"strings"

	"toolbay/backend/catalog/recipe"
	"toolbay/backend/model"
	"toolbay/backend/pattern"
	"toolbay/backend/web"
)

// blank is what is filled in before an address is one.
var blank = pattern.New(`\{[A-Za-z0-9_.-]+\}`)

// headerToken is the rule for the names of headers.
var headerToken = pattern.New("^[A-Za-z0-9!#$%&'*+.^_`|~-]+$")

// remoteRef reads the address of a remote server. {name} in it is something the
// user is asked for. Error codes: remote_address, remote_key_in_address.
func remoteRef(address string) (l model.Listing, ok bool, err error) {
	u, err := web.Check(blank().ReplaceAllString(address, "x"))
	if err != nil {
		return l, true, model.Fail("remote_address", err, "host", hostOf(address))
	}
	// What stands in an address stands in files, and apps' files at that.
	_, query, _ := strings.Cut(address, "?")
	for _, pair := range strings.Split(query, "&") {
		name, value, _ := strings.Cut(pair, "=")
		if recipe.LooksSecret(name) && value != "" && !blank().MatchString(value) {
			return l, true, model.Fail("remote_key_in_address", nil, "name", name)
		}
	}
	transport := "streamable-http"
	if strings.HasSuffix(strings.TrimSuffix(u.Path, "/"), "/sse") {
		transport = "sse"
	}
	name := nameOfHost(u.Hostname())
	return model.Listing{
		Name: name, Title: titleOf(name), Status: "active", Sources: []string{},
		Packages: []model.Package{{Type: "remote", Identifier: address, URL: address, Transport: transport}},
	}, true, nil
}

// hostOf is where an address leads, without what may be a key.
func hostOf(address string) string {
	u, err := url.Parse(blank().ReplaceAllString(address, "…"))
	if err != nil || u.Host == "" {
		return "…"
	}
	return u.Host
}

// addressWords are parts of a host's name that say nothing of whose it is.
var addressWords = []string{"mcp", "api", "www", "app", "server", "remote", "ai", "dev", "x"}

// nameOfHost makes a name of a host's: "mcp.linear.app" is linear.
func nameOfHost(host string) string {
	if _, err := netip.ParseAddr(host); err == nil {
		return "remote"
	}
	parts := strings.Split(strings.ToLower(host), ".")
	if len(parts) > 1 {
		parts = parts[:len(parts)-1]
	}
	slices.Reverse(parts) // what is nearest to the end is whose it is
	for _, p := range parts {
		if len(p) > 2 && !slices.Contains(addressWords, p) {
			return p
		}
	}
	return parts[len(parts)-1]
}

// withHeaders makes headers of what is given by a name that the package does
// not ask for: of a remote server nothing else can be set.
func withHeaders(r ref, answers, secrets map[string]string) ref {
	p := r.pack()
	if p.Type != "remote" {
		return r
	}
	asked := map[string]bool{}
	for _, in := range recipe.Inputs(p) {
		asked[in.Name] = true
	}
	var more []model.Input
	for _, given := range []map[string]string{answers, secrets} {
		for name := range given {
			if !asked[name] && headerToken().MatchString(name) {
				asked[name] = true
				_, secret := secrets[name]
				more = append(more, model.Input{Name: name, Secret: secret || recipe.LooksSecret(name)})
			}
		}
	}
	if more == nil {
		return r
	}
	slices.SortFunc(more, func(a, b model.Input) int { return strings.Compare(a.Name, b.Name) })
	p.Headers = append(slices.Clone(p.Headers), more...)
	r.listing.Packages = slices.Clone(r.listing.Packages)
	r.listing.Packages[r.index] = p
	return r
}
