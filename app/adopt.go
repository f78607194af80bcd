package app

import (
	"context"
	"errors"
	"slices"

	"toolbay/backend"
	"toolbay/backend/job"
	"toolbay/backend/model"
	"toolbay/backend/text"
)

// Adoptable is a server that apps have and Toolbay does not look after yet.
type Adoptable struct {
	ID        string               `json:"id"`
	Name      string               `json:"name"`
	Title     string               `json:"title"`
	Publisher string               `json:"publisher"`
	Kind      string               `json:"kind"`
	Package   backend.PastePackage `json:"package"`
	// Known is the title of the listing that has it, "" for none.
	Known string   `json:"known"`
	Apps  []string `json:"apps"`
	// Projects are the folders to which an entry is private, the user's own.
	Projects []string `json:"projects"`
	// Keys names the keys that stand readable in the apps' files.
	Keys []string `json:"keys"`
	// Warnings are sentences.
	Warnings []string `json:"warnings"`
	// Problem is why it stays as it is, null when it can be taken over.
	Problem *text.Words `json:"problem"`
}

// AdoptRequest is which server to take over, with what its entries do not say.
type AdoptRequest struct {
	ID           string            `json:"id"`
	Answers      map[string]string `json:"answers"`
	Secrets      map[string]string `json:"secrets"`
	AllowScripts bool              `json:"allow_scripts"`
	AcceptRisk   bool              `json:"accept_risk"`
}

func (r AdoptRequest) agreed() backend.AdoptRequest {
	return backend.AdoptRequest{
		ID: r.ID, Answers: r.Answers, Secrets: r.Secrets,
		AllowScripts: r.AllowScripts, AcceptRisk: r.AcceptRisk, Yes: true,
	}
}

// AdoptPreview is what taking one server over would do.
type AdoptPreview struct {
	Version string             `json:"version"`
	Files   []backend.FileDiff `json:"files"`
	// Inputs are what its entries do not say, Risks what has to be agreed to.
	Inputs []InputField `json:"inputs"`
	Risks  []Risk       `json:"risks"`
}

// Adopted is what became of a server that was taken over.
type Adopted struct {
	// Keys names the keys that moved out of the apps' files.
	Keys []string `json:"keys"`
}

// Adoptables lists the servers that apps have without Toolbay.
func (w *Window) Adoptables() ([]Adoptable, error) {
	found, err := w.back.Adoptables(w.context())
	if err != nil {
		return nil, err
	}
	out := []Adoptable{}
	for _, a := range found {
		v := Adoptable{
			ID: a.ID, Name: a.Name, Title: a.Title, Publisher: a.Publisher, Kind: a.Kind, Package: a.Package,
			Known: a.Known, Apps: []string{}, Projects: []string{}, Keys: list(a.Keys), Warnings: []string{},
		}
		for _, p := range a.Places {
			v.Apps = with(v.Apps, p.App)
			if p.Project != "" {
				v.Projects = with(v.Projects, p.Project)
			}
		}
		for _, code := range a.Warnings {
			v.Warnings = append(v.Warnings, backend.PasteWarning(code))
		}
		if !a.Usable {
			v.Problem = words(model.Fail(a.Problem, nil, "name", a.Name, "type", a.Kind))
			// Several that stay for the same reason are one line.
			same := func(o Adoptable) bool {
				return o.Problem != nil && o.Name == v.Name && o.Package == v.Package && o.Problem.Code == v.Problem.Code
			}
			if i := slices.IndexFunc(out, same); i >= 0 {
				for _, app := range v.Apps {
					out[i].Apps = with(out[i].Apps, app)
				}
				for _, folder := range v.Projects {
					out[i].Projects = with(out[i].Projects, folder)
				}
				continue
			}
		}
		out = append(out, v)
	}
	return out, nil
}

// with puts one into a list unless it is there.
func with(list []string, one string) []string {
	if slices.Contains(list, one) {
		return list
	}
	return append(list, one)
}

// PreviewAdopt shows what taking a server over would change, and what has to be
// said first; it fetches and writes nothing.
func (w *Window) PreviewAdopt(req AdoptRequest) (AdoptPreview, error) {
	out := AdoptPreview{Files: []backend.FileDiff{}, Inputs: []InputField{}, Risks: []Risk{}}
	would := req.agreed()
	would.Yes, would.DryRun = false, true
	res, err := w.back.Adopt(w.context(), would, job.Silent)
	if code := model.Code(err); code == "consent_needed" || code == "input_needed" {
		if out.Inputs, out.Risks, err = w.adoptNeeds(req.ID, err); err != nil || len(out.Inputs) > 0 {
			return out, err
		}
		would.AcceptRisk = true // for the look only
		res, err = w.back.Adopt(w.context(), would, job.Silent)
	}
	if err != nil {
		return AdoptPreview{}, err
	}
	out.Version, out.Files = res.Version, list(res.Files)
	return out, nil
}

