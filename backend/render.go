package backend

import (
	"cmp"
	"context"
	"encoding/json"
	"path/filepath"

	"toolbay/backend/clients"
	"toolbay/backend/model"
	"toolbay/backend/profiles"
)

// RenderRequest is an entry to be shown as an app would be given it.
type RenderRequest struct {
	Server, App string
	// OS is another system than this computer's: then nothing here is looked at,
	// and the paths are those of a fresh computer. "" is this computer.
	OS string
	// Scope is user (default), private or project.
	Scope string
	// Profile is a profile's id or name, "" for the server's own settings.
	Profile string
	// File is another file of that app's dialect.
	File string
	// Home and ProjectDir are folders there, in that system's form; "" invents
	// them. For this computer Home has no effect, and no ProjectDir is the
	// folder the program works in.
	Home, ProjectDir string

	word model.ProfileServer // what the profile has of its own for the server
}

// RenderView is what would be written, and where.
type RenderView struct {
	Path    string          `json:"path"`
	Format  string          `json:"format"`
	Pointer string          `json:"pointer"`
	Entry   json.RawMessage `json:"entry"`
	Text    string          `json:"text"`
	// Sure is how sure it is that the app reads that file: A, B or C.
	Sure string `json:"sure"`
}

// Render shows the entry of a server in an app's dialect, for any system. It
// only reads. Error codes: app_unknown, server_unknown, profile_unknown,
// profile_lacks, app_needs_file, no_place, keys_not_portable.
func (b *Backend) Render(ctx context.Context, req RenderRequest) (RenderView, error) {
	app, ok := b.apps.Get(req.App)
	if !ok {
		return RenderView{}, model.Fail("app_unknown", nil, "app", req.App)
	}
	s, err := b.server(ctx, req.Server)
	if err != nil {
		return RenderView{}, err
	}
	scope := cmp.Or(req.Scope, clients.User)
	path, at, err := b.place(app, scope, req)
	if err != nil {
		return RenderView{}, err
	}
	if err := b.inProfileOf(ctx, s, &req); err != nil {
		return RenderView{}, err
	}
	l, err := b.launchFor(s, at, scope, req)
	if err != nil {
		return RenderView{}, err
	}
	r, err := at.Dialect.Render(s.ID, l)
	if err != nil {
		return RenderView{}, err
	}
	return RenderView{Path: path, Format: r.Format, Pointer: r.Pointer, Entry: r.EntryJSON(), Text: r.Text, Sure: at.Sure}, nil
}

// place gives the file of a scope and the app with the dialect that it has
// there.
func (b *Backend) place(app clients.Client, scope string, req RenderRequest) (string, clients.Client, error) {
	if req.File != "" {
		return req.File, app.At(scope, req.ProjectDir).For(req.File), nil
	}
	if app.FileOnly {
		return "", app, model.Fail("app_needs_file", nil, "app", app.Name)
	}
	if req.OS != "" {
		m := clients.Machine{OS: req.OS, Home: req.Home, Project: req.ProjectDir}
		path, at, ok := app.PathOn(m, scope)
		if !ok {
			return "", app, model.Fail("no_place", nil, "app", app.Name, "system", systemName(req.OS))
		}
		return path, at, nil
	}
	project := cmp.Or(req.ProjectDir, b.o.ProjectDir)
	if project != "" {
		abs, err := filepath.Abs(project)
		if err != nil {
			return "", app, err
		}
		project = abs
	}
	found, err := b.apps.LookOne(b.system, app.ID, project)
	if err != nil {
		return "", app, err
	}
	f, ok := found.Primary(scope)
	if !ok {
		return "", app, model.Fail("no_place", nil, "app", app.Name, "system", systemName(b.system.OS))
	}
	return f.Path, app.At(scope, project).For(f.Path), nil
}

// inProfileOf finds the profile that a request names, which must have the
// server: the launcher starts nothing in one that has not.
func (b *Backend) inProfileOf(ctx context.Context, s model.Server, req *RenderRequest) error {
	if req.Profile == "" {
		return nil
	}
	p, err := b.Profile(ctx, req.Profile)
	if err != nil {
		return err
	}
	word, in := profiles.Of(p, s.ID)
	if req.Profile = profiles.Named(p.ID); !in && req.Profile != "" {
		return model.Fail("profile_lacks", nil, "profile", p.Name, "server", s.ID)
	}
	req.word = word
	return nil
}

// launchFor is what the entry starts: our launcher, the server itself where the
// app can speak to it, and in a file that is shared what works everywhere.
func (b *Backend) launchFor(s model.Server, at clients.Client, scope string, req RenderRequest) (clients.Launch, error) {
	if scope == clients.Project {
		l, err := b.portable(inProfile(s, req.word), at.ID)
		if err != nil {
			return clients.Launch{}, err
		}
		if !at.Dialect.Carries(*l) {
			return clients.Launch{}, model.Fail("keys_not_portable", nil, "app", at.Name, "name", s.ID)
		}
		return *l, nil
	}
	if l := native(s); l != nil && !profiles.Own(req.word) && at.Dialect.Speaks(*l) {
		return *l, nil
	}
	launcher := filepath.Join(b.home, "bin", launcherName())
	if req.OS != "" {
		launcher = clients.Machine{OS: req.OS, Home: req.Home}.Launcher()
	}
	return clients.Launch{Command: launcher, Args: clients.LauncherArgs(s.ID, req.Profile)}, nil
}

func systemName(goos string) string {
	switch goos {
	case "windows":
		return "Windows"
	case "darwin":
		return "macOS"
	}
	return "Linux"
}
