package signin

import (
	"bytes"
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"toolbay/backend/model"
	"toolbay/backend/web"
)

// Options are how somebody signs in. Open is needed.
type Options struct {
	// Open is told the address at which the user signs in. It must not wait for
	// them.
	Open func(address string)
	// ClientID and ClientSecret are Toolbay's, for a server whose maker gives
	// them out by hand.
	ClientID, ClientSecret string
	// Patience is how long the user may take; 0 is 5 minutes.
	Patience time.Duration
	// Page gives the words of the page in which it ends; nil says nothing.
	Page func(Outcome) string
}

// SignIn has the user sign in and keeps what comes of it. Whoever was signed in
// before stays so until that has worked. Error codes: signin_none,
// signin_unsupported, signin_closed, signin_unsafe, signin_refused,
// signin_timeout, signin_failed, cancelled, and those of web and secrets.
func (c Accounts) SignIn(ctx context.Context, s Server, o Options) error {
	if err := c.Keys.Available(); err != nil {
		return err
	}
	if o.Patience == 0 {
		o.Patience = 5 * time.Minute
	}
	err := c.signIn(ctx, s, o)
	if err != nil && ctx.Err() != nil {
		return model.Fail("cancelled", ctx.Err())
	}
	return err
}

func (c Accounts) signIn(ctx context.Context, s Server, o Options) error {
	w, err := s.web()
	if err != nil {
		return err
	}
	defer w.Close()
	p, err := s.discover(ctx, w)
	if err != nil {
		return err
	}
	before, err := c.read(s.ID)
	if err != nil {
		return err
	}
	known := client{}
	if before != nil && before.Issuer == p.authority.Issuer {
		known = before.Client
	}
	if o.ClientID != "" {
		known = client{ID: o.ClientID, Secret: o.ClientSecret, Given: true, Method: method(p.authority.Methods, o.ClientSecret != "")}
	}
	answers, err := listen(s, p.authority, known.Redirect, o.Page)
	if err != nil {
		return s.fail("signin_failed", err)
	}
	defer answers.close()
	// A registration is for the very address that was registered. One that the
	// user brought holds for every port (RFC 8252 §7.3).
	if known.ID == "" || known.Redirect != answers.redirect && !known.Given {
		if known, err = s.register(ctx, w, p.authority, answers.redirect); err != nil {
			return err
		}
	}
	known.Redirect = answers.redirect

	verifier := secretText()
	address, err := authorizeAt(p, known, verifier, answers.state)
	if err != nil {
		return s.unsafe("a page of its sign-in is at an address that is not safe")
	}
	o.Open(address)
	code, err := answers.wait(ctx, o.Patience)
	if err != nil {
		return err
	}
	a := &account{Issuer: p.authority.Issuer, Resource: p.resource, Token: p.authority.Token, Revoke: p.authority.Revoke, Client: known, Scope: p.scope}
	err = s.exchange(ctx, w, a, c.now(), url.Values{
		"grant_type": {"authorization_code"}, "code": {code}, "redirect_uri": {known.Redirect}, "code_verifier": {verifier},
	})
	if err != nil {
		var said *oauthError
		if errors.As(err, &said) {
			return s.fail("signin_failed", said)
		}
		return err
	}
	release, err := c.alone(ctx, s.ID)
	if err != nil {
		return err
	}
	defer release()
	if err := c.write(s.ID, a); err != nil {
		return err
	}
	c.mark(s.ID, false)
	return nil
}

// authorizeAt is the address at which the user agrees.
func authorizeAt(p place, known client, verifier, state string) (string, error) {
	u, err := web.Check(p.authority.Authorize)
	if err != nil {
		return "", err
	}
	sum := sha256.Sum256([]byte(verifier))
	q := u.Query()
	for name, value := range map[string]string{
		"response_type": "code", "client_id": known.ID, "redirect_uri": known.Redirect, "state": state,
		"code_challenge": base64.RawURLEncoding.EncodeToString(sum[:]), "code_challenge_method": "S256",
		"resource": p.resource, "scope": p.scope,
	} {
		if value != "" {
			q.Set(name, value)
		}
	}
	if slices.Contains(strings.Fields(p.scope), "offline_access") {
		q.Set("prompt", "consent") // OpenID gives no refresh token without it
	}
	u.RawQuery = q.Encode()
	return u.String(), nil
}

// secretText makes 32 bytes nobody can guess.
func secretText() string {
	b := make([]byte, 32)
	_, _ = rand.Read(b) // never fails (crypto/rand)
	return base64.RawURLEncoding.EncodeToString(b)
}

// method is how a client shows who it is.
func method(offered []string, secret bool) string {
	switch {
	case !secret && (len(offered) == 0 || slices.Contains(offered, "none")):
		return "none"
	case slices.Contains(offered, "client_secret_post"):
		return "client_secret_post"
	}
	return "client_secret_basic"
}

