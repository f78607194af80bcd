package backend

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"sort"
	"sync"

	"toolbay/backend/changeset"
	"toolbay/backend/clients"
	"toolbay/backend/launch"
	"toolbay/backend/model"
	"toolbay/backend/pattern"
	"toolbay/backend/probe"
	"toolbay/backend/secrets"
	"toolbay/backend/whole"
)

// Servers lists what is installed here, in the order of titles.
func (b *Backend) Servers(ctx context.Context) ([]ServerView, error) {
	servers, err := b.store.Servers(ctx)
	if err != nil {
		return nil, err
	}
	where := b.appsOf(ctx)
	out := make([]ServerView, 0, len(servers))
	in, err := b.profilesOfAll(ctx)
	if err != nil {
		return nil, err
	}
	for _, s := range servers {
		v := b.serverView(s, where[s.ID])
		v.Profiles = append(v.Profiles, in[s.ID]...)
		v.Alert = b.alert(ctx, s)
		v.Said = alertView(v.Alert)
		out = append(out, v)
	}
	nameAccounts(out)
	sort.SliceStable(out, func(i, j int) bool { return out[i].Title < out[j].Title })
	return out, nil
}

// nameAccounts tells servers of one title apart: two accounts of one server are
// two servers, and a person knows them by the names that were given to them.
func nameAccounts(views []ServerView) {
	count := map[string]int{}
	for _, v := range views {
		count[v.Title]++
	}
	for i := range views {
		if v := &views[i]; count[v.Title] > 1 {
			v.Account, v.Title = v.ID, v.Title+" ("+v.ID+")"
		}
	}
}

func (b *Backend) serverView(s model.Server, apps []string) ServerView {
	v := ServerView{
		ID: s.ID, Title: s.Title, Version: s.Version, Publisher: s.Publisher, Category: s.Category,
		Package: packageRef(s.Package), Listing: s.Listing, Status: StatusUntested,
		Tools: []string{}, Apps: append([]string{}, apps...), Profiles: []string{},
		Installed: s.Installed.UTC(), Pinned: s.Pinned, Server: s,
	}
	if s.Probe != nil {
		v.Tools = toolNames(s.Probe.Tools)
		v.Status = StatusOK
		if !s.Probe.OK {
			v.Status = StatusBroken
			v.Problem = model.Fail(s.Probe.Code, logOf(*s.Probe), "server", s.Title, "id", s.ID)
		}
	}
	if b.wantsSignIn(s) {
		v.Status = StatusNeedsSignIn
		if v.Problem == nil {
			v.Problem = model.Fail("signin_again", nil, "server", s.Title, "id", s.ID)
		}
	}
	for _, i := range s.Inputs {
		if i.Secret && i.Required && !i.Set {
			v.Status = StatusNeedsKey
		}
	}
	return v
}

// appsOf reads the apps' files and gives, for each server, the apps that have
// it, in the order of the table.
func (b *Backend) appsOf(ctx context.Context) map[string][]string {
	where := map[string][]string{}
	owner := b.owners(ctx)
	for _, a := range b.apps.Look(b.system, b.o.ProjectDir) {
		for _, e := range a.Entries {
			id := owner(e)
			have := where[id]
			if id != "" && (len(have) == 0 || have[len(have)-1] != a.Client.ID) {
				where[id] = append(have, a.Client.ID)
			}
		}
	}
	return where
}

// serverOf gives the id of the server of ours that an entry starts, or "". The
// launcher of another Toolbay home starts another's, as long as it is there.
func (b *Backend) serverOf(e clients.Entry) string {
	if filepath.IsAbs(e.Command) && filepath.Clean(e.Command) != filepath.Join(b.home, "bin", launcherName()) && fileExists(e.Command) {
		return ""
	}
	return e.Server
}

// owners is serverOf for all entries: of servers that an app speaks to itself
// only our own notes tell that they are ours.
func (b *Backend) owners(ctx context.Context) func(clients.Entry) string {
	noted, err := b.connect.Owners(ctx)
	return func(e clients.Entry) string {
		if id := b.serverOf(e); id != "" || err != nil {
			return id
		}
		return noted(e)
	}
}

// Test starts a server as an app would and says hello to it. The outcome is
// kept. A server that does not start is no error: the result says so. Error
// code: server_unknown.
func (b *Backend) Test(ctx context.Context, id string) (TestResult, error) {
	p, err := b.try(ctx, id)
	if err != nil {
		return TestResult{}, err
	}
	// Meanwhile another Toolbay may have removed it or changed its keys.
	release, err := b.alone(ctx)
	if err != nil {
		return TestResult{}, err
	}
	defer release()
	s, err := b.server(ctx, id)
	if err != nil {
		return TestResult{}, err
	}
	s.Probe = &p
	if err := b.putServer(ctx, s); err != nil {
		return TestResult{}, err
	}
	b.o.Changed("servers")
	return testResult(id, p), nil
}

