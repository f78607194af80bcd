package backend

import (
	"context"
	"maps"
	"runtime/debug"
	"slices"

	"toolbay/backend/changeset"
	"toolbay/backend/clients"
	"toolbay/backend/connect"
	"toolbay/backend/model"
	"toolbay/backend/profiles"
	"toolbay/backend/text"
)

// ProfileResult answers every change of a profile.
type ProfileResult struct {
	Profile string     `json:"profile"`
	Name    string     `json:"name"`
	Active  bool       `json:"active"`
	Change  string     `json:"change"`
	Files   []FileDiff `json:"files"`
	Restart []Restart  `json:"restart"`
	// Skipped are apps that were left as they are because the user said so.
	Skipped []string `json:"skipped"`
	// Room is how much the profile takes in each of its apps, and Warnings tell
	// what it comes up against there.
	Room     []AppRoom `json:"room"`
	Warnings []Warning `json:"warnings"`
}

// Warning is something to know before it is in the way.
type Warning struct {
	Code   string `json:"code"`
	App    string `json:"app"`
	Server string `json:"server"`
	Text   string `json:"text"`
}

// ProfileSave is a profile as it should be.
type ProfileSave struct {
	// Profile replaces the one with its ID; with no ID it is a new one.
	Profile model.Profile
	// Secrets are values of the profile's own keys, by server and name. They go
	// to the keychain only. A server that is not named keeps what it has; one
	// that is has these keys and no others.
	Secrets map[string]map[string]string
	// AcceptRisk agrees to keys in a file where there is no keychain.
	AcceptRisk bool
	// Skip are apps to leave as they are.
	Skip   []string
	DryRun bool
}

// SaveProfile makes a profile, or gives one another content, as one change: of
// the apps' files too when it is the one in use. Error codes: those of
// checkProfile, profile_unknown, apps_in_the_way, consent_needed, and those of
// backend/connect, backend/changeset and backend/secrets.
func (b *Backend) SaveProfile(ctx context.Context, req ProfileSave) (ProfileResult, error) {
	return b.editProfile(ctx, commit{title: req.Profile.Name, skip: req.Skip, dryRun: req.DryRun}, func(e *profileEdit) (string, error) {
		p := req.Profile
		if p.ID == "" {
			id, err := b.newProfileID(ctx, p.Name)
			if err != nil {
				return "", err
			}
			p.ID = id
		} else if _, err := e.load(ctx, b, p.ID); err != nil {
			return "", err
		}
		was := e.was[p.ID]
		p, err := b.checkProfile(ctx, p, was)
		if err != nil {
			return "", err
		}
		if p, err = b.ownKeys(ctx, e, p, was, req.Secrets, req.AcceptRisk, req.DryRun); err != nil {
			return "", err
		}
		e.set(p.ID, &p)
		return p.ID, nil
	})
}

func (b *Backend) newProfileID(ctx context.Context, name string) (string, error) {
	names, err := b.store.ProfileNames(ctx)
	return profiles.ID(name, func(id string) bool { _, taken := names[id]; return taken || id == model.DefaultProfile }), err
}

// ownKeys works out which keys of its own a profile will have: those given and,
// of servers that nothing is said of, those it has. Keys that no longer have a
// place in it are forgotten with the undo.
func (b *Backend) ownKeys(ctx context.Context, e *profileEdit, p model.Profile, was *model.Profile, given map[string]map[string]string, risk, dry bool) (model.Profile, error) {
	var had []model.ProfileServer
	if was != nil {
		had = was.Servers
	}
	for i, s := range p.Servers {
		values, say := given[s.Server]
		at := slices.IndexFunc(had, func(h model.ProfileServer) bool { return h.Server == s.Server })
		if !say {
			p.Servers[i].Keys = nil
			if at >= 0 {
				p.Servers[i].Keys = had[at].Keys
			}
			continue
		}
		server, err := b.server(ctx, s.Server)
		if err != nil {
			return p, err
		}
		if p.Servers[i].Keys, err = checkOwnKeys(server, values); err != nil {
			return p, err
		}
		if dry {
			continue
		}
		if server, err = b.keysPlaceFor(ctx, server, values, risk); err != nil {
			return p, err
		}
		m, err := b.moving(server, p.ID, at >= 0 && len(had[at].Keys) > 0, values)
		if err != nil {
			return p, err
		}
		e.keys, e.made = append(e.keys, m), true
	}
	return p, b.dropOwnKeys(ctx, e, p, had, dry)
}

