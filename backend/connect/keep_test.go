//go:build unix

package connect

import (
	"errors"
	"strings"
	"testing"

	"toolbay/backend/clients"
	"toolbay/backend/model"
)

// vault is a Vault in memory.
type vault struct {
	items map[string]map[string]string
	full  error
}

func (v *vault) Room(string) error { return v.full }

func (v *vault) Put(server string, texts map[string]string) (string, error) {
	if v.items == nil {
		v.items = map[string]map[string]string{}
	}
	item := server + strings.Repeat("+", len(v.items)+1)
	v.items[item] = texts
	return item, v.full
}

func (v *vault) Texts(_, item string) (map[string]string, error) {
	if v.items[item] == nil {
		return nil, model.Fail("secret_unknown", nil)
	}
	return v.items[item], v.full
}

func (v *vault) Forget(_, item string) { delete(v.items, item) }

// shift makes a shift, which nothing may stand in the way of.
func (d *desk) shift(shifts ...Shift) {
	d.t.Helper()
	p, stopped, err := d.c.PlanShift(d.ctx, "switch", "Work", shifts)
	d.must(err)
	if len(stopped) > 0 {
		d.t.Fatalf("in the way: %+v", stopped)
	}
	_, err = d.c.Apply(d.ctx, p)
	d.must(err)
}

// sweep is a shift to these servers and no other of ours.
func sweep(app, profile string, servers ...string) Shift {
	s := Shift{App: app, Sweep: true}
	for _, id := range servers {
		s.Put = append(s.Put, Want{Server: id, Profile: profile})
	}
	return s
}

// TestShiftKeeps: what a user wrote into an entry of ours, and where it stands,
// is there again when a profile with the server is.
func TestShiftKeeps(t *testing.T) {
	cases := map[string]struct{ app, file, start, old, now string }{
		"a switch and a member": {"cursor", ".cursor/mcp.json", "{\n  \"mcpServers\": {\n  }\n}\n",
			`"run",`, `"run",`},
		"strict JSON, odd form": {"cursor", ".cursor/mcp.json", `{"mcpServers":{"a":{"command":"x"},  "z" : {"command":"y"}},"n":12345678901234567890}`,
			`"command": "`, `"disabled": true, "note":{"a":[1.50]}, "command": "`},
		"comments": {"vscode", ".config/Code/User/mcp.json", "{\n\t// mine\n\t\"servers\": {\n\t\t\"z\": {\"command\": \"y\"}, // theirs\n\t},\n}\n",
			`"command": "`, "// why\n\t\t\t\"dev\": {\"watch\": \"src\"},\n\t\t\t\"command\": \""},
		"TOML": {"codex", ".codex/config.toml", "model = \"x\" # mine\n\n[mcp_servers.z]\ncommand = \"y\"\n",
			"args = ", "enabled = false # for now\nstartup_timeout_sec = 20\nargs = "},
		"YAML": {"goose", ".config/goose/config.yaml", "extensions:\n  z:\n    cmd: y\n    type: stdio\nGOOSE_MODEL: x # mine\n",
			"enabled: true", "enabled: false\n    available_tools: [a, b] # two"},
		"a list": {"continue", ".continue/config.yaml", "name: x\nmcpServers:\n  - name: z\n    command: y\nmodels: []\n",
			"command: ", "connectionTimeout: 5 # s\n    command: "},
		"TOML list": {"vibe", ".vibe/config.toml", "[[mcp_servers]]\nname = \"z\"\ntransport = \"stdio\"\ncommand = \"y\"\n",
			"args = ", "tool_timeout_sec = 5\nargs = "},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			d := newDesk(t)
			d.write(c.file, c.start)
			d.shift(sweep(c.app, "", "notes"))
			fresh := d.read(c.file)
			i := strings.Index(fresh, "notes")
			at := strings.Index(fresh[i:], c.old)
			if i < 0 || at < 0 {
				t.Fatalf("no %q in %s", c.old, fresh)
			}
			own := fresh[:i+at] + c.now + fresh[i+at+len(c.old):]
			d.write(c.file, own)

			d.shift(sweep(c.app, "work", "other"))
			if d.entry(c.app, "notes") != nil {
				t.Fatal("it is still there")
			}
			d.shift(sweep(c.app, "", "notes"))
			if got := d.read(c.file); got != own {
				t.Errorf("away and back:\n%s\nwas:\n%s", got, own)
			}
			// Changed meanwhile, nothing of it is lost; only its place is another.
			d.shift(sweep(c.app, "work"))
			left := d.read(c.file)
			d.write(c.file, strings.Replace(strings.Replace(left, "y", "yy", 1), "model", "mode", 1))
			d.shift(sweep(c.app, "third", "notes"))
			if got := d.read(c.file); !strings.Contains(got, strings.TrimSuffix(c.now, " # two")) || !strings.Contains(got, "third") {
				t.Errorf("after a change of the file:\n%s", got)
			}
		})
	}
}

