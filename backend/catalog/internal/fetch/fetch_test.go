package fetch

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"toolbay/backend/model"
)

func TestRedirects(t *testing.T) {
	mux := http.NewServeMux()
	srv := httptest.NewServer(mux)
	defer srv.Close()
	mux.HandleFunc("/good", func(w http.ResponseWriter, _ *http.Request) { io.WriteString(w, "{}") })
	mux.HandleFunc("/moved", func(w http.ResponseWriter, q *http.Request) {
		http.Redirect(w, q, "/good", http.StatusPermanentRedirect)
	})
	mux.HandleFunc("/circle", func(w http.ResponseWriter, q *http.Request) { http.Redirect(w, q, "/circle", http.StatusFound) })
	mux.HandleFunc("/plain", func(w http.ResponseWriter, q *http.Request) {
		http.Redirect(w, q, "http://example.org/", http.StatusFound)
	})
	for path, want := range map[string]string{"/good": "", "/moved": "", "/circle": "source_garbage", "/plain": "source_insecure"} {
		body, err := (&Client{}).Get(t.Context(), srv.URL+path, 100)
		if model.Code(err) != want || want == "" && string(body) != "{}" {
			t.Errorf("%s: %q, %v", path, body, err)
		}
	}
}

func TestAllowed(t *testing.T) {
	for _, c := range []struct {
		to, from string
		ok       bool
	}{
		{"https://example.org/x", "", true},
		{"http://example.org/x", "", false},
		{"http://127.0.0.1:80/x", "", true},
		{"http://localhost/x", "", true},
		{"http://[::1]/x", "", true},
		{"http://127.0.0.1.example.org/x", "", false},
		{"http://10.0.0.1/x", "", false},
		{"file:///etc/passwd", "", false},
		{"https://other.example/x", "https://example.org/", true},
		{"http://example.org/x", "https://example.org/", false},
		{"http://localhost/x", "https://example.org/", false},
		{"https://127.0.0.1/x", "https://example.org/", false},
		{"https://10.0.0.1/x", "https://example.org/", false},
		{"https://169.254.169.254/x", "https://example.org/", false},
		{"https://[fe80::1]/x", "https://example.org/", false},
		{"http://127.0.0.1/x", "http://localhost/", true},
	} {
		to, err := url.Parse(c.to)
		if err != nil {
			t.Fatal(err)
		}
		var from *url.URL
		if c.from != "" {
			if from, err = url.Parse(c.from); err != nil {
				t.Fatal(err)
			}
		}
		if err := (&Client{}).allowed(to, from); (err == nil) != c.ok || err != nil && model.Code(err) != "source_insecure" {
			t.Errorf("%s from %q: %v", c.to, c.from, err)
		}
	}
}

func TestWaits(t *testing.T) {
	now := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	for name, c := range map[string]struct {
		header string
		want   string
		tries  int
	}{
		"nothing said": {"", "[1s 3s]", 3},
		"seconds":      {"5", "[5s 5s]", 3},
		"a date":       {now.Add(9 * time.Second).Format(http.TimeFormat), "[9s 9s]", 3},
		"a past date":  {now.Add(-time.Hour).Format(http.TimeFormat), "[1s 3s]", 3},
		"nonsense":     {"soon", "[1s 3s]", 3},
		"too long":     {"7200", "[]", 1},
	} {
		t.Run(name, func(t *testing.T) {
			tries := 0
			srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
				tries++
				if c.header != "" {
					w.Header().Set("Retry-After", c.header)
				}
				w.WriteHeader(http.StatusServiceUnavailable)
			}))
			defer srv.Close()
			waits := []time.Duration{}
			client := &Client{
				Now:   func() time.Time { return now },
				Sleep: func(_ context.Context, d time.Duration) error { waits = append(waits, d); return nil },
			}
			if _, err := client.Get(t.Context(), srv.URL, 10); model.Code(err) != "source_unreachable" {
				t.Errorf("got %v", err)
			}
			if tries != c.tries || fmt.Sprint(waits) != c.want {
				t.Errorf("%d tries, waits %v", tries, waits)
			}
		})
	}
}

func TestTooMuch(t *testing.T) {
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		io.WriteString(w, strings.Repeat("x", 11))
	}))
	defer srv.Close()
	if _, err := (&Client{}).Get(t.Context(), srv.URL, 10); model.Code(err) != "source_garbage" {
		t.Errorf("got %v", err)
	}
	if body, err := (&Client{}).Get(t.Context(), srv.URL, 11); err != nil || len(body) != 11 {
		t.Errorf("%q, %v", body, err)
	}
}

func TestStoppedByTheUser(t *testing.T) {
	ctx, stop := context.WithCancel(t.Context())
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, q *http.Request) {
		stop()
		<-q.Context().Done()
	}))
	defer srv.Close()
	if _, err := (&Client{}).Get(ctx, srv.URL, 10); err != context.Canceled {
		t.Errorf("got %v", err)
	}
}

// sleeps counts pauses instead of making them.
func sleeps(n *int) func(context.Context, time.Duration) error {
	return func(context.Context, time.Duration) error { *n++; return nil }
}
