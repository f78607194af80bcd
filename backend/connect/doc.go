// Package connect decides which entries stand in which app's file: it plans
// them as a changeset, applies it, and keeps the ledger of what is ours.
// backend and profiles may import it; it imports clients, configfile,
// changeset and model.
//
//	plan, err := c.PlanConnect(ctx, "connect", "Notes", []connect.Target{{App: "cursor", Scope: "user"}},
//		[]connect.Want{{Server: "notes"}})
//	record, err := c.Apply(ctx, plan)
package connect
