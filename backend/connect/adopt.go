package connect

import (
	"context"
	"errors"
	"slices"

	"toolbay/backend/clients"
	"toolbay/backend/configfile"
	"toolbay/backend/model"
)

// Adoption is an entry of somebody else's that becomes ours, in its place and
// under its name.
type Adoption struct {
	// App and File are where it stands, Name is what it is called there.
	App, File, Name string
	// At is where in the file, as clients.Entry has it; "" is the usual place.
	At   string
	Want Want
}

// Original is an entry as it stood before it was adopted: the bytes of the
// member, or none where the entry had no text of its own.
type Original struct {
	App, File, Name string
	// At is where in the file, as clients.Entry has it; "" is the usual place.
	At   string
	Text []byte
	// Value is what Text says; Revise gives what it should say instead where that
	// is another thing now, nil for nothing.
	Value  configfile.Object
	Revise func(configfile.Object) configfile.Object
}

// PlanAdopt plans to make entries ours: what starts the server is exchanged for
// what starts it through us, the rest of the entry stays. The originals hold
// keys as they stood there. Codes: those of PlanConnect, entry_gone and
// entry_ours.
func (c *Connector) PlanAdopt(ctx context.Context, title string, list []Adoption) (Plan, []Original, error) {
	launcher, err := c.Launcher()
	if err != nil {
		return Plan{}, nil, err
	}
	known, err := c.ledger(ctx)
	if err != nil {
		return Plan{}, nil, err
	}
	b := &builder{known: known, launcher: launcher}
	for _, a := range list {
		client, ok := c.Apps.Get(a.App)
		if !ok {
			return Plan{}, nil, model.Fail("app_unknown", nil, "app", a.App)
		}
		e, err := wantedEntry(client, a.Want, launcher)
		if err != nil {
			return Plan{}, nil, err
		}
		s := b.edit(place{a.File, a.At}, client)
		s.turns = append(s.turns, turn{name: a.Name, entry: e})
	}
	p, err := b.plan(ctx, "adopt", title)
	if err != nil {
		return Plan{}, nil, err
	}
	return p, b.originals(), nil
}

// PlanGiveBack plans to put entries back as they were before they were
// adopted. One that is not there now, because the profile in use has no such
// server, comes back where it stood; an app whose file has gone gets none. Codes:
// those of PlanConnect.
func (c *Connector) PlanGiveBack(ctx context.Context, title, server string, list []Original) (Plan, error) {
	launcher, err := c.Launcher()
	if err != nil {
		launcher = ""
	}
	known, err := c.ledger(ctx)
	if err != nil {
		return Plan{}, err
	}
	b := &builder{known: known, launcher: launcher, vault: c.Vault}
	for _, o := range list {
		client, ok := c.Apps.Get(o.App)
		if !ok {
			continue
		}
		s := b.edit(place{o.File, o.At}, client)
		s.turns = append(s.turns, turn{name: o.Name, back: o.Text, revise: o.Revise, entry: entry{server: server}})
	}
	return b.plan(ctx, "give-back", title)
}

// turn is an entry that changes hands: to ours, or back to its text.
type turn struct {
	name  string
	entry entry
	back  []byte

	revise func(configfile.Object) configfile.Object
}

// take over one entry, or give it back.
func (e *edit) turn(src []byte, client clients.Client, t turn) ([]byte, error) {
	doc, found, err := e.find(src, client, t.name)
	if err != nil {
		return nil, err
	}
	d := client.Dialect
	if t.back != nil {
		if found == nil || !e.b.ours(*found) || e.b.server(*found) != t.entry.server {
			if src == nil {
				return src, nil // the app has no such file any more
			}
			if found = e.under(doc, client, t.entry.server); found == nil {
				if src, found, err = e.again(src, client, t); err != nil {
					return nil, err
				}
			}
		}
		out, err := configfile.PutText(src, d.Format, found.Path, t.back)
		if err == nil && t.revise != nil {
			out, err = e.revised(out, client, found.Path, t.revise)
		}
		if err != nil {
			return nil, e.fail(client, err)
		}
		e.forget(*found)
		k := keptRow{File: e.path, At: found.At, Server: t.entry.server}
		if _, ok := e.after.kept[k.key()]; ok {
			e.after.kept[k.key()] = k
		}
		return out, nil
	}
	switch {
	case found == nil:
		return nil, model.Fail("entry_gone", nil, "app", client.Name, "name", t.name)
	case e.b.ours(*found):
		return nil, model.Fail("entry_ours", nil, "app", client.Name, "name", t.name)
	}
	text, err := configfile.Text(src, d.Format, found.Path)
	if err != nil {
		return nil, e.fail(client, err)
	}
	value, _ := get(doc, found.Path).(configfile.Object)
	e.originals = append(e.originals, Original{App: client.ID, File: e.path, At: found.At, Name: t.name, Text: slices.Clone(text), Value: value})
	t.entry.launch.Name = t.name
	if src, err = e.exchange(src, client, found.Path, d.Encode(t.entry.launch)); err != nil {
		return nil, err
	}
	k := keptRow{File: e.path, At: found.At, Server: t.entry.server, Name: t.name, Adopted: true}
	e.after.kept[k.key()] = k
	r := row{
		App: client.ID, File: e.path, At: found.At, Name: t.name, Server: t.entry.server, Profile: t.entry.profile,
		Command: t.entry.launch.Command, Args: t.entry.launch.Args, URL: t.entry.launch.URL, Native: t.entry.launch.URL,
	}
	e.after.entries[r.key()] = r
	return src, nil
}

// again puts an entry of ours that is given back in again, where it stood if
// that is known.
func (e *edit) again(src []byte, client clients.Client, t turn) ([]byte, *clients.Entry, error) {
	src, err := e.bringBack(src, client, []entry{t.entry})
	if err != nil {
		return nil, nil, err
	}
	doc, named, err := e.find(src, client, t.name)
	if err != nil {
		return nil, nil, err
	}
	if found := e.under(doc, client, t.entry.server); found != nil {
		return src, found, nil
	}
	if named != nil {
		return nil, nil, model.Fail("name_taken", nil, "app", client.Name, "name", t.name)
	}
	l := clients.Launch{Name: t.name, Command: e.b.launcher, Args: clients.LauncherArgs(t.entry.server, "")}
	if src, err = e.insert(src, client, doc, t.name, client.Dialect.Encode(l)); err != nil {
		return nil, nil, err
	}
	_, found, err := e.find(src, client, t.name)
	if err == nil && found == nil {
		err = e.fail(client, errors.New("the entry is not where it was put"))
	}
	return src, found, err
}

// revised gives an entry the values that it should have now.
func (e *edit) revised(src []byte, client clients.Client, path []string, revise func(configfile.Object) configfile.Object) ([]byte, error) {
	doc, err := client.Read(src, e.path)
	if err != nil {
		return nil, err
	}
	value, _ := get(doc, path).(configfile.Object)
	return configfile.Update(src, client.Dialect.Format, path, revise(value))
}

// forget notes that an entry is not ours any more.
func (e *edit) forget(found clients.Entry) {
	if r, ok := e.after.entry(found); ok {
		r.Gone = true
		e.after.entries[r.key()] = r
	}
}

func (b *builder) originals() (out []Original) {
	for _, e := range b.edits {
		out = append(out, e.originals...)
	}
	return out
}
