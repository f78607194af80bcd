package signin

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"toolbay/backend/model"
	"toolbay/backend/web"
)

// maxDocument bounds each document about a sign-in, in bytes; maxWords the
// texts and lists in it.
const (
	maxDocument = 256 << 10
	maxWords    = 2000
	maxList     = 200
)

// challenge is what a server says when it wants its user signed in.
type challenge struct {
	metadata string // where the resource is described
	scope    string
}

// resource is RFC 9728's description of a protected resource.
type resource struct {
	Resource string   `json:"resource"`
	Servers  []string `json:"authorization_servers"`
	Scopes   []string `json:"scopes_supported"`
}

// authority is RFC 8414's description of an authorization server, or OpenID's.
type authority struct {
	Issuer     string   `json:"issuer"`
	Authorize  string   `json:"authorization_endpoint"`
	Token      string   `json:"token_endpoint"`
	Register   string   `json:"registration_endpoint"`
	Revoke     string   `json:"revocation_endpoint"`
	Scopes     []string `json:"scopes_supported"`
	Challenges []string `json:"code_challenge_methods_supported"`
	Methods    []string `json:"token_endpoint_auth_methods_supported"`
	SaysIssuer bool     `json:"authorization_response_iss_parameter_supported"`
}

const hello = `{"jsonrpc":"2.0","id":1,"method":"initialize","params":{"protocolVersion":"2025-06-18","capabilities":{},"clientInfo":{"name":"toolbay","version":"1"}}}`

// Answer is how a server takes a stranger.
type Answer struct {
	// SignIn tells that it wants its user signed in.
	SignIn bool
	// Transport is what it speaks (streamable-http, sse), "" when that did not
	// show.
	Transport string
}

// Knock asks a server without a sign-in. Error codes: those of web.
func Knock(ctx context.Context, s Server) (Answer, error) {
	w, err := s.web()
	if err != nil {
		return Answer{}, err
	}
	defer w.Close()
	_, answer, err := s.knock(ctx, w)
	return answer, err
}

// knock says hello in the one way and then in the other, first in the one that
// the server is listed with.
func (s Server) knock(ctx context.Context, w *web.Client) (challenge, Answer, error) {
	ways := []string{http.MethodPost, http.MethodGet}
	if s.Transport == "sse" {
		ways = []string{http.MethodGet, http.MethodPost}
	}
	for _, method := range ways {
		var body io.Reader
		if method == http.MethodPost {
			body = strings.NewReader(hello)
		}
		req, err := http.NewRequestWithContext(ctx, method, s.URL, body)
		if err != nil {
			return challenge{}, Answer{}, s.fail("remote_address", nil)
		}
		for name, value := range s.Headers {
			req.Header.Set(name, value)
		}
		req.Header.Set("Accept", "text/event-stream")
		if method == http.MethodPost {
			req.Header.Set("Accept", "application/json, text/event-stream")
			req.Header.Set("Content-Type", "application/json")
		}
		resp, err := w.Do(req)
		if err != nil {
			return challenge{}, Answer{}, err
		}
		resp.Body.Close()
		switch {
		case resp.StatusCode == http.StatusUnauthorized:
			return challengeIn(resp.Header.Values("WWW-Authenticate")), Answer{SignIn: true}, nil
		case resp.StatusCode/100 == 2 && method == http.MethodPost:
			s.leave(ctx, w, resp.Header.Get("Mcp-Session-Id"))
			return challenge{}, Answer{Transport: "streamable-http"}, nil
		case resp.StatusCode/100 == 2 && strings.HasPrefix(resp.Header.Get("Content-Type"), "text/event-stream"):
			return challenge{}, Answer{Transport: "sse"}, nil
		}
	}
	return challenge{}, Answer{}, nil
}

// leave ends the session that a knock opened; nothing depends on it.
func (s Server) leave(ctx context.Context, w *web.Client, session string) {
	if session == "" {
		return
	}
	if req, err := http.NewRequestWithContext(ctx, http.MethodDelete, s.URL, nil); err == nil {
		for name, value := range s.Headers {
			req.Header.Set(name, value)
		}
		req.Header.Set("Mcp-Session-Id", session)
		if resp, err := w.Do(req); err == nil {
			resp.Body.Close()
		}
	}
}

