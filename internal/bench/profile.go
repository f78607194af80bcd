//go:build !windows

package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"toolbay/backend"
	"toolbay/backend/clients"
	"toolbay/backend/configfile"
	"toolbay/backend/model"
	"toolbay/backend/store"
)

// Figures of a switch; the goals are in docs/profiles.md.
const (
	switchApps    = 12
	switchServers = 30
	switches      = 12

	manyServers  = 200
	manyProfiles = 50
)

// profileSwitches measures the switch from one profile to another, half of
// whose servers are the same, from the call that the window makes.
func profileSwitches(toolbay, work string) error {
	places := []struct{ what, dir string }{{"in " + os.TempDir(), work}}
	if shm, err := os.MkdirTemp("/dev/shm", "toolbay-bench-"); err == nil {
		defer os.RemoveAll(shm)
		places = append(places, struct{ what, dir string }{"in memory", shm})
	}
	fmt.Printf("\nSwitch of %d servers over %d apps' files, JSON, TOML and YAML, from the window's call (goal 100 ms to the last rename, waiting for the disk included)\n", switchServers, switchApps)
	for _, p := range places {
		if err := switchIn(p.what, filepath.Join(p.dir, "switch"), switchServers, 2); err != nil {
			return err
		}
	}
	if err := switchCommand(toolbay, filepath.Join(work, "switch")); err != nil {
		return err
	}
	fmt.Printf("\n%d servers in a profile, %d profiles, %d apps (goal 50 ms to have worked the switch out)\n", manyServers, manyProfiles, switchApps)
	return switchIn(places[0].what, filepath.Join(work, "many"), manyServers, manyProfiles)
}

// user is a made-up user's home and Toolbay in it.
type user struct {
	*backend.Backend
	files []string // the apps' own
}

func newUser(dir string, servers, profiles int) (*user, error) {
	home := filepath.Join(dir, "home")
	launcher := filepath.Join(dir, "toolbay")
	for _, p := range []string{filepath.Join(dir, "toolbay-home"), home} {
		if err := os.MkdirAll(p, 0o755); err != nil {
			return nil, err
		}
	}
	if err := os.WriteFile(launcher, []byte("#!/bin/sh\n"), 0o755); err != nil {
		return nil, err
	}
	u := &user{}
	apps, err := u.makeApps(home)
	if err != nil {
		return nil, err
	}
	if err := record(filepath.Join(dir, "toolbay-home", "toolbay.db"), apps, servers, profiles); err != nil {
		return nil, err
	}
	if err := os.Setenv("HOME", home); err != nil {
		return nil, err
	}
	u.Backend, err = backend.Open(context.Background(), backend.Options{Home: filepath.Join(dir, "toolbay-home"), Launcher: launcher})
	return u, err
}

// record fills the database with servers, of which profile n has those from
// n%2 times the half on.
func record(path string, apps []string, servers, count int) error {
	s, err := store.Open(path)
	if err != nil {
		return err
	}
	defer s.Close()
	ctx := context.Background()
	name := func(i int) string { return fmt.Sprintf("server-%d", i) }
	for i := range servers * 3 / 2 {
		err := s.PutServer(ctx, model.Server{
			ID: name(i), Title: name(i), Version: "1.0.0", Command: "/usr/bin/node", Args: []string{"index.js"}, Installed: time.Now(),
			Package: model.Package{Type: "npm", Identifier: name(i), Version: "1.0.0"},
		})
		if err != nil {
			return err
		}
	}
	var all []model.Profile
	for n := range count {
		p := model.Profile{ID: fmt.Sprintf("profile-%d", n), Name: fmt.Sprintf("Profile %d", n), Apps: apps}
		if n == 0 {
			p.ID = model.DefaultProfile
		}
		for i := range servers {
			p.Servers = append(p.Servers, model.ProfileServer{Server: name(i + n%2*servers/2)})
		}
		all = append(all, p)
	}
	return s.FirstProfiles(ctx, all, model.DefaultProfile)
}

