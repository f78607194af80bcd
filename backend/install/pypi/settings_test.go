package pypi

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"io"
	"log"
	"math/big"
	"net"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"toolbay/backend/install"
	"toolbay/backend/model"
	"toolbay/internal/fakepypi"
)

func put(t testing.TB, body string, parts ...string) string {
	t.Helper()
	p := filepath.Join(parts...)
	if err := os.MkdirAll(filepath.Dir(p), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(p, []byte(body), 0o644); err != nil {
		t.Fatal(err)
	}
	return p
}

func setting(env []string, key string) string {
	for _, e := range env {
		if v, ok := strings.CutPrefix(e, key+"="); ok {
			return v
		}
	}
	return ""
}

// What a user told uv or pip about where packages come from and how to get
// there holds; what is for their own work does not.
func TestSettings(t *testing.T) {
	cases := []struct {
		name string
		env  []string
		pip  []string // files, weakest first
		uv   string   // the user's uv.toml
		want map[string]string
	}{
		{name: "nothing said", want: map[string]string{"UV_DEFAULT_INDEX": "", "UV_INSECURE_HOST": "", "UV_PYTHON_DOWNLOADS": "never"}},
		{name: "uv's own are kept", env: []string{"UV_DEFAULT_INDEX=https://a.example/simple", "UV_INDEX_CORP_USERNAME=ann", "UV_NATIVE_TLS=true", "HTTPS_PROXY=http://p.example:8080"},
			want: map[string]string{"UV_DEFAULT_INDEX": "https://a.example/simple", "UV_INDEX_CORP_USERNAME": "ann", "UV_NATIVE_TLS": "true", "HTTPS_PROXY": "http://p.example:8080"}},
		{name: "what is for other work is not", env: []string{"UV_RESOLUTION=lowest", "UV_PRERELEASE=allow", "UV_SYSTEM_PYTHON=1", "UV_PYTHON=3.8", "UV_TARGET=/x", "UV_OFFLINE=1", "UV_NO_BINARY=1", "VIRTUAL_ENV=/x", "PYTHONPATH=/x", "PYTHONHOME=/x", "UV_PROJECT=/x", "UV_CACHE_DIR=/x", "UV_PYTHON_INSTALL_DIR=/x", "TOOLBAY_HOME=/x", "RUST_LOG=trace"},
			want: map[string]string{"UV_RESOLUTION": "", "UV_PRERELEASE": "", "UV_SYSTEM_PYTHON": "", "UV_PYTHON": "", "UV_TARGET": "", "UV_OFFLINE": "", "UV_NO_BINARY": "", "VIRTUAL_ENV": "", "PYTHONPATH": "", "PYTHONHOME": "", "UV_PROJECT": "", "TOOLBAY_HOME": "", "RUST_LOG": ""}},
		{name: "pip's file", pip: []string{"[global]\nindex-url = https://b.example/simple\nextra-index-url =\n    https://c.example/simple\n    https://d.example/simple\ntrusted-host = b.example c.example\ncert = /ca.pem\nproxy = http://p.example:1\ntimeout = 90\n"},
			want: map[string]string{"UV_DEFAULT_INDEX": "https://b.example/simple", "UV_INDEX": "https://c.example/simple https://d.example/simple", "UV_INSECURE_HOST": "b.example c.example", "SSL_CERT_FILE": "/ca.pem", "ALL_PROXY": "http://p.example:1", "UV_HTTP_TIMEOUT": "90"}},
		{name: "the later file wins", pip: []string{"[global]\nindex_url: https://b.example/simple", "# mine\n[install]\nindex-url=https://e.example/simple\n[freeze]\nindex-url=https://no.example"},
			want: map[string]string{"UV_DEFAULT_INDEX": "https://e.example/simple"}},
		{name: "pip's environment wins over its files", env: []string{"PIP_INDEX_URL=https://f.example/simple", "PIP_FIND_LINKS=/a /b"}, pip: []string{"[global]\nindex-url=https://b.example/simple"},
			want: map[string]string{"UV_DEFAULT_INDEX": "https://f.example/simple", "UV_FIND_LINKS": "/a,/b"}},
		{name: "uv's environment wins over pip", env: []string{"UV_INDEX_URL=https://a.example/simple"}, pip: []string{"[global]\nindex-url=https://b.example/simple\ncert=/ca.pem"},
			want: map[string]string{"UV_INDEX_URL": "https://a.example/simple", "UV_DEFAULT_INDEX": "", "SSL_CERT_FILE": "/ca.pem"}},
		{name: "uv's file wins over pip", uv: "[[index]]\nurl = \"https://a.example/simple\"\ndefault = true\n", pip: []string{"[global]\nindex-url=https://b.example/simple"},
			want: map[string]string{"UV_DEFAULT_INDEX": ""}},
		{name: "a uv file that says nothing of it", uv: "native-tls = true\n", pip: []string{"[global]\nindex-url=https://b.example/simple"},
			want: map[string]string{"UV_DEFAULT_INDEX": "https://b.example/simple"}},
		{name: "certificates of one's own stay", env: []string{"SSL_CERT_FILE=/mine.pem"}, pip: []string{"[global]\ncert=/ca.pem"}, want: map[string]string{"SSL_CERT_FILE": "/mine.pem"}},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			home := t.TempDir()
			in := &Installer{Home: t.TempDir(), Env: append([]string{"HOME=" + home, "XDG_CONFIG_HOME=" + filepath.Join(home, "config"), "APPDATA=" + filepath.Join(home, "config")}, c.env...), PipFiles: []string{}}
			for _, body := range c.pip {
				in.PipFiles = append(in.PipFiles, put(t, body, t.TempDir(), "pip.conf"))
			}
			if c.uv != "" {
				put(t, c.uv, home, "config", "uv", "uv.toml")
			}
			got, _ := in.settings("/cache")
			for key, want := range c.want {
				if v := setting(got, key); v != want {
					t.Errorf("%s is %q, want %q", key, v, want)
				}
			}
			if setting(got, "UV_CACHE_DIR") != "/cache" || !strings.HasPrefix(setting(got, "UV_PYTHON_INSTALL_DIR"), in.Home) {
				t.Errorf("not its own folders: %q", got)
			}
		})
	}
}

