package run

import (
	"path"
	"slices"
	"strings"

	"toolbay/backend/clients"
	"toolbay/backend/pattern"
	"toolbay/backend/repair/finding"
)

var (
	// examplePath is a place of a README.
	examplePath = pattern.New(`(?i)^(file://)?(/|[a-z]:[\\/]|~[\\/]|\.{1,2}[\\/])?(absolute[\\/])?(path[\\/]to|absolute[\\/]path|full[\\/]path|your[\\/]path|path[\\/]on[\\/])[\\/]|[\\/](path|absolute)[\\/]to[\\/](your|the|my)?|^(/Users/|/home/|[a-z]:[\\/]Users[\\/])(username|user[-_]name|your[-_]?(user)?(name)?|<[^>]+>|\[[^\]]+\]|\{[^}]+\}|USER(NAME)?)[\\/]|<[a-z _-]*path[a-z _-]*>|^(/|[a-z]:[\\/])?path[-_]to[-_]`)
	// wslShare is a folder of a Linux within Windows, as Windows names it.
	wslShare = pattern.New(`(?i)^[\\/]{2}wsl(\$|\.localhost)[\\/]([^\\/]+)([\\/].*)?$`)
	// unixHome is a place that no Windows has.
	unixHome  = pattern.New(`^/(home|usr|opt|root|mnt/[a-z]|bin|tmp|var|etc|snap|nix|srv)/`)
	linuxHome = pattern.New(`^/(home/[^/]+|mnt/[a-z])/.`)
	mounted   = pattern.New(`^/mnt/([a-z])/`)
	macOnly   = pattern.New(`^/(Users|Applications|opt/homebrew|Library|Volumes)/`)
	// scriptFile is a file that an interpreter is given to run.
	scriptFile = pattern.New(`(?i)^[\w@.\-/\\]+\.(py|js|mjs|cjs|ts|mts|jar|rb|php|sh|dll|csproj|go)$`)
)

// interpreters run the file that their first argument names.
var interpreters = []string{"node", "python", "python3", "deno", "bun", "tsx", "ts-node", "java", "ruby", "php", "dotnet", "go", "bash", "sh", "uv"}

// startsIn are the flags that say in which folder a command starts.
var startsIn = []string{"--directory", "--project", "--prefix", "--cwd", "-C", "--manifest-path"}

// arguments looks at the places on the disk that an entry names.
func (c *check) arguments(e *entry) {
	_, from, inShell := e.program()
	if inShell && base(e.command) != "cmd" {
		return
	}
	c.example(e)
	c.tilde(e)
	c.missing(e)
	c.relative(e, from)
}

// example is a place that a README wrote for another one.
func (c *check) example(e *entry) {
	is := func(s string) bool { return len(s) < 4096 && examplePath().MatchString(s) }
	report := func(where, p string) {
		c.report(e, "RT_PATH_MISSING", func(f *finding.Finding) { f.Pointer, f.Args["path"] = where, p })
	}
	if is(e.command) {
		report(e.pointer+pointer(e.commandAt[len(e.path):]...), e.command)
	}
	for _, a := range e.args {
		if _, v := flagValue(a); is(v) {
			report(e.pointer+pointer("args"), v)
		}
	}
	for _, v := range e.env {
		if is(v.value) {
			report(e.pointer+pointer(e.envAt[len(e.envAt)-1], v.name), v.value)
		}
	}
	if is(e.cwd) {
		report(e.pointer+pointer("cwd"), e.cwd)
	}
}

// flagValue takes --flag=value apart.
func flagValue(a string) (head, value string) {
	if i := strings.Index(a, "="); i > 0 && (strings.HasPrefix(a, "-") || assigned().MatchString(a)) {
		return a[:i+1], a[i+1:]
	}
	return "", a
}

