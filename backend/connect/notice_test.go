//go:build unix

package connect

import (
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"toolbay/backend/clients"
	"toolbay/backend/model"
)

const cursorFile = ".cursor/mcp.json"

// launcher is the program that entries of a desk start.
func (d *desk) launcher() string {
	d.t.Helper()
	p, err := d.c.Launcher()
	d.must(err)
	return p
}

// others writes an app's file as another program would: NOTES stands for the
// entry of ours that starts "notes", and so on for every server.
func (d *desk) others(file, content string) {
	d.t.Helper()
	for _, server := range []string{"notes", "mail"} {
		content = strings.ReplaceAll(content, strings.ToUpper(server), `{"command":"`+d.launcher()+`","args":["run","`+server+`"]}`)
	}
	d.write(file, content)
}

// codes looks at everything and gives what is told: "code name", sorted.
func (d *desk) codes() []string {
	d.t.Helper()
	d.must(d.c.Reconcile(d.ctx))
	return d.told()
}

func (d *desk) told() []string {
	d.t.Helper()
	notices, err := d.c.Notices(d.ctx)
	d.must(err)
	out := []string{}
	for _, n := range notices {
		out = append(out, n.Code+" "+strings.Join(n.Names, "+"))
	}
	slices.Sort(out)
	return out
}

// tells expects these notices after a look.
func (d *desk) tells(want ...string) {
	d.t.Helper()
	if got := d.codes(); !slices.Equal(got, want) {
		d.t.Errorf("told %q, want %q", got, want)
	}
}

func (d *desk) putBack() {
	d.t.Helper()
	notices, err := d.c.Notices(d.ctx)
	d.must(err)
	plan, err := d.c.PlanPutBack(d.ctx, "Test", notices)
	d.must(err)
	_, err = d.c.Apply(d.ctx, plan)
	d.must(err)
}

func (d *desk) keep() {
	d.t.Helper()
	notices, err := d.c.Notices(d.ctx)
	d.must(err)
	for _, n := range notices {
		d.must(d.c.Keep(d.ctx, n))
	}
}

// What somebody else does to a file with two entries of ours and one of the
// user's is told for what it is. Put back, the file holds ours as they were
// again and everything else as it is now; kept, it stays, and is not told again.
func TestWhatOthersDo(t *testing.T) {
	const start = `{"mcpServers":{"theirs":{"command":"x"}}}`
	tests := []struct {
		name  string
		after string // "" removes the file
		want  []string
		back  string // after putting back; "" is not to be put back
		stays bool   // what was kept still starts our server
	}{
		{"nothing", `{"mcpServers":{"theirs":{"command":"x"},"notes":NOTES,"mail":MAIL}}`, nil, "", true},
		{"only the rest", `{"new":1,"mcpServers":{"notes":NOTES,"mail":MAIL,"theirs":{"command":"y"}}}`, nil, "", true},
		{"more in ours", `{"mcpServers":{"notes":{"command":"L","args":["run","notes"],"env":{"A":"b"}},"mail":MAIL}}`, nil, "", true},
		{"one gone", `{"mcpServers":{"theirs":{"command":"x"},"mail":MAIL}}`, []string{"vanished notes"},
			`{"mcpServers":{"theirs":{"command":"x"},"mail":MAIL,"notes":NOTES}}`, false},
		{"both gone, theirs stand", start, []string{"vanished mail", "vanished notes"}, "BOTH", false},
		{"all gone", `{"mcpServers":{}}`, []string{"wiped mail+notes"}, "BOTH", false},
		{"the key too", `{"other":true}`, []string{"wiped mail+notes"}, "BOTH", false},
		{"an empty file", ``, []string{"wiped mail+notes"}, "BOTH", false},
		{"no file", "", []string{"file_gone mail+notes"}, "BOTH", false},
		{"changed to another program", `{"mcpServers":{"notes":{"command":"npx","args":["-y","z"],"cwd":"/c"},"mail":MAIL}}`, []string{"edited notes"},
			`{"mcpServers":{"notes":{"command":"L","args":["run","notes"],"cwd":"/c"},"mail":MAIL}}`, false},
		{"changed to an address", `{"mcpServers":{"notes":{"url":"https://e.example"},"mail":MAIL}}`, []string{"edited notes"},
			`{"mcpServers":{"mail":MAIL,"notes":NOTES}}`, false},
		{"another profile", `{"mcpServers":{"notes":{"command":"L","args":["run","notes","--profile","p"]},"mail":MAIL}}`, []string{"edited notes"},
			`{"mcpServers":{"notes":NOTES,"mail":MAIL}}`, true},
		{"renamed", `{"mcpServers":{"mine":NOTES,"mail":MAIL}}`, []string{"renamed notes"},
			`{"mcpServers":{"mail":MAIL,"notes":NOTES}}`, true},
		{"twice", `{"mcpServers":{"notes":NOTES,"more":NOTES,"mail":MAIL}}`, []string{"doubled notes"},
			`{"mcpServers":{"notes":NOTES,"mail":MAIL}}`, true},
		{"twice by one name", `{"mcpServers":{"notes":NOTES,"mail":MAIL,"notes":NOTES}}`, []string{"doubled notes"},
			`{"mcpServers":{"mail":MAIL,"notes":NOTES}}`, true},
		{"broken", `{"mcpServers":{`, []string{"file_broken mail+notes"}, "", true},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			desk := func(t *testing.T) *desk {
				d := newDesk(t)
				d.write(cursorFile, start)
				d.connect(user("cursor"), wants("notes", "mail"))
				d.tells()
				if tt.name == "no file" {
					d.must(os.Remove(d.path(cursorFile)))
				} else {
					d.others(cursorFile, strings.ReplaceAll(tt.after, `"L"`, `"`+d.launcher()+`"`))
				}
				d.tells(tt.want...)
				d.tells(tt.want...) // and again at the next look
				return d
			}
			if tt.back != "" {
				d := desk(t)
				d.putBack()
				d.tells()
				for _, name := range []string{"notes", "mail"} {
					if e := d.entry("cursor", name); e == nil || e.Server != name || e.Profile != "" || e.URL != "" {
						t.Errorf("%s stands as %+v in %s", name, e, d.read(cursorFile))
					}
				}
				want := tt.back
				if want != "BOTH" {
					d.others("want", strings.ReplaceAll(want, `"L"`, `"`+d.launcher()+`"`))
					if got := strings.Join(strings.Fields(d.read(cursorFile)), ""); got != d.read("want") {
						t.Errorf("the file holds\n%s\nwant\n%s", got, d.read("want"))
					}
				}
			}
			if len(tt.want) > 0 {
				d := desk(t)
				before := d.everything()
				d.keep()
				d.tells()
				d.same(before)
				if tt.name == "broken" {
					return
				}
				places, err := d.c.Places(d.ctx)
				d.must(err)
				if stands := len(places["notes"]) > 0; stands != tt.stays {
					t.Errorf("notes stands in %v", places["notes"])
				}
			}
		})
	}
}

