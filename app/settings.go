package app

import (
	"strings"
	"time"

	"toolbay/backend"
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
	About   string `json:"about"`
	Site    string `json:"site"`
	Enabled bool   `json:"enabled"`
	Allowed bool   `json:"allowed"`
	// Managed tells that the policy of this computer added it.
	Managed  bool `json:"managed"`
	NeedsKey bool `json:"needs_key"`
	KeySet   bool `json:"key_set"`
	Curated  bool `json:"curated"`
	Enriches bool `json:"enriches"`
	Listings int  `json:"listings"`
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
	Theme        string `json:"theme"`
	Home         string `json:"home"`
	Version      string `json:"version"`
	NodeOrigin   string `json:"node_origin"`
	UVOrigin     string `json:"uv_origin"`
	PythonOrigin string `json:"python_origin"`
	// Updates tells that new versions are looked for once a day.
	Updates  bool         `json:"updates"`
	Registry string       `json:"registry"`
	Sources  []SourceView `json:"sources"`
	// Catalogue is what is kept of them.
	Catalogue CatalogueSize `json:"catalogue"`
	Keys      string        `json:"keys"`
	// AdoptNote are the ids of the servers that the offer to take them over was
	// put away for, with blanks between.
	AdoptNote string `json:"adopt_note"`
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
	v := SettingsView{Theme: "system", Updates: true, Home: s.Home, Version: s.Version, Keys: s.Keys, Notes: []text.Words{}}
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
		case c.Name == "uv_origin":
			v.UVOrigin = c.Value
		case c.Name == "python_origin":
			v.PythonOrigin = c.Value
		case c.Name == "adopt_note":
			v.AdoptNote = c.Value
		case c.Name == "updates":
			v.Updates = c.Value != "off"
		case c.Name == "registry":
			v.Registry = c.Value
		}
	}
	if v.Sources, err = w.sources(); err != nil {
		return v, err
	}
	size, err := w.back.CatalogueSize(w.context())
	v.Catalogue = CatalogueSize{Entries: size.Entries, Servers: size.Servers, Bytes: size.Bytes}
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

// TestRegistry asks a private registry for its first page and keeps nothing.
func (w *Window) TestRegistry(spec RegistrySpec) (RegistryTest, error) {
	t, err := w.back.TestRegistry(w.context(), backend.RegistrySpec(spec))
	return RegistryTest{OK: t.OK, Servers: t.Servers, More: t.More, Error: words(t.Error)}, err
}

// AddRegistry adds a private registry; Sync then reads it.
func (w *Window) AddRegistry(spec RegistrySpec) (SourceView, error) {
	s, err := w.back.AddRegistry(w.context(), backend.RegistrySpec(spec))
	return sourceView(s), err
}

// RemoveSource forgets a private registry or an imported file.
func (w *Window) RemoveSource(id string) error { return w.back.RemoveSource(w.context(), id) }

// SetSourceKey keeps the key of a source; "" forgets it.
func (w *Window) SetSourceKey(id, value string) error {
	return w.back.SetSourceKey(w.context(), id, value)
}

// OrderSources says which source is believed most, next most and so on.
func (w *Window) OrderSources(ids []string) error { return w.back.OrderSources(w.context(), ids) }

func (w *Window) sources() ([]SourceView, error) {
	states, err := w.back.Sources(w.context())
	if err != nil {
		return nil, err
	}
	out := []SourceView{}
	for _, s := range states {
		out = append(out, sourceView(s))
	}
	return out, nil
}

func sourceView(s backend.SourceState) SourceView {
	v := SourceView{
		Source: s.Source, Kind: s.Kind, Name: s.Name, Badge: s.Badge, Site: s.Site, Enabled: s.Enabled,
		Allowed: s.Allowed, Managed: s.Managed, NeedsKey: s.NeedsKey, KeySet: s.KeySet, Curated: s.Curated,
		Enriches: s.Enriches, Listings: s.Listings, Unreadable: s.Unreadable, Error: s.Error,
	}
	if v.Name == "" {
		v.Name = text.Line("source." + s.Source)
	}
	if s.Kind == "private" {
		v.About = strings.TrimPrefix(s.Site, "https://")
	}
	if s.Synced != nil {
		t := s.Synced.UTC().Format(time.RFC3339)
		v.Synced = &t
	}
	return v
}
