package fetch

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
	"syscall"
	"time"

	"toolbay/backend/model"
)

// maxHeader bounds the headers of an answer.
const maxHeader = 256 << 10

// prepare makes the transport that all requests of this client use.
func (c *Client) prepare() {
	if c.HTTP != nil && c.HTTP.Transport != nil {
		c.transport = c.HTTP.Transport
		return
	}
	t := &http.Transport{
		ForceAttemptHTTP2:      true,
		MaxIdleConnsPerHost:    1,
		IdleConnTimeout:        30 * time.Second,
		TLSHandshakeTimeout:    15 * time.Second,
		MaxResponseHeaderBytes: maxHeader,
		TLSClientConfig:        &tls.Config{MinVersion: tls.VersionTLS12},
	}
	if len(c.CA) > 0 {
		pool, err := x509.SystemCertPool()
		if err != nil {
			pool = x509.NewCertPool()
		}
		if !pool.AppendCertsFromPEM(c.CA) {
			c.badCA = errors.New("no certificate in the certificate file")
			return
		}
		t.TLSClientConfig.RootCAs = pool
	}
	proxy := c.Proxy
	if proxy == nil {
		proxy = http.ProxyFromEnvironment
	}
	t.Proxy = proxy
	t.DialContext = func(ctx context.Context, network, address string) (net.Conn, error) {
		d := net.Dialer{Timeout: 30 * time.Second, KeepAlive: 30 * time.Second}
		if !c.isProxy(proxy, address) {
			host, _, err := net.SplitHostPort(address)
			if err != nil {
				return nil, err
			}
			// The address that was resolved is looked at, not the name: a name can
			// mean this computer one moment after it meant another.
			d.Control = func(_, resolved string, _ syscall.RawConn) error { return c.mayDial(host, resolved) }
		}
		return d.DialContext(ctx, network, address)
	}
	c.transport = t
}

// isProxy tells whether address is where the environment sends requests for
// the source. A proxy stands in the local network as a rule.
func (c *Client) isProxy(proxy func(*http.Request) (*url.URL, error), address string) bool {
	for _, to := range []string{c.Origin, "https://example.com"} {
		req, err := http.NewRequest(http.MethodGet, to, nil)
		if err != nil {
			continue
		}
		p, err := proxy(req)
		if err != nil || p == nil {
			continue
		}
		port := p.Port()
		if port == "" {
			port = map[string]string{"http": "80", "https": "443", "socks5": "1080", "socks5h": "1080"}[p.Scheme]
		}
		if address == net.JoinHostPort(p.Hostname(), port) {
			return true
		}
	}
	return false
}

// mayDial tells whether a connection to host may go to the resolved address.
func (c *Client) mayDial(host, resolved string) error {
	at, err := netip.ParseAddrPort(resolved)
	if err != nil {
		return model.Fail("source_insecure", fmt.Errorf("%q is no address", resolved))
	}
	ip := at.Addr().WithZone("").Unmap()
	origin, err := url.Parse(c.Origin)
	own := err == nil && c.Origin != "" && strings.EqualFold(origin.Hostname(), host)
	switch place(ip) {
	case outside:
		return nil
	case here:
		if loopback(host) && (own || c.Origin == "" || loopback(origin.Hostname())) {
			return nil
		}
	case inside:
		if own && c.Inside {
			return nil
		}
	}
	return model.Fail("source_insecure", fmt.Errorf("%s is %s, which is in the local network", host, ip), "host", host)
}

// Where an address is.
const (
	outside   = iota // anywhere on the internet
	here             // this computer
	inside           // the local network
	forbidden        // nobody's catalogue: link-local, where clouds keep keys, and the like
)

// never are ranges that no catalogue is in, by the registries of special
// addresses (RFC 6890 and its updates), and the two addresses outside
// link-local where clouds hand out the keys of their computers.
var never = prefixes("0.0.0.0/8", "169.254.0.0/16", "192.0.0.0/24", "192.0.2.0/24", "198.18.0.0/15", "198.51.100.0/24",
	"203.0.113.0/24", "224.0.0.0/3", "100.100.100.200/32", "::/128", "fd00:ec2::254/128", "fe80::/10", "fec0::/10",
	"ff00::/8", "100::/64", "2001:db8::/32")

// local are ranges of private networks: RFC 1918, RFC 6598, RFC 4193.
var local = prefixes("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10", "fc00::/7")

func prefixes(texts ...string) []netip.Prefix {
	out := make([]netip.Prefix, 0, len(texts))
	for _, t := range texts {
		out = append(out, netip.MustParsePrefix(t))
	}
	return out
}

func place(ip netip.Addr) int {
	ip = ip.WithZone("").Unmap()
	if ip.IsLoopback() {
		return here
	}
	for _, p := range never {
		if p.Contains(ip) {
			return forbidden
		}
	}
	for _, p := range local {
		if p.Contains(ip) {
			return inside
		}
	}
	if v4, ok := carried(ip); ok && place(v4) != outside {
		return forbidden
	}
	return outside
}

// carried gives the address of version 4 that one of version 6 leads to, by
// NAT64 (RFC 6052), 6to4 (RFC 3056) or as an old compatible address.
func carried(ip netip.Addr) (netip.Addr, bool) {
	if !ip.Is6() {
		return ip, false
	}
	b := ip.As16()
	switch {
	case netip.MustParsePrefix("64:ff9b::/96").Contains(ip), netip.MustParsePrefix("::/96").Contains(ip):
		return netip.AddrFrom4([4]byte(b[12:])), true
	case b[0] == 0x20 && b[1] == 0x02:
		return netip.AddrFrom4([4]byte(b[2:6])), true
	}
	return ip, false
}

// allowed tells whether u may be asked: https, or this computer itself. A
// catalogue out there may not send us to this computer or the local network.
func (c *Client) allowed(u, from *url.URL) error {
	host := u.Hostname()
	at := outside
	if ip, err := netip.ParseAddr(host); err == nil {
		at = place(ip)
	}
	if loopback(host) {
		at = here
	}
	// A proxy resolves names for us, so what an address itself says is looked at
	// here too.
	if from != nil && !loopback(from.Hostname()) && at != outside && !(at == inside && c.Inside && c.home(u)) {
		return model.Fail("source_insecure", errors.New("redirected into the local network"), "host", host)
	}
	if u.User == nil && (u.Scheme == "https" || u.Scheme == "http" && at == here) {
		return nil
	}
	return model.Fail("source_insecure", fmt.Errorf("%s is not https", u.Redacted()), "host", host)
}

// home tells whether u is on the very host the source is configured with.
func (c *Client) home(u *url.URL) bool {
	o, err := url.Parse(c.Origin)
	return err == nil && c.Origin != "" && u.Scheme == o.Scheme && strings.EqualFold(u.Hostname(), o.Hostname()) && port(u) == port(o)
}

func port(u *url.URL) string {
	if p := u.Port(); p != "" {
		return p
	}
	if u.Scheme == "http" {
		return "80"
	}
	return "443"
}

func loopback(host string) bool {
	host = strings.TrimSuffix(strings.ToLower(host), ".")
	if host == "localhost" || strings.HasSuffix(host, ".localhost") {
		return true
	}
	ip, err := netip.ParseAddr(host)
	return err == nil && ip.Unmap().IsLoopback()
}

// distrusted tells whether err says that a certificate is not trusted, which
// another try does not change.
func distrusted(err error) bool {
	var verify *tls.CertificateVerificationError
	return errors.As(err, &verify)
}
