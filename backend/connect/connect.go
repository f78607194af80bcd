package connect

import (
	"context"
	"path/filepath"
	"slices"
	"sync"
	"time"

	"toolbay/backend/changeset"
	"toolbay/backend/clients"
	"toolbay/backend/model"
)

// Connector plans and applies which entries stand in which app. All fields with
// names in capitals are needed. It is not to be copied.
type Connector struct {
	Apps    *clients.Table
	System  clients.System
	Changes *changeset.Engine
	Ledger  Ledger
	// Launcher gives the path of the stable copy of our program that entries
	// start.
	Launcher func() (string, error)
	// Now is the clock, nil for time.Now; Started tells since when an app's
	// program runs, nil for one that is never seen running.
	Now     func() time.Time
	Started func(clients.Client) (since time.Time, runs bool)
	// Vault keeps what the ledger must not; nil where there is none.
	Vault Vault

	reading sync.Mutex
	read    map[string]readRow // the ledger's entries as they were read last
}

// Target is a file to change.
type Target struct {
	App string
	// File is another file of that app's dialect; "" is the app's own. Only a
	// file named here is made for an app that is not on this computer.
	File       string
	Scope      string // user (default), project or private
	ProjectDir string
}

// Want is an entry that should stand in the targets.
type Want struct {
	Server, Profile string
	// Portable is what the entry starts where the file is shared with others;
	// nil starts our launcher.
	Portable *clients.Launch
	// Native is the server as an app is given it that speaks to servers on the
	// network itself; nil for one that only our launcher can reach, or that is to
	// be started with what a profile has of its own.
	Native *clients.Launch
}

// PlanConnect plans entries for wants in every target, as one change. An entry
// that stands there already as wanted is no change. Codes: app_unknown,
// app_not_found, app_managed, no_project_file, project_unknown, name_taken,
// name_reserved, keys_not_portable, file_broken, wrong_shape, file_unreadable,
// file_is_folder, link_dangling.
func (c *Connector) PlanConnect(ctx context.Context, kind, title string, targets []Target, wants []Want) (Plan, error) {
	launcher, err := c.Launcher()
	if err != nil {
		return Plan{}, err
	}
	known, err := c.ledger(ctx)
	if err != nil {
		return Plan{}, err
	}
	b := &builder{known: known, launcher: launcher, vault: c.Vault}
	for _, t := range targets {
		if err := c.connectTarget(b, t, wants); err != nil {
			return Plan{}, err
		}
	}
	return b.plan(ctx, kind, title)
}

func (c *Connector) connectTarget(b *builder, t Target, wants []Want) error {
	app, at, err := c.resolve(t)
	if err != nil {
		return err
	}
	if t.File == "" {
		if !app.Found {
			return model.Fail("app_not_found", nil, "app", app.Client.Name)
		}
		if app.Managed != "" {
			return model.Fail("app_managed", nil, "app", app.Client.Name)
		}
		if f, ok := app.Primary(scopeOf(t)); ok && placeIn(f) == at {
			if err := mayMake(app, f); err != nil {
				return err
			}
		}
	}
	for _, w := range wants {
		if slices.Contains(app.Client.Reserved, w.Server) {
			return model.Fail("name_reserved", nil, "app", app.Client.Name, "name", w.Server)
		}
		to := placeOf(app, t, at, w.Server)
		e, err := wantedEntry(app.Client.Within(to.file, to.at), w, b.launcher)
		if err != nil {
			return err
		}
		b.edit(to, app.Client).put(e)
	}
	return nil
}

// mayMake refuses to make a file where it is not sure that the app looks; one
// that is there and can be read is proof enough.
func mayMake(app clients.App, f clients.FileState) error {
	if f.Sure == clients.SureC && (f.Health == clients.Absent || f.Health == clients.Empty) {
		return model.Fail("place_unsure", nil, "app", app.Client.Name, "path", f.Path)
	}
	return nil
}

// placeOf is the place in which an entry belongs. Where an app reads two files
// in one scope and the name stands in the other one, it is that one: written
// twice, one of the two would hide the other.
func placeOf(app clients.App, t Target, at place, name string) place {
	if t.File != "" {
		return at
	}
	for _, e := range app.Entries {
		if e.Name != name || e.File == at.file {
			continue
		}
		for _, f := range app.Files {
			if placeIn(f) == (place{e.File, e.At}) && f.Scope == scopeOf(t) && !f.Unread {
				return placeIn(f)
			}
		}
	}
	return at
}

func placeIn(f clients.FileState) place { return place{f.Path, f.At} }

