//go:build !windows

package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"toolbay/backend/changeset"
	"toolbay/backend/clients"
	"toolbay/backend/configfile"
	"toolbay/backend/connect"
	"toolbay/backend/store"
	"toolbay/internal/claudefile"
)

// Figures of an edit; the goal is in docs/changesets.md.
const (
	editPairs = 15
	editSize  = 5 << 20
)

// editing measures the edit of a very large file.
func editing(work string) error {
	fmt.Printf("\nEdit of a ~/.claude.json of %d MB: one entry added, proved (goal 5 times json.Valid of the same bytes)\n", editSize>>20)
	return edit(filepath.Join(work, "edit"))
}

// desk is a made-up home with a Connector for it.
type desk struct {
	*connect.Connector
	home   string
	ledger *store.Store
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
	engine, err := changeset.Open(filepath.Join(dir, "changes"), changeset.Options{})
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

func edit(dir string) error {
	d, err := newDesk(dir)
	if err != nil {
		return err
	}
	defer d.ledger.Close()
	content := claudefile.Make(editSize)
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
