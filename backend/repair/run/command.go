package run

import (
	"cmp"
	"slices"
	"strconv"
	"strings"

	"toolbay/backend/pattern"
	"toolbay/backend/repair/finding"
)

var (
	drive = pattern.New(`^[A-Za-z]:[\\/]`)
	// notStarted is what Node says of a program that it cannot start.
	notStarted = pattern.New(`(?i)spawn\s+"?([^"\n]+?)"?\s+(ENOENT|EINVAL|EACCES)`)
	// inVersion is the version in the folder of a Node.js that nvm, fnm, asdf,
	// mise or volta keeps.
	inVersion = pattern.New(`(?i)(?:[\\/]\.nvm[\\/]versions[\\/]node|[\\/]node-versions|[\\/]nvm|[\\/]nodejs|[\\/]installs[\\/]node|[\\/]image[\\/]node)[\\/]v?(\d+)\.(\d+)\.(\d+)`)
	// oldNode is what programs say that need a newer Node.js.
	oldNode = pattern.New(`(?i)cannot find module 'node:|Unexpected token '?(&&=|\?\?=|\|\|=|\?\.|\?)|\b(File|fetch|ReadableStream|Headers|Blob|FormData|crypto|structuredClone) is not defined|You must supply a command|Unsupported engine|does not support Node\.js|requires Node(\.js)? |node: bad option|ERR_UNKNOWN_BUILTIN_MODULE|engine "node" is incompatible|npm does not support Node|Not supported: .*node`)
)

// nodeScripts are programs that are scripts for node: whoever starts them must
// find node too.
var nodeScripts = []string{"npx", "npm", "pnpm", "pnpx", "yarn", "corepack"}

// oldestNode is the first Node.js that servers of today run on at all.
const oldestNode = 18

