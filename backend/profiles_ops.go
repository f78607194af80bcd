package backend

import (
	"context"
	"slices"
	"strings"

	"toolbay/backend/catalog/recipe"
	"toolbay/backend/launch"
	"toolbay/backend/model"
	"toolbay/backend/profiles"
)

// ProfileEdit is what the changes below have in common.
type ProfileEdit struct {
	// Profile is the profile's id or name, "" for the one in use.
	Profile string
	// Skip are apps to leave as they are, though the profile in use changes.
	Skip   []string
	DryRun bool
	Closing
}

// CreateProfile makes a profile; like names one that it starts as a copy of, ""
// for an empty one. Its own keys are copied too. Error codes:
// profile_name_invalid, profile_name_taken, profile_unknown, keychain_*.
func (b *Backend) CreateProfile(ctx context.Context, name, like string, dryRun bool) (ProfileResult, error) {
	return b.editProfile(ctx, commit{dryRun: dryRun}, func(e *profileEdit) (string, error) {
		p := model.Profile{Name: name}
		var err error
		if p.ID, err = b.newProfileID(ctx, name); err != nil {
			return "", err
		}
		if p.Name, err = b.nameFree(ctx, name, p.ID); err != nil {
			return "", err
		}
		if like != "" {
			from, err := b.Profile(ctx, like)
			if err != nil {
				return "", err
			}
			p.Apps, p.Servers = from.Apps, slices.Clone(from.Servers) // a folder belongs to one profile
			if err := b.copyKeys(ctx, e, from, p.ID, dryRun); err != nil {
				return "", err
			}
		}
		p = profiles.Tidy(p)
		e.set(p.ID, &p)
		return p.ID, nil
	})
}

// copyKeys gives a profile the own keys of another one.
func (b *Backend) copyKeys(ctx context.Context, e *profileEdit, from model.Profile, to string, dry bool) error {
	for _, word := range from.Servers {
		if len(word.Keys) == 0 || dry {
			continue
		}
		s, err := b.server(ctx, word.Server)
		if err != nil {
			return err
		}
		values, err := b.keysIn(s.KeysIn).Get(s.ID, from.ID)
		if err != nil {
			return err
		}
		m, err := b.moving(s, to, false, values)
		if err != nil {
			return err
		}
		e.keys, e.made = append(e.keys, m), true
	}
	return nil
}

// RenameProfile gives a profile another name; its id stays.
func (b *Backend) RenameProfile(ctx context.Context, ref, name string, dryRun bool) (ProfileResult, error) {
	return b.changeProfile(ctx, ProfileEdit{Profile: ref, DryRun: dryRun}, func(e *profileEdit, p model.Profile) (model.Profile, error) {
		var err error
		p.Name, err = b.nameFree(ctx, name, p.ID)
		return p, err
	})
}

// changeProfile changes one profile.
func (b *Backend) changeProfile(ctx context.Context, req ProfileEdit, change func(e *profileEdit, p model.Profile) (model.Profile, error)) (ProfileResult, error) {
	return b.editProfile(ctx, commit{skip: req.Skip, dryRun: req.DryRun, closing: req.Closing}, func(e *profileEdit) (string, error) {
		id, err := b.profileID(ctx, req.Profile)
		if err != nil {
			return "", err
		}
		p, err := e.load(ctx, b, id)
		if err != nil {
			return "", err
		}
		if p, err = change(e, p); err != nil {
			return "", err
		}
		p = profiles.Tidy(p)
		e.set(id, &p)
		return id, nil
	})
}

// DeleteProfile deletes a profile that is not in use. Undo brings it back, with
// its keys. Error codes: profile_unknown, profile_in_use, profile_stays (the
// first one).
func (b *Backend) DeleteProfile(ctx context.Context, ref string, dryRun bool) (ProfileResult, error) {
	return b.editProfile(ctx, commit{dryRun: dryRun}, func(e *profileEdit) (string, error) {
		id, err := b.profileID(ctx, ref)
		if err != nil {
			return "", err
		}
		p, err := e.load(ctx, b, id)
		switch {
		case err != nil:
			return "", err
		case id == model.DefaultProfile:
			return "", model.Fail("profile_stays", nil, "profile", p.Name)
		case id == e.in:
			return "", model.Fail("profile_in_use", nil, "profile", p.Name)
		}
		if err := b.dropOwnKeys(ctx, e, model.Profile{ID: id}, p.Servers, dryRun); err != nil {
			return "", err
		}
		e.set(id, nil)
		return id, nil
	})
}

