// Package mcpb installs bundles: .mcpb and .dxt files, from this computer or
// from an https address. What a bundle may be is package bundle's to say; here
// it is fetched, unpacked into a private folder, given the Node.js or Python it
// needs and pinned to whoever signed it first. backend may import it; it
// imports bundle, install, runtimes, job, staging, text, command, recipe and
// model.
//
//	in := &mcpb.Installer{Home: home, Nodes: nodes, Others: kinds}
//	plan, err := in.Plan(ctx, model.Package{Type: "mcpb", Identifier: "/home/ann/notes.mcpb"})
//	done, err := in.Install(ctx, plan, install.Options{Server: "notes"}, job.Silent)
//
// The arguments and variables of what is installed are the bundle's templates:
// Fill puts a person's answers into them.
package mcpb

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"time"

	"toolbay/backend/bundle"
	"toolbay/backend/install"
	"toolbay/backend/job"
	"toolbay/backend/model"
	"toolbay/backend/runtimes"
	"toolbay/backend/staging"
	"toolbay/backend/text"
)

// Nodes is what the installer needs of package runtimes for Node.js.
type Nodes interface {
	// Find gives a Node.js here; code node_missing when there is none.
	Find(ctx context.Context, engines string) (runtimes.Node, error)
	// Offer gives one that could be fetched; code node_not_offered.
	Offer(engines string) (runtimes.Download, error)
	// Measure fills in the size of an offer where it is not known.
	Measure(ctx context.Context, d runtimes.Download) runtimes.Download
	Fetch(ctx context.Context, d runtimes.Download, report job.Report) (runtimes.Node, error)
}

// Pythons makes what a Python bundle runs on.
type Pythons interface {
	// Plan tells what would be fetched first to have a Python in a range.
	Plan(ctx context.Context, requires string) ([]install.Fetch, error)
	// Make makes an environment and gives its Python.
	Make(ctx context.Context, e Environment, report job.Report) (Python, error)
}

// Environment is a Python environment that is to be made.
type Environment struct {
	// Dir is where it comes. It works there and wherever Dir is moved to.
	Dir string
	// Requires is the range of Python versions; "" is any.
	Requires string
	// Project is a folder with a pyproject.toml, Requirements a file that lists
	// packages, Packages more of them; each may be empty.
	Project      string
	Requirements string
	Packages     []string
}

// Python is the program of an environment.
type Python struct {
	// Program is its place below the environment's folder.
	Program string
	Version string
}

// Installer plans and does installs of bundles. Home and Nodes must be set.
type Installer struct {
	// Home is TOOLBAY_HOME.
	Home    string
	Nodes   Nodes
	Pythons Pythons
	// Others are the kinds that install what a bundle only names, by package
	// type: npm and pypi.
	Others map[string]install.Kind
	// Folders are the person's own, which stand in a bundle's defaults.
	Folders bundle.Folders
	// Extension finds an extension of Claude Desktop by its id; nil knows none.
	// Error code: extension_unknown.
	Extension func(id string) (Extension, error)
	// LookPath finds a program of this computer, as exec.LookPath does.
	LookPath func(name string) (string, error)
	// HTTP fetches bundles; nil is a client of our own.
	HTTP *http.Client
	// Stall ends a fetch when nothing comes for this long; 0 is a minute.
	Stall time.Duration
	// Now is the clock; nil is time.Now.
	Now func() time.Time
}

// unpacked is the folder of the bundle's own files in a server's folder.
const unpacked = "bundle"

// offer is what Plan found, for Install.
type offer struct {
	file  file
	name  string
	asks  []model.Need
	start start
	// signed tells by whom, "" for nobody.
	signer, signerName, signature string
}

// Plan looks at a bundle: it is fetched or read, verified and judged. Codes:
// package_invalid, import_missing, import_unreadable, bundle_insecure,
// bundle_unreachable, bundle_gone, bundle_not_one, bundle_too_big,
// package_changed, registry_denied, those of bundle.Verdict.Err, of what a
// bundle only names, and node_not_offered, disk_full, cancelled.
func (in *Installer) Plan(ctx context.Context, pkg model.Package) (install.Plan, error) {
	plan, err := in.plan(ctx, pkg, job.Silent)
	return plan, install.Failed(ctx, err, nameOf(pkg.Identifier))
}

