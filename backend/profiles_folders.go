package backend

import (
	"context"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"toolbay/backend/clients"
	"toolbay/backend/connect"
	"toolbay/backend/model"
	"toolbay/backend/profiles"
	"toolbay/backend/text"
)

// LinkFolder links a project's folder to a profile: the files that the
// profile's apps read there get its servers, in a form that works on other
// people's computers too. Error codes: profile_unknown, folder_unknown,
// folder_unfit, folder_linked and those of SaveProfile.
func (b *Backend) LinkFolder(ctx context.Context, ref, folder string, skip []string, dryRun bool) (ProfileResult, error) {
	dir, err := b.projectFolder(folder)
	if err != nil {
		return ProfileResult{}, err
	}
	return b.editProfile(ctx, commit{kind: "link", title: filepath.Base(dir), skip: skip, dryRun: dryRun}, func(e *profileEdit) (string, error) {
		id, err := b.profileID(ctx, ref)
		if err != nil {
			return "", err
		}
		all, _, err := b.store.Profiles(ctx)
		if err != nil {
			return "", err
		}
		for _, p := range all {
			if p.ID != id && slices.Contains(p.Folders, dir) {
				return "", model.Fail("folder_linked", nil, "folder", dir, "profile", p.Name)
			}
		}
		p, err := e.load(ctx, b, id)
		if err != nil {
			return "", err
		}
		if slices.Contains(p.Folders, dir) {
			e.again = dir // what was lost there is put back
		}
		p.Folders = append(slices.Clone(p.Folders), dir)
		p = profiles.Tidy(p)
		e.set(id, &p)
		return id, nil
	})
}

// UnlinkFolder takes the profile's servers out of a folder's files again. Error
// codes: folder_not_linked and those of LinkFolder.
func (b *Backend) UnlinkFolder(ctx context.Context, ref, folder string, skip []string, dryRun bool) (ProfileResult, error) {
	dir, err := filepath.Abs(folder)
	if err != nil {
		return ProfileResult{}, model.Fail("folder_unknown", err, "folder", folder)
	}
	return b.editProfile(ctx, commit{kind: "unlink", title: filepath.Base(dir), skip: skip, dryRun: dryRun}, func(e *profileEdit) (string, error) {
		id, err := b.profileID(ctx, ref)
		if err != nil {
			return "", err
		}
		p, err := e.load(ctx, b, id)
		if err != nil {
			return "", err
		}
		real := dir
		if r, err := filepath.EvalSymlinks(dir); err == nil {
			real = r
		}
		left := slices.DeleteFunc(slices.Clone(p.Folders), func(f string) bool { return f == dir || f == real })
		if len(left) == len(p.Folders) {
			return "", model.Fail("folder_not_linked", nil, "folder", dir, "profile", p.Name)
		}
		p.Folders = left
		p = profiles.Tidy(p)
		e.set(id, &p)
		return id, nil
	})
}

// projectFolder is a folder by its real path, if a project can be in it.
func (b *Backend) projectFolder(folder string) (string, error) {
	dir, err := filepath.Abs(folder)
	if err == nil {
		dir, err = filepath.EvalSymlinks(dir)
	}
	if err == nil {
		var st os.FileInfo
		if st, err = os.Stat(dir); err == nil && !st.IsDir() {
			return "", model.Fail("folder_unknown", nil, "folder", folder)
		}
	}
	if err != nil {
		return "", model.Fail("folder_unknown", err, "folder", folder)
	}
	home := b.system.Home
	if r, err := filepath.EvalSymlinks(home); err == nil {
		home = r
	}
	within := func(outer, inner string) bool {
		rel, err := filepath.Rel(outer, inner)
		return err == nil && rel != ".." && !strings.HasPrefix(rel, ".."+string(filepath.Separator))
	}
	if home != "" && within(dir, home) || within(b.home, dir) || dir == filepath.Dir(dir) {
		return "", model.Fail("folder_unfit", nil, "folder", dir)
	}
	return dir, nil
}