// dropOwnKeys forgets, with the undo, the own keys for servers that a profile
// no longer has.
func (b *Backend) dropOwnKeys(ctx context.Context, e *profileEdit, p model.Profile, had []model.ProfileServer, dry bool) error {
	for _, h := range had {
		if _, in := profiles.Of(p, h.Server); in || len(h.Keys) == 0 || dry {
			continue
		}
		server, err := b.server(ctx, h.Server)
		if err != nil {
			return err
		}
		m, err := b.moving(server, p.ID, true, nil)
		if err != nil {
			return err
		}
		e.keys, e.made = append(e.keys, m), true
	}
	return nil
}

// checkOwnKeys names the keys of a profile's own for a server. All that the
// server cannot do without must be among them: none is taken from the server's
// own. Error codes: key_unknown, input_needed.
func checkOwnKeys(s model.Server, values map[string]string) ([]string, error) {
	if len(values) == 0 {
		return nil, nil
	}
	var needs []model.Need
	known := map[string]bool{}
	for _, i := range s.Inputs {
		if !i.Secret && !i.Set {
			continue
		}
		known[i.Name] = true
		if values[i.Name] == "" && i.Required {
			needs = append(needs, model.Need{Kind: "secret", Name: i.Name, Text: about(i.Input), Flag: "--secret " + i.Name + "=-"})
		}
	}
	for name, v := range values {
		if !known[name] {
			return nil, model.Fail("key_unknown", nil, "name", name, "server", s.Title)
		}
		if v == "" {
			return nil, model.Fail("secret_missing", nil, "name", name)
		}
	}
	return slices.Sorted(maps.Keys(values)), needed(needs)
}

// keysPlaceFor looks where the keys of a server go, as ReplaceKey does.
func (b *Backend) keysPlaceFor(ctx context.Context, s model.Server, values map[string]string, risk bool) (model.Server, error) {
	if len(values) == 0 || s.KeysIn != "" {
		return s, nil
	}
	where, err := b.keysPlace(ctx)
	if where != "file" && err == nil {
		return s, nil
	}
	if err != nil && !risk {
		e := model.Fail("consent_needed", err)
		e.Needs = []model.Need{keysFileNeed(err)}
		return s, e
	}
	if hasKeys(s) {
		return s, err // its own are in the keychain, which is not here now
	}
	s.KeysIn = "file"
	return s, b.putServer(ctx, s)
}

// commit is how a change of profiles is told and made.
type commit struct {
	kind, title string
	skip        []string
	only        string // the one app whose files may change, "" for all
	dryRun      bool
	closing     Closing
}

// editProfile makes one change of profiles: edit says what they will be, and
// which one the answer is about.
func (b *Backend) editProfile(ctx context.Context, c commit, edit func(*profileEdit) (about string, err error)) (ProfileResult, error) {
	release, err := b.alone(ctx)
	if err != nil {
		return ProfileResult{}, err
	}
	defer release()
	// Much is read and little of it kept: collecting as seldom as this takes some
	// ten megabytes and saves a quarter of the time. No other change is under way.
	defer debug.SetGCPercent(debug.SetGCPercent(400))
	e, err := b.editing(ctx)
	if err != nil {
		return ProfileResult{}, err
	}
	id, err := edit(e)
	if err != nil {
		b.forgetMoves(e.keys)
		return ProfileResult{}, err
	}
	return b.commitProfiles(ctx, e, c, id)
}

