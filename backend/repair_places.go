package backend

import (
	"context"
	"slices"

	"toolbay/backend/clients"
)

// appsEverywhere looks at one app or at all, with their files in the folder that
// we are in and in the folders that profiles are linked to: an app reads those
// too, and they break like others. Error code: app_unknown.
func (b *Backend) appsEverywhere(ctx context.Context, id string) ([]clients.App, error) {
	look := func(folder string) ([]clients.App, error) {
		if id == "" {
			return b.apps.Look(b.system, folder), nil
		}
		app, err := b.apps.LookOne(b.system, id, folder)
		return []clients.App{app}, err
	}
	apps, err := look(b.o.ProjectDir)
	if err != nil {
		return nil, err
	}
	for _, folder := range b.linkedFolders(ctx) {
		there, err := look(folder)
		if err != nil {
			return nil, err
		}
		for i, app := range there { // the same apps in the same order
			for _, f := range app.Files {
				here := func(o clients.FileState) bool { return o.Path == f.Path }
				if f.Scope != clients.Project || f.Health == clients.Absent || slices.ContainsFunc(apps[i].Files, here) {
					continue
				}
				apps[i].Files = append(apps[i].Files, f)
				for _, e := range app.Entries {
					if e.File == f.Path {
						apps[i].Entries = append(apps[i].Entries, e)
					}
				}
			}
		}
	}
	return apps, nil
}

// linkedFolders are the project folders of all profiles, each once. None are
// known when they cannot be read: the apps' own files are looked at all the
// same.
func (b *Backend) linkedFolders(ctx context.Context) (folders []string) {
	all, _, err := b.store.Profiles(ctx)
	if err != nil {
		return nil
	}
	for _, p := range all {
		folders = append(folders, p.Folders...)
	}
	return unique(folders)
}
