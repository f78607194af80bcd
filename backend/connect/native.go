package connect

import (
	"context"

	"toolbay/backend/clients"
)

// Owners tells of the entries of servers on the network, which do not name a
// server of ours, whose they are: "" for one that we did not write.
func (c *Connector) Owners(ctx context.Context) (func(clients.Entry) string, error) {
	known, err := c.ledger(ctx)
	if err != nil {
		return nil, err
	}
	return func(e clients.Entry) string {
		if r, ok := known.entry(e); ok && e.URL != "" && e.Command == "" && r.is(e) {
			return r.Server
		}
		return ""
	}, nil
}

// Recover finds our entries of servers on the network again when the ledger was
// lost: those that have name and address of one of servers. One that a user
// wrote just the same cannot be told from them.
func (c *Connector) Recover(ctx context.Context, servers map[string]string) error {
	known, err := c.ledger(ctx)
	if err != nil {
		return err
	}
	put := map[string]string{}
	for _, app := range c.Apps.Look(c.System, "") {
		for _, e := range app.Entries {
			if e.URL == "" || e.Command != "" || servers[e.Name] != e.URL {
				continue
			}
			r := row{App: app.Client.ID, File: e.File, At: e.At, Name: e.Name, Server: e.Name, URL: e.URL}
			if _, ok := known.entries[r.key()]; !ok {
				put[r.key()] = encode(r)
			}
		}
	}
	if len(put) == 0 {
		return nil
	}
	return c.Ledger.LedgerWrite(ctx, put, nil)
}
