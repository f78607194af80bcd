package app

import (
	"context"
	"errors"
	"time"

	"toolbay/backend"
	"toolbay/backend/job"
	"toolbay/backend/text"
)

// JobView is a job as the window shows it.
type JobView struct {
	ID       string                 `json:"id"`
	Kind     string                 `json:"kind"`
	Title    string                 `json:"title"`
	Subject  string                 `json:"subject"`
	State    string                 `json:"state"`
	Progress job.Progress           `json:"progress"`
	Started  string                 `json:"started"`
	Error    *text.Words            `json:"error,omitempty"`
	Result   *backend.InstallResult `json:"result,omitempty"`
	// Update is the result of an update, or of preparing one.
	Update *backend.UpdateResult `json:"update,omitempty"`
	// Adopted goes with the result of taking a server over.
	Adopted *Adopted `json:"adopted,omitempty"`
	// Imported is the result of an import.
	Imported *ImportedProfile `json:"imported,omitempty"`
}

func (w *Window) jobView(s job.Snapshot) JobView {
	v := JobView{ID: s.ID, Kind: s.Kind, Title: s.Title, Subject: s.Subject, State: s.State,
		Progress: s.Progress, Started: s.Started.Format(time.RFC3339)}
	if s.Err != nil {
		words := text.ForError(withoutWays(s.Err))
		v.Error = &words
	}
	if r, ok := s.Result.(backend.InstallResult); ok {
		v.Result = &r
	}
	if r, ok := s.Result.(backend.AdoptResult); ok {
		v.Result, v.Adopted = &r.InstallResult, &Adopted{Keys: list(r.Keys)}
	}
	if r, ok := s.Result.(ImportedProfile); ok {
		v.Imported = &r
	}
	if r, ok := s.Result.(backend.UpdateResult); ok {
		v.Update = &r
	}
	return v
}

// Jobs lists what is and was under way since the window opened.
func (w *Window) Jobs() []JobView {
	out := []JobView{}
	for _, s := range w.jobs.List() {
		out = append(out, w.jobView(s))
	}
	return out
}

// CancelJob asks a job to stop.
func (w *Window) CancelJob(id string) { w.jobs.Cancel(id) }

// JobOutput gives the last lines that the programs of a job have printed, keys
// masked.
func (w *Window) JobOutput(id string) []string { return w.jobs.Output(id) }

// hide keeps keys out of what a job shows.
func hide(ctx context.Context, keys map[string]string) {
	for _, key := range keys {
		job.Hide(ctx, key)
	}
}

// Install starts an install; the window has shown and the user has agreed to
// the download and the changes by then. Whether an app has to close is asked
// before anything is fetched.
func (w *Window) Install(req InstallRequest) (string, error) {
	how := closing(req.Closing)
	if !how.CloseApps {
		if err := w.back.CloseFirst(w.context(), req.Apps, how); err != nil {
			return "", err
		}
	}
	return w.jobs.Start("install", w.back.TitleOfRef(w.context(), req.Ref), req.Ref, func(ctx context.Context, report job.Report) (any, error) {
		hide(ctx, req.Secrets)
		return w.back.Install(ctx, backend.InstallRequest{
			Ref: req.Ref, Package: req.Package, Name: req.Name, Profile: req.Profile,
			Answers: req.Answers, Secrets: req.Secrets, Apps: req.Apps,
			AllowScripts: req.AllowScripts, AcceptRisk: req.AcceptRisk, Yes: true, SignIn: w.showSignIn,
			Closing: how,
		}, report)
	}), nil
}

// Sync starts bringing a source, or with "" all, up to date.
func (w *Window) Sync(source string) string { return w.sync(source, w.back.Sync) }

// syncOld starts bringing those sources up to date whose lists are old.
func (w *Window) syncOld() {
	w.sync("", func(ctx context.Context, _ string, report job.Report) ([]backend.SyncResult, error) {
		return w.back.SyncOld(ctx, report)
	})
}

func (w *Window) sync(source string, work func(context.Context, string, job.Report) ([]backend.SyncResult, error)) string {
	return w.jobs.Start("sync", text.Line("job.sync"), source, func(ctx context.Context, report job.Report) (any, error) {
		results, err := work(ctx, source, report)
		if err != nil {
			return nil, err
		}
		var errs []error
		for _, r := range results {
			if r.Err != nil {
				errs = append(errs, r.Err)
			}
		}
		if len(errs) > 0 && len(errs) == len(results) {
			return nil, errors.Join(errs...)
		}
		return nil, nil
	})
}
