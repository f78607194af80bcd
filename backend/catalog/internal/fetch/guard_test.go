package fetch

import (
	"compress/gzip"
	"crypto/tls"
	"encoding/pem"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"toolbay/backend/model"
)

func TestMayDial(t *testing.T) {
	for name, c := range map[string]struct {
		client   *Client
		host, ip string
		ok       bool
	}{
		"a public catalogue":                       {&Client{Origin: "https://example.org"}, "example.org", "93.184.216.34:443", true},
		"its name leads to this computer":          {&Client{Origin: "https://example.org"}, "example.org", "127.0.0.1:443", false},
		"its name leads into the local network":    {&Client{Origin: "https://example.org"}, "example.org", "10.0.0.7:443", false},
		"its name leads to the cloud's keys":       {&Client{Origin: "https://example.org"}, "example.org", "169.254.169.254:443", false},
		"the company's own, private":               {&Client{Origin: "https://mcp.corp.example", Inside: true}, "mcp.corp.example", "10.0.0.7:443", true},
		"the company's own, unique local":          {&Client{Origin: "https://mcp.corp.example", Inside: true}, "mcp.corp.example", "[fd12::1]:443", true},
		"the company's own leads to cloud's keys":  {&Client{Origin: "https://mcp.corp.example", Inside: true}, "mcp.corp.example", "169.254.169.254:80", false},
		"the company's own leads to this computer": {&Client{Origin: "https://mcp.corp.example", Inside: true}, "mcp.corp.example", "127.0.0.1:443", false},
		"another host of the company":              {&Client{Origin: "https://mcp.corp.example", Inside: true}, "wiki.corp.example", "10.0.0.8:443", false},
		"this computer by name":                    {&Client{Origin: "http://localhost:9"}, "localhost", "[::1]:9", true},
		"this computer by number":                  {&Client{Origin: "http://127.0.0.1:9"}, "127.0.0.1", "127.0.0.1:9", true},
		"from this computer into the network":      {&Client{Origin: "http://127.0.0.1:9"}, "10.0.0.1", "10.0.0.1:9", false},
		"a public one to this computer":            {&Client{Origin: "https://example.org"}, "localhost", "127.0.0.1:80", false},
	} {
		err := c.client.mayDial(c.host, c.ip)
		if (err == nil) != c.ok || err != nil && model.Code(err) != "source_insecure" {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// A name of the internet may resolve to an address in the local network: what
// counts is where the connection goes.
func TestANameThatLeadsHomeIsNotDialled(t *testing.T) {
	asked := false
	srv := httptest.NewTLSServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { asked = true }))
	defer srv.Close()
	c := &Client{Origin: srv.URL}
	// As if the configured catalogue were elsewhere and had sent us here.
	c.Origin = "https://catalogue.example"
	if _, err := c.Get(t.Context(), strings.Replace(srv.URL, "127.0.0.1", "localhost", 1), 10); model.Code(err) != "source_insecure" || asked {
		t.Errorf("%v, asked %v", err, asked)
	}
}

func TestKeysStayWithTheirHost(t *testing.T) {
	var there []http.Header
	other := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, q *http.Request) {
		there = append(there, q.Header)
		io.WriteString(w, "{}")
	}))
	defer other.Close()
	var own []http.Header
	mux := http.NewServeMux()
	srv := httptest.NewServer(mux)
	defer srv.Close()
	mux.HandleFunc("/own", func(w http.ResponseWriter, q *http.Request) {
		own = append(own, q.Header)
		io.WriteString(w, "{}")
	})
	mux.HandleFunc("/moved", func(w http.ResponseWriter, q *http.Request) { http.Redirect(w, q, "/own", http.StatusFound) })
	mux.HandleFunc("/away", func(w http.ResponseWriter, q *http.Request) { http.Redirect(w, q, other.URL, http.StatusFound) })
	c := &Client{Origin: srv.URL, Header: http.Header{"Authorization": {"Bearer s3cret"}, "X-Tenant-Key": {"s3cret"}}}
	for _, address := range []string{srv.URL + "/own", srv.URL + "/moved", srv.URL + "/away", other.URL + "/direct"} {
		if _, err := c.Get(t.Context(), address, 10); err != nil {
			t.Fatalf("%s: %v", address, err)
		}
	}
	if len(own) != 2 || len(there) != 2 {
		t.Fatalf("%d and %d requests", len(own), len(there))
	}
	for _, h := range own {
		if h.Get("Authorization") != "Bearer s3cret" || h.Get("X-Tenant-Key") != "s3cret" {
			t.Errorf("its own host got %v", h)
		}
	}
	for _, h := range there {
		for name, values := range h {
			if strings.Contains(strings.Join(values, " "), "s3cret") {
				t.Errorf("another host got %s", name)
			}
		}
		if h.Get("Referer") != "" {
			t.Errorf("another host was told %q", h.Get("Referer"))
		}
	}
}

func TestOwnCertificate(t *testing.T) {
	srv := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { io.WriteString(w, "{}") }))
	srv.TLS = &tls.Config{MinVersion: tls.VersionTLS12}
	srv.Config.ErrorLog = nil
	srv.StartTLS()
	defer srv.Close()
	ca := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: srv.Certificate().Raw})
	for name, c := range map[string]struct {
		ca   []byte
		want string
	}{
		"unknown":        {nil, "source_certificate"},
		"its own":        {ca, ""},
		"no certificate": {[]byte("hello"), "source_certificate"},
	} {
		slept := 0
		client := &Client{Origin: srv.URL, CA: c.ca, Sleep: sleeps(&slept)}
		if _, err := client.Get(t.Context(), srv.URL, 10); model.Code(err) != c.want || slept > 0 {
			t.Errorf("%s: %v after %d pauses", name, err, slept)
		}
	}
}

