package app

import (
	"time"

	"toolbay/backend/model"
	"toolbay/backend/text"
)

// SourceView is how one source of listings is.
type SourceView struct {
	Source string `json:"source"`
	// Kind is built-in, private or file.
	Kind  string `json:"kind"`
	Name  string `json:"name"`
	Badge string `json:"badge"`
	// About is where a private registry or a file is; the lists that come with
	// Toolbay have sentences of their own.
	About    string `json:"about"`
	Site     string `json:"site"`
	Enabled  bool   `json:"enabled"`
	Allowed  bool   `json:"allowed"`
	NeedsKey bool   `json:"needs_key"`
	KeySet   bool   `json:"key_set"`
	Curated  bool   `json:"curated"`
	Enriches bool   `json:"enriches"`
	Listings int    `json:"listings"`
	// Unreadable counts the entries nothing could be made of.
	Unreadable int     `json:"unreadable"`
	Synced     *string `json:"synced"`
	// Error is the code of what went wrong last, or "".
	Error string `json:"error"`
}

// RegistrySpec is the filled-in form for a private registry.
type RegistrySpec struct {
	URL     string            `json:"url"`
	Name    string            `json:"name"`
	Badge   string            `json:"badge"`
	Key     string            `json:"key"`
	Headers map[string]string `json:"headers"`
	CAFile  string            `json:"ca_file"`
}

// RegistryTest is what a private registry answered.
type RegistryTest struct {
	OK      bool        `json:"ok"`
	Servers int         `json:"servers"`
	More    bool        `json:"more"` // there are more than Servers
	Error   *text.Words `json:"error"`
}

// CatalogueSize is how much all lists together hold.
type CatalogueSize struct {
	Entries int   `json:"entries"`
	Servers int   `json:"servers"`
	Bytes   int64 `json:"bytes"`
}

// SettingsView is the Settings screen.
type SettingsView struct {
	Theme      string       `json:"theme"`
	Home       string       `json:"home"`
	Version    string       `json:"version"`
	NodeOrigin string       `json:"node_origin"`
	Registry   string       `json:"registry"`
	Sources    []SourceView `json:"sources"`
	// Catalogue is what is kept of them.
	Catalogue CatalogueSize `json:"catalogue"`
	Keys      string        `json:"keys"`
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
		v := SourceView{
			Source: s.Source, Kind: "built-in", Name: text.Line("source." + s.Source), Enabled: s.Enabled,
			Allowed: true, Listings: s.Listings, Error: s.Error,
		}
		if s.Synced != nil {
			t := s.Synced.UTC().Format(time.RFC3339)
			v.Synced = &t
		}
		out = append(out, v)
	}
	return out, nil
}