// register makes Toolbay known (RFC 7591). Error codes: signin_closed,
// signin_failed.
func (s Server) register(ctx context.Context, w *web.Client, a authority, redirect string) (client, error) {
	if a.Register == "" {
		return client{}, s.fail("signin_closed", nil)
	}
	wish, err := json.Marshal(map[string]any{
		"client_name": "Toolbay", "redirect_uris": []string{redirect}, "grant_types": []string{"authorization_code", "refresh_token"},
		"response_types": []string{"code"}, "token_endpoint_auth_method": method(a.Methods, false), "application_type": "native",
	})
	if err != nil {
		return client{}, err
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, a.Register, bytes.NewReader(wish))
	if err != nil {
		return client{}, s.unsafe("a page of its sign-in is at an address that is not safe")
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("Accept", "application/json")
	resp, err := w.Do(req)
	if err != nil {
		return client{}, err
	}
	defer resp.Body.Close()
	body, err := web.Read(resp.Body, maxDocument)
	if err != nil {
		return client{}, err
	}
	if resp.StatusCode/100 != 2 {
		said := readError(resp.StatusCode, body)
		if resp.StatusCode == http.StatusUnauthorized || resp.StatusCode == http.StatusForbidden || resp.StatusCode == http.StatusNotFound {
			return client{}, s.fail("signin_closed", said)
		}
		return client{}, s.fail("signin_failed", said)
	}
	var made struct {
		ID     string `json:"client_id"`
		Secret string `json:"client_secret"`
		Method string `json:"token_endpoint_auth_method"`
	}
	if json.Unmarshal(body, &made) != nil || made.ID == "" || len(made.ID) > 4096 || len(made.Secret) > 8192 {
		return client{}, s.fail("signin_failed", errors.New("the registration was answered with something else"))
	}
	k := client{ID: made.ID, Secret: made.Secret, Method: made.Method, Redirect: redirect}
	if k.Method != "none" && k.Method != "client_secret_post" && k.Method != "client_secret_basic" {
		k.Method = method(a.Methods, k.Secret != "")
	}
	if k.Secret == "" {
		k.Method = "none"
	}
	return k, nil
}

// oauthError is what an authorization server answers when it says no.
type oauthError struct {
	status      int
	Code        string `json:"error"`
	Description string `json:"error_description"`
}

func (e *oauthError) Error() string {
	return fmt.Sprintf("status %d: %s %s", e.status, plain(e.Code), plain(e.Description))
}

// plain makes a text from outside fit for a log.
func plain(s string) string {
	return clip(strings.Map(func(r rune) rune {
		if r < 0x20 || r > 0x7e {
			return -1
		}
		return r
	}, s))
}

func readError(status int, body []byte) *oauthError {
	e := &oauthError{}
	_ = json.Unmarshal(body, e) // what is no JSON has no words
	e.status = status
	return e
}

// exchange asks for tokens and puts them into a. A refusal is an *oauthError.
func (s Server) exchange(ctx context.Context, w *web.Client, a *account, now time.Time, form url.Values) error {
	if a.Resource != "" {
		form.Set("resource", a.Resource)
	}
	status, body, err := s.post(ctx, w, a.Token, a.Client, form)
	if err != nil {
		return err
	}
	var got struct {
		Access  string      `json:"access_token"`
		Type    string      `json:"token_type"`
		Expires json.Number `json:"expires_in"`
		Refresh string      `json:"refresh_token"`
		Scope   string      `json:"scope"`
	}
	if status/100 != 2 {
		return readError(status, body)
	}
	if json.Unmarshal(body, &got) != nil || got.Access == "" {
		// Some say no with status 200.
		if said := readError(status, body); said.Code != "" {
			return said
		}
		return s.fail("signin_failed", errors.New("no token came"))
	}
	if got.Type != "" && !strings.EqualFold(got.Type, "bearer") || len(got.Access)+len(got.Refresh) > 48<<10 || strings.ContainsAny(got.Access, "\r\n\x00") {
		return s.fail("signin_failed", errors.New("a token of a kind that cannot be used"))
	}
	a.Access, a.Expires = got.Access, time.Time{}
	if sec, err := got.Expires.Float64(); err == nil && sec > 0 {
		a.Expires = now.Add(time.Duration(min(sec, 10*365*24*3600)) * time.Second)
	}
	// A server that does not rotate leaves the old one good.
	if got.Refresh != "" {
		a.Refresh = got.Refresh
	}
	if scope := words(got.Scope); scope != "" {
		a.Scope = scope
	}
	return nil
}

// post sends a form as a client.
func (s Server) post(ctx context.Context, w *web.Client, address string, k client, form url.Values) (int, []byte, error) {
	if k.Method != "client_secret_basic" {
		form.Set("client_id", k.ID)
	}
	if k.Method == "client_secret_post" {
		form.Set("client_secret", k.Secret)
	}
	if _, err := web.Check(address); err != nil {
		return 0, nil, s.unsafe("a page of its sign-in is at an address that is not safe")
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, address, strings.NewReader(form.Encode()))
	if err != nil {
		return 0, nil, s.unsafe("a page of its sign-in is at an address that is not safe")
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	req.Header.Set("Accept", "application/json")
	if k.Method == "client_secret_basic" {
		req.SetBasicAuth(url.QueryEscape(k.ID), url.QueryEscape(k.Secret))
	}
	resp, err := w.Do(req)
	if err != nil {
		return 0, nil, err
	}
	defer resp.Body.Close()
	body, err := web.Read(resp.Body, maxDocument)
	return resp.StatusCode, body, err
}
