// Package install turns a package into files that can be started: it plans
// what would be fetched, fetches it into a private folder inside TOOLBAY_HOME
// and leaves a receipt. Each kind of package has its own package below this
// one (npm). backend may import it; it imports model, runtimes, job and
// staging.
//
//	plan, err := npm.Plan(ctx, pkg)                 // exact version, sizes, what must be agreed to
//	done, err := npm.Install(ctx, plan, install.Options{Server: "notes"}, report)
//	// done.Command and done.Args start the server
package install

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"toolbay/backend/catalog/recipe"
	"toolbay/backend/job"
	"toolbay/backend/model"
	"toolbay/backend/pattern"
	"toolbay/backend/runtimes"
	"toolbay/backend/staging"
)

// Kind is how one kind of package becomes a server.
type Kind interface {
	// Plan finds out what would be fetched. Outside TOOLBAY_HOME nothing changes.
	Plan(ctx context.Context, pkg model.Package) (Plan, error)
	// Install does what a plan says, in a private folder, or leaves nothing.
	Install(ctx context.Context, plan Plan, o Options, report job.Report) (Installed, error)
}

// Straight is a Kind that need not ask a registry about a package before it
// fetches it.
type Straight interface {
	// Straight gives the plan of an install that nobody wants to see first,
	// because whatever it fetches was agreed to: exactly the version that pkg
	// names. What Plan would find out, Install then finds in what came; where that
	// asks for something else, it does as after a Plan. False where only Plan will
	// do. Nothing is asked and nothing is changed.
	Straight(ctx context.Context, pkg model.Package) (Plan, bool)
}

// Plan is what an install would fetch, found without changing anything.
type Plan struct {
	// Package has the exact version when Resolved, else the one asked for.
	Package model.Package
	// Resolved is false when nothing on this machine could ask the registry
	// yet: then Node is set, and Install asks once it is there.
	Resolved bool
	// Engines is the range of Node.js versions the package says it needs.
	Engines string
	// Node is the Node.js to be fetched first, nil when there is one.
	Node *runtimes.Download
	// Size is the unpacked size of the package itself in bytes, without what
	// it depends on; 0 when the registry does not tell.
	Size int64
	// Integrity is the registry's digest of the package ("sha512-…"), or "".
	Integrity string
	// Scripts tells that the package itself wants to run a program of its own
	// while it is installed. What it depends on shows in the receipt.
	Scripts bool
	// Fetch are the programs to be fetched first besides Node.
	Fetch []Fetch
	// Runs are the packages besides Package whose code the server may run: those
	// that its start asks for too, and the one that a bundle only names.
	Runs []model.Package
	// Needs is what a person must agree to besides the download.
	Needs []model.Need
	// Notes are what a person should know besides: what is left out of how the
	// listing has it started.
	Notes []string
	// Inputs are the questions to ask when only the package itself knows them;
	// nil leaves the listing's.
	Inputs []model.Input
	// Title and Publisher are the package's own words where a listing has none.
	Title, Publisher string
	// Detail is the kind's own, carried from Plan to Install.
	Detail any
}

// With gives the exact packages that were asked for besides p, as Fetch and as
// a receipt tell them.
func With(runs []model.Package) (fetch []Fetch, lines []string) {
	for _, r := range runs {
		line := strings.TrimSpace(r.Identifier + " " + r.Version)
		fetch, lines = append(fetch, Fetch{Name: "with", Version: line}), append(lines, line)
	}
	return fetch, lines
}

// ExtrasOf is recipe.ExtrasOf, for the kinds of packages.
func ExtrasOf(p model.Package) recipe.Extras { return recipe.ExtrasOf(p) }

// Fetch is a program that must be here before a server can be installed, or
// what is fetched besides the package.
type Fetch struct {
	Name    string `json:"name"` // uv, python, with, npm-code, pypi-code
	Version string `json:"version"`
	// Size in bytes, 0 when not known.
	Size int64 `json:"size"`
}

// Options says for whom and how; the zero value with Server set is right for
// most.
type Options struct {
	// Server is the id the files are for.
	Server string
	// AllowScripts lets packages run their own programs while they are
	// installed. The default is not to.
	AllowScripts bool
	// Bin names the program to start when the package brings several; "" takes
	// the one named like the package, or the only one.
	Bin string
	// Answers are what the person said, by input name, and Recipe what comes of
	// them, for the kinds where the answers decide what is installed.
	Answers map[string]string
	Recipe  recipe.Recipe
	// Told names those of Answers that stood in a pasted text and that the person
	// did not say themselves.
	Told map[string]bool
	// Agreed tells that the needs of the plan were agreed to.
	Agreed bool
}

// Installed is a server's program, ready to be started.
type Installed struct {
	// Dir is the private folder, inside TOOLBAY_HOME/servers/<server>.
	Dir string
	// Command and Args start the server: Node and the start file, or the
	// program itself where the package brings one.
	Command string
	Args    []string
	// Node is the Node.js program whose folder belongs on PATH, Entry the
	// start file; both absolute.
	Node  string
	Entry string
	// Version is the exact version, Package the package with it.
	Version string
	Package model.Package
	Receipt Receipt
	// Path is put before PATH when the server starts; Env is what this kind of
	// program always gets.
	Path []string
	Env  map[string]string
	// Container or Remote is set when that is started instead of Command.
	Container *model.Container
	Remote    *model.Remote
	// Signer is the fingerprint of the key that signed a bundle, "" for none.
	Signer string
}

