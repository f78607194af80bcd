//go:build unix

package connect

import (
	"os"
	"path/filepath"
	"testing"
)

// TestUndoAndBack: after an undo the ledger follows the files, and taking the
// entry out still gives the bytes from before.
func TestUndoAndBack(t *testing.T) {
	for app, file := range files {
		t.Run(app, func(t *testing.T) {
			d := newDesk(t)
			d.mkdir(filepath.Dir(file))
			if app == "claude-code" {
				d.mkdir(".claude")
			}
			before := d.everything()
			made := d.connect(user(app), wants("notes"))
			connected := d.everything()
			gone := d.disconnect(user(app), "notes")
			d.same(before)

			_, err := d.c.Changes.Undo(d.ctx, gone.ID)
			must(t, err)
			must(t, d.c.Reconcile(d.ctx))
			d.same(connected)
			d.disconnect(nil, "notes")
			d.same(before)
			if made.ID == gone.ID {
				t.Error("two changes with one id")
			}
		})
	}
}

// TestLedgerLost: our entries are known again by what they start.
func TestLedgerLost(t *testing.T) {
	for app, file := range files {
		t.Run(app, func(t *testing.T) {
			d := newDesk(t)
			d.write(file, string(awkward(t, app)["no-final-newline"]))
			before := d.everything()
			d.connect(user(app), wants("notes"))
			*d.ledger = Memory{}
			must(t, d.c.Reconcile(d.ctx))
			k, err := d.c.ledger(d.ctx)
			must(t, err)
			if r, ok := entryNamed(k, d.path(file), "notes"); !ok || r.App != app || r.Server != "notes" || r.Gone {
				t.Errorf("the ledger has %+v", k.entries)
			}
			d.disconnect(nil, "notes")
			d.same(before)
		})
	}
}

func TestReconcileFollowsTheFiles(t *testing.T) {
	d := newDesk(t)
	d.write(files["cursor"], "{}")
	d.write(files["codex"], "")
	d.connect(user("cursor", "codex"), wants("notes"))
	gone := func() map[string]bool {
		k, err := d.c.ledger(d.ctx)
		must(t, err)
		out := map[string]bool{}
		for _, r := range k.entries {
			out[r.App] = r.Gone
		}
		return out
	}

	d.write(files["cursor"], "{}")         // the app lost it
	d.write(files["codex"], "mcp_servers") // cannot be read now: nothing is known
	must(t, d.c.Reconcile(d.ctx))
	if g := gone(); !g["cursor"] || g["codex"] {
		t.Errorf("gone: %v", g)
	}
	must(t, os.Remove(d.path(files["codex"])))
	must(t, d.c.Reconcile(d.ctx))
	if g := gone(); !g["codex"] {
		t.Errorf("gone: %v", g)
	}
}
