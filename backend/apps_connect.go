package backend

import (
	"context"
	"slices"
	"strings"

	"toolbay/backend/catalog/recipe"
	"toolbay/backend/changeset"
	"toolbay/backend/clients"
	"toolbay/backend/connect"
	"toolbay/backend/model"
	"toolbay/backend/profiles"
	"toolbay/backend/text"
)

// ConnectRequest is which servers should stand, or no longer stand, where.
type ConnectRequest struct {
	App     string
	Servers []string
	// File is another file of that app's dialect; "" is the app's own.
	File string
	// Scope is user (default), project or private.
	Scope string
	// Profile is the profile the entry comes from, "" for none.
	Profile string
	DryRun  bool
	Closing
}

// Connect puts servers into an app's file, for the profile in use or, without a
// change of the file, for another one. Error codes: server_unknown,
// profile_unknown and those of backend/connect and backend/changeset.
func (b *Backend) Connect(ctx context.Context, req ConnectRequest) (ChangeResult, error) {
	release, err := b.alone(ctx)
	if err != nil {
		return ChangeResult{}, err
	}
	defer release()
	ids := unique(req.Servers)
	e, p, err := b.editFor(ctx, req)
	if err != nil {
		return ChangeResult{}, err
	}
	var wants []connect.Want
	var titles []string
	var lost []Warning
	for _, id := range ids {
		s, err := b.server(ctx, id)
		if err != nil {
			return ChangeResult{}, err
		}
		w := wantIn(p, s)
		if _, err := b.wordOf(p, id); err != nil && w.Profile != "" && !req.own() && req.Scope != clients.Project {
			return ChangeResult{}, err // such an entry would start nothing
		}
		if req.Scope == clients.Project {
			if w.Portable, err = b.portable(s, req.App); err != nil {
				return ChangeResult{}, err
			}
			if c, ok := b.apps.Get(req.App); ok && w.Portable != nil {
				if word, _ := profiles.Of(p, id); word.Tools != nil {
					lost = append(lost, b.folderWarning(ctx, "tools_not_kept", c, id))
				}
			}
		}
		wants, titles = append(wants, w), append(titles, s.Title)
		if req.own() {
			p = profiles.TurnOn(p, id, req.App)
		}
	}
	title := strings.Join(titles, ", ")
	if req.own() && p.ID != e.in {
		return b.recordOnly(ctx, e, p, req, "connect", title)
	}
	if req.own() {
		e.set(p.ID, &p)
	}
	if req.File == "" {
		if err := b.otherLetters(req.App, wants); err != nil {
			return ChangeResult{}, err
		}
	}
	plan, err := b.connect.PlanConnect(ctx, "connect", title, b.targets(req), wants)
	if err == nil && !req.DryRun {
		err = b.closeFirst(ctx, plan.Restart, req.Closing)
	}
	if err != nil {
		return ChangeResult{}, err
	}
	res, err := b.change(ctx, plan, e, req.DryRun)
	res.Warnings = append(res.Warnings, lost...)
	return res, err
}

// own tells that a request is about an app's own file, which a profile is for.
func (req ConnectRequest) own() bool {
	return req.File == "" && (req.Scope == "" || req.Scope == clients.User)
}

// editFor begins a change of the profile that a request is for.
func (b *Backend) editFor(ctx context.Context, req ConnectRequest) (*profileEdit, model.Profile, error) {
	e, err := b.editing(ctx)
	if err != nil {
		return nil, model.Profile{}, err
	}
	id, err := b.profileID(ctx, req.Profile)
	if err != nil {
		return nil, model.Profile{}, err
	}
	p, err := e.load(ctx, b, id)
	return e, p, err
}

// wantIn is the entry of a server in a profile.
func wantIn(p model.Profile, s model.Server) connect.Want {
	w := connect.Want{Server: s.ID, Profile: profiles.Named(p.ID)}
	if word, _ := profiles.Of(p, s.ID); !profiles.Own(word) {
		w.Native = native(s)
	}
	return w
}

// recordOnly changes a profile that is not in use: no app's file has it.
func (b *Backend) recordOnly(ctx context.Context, e *profileEdit, p model.Profile, req ConnectRequest, kind, title string) (ChangeResult, error) {
	if _, ok := b.apps.Get(req.App); !ok {
		return ChangeResult{}, model.Fail("app_unknown", nil, "app", req.App)
	}
	e.set(p.ID, &p)
	return b.change(ctx, connect.Plan{Change: changeset.Change{Kind: kind, Title: title}}, e, req.DryRun)
}

// otherLetters refuses a name that an app has already in other letters: names
// are unique without regard to case, and not every app tells them apart. Error
// code: name_taken.
func (b *Backend) otherLetters(app string, wants []connect.Want) error {
	a, err := b.apps.LookOne(b.system, app, "")
	if err != nil {
		return err
	}
	for _, w := range wants {
		for _, e := range a.Entries {
			if e.Name != w.Server && strings.EqualFold(e.Name, w.Server) {
				return model.Fail("name_taken", nil, "app", a.Client.Name, "name", e.Name)
			}
		}
	}
	return nil
}

