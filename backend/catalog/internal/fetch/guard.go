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
	"toolbay/backend/web"
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
	switch web.PlaceOf(ip) {
	case web.Outside:
		return nil
	case web.Here:
		if web.Loopback(host) && (own || c.Origin == "" || web.Loopback(origin.Hostname())) {
			return nil
		}
	case web.Inside:
		if own && c.Inside {
			return nil
		}
	}
	return model.Fail("source_insecure", fmt.Errorf("%s is %s, which is in the local network", host, ip), "host", host)
}

// allowed tells whether u may be asked: https, or this computer itself. A
// catalogue out there may not send us to this computer or the local network.
func (c *Client) allowed(u, from *url.URL) error {
	host := u.Hostname()
	at := web.Outside
	if ip, err := netip.ParseAddr(host); err == nil {
		at = web.PlaceOf(ip)
	}
	if web.Loopback(host) {
		at = web.Here
	}
	// A proxy resolves names for us, so what an address itself says is looked at
	// here too.
	if from != nil && !web.Loopback(from.Hostname()) && at != web.Outside && !(at == web.Inside && c.Inside && c.home(u)) {
		return model.Fail("source_insecure", errors.New("redirected into the local network"), "host", host)
	}
	if u.User == nil && (u.Scheme == "https" || u.Scheme == "http" && at == web.Here) {
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

// distrusted tells whether err says that a certificate is not trusted, which
// another try does not change.
func distrusted(err error) bool {
	var verify *tls.CertificateVerificationError
	return errors.As(err, &verify)
}