// The user's own files decide where packages come from; those of a project that
// Toolbay happens to stand in do not.
func TestWherePackagesComeFrom(t *testing.T) {
	elsewhere := "http://127.0.0.1:1/simple"
	cases := []struct {
		name  string
		place func(t *testing.T, in *Installer, home, url string)
		code  string
	}{
		{name: "the user's uv.toml", place: func(t *testing.T, in *Installer, home, url string) {
			put(t, "[[index]]\nurl = \""+url+"\"\ndefault = true\n", home, ".config", "uv", "uv.toml")
		}},
		{name: "pip's file", place: func(t *testing.T, in *Installer, home, url string) {
			in.PipFiles = nil
			put(t, "[global]\nindex-url = "+url+"\n", home, ".config", "pip", "pip.conf")
		}},
		{name: "a uv.toml above our folder", place: func(t *testing.T, in *Installer, home, url string) {
			put(t, "[[index]]\nurl = \""+elsewhere+"\"\ndefault = true\n", filepath.Dir(in.Home), "uv.toml")
			in.Env = append(in.Env, "UV_INDEX_URL="+url)
		}},
		{name: "a project above our folder", place: func(t *testing.T, in *Installer, home, url string) {
			put(t, "[project]\nname='x'\nversion='1'\n[tool.uv]\nindex-url = \""+elsewhere+"\"\nresolution = \"lowest\"\n[tool.uv.pip]\nno-deps = true\n", filepath.Dir(in.Home), "pyproject.toml")
			in.Env = append(in.Env, "UV_INDEX_URL="+url)
		}},
		{name: "folders only but not in them", place: func(t *testing.T, in *Installer, home, url string) {
			in.Env = append(in.Env, "PIP_NO_INDEX=1", "PIP_FIND_LINKS="+t.TempDir(), "PIP_INDEX_URL="+url)
		}, code: "package_unknown"},
		{name: "folders only", place: func(t *testing.T, in *Installer, home, url string) {
			dir, other := t.TempDir(), fakepypi.New(t, library, server("1.0.0", nil))
			for _, name := range []string{"Greeting_Lib-2.1.0-py3-none-any.whl", "hello_mcp-1.0.0-py3-none-any.whl"} {
				put(t, string(other.Body(name)), dir, name)
			}
			in.Env = append(in.Env, "PIP_NO_INDEX=1", "PIP_FIND_LINKS="+dir)
		}},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			index := fakepypi.New(t, library, server("1.0.0", nil))
			in := at(t, index)
			in.Home = filepath.Join(in.Home, "project", "toolbay")
			home := setting(in.Env, "HOME")
			in.Env = slices.DeleteFunc(in.Env, func(e string) bool { return strings.HasPrefix(e, "UV_DEFAULT_INDEX=") })
			c.place(t, in, home, index.URL)
			done, err := in.both(t, pkg(""), install.Options{Server: "hello"})
			if model.Code(err) != c.code {
				t.Fatalf("got %v, want %q", err, c.code)
			}
			if err == nil && says(t, done) != "hello\n" {
				t.Error("it does not work")
			}
		})
	}
}

