package backend

import (
	"context"
	"errors"
	"slices"
	"sort"
	"strings"
	"time"

	"toolbay/backend/model"
	"toolbay/backend/profiles"
	"toolbay/backend/text"
)

// ProfileView is one profile in the list.
type ProfileView struct {
	ID      string    `json:"id"`
	Name    string    `json:"name"`
	Active  bool      `json:"active"`
	Servers []string  `json:"servers"`
	Apps    []string  `json:"apps"`
	Folders []string  `json:"folders"`
	Changed time.Time `json:"changed"`
}

// Profiles lists the profiles, the first one that is always there in front and
// the others by name.
func (b *Backend) Profiles(ctx context.Context) ([]ProfileView, error) {
	all, active, err := b.store.Profiles(ctx)
	if err != nil {
		return nil, err
	}
	out := make([]ProfileView, 0, len(all))
	for _, p := range all {
		v := ProfileView{
			ID: p.ID, Name: p.Name, Active: p.ID == active, Servers: []string{},
			Apps: p.Apps, Folders: p.Folders, Changed: p.Changed.UTC(),
		}
		for _, s := range p.Servers {
			v.Servers = append(v.Servers, s.Server)
		}
		out = append(out, v)
	}
	sort.SliceStable(out, func(i, j int) bool {
		if first := out[i].ID == model.DefaultProfile; first != (out[j].ID == model.DefaultProfile) {
			return first
		}
		return strings.ToLower(out[i].Name) < strings.ToLower(out[j].Name)
	})
	return out, nil
}

// Profile gives a profile by its id or by its name; "" is the one in use. Error
// code: profile_unknown.
func (b *Backend) Profile(ctx context.Context, ref string) (model.Profile, error) {
	id, err := b.profileID(ctx, ref)
	if err != nil {
		return model.Profile{}, err
	}
	p, _, err := b.store.Profile(ctx, id)
	return p, err
}

// profileID finds the id of a profile that a person named.
func (b *Backend) profileID(ctx context.Context, ref string) (string, error) {
	if ref == "" {
		return b.activeProfile(ctx)
	}
	named, err := b.store.ProfileNames(ctx)
	if err != nil {
		return "", err
	}
	if _, ok := named[ref]; ok {
		return ref, nil
	}
	for id, name := range named {
		if strings.EqualFold(name, strings.Join(strings.Fields(ref), " ")) {
			return id, nil
		}
	}
	return "", model.Fail("profile_unknown", nil, "profile", ref)
}

// activeProfile gives the id of the profile in use.
func (b *Backend) activeProfile(ctx context.Context) (string, error) {
	id, err := b.store.ActiveProfile(ctx)
	if id == "" {
		id = model.DefaultProfile
	}
	return id, err
}

// nameFree gives a name as it is kept, unless another profile has it.
func (b *Backend) nameFree(ctx context.Context, name, id string) (string, error) {
	name, err := profiles.CheckName(name)
	if err != nil {
		return name, err
	}
	names, err := b.store.ProfileNames(ctx)
	for other, taken := range names {
		// An id counts too: both can be said on the command line.
		if other != id && (strings.EqualFold(taken, name) || other == name) {
			return name, model.Fail("profile_name_taken", nil, "name", name)
		}
	}
	return name, err
}

// checkProfile looks whether a profile can be kept as it is. before is what it
// was, nil for a new one. Error codes: profile_broken, profile_name_invalid,
// profile_name_taken, server_unknown, app_unknown, tool_unknown.
func (b *Backend) checkProfile(ctx context.Context, p model.Profile, before *model.Profile) (model.Profile, error) {
	if !profiles.ValidID(p.ID) {
		return p, model.Fail("profile_broken", errors.New("its id is none"), "profile", p.Name)
	}
	var err error
	if p.Name, err = b.nameFree(ctx, p.Name, p.ID); err != nil {
		return p, err
	}
	p = profiles.Tidy(p)
	for _, app := range p.Apps {
		if _, ok := b.apps.Get(app); !ok && (before == nil || !slices.Contains(before.Apps, app)) {
			return p, model.Fail("app_unknown", nil, "app", app)
		}
	}
	for _, s := range p.Servers {
		if before != nil {
			if _, had := profiles.Of(*before, s.Server); had {
				continue
			}
		}
		if there, err := b.has(ctx, s.Server); err != nil || !there {
			return p, errors.Join(err, model.Fail("server_unknown", nil, "server", s.Server))
		}
	}
	return p, nil
}

// firstProfile makes the profile that is always there, of what stands in the
// apps. Where there are profiles already it changes nothing.
func (b *Backend) firstProfile(ctx context.Context) error {
	if id, err := b.store.ActiveProfile(ctx); id != "" || err != nil {
		return err
	}
	p := model.Profile{ID: model.DefaultProfile, Name: text.Line("profile.first"), Changed: b.o.Now().UTC()}
	owner := b.owners(ctx)
	for _, a := range b.apps.Look(b.system, "") {
		for _, e := range a.Entries {
			id := owner(e)
			if there, err := b.has(ctx, id); err != nil {
				return err
			} else if there && userFile(a, e.File) {
				p = profiles.TurnOn(p, id, a.Client.ID)
			}
		}
	}
	return b.store.FirstProfiles(ctx, []model.Profile{profiles.Tidy(p)}, p.ID)
}

// profilesOfAll gives the profiles that have each server, by its id.
func (b *Backend) profilesOfAll(ctx context.Context) (map[string][]string, error) {
	all, err := b.Profiles(ctx)
	out := map[string][]string{}
	for _, p := range all {
		for _, s := range p.Servers {
			out[s] = append(out[s], p.ID)
		}
	}
	return out, err
}
