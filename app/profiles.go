package app

import (
	"path/filepath"
	"slices"
	"strings"

	"github.com/wailsapp/wails/v2/pkg/runtime"

	"toolbay/backend"
	"toolbay/backend/text"
)

// Profiles lists the profiles.
func (w *Window) Profiles() ([]backend.ProfileView, error) { return w.back.Profiles(w.context()) }

// Profile tells everything about one.
func (w *Window) Profile(id string) (backend.ProfileDetail, error) {
	return w.back.ShowProfile(w.context(), id)
}

// CreateProfile makes a profile, empty or as a copy of another.
func (w *Window) CreateProfile(name, like string) (backend.ProfileResult, error) {
	return w.back.CreateProfile(w.context(), name, like, false)
}

// RenameProfile gives a profile another name.
func (w *Window) RenameProfile(id, name string) (backend.ProfileResult, error) {
	return w.back.RenameProfile(w.context(), id, name, false)
}

// DeleteProfile deletes a profile that is not in use.
func (w *Window) DeleteProfile(id string) (backend.ProfileResult, error) {
	return w.back.DeleteProfile(w.context(), id, false)
}

// AddToProfile puts servers into a profile. how is what closing reads, here
// and below.
func (w *Window) AddToProfile(id string, servers []string, how string) (backend.ProfileResult, error) {
	return w.back.AddToProfile(w.context(), edit(id, how), servers)
}

// RemoveFromProfile takes servers out of a profile.
func (w *Window) RemoveFromProfile(id string, servers []string, how string) (backend.ProfileResult, error) {
	return w.back.RemoveFromProfile(w.context(), edit(id, how), servers)
}

// ProfileApps says which apps get a profile's servers.
func (w *Window) ProfileApps(id string, apps []string, how string) (backend.ProfileResult, error) {
	return w.back.ProfileApps(w.context(), edit(id, how), apps)
}

// ProfileCell turns a server on or off in one app of a profile.
func (w *Window) ProfileCell(id, server, app string, on bool, how string) (backend.ProfileResult, error) {
	req := backend.ProfileSet{ProfileEdit: edit(id, how), Server: server}
	if on {
		req.On = []string{app}
	} else {
		req.Off = []string{app}
	}
	return w.back.SetInProfile(w.context(), req)
}

// ProfileTools says which tools of a server can be used; nil is all of them.
func (w *Window) ProfileTools(id, server string, tools []string, how string) (backend.ProfileResult, error) {
	return w.back.ProfileTools(w.context(), edit(id, how), server, tools)
}

// ProfileSetting is one input of a server in a profile.
type ProfileSetting struct {
	Field InputField `json:"field"`
	// Value is the server's own answer, "" for a key; Set tells that there is
	// one.
	Value string `json:"value"`
	Set   bool   `json:"set"`
	// Own tells that the profile has one of its own, OwnValue what; "" for a key.
	Own      bool   `json:"own"`
	OwnValue string `json:"own_value"`
}

// ProfileSettings tells what a server asks for, and what a profile has of its
// own of that. Keys are never in it.
func (w *Window) ProfileSettings(id, server string) ([]ProfileSetting, error) {
	p, err := w.back.ShowProfile(w.context(), id)
	if err != nil {
		return nil, err
	}
	all, err := w.back.Installed(w.context())
	if err != nil {
		return nil, err
	}
	var has backend.ProfileContent
	for _, c := range p.Contents {
		if c.Server == server {
			has = c
		}
	}
	out := []ProfileSetting{}
	for _, s := range all {
		if s.ID != server {
			continue
		}
		for _, in := range s.Inputs {
			v := ProfileSetting{Field: field(in.Input), Set: in.Set || in.Answer != "", Value: in.Answer}
			if in.Secret || in.Set {
				v.Field.Secret, v.Value = true, ""
				v.Own = slices.Contains(has.Keys, in.Name)
			} else {
				v.OwnValue, v.Own = has.Answers[in.Name], hasKey(has.Answers, in.Name)
			}
			out = append(out, v)
		}
	}
	return out, nil
}

