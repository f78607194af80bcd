package app

import "toolbay/backend"

// PasteItem is one server found in a text. Values of keys stay in backend.
type PasteItem struct {
	Ref       string               `json:"ref"`
	Kind      string               `json:"kind"`
	Name      string               `json:"name"`
	Title     string               `json:"title"`
	Publisher string               `json:"publisher"`
	Category  string               `json:"category"`
	Package   backend.PastePackage `json:"package"`
	// Known is the title of the listing that has it, "" for none.
	Known string   `json:"known"`
	Keys  []string `json:"keys"`
	// Warnings are sentences.
	Warnings []string `json:"warnings"`
	Usable   bool     `json:"usable"`
}

// PasteReview is what was found in a text.
type PasteReview struct {
	Items []PasteItem `json:"items"`
}

// Paste looks for servers in a text; it runs and fetches nothing.
func (w *Window) Paste(text string) (PasteReview, error) {
	found, err := w.back.Paste(w.context(), text)
	if err != nil {
		return PasteReview{}, err
	}
	out := PasteReview{Items: []PasteItem{}}
	for _, f := range found {
		item := PasteItem{
			Ref: f.Ref, Kind: f.Kind, Name: f.Name, Title: f.Title, Publisher: f.Publisher, Category: f.Category,
			Package: f.Package, Known: f.Known, Keys: list(f.Keys), Warnings: []string{}, Usable: f.Usable,
		}
		for _, code := range f.Warnings {
			item.Warnings = append(item.Warnings, backend.PasteWarning(code))
		}
		out.Items = append(out.Items, item)
	}
	return out, nil
}

// OpenFiles takes files that were dropped on the window and gives those that
// Toolbay can open.
func (w *Window) OpenFiles(paths []string) []Opening {
	out := []Opening{}
	for _, path := range paths {
		if ref, kind, ok := backend.Opening(path, ""); ok {
			out = append(out, Opening{Ref: ref, Kind: kind})
		} else if kind, ok := backend.Dropped(path); ok {
			out = append(out, Opening{Ref: path, Kind: kind})
		}
	}
	return out
}
