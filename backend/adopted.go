package backend

import (
	"context"
	"slices"

	"toolbay/backend/clients"
	"toolbay/backend/model"
)

// Adopted gives the servers that were taken over from apps and that one of
// these still has from us, or has again with another profile, so that GiveBack
// has something to do.
func (b *Backend) Adopted(ctx context.Context) (map[string]bool, error) {
	out, err := b.connect.Waiting(ctx)
	if err != nil {
		return nil, err
	}
	places, err := b.connect.Places(ctx)
	if err != nil {
		return nil, err
	}
	for server, files := range places {
		list, err := b.originals(ctx, server)
		if err != nil {
			return nil, err
		}
		out[server] = out[server] || slices.ContainsFunc(list, func(o original) bool { return slices.Contains(files, o.File) })
	}
	return out, nil
}

// usersOwn tells whether a place is one of the app's own, which profiles are
// for, and not a project's.
func (b *Backend) usersOwn(app, file, at string) bool {
	a, err := b.apps.LookOne(b.system, app, "")
	return err != nil || slices.ContainsFunc(a.Files, func(f clients.FileState) bool {
		return f.Path == file && (at == "" || f.At == at)
	})
}

// AdoptForm is what would be asked for to take a server over. Error codes:
// adopt_unknown, entry_unclear and those of Form.
func (b *Backend) AdoptForm(ctx context.Context, id string) (InstallForm, error) {
	all, err := b.Adoptables(ctx)
	if err != nil {
		return InstallForm{}, err
	}
	i := slices.IndexFunc(all, func(a Adoptable) bool { return a.ID == id })
	if i < 0 {
		return InstallForm{}, model.Fail("adopt_unknown", nil, "name", id)
	}
	if !all[i].Usable {
		return InstallForm{}, model.Fail(all[i].Problem, nil, "name", all[i].Name, "type", all[i].Kind)
	}
	ref := b.pasted.keep(b.withParkedKeys(ctx, all[i]).item)
	defer b.pasted.take(ref)
	return b.Form(ctx, ref, -1)
}