// The proxy of a company stands in its own network; what is behind it is asked
// for by name, and a redirect to a local address is still refused.
func TestProxy(t *testing.T) {
	var asked []string
	proxy := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, q *http.Request) {
		asked = append(asked, q.Host)
		w.WriteHeader(http.StatusBadGateway)
	}))
	defer proxy.Close()
	at, err := url.Parse(proxy.URL)
	if err != nil {
		t.Fatal(err)
	}
	c := &Client{Origin: "https://catalogue.example", Proxy: http.ProxyURL(at), Sleep: sleeps(new(int))}
	if _, err := c.Get(t.Context(), "https://catalogue.example/list", 10); model.Code(err) != "source_unreachable" {
		t.Errorf("got %v", err)
	}
	if len(asked) != 3 || asked[0] != "catalogue.example:443" {
		t.Errorf("the proxy was asked for %v", asked)
	}
	// The place of the proxy is no way into the local network.
	direct := &Client{Origin: "https://catalogue.example"}
	if _, err := direct.Get(t.Context(), "https://"+at.Host, 10); model.Code(err) != "source_insecure" {
		t.Errorf("got %v", err)
	}
}

func TestUnpackedSizeCounts(t *testing.T) {
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, q *http.Request) {
		if !strings.Contains(q.Header.Get("Accept-Encoding"), "gzip") {
			t.Error("asked for unpacked text")
		}
		w.Header().Set("Content-Encoding", "gzip")
		z := gzip.NewWriter(w)
		z.Write([]byte(strings.Repeat(" ", 10_000)))
		z.Close()
	}))
	defer srv.Close()
	if _, err := (&Client{}).Get(t.Context(), srv.URL, 1000); model.Code(err) != "source_garbage" {
		t.Errorf("10,000 bytes packed into few: %v", err)
	}
}

func TestDeep(t *testing.T) {
	for name, c := range map[string]struct {
		body string
		deep bool
	}{
		"flat":                     {`{"a":[1,2,{"b":null}]}`, false},
		"as deep as may be":        {strings.Repeat("[", maxDepth) + strings.Repeat("]", maxDepth), false},
		"one deeper":               {strings.Repeat("[", maxDepth+1), true},
		"objects":                  {strings.Repeat(`{"a":`, maxDepth+1), true},
		"brackets in a text":       {`["` + strings.Repeat("[", 200) + `"]`, false},
		"a text with an escape":    {`["\"` + strings.Repeat("[", 200) + `"]`, false},
		"a text that ends in one":  {`["\\",` + strings.Repeat("[", 200), true},
		"many side by side":        {"[" + strings.Repeat("[],", 1000) + "[]]", false},
		"YAML is not looked at":    {"a: " + strings.Repeat("[", 200), false},
		"behind a byte order mark": {"\ufeff" + strings.Repeat("[", 200), true},
		"nothing":                  {"", false},
	} {
		if got := deep([]byte(c.body)); got != c.deep {
			t.Errorf("%s: %v", name, got)
		}
	}
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { io.WriteString(w, strings.Repeat("[", 9999)) }))
	defer srv.Close()
	if _, err := (&Client{}).Get(t.Context(), srv.URL, 10_000); model.Code(err) != "source_garbage" {
		t.Errorf("got %v", err)
	}
}

func TestAnswersThatWantAKey(t *testing.T) {
	for name, c := range map[string]struct {
		status int
		header http.Header
		want   string
	}{
		"no key given":      {http.StatusUnauthorized, nil, "source_key"},
		"the key is wrong":  {http.StatusUnauthorized, http.Header{"Authorization": {"Bearer x"}}, "source_key"},
		"the key may not":   {http.StatusForbidden, http.Header{"Authorization": {"Bearer x"}}, "source_key"},
		"nobody is let in":  {http.StatusForbidden, nil, "source_refused"},
		"there is no list":  {http.StatusNotFound, nil, "source_refused"},
		"a wrong parameter": {http.StatusUnprocessableEntity, nil, "source_refused"},
	} {
		srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(c.status) }))
		_, err := (&Client{Origin: srv.URL, Header: c.header}).Get(t.Context(), srv.URL, 10)
		srv.Close()
		if model.Code(err) != c.want {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestPauseBetweenRequests(t *testing.T) {
	transport := answer(func() *http.Response {
		return &http.Response{StatusCode: http.StatusOK, Header: http.Header{}, Body: io.NopCloser(strings.NewReader("{}"))}
	})
	for name, c := range map[string]struct {
		origin string
		want   int
	}{
		"elsewhere":     {"https://example.org", 2},
		"this computer": {"http://127.0.0.1:9", 0},
	} {
		slept := 0
		client := &Client{HTTP: &http.Client{Transport: transport}, Origin: c.origin, Pause: 100 * time.Millisecond, Sleep: sleeps(&slept)}
		for range 3 {
			if _, err := client.Get(t.Context(), c.origin, 10); err != nil {
				t.Fatal(err)
			}
		}
		if slept != c.want {
			t.Errorf("%s: %d pauses, want %d", name, slept, c.want)
		}
	}
}

type answer func() *http.Response

func (a answer) RoundTrip(*http.Request) (*http.Response, error) { return a(), nil }

func TestNobodyListens(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	l.Close()
	slept := 0
	if _, err := (&Client{Sleep: sleeps(&slept)}).Get(t.Context(), "http://"+l.Addr().String(), 10); model.Code(err) != "source_unreachable" || slept != 2 {
		t.Errorf("%v after %d pauses", err, slept)
	}
}