// Disconnect takes servers out of an app's file. Servers that are not
// installed any more may be named too.
func (b *Backend) Disconnect(ctx context.Context, req ConnectRequest) (ChangeResult, error) {
	release, err := b.alone(ctx)
	if err != nil {
		return ChangeResult{}, err
	}
	defer release()
	var titles []string
	for _, id := range unique(req.Servers) {
		name := id
		if s, err := b.store.Server(ctx, id); err == nil {
			name = s.Title
		}
		titles = append(titles, name)
	}
	e, p, err := b.editFor(ctx, req)
	if err != nil {
		return ChangeResult{}, err
	}
	if req.own() {
		for _, id := range unique(req.Servers) {
			p = profiles.TurnOff(p, id, req.App)
		}
	}
	title := strings.Join(titles, ", ")
	if req.own() && p.ID != e.in {
		return b.recordOnly(ctx, e, p, req, "disconnect", title)
	}
	e.set(p.ID, &p)
	plan, err := b.connect.PlanDisconnect(ctx, "disconnect", title, b.targets(req), unique(req.Servers))
	if err == nil && !req.DryRun {
		err = b.closeFirst(ctx, plan.Restart, req.Closing)
	}
	if err != nil {
		return ChangeResult{}, err
	}
	return b.change(ctx, plan, e, req.DryRun)
}

func (b *Backend) targets(req ConnectRequest) []connect.Target {
	scope := req.Scope
	if scope == "" {
		scope = clients.User
	}
	return []connect.Target{{App: req.App, File: req.File, Scope: scope, ProjectDir: b.o.ProjectDir}}
}

// change makes a plan, and the edit of profiles that belongs to it, or shows it.
func (b *Backend) change(ctx context.Context, plan connect.Plan, e *profileEdit, dryRun bool) (ChangeResult, error) {
	folders := []Warning{}
	plan, err := b.withFolders(ctx, plan, e, &folders)
	if err != nil {
		return ChangeResult{}, err
	}
	files, err := b.connect.Preview(ctx, plan)
	if err != nil {
		return ChangeResult{}, err
	}
	out := ChangeResult{Files: b.diffs(files), Restart: b.restarts(plan.Restart), Warnings: []Warning{}}
	if plan.Change.Kind == "connect" {
		out.Warnings = b.warn(ctx, e)
	}
	out.Warnings = append(out.Warnings, folders...)
	if dryRun || len(files) == 0 && e.nothing() {
		return out, nil
	}
	if plan.Change.Kind == "connect" {
		if err := b.placeLauncher(); err != nil {
			return ChangeResult{}, err
		}
	}
	record, err := b.withProfiles(ctx, e, "", func(n *profileNote) (changeset.Record, error) {
		plan.Change.Note, plan.Change.Keep = encodeNote(note{Profiles: n}), !e.nothing()
		return b.connect.Apply(ctx, plan)
	})
	if err != nil && record.ID == "" {
		return ChangeResult{}, err
	}
	out.Change = record.ID
	for _, what := range []string{"apps", "servers", "history", "profiles"} {
		b.o.Changed(what)
	}
	return out, nil
}

// portable is the entry for a file that is shared with others: it needs
// nothing of ours on their computer and holds no key.
func (b *Backend) portable(s model.Server, app string) (*clients.Launch, error) {
	c, ok := b.apps.Get(app)
	if !ok {
		return nil, model.Fail("app_unknown", nil, "app", app)
	}
	if s.Package.Type == "local" || s.Package.Type == "mcpb" || len(s.Package.Tools) > 0 {
		return nil, model.Fail("not_shareable", nil, "name", s.Title)
	}
	var refs []string
	for _, i := range s.Inputs {
		if i.Set {
			refs = append(refs, i.Name)
		}
	}
	r := recipeOf(s)
	l := &clients.Launch{Command: r.Command, Args: append(r.Args, s.Arguments...), Env: map[string]string{}}
	for k, v := range r.Env {
		l.Env[k] = v
	}
	var prompts []clients.Prompt
	d, lost := c.At(clients.Project, "").Dialect, false
	ref := func(v string) string {
		for _, name := range refs {
			key, prompt := d.KeyRef(s.ID, name)
			lost = lost || key == "" && strings.Contains(v, recipe.SecretMark(name))
			if prompt != nil && strings.Contains(v, recipe.SecretMark(name)) && !slices.ContainsFunc(prompts, func(p clients.Prompt) bool { return p.ID == prompt.ID }) {
				prompt.Text = s.Title + ": " + LabelOf(model.Input{Name: name})
				prompts = append(prompts, *prompt)
			}
			v = strings.ReplaceAll(v, recipe.SecretMark(name), key)
		}
		return v
	}
	for k, v := range r.SecretEnv {
		l.Env[k] = ref(v)
	}
	if s.Remote != nil {
		// Whoever reads the file signs in with their own app.
		l = &clients.Launch{URL: ref(r.URL), Transport: s.Remote.Transport, Headers: map[string]string{}}
		for k, v := range r.Headers {
			l.Headers[k] = ref(v)
		}
	} else {
		for i, a := range l.Args {
			l.Args[i] = ref(a)
		}
	}
	if lost && c.HasScope(clients.Project) {
		// An app without a sign for its reader's own variable.
		return nil, model.Fail("keys_not_portable", nil, "app", c.Name, "name", s.ID)
	}
	l.Prompts = sortedPrompts(prompts)
	return l, nil
}

// sortedPrompts gives the prompts in an order that is the same each time.
func sortedPrompts(list []clients.Prompt) []clients.Prompt {
	slices.SortFunc(list, func(a, b clients.Prompt) int { return strings.Compare(a.ID, b.ID) })
	return list
}

func (b *Backend) restarts(apps []string) []Restart {
	out := []Restart{}
	for _, id := range apps {
		if c, ok := b.apps.Get(id); ok {
			out = append(out, Restart{App: id, Name: c.Name, Text: text.Line(c.Restart)})
		}
	}
	return out
}
