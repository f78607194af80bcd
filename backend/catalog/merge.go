package catalog

import (
	"context"

	"toolbay/backend/catalog/identity"
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
	curated, err := c.curated(ctx)
	if err != nil {
		return nil, err
	}
	enriches := map[string]bool{}
	for _, p := range plugins() {
		enriches[p.ID] = p.Enriches
	}
	return merger{identity.New(identity.Options{
		Order:    place,
		Curated:  func(source string) bool { return curated[source] },
		Enriches: func(source string) bool { return enriches[source] },
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
