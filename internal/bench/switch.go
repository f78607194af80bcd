//go:build !windows

package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"toolbay/backend/changeset"
	"toolbay/backend/clients"
	"toolbay/backend/configfile"
	"toolbay/backend/connect"
	"toolbay/backend/store"
)

// Figures of a switch and of an edit; the goals are in docs/changesets.md.
const (
	switchApps    = 12
	switchServers = 30
	switches      = 12
	editPairs     = 15
	editSize      = 5 << 20
)

// switching measures the switch from one profile to another, half of whose
// servers are the same, and the edit of a very large file.
func switching(work string) error {
	fmt.Printf("\nSwitch of %d servers over %d apps' files: one change, waiting for the disk included (goal 100 ms to the last rename)\n", switchServers, switchApps)
	places := []struct{ what, dir string }{{"in " + os.TempDir(), work}}
	if shm, err := os.MkdirTemp("/dev/shm", "toolbay-bench-"); err == nil {
		defer os.RemoveAll(shm)
		places = append(places, struct{ what, dir string }{"in memory", shm})
	}
	for _, p := range places {
		if err := switchIn(p.what, filepath.Join(p.dir, "switch")); err != nil {
			return err
		}
	}
	fmt.Printf("\nEdit of a ~/.claude.json of %d MB: one entry added, proved (goal 5 times json.Valid of the same bytes)\n", editSize>>20)
	return edit(filepath.Join(work, "edit"))
}

// desk is a made-up home with a Connector for it.
type desk struct {
	*connect.Connector
	home    string
	ledger  *store.Store
	renamed time.Time // of the last file
}

func newDesk(dir string) (*desk, error) {
	d := &desk{home: filepath.Join(dir, "home")}
	for _, p := range []string{d.home, filepath.Join(dir, "bin")} {
		if err := os.MkdirAll(p, 0o755); err != nil {
			return nil, err
		}
	}
	launcher := filepath.Join(dir, "bin", "toolbay")
	if err := os.WriteFile(launcher, nil, 0o755); err != nil {
		return nil, err
	}
	engine, err := changeset.Open(filepath.Join(dir, "changes"), changeset.Options{Fault: func(point string) {
		if point == "all in place" {
			d.renamed = time.Now()
		}
	}})
	if err != nil {
		return nil, err
	}
	apps, err := clients.Load("")
	if err != nil {
		return nil, err
	}
	if d.ledger, err = store.Open(filepath.Join(dir, "toolbay.db")); err != nil {
		return nil, err
	}
	d.Connector = &connect.Connector{
		Apps: apps, Changes: engine, Ledger: d.ledger,
		System:   clients.System{OS: "linux", Home: d.home, Root: filepath.Join(dir, "root")},
		Launcher: func() (string, error) { return launcher, nil },
	}
	return d, nil
}

// twelve makes the files of the first apps of the table that can be had.
func (d *desk) twelve() ([]string, error) {
	var ids []string
	for _, c := range d.Apps.All() {
		app, err := d.Apps.LookOne(d.System, c.ID, "")
		if err != nil {
			return nil, err
		}
		f, ok := app.Primary(clients.User)
		if !ok || len(ids) == switchApps || strings.Contains(f.Path, "\x00") {
			continue
		}
		if err := os.MkdirAll(filepath.Dir(f.Path), 0o755); err != nil {
			return nil, err
		}
		if err := os.WriteFile(f.Path, settings(configfile.Format(f.Format)), 0o644); err != nil {
			return nil, err
		}
		if app, err = d.Apps.LookOne(d.System, c.ID, ""); err != nil {
			return nil, err
		}
		if app.Found && app.Managed == "" {
			ids = append(ids, c.ID)
		}
	}
	if len(ids) < switchApps {
		return nil, fmt.Errorf("only %d apps can be had here: %v", len(ids), ids)
	}
	return ids, nil
}

// settings is a file of some kilobytes as a user has it.
func settings(f configfile.Format) []byte {
	var b bytes.Buffer
	switch f {
	case configfile.TOML:
		for i := range 60 {
			fmt.Fprintf(&b, "# the setting number %d\nsetting_%d = \"a value of the user\"\n", i, i)
		}
	case configfile.YAML:
		for i := range 60 {
			fmt.Fprintf(&b, "# the setting number %d\nsetting_%d: a value of the user\n", i, i)
		}
	default:
		b.WriteString("{\n")
		for i := range 60 {
			fmt.Fprintf(&b, "  \"setting%d\": \"a value of the user, number %d\",\n", i, i)
		}
		b.WriteString("  \"last\": true\n}\n")
	}
	return b.Bytes()
}

