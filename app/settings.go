package app

import (
	"time"

	"toolbay/backend/model"
	"toolbay/backend/text"
)

// SourceView is how one source of listings is.
type SourceView struct {
	Source   string  `json:"source"`
	Name     string  `json:"name"`
	Enabled  bool    `json:"enabled"`
	Listings int     `json:"listings"`
	Synced   *string `json:"synced"`
	Error    string  `json:"error"`
}

// SettingsView is the Settings screen.
type SettingsView struct {
	Theme      string       `json:"theme"`
	Home       string       `json:"home"`
	Version    string       `json:"version"`
	NodeOrigin string       `json:"node_origin"`
	Registry   string       `json:"registry"`
	Sources    []SourceView `json:"sources"`
	Keys       string       `json:"keys"`
	// Notes are what is not as it should be, in words.
	Notes []text.Words `json:"notes"`
}

// Imported is the outcome of loading a file of listings.
type Imported struct {
	Source string `json:"source"`
	Kept   int    `json:"kept"`
}

// Settings reads the user's choices.
func (w *Window) Settings() (SettingsView, error) {
	s, err := w.back.Settings(w.context())
	if err != nil {
		return SettingsView{}, err
	}
	v := SettingsView{Theme: "system", Home: s.Home, Version: s.Version, Keys: s.Keys, Notes: []text.Words{}}
	for _, code := range s.Notes {
		v.Notes = append(v.Notes, text.ForError(model.Fail(code, nil)))
	}
	for _, c := range s.Choices {
		switch {
		case c.Value == "":
		case c.Name == "theme":
			v.Theme = c.Value
		case c.Name == "node_origin":
			v.NodeOrigin = c.Value
		case c.Name == "registry":
			v.Registry = c.Value
		}
	}
	v.Sources, err = w.sources()
	return v, err
}

// SetSetting changes one choice.
func (w *Window) SetSetting(name, value string) error { return w.back.Set(w.context(), name, value) }

// ImportFile asks for a file and loads its listings; nil when none was chosen.
func (w *Window) ImportFile() (*Imported, error) {
	path, err := w.PickFile(text.Line("pick.listings"))
	if err != nil || path == "" {
		return nil, err
	}
	r, err := w.back.Import(w.context(), path)
	if err != nil {
		return nil, err
	}
	return &Imported{Source: r.Source, Kept: r.Kept}, nil
}

func (w *Window) sources() ([]SourceView, error) {
	states, err := w.back.Sources(w.context())
	if err != nil {
		return nil, err
	}
	out := []SourceView{}
	for _, s := range states {
		v := SourceView{Source: s.Source, Name: text.Line("source." + s.Source), Enabled: s.Enabled, Listings: s.Listings, Error: s.Error}
		if s.Synced != nil {
			t := s.Synced.UTC().Format(time.RFC3339)
			v.Synced = &t
		}
		out = append(out, v)
	}
	return out, nil
}