// commitProfiles works out what an edit asks of the apps' files and makes all
// of it, or shows it.
func (b *Backend) commitProfiles(ctx context.Context, e *profileEdit, c commit, about string) (res ProfileResult, err error) {
	res = ProfileResult{Profile: about, Active: e.to == about, Files: []FileDiff{}, Restart: []Restart{}, Skipped: []string{}, Room: []AppRoom{}, Warnings: []Warning{}}
	made := false
	defer func() {
		if !made && e.made {
			b.forgetMoves(e.keys)
		}
	}()
	from, err := e.load(ctx, b, e.in)
	if was := e.was[e.in]; was != nil && err == nil {
		from = *was
	}
	if err != nil {
		return res, err
	}
	to, err := e.load(ctx, b, e.to)
	if err != nil {
		return res, err
	}
	for _, p := range []*model.Profile{e.was[about], e.is[about]} {
		if p != nil {
			res.Name = p.Name
		}
	}
	servers, err := b.serversByID(ctx)
	if err != nil {
		return res, err
	}
	if p := e.is[about]; p != nil {
		res.Room, res.Warnings = b.weigh(*p, servers, p.Apps)
	}
	plan, err := b.planProfiles(ctx, e, c, from, to, servers, &res)
	if err != nil {
		return res, err
	}
	files, show, err := b.connect.Ahead(ctx, plan)
	if err != nil {
		return res, err
	}
	res.Restart = b.restarts(plan.Restart)
	if c.dryRun || e.nothing() && files == 0 {
		res.Files = b.diffs(show())
		return res, nil
	}
	if err := b.closeFirst(ctx, plan.Restart, c.closing); err != nil {
		return res, err
	}
	if files > 0 {
		if err := b.placeLauncher(); err != nil {
			return res, err
		}
	}
	var skipped []leftover
	for _, app := range res.Skipped {
		skipped = append(skipped, leftover{ID: "app-" + app, Code: AppSkipped, App: app})
	}
	if err := b.leave(ctx, skipped...); err != nil {
		return res, err
	}
	made = true // from here on withProfiles sees to what was made for the edit
	record, err := b.withProfiles(ctx, e, "", func(n *profileNote) (changeset.Record, error) {
		plan.Change.Note, plan.Change.Keep = encodeNote(note{Profiles: n}), true
		return b.connect.Apply(ctx, plan)
	})
	if err != nil {
		return res, err
	}
	res.Change, res.Files = record.ID, b.diffs(show())
	for _, what := range []string{"profiles", "apps", "servers", "history", "keys"} {
		b.o.Changed(what)
	}
	if len(skipped) > 0 {
		b.o.Changed("notices")
	}
	return res, nil
}

