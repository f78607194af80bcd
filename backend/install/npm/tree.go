package npm

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path"
	"path/filepath"
	"sort"
	"strings"
	"sync"

	"toolbay/backend/install"
	"toolbay/backend/job"
	"toolbay/backend/model"
	"toolbay/backend/runtimes"
)

const lockName = "package-lock.json"

// hereName is where npm notes what is in a folder.
var hereName = filepath.Join("node_modules", ".package-lock.json")

// tree is a package with everything it depends on, on its way into a folder.
type tree struct {
	in      *Installer
	node    runtimes.Node
	dir     string
	pkg     model.Package
	with    []model.Package // others that were asked for, exact
	scripts bool
}

// locked is one package of a lock file (version 3).
type locked struct {
	Version          string   `json:"version"`
	Integrity        string   `json:"integrity"`
	Resolved         string   `json:"resolved"`
	InBundle         bool     `json:"inBundle"`
	HasInstallScript bool     `json:"hasInstallScript"`
	Optional         bool     `json:"optional"`
	Dev              bool     `json:"dev"`
	Peer             bool     `json:"peer"`
	Link             bool     `json:"link"`
	OS               []string `json:"os"`
	CPU              []string `json:"cpu"`
	Engines          any      `json:"engines"` // an object; old packages have an array
}

// bring fetches the package and everything it needs, each with its integrity
// checked by npm, and keeps what came in a lock file. One run of npm does it:
// deciding first and fetching then took two thirds longer. Scripts run
// afterwards, when what came has been looked at.
func (t *tree) bring(ctx context.Context, report job.Report) error {
	if err := os.Mkdir(t.dir, 0o755); err != nil {
		return err
	}
	needs := map[string]string{}
	for _, p := range append([]model.Package{t.pkg}, t.with...) {
		needs[p.Identifier] = p.Version
	}
	project, err := json.MarshalIndent(map[string]any{
		"name": "toolbay-server", "version": "0.0.0", "private": true, "dependencies": needs,
	}, "", "  ")
	if err != nil {
		return err
	}
	if err := os.WriteFile(filepath.Join(t.dir, "package.json"), append(project, '\n'), 0o644); err != nil {
		return err
	}
	// npm logs each answer it gets; how many there will be nobody knows. Once it
	// knows what it wants it makes all folders, and fills them one by one.
	var telling sync.Mutex
	answers, here, total := int64(0), int64(0), int64(0)
	heard := func(chunk []byte) {
		telling.Lock()
		defer telling.Unlock()
		if n := bytes.Count(chunk, []byte("npm http ")); n > 0 && total == 0 {
			answers += int64(n)
			report(job.Progress{Stage: "resolve", Done: answers, Unit: "items"})
		}
	}
	arrived := func() bool {
		full, all := folders(filepath.Join(t.dir, "node_modules"))
		telling.Lock()
		defer telling.Unlock()
		news := full > here || all > total
		if news {
			here, total = full, all
			report(job.Progress{Stage: "download", Done: here, Total: total, Unit: "items"})
		}
		return news
	}
	if err := t.npm(ctx, watch{heard: heard, alive: arrived}, "install", "--ignore-scripts"); err != nil {
		return err
	}
	arrived()
	return nil
}

// suited fails when the package is not made for the Node.js that it was fetched
// with.
func (t *tree) suited() error {
	packages, err := t.packages()
	if err != nil {
		return err
	}
	engines, _ := packages["node_modules/"+t.pkg.Identifier].Engines.(map[string]any)
	if node, _ := engines["node"].(string); !t.node.Suits(node) {
		return errNode
	}
	return nil
}

// folders counts the packages that have arrived in a node_modules folder and
// all those that npm has made a place for.
func folders(dir string) (full, all int64) {
	names, err := os.ReadDir(dir)
	if err != nil {
		return 0, 0
	}
	for _, n := range names {
		place := filepath.Join(dir, n.Name())
		switch {
		case !n.IsDir() || strings.HasPrefix(n.Name(), "."):
		case strings.HasPrefix(n.Name(), "@"):
			f, a := folders(place)
			full, all = full+f, all+a
		default:
			all++
			if _, err := os.Stat(filepath.Join(place, "package.json")); err == nil {
				full++
			}
			f, a := folders(filepath.Join(place, "node_modules"))
			full, all = full+f, all+a
		}
	}
	return full, all
}

// runOwnScripts lets the packages run their own programs.
func (t *tree) runOwnScripts(ctx context.Context) error {
	return t.npm(ctx, watch{}, append([]string{"rebuild"}, runScripts...)...)
}

// runScripts has the scripts of packages run. Newer npm asks for each package;
// the user has said yes to all.
var runScripts = []string{"--ignore-scripts=false", "--dangerously-allow-all-scripts"}

func (t *tree) npm(ctx context.Context, watch watch, args ...string) error {
	out, err := t.run(ctx, watch, args...)
	return t.explain(ctx, out, err)
}

func (t *tree) run(ctx context.Context, watch watch, args ...string) (install.Output, error) {
	args = append(args, "--omit=dev", "--save=true", "--save-exact", "--package-lock=true", "--lockfile-version=3",
		// Addresses in the lock file are for a rebuild; finish takes them out.
		"--omit-lockfile-registry-resolved=false", "--engine-strict=false", "--loglevel=http", "--fetch-retries=2")
	return t.in.npm(ctx, t.node, t.dir, args, watch)
}

func (t *tree) explain(ctx context.Context, out install.Output, err error) error {
	if err == nil || ctx.Err() != nil {
		return errors.Join(err, ctx.Err())
	}
	err = explain(err, out, t.pkg.Identifier)
	if model.Code(err) == "package_unknown" || model.Code(err) == "version_unknown" {
		// The package itself was there a moment ago: it is one that it needs.
		return model.Fail("package_incomplete", err, "package", t.pkg.Identifier)
	}
	return err
}

