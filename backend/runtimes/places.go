package runtimes

import (
	"os"
	"path/filepath"
	"sort"
	"strings"

	"github.com/Masterminds/semver/v3"
)

// candidate is a file that may be a node; version is known when the folder is
// named for it.
type candidate struct {
	path, version string
	private       bool
}

// candidates lists every place worth asking, best first.
func (n *Nodes) candidates() []candidate {
	var out []candidate
	seen := map[string]bool{}
	add := func(cs ...candidate) {
		for _, c := range cs {
			if c.path != "" && !seen[c.path] && isFile(c.path) {
				seen[c.path] = true
				out = append(out, c)
			}
		}
	}
	for _, dir := range append(filepath.SplitList(n.getenv("PATH")), n.systemDirs()...) {
		// Relative entries of PATH depend on where one stands.
		if filepath.IsAbs(dir) && !managed(dir) {
			add(candidate{path: filepath.Join(dir, n.exe())})
		}
	}
	add(n.private()...)
	add(n.versionManagers()...)
	return out
}

// managed tells folders of version managers: what stands on PATH for them are
// shims that answer by working folder, or folders that last as long as a
// terminal. Their real versions are found by versionManagers.
func managed(dir string) bool {
	dir = strings.ToLower(filepath.ToSlash(dir)) + "/"
	for _, part := range []string{
		"/.nvm/", "/nvm/versions/", "/.volta/", "/volta/bin/", "/fnm_multishells/", "/fnm/",
		"/.asdf/", "/mise/", "/.nodenv/", "/.nodebrew/", "/node_modules/.bin/",
	} {
		if strings.Contains(dir, part) {
			return true
		}
	}
	return false
}

func (n *Nodes) systemDirs() []string {
	if n.SystemDirs != nil {
		return n.SystemDirs
	}
	switch n.os() {
	case "windows":
		var dirs []string
		for _, v := range []string{"ProgramFiles", "ProgramW6432", "ProgramFiles(x86)"} {
			if p := n.getenv(v); p != "" {
				dirs = append(dirs, filepath.Join(p, "nodejs"))
			}
		}
		if p := n.getenv("LOCALAPPDATA"); p != "" {
			dirs = append(dirs, filepath.Join(p, "Programs", "nodejs"))
		}
		return append(dirs, n.inHome("scoop", "apps", "nodejs-lts", "current"), n.inHome("scoop", "apps", "nodejs", "current"))
	case "darwin":
		// A program started from the Dock has a PATH without Homebrew's.
		return []string{"/opt/homebrew/bin", "/usr/local/bin", "/opt/homebrew/opt/node@24/bin", "/opt/homebrew/opt/node@22/bin",
			"/usr/local/opt/node@24/bin", "/usr/local/opt/node@22/bin", "/opt/local/bin"}
	default:
		return []string{"/usr/local/bin", "/usr/bin", "/home/linuxbrew/.linuxbrew/bin", "/snap/bin", n.inHome(".local", "bin")}
	}
}

// private lists the copies fetched before, newest first.
func (n *Nodes) private() []candidate {
	suffix := "-" + n.platform()
	var out []candidate
	for _, c := range n.glob(filepath.Join(n.Home, "runtimes", "node-*"+suffix)) {
		v := strings.TrimSuffix(strings.TrimPrefix(filepath.Base(c), "node-"), suffix)
		out = append(out, candidate{path: n.nodeIn(c), version: v, private: true})
	}
	return newestFirst(out)
}

// nodeIn is the program inside an unpacked archive of nodejs.org.
func (n *Nodes) nodeIn(dir string) string {
	if n.os() == "windows" {
		return filepath.Join(dir, "node.exe")
	}
	return filepath.Join(dir, "bin", "node")
}

// versionManagers lists what nvm, fnm, Volta, asdf, mise, nodenv and n keep.
func (n *Nodes) versionManagers() []candidate {
	env := func(name string, rest ...string) string {
		if v := n.getenv(name); v != "" {
			return filepath.Join(append([]string{v}, rest...)...)
		}
		return ""
	}
	// Folders whose children are named for versions, and the way to node in them.
	type keep struct {
		dir  string
		tail []string
	}
	bin := []string{"bin", "node"}
	var keeps []keep
	if n.os() == "windows" {
		exe := []string{"node.exe"}
		inst := []string{"installation", "node.exe"}
		keeps = []keep{
			{env("NVM_HOME"), exe}, {env("APPDATA", "nvm"), exe},
			{env("FNM_DIR", "node-versions"), inst}, {env("APPDATA", "fnm", "node-versions"), inst},
			{env("VOLTA_HOME", "tools", "image", "node"), exe}, {env("LOCALAPPDATA", "Volta", "tools", "image", "node"), exe},
			{env("LOCALAPPDATA", "mise", "installs", "node"), exe},
		}
	} else {
		inst := []string{"installation", "bin", "node"}
		data := n.inHome(".local", "share")
		if x := n.getenv("XDG_DATA_HOME"); x != "" {
			data = x
		}
		keeps = []keep{
			{env("NVM_DIR", "versions", "node"), bin}, {n.inHome(".nvm", "versions", "node"), bin}, {n.inHome(".config", "nvm", "versions", "node"), bin},
			{env("FNM_DIR", "node-versions"), inst}, {filepath.Join(data, "fnm", "node-versions"), inst}, {n.inHome(".fnm", "node-versions"), inst},
			{n.inHome("Library", "Application Support", "fnm", "node-versions"), inst},
			{env("VOLTA_HOME", "tools", "image", "node"), bin}, {n.inHome(".volta", "tools", "image", "node"), bin},
			{env("ASDF_DATA_DIR", "installs", "nodejs"), bin}, {n.inHome(".asdf", "installs", "nodejs"), bin},
			{env("MISE_DATA_DIR", "installs", "node"), bin}, {filepath.Join(data, "mise", "installs", "node"), bin},
			{env("NODENV_ROOT", "versions"), bin}, {n.inHome(".nodenv", "versions"), bin},
			{env("N_PREFIX", "n", "versions", "node"), bin}, {"/usr/local/n/versions/node", bin},
		}
	}
	var out []candidate
	for _, k := range keeps {
		if !filepath.IsAbs(k.dir) {
			continue
		}
		for _, dir := range n.glob(filepath.Join(k.dir, "*")) {
			v := strings.TrimPrefix(filepath.Base(dir), "v")
			if _, err := semver.StrictNewVersion(v); err != nil {
				continue // "current", "lts": aliases that move
			}
			out = append(out, candidate{path: filepath.Join(append([]string{dir}, k.tail...)...), version: v})
		}
	}
	return newestFirst(out)
}

func newestFirst(cs []candidate) []candidate {
	sort.SliceStable(cs, func(i, j int) bool {
		a, errA := semver.NewVersion(cs[i].version)
		b, errB := semver.NewVersion(cs[j].version)
		if errA != nil || errB != nil {
			return errB != nil && errA == nil
		}
		return a.GreaterThan(b)
	})
	return cs
}

func (n *Nodes) glob(pattern string) []string {
	m, err := filepath.Glob(pattern)
	if err != nil {
		return nil
	}
	return m
}

func (n *Nodes) inHome(parts ...string) string {
	home := n.UserHome
	if home == "" {
		var err error
		if home, err = os.UserHomeDir(); err != nil {
			return ""
		}
	}
	return filepath.Join(append([]string{home}, parts...)...)
}
