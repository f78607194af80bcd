package app

import (
	"cmp"
	"context"
	"slices"

	"toolbay/backend"
	"toolbay/backend/model"
	"toolbay/backend/text"
)

// RepairProblem is one thing that is wrong in a file.
type RepairProblem struct {
	Code     string `json:"code"`
	Severity string `json:"severity"`
	Fix      string `json:"fix"`
	Server   string `json:"server"`
	Where    string `json:"where"`
	Line     int    `json:"line"`
	Mends    bool   `json:"mends"`
	Title    string `json:"title"`
	Detail   string `json:"detail"`
}

// RepairView is a file with what is wrong in it and what would mend it.
type RepairView struct {
	App          string             `json:"app"`
	Name         string             `json:"name"`
	Path         string             `json:"path"`
	ParsesBefore bool               `json:"parses_before"`
	ParsesAfter  bool               `json:"parses_after"`
	Problems     []RepairProblem    `json:"problems"`
	Files        []backend.FileDiff `json:"files"`
	Servers      int                `json:"servers"`
	Notes        []string           `json:"notes"`
	Copy         *backend.GoodCopy  `json:"copy"`
	Report       string             `json:"report"`
}

// EntryProof is how a server of a file did when it was started.
type EntryProof struct {
	Name    string      `json:"name"`
	OK      bool        `json:"ok"`
	Tools   int         `json:"tools"`
	Problem *text.Words `json:"problem,omitempty"`
}

// CheckApps looks at every file of the apps that are here. It only reads.
func (w *Window) CheckApps() ([]RepairView, error) {
	return w.repairs(backend.RepairRequest{Allow: "confirm", Noticed: true})
}

// PreviewRepair is what Repair would do to one file.
func (w *Window) PreviewRepair(app, path string, sureOnly bool) (RepairView, error) {
	views, err := w.repairs(repairOf(app, path, sureOnly))
	if err != nil {
		return RepairView{}, err
	}
	if len(views) == 0 {
		return RepairView{}, model.Fail("file_unreadable", nil, "path", path)
	}
	return views[0], nil
}

// Repair mends one file of an app; sureOnly leaves out what has to be asked.
func (w *Window) Repair(app, path string, sureOnly bool, how string) (backend.ChangeResult, error) {
	req := repairOf(app, path, sureOnly)
	req.Closing = closing(how)
	out, err := w.back.Repair(w.context(), req, false)
	return out.ChangeResult, err
}

// ParkedView is a server that a repair took out of a file: in the library,
// switched off.
type ParkedView struct {
	ID    string `json:"id"`
	Title string `json:"title"`
	// App is what people call the app that it stood in.
	App string `json:"app"`
	// Problem is why it cannot be taken on, null when it can.
	Problem *text.Words `json:"problem"`
}

// Parked lists the servers that are switched off.
func (w *Window) Parked() ([]ParkedView, error) {
	found, err := w.back.Parked(w.context())
	out := []ParkedView{}
	for _, p := range found {
		v := ParkedView{ID: p.ID, Title: p.Title, App: w.back.AppName(p.App)}
		if !p.Usable {
			v.Problem = words(model.Fail(p.Problem, nil, "name", p.Name))
		}
		out = append(out, v)
	}
	return out, err
}

// ForgetParked forgets a server that is switched off.
func (w *Window) ForgetParked(id string) error {
	return w.back.ForgetParked(w.context(), []string{id})
}

// RepairNotes gives what repairs of an app's files kept aside.
func (w *Window) RepairNotes(app string) ([]backend.RepairNote, error) {
	found, err := w.back.RepairNotes(w.context(), app)
	return list(found), err
}

// Doctor looks at everything once, until StopDoctor. It changes nothing.
func (w *Window) Doctor() (DoctorView, error) {
	ctx, stop := context.WithCancel(w.context())
	defer stop()
	w.mu.Lock()
	w.stopLook = stop
	w.mu.Unlock()
	d, err := w.back.Doctor(ctx, nil)
	if err != nil {
		return DoctorView{}, err
	}
	return DoctorView{Healthy: d.Healthy, Attention: d.Attention, Checks: list(d.Checks), Report: backend.DoctorReport(d, backend.ThisOwner())}, nil
}

// StopDoctor ends a check-up that is under way.
func (w *Window) StopDoctor() {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.stopLook != nil {
		w.stopLook()
	}
}

// DoctorView is what the doctor found, with a report for somebody who helps.
type DoctorView struct {
	Healthy   bool                  `json:"healthy"`
	Attention int                   `json:"attention"`
	Checks    []backend.DoctorCheck `json:"checks"`
	Report    string                `json:"report"`
}

// ProveEntries starts each server of a file once.
func (w *Window) ProveEntries(app, path string) ([]EntryProof, error) {
	found, err := w.back.ProveEntries(w.context(), app, path)
	out := []EntryProof{}
	for _, p := range found {
		out = append(out, EntryProof{Name: p.Name, OK: p.OK, Tools: p.Tools, Problem: words(p.Err)})
	}
	return out, err
}

func repairOf(app, path string, sureOnly bool) backend.RepairRequest {
	req := backend.RepairRequest{App: app, Path: path, Allow: "confirm", Noticed: true}
	if sureOnly {
		req.Allow = "safe"
	}
	return req
}

func (w *Window) repairs(req backend.RepairRequest) ([]RepairView, error) {
	plan, err := w.back.Repair(w.context(), req, true)
	if err != nil {
		return nil, err
	}
	owner, out := backend.ThisOwner(), []RepairView{}
	for _, v := range plan.Views {
		if len(v.Problems) == 0 {
			continue
		}
		view := RepairView{
			App: v.App, Name: v.Name, Path: v.Path, ParsesBefore: v.ParsesBefore, ParsesAfter: v.ParsesAfter,
			Problems: []RepairProblem{}, Files: []backend.FileDiff{}, Servers: v.Servers, Notes: list(v.Said()), Copy: v.Copy,
			Report: backend.RepairReport([]backend.RepairView{v}, owner),
		}
		for _, p := range v.Problems {
			view.Problems = append(view.Problems, RepairProblem{
				Code: p.Code, Severity: p.Severity, Fix: p.Fix, Server: p.Server,
				Where: p.Where, Line: p.Line, Mends: p.Mends, Title: p.Title, Detail: p.Detail,
			})
		}
		// As they stand in the file; what stands nowhere comes last.
		slices.SortStableFunc(view.Problems, func(a, b RepairProblem) int {
			return cmp.Or(cmp.Compare(min(1, b.Line), min(1, a.Line)), cmp.Compare(a.Line, b.Line))
		})
		for _, f := range plan.Files {
			if slices.Contains(v.Writes, f.Path) {
				view.Files = append(view.Files, f)
			}
		}
		out = append(out, view)
	}
	return out, nil
}
