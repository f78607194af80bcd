// Package runtimes finds or fetches the programs that servers run on: Node.js
// of this machine, or a private copy inside TOOLBAY_HOME whose digest stands in
// a table that ships with Toolbay. install and backend may import it; it
// imports model, job and staging.
//
//	nodes := &runtimes.Nodes{Home: home}
//	node, err := nodes.Find(ctx, ">=20")
//	if model.Code(err) == "node_missing" {
//		offer, err := nodes.Offer(">=20")       // show offer.Size, then
//		node, err = nodes.Fetch(ctx, offer, job.Silent)
//	}
package runtimes

import (
	"context"
	"errors"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"time"

	"toolbay/backend/model"
)

// floor is what a package that names no Node version of its own gets at
// least: the official MCP SDK asks for it, and older ones end at once.
const floor = ">=18"

// Node is a Node.js that can be used, with the npm that belongs to it.
type Node struct {
	Path    string   `json:"path"`    // the node program, absolute
	NPM     []string `json:"npm"`     // what to start for npm, before npm's own arguments
	Version string   `json:"version"` // without the leading "v"
	Private bool     `json:"private"` // inside TOOLBAY_HOME
}

// Nodes finds and fetches Node.js. The zero value with Home set is right for
// the program; the other fields are for settings and tests.
type Nodes struct {
	// Home is TOOLBAY_HOME.
	Home string
	// Origin is where archives come from; "" is DefaultOrigin. TOOLBAY_NODE_ORIGIN
	// in the environment goes before it. It can never choose the digests.
	Origin string
	// HTTP fetches archives; nil is a client that honours the proxy settings.
	HTTP *http.Client
	// OS and Arch are those of package runtime when "".
	OS, Arch string
	// UserHome is the user's own folder; "" asks the system.
	UserHome string
	// Getenv reads the environment; nil is os.Getenv.
	Getenv func(string) string
	// Table holds the versions on offer; nil is the one that ships.
	Table *Table
	// Run gives what a program prints; nil runs it, at most 10 seconds.
	Run func(ctx context.Context, argv ...string) (string, error)
	// SystemDirs replaces the folders where systems and installers put node;
	// nil is the usual ones of OS.
	SystemDirs []string
	// Stall ends a download that brings nothing for this long; 0 is a minute.
	Stall time.Duration
}

// Find gives a Node.js that satisfies the package's engines, an npm range
// ("" or one that cannot be read: any that MCP servers can use). Those in a
// place that stays come first, then private ones, then those of version
// managers, which may be gone tomorrow. Code node_missing when there is none.
func (n *Nodes) Find(ctx context.Context, engines string) (Node, error) {
	rng := rangeOf(engines)
	for _, c := range n.candidates() {
		if c.version != "" && !rng.Has(c.version) {
			continue
		}
		if err := ctx.Err(); err != nil {
			return Node{}, model.Fail("cancelled", err)
		}
		node, err := n.look(ctx, c.path)
		if err != nil || !rng.Has(node.Version) {
			continue
		}
		node.Private = c.private
		return node, nil
	}
	return Node{}, model.Fail("node_missing", nil)
}

// Suits tells whether it satisfies a package's engines, as Find understands them.
func (n Node) Suits(engines string) bool { return rangeOf(engines).Has(n.Version) }

// rangeOf reads engines. A typo of an author must not lock users out: what
// cannot be read allows everything above the floor.
func rangeOf(engines string) Range {
	r, err := ParseRange(engines)
	if err != nil || r.Any() {
		r, _ = ParseRange(floor)
	}
	return r
}

var errNoNPM = errors.New("node without npm")

// look asks the program at path for its version and finds its npm.
func (n *Nodes) look(ctx context.Context, path string) (Node, error) {
	npm := n.npmFor(path)
	if npm == nil {
		return Node{}, errNoNPM
	}
	out, err := n.run(ctx, path, "--version")
	if err != nil {
		return Node{}, err
	}
	return Node{Path: path, NPM: npm, Version: strings.TrimPrefix(strings.TrimSpace(out), "v")}, nil
}

// npmFor gives what starts the npm that belongs to a node. It is always a
// script given to that very node: npm's own launchers look for "node" on PATH,
// and on Windows they are batch files, which Toolbay never starts.
func (n *Nodes) npmFor(node string) []string {
	const cli = "node_modules/npm/bin/npm-cli.js"
	dirs := []string{filepath.Dir(node)}
	if real, err := filepath.EvalSymlinks(node); err == nil && filepath.Dir(real) != dirs[0] {
		dirs = append(dirs, filepath.Dir(real))
	}
	for _, dir := range dirs {
		for _, p := range []string{
			filepath.Join(dir, "..", "lib", filepath.FromSlash(cli)), // Unix archives and installers
			filepath.Join(dir, filepath.FromSlash(cli)),              // Windows
		} {
			if isFile(p) {
				return []string{node, p}
			}
		}
		// Debian keeps npm elsewhere; its bin/npm is a link to the script.
		if p, err := filepath.EvalSymlinks(filepath.Join(dir, "npm")); err == nil && strings.HasSuffix(p, "npm-cli.js") {
			return []string{node, p}
		}
	}
	return nil
}

func (n *Nodes) run(ctx context.Context, argv ...string) (string, error) {
	if n.Run != nil {
		return n.Run(ctx, argv...)
	}
	ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	cmd := exec.CommandContext(ctx, argv[0], argv[1:]...)
	// A version manager's shim or NODE_OPTIONS could answer for another node.
	for _, e := range os.Environ() {
		if !strings.HasPrefix(e, "NODE_OPTIONS=") {
			cmd.Env = append(cmd.Env, e)
		}
	}
	cmd.WaitDelay = time.Second
	out, err := cmd.Output()
	return string(out), err
}

func (n *Nodes) os() string {
	if n.OS != "" {
		return n.OS
	}
	return runtime.GOOS
}

// platform is nodejs.org's name for this machine: "linux-x64", "win-arm64".
func (n *Nodes) platform() string {
	os, arch := n.os(), n.Arch
	if arch == "" {
		arch = runtime.GOARCH
	}
	if os == "windows" {
		os = "win"
	}
	if arch == "amd64" {
		arch = "x64"
	}
	return os + "-" + arch
}

func (n *Nodes) exe() string {
	if n.os() == "windows" {
		return "node.exe"
	}
	return "node"
}

func (n *Nodes) getenv(key string) string {
	if n.Getenv != nil {
		return n.Getenv(key)
	}
	return os.Getenv(key)
}

func isFile(p string) bool {
	st, err := os.Stat(p)
	return err == nil && st.Mode().IsRegular()
}
