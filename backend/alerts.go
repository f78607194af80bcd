package backend

import (
	"context"
	"slices"
	"strings"

	"toolbay/backend/model"
	"toolbay/backend/text"
)

// AlertView is what a list says of an installed server, in words.
type AlertView struct {
	Code    string `json:"code"`
	Message string `json:"message"`
	Hint    string `json:"hint"`
}

// alert tells whether the listing that a server was installed from has been
// taken back, given up or renamed since: listing_deleted, listing_deprecated,
// listing_renamed, or nil.
func (b *Backend) alert(ctx context.Context, s model.Server) *model.Error {
	if s.Listing == "" {
		return nil
	}
	card, err := b.store.Card(ctx, s.Listing)
	if err != nil {
		return nil // nothing is known of it, which is nothing to be alarmed by
	}
	return alertOf(card, s)
}

func alertOf(card model.Card, s model.Server) *model.Error {
	var same []model.Record
	for _, r := range card.Records {
		if strings.EqualFold(r.ID, s.Listing) {
			same = append(same, r)
		}
	}
	find := func(is func(model.Record) bool) *model.Record {
		if i := slices.IndexFunc(same, is); i >= 0 {
			return &same[i]
		}
		return nil
	}
	say := func(code string, r *model.Record) *model.Error {
		return model.Fail(code, nil, "title", s.Title, "why", r.StatusMessage, "name", r.Renamed)
	}
	// Only a list that says that a server was deleted means it. One that is no
	// longer there may have been dropped, or the list was short that day.
	if r := find(func(r model.Record) bool { return r.Status == "deleted" && !r.Absent && tells(r.Source) }); r != nil {
		return say("listing_deleted", r)
	}
	if r := find(func(r model.Record) bool { return r.Renamed != "" }); r != nil {
		return say("listing_renamed", r)
	}
	if r := find(func(r model.Record) bool { return r.Status == "deprecated" }); r != nil {
		return say("listing_deprecated", r)
	}
	return nil
}

// tells tells whether a source says itself what was deleted.
func tells(source string) bool {
	return source == "official" || strings.HasPrefix(source, "reg-")
}

func alertView(e *model.Error) *AlertView {
	if e == nil {
		return nil
	}
	w := text.ForError(e)
	return &AlertView{Code: w.Code, Message: strings.TrimSpace(w.Message), Hint: w.Hint}
}
