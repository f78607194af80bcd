package container_test

import (
	"context"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"toolbay/backend/launch/container"
	"toolbay/internal/containertest"
)

// slow stands before an engine. asked is called when a container is wanted; lose
// keeps the engine's answer back and ends the connection. made is closed once the
// engine has created the container.
func slow(t *testing.T, host string, asked func(), lose bool) (address string, made chan struct{}) {
	t.Helper()
	socket, ok := strings.CutPrefix(host, "unix://")
	if !ok {
		t.Skip("the engine is not at a socket")
	}
	way := &http.Transport{DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
		return (&net.Dialer{}).DialContext(ctx, "unix", socket)
	}}
	t.Cleanup(way.CloseIdleConnections)
	made = make(chan struct{})
	proxy := httputil.NewSingleHostReverseProxy(&url.URL{Scheme: "http", Host: "engine"})
	proxy.Transport = way
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !strings.HasSuffix(r.URL.Path, "/containers/create") {
			proxy.ServeHTTP(w, r)
			return
		}
		body, _ := io.ReadAll(r.Body)
		asked()
		// The engine goes on whether anybody waits or not.
		there := r.Clone(context.Background())
		there.RequestURI, there.URL.Scheme, there.URL.Host, there.Body = "", "http", "engine", io.NopCloser(strings.NewReader(string(body)))
		resp, err := way.RoundTrip(there)
		if err != nil {
			t.Error(err)
			return
		}
		defer resp.Body.Close()
		answer, _ := io.ReadAll(resp.Body)
		close(made)
		if lose {
			panic(http.ErrAbortHandler)
		}
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(resp.StatusCode)
		_, _ = w.Write(answer)
	}))
	t.Cleanup(s.Close)
	return "tcp://" + s.Listener.Addr().String(), made
}

// A start that is ended, or loses the engine, while the engine creates the
// container: it is created all the same, and must go all the same.
func TestCutOffWhileCreating(t *testing.T) {
	s := begin(t)
	for _, c := range []struct {
		name          string
		ended, lose   bool
		guarded, left bool
	}{
		{name: "the launcher is ended", ended: true, guarded: true},
		{name: "the launcher is ended, without a guard", ended: true},
		{name: "the engine's answer is lost", lose: true, guarded: true},
		{name: "the answer is lost, without a guard", lose: true, left: true},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := s
			s.Home = t.TempDir()
			if !c.guarded {
				s.Guard = nil
			}
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			real := s.Container.Engine
			var made chan struct{}
			s.Container.Engine, made = slow(t, real, func() {
				if c.ended {
					cancel()
				}
			}, c.lose)
			if err := container.Serve(s)(ctx, strings.NewReader(""), io.Discard, io.Discard); err == nil {
				t.Error("it began")
			}
			<-made
			if c.left {
				// The next start takes it away.
				if n := len(containertest.Containers(t, mine(s))); n != 1 {
					t.Fatalf("%d containers", n)
				}
				if n, err := container.Clear(t.Context(), open(t, real), s.Home); n != 1 || err != nil {
					t.Errorf("cleared %d, %v", n, err)
				}
			}
			gone(t, s)
			// The guard's last act is to take the file away.
			for deadline := time.Now().Add(30 * time.Second); ; {
				left, _ := os.ReadDir(filepath.Join(s.Home, "run"))
				if len(left) == 0 {
					break
				}
				if time.Now().After(deadline) {
					t.Fatalf("files are left: %v", left)
				}
				<-time.After(20 * time.Millisecond)
			}
		})
	}
}
