package store

import (
	"context"
	"reflect"
	"slices"
	"strings"

	"toolbay/backend/model"
)

// Merger says which records are one server and makes their card. A new one is
// made for every index that is built.
type Merger interface {
	// Add is called once with every record of the catalogue, deleted ones too,
	// in the order 0, 1, 2 …
	Add(source string, l model.Listing)
	// Groups is called after the last Add. Every record is in one group at
	// most; one that is in none is not shown by itself.
	Groups() [][]int32
	// Card makes the card of one of the groups of its records, which come with
	// those that are there before the deleted, then in the order of sources. It
	// sets Listing, with the id of the record that speaks, and Origins.
	Card(group int, records []model.Record) model.Card
}

// copier is a Merger that knows, before its card is made, that a group is one
// of many copies; those stand last when nothing is asked.
type copier interface {
	Copies(group int) int
}

// SetMerger says what makes a merger; without one, or with nil from it, the
// records with the same id are one server. It is set before the store is used.
func (s *Store) SetMerger(make func(context.Context) (Merger, error)) { s.merger = make }

func (s *Store) newMerger(ctx context.Context) (Merger, error) {
	if s.merger != nil {
		if m, err := s.merger(ctx); m != nil || err != nil {
			return m, err
		}
	}
	return &sameID{at: map[string]int32{}}, nil
}

// sameID is the Merger of last resort.
type sameID struct {
	at     map[string]int32
	groups [][]int32
	n      int32
}

func (m *sameID) Add(_ string, l model.Listing) {
	g, ok := m.at[l.ID]
	if !ok {
		g = int32(len(m.groups))
		m.at[strings.Clone(l.ID)] = g // which may be part of a whole row
		m.groups = append(m.groups, nil)
	}
	m.groups[g] = append(m.groups[g], m.n)
	m.n++
}

func (m *sameID) Groups() [][]int32 { return m.groups }

func (m *sameID) Card(_ int, records []model.Record) model.Card {
	first := records[0]
	c := model.Card{Listing: first.Listing, Origins: origins(first)}
	c.Sources = nil
	for _, r := range records {
		if deleted(r.Listing) == deleted(first.Listing) && !slices.Contains(c.Sources, r.Source) {
			c.Sources = append(c.Sources, r.Source)
		}
	}
	return c
}

// origins says that every field which says something comes from the record.
func origins(r model.Record) map[string]string {
	out := map[string]string{}
	v := reflect.ValueOf(r.Listing)
	for i := range v.NumField() {
		f := v.Field(i)
		if f.IsZero() || f.Kind() == reflect.Slice && f.Len() == 0 {
			continue
		}
		name, _, _ := strings.Cut(v.Type().Field(i).Tag.Get("json"), ",")
		out[name] = r.Source
	}
	delete(out, "id")
	delete(out, "sources")
	return out
}
