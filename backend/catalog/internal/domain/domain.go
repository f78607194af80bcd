// Package domain says who has a host's name: what somebody bought, and what is
// below it. The identity of servers and the facts about their publishers ask
// it, so that both draw the line in one place.
//
//	domain.Within("mcp.notion.com", "notion.com")  // true
//	domain.Registrable("mcp.notion.com")           // "notion.com"
package domain

import (
	"strings"

	"golang.org/x/net/publicsuffix"
)

// Within tells whether a host is a domain or below it. Nobody owns what is
// below a public suffix such as co.uk or vercel.app.
func Within(host, domain string) bool {
	if host == domain {
		return true
	}
	suffix, _ := publicsuffix.PublicSuffix(domain)
	return suffix != domain && strings.HasSuffix(host, "."+domain)
}

// Registrable is the part of a domain that somebody bought: notion.com of
// mcp.notion.com, acme.vercel.app of acme.vercel.app. It is "" for a public
// suffix.
func Registrable(domain string) string {
	d, err := publicsuffix.EffectiveTLDPlusOne(domain)
	if err != nil {
		return ""
	}
	return d
}
