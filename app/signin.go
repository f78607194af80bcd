package app

import (
	"context"
	"net/netip"
	"net/url"

	"github.com/wailsapp/wails/v2/pkg/runtime"

	"toolbay/backend"
	"toolbay/backend/job"
	"toolbay/backend/model"
)

// SignIn starts a sign-in to a remote server; it waits for the user in the
// browser, and can be cancelled.
func (w *Window) SignIn(id string, acceptRisk bool) string {
	return w.jobs.Start("sign-in", w.titleOf(id), id, func(ctx context.Context, report job.Report) (any, error) {
		r, err := w.back.SignIn(ctx, backend.SignInRequest{Server: id, Open: w.showSignIn, AcceptRisk: acceptRisk}, report)
		if err == nil && !r.OK {
			err = model.Fail(r.Error, nil, "server", r.Title, "id", r.Server)
		}
		return nil, err
	})
}

// SignOut ends the sign-in to a server.
func (w *Window) SignOut(id string) error {
	_, err := w.back.SignOut(w.context(), id)
	return err
}

// ShowSignIn opens the page of the sign-in under way once more: the user may
// have closed it.
func (w *Window) ShowSignIn() error {
	w.mu.Lock()
	page := w.signInPage
	w.mu.Unlock()
	if !signInPage(page) {
		return model.Fail("link_refused", nil)
	}
	runtime.BrowserOpenURL(w.context(), page)
	return nil
}

// showSignIn opens the page of a sign-in in the user's browser.
func (w *Window) showSignIn(page string) {
	w.mu.Lock()
	w.signInPage = page
	w.mu.Unlock()
	if signInPage(page) {
		runtime.BrowserOpenURL(w.context(), page)
	}
}

// signInPage tells whether a page is one to sign in at: on the web encrypted,
// and anyhow on this computer.
func signInPage(page string) bool {
	u, err := url.Parse(page)
	if err != nil || u.User != nil || u.Host == "" {
		return false
	}
	if u.Scheme == "https" {
		return true
	}
	ip, err := netip.ParseAddr(u.Hostname())
	return u.Scheme == "http" && (u.Hostname() == "localhost" || err == nil && ip.IsLoopback())
}
