//go:build unix

package connect

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"io/fs"
	"os"
	"path/filepath"
	"reflect"
	"testing"

	"toolbay/backend/changeset"
	"toolbay/backend/clients"
	"toolbay/backend/model"
)

// desk is a made-up home folder with every app in it, and a Connector for it.
type desk struct {
	t      *testing.T
	home   string
	ledger *Memory
	c      *Connector
	ctx    context.Context
}

// files is where each app has its file on Linux.
var files = map[string]string{
	"claude-desktop": ".config/Claude/claude_desktop_config.json",
	"claude-code":    ".claude.json",
	"cursor":         ".cursor/mcp.json",
	"vscode":         ".config/Code/User/mcp.json",
	"codex":          ".codex/config.toml",
	"gemini-cli":     ".gemini/settings.json",
	"opencode":       ".config/opencode/opencode.json",
}

// newDesk makes a home without apps.
func newDesk(t *testing.T) *desk {
	t.Helper()
	root := t.TempDir()
	d := &desk{t: t, home: filepath.Join(root, "ann"), ledger: &Memory{}, ctx: context.Background()}
	d.mkdir("")
	table, err := clients.Load("")
	d.must(err)
	engine, err := changeset.Open(filepath.Join(root, "changes"), changeset.Options{
		Diff: func(_, after []byte) string { return string(after) },
	})
	d.must(err)
	launcher := filepath.Join(root, "toolbay-home", "bin", "toolbay")
	d.must(os.MkdirAll(filepath.Dir(launcher), 0o755))
	d.must(os.WriteFile(launcher, nil, 0o755))
	d.c = &Connector{
		Apps:     table,
		System:   clients.System{OS: "linux", Home: d.home, Root: filepath.Join(root, "root")},
		Changes:  engine,
		Ledger:   d.ledger,
		Launcher: func() (string, error) { return launcher, nil },
	}
	return d
}

func (d *desk) must(err error) {
	d.t.Helper()
	if err != nil {
		d.t.Fatal(err)
	}
}

func (d *desk) path(p string) string { return filepath.Join(d.home, p) }

func (d *desk) mkdir(p string) {
	d.t.Helper()
	d.must(os.MkdirAll(d.path(p), 0o755))
}

func (d *desk) write(p, content string) {
	d.t.Helper()
	d.mkdir(filepath.Dir(p))
	d.must(os.WriteFile(d.path(p), []byte(content), 0o644))
}

func (d *desk) read(p string) string {
	d.t.Helper()
	b, err := os.ReadFile(d.path(p))
	d.must(err)
	return string(b)
}

// everything is what stands in the home folder: names, kinds, contents.
func (d *desk) everything() map[string]string {
	d.t.Helper()
	all := map[string]string{}
	d.must(filepath.WalkDir(d.home, func(p string, e fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		fi, err := e.Info()
		if err != nil {
			return err
		}
		what := fi.Mode().String()
		switch {
		case fi.Mode().IsRegular():
			b, err := os.ReadFile(p)
			if err != nil {
				return err
			}
			sum := sha256.Sum256(b)
			what += " " + hex.EncodeToString(sum[:])
		case fi.Mode()&fs.ModeSymlink != 0:
			target, err := os.Readlink(p)
			if err != nil {
				return err
			}
			what += " " + target
		}
		all[p] = what
		return nil
	}))
	return all
}

func (d *desk) same(before map[string]string) {
	d.t.Helper()
	if after := d.everything(); !reflect.DeepEqual(before, after) {
		d.t.Errorf("home changed\nbefore %v\nafter  %v", before, after)
	}
}

func user(apps ...string) []Target {
	var ts []Target
	for _, a := range apps {
		ts = append(ts, Target{App: a, Scope: clients.User})
	}
	return ts
}

func wants(servers ...string) []Want {
	var ws []Want
	for _, s := range servers {
		ws = append(ws, Want{Server: s})
	}
	return ws
}

func (d *desk) connect(targets []Target, ws []Want) changeset.Record {
	d.t.Helper()
	p, err := d.c.PlanConnect(d.ctx, "connect", "Test", targets, ws)
	d.must(err)
	r, err := d.c.Apply(d.ctx, p)
	d.must(err)
	return r
}

func (d *desk) disconnect(targets []Target, servers ...string) changeset.Record {
	d.t.Helper()
	p, err := d.c.PlanDisconnect(d.ctx, "disconnect", "Test", targets, servers)
	d.must(err)
	r, err := d.c.Apply(d.ctx, p)
	d.must(err)
	return r
}

// refused expects that nothing can be planned, for the reason of code, and
// that nothing was touched.
func (d *desk) refused(code string, targets []Target, ws []Want) {
	d.t.Helper()
	before := d.everything()
	if _, err := d.c.PlanConnect(d.ctx, "connect", "Test", targets, ws); model.Code(err) != code {
		d.t.Errorf("error %v, want code %s", err, code)
	}
	d.same(before)
}

// entry gives the entry called name in an app's own files, nil when not there.
func (d *desk) entry(app, name string) *clients.Entry {
	d.t.Helper()
	a, err := d.c.Apps.LookOne(d.c.System, app, "")
	d.must(err)
	for _, e := range a.Entries {
		if e.Name == name {
			return &e
		}
	}
	return nil
}