// What we do ourselves is no news, whatever the order of change, undo and look,
// and also when we were ended before we could note it.
func TestWhatWeDoIsNotTold(t *testing.T) {
	type step func(d *desk)
	connect := func(d *desk) { d.connect(user("cursor"), wants("notes", "mail")) }
	steps := map[string][]step{
		"disconnect": {connect, func(d *desk) { d.disconnect(user("cursor"), "notes") }},
		"undo": {connect, func(d *desk) {
			_, err := d.c.Changes.Undo(d.ctx, "")
			d.must(err)
		}},
		"undo of a disconnect": {connect, func(d *desk) { d.disconnect(nil, "mail", "notes") }, func(d *desk) {
			_, err := d.c.Changes.Undo(d.ctx, "")
			d.must(err)
		}},
		"ended between the files and the ledger": {connect, func(d *desk) {
			rows, err := d.ledger.LedgerRows(d.ctx)
			d.must(err)
			d.disconnect(user("cursor"), "notes")
			d.ledger.rows = rows
		}},
		"ended before the files": {func(d *desk) {
			p, err := d.c.PlanConnect(d.ctx, "connect", "Test", user("cursor"), []Want{far()})
			d.must(err)
			ahead := map[string]string{}
			for _, e := range p.edits {
				e.unsigned(ahead, map[string]string{})
			}
			if len(ahead) != 1 {
				d.t.Fatalf("rows ahead: %v", ahead)
			}
			d.must(d.ledger.LedgerWrite(d.ctx, ahead, nil))
		}},
		"another entry after one was lost": {connect, func(d *desk) { d.disconnect(user("cursor"), "notes"); d.connect(user("cursor"), wants("third")) }},
	}
	for name, list := range steps {
		t.Run(name, func(t *testing.T) {
			d := newDesk(t)
			d.write(cursorFile, `{"mcpServers":{"theirs":{"command":"x"}}}`)
			for _, s := range list {
				s(d)
				d.tells()
			}
			d.must(d.c.Look(d.ctx))
			d.tells()
		})
	}
}