// PlanDisconnect plans to take the entries of servers out of the targets; no
// targets means everywhere we know of. Only entries that are ours go, and what
// we created for them goes with the last one. An entry that is not there is no
// change. Codes as PlanConnect, and not_ours for an entry of that name which
// we did not write.
func (c *Connector) PlanDisconnect(ctx context.Context, kind, title string, targets []Target, servers []string) (Plan, error) {
	// Taking away must work where the launcher can no longer be put in place;
	// without it only entries in the ledger count as ours.
	launcher, err := c.Launcher()
	if err != nil {
		launcher = ""
	}
	known, err := c.ledger(ctx)
	if err != nil {
		return Plan{}, err
	}
	b := &builder{known: known, launcher: launcher}
	if len(targets) == 0 {
		c.everywhere(b, servers)
	}
	for _, t := range targets {
		app, at, err := c.resolve(t)
		if err != nil {
			return Plan{}, err
		}
		files := []place{at}
		if t.File == "" {
			for _, f := range app.Files {
				if f.Scope == scopeOf(t) && placeIn(f) != at && f.Health == clients.OK && f.Aside == "" {
					files = append(files, placeIn(f))
				}
			}
		}
		for _, f := range files {
			for _, s := range servers {
				b.edit(f, app.Client).take(s, true)
			}
		}
	}
	return b.plan(ctx, kind, title)
}

// everywhere takes servers out of every file the ledger knows, and out of the
// apps' own files where an entry runs our launcher without being in the
// ledger. A file of the second kind that cannot be read holds nothing we know
// of and is passed over.
func (c *Connector) everywhere(b *builder, servers []string) {
	for _, r := range b.known.sorted() {
		if r.Gone && r.Loss == nil || !slices.Contains(servers, r.Server) {
			continue
		}
		if client, ok := c.Apps.Get(r.App); ok {
			b.edit(r.place(), client).take(r.Server, false)
		}
	}
	for _, app := range c.Apps.Look(c.System, "") {
		for _, e := range app.Entries {
			if slices.Contains(servers, e.Server) && b.ours(e) {
				b.edit(place{e.File, e.At}, app.Client).take(e.Server, false)
			}
		}
	}
}

// Places gives, by server, the files in which an entry of ours may stand. One
// that the ledger knows may have gone; where nothing is named, nothing stands.
func (c *Connector) Places(ctx context.Context) (map[string][]string, error) {
	launcher, err := c.Launcher()
	if err != nil {
		launcher = ""
	}
	known, err := c.ledger(ctx)
	if err != nil {
		return nil, err
	}
	b := &builder{known: known, launcher: launcher}
	places := map[string][]string{}
	for _, r := range known.sorted() {
		if !r.Gone {
			places[r.Server] = append(places[r.Server], r.File)
		}
	}
	for _, app := range c.Apps.Look(c.System, "") {
		for _, e := range app.Entries {
			if e.Server != "" && b.ours(e) {
				places[e.Server] = append(places[e.Server], e.File)
			}
		}
	}
	return places, nil
}

// Waiting gives the servers of which an entry that was somebody else's before is
// kept until a profile that has the server is in use again.
func (c *Connector) Waiting(ctx context.Context) (map[string]bool, error) {
	known, err := c.ledger(ctx)
	if err != nil {
		return nil, err
	}
	out := map[string]bool{}
	for _, k := range known.kept {
		out[k.Server] = out[k.Server] || k.Adopted && k.Out
	}
	return out, nil
}

// resolve finds the app of a target and the place that is meant.
func (c *Connector) resolve(t Target) (clients.App, place, error) {
	scope := scopeOf(t)
	project := ""
	if scope != clients.User {
		if project = t.ProjectDir; project == "" && t.File == "" {
			return clients.App{}, place{}, model.Fail("project_unknown", nil)
		}
	}
	app, err := c.Apps.LookOne(c.System, t.App, project)
	if err != nil {
		return app, place{}, err
	}
	if t.File != "" {
		file, err := filepath.Abs(t.File)
		if err != nil {
			return app, place{}, model.Fail("file_unreadable", err, "path", t.File)
		}
		return app, place{file: file}, nil
	}
	f, ok := app.Primary(scope)
	switch {
	case app.Client.FileOnly:
		return app, place{}, model.Fail("app_needs_file", nil, "app", app.Client.Name)
	case !ok && scope != clients.User && app.Client.HasScope(scope):
		return app, place{}, model.Fail("project_unknown", nil) // it is the home folder
	case !ok && scope == clients.Private:
		return app, place{}, model.Fail("no_private_place", nil, "app", app.Client.Name)
	case !ok && scope == clients.Project:
		return app, place{}, model.Fail("no_project_file", nil, "app", app.Client.Name)
	case !ok:
		return app, place{}, model.Fail("app_not_found", nil, "app", app.Client.Name)
	}
	return app, placeIn(f), nil
}

func scopeOf(t Target) string {
	if t.Scope == "" {
		return clients.User
	}
	return t.Scope
}