// TestShiftKeepsKeys: an entry with a key that the user wrote into it goes to
// the vault and not into the ledger, however the key is written.
func TestShiftKeepsKeys(t *testing.T) {
	for name, member := range map[string]string{
		"by its name":  `"env": {"ACME_API_KEY": "word"}`,
		"by its look":  `"note": "ghp_abcdefghijklmnop1234"`,
		"in escapes":   `"env": {"ACME_\u0041PI_KEY": "w\u006frd"}`,
		"in a comment": `"x": 1`,
	} {
		t.Run(name, func(t *testing.T) {
			d := newDesk(t)
			v := &vault{}
			d.c.Vault = v
			file, app := ".cursor/mcp.json", "cursor"
			d.write(file, "{\n  \"mcpServers\": {\n    \"z\": {}\n  }\n}\n")
			d.shift(sweep(app, "", "notes"))
			own := strings.Replace(d.read(file), `"command": "`, member+`, "command": "`, 1)
			d.write(file, own)
			v.full = errors.New("locked")
			p, stopped, err := d.c.PlanShift(d.ctx, "switch", "Work", []Shift{sweep(app, "work")})
			d.must(err)
			if name == "in a comment" {
				if len(stopped) > 0 {
					t.Errorf("stopped %+v", stopped)
				}
				return
			}
			if len(p.Change.Files) > 0 || len(stopped) != 1 || model.Code(stopped[0].Err) != "entry_holds_key" {
				t.Errorf("without a place for keys: %+v, %v", stopped, p.Change.Files)
			}
			v.full = nil
			d.shift(sweep(app, "work"))
			rows, err := d.ledger.LedgerRows(d.ctx)
			d.must(err)
			for key, row := range rows {
				if strings.Contains(row, "word") || strings.Contains(row, "006frd") || strings.Contains(row, "ghp_") {
					t.Errorf("the ledger has a key: %s: %s", key, row)
				}
			}
			if len(v.items) != 1 {
				t.Errorf("vault %v", v.items)
			}
			d.shift(sweep(app, "", "notes"))
			if got := d.read(file); got != own {
				t.Errorf("came back as\n%s\nwas\n%s", got, own)
			}
			// Kept again it is one item, and none once the server is gone for good.
			d.shift(sweep(app, "work"))
			if len(v.items) != 1 {
				t.Errorf("vault %v", v.items)
			}
			d.must(d.c.Forget(d.ctx, "notes"))
			if len(v.items) != 0 {
				t.Errorf("vault %v", v.items)
			}
			d.shift(sweep(app, "", "notes"))
			if got := d.read(file); strings.Contains(got, member) {
				t.Errorf("forgotten, yet %s", got)
			}
		})
	}
}

// TestShiftTurnsOver: an app that speaks to a server itself in one profile and
// starts it through us in the other keeps what the user wrote beside that, and
// what has no place in the one form is there again in the other.
func TestShiftTurnsOver(t *testing.T) {
	d := newDesk(t)
	file := ".cursor/mcp.json"
	d.write(file, "{\"mcpServers\": {}}\n")
	direct := Shift{App: "cursor", Sweep: true, Put: []Want{{Server: "notes", Native: &clients.Launch{URL: "https://notes.example/mcp", Transport: "streamable-http"}}}}
	d.shift(direct)
	own := strings.Replace(d.read(file), `"url"`, `"disabled": true, "headers": {"X-Team": "a"}, "url"`, 1)
	d.write(file, own)
	d.shift(sweep("cursor", "work", "notes"))
	got := d.read(file)
	if e := d.entry("cursor", "notes"); e == nil || e.Server != "notes" || e.URL != "" || !strings.Contains(got, `"disabled": true`) || strings.Contains(got, "X-Team") {
		t.Errorf("through us: %+v, %s", e, got)
	}
	d.write(file, strings.Replace(got, `"disabled": true`, `"disabled": false, "since": 1`, 1))
	d.shift(direct)
	if got := d.read(file); got != strings.Replace(own, `"disabled": true, "headers": {"X-Team": "a"}, "url": "https://notes.example/mcp"`, `"disabled": false, "headers": {"X-Team": "a"}, "url": "https://notes.example/mcp", "since": 1`, 1) {
		t.Errorf("back: %s\nwas: %s", got, own)
	}
}
