package signin

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"toolbay/backend/model"
	"toolbay/backend/secrets"
	"toolbay/internal/fakeremote"
)

type world struct {
	*testing.T
	s        *fakeremote.Server
	auth     *fakeremote.Auth
	accounts Accounts
	server   Server
	opened   []string
	pages    chan string
}

func newWorld(t *testing.T) *world {
	s := fakeremote.New(t)
	home := t.TempDir()
	w := &world{
		T: t, s: s, auth: s.Protect(t), accounts: Accounts{Home: home, Keys: secrets.OpenFile(home)},
		server: Server{ID: "notes", Title: "Notes", URL: s.URL}, pages: make(chan string, 10),
	}
	return w
}

func (w *world) options() Options {
	return Options{
		Open: func(address string) {
			w.opened = append(w.opened, address)
			go func() {
				page, err := fakeremote.Browse(address)
				if err != nil {
					page = err.Error()
				}
				w.pages <- page
			}()
		},
		Patience: 20 * time.Second,
		Page:     func(o Outcome) string { return [...]string{"<done>", "<failed>", "<other>"}[o] },
	}
}

func (w *world) signIn() {
	w.Helper()
	if err := w.accounts.SignIn(w.Context(), w.server, w.options()); err != nil {
		w.Fatal(err)
	}
}

func (w *world) token(stale string) string {
	w.Helper()
	token, err := w.accounts.Tokens(w.server)(w.Context(), stale)
	if err != nil {
		w.Fatal(err)
	}
	return token
}

// works tells whether a token opens the server.
func (w *world) works(token string) bool {
	req, _ := http.NewRequest("POST", w.s.URL, strings.NewReader(hello))
	req.Header.Set("Authorization", "Bearer "+token)
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		w.Fatal(err)
	}
	resp.Body.Close()
	return resp.StatusCode == 200
}

func TestSignIn(t *testing.T) {
	cases := []struct {
		name string
		set  func(*fakeremote.Auth)
		want []string // in the address that is opened
	}{
		{"as the specification says", func(*fakeremote.Auth) {}, []string{"scope=notes%3Aread+notes%3Awrite+offline_access", "prompt=consent"}},
		{"described at OpenID's place", func(a *fakeremote.Auth) { a.OpenID = true }, nil},
		{"a challenge that names nothing", func(a *fakeremote.Auth) { a.Quiet = true }, []string{"scope=everything+offline_access"}},
		{"no scopes", func(a *fakeremote.Auth) {
			a.Quiet = true
			a.Resource = func(m map[string]any) { delete(m, "scopes_supported") }
			a.Metadata = func(m map[string]any) { delete(m, "scopes_supported") }
		}, nil},
		{"the resource is the whole host", func(a *fakeremote.Auth) {
			a.Resource = func(m map[string]any) { m["resource"] = strings.TrimSuffix(m["resource"].(string), "/mcp") }
		}, nil},
		{"a slash more", func(a *fakeremote.Auth) {
			a.Resource = func(m map[string]any) { m["authorization_servers"] = []string{a.URL + "/"} }
		}, nil},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			w := newWorld(t)
			c.set(w.auth)
			if a, err := Knock(t.Context(), w.server); !a.SignIn || err != nil {
				t.Fatal(a, err)
			}
			if in, err := w.accounts.SignedIn("notes"); in || err != nil {
				t.Fatal(in, err)
			}
			w.signIn()
			if page := <-w.pages; !strings.Contains(page, "&lt;done&gt;") {
				t.Errorf("the page says %q", page)
			}
			if !w.works(w.token("")) {
				t.Error("the token opens nothing")
			}
			for _, part := range append(c.want, "code_challenge_method=S256", "resource=", "tenant=1", url.QueryEscape("http://127.0.0.1:")) {
				if !strings.Contains(w.opened[0], part) {
					t.Errorf("%s has no %s", w.opened[0], part)
				}
			}
			// The second time it is known already.
			before := len(w.auth.Did())
			w.signIn()
			if did := w.auth.Did()[before:]; slices.Contains(did, "register") {
				t.Errorf("registered again: %q", did)
			}
		})
	}
}

func TestNoSignInNeeded(t *testing.T) {
	s := fakeremote.New(t)
	server := Server{ID: "notes", Title: "Notes", URL: s.URL}
	if a, err := Knock(t.Context(), server); a != (Answer{Transport: "streamable-http"}) || err != nil {
		t.Fatal(a, err)
	}
	home := t.TempDir()
	err := Accounts{Home: home, Keys: secrets.OpenFile(home)}.SignIn(t.Context(), server, Options{Open: func(string) { t.Error("opened") }})
	if model.Code(err) != "signin_none" {
		t.Fatal(err)
	}
	s.Stop()
	if _, err := Knock(t.Context(), server); model.Code(err) != "remote_unreachable" {
		t.Fatal(err)
	}
}

