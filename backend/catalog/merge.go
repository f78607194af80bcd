package catalog

import (
	"context"

	"toolbay/backend/catalog/identity"
	"toolbay/backend/catalog/source/mcpm"
	"toolbay/backend/catalog/source/toolsdk"
	"toolbay/backend/model"
	"toolbay/backend/store"
)

// Merger makes what says which records are one server, for one index of the
// store: (*store.Store).SetMerger is given this. It knows the order of sources
// as it is now.
func (c *Catalog) Merger(ctx context.Context) (store.Merger, error) {
	place, err := c.store.SourceOrder(ctx)
	if err != nil {
		return nil, err
	}
	curated, enriches := map[string]bool{}, map[string]bool{}
	for _, p := range plugins() {
		curated[p.ID], enriches[p.ID] = p.Curated, p.Enriches
	}
	// A registry lets nobody publish under the account or domain of others;
	// what a private one lists beside that is its own and nobody else's.
	proves := map[string]bool{Official: true}
	registries, err := c.Registries(ctx)
	if err != nil {
		return nil, err
	}
	for _, r := range registries {
		proves[r.ID] = true
	}
	return merger{identity.New(identity.Options{
		Order:    place,
		Curated:  func(source string) bool { return curated[source] },
		Enriches: func(source string) bool { return enriches[source] },
		Proves:   func(source string) bool { return proves[source] },
		Checks:   func(source string) bool { return source == Official },
		Kept:     func(source string) bool { return source == mcpm.ID || source == toolsdk.ID },
	})}, nil
}

// curated are the sources where not everybody can publish.
func (c *Catalog) curated(ctx context.Context) (map[string]bool, error) {
	out := map[string]bool{}
	for _, p := range plugins() {
		out[p.ID] = p.Curated
	}
	registries, err := c.Registries(ctx)
	for _, r := range registries {
		out[r.ID] = true // by the people whose registry it is
	}
	return out, err
}

// merger completes the cards.
type merger struct{ *identity.Graph }

// Card fills in what no source says. That has no origin but us.
func (m merger) Card(group int, records []model.Record) model.Card {
	card := m.Graph.Card(group, records)
	card.Listing = complete(card.Listing)
	return card
}