func (t *tree) packages() (map[string]locked, error) {
	return readLock(filepath.Join(t.dir, lockName))
}

func readLock(file string) (map[string]locked, error) {
	b, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	var lock struct {
		Packages map[string]locked `json:"packages"`
	}
	if err := json.Unmarshal(b, &lock); err != nil {
		return nil, fmt.Errorf("read npm's lock file: %w", err)
	}
	for place := range lock.Packages {
		if place != "" && (!strings.HasPrefix(place, "node_modules/") || !filepath.IsLocal(filepath.FromSlash(place))) {
			return nil, fmt.Errorf("npm's lock file places a package at %q", place)
		}
	}
	return lock.Packages, nil
}

// room fails on a disk without any: npm then leaves files that are cut off and
// says that all went well (seen with npm 11 on a full tmpfs).
func (t *tree) room() error {
	f, err := os.CreateTemp(t.dir, "room-*")
	if err != nil {
		return err
	}
	defer os.Remove(f.Name())
	_, err = f.Write(make([]byte, 256<<10))
	if err == nil {
		err = f.Sync()
	}
	return errors.Join(err, f.Close())
}

// finish checks what arrived and writes the receipt.
func (t *tree) finish(ctx context.Context, plan install.Plan, o install.Options) (install.Receipt, error) {
	if err := t.room(); err != nil {
		return install.Receipt{}, err
	}
	packages, err := t.packages()
	if err != nil {
		return install.Receipt{}, err
	}
	self := packages["node_modules/"+t.pkg.Identifier]
	if self.Version != t.pkg.Version || self.Integrity == "" || plan.Integrity != "" && !sameDigest(plan.Integrity, self.Integrity) {
		return install.Receipt{}, model.Fail("package_changed",
			fmt.Errorf("planned %s %s, got %s %s", t.pkg.Version, plan.Integrity, self.Version, self.Integrity), "package", t.pkg.Identifier)
	}
	for _, p := range t.with {
		if got := packages["node_modules/"+p.Identifier]; got.Version != p.Version || got.Integrity == "" {
			return install.Receipt{}, model.Fail("package_changed", fmt.Errorf("planned %s %s, got %s", p.Identifier, p.Version, got.Version), "package", p.Identifier)
		}
	}
	if t.scripts {
		if err := t.runOwnScripts(ctx); err != nil {
			return install.Receipt{}, err
		}
	}
	for _, f := range []string{lockName, hereName} {
		if err := withoutAddresses(filepath.Join(t.dir, f)); err != nil {
			return install.Receipt{}, err
		}
	}
	entry, err := t.entry(o.Bin)
	if err != nil {
		return install.Receipt{}, err
	}
	r := install.Receipt{
		Format: 1, Type: "npm", Server: o.Server, Package: t.pkg.Identifier, Version: self.Version, Integrity: self.Integrity,
		Lock: lockName, Entry: entry.path, Native: entry.native, NodeArgs: entry.nodeArgs, Node: t.node.Path, NodeIs: t.node.Version,
		Installed: t.in.now(), Scripts: []string{}, ScriptsRan: o.AllowScripts,
	}
	_, r.With = install.With(t.with)
	for place, p := range packages {
		if place == "" || p.Dev {
			continue
		}
		if _, err := os.Stat(filepath.Join(t.dir, filepath.FromSlash(place), "package.json")); err != nil {
			continue // left out on this system
		}
		r.Packages++
		if p.HasInstallScript {
			_, name, _ := cutLast(place, "node_modules/")
			r.Scripts = append(r.Scripts, name)
		}
	}
	sort.Strings(r.Scripts)
	if r.Size, err = install.Size(t.dir); err != nil {
		return install.Receipt{}, err
	}
	return r, install.WriteReceipt(t.dir, r)
}

// entry finds what to start: a program of the package, or the one called bin of
// a package that was asked for besides it, as with npx.
func (t *tree) entry(bin string) (entry, error) {
	e, err := findEntry(t.dir, t.pkg.Identifier, bin)
	if err == nil || bin == "" {
		return e, err
	}
	for _, p := range t.with {
		if other, oerr := findEntry(t.dir, p.Identifier, bin); oerr == nil {
			return other, nil
		}
	}
	return e, err
}

// sameDigest compares two integrity values, each of which may list several
// digests.
func sameDigest(a, b string) bool {
	for _, x := range strings.Fields(a) {
		for _, y := range strings.Fields(b) {
			if x == y {
				return true
			}
		}
	}
	return false
}

func cutLast(s, sep string) (before, after string, found bool) {
	if i := strings.LastIndex(s, sep); i >= 0 {
		return s[:i], s[i+len(sep):], true
	}
	return s, s, false
}

// withoutAddresses takes the download addresses out of a lock file: which
// registry is used is the user's setting at the time, and what identifies a
// package is its integrity.
func withoutAddresses(file string) error {
	b, err := os.ReadFile(file)
	if errors.Is(err, os.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	var lock map[string]any
	if err := json.Unmarshal(b, &lock); err != nil {
		return fmt.Errorf("read %s: %w", path.Base(file), err)
	}
	packages, _ := lock["packages"].(map[string]any)
	for _, p := range packages {
		if p, ok := p.(map[string]any); ok && p["integrity"] != nil {
			delete(p, "resolved")
		}
	}
	if b, err = json.MarshalIndent(lock, "", "  "); err != nil {
		return err
	}
	return os.WriteFile(file, append(b, '\n'), 0o644)
}
