package identity

import (
	"cmp"
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
// are vouched for; Origins says which source that was.
//
// Who speaks is decided by what does not change when a source is added below:
// what is there before what is deleted, the sources in their order, and within
// one source who is proved, then who was here first. So nobody's record speaks
// for a server that another one was known for.
//
// A record in whose source anybody may publish is vouched for when it is by
// the same publisher, or names the same repository's owner, as one that is.
// Others are named in Sources and Merged, "also listed", and say nothing:
// naming somebody's package must not add a package to their card.
func (g *Graph) Card(group int, records []model.Record) model.Card {
	records = slices.Clone(records)
	if len(records) == 0 {
		return model.Card{}
	}
	g.sortRecords(records)
	speaker := records[0]
	c := model.Card{Listing: model.Listing{ID: speaker.ID, Name: speaker.Name}, Records: records, Origins: map[string]string{}}
	m := merging{card: &c, seen: map[uint64]bool{}}
	m.origin("name", speaker)
	for _, r := range g.vouched(records) {
		m.take(r)
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

// sortRecords puts records in the order in which they speak.
func (g *Graph) sortRecords(records []model.Record) {
	if len(records) < 2 {
		return
	}
	type standing struct {
		left    bool // for another name that is here
		proved  bool
		support int // records of its source with its repository's owner
	}
	stand := make(map[string]standing, len(records))
	ids := map[string]bool{}
	for _, r := range records {
		ids[strings.ToLower(r.ID)] = true
	}
	for _, r := range records {
		h := repositoryOf(r.Repository)
		s := standing{proved: provedBy(r.Listing, nameOf(r.Listing), h)}
		s.left = r.Renamed != "" && !strings.EqualFold(r.Renamed, r.ID) && ids[strings.ToLower(r.Renamed)]
		for _, o := range records {
			if o.Source == r.Source && h.owner != 0 && repositoryOf(o.Repository).owner == h.owner {
				s.support++
			}
		}
		stand[r.Source+"\x00"+r.ID] = s
	}
	enriching := func(r model.Record) int { return btoi(g.o.Enriches != nil && g.o.Enriches(r.Source)) }
	slices.SortStableFunc(records, func(a, b model.Record) int {
		x, y := stand[a.Source+"\x00"+a.ID], stand[b.Source+"\x00"+b.ID]
		return cmp.Or(
			btoi(a.Status == "deleted")-btoi(b.Status == "deleted"),
			enriching(a)-enriching(b),
			g.compareSources(a.Source, b.Source),
			btoi(x.left)-btoi(y.left),
			btoi(y.proved)-btoi(x.proved),
			btoi(a.Status == "deprecated")-btoi(b.Status == "deprecated"),
			y.support-x.support,
			day(a.Seen).Compare(day(b.Seen)),
			earlier(a.Published, b.Published),
			strings.Compare(strings.ToLower(a.ID), strings.ToLower(b.ID)),
			strings.Compare(a.ID, b.ID),
		)
	})
}

func day(t time.Time) time.Time { return t.UTC().Truncate(24 * time.Hour) }

// earlier puts what has no time last.
func earlier(a, b time.Time) int {
	if a.IsZero() != b.IsZero() {
		return btoi(a.IsZero()) - btoi(b.IsZero())
	}
	return a.Compare(b)
}

// vouched gives the records that may say something on the card.
func (g *Graph) vouched(records []model.Record) []model.Record {
	if len(records) < 2 {
		return records
	}
	spaces, owners, domains := map[uint64]bool{}, map[uint32]bool{}, map[string]bool{}
	accept := func(r model.Record) {
		n, h := nameOf(r.Listing), repositoryOf(r.Repository)
		spaces[n.space] = true
		if n.domain != "" {
			domains[n.domain] = true
		}
		// Only what is proved to be its own vouches for others with it.
		if h.owner != 0 && (g.isCurated(r.Source) || !n.registry || sameOwner(h.ownerName, n.label)) {
			owners[h.owner] = true
		}
	}
	var out []model.Record
	for i, r := range records {
		n := nameOf(r.Listing)
		ok := i == 0 || g.isCurated(r.Source) || !n.registry || spaces[n.space] || n.domain != "" && domains[n.domain] ||
			n.domain == "" && n.label != "" && owners[short(n.label)]
		if ok && r.Status == "deleted" && records[0].Status != "deleted" {
			ok = false
		}
		if ok {
			accept(r)
			out = append(out, r)
		}
	}
	return out
}

// merging is a card while it is being made.
type merging struct {
	card *model.Card
	seen map[uint64]bool // keys of the packages it has
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

// packages adds those that no record before named. What is named twice is as
// the earlier one says, version and all: inputs and version were made for each
// other. One record may name a package twice, for two systems.
func (m *merging) packages(r model.Record) {
	var own []uint64
	for _, p := range r.Packages {
		if len(m.card.Packages) == maxPackages {
			return
		}
		k, ok := keyOf(p)
		if !ok {
			k.hash = hash(p.Type + "\x00" + p.Identifier + "\x00" + p.URL)
		}
		if m.seen[k.hash] {
			continue
		}
		own = append(own, k.hash)
		m.card.Packages = append(m.card.Packages, p)
		m.origin("packages", r)
	}
	for _, k := range own {
		m.seen[k] = true
	}
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