func (in *Installer) plan(ctx context.Context, pkg model.Package, report job.Report) (install.Plan, error) {
	f, err := in.find(ctx, pkg, report)
	if err != nil {
		return install.Plan{}, err
	}
	b, closeFile, err := read(f)
	if err != nil {
		return install.Plan{}, err
	}
	defer closeFile()
	v := b.Verdict(bundle.Here())
	if err := v.Err(); err != nil {
		return install.Plan{}, err
	}
	m := b.Manifest
	l, _, err := bundle.Resolve(m, bundle.Here(), b.Files())
	if err != nil {
		return install.Plan{}, err
	}
	o := offer{file: f, name: m.Name, signature: b.Signature.Status}
	if f.imported != nil {
		o.name = f.imported.ID
	}
	o.signer, o.signerName = b.Signature.Fingerprint, b.Signature.Publisher
	pkg.Version = version(m.Version)
	plan := install.Plan{
		Package: pkg, Resolved: true, Size: f.size, Integrity: "sha256:" + f.sha256,
		Title: m.Title, Publisher: m.Author.Name, Inputs: f.answered(m.Inputs(in.Folders)),
	}
	if o.start, err = in.howToStart(ctx, l, m, b.Files(), &plan); err != nil {
		return install.Plan{}, err
	}
	if o.asks, err = in.asks(v, o); err != nil {
		return install.Plan{}, err
	}
	plan.Needs, plan.Detail = o.asks, o
	return plan, nil
}

// read opens a bundle's file and reads all of it.
func read(f file) (*bundle.Bundle, func() error, error) {
	r, err := os.Open(f.path)
	if err != nil {
		return nil, nil, model.Fail("import_unreadable", err, "file", f.source)
	}
	b, err := bundle.Open(r, f.size, bundle.Options{})
	if err != nil {
		r.Close()
		return nil, nil, model.Fail("import_unreadable", err, "file", f.source)
	}
	return b, r.Close, nil
}

// version makes a manifest's version fit to name a folder.
func version(v string) string {
	v = strings.Map(func(r rune) rune {
		switch {
		case r >= '0' && r <= '9', r >= 'a' && r <= 'z', r >= 'A' && r <= 'Z', r == '.', r == '+', r == '-':
			return r
		}
		return '-'
	}, strings.TrimPrefix(strings.TrimSpace(v), "v"))
	v = strings.TrimLeft(v, ".+-")
	if v == "" {
		return "0"
	}
	return v[:min(len(v), 60)]
}

// asks is what a person must agree to.
func (in *Installer) asks(v bundle.Verdict, o offer) ([]model.Need, error) {
	risk := func(code, text string) model.Need {
		return model.Need{Kind: "risk", Name: code, Text: text, Flag: "--accept-risk"}
	}
	needs := []model.Need{}
	for _, r := range v.Ask() {
		// Our launcher keeps a key out of the arguments of Node.js and Python, and
		// starts no other program with one.
		if r.Code == "secret_in_arguments" && o.start.on != onProgram && o.start.on != onFound {
			continue
		}
		needs = append(needs, risk(r.Code, r.Text))
	}
	if !known(o.file.host) && !o.file.announced {
		needs = append(needs, risk("bundle_host", text.Line("need.bundle_host", "host", o.file.host)))
	}
	was, ok, err := (publishers{in.Home}).of(o.name)
	if err != nil {
		return nil, err
	}
	if ok && was.Fingerprint != o.signer {
		line, now := "need.bundle_signer_changed", o.signerName
		if o.signer == "" {
			line = "need.bundle_signer_gone"
		}
		needs = append(needs, risk("bundle_signer_changed", text.Line(line, "was", was.Name, "now", now)))
	}
	return needs, nil
}

// Install does what a Plan says. Stages: download (bytes), runtime, prepare and
// those of what a bundle only names. A failure or a cancel leaves nothing but
// the bundle that was fetched. Codes: those of Plan, bundle_signer_changed,
// consent_needed, those of bundle.Substitute, and install_failed, disk_full,
// cancelled.
func (in *Installer) Install(ctx context.Context, plan install.Plan, o install.Options, report job.Report) (install.Installed, error) {
	done, err := in.install(ctx, plan, o, report)
	if err != nil {
		return install.Installed{}, install.Failed(ctx, err, nameOf(plan.Package.Identifier))
	}
	return done, nil
}

