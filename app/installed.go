package app

import (
	"cmp"
	"time"

	"toolbay/backend"
	"toolbay/backend/model"
	"toolbay/backend/text"
)

// ServerView is one row of the Installed screen.
type ServerView struct {
	ID        string             `json:"id"`
	Title     string             `json:"title"`
	Version   string             `json:"version"`
	Publisher string             `json:"publisher"`
	Category  string             `json:"category"`
	Package   backend.PackageRef `json:"package"`
	Listing   string             `json:"listing"`
	Status    string             `json:"status"`
	Problem   *text.Words        `json:"problem,omitempty"`
	// Alert is what its list says of it since: taken back, given up, renamed.
	Alert *text.Words  `json:"alert"`
	Log   string       `json:"log"`
	Tools []model.Tool `json:"tools"`
	// Costs are the tokens that each tool takes in every conversation.
	Costs     []int           `json:"costs"`
	Apps      []string        `json:"apps"`
	Profiles  []string        `json:"profiles"`
	Installed string          `json:"installed"`
	Checked   string          `json:"checked"`
	Sample    string          `json:"sample"`
	Settings  []ServerSetting `json:"settings"`
	// Account tells apart servers of one title; it stands in Title too.
	Account string `json:"account"`
	// SignedIn tells that somebody is signed in to it.
	SignedIn bool `json:"signed_in"`
	// Adopted tells that it was taken over from an app, which can have its entry
	// back.
	Adopted bool `json:"adopted"`
}

// ServerSetting is one input of a server with its answer; a key has none.
type ServerSetting struct {
	Key    string `json:"key"`
	Label  string `json:"label"`
	Secret bool   `json:"secret"`
	Set    bool   `json:"set"`
	Value  string `json:"value"`
}

// TestResult is the outcome of a test.
type TestResult struct {
	Server   string      `json:"server"`
	OK       bool        `json:"ok"`
	Protocol string      `json:"protocol"`
	Tools    []string    `json:"tools"`
	TookMS   int64       `json:"took_ms"`
	Error    *text.Words `json:"error,omitempty"`
	Log      string      `json:"log"`
}

// VerifyResult is one server compared with what was installed.
type VerifyResult struct {
	Server   string            `json:"server"`
	Title    string            `json:"title"`
	Version  string            `json:"version"`
	State    string            `json:"state"` // ok, wrong, unknown
	Files    int               `json:"files"`
	Findings []backend.Finding `json:"findings"`
}

// Servers lists what is installed.
func (w *Window) Servers() ([]ServerView, error) {
	servers, err := w.back.Servers(w.context())
	if err != nil {
		return nil, err
	}
	adopted, err := w.back.Adopted(w.context())
	if err != nil {
		return nil, err
	}
	out := []ServerView{}
	for _, s := range servers {
		v := ServerView{
			ID: s.ID, Title: s.Title, Version: s.Version, Publisher: s.Publisher, Category: s.Category,
			Package: s.Package, Listing: s.Listing, Status: s.Status, Tools: []model.Tool{}, Costs: []int{},
			Apps: s.Apps, Profiles: s.Profiles, Installed: s.Installed.Format(time.RFC3339),
			Sample: s.Server.Sample, Settings: []ServerSetting{}, Account: s.Account,
			Adopted:  adopted[s.ID],
			SignedIn: s.Server.Remote != nil && s.Server.Remote.SignIn && s.Status != backend.StatusNeedsSignIn,
		}
		if s.Alert != nil {
			v.Alert = words(s.Alert)
		}
		if s.Problem != nil {
			v.Problem = words(s.Problem)
		}
		if p := s.Server.Probe; p != nil {
			v.Costs = backend.ToolCosts(p)
			v.Tools, v.Log, v.Checked = list(p.Tools), p.Log, p.Time.UTC().Format(time.RFC3339)
		}
		for _, in := range s.Server.Inputs {
			v.Settings = append(v.Settings, ServerSetting{Key: in.Name, Label: cmp.Or(in.Title, backend.LabelOf(in.Input)), Secret: in.Secret, Set: in.Set || in.Answer != "", Value: in.Answer})
		}
		out = append(out, v)
	}
	return out, nil
}

// TestServer starts a server and says hello to it.
func (w *Window) TestServer(id string) (TestResult, error) {
	r, err := w.back.Test(w.context(), id)
	if err != nil {
		return TestResult{}, err
	}
	t := TestResult{Server: r.Server, OK: r.OK, Protocol: r.Protocol, Tools: r.Tools, TookMS: r.TookMS, Log: r.Log}
	if !r.OK {
		t.Error = words(model.Fail(r.Error, nil, "server", r.Server))
	}
	return t, nil
}

// RemoveServers takes servers away; undo of the change brings them back. With
// keys their keys are forgotten at once, and do not come back. how is what
// closing reads.
func (w *Window) RemoveServers(ids []string, keys bool, how string) (backend.RemoveResult, error) {
	req := backend.RemoveRequest{Servers: ids, Keys: keys, DryRun: true}
	would, err := w.back.RemoveWith(w.context(), req)
	if err == nil {
		err = w.back.CloseFirst(w.context(), would.Apps, closing(how))
	}
	if err != nil {
		return backend.RemoveResult{}, err
	}
	req.DryRun = false
	return w.back.RemoveWith(w.context(), req)
}

// VerifyServers compares servers, all when none are named, with what was
// installed. It changes nothing.
func (w *Window) VerifyServers(ids []string) ([]VerifyResult, error) {
	all, err := w.back.Verify(w.context(), ids...)
	if err != nil {
		return nil, err
	}
	out := []VerifyResult{}
	for _, r := range all {
		out = append(out, VerifyResult{Server: r.Server, Title: r.Title, Version: r.Version, State: r.State, Files: r.Files, Findings: list(r.Findings)})
	}
	return out, nil
}
