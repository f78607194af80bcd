package app

import (
	"time"

	"toolbay/backend"
	"toolbay/backend/model"
)

// SearchQuery is what the Discover screen asks.
type SearchQuery struct {
	Text     string `json:"text"`
	Category string `json:"category"`
	Source   string `json:"source"`
	NoKey    bool   `json:"no_key"`
	NoDocker bool   `json:"no_docker"`
	Limit    int    `json:"limit"`
	Offset   int    `json:"offset"`
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
	Sources     []string             `json:"sources"`
	Packages    []backend.PackageRef `json:"packages"`
	Tools       []model.Tool         `json:"tools"`
	Featured    int                  `json:"featured"`
	Installed   []string             `json:"installed"`
	Installable bool                 `json:"installable"`
}

// Facets are the counts beside the filters.
type Facets struct {
	Categories map[string]int `json:"categories"`
	NoKey      int            `json:"no_key"`
	NoDocker   int            `json:"no_docker"`
	Sources    map[string]int `json:"sources"`
	All        int            `json:"all"`
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
}

// ListingPage is everything the Listing screen shows.
type ListingPage struct {
	Listing Listing      `json:"listing"`
	Ways    []Way        `json:"ways"`
	Age     []SourceView `json:"age"`
}

// Search answers while the user types.
func (w *Window) Search(q SearchQuery) (SearchPage, error) {
	began := time.Now()
	r, err := w.back.Browse(w.context(), backend.Query{
		Text: q.Text, Category: q.Category, Source: q.Source, NoKey: q.NoKey, NoDocker: q.NoDocker,
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
		Categories: r.Facets.Categories, Sources: r.Facets.Sources,
		NoKey: r.Facets.NoKey, NoDocker: r.Facets.NoDocker, All: r.Facets.All,
	}}
	for _, l := range r.Listings {
		p.Results = append(p.Results, listingView(l, here[l.ID]))
	}
	p.TookMS = float64(time.Since(began).Microseconds()) / 1000
	return p, nil
}

// Listing gives one listing whole.
func (w *Window) Listing(id string) (ListingPage, error) {
	l, err := w.back.Listing(w.context(), id)
	if err != nil {
		return ListingPage{}, err
	}
	here, err := w.installedByListing()
	if err != nil {
		return ListingPage{}, err
	}
	p := ListingPage{Listing: listingView(l, here[l.ID]), Ways: []Way{}}
	recommended := false
	for i, pack := range l.Packages {
		ref := backend.RefOf(pack)
		usable := backend.Installable(pack)
		p.Ways = append(p.Ways, Way{
			Index: i, Type: ref.Type, Identifier: ref.Identifier, Version: ref.Version,
			Usable: usable, Recommended: usable && !recommended, Why: pack.Type,
		})
		recommended = recommended || usable
	}
	p.Age, err = w.sources()
	return p, err
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

func listingView(l model.Listing, installed []string) Listing {
	v := Listing{
		ID: l.ID, Name: l.Name, Title: backend.TitleOf(l), Description: l.Description, Publisher: l.Publisher,
		Repository: l.Repository, Website: l.Website, Version: l.Version, License: l.License,
		Category: l.Category, Needs: string(l.Needs), Sample: l.Sample, Caution: l.Caution,
		Status: l.Status, Sources: list(l.Sources), Packages: []backend.PackageRef{},
		Tools: list(l.Tools), Featured: l.Featured, Installed: list(installed),
	}
	if !l.Updated.IsZero() {
		v.Updated = l.Updated.UTC().Format(time.RFC3339)
	}
	for _, p := range l.Packages {
		v.Packages = append(v.Packages, backend.RefOf(p))
		v.Installable = v.Installable || backend.Installable(p)
	}
	return v
}

// list makes an absent list an empty one: the frontend never sees null.
func list[T any](in []T) []T {
	if in == nil {
		return []T{}
	}
	return in
}