// What a server or its authorization server says that must not be followed.
func TestHostileMetadata(t *testing.T) {
	meta := func(key string, value any) func(*world) {
		return func(w *world) { w.auth.Metadata = func(m map[string]any) { m[key] = value } }
	}
	resource := func(key string, value any) func(*world) {
		return func(w *world) { w.auth.Resource = func(m map[string]any) { m[key] = value } }
	}
	many := make([]string, 1000)
	cases := []struct {
		name string
		set  func(*world)
		code string
	}{
		{"another issuer", meta("issuer", "https://evil.example"), "signin_unsafe"},
		{"no issuer", meta("issuer", ""), "signin_unsafe"},
		{"an endpoint that is a script", meta("authorization_endpoint", "javascript:alert(1)"), "signin_unsafe"},
		{"an endpoint that is a file", meta("authorization_endpoint", "file:///etc/passwd"), "signin_unsafe"},
		{"a token endpoint without https", meta("token_endpoint", "http://example.com/token"), "signin_unsafe"},
		{"a registration with a user name", meta("registration_endpoint", "https://u:p@example.com/"), "signin_unsafe"},
		{"a revocation in the clouds' own range", meta("revocation_endpoint", "http://169.254.169.254/"), "signin_unsafe"},
		{"a registration in the local network", meta("registration_endpoint", "https://10.0.0.1/"), "remote_address"},
		{"no PKCE", meta("code_challenge_methods_supported", nil), "signin_unsafe"},
		{"plain PKCE only", meta("code_challenge_methods_supported", []string{"plain"}), "signin_unsafe"},
		{"too many scopes", meta("scopes_supported", many), "signin_unsafe"},
		{"no registration", meta("registration_endpoint", ""), "signin_closed"},
		{"a registration that is not there", func(w *world) {
			w.auth.Metadata = func(m map[string]any) { m["registration_endpoint"] = w.auth.URL + "/none" }
		}, "signin_closed"},
		{"another resource", resource("resource", "https://bank.example/"), "signin_unsafe"},
		{"a resource beside it", resource("resource", "/x"), "signin_unsafe"},
		{"an authorization server that is none", resource("authorization_servers", []string{"ftp://x"}), "signin_unsafe"},
		{"one in the local network", resource("authorization_servers", []string{"https://192.168.1.1"}), "remote_address"},
		{"one that says nothing", func(w *world) {
			w.auth.Resource = func(m map[string]any) { m["authorization_servers"] = []string{w.auth.URL + "/none"} }
		}, "signin_unsupported"},
		{"none at all", func(w *world) { w.auth.Resource = func(m map[string]any) { clear(m) } }, "signin_unsupported"},
		{"a description without end", func(w *world) {
			w.auth.Metadata = func(m map[string]any) { m["filler"] = strings.Repeat("x", maxDocument) }
		}, "signin_unsupported"},
		{"words of the wrong kind", meta("scopes_supported", 7), "signin_unsupported"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			w := newWorld(t)
			c.set(w)
			o := w.options()
			o.Patience = time.Second
			err := w.accounts.SignIn(t.Context(), w.server, o)
			if model.Code(err) != c.code {
				t.Fatalf("%v, want %s", err, c.code)
			}
			if len(w.opened) > 0 {
				t.Errorf("opened %s", w.opened[0])
			}
		})
	}
}

