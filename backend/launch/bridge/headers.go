package bridge

import (
	"net/http"

	"toolbay/backend/model"
)

// headers are the user's own.
func (b *bridge) headers(req *http.Request) {
	for name, value := range b.o.Remote.Headers {
		req.Header.Set(name, value)
	}
	agent := b.o.Agent
	if agent == "" {
		agent = "Toolbay"
	}
	if req.Header.Get("User-Agent") == "" {
		req.Header.Set("User-Agent", agent)
	}
}

// authorize puts the token of the sign-in on a request; the one it used comes
// back.
func (b *bridge) authorize(req *http.Request, stale string) (string, error) {
	if b.o.Token == nil {
		return "", nil
	}
	token, err := b.o.Token(req.Context(), stale)
	if err != nil {
		return "", err
	}
	req.Header.Set("Authorization", "Bearer "+token)
	return token, nil
}

// refusedToken tells what a 401 means when there is no other token to try.
func (b *bridge) refusedToken() error {
	if b.o.Token != nil {
		return model.Fail("signin_again", nil, "server", b.o.Title, "id", b.o.Server)
	}
	for name := range b.o.Remote.Headers {
		if http.CanonicalHeaderKey(name) == "Authorization" {
			return model.Fail("remote_key", nil, "server", b.o.Title, "id", b.o.Server)
		}
	}
	return model.Fail("signin_needed", nil, "server", b.o.Title, "id", b.o.Server)
}
