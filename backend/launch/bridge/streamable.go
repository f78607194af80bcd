package bridge

import (
	"bytes"
	"context"
	"encoding/base64"
	"errors"
	"io"
	"mime"
	"net/http"
	"net/http/httptrace"
	"strconv"
	"strings"
	"sync"
	"time"

	"toolbay/backend/model"
	"toolbay/backend/web"
)

const (
	headerSession = "Mcp-Session-Id"
	headerVersion = "Mcp-Protocol-Version"
	// firstWait and longestWait bound the pause before another try.
	firstWait   = time.Second
	longestWait = 30 * time.Second
	// maxTries is how often in a row a stream that broke is asked for again
	// without a word from it.
	maxTries = 6
	// lastWords is how long a stream is read on after the answer it was for, so
	// that the connection can be used again.
	lastWords = 2 * time.Second
	// newestVersion is the first version without sessions; its requests say in
	// headers what they are.
	newestVersion = "2026-07-28"
)

// streamable is the transport "Streamable HTTP" of the specification.
type streamable struct {
	b   *bridge
	url string

	mu      sync.Mutex
	session string
	version string
	// life counts the sessions there were.
	life      int
	listening context.CancelFunc
	// renewing keeps two requests from both beginning a new session.
	renewing sync.Mutex
}

func (s *streamable) state() (session, version string, life int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.session, s.version, s.life
}

// deliver posts a message and reads what comes back for it.
func (s *streamable) deliver(ctx context.Context, m *message, written func()) error {
	_, _, life := s.state()
	err := s.once(ctx, m, written)
	var refused *statusError
	if !errors.As(err, &refused) || !refused.lost || m.method == methodInitialize {
		return err
	}
	if err := s.renew(ctx, life); err != nil {
		return err
	}
	if m.method == methodInitialized {
		return nil // the new session has been told
	}
	return s.once(ctx, m, written)
}

// renew begins a new session in place of the one of a life, unless somebody has.
func (s *streamable) renew(ctx context.Context, life int) error {
	s.renewing.Lock()
	defer s.renewing.Unlock()
	if _, _, now := s.state(); now != life {
		return nil
	}
	if err := s.b.again(ctx, direct(s.once)); err != nil {
		return err
	}
	s.ready()
	return nil
}

// direct delivers on the session that is being begun, without beginning another.
type direct func(ctx context.Context, m *message, written func()) error

func (d direct) ready()                {}
func (d direct) close(context.Context) {}
func (d direct) deliver(ctx context.Context, m *message, written func()) error {
	return d(ctx, m, written)
}

// once sends a message on the session there is.
func (s *streamable) once(ctx context.Context, m *message, written func()) error {
	resp, err := s.request(httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{
		WroteRequest: func(httptrace.WroteRequestInfo) { written() },
	}), http.MethodPost, m, "")
	if err != nil {
		return err
	}
	if m.method == methodInitialize {
		s.mu.Lock()
		s.session, s.version = resp.Header.Get(headerSession), ""
		s.life++
		s.mu.Unlock()
	}
	if !m.asks() {
		_, _ = io.CopyN(io.Discard, resp.Body, 64<<10) // so that the connection can be used again
		resp.Body.Close()
		return nil
	}
	switch kind(resp) {
	case "application/json":
		defer resp.Body.Close()
		body, err := web.Read(resp.Body, maxMessage)
		if err != nil {
			return err
		}
		s.learn(m, body)
		if !s.b.forward(body) {
			return model.Fail("remote_answer", errors.New("the server's answer is no message"))
		}
		return nil
	case "text/event-stream":
		return s.follow(ctx, m, resp)
	}
	resp.Body.Close()
	return model.Fail("remote_answer", errors.New("the server answered with "+strconv.Quote(kind(resp))))
}

// follow reads the stream that answers a request, and asks for its rest when it
// breaks off before the answer.
func (s *streamable) follow(ctx context.Context, m *message, resp *http.Response) error {
	in := newEvents(resp.Body)
	wait, tries := firstWait, 0
	for {
		seen := in.seen
		err := s.drain(ctx, m, resp, in)
		resp.Body.Close()
		if !s.b.waits(m.key()) {
			return nil
		}
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if errors.Is(err, errLine) {
			return model.Fail("remote_too_much", err)
		}
		if in.id == "" {
			return model.Fail("remote_answer", errors.New("the connection broke off before the answer"))
		}
		if in.seen > seen {
			wait, tries = firstWait, 0
		}
		for resp = nil; resp == nil; {
			if tries++; tries > maxTries {
				return model.Fail("remote_answer", errors.New("the connection broke off before the answer"))
			}
			pause := wait
			if in.retry > 0 {
				pause = in.retry
			}
			if !sleep(ctx, pause) {
				return ctx.Err()
			}
			wait = min(2*wait, longestWait)
			if resp, err = s.request(ctx, http.MethodGet, nil, in.id); err != nil && !passing(err) {
				return err
			}
		}
		last := in
		in = newEvents(resp.Body)
		in.id, in.retry = last.id, last.retry
	}
}

// drain hands on what a stream says until it ends, or for a moment longer than
// the answer to m.
func (s *streamable) drain(ctx context.Context, m *message, resp *http.Response, in *events) error {
	var last *time.Timer
	for {
		e, err := in.next()
		if err != nil {
			if last != nil {
				last.Stop()
			}
			return err
		}
		if e.name != "" && e.name != "message" {
			continue
		}
		if m != nil {
			s.learn(m, e.data)
		}
		s.b.forward(e.data)
		if m != nil && last == nil && !s.b.waits(m.key()) {
			last = time.AfterFunc(lastWords, func() { resp.Body.Close() })
		}
	}
}

