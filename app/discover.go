package app

import (
	"maps"
	"slices"
	"strings"
	"time"

	"toolbay/backend"
	"toolbay/backend/model"
	"toolbay/backend/text"
)

// SearchQuery is what the Discover screen asks.
type SearchQuery struct {
	Text     string   `json:"text"`
	Category string   `json:"category"`
	Source   string   `json:"source"`
	Filters  []string `json:"filters"`
	Sort     string   `json:"sort"`
	Limit    int      `json:"limit"`
	Offset   int      `json:"offset"`
}

// Listing is a listing with what is installed of it.
type Listing struct {
	ID          string               `json:"id"`
	Name        string               `json:"name"`
	Title       string               `json:"title"`
	Description string               `json:"description"`
	Publisher   string               `json:"publisher"`
	Repository  string               `json:"repository"`
	Website     string               `json:"website"`
	Version     string               `json:"version"`
	License     string               `json:"license"`
	Category    string               `json:"category"`
	Needs       string               `json:"needs"`
	Sample      string               `json:"sample"`
	Caution     string               `json:"caution"`
	Status      string               `json:"status"`
	Updated     string               `json:"updated"`
	Published   string               `json:"published"`
	Vendor      bool                 `json:"vendor"`
	Stars       int                  `json:"stars"`
	Downloads   int                  `json:"downloads"`
	Copies      int                  `json:"copies"`
	Merged      []string             `json:"merged"`
	Sources     []string             `json:"sources"`
	Packages    []backend.PackageRef `json:"packages"`
	Tools       []model.Tool         `json:"tools"`
	Featured    int                  `json:"featured"`
	Installed   []string             `json:"installed"`
	Installable bool                 `json:"installable"`
}

// Facets are the counts beside the filters.
type Facets struct {
	All        int            `json:"all"`
	Categories map[string]int `json:"categories"`
	Sources    map[string]int `json:"sources"`
	Filters    map[string]int `json:"filters"`
}

// SearchPage is one page of results.
type SearchPage struct {
	Total   int       `json:"total"`
	More    bool      `json:"more"`
	TookMS  float64   `json:"took_ms"`
	Results []Listing `json:"results"`
	Facets  Facets    `json:"facets"`
}

// Way is one way to get a listing.
type Way struct {
	Index       int    `json:"index"`
	Type        string `json:"type"`
	Identifier  string `json:"identifier"`
	Version     string `json:"version"`
	Usable      bool   `json:"usable"`
	Recommended bool   `json:"recommended"`
	Why         string `json:"why"`
	// Because is why it is the recommended one, a key of section "ways-because".
	Because string `json:"because"`
}

// FactView is one thing known, or known to be unknown, about a listing.
type FactView struct {
	Code   string            `json:"code"`
	State  string            `json:"state"`
	Origin string            `json:"origin"` // the name of who says so, "" for this computer
	Args   map[string]string `json:"args"`
}

// RecordView is what one source says of a listing.
type RecordView struct {
	Source      string               `json:"source"`
	Name        string               `json:"name"` // of the source
	ID          string               `json:"id"`
	Title       string               `json:"title"`
	Description string               `json:"description"`
	Version     string               `json:"version"`
	Updated     string               `json:"updated"`
	Packages    []backend.PackageRef `json:"packages"`
}

// OriginView says by name which source a field's value comes from.
type OriginView struct {
	Field  string `json:"field"`
	Source string `json:"source"`
}

// ListingPage is everything the Listing screen shows.
type ListingPage struct {
	Listing Listing      `json:"listing"`
	Ways    []Way        `json:"ways"`
	Facts   []FactView   `json:"facts"`
	Records []RecordView `json:"records"`
	Origins []OriginView `json:"origins"`
	Age     []SourceView `json:"age"`
}

// Search answers while the user types.
func (w *Window) Search(q SearchQuery) (SearchPage, error) {
	began := time.Now()
	r, err := w.back.Browse(w.context(), backend.Query{
		Text: q.Text, Category: q.Category, Source: q.Source,
		Filters: q.Filters, Sort: q.Sort,
		Limit: q.Limit, Offset: q.Offset,
	})
	if err != nil {
		return SearchPage{}, err
	}
	here, err := w.installedByListing()
	if err != nil {
		return SearchPage{}, err
	}
	p := SearchPage{Total: r.Total, More: r.More, Results: []Listing{}, Facets: Facets{
		All: r.Facets.All, Categories: r.Facets.Categories, Sources: r.Facets.Sources,
		Filters: r.Facets.Filters,
	}}
	for _, l := range r.Listings {
		p.Results = append(p.Results, listingView(l, here))
	}
	p.TookMS = float64(time.Since(began).Microseconds()) / 1000
	return p, nil
}