// Try is Test without keeping the outcome.
func (b *Backend) Try(ctx context.Context, id string) (TestResult, error) {
	p, err := b.try(ctx, id)
	if err != nil {
		return TestResult{}, err
	}
	return testResult(id, p), nil
}

func (b *Backend) try(ctx context.Context, id string) (model.Probe, error) {
	if _, err := b.server(ctx, id); err != nil {
		return model.Probe{}, err
	}
	spec, err := launch.Read(b.home, id)
	if err != nil {
		return model.Probe{}, err
	}
	p := b.probe(ctx, spec, "")
	if err := ctx.Err(); err != nil {
		return model.Probe{}, model.Fail("cancelled", err)
	}
	return p, nil
}

func testResult(id string, p model.Probe) TestResult {
	return TestResult{
		Server: id, OK: p.OK, Protocol: p.Protocol, Tools: toolNames(p.Tools),
		TookMS: p.TookMS, Error: p.Code, Log: p.Log,
	}
}

// Remove takes servers out of every app and away from this computer. Until
// the trash is emptied, undo of the change brings all of it back. Error codes:
// server_unknown, update_busy; then nothing is removed.
func (b *Backend) Remove(ctx context.Context, ids []string, dryRun bool) (RemoveResult, error) {
	return b.RemoveWith(ctx, RemoveRequest{Servers: ids, DryRun: dryRun})
}

// RemoveWith is Remove with more that may go.
func (b *Backend) RemoveWith(ctx context.Context, req RemoveRequest) (RemoveResult, error) {
	ids, dryRun := req.Servers, req.DryRun
	res := RemoveResult{Removed: []string{}, Apps: []string{}, Runtimes: []string{}, Keys: []string{}}
	release, err := b.alone(ctx)
	if err != nil {
		return res, err
	}
	defer release()
	ids = unique(ids)
	for _, id := range ids {
		if _, err := b.server(ctx, id); err != nil {
			return res, err
		}
	}
	free := func() {}
	if !dryRun {
		// An update that is fetched meanwhile would leave its files behind.
		if free, err = b.holdAll(ctx, ids, "update_busy"); err != nil {
			return res, err
		}
		free = sync.OnceFunc(free)
	}
	defer free()
	where := b.appsOf(ctx)
	name := ""
	var servers []model.Server
	for _, id := range ids {
		s, err := b.server(ctx, id)
		if err != nil {
			return res, err
		}
		if name != "" {
			name += ", "
		}
		name += s.Title
		res.Removed, servers = append(res.Removed, id), append(servers, s)
		for _, app := range where[id] {
			if !slices.Contains(res.Apps, app) {
				res.Apps = append(res.Apps, app)
			}
		}
		res.FreedBytes += size(filepath.Join(b.home, "servers", id))
		if req.Keys && (hasKeys(s) || signedIn(s.Remote)) {
			res.Keys = append(res.Keys, id)
		}
	}
	res.LaterBytes = res.FreedBytes
	plan, err := b.connect.PlanDisconnect(ctx, "remove", name, nil, ids)
	if err != nil {
		return res, err
	}
	if dryRun {
		return res, nil
	}
	edit, err := b.outOfProfiles(ctx, ids)
	if err != nil {
		return res, err
	}
	record, err := b.withProfiles(ctx, edit, "", func(n *profileNote) (changeset.Record, error) {
		plan.Change.Note, plan.Change.Keep = noteRemoved(servers, n), true
		return b.connect.Apply(ctx, plan)
	})
	if err != nil && record.ID == "" {
		return res, err
	}
	for _, id := range ids {
		if err := b.toTrash(ctx, record.ID, id); err != nil {
			return res, err
		}
		b.forgetUpdates(id)
	}
	for _, s := range servers {
		res.FreedBytes += b.dropContainers(ctx, s)
	}
	for _, id := range res.Keys {
		if err := errors.Join(b.forgetKeys(record.ID, id), b.forgetKeptKeys(0, id)); err != nil {
			return res, err
		}
	}
	free() // held ids are installs under way, and those need runtimes
	if req.Runtimes {
		n := b.runtimesToTrash(record.ID, &res)
		res.FreedBytes += n
		res.LaterBytes += n
	}
	res.Change = record.ID
	b.o.Changed("servers")
	b.o.Changed("apps")
	b.o.Changed("history")
	b.o.Changed("keys")
	return res, nil
}

func (b *Backend) server(ctx context.Context, id string) (model.Server, error) {
	return b.store.Server(ctx, id)
}