// learn takes from the answer to the hello which version is spoken.
func (s *streamable) learn(m *message, data []byte) {
	if m.method != methodInitialize {
		return
	}
	if v := versionIn(data); v != "" {
		s.mu.Lock()
		s.version = v
		s.mu.Unlock()
	}
}

// ready opens the stream on which the server says what nobody has asked for.
func (s *streamable) ready() {
	ctx, cancel := context.WithCancel(s.b.ctx)
	s.mu.Lock()
	if s.listening != nil {
		s.listening()
	}
	s.listening = cancel
	s.mu.Unlock()
	s.b.work.Add(1)
	go func() {
		defer s.b.work.Done()
		s.listen(ctx)
	}()
}

// listen keeps that stream open. A server that has none says so with 405.
func (s *streamable) listen(ctx context.Context) {
	id, wait := "", firstWait
	for ctx.Err() == nil {
		_, _, life := s.state()
		resp, err := s.request(ctx, http.MethodGet, nil, id)
		var refused *statusError
		switch {
		case errors.As(err, &refused) && refused.lost:
			if s.renew(s.b.ctx, life) == nil {
				return // it listens on the new session
			}
		case err != nil && !passing(err):
			return
		case err == nil && kind(resp) != "text/event-stream":
			resp.Body.Close()
			return
		case err == nil:
			in := newEvents(resp.Body)
			in.id = id
			_ = s.drain(ctx, nil, resp, in) // its end is the end of the connection, which is opened again
			resp.Body.Close()
			id = in.id
			if in.seen > 0 {
				wait = firstWait
			}
			if in.retry > 0 {
				wait = in.retry
			}
		}
		if !sleep(ctx, wait) {
			return
		}
		wait = min(2*max(wait, 10*time.Millisecond), longestWait)
	}
}

// close ends the session.
func (s *streamable) close(ctx context.Context) {
	if session, _, _ := s.state(); session == "" {
		return
	}
	if resp, err := s.request(ctx, http.MethodDelete, nil, ""); err == nil {
		resp.Body.Close()
	}
}

// request makes one request of a session; m is what it posts. A refused token is
// replaced once; a server that is not up for a moment is waited for.
func (s *streamable) request(ctx context.Context, method string, m *message, lastID string) (*http.Response, error) {
	stale, renewed := "", false
	for try := 0; ; try++ {
		var body io.Reader
		if m != nil {
			body = bytes.NewReader(m.raw)
		}
		req, err := http.NewRequestWithContext(ctx, method, s.url, body)
		if err != nil {
			return nil, model.Fail("remote_address", nil)
		}
		session := s.fill(req, m, lastID)
		token, err := s.b.authorize(req, stale)
		if err != nil {
			return nil, err
		}
		resp, err := s.b.web.Do(req)
		if err != nil {
			// Where no connection came about, nothing was sent yet.
			if model.Code(err) == "remote_unreachable" && unsent(err) && try < 2 && method != http.MethodDelete && sleep(ctx, firstWait<<try/2) {
				continue
			}
			return nil, err
		}
		if resp.StatusCode/100 == 2 {
			return resp, nil
		}
		refused := readStatus(resp, session)
		switch {
		case resp.StatusCode == http.StatusUnauthorized && token != "" && !renewed:
			stale, renewed = token, true
			continue
		case resp.StatusCode == http.StatusUnauthorized, resp.StatusCode == http.StatusForbidden && refused.scope:
			return nil, s.b.refusedToken()
		case refused.after >= 0 && try < 2 && method != http.MethodDelete && sleep(ctx, max(refused.after, firstWait<<try/2)):
			continue
		}
		return nil, refused
	}
}

// fill puts on a request what every one has; the session it is for comes back.
func (s *streamable) fill(req *http.Request, m *message, lastID string) string {
	s.b.headers(req)
	req.Header.Set("Accept", "application/json, text/event-stream")
	if req.Method == http.MethodGet {
		req.Header.Set("Accept", "text/event-stream")
	}
	session, version, _ := s.state()
	about := ""
	if m != nil {
		req.Header.Set("Content-Type", "application/json")
		if own, subject := m.meta(); own != "" {
			version, about = own, subject
		}
		if m.method == methodInitialize {
			session, version = "", "" // a session is what it asks for
		}
	}
	if lastID != "" {
		req.Header.Set("Last-Event-Id", lastID)
	}
	if version != "" && printable(version) {
		req.Header.Set(headerVersion, version)
	}
	if m != nil && m.method != "" && version >= newestVersion {
		req.Header.Set("Mcp-Method", headerValue(m.method))
		if about != "" {
			req.Header.Set("Mcp-Name", headerValue(about))
		}
	}
	if session != "" {
		req.Header.Set(headerSession, session)
	}
	return session
}

// headerValue writes a text as a header may hold it.
func headerValue(s string) string {
	if printable(s) && strings.TrimSpace(s) == s {
		return s
	}
	return "=?base64?" + base64.StdEncoding.EncodeToString([]byte(s)) + "?="
}

func printable(s string) bool {
	return !strings.ContainsFunc(s, func(r rune) bool { return r < 0x20 || r > 0x7e })
}

func kind(resp *http.Response) string {
	k, _, err := mime.ParseMediaType(resp.Header.Get("Content-Type"))
	if err != nil {
		return ""
	}
	return k
}

// sleep waits; false when ctx ended first.
func sleep(ctx context.Context, d time.Duration) bool {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return true
	case <-ctx.Done():
		return false
	}
}
