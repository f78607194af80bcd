package identity

import (
	"cmp"
	"maps"
	"slices"
	"strings"
	"time"

	"toolbay/backend/model"
)

const (
	maxPackages = 64
	maxTags     = 50
)

// Card makes one listing of a group's records. Every field comes from the
// first record that has it, in the order in which they speak, among those that
// may say something (trusted); Origins says which source that was.
//
// Who speaks is decided by what does not change when a source is added below
// that is not looked after: who is trusted, what is there before what is
// deleted, the sources in their order, and within one source who was here
// first.
//
// All others are named in Sources and Merged, "also listed", and say nothing:
// naming somebody's package, address or repository must not add anything to
// their card.
func (g *Graph) Card(group int, records []model.Record) model.Card {
	records = slices.Clone(records)
	if len(records) == 0 {
		return model.Card{}
	}
	trusted := g.trusted(group, records)
	g.sortRecords(records, trusted)
	speaker := records[0]
	c := model.Card{Listing: model.Listing{ID: speaker.ID, Name: speaker.Name}, Records: records, Origins: map[string]string{}}
	m := merging{card: &c, seen: map[uint64]int{}}
	m.origin("name", speaker)
	m.take(speaker)
	for _, r := range records[1:] {
		switch {
		case r.Status == "deleted" && speaker.Status != "deleted":
		case trusted(speaker) && trusted(r):
			m.take(r)
		case g.enriching(r):
			m.count(r)
		}
	}
	m.status(speaker)
	if c.Packages == nil {
		c.Packages = []model.Package{}
	}
	if c.Tools == nil {
		c.Tools = []model.Tool{}
	}
	for _, r := range records {
		if (r.Status == "deleted") == (speaker.Status == "deleted") && !slices.Contains(c.Sources, r.Source) {
			c.Sources = append(c.Sources, r.Source)
		}
		if !slices.Contains(c.Merged, r.ID) {
			c.Merged = append(c.Merged, r.ID)
		}
	}
	if len(c.Merged) < 2 {
		c.Merged = nil
	}
	if group >= 0 && group < len(g.at) {
		c.Copies = int(g.at[group].copies)
		if other := g.at[group].fork; other > 0 {
			c.Fork = g.nameOf(other - 1)
		}
	}
	return c
}

// nameOf gives an id of a group: of its highest source, the first by name.
func (g *Graph) nameOf(group int32) string {
	best := slices.MinFunc(g.groups[group], func(a, b int32) int {
		return cmp.Or(g.compareSources(g.order[g.records[a].source], g.order[g.records[b].source]), strings.Compare(g.idOf(a), g.idOf(b)))
	})
	return g.idOf(best)
}

func (g *Graph) compareSources(a, b string) int {
	if g.o.Order != nil {
		if c := cmp.Compare(g.o.Order(a), g.o.Order(b)); c != 0 {
			return c
		}
	}
	return strings.Compare(a, b)
}

func (g *Graph) enriching(r model.Record) bool { return g.o.Enriches != nil && g.o.Enriches(r.Source) }

// trusted tells which records may say something on one card. Where a list that
// is looked after has the server, it is these lists, and the names of whoever
// owns the repository, address or image that they list. Else it is the one
// owner whose names the group goes by. What a record names itself proves
// nothing for it.
func (g *Graph) trusted(group int, records []model.Record) func(model.Record) bool {
	var listed []place
	lists := false
	for _, r := range records {
		if !g.isCurated(r.Source) || g.enriching(r) || r.Status == "deleted" {
			continue
		}
		lists = true
		listed = append(listed, repositoryPlace(r.Repository))
		for _, p := range r.Packages[:min(len(r.Packages), maxPackages)] {
			listed = append(listed, packagePlace(p))
		}
	}
	head := uint64(0)
	if group >= 0 && group < len(g.at) {
		head = g.at[group].head
	}
	proved := map[string]bool{}
	for _, r := range records {
		if o := ownerOf(r.ID); g.proves(r.Source) && o.is != "" {
			proved[o.is] = proved[o.is] || lists && slices.ContainsFunc(listed, o.owns) || !lists && o.hash() == head
		}
	}
	return func(r model.Record) bool {
		if g.isCurated(r.Source) && (lists || g.enriching(r)) {
			return true
		}
		return g.proves(r.Source) && proved[ownerOf(r.ID).is]
	}
}

// sortRecords puts records in the order in which they speak.
func (g *Graph) sortRecords(records []model.Record, trusted func(model.Record) bool) {
	ids := map[string]bool{}
	for _, r := range records {
		ids[strings.ToLower(r.ID)] = true
	}
	// left for another name that is here
	left := func(r model.Record) bool {
		return r.Renamed != "" && !strings.EqualFold(r.Renamed, r.ID) && ids[strings.ToLower(r.Renamed)]
	}
	slices.SortStableFunc(records, func(a, b model.Record) int {
		return cmp.Or(
			btoi(g.enriching(a))-btoi(g.enriching(b)),
			btoi(trusted(b))-btoi(trusted(a)),
			btoi(a.Status == "deleted")-btoi(b.Status == "deleted"),
			g.compareSources(a.Source, b.Source),
			btoi(left(a))-btoi(left(b)),
			btoi(a.Status == "deprecated")-btoi(b.Status == "deprecated"),
			day(a.Seen).Compare(day(b.Seen)),
			strings.Compare(strings.ToLower(a.ID), strings.ToLower(b.ID)),
			strings.Compare(a.ID, b.ID),
		)
	})
}

