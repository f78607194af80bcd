package backend

import (
	"context"
	"slices"

	"toolbay/backend/catalog"
	"toolbay/backend/model"
)

// readPolicy reads the policy of this computer. The one in the system's place,
// which only an administrator can write, wins; without it, TOOLBAY_POLICY may
// name one.
func (b *Backend) readPolicy() *catalog.Policy {
	place := b.o.PolicyFile
	if place == "" {
		place = policyPlace()
	}
	return catalog.ReadPolicy(place, b.o.Getenv("TOOLBAY_POLICY"))
}

// allowed resolves what the user asked to install, as far as the policy lets
// it be installed and in the version it says. Error codes: policy_*, and those of
// resolve.
func (b *Backend) allowed(ctx context.Context, refText string, pack int) (ref, error) {
	r, err := b.resolve(ctx, refText, pack)
	if err != nil {
		return r, err
	}
	return b.permitted(ctx, r, exact(refText), pack)
}

// permitted is what the policy makes of a package. asked tells that its version
// was asked for, pack which of the listing's packages was, below 0 for none.
func (b *Backend) permitted(ctx context.Context, r ref, asked bool, pack int) (ref, error) {
	if !b.policy.Set() {
		return r, nil
	}
	if err := b.policy.Broken(); err != nil {
		return r, err
	}
	var card model.Card
	var err error
	if r.listing.ID != "" {
		card, err = b.store.Card(ctx, r.listing.ID)
	} else { // a package by itself: the policy looks at all that name it
		card, _, err = b.store.Known(ctx, r.pack().Type, r.pack().Identifier, nil)
	}
	if err != nil && model.Code(err) != "listing_unknown" {
		return r, err
	}
	records := card.Records
	// What was asked for by number or with a version is taken or refused as it
	// is; else the policy chooses.
	if pin, ok := b.policy.Pinned(records); ok && !asked {
		at := slices.IndexFunc(r.listing.Packages, pin.Of)
		if at < 0 || pack >= 0 && pack != at {
			return r, pin.Refused()
		}
		r.listing.Packages, r.index = slices.Clone(r.listing.Packages), at
		r.listing.Packages[at].Version = pin.Version
	}
	return r, b.policy.Install(records, r.pack())
}

// permittedToRun judges what comes with a package or stands behind a bundle that
// only names it: what the policy keeps out by itself must not come in that way.
func (b *Backend) permittedToRun(ctx context.Context, packages []model.Package) error {
	if !b.policy.Set() {
		return nil
	}
	for _, p := range packages {
		card, _, err := b.store.Known(ctx, p.Type, p.Identifier, nil)
		if err != nil && model.Code(err) != "listing_unknown" {
			return err
		}
		if err := b.policy.Install(card.Records, p); err != nil {
			return err
		}
	}
	return nil
}

// exact tells whether a reference names a version.
func exact(refText string) bool {
	l, direct, err := parseRef(refText)
	return err == nil && direct && l.Packages[0].Version != ""
}