// Listing gives one listing whole: the card with what every source says of it.
func (w *Window) Listing(id string) (ListingPage, error) {
	card, err := w.back.Show(w.context(), id)
	if err != nil {
		return ListingPage{}, err
	}
	here, err := w.installedByListing()
	if err != nil {
		return ListingPage{}, err
	}
	p := ListingPage{
		Listing: listingView(card.Listing, here), Ways: ways(card.Packages, backend.Recommended(card)),
		Facts: []FactView{}, Records: []RecordView{}, Origins: []OriginView{},
	}
	if p.Age, err = w.sources(); err != nil {
		return ListingPage{}, err
	}
	names := sourceNames(p.Age)
	for _, f := range card.Facts {
		p.Facts = append(p.Facts, factView(f, names))
	}
	for _, r := range card.Records {
		v := RecordView{
			Source: r.Source, Name: names.of(r.Source), ID: r.ID, Title: backend.TitleOf(r.Listing),
			Description: r.Description, Version: r.Version, Updated: stamp(r.Updated), Packages: []backend.PackageRef{},
		}
		for _, pack := range r.Packages {
			v.Packages = append(v.Packages, backend.RefOf(pack))
		}
		p.Records = append(p.Records, v)
	}
	for _, field := range slices.Sorted(maps.Keys(card.Origins)) {
		p.Origins = append(p.Origins, OriginView{Field: field, Source: names.of(card.Origins[field])})
	}
	return p, nil
}

// nameOf are the names of sources by their ids.
type nameOf map[string]string

func sourceNames(sources []SourceView) nameOf {
	names := nameOf{}
	for _, s := range sources {
		names[s.Source] = s.Name
	}
	return names
}

// of gives the name of a source; one that is gone since keeps its id.
func (n nameOf) of(id string) string {
	if name, ok := n[id]; ok {
		return name
	}
	return id
}

// factView names the sources that a fact tells of.
func factView(f model.Fact, names nameOf) FactView {
	v := FactView{Code: f.Code, State: f.State, Args: map[string]string{}}
	if f.Origin != "here" {
		v.Origin = names.of(f.Origin)
	}
	for name, value := range f.Args {
		if name == "lists" || name == "others" {
			ids := strings.Split(value, ",")
			for i := range ids {
				ids[i] = names.of(ids[i])
			}
			value = text.List(ids)
		}
		v.Args[name] = value
	}
	return v
}

// ways are the packages with the one that is installed unless another is asked
// for recommended, and the reason for it.
func ways(packages []model.Package, first int) []Way {
	out, usable := []Way{}, 0
	for i, pack := range packages {
		ref := backend.RefOf(pack)
		way := Way{Index: i, Type: ref.Type, Identifier: ref.Identifier, Version: ref.Version, Usable: backend.Installable(pack), Why: pack.Type}
		if way.Usable {
			usable++
		}
		out = append(out, way)
	}
	if first >= 0 {
		out[first].Recommended = true
		out[first].Because = because(out[first].Type, usable)
	}
	return out
}

// because says why a way is the recommended one of so many that can be used.
func because(kind string, usable int) string {
	switch {
	case usable == 1:
		return "only-way"
	case kind == "oci":
		return "keeps-apart"
	case kind == "remote":
		return "nothing-to-download"
	}
	return "works-in-all-apps"
}

func (w *Window) installedByListing() (map[string][]string, error) {
	servers, err := w.back.Installed(w.context())
	if err != nil {
		return nil, err
	}
	here := map[string][]string{}
	for _, s := range servers {
		here[s.Listing] = append(here[s.Listing], s.ID)
	}
	return here, nil
}

func listingView(l model.Listing, here map[string][]string) Listing {
	installed := slices.Clone(here[l.ID])
	for _, id := range l.Merged {
		if id != l.ID {
			installed = append(installed, here[id]...)
		}
	}
	v := Listing{
		ID: l.ID, Name: l.Name, Title: backend.TitleOf(l), Description: l.Description, Publisher: l.Publisher,
		Repository: l.Repository, Website: l.Website, Version: l.Version, License: l.License,
		Category: l.Category, Needs: string(l.Needs), Sample: l.Sample, Caution: l.Caution,
		Status: l.Status, Updated: stamp(l.Updated), Published: stamp(l.Published), Vendor: l.Vendor,
		Stars: l.Stars, Downloads: l.Downloads, Copies: l.Copies, Merged: list(l.Merged), Sources: list(l.Sources), Packages: []backend.PackageRef{},
		Tools: list(l.Tools), Featured: l.Featured, Installed: list(installed),
	}
	for _, p := range l.Packages {
		v.Packages = append(v.Packages, backend.RefOf(p))
		v.Installable = v.Installable || backend.Installable(p)
	}
	return v
}

// stamp writes a time for the frontend; a time nobody knows is "".
func stamp(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format(time.RFC3339)
}

// list makes an absent list an empty one: the frontend never sees null.
func list[T any](in []T) []T {
	if in == nil {
		return []T{}
	}
	return in
}
