package bridge

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"strconv"
	"strings"
	"time"

	"toolbay/backend/model"
	"toolbay/backend/web"
)

// statusError is an answer of HTTP that is no success.
type statusError struct {
	status int
	// said is the protocol's own error in it.
	said *rpcError
	// lost tells that the server does not know the session any more.
	lost bool
	// scope tells that the sign-in does not cover what was asked.
	scope bool
	// after is how long to wait before another try; below 0 there is no use.
	after time.Duration
}

func (e *statusError) Error() string {
	return fmt.Sprintf("the server answered with status %d", e.status)
}

// otherWay tells whether a hello that was answered so may be taken over the
// other transport.
func (e *statusError) otherWay() bool {
	switch e.status {
	case http.StatusBadRequest, http.StatusNotFound, http.StatusMethodNotAllowed, http.StatusNotAcceptable,
		http.StatusUnsupportedMediaType, http.StatusNotImplemented:
		return true
	}
	return false
}

// readStatus reads an answer that is no success to its end. session is the one
// the request was for.
func readStatus(resp *http.Response, session string) *statusError {
	defer resp.Body.Close()
	e := &statusError{status: resp.StatusCode, after: -1}
	if body, err := web.Read(resp.Body, 256<<10); err == nil {
		var in struct {
			Error *rpcError `json:"error"`
		}
		if json.Unmarshal(body, &in) == nil && in.Error != nil && in.Error.Message != "" {
			e.said = in.Error
		}
	}
	// The specification has 404 for a session that has ended. Servers made after
	// the SDK's early examples say 400 and mention the session.
	e.lost = session != "" && (e.status == http.StatusNotFound ||
		e.status == http.StatusBadRequest && e.said != nil && strings.Contains(strings.ToLower(e.said.Message), "session"))
	e.scope = strings.Contains(resp.Header.Get("WWW-Authenticate"), "insufficient_scope")
	// After 502 and 504 the server may have done what it was asked.
	switch e.status {
	case http.StatusTooManyRequests, http.StatusServiceUnavailable:
		e.after = 0
		if s, err := strconv.Atoi(resp.Header.Get("Retry-After")); err == nil && s >= 0 {
			e.after = time.Duration(s) * time.Second
			if e.after > 20*time.Second {
				e.after = -1 // the app would have given up
			}
		}
	}
	return e
}

// passing tells whether a failure may be over at another try.
func passing(err error) bool {
	var refused *statusError
	if errors.As(err, &refused) {
		return refused.after >= 0 || refused.status >= 500
	}
	return model.Code(err) == "remote_unreachable"
}

// unsent tells whether a request failed before a connection came about.
func unsent(err error) bool {
	var op *net.OpError
	return errors.As(err, &op) && op.Op == "dial"
}

// coded gives any failure of a conversation its code.
func coded(err error) error {
	var refused *statusError
	var said *rpcError
	switch {
	case err == nil:
		return nil
	case errors.As(err, &refused):
		return model.Fail("remote_refused", err, "status", strconv.Itoa(refused.status))
	case errors.As(err, &said):
		return model.Fail("start_refused", err)
	}
	return err
}

// words is a failure as the app shows it. The command line and the window have
// better ones; apps have these only.
func (b *bridge) words(err error) string {
	name := b.o.Title
	if name == "" {
		name = b.o.Server
	}
	detail := ""
	var e *model.Error
	if err = coded(err); errors.As(err, &e) && e.Cause != nil {
		detail = " (" + clip(e.Cause.Error()) + ")"
	}
	do := " Open Toolbay, choose " + name + " and sign in, or run: toolbay login " + b.o.Server
	switch model.Code(err) {
	case "signin_needed":
		return "Sign in to " + name + "." + do
	case "signin_again":
		return "Sign in again: " + name + " does not accept the sign-in any more." + do
	case "secret_unknown", "keychain_absent", "keychain_locked", "keychain_slow", "keychain_failed":
		return "The sign-in to " + name + " cannot be read from this computer's keychain. Unlock it and try again." + detail
	case "remote_key":
		return name + " does not accept the key. Put in another under Keys in Toolbay."
	case "remote_unreachable":
		return name + " cannot be reached. Check the connection to the internet and try again." + detail
	case "remote_redirected":
		return name + " sends its visitors to another address, which is not followed. Remove it and add it with the new address." + detail
	case "remote_too_much":
		return name + " says more than is accepted." + detail
	}
	if errors.Is(err, context.Canceled) {
		return "The conversation with " + name + " has ended."
	}
	return name + " could not answer." + detail
}

func clip(s string) string {
	if len(s) > 300 {
		return s[:300] + "…"
	}
	return s
}

// versionIn is the version that an answer to the hello names.
func versionIn(data []byte) string {
	var in struct {
		Result struct {
			Version string `json:"protocolVersion"`
		} `json:"result"`
	}
	if json.Unmarshal(data, &in) != nil || len(in.Result.Version) > 40 {
		return ""
	}
	return in.Result.Version
}
