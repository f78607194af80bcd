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

	"toolbay/backend/model"
)

// oldServer speaks the transport of 2024.
type oldServer struct {
	*httptest.Server
	mu      sync.Mutex
	streams map[string]chan string
	cut     map[string]chan struct{}
	count   int
	posted  []string
	// endpoint is what the first event says, with %s for the session.
	endpoint string
	deaf     bool // takes what is posted and says nothing to it
}

func newOldServer(t *testing.T) *oldServer {
	s := &oldServer{streams: map[string]chan string{}, cut: map[string]chan struct{}{}, endpoint: "/messages?session=%s"}
	s.Server = httptest.NewServer(s)
	t.Cleanup(func() { s.CloseClientConnections(); s.Close() })
	return s
}

func (s *oldServer) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	switch {
	case r.Method == http.MethodGet && r.URL.Path == "/sse":
		s.mu.Lock()
		s.count++
		id := fmt.Sprint(s.count)
		out, cut := make(chan string, 100), make(chan struct{})
		s.streams[id], s.cut[id] = out, cut
		endpoint := s.endpoint
		s.mu.Unlock()
		w.Header().Set("Content-Type", "text/event-stream")
		if strings.Contains(endpoint, "%s") {
			endpoint = fmt.Sprintf(endpoint, id)
		}
		fmt.Fprintf(w, ": hello\r\nevent: endpoint\r\ndata: %s\r\n\r\n", endpoint)
		w.(http.Flusher).Flush()
		for {
			select {
			case m := <-out:
				fmt.Fprintf(w, "event: message\ndata: %s\n\n", m)
				w.(http.Flusher).Flush()
			case <-cut:
				return
			case <-r.Context().Done():
				return
			}
		}
	case r.Method == http.MethodPost && r.URL.Path == "/messages":
		body, _ := io.ReadAll(r.Body)
		s.mu.Lock()
		out, deaf := s.streams[r.URL.Query().Get("session")], s.deaf
		s.posted = append(s.posted, string(body))
		s.mu.Unlock()
		if out == nil {
			http.NotFound(w, r)
			return
		}
		w.WriteHeader(http.StatusAccepted)
		var m struct {
			ID     json.RawMessage
			Method string
		}
		json.Unmarshal(body, &m)
		if m.ID != nil && m.Method != "" && !deaf {
			out <- fmt.Sprintf(`{"jsonrpc":"2.0","id":%s,"result":{"protocolVersion":"2024-11-05","of":%q}}`, m.ID, m.Method)
		}
	case r.Method == http.MethodPost:
		w.WriteHeader(http.StatusMethodNotAllowed)
	default:
		http.NotFound(w, r)
	}
}

func TestOldTransport(t *testing.T) {
	for _, transport := range []string{"sse", "streamable-http"} {
		t.Run("listed as "+transport, func(t *testing.T) {
			s := newOldServer(t)
			a := serve(t, Options{Remote: model.Remote{URL: s.URL + "/sse", Transport: transport}})
			a.greet()
			a.say(`{"jsonrpc":"2.0","id":1,"method":"tools/list"}`)
			a.hears(`"id":1`, `"tools/list"`)
			// The stream breaks off: what waits is answered, what comes next goes to a
			// new session.
			s.mu.Lock()
			s.deaf = true
			s.mu.Unlock()
			a.say(`{"jsonrpc":"2.0","id":2,"method":"tools/call"}`)
			until(t, func() bool {
				s.mu.Lock()
				defer s.mu.Unlock()
				return strings.Contains(s.posted[len(s.posted)-1], "tools/call")
			})
			s.mu.Lock()
			s.deaf = false
			close(s.cut["1"])
			delete(s.streams, "1")
			s.mu.Unlock()
			a.hears(`"id":2`, "broke off")
			a.say(`{"jsonrpc":"2.0","id":3,"method":"tools/list"}`)
			a.hears(`"id":3`, `"tools/list"`)
			if err := a.end(); err != nil {
				t.Fatal(err)
			}
			hellos := strings.Count(strings.Join(s.posted, "\n"), `"initialize"`)
			if hellos != 2 || s.count != 2 {
				t.Errorf("%d hellos on %d streams", hellos, s.count)
			}
		})
	}
}

// What a server lists as sse may speak the newer transport.
func TestListedAsOld(t *testing.T) {
	s := newServer(t)
	r := remote(s)
	r.Transport = "sse"
	a := serve(t, Options{Remote: r})
	a.greet()
	a.say(`{"jsonrpc":"2.0","id":1,"method":"tools/list"}`)
	a.hears(`"id":1`, `"tools/list"`)
}

// Keys go where the posts go, so that is never another computer.
func TestOldEndpointElsewhere(t *testing.T) {
	for _, endpoint := range []string{"http://localhost:1/messages", "https://example.com/x", "//evil.example/x", "http://u:p@127.0.0.1/"} {
		s := newOldServer(t)
		s.endpoint = endpoint
		a := serve(t, Options{Remote: model.Remote{URL: s.URL + "/sse", Transport: "sse"}})
		a.say(hello)
		a.hears("remote_redirected")
	}
}
