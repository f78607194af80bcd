package model

import "time"

// Card is what a person sees of one server: what all sources say about it,
// made into one listing.
type Card struct {
	Listing
	// Records are the listings it was made of, the one that speaks first.
	Records []Record `json:"records"`
	// Origins says which source a field's value comes from, by the field's name
	// in JSON.
	Origins map[string]string `json:"origins"`
	// Facts are what is known about whether to trust it.
	Facts []Fact `json:"facts"`
}

// Record is one listing as one source tells it.
type Record struct {
	Source string `json:"source"`
	Listing
	// Seen is when this source was first seen to have it here.
	Seen time.Time `json:"seen"`
	// Absent tells of one with status deleted that its source did not say so: it
	// is only no longer there.
	Absent bool `json:"-"`
}

// Fact is one thing that is known, or known to be unknown, about a server. It
// is not a score.
type Fact struct {
	// Code names the fact: "publisher", "remote-domain", "back-link", …
	Code string `json:"code"`
	// State is "yes", "no" or "unknown".
	State string `json:"state"`
	// Origin says who told: a source's id, or "here" for what was seen on this
	// computer.
	Origin string            `json:"origin"`
	Args   map[string]string `json:"args"`
}
