// Package web speaks to addresses that others have named: a remote server, and
// where such a server says its users sign in. It keeps to https, except on this
// computer, is never led into the local network by somebody outside it, and
// reads no more than it was told to. launch/bridge, signin, install/remote and
// catalog/internal/fetch may import it; it imports model only.
//
//	c, err := web.New("https://mcp.example.com/mcp", web.Options{})
//	resp, err := c.Do(req) // follows redirects within the same host only
package web

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"os"
	"strings"
	"sync"
	"syscall"
	"time"

	"golang.org/x/net/http/httpproxy"

	"toolbay/backend/model"
)

// Options have a zero value that is right outside of the launcher.
type Options struct {
	// Env are settings of the network for a program that was started without
	// them, by the names of Settings. What the environment says wins.
	Env map[string]string
}

// Settings are the variables that say how this computer gets to the network.
var Settings = []string{"HTTPS_PROXY", "HTTP_PROXY", "NO_PROXY", "SSL_CERT_FILE"}

// maxHeader bounds the headers of an answer in bytes.
const maxHeader = 128 << 10

// maxHops bounds the redirects of one request.
const maxHops = 5

// Client speaks to one server, its origin, and to those that it names.
type Client struct {
	origin    *url.URL
	transport *http.Transport
	proxy     func(*url.URL) (*url.URL, error)

	mu sync.Mutex
	// inside tells whether the origin is in the local network: then what it
	// names may be there too.
	inside bool
}

// New makes a client for the server at address. Error code: remote_address.
func New(address string, o Options) (*Client, error) {
	origin, err := Check(address)
	if err != nil {
		return nil, err
	}
	c := &Client{origin: origin}
	setting := func(name string) string {
		for _, n := range []string{name, strings.ToLower(name)} {
			if v := os.Getenv(n); v != "" {
				return v
			}
		}
		return o.Env[name]
	}
	c.proxy = (&httpproxy.Config{
		HTTPSProxy: setting("HTTPS_PROXY"), HTTPProxy: setting("HTTP_PROXY"), NoProxy: setting("NO_PROXY"),
	}).ProxyFunc()
	c.transport = &http.Transport{
		Proxy:                  func(r *http.Request) (*url.URL, error) { return c.proxy(r.URL) },
		DialContext:            c.dial,
		ForceAttemptHTTP2:      true,
		MaxIdleConnsPerHost:    4,
		IdleConnTimeout:        90 * time.Second,
		TLSHandshakeTimeout:    15 * time.Second,
		MaxResponseHeaderBytes: maxHeader,
		TLSClientConfig:        &tls.Config{MinVersion: tls.VersionTLS12},
		// A laptop that slept has connections that are dead and do not know it.
		HTTP2: &http.HTTP2Config{SendPingTimeout: 30 * time.Second, PingTimeout: 15 * time.Second},
	}
	if file := o.Env["SSL_CERT_FILE"]; file != "" && os.Getenv("SSL_CERT_FILE") == "" {
		if pem, err := os.ReadFile(file); err == nil {
			pool := x509.NewCertPool()
			if pool.AppendCertsFromPEM(pem) {
				c.transport.TLSClientConfig.RootCAs = pool
			}
		}
	}
	return c, nil
}

// Origin is the address the client was made for.
func (c *Client) Origin() *url.URL { u := *c.origin; return &u }

// Close lets go of connections that are not in use.
func (c *Client) Close() { c.transport.CloseIdleConnections() }

// Check reads an address that a request may go to: https, or http on this
// computer, with a host, without a user name. Error code: remote_address.
func Check(address string) (*url.URL, error) {
	refuse := func(why string) (*url.URL, error) {
		return nil, model.Fail("remote_address", errors.New(why))
	}
	if len(address) > 8192 {
		return refuse("the address is too long")
	}
	u, err := url.Parse(address)
	switch {
	case err != nil: // its words would quote the address, and that may hold a key
		return refuse("the address cannot be read")
	case u.Hostname() == "" || u.Opaque != "":
		return refuse("the address names no computer")
	case u.User != nil:
		return refuse("the address holds a user name")
	case u.Scheme == "https", u.Scheme == "http" && Loopback(u.Hostname()):
		u.Fragment, u.RawFragment = "", ""
		return u, nil
	}
	return refuse("the address is not https")
}

// SameOrigin tells whether two addresses have scheme, host and port in common.
func SameOrigin(a, b *url.URL) bool {
	return a.Scheme == b.Scheme && strings.EqualFold(a.Hostname(), b.Hostname()) && port(a) == port(b)
}

func port(u *url.URL) string {
	if p := u.Port(); p != "" {
		return p
	}
	return map[string]string{"http": "80", "https": "443"}[u.Scheme]
}

// Do sends a request. A redirect is followed, with method and body, when it
// stays on the same scheme, host and port: the headers hold keys. Error codes:
// remote_address, remote_redirected, remote_unreachable; and the context's own
// error when that has ended.
func (c *Client) Do(req *http.Request) (*http.Response, error) {
	return c.do(req, false)
}

// Get fetches a small document that holds no secret, at most limit bytes; the
// request may be redirected anywhere outside the local network. Error codes as
// Do, and remote_too_much.
func (c *Client) Get(ctx context.Context, address, accept string, limit int64) (status int, body []byte, err error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return 0, nil, model.Fail("remote_address", nil)
	}
	req.Header.Set("Accept", accept)
	resp, err := c.do(req, true)
	if err != nil {
		return 0, nil, err
	}
	defer resp.Body.Close()
	body, err = Read(resp.Body, limit)
	return resp.StatusCode, body, err
}

