// Package fakeremote is a remote MCP server on loopback for tests, behind an
// authorization server of its own when a test wants that. Tests of the sign-in,
// of the command line and of the backend use it.
//
//	s := fakeremote.New(t)
//	s.Protect(t)
//	… s.URL …; fakeremote.Browse(address) // agrees as a person at a browser would
package fakeremote

import (
	"cmp"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
)

// Server is the MCP server; its address is URL.
type Server struct {
	URL string
	// Auth is the authorization server, nil before Protect.
	Auth *Auth
	// Tools are the names of the tools it has.
	Tools []string
	// Key, when set, must come in the header X-Key.
	Key string

	http  *httptest.Server
	mu    sync.Mutex
	live  map[string]bool
	count int
	calls []string
	words map[string]string // what tools say of themselves instead
}

// New starts a server that ends with the test.
func New(t testing.TB) *Server {
	s := Begin()
	t.Cleanup(s.Stop)
	return s
}

// Begin starts a server that ends with Stop.
func Begin() *Server {
	s := &Server{Tools: []string{"echo", "add"}, live: map[string]bool{}}
	s.http = httptest.NewServer(s)
	s.URL = s.http.URL + "/mcp"
	return s
}

// Stop ends the server before the test does.
func (s *Server) Stop() { s.http.CloseClientConnections(); s.http.Close() }

// Forget ends all sessions, as a restart of the server would.
func (s *Server) Forget() {
	s.mu.Lock()
	defer s.mu.Unlock()
	clear(s.live)
}

// Calls are the methods that were asked, in order.
func (s *Server) Calls() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]string{}, s.calls...)
}

// Reword makes a tool say something else of itself from now on.
func (s *Server) Reword(tool, words string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.words == nil {
		s.words = map[string]string{}
	}
	s.words[tool] = words
}

func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	auth := s.Auth
	s.mu.Unlock()
	if auth != nil && strings.HasPrefix(r.URL.Path, "/.well-known/oauth-protected-resource") {
		auth.describeResource(w, r, s.URL)
		return
	}
	if r.URL.Path != "/mcp" {
		http.NotFound(w, r)
		return
	}
	if auth != nil && !auth.accepts(strings.TrimPrefix(r.Header.Get("Authorization"), "Bearer ")) {
		if h := auth.challenge(s.http.URL); h != "" {
			w.Header().Set("WWW-Authenticate", h)
		}
		http.Error(w, "sign in first", http.StatusUnauthorized)
		return
	}
	if s.Key != "" && r.Header.Get("X-Key") != s.Key {
		http.Error(w, "a key is missing", http.StatusForbidden)
		return
	}
	s.speak(w, r)
}

func (s *Server) speak(w http.ResponseWriter, r *http.Request) {
	session := r.Header.Get("Mcp-Session-Id")
	body, _ := io.ReadAll(io.LimitReader(r.Body, 1<<20))
	var m struct {
		ID     json.RawMessage `json:"id"`
		Method string          `json:"method"`
		Params struct {
			Name      string         `json:"name"`
			Arguments map[string]any `json:"arguments"`
		} `json:"params"`
	}
	_ = json.Unmarshal(body, &m)
	s.mu.Lock()
	known := s.live[session]
	if r.Method == http.MethodPost {
		s.calls = append(s.calls, m.Method)
	}
	s.mu.Unlock()
	switch {
	case r.Method == http.MethodPost && m.Method == "initialize":
		s.mu.Lock()
		s.count++
		session = fmt.Sprintf("s%d", s.count)
		s.live[session] = true
		s.mu.Unlock()
		w.Header().Set("Mcp-Session-Id", session)
		answer(w, m.ID, map[string]any{
			"protocolVersion": "2025-06-18", "capabilities": map[string]any{"tools": map[string]any{}},
			"serverInfo": map[string]string{"name": "fake remote", "version": "1.2.3"},
		})
	case !known:
		http.Error(w, "no such session", http.StatusNotFound)
	case r.Method == http.MethodDelete:
		s.mu.Lock()
		delete(s.live, session)
		s.mu.Unlock()
	case r.Method != http.MethodPost:
		w.WriteHeader(http.StatusMethodNotAllowed)
	case m.ID == nil:
		w.WriteHeader(http.StatusAccepted)
	case m.Method == "ping":
		answer(w, m.ID, map[string]any{})
	case m.Method == "tools/list":
		tools := []map[string]any{}
		s.mu.Lock()
		for _, name := range s.Tools {
			words := cmp.Or(s.words[name], "Does "+name+".")
			tools = append(tools, map[string]any{"name": name, "description": words, "inputSchema": map[string]any{"type": "object"}})
		}
		s.mu.Unlock()
		answer(w, m.ID, map[string]any{"tools": tools})
	case m.Method == "tools/call":
		w.Header().Set("Content-Type", "text/event-stream")
		text, _ := json.Marshal(map[string]any{"jsonrpc": "2.0", "id": m.ID, "result": map[string]any{
			"content": []any{map[string]any{"type": "text", "text": fmt.Sprint(m.Params.Name, " ", m.Params.Arguments)}},
		}})
		fmt.Fprintf(w, "event: message\ndata: %s\n\n", text)
	default:
		w.Header().Set("Content-Type", "application/json")
		fmt.Fprintf(w, `{"jsonrpc":"2.0","id":%s,"error":{"code":-32601,"message":"Method not found"}}`, m.ID)
	}
}

func answer(w http.ResponseWriter, id json.RawMessage, result any) {
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(map[string]any{"jsonrpc": "2.0", "id": id, "result": result})
}
