//go:build unix

package connect

import (
	"path/filepath"
	"strings"
	"testing"

	"toolbay/backend/clients"
	"toolbay/backend/model"
)

const farURL = "https://far.example/mcp?a=1&b=2"

func far() Want {
	return Want{Server: "far", Native: &clients.Launch{URL: farURL, Transport: "streamable-http", Headers: map[string]string{"X-Region": "eu"}}}
}

// TestNativeRoundTrip gives every app, in every awkward file, a server on the
// network that it speaks to itself, turns that into one that comes through us
// and back, and takes it out: the files are byte for byte as they were.
func TestNativeRoundTrip(t *testing.T) {
	for app, file := range files {
		for name, content := range awkward(t, app) {
			t.Run(app+"/"+name, func(t *testing.T) {
				t.Parallel()
				d := newDesk(t)
				d.mkdir(filepath.Dir(file))
				if content != nil {
					d.write(file, string(content))
				} else if app == "claude-code" {
					d.mkdir(".claude")
				}
				client, _ := d.c.Apps.Get(app)
				own := client.Dialect.Remote != nil
				before := d.everything()
				stands := func(native bool) {
					t.Helper()
					e := d.entry(app, "far")
					if e == nil || !e.Enabled || (e.URL == farURL) != native || (e.Server == "far") == native {
						t.Fatalf("stands there as %+v in\n%s", e, d.read(file))
					}
					owner, err := d.c.Owners(d.ctx)
					must(t, err)
					if (owner(*e) == "far") != native {
						t.Errorf("it is said to be %q's", owner(*e))
					}
				}
				if r := d.connect(user(app), []Want{far()}); r.ID == "" {
					t.Fatal("nothing was written")
				}
				stands(own)
				if again := d.connect(user(app), []Want{far()}); again.ID != "" {
					t.Errorf("connecting twice wrote: %+v", again)
				}
				d.connect(user(app), wants("mail"))
				through := d.connect(user(app), wants("far"))
				stands(false)
				if own {
					_, err := d.c.Changes.Undo(d.ctx, through.ID)
					must(t, err)
					must(t, d.c.Reconcile(d.ctx))
					stands(true)
					d.connect(user(app), wants("far"))
				}
				changed := d.connect(user(app), []Want{far()})
				stands(own)
				if own {
					_, err := d.c.Changes.Undo(d.ctx, changed.ID)
					must(t, err)
					must(t, d.c.Reconcile(d.ctx))
					stands(false)
					d.connect(user(app), []Want{far()})
				}
				must(t, d.c.Reconcile(d.ctx))
				stands(own)
				gone := d.disconnect(user(app), "far")
				if d.entry(app, "far") != nil || d.entry(app, "mail") == nil {
					t.Error("one of two did not go alone")
				}
				_, err := d.c.Changes.Undo(d.ctx, gone.ID)
				must(t, err)
				must(t, d.c.Reconcile(d.ctx))
				stands(own)
				d.disconnect(nil, "mail", "far")
				d.same(before)
			})
		}
	}
}

// A profile that has nothing of its own for a server leaves it to the app; one
// that has comes through us, and the entry says which it is.
func TestNativeWithAProfile(t *testing.T) {
	d := newDesk(t)
	d.mkdir(".cursor")
	w := far()
	w.Profile = "work"
	d.connect(user("cursor"), []Want{w})
	if e := d.entry("cursor", "far"); e == nil || e.Profile != "" || e.URL != farURL {
		t.Errorf("%+v", e)
	}
	w.Native = nil
	d.connect(user("cursor"), []Want{w})
	if e := d.entry("cursor", "far"); e == nil || e.Profile != "work" || e.URL != "" {
		t.Errorf("%+v", e)
	}
}

// What a user wrote is theirs, also when it is the same.
func TestNativeOfTheUser(t *testing.T) {
	d := newDesk(t)
	d.write(files["cursor"], `{"mcpServers": {"far": {"url": "`+farURL+`"}}}`)
	before := d.everything()
	d.refused("name_taken", user("cursor"), []Want{far()})
	if _, err := d.c.PlanDisconnect(d.ctx, "disconnect", "Test", user("cursor"), []string{"far"}); model.Code(err) != "not_ours" {
		t.Error(err)
	}
	d.disconnect(nil, "far")
	d.same(before)

	// Ours, until its address is another.
	d = newDesk(t)
	d.write(files["cursor"], "{}")
	d.connect(user("cursor"), []Want{far()})
	d.write(files["cursor"], strings.Replace(d.read(files["cursor"]), "far.example", "mine.example", 1))
	before = d.everything()
	d.disconnect(nil, "far")
	d.same(before)
}

func TestNativeLedgerLost(t *testing.T) {
	d := newDesk(t)
	d.write(files["cursor"], "{}")
	before := d.everything()
	d.connect(user("cursor"), []Want{far()})
	*d.ledger = Memory{}
	must(t, d.c.Reconcile(d.ctx))
	must(t, d.c.Recover(d.ctx, map[string]string{"far": farURL, "other": "https://other.example"}))
	d.disconnect(nil, "far")
	if d.entry("cursor", "far") != nil {
		t.Error("not known again")
	}
	d.write(files["cursor"], "{}")
	d.same(before)

	d.write(files["cursor"], `{"mcpServers": {"far": {"url": "https://mine.example"}}}`)
	before = d.everything()
	must(t, d.c.Recover(d.ctx, map[string]string{"far": farURL}))
	d.disconnect(nil, "far")
	d.same(before)
}
