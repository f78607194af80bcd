// Package backend opens everything once and has one method for each thing a
// user can do. The window (package app) and the command line (cmd/toolbay)
// call only this; nothing below imports it.
//
//	b, err := backend.Open(ctx, backend.Options{})
//	defer b.Close()
//	res, err := b.Search(ctx, backend.Query{Text: "notion"})
package backend

import (
	"context"
	"errors"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"sync/atomic"
	"time"

	"toolbay/backend/catalog"
	"toolbay/backend/changeset"
	"toolbay/backend/changeset/reverse"
	"toolbay/backend/clients"
	"toolbay/backend/configfile"
	"toolbay/backend/connect"
	"toolbay/backend/install"
	"toolbay/backend/launch"
	"toolbay/backend/model"
	"toolbay/backend/running"
	"toolbay/backend/runtimes"
	"toolbay/backend/secrets"
	"toolbay/backend/staging"
	"toolbay/backend/store"
	"toolbay/backend/whole"
)

// Version is set by the build.
var Version = "0.1.0-dev"

// Options are the effects the backend works with; the zero value is the real
// machine.
type Options struct {
	// Home is TOOLBAY_HOME; "" takes the environment's, else ~/.toolbay.
	Home string
	// Launcher is the program that becomes bin/toolbay in Home; "" looks for
	// it beside the running program.
	Launcher string
	// Getenv is os.Getenv unless set.
	Getenv func(string) string
	// Now is time.Now unless set.
	Now func() time.Time
	// Changed hears which part of what we know has changed: servers, apps,
	// history, catalogue, keys, settings. May be nil.
	Changed func(what string)
	// ProjectDir is where project files are looked for; "" looks for none.
	ProjectDir string
	// Background lets work that need not be waited for go on behind Open, for a
	// program that stays: Close ends it.
	Background bool
	// Unpacking is told when Open is about to unpack the catalogue that came with
	// this build, which takes some seconds, once. May be nil.
	Unpacking func()
	// Fault is called with a name at each step of a switch from one version of a
	// server to another; tests end the process there. May be nil.
	Fault func(step string)
	// PolicyFile is where an administrator places a policy; "" is the system's
	// place (docs/policy.md).
	PolicyFile string
}

// Backend is Toolbay without a face. It may be used from several goroutines,
// and several may be open on the same home at once.
type Backend struct {
	home     string
	o        Options
	store    *store.Store
	catalog  *catalog.Catalog
	changes  *changeset.Engine
	apps     *clients.Table
	appsErr  error
	looked   *lookedApps
	system   clients.System
	connect  *connect.Connector
	nodes    *runtimes.Nodes
	kinds    map[string]install.Kind // by package type
	keychain secrets.Keys
	stop     func()        // ends what goes on in the background, nil for nothing
	stopped  chan struct{} // closed when it has ended
	unwatch  func()        // ends the daily look for updates, nil for none
	policy   *catalog.Policy
	pasted   *pastes
	running  running.System
	// settledNoted is how many settled changes noteSettled has seen.
	settledNoted *atomic.Int64
}

