package fakeregistry

import (
	"cmp"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"time"
)

// Kinds of faults.
const (
	Error500    = "500"         // an error of the server
	Refused     = "403"         // it does not want us
	TooMany     = "429"         // with Retry-After, see Fault.Wait
	Unavailable = "503"         // with Retry-After, see Fault.Wait
	HTML        = "html"        // a web page, as a hotel's sign-in
	Garbage     = "garbage"     // bytes that are no JSON
	Other       = "other"       // JSON that is no page
	Truncated   = "truncated"   // the answer ends in the middle
	Loop        = "loop"        // the cursor leads back to the first page
	Stuck       = "stuck"       // the cursor stays the same
	Endless     = "endless"     // empty pages, always with a new cursor
	Slow        = "slow"        // answers after Fault.Wait
	Hang        = "hang"        // never answers
	Huge        = "huge"        // an answer without end
	BadRecords  = "bad-records" // every second record is broken
)

// Fault says how lists of servers go wrong.
type Fault struct {
	Kind  string
	After int           // requests that are still answered well
	Times int           // how often; 0 is for ever
	Wait  time.Duration // for Slow, and told by TooMany and Unavailable
}

// Fail makes the next lists go wrong; the zero Fault ends that.
func (r *Registry) Fail(f Fault) {
	r.mu.Lock()
	r.fault = f
	r.mu.Unlock()
}

// take counts one request and gives the kind of fault it shall have.
func (f *Fault) take() string {
	switch {
	case f.Kind == "":
		return ""
	case f.After > 0:
		f.After--
		return ""
	}
	kind := f.Kind
	if f.Times > 0 {
		if f.Times--; f.Times == 0 {
			f.Kind = ""
		}
	}
	return kind
}

// setFault is POST /fault?kind=500&after=3&times=1&wait=2s, for tests that run
// the registry as a program.
func (r *Registry) setFault(w http.ResponseWriter, q *http.Request) {
	v := q.URL.Query()
	f, err := ParseFault(v.Get("kind"), v.Get("after"), v.Get("times"), v.Get("wait"))
	if err != nil {
		problem(w, http.StatusBadRequest, err.Error())
		return
	}
	r.Fail(f)
	w.WriteHeader(http.StatusNoContent)
}

// ParseFault reads a fault from text; empty texts are the zero values.
func ParseFault(kind, after, times, wait string) (f Fault, err error) {
	f.Kind = kind
	for _, n := range []struct {
		text string
		to   *int
	}{{after, &f.After}, {times, &f.Times}} {
		if n.text == "" {
			continue
		}
		if *n.to, err = strconv.Atoi(n.text); err != nil {
			return f, err
		}
	}
	if wait != "" {
		f.Wait, err = time.ParseDuration(wait)
	}
	return f, err
}

// misbehave answers in the way of a fault; false lets the answer go as it is.
func (r *Registry) misbehave(w http.ResponseWriter, q *http.Request, kind string, page []json.RawMessage, next string) bool {
	r.mu.Lock()
	wait := r.fault.Wait
	r.mu.Unlock()
	switch kind {
	case Error500:
		problem(w, http.StatusInternalServerError, "Failed to get registry list")
	case Refused:
		problem(w, http.StatusForbidden, "Forbidden")
	case TooMany, Unavailable:
		code, _ := strconv.Atoi(kind)
		if wait > 0 {
			w.Header().Set("Retry-After", strconv.Itoa(int(wait.Seconds())))
		}
		problem(w, code, "Slow down")
	case HTML:
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		io.WriteString(w, "<!doctype html><title>Welcome to the hotel</title><p>Please sign in.")
	case Garbage:
		w.Header().Set("Content-Type", "application/json")
		io.WriteString(w, "\x00\x1f{]this is not JSON")
	case Other:
		reply(w, http.StatusOK, map[string]string{"message": "hello"})
	case Truncated:
		b, _ := json.Marshal(pageBody(page, next))
		w.Header().Set("Content-Type", "application/json")
		w.Header().Set("Content-Length", strconv.Itoa(len(b)))
		w.Write(b[:len(b)/2])
	case Loop:
		reply(w, http.StatusOK, pageBody(page, "a:0"))
	case Stuck:
		reply(w, http.StatusOK, pageBody(page, cmp.Or(q.URL.Query().Get("cursor"), "a:0")))
	case Endless:
		reply(w, http.StatusOK, pageBody(nil, fmt.Sprintf("a:%d", time.Now().UnixNano())))
	case Slow:
		select {
		case <-time.After(wait):
			return false
		case <-q.Context().Done():
		}
	case Hang:
		<-q.Context().Done()
	case Huge:
		w.Header().Set("Content-Type", "application/json")
		io.WriteString(w, `{"servers":[`)
		for q.Context().Err() == nil {
			if _, err := io.WriteString(w, `{"server":{"name":"a/b"}},`); err != nil {
				return true
			}
		}
	case BadRecords:
		for i := range page {
			if i%2 == 1 {
				page[i] = json.RawMessage(`{"server":{"name":17}}`)
			}
		}
		return false
	default:
		problem(w, http.StatusNotImplemented, "no such fault: "+kind)
	}
	return true
}
