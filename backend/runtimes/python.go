package runtimes

import (
	"cmp"
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/gofrs/flock"

	"toolbay/backend/model"
)

// pythonFloor is what a package that names no Python version of its own gets
// at least: the official MCP SDK asks for it.
const pythonFloor = ">=3.10"

// Python is a Python that can be used.
type Python struct {
	Path    string `json:"path"`    // the program, absolute
	Version string `json:"version"` // 3.13.2
	Private bool   `json:"private"` // inside TOOLBAY_HOME
}

// Pythons finds the Pythons of this machine and those fetched before. The zero
// value with Home set is right for the program; the fields mean what those of
// Nodes mean. What fetches one is uv; see package install/pypi.
type Pythons struct {
	Home       string
	OS         string
	UserHome   string
	Getenv     func(string) string
	Run        func(ctx context.Context, argv ...string) (string, error)
	SystemDirs []string
}

// PythonsDir is where uv keeps the Pythons it fetches for Toolbay.
func PythonsDir(home string) string { return filepath.Join(home, "runtimes", "python") }

func (p *Pythons) here() *Nodes {
	return &Nodes{Home: p.Home, OS: p.OS, UserHome: p.UserHome, Getenv: p.Getenv, Run: p.Run}
}

// List gives the Pythons here that satisfy requires, the range a package names
// in Requires-Python ("" or one that cannot be read: any that MCP servers can
// use). Those in a place that stays come first, then private ones; of each, the
// versions that most packages are made for. Only where there are none of these
// are those of version managers listed, which may be gone tomorrow. Code
// cancelled.
func (p *Pythons) List(ctx context.Context, requires string) ([]Python, error) {
	rng := PythonRangeOf(requires)
	var out []Python
	seen := map[string]bool{}
	for i, group := range p.groups() {
		if i == lastResort && len(out) > 0 {
			break
		}
		var found []Python
		for _, c := range group {
			if err := ctx.Err(); err != nil {
				return nil, model.Fail("cancelled", err)
			}
			real, err := filepath.EvalSymlinks(c.path)
			if err != nil || seen[real] {
				continue
			}
			seen[real] = true
			if v := p.version(ctx, c.path); rng.Has(v) {
				found = append(found, Python{Path: c.path, Version: v, Private: c.private})
			}
		}
		slices.SortStableFunc(found, func(a, b Python) int { return ComparePythons(a.Version, b.Version) })
		out = append(out, found...)
	}
	return out, nil
}

// version asks the program; "" is one that does not start, is no CPython, or is
// part of an environment of somebody else's.
func (p *Pythons) version(ctx context.Context, path string) string {
	out, err := p.here().run(ctx, path, "-I", "-c",
		"import sys; print('%s %d.%d.%d %s %d' % (sys.implementation.name, *sys.version_info[:4], sys.prefix == sys.base_prefix))")
	words := strings.Fields(out)
	if err != nil || len(words) != 4 || words[0] != "cpython" || words[2] != "final" || words[3] != "1" {
		return ""
	}
	return words[1]
}

// lastResort is the group of version managers.
const lastResort = 2

// groups lists the files that may be a Python, best places first.
func (p *Pythons) groups() [][]candidate {
	n := p.here()
	in := func(dir string) []candidate {
		var out []candidate
		for _, name := range p.names() {
			if file := filepath.Join(dir, name); isFile(file) {
				out = append(out, candidate{path: file})
			}
		}
		return out
	}
	var stay, private, managers []candidate
	for _, dir := range append(filepath.SplitList(n.getenv("PATH")), p.systemDirs(n)...) {
		if filepath.IsAbs(dir) && !p.passing(n, dir) {
			stay = append(stay, in(dir)...)
		}
	}
	for _, dir := range n.glob(filepath.Join(PythonsDir(p.Home), "cpython-*")) {
		// uv makes links named for the minor version; the folders are enough.
		if st, err := os.Lstat(dir); err == nil && st.IsDir() {
			private = append(private, candidate{path: p.inside(dir), private: true})
		}
	}
	for _, root := range p.managers(n) {
		for _, dir := range n.glob(filepath.Join(root, "3.*")) {
			managers = append(managers, candidate{path: p.inside(dir)})
		}
	}
	return [][]candidate{stay, private, managers}
}

// inside is the program in a folder that holds a whole Python.
func (p *Pythons) inside(dir string) string {
	if p.here().os() == "windows" {
		return filepath.Join(dir, "python.exe")
	}
	return filepath.Join(dir, "bin", "python3")
}

