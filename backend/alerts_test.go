package backend

import (
	"testing"

	"toolbay/backend/model"
)

func TestOnlyWhatAListSaysIsAlarming(t *testing.T) {
	there := model.Listing{ID: "io.github.acme/sundial", Name: "io.github.acme/sundial", Title: "Sundial"}
	deleted, other := there, there
	deleted.Status, deleted.StatusMessage = "deleted", "it sent files away"
	other.ID = "io.github.acme/other"
	for name, c := range map[string]struct {
		later []model.Listing
		code  string
	}{
		"still there":           {[]model.Listing{there, other}, ""},
		"no longer there":       {[]model.Listing{other}, ""},
		"said to be deleted":    {[]model.Listing{deleted, other}, "listing_deleted"},
		"the whole list is not": {nil, ""},
	} {
		t.Run(name, func(t *testing.T) {
			b := withLists(t, map[string][]model.Listing{"official": {there, other}})
			if err := b.store.ReplaceSource(t.Context(), "official", c.later, b.o.Now()); err != nil {
				t.Fatal(err)
			}
			got := ""
			if e := b.alert(t.Context(), model.Server{ID: "sundial", Title: "Sundial", Listing: there.ID}); e != nil {
				got = e.Code
			}
			if got != c.code {
				t.Errorf("got %q, want %q", got, c.code)
			}
		})
	}
}