// Receipt is what was installed, kept as receipt.json in the private folder.
// It holds no address: paths are relative to the folder, except Node.
type Receipt struct {
	Format    int       `json:"format"` // 1
	Type      string    `json:"type"`   // npm, pypi, oci, mcpb, remote, local
	Server    string    `json:"server"`
	Package   string    `json:"package"`
	Version   string    `json:"version"`
	Integrity string    `json:"integrity"` // of the package, from the lock file
	Lock      string    `json:"lock"`      // the lock file, which has the integrity of everything else
	Entry     string    `json:"entry"`
	Native    bool      `json:"native"` // Entry is a program, not a script for Node
	NodeArgs  []string  `json:"node_args"`
	Node      string    `json:"node"`
	NodeIs    string    `json:"node_version"`
	Packages  int       `json:"packages"` // how many were installed, this one included
	Size      int64     `json:"size"`     // bytes on disk of all of them
	Installed time.Time `json:"installed"`
	// Scripts are the packages that wanted to run a program of their own;
	// ScriptsRan tells whether they were let.
	Scripts    []string `json:"scripts"`
	ScriptsRan bool     `json:"scripts_ran"`
	// With are the packages that were asked for besides Package, each "name
	// version"; their digests are in the lock file.
	With []string `json:"with,omitempty"`
	// Python, Image, SHA256, Source and Signature are told by the kinds that
	// have them: the interpreter's version, the image with its digest, the digest
	// of a bundle's file or of a program, where that came from without what could
	// be a key, and what its signature is worth.
	Python string `json:"python,omitempty"`
	Image  string `json:"image,omitempty"`
	// Images are those of a server whose tools are a container each.
	Images    []string `json:"images,omitempty"`
	SHA256    string   `json:"sha256,omitempty"`
	Source    string   `json:"source,omitempty"`
	Signature string   `json:"signature,omitempty"`
	Signer    string   `json:"signer,omitempty"`
}

// Failed gives the error of an install that came to nothing its code; one that
// has a code of its own keeps it. name is what the user calls the package.
// Codes: cancelled, disk_full, install_failed.
func Failed(ctx context.Context, err error, name string) error {
	switch {
	case err == nil:
		return nil
	case ctx.Err() != nil:
		return model.Fail("cancelled", ctx.Err())
	case staging.Full(err):
		return model.Fail("disk_full", err)
	case model.Code(err) == "unexpected":
		return model.Fail("install_failed", err, "package", name)
	}
	return err
}

// ReceiptName is the receipt's file name in a private folder.
const ReceiptName = "receipt.json"

// WriteReceipt puts the receipt into dir.
func WriteReceipt(dir string, r Receipt) error {
	b, err := json.MarshalIndent(r, "", "  ")
	if err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(dir, ReceiptName), append(b, '\n'), 0o600)
}

// ReadReceipt reads the receipt of an installed server, for instance to build
// the database again. Code receipt_unreadable.
func ReadReceipt(dir string) (Receipt, error) {
	var r Receipt
	b, err := os.ReadFile(filepath.Join(dir, ReceiptName))
	if err == nil {
		err = json.Unmarshal(b, &r)
	}
	if err == nil && r.Format != 1 {
		err = fmt.Errorf("receipt of format %d", r.Format)
	}
	if err != nil {
		return Receipt{}, model.Fail("receipt_unreadable", err)
	}
	return r, nil
}

var (
	serverID    = pattern.New(`^[a-z0-9-]{1,20}$`)
	versionName = pattern.New(`^[0-9A-Za-z][0-9A-Za-z.+-]{0,100}$`)
)

// Keep moves a part of a staging folder to the server's private folder and
// gives its path: servers/<server>/<version>-<n>, n counting installs of the
// same version.
func Keep(dir *staging.Dir, part, home, server, version string) (string, error) {
	if !serverID().MatchString(server) || !versionName().MatchString(version) {
		return "", fmt.Errorf("server %q, version %q: no names for folders", server, version)
	}
	for n := 1; ; n++ {
		place := filepath.Join(home, "servers", server, version+"-"+strconv.Itoa(n))
		err := dir.Keep(part, place)
		if !errors.Is(err, os.ErrExist) {
			return place, err
		}
	}
}

// Remove deletes a private folder and tells how many bytes that freed. Only
// folders inside TOOLBAY_HOME/servers are taken; code not_a_server for others.
func Remove(home, dir string) (int64, error) {
	rel, err := filepath.Rel(filepath.Join(home, "servers"), dir)
	if err != nil || !filepath.IsLocal(rel) || filepath.Dir(rel) == "." {
		return 0, model.Fail("not_a_server", err)
	}
	size, err := Size(dir)
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		return 0, err
	}
	if err := os.RemoveAll(dir); err != nil {
		return 0, err
	}
	// The server's own folder goes with its last version.
	_ = os.Remove(filepath.Dir(dir))
	return size, nil
}

// Size adds up the bytes of all files below dir. Links count for nothing.
func Size(dir string) (int64, error) {
	var total int64
	err := filepath.WalkDir(dir, func(_ string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.Type().IsRegular() {
			if st, err := d.Info(); err == nil {
				total += st.Size()
			}
		}
		return nil
	})
	return total, err
}