// The browser brings back something else than what was asked for.
func TestAnswers(t *testing.T) {
	cases := []struct {
		name   string
		answer func(url.Values)
		code   string
		page   string
	}{
		{"the user says no", func(v url.Values) { v.Del("code"); v.Set("error", "access_denied") }, "signin_refused", "failed"},
		{"another error", func(v url.Values) { v.Del("code"); v.Set("error", "server_error") }, "signin_failed", "failed"},
		{"the wrong issuer", func(v url.Values) { v.Set("iss", "https://evil.example") }, "signin_unsafe", "failed"},
		{"no issuer though promised", func(v url.Values) { v.Del("iss") }, "signin_unsafe", "failed"},
		{"no code", func(v url.Values) { v.Del("code") }, "signin_failed", "failed"},
		{"another code", func(v url.Values) { v.Set("code", "guessed") }, "signin_failed", "done"},
		{"the wrong state", func(v url.Values) { v.Set("state", "x") }, "signin_timeout", "other"},
		{"no state", func(v url.Values) { v.Del("state") }, "signin_timeout", "other"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			w := newWorld(t)
			w.auth.Answer = c.answer
			o := w.options()
			if c.code == "signin_timeout" {
				o.Patience = 300 * time.Millisecond
			}
			err := w.accounts.SignIn(t.Context(), w.server, o)
			if model.Code(err) != c.code {
				t.Fatalf("%v, want %s", err, c.code)
			}
			if page := <-w.pages; !strings.Contains(page, c.page) {
				t.Errorf("the page says %q", page)
			}
			if in, err := w.accounts.SignedIn("notes"); in || err != nil {
				t.Error("something is kept", err)
			}
		})
	}
}

// A stranger on this computer cannot end a sign-in that is under way.
func TestStrangerAtTheDoor(t *testing.T) {
	w := newWorld(t)
	o := w.options()
	browse := o.Open
	o.Open = func(address string) {
		u, _ := url.Parse(address)
		redirect := u.Query().Get("redirect_uri")
		for _, try := range []string{redirect + "?error=access_denied", redirect + "?code=x&state=y", strings.TrimSuffix(redirect, "callback")} {
			if page, err := fakeremote.Browse(try); err == nil {
				t.Errorf("%s: %s", try, page)
			}
		}
		req, _ := http.NewRequest("GET", redirect+"?code=x&state="+u.Query().Get("state"), nil)
		req.Host = "rebound.example"
		if resp, err := http.DefaultClient.Do(req); err != nil || resp.StatusCode != 404 {
			t.Errorf("by another name: %v", err)
		}
		browse(address)
	}
	if err := w.accounts.SignIn(t.Context(), w.server, o); err != nil {
		t.Fatal(err)
	}
	if !w.works(w.token("")) {
		t.Error("the token opens nothing")
	}
}

func TestGivenClient(t *testing.T) {
	w := newWorld(t)
	w.auth.ClientID = "by-hand"
	w.auth.Metadata = func(m map[string]any) { delete(m, "registration_endpoint") }
	o := w.options()
	o.ClientID = "by-hand"
	if err := w.accounts.SignIn(t.Context(), w.server, o); err != nil {
		t.Fatal(err)
	}
	w.signIn() // it is remembered
	if !w.works(w.token("")) {
		t.Error("the token opens nothing")
	}
}

func TestCancelled(t *testing.T) {
	w := newWorld(t)
	ctx, cancel := context.WithCancel(t.Context())
	o := w.options()
	o.Open = func(string) { cancel() }
	if err := w.accounts.SignIn(ctx, w.server, o); model.Code(err) != "cancelled" {
		t.Fatal(err)
	}
}

func TestTokens(t *testing.T) {
	w := newWorld(t)
	get := w.accounts.Tokens(w.server)
	if _, err := get(t.Context(), ""); model.Code(err) != "signin_needed" {
		t.Fatal(err)
	}
	w.signIn()
	first := w.token("")
	if again, err := get(t.Context(), ""); again != first || err != nil {
		t.Fatal("another program does not see it", err)
	}
	w.auth.Expire()
	second := w.token(first)
	if second == first || !w.works(second) {
		t.Error("not renewed")
	}
	// The program that was there before learns of it without spending another.
	if got, err := get(t.Context(), first); got != second || err != nil {
		t.Errorf("%v", err)
	}
	// It has run out by the clock, though nobody refused it.
	w.accounts.Now = func() time.Time { return time.Now().Add(2 * time.Hour) }
	third := w.token("")
	if third == second || !w.works(third) {
		t.Error("not renewed in time")
	}
	w.accounts.Now = nil

	w.auth.NoRefresh = true
	if _, err := w.accounts.Tokens(w.server)(t.Context(), third); model.Code(err) != "signin_failed" {
		t.Errorf("a server that is down for a moment: %v", err)
	}
	w.auth.NoRefresh = false
	if Expired(w.accounts.Home, "notes") {
		t.Error("told to sign in again for that")
	}

	w.auth.End()
	_, err := w.accounts.Tokens(w.server)(t.Context(), third)
	var e *model.Error
	if !errors.As(err, &e) || e.Code != "signin_again" || e.Args["id"] != "notes" {
		t.Fatalf("%v", err)
	}
	if !Expired(w.accounts.Home, "notes") {
		t.Error("not noted")
	}
	if _, err := w.accounts.Tokens(w.server)(t.Context(), ""); model.Code(err) != "signin_again" {
		t.Errorf("%v", err)
	}
	w.signIn()
	if Expired(w.accounts.Home, "notes") || !w.works(w.token("")) {
		t.Error("signed in again in vain")
	}
	if slices.Contains(w.auth.Did(), "reused") {
		t.Error("a refresh token was used twice")
	}
}

