package machine

import (
	"cmp"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"toolbay/backend/pattern"
	"toolbay/backend/repair/finding"
)

var (
	inPath   = pattern.New(`(?i)[\\/](?:node|nodejs|node-versions|nvm)(?:@\d+)?[\\/]v?(\d+\.\d+\.\d+)`)
	inHeader = pattern.New(`(?m)^#define NODE_(MAJOR|MINOR|PATCH)_VERSION (\d+)`)
)

// kept are the places where programs that manage versions keep their Node.js,
// and what leads from there to the folder of the program.
var kept = []struct{ folder, bin string }{
	{"{HOME}/.nvm/versions/node/*", "bin"},
	{"{NVM_DIR}/versions/node/*", "bin"},
	{"{HOME}/.local/share/fnm/node-versions/*", "installation/bin"},
	{"{HOME}/.fnm/node-versions/*", "installation/bin"},
	{"{HOME}/Library/Application Support/fnm/node-versions/*", "installation/bin"},
	{"{HOME}/.volta/tools/image/node/*", "bin"},
	{"{HOME}/.asdf/installs/nodejs/*", "bin"},
	{"{HOME}/.local/share/mise/installs/node/*", "bin"},
	{"{HOME}/.nodenv/versions/*", "bin"},
	{"{APPDATA}/nvm/v*", ""},
	{"{APPDATA}/fnm/node-versions/*", "installation"},
}

// nodes gives every Node.js there is, the one that the app finds first. Where
// it finds none the newest comes first: which it would take is not known.
func (m *Machine) nodes(folders []string, wanted bool) finding.Nodes {
	if !wanted {
		return nil
	}
	list := finding.Nodes{}
	seen := map[string]bool{}
	add := func(p string) {
		if _, err := os.Stat(p); err != nil || seen[p] {
			return
		}
		seen[p] = true
		if v := versionOf(p); v != "" {
			list = append(list, finding.Node{Path: p, Version: v})
		}
	}
	if p := m.lookUp(folders, "node"); p != "" {
		add(p)
	}
	from := len(list)
	name := "node"
	if m.os() == "windows" {
		name = "node.exe"
	}
	for _, k := range kept {
		for _, dir := range m.expand(k.folder) {
			add(filepath.Join(dir, filepath.FromSlash(k.bin), name))
		}
	}
	for _, dir := range []string{"/opt/homebrew/bin", "/usr/local/bin", "/usr/bin"} {
		if m.os() != "windows" && m.Root == "" {
			add(filepath.Join(dir, name))
		}
	}
	slices.SortStableFunc(list[from:], func(a, b finding.Node) int { return compare(b.Version, a.Version) })
	return list
}

// versionOf tells a Node.js by the folder it is in, or by the header that is
// delivered with it. Nothing is started.
func versionOf(p string) string {
	real, err := filepath.EvalSymlinks(p)
	if err != nil {
		return ""
	}
	if m := inPath().FindStringSubmatch(real); m != nil {
		return m[1]
	}
	for _, at := range []string{filepath.Join(filepath.Dir(real), "..", "include", "node", "node_version.h"), filepath.Join(filepath.Dir(real), "include", "node", "node_version.h")} {
		src, err := os.ReadFile(at)
		if err != nil || len(src) > maxText {
			continue
		}
		part := map[string]string{}
		for _, m := range inHeader().FindAllStringSubmatch(string(src), 3) {
			part[m[1]] = m[2]
		}
		if part["MAJOR"] != "" {
			return part["MAJOR"] + "." + cmp.Or(part["MINOR"], "0") + "." + cmp.Or(part["PATCH"], "0")
		}
	}
	return ""
}

func compare(a, b string) int {
	as, bs := strings.Split(a, "."), strings.Split(b, ".")
	for i := range min(len(as), len(bs)) {
		x, _ := strconv.Atoi(as[i])
		y, _ := strconv.Atoi(bs[i])
		if x != y {
			return cmp.Compare(x, y)
		}
	}
	return cmp.Compare(len(as), len(bs))
}
