// Package signin signs a user in to a remote server, by the authorization part
// of the MCP specification: it finds out where, registers Toolbay there, has
// the user agree in the browser and keeps what comes of it in the keychain.
// backend and launch import it; it imports secrets, web and model.
//
//	accounts := signin.Accounts{Home: home, Keys: secrets.Open(home, os.Getenv)}
//	err := accounts.SignIn(ctx, signin.Server{ID: "notes", URL: "https://mcp.example.com/mcp"}, signin.Options{Open: openBrowser})
//	token, err := accounts.Tokens(server)(ctx, "")
package signin

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/gofrs/flock"

	"toolbay/backend/model"
	"toolbay/backend/secrets"
	"toolbay/backend/web"
)

// Server is what somebody signs in to.
type Server struct {
	ID, Title string
	// URL and Headers have their secrets filled in.
	URL       string
	Headers   map[string]string
	Transport string
	// Env are settings of the network, as web.Options has them.
	Env map[string]string
}

// Accounts keeps who is signed in, one item of the keychain a server, beside
// its keys. Home and Keys are needed.
type Accounts struct {
	Home string
	Keys secrets.Keys
	// Now is time.Now unless set.
	Now func() time.Time
}

// account is the item of one server.
type account struct {
	Issuer   string    `json:"issuer"`
	Resource string    `json:"resource"`
	Token    string    `json:"token_endpoint"`
	Revoke   string    `json:"revocation_endpoint,omitempty"`
	Client   client    `json:"client"`
	Access   string    `json:"access,omitempty"`
	Refresh  string    `json:"refresh,omitempty"`
	Expires  time.Time `json:"expires,omitzero"` // of Access; zero is not known
	Scope    string    `json:"scope,omitempty"`
}

// client is Toolbay as an authorization server knows it.
type client struct {
	ID     string `json:"id"`
	Secret string `json:"secret,omitempty"`
	// Method is how the client shows who it is: none, client_secret_post or
	// client_secret_basic.
	Method   string `json:"method"`
	Redirect string `json:"redirect,omitempty"`
	// Given tells that the user brought it.
	Given bool `json:"given,omitempty"`
}

// early is how long before its end a token is not used any more.
const early = 30 * time.Second

func (a *account) fresh(now time.Time) bool {
	return a != nil && a.Access != "" && (a.Expires.IsZero() || now.Add(early).Before(a.Expires))
}

// isFor tells whether a server is at the scheme, host and port that the account
// was made for. A server of the same id may once have been another one, and an
// update may move one: neither gets what was meant for somebody else.
func (a *account) isFor(s Server) bool {
	made, err := web.Check(a.Resource)
	if err != nil {
		return false
	}
	at, err := web.Check(s.URL)
	return err == nil && web.SameOrigin(made, at)
}

func (c Accounts) now() time.Time {
	if c.Now != nil {
		return c.Now()
	}
	return time.Now()
}

// item is the name of a server's item, which no server can have.
func item(server string) string { return "signin." + server }

// read gives the account of a server, nil when nobody ever signed in.
func (c Accounts) read(server string) (*account, error) {
	values, err := c.Keys.Get(item(server), "")
	if model.Code(err) == "secret_unknown" {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	a := &account{}
	if json.Unmarshal([]byte(values["account"]), a) != nil {
		return nil, nil // not in the form we write: signing in makes it anew
	}
	return a, nil
}

func (c Accounts) write(server string, a *account) error {
	text, err := json.Marshal(a)
	if err != nil {
		return errors.New("encode the sign-in") // never the cause: it could quote a token
	}
	return c.Keys.Set(item(server), "", map[string]string{"account": string(text)})
}

// Forget deletes what is kept of a server's sign-in without telling anybody.
func (c Accounts) Forget(server string) error {
	for _, name := range []string{c.file(server, ".lock"), c.file(server, ".again")} {
		os.Remove(name)
	}
	os.Remove(filepath.Dir(c.file(server, "")))
	return c.Keys.Delete(item(server), "")
}

// Expired tells, without the keychain, whether a program found out that the
// sign-in to a server is over.
func Expired(home, server string) bool {
	_, err := os.Stat(Accounts{Home: home}.file(server, ".again"))
	return err == nil
}

func (c Accounts) file(server, end string) string {
	return filepath.Join(c.Home, "signin", server+end)
}

// mark notes for Expired that a sign-in is over, or is not. It is no more than a
// hint: the truth is what the server says.
func (c Accounts) mark(server string, over bool) {
	if !over {
		os.Remove(c.file(server, ".again"))
		return
	}
	_ = os.WriteFile(c.file(server, ".again"), nil, 0o600)
}

// lockPatience is how long another program's refresh is waited for.
const lockPatience = time.Minute

// alone holds the account of a server against other programs. A refresh token
// may be good for one use only, so that two programs must never use the same.
func (c Accounts) alone(ctx context.Context, server string) (release func(), err error) {
	path := c.file(server, ".lock")
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return nil, model.Fail("home_unwritable", err, "path", c.Home)
	}
	ctx, cancel := context.WithTimeout(ctx, lockPatience)
	defer cancel()
	l := flock.New(path)
	if held, err := l.TryLockContext(ctx, 10*time.Millisecond); !held {
		l.Close()
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		return nil, model.Fail("home_unwritable", err, "path", c.Home)
	}
	return func() { l.Close() }, nil
}

// over is the error for a sign-in that has come to its end or never began.
func over(s Server, again bool, cause error) error {
	if again {
		return model.Fail("signin_again", cause, "server", s.Title, "id", s.ID)
	}
	return model.Fail("signin_needed", cause, "server", s.Title, "id", s.ID)
}

func (s Server) fail(code string, cause error) error {
	return model.Fail(code, cause, "server", s.Title, "id", s.ID)
}

// unsafe is the error for what a server or its authorization server says that
// must not be followed.
func (s Server) unsafe(what string, args ...any) error {
	return s.fail("signin_unsafe", fmt.Errorf(what, args...))
}

func (s Server) web() (*web.Client, error) { return web.New(s.URL, web.Options{Env: s.Env}) }
