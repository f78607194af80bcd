package backend

import (
	"context"
	"errors"

	"toolbay/backend/install"
	"toolbay/backend/model"
	"toolbay/backend/text"
	"toolbay/backend/update"
)

// ApplyUpdate switches a server to the version that PrepareUpdate has fetched.
// The old one is kept for one rollback. Keys that were given then have to be
// given again. Error codes: server_unknown, update_pinned, update_not_prepared,
// update_busy, consent_needed and input_needed (with Needs), changes_busy.
func (b *Backend) ApplyUpdate(ctx context.Context, req UpdateRequest) (UpdateResult, error) {
	release, err := b.forTurn(ctx, req.Server)
	if err != nil {
		return UpdateResult{}, err
	}
	defer release()
	s, err := b.server(ctx, req.Server)
	if err != nil {
		return UpdateResult{}, err
	}
	p, err := b.readPrepared(s.ID)
	if err != nil || p.Base != s.Dir {
		return UpdateResult{}, model.Fail("update_not_prepared", err, "server", s.Title)
	}
	if err := b.mayUpdate(ctx, s, p.Again); err != nil {
		return UpdateResult{}, err
	}
	if err := p.whole(); err != nil {
		b.discard(s.ID)
		return UpdateResult{}, model.Fail("update_not_prepared", err, "server", s.Title)
	}
	if err := needed(p.needs(s, req)); err != nil {
		return UpdateResult{}, err
	}
	to, t := b.turnOf(s, p)
	if len(p.Keys) > 0 {
		if err := b.addKeys(s, to.KeysIn, req.Secrets); err != nil {
			return UpdateResult{}, err
		}
	}
	res := b.updateResult(s, to)
	out, err := b.turnTo(ctx, s, t)
	if err != nil {
		return UpdateResult{}, err
	}
	res.Change, res.FreedBytes, res.Difference = out.change, out.freed, withOwn(p.Difference, out.carried)
	res.Trashed = append(res.Trashed, out.trashed...)
	b.carryOver(s, to, p.Again)
	for _, c := range containersOf(s) {
		res.FreedBytes += b.dropImage(ctx, c, "")
	}
	b.turned()
	return res, nil
}

// turnOf is the switch to what was prepared. What was changed about the server
// since then stays as it is now.
func (b *Backend) turnOf(s model.Server, p prepared) (model.Server, turn) {
	to := p.Next
	to.Title, to.Arguments, to.Pinned, to.Installed = s.Title, s.Arguments, s.Pinned, s.Installed
	kept := keptKeys(s)
	if len(kept) > 0 { // all keys of a server are in one place
		to.KeysIn = s.KeysIn
	}
	for _, name := range p.Keys {
		kept[name] = true
	}
	for i := range to.Inputs {
		to.Inputs[i].Set = to.Inputs[i].Secret && kept[to.Inputs[i].Name]
	}
	t := turn{Kind: "update"}
	switch {
	case s.Dir == to.Dir: // a remote server has no version to go back to
		to.Earlier = s.Earlier
	case p.Again:
		t.Kind, t.Drop = "mend", []string{s.Dir}
		to.Earlier = s.Earlier
	default:
		to.Earlier = []model.Installation{installationOf(s)}
		for _, e := range s.Earlier {
			if e.Dir != s.Dir && e.Dir != to.Dir {
				t.Drop = append(t.Drop, e.Dir)
			}
		}
	}
	t.To, t.Title = to, turnTitle(s, to)
	return to, t
}

// needs is what a person must agree to or give before the switch.
func (p prepared) needs(s model.Server, req UpdateRequest) (needs []model.Need) {
	for _, name := range p.Keys {
		if req.Secrets[name] == "" {
			needs = append(needs, model.Need{Kind: "secret", Name: name, Text: text.Line("need.key-again"), Flag: "--secret " + name + "=-"})
		}
	}
	if req.AcceptRisk {
		return needs
	}
	d := p.Difference
	for _, risk := range d.Risks {
		args := []string{"title", s.Title, "version", d.To}
		switch {
		case risk == update.RiskPublisher && d.Publisher != nil:
			args = append(args, "before", d.Publisher.Before, "after", d.Publisher.After)
		case risk == update.RiskReworded:
			var names []string
			for _, r := range d.Reworded {
				names = append(names, r.Name)
			}
			args = append(args, "tools", text.List(names))
		}
		needs = append(needs, model.Need{Kind: "risk", Name: risk, Text: text.Line("need.update."+risk, args...), Flag: "--accept-risk"})
	}
	return needs
}

// whole tells whether what was prepared is still as it was tried.
func (p prepared) whole() error {
	if p.Next.Dir == p.Base {
		return nil // nothing was fetched
	}
	found, err := install.Verify(p.Next.Dir)
	if err != nil {
		return err
	}
	if bad := found.Wrong(); bad != "" {
		return errors.New(bad)
	}
	return nil
}

// addKeys puts new keys beside those that a server has.
func (b *Backend) addKeys(s model.Server, where string, add map[string]string) error {
	keys, values := b.keysIn(where), map[string]string{}
	if hasKeys(s) {
		var err error
		if values, err = keys.Get(s.ID, ""); err != nil && model.Code(err) != "secret_unknown" {
			return err
		}
		if values == nil {
			values = map[string]string{}
		}
	} else {
		b.forgetKeysInTrash(s.ID, keys)
	}
	for name, v := range add {
		values[name] = v
	}
	return keys.Set(s.ID, "", values)
}

// Pin keeps a server at its version, or lets it go on. Error code:
// server_unknown.
func (b *Backend) Pin(ctx context.Context, id string, pinned bool) error {
	release, err := b.alone(ctx)
	if err != nil {
		return err
	}
	defer release()
	s, err := b.server(ctx, id)
	if err != nil || s.Pinned == pinned {
		return err
	}
	s.Pinned = pinned
	if err := b.putServer(ctx, s); err != nil {
		return err
	}
	b.o.Changed("servers")
	b.o.Changed("updates")
	return nil
}
