package engine

import (
	"encoding/json"
	"net"
	"net/http"
	"path/filepath"
	"regexp"
	"runtime"
	"testing"
)

// fake is an engine that answers as it is told, on a socket of its own. Keys
// are "GET /images/json", without the version of the API.
type fake struct {
	host   string
	routes map[string]http.HandlerFunc
}

var version = regexp.MustCompile(`^/v[0-9.]+`)

func fakeEngine(t *testing.T, api string, routes map[string]http.HandlerFunc) *fake {
	t.Helper()
	if runtime.GOOS == "windows" {
		t.Skip("sockets in files")
	}
	path := filepath.Join(t.TempDir(), "e.sock")
	l, err := net.Listen("unix", path)
	if err != nil {
		t.Fatal(err)
	}
	f := &fake{host: "unix://" + path, routes: routes}
	s := &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/_ping" {
			w.Header().Set("Api-Version", api)
			w.Header().Set("Ostype", "linux")
			if h := routes["ping"]; h != nil {
				h(w, r)
			}
			return
		}
		key := r.Method + " " + version.ReplaceAllString(r.URL.Path, "")
		if h := f.routes[key]; h != nil {
			h(w, r)
			return
		}
		says(http.StatusNotFound, "nothing at "+key)(w, r)
	})}
	go s.Serve(l)
	t.Cleanup(func() { s.Close() })
	return f
}

// says answers with an error of an engine.
func says(status int, message string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(status)
		json.NewEncoder(w).Encode(map[string]string{"message": message})
	}
}

func gives(v any) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		json.NewEncoder(w).Encode(v)
	}
}

func (f *fake) open(t *testing.T) *Engine {
	t.Helper()
	a, err := ParseAddress(f.host)
	if err != nil {
		t.Fatal(err)
	}
	e, err := Open(a)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(e.Close)
	return e
}
