package fakeregistry

import (
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"github.com/Masterminds/semver/v3"
)

// The methods below are what happens to a registry, with exactly the times of
// the real one (modelcontextprotocol/registry, internal/service and
// internal/database, at 1.8.7): a row's updatedAt moves when the row itself is
// published, edited or given a status, and does not when isLatest goes from or
// to it.

// Publish adds a version at a time. It becomes the latest when it is higher
// than the one that is.
func (r *Registry) Publish(name, version string, at time.Time) {
	rec := Make(name, version, false)
	rec.Updated, rec.Published = at, at
	r.change(func() {
		for i := range r.records {
			if r.records[i].Name == name && r.records[i].Latest {
				if !higher(rec, r.records[i]) {
					r.insert(rec)
					return
				}
				r.records[i].Latest = false
				r.records[i] = r.records[i].written()
			}
		}
		rec.Latest = true
		r.insert(rec)
	})
}

// SetStatus gives a version, or with "" all versions, a status and says which
// is the latest anew: the highest that is not deleted, else the highest.
func (r *Registry) SetStatus(name, version, status, message string, at time.Time) {
	r.change(func() {
		for i, rec := range r.records {
			if rec.Name != name || version != "" && rec.Version != version {
				continue
			}
			if version == "" && rec.Status == status && rec.Message == message {
				continue // a change of all touches only those that change
			}
			rec.Status, rec.Message, rec.Updated = status, message, at
			r.records[i] = rec.written()
		}
		best := -1
		for _, deleted := range []bool{false, true} {
			for i, rec := range r.records {
				if rec.Name == name && (deleted || rec.Status != "deleted") && (best < 0 || higher(rec, r.records[best])) {
					best = i
				}
			}
			if best >= 0 {
				break
			}
		}
		r.mark(name, best)
	})
}

// Edit changes the words of a version.
func (r *Registry) Edit(name, version, description string, at time.Time) {
	r.change(func() {
		for i, rec := range r.records {
			if rec.Name == name && rec.Version == version {
				rec.Description, rec.Updated = description, at
				r.records[i] = rec.written()
			}
		}
	})
}

// Promote makes a version the latest without touching anything else, as a hand
// in the database does.
func (r *Registry) Promote(name, version string) {
	r.change(func() {
		r.mark(name, slices.IndexFunc(r.records, func(rec Record) bool { return rec.Name == name && rec.Version == version }))
	})
}

// Forget removes every trace of a server, which the real one never does.
func (r *Registry) Forget(name string) {
	r.change(func() {
		r.records = slices.DeleteFunc(r.records, func(rec Record) bool { return rec.Name == name })
	})
}

// Records gives all versions as they are now.
func (r *Registry) Records() []Record {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.Clone(r.records)
}

// change works on a copy, because answers being written still hold the old one.
func (r *Registry) change(work func()) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.records = slices.Clone(r.records)
	work()
}

func (r *Registry) insert(rec Record) {
	at := slices.IndexFunc(r.records, func(other Record) bool { return !before(other, rec.Name, rec.Version) })
	if at < 0 {
		at = len(r.records)
	}
	r.records = slices.Insert(r.records, at, rec.written())
}

// mark makes the record at best the latest of its server, and no other.
func (r *Registry) mark(name string, best int) {
	for i, rec := range r.records {
		if rec.Name == name && rec.Latest != (i == best) {
			rec.Latest = i == best
			r.records[i] = rec.written()
		}
	}
}

// higher is the registry's rule: versions that are semantic count by number
// and before all others, those by the time they came out.
func higher(a, b Record) bool {
	va, ea := semver.StrictNewVersion(a.Version)
	vb, eb := semver.StrictNewVersion(b.Version)
	switch {
	case ea == nil && eb == nil:
		return va.GreaterThan(vb)
	case ea != nil && eb != nil:
		return a.Published.After(b.Published)
	}
	return ea == nil
}

// written gives the record with its fields in its text.
func (rec Record) written() Record {
	var wire map[string]any
	if err := json.Unmarshal(rec.Raw, &wire); err != nil {
		panic(fmt.Sprintf("a record that is no JSON: %v", err)) // NewRecord has read it
	}
	meta := map[string]any{
		"status": rec.Status, "publishedAt": rec.Published.UTC().Format(time.RFC3339Nano),
		"updatedAt": rec.Updated.UTC().Format(time.RFC3339Nano), "isLatest": rec.Latest,
	}
	if rec.Message != "" {
		meta["statusMessage"] = rec.Message
	}
	wire["_meta"] = map[string]any{metaKey: meta}
	if server, ok := wire["server"].(map[string]any); ok && rec.Description != "" {
		server["description"] = rec.Description
	}
	raw, err := json.Marshal(wire)
	if err != nil {
		panic(fmt.Sprintf("a record that cannot be written: %v", err))
	}
	rec.Raw = raw
	return rec
}
