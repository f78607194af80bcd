package connect

import (
	"context"
	"errors"
	"io/fs"
	"slices"

	"toolbay/backend/changeset"
	"toolbay/backend/clients"
	"toolbay/backend/model"
)

// Shift is what should be otherwise in one app's own files or, with Project,
// in those that it reads in that folder.
type Shift struct {
	App     string
	Project string
	// Put are entries that should stand there, Take are servers whose entries of
	// ours should not.
	Put  []Want
	Take []string
	// Sweep takes every entry of ours away that is not in Put.
	Sweep bool
}

// Obstacle is an app that a plan could not be made for, and why.
type Obstacle struct {
	App  clients.Client
	File string
	Err  error
}

// PlanShift plans all shifts as one change. Apps that cannot be changed as they
// are now are told as obstacles and left out of the plan: it is the caller's to
// refuse the rest. Codes of an obstacle: app_not_found, app_managed and those of
// PlanConnect; of the error: app_unknown.
func (c *Connector) PlanShift(ctx context.Context, kind, title string, shifts []Shift) (Plan, []Obstacle, error) {
	launcher, err := c.Launcher()
	if err != nil {
		// Taking away must work where the launcher can no longer be put in place.
		if slices.ContainsFunc(shifts, func(s Shift) bool { return len(s.Put) > 0 }) {
			return Plan{}, nil, err
		}
		launcher = ""
	}
	known, err := c.ledger(ctx)
	if err != nil {
		return Plan{}, nil, err
	}
	b := &builder{known: known, launcher: launcher, vault: c.Vault}
	var stopped []Obstacle
	system := c.Apps.Looking(c.System)
	apps, errs := make([]clients.App, len(shifts)), make([]error, len(shifts))
	sideBySide(len(shifts), func(i int) {
		apps[i], errs[i] = c.Apps.LookOne(system, shifts[i].App, shifts[i].Project)
	})
	for i, s := range shifts {
		app := apps[i]
		if errs[i] != nil {
			return Plan{}, nil, errs[i]
		}
		if file, err := c.shiftApp(b, app, s); err != nil {
			stopped = append(stopped, Obstacle{App: app.Client, File: file, Err: err})
			b.forget(app.Client.ID)
		}
	}
	b.ahead(ctx)
	p := Plan{Change: changeset.Change{Kind: kind, Title: title}, Restart: []string{}}
	for _, e := range b.edits {
		if err := ctx.Err(); err != nil {
			return Plan{}, nil, err
		}
		if len(e.steps) == 0 {
			continue
		}
		before, err := clients.ReadFile(e.path)
		if errors.Is(err, fs.ErrNotExist) {
			err = nil
		}
		var after []byte
		if err == nil {
			after, err = e.run(before)
		}
		if err != nil {
			for _, s := range e.steps {
				stopped = append(stopped, Obstacle{App: s.client, File: e.path, Err: err})
			}
			continue
		}
		if same(before, after) {
			continue
		}
		for _, s := range e.steps {
			if !slices.Contains(p.Restart, s.client.ID) {
				p.Restart = append(p.Restart, s.client.ID)
			}
		}
		p.edits = append(p.edits, e)
		p.Change.Files = append(p.Change.Files, changeset.File{Path: e.path, Plan: e.run})
	}
	return p, stopped, nil
}

// shiftApp notes what a shift does to the files of one app. file is the one that
// stands in the way, if any.
func (c *Connector) shiftApp(b *builder, app clients.App, s Shift) (file string, err error) {
	wanted := map[string]bool{}
	for _, w := range s.Put {
		wanted[w.Server] = true
	}
	scope := s.scope()
	standing := b.standing(app, scope)
	var takes []standingEntry
	for _, e := range standing {
		if !wanted[e.server] && (s.Sweep || slices.Contains(s.Take, e.server)) {
			takes = append(takes, e)
		}
	}
	if len(s.Put) == 0 && len(takes) == 0 && !b.hidden(app, s) {
		return "", nil
	}
	switch {
	case !app.Found:
		return "", model.Fail("app_not_found", nil, "app", app.Client.Name)
	case app.Managed != "":
		return app.Managed, model.Fail("app_managed", nil, "app", app.Client.Name)
	}
	for _, f := range app.Files {
		if f.Scope == scope && (f.Health == clients.Broken || f.Health == clients.Unreadable) && (f.Primary && len(s.Put) > 0 || b.knows(f.Path)) {
			return f.Path, f.Err
		}
	}
	for _, e := range takes {
		b.edit(e.at, app.Client).takeKeeping(e.server)
	}
	if len(s.Put) == 0 {
		return "", nil
	}
	primary, ok := app.Primary(scope)
	switch {
	case !ok && s.Project != "":
		return "", model.Fail("no_project_file", nil, "app", app.Client.Name)
	case !ok:
		return "", model.Fail("app_not_found", nil, "app", app.Client.Name)
	}
	if err := mayMake(app, primary); err != nil {
		return primary.Path, err
	}
	for _, w := range s.Put {
		if slices.Contains(app.Client.Reserved, w.Server) {
			return primary.Path, model.Fail("name_reserved", nil, "app", app.Client.Name, "name", w.Server)
		}
		to := placeOf(app, Target{App: app.Client.ID, Scope: scope}, placeIn(primary), w.Server)
		e, err := wantedEntry(app.Client.Within(to.file, to.at), w, b.launcher)
		if err != nil {
			return primary.Path, err
		}
		b.edit(to, app.Client).put(e)
	}
	return "", nil
}

// standingEntry is an entry of ours that stands in a file.
type standingEntry struct {
	server string
	at     place
}

func (s Shift) scope() string {
	if s.Project != "" {
		return clients.Project
	}
	return clients.User
}

// standing gives the entries of ours in the app's files of a scope.
func (b *builder) standing(app clients.App, scope string) []standingEntry {
	var out []standingEntry
	for _, e := range app.Entries {
		of := slices.ContainsFunc(app.Files, func(f clients.FileState) bool { return placeIn(f) == place{e.File, e.At} && f.Scope == scope })
		if of && b.ours(e) {
			out = append(out, standingEntry{b.server(e), place{e.File, e.At}})
		}
	}
	return out
}

// hidden tells whether a shift may have something to take out of a file that
// cannot be read now.
func (b *builder) hidden(app clients.App, s Shift) bool {
	return (s.Sweep || len(s.Take) > 0) && slices.ContainsFunc(app.Files, func(f clients.FileState) bool {
		return f.Scope == s.scope() && (f.Health == clients.Broken || f.Health == clients.Unreadable) && b.knows(f.Path)
	})
}

// knows tells whether entries of ours stand in a file by the ledger.
func (b *builder) knows(file string) bool {
	for _, r := range b.known.entries {
		if r.File == file && !r.Gone {
			return true
		}
	}
	return false
}

// forget takes back what was noted for an app.
func (b *builder) forget(app string) {
	for _, e := range b.edits {
		e.steps = slices.DeleteFunc(e.steps, func(s *step) bool { return s.client.ID == app })
	}
}