// A change of ours to a file does not hide what was lost there before.
func TestLostBeforeAChangeOfOurs(t *testing.T) {
	d := newDesk(t)
	d.write(cursorFile, "{}")
	d.connect(user("cursor"), wants("notes"))
	d.write(cursorFile, `{"mcpServers":{"theirs":{"command":"x"}}}`)
	d.connect(user("cursor"), wants("mail")) // without a look before it
	d.tells("vanished notes")
	record := d.connect(user("cursor"), wants("third"))
	_, err := d.c.Changes.Undo(d.ctx, record.ID)
	d.must(err)
	d.tells("vanished notes")
	d.disconnect(nil, "notes")
	d.tells()
}

// The rows of an earlier version say less; nothing is told because of that.
func TestRowsOfAnEarlierVersion(t *testing.T) {
	d := newDesk(t)
	d.write(cursorFile, "{}")
	d.connect(user("cursor"), wants("notes", "mail"))
	rows, err := d.ledger.LedgerRows(d.ctx)
	d.must(err)
	maps.DeleteFunc(rows, func(key, _ string) bool { return strings.HasPrefix(key, "file\n") })
	d.ledger.rows = rows
	d.tells()
	d.ledger.rows = maps.Clone(rows)
	d.others(cursorFile, `{"mcpServers":{"notes":NOTES}}`)
	d.tells("vanished mail")
	d.putBack()
	d.tells()
}

// An entry that the user had switched off, and one for a server on the network,
// come back as they were.
func TestPutBackAsItWas(t *testing.T) {
	d := newDesk(t)
	const zed, cursor = ".config/opencode/opencode.json", cursorFile
	d.write(zed, "{}")
	d.write(cursor, "{}")
	d.connect(user("opencode"), wants("notes"))
	d.connect(user("cursor"), []Want{far()})
	d.write(zed, strings.Replace(d.read(zed), `"enabled": true`, `"enabled": false`, 1))
	if e := d.entry("opencode", "notes"); e == nil || e.Enabled {
		t.Fatalf("not switched off: %s", d.read(zed))
	}
	d.tells()
	had := d.read(cursor)
	d.write(zed, "{}")
	d.write(cursor, "{}")
	d.tells("wiped far", "wiped notes")
	d.putBack()
	d.tells()
	if e := d.entry("opencode", "notes"); e == nil || e.Enabled {
		t.Errorf("opencode has %+v", e)
	}
	if got := d.read(cursor); got != had {
		t.Errorf("Cursor has\n%s\nhad\n%s", got, had)
	}
}

// Twice put back and gone again: then it is explained, for a day.
func TestNotFoughtOver(t *testing.T) {
	d := newDesk(t)
	now := time.Now()
	d.c.Now = func() time.Time { return now }
	d.write(cursorFile, "{}")
	d.connect(user("cursor"), wants("notes"))
	fought := func() bool {
		t.Helper()
		d.write(cursorFile, "{}")
		d.tells("wiped notes")
		notices, err := d.c.Notices(d.ctx)
		d.must(err)
		if notices[0].Fought == notices[0].CanPutBack {
			t.Errorf("%+v", notices[0])
		}
		return notices[0].Fought
	}
	for range 2 {
		if fought() {
			t.Fatal("given up too early")
		}
		d.putBack()
		now = now.Add(time.Hour)
	}
	if !fought() {
		t.Fatal("fought over")
	}
	notices, err := d.c.Notices(d.ctx)
	d.must(err)
	if _, err := d.c.PlanPutBack(d.ctx, "Test", notices); model.Code(err) != "fought_over" {
		t.Errorf("error %v", err)
	}
	now = now.Add(24 * time.Hour)
	if fought() {
		t.Error("still given up a day later")
	}
}

// A link into the user's own folder that an app replaced by a file.
func TestLinkReplaced(t *testing.T) {
	d := newDesk(t)
	d.write("dotfiles/cursor.json", "{}")
	d.mkdir(".cursor")
	d.must(os.Symlink("../dotfiles/cursor.json", d.path(cursorFile)))
	d.connect(user("cursor"), wants("notes"))
	d.tells()
	content := d.read(cursorFile)
	d.must(os.Remove(d.path(cursorFile)))
	d.write(cursorFile, content)
	d.tells("file_replaced notes")
	notices, err := d.c.Notices(d.ctx)
	d.must(err)
	if n := notices[0]; n.CanPutBack || filepath.Base(n.OtherFile) != "cursor.json" {
		t.Errorf("%+v", n)
	}
	d.keep()
	d.tells()
}

