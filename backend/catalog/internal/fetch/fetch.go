// Package fetch gets documents from catalogues on the network: over https
// only, never from the local network unless the user said so, with limits, a
// few patient tries, and a clear code for every way it can go wrong. Keys go
// to the configured host and nowhere else. catalog and its sources may import
// it.
//
//	c := &fetch.Client{Origin: "https://registry.example.org"}
//	body, err := c.Get(ctx, "https://registry.example.org/v0.1/servers", 1<<20)
package fetch

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"mime"
	"net/http"
	"net/url"
	"strconv"
	"sync"
	"time"

	"toolbay/backend/model"
	"toolbay/backend/web"
)

const (
	tries = 3
	// A slow day of the official registry is 20–25 s a page
	// (modelcontextprotocol/registry#1252).
	timeout = 45 * time.Second
	// maxWait is the longest pause a server may ask for.
	maxWait      = 2 * time.Minute
	maxRedirects = 5
)

// Client gets documents of one source. The zero value works, without keys. It
// must not be copied.
type Client struct {
	// HTTP is asked instead of the network when it has a transport of its own.
	HTTP      *http.Client
	UserAgent string
	// Timeout of one try; 45 s unless set.
	Timeout time.Duration
	// Sleep waits between tries; real time unless set.
	Sleep func(context.Context, time.Duration) error
	Now   func() time.Time
	// Pause is left between two requests, and up to half as much again; there is
	// none when Origin is this computer.
	Pause time.Duration

	// Origin is the address the source is configured with. Header is sent to
	// its host and to no other.
	Origin string
	Header http.Header
	// CA are certificates in PEM that are trusted besides the system's.
	CA []byte
	// Inside tells that a person entered Origin, whose host may then be in the
	// local network.
	Inside bool
	// Proxy is the environment's unless set.
	Proxy func(*http.Request) (*url.URL, error)

	once      sync.Once
	transport http.RoundTripper
	badCA     error
	asked     bool
}

// Get gives the document at address, which may have at most limit bytes.
// Error codes: source_insecure (neither https nor this computer),
// source_unreachable (no connection, too slow, or an error of the server),
// source_certificate (its certificate is not trusted), source_refused (it does
// not want us), source_key (it wants a key, or another), source_garbage (a web
// page, too much, or nested too deep).
func (c *Client) Get(ctx context.Context, address string, limit int64) ([]byte, error) {
	u, err := url.Parse(address)
	if err != nil || u.Host == "" {
		return nil, model.Fail("source_insecure", fmt.Errorf("%q is no address", address))
	}
	if err := c.allowed(u, nil); err != nil {
		return nil, err
	}
	c.once.Do(c.prepare)
	if c.badCA != nil {
		return nil, model.Fail("source_certificate", c.badCA, "host", u.Hostname())
	}
	if err := c.rest(ctx); err != nil {
		return nil, err
	}
	var last *failure
	for try := range tries {
		if try > 0 {
			if err := c.sleep(ctx, c.pause(try, last)); err != nil {
				return nil, err
			}
		}
		body, f := c.try(ctx, u, limit)
		if f == nil {
			return body, nil
		}
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		last = f
		if !f.again {
			break
		}
	}
	return nil, model.Fail(last.code, last.err, "host", u.Hostname())
}

// failure is one try that went wrong.
type failure struct {
	code  string
	err   error
	again bool
	wait  time.Duration // what the server asked for
}