// Open makes the home folder when it is missing, settles what a killed
// process left behind and opens the database. Error codes: home_unwritable,
// database_newer.
func Open(ctx context.Context, o Options) (*Backend, error) {
	if o.Getenv == nil {
		o.Getenv = os.Getenv
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Changed == nil {
		o.Changed = func(string) {}
	}
	if o.Fault == nil {
		o.Fault = func(string) {}
	}
	b := &Backend{o: o, home: o.Home, looked: &lookedApps{}, pasted: &pastes{}, settledNoted: &atomic.Int64{}}
	if b.home == "" {
		b.home = launch.Home(o.Getenv)
	}
	abs, err := filepath.Abs(b.home)
	if err != nil {
		return nil, unwritable(err, b.home)
	}
	b.home = abs
	if err := makeHome(b.home); err != nil {
		return nil, unwritable(err, b.home)
	}

	b.changes, err = changeset.Open(filepath.Join(b.home, "changes"), changeset.Options{
		Now: o.Now,
		Diff: func(before, after []byte) string {
			return configfile.Diff(before, after, configfile.MaskSecrets)
		},
		Reverse: reverse.File,
	})
	if err != nil {
		return nil, err
	}
	b.store, err = store.Open(filepath.Join(b.home, "toolbay.db"))
	if err != nil {
		return nil, err
	}
	if err := b.join(ctx); err != nil {
		b.store.Close()
		return nil, err
	}
	return b, nil
}

// join builds the parts on top of store and changes and brings them up to date.
func (b *Backend) join(ctx context.Context) error {
	// A bad override is set aside for the shipped table and told about in
	// Settings; it must not lock the user out.
	b.apps, b.appsErr = clients.Load(filepath.Join(b.home, "clients.json"))
	b.system = clients.Real()
	b.running = running.System{OS: b.system.OS, Home: b.system.Home}
	b.connect = &connect.Connector{
		Apps: b.apps, System: b.system, Changes: b.changes, Ledger: b.store,
		Launcher: b.launcherPlace, Now: b.o.Now, Started: b.startedSince,
		Vault: vault{b},
	}
	b.keychain = b.openKeys()
	b.policy = b.readPolicy()
	b.catalog = b.catalogIn(ctx, b.store)
	b.nodes = &runtimes.Nodes{Home: b.home, Origin: b.setting(ctx, "node_origin", "TOOLBAY_NODE_ORIGIN", ""), HTTP: &http.Client{}}
	b.makeKinds(ctx)

	if b.store.Fresh() {
		if err := b.rebuild(ctx); err != nil {
			return err
		}
	}
	if err := b.sweepKinds(); err != nil {
		return err
	}
	b.sweepInstalls(ctx)
	b.settleTurns(ctx)
	if err := b.openProfiles(ctx); err != nil {
		return err
	}
	b.sweepUpdates(ctx)
	b.emptyTrash(ctx)
	b.watchUpdates(ctx)
	return b.freshen(ctx)
}

func (b *Backend) catalogIn(ctx context.Context, s *store.Store) *catalog.Catalog {
	c := catalog.New(s, catalog.Options{
		Now: b.o.Now, Origins: b.origins(ctx), Policy: b.policy, Seed: b.home,
		Headers: func(source string) (http.Header, error) { return b.sourceHeaders(ctx, source) },
	})
	s.SetMerger(c.Merger)
	return c
}

// Close ends the use of the database.
func (b *Backend) Close() error {
	b.endWork()
	if b.unwatch != nil {
		b.unwatch()
	}
	return b.store.Close()
}

// Rebuilt tells that Open found a damaged database, set it aside and made a new
// one from what is on disk.
func (b *Backend) Rebuilt() bool { return b.store.Damaged() != "" }

// Home is the folder that holds all of Toolbay's own files.
func (b *Backend) Home() string { return b.home }

// unwritable is the error of a file of Toolbay's own that could not be written.
// Codes: disk_full, home_unwritable.
func unwritable(err error, path string) error {
	if staging.Full(err) {
		return model.Fail("disk_full", err)
	}
	return model.Fail("home_unwritable", err, "path", path)
}

func makeHome(home string) error {
	for _, dir := range []string{"", "bin", "launch", "servers", "changes"} {
		if err := os.MkdirAll(filepath.Join(home, dir), 0o700); err != nil {
			return err
		}
	}
	marker := filepath.Join(home, "home.json")
	if _, err := os.Stat(marker); errors.Is(err, os.ErrNotExist) {
		return whole.Write(marker, []byte("{\"format\":1}\n"))
	}
	return nil
}

// setting reads a choice: the environment wins over what was set in the
// window, which wins over the default.
func (b *Backend) setting(ctx context.Context, name, env, fallback string) string {
	if v := b.o.Getenv(env); env != "" && v != "" {
		return v
	}
	if v, err := b.store.Setting(ctx, name); err == nil && v != "" {
		return v
	}
	return fallback
}

func (b *Backend) origins(ctx context.Context) map[string]string {
	origins := map[string]string{}
	// A company without a way out keeps copies of all sources in one place.
	if mirror := strings.TrimRight(b.o.Getenv("TOOLBAY_SOURCE_MIRROR"), "/"); mirror != "" {
		for _, id := range catalog.Sources() {
			origins[id] = mirror + "/" + id
		}
	}
	if u := b.setting(ctx, "registry", "TOOLBAY_REGISTRY_URL", ""); u != "" {
		origins["official"] = u
	}
	if u := b.setting(ctx, "docker_catalog", "TOOLBAY_DOCKER_CATALOG_URL", ""); u != "" {
		origins["docker"] = u
	}
	return origins
}

// launcherPlace gives the stable place of the program that apps start. A plan
// needs no more: the program itself is put there when a plan is applied.
func (b *Backend) launcherPlace() (string, error) {
	if _, err := b.launcherSource(); err != nil {
		return "", err
	}
	return filepath.Join(b.home, "bin", launcherName()), nil
}

func (b *Backend) placeLauncher() error {
	self, err := b.launcherSource()
	if err != nil {
		return err
	}
	_, err = launch.PlaceLauncher(b.home, self)
	return err
}

func launcherName() string {
	if runtime.GOOS == "windows" {
		return "toolbay.exe"
	}
	return "toolbay"
}

// launcherSource finds the command-line program: it is this program, stands
// beside it (the window), or is on the PATH.
func (b *Backend) launcherSource() (string, error) {
	if b.o.Launcher != "" {
		return b.o.Launcher, nil
	}
	name := launcherName()
	self, err := os.Executable()
	if err == nil {
		if real, err := filepath.EvalSymlinks(self); err == nil {
			self = real
		}
		if filepath.Base(self) == name {
			return self, nil
		}
		beside := filepath.Join(filepath.Dir(self), name)
		if st, err := os.Stat(beside); err == nil && st.Mode().IsRegular() {
			return beside, nil
		}
	}
	if p := filepath.Join(b.home, "bin", name); fileExists(p) {
		return p, nil
	}
	if p, err := exec.LookPath(name); err == nil {
		return p, nil
	}
	return "", model.Fail("launcher_missing", err)
}

func fileExists(path string) bool {
	st, err := os.Stat(path)
	return err == nil && st.Mode().IsRegular()
}
