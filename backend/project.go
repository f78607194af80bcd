package backend

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"toolbay/backend/clients"
	"toolbay/backend/model"
	"toolbay/backend/profiles"
)

// ProjectFile is what a project's servers are declared in.
const ProjectFile = "toolbay.json"

// ReadProfileFile reads a profile's file, in a folder the one of its project.
// It is not looked at; ReviewProfile says whether it is one. Error code:
// import_unreadable.
func ReadProfileFile(path string) ([]byte, error) {
	unreadable := func(err error) ([]byte, error) {
		return nil, model.Fail("import_unreadable", err, "file", path)
	}
	st, err := os.Stat(path)
	if err == nil && st.IsDir() {
		path = filepath.Join(path, ProjectFile)
		st, err = os.Stat(path)
	}
	if err != nil {
		return unreadable(err)
	}
	if !st.Mode().IsRegular() {
		return unreadable(errors.New("it is no ordinary file"))
	}
	f, err := os.Open(path)
	if err != nil {
		return unreadable(err)
	}
	defer f.Close()
	data, err := io.ReadAll(io.LimitReader(f, profiles.MaxFile+1))
	if err != nil {
		return unreadable(err)
	}
	return data, nil
}

// ProjectView is what stands for AI apps in a project's folder.
type ProjectView struct {
	Folder string `json:"folder"`
	// Profile is the one that the folder is linked to, "" for none; Name is what
	// it is called.
	Profile string             `json:"profile"`
	Name    string             `json:"name"`
	Files   []ProjectFileState `json:"files"`
	// Declares tells that there is a toolbay.json.
	Declares bool `json:"declares"`
}

// ProjectFileState is one file of a project, with the apps that read it.
type ProjectFileState struct {
	Path    string   `json:"path"`
	Apps    []string `json:"apps"`
	Health  string   `json:"health"`
	Err     error    `json:"-"`
	Servers []Entry  `json:"servers"`
}

// Project looks at a project's folder; it only reads. Error codes:
// folder_unknown, folder_unfit.
func (b *Backend) Project(ctx context.Context, folder string) (ProjectView, error) {
	dir, err := b.projectFolder(folder)
	if err != nil {
		return ProjectView{}, err
	}
	out := ProjectView{Folder: dir, Files: []ProjectFileState{}}
	all, _, err := b.store.Profiles(ctx)
	if err != nil {
		return ProjectView{}, err
	}
	for _, p := range all {
		if slices.Contains(p.Folders, dir) {
			out.Profile, out.Name = p.ID, p.Name
		}
	}
	if _, err := os.Lstat(filepath.Join(dir, ProjectFile)); !errors.Is(err, fs.ErrNotExist) {
		out.Declares = true
	}
	owner := b.owners(ctx)
	for _, a := range b.apps.Look(b.system, dir) {
		view := b.appView(a, owner)
		for _, f := range view.Files {
			if f.Scope != clients.Project || f.Health == clients.Absent {
				continue
			}
			i := slices.IndexFunc(out.Files, func(s ProjectFileState) bool { return s.Path == f.Path })
			if i < 0 {
				i = len(out.Files)
				out.Files = append(out.Files, ProjectFileState{Path: f.Path, Apps: []string{}, Health: f.Health, Err: f.Err, Servers: []Entry{}})
			}
			out.Files[i].Apps = append(out.Files[i].Apps, a.Client.ID)
			for _, e := range view.Servers {
				known := func(s Entry) bool { return s.Name == e.Name }
				if e.File == f.Path && !slices.ContainsFunc(out.Files[i].Servers, known) {
					out.Files[i].Servers = append(out.Files[i].Servers, e)
				}
			}
		}
	}
	return out, nil
}

// Dropped tells what a path is besides a bundle: "folder", or "profile" for a
// file that holds one. ok is false for anything else.
func Dropped(path string) (kind string, ok bool) {
	st, err := os.Stat(path)
	switch {
	case err != nil || !filepath.IsAbs(path):
		return "", false
	case st.IsDir():
		return "folder", true
	case !strings.EqualFold(filepath.Ext(path), ".json") || st.Size() > profiles.MaxFile:
		return "", false
	}
	data, err := ReadProfileFile(path)
	if err == nil {
		_, err = profiles.ReadFile(data)
	}
	return "profile", err == nil || model.Code(err) == "profile_file_newer"
}
