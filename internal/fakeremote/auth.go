package fakeremote

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"sync"
	"testing"
	"time"
)

// Auth is an authorization server: RFC 8414, 7591, 7636, 8707, 9207 and 7009,
// with refresh tokens that are good for one use.
type Auth struct {
	URL string
	// The knobs below are set before use.

	// Metadata changes what it says of itself, Resource what the MCP server says
	// of itself.
	Metadata, Resource func(map[string]any)
	// OpenID describes it at OpenID's place only.
	OpenID bool
	// Quiet leaves the address of the description out of the challenge.
	Quiet bool
	// Answer changes what the browser brings back.
	Answer func(url.Values)
	// Lives is how long an access token is good, in seconds; 0 is 3600.
	Lives int
	// ClientID is one that is known without registration.
	ClientID string

	http *httptest.Server
	base string

	mu      sync.Mutex
	n       int
	clients map[string][]string // redirects
	codes   map[string]grant
	access  map[string]string // token → family
	refresh map[string]string
	spent   map[string]string
	dead    map[string]bool // families
	Log     []string
	Secrets []string // every code, verifier and token there was
	// Slow delays the answer to a refresh.
	Slow time.Duration
	// NoRefresh answers a refresh as a server that is down for a moment.
	NoRefresh bool
}

type grant struct{ client, redirect, challenge, resource, scope string }

// Protect puts the server behind an authorization server of its own.
func (s *Server) Protect(t testing.TB) *Auth {
	a := &Auth{
		base: "/tenant", clients: map[string][]string{}, codes: map[string]grant{}, access: map[string]string{},
		refresh: map[string]string{}, spent: map[string]string{}, dead: map[string]bool{},
	}
	a.http = httptest.NewServer(a)
	a.URL = a.http.URL + a.base
	t.Cleanup(func() { a.http.CloseClientConnections(); a.http.Close() })
	s.mu.Lock()
	s.Auth = a
	s.mu.Unlock()
	return a
}

func (a *Auth) challenge(origin string) string {
	if a.Quiet {
		return `Basic realm="x, y", Bearer error="invalid_token"`
	}
	return `Basic realm="a \"b\", c=d", Bearer realm="mcp", resource_metadata="` + origin + `/.well-known/oauth-protected-resource/mcp", scope="notes:read notes:write"`
}

func (a *Auth) describeResource(w http.ResponseWriter, r *http.Request, server string) {
	if r.URL.Path != "/.well-known/oauth-protected-resource/mcp" {
		http.NotFound(w, r)
		return
	}
	m := map[string]any{"resource": server, "authorization_servers": []string{a.URL}, "scopes_supported": []string{"everything"}}
	if a.Resource != nil {
		a.Resource(m)
	}
	_ = json.NewEncoder(w).Encode(m)
}

func (a *Auth) accepts(token string) bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	family, ok := a.access[token]
	return ok && !a.dead[family]
}

// Expire makes all access tokens worthless; refresh tokens stay good.
func (a *Auth) Expire() {
	a.mu.Lock()
	defer a.mu.Unlock()
	clear(a.access)
}

// End ends every sign-in.
func (a *Auth) End() {
	a.mu.Lock()
	defer a.mu.Unlock()
	clear(a.access)
	clear(a.refresh)
}

// Did tells what was asked of it, in order.
func (a *Auth) Did() []string {
	a.mu.Lock()
	defer a.mu.Unlock()
	return append([]string{}, a.Log...)
}

// Told gives every secret that went over the wire.
func (a *Auth) Told() []string {
	a.mu.Lock()
	defer a.mu.Unlock()
	return append([]string{}, a.Secrets...)
}

func (a *Auth) new(kind string) string {
	a.n++
	s := fmt.Sprintf("%s-%d-%x", kind, a.n, sha256.Sum256([]byte(fmt.Sprint(kind, a.n))))[:40]
	a.Secrets = append(a.Secrets, s)
	return s
}

func (a *Auth) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	a.mu.Lock()
	defer a.mu.Unlock()
	r.Body = http.MaxBytesReader(w, r.Body, 1<<20)
	place := "/.well-known/oauth-authorization-server" + a.base
	if a.OpenID {
		place = a.base + "/.well-known/openid-configuration"
	}
	switch r.URL.Path {
	case place:
		m := map[string]any{
			"issuer": a.URL, "authorization_endpoint": a.URL + "/authorize?tenant=1", "token_endpoint": a.URL + "/token",
			"registration_endpoint": a.URL + "/register", "revocation_endpoint": a.URL + "/revoke",
			"code_challenge_methods_supported": []string{"plain", "S256"}, "authorization_response_iss_parameter_supported": true,
			"token_endpoint_auth_methods_supported": []string{"none", "client_secret_post"}, "scopes_supported": []string{"notes:read", "offline_access"},
		}
		if a.Metadata != nil {
			a.Metadata(m)
		}
		_ = json.NewEncoder(w).Encode(m)
	case a.base + "/register":
		var in struct {
			Redirects []string `json:"redirect_uris"`
		}
		if json.NewDecoder(r.Body).Decode(&in) != nil || len(in.Redirects) != 1 {
			refuse(w, "invalid_client_metadata")
			return
		}
		id := fmt.Sprintf("client-%d", len(a.clients)+1)
		a.clients[id] = in.Redirects
		a.Log = append(a.Log, "register")
		w.WriteHeader(http.StatusCreated)
		_ = json.NewEncoder(w).Encode(map[string]any{"client_id": id, "redirect_uris": in.Redirects, "token_endpoint_auth_method": "none"})
	case a.base + "/authorize":
		a.authorize(w, r)
	case a.base + "/token":
		a.token(w, r)
	case a.base + "/revoke":
		a.revoke(w, r)
	default:
		http.NotFound(w, r)
	}
}