func hasKey(m map[string]string, key string) bool {
	_, ok := m[key]
	return ok
}

// ProfileSetRequest is what a profile should have of its own for a server.
type ProfileSetRequest struct {
	Profile string            `json:"profile"`
	Server  string            `json:"server"`
	Answers map[string]string `json:"answers"`
	Secrets map[string]string `json:"secrets"`
	// Unset are names of settings and keys that are the server's own again.
	Unset      []string `json:"unset"`
	AcceptRisk bool     `json:"accept_risk"`
}

// SetInProfile gives a profile settings and keys of its own for a server, or
// takes them from it.
func (w *Window) SetInProfile(req ProfileSetRequest, how string) (backend.ProfileResult, error) {
	return w.back.SetInProfile(w.context(), backend.ProfileSet{
		ProfileEdit: edit(req.Profile, how), Server: req.Server,
		Answers: req.Answers, Secrets: req.Secrets, Unset: req.Unset, AcceptRisk: req.AcceptRisk,
	})
}

// PreviewSwitch shows what a switch would change.
func (w *Window) PreviewSwitch(id string, skip []string) (backend.ProfileResult, error) {
	return w.back.SwitchProfile(w.context(), backend.ProfileEdit{Profile: id, Skip: skip, DryRun: true})
}

// SwitchProfile makes a profile the one in use. skip are apps to leave as they
// are.
func (w *Window) SwitchProfile(id string, skip []string, how string) (backend.ProfileResult, error) {
	req := edit(id, how)
	req.Skip = skip
	return w.back.SwitchProfile(w.context(), req)
}

func edit(id, how string) backend.ProfileEdit {
	return backend.ProfileEdit{Profile: id, Closing: closing(how)}
}

// PreviewLink shows what linking a folder would write there.
func (w *Window) PreviewLink(id, folder string) (backend.ProfileResult, error) {
	return w.back.LinkFolder(w.context(), id, folder, nil, true)
}

// LinkFolder gives a project's folder the servers of a profile.
func (w *Window) LinkFolder(id, folder string) (backend.ProfileResult, error) {
	return w.back.LinkFolder(w.context(), id, folder, nil, false)
}

// UnlinkFolder takes them out again.
func (w *Window) UnlinkFolder(id, folder string) (backend.ProfileResult, error) {
	return w.back.UnlinkFolder(w.context(), id, folder, nil, false)
}

// Exported is a profile that was written to a file.
type Exported struct {
	File string `json:"file"`
	// Left are the names of servers that others cannot have.
	Left []string `json:"left"`
}

// ExportProfile asks where to and writes a profile there, without its keys; nil
// when no place was chosen.
func (w *Window) ExportProfile(id string) (*Exported, error) {
	made, err := w.back.ExportProfile(w.context(), id)
	if err != nil {
		return nil, err
	}
	data, err := made.Bytes()
	if err != nil {
		return nil, err
	}
	path, err := runtime.SaveFileDialog(w.context(), runtime.SaveDialogOptions{
		Title: text.Line("pick.profile-save"), DefaultFilename: fileName(made.File.Name),
	})
	if err != nil || path == "" {
		return nil, err
	}
	if err := w.back.WriteProfileFile(w.context(), path, made.File.Name, data); err != nil {
		return nil, err
	}
	out := &Exported{File: filepath.Base(path), Left: []string{}}
	for _, l := range made.Left {
		out.Left = append(out.Left, l.Title)
	}
	return out, nil
}

// fileName is a profile's name as a file can have it on every system.
func fileName(name string) string {
	return strings.Trim(strings.Map(func(r rune) rune {
		if strings.ContainsRune(`/\:*?"<>|`, r) || r < ' ' {
			return '-'
		}
		return r
	}, name), " .") + ".json"
}
