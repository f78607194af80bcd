package backend

import (
	"context"

	"toolbay/backend/changeset"
	"toolbay/backend/connect"
	"toolbay/backend/model"
	"toolbay/backend/profiles"
)

// appsOfProfile names the apps of an install for the profile in use that names
// none: those of the profile that are here.
func (b *Backend) appsOfProfile(ctx context.Context, req *InstallRequest) error {
	if req.Profile == "" || len(req.Apps) > 0 {
		return nil
	}
	p, err := b.Profile(ctx, req.Profile)
	if err != nil {
		return err
	}
	active, err := b.activeProfile(ctx)
	if err != nil || p.ID != active {
		return err
	}
	for _, app := range p.Apps {
		if a, err := b.apps.LookOne(b.system, app, ""); err == nil && a.Found && a.Managed == "" {
			req.Apps = append(req.Apps, app)
		}
	}
	return nil
}

// apps are those that will have the server.
func (in *installation) apps() []string {
	out := append([]string{}, in.req.Apps...)
	for _, p := range in.req.adopts {
		out = append(out, p.App)
	}
	return append([]string{}, unique(out)...)
}

// connect keeps the server with its keys and tells the chosen apps, all or
// none, and notes the install in the history either way.
func (in *installation) connect(ctx context.Context, server model.Server) (change string, restart []Restart, err error) {
	b := in.b
	release, err := b.alone(ctx)
	if err != nil {
		return "", nil, err
	}
	defer release()
	// What is kept of entries is another server's that had the id.
	if err := b.connect.Forget(ctx, in.id); err != nil {
		return "", nil, err
	}
	plan, edit, err := in.planApps(ctx)
	if err != nil {
		return "", nil, err
	}
	if in.req.CloseApps {
		if err := b.closeFirst(ctx, plan.Restart, in.req.Closing); err != nil {
			return "", nil, err
		}
	}
	if len(plan.Change.Files) > 0 {
		if err := b.placeLauncher(); err != nil {
			return "", nil, err
		}
	}
	if err := in.keepKeys(server.KeysIn); err != nil {
		return "", nil, err
	}
	if err := b.putServer(ctx, server); err != nil {
		return "", nil, err
	}
	if plan, err = b.withFolders(ctx, plan, edit, &in.warnings); err != nil {
		return "", nil, err
	}
	if len(in.was) > 0 {
		if err := b.keepOriginals(ctx, server, in.was, in.req.Secrets); err != nil {
			return "", nil, err
		}
	}
	record, err := b.withProfiles(ctx, edit, "", func(n *profileNote) (changeset.Record, error) {
		plan.Change.Note, plan.Change.Keep = noteInstalled(server, n), true
		return b.connect.Apply(ctx, plan)
	})
	if err != nil && record.ID == "" {
		return "", nil, err
	}
	return record.ID, b.restarts(plan.Restart), nil
}

// keepKeys puts the keys where the launcher finds them. That comes only once
// the server has answered with them, for it ends what an undo of an earlier
// removal could bring back.
func (in *installation) keepKeys(where string) error {
	if len(in.req.Secrets) == 0 {
		return nil
	}
	keys := in.b.keysIn(where)
	in.claim.Keys = keys.Where()
	if err := in.claim.write(); err != nil {
		return err
	}
	in.b.forgetKeysInTrash(in.id, keys)
	return keys.Set(in.id, "", in.req.Secrets)
}

// planApps plans the apps' files, and the profile that gets the server. Apps are
// told only when that is the one in use.
func (in *installation) planApps(ctx context.Context) (connect.Plan, *profileEdit, error) {
	plan := connect.Plan{Change: changeset.Change{Kind: "install", Title: in.title}, Restart: []string{}}
	e, p, err := in.b.editFor(ctx, ConnectRequest{Profile: in.req.Profile})
	if err != nil {
		return plan, nil, err
	}
	if len(in.req.adopts) > 0 {
		p = profiles.AddOff(p, in.id)
		for _, place := range in.req.adopts {
			if place.Project == "" { // a profile is for what an app has everywhere
				p = profiles.TurnOn(p, in.id, place.App)
			}
		}
		e.set(p.ID, &p)
		plan, in.was, err = in.b.connect.PlanAdopt(ctx, in.title, in.adoptions(profiles.Named(p.ID)))
		return plan, e, err
	}
	var targets []connect.Target
	for _, app := range in.req.Apps {
		targets = append(targets, connect.Target{App: app, Scope: "user"})
		if _, ok := in.b.apps.Get(app); !ok {
			return plan, nil, model.Fail("app_unknown", nil, "app", app)
		}
		p = profiles.TurnOn(p, in.id, app)
	}
	switch {
	case len(targets) > 0 || in.req.alone:
	case in.req.Profile != "":
		p = profiles.Add(p, in.id)
	default:
		p = profiles.AddOff(p, in.id)
	}
	e.set(p.ID, &p)
	if p.ID != e.in {
		return plan, e, nil
	}
	wants := []connect.Want{{Server: in.id, Profile: profiles.Named(p.ID), Native: in.native}}
	for _, t := range targets {
		if err := in.b.otherLetters(t.App, wants); err != nil {
			return plan, nil, err
		}
	}
	plan, err = in.b.connect.PlanConnect(ctx, "install", in.title, targets, wants)
	return plan, e, err
}