// folderShifts tells what the files of linked folders need when profiles
// become what an edit says. What cannot stand there becomes a warning.
func (b *Backend) folderShifts(ctx context.Context, e *profileEdit, warnings *[]Warning) ([]connect.Shift, error) {
	var out []connect.Shift
	for _, id := range sortedKeys(e.is) {
		before, after := profileOr(e.was[id]), profileOr(e.is[id])
		_, differ := profiles.Diff(e.was[id], e.is[id])
		for _, folder := range setOf(append(slices.Clone(before.Folders), after.Folders...)) {
			if !differ && folder != e.again && !e.moved(after) {
				continue
			}
			for _, app := range profiles.AppsOf(before, after) {
				shift, err := b.folderShift(ctx, before, after, app, folder, warnings)
				if err != nil {
					return nil, err
				}
				if len(shift.Put)+len(shift.Take) > 0 {
					out = append(out, shift)
				}
			}
		}
	}
	return out, nil
}

// moved tells whether a profile has a server that is another version now.
func (e *profileEdit) moved(p model.Profile) bool {
	_, in := profiles.Of(p, e.version)
	return e.version != "" && in
}

// folderShift is what one app's files in a folder need.
func (b *Backend) folderShift(ctx context.Context, before, after model.Profile, app, folder string, warnings *[]Warning) (connect.Shift, error) {
	shift := connect.Shift{App: app, Project: folder}
	c, ok := b.apps.Get(app)
	if !ok || !c.HasScope(clients.Project) {
		return shift, nil
	}
	stays := map[string]bool{}
	if slices.Contains(after.Folders, folder) {
		for _, ps := range after.Servers {
			if !profiles.On(after, ps.Server, app) {
				continue
			}
			want, warn, err := b.forProject(ctx, ps, c, folder)
			if err != nil {
				return shift, err
			}
			if warn != "" {
				*warnings = append(*warnings, b.folderWarning(ctx, warn, c, ps.Server))
			}
			if want.Portable != nil {
				stays[ps.Server] = true
				shift.Put = append(shift.Put, want)
			}
		}
	}
	if slices.Contains(before.Folders, folder) {
		for _, ps := range before.Servers {
			if !stays[ps.Server] && profiles.On(before, ps.Server, app) {
				shift.Take = append(shift.Take, ps.Server)
			}
		}
	}
	return shift, nil
}

// withFolders is a plan that brings the files of linked folders along. A file
// that cannot be changed now stays as it is, with a warning: it is no reason
// against a change of the user's own apps, and linking the folder again does it
// later.
func (b *Backend) withFolders(ctx context.Context, plan connect.Plan, e *profileEdit, warnings *[]Warning) (connect.Plan, error) {
	if e == nil {
		return plan, nil
	}
	shifts, err := b.folderShifts(ctx, e, warnings)
	if err != nil || len(shifts) == 0 {
		return plan, err
	}
	more, stopped, err := b.connect.PlanShift(ctx, plan.Change.Kind, plan.Change.Title, shifts)
	if err != nil {
		return plan, err
	}
	for _, o := range stopped {
		*warnings = append(*warnings, Warning{Code: model.Code(o.Err), App: o.App.ID, Text: text.ForError(o.Err).Message})
	}
	return plan.With(more), nil
}

func profileOr(p *model.Profile) model.Profile {
	if p == nil {
		return model.Profile{}
	}
	return *p
}

func setOf(list []string) []string {
	slices.Sort(list)
	return slices.Compact(list)
}

func (b *Backend) folderWarning(ctx context.Context, code string, c clients.Client, server string) Warning {
	named := model.Fail(code, nil, "app", c.Name, "name", b.titlesOf(ctx, []string{server})[0])
	return Warning{Code: code, App: c.ID, Server: server, Text: text.ForError(named).Message}
}