// AddToProfile puts installed servers into a profile, on in all of its apps.
func (b *Backend) AddToProfile(ctx context.Context, req ProfileEdit, servers []string) (ProfileResult, error) {
	return b.changeProfile(ctx, req, func(e *profileEdit, p model.Profile) (model.Profile, error) {
		for _, id := range servers {
			if _, err := b.server(ctx, id); err != nil {
				return p, err
			}
		}
		return profiles.Add(p, servers...), nil
	})
}

// RemoveFromProfile takes servers out of a profile; they stay installed. Error
// code: profile_lacks.
func (b *Backend) RemoveFromProfile(ctx context.Context, req ProfileEdit, servers []string) (ProfileResult, error) {
	return b.changeProfile(ctx, req, func(e *profileEdit, p model.Profile) (model.Profile, error) {
		var gone []model.ProfileServer
		for _, id := range unique(servers) {
			word, err := b.wordOf(p, id)
			if err != nil {
				return p, err
			}
			gone = append(gone, word)
		}
		rest := profiles.Drop(p, servers...)
		return rest, b.dropOwnKeys(ctx, e, rest, gone, req.DryRun)
	})
}

func (b *Backend) wordOf(p model.Profile, server string) (model.ProfileServer, error) {
	word, in := profiles.Of(p, server)
	if !in {
		return word, model.Fail("profile_lacks", nil, "profile", p.Name, "server", server)
	}
	return word, nil
}

// ProfileApps says which apps get a profile's servers. Apps that are new to it
// get all of them.
func (b *Backend) ProfileApps(ctx context.Context, req ProfileEdit, apps []string) (ProfileResult, error) {
	return b.changeProfile(ctx, req, func(e *profileEdit, p model.Profile) (model.Profile, error) {
		for _, app := range apps {
			if _, ok := b.apps.Get(app); !ok {
				return p, model.Fail("app_unknown", nil, "app", app)
			}
		}
		p.Apps = apps
		return p, nil
	})
}

// ProfileTools says which tools of a server can be used in a profile: nil is
// all of them. Error codes: profile_lacks, tool_unknown.
func (b *Backend) ProfileTools(ctx context.Context, req ProfileEdit, server string, tools []string) (ProfileResult, error) {
	return b.changeProfile(ctx, req, func(e *profileEdit, p model.Profile) (model.Profile, error) {
		word, err := b.wordOf(p, server)
		if err != nil {
			return p, err
		}
		s, err := b.server(ctx, server)
		if err != nil {
			return p, err
		}
		for _, name := range tools {
			if s.Probe != nil && s.Probe.OK && !slices.Contains(toolNames(s.Probe.Tools), name) && !slices.Contains(word.Tools, name) {
				return p, model.Fail("tool_unknown", nil, "tool", name, "server", s.Title)
			}
		}
		word.Tools = tools
		return profiles.Put(p, word), nil
	})
}

// ProfileSet is what a profile has otherwise than a server itself.
type ProfileSet struct {
	ProfileEdit
	Server string
	// Answers are settings of the profile's own.
	Answers map[string]string
	// Secrets are keys of the profile's own. They go to the keychain only.
	Secrets map[string]string
	// Unset are names of settings and keys that are the server's own again, Reset
	// is all of them.
	Unset []string
	Reset bool
	// On and Off are apps of the profile that get the server, or do not.
	On, Off []string
	// AcceptRisk agrees to keys in a file where there is no keychain.
	AcceptRisk bool
}

// SetInProfile changes what a profile has of its own for a server. Error codes:
// profile_lacks, profile_is_own (the first one has the server's own settings),
// input_unknown, secret_as_answer, input_invalid, key_unknown, input_needed,
// profile_no_effect, consent_needed, keychain_*.
func (b *Backend) SetInProfile(ctx context.Context, req ProfileSet) (ProfileResult, error) {
	return b.changeProfile(ctx, req.ProfileEdit, func(e *profileEdit, p model.Profile) (model.Profile, error) {
		word, err := b.wordOf(p, req.Server)
		if err != nil {
			return p, err
		}
		s, err := b.server(ctx, req.Server)
		if err != nil {
			return p, err
		}
		if p.ID == model.DefaultProfile && len(req.Answers)+len(req.Secrets) > 0 {
			return p, model.Fail("profile_is_own", nil, "profile", p.Name, "server", s.Title)
		}
		for _, app := range append(slices.Clone(req.On), req.Off...) {
			if !slices.Contains(p.Apps, app) {
				return p, model.Fail("profile_lacks_app", nil, "profile", p.Name, "app", b.appName(app))
			}
		}
		word.Off = slices.DeleteFunc(slices.Clone(word.Off), func(a string) bool { return slices.Contains(req.On, a) })
		word.Off = append(word.Off, req.Off...)
		if err := setAnswers(s, &word, req); err != nil {
			return p, err
		}
		if err := b.setKeys(ctx, e, s, p, &word, req); err != nil {
			return p, err
		}
		return profiles.Put(p, word), nil
	})
}