func day(t time.Time) time.Time { return t.UTC().Truncate(24 * time.Hour) }

// merging is a card while it is being made.
type merging struct {
	card *model.Card
	seen map[uint64]int // where the packages are, by their keys
}

func (m *merging) origin(field string, r model.Record) {
	if _, ok := m.card.Origins[field]; !ok {
		m.card.Origins[field] = r.Source
	}
}

func first[T comparable](m *merging, to *T, v T, field string, r model.Record) {
	var none T
	if *to == none && v != none {
		*to = v
		m.origin(field, r)
	}
}

func (m *merging) take(r model.Record) {
	c := m.card
	first(m, &c.Title, r.Title, "title", r)
	first(m, &c.Description, r.Description, "description", r)
	first(m, &c.Publisher, r.Publisher, "publisher", r)
	if c.Repository == "" && r.Repository != "" {
		c.Repository, c.Subfolder = r.Repository, r.Subfolder
		m.origin("repository", r)
		if r.Subfolder != "" {
			m.origin("subfolder", r)
		}
	} else if c.Subfolder == "" && c.Repository != "" && repositoryOf(c.Repository).hash == repositoryOf(r.Repository).hash {
		first(m, &c.Subfolder, r.Subfolder, "subfolder", r)
	}
	first(m, &c.Website, r.Website, "website", r)
	first(m, &c.Icon, r.Icon, "icon", r)
	first(m, &c.Version, r.Version, "version", r)
	first(m, &c.License, r.License, "license", r)
	first(m, &c.Category, r.Category, "category", r)
	first(m, &c.Needs, r.Needs, "needs", r)
	first(m, &c.Sample, r.Sample, "sample", r)
	first(m, &c.Caution, r.Caution, "caution", r)
	first(m, &c.Featured, r.Featured, "featured", r)
	first(m, &c.Vendor, r.Vendor, "vendor", r)
	first(m, &c.Stars, r.Stars, "stars", r)
	first(m, &c.Downloads, r.Downloads, "downloads", r)
	if c.Published.IsZero() && !r.Published.IsZero() {
		c.Published = r.Published
		m.origin("published", r)
	}
	if r.Updated.After(c.Updated) {
		c.Updated = r.Updated
		c.Origins["updated"] = r.Source
	}
	if len(c.Tools) == 0 && len(r.Tools) > 0 {
		c.Tools = r.Tools
		m.origin("tools", r)
	}
	for _, tag := range r.Tags {
		if len(c.Tags) == maxTags {
			break
		}
		if !slices.ContainsFunc(c.Tags, func(t string) bool { return strings.EqualFold(t, tag) }) {
			c.Tags = append(c.Tags, tag)
			m.origin("tags", r)
		}
	}
	m.packages(r)
}

// count takes what people can do with a listing elsewhere, and no words of it.
func (m *merging) count(r model.Record) {
	first(m, &m.card.Stars, r.Stars, "stars", r)
	first(m, &m.card.Downloads, r.Downloads, "downloads", r)
}

// packages adds those that no record before named. What is named twice is as
// the earlier one says, version and all: inputs and version were made for each
// other. One record may name a package twice, for two systems. An address that
// nobody can listen to comes instead of one that everybody can.
func (m *merging) packages(r model.Record) {
	own := map[uint64]int{}
	for _, p := range r.Packages {
		if len(m.card.Packages) == maxPackages {
			break
		}
		k, ok := keyOf(p)
		if !ok {
			k.hash = hash(p.Type + "\x00" + p.Identifier + "\x00" + p.URL)
		}
		if at, ok := m.seen[k.hash]; ok {
			if k.kind == kindRemote && open(m.card.Packages[at]) && !open(p) {
				m.card.Packages[at] = p
			}
			continue
		}
		own[k.hash] = len(m.card.Packages)
		m.card.Packages = append(m.card.Packages, p)
		m.origin("packages", r)
	}
	maps.Copy(m.seen, own)
}

// open tells that an address is spoken to without encryption.
func open(p model.Package) bool {
	return p.Type == "remote" && strings.HasPrefix(strings.ToLower(cmpOr(p.URL, p.Identifier)), "http://")
}

// status is the speaker's, and its words with it.
func (m *merging) status(r model.Record) {
	c := m.card
	c.Status, c.StatusMessage, c.Renamed = r.Status, r.StatusMessage, r.Renamed
	if c.Status != "" {
		m.origin("status", r)
	}
	if c.StatusMessage != "" {
		m.origin("statusMessage", r)
	}
	if c.Renamed != "" {
		m.origin("renamed", r)
	}
}