func (c *Client) try(ctx context.Context, u *url.URL, limit int64) ([]byte, *failure) {
	limitTime := c.Timeout
	if limitTime == 0 {
		limitTime = timeout
	}
	ctx, cancel := context.WithTimeout(ctx, limitTime)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, u.String(), nil)
	if err != nil {
		return nil, &failure{code: "source_insecure", err: err}
	}
	req.Header.Set("Accept", "application/json, application/yaml;q=0.9, */*;q=0.1")
	req.Header.Set("User-Agent", c.agent())
	if c.home(u) {
		for name, values := range c.Header {
			req.Header[name] = values
		}
	}
	res, err := c.http(u).Do(req)
	if err != nil {
		var known *model.Error
		switch {
		case errors.As(err, &known):
			return nil, &failure{code: known.Code, err: known.Cause}
		case distrusted(err):
			return nil, &failure{code: "source_certificate", err: err}
		}
		return nil, &failure{code: "source_unreachable", err: err, again: true}
	}
	defer res.Body.Close()
	switch {
	case res.StatusCode == http.StatusTooManyRequests || res.StatusCode == http.StatusServiceUnavailable:
		code := "source_unreachable"
		if res.StatusCode == http.StatusTooManyRequests {
			code = "source_refused"
		}
		wait := c.retryAfter(res)
		return nil, &failure{code: code, err: statusError(res), again: wait <= maxWait, wait: wait}
	case res.StatusCode >= 500:
		return nil, &failure{code: "source_unreachable", err: statusError(res), again: true}
	case res.StatusCode == http.StatusUnauthorized, res.StatusCode == http.StatusForbidden && len(c.Header) > 0:
		return nil, &failure{code: "source_key", err: statusError(res)}
	case res.StatusCode != http.StatusOK:
		return nil, &failure{code: "source_refused", err: statusError(res)}
	}
	if kind, _, _ := mime.ParseMediaType(res.Header.Get("Content-Type")); kind == "text/html" {
		return nil, &failure{code: "source_garbage", err: errors.New("a web page came instead of the list")}
	}
	if res.ContentLength > limit {
		return nil, &failure{code: "source_garbage", err: fmt.Errorf("%d bytes are too many", res.ContentLength)}
	}
	body, err := io.ReadAll(io.LimitReader(res.Body, limit+1))
	if err != nil {
		return nil, &failure{code: "source_unreachable", err: err, again: true}
	}
	if int64(len(body)) > limit {
		return nil, &failure{code: "source_garbage", err: fmt.Errorf("more than %d bytes", limit)}
	}
	if deep(body) {
		return nil, &failure{code: "source_garbage", err: fmt.Errorf("nested more than %d deep", maxDepth)}
	}
	return body, nil
}

// answered is a status that is no list.
type answered struct {
	code int
	text string
}

func (a *answered) Error() string { return "answered " + a.text }

func statusError(res *http.Response) error { return &answered{res.StatusCode, res.Status} }

// Status gives the status of the answer that err is about, 0 for none.
func Status(err error) int {
	var a *answered
	if errors.As(err, &a) {
		return a.code
	}
	return 0
}

func (c *Client) agent() string {
	if c.UserAgent != "" {
		return c.UserAgent
	}
	return "toolbay"
}

// http gives the client with our own rule for redirects.
func (c *Client) http(from *url.URL) *http.Client {
	return &http.Client{
		Transport: c.transport,
		CheckRedirect: func(req *http.Request, via []*http.Request) error {
			if len(via) > maxRedirects {
				return model.Fail("source_garbage", errors.New("too many redirects"))
			}
			// Go takes only the headers it knows away when the host changes.
			if !c.home(req.URL) {
				for name := range c.Header {
					req.Header.Del(name)
				}
			}
			req.Header.Del("Referer") // an address may hold what is nobody else's business
			return c.allowed(req.URL, from)
		},
	}
}

// rest leaves a pause after the request before this one.
func (c *Client) rest(ctx context.Context) error {
	first := !c.asked
	c.asked = true
	if o, err := url.Parse(c.Origin); first || c.Pause <= 0 || err == nil && web.Loopback(o.Hostname()) {
		return ctx.Err()
	}
	return c.sleep(ctx, c.Pause+rand.N(c.Pause/2+1))
}

// pause is how long to wait before the next try: what the server asked for,
// else one and then three seconds.
func (c *Client) pause(try int, last *failure) time.Duration {
	if last.wait > 0 {
		return last.wait
	}
	return time.Duration(2*try-1) * time.Second
}

// retryAfter reads the header of that name: seconds or a date.
func (c *Client) retryAfter(res *http.Response) time.Duration {
	h := res.Header.Get("Retry-After")
	if n, err := strconv.ParseInt(h, 10, 32); err == nil && n >= 0 {
		return time.Duration(n) * time.Second
	}
	if t, err := http.ParseTime(h); err == nil {
		now := time.Now
		if c.Now != nil {
			now = c.Now
		}
		return max(0, t.Sub(now()))
	}
	return 0
}

func (c *Client) sleep(ctx context.Context, d time.Duration) error {
	if c.Sleep != nil {
		return c.Sleep(ctx, d)
	}
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
