package connect

import (
	"context"

	"toolbay/backend/clients"
)

// Reconcile makes the ledger say what really stands in the files: after an
// undo, after an app rewrote its file, after the loss of the database. A file
// that cannot be read now leaves its rows as they are. It writes no app's file.
func (c *Connector) Reconcile(ctx context.Context) error {
	known, err := c.ledger(ctx)
	if err != nil {
		return err
	}
	// Without a launcher entries are still known by the ledger and by their form.
	launcher, err := c.Launcher()
	if err != nil {
		launcher = ""
	}
	b := &builder{known: known, launcher: launcher}
	put := map[string]string{}
	var forget []string

	for _, r := range known.sorted() {
		client, ok := c.Apps.Get(r.App)
		if !ok {
			forget = append(forget, r.key())
			continue
		}
		f, doc := client.Inspect(r.File)
		if f.Health == clients.Broken || f.Health == clients.Unreadable {
			continue
		}
		gone := true
		if doc != nil {
			for _, e := range client.Dialect.Decode(doc) {
				e.File = r.File
				if e.Name != r.Name || !b.ours(e) {
					continue
				}
				gone = false
				r.Command, r.Args, r.Profile = e.Command, e.Args, e.Profile
				if r.URL = ""; e.Command == "" {
					r.URL = e.URL
				}
			}
		}
		r.Gone = gone
		put[r.key()] = encode(r)
	}

	for _, app := range c.Apps.Look(c.System, "") {
		for _, e := range app.Entries {
			if e.Server == "" || !b.ours(e) {
				continue
			}
			r := row{
				App: app.Client.ID, File: e.File, Name: e.Name, Server: e.Server, Profile: e.Profile,
				Command: e.Command, Args: e.Args,
			}
			if _, ok := known.entries[r.key()]; !ok {
				put[r.key()] = encode(r)
			}
		}
	}
	return c.Ledger.LedgerWrite(ctx, put, forget)
}