// Programs that find an old token at the same time: one renews it, the others
// take what came of it. Each has state of its own, as processes have.
func TestRefreshAtTheSameTime(t *testing.T) {
	w := newWorld(t)
	w.signIn()
	w.auth.Slow = 5 * time.Millisecond
	stale := w.token("")
	for round := range 5 {
		w.auth.Expire()
		var wait sync.WaitGroup
		got := make([]string, 8)
		for i := range got {
			wait.Add(1)
			go func() {
				defer wait.Done()
				var err error
				if got[i], err = w.accounts.Tokens(w.server)(t.Context(), stale); err != nil {
					t.Error(err)
				}
			}()
		}
		wait.Wait()
		if slices.Contains(got, stale) || len(slices.Compact(got)) != 1 {
			t.Fatalf("round %d: %d tokens", round, len(slices.Compact(got)))
		}
		stale = got[0]
	}
	if did := w.auth.Did(); slices.Contains(did, "reused") || strings.Count(strings.Join(did, " "), "refresh") != 5 {
		t.Errorf("%q", did)
	}
}

// The answer to a refresh is kept also when the app that wanted it has gone.
func TestRefreshOutlivesItsCaller(t *testing.T) {
	w := newWorld(t)
	w.signIn()
	stale := w.token("")
	w.auth.Expire()
	w.auth.Slow = 50 * time.Millisecond
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
	defer cancel()
	_, _ = w.accounts.Tokens(w.server)(ctx, stale)
	w.auth.Slow = 0
	if token := w.token(stale); !w.works(token) {
		t.Error("the sign-in is lost")
	}
}

// shut is a keychain that takes nothing new for a while.
type shut struct {
	secrets.Keys
	closed bool
}

func (s *shut) Set(server, profile string, values map[string]string) error {
	if s.closed {
		return model.Fail("keychain_locked", nil)
	}
	return s.Keys.Set(server, profile, values)
}

func TestRotatedTokenAndAShutKeychain(t *testing.T) {
	w := newWorld(t)
	keys := &shut{Keys: w.accounts.Keys}
	w.accounts.Keys = keys
	w.signIn()
	get := w.accounts.Tokens(w.server)
	first, _ := get(t.Context(), "")
	w.auth.Expire()
	keys.closed = true
	second, err := get(t.Context(), first)
	if err != nil || !w.works(second) {
		t.Fatal(err)
	}
	keys.closed = false
	if again, err := get(t.Context(), ""); again != second || err != nil {
		t.Fatal(err)
	}
	if w.token("") != second {
		t.Error("it was not kept when that was possible")
	}
}

func TestSignOut(t *testing.T) {
	w := newWorld(t)
	w.signIn()
	token := w.token("")
	told, err := w.accounts.SignOut(t.Context(), w.server)
	if !told || err != nil {
		t.Fatal(told, err)
	}
	if did := w.auth.Did(); !slices.Equal(did[len(did)-2:], []string{"revoke refresh_token", "revoke access_token"}) {
		t.Errorf("%q", did)
	}
	if w.works(token) {
		t.Error("the token still opens the server")
	}
	if in, err := w.accounts.SignedIn("notes"); in || err != nil {
		t.Error("still there", err)
	}
	if told, err := w.accounts.SignOut(t.Context(), w.server); told || err != nil {
		t.Error("twice", err)
	}
	w.signIn()
	w.auth.Metadata = nil
	w.s.Stop()
	if _, err := w.accounts.SignOut(t.Context(), w.server); err != nil {
		t.Error(err)
	}
	if err := w.accounts.Forget("notes"); err != nil {
		t.Error(err)
	}
}