// adoptNeeds makes of what a server still asks for the fields and questions of
// the sheet.
func (w *Window) adoptNeeds(id string, open error) ([]InputField, []Risk, error) {
	inputs, risks := []InputField{}, []Risk{}
	var e *model.Error
	if !errors.As(open, &e) {
		return nil, nil, open
	}
	form, err := w.back.AdoptForm(w.context(), id)
	if err != nil {
		return nil, nil, err
	}
	for _, n := range e.Needs {
		switch n.Kind {
		case "input", "secret":
			in := model.Input{Name: n.Name, Title: n.Text, Secret: n.Kind == "secret", Required: true}
			if i := slices.IndexFunc(form.Inputs, func(i model.Input) bool { return i.Name == n.Name }); i >= 0 {
				in = form.Inputs[i]
			}
			inputs = append(inputs, field(in))
		case "risk":
			risks = append(risks, risk(n))
		default:
			return nil, nil, open
		}
	}
	return inputs, risks, nil
}

// Adopt starts taking servers over, each as a job of its own and one after the
// other: they are often in the same file. Whether an app has to close is asked
// before anything is fetched; how is what closing reads.
func (w *Window) Adopt(reqs []AdoptRequest, how string) ([]string, error) {
	found, err := w.Adoptables()
	if err != nil {
		return nil, err
	}
	apps, titles := []string{}, map[string]string{}
	for _, a := range found {
		if slices.ContainsFunc(reqs, func(r AdoptRequest) bool { return r.ID == a.ID }) {
			titles[a.ID] = a.Title
			for _, app := range a.Apps {
				apps = with(apps, app)
			}
		}
	}
	if closing := closing(how); !closing.CloseApps {
		if err := w.back.CloseFirst(w.context(), apps, closing); err != nil {
			return nil, err
		}
	}
	jobs := []string{}
	for _, req := range reqs {
		title := titles[req.ID]
		if title == "" {
			title = req.ID
		}
		jobs = append(jobs, w.jobs.Start("adopt", title, req.ID, func(ctx context.Context, report job.Report) (any, error) {
			hide(ctx, req.Secrets)
			report(job.Progress{Stage: "wait"})
			select {
			case w.adopting <- struct{}{}:
				defer func() { <-w.adopting }()
			case <-ctx.Done():
				return nil, model.Fail("cancelled", ctx.Err())
			}
			say := req.agreed()
			say.SignIn, say.Closing = w.showSignIn, closing(how)
			return w.back.Adopt(ctx, say, report)
		}))
	}
	return jobs, nil
}

// Copies are earlier copies of files that hold a server's keys.
type Copies struct {
	Count int `json:"count"`
	// Files are those that the copies are of, Still those that hold a key now.
	Files []string `json:"files"`
	Still []string `json:"still"`
}

// CopiesWithKeys looks for earlier copies that hold a server's keys.
func (w *Window) CopiesWithKeys(server string) (Copies, error) {
	values, err := w.back.KeyValues(w.context(), server, "")
	if err != nil {
		return Copies{}, err
	}
	found, err := w.back.Holding(w.context(), values...)
	if err != nil {
		return Copies{}, err
	}
	return copies(found, len(found.Copies)), nil
}

// DeleteCopies deletes them for good; the window has asked.
func (w *Window) DeleteCopies(server string) (Copies, error) {
	values, err := w.back.KeyValues(w.context(), server, "")
	if err != nil {
		return Copies{}, err
	}
	found, err := w.back.DeleteHolding(w.context(), values, false, true)
	if err != nil {
		return Copies{}, err
	}
	return copies(found, found.Deleted), nil
}

func copies(found backend.HeldResult, n int) Copies {
	out := Copies{Count: n, Files: []string{}, Still: list(found.Still)}
	for _, c := range found.Copies {
		if c.Path != "" {
			out.Files = with(out.Files, c.Path)
		}
	}
	return out
}

// GiveBackPreview is what giving a server's entries back would do.
type GiveBackPreview struct {
	Files   []backend.FileDiff `json:"files"`
	Restart []backend.Restart  `json:"restart"`
	// Risks are keys that would stand readable in a file again.
	Risks []Risk `json:"risks"`
}

// PreviewGiveBack shows how the entries of a server would stand again.
func (w *Window) PreviewGiveBack(server string) (GiveBackPreview, error) {
	out := GiveBackPreview{Risks: []Risk{}}
	_, err := w.back.GiveBack(w.context(), server, false, true)
	var e *model.Error
	if model.Code(err) == "consent_needed" && errors.As(err, &e) {
		for _, n := range e.Needs {
			out.Risks = append(out.Risks, risk(n))
		}
	} else if err != nil {
		return out, err
	}
	would, err := w.back.GiveBack(w.context(), server, true, true)
	if err != nil {
		return out, err
	}
	out.Files, out.Restart = list(would.Files), list(would.Restart)
	return out, nil
}

// GiveBack writes the entries of a server as they were before Toolbay took it
// over. agreed is the yes to keys that stand readable again; how is what
// closing reads.
func (w *Window) GiveBack(server string, agreed bool, how string) (backend.ChangeResult, error) {
	would, err := w.back.GiveBack(w.context(), server, agreed, true)
	if err == nil {
		err = w.back.CloseFirst(w.context(), appsOf(would.Restart), closing(how))
	}
	if err != nil {
		return backend.ChangeResult{}, err
	}
	return w.back.GiveBack(w.context(), server, agreed, false)
}