// planProfiles plans the apps' files. Error code: apps_in_the_way, with one
// need for each app that could be left as it is.
func (b *Backend) planProfiles(ctx context.Context, e *profileEdit, c commit, from, to model.Profile, servers map[string]model.Server, res *ProfileResult) (connect.Plan, error) {
	kind := c.kind
	if kind == "" {
		kind = "profile"
	}
	empty := connect.Plan{Change: changeset.Change{Kind: kind, Title: c.title}}
	if c.title == "" {
		empty.Change.Title = res.Name
	}
	shifts, err := b.folderShifts(ctx, e, &res.Warnings)
	if err != nil {
		return empty, err
	}
	again := kind == "switch" && e.in == e.to // brings an app up to date that was left as it was
	if _, differ := profiles.Diff(&from, &to); e.in != e.to || differ || again {
		shifts = append(ownShifts(from, to, servers, again), shifts...)
	}
	if c.only != "" {
		shifts = slices.DeleteFunc(shifts, func(s connect.Shift) bool { return s.App != c.only })
		if len(shifts) == 0 { // an app that the profile has nothing to do with
			shifts = append(shifts, connect.Shift{App: c.only, Sweep: true})
		}
	}
	if len(shifts) == 0 {
		return empty, nil
	}
	shifts = slices.DeleteFunc(shifts, func(s connect.Shift) bool {
		skip := slices.Contains(c.skip, s.App)
		if skip && !slices.Contains(res.Skipped, s.App) {
			res.Skipped = append(res.Skipped, s.App)
		}
		return skip
	})
	for _, app := range res.Skipped {
		left := model.Fail("app_skipped", nil, "app", b.appName(app), "profile", to.Name)
		res.Warnings = append(res.Warnings, Warning{Code: "app_skipped", App: app, Text: text.ForError(left).Message})
	}
	plan, stopped, err := b.connect.PlanShift(ctx, kind, empty.Change.Title, shifts)
	if err != nil {
		return empty, err
	}
	var needs []model.Need
	var names []string
	var why error
	for _, o := range stopped {
		switch code := model.Code(o.Err); code {
		case "app_not_found", "app_managed":
			res.Warnings = append(res.Warnings, Warning{Code: code, App: o.App.ID, Text: text.ForError(o.Err).Message})
		default:
			needs = append(needs, model.Need{Kind: "skip", Name: o.App.ID, Text: text.ForError(o.Err).Message, Flag: "--skip " + o.App.ID})
			names, why = append(names, o.App.Name), o.Err
		}
	}
	if len(needs) > 0 {
		e := model.Fail("apps_in_the_way", why, "apps", text.List(names))
		e.Needs = needs
		return empty, e
	}
	return plan, nil
}

// ownShifts tells what each app's own files need to come from one profile to the
// other, or from how one was to how it is; with all, whatever stands there now.
func ownShifts(from, to model.Profile, servers map[string]model.Server, all bool) []connect.Shift {
	launches := map[string]*clients.Launch{}
	here := map[string]bool{}
	for id, s := range servers {
		here[id], launches[id] = true, native(s)
	}
	was := map[string]model.ProfileServer{}
	for _, s := range from.Servers {
		was[s.Server] = s
	}
	var out []connect.Shift
	for _, app := range profiles.AppsOf(from, to) {
		shift := connect.Shift{App: app, Sweep: all || from.ID != to.ID}
		got := map[string]bool{}
		for _, s := range to.Servers {
			on := here[s.Server] && slices.Contains(to.Apps, app) && !slices.Contains(s.Off, app)
			got[s.Server] = on
			old, had := was[s.Server]
			stays := !all && from.ID == to.ID && had && profiles.Own(old) == profiles.Own(s) && slices.Contains(from.Apps, app) && !slices.Contains(old.Off, app)
			if on && !stays {
				w := connect.Want{Server: s.Server, Profile: profiles.Named(to.ID), Native: launches[s.Server]}
				if profiles.Own(s) {
					w.Native = nil
				}
				shift.Put = append(shift.Put, w)
			}
		}
		for _, s := range from.Servers {
			if !got[s.Server] && slices.Contains(from.Apps, app) && !slices.Contains(s.Off, app) {
				shift.Take = append(shift.Take, s.Server)
			}
		}
		out = append(out, shift)
	}
	return out
}

func sortedKeys[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }

// openProfiles brings the profiles up to date at the start: what a killed
// program left half done, and the first profile.
func (b *Backend) openProfiles(ctx context.Context) error {
	b.settleProfilesAtStart(ctx)
	if id, err := b.store.ActiveProfile(ctx); id != "" || err != nil {
		return err
	}
	if all, active := b.mirroredProfiles(); slices.ContainsFunc(all, func(p model.Profile) bool { return p.ID == model.DefaultProfile }) {
		return b.store.FirstProfiles(ctx, all, active)
	}
	return b.firstProfile(ctx)
}

// userFile tells whether a file is one of the app's own, not of a project.
func userFile(a clients.App, path string) bool {
	return slices.ContainsFunc(a.Files, func(f clients.FileState) bool { return f.Path == path && f.Scope == clients.User })
}