// appName is what people call an app, its id where it is not known.
func (b *Backend) appName(id string) string {
	if c, ok := b.apps.Get(id); ok {
		return c.Name
	}
	return id
}

func setAnswers(s model.Server, word *model.ProfileServer, req ProfileSet) error {
	answers := map[string]string{}
	for name, v := range word.Answers {
		if !req.Reset && !slices.Contains(req.Unset, name) {
			answers[name] = v
		}
	}
	for name, v := range req.Answers {
		at := slices.IndexFunc(s.Inputs, func(i model.AnsweredInput) bool { return i.Name == name })
		switch {
		case at < 0 && !recipe.LooksSecret(name):
			return model.Fail("input_unknown", nil, "name", name)
		case at < 0 || s.Inputs[at].Secret || recipe.LooksSecret(name):
			return model.Fail("secret_as_answer", nil, "name", name)
		}
		in := s.Inputs[at]
		if err := recipe.Check(in.Input, v); err != nil {
			return err
		}
		answers[name] = v
		if v != in.Answer && sameStart(specOf(s), specOf(inProfile(s, model.ProfileServer{Answers: map[string]string{name: v}}))) {
			// What it says was built into the server when it was installed.
			return model.Fail("profile_no_effect", nil, "name", about(in.Input), "server", s.Title)
		}
	}
	word.Answers = answers
	return nil
}

// sameStart tells whether two specs start the same program in the same way, as
// far as a profile can change it.
func sameStart(a, b launch.Spec) bool {
	return slices.Equal(a.Args, b.Args) && sameMap(a.Env, b.Env) && sameMap(a.SecretEnv, b.SecretEnv) &&
		(a.Remote == nil || b.Remote == nil || a.Remote.URL == b.Remote.URL && sameMap(a.Remote.Headers, b.Remote.Headers))
}

func sameMap(a, b map[string]string) bool {
	if len(a) != len(b) {
		return false
	}
	for k, v := range a {
		if w, ok := b[k]; !ok || w != v {
			return false
		}
	}
	return true
}

// setKeys changes the profile's own keys for a server.
func (b *Backend) setKeys(ctx context.Context, e *profileEdit, s model.Server, p model.Profile, word *model.ProfileServer, req ProfileSet) error {
	gone := slices.ContainsFunc(word.Keys, func(k string) bool { return req.Reset || slices.Contains(req.Unset, k) })
	if len(req.Secrets) == 0 && !gone {
		return nil
	}
	values := map[string]string{}
	for _, name := range word.Keys {
		if !req.Reset && !slices.Contains(req.Unset, name) {
			values[name] = "•" // it has one, whatever it is
		}
	}
	for name, v := range req.Secrets {
		if v == "" {
			return model.Fail("secret_missing", nil, "name", name)
		}
		values[name] = v
	}
	names, err := checkOwnKeys(s, values)
	had := len(word.Keys) > 0
	if word.Keys = names; err != nil || req.DryRun {
		return err
	}
	if s, err = b.keysPlaceFor(ctx, s, values, req.AcceptRisk); err != nil {
		return err
	}
	if had {
		now, err := b.keysIn(s.KeysIn).Get(s.ID, p.ID)
		if err != nil && model.Code(err) != "secret_unknown" {
			return err
		}
		for name := range values {
			if _, given := req.Secrets[name]; !given {
				if values[name] = now[name]; values[name] == "" {
					delete(values, name) // it was lost; the server asks for it
				}
			}
		}
	}
	m, err := b.moving(s, p.ID, had, values)
	if err == nil {
		e.keys, e.made = append(e.keys, m), true
	}
	return err
}

// SwitchProfile makes another profile the one in use: one change of the files
// of every app of either. Error codes: profile_unknown, apps_in_the_way (a need
// for each app that could be left out), and those of backend/changeset.
func (b *Backend) SwitchProfile(ctx context.Context, req ProfileEdit) (ProfileResult, error) {
	return b.editProfile(ctx, commit{kind: "switch", skip: req.Skip, dryRun: req.DryRun, closing: req.Closing}, func(e *profileEdit) (string, error) {
		id, err := b.profileID(ctx, strings.TrimSpace(req.Profile))
		if err != nil {
			return "", err
		}
		e.to = id
		_, err = e.load(ctx, b, id)
		return id, err
	})
}
