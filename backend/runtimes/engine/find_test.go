package engine

import (
	"context"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"encoding/hex"
	"encoding/json"
	"encoding/pem"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"toolbay/backend/model"
)

// nowhere is a computer without any engine.
func nowhere(t *testing.T, env map[string]string) Machine {
	return Machine{
		OS: "linux", Home: t.TempDir(), UID: 1000,
		Getenv:  func(name string) string { return env[name] },
		Exists:  func(string) bool { return false },
		Program: func(string) bool { return false },
	}
}

func TestFind(t *testing.T) {
	good := fakeEngine(t, "1.41", nil)
	second := fakeEngine(t, "1.51", nil)
	old := fakeEngine(t, "1.30", nil)
	windows := fakeEngine(t, "1.41", map[string]http.HandlerFunc{"ping": func(w http.ResponseWriter, _ *http.Request) { w.Header().Set("Ostype", "windows") }})
	web := fakeEngine(t, "", nil)
	stale := filepath.Join(t.TempDir(), "stale.sock")
	l, err := net.Listen("unix", stale)
	if err != nil {
		t.Fatal(err)
	}
	l.(*net.UnixListener).SetUnlinkOnClose(false)
	l.Close()

	context := func(m Machine, name, host string) {
		sum := sha256.Sum256([]byte(name))
		dir := filepath.Join(m.Home, ".docker", "contexts", "meta", hex.EncodeToString(sum[:]))
		if err := os.MkdirAll(dir, 0o700); err != nil {
			t.Fatal(err)
		}
		meta, _ := json.Marshal(map[string]any{"Name": name, "Endpoints": map[string]any{"docker": map[string]any{"Host": host}}})
		if err := os.WriteFile(filepath.Join(dir, "meta.json"), meta, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	current := func(m Machine, name string) {
		os.MkdirAll(filepath.Join(m.Home, ".docker"), 0o700)
		if err := os.WriteFile(filepath.Join(m.Home, ".docker", "config.json"), []byte(`{"auths":{},"currentContext":"`+name+`"}`), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for _, c := range []struct {
		name string
		env  map[string]string
		make func(*Machine)
		host string // found
		code string // or this
	}{
		{name: "named by DOCKER_HOST", env: map[string]string{"DOCKER_HOST": good.host}, host: good.host},
		{name: "DOCKER_HOST wins over the context", env: map[string]string{"DOCKER_HOST": good.host}, make: func(m *Machine) {
			context(*m, "colima", second.host)
			current(*m, "colima")
		}, host: good.host},
		{name: "the current context", make: func(m *Machine) {
			context(*m, "colima", second.host)
			current(*m, "colima")
		}, host: second.host},
		{name: "DOCKER_CONTEXT wins over the current context", env: map[string]string{"DOCKER_CONTEXT": "mine"}, make: func(m *Machine) {
			context(*m, "colima", second.host)
			context(*m, "mine", good.host)
			current(*m, "colima")
		}, host: good.host},
		{name: "a context that is not there", make: func(m *Machine) { current(*m, "gone") }, code: "engine_unsupported"},
		{name: "a context over another way", make: func(m *Machine) {
			context(*m, "far", "ssh://ann@far")
			current(*m, "far")
		}, code: "engine_ssh"},
		{name: "a context over a way nobody knows", make: func(m *Machine) {
			context(*m, "far", "gopher://far")
			current(*m, "far")
		}, code: "engine_unsupported"},
		{name: "the default context is the usual places", make: func(m *Machine) {
			current(*m, "default")
			socket := strings.TrimPrefix(good.host, "unix://")
			m.Home = filepath.Dir(socket)
			os.MkdirAll(filepath.Join(m.Home, ".rd"), 0o700)
			os.Symlink(socket, filepath.Join(m.Home, ".rd", "docker.sock"))
			m.Exists = func(p string) bool { return p == filepath.Join(m.Home, ".rd", "docker.sock") }
		}, host: "/.rd/docker.sock"},
		{name: "settings that cannot be read are none", make: func(m *Machine) {
			os.MkdirAll(filepath.Join(m.Home, ".docker"), 0o700)
			os.WriteFile(filepath.Join(m.Home, ".docker", "config.json"), []byte(`{"currentContext":`), 0o600)
		}, code: "engine_missing"},
		{name: "no trace of an engine", code: "engine_missing"},
		{name: "installed and stopped", make: func(m *Machine) { m.Program = func(name string) bool { return name == "podman" } }, code: "engine_not_running"},
		{name: "a socket that nobody listens to", env: map[string]string{"DOCKER_HOST": "unix://" + stale}, code: "engine_not_running"},
		{name: "a socket that is not there", env: map[string]string{"DOCKER_HOST": "unix://" + stale + "x"}, code: "engine_not_running"},
		{name: "too old", env: map[string]string{"DOCKER_HOST": old.host}, code: "engine_too_old"},
		{name: "Windows containers", env: map[string]string{"DOCKER_HOST": windows.host}, code: "engine_unsupported"},
		{name: "something else", env: map[string]string{"DOCKER_HOST": web.host}, code: "engine_unsupported"},
		{name: "no address", env: map[string]string{"DOCKER_HOST": "docker"}, code: "engine_unsupported"},
	} {
		t.Run(c.name, func(t *testing.T) {
			m := nowhere(t, c.env)
			if c.make != nil {
				c.make(&m)
			}
			e, err := Find(t.Context(), m)
			if model.Code(err) != c.code {
				t.Fatalf("got %v, want %q", err, c.code)
			}
			if err == nil && !strings.HasSuffix(e.Address.Host, c.host) {
				t.Errorf("found %s, want %s", e.Address.Host, c.host)
			}
		})
	}
}

func TestDenied(t *testing.T) {
	if os.Getuid() == 0 {
		t.Skip("root may do everything")
	}
	e := fakeEngine(t, "1.41", nil)
	if err := os.Chmod(strings.TrimPrefix(e.host, "unix://"), 0); err != nil {
		t.Fatal(err)
	}
	if _, err := Find(t.Context(), nowhere(t, map[string]string{"DOCKER_HOST": e.host})); model.Code(err) != "engine_denied" {
		t.Errorf("got %v", err)
	}
}

func TestDeniedInWords(t *testing.T) {
	e := fakeEngine(t, "1.41", map[string]http.HandlerFunc{"ping": says(http.StatusForbidden, "not you")})
	if err := e.open(t).Check(t.Context()); model.Code(err) != "engine_denied" {
		t.Errorf("got %v", err)
	}
}

func TestPlaces(t *testing.T) {
	for _, c := range []struct {
		os    string
		wants []string
	}{
		{"linux", []string{"unix:///run/user/1000/docker.sock", "unix:///var/run/docker.sock", "unix:///run/user/1000/podman/podman.sock"}},
		{"darwin", []string{"unix:///var/run/docker.sock", "/.orbstack/run/docker.sock", "/.colima/default/docker.sock", "/podman/machine/podman.sock"}},
		{"windows", []string{"npipe:////./pipe/docker_engine", "npipe:////./pipe/podman-machine-default"}},
	} {
		t.Run(c.os, func(t *testing.T) {
			m := nowhere(t, nil)
			m.OS = c.os
			all := strings.Join(m.places(), "\n") + "\n"
			for _, w := range c.wants {
				if !strings.Contains(all, w+"\n") {
					t.Errorf("%s is not looked at:\n%s", w, all)
				}
			}
			for _, p := range m.places() {
				if _, err := ParseAddress(p); err != nil {
					t.Error(err)
				}
			}
		})
	}
	if got := socketPath("npipe:////./pipe/docker_engine"); got != `\\.\pipe\docker_engine` {
		t.Errorf("a pipe is looked for as %s", got)
	}
}

func TestAddress(t *testing.T) {
	for _, c := range []struct{ in, out string }{
		{"unix:///run/docker.sock", "unix:///run/docker.sock"},
		{"tcp://build.example:2375", "tcp://build.example:2375"},
		{"https://build.example:2376", "tcp://build.example:2376"},
		{"tcp://build.example:2376?certs=%2Fhome%2Fann%2Fa+b", "tcp://build.example:2376?certs=%2Fhome%2Fann%2Fa+b"},
		{"tcp://h:1?verify=no", "tcp://h:1?verify=no"},
		{"unix://run/docker.sock", ""},
		{"tcp://ann:pass@h:1", ""},
		{"ssh://ann@h", ""},
		{"", ""},
		{"unix://", ""},
	} {
		a, err := ParseAddress(c.in)
		if got := a.String(); got != c.out || (err == nil) != (c.out != "") {
			t.Errorf("%q: %q, %v", c.in, got, err)
		}
		if err != nil && strings.Contains(err.Error(), "pass") {
			t.Errorf("the error has the password: %v", err)
		}
	}
	for host, local := range map[string]bool{"unix:///x": true, "npipe:////./pipe/x": true, "tcp://127.0.0.1:2375": true, "tcp://localhost:1": true, "tcp://10.0.0.7:2375": false} {
		if (Address{Host: host}).Local() != local {
			t.Errorf("%s: local is not %v", host, local)
		}
	}
}

// TestTLS speaks to an engine elsewhere whose certificate and ours must be
// right.
func TestTLS(t *testing.T) {
	s := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Api-Version", "1.41")
		if r.URL.Path != "/_ping" {
			w.Header().Set("Content-Type", "application/json")
			w.Write([]byte(`{"NCPU":4,"MemoryLimit":true}`))
		}
	}))
	s.TLS = &tls.Config{MinVersion: tls.VersionTLS12}
	s.StartTLS()
	t.Cleanup(s.Close)
	certs := t.TempDir()
	ca := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: s.Certificate().Raw})
	if err := os.WriteFile(filepath.Join(certs, "ca.pem"), ca, 0o600); err != nil {
		t.Fatal(err)
	}
	if ok := x509.NewCertPool().AppendCertsFromPEM(ca); !ok {
		t.Fatal("no certificate")
	}
	host := "tcp://" + s.Listener.Addr().String()
	other := t.TempDir()
	for _, c := range []struct {
		name string
		env  map[string]string
		code string
	}{
		{"with the right certificate", map[string]string{"DOCKER_HOST": host, "DOCKER_TLS_VERIFY": "1", "DOCKER_CERT_PATH": certs}, ""},
		{"without one", map[string]string{"DOCKER_HOST": host, "DOCKER_TLS_VERIFY": "1", "DOCKER_CERT_PATH": other}, "engine_not_running"},
		{"told not to look", map[string]string{"DOCKER_HOST": host, "DOCKER_CERT_PATH": other}, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			e, err := Find(t.Context(), nowhere(t, c.env))
			if model.Code(err) != c.code {
				t.Fatalf("got %v, want %q", err, c.code)
			}
			if err != nil {
				return
			}
			// What is kept opens the same engine again.
			again, err := ParseAddress(e.Address.String())
			if err != nil || again != e.Address {
				t.Fatalf("%+v, %v", again, err)
			}
			if b, err := e.Bounds(context.Background()); err != nil || b.CPUs != 4 || !b.Memory || b.CPU {
				t.Errorf("%+v, %v", b, err)
			}
		})
	}
}
