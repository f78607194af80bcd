package backend

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"os"
	"path/filepath"
	"time"

	"toolbay/backend/catalog/recipe"
	"toolbay/backend/clients"
	"toolbay/backend/connect"
	"toolbay/backend/job"
	"toolbay/backend/launch"
	"toolbay/backend/model"
	"toolbay/backend/pattern"
	"toolbay/backend/profiles"
	"toolbay/backend/signin"
	"toolbay/backend/text"
)

// SignInRequest is who signs in, and how.
type SignInRequest struct {
	Server string
	// Open is told the address of the page where a person signs in. It must not
	// wait for them.
	Open func(address string)
	// ClientID and ClientSecret are Toolbay's at a server whose maker gives them
	// out by hand.
	ClientID, ClientSecret string
	// AcceptRisk agrees to a sign-in in a file where there is no keychain.
	AcceptRisk bool
}

// SignInResult answers login and logout.
type SignInResult struct {
	Server   string `json:"server"`
	Title    string `json:"title"`
	SignedIn bool   `json:"signed_in"`
	// Told tells, after a sign-out, that the server knows of it.
	Told bool `json:"told"`
	// OK and Tools are what the server says once somebody is signed in, Error why
	// it does not.
	OK    bool     `json:"ok"`
	Tools []string `json:"tools"`
	Error string   `json:"error"`
}

// knockPatience bounds the question whether a server wants a sign-in.
const knockPatience = 30 * time.Second

// accounts keeps the sign-ins where a server's keys are.
func (b *Backend) accounts(keysIn string) signin.Accounts {
	return signin.Accounts{Home: b.home, Keys: b.keysIn(keysIn), Now: b.o.Now}
}

// SignIn has a person sign in to a remote server and tries it. Apps that spoke
// to it without us are told to come through Toolbay from then on. Error codes:
// server_unknown, signin_*, consent_needed, keychain_*, remote_*, cancelled.
func (b *Backend) SignIn(ctx context.Context, req SignInRequest, report job.Report) (SignInResult, error) {
	s, err := b.server(ctx, req.Server)
	if err != nil {
		return SignInResult{}, err
	}
	if s.Remote == nil {
		return SignInResult{}, model.Fail("signin_none", nil, "server", s.Title, "id", s.ID)
	}
	if s.KeysIn, err = b.signInPlace(ctx, s, req.AcceptRisk); err != nil {
		return SignInResult{}, err
	}
	at, err := b.signInServer(s)
	if err != nil {
		return SignInResult{}, err
	}
	report(job.Progress{Stage: "signin"})
	err = b.accounts(s.KeysIn).SignIn(ctx, at, signin.Options{
		Open: req.Open, ClientID: req.ClientID, ClientSecret: req.ClientSecret, Page: signInPage,
	})
	if err != nil {
		return SignInResult{}, err
	}
	release, err := b.alone(ctx)
	if err != nil {
		return SignInResult{}, err
	}
	defer release()
	where := s.KeysIn
	if s, err = b.server(ctx, req.Server); err != nil {
		return SignInResult{}, err // it was removed meanwhile
	}
	remote := *s.Remote
	native := !remote.SignIn
	remote.SignIn = true
	s.Remote, s.KeysIn = &remote, where
	spec := specOf(s)
	if err := b.writeSpec(ctx, s); err != nil {
		return SignInResult{}, err
	}
	report(job.Progress{Stage: "hello"})
	p := b.probe(ctx, spec, "")
	s.Probe = &p
	if err := b.putServer(ctx, s); err != nil {
		return SignInResult{}, err
	}
	b.forgetSignInsInTrash(s.ID, &s)
	if native {
		if err := b.throughUs(ctx, s); err != nil {
			return SignInResult{}, err
		}
	}
	b.o.Changed("servers")
	b.o.Changed("keys")
	return SignInResult{Server: s.ID, Title: s.Title, SignedIn: true, OK: p.OK, Tools: toolNames(p.Tools), Error: p.Code}, nil
}

// signInPlace is where the sign-in to a server is kept: beside its keys.
func (b *Backend) signInPlace(ctx context.Context, s model.Server, acceptRisk bool) (keysIn string, err error) {
	if s.KeysIn == "file" || hasKeys(s) {
		return s.KeysIn, nil
	}
	where, err := b.keysPlace(ctx)
	switch {
	case err == nil && where == "keychain":
		return "", nil
	case err != nil && !acceptRisk:
		e := model.Fail("consent_needed", err)
		e.Needs = []model.Need{keysFileNeed(err)}
		return "", e
	}
	return "file", nil
}

// signInServer is a server as package signin wants it, with its keys.
func (b *Backend) signInServer(s model.Server) (signin.Server, error) {
	values := map[string]string{}
	if hasKeys(s) {
		var err error
		if values, err = b.keysIn(s.KeysIn).Get(s.ID, ""); err != nil {
			return signin.Server{}, err
		}
	}
	return launch.SignInServer(specOf(s), values)
}

func signInPage(o signin.Outcome) string {
	switch o {
	case signin.Done:
		return text.Line("signin.page.done")
	case signin.Other:
		return text.Line("signin.page.other")
	}
	return text.Line("signin.page.failed")
}

