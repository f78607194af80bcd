package bridge

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptrace"
	"net/url"
	"sync"
	"time"

	"toolbay/backend/model"
	"toolbay/backend/web"
)

// old is the transport "HTTP+SSE" of 2024: one stream brings everything the
// server says, and what is said to it is posted to an address that the stream
// names first. The stream is the session.
type old struct {
	b   *bridge
	url string

	// opening keeps two from opening the stream at once.
	opening sync.Mutex
	mu      sync.Mutex
	post    string // "" while there is no stream
	life    int
	stop    context.CancelFunc
	gone    chan struct{} // closed when the stream has ended
}

// openPatience is how long a stream may take to name the address.
const openPatience = 30 * time.Second

func (o *old) ready() {}

func (o *old) close(context.Context) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.stop != nil {
		o.stop()
	}
}

func (o *old) state() (post string, life int) {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.post, o.life
}

// deliver posts a message; its answer comes on the stream.
func (o *old) deliver(ctx context.Context, m *message, written func()) error {
	for try := 0; ; try++ {
		life, err := o.open(ctx, m.method == methodInitialize)
		if err == nil {
			err = o.send(ctx, m, written)
		}
		var refused *statusError
		if errors.As(err, &refused) && refused.lost && m.method != methodInitialize && try == 0 {
			o.drop(life)
			continue
		}
		if err != nil || !m.asks() {
			return err
		}
		return o.wait(ctx, m, life)
	}
}

// wait stays until a request is answered or its stream has ended.
func (o *old) wait(ctx context.Context, m *message, life int) error {
	o.b.mu.Lock()
	c := o.b.calls[m.key()]
	o.b.mu.Unlock()
	if c == nil {
		return nil
	}
	o.mu.Lock()
	gone := o.gone
	if o.life != life {
		gone = closed
	}
	o.mu.Unlock()
	select {
	case <-c.done:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	case <-gone:
		return model.Fail("remote_answer", errors.New("the connection broke off before the answer"))
	}
}

// closed is the end of a stream that another has followed.
var closed = func() chan struct{} {
	c := make(chan struct{})
	close(c)
	return c
}()

// open gives the stream there is or opens one. A stream after the first is a
// new session, on which the hello is said again.
func (o *old) open(ctx context.Context, hello bool) (life int, err error) {
	o.opening.Lock()
	defer o.opening.Unlock()
	if post, life := o.state(); post != "" {
		return life, nil
	}
	wait := firstWait / 2
	for try := 0; ; try++ {
		life, err = o.connect(ctx)
		if err == nil || !passing(err) || try == 2 || !sleep(ctx, wait) {
			break
		}
		wait *= 2
	}
	if err != nil || hello || !o.b.isBegun() {
		return life, err
	}
	if err := o.b.again(ctx, direct(func(ctx context.Context, m *message, written func()) error {
		if err := o.send(ctx, m, written); err != nil || !m.asks() {
			return err
		}
		return o.wait(ctx, m, life)
	})); err != nil {
		o.drop(life)
		return life, err
	}
	return life, nil
}

// connect opens a stream and waits for the address it names.
func (o *old) connect(ctx context.Context) (int, error) {
	streaming, stop := context.WithCancel(o.b.ctx)
	// Until the address is known the stream is its opener's; then it is everybody's.
	defer context.AfterFunc(ctx, stop)()
	defer time.AfterFunc(openPatience, stop).Stop()
	resp, err := o.request(streaming, http.MethodGet, o.url, nil)
	if err == nil && kind(resp) != "text/event-stream" {
		resp.Body.Close()
		err = &statusError{status: http.StatusNotAcceptable, after: -1}
	}
	if err != nil {
		stop()
		return 0, err
	}
	in := newEvents(resp.Body)
	type naming struct {
		life int
		err  error
	}
	named := make(chan naming, 1)
	o.b.work.Add(1)
	go func() {
		defer o.b.work.Done()
		defer resp.Body.Close()
		defer stop()
		post, err := o.first(in)
		life := 0
		if err == nil {
			o.mu.Lock()
			o.life++
			o.post, o.stop, o.gone, life = post, stop, make(chan struct{}), o.life
			o.mu.Unlock()
		}
		named <- naming{life, err}
		for err == nil {
			var e event
			if e, err = in.next(); err == nil && (e.name == "" || e.name == "message") {
				o.b.forward(e.data)
			}
		}
		if life > 0 {
			o.drop(life)
		}
	}()
	n := <-named
	return n.life, n.err
}

// first reads the event that names where to post: on the same computer as the
// stream, since keys go there.
func (o *old) first(in *events) (string, error) {
	e, err := in.next()
	if err != nil || e.name != "endpoint" {
		return "", model.Fail("remote_answer", errors.New("the server's stream does not say where to post"))
	}
	base, err := url.Parse(o.url)
	if err != nil {
		return "", model.Fail("remote_address", nil)
	}
	to, err := base.Parse(string(bytes.TrimSpace(e.data)))
	if err != nil || !web.SameOrigin(base, to) || to.User != nil {
		return "", model.Fail("remote_redirected", errors.New("the server's stream names another computer"), "host", base.Host)
	}
	return to.String(), nil
}

// drop forgets the stream of a life.
func (o *old) drop(life int) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.life == life && o.post != "" {
		o.post = ""
		o.stop()
		close(o.gone)
	}
}

func (o *old) send(ctx context.Context, m *message, written func()) error {
	post, _ := o.state()
	if post == "" {
		return model.Fail("remote_answer", errors.New("the connection broke off"))
	}
	resp, err := o.request(httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{
		WroteRequest: func(httptrace.WroteRequestInfo) { written() },
	}), http.MethodPost, post, m.raw)
	if err != nil {
		return err
	}
	_, _ = io.CopyN(io.Discard, resp.Body, 64<<10) // so that the connection can be used again
	resp.Body.Close()
	return nil
}

func (o *old) request(ctx context.Context, method, address string, raw []byte) (*http.Response, error) {
	stale := ""
	for {
		var body io.Reader
		if raw != nil {
			body = bytes.NewReader(raw)
		}
		req, err := http.NewRequestWithContext(ctx, method, address, body)
		if err != nil {
			return nil, model.Fail("remote_address", nil)
		}
		o.b.headers(req)
		if raw != nil {
			req.Header.Set("Content-Type", "application/json")
		} else {
			req.Header.Set("Accept", "text/event-stream")
		}
		token, err := o.b.authorize(req, stale)
		if err != nil {
			return nil, err
		}
		resp, err := o.b.web.Do(req)
		if err != nil || resp.StatusCode/100 == 2 {
			return resp, err
		}
		session := ""
		if raw != nil {
			session = address // it is made for one stream
		}
		refused := readStatus(resp, session)
		if resp.StatusCode == http.StatusUnauthorized && token != "" && stale == "" {
			stale = token
			continue
		}
		if resp.StatusCode == http.StatusUnauthorized {
			return nil, o.b.refusedToken()
		}
		return nil, refused
	}
}