// nameOf is what to call a bundle whose manifest is not known.
func nameOf(id string) string {
	if strings.HasPrefix(id, "https://") {
		id = bare(id)
	}
	id = strings.TrimPrefix(id, ExtensionPrefix)
	return filepath.Base(filepath.ToSlash(id))
}

func (in *Installer) install(ctx context.Context, plan install.Plan, o install.Options, report job.Report) (install.Installed, error) {
	offered, ok := plan.Detail.(offer)
	if !ok {
		again, err := in.plan(ctx, plan.Package, report)
		if err != nil {
			return install.Installed{}, err
		}
		plan, offered = again, again.Detail.(offer)
	}
	if err := agreed(offered.asks, o); err != nil {
		return install.Installed{}, err
	}
	dir, err := staging.New(in.Home)
	if err != nil {
		return install.Installed{}, err
	}
	defer dir.Close()
	report(job.Progress{Stage: "prepare"})
	// What is verified and what is unpacked must be the same bytes, so both are
	// read from a copy that nobody else writes to.
	mine, err := in.copyOf(ctx, offered.file, dir.Join("bundle.mcpb"))
	if err != nil {
		return install.Installed{}, err
	}
	b, closeFile, err := read(mine)
	if err != nil {
		return install.Installed{}, err
	}
	defer closeFile()
	if err := b.Verdict(bundle.Here()).Err(); err != nil {
		return install.Installed{}, err
	}
	l, _, err := bundle.Resolve(b.Manifest, bundle.Here(), b.Files())
	if err != nil {
		return install.Installed{}, err
	}
	// An answer that cannot be is said before anything is unpacked.
	if _, err := bundle.Substitute(optional(l), bundle.Values{Dir: dir.Join("server"), Answers: o.Answers, Folders: in.Folders}); err != nil {
		return install.Installed{}, err
	}
	w := &work{in: in, dir: dir, b: b, launch: l, plan: plan, offer: offered, o: o, report: report}
	done, err := w.run(ctx)
	if err != nil {
		return install.Installed{}, err
	}
	if offered.signer != "" {
		if err := (publishers{in.Home}).pin(offered.name, publisher{offered.signerName, offered.signer, in.now()}); err != nil {
			return install.Installed{}, err
		}
	}
	in.forget(offered.file, plan.Package.Identifier)
	return done, nil
}

// optional is a launch none of whose settings must be given: keys come from
// elsewhere, and what is missing was asked for before.
func optional(l bundle.Launch) bundle.Launch {
	settings := make([]bundle.Setting, len(l.Settings))
	for i, s := range l.Settings {
		s.Required = false
		settings[i] = s
	}
	l.Settings = settings
	return l
}

// agreed tells whether what needs a person's word has it.
func agreed(asks []model.Need, o install.Options) error {
	if len(asks) == 0 || o.Agreed {
		return nil
	}
	for _, n := range asks {
		if n.Name == "bundle_signer_changed" {
			return model.Fail("bundle_signer_changed", nil, "why", n.Text)
		}
	}
	e := model.Fail("consent_needed", nil)
	e.Needs = asks
	return e
}

// copyOf copies a bundle's file, which must still be what the plan saw.
func (in *Installer) copyOf(ctx context.Context, f file, to string) (file, error) {
	from, err := os.Open(f.path)
	if err != nil {
		return file{}, model.Fail("import_missing", err, "file", f.source)
	}
	defer from.Close()
	out, err := os.OpenFile(to, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return file{}, err
	}
	defer out.Close()
	sum := sha256.New()
	n, err := io.Copy(io.MultiWriter(out, sum), io.LimitReader(from, maxFile+1))
	if err := errors.Join(err, out.Close(), ctx.Err()); err != nil {
		return file{}, err
	}
	if got := hex.EncodeToString(sum.Sum(nil)); got != f.sha256 || n != f.size {
		return file{}, model.Fail("package_changed", fmt.Errorf("the file's SHA-256 was %s and is %s now", f.sha256, got), "package", nameOf(f.source))
	}
	f.path = to
	return f, nil
}

func (in *Installer) now() time.Time {
	if in.Now != nil {
		return in.Now().UTC()
	}
	return time.Now().UTC()
}