// challengeIn reads the headers of a refusal (RFC 9110 §11.6.1, RFC 9728 §5.1).
func challengeIn(headers []string) challenge {
	var c challenge
	for _, h := range headers {
		if len(h) > 8192 {
			continue
		}
		scheme, rest, _ := strings.Cut(strings.TrimSpace(h), " ")
		for rest != "" {
			name, value, after, ok := parameter(rest)
			if !ok {
				// Another challenge may follow in the same header.
				next, more, found := strings.Cut(strings.TrimLeft(rest, ", "), " ")
				if !found {
					break
				}
				scheme, rest = next, more
				continue
			}
			if rest = after; !strings.EqualFold(scheme, "Bearer") {
				continue
			}
			switch name {
			case "resource_metadata":
				c.metadata = value
			case "scope":
				c.scope = words(value)
			}
		}
	}
	return c
}

// parameter takes name=value off a list.
func parameter(s string) (name, value, rest string, ok bool) {
	s = strings.TrimLeft(s, ", \t")
	name, s, ok = strings.Cut(s, "=")
	if !ok || name == "" || strings.ContainsAny(name, " ,\"") {
		return "", "", "", false
	}
	if !strings.HasPrefix(s, `"`) {
		if i := strings.IndexAny(s, ", "); i >= 0 {
			return strings.ToLower(name), s[:i], s[i:], true
		}
		return strings.ToLower(name), s, "", true
	}
	var out strings.Builder
	for i := 1; i < len(s); i++ {
		switch s[i] {
		case '"':
			return strings.ToLower(name), out.String(), s[i+1:], true
		case '\\':
			if i++; i < len(s) {
				out.WriteByte(s[i])
			}
		default:
			out.WriteByte(s[i])
		}
	}
	return "", "", "", false
}

// words keeps of a scope what RFC 6749 allows in one.
func words(scope string) string {
	if len(scope) > maxWords {
		return ""
	}
	var kept []string
	for _, w := range strings.Fields(scope) {
		if !strings.ContainsFunc(w, func(r rune) bool { return r < 0x21 || r > 0x7e || r == '"' || r == '\\' }) && !slices.Contains(kept, w) {
			kept = append(kept, w)
		}
	}
	return strings.Join(kept, " ")
}

// place is where and for what somebody signs in.
type place struct {
	authority authority
	resource  string
	scope     string
}

// discover finds out where a server's users sign in. Error codes: signin_none,
// signin_unsupported, signin_unsafe and those of web.
func (s Server) discover(ctx context.Context, w *web.Client) (place, error) {
	asked, answer, err := s.knock(ctx, w)
	if err != nil {
		return place{}, err
	}
	if !answer.SignIn {
		return place{}, s.fail("signin_none", nil)
	}
	origin := w.Origin()
	described, err := s.describe(ctx, w, asked.metadata)
	if err != nil {
		return place{}, err
	}
	p := place{resource: canonical(origin), scope: asked.scope}
	issuer := origin.Scheme + "://" + origin.Host
	if described != nil {
		if described.Resource != "" {
			if !covers(described.Resource, origin) {
				return place{}, s.unsafe("it describes another server, %q", clip(described.Resource))
			}
			p.resource = described.Resource
		}
		if len(described.Servers) > 0 {
			issuer = described.Servers[0]
		}
		if p.scope == "" {
			p.scope = words(strings.Join(described.Scopes[:min(len(described.Scopes), maxList)], " "))
		}
	}
	if p.authority, err = s.askAuthority(ctx, w, issuer); err != nil {
		return place{}, err
	}
	if p.authority.Issuer == "" {
		if described != nil && len(described.Servers) > 0 {
			return place{}, s.fail("signin_unsupported", fmt.Errorf("%s does not describe itself", clip(issuer)))
		}
		// Before June 2025 a server could leave all of it out.
		base := strings.TrimSuffix(issuer, "/")
		p.authority = authority{Issuer: issuer, Authorize: base + "/authorize", Token: base + "/token", Register: base + "/register"}
		if status, _, err := w.Get(ctx, p.authority.Authorize, "text/html", maxDocument); err != nil || status == http.StatusNotFound {
			return place{}, s.fail("signin_unsupported", err)
		}
	}
	if slices.Contains(p.authority.Scopes, "offline_access") && !slices.Contains(strings.Fields(p.scope), "offline_access") {
		p.scope = strings.TrimSpace(p.scope + " offline_access")
	}
	return p, nil
}

