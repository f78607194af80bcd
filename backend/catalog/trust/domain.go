package trust

import (
	"net/netip"
	"strings"

	"toolbay/backend/catalog/internal/domain"
	"toolbay/backend/model"
	"toolbay/backend/pattern"
)

var domainName = pattern.New(`^(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$`)

// authority gives the part of an address between "https://" and the first sign
// that ends it. Programs take a backslash for a slash there.
func authority(address string) string {
	_, rest, ok := strings.Cut(address, "://")
	if !ok {
		return ""
	}
	if i := strings.IndexAny(rest, `/\?#`); i >= 0 {
		rest = rest[:i]
	}
	return rest
}

// hostOf gives the host of an address, in small letters, without port, name and
// trailing dot. ok is false when it cannot be told for sure.
func hostOf(address string) (host string, ok bool) {
	host = authority(address)
	if strings.ContainsAny(host, "{}%") || strings.Contains(address, `\`) {
		return "", false
	}
	if i := strings.LastIndexByte(host, '@'); i >= 0 {
		host = host[i+1:]
	}
	if strings.HasPrefix(host, "[") {
		inside, after, closed := strings.Cut(host[1:], "]")
		return inside, closed && (after == "" || after[0] == ':')
	}
	if i := strings.IndexByte(host, ':'); i >= 0 {
		host = host[:i]
	}
	host = strings.ToLower(strings.TrimSuffix(host, "."))
	return host, host != "" && !strings.HasPrefix(host, ".") && !strings.ContainsAny(host, " \t")
}

// remoteDomain tells whether what runs online does so on the publisher's own
// domain. The official registry does not check that. Of several addresses the
// one that fits least is told.
func (k *known) remoteDomain() (model.Fact, bool) {
	worst, found := model.Fact{}, false
	for _, p := range k.Packages {
		if p.Type != "remote" {
			continue
		}
		f, _ := k.remote(p.URL)
		if !found || rank(f.State) > rank(worst.State) {
			worst, found = f, true
		}
	}
	return worst, found
}

func rank(state string) int {
	switch state {
	case yes:
		return 0
	case unknown:
		return 1
	}
	return 2
}

func (k *known) remote(address string) (model.Fact, bool) {
	origin := k.proof.origin
	if origin == "" {
		origin = k.originOf("packages")
	}
	say := func(state, how, host, name string) (model.Fact, bool) {
		return fact(RemoteDomain, state, origin, "how", how, "host", host, "domain", name)
	}
	if strings.ContainsAny(authority(address), "{}") {
		return say(unknown, "template", "", "")
	}
	host, ok := hostOf(address)
	if !ok {
		return say(unknown, "odd", "", "")
	}
	_, err := netip.ParseAddr(host)
	bare := err == nil || strings.Trim(host, "0123456789.") == ""
	switch k.proof.how {
	case "dns":
		return k.ofDomain(say, host, bare)
	case "github":
		pages := strings.ToLower(k.proof.name) + ".github.io"
		switch {
		case domain.Within(host, pages):
			return say(yes, "github", host, pages)
		case domain.Registrable(host) != "" && strings.HasSuffix(host, ".github.io"):
			return say(no, "github", host, pages)
		}
	case "curated":
		// A list that is looked after names the website; that the service is
		// elsewhere says nothing, many a maker has a domain for each.
		site, ok := hostOf(k.websiteOf(k.proof.origin))
		own := domain.Registrable(site)
		if ok && !bare && own != "" && domain.Within(host, own) {
			return say(yes, "website", host, own)
		}
	}
	return say(unknown, "", host, "")
}

// ofDomain compares a host with the domain that was proved.
func (k *known) ofDomain(say func(state, how, host, name string) (model.Fact, bool), host string, bare bool) (model.Fact, bool) {
	name := k.proof.name
	own := domain.Registrable(name)
	switch {
	case bare:
		return say(no, "number", host, name)
	case domain.Within(host, name):
		return say(yes, "", host, name)
	case own != "" && own != name && domain.Within(host, own):
		// Who proved a part of a domain need not have the rest.
		return say(unknown, "beside", host, name)
	case strings.Contains(name, "xn--") && !ascii(host):
		return say(unknown, "odd", "", "")
	}
	return say(no, "", host, name)
}

func ascii(s string) bool {
	for i := range len(s) {
		if s[i] >= 0x80 {
			return false
		}
	}
	return true
}

func (k *known) websiteOf(source string) string {
	for _, r := range k.live {
		if r.Source == source && r.Website != "" {
			return r.Website
		}
	}
	return ""
}