// A server of ours that somebody wrote into another file that the app reads.
func TestTwiceInTwoFiles(t *testing.T) {
	d := newDesk(t)
	const jsonc = ".config/opencode/opencode.jsonc"
	d.write(".config/opencode/opencode.json", "{}")
	d.connect(user("opencode"), wants("notes"))
	second := strings.Replace(d.read(".config/opencode/opencode.json"), `"notes"`, `"again"`, 1)
	d.write(jsonc, second)
	d.tells("doubled notes")
	d.must(d.c.LookAt(d.ctx, []string{d.path(jsonc)}, []string{"opencode"}))
	if got := d.told(); !slices.Equal(got, []string{"doubled notes"}) {
		t.Errorf("told %q", got)
	}
	d.putBack()
	d.tells()
	if strings.Contains(d.read(jsonc), "again") || d.entry("opencode", "notes") == nil {
		t.Errorf("the files hold\n%s\n%s", d.read(jsonc), d.read(".config/opencode/opencode.json"))
	}
	d.write(jsonc, second)
	d.tells("doubled notes")
	d.keep()
	d.tells()
	d.disconnect(nil, "notes")
	if strings.Contains(d.read(jsonc), "again") {
		t.Error("what was kept is ours, and goes with the server")
	}
}

// An app that moves its own file has lost nothing.
func TestMovedByTheApp(t *testing.T) {
	d := newDesk(t)
	d.write(".config/opencode/opencode.json", "{}")
	d.connect(user("opencode"), wants("notes"))
	d.must(os.Rename(d.path(".config/opencode/opencode.json"), d.path(".config/opencode/opencode.jsonc")))
	d.tells()
	if places, err := d.c.Places(d.ctx); err != nil || len(places["notes"]) == 0 {
		t.Errorf("places %v, %v", places, err)
	}
}

// What an app drops when it is started is told as that; what stays a while
// after its start is not asked about any more.
func TestCheckAfterTheNextStart(t *testing.T) {
	const file = ".config/Claude/claude_desktop_config.json"
	d := newDesk(t)
	now, started := time.Now(), time.Time{}
	d.c.Now = func() time.Time { return now }
	d.c.Started = func(c clients.Client) (time.Time, bool) { return started, !started.IsZero() }
	atStart := func() bool {
		t.Helper()
		d.tells("wiped notes")
		n, err := d.c.Notices(d.ctx)
		d.must(err)
		return n[0].AtStart
	}
	d.write(file, "{}")
	d.connect(user("claude-desktop"), wants("notes"))
	d.tells()
	now = now.Add(time.Hour)
	started = now
	d.write(file, "{}")
	if !atStart() {
		t.Error("it went when the app was started")
	}
	started = time.Time{}
	d.putBack()
	now = now.Add(time.Hour)
	started = now
	now = now.Add(2 * time.Minute)
	d.tells() // it stood the start
	d.write(file, "{}")
	if atStart() {
		t.Error("it went long after the start")
	}
}

// A look at files that are as they were reads none of them.
func TestCheapLook(t *testing.T) {
	d := newDesk(t)
	d.write(cursorFile, "{}")
	d.connect(user("cursor"), wants("notes"))
	long := time.Now().Add(-time.Hour)
	d.must(os.Chtimes(d.path(cursorFile), long, long))
	d.must(d.c.Look(d.ctx))
	// As large and as old as before: only who reads it sees the difference.
	d.write(cursorFile, strings.Repeat(" ", len(d.read(cursorFile))))
	d.must(os.Chtimes(d.path(cursorFile), long, long))
	d.must(d.c.Look(d.ctx))
	if got := d.told(); len(got) > 0 {
		t.Errorf("it was read: %q", got)
	}
	d.must(os.Chtimes(d.path(cursorFile), long, long.Add(time.Second)))
	d.must(d.c.Look(d.ctx))
	if got := d.told(); !slices.Equal(got, []string{"wiped notes"}) {
		t.Errorf("told %q", got)
	}
}

// No key that a user put into an entry of ours is kept by us.
func TestLedgerHoldsNoKeys(t *testing.T) {
	d := newDesk(t)
	d.others(cursorFile, `{}`)
	d.connect(user("cursor"), wants("notes"))
	d.others(cursorFile, `{"mcpServers":{"notes":{"command":"`+d.launcher()+`","args":["run","notes"],"env":{"API_KEY":"sk-made-up-1234"}}}}`)
	d.tells()
	d.write(cursorFile, "{}")
	d.tells("wiped notes")
	rows, err := d.ledger.LedgerRows(d.ctx)
	d.must(err)
	for _, text := range rows {
		if strings.Contains(text, "sk-made-up") {
			t.Errorf("the ledger holds %s", text)
		}
	}
}
