package connect

import (
	"context"

	"toolbay/backend/clients"
)

// Written gives what we wrote into a place and what should stand there, also
// where somebody took it away and nothing was decided yet, by name in the order
// of the names.
func (c *Connector) Written(ctx context.Context, file, at string) ([]clients.Launch, error) {
	known, err := c.ledger(ctx)
	if err != nil {
		return nil, err
	}
	var out []clients.Launch
	for _, r := range known.sorted() {
		if r.place() == (place{file, at}) && (!r.Gone || r.Loss != nil) && !r.Ahead {
			out = append(out, r.launch())
		}
	}
	return out, nil
}
