package app

import (
	"context"

	"github.com/wailsapp/wails/v2/pkg/runtime"

	"toolbay/backend"
	"toolbay/backend/job"
	"toolbay/backend/model"
	"toolbay/backend/text"
)

// OfferedServer is a server of a profile's file, seen from this computer.
type OfferedServer struct {
	// Name is its name in the file, Server its id here, "" when it would be
	// installed.
	Name    string               `json:"name"`
	Server  string               `json:"server"`
	Title   string               `json:"title"`
	Kind    string               `json:"kind"`
	Package backend.PastePackage `json:"package"`
	// Known is the title of the listing that has it, "" for none.
	Known string `json:"known"`
	// State is here, install or problem; Problem says why.
	State   string      `json:"state"`
	Problem *text.Words `json:"problem"`
	// Inputs are what the file does not say, their keys as ImportRequest takes
	// them.
	Inputs []InputField `json:"inputs"`
	// Warnings are sentences.
	Warnings []string `json:"warnings"`
}

// ProfileOffer is what a profile's file would bring.
type ProfileOffer struct {
	Name    string          `json:"name"`
	Servers []OfferedServer `json:"servers"`
	// Apps get the servers; Missing are names of apps that are not here.
	Apps    []string `json:"apps"`
	Missing []string `json:"missing"`
}

// PickProfile asks which profile's file to import; "" when none was chosen.
func (w *Window) PickProfile() (string, error) {
	return runtime.OpenFileDialog(w.context(), runtime.OpenDialogOptions{
		Title:   text.Line("pick.profile-open"),
		Filters: []runtime.FileFilter{{DisplayName: "JSON", Pattern: "*.json"}},
	})
}

// ReviewProfile says what a profile's file, or the one in a project's folder,
// would bring; nothing is fetched or written.
func (w *Window) ReviewProfile(path string) (ProfileOffer, error) {
	data, err := backend.ReadProfileFile(path)
	if err != nil {
		return ProfileOffer{}, err
	}
	r, err := w.back.ReviewProfile(w.context(), data)
	if err != nil {
		return ProfileOffer{}, err
	}
	out := ProfileOffer{Name: r.Name, Servers: []OfferedServer{}, Apps: list(r.Apps), Missing: []string{}}
	for _, app := range r.Missing {
		out.Missing = append(out.Missing, w.back.AppName(app))
	}
	for _, s := range r.Servers {
		o := OfferedServer{
			Name: s.Name, Server: s.Server, Title: s.Title, Kind: s.Kind, Package: s.Package, Known: s.Known,
			State: s.State, Inputs: []InputField{}, Warnings: []string{},
		}
		if s.Problem != "" {
			o.Problem = words(model.Fail(s.Problem, nil, "name", s.Title, "type", s.Kind))
		}
		for _, in := range s.Asks {
			f := field(in)
			f.Key = s.Name + "." + in.Name
			o.Inputs = append(o.Inputs, f)
		}
		for _, code := range s.Warnings {
			o.Warnings = append(o.Warnings, backend.PasteWarning(code))
		}
		out.Servers = append(out.Servers, o)
	}
	return out, nil
}

// ImportRequest is a profile's file with what it does not say.
type ImportRequest struct {
	// Path is the file, or a project's folder.
	Path string `json:"path"`
	// Name is what the profile is called, Apps are those that get its servers.
	Name string   `json:"name"`
	Apps []string `json:"apps"`
	// Answers and Secrets are by SERVER.NAME; Skip names servers to leave out.
	Answers      map[string]string `json:"answers"`
	Secrets      map[string]string `json:"secrets"`
	Skip         []string          `json:"skip"`
	AllowScripts bool              `json:"allow_scripts"`
	AcceptRisk   bool              `json:"accept_risk"`
	// Link is a project's folder that is linked to the new profile, or "".
	Link string `json:"link"`
}

// ImportedProfile is what an import brought.
type ImportedProfile struct {
	Profile string `json:"profile"`
	Name    string `json:"name"`
	// Installed and Here count servers that came and that were here; Left are
	// titles of those that are not in the profile.
	Installed int      `json:"installed"`
	Here      int      `json:"here"`
	Left      []string `json:"left"`
	// Files are what was written into the linked folder.
	Files []string `json:"files"`
}

// ImportProfile starts making a profile of a file: servers that are not here
// are installed, and the folder is linked. The window has shown what comes.
func (w *Window) ImportProfile(req ImportRequest) (string, error) {
	data, err := backend.ReadProfileFile(req.Path)
	if err != nil {
		return "", err
	}
	return w.jobs.Start("import", req.Name, req.Path, func(ctx context.Context, report job.Report) (any, error) {
		hide(ctx, req.Secrets)
		res, err := w.back.ImportProfile(ctx, backend.ProfileImport{
			Data: data, Name: req.Name, Answers: req.Answers, Secrets: req.Secrets, Skip: req.Skip,
			Yes: true, AcceptRisk: req.AcceptRisk, AllowScripts: req.AllowScripts,
			SignIn: func(_, page string) { w.showSignIn(page) },
		}, report)
		if err != nil {
			return nil, err
		}
		out := ImportedProfile{Profile: res.Profile, Name: res.Name, Installed: len(res.Installed), Here: len(res.Here), Left: []string{}, Files: []string{}}
		for _, l := range res.Left {
			out.Left = append(out.Left, l.Title)
		}
		if _, err := w.back.ProfileApps(ctx, backend.ProfileEdit{Profile: res.Profile}, req.Apps); err != nil {
			return nil, err
		}
		if req.Link == "" {
			return out, nil
		}
		report(job.Progress{Stage: "apps"})
		linked, err := w.back.LinkFolder(ctx, res.Profile, req.Link, nil, false)
		if err != nil {
			return nil, err
		}
		for _, f := range linked.Files {
			out.Files = append(out.Files, f.Path)
		}
		return out, nil
	}), nil
}

// ProjectFile is one file of a project's folder, with the apps that read it.
type ProjectFile struct {
	Path    string      `json:"path"`
	Apps    []string    `json:"apps"`
	Health  string      `json:"health"`
	Problem *text.Words `json:"problem"`
	Servers []EntryView `json:"servers"`
}

// ProjectView is what stands for AI apps in a project's folder.
type ProjectView struct {
	Folder string `json:"folder"`
	// Profile is the one that it is linked to, "" for none; Name is what it is
	// called.
	Profile string        `json:"profile"`
	Name    string        `json:"name"`
	Files   []ProjectFile `json:"files"`
	// Declares tells that the project declares servers of its own.
	Declares bool `json:"declares"`
}

// Project looks at a project's folder that the user named; it only reads.
func (w *Window) Project(folder string) (ProjectView, error) {
	p, err := w.back.Project(w.context(), folder)
	if err != nil {
		return ProjectView{}, err
	}
	out := ProjectView{Folder: p.Folder, Profile: p.Profile, Name: p.Name, Files: []ProjectFile{}, Declares: p.Declares}
	for _, f := range p.Files {
		v := ProjectFile{Path: f.Path, Apps: f.Apps, Health: f.Health, Problem: words(f.Err), Servers: []EntryView{}}
		for _, e := range f.Servers {
			v.Servers = append(v.Servers, EntryView{
				Name: e.Name, Server: e.Server, Command: e.Command, URL: e.URL, Enabled: e.Enabled,
				ReadableKeys: e.ReadableKeys, Ours: e.Server != "",
			})
		}
		out.Files = append(out.Files, v)
	}
	return out, nil
}
