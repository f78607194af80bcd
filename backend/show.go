package backend

import (
	"context"
	"encoding/json"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"toolbay/backend/catalog/trust"
	"toolbay/backend/model"
	"toolbay/backend/pattern"
)

// Show gives the card that has a listing: what every source says of the server,
// where each field comes from, and what is known about whether to trust it.
// Error code: listing_unknown.
func (b *Backend) Show(ctx context.Context, id string) (model.Card, error) {
	card, err := b.store.Card(ctx, id)
	if err != nil {
		return model.Card{}, err
	}
	servers, err := b.store.Servers(ctx)
	if err != nil {
		return model.Card{}, err
	}
	card.Facts = trust.Facts(card, b.here(card, servers))
	for i := range card.Records {
		fillLists(&card.Records[i].Listing)
	}
	fillLists(&card.Listing)
	return card, nil
}

// fillLists makes empty lists of those that are not there: lists are never null
// in JSON.
func fillLists(l *model.Listing) {
	if l.Sources == nil {
		l.Sources = []string{}
	}
	if l.Packages == nil {
		l.Packages = []model.Package{}
	}
	if l.Tools == nil {
		l.Tools = []model.Tool{}
	}
}

// here tells what was seen of a card on this computer. Of several servers of
// it the one that was tried last speaks, and of none tried the newest.
func (b *Backend) here(card model.Card, servers []model.Server) trust.Here {
	h := trust.Here{Now: b.o.Now()}
	var last *model.Server
	for i := range servers {
		s := &servers[i]
		if !ofCard(card, *s) {
			continue
		}
		if last == nil || later(*s, *last) {
			last = s
		}
	}
	if last == nil {
		return h
	}
	h.Installed, h.Version = true, last.Version
	if p := last.Probe; p != nil {
		h.Started, h.Tried = &p.OK, p.Time
	}
	h.PointsTo, h.Looked = pointsTo(*last)
	return h
}

func later(a, b model.Server) bool {
	switch {
	case a.Probe != nil && b.Probe != nil:
		return a.Probe.Time.After(b.Probe.Time)
	case a.Probe != nil || b.Probe != nil:
		return a.Probe != nil
	}
	return a.Installed.After(b.Installed)
}

// ofCard tells whether a server was installed from one of a card's listings, or
// is one of its packages.
func ofCard(card model.Card, s model.Server) bool {
	has := func(id string) bool { return id != "" && strings.EqualFold(id, s.Listing) }
	if has(card.ID) || slices.ContainsFunc(card.Merged, has) ||
		slices.ContainsFunc(card.Records, func(r model.Record) bool { return has(r.ID) }) {
		return true
	}
	return slices.ContainsFunc(card.Packages, func(p model.Package) bool {
		return p.Type == s.Package.Type && p.Identifier != "" && p.Identifier == s.Package.Identifier
	})
}

var registryName = pattern.New(`^[A-Za-z0-9.-]{1,200}/[A-Za-z0-9._-]{1,200}$`)

// maxManifest is the most of a package.json that is read.
const maxManifest = 1 << 20

// pointsTo reads from an installed npm package which listing it says it belongs
// to, "" when it names none. looked is false when there is nothing to be read.
func pointsTo(s model.Server) (name string, looked bool) {
	id := s.Package.Identifier
	if s.Package.Type != "npm" || s.Dir == "" || !npmName().MatchString(id) {
		return "", false
	}
	root, err := os.OpenRoot(s.Dir) // a package cannot lead out of its folder
	if err != nil {
		return "", false
	}
	defer root.Close()
	place := filepath.Join("node_modules", filepath.FromSlash(id), "package.json")
	if st, err := root.Stat(place); err != nil || !st.Mode().IsRegular() {
		return "", false
	}
	f, err := root.Open(place)
	if err != nil {
		return "", false
	}
	defer f.Close()
	data, err := io.ReadAll(io.LimitReader(f, maxManifest+1))
	var manifest map[string]json.RawMessage
	if err != nil || len(data) > maxManifest || json.Unmarshal(data, &manifest) != nil {
		return "", false
	}
	// What is no name names no listing.
	if json.Unmarshal(manifest["mcpName"], &name) != nil || !registryName().MatchString(name) {
		return "", true
	}
	return name, true
}