// SignOut ends the sign-in to a server, there and here. Apps keep their entry;
// the server asks for a sign-in again. Error codes: server_unknown,
// signin_none, keychain_*.
func (b *Backend) SignOut(ctx context.Context, id string) (SignInResult, error) {
	release, err := b.alone(ctx)
	if err != nil {
		return SignInResult{}, err
	}
	defer release()
	s, err := b.server(ctx, id)
	if err != nil {
		return SignInResult{}, err
	}
	if s.Remote == nil || !s.Remote.SignIn {
		return SignInResult{}, model.Fail("signin_none", nil, "server", s.Title, "id", s.ID)
	}
	at, err := b.signInServer(s)
	if err != nil {
		return SignInResult{}, err
	}
	told, err := b.accounts(s.KeysIn).SignOut(ctx, at)
	if err != nil {
		return SignInResult{}, err
	}
	p := b.notProbed(model.Fail("signin_needed", nil, "server", s.Title, "id", s.ID))
	s.Probe = &p
	if err := b.putServer(ctx, s); err != nil {
		return SignInResult{}, err
	}
	b.o.Changed("servers")
	b.o.Changed("keys")
	return SignInResult{Server: s.ID, Title: s.Title, Told: told, Tools: []string{}, Error: p.Code}, nil
}

// wantsSignIn tells whether somebody must sign in before a server works, as far
// as can be told without asking it.
func (b *Backend) wantsSignIn(s model.Server) bool {
	if s.Remote == nil {
		return false
	}
	if s.Probe != nil && (s.Probe.Code == "signin_needed" || s.Probe.Code == "signin_again") {
		return true
	}
	return s.Remote.SignIn && signin.Expired(b.home, s.ID)
}

func signedIn(r *model.Remote) bool { return r != nil && r.SignIn }

// forgetSignInsInTrash empties the trash of removed servers with this id that
// somebody was signed in to: brought back, one would run as somebody else. What
// here, which is nil before it is installed, has itself in the same place stays.
func (b *Backend) forgetSignInsInTrash(id string, here *model.Server) {
	found := pattern.Files(b.home, "trash", "*", id, "trashed.json")
	for _, f := range found {
		var t trashed
		data, err := os.ReadFile(f)
		if err == nil && json.Unmarshal(data, &t) == nil && signedIn(t.Spec.Remote) {
			same := here != nil && here.KeysIn == t.Spec.KeysIn
			if len(t.Spec.Secrets) > 0 && !(same && hasKeys(*here)) {
				b.keysIn(t.Spec.KeysIn).Delete(id, "")
			}
			if !same {
				b.accounts(t.Spec.KeysIn).Forget(id)
			}
			os.RemoveAll(filepath.Dir(f))
			b.dropTrash(filepath.Dir(filepath.Dir(f)))
		}
	}
}

// native is a server as an app is given it that speaks to servers on the network
// itself; nil where that would put a key into its file, or where the sign-in is
// ours.
func native(s model.Server) *clients.Launch {
	if s.Remote == nil || s.Remote.SignIn {
		return nil
	}
	// A key that is not set may be set later.
	for _, in := range recipe.Inputs(s.Package) {
		if in.Secret {
			return nil
		}
	}
	r := recipeOf(s)
	if len(r.Secrets) > 0 || len(r.Missing) > 0 || len(r.Env)+len(r.SecretEnv) > 0 {
		return nil
	}
	return &clients.Launch{URL: r.URL, Transport: s.Remote.Transport, Headers: r.Headers}
}

// throughUs rewrites the entries by which apps speak to a server themselves:
// from now on it wants a sign-in that only we have.
func (b *Backend) throughUs(ctx context.Context, s model.Server) error {
	var targets []connect.Target
	for _, app := range b.appsOf(ctx)[s.ID] {
		targets = append(targets, connect.Target{App: app, Scope: "user"})
	}
	if len(targets) == 0 {
		return nil
	}
	active, err := b.activeProfile(ctx)
	if err != nil {
		return err
	}
	plan, err := b.connect.PlanConnect(ctx, "connect", s.Title, targets, []connect.Want{{Server: s.ID, Profile: profiles.Named(active)}})
	if err != nil || len(plan.Restart) == 0 {
		return err
	}
	if err := b.placeLauncher(); err != nil {
		return err
	}
	_, err = b.connect.Apply(ctx, plan)
	b.o.Changed("apps")
	b.o.Changed("history")
	return err
}

// signIn has a person sign in while a remote server is being installed, when it
// wants that: it is tried as the one who will use it. Without a way to show a
// page the install ends with signin_needed.
func (in *installation) signIn(ctx context.Context, s *model.Server, report job.Report) error {
	if s.Remote == nil {
		return nil
	}
	at, err := launch.SignInServer(specOf(*s), in.req.Secrets)
	if err != nil {
		return err
	}
	knock, cancel := context.WithTimeout(ctx, knockPatience)
	defer cancel()
	answer, err := signin.Knock(knock, at)
	switch {
	case ctx.Err() != nil:
		return model.Fail("cancelled", ctx.Err())
	case errors.Is(err, context.DeadlineExceeded):
		return model.Fail("remote_unreachable", err, "host", in.title)
	case err != nil:
		return err
	}
	remote := *s.Remote
	s.Remote = &remote
	if answer.Transport != "" {
		remote.Transport = answer.Transport // lists name the wrong one now and then
	}
	if !answer.SignIn {
		return nil
	}
	for name := range at.Headers {
		if http.CanonicalHeaderKey(name) == "Authorization" {
			return model.Fail("remote_key", nil, "server", in.title)
		}
	}
	if in.req.SignIn == nil {
		return model.Fail("signin_needed", nil, "server", in.title, "id", in.id)
	}
	where, err := in.b.signInPlace(ctx, *s, in.req.AcceptRisk)
	if err != nil {
		return err
	}
	accounts := in.b.accounts(where)
	in.claim.Keys = accounts.Keys.Where()
	if err := in.claim.write(); err != nil {
		return err
	}
	in.b.forgetSignInsInTrash(in.id, nil)
	report(job.Progress{Stage: "signin"})
	if err := accounts.SignIn(ctx, at, signin.Options{Open: in.req.SignIn, Page: signInPage}); err != nil {
		return err
	}
	remote.SignIn, s.KeysIn = true, where
	return nil
}