// canonical is a server's own name among resources (RFC 8707).
func canonical(u *url.URL) string {
	return strings.TrimSuffix((&url.URL{Scheme: strings.ToLower(u.Scheme), Host: strings.ToLower(u.Host), Path: u.Path}).String(), "/")
}

// covers tells whether a resource is the server at u, or all of a part of its
// host in which it is.
func covers(name string, u *url.URL) bool {
	r, err := web.Check(name)
	if err != nil || !web.SameOrigin(r, u) {
		return false
	}
	part := strings.TrimSuffix(r.Path, "/")
	return u.Path == part || strings.HasPrefix(u.Path, part+"/") || part == ""
}

// describe reads what the server says of itself, nil when it says nothing.
func (s Server) describe(ctx context.Context, w *web.Client, named string) (*resource, error) {
	origin := w.Origin()
	base := origin.Scheme + "://" + origin.Host + "/.well-known/oauth-protected-resource"
	var tries []string
	if named != "" {
		tries = append(tries, named)
	} else {
		if path := strings.TrimSuffix(origin.EscapedPath(), "/"); path != "" {
			tries = append(tries, base+path)
		}
		tries = append(tries, base)
	}
	for _, address := range tries {
		if _, err := web.Check(address); err != nil {
			return nil, s.unsafe("its description is at an address that is not safe")
		}
		var r resource
		found, err := s.document(ctx, w, address, &r)
		if err != nil {
			return nil, err
		}
		if found && len(r.Servers) <= maxList {
			return &r, nil
		}
	}
	return nil, nil
}

// document fetches and reads a description; false when there is none.
func (s Server) document(ctx context.Context, w *web.Client, address string, into any) (bool, error) {
	status, body, err := w.Get(ctx, address, "application/json", maxDocument)
	switch {
	case model.Code(err) == "remote_too_much", model.Code(err) == "remote_redirected":
		return false, nil // a web page for people
	case err != nil:
		return false, err
	case status/100 != 2:
		return false, nil
	}
	return json.Unmarshal(body, into) == nil, nil
}

// askAuthority reads what an authorization server says of itself and checks
// it; one without an Issuer comes back when it says nothing. Error code:
// signin_unsafe.
func (s Server) askAuthority(ctx context.Context, w *web.Client, issuer string) (authority, error) {
	u, err := web.Check(issuer)
	if err != nil || u.RawQuery != "" {
		return authority{}, s.unsafe("its sign-in is at an address that is not safe")
	}
	base, path := u.Scheme+"://"+u.Host, strings.TrimSuffix(u.EscapedPath(), "/")
	tries := []string{base + "/.well-known/oauth-authorization-server" + path, base + "/.well-known/openid-configuration" + path}
	if path != "" {
		tries = append(tries, base+path+"/.well-known/openid-configuration")
	}
	for _, address := range tries {
		var a authority
		found, err := s.document(ctx, w, address, &a)
		if err != nil {
			return authority{}, err
		}
		if !found || a.Authorize == "" || a.Token == "" {
			continue
		}
		// RFC 8414 §3.3: what calls itself otherwise is not to be believed. A slash
		// at the end is where real ones differ from how they are named.
		if strings.TrimSuffix(a.Issuer, "/") != strings.TrimSuffix(issuer, "/") {
			return authority{}, s.unsafe("its sign-in calls itself %q and not %q", clip(a.Issuer), clip(issuer))
		}
		return a, s.checkAuthority(a)
	}
	return authority{}, nil
}

func (s Server) checkAuthority(a authority) error {
	for _, e := range []string{a.Authorize, a.Token, a.Register, a.Revoke} {
		if e == "" {
			continue
		}
		if _, err := web.Check(e); err != nil {
			return s.unsafe("a page of its sign-in is at an address that is not safe")
		}
	}
	if len(a.Scopes) > maxList || len(a.Challenges) > maxList || len(a.Methods) > maxList {
		return s.unsafe("its sign-in says too much")
	}
	// The specification: without a word on PKCE a client must not go on.
	if !slices.Contains(a.Challenges, "S256") {
		return s.unsafe("its sign-in does not protect the answer (no PKCE with S256)")
	}
	return nil
}

func clip(s string) string {
	if len(s) > 200 {
		return s[:200] + "…"
	}
	return s
}
