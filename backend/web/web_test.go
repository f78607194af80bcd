package web

import (
	"io"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"strings"
	"testing"

	"toolbay/backend/model"
)

func TestCheck(t *testing.T) {
	for address, ok := range map[string]bool{
		"https://example.com/mcp":                true,
		"https://example.com:8443/a?b=c#d":       true,
		"https://10.0.0.1/mcp":                   true, // whoever names it means it
		"http://localhost:3000/mcp":              true,
		"http://127.0.0.1/mcp":                   true,
		"http://[::1]:80/mcp":                    true,
		"http://app.localhost/":                  true,
		"http://example.com/mcp":                 false,
		"http://localhost.example.com/":          false,
		"https://ann@example.com/":               false,
		"https://ann:pw@example.com/":            false,
		"https:///mcp":                           false,
		"https:example.com":                      false,
		"ftp://example.com/":                     false,
		"file:///etc/passwd":                     false,
		"javascript:alert(1)":                    false,
		"//example.com/":                         false,
		"/mcp":                                   false,
		"":                                       false,
		"https://exa mple.com/":                  false,
		"https://example.com/%zz":                false,
		"https://x/" + strings.Repeat("a", 9000): false,
	} {
		u, err := Check(address)
		if (err == nil) != ok || err != nil && model.Code(err) != "remote_address" {
			t.Errorf("%.60s: %v", address, err)
		}
		if err == nil && u.Fragment != "" {
			t.Errorf("%s keeps its fragment", address)
		}
		if err != nil && strings.Contains(err.Error(), "pw") {
			t.Errorf("told: %v", err)
		}
	}
}

func TestPlaces(t *testing.T) {
	for name, c := range map[string]struct {
		ip   string
		want Place
	}{
		"a server":                   {"8.8.8.8", Outside},
		"a server, version 6":        {"2606:4700::1111", Outside},
		"this computer":              {"127.8.9.1", Here},
		"this computer, version 6":   {"::1", Here},
		"this computer, mapped":      {"::ffff:127.0.0.1", Here},
		"private 10":                 {"10.1.2.3", Inside},
		"private 172":                {"172.31.255.255", Inside},
		"not private 172":            {"172.32.0.1", Outside},
		"private 192":                {"192.168.0.1", Inside},
		"private, mapped":            {"::ffff:192.168.0.1", Inside},
		"carrier's":                  {"100.64.0.1", Inside},
		"not the carrier's":          {"100.128.0.1", Outside},
		"unique local":               {"fd12::1", Inside},
		"clouds' keys":               {"169.254.169.254", Forbidden},
		"clouds' keys, version 6":    {"fd00:ec2::254", Forbidden},
		"another cloud's keys":       {"100.100.100.200", Forbidden},
		"link-local":                 {"fe80::1", Forbidden},
		"link-local with a zone":     {"fe80::1%eth0", Forbidden},
		"unspecified":                {"0.0.0.0", Forbidden},
		"unspecified, version 6":     {"::", Forbidden},
		"multicast":                  {"224.0.0.1", Forbidden},
		"broadcast":                  {"255.255.255.255", Forbidden},
		"NAT64 of a private one":     {"64:ff9b::10.0.0.1", Forbidden},
		"NAT64 of a server":          {"64:ff9b::8.8.8.8", Outside},
		"6to4 of this computer":      {"2002:7f00:1::", Forbidden},
		"compatible with loopback":   {"::127.0.0.1", Forbidden},
		"benchmarks' own addresses":  {"198.18.0.1", Forbidden},
		"addresses for documents":    {"203.0.113.9", Forbidden},
		"addresses for documents, 6": {"2001:db8::1", Forbidden},
	} {
		if got := PlaceOf(netip.MustParseAddr(c.ip)); got != c.want {
			t.Errorf("%s %s: %d, want %d", name, c.ip, got, c.want)
		}
	}
}

// Who may be led where: origin is the server that a user has chosen.
func TestMayReach(t *testing.T) {
	cases := []struct {
		name, origin, host, ip string
		ok                     bool
	}{
		{"itself", "https://example.com", "example.com", "93.184.216.34", true},
		{"itself, inside", "https://mcp.corp.example", "mcp.corp.example", "10.0.0.9", true},
		{"itself, a name for this computer", "https://rebound.example", "rebound.example", "127.0.0.1", false},
		{"itself, in the clouds' own range", "https://rebound.example", "rebound.example", "169.254.169.254", false},
		{"this computer from itself", "http://localhost:1", "127.0.0.1", "127.0.0.1", true},
		{"this computer from outside", "https://example.com", "localhost", "127.0.0.1", false},
		{"another outside", "https://example.com", "login.example.net", "8.8.8.8", true},
		{"inside from outside", "https://127.0.0.1", "login.example.net", "192.168.1.1", false},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			w, err := New(c.origin, Options{})
			if err != nil {
				t.Fatal(err)
			}
			if err := w.mayReach(c.host, netip.MustParseAddr(c.ip)); (err == nil) != c.ok {
				t.Error(err)
			}
		})
	}
	// A company's server names its own place to sign in.
	w, err := New("https://mcp.corp.example", Options{})
	if err != nil {
		t.Fatal(err)
	}
	if err := w.mayReach("mcp.corp.example", netip.MustParseAddr("10.0.0.9")); err != nil {
		t.Fatal(err)
	}
	if err := w.mayReach("login.corp.example", netip.MustParseAddr("10.0.0.10")); err != nil {
		t.Error(err)
	}
}