// forProject is a server of a profile as one app's file in a project has it.
// With no portable form in it, the server cannot stand there; the warning says
// why, or what is lost.
func (b *Backend) forProject(ctx context.Context, ps model.ProfileServer, c clients.Client, folder string) (want connect.Want, warning string, err error) {
	there, err := b.has(ctx, ps.Server)
	if err != nil || !there {
		return want, "", err
	}
	s, err := b.server(ctx, ps.Server)
	if err != nil {
		return want, "", err
	}
	want.Server = s.ID
	l, err := b.portable(inProfile(s, ps), c.ID)
	if model.Code(err) == "not_shareable" {
		return want, "not_shareable", nil
	}
	if err != nil {
		return want, "", err
	}
	if !b.withoutPlaces(s, l, c.Dialect, folder) || readable(*l) {
		return want, "keys_not_portable", nil
	}
	if !c.Dialect.Carries(*l) {
		return want, "keys_not_portable", nil
	}
	want.Portable = l
	if ps.Tools != nil {
		return want, "tools_not_kept", nil
	}
	return want, "", nil
}

// withoutPlaces takes what means something on this computer only out of an
// entry that others read: a place in the project becomes a way from its folder,
// any other the app's placeholder for a variable that each reader sets.
func (b *Backend) withoutPlaces(s model.Server, l *clients.Launch, d clients.Dialect, folder string) (ok bool) {
	ok = true
	names := map[string]string{}
	for _, i := range s.Inputs {
		if i.Answer != "" && filepath.IsAbs(i.Answer) {
			names[i.Answer] = variable(i.Name)
		}
	}
	n := 0
	swap := func(v string) string {
		places := []string{v}
		if _, after, ok := strings.Cut(v, "="); ok {
			places = append(places, after)
		}
		for _, p := range places {
			if !b.placeHere(p, s.Package.Type != "oci") || p == "" {
				continue
			}
			if rel, err := filepath.Rel(folder, p); err == nil && filepath.IsAbs(p) && rel != ".." && !strings.HasPrefix(rel, ".."+string(filepath.Separator)) {
				return strings.TrimSuffix(v, p) + "./" + filepath.ToSlash(rel)
			}
			name, ok := names[p]
			if !ok {
				n++
				name = variable(s.ID + "_PLACE_" + itoa(n))
			}
			ref := d.EnvRef(name)
			ok = ok && ref != ""
			return strings.TrimSuffix(v, p) + ref
		}
		ok = ok && !b.somewhere(v)
		return v
	}
	for i, a := range l.Args {
		l.Args[i] = swap(a)
	}
	for k, v := range l.Env {
		l.Env[k] = swap(v)
	}
	return ok
}

// readable tells whether something in an entry looks like a key that others
// would read.
func readable(l clients.Launch) bool {
	texts := append([]string{l.URL}, l.Args...)
	for name, v := range l.Env {
		texts = append(texts, name+"="+v)
	}
	for name, v := range l.Headers {
		texts = append(texts, name+": "+v)
	}
	return slices.ContainsFunc(texts, func(t string) bool {
		return !strings.Contains(t, "${") && !strings.Contains(t, "{env:") && MaskLine(t) != t
	})
}

// somewhere tells whether a text names a place of this computer somewhere in it.
func (b *Backend) somewhere(s string) bool {
	words := strings.FieldsFunc(s, func(r rune) bool { return strings.ContainsRune("=,;:|\"' ", r) })
	return strings.HasPrefix(s, `\\`) || strings.Contains(s, "file://") || slices.ContainsFunc(append(words, s), func(w string) bool {
		return strings.HasPrefix(w, "~/") || b.placeHere(w, false) || filepath.IsAbs(w) && fileExists(w)
	})
}

// variable is a name as variables of a system have it.
func variable(name string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r >= 'a' && r <= 'z':
			return r - 'a' + 'A'
		case r >= 'A' && r <= 'Z', r >= '0' && r <= '9':
			return r
		}
		return '_'
	}, name)
}
