package app

import "toolbay/backend/text"

// ExtensionView is an extension that Claude Desktop has on this computer.
type ExtensionView struct {
	ID        string `json:"id"`
	Title     string `json:"title"`
	Version   string `json:"version"`
	Publisher string `json:"publisher"`
	// Ref goes to the install sheet.
	Ref     string `json:"ref"`
	Enabled bool   `json:"enabled"`
	// Keys counts what has to be given again: Claude keeps it for itself.
	Keys int `json:"keys"`
	// Server is the id of the server here that came from it, or "".
	Server  string      `json:"server"`
	Problem *text.Words `json:"problem"`
}

// Extensions lists what Claude Desktop has; nothing of it is changed.
func (w *Window) Extensions() ([]ExtensionView, error) {
	found, err := w.back.Extensions(w.context())
	if err != nil {
		return nil, err
	}
	out := []ExtensionView{}
	for _, e := range found {
		out = append(out, ExtensionView{
			ID: e.ID, Title: e.Title, Version: e.Version, Publisher: e.Publisher, Ref: e.Ref,
			Enabled: e.Enabled, Keys: len(e.Keys), Server: e.Server, Problem: words(e.Problem),
		})
	}
	return out, nil
}
