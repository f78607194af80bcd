package engine

import (
	"crypto/tls"
	"errors"
	"net/url"
	"os"
	"path"
	"path/filepath"
	"strings"

	"github.com/docker/go-connections/tlsconfig"

	"toolbay/backend/model"
)

// Address is where an engine answers.
type Address struct {
	// Host is unix:///run/docker.sock, npipe:////./pipe/docker_engine or
	// tcp://host:port.
	Host string
	// Certs is the folder with ca.pem, cert.pem and key.pem when TLS is spoken.
	Certs string
	// Trusting leaves the engine's own certificate unchecked, as a context may
	// say.
	Trusting bool
}

// ParseAddress reads what String gives, or a plain host as DOCKER_HOST has it.
// Error codes: engine_unsupported, engine_ssh.
func ParseAddress(s string) (Address, error) {
	host, query, _ := strings.Cut(s, "?")
	a := Address{Host: host}
	scheme, rest, ok := strings.Cut(host, "://")
	if !ok || rest == "" {
		return Address{}, model.Fail("engine_unsupported", errors.New("no address of an engine"), "engine", host, "ways", "")
	}
	switch scheme {
	case "unix":
		if !path.IsAbs(rest) {
			return Address{}, model.Fail("engine_unsupported", errors.New("its path is not absolute"), "engine", host, "ways", "")
		}
	case "npipe":
	case "tcp":
		if u, err := url.Parse(host); err != nil || u.Host == "" || u.User != nil {
			return Address{}, model.Fail("engine_unsupported", errors.New("no address of an engine"), "engine", "tcp://", "ways", "")
		}
	case "http", "https":
		// Some tools write it so; Docker's own takes it for tcp.
		a.Host = "tcp://" + rest
	case "ssh":
		return Address{}, model.Fail("engine_ssh", nil, "engine", sshHost(rest), "ways", "")
	default:
		return Address{}, model.Fail("engine_unsupported", errors.New("an engine over "+scheme+" cannot be used yet"), "engine", scheme, "ways", "")
	}
	if query != "" {
		v, err := url.ParseQuery(query)
		if err != nil {
			return Address{}, model.Fail("engine_unsupported", err, "engine", host, "ways", "")
		}
		a.Certs, a.Trusting = v.Get("certs"), v.Get("verify") == "no"
	}
	return a, nil
}

// sshHost is the computer in the rest of an address, without who signs in there.
func sshHost(rest string) string {
	rest = rest[strings.LastIndexByte(rest, '@')+1:]
	host, _, _ := strings.Cut(rest, "/")
	return host
}

// String gives the address as it is kept.
func (a Address) String() string {
	v := url.Values{}
	if a.Certs != "" {
		v.Set("certs", a.Certs)
	}
	if a.Trusting {
		v.Set("verify", "no")
	}
	if len(v) == 0 {
		return a.Host
	}
	return a.Host + "?" + v.Encode()
}

// Local tells whether the engine sees this computer's folders.
func (a Address) Local() bool { return !strings.HasPrefix(a.Host, "tcp://") || loopback(a.Host) }

func loopback(host string) bool {
	u, err := url.Parse(host)
	if err != nil {
		return false
	}
	name := u.Hostname()
	return name == "localhost" || name == "::1" || strings.HasPrefix(name, "127.")
}

// tls is how TLS is spoken, nil for not at all.
func (a Address) tls() (*tls.Config, error) {
	if a.Certs == "" && !a.Trusting {
		return nil, nil
	}
	file := func(name string) string {
		at := filepath.Join(a.Certs, name)
		if _, err := os.Stat(at); a.Certs == "" || err != nil {
			return ""
		}
		return at
	}
	return tlsconfig.Client(tlsconfig.Options{
		CAFile: file("ca.pem"), CertFile: file("cert.pem"), KeyFile: file("key.pem"),
		InsecureSkipVerify: a.Trusting, ExclusiveRootPools: true,
	})
}
