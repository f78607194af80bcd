package domain_test

import (
	"testing"

	"toolbay/backend/catalog/internal/domain"
)

func TestWithin(t *testing.T) {
	for _, c := range []struct {
		name, host, of string
		want           bool
	}{
		{"the domain itself", "acme.com", "acme.com", true},
		{"below it", "mcp.acme.com", "acme.com", true},
		{"another that ends alike", "evilacme.com", "acme.com", false},
		{"above it", "acme.com", "mcp.acme.com", false},
		{"below a suffix of many", "acme.co.uk", "co.uk", false},
		{"below a host of many tenants", "acme.vercel.app", "vercel.app", false},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := domain.Within(c.host, c.of); got != c.want {
				t.Errorf("%s in %s: %v", c.host, c.of, got)
			}
		})
	}
}

func TestRegistrable(t *testing.T) {
	for host, want := range map[string]string{
		"mcp.acme.com": "acme.com", "acme.co.uk": "acme.co.uk", "a.acme.co.uk": "acme.co.uk", "co.uk": "", "acme.vercel.app": "acme.vercel.app", "": "", "..": "",
	} {
		if got := domain.Registrable(host); got != want {
			t.Errorf("%s: %q, want %q", host, got, want)
		}
	}
}