// Read reads at most limit bytes. Error codes: remote_too_much, remote_answer.
func Read(r io.Reader, limit int64) ([]byte, error) {
	body, err := io.ReadAll(io.LimitReader(r, limit+1))
	switch {
	case err != nil:
		return nil, model.Fail("remote_answer", err)
	case int64(len(body)) > limit:
		return nil, model.Fail("remote_too_much", fmt.Errorf("more than %d bytes", limit))
	}
	return body, nil
}

func (c *Client) do(req *http.Request, anywhere bool) (*http.Response, error) {
	for hop := 0; ; hop++ {
		if err := c.allowed(req.URL); err != nil {
			return nil, err
		}
		resp, err := c.transport.RoundTrip(req)
		if err != nil {
			return nil, unreachable(req, err)
		}
		to := location(resp)
		if to == nil {
			return resp, nil
		}
		resp.Body.Close()
		if hop == maxHops || !anywhere && !SameOrigin(req.URL, to) {
			return nil, model.Fail("remote_redirected", fmt.Errorf("sent on to %s", to.Host), "host", req.URL.Host)
		}
		next := req.Clone(req.Context())
		if next.URL, next.Host = to, ""; req.GetBody != nil {
			if next.Body, err = req.GetBody(); err != nil {
				return nil, err
			}
		}
		req = next
	}
}

// location is where an answer sends its request, nil for any that does not.
// 303 tells of an answer that stands elsewhere, which nothing here speaks of.
func location(resp *http.Response) *url.URL {
	switch resp.StatusCode {
	case http.StatusMovedPermanently, http.StatusFound, http.StatusTemporaryRedirect, http.StatusPermanentRedirect:
		if to, err := resp.Location(); err == nil {
			return to
		}
	}
	return nil
}

// unreachable gives a failed request its code. The cause never quotes the
// address: a key may stand in it.
func unreachable(req *http.Request, err error) error {
	if ctx := req.Context().Err(); ctx != nil {
		return ctx
	}
	var coded *model.Error
	if errors.As(err, &coded) {
		return coded
	}
	var wrapped *url.Error
	if errors.As(err, &wrapped) {
		err = wrapped.Err
	}
	return model.Fail("remote_unreachable", err, "host", req.URL.Host)
}

// allowed tells whether a request may go to u.
func (c *Client) allowed(u *url.URL) error {
	if _, err := Check(u.String()); err != nil {
		return err
	}
	// A proxy resolves names itself, so what an address says is looked at here.
	ip, err := netip.ParseAddr(u.Hostname())
	if err != nil {
		if Loopback(u.Hostname()) {
			ip = netip.MustParseAddr("127.0.0.1")
		} else {
			return nil
		}
	}
	return c.mayReach(u.Hostname(), ip)
}

// mayReach tells whether a connection to host may go to ip. The server's own
// host was agreed to, so it may be in the local network; a name that leads to
// this computer may not, for other programs' doors are open here.
func (c *Client) mayReach(host string, ip netip.Addr) error {
	own := strings.EqualFold(host, c.origin.Hostname())
	switch PlaceOf(ip) {
	case Outside:
		return nil
	case Here:
		if Loopback(host) && Loopback(c.origin.Hostname()) {
			return nil
		}
	case Inside:
		if own {
			c.mu.Lock()
			c.inside = true
			c.mu.Unlock()
			return nil
		}
		if c.originInside() {
			return nil
		}
	}
	return model.Fail("remote_address", errors.New("the address leads into the local network"), "host", host)
}

// originInside tells whether the server itself is in the local network.
func (c *Client) originInside() bool {
	c.mu.Lock()
	known := c.inside
	c.mu.Unlock()
	if known {
		return true
	}
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	found, err := net.DefaultResolver.LookupNetIP(ctx, "ip", c.origin.Hostname())
	if err != nil {
		return false
	}
	for _, ip := range found {
		if PlaceOf(ip) == Inside {
			return true
		}
	}
	return false
}

func (c *Client) dial(ctx context.Context, network, address string) (net.Conn, error) {
	d := net.Dialer{Timeout: 20 * time.Second, KeepAlive: 30 * time.Second}
	host, _, err := net.SplitHostPort(address)
	if err != nil {
		return nil, err
	}
	if !c.isProxy(address) {
		// The address that was resolved is looked at, not the name: a name can
		// mean this computer one moment after it meant another.
		d.Control = func(_, resolved string, _ syscall.RawConn) error {
			at, err := netip.ParseAddrPort(resolved)
			if err != nil {
				return model.Fail("remote_address", err)
			}
			return c.mayReach(host, at.Addr())
		}
	}
	return d.DialContext(ctx, network, address)
}

// isProxy tells whether address is the proxy's, which stands in the local
// network as a rule.
func (c *Client) isProxy(address string) bool {
	for _, to := range []string{"https://example.com", "http://example.com"} {
		u, err := url.Parse(to)
		if err != nil {
			continue
		}
		p, err := c.proxy(u)
		if err != nil || p == nil {
			continue
		}
		at := p.Port()
		if at == "" {
			at = map[string]string{"http": "80", "https": "443", "socks5": "1080", "socks5h": "1080"}[p.Scheme]
		}
		if address == net.JoinHostPort(p.Hostname(), at) {
			return true
		}
	}
	return false
}
