package app

import (
	"context"
	"time"

	"toolbay/backend"
	"toolbay/backend/job"
	"toolbay/backend/model"
	"toolbay/backend/text"
)

// UpdateView is what is known of newer versions of one server.
type UpdateView struct {
	Server  string `json:"server"`
	Title   string `json:"title"`
	Version string `json:"version"`
	// State is current, newer, changed, withdrawn or unknown.
	State  string `json:"state"`
	Newer  string `json:"newer"`
	Pinned bool   `json:"pinned"`
	// Checked is when it was asked for, "" for never.
	Checked string `json:"checked"`
	// Problem is why it could not be found out.
	Problem *text.Words `json:"problem"`
	// Earlier is the version that can be gone back to, "" for none. GoneBack
	// tells that the user has had the newer one already.
	Earlier  string `json:"earlier"`
	GoneBack bool   `json:"gone_back"`
	Prepared bool   `json:"prepared"`
}

// UpdateRequest is which server to bring up to date, and what its user says.
type UpdateRequest struct {
	Server       string            `json:"server"`
	Answers      map[string]string `json:"answers"`
	Secrets      map[string]string `json:"secrets"`
	AllowScripts bool              `json:"allow_scripts"`
	AcceptRisk   bool              `json:"accept_risk"`
	// Again fetches the version that is installed once more.
	Again bool `json:"again"`
}

func (r UpdateRequest) agreed() backend.UpdateRequest {
	return backend.UpdateRequest{
		Server: r.Server, Answers: r.Answers, Secrets: r.Secrets,
		Yes: true, AllowScripts: r.AllowScripts, AcceptRisk: r.AcceptRisk, Again: r.Again,
	}
}

// Updates tells what was found out about newer versions; it asks nobody.
func (w *Window) Updates() ([]UpdateView, error) {
	found, err := w.back.Updates(w.context())
	if err != nil {
		return nil, err
	}
	out := []UpdateView{}
	for _, u := range found {
		v := UpdateView{
			Server: u.Server, Title: u.Title, Version: u.Version, State: u.State, Newer: u.Newer,
			Pinned: u.Pinned, Earlier: u.Earlier, GoneBack: u.GoneBack, Prepared: u.Prepared,
		}
		if u.Checked != nil {
			v.Checked = u.Checked.UTC().Format(time.RFC3339)
		}
		if u.Error != "" {
			v.Problem = words(model.Fail(u.Error, nil, "server", u.Title))
		}
		out = append(out, v)
	}
	return out, nil
}

// CheckUpdates starts looking for newer versions of all servers.
func (w *Window) CheckUpdates() string {
	return w.jobs.Start("check", text.Line("job.check"), "", func(ctx context.Context, _ job.Report) (any, error) {
		_, err := w.back.CheckUpdates(ctx)
		return nil, err
	})
}

// PrepareUpdate starts fetching the newer version of a server beside the one
// it has, to be compared. The window has named the download by then; nothing
// is switched.
func (w *Window) PrepareUpdate(req UpdateRequest) string {
	return w.updating("compare", req, w.back.PrepareUpdate)
}

// ApplyUpdate switches a server to the version that was prepared.
func (w *Window) ApplyUpdate(req UpdateRequest) (backend.UpdateResult, error) {
	return w.back.ApplyUpdate(w.context(), req.agreed())
}

// UpdateServers starts bringing servers up to date, each as a job of its own.
// One whose new version would change what its user trusted asks first: its job
// fails with consent_needed and nothing is switched.
func (w *Window) UpdateServers(ids []string) []string {
	jobs := []string{}
	for _, id := range ids {
		jobs = append(jobs, w.updating("update", UpdateRequest{Server: id}, w.back.Update))
	}
	return jobs
}

func (w *Window) updating(kind string, req UpdateRequest, work func(context.Context, backend.UpdateRequest, job.Report) (backend.UpdateResult, error)) string {
	return w.jobs.Start(kind, w.titleOf(req.Server), req.Server, func(ctx context.Context, report job.Report) (any, error) {
		hide(ctx, req.Secrets)
		return work(ctx, req.agreed(), report)
	})
}

// titleOf is what a server is called, or its id.
func (w *Window) titleOf(id string) string {
	servers, err := w.back.Installed(w.context())
	if err == nil {
		for _, s := range servers {
			if s.ID == id {
				return s.Title
			}
		}
	}
	return id
}

// DiscardUpdate throws away what was fetched to be compared.
func (w *Window) DiscardUpdate(id string) error { return w.back.DiscardUpdate(w.context(), id) }

// Pin keeps a server at its version, or lets it go on.
func (w *Window) Pin(id string, pinned bool) error { return w.back.Pin(w.context(), id, pinned) }

// Rollback goes back to the version before the last update.
func (w *Window) Rollback(id string) (backend.UpdateResult, error) {
	return w.back.Rollback(w.context(), id, false)
}
