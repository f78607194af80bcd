// Package trust says what is known about whether to trust a server, as facts
// and not as a score: each tells its origin, and what is not known is said as
// unknown. It asks nobody; all comes from a card and from what was seen on this
// computer. backend and what serves the catalogue may import it.
//
//	card.Facts = trust.Facts(card, trust.Here{Now: time.Now()})
package trust

import (
	"slices"
	"strings"
	"time"

	"toolbay/backend/model"
)

// Codes of the facts, in the order in which they are given. The first always
// are there, RemoteDomain where something runs online and BackLink where there
// is a package; those after StartedHere only where there is something to tell.
const (
	Publisher    = "publisher"
	RemoteDomain = "remote-domain"
	BackLink     = "back-link"
	Curated      = "curated"
	FirstSeen    = "first-seen"
	LastRelease  = "last-release"
	Status       = "status"
	StartedHere  = "started-here"
	Removed      = "removed"
	Renamed      = "renamed"
	Fork         = "fork"
	Copies       = "copies"
)

// States of a fact.
const (
	yes     = "yes"
	no      = "no"
	unknown = "unknown"
)

// here is the origin of what was seen on this computer.
const here = "here"

// Here is what was seen on this computer; the zero value is nothing.
type Here struct {
	// Now bounds the dates that sources tell; zero bounds nothing.
	Now time.Time
	// Installed tells that a server of the card is installed.
	Installed bool
	// Version is the one that is installed, or was tried.
	Version string
	// Started tells whether it started when it was last tried, nil that it was
	// never tried; Tried is when.
	Started *bool
	Tried   time.Time
	// Looked tells that the installed package was asked which listing it
	// belongs to, PointsTo what it named, "" for nothing.
	Looked   bool
	PointsTo string
}

// Facts gives what is known of a card, in a stable order. Where a fact has
// several wordings, its argument "how" says which: the words are those of
// "<code>.<state>_<how>".
func Facts(c model.Card, h Here) []model.Fact {
	k := known{Card: c, here: h}
	k.Records = recordsOf(c)
	for _, r := range k.Records {
		if r.Status != "deleted" {
			k.live = append(k.live, r)
		}
	}
	k.prove()

	out := []model.Fact{k.publisher()}
	for _, f := range []func() (model.Fact, bool){
		k.remoteDomain, k.backLink, k.curated, k.firstSeen, k.lastRelease,
		k.status, k.startedHere, k.removed, k.renamed, k.fork, k.copies,
	} {
		if fact, ok := f(); ok {
			out = append(out, fact)
		}
	}
	return out
}

// known is a card while facts are found out.
type known struct {
	model.Card
	here Here
	// live are the records that are not deleted.
	live []model.Record
	// proof is the publisher as a registry or a curated list vouches for it.
	proof proof
}

// recordsOf gives the records of a card; one without any stands for itself.
func recordsOf(c model.Card) []model.Record {
	if len(c.Records) > 0 {
		return c.Records
	}
	var out []model.Record
	for _, s := range c.Sources {
		out = append(out, model.Record{Source: s, Listing: c.Listing})
	}
	return out
}

// fact puts one together; pairs are the names and values of its arguments, of
// which empty ones are left out.
func fact(code, state, origin string, pairs ...string) (model.Fact, bool) {
	f := model.Fact{Code: code, State: state, Origin: origin, Args: map[string]string{}}
	for i := 0; i+1 < len(pairs); i += 2 {
		if pairs[i+1] != "" {
			f.Args[pairs[i]] = pairs[i+1]
		}
	}
	return f, true
}

// looksAfter tells whether somebody looks at what a source lists. A private
// registry is looked after by those who run it.
func looksAfter(source string) bool {
	switch source {
	case "starter", "docker", "toolhive", "anthropic", "github":
		return true
	}
	return strings.HasPrefix(source, "reg-")
}

// curated tells which of the lists that are looked after have it. Its argument
// "lists" names the sources, with commas between them.
func (k *known) curated() (model.Fact, bool) {
	lists := sources(k.live, func(r model.Record) bool { return looksAfter(r.Source) })
	if len(lists) == 0 {
		return fact(Curated, no, here)
	}
	return fact(Curated, yes, lists[0], "lists", strings.Join(lists, ","))
}

// sources names each source once whose record is wanted.
func sources(records []model.Record, want func(model.Record) bool) []string {
	var out []string
	for _, r := range records {
		if want(r) && !slices.Contains(out, r.Source) {
			out = append(out, r.Source)
		}
	}
	return out
}