// Nothing that is secret is in an error, an address that is opened, or a file
// but the keys' own.
func TestSecretsStayWhereTheyBelong(t *testing.T) {
	w := newWorld(t)
	w.signIn()
	stale := w.token("")
	w.auth.Expire()
	w.token(stale)
	w.auth.End()
	_, err := w.accounts.Tokens(w.server)(t.Context(), w.token(""))
	if err == nil {
		t.Fatal("still signed in")
	}
	w.signIn()
	seen := fmt.Sprint(err, w.opened)
	filepath.Walk(w.accounts.Home, func(path string, st os.FileInfo, _ error) error {
		if st.IsDir() || strings.Contains(path, filepath.Join(w.accounts.Home, "keys")) {
			return nil
		}
		data, _ := os.ReadFile(path)
		seen += path + string(data)
		return nil
	})
	for _, secret := range w.auth.Told() {
		if strings.Contains(seen, secret) {
			t.Errorf("%s is told", secret)
		}
	}
	if len(w.auth.Told()) < 8 {
		t.Error("nothing was looked for")
	}
	values, _ := w.accounts.Keys.Get("signin.notes", "")
	var a account
	if json.Unmarshal([]byte(values["account"]), &a) != nil || a.Refresh == "" || a.Client.ID == "" {
		t.Error("the item has not what it should")
	}
}

func TestChallenges(t *testing.T) {
	for header, want := range map[string]challenge{
		``: {}, `Bearer`: {}, `Bearer realm="x"`: {},
		`Bearer resource_metadata=https://a/b, scope="a  b a"`:                               {"https://a/b", "a b"},
		`Basic realm="Bearer resource_metadata=\"x\"", bearer resource_metadata="https://q"`: {"https://q", ""},
		`Digest resource_metadata="https://no"`:                                              {},
		`Bearer scope="a` + "\x01" + `b ok"`:                                                 {"", "ok"},
		`Bearer resource_metadata="https://unfinished`:                                       {},
		`Bearer resource_metadata="https://` + strings.Repeat("x", 9000) + `"`:               {},
		strings.Repeat(`a=`, 100):                                                            {},
	} {
		if got := challengeIn([]string{header}); got != want {
			t.Errorf("%.80s: %+v", header, got)
		}
	}
}

// Before June 2025 servers described nothing.
func TestServerOfMarch2025(t *testing.T) {
	var mux http.ServeMux
	s := httptest.NewServer(&mux)
	defer s.Close()
	redirect := ""
	mux.HandleFunc("/mcp", func(w http.ResponseWriter, r *http.Request) { w.WriteHeader(401) })
	mux.HandleFunc("/register", func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprint(w, `{"client_id":"c","client_secret":"s","token_endpoint_auth_method":"client_secret_basic"}`)
	})
	mux.HandleFunc("/authorize", func(w http.ResponseWriter, r *http.Request) {
		if redirect = r.URL.Query().Get("redirect_uri"); redirect != "" {
			http.Redirect(w, r, redirect+"?code=1&state="+url.QueryEscape(r.URL.Query().Get("state")), 302)
		}
	})
	mux.HandleFunc("/token", func(w http.ResponseWriter, r *http.Request) {
		if user, pass, _ := r.BasicAuth(); user != "c" || pass != "s" {
			w.WriteHeader(401)
			return
		}
		fmt.Fprint(w, `{"access_token":"t","token_type":"Bearer"}`)
	})
	home := t.TempDir()
	c := Accounts{Home: home, Keys: secrets.OpenFile(home)}
	server := Server{ID: "old", Title: "Old", URL: s.URL + "/mcp"}
	if err := c.SignIn(t.Context(), server, Options{Open: func(a string) { go fakeremote.Browse(a) }}); err != nil {
		t.Fatal(err)
	}
	if token, err := c.Tokens(server)(t.Context(), ""); token != "t" || err != nil {
		t.Fatal(err)
	}
	// Refused, and nothing to renew it with.
	if _, err := c.Tokens(server)(t.Context(), "t"); model.Code(err) != "signin_again" {
		t.Fatal(err)
	}
}

// An id may come to another server; a token does not come with it.
func TestTokensStayWithTheirServer(t *testing.T) {
	w, other := newWorld(t), fakeremote.New(t)
	w.signIn()
	home := w.server.URL
	for _, c := range []struct {
		name, url, code string
	}{
		{"another place on the same server", strings.TrimSuffix(home, "/mcp") + "/sse", ""},
		{"another port", other.URL, "signin_again"},
		{"another host", strings.Replace(home, "127.0.0.1", "localhost", 1), "signin_again"},
		{"where it was", home, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			w.server.URL = c.url
			get := w.accounts.Tokens(w.server)
			for range 2 { // the second time it has looked already
				if token, err := get(t.Context(), ""); model.Code(err) != c.code || (token == "") != (c.code != "") {
					t.Fatalf("a token of %d bytes, %v", len(token), err)
				}
			}
		})
	}
}