// Behind a proxy, and behind one with certificates of its own.
func TestProxyAndCertificates(t *testing.T) {
	index := fakepypi.New(t, library, server("1.0.0", nil))
	target, err := url.Parse(strings.TrimSuffix(index.URL, "/simple"))
	if err != nil {
		t.Fatal(err)
	}
	t.Run("proxy", func(t *testing.T) {
		var through atomic.Int64
		proxy := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			through.Add(1)
			(&httputil.ReverseProxy{Director: func(q *http.Request) { q.URL.Scheme, q.URL.Host = "http", target.Host }}).ServeHTTP(w, r)
		}))
		defer proxy.Close()
		in := at(t, index)
		in.Env = append(in.Env, "UV_DEFAULT_INDEX=http://packages.example/simple", "PIP_PROXY="+proxy.URL)
		if _, err := in.both(t, pkg(""), install.Options{Server: "hello"}); err != nil || through.Load() == 0 {
			t.Errorf("%v, %d requests went through the proxy", err, through.Load())
		}
	})
	secured, ca := withCertificate(t, httputil.NewSingleHostReverseProxy(target))
	for name, c := range map[string]struct {
		env  string
		code string
	}{
		"unknown certificate":       {"X=1", "registry_unreachable"},
		"pip's certificate":         {"PIP_CERT=" + ca, ""},
		"one's own for everything":  {"SSL_CERT_FILE=" + ca, ""},
		"a host that pip trusts":    {"PIP_TRUSTED_HOST=127.0.0.1", ""},
		"a host that pip knows not": {"PIP_TRUSTED_HOST=other.example", "registry_unreachable"},
	} {
		t.Run(name, func(t *testing.T) {
			in := at(t, index)
			in.Env = append(in.Env, "UV_DEFAULT_INDEX="+secured.URL+"/simple", c.env)
			if _, err := in.Plan(context.Background(), pkg("")); model.Code(err) != c.code {
				t.Errorf("got %v, want %q", err, c.code)
			}
		})
	}
}

// withCertificate serves with a certificate of an authority that nobody knows,
// and gives the file of the authority's own.
func withCertificate(t *testing.T, h http.Handler) (*httptest.Server, string) {
	t.Helper()
	made := func(subject string, authority bool, parent *x509.Certificate, by *ecdsa.PrivateKey) ([]byte, *ecdsa.PrivateKey) {
		key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
		if err != nil {
			t.Fatal(err)
		}
		c := &x509.Certificate{
			SerialNumber: big.NewInt(time.Now().UnixNano()), Subject: pkix.Name{CommonName: subject},
			NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour), IsCA: authority, BasicConstraintsValid: true,
			KeyUsage: x509.KeyUsageDigitalSignature | x509.KeyUsageCertSign,
		}
		if !authority {
			c.KeyUsage, c.IPAddresses = x509.KeyUsageDigitalSignature, []net.IP{net.IPv4(127, 0, 0, 1)}
			c.ExtKeyUsage = []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth}
		}
		if parent == nil {
			parent, by = c, key
		}
		der, err := x509.CreateCertificate(rand.Reader, c, parent, &key.PublicKey, by)
		if err != nil {
			t.Fatal(err)
		}
		return der, key
	}
	root, rootKey := made("Example Ltd", true, nil, nil)
	parent, err := x509.ParseCertificate(root)
	if err != nil {
		t.Fatal(err)
	}
	leaf, leafKey := made("index", false, parent, rootKey)
	s := httptest.NewUnstartedServer(h)
	s.Config.ErrorLog = log.New(io.Discard, "", 0)
	s.TLS = &tls.Config{Certificates: []tls.Certificate{{Certificate: [][]byte{leaf}, PrivateKey: leafKey}}}
	s.StartTLS()
	t.Cleanup(s.Close)
	return s, put(t, string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: root})), t.TempDir(), "ca.pem")
}