// has tells whether a server is installed here. An error is the database's; it
// says nothing about the server.
func (b *Backend) has(ctx context.Context, id string) (bool, error) {
	_, err := b.store.Server(ctx, id)
	if model.Code(err) == "server_unknown" {
		return false, nil
	}
	return err == nil, err
}

// putServer keeps what we know of a server in the database and, so that the
// database can be rebuilt, beside its files. No secret is in either.
func (b *Backend) putServer(ctx context.Context, s model.Server) error {
	if err := b.store.PutServer(ctx, s); err != nil {
		return err
	}
	b.o.Fault("database")
	data, err := json.MarshalIndent(s, "", "  ")
	if err != nil {
		return fmt.Errorf("encode server %s: %w", s.ID, err)
	}
	return whole.Write(filepath.Join(b.home, "servers", s.ID, "server.json"), append(data, '\n'))
}

// rebuild fills a fresh database from what is on disk: the records beside the
// servers' files, and our entries in the apps' own files.
func (b *Backend) rebuild(ctx context.Context) error {
	for _, f := range pattern.Files(b.home, "servers", "*", "server.json") {
		var s model.Server
		data, err := os.ReadFile(f)
		if err != nil || json.Unmarshal(data, &s) != nil || s.ID != filepath.Base(filepath.Dir(f)) {
			continue // an unreadable record loses one server from the list, its files stay
		}
		if err := b.store.PutServer(ctx, s); err != nil {
			return err
		}
	}
	remotes := map[string]string{}
	servers, err := b.store.Servers(ctx)
	if err != nil {
		return err
	}
	for _, s := range servers {
		if n := native(s); n != nil {
			remotes[s.ID] = n.URL
		}
	}
	if err := b.connect.Recover(ctx, remotes); err != nil {
		return err
	}
	return b.connect.Reconcile(ctx)
}

// probe starts the server of a spec with nothing but what apps pass on, so
// that what works here works there.
func (b *Backend) probe(ctx context.Context, spec launch.Spec, profile string) model.Probe {
	values := map[string]string{}
	if len(spec.Secrets) > 0 {
		var err error
		if values, err = b.keysIn(spec.KeysIn).Get(spec.Server, profile); err != nil {
			return b.notProbed(err)
		}
	}
	return b.probeWith(ctx, spec, profile, values)
}

// probeWith is probe with keys that are not kept anywhere yet.
func (b *Backend) probeWith(ctx context.Context, spec launch.Spec, profile string, values map[string]string) model.Probe {
	cmd, err := launch.Prepare(b.home, spec, profile, values, launch.AppEnvironment(b.o.Getenv))
	if err != nil {
		return b.notProbed(err)
	}
	if cmd.Dir == "" {
		cmd.Dir = filepath.Join(b.home, "servers", spec.Server)
	}
	// What carries the conversation knows best why there was none.
	var why error
	if serve := cmd.Serve; serve != nil {
		cmd.Serve = func(ctx context.Context, stdin io.Reader, stdout, stderr io.Writer) error {
			err := serve(ctx, stdin, stdout, stderr)
			if err != nil {
				why = err
			}
			return err
		}
	}
	p := probe.Run(ctx, probe.Command{Path: cmd.Path, Args: cmd.Args, Env: cmd.Env, Dir: cmd.Dir, Hide: cmd.Hide, Serve: cmd.Serve}, probe.Options{})
	var coded *model.Error
	if !p.OK && p.Code != "cancelled" && errors.As(why, &coded) {
		p.Code = coded.Code
	}
	return p
}

func (b *Backend) notProbed(err error) model.Probe {
	return model.Probe{Time: b.o.Now().UTC(), Code: model.Code(err), Tools: []model.Tool{}, Log: err.Error()}
}

func (b *Backend) openKeys() secrets.Keys { return secrets.Open(b.home, b.o.Getenv) }

// keysIn gives the place a server's keys are kept in: "" is the keychain.
func (b *Backend) keysIn(where string) secrets.Keys {
	if where == "file" {
		return secrets.OpenFile(b.home)
	}
	return b.keychain
}

// logOf is what a server printed, as the cause of an error.
func logOf(p model.Probe) error {
	if p.Log == "" {
		return nil
	}
	return errors.New(p.Log)
}

func size(dir string) int64 {
	var n int64
	filepath.WalkDir(dir, func(_ string, d fs.DirEntry, err error) error {
		if err == nil && d.Type().IsRegular() {
			if info, err := d.Info(); err == nil {
				n += info.Size()
			}
		}
		return nil
	})
	return n
}

// unique gives each of a list once, in order.
func unique(list []string) []string {
	var out []string
	for _, s := range list {
		if !slices.Contains(out, s) {
			out = append(out, s)
		}
	}
	return out
}

func megabytes(n int64) string {
	if n <= 0 {
		return "?"
	}
	return fmt.Sprintf("%.1f MB", float64(n)/1e6)
}
