package trust

import (
	"strconv"
	"strings"
	"time"

	"toolbay/backend/model"
)

// day is how dates are given, in UTC.
const day = "2006-01-02"

// oldest is before the first MCP server; a source that tells less is wrong.
var oldest = time.Date(2020, 1, 1, 0, 0, 0, 0, time.UTC)

// sane tells whether a date can be true. Clocks differ; two days are allowed.
func (k *known) sane(t time.Time) bool {
	return t.After(oldest) && (k.here.Now.IsZero() || t.Before(k.here.Now.Add(48*time.Hour)))
}

// firstSeen tells since when it is known at least.
func (k *known) firstSeen() (model.Fact, bool) {
	var first time.Time
	origin, how := here, ""
	earlier := func(t time.Time) bool { return k.sane(t) && (first.IsZero() || t.Before(first)) }
	for _, r := range k.Records {
		if earlier(r.Published) {
			first, origin, how = r.Published, r.Source, ""
		}
		if earlier(r.Seen) {
			first, origin, how = r.Seen, here, "here"
		}
	}
	if first.IsZero() {
		return fact(FirstSeen, unknown, here)
	}
	return fact(FirstSeen, yes, origin, "how", how, "date", first.UTC().Format(day))
}

// lastRelease tells when the newest version came out, or at least when a
// listing last changed.
func (k *known) lastRelease() (model.Fact, bool) {
	var published, updated model.Record
	for _, r := range k.live {
		if k.sane(r.Published) && r.Published.After(published.Published) {
			published = r
		}
		if k.sane(r.Updated) && r.Updated.After(updated.Updated) {
			updated = r
		}
	}
	switch {
	case published.Source != "" && published.Version != "":
		return fact(LastRelease, yes, published.Source, "version", published.Version, "date", published.Published.UTC().Format(day))
	case published.Source != "":
		return fact(LastRelease, yes, published.Source, "how", "unnamed", "date", published.Published.UTC().Format(day))
	case updated.Source != "":
		return fact(LastRelease, yes, updated.Source, "how", "changed", "date", updated.Updated.UTC().Format(day))
	}
	return fact(LastRelease, unknown, here)
}

// said makes the wording that quotes the publisher's own words.
func said(how, message string) string {
	switch {
	case message == "":
		return how
	case how == "":
		return "said"
	}
	return how + "-said"
}

// status tells whether the lists still stand by it; one that advises against
// it is heard even when another does not.
func (k *known) status() (model.Fact, bool) {
	for _, r := range k.live {
		if r.Status == "deprecated" {
			return fact(Status, no, r.Source, "how", said("deprecated", r.StatusMessage), "message", r.StatusMessage)
		}
	}
	if len(k.live) == 0 && len(k.Records) > 0 {
		r := k.Records[0]
		return fact(Status, no, r.Source, "how", said("deleted", r.StatusMessage), "message", r.StatusMessage)
	}
	for _, r := range k.live {
		// Only a registry asks its publishers; a curated list drops what is gone.
		if r.Status == "active" && (r.Source == official || looksAfter(r.Source)) {
			return fact(Status, yes, r.Source)
		}
	}
	return fact(Status, unknown, k.originOf("status"))
}

// removed tells which lists had it and have it no more, though others may.
func (k *known) removed() (model.Fact, bool) {
	gone := sources(k.Records, func(r model.Record) bool { return r.Status == "deleted" })
	if len(gone) == 0 {
		return model.Fact{}, false
	}
	message := ""
	for _, r := range k.Records {
		if r.Status == "deleted" && message == "" {
			message = r.StatusMessage
		}
	}
	how := ""
	others := sources(k.live, func(model.Record) bool { return true })
	if len(others) > 0 {
		how = "still"
	}
	return fact(Removed, yes, gone[0], "how", said(how, message), "lists", strings.Join(gone, ","),
		"others", strings.Join(others, ","), "message", message)
}

// startedHere tells how it went on this computer.
func (k *known) startedHere() (model.Fact, bool) {
	h := k.here
	switch {
	case h.Started == nil && h.Installed:
		return fact(StartedHere, unknown, here, "how", "installed", "version", h.Version)
	case h.Started == nil:
		return fact(StartedHere, unknown, here)
	}
	state := no
	if *h.Started {
		state = yes
	}
	how := "undated"
	date := ""
	if !h.Tried.IsZero() {
		how, date = "", h.Tried.UTC().Format(day)
	}
	return fact(StartedHere, state, here, "how", how, "version", h.Version, "date", date)
}

// renamed tells the new name that the publisher gives.
func (k *known) renamed() (model.Fact, bool) {
	for _, r := range k.Records {
		if r.Renamed != "" && !strings.EqualFold(r.Renamed, r.ID) {
			return fact(Renamed, yes, r.Source, "from", r.ID, "to", r.Renamed)
		}
	}
	return model.Fact{}, false
}

// copies tells that there are suspiciously many like it.
func (k *known) copies() (model.Fact, bool) {
	if k.Card.Copies < 2 {
		return model.Fact{}, false
	}
	return fact(Copies, yes, here, "n", strconv.Itoa(k.Card.Copies))
}
