package signin

import (
	"context"
	"crypto/subtle"
	"errors"
	"fmt"
	"html"
	"net"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"
)

// Outcome is how the page ends in which a user signed in.
type Outcome int

// The outcomes.
const (
	Done   Outcome = iota
	Failed         // the user said no, or it did not work
	Other          // the page belongs to another sign-in
)

// answers waits on this computer for the browser to come back.
type answers struct {
	s        Server
	issuer   authority
	redirect string
	state    string
	server   *http.Server
	once     sync.Once
	got      chan answer
	page     func(Outcome) string
}

type answer struct {
	code string
	err  error
}

// listen opens a door on this computer that nobody else can come in by: on
// loopback only, on a port of the moment, or the one that was registered when
// it is free.
func listen(s Server, issuer authority, before string, page func(Outcome) string) (*answers, error) {
	var l net.Listener
	if u, err := url.Parse(before); before != "" && err == nil && u.Hostname() == "127.0.0.1" {
		l, _ = net.Listen("tcp", u.Host) // taken by another program: then it is another port
	}
	if l == nil {
		var err error
		if l, err = net.Listen("tcp", "127.0.0.1:0"); err != nil {
			return nil, err
		}
	}
	a := &answers{
		s: s, issuer: issuer, redirect: "http://" + l.Addr().String() + "/callback", state: secretText(),
		got: make(chan answer, 1), page: page,
	}
	a.server = &http.Server{Handler: a, ReadHeaderTimeout: 10 * time.Second, ReadTimeout: 10 * time.Second, WriteTimeout: 10 * time.Second, MaxHeaderBytes: 32 << 10}
	a.server.SetKeepAlivesEnabled(false)
	go a.server.Serve(l)
	return a, nil
}

// close lets the page that is being shown come to its end.
func (a *answers) close() {
	ctx, cancel := context.WithTimeout(context.Background(), time.Second)
	defer cancel()
	_ = a.server.Shutdown(ctx)
	a.server.Close()
}

// wait gives the code that the browser brings.
func (a *answers) wait(ctx context.Context, patience time.Duration) (string, error) {
	limit := time.NewTimer(patience)
	defer limit.Stop()
	select {
	case got := <-a.got:
		return got.code, got.err
	case <-ctx.Done():
		return "", ctx.Err()
	case <-limit.C:
		return "", a.s.fail("signin_timeout", nil)
	}
}

func (a *answers) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	h := w.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'")
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("Cache-Control", "no-store")
	// Another page cannot come by a name of its own that leads here.
	if r.URL.Path != "/callback" || r.Method != http.MethodGet || !strings.HasSuffix(a.redirect, "//"+r.Host+"/callback") {
		http.NotFound(w, r)
		return
	}
	q := r.URL.Query()
	if subtle.ConstantTimeCompare([]byte(q.Get("state")), []byte(a.state)) != 1 {
		// Not the answer to our question, so it decides nothing.
		w.WriteHeader(http.StatusBadRequest)
		a.show(w, Other)
		return
	}
	got := a.read(q)
	outcome := Done
	if got.err != nil {
		outcome = Failed
	}
	a.show(w, outcome)
	a.once.Do(func() { a.got <- got })
}

// read takes the code from an answer, or why there is none.
func (a *answers) read(q url.Values) answer {
	// RFC 9207: an answer of another authorization server is a mix-up.
	iss := q.Get("iss")
	if iss != "" && strings.TrimSuffix(iss, "/") != strings.TrimSuffix(a.issuer.Issuer, "/") || iss == "" && a.issuer.SaysIssuer {
		return answer{err: a.s.unsafe("the answer came from another sign-in")}
	}
	if e := q.Get("error"); e != "" {
		said := errors.New(plain(e + " " + q.Get("error_description")))
		if e == "access_denied" {
			return answer{err: a.s.fail("signin_refused", said)}
		}
		return answer{err: a.s.fail("signin_failed", said)}
	}
	if code := q.Get("code"); code != "" {
		return answer{code: code}
	}
	return answer{err: a.s.fail("signin_failed", errors.New("the answer holds no code"))}
}

func (a *answers) show(w http.ResponseWriter, o Outcome) {
	text := ""
	if a.page != nil {
		text = a.page(o)
	}
	fmt.Fprintf(w, `<!doctype html><meta charset="utf-8"><title>Toolbay</title><body style="font:18px system-ui;margin:20vh auto;max-width:32em;text-align:center">%s`, html.EscapeString(text))
}
