package trust

import (
	"net/netip"
	"strings"

	"golang.org/x/net/publicsuffix"

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

// within tells whether a host is a domain or below it. Nobody owns what is
// below a public suffix such as co.uk or vercel.app.
func within(host, domain string) bool {
	if host == domain {
		return true
	}
	suffix, _ := publicsuffix.PublicSuffix(domain)
	return suffix != domain && strings.HasSuffix(host, "."+domain)
}

// registrable is the part of a domain that somebody bought: notion.com of
// mcp.notion.com, acme.vercel.app of acme.vercel.app. It is "" for a public
// suffix.
func registrable(domain string) string {
	d, err := publicsuffix.EffectiveTLDPlusOne(domain)
	if err != nil {
		return ""
	}
	return d
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
	say := func(state, how, host, domain string) (model.Fact, bool) {
		return fact(RemoteDomain, state, origin, "how", how, "host", host, "domain", domain)
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
		case within(host, pages):
			return say(yes, "github", host, pages)
		case registrable(host) != "" && strings.HasSuffix(host, ".github.io"):
			return say(no, "github", host, pages)
		}
	case "curated":
		// A list that is looked after names the website; that the service is
		// elsewhere says nothing, many a maker has a domain for each.
		site, ok := hostOf(k.websiteOf(k.proof.origin))
		own := registrable(site)
		if ok && !bare && own != "" && within(host, own) {
			return say(yes, "website", host, own)
		}
	}
	return say(unknown, "", host, "")
}

// ofDomain compares a host with the domain that was proved.
func (k *known) ofDomain(say func(state, how, host, domain string) (model.Fact, bool), host string, bare bool) (model.Fact, bool) {
	domain := k.proof.name
	own := registrable(domain)
	switch {
	case bare:
		return say(no, "number", host, domain)
	case within(host, domain):
		return say(yes, "", host, domain)
	case own != "" && own != domain && within(host, own):
		// Who proved a part of a domain need not have the rest.
		return say(unknown, "beside", host, domain)
	case strings.Contains(domain, "xn--") && !ascii(host):
		return say(unknown, "odd", "", "")
	}
	return say(no, "", host, domain)
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
