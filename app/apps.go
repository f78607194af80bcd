package app

import (
	"toolbay/backend"
	"toolbay/backend/text"
)

// EntryView is a server as it stands in an app's file.
type EntryView struct {
	Name         string `json:"name"`
	Server       string `json:"server"`
	Command      string `json:"command"`
	URL          string `json:"url"`
	Enabled      bool   `json:"enabled"`
	ReadableKeys int    `json:"readable_keys"`
	Ours         bool   `json:"ours"`
}

// FileView is one of an app's files.
type FileView struct {
	Path    string      `json:"path"`
	Scope   string      `json:"scope"`
	Format  string      `json:"format"`
	Health  string      `json:"health"`
	Problem *text.Words `json:"problem,omitempty"`
}

// AppView is one card of the Apps screen.
type AppView struct {
	ID      string      `json:"id"`
	Name    string      `json:"name"`
	Found   bool        `json:"found"`
	Files   []FileView  `json:"files"`
	Servers []EntryView `json:"servers"`
	Restart string      `json:"restart"`
}

// Apps looks at the AI apps; it only reads.
func (w *Window) Apps() ([]AppView, error) {
	apps, err := w.back.Apps(w.context(), "")
	if err != nil {
		return nil, err
	}
	out := []AppView{}
	for _, a := range apps {
		v := AppView{ID: a.ID, Name: a.Name, Found: a.Found, Files: []FileView{}, Servers: []EntryView{}, Restart: w.back.RestartText(a.ID)}
		for _, f := range a.Files {
			v.Files = append(v.Files, FileView{Path: f.Path, Scope: f.Scope, Format: f.Format, Health: f.Health, Problem: words(f.Err)})
		}
		for _, e := range a.Servers {
			v.Servers = append(v.Servers, EntryView{Name: e.Name, Server: e.Server, Command: e.Command, URL: e.URL, Enabled: e.Enabled, ReadableKeys: e.ReadableKeys, Ours: e.Server != ""})
		}
		out = append(out, v)
	}
	return out, nil
}

// PreviewConnect shows what Connect would write.
func (w *Window) PreviewConnect(app string, servers []string) (backend.ChangeResult, error) {
	return w.back.Connect(w.context(), backend.ConnectRequest{App: app, Servers: servers, DryRun: true})
}

// PreviewDisconnect shows what Disconnect would write.
func (w *Window) PreviewDisconnect(app string, servers []string) (backend.ChangeResult, error) {
	return w.back.Disconnect(w.context(), backend.ConnectRequest{App: app, Servers: servers, DryRun: true})
}

// Connect gives an app servers. how is what closing reads.
func (w *Window) Connect(app string, servers []string, how string) (backend.ChangeResult, error) {
	return w.back.Connect(w.context(), backend.ConnectRequest{App: app, Servers: servers, Closing: closing(how)})
}

// Disconnect takes servers out of an app.
func (w *Window) Disconnect(app string, servers []string, how string) (backend.ChangeResult, error) {
	return w.back.Disconnect(w.context(), backend.ConnectRequest{App: app, Servers: servers, Closing: closing(how)})
}
