package bridge

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
)

// server is a small MCP server over HTTP that a test makes behave as it needs.
type server struct {
	*httptest.Server
	mu sync.Mutex
	// posted are the bodies in the order in which they came, requests what else
	// was asked, as "METHOD last-event-id".
	posted   []string
	requests []string
	headers  []http.Header
	sessions int
	live     map[string]bool
	// on answers a method otherwise than usual; true when it has.
	on map[string]func(w http.ResponseWriter, r *http.Request, id string) bool
	// get answers GET; nil has no stream.
	get http.HandlerFunc
	// tokens are accepted; nil asks for none.
	tokens map[string]bool
}

func newServer(t *testing.T) *server {
	s := &server{live: map[string]bool{}, on: map[string]func(http.ResponseWriter, *http.Request, string) bool{}}
	s.Server = httptest.NewServer(s)
	t.Cleanup(s.Close)
	return s
}

func (s *server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	refused := s.tokens != nil && !s.tokens[strings.TrimPrefix(r.Header.Get("Authorization"), "Bearer ")]
	s.mu.Unlock()
	if refused {
		w.Header().Set("WWW-Authenticate", "Bearer")
		http.Error(w, "who are you", http.StatusUnauthorized)
		return
	}
	body, _ := io.ReadAll(r.Body)
	s.mu.Lock()
	s.headers = append(s.headers, r.Header.Clone())
	if r.Method == http.MethodPost {
		s.posted = append(s.posted, string(body))
	} else {
		s.requests = append(s.requests, strings.TrimSpace(r.Method+" "+r.Header.Get("Last-Event-Id")))
	}
	s.mu.Unlock()
	var m struct {
		ID     json.RawMessage
		Method string
	}
	json.Unmarshal(body, &m)
	session := r.Header.Get("Mcp-Session-Id")
	s.mu.Lock()
	known, f := session == "" && m.Method == "initialize" || s.live[session], s.on[m.Method]
	s.mu.Unlock()
	if f != nil && r.Method == http.MethodPost && f(w, r, string(m.ID)) {
		return
	}
	switch {
	case !known:
		http.Error(w, "no such session", http.StatusNotFound)
	case r.Method == http.MethodGet && s.get != nil:
		s.get(w, r)
	case r.Method == http.MethodGet:
		w.WriteHeader(http.StatusMethodNotAllowed)
	case r.Method == http.MethodDelete:
		s.forget(session)
	case m.Method == "initialize":
		s.mu.Lock()
		s.sessions++
		id := fmt.Sprintf("session-%d", s.sessions)
		s.live[id] = true
		s.mu.Unlock()
		w.Header().Set("Mcp-Session-Id", id)
		answer(w, string(m.ID), `{"protocolVersion":"2025-06-18","capabilities":{},"serverInfo":{"name":"t","version":"1"}}`)
	case m.ID == nil || m.Method == "":
		w.WriteHeader(http.StatusAccepted)
	default:
		answer(w, string(m.ID), `{"method":"`+m.Method+`"}`)
	}
}

// when sets how a method is answered.
func (s *server) when(method string, f func(w http.ResponseWriter, r *http.Request, id string) bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.on[method] = f
}

func (s *server) forget(session string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.live, session)
}

func (s *server) forgetAll() {
	s.mu.Lock()
	defer s.mu.Unlock()
	clear(s.live)
}

func (s *server) heard() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]string{}, s.posted...)
}

func (s *server) asked() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]string{}, s.requests...)
}

func answer(w http.ResponseWriter, id, result string) {
	w.Header().Set("Content-Type", "application/json")
	fmt.Fprintf(w, `{"jsonrpc":"2.0","id":%s,"result":%s}`, id, result)
}

// stream begins a stream of events and gives what writes one to it.
func stream(w http.ResponseWriter) func(id, data string) {
	w.Header().Set("Content-Type", "text/event-stream")
	return func(id, data string) {
		if id != "" {
			fmt.Fprintf(w, "id: %s\n", id)
		}
		fmt.Fprintf(w, "retry: 1\ndata: %s\n\n", strings.ReplaceAll(data, "\n", "\ndata: "))
		w.(http.Flusher).Flush()
	}
}