// command reports a command that the app cannot find or start, and mends it by
// saying where it is.
func (c *check) command(e *entry) {
	if e.command == "" {
		return
	}
	program, _, _ := e.program()
	if c.foreign(e, program) {
		return
	}
	c.spaceSplit(e)
	c.windowsScript(e)
	c.oldNode(e, program)
	c.askFirst(e)
	switch {
	case strings.HasPrefix(e.command, "~"):
		c.tilde(e)
	case c.absolute(e.command):
		c.gone(e)
	case strings.ContainsAny(e.command, `/\`):
		c.relativeCommand(e)
	default:
		c.bare(e)
	}
}

// bare is a command without a folder.
func (c *check) bare(e *entry) {
	if strings.ContainsAny(e.command, " \t$%{") || c.has(e, "RT_WINDOWS_NPX", "RT_NODE_TOO_OLD") {
		return
	}
	where, p := c.find(e, e.command)
	if where == unknown && (p != "" || !c.windows()) && c.saidNotFound(e) {
		where = elsewhere
	}
	switch where {
	case elsewhere:
		c.report(e, "RT_COMMAND_NOT_ON_GUI_PATH", func(f *finding.Finding) {
			f.Pointer = e.pointer + pointer(e.commandAt[len(e.path):]...)
			f.Args["command"], f.Args["path"] = e.command, p
			if p == "" {
				f.Args["path"] = "?"
				f.Fix = finding.Never
				return
			}
			c.goTo(e, f, p)
		})
	case nowhere:
		c.report(e, "RT_COMMAND_NOT_FOUND", func(f *finding.Finding) {
			f.Pointer = e.pointer + pointer(e.commandAt[len(e.path):]...)
			f.Args["command"] = e.command
		})
	}
}

// goTo makes the command an absolute one. A script for node gets a PATH too
// when node is only there as well: its first line asks for node by name.
func (c *check) goTo(e *entry, f *finding.Finding, p string) {
	program := base(e.command)
	e.setCommand(f, p)
	if !slices.Contains(nodeScripts, program) || c.windows() {
		return
	}
	if _, has := e.envValue("PATH", false); has {
		return
	}
	node, _ := c.lookup(c.Facts.LoginShellWhich, "node")
	if onApp, _ := c.lookup(c.Facts.Which, "node"); onApp != "" || node == "" {
		return
	}
	if slices.ContainsFunc(c.guiPath(), func(dir string) bool { return c.samePath(dir, c.dir(node)) }) {
		return
	}
	e.setEnv(f, "PATH", strings.Join(append([]string{c.dir(node)}, cmp.Or(join(c.guiPath()), "/usr/local/bin:/usr/bin:/bin")), ":"))
}

func join(list []string) string { return strings.Join(list, ":") }

// saidNotFound tells whether the app said that it cannot find a command.
func (c *check) saidNotFound(e *entry) bool {
	said, command := c.said(e), e.command
	if m := notStarted().FindStringSubmatch(said); m != nil {
		return m[2] == "ENOENT" && base(m[1]) == base(command)
	}
	quoted := `'` + command + `' is not recognized`
	return strings.Contains(said, quoted) || strings.Contains(said, command+": command not found") || strings.Contains(said, "command not found: "+command) ||
		strings.Contains(said, "No such file or directory") && strings.Contains(said, command)
}

// windowsScript is a script of Windows that the app starts as if it were a
// program. Only what was seen to fail counts: newer apps find the script
// themselves, and a wrapper they do not need breaks words with blanks.
func (c *check) windowsScript(e *entry) {
	if !c.windows() || base(e.command) == "cmd" || drive().MatchString(e.command) && !isScript(e.command) {
		return
	}
	m := notStarted().FindStringSubmatch(c.said(e))
	if m == nil || m[2] == "EACCES" || base(m[1]) != base(e.command) {
		return
	}
	p, asked := c.lookup(c.Facts.Which, e.command)
	if p == "" && drive().MatchString(e.command) {
		p = e.command
	}
	known := slices.Contains(nodeScripts, base(e.command)) || isScript(p)
	if !known || asked && p == "" || p != "" && !isScript(p) {
		return
	}
	c.report(e, "RT_WINDOWS_NPX", func(f *finding.Finding) {
		f.Pointer = e.pointer + pointer(e.commandAt[len(e.path):]...)
		f.Args["command"] = e.command
		words := append([]string{"/c", e.command}, e.args...)
		e.setCommand(f, "cmd")
		e.setArgs(f, words)
	})
}

func isScript(p string) bool {
	p = strings.ToLower(p)
	return strings.HasSuffix(p, ".cmd") || strings.HasSuffix(p, ".bat")
}

// splitters are the apps that hand a script's arguments to the shell of Windows
// as one line.
var splitters = []string{"claude-desktop", "cursor", "codex"}

// spaceSplit is an argument with a blank in it on the way through the shell of
// Windows, which makes two of it.
func (c *check) spaceSplit(e *entry) {
	if !c.windows() {
		return
	}
	p, _ := c.lookup(c.Facts.Which, e.command)
	script := isScript(cmp.Or(p, e.command)) || p == "" && slices.Contains(nodeScripts, base(e.command)) || base(e.command) == "cmd"
	saw := strings.Contains(c.said(e), "is not recognized as an internal or external command")
	if !script || !slices.Contains(splitters, c.File.App.ID) && !saw {
		return
	}
	blank := slices.ContainsFunc(e.args, func(a string) bool { return strings.Contains(a, " ") })
	if !blank {
		return
	}
	bridge := slices.ContainsFunc(e.args, func(a string) bool { return strings.HasPrefix(a, "mcp-remote") || strings.HasSuffix(a, "/mcp-remote") })
	args, env := slices.Clone(e.args), []pair{}
	left := false // blanks that this cannot mend
	for i, a := range args {
		if !strings.Contains(a, " ") {
			continue
		}
		if !bridge || i == 0 || args[i-1] != "--header" && args[i-1] != "-H" {
			left = true
			continue
		}
		m := headline().FindStringSubmatch(a)
		if m == nil {
			left = true
			continue
		}
		name, value := m[1], strings.TrimSpace(m[2])
		if !strings.Contains(value, " ") {
			args[i] = name + ":" + value
			continue
		}
		variable := c.freeName(e, env, headerVariable(name), value)
		args[i] = name + ":${" + variable + "}"
		env = append(env, pair{variable, value})
	}
	if left && !saw && (p == "" || !strings.Contains(p, " ")) && slices.Equal(args, e.args) {
		return // a path with a blank need not fail
	}
	c.report(e, "RT_ARG_SPACE_SPLIT", func(f *finding.Finding) {
		f.Pointer = e.pointer + pointer("args")
		if !slices.Equal(args, e.args) {
			e.setArgs(f, args)
			for _, v := range env {
				e.setEnv(f, v.name, v.value)
			}
			return
		}
		f.Fix = finding.Confirm
		c.withoutShell(e, f, p)
	})
}

// headerVariable names the variable that holds a header's value.
func headerVariable(header string) string {
	if strings.EqualFold(header, "authorization") {
		return "AUTH_HEADER"
	}
	return variableName(header) + "_HEADER"
}

// freeName is a variable's name that is free or has that value already.
func (c *check) freeName(e *entry, more []pair, name, value string) string {
	for n := 1; ; n++ {
		try := name
		if n > 1 {
			try += "_" + strconv.Itoa(n)
		}
		have, taken := e.envValue(try, true)
		for _, p := range more {
			if strings.EqualFold(p.name, try) {
				have, taken = p.value, true
			}
		}
		if !taken || have == value {
			return try
		}
	}
}

// withoutShell starts npx as node starts it, so that no shell reads the words.
func (c *check) withoutShell(e *entry, f *finding.Finding, script string) {
	node, _ := c.lookup(c.Facts.Which, "node")
	program := base(e.command)
	if script == "" || !strings.HasSuffix(strings.ToLower(node), ".exe") || program != "npx" && program != "npm" || e.argsFrom == 1 {
		return
	}
	cli := c.join(c.dir(script), "node_modules", "npm", "bin", program+"-cli.js")
	if there, known := c.exists(cli); known && !there {
		return
	}
	e.setCommand(f, node)
	e.setArgs(f, append([]string{cli}, e.args...))
}

// variableName makes NAME_OF_IT of any words.
func variableName(s string) string {
	var b strings.Builder
	for _, r := range strings.ToUpper(s) {
		switch {
		case r >= 'A' && r <= 'Z' || r >= '0' && r <= '9':
			b.WriteRune(r)
		case b.Len() > 0:
			b.WriteByte('_')
		}
	}
	name := strings.Trim(b.String(), "_")
	if name == "" || name[0] >= '0' && name[0] <= '9' {
		name = "VALUE_" + name
	}
	return strings.TrimRight(name, "_")
}
