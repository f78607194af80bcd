package signin

import (
	"context"
	"errors"
	"net/url"
	"sync"

	"toolbay/backend/web"
)

// Tokens gives what a program asks for the token of a server's sign-in: called
// with "" it gives one that should be good, called with one that the server has
// refused another. Error codes: signin_needed, signin_again, those of web when
// the authorization server cannot be asked, those of secrets.
func (c Accounts) Tokens(s Server) func(ctx context.Context, stale string) (string, error) {
	t := &tokens{c: c, s: s}
	return t.get
}

type tokens struct {
	c Accounts
	s Server

	mu  sync.Mutex
	has *account
	// unsaved tells that the keychain does not have what has holds.
	unsaved bool
}

func (t *tokens) get(ctx context.Context, stale string) (string, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if !t.unsaved && t.has.fresh(t.c.now()) && t.has.Access != stale {
		return t.has.Access, nil
	}
	release, err := t.c.alone(ctx, t.s.ID)
	if err != nil {
		return "", err
	}
	defer release()
	if t.unsaved {
		// The keychain was shut when the last one came.
		if t.c.write(t.s.ID, t.has) == nil {
			t.unsaved = false
		}
	}
	if !t.unsaved {
		// Another program may have got a new one meanwhile.
		if t.has, err = t.c.read(t.s.ID); err != nil {
			return "", err
		}
		if t.has != nil && !t.has.isFor(t.s) {
			t.has = nil
			return "", over(t.s, true, errors.New("the sign-in that is kept is one to another server"))
		}
	}
	switch {
	case t.has == nil || t.has.Access == "" && t.has.Refresh == "":
		return "", over(t.s, t.has != nil && Expired(t.c.Home, t.s.ID), nil)
	case t.has.fresh(t.c.now()) && t.has.Access != stale:
		return t.has.Access, nil
	}
	return t.refresh(ctx)
}

// refresh gets a new token with the account held. What comes is in the keychain
// before another program may look: the old refresh token may be worth nothing
// any more.
func (t *tokens) refresh(ctx context.Context) (string, error) {
	if t.has.Refresh == "" {
		return "", t.lost(errors.New("it has run out, and there is nothing to renew it with"))
	}
	w, err := t.s.web()
	if err != nil {
		return "", err
	}
	defer w.Close()
	next := *t.has
	// Once the old token is spent, the answer must not be lost to a caller that
	// has gone.
	err = t.s.exchange(context.WithoutCancel(ctx), w, &next, t.c.now(), url.Values{"grant_type": {"refresh_token"}, "refresh_token": {next.Refresh}})
	var said *oauthError
	switch {
	case errors.As(err, &said) && (said.Code == "invalid_grant" || said.Code == "invalid_client" || said.Code == "unauthorized_client"):
		return "", t.lost(said)
	case errors.As(err, &said):
		return "", t.s.fail("signin_failed", said)
	case err != nil:
		return "", err
	}
	t.has = &next
	t.unsaved = t.c.write(t.s.ID, t.has) != nil
	return next.Access, nil
}

// lost notes that the sign-in is over. The registration stays: the next sign-in
// can use it, unless it is what was refused.
func (t *tokens) lost(cause error) error {
	t.has.Access, t.has.Refresh = "", ""
	var said *oauthError
	if errors.As(cause, &said) && said.Code != "invalid_grant" && !t.has.Client.Given {
		t.has.Client = client{}
	}
	// A keychain that is shut keeps what nobody accepts: the next try finds out
	// the same.
	_ = t.c.write(t.s.ID, t.has)
	t.c.mark(t.s.ID, true)
	return over(t.s, true, cause)
}

// SignOut tells the authorization server that the tokens are not to be used any
// more (RFC 7009) and forgets them. They are forgotten also when it cannot be
// told; then told is false. Error codes: those of secrets.
func (c Accounts) SignOut(ctx context.Context, s Server) (told bool, err error) {
	release, err := c.alone(ctx, s.ID)
	if err != nil {
		return false, err
	}
	defer release()
	a, err := c.read(s.ID)
	if err != nil {
		return false, err
	}
	if a != nil {
		told = s.revoke(ctx, a)
	}
	c.mark(s.ID, false)
	return told, c.Keys.Delete(item(s.ID), "")
}

// revoke takes back the refresh token first: most servers end all that came of
// it with it.
func (s Server) revoke(ctx context.Context, a *account) bool {
	if a.Revoke == "" {
		return false
	}
	w, err := web.New(s.URL, web.Options{Env: s.Env})
	if err != nil {
		return false
	}
	defer w.Close()
	told := false
	for _, t := range []struct{ token, hint string }{{a.Refresh, "refresh_token"}, {a.Access, "access_token"}} {
		if t.token == "" {
			continue
		}
		status, _, err := s.post(ctx, w, a.Revoke, a.Client, url.Values{"token": {t.token}, "token_type_hint": {t.hint}})
		if err != nil || status/100 != 2 {
			return false
		}
		told = true
	}
	return told
}

// SignedIn tells whether there is something to be signed in with. Error codes:
// those of secrets.
func (c Accounts) SignedIn(server string) (bool, error) {
	a, err := c.read(server)
	return a != nil && (a.Access != "" || a.Refresh != ""), err
}
