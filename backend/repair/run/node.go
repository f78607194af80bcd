package run

import (
	"cmp"
	"path"
	"slices"
	"strconv"
	"strings"

	"toolbay/backend/repair/finding"
)

// oldNode is a Node.js that is too old for today's servers: named by its
// folder, or found first by an app that has several.
func (c *check) oldNode(e *entry, program string) {
	isNode := program == "node" || slices.Contains(nodeScripts, program)
	if !isNode || base(e.command) != program {
		return
	}
	said := oldNode().MatchString(c.said(e))
	first := ""
	if m := inVersion().FindStringSubmatch(e.command); m != nil {
		first = m[1] + "." + m[2] + "." + m[3]
	} else if !strings.ContainsAny(e.command, `/\`) {
		for i, n := range c.Facts.NodeVersions {
			v := nodeVersion(n.Version, n.Path)
			// Claude Desktop puts all of nvm's on PATH, the oldest first
			// (DollhouseMCP#1902, mcpb#130).
			if i == 0 || c.File.App.ID == "claude-desktop" && strings.Contains(n.Path, "/.nvm/") && older(v, first) {
				first = v
			}
		}
		if _, own := e.envValue("PATH", c.windows()); own {
			return
		}
	}
	newest, newestPath := "", ""
	for _, n := range c.Facts.NodeVersions {
		if v := nodeVersion(n.Version, n.Path); v != "" && older(newest, v) {
			newest, newestPath = v, n.Path
		}
	}
	tooOld := first != "" && major(first) < oldestNode
	if !tooOld && !(said && first != "" && (newest == "" || older(first, newest))) && !(said && first == "") {
		return
	}
	c.report(e, "RT_NODE_TOO_OLD", func(f *finding.Finding) {
		f.Pointer = e.pointer + pointer(e.commandAt[len(e.path):]...)
		f.Args["version"], f.Args["newest"] = cmp.Or(first, "?"), cmp.Or(newest, "?")
		if newest == "" || major(newest) < oldestNode || !older(first, newest) {
			f.Fix = finding.Never
			return
		}
		dir := c.nodeFolder(newest, newestPath)
		if dir == "" {
			f.Fix = finding.Never
			return
		}
		ending := ""
		if c.windows() {
			ending = map[bool]string{true: ".exe", false: ".cmd"}[program == "node"]
		}
		e.setCommand(f, c.join(dir, program+ending))
		if program != "node" && !c.windows() {
			rest := c.guiPath()
			if rest == nil {
				rest = []string{"/usr/local/bin", "/usr/bin", "/bin"}
			}
			e.setEnv(f, "PATH", strings.Join(append([]string{dir}, rest...), ":"))
		}
	})
}

// nodeFolder is the folder of programs of a Node.js; one that is known by its
// version only is nvm's.
func (c *check) nodeFolder(version, p string) string {
	switch {
	case p != "" && base(p) == "node":
		return c.dir(p)
	case p != "" && path.Base(p) == "bin" || p != "" && c.windows():
		return p
	case p != "":
		return c.join(p, "bin")
	}
	// The newest stands beside one whose place is known.
	for _, which := range []map[string]string{c.Facts.Which, c.Facts.LoginShellWhich} {
		if at, _ := c.lookup(which, "node"); at != "" {
			if m := inVersion().FindStringSubmatchIndex(at); m != nil {
				return c.dir(at[:m[2]] + version + at[m[7]:])
			}
		}
	}
	if c.Facts.Home != "" && !c.windows() {
		return c.Facts.Home + "/.nvm/versions/node/v" + version + "/bin"
	}
	return ""
}

func nodeVersion(version, p string) string {
	v := strings.TrimPrefix(strings.TrimSpace(version), "v")
	if v == "" {
		if m := inVersion().FindStringSubmatch(p); m != nil {
			v = m[1] + "." + m[2] + "." + m[3]
		}
	}
	return v
}

func major(v string) int {
	n, _ := strconv.Atoi(strings.SplitN(v, ".", 2)[0])
	return n
}

// older compares versions; "" is older than all.
func older(a, b string) bool {
	as, bs := strings.Split(a, "."), strings.Split(b, ".")
	for i := range max(len(as), len(bs)) {
		var x, y int
		if i < len(as) {
			x, _ = strconv.Atoi(as[i])
		}
		if i < len(bs) {
			y, _ = strconv.Atoi(bs[i])
		}
		if x != y {
			return x < y
		}
	}
	return false
}

// askFirst is an npx that may ask whether to fetch the package: nobody is there
// to answer.
func (c *check) askFirst(e *entry) {
	program, from, _ := e.program()
	if program != "npx" || from >= len(e.args) {
		return
	}
	value := false // of a flag that has one
	for _, a := range e.args[from:] {
		if value {
			value = false
			continue
		}
		value = a == "-p" || a == "--package" || a == "--registry" || a == "--cache" || a == "--prefix"
		if a == "-y" || a == "--yes" || a == "--no" || a == "--no-install" || a == "-n" || a == "--offline" || a == "--yes=true" {
			return
		}
		if !strings.HasPrefix(a, "-") {
			break
		}
	}
	if strings.HasPrefix(e.args[from], ".") || strings.HasPrefix(e.args[from], "/") {
		return
	}
	if v, ok := e.envValue("npm_config_yes", true); ok && v != "false" {
		return
	}
	c.report(e, "RT_NPX_NO_YES", func(f *finding.Finding) {
		if !timedOut().MatchString(c.said(e)) {
			f.Severity = finding.Info // newer ones ask only where somebody can answer
		}
		f.Pointer = e.pointer + pointer("args")
		e.setArgs(f, slices.Insert(slices.Clone(e.args), from, "-y"))
	})
}