// makeApps makes the files of twelve apps of the table that can be had: two in
// TOML, one in YAML, the others in JSON.
func (u *user) makeApps(home string) ([]string, error) {
	table, err := clients.Load("")
	if err != nil {
		return nil, err
	}
	sys := clients.System{OS: "linux", Home: home}
	var ids []string
	left := map[configfile.Format]int{configfile.TOML: 2, configfile.YAML: 1}
	json := switchApps - 3
	for _, c := range table.All() {
		app, err := table.LookOne(sys, c.ID, "")
		if err != nil {
			return nil, err
		}
		f, ok := app.Primary(clients.User)
		format := configfile.Format(f.Format)
		room, other := left[format]
		if !ok || !strings.HasPrefix(f.Path, home+string(filepath.Separator)) || other && room == 0 || !other && json == 0 {
			continue
		}
		if err := os.MkdirAll(filepath.Dir(f.Path), 0o755); err != nil {
			return nil, err
		}
		if _, err := os.Stat(f.Path); err == nil {
			continue // another app's too
		}
		if err := os.WriteFile(f.Path, settings(format), 0o644); err != nil {
			return nil, err
		}
		if app, err = table.LookOne(sys, c.ID, ""); err != nil {
			return nil, err
		}
		if f, _ := app.Primary(clients.User); !app.Found || app.Managed != "" || f.Health != clients.OK {
			continue
		}
		ids, u.files = append(ids, c.ID), append(u.files, f.Path)
		if other {
			left[format]--
		} else {
			json--
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

// renamed is when the last of the apps' files got its name, as the file system
// has it.
func (u *user) renamed() (last time.Time, err error) {
	for _, f := range u.files {
		fi, err := os.Stat(f)
		if err != nil {
			return last, err
		}
		st, ok := fi.Sys().(*syscall.Stat_t)
		if !ok {
			return last, errors.New("no time of change")
		}
		if t := changed(st); t.After(last) {
			last = t
		}
	}
	return last, nil
}

func switchIn(what, dir string, servers, profiles int) error {
	old := os.Getenv("HOME")
	defer os.Setenv("HOME", old)
	u, err := newUser(dir, servers, profiles)
	if err != nil {
		return err
	}
	defer u.Close()
	ctx := context.Background()
	var planned, toRename, toEnd, bare []time.Duration
	for n := range switches + 2 {
		req := backend.ProfileEdit{Profile: "profile-1"}
		if n%2 == 1 {
			req.Profile = model.DefaultProfile
		}
		dry := req
		dry.DryRun = true
		began := time.Now()
		if _, err := u.SwitchProfile(ctx, dry); err != nil {
			return err
		}
		plan := time.Since(began)
		began = time.Now()
		res, err := u.SwitchProfile(ctx, req)
		end := time.Now()
		if err != nil {
			return err
		}
		if len(res.Files) != switchApps {
			return fmt.Errorf("%d files changed, not %d", len(res.Files), switchApps)
		}
		last, err := u.renamed()
		if err != nil {
			return err
		}
		plain, err := plainWrites(dir, u.files)
		if err != nil {
			return err
		}
		if n < 2 {
			continue // the first ones only put in
		}
		planned, toRename, toEnd, bare = append(planned, plan), append(toRename, last.Sub(began)), append(toEnd, end.Sub(began)), append(bare, plain)
	}
	fmt.Printf("  %-10s worked out and shown        min %9s  median %9s\n", what, ms(least(planned)), ms(median(planned)))
	fmt.Printf("  %-10s to the last rename          min %9s  median %9s   (%d switches)\n", "", ms(least(toRename)), ms(median(toRename)), switches)
	fmt.Printf("  %-10s to the answer               min %9s  median %9s\n", "", ms(least(toEnd)), ms(median(toEnd)))
	fmt.Printf("  %-10s write, sync, rename %d files one by one, beside it: min %s, median %s, at most %s\n", "", switchApps, ms(least(bare)), ms(median(bare)), ms(sorted(bare)[len(bare)-1]))
	fmt.Printf("  %-10s to the last rename as a multiple of that: min %.1f, median %.1f\n", "", ratio(least(toRename), least(bare)), ratio(median(toRename), median(bare)))
	return nil
}

func ratio(a, b time.Duration) float64 { return float64(a) / float64(b) }

// switchCommand measures the same switch as a command: from the start of the
// program to its end.
func switchCommand(toolbay, dir string) error {
	if _, err := os.Stat(toolbay); err != nil {
		fmt.Println("  as a command: not measured, make cli builds it")
		return nil
	}
	env := append(os.Environ(), "HOME="+filepath.Join(dir, "home"), "TOOLBAY_HOME="+filepath.Join(dir, "toolbay-home"))
	var whole, only []time.Duration
	for n := range switches + 2 {
		args := []string{"profile", "switch", "profile-1", "--json"}
		if n%2 == 1 {
			args[2] = model.DefaultProfile
		}
		began := time.Now()
		c := exec.Command(toolbay, args...)
		c.Env = env
		if out, err := c.CombinedOutput(); err != nil {
			return fmt.Errorf("toolbay profile switch: %w\n%s", err, out)
		}
		took := time.Since(began)
		c = exec.Command(toolbay, "profile", "list", "--json")
		c.Env = env
		began = time.Now()
		if out, err := c.CombinedOutput(); err != nil {
			return fmt.Errorf("toolbay profile list: %w\n%s", err, out)
		}
		if n < 2 {
			continue // the first ones only place the launcher
		}
		whole, only = append(whole, took), append(only, time.Since(began))
	}
	fmt.Printf("  as a command, start and end of the program included: min %s, median %s; toolbay profile list beside it: min %s, median %s\n",
		ms(least(whole)), ms(median(whole)), ms(least(only)), ms(median(only)))
	return nil
}

// plainWrites writes copies of files the plain way, each synced and renamed.
func plainWrites(dir string, files []string) (time.Duration, error) {
	var content [][]byte
	for _, f := range files {
		b, err := os.ReadFile(f)
		if err != nil {
			return 0, err
		}
		content = append(content, b)
	}
	began := time.Now()
	for i, b := range content {
		path := filepath.Join(dir, fmt.Sprintf("plain-%d", i))
		f, err := os.Create(path + ".part")
		if err != nil {
			return 0, err
		}
		_, err = f.Write(b)
		if err := errors.Join(err, f.Sync(), f.Close(), os.Rename(path+".part", path)); err != nil {
			return 0, err
		}
	}
	return time.Since(began), nil
}