func switchIn(what, dir string) error {
	d, err := newDesk(dir)
	if err != nil {
		return err
	}
	defer d.ledger.Close()
	apps, err := d.twelve()
	if err != nil {
		return err
	}
	profile := func(first int, name string) (wants []connect.Want, ids []string) {
		for i := range switchServers {
			id := fmt.Sprintf("server-%d", first+i)
			wants, ids = append(wants, connect.Want{Server: id, Profile: name}), append(ids, id)
		}
		return wants, ids
	}
	work, workIDs := profile(0, "")
	home, homeIDs := profile(switchServers/2, "home")
	var toRename, toEnd, planned, written []time.Duration
	for n := range switches + 1 {
		put, take := work, homeIDs
		if n%2 == 1 {
			put, take = home, workIDs
		}
		var shifts []connect.Shift
		for _, app := range apps {
			shifts = append(shifts, connect.Shift{App: app, Put: put, Take: take})
		}
		began := time.Now()
		p, stopped, err := d.PlanShift(context.Background(), "switch", "", shifts)
		if err != nil || len(stopped) > 0 {
			return errors.Join(err, fmt.Errorf("in the way: %v", stopped))
		}
		ready := time.Now()
		r, err := d.Apply(context.Background(), p)
		if err != nil {
			return err
		}
		if len(r.Files) != switchApps {
			return fmt.Errorf("%d files changed, not %d", len(r.Files), switchApps)
		}
		if n == 0 {
			continue // the first one only puts in
		}
		planned = append(planned, ready.Sub(began))
		toRename = append(toRename, d.renamed.Sub(began))
		written = append(written, d.renamed.Sub(ready))
		toEnd = append(toEnd, time.Since(began))
	}
	fmt.Printf("  %-10s to the last rename  min %9s  median %9s   (%d switches)\n", what, ms(least(toRename)), ms(median(toRename)), switches)
	fmt.Printf("  %-10s of it, working out  min %9s  median %9s; copies, files and the disk  min %9s  median %9s\n",
		"", ms(least(planned)), ms(median(planned)), ms(least(written)), ms(median(written)))
	fmt.Printf("  %-10s to the end, history and ledger written,      median %9s\n", "", ms(median(toEnd)))
	return nil
}

func edit(dir string) error {
	d, err := newDesk(dir)
	if err != nil {
		return err
	}
	defer d.ledger.Close()
	content := claudeFile(editSize)
	path := filepath.Join(d.home, ".claude.json")
	if err := os.WriteFile(path, content, 0o600); err != nil {
		return err
	}
	entry := configfile.Object{{Key: "command", Value: "/opt/toolbay"}, {Key: "args", Value: []string{"run", "notes"}}}
	var ours, valid, whole []time.Duration
	for n := range editPairs {
		began := time.Now()
		out, _, err := configfile.Insert(content, configfile.JSON, []string{"mcpServers", "bench"}, entry)
		ours = append(ours, time.Since(began))
		if err != nil || len(out) <= len(content) {
			return errors.Join(err, errors.New("nothing was added"))
		}
		began = time.Now()
		if !json.Valid(content) {
			return errors.New("the file is no JSON")
		}
		valid = append(valid, time.Since(began))
		began = time.Now()
		p, err := d.PlanConnect(context.Background(), "connect", "", []connect.Target{{App: "claude-code", File: path}}, []connect.Want{{Server: fmt.Sprint("bench-", n)}})
		if err != nil {
			return err
		}
		if _, err := d.Apply(context.Background(), p); err != nil {
			return err
		}
		whole = append(whole, time.Since(began))
	}
	fmt.Printf("  the edit     min %9s  median %9s\n  json.Valid   min %9s  median %9s\n", ms(least(ours)), ms(median(ours)), ms(least(valid)), ms(median(valid)))
	fmt.Printf("  ratio        min %9.2f  median %9.2f   (goal 5, %d pairs)\n",
		float64(least(ours))/float64(least(valid)), float64(median(ours))/float64(median(valid)), editPairs)
	fmt.Printf("  with reading, copies and waiting for the disk: min %s, median %s\n", ms(least(whole)), ms(median(whole)))
	return nil
}

// claudeFile is like a ~/.claude.json after years: projects with histories of
// pasted text.
func claudeFile(size int) []byte {
	var b bytes.Buffer
	b.WriteString("{\n  \"numStartups\": 412,\n  \"projects\": {")
	for i := 0; b.Len() < size; i++ {
		if i > 0 {
			b.WriteByte(',')
		}
		fmt.Fprintf(&b, "\n    \"/home/ada/project-%d\": {\n      \"allowedTools\": [],\n      \"history\": [", i)
		for j := range 20 {
			if j > 0 {
				b.WriteByte(',')
			}
			text := strings.Repeat(`please look at \"main.go\" and tell me why\n\tthe test fails — `, 1+j%9)
			fmt.Fprintf(&b, "\n        { \"display\": \"%s\", \"pastedContents\": {} }", text)
		}
		fmt.Fprintf(&b, "\n      ],\n      \"lastCost\": %d.25\n    }", i)
	}
	b.WriteString("\n  },\n  \"mcpServers\": {}\n}\n")
	return b.Bytes()
}