// Headers hold keys: they go to the server they are for and to nobody else.
func TestRedirects(t *testing.T) {
	var elsewhere []string
	other := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		elsewhere = append(elsewhere, r.URL.Path)
		io.WriteString(w, "there")
	}))
	defer other.Close()
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/away":
			http.Redirect(w, r, other.URL+"/got", http.StatusTemporaryRedirect)
		case "/round":
			http.Redirect(w, r, "/round", http.StatusTemporaryRedirect)
		case "/inside":
			http.Redirect(w, r, "https://10.0.0.1/", http.StatusFound)
		case "/plain":
			http.Redirect(w, r, "http://example.com/", http.StatusFound)
		case "/near":
			http.Redirect(w, r, "/here", http.StatusFound)
		default:
			body, _ := io.ReadAll(r.Body)
			io.WriteString(w, r.Method+" "+string(body)+" "+r.Header.Get("X-Key"))
		}
	}))
	defer s.Close()
	c, err := New(s.URL, Options{})
	if err != nil {
		t.Fatal(err)
	}
	post := func(path string) (string, error) {
		req, _ := http.NewRequestWithContext(t.Context(), "POST", s.URL+path, strings.NewReader("body"))
		req.Header.Set("X-Key", "k")
		resp, err := c.Do(req)
		if err != nil {
			return "", err
		}
		defer resp.Body.Close()
		text, _ := io.ReadAll(resp.Body)
		return string(text), nil
	}
	if got, err := post("/near"); got != "POST body k" {
		t.Error(got, err)
	}
	for path, code := range map[string]string{"/away": "remote_redirected", "/round": "remote_redirected", "/inside": "remote_redirected", "/plain": "remote_redirected"} {
		if _, err := post(path); model.Code(err) != code {
			t.Errorf("%s: %v", path, err)
		}
	}
	if len(elsewhere) > 0 {
		t.Errorf("asked elsewhere: %q", elsewhere)
	}
	// A document without a secret may stand elsewhere, but not inside.
	if status, body, err := c.Get(t.Context(), s.URL+"/away", "text/plain", 100); status != 200 || string(body) != "there" || err != nil {
		t.Error(status, string(body), err)
	}
	for path, code := range map[string]string{"/inside": "remote_address", "/plain": "remote_address", "/round": "remote_redirected"} {
		if _, _, err := c.Get(t.Context(), s.URL+path, "text/plain", 100); model.Code(err) != code {
			t.Errorf("%s: %v", path, err)
		}
	}
	if _, _, err := c.Get(t.Context(), s.URL+"/", "text/plain", 2); model.Code(err) != "remote_too_much" {
		t.Error(err)
	}
}

// A launcher that an app has started without them gets to the network as the
// rest of the computer does.
func TestSettingsOfTheNetwork(t *testing.T) {
	for _, name := range []string{"HTTPS_PROXY", "https_proxy", "HTTP_PROXY", "http_proxy", "NO_PROXY", "no_proxy"} {
		t.Setenv(name, "")
	}
	c, err := New("https://example.com", Options{Env: map[string]string{"HTTPS_PROXY": "http://10.0.0.1:3128", "NO_PROXY": "corp.example"}})
	if err != nil {
		t.Fatal(err)
	}
	through := func(address string) string {
		u, _ := url.Parse(address)
		p, err := c.proxy(u)
		if err != nil || p == nil {
			return ""
		}
		return p.Host
	}
	if through("https://example.com") != "10.0.0.1:3128" || through("https://mcp.corp.example") != "" {
		t.Error("the proxy is not asked as it should be")
	}
	if !c.isProxy("10.0.0.1:3128") || c.isProxy("10.0.0.1:80") {
		t.Error("the proxy is not known")
	}
	t.Setenv("HTTPS_PROXY", "http://other:1")
	if c, err = New("https://example.com", Options{Env: map[string]string{"HTTPS_PROXY": "http://10.0.0.1:3128"}}); err != nil || through("https://example.com") != "other:1" {
		t.Error("the environment does not win", err)
	}
}