func refuse(w http.ResponseWriter, code string) {
	w.WriteHeader(http.StatusBadRequest)
	_ = json.NewEncoder(w).Encode(map[string]string{"error": code, "error_description": "because"})
}

func (a *Auth) authorize(w http.ResponseWriter, r *http.Request) {
	q := r.URL.Query()
	client, redirect := q.Get("client_id"), q.Get("redirect_uri")
	to, err := url.Parse(redirect)
	switch {
	case err != nil || client != a.ClientID && !slices.Contains(a.clients[client], redirect) || client == "":
		http.Error(w, "no such client, or not its address: "+redirect, http.StatusBadRequest)
		return
	case q.Get("response_type") != "code" || q.Get("code_challenge_method") != "S256" || q.Get("code_challenge") == "" || q.Get("state") == "" || q.Get("resource") == "" || q.Get("tenant") != "1":
		http.Error(w, "a part is missing", http.StatusBadRequest)
		return
	}
	code := a.new("code")
	a.codes[code] = grant{client, redirect, q.Get("code_challenge"), q.Get("resource"), q.Get("scope")}
	a.Log = append(a.Log, "authorize "+q.Get("scope"))
	back := url.Values{"code": {code}, "state": {q.Get("state")}, "iss": {a.URL}}
	if a.Answer != nil {
		a.Answer(back)
	}
	to.RawQuery = back.Encode()
	http.Redirect(w, r, to.String(), http.StatusFound)
}

func (a *Auth) token(w http.ResponseWriter, r *http.Request) {
	if r.ParseForm() != nil {
		refuse(w, "invalid_request")
		return
	}
	f := r.PostForm
	family := ""
	switch f.Get("grant_type") {
	case "authorization_code":
		g, ok := a.codes[f.Get("code")]
		delete(a.codes, f.Get("code"))
		sum := sha256.Sum256([]byte(f.Get("code_verifier")))
		a.Secrets = append(a.Secrets, f.Get("code_verifier"))
		if !ok || g.client != f.Get("client_id") || g.redirect != f.Get("redirect_uri") || g.resource != f.Get("resource") ||
			g.challenge != base64.RawURLEncoding.EncodeToString(sum[:]) {
			refuse(w, "invalid_grant")
			return
		}
		family = f.Get("code")
	case "refresh_token":
		if a.NoRefresh {
			w.WriteHeader(http.StatusServiceUnavailable)
			return
		}
		token := f.Get("refresh_token")
		a.Log = append(a.Log, "refresh")
		if old, spent := a.spent[token]; spent {
			a.dead[old] = true // somebody stole one
			a.Log = append(a.Log, "reused")
		}
		var ok bool
		family, ok = a.refresh[token]
		if !ok || a.dead[family] || f.Get("client_id") == "" || f.Get("resource") == "" {
			refuse(w, "invalid_grant")
			return
		}
		delete(a.refresh, token)
		a.spent[token] = family
		time.Sleep(a.Slow)
	default:
		refuse(w, "unsupported_grant_type")
		return
	}
	access, refresh := a.new("access"), a.new("refresh")
	a.access[access], a.refresh[refresh] = family, family
	lives := a.Lives
	if lives == 0 {
		lives = 3600
	}
	_ = json.NewEncoder(w).Encode(map[string]any{"access_token": access, "refresh_token": refresh, "token_type": "bearer", "expires_in": lives})
}

func (a *Auth) revoke(w http.ResponseWriter, r *http.Request) {
	if r.ParseForm() != nil || r.PostForm.Get("client_id") == "" {
		refuse(w, "invalid_request")
		return
	}
	token := r.PostForm.Get("token")
	a.Log = append(a.Log, "revoke "+r.PostForm.Get("token_type_hint"))
	if family, ok := a.refresh[token]; ok {
		a.dead[family] = true
		delete(a.refresh, token)
	}
	delete(a.access, token)
}

// Browse opens an address as a browser does in which the user says yes at once,
// and gives what the last page says.
func Browse(address string) (string, error) {
	resp, err := http.Get(address)
	if err != nil {
		return "", err
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(io.LimitReader(resp.Body, 1<<16))
	if err == nil && resp.StatusCode != http.StatusOK {
		err = errors.New(resp.Status + ": " + string(body))
	}
	return string(body), err
}
