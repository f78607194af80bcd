package backend

import (
	"context"
	"slices"

	"toolbay/backend/model"
)

// Adopted gives the servers that were taken over from apps and that one of
// these still has from us, so that GiveBack has something to do.
func (b *Backend) Adopted(ctx context.Context) (map[string]bool, error) {
	out := map[string]bool{}
	for server, apps := range b.appsOf(ctx) {
		list, err := b.originals(ctx, server)
		if err != nil {
			return nil, err
		}
		out[server] = slices.ContainsFunc(list, func(o original) bool { return slices.Contains(apps, o.App) })
	}
	return out, nil
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
	ref := b.pasted.keep(all[i].item)
	defer b.pasted.take(ref)
	return b.Form(ctx, ref, -1)
}
