// Package source says what a source of listings is: a small plug-in that reads
// pages of entries from somewhere. catalog runs them all the same way; each
// lives in a package of its own below this one.
//
//	for p, err := range … { page, err := reader.Page(ctx, web, cursor) }
package source

import (
	"context"
	"time"

	"toolbay/backend/model"
)

// Entry is one record as a source tells it, or why it could not be read.
type Entry struct {
	Listing model.Listing
	// Latest is nil when the record does not say whether it is the newest of
	// its server.
	Latest *bool
	// LeftOut says which parts could not be used and why.
	LeftOut []string
	// Err is why nothing could be made of it; Raw is then what it was.
	Err error
	Raw []byte
}

// Page is a part of what a source has. A source that is one file has one.
type Page struct {
	Entries []Entry
	// Next is the cursor of the next page, "" at the end.
	Next string
}

// Web gets documents. Its errors carry codes: source_unreachable,
// source_refused, source_garbage, source_insecure, source_key.
type Web interface {
	Get(ctx context.Context, address string, limit int64) ([]byte, error)
}

// Reader reads a source. The errors carry codes, source_garbage for what makes
// no sense.
type Reader interface {
	Page(ctx context.Context, web Web, cursor string) (Page, error)
}

// Changes is a Reader that can tell what changed since a time, deletions
// included.
type Changes interface {
	Reader
	ChangedSince(ctx context.Context, web Web, since time.Time, cursor string) (Page, error)
	// Versions gives every version of one server, deleted ones too.
	Versions(ctx context.Context, web Web, name string) ([]Entry, error)
}

// Plugin is a source that comes with Toolbay.
type Plugin struct {
	ID string
	// Site is a page where a person can look at it.
	Site string
	// License of the data, by its SPDX id; "" where none is known. What may be
	// given on is part of a snapshot.
	License string
	// Off is a source that is not used until the user says so.
	Off bool
	// Key tells that it wants a key of the user's.
	Key bool
	// Curated tells that somebody looks at what is listed.
	Curated bool
	// Enriches tells that its entries say more about servers that others list
	// and are none by themselves: they name no package.
	Enriches bool
	// Every is how long its entries are good; 6 hours when 0.
	Every time.Duration
	// Pause is between two requests; 100 ms when 0.
	Pause time.Duration
	// Open gives the reader; origin is where it is when not at its usual place.
	Open func(origin string) Reader
}