// tilde is a ~ that a shell would replace: apps start programs without one.
func (c *check) tilde(e *entry) {
	home := c.homeFor(e.d)
	mend := func(s string) (string, bool) {
		head, v := flagValue(s)
		if v != "~" && !strings.HasPrefix(v, "~/") && !strings.HasPrefix(v, `~\`) {
			return s, false
		}
		if home == "" {
			return s, true
		}
		return head + home + v[1:], true
	}
	where, shown := "", ""
	note := func(at, s string) {
		if where == "" {
			where, shown = at, s
		}
	}
	command, bad := mend(e.command)
	if bad {
		note(e.pointer+pointer(e.commandAt[len(e.path):]...), e.command)
	}
	args := slices.Clone(e.args)
	for i, a := range e.args {
		if args[i], bad = mend(a); bad {
			note(e.pointer+pointer("args"), a)
		}
	}
	env := slices.Clone(e.env)
	for i, v := range e.env {
		if env[i].value, bad = mend(v.value); bad {
			note(e.pointer+pointer(e.envAt[len(e.envAt)-1], v.name), v.value)
		}
	}
	cwd, bad := mend(e.cwd)
	if bad {
		note(e.pointer+pointer("cwd"), e.cwd)
	}
	if where == "" {
		return
	}
	c.report(e, "RT_PATH_TILDE", func(f *finding.Finding) {
		f.Pointer, f.Args["path"] = where, shown
		if home == "" {
			return
		}
		if command != e.command {
			e.setCommand(f, command)
		}
		if !slices.Equal(args, e.args) {
			e.setArgs(f, args)
		}
		for i, v := range env {
			if v != e.env[i] {
				e.setEnv(f, v.name, v.value)
			}
		}
		if cwd != e.cwd {
			e.cwd = cwd
			f.Changes = append(f.Changes, finding.Change{Path: e.cwdAt, Value: cwd})
		}
	})
}

// homeFor is the home folder, or the app's own word for it.
func (c *check) homeFor(d clients.Dialect) string {
	if c.Facts.Home != "" {
		return strings.TrimRight(c.Facts.Home, `/\`)
	}
	name := "HOME"
	if c.windows() {
		name = "USERPROFILE"
	}
	return c.say(d, name)
}

// missing is a place that is known not to be there.
func (c *check) missing(e *entry) {
	if len(c.Facts.Exists) == 0 {
		return
	}
	gone := func(p string) bool {
		if !c.absolute(p) && !strings.HasPrefix(p, "~") {
			return false
		}
		there, known := c.exists(p)
		return known && !there
	}
	type at struct{ where, path string }
	var found []at
	args := slices.Clone(e.args)
	for i, a := range e.args {
		head, v := flagValue(a)
		if gone(v) {
			found = append(found, at{e.pointer + pointer("args"), v})
			if p := c.moved(v); p != "" {
				args[i] = head + p
			}
		}
	}
	for _, v := range e.env {
		if gone(v.value) {
			found = append(found, at{e.pointer + pointer(e.envAt[len(e.envAt)-1], v.name), v.value})
		}
	}
	cwd := ""
	if gone(e.cwd) {
		found = append(found, at{e.pointer + pointer("cwd"), e.cwd})
		cwd = c.moved(e.cwd)
	}
	if gone(e.envFile) {
		found = append(found, at{e.pointer + pointer("envFile"), e.envFile})
	}
	if len(found) == 0 {
		return
	}
	c.report(e, "RT_PATH_MISSING", func(f *finding.Finding) {
		f.Pointer, f.Args["path"] = found[0].where, found[0].path
		if !slices.Equal(args, e.args) {
			f.Fix = finding.Confirm
			e.setArgs(f, args)
		}
		if cwd != "" {
			f.Fix = finding.Confirm
			f.Changes = append(f.Changes, finding.Change{Path: e.cwdAt, Value: cwd})
		}
	})
}

// moved gives the one place of the same name that is there.
func (c *check) moved(p string) string {
	name := path.Base(strings.ReplaceAll(p, `\`, "/"))
	found := ""
	for k, there := range c.Facts.Exists {
		if there && path.Base(strings.ReplaceAll(k, `\`, "/")) == name && (c.absolute(k) || strings.HasPrefix(k, "~/")) {
			if found != "" {
				return ""
			}
			found = c.tidy(k)
			if c.windows() {
				found = k
			}
		}
	}
	return found
}

// gone is a command with its whole path that is not there any more: an update
// of Node.js leaves such ones behind.
func (c *check) gone(e *entry) {
	there, known := c.exists(e.command)
	if !known || there {
		return
	}
	name := path.Base(strings.ReplaceAll(e.command, `\`, "/"))
	var p string
	for _, which := range []map[string]string{c.Facts.Which, c.Facts.LoginShellWhich} {
		if found, _ := c.lookup(which, name); found != "" && p == "" {
			p = found
		}
	}
	if p == "" {
		p = c.moved(e.command)
	}
	c.report(e, "RT_PATH_MISSING", func(f *finding.Finding) {
		f.Pointer, f.Args["path"] = e.pointer+pointer(e.commandAt[len(e.path):]...), e.command
		if p != "" && !c.samePath(p, e.command) {
			f.Fix, f.Args["found"] = finding.Confirm, p
			c.goTo(e, f, p)
		}
	})
}

// relativeCommand is a command that counts from a folder which nobody named.
func (c *check) relativeCommand(e *entry) {
	if e.cwd != "" || c.File.Scope != clients.User || strings.ContainsAny(e.command, "$%{ \t") || strings.HasPrefix(e.command, "//") || drive().MatchString(e.command) || strings.HasPrefix(e.command, `\\`) {
		return
	}
	c.reportRelative(e, e.command, e.pointer+pointer(e.commandAt[len(e.path):]...), func(f *finding.Finding, p string) { e.setCommand(f, p) })
}

// relative is a file that counts from a folder which nobody named: a project's
// file counts from the project, a user's from wherever the app was started.
func (c *check) relative(e *entry, from int) {
	if e.cwd != "" || c.File.Scope != clients.User || e.command == "" || from > len(e.args) {
		return
	}
	for _, a := range e.args {
		name, _, _ := strings.Cut(a, "=")
		if slices.Contains(startsIn, name) {
			return
		}
	}
	program, _, _ := e.program()
	script := slices.Contains(interpreters, program)
	for i, a := range e.args[from:] {
		if strings.ContainsAny(a, "$%{ \t*") || strings.Contains(a, "://") || examplePath().MatchString(a) {
			continue
		}
		dots := strings.HasPrefix(a, "./") || strings.HasPrefix(a, "../") || strings.HasPrefix(a, `.\`) || strings.HasPrefix(a, `..\`)
		if !dots && (!script || !scriptFile().MatchString(a) || c.absolute(a) || strings.HasPrefix(a, "-") || strings.HasPrefix(a, "/") || drive().MatchString(a)) {
			continue
		}
		if !dots && i > 0 && e.args[from+i-1] == "-m" {
			continue
		}
		c.reportRelative(e, a, e.pointer+pointer("args"), func(f *finding.Finding, p string) {
			args := slices.Clone(e.args)
			args[from+i] = p
			e.setArgs(f, args)
		})
		return
	}
}

func (c *check) reportRelative(e *entry, p, where string, mend func(f *finding.Finding, p string)) {
	c.report(e, "RT_PATH_RELATIVE", func(f *finding.Finding) {
		f.Pointer, f.Args["path"] = where, p
		tail := "/" + strings.TrimLeft(strings.ReplaceAll(p, `\`, "/"), "./")
		full := ""
		for k, there := range c.Facts.Exists {
			if there && strings.HasSuffix(strings.ReplaceAll(k, `\`, "/"), tail) && (c.absolute(k) || strings.HasPrefix(k, "~/")) {
				if full != "" {
					return // which of them is a guess
				}
				full = k
			}
		}
		if full == "" {
			return
		}
		if !c.windows() {
			full = c.tidy(full)
		}
		mend(f, full)
	})
}