func (p *Pythons) names() []string {
	if p.here().os() == "windows" {
		return []string{"python.exe"}
	}
	names := []string{"python3"}
	for minor := 10; minor < 20; minor++ {
		names = append(names, "python3."+strconv.Itoa(minor))
	}
	return names
}

func (p *Pythons) systemDirs(n *Nodes) []string {
	if p.SystemDirs != nil {
		return p.SystemDirs
	}
	switch n.os() {
	case "windows":
		var dirs []string
		for _, v := range []string{"LOCALAPPDATA", "ProgramFiles"} {
			root := n.getenv(v)
			if root == "" {
				continue
			}
			if v == "LOCALAPPDATA" {
				root = filepath.Join(root, "Programs", "Python")
			}
			dirs = append(dirs, n.glob(filepath.Join(root, "Python3*"))...)
		}
		return dirs
	case "darwin":
		dirs := []string{"/opt/homebrew/bin", "/usr/local/bin", "/opt/local/bin"}
		return append(dirs, n.glob("/Library/Frameworks/Python.framework/Versions/3.*/bin")...)
	default:
		return []string{"/usr/local/bin", "/usr/bin", "/home/linuxbrew/.linuxbrew/bin"}
	}
}

// passing tells folders of PATH whose Python must not carry a server: shims, an
// environment somebody happens to work in, Apple's stub (which asks to install
// developer tools), and the store's stub on Windows.
func (p *Pythons) passing(n *Nodes, dir string) bool {
	for _, v := range []string{"VIRTUAL_ENV", "CONDA_PREFIX"} {
		if root := n.getenv(v); root != "" {
			if rel, err := filepath.Rel(root, dir); err == nil && filepath.IsLocal(rel) {
				return true
			}
		}
	}
	if n.os() == "darwin" && filepath.Clean(dir) == "/usr/bin" {
		return true
	}
	low := strings.ToLower(filepath.ToSlash(dir)) + "/"
	for _, part := range []string{"/.pyenv/", "/pyenv-win/", "/conda", "/miniconda", "/anaconda", "/miniforge", "/mambaforge", "/microsoft/windowsapps/"} {
		if strings.Contains(low, part) {
			return true
		}
	}
	return managed(dir)
}

// managers are the folders in which version managers keep whole Pythons, each
// in a folder named for its version.
func (p *Pythons) managers(n *Nodes) []string {
	var dirs []string
	if root := n.getenv("PYENV_ROOT"); root != "" {
		dirs = append(dirs, filepath.Join(root, "versions"))
	}
	if n.os() == "windows" {
		return append(dirs, n.inHome(".pyenv", "pyenv-win", "versions"))
	}
	return append(dirs, n.inHome(".pyenv", "versions"), n.inHome(".asdf", "installs", "python"), n.inHome(".local", "share", "mise", "installs", "python"))
}

// pythonOrder is which minor versions packages are most likely made for: not
// the newest, for which parts that are compiled come late.
var pythonOrder = []int{13, 14, 12, 11, 10, 15}

// ComparePythons orders versions by preference, best first.
func ComparePythons(a, b string) int {
	rank := func(v [3]int) int {
		if i := slices.Index(pythonOrder, v[1]); v[0] == 3 && i >= 0 {
			return i
		}
		return len(pythonOrder)
	}
	x, _ := pythonVersion(a)
	y, _ := pythonVersion(b)
	return cmp.Or(cmp.Compare(rank(x), rank(y)), slices.Compare(y[:], x[:]))
}

// HoldPythons keeps SweepPythons away from a fetch that is under way.
func HoldPythons(home string) (release func(), err error) {
	dir := PythonsDir(home)
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return nil, err
	}
	l := flock.New(filepath.Join(dir, ".fetching"))
	if err := l.Lock(); err != nil {
		return nil, err
	}
	return func() { _ = l.Unlock() }, nil
}

// SweepPythons removes what a fetch that was killed left behind.
func SweepPythons(home string) error {
	dir := PythonsDir(home)
	l := flock.New(filepath.Join(dir, ".fetching"))
	if _, err := os.Stat(filepath.Join(dir, ".temp")); errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	ok, err := l.TryLock()
	if err != nil || !ok {
		return err
	}
	defer l.Unlock()
	return os.RemoveAll(filepath.Join(dir, ".temp"))
}
