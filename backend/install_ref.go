package backend

import (
	"cmp"
	"context"
	"net/url"
	"slices"
	"strings"

	"toolbay/backend/launch"
	"toolbay/backend/model"
)

// resolve finds what a reference means. By the id of a card, pack counts the
// card's packages; by that of another of its records, the packages that this
// record lists, and nothing else is installed. Error codes: listing_unknown,
// package_type_later, package_unknown, bundle_insecure.
func (b *Backend) resolve(ctx context.Context, refText string, pack int) (ref, error) {
	if r, is, err := b.pastedRef(ctx, refText, pack); is {
		return r, err
	}
	l, direct, err := parseRef(refText)
	if err != nil {
		return ref{}, err
	}
	if direct {
		p := l.Packages[0]
		if known, ok := b.catalog.Known(ctx, p.Type, p.Identifier); ok {
			for i, q := range known.Packages {
				if q.Type == p.Type && q.Identifier == p.Identifier {
					known.Packages[i].Version = p.Version
					return ref{known, i}, nil
				}
			}
		}
		return ref{l, 0}, nil
	}
	card, err := b.store.Card(ctx, refText)
	if err != nil {
		return ref{}, err
	}
	l = card.Listing
	at := Recommended(card)
	if own, ok := recordOf(card, refText); ok {
		l, at = own, choose(own.Packages, Installable)
	}
	if pack >= len(l.Packages) {
		return ref{}, model.Fail("package_unknown", nil, "package", refText)
	}
	if pack >= 0 {
		if !Installable(l.Packages[pack]) {
			return ref{}, model.Fail("package_type_later", nil, "type", l.Packages[pack].Type)
		}
		return listed(l, pack)
	}
	if at >= 0 {
		return listed(l, at)
	}
	kind := "none"
	if len(l.Packages) > 0 {
		kind = l.Packages[0].Type
	}
	return ref{}, model.Fail("package_type_later", nil, "type", kind)
}

// listed is a package as a list names it. A list may not name a file of this
// computer as its bundle, also one that was kept before that was looked at when
// lists are read: only the user may. Error code: bundle_insecure.
func listed(l model.Listing, at int) (ref, error) {
	if p := l.Packages[at]; p.Type == "mcpb" && !strings.HasPrefix(p.Identifier, "https://") {
		return ref{}, model.Fail("bundle_insecure", nil)
	}
	return ref{l, at}, nil
}

// recordOf gives what the record with an id says, unless it is the card's own
// id. A card may warn of what the record does not.
func recordOf(card model.Card, id string) (model.Listing, bool) {
	if strings.EqualFold(id, card.ID) {
		return model.Listing{}, false
	}
	for _, r := range card.Records {
		if strings.EqualFold(r.ID, id) {
			l := r.Listing
			l.Category, l.Sample = cmp.Or(l.Category, card.Category), cmp.Or(l.Sample, card.Sample)
			l.Caution = cmp.Or(card.Caution, l.Caution)
			return l, true
		}
	}
	return model.Listing{}, false
}

// Recommended gives the index of the card's package that is installed unless
// another is asked for, -1 for none: one that the record which speaks lists,
// and only when that has none, one of the others.
func Recommended(card model.Card) int {
	at := choose(card.Packages, func(p model.Package) bool {
		return Installable(p) && len(card.Records) > 0 && slices.ContainsFunc(card.Records[0].Packages, func(q model.Package) bool {
			return p.Type == q.Type && p.Identifier == q.Identifier
		})
	})
	if at < 0 {
		at = choose(card.Packages, Installable)
	}
	return at
}

// chooseID claims the id of a new server. Error codes: name_invalid,
// name_in_use.
func (b *Backend) chooseID(ctx context.Context, asked string, r ref) (*claim, error) {
	if asked == "" {
		taken, busy := b.taken(ctx), map[string]bool{}
		for {
			id := proposeID(nameOf(r), func(id string) bool { return busy[id] || taken(id) })
			if c, err := b.claimNew(ctx, id); c != nil || err != nil {
				return c, err
			}
			busy[id] = true
		}
	}
	if !launch.ValidID(asked) {
		return nil, model.Fail("name_invalid", nil, "name", asked)
	}
	c, err := b.claimNew(ctx, asked)
	if c == nil && err == nil {
		err = model.Fail("name_in_use", nil, "name", asked)
	}
	return c, err
}

// taken tells which names a new server must not get: those of servers here and
// of entries that stand in the apps already, without those it adopts.
func (b *Backend) taken(ctx context.Context, adopts ...AdoptPlace) func(string) bool {
	used := map[string]bool{}
	if servers, err := b.store.Servers(ctx); err == nil {
		for _, s := range servers {
			used[s.ID] = true
		}
	}
	for _, a := range b.apps.Look(b.system, "") {
		for _, e := range a.Entries {
			own := func(p AdoptPlace) bool {
				return p.App == a.Client.ID && p.File == e.File && p.at == e.At && p.Name == e.Name
			}
			if !slices.ContainsFunc(adopts, own) {
				used[strings.ToLower(e.Name)] = true
			}
		}
	}
	return func(id string) bool { return used[id] }
}

// nameOf is the name a server's id is made from.
func nameOf(r ref) string {
	if key, ok := strings.CutPrefix(r.listing.ID, "starter/"); ok {
		return key
	}
	if r.pack().Type == "remote" {
		if u, err := url.Parse(blank().ReplaceAllString(r.pack().URL, "x")); err == nil && r.listing.ID == "" {
			return nameOfHost(u.Hostname())
		}
		return r.listing.Name
	}
	if r.pack().Type == "mcpb" {
		return bundleName(r.pack().Identifier)
	}
	if r.pack().Type == "oci" {
		return imageName(r.pack().Identifier)
	}
	return r.pack().Identifier
}

func title(l model.Listing) string {
	if l.Title != "" {
		return l.Title
	}
	return titleOf(l.Name)
}

func envName(s string) bool {
	for i, r := range s {
		if r != '_' && (r < 'A' || r > 'Z') && (r < 'a' || r > 'z') && (i == 0 || r < '0' || r > '9') {
			return false
		}
	}
	return s != ""
}
