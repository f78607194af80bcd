package run

import (
	"slices"
	"strings"

	"toolbay/backend/repair/finding"
)

// foreign is a command of another system: one of a Linux within Windows, of
// Windows on a Mac. true means that nothing more can be said of the command.
func (c *check) foreign(e *entry, program string) bool {
	if c.windows() {
		return c.insideWSL(e)
	}
	if c.File.OS != "darwin" && !c.Facts.Known() {
		return false // which system the file is for may be a guess
	}
	if program == "" || !drive().MatchString(e.command) && base(e.command) != "cmd" && !strings.HasSuffix(strings.ToLower(e.command), ".exe") {
		return c.windowsPaths(e)
	}
	if c.File.OS == "linux" && drive().MatchString(e.command) {
		if p := mountOf(e.command); p != "" {
			if there, known := c.exists(p); known && there {
				c.report(e, "RT_WSL_MISMATCH", func(f *finding.Finding) {
					f.Pointer, f.Args["path"] = e.pointer+pointer(e.commandAt[len(e.path):]...), e.command
					e.setCommand(f, p)
				})
				return true
			}
		}
	}
	if strings.HasPrefix(e.command, "/mnt/") || c.File.OS == "linux" && !drive().MatchString(e.command) && base(e.command) != "cmd" {
		return false // a Linux within Windows starts programs of Windows
	}
	c.report(e, "RT_WSL_MISMATCH", func(f *finding.Finding) {
		f.Pointer, f.Args["path"] = e.pointer+pointer(e.commandAt[len(e.path):]...), e.command
		_, from, _ := e.program()
		if base(e.command) != "cmd" || from == 0 || from > len(e.args) || e.argsFrom == 1 {
			f.Fix = finding.Never
			return
		}
		// "cmd /c npx …" is Windows' way of saying "npx …".
		inner, rest := e.args[from-1], slices.Clone(e.args[from:])
		e.setCommand(f, strings.TrimSuffix(strings.TrimSuffix(inner, ".cmd"), ".exe"))
		e.setArgs(f, rest)
	})
	return true
}

// windowsPaths are arguments with a drive's letter on another system.
func (c *check) windowsPaths(e *entry) bool {
	program, _, inShell := e.program()
	if inShell || program == "wsl" || program == "docker" {
		return false
	}
	for i, a := range e.args {
		head, v := flagValue(a)
		if !drive().MatchString(v) || len(v) < 4 || strings.HasSuffix(e.command, ".exe") {
			continue
		}
		c.report(e, "RT_WSL_MISMATCH", func(f *finding.Finding) {
			f.Pointer, f.Args["path"] = e.pointer+pointer("args"), v
			p := mountOf(v)
			if there, _ := c.exists(p); c.File.OS != "linux" || !there {
				f.Fix = finding.Never
				return
			}
			args := slices.Clone(e.args)
			args[i] = head + p
			e.setArgs(f, args)
		})
		return false
	}
	return false
}

// mountOf is where a Linux within Windows has a place of Windows.
func mountOf(p string) string {
	if !drive().MatchString(p) {
		return ""
	}
	return "/mnt/" + strings.ToLower(p[:1]) + "/" + strings.ReplaceAll(p[3:], `\`, "/")
}

// insideWSL is a program of a Linux that an app of Windows should start.
func (c *check) insideWSL(e *entry) bool {
	if base(e.command) == "wsl" {
		return true
	}
	share := wslShare().FindStringSubmatch(e.command)
	switch {
	case share != nil, unixHome().MatchString(e.command):
	case macOnly().MatchString(e.command):
		c.report(e, "RT_PATH_MISSING", func(f *finding.Finding) {
			f.Pointer, f.Args["path"] = e.pointer+pointer(e.commandAt[len(e.path):]...), e.command
		})
		return true
	default:
		return c.wslArgument(e)
	}
	c.report(e, "RT_WSL_MISMATCH", func(f *finding.Finding) {
		f.Pointer, f.Args["path"] = e.pointer+pointer(e.commandAt[len(e.path):]...), e.command
		if share != nil {
			e.command = strings.ReplaceAll(share[3], `\`, "/")
			c.throughWSL(e, f, share[2])
			return
		}
		if m := mounted().FindStringSubmatch(e.command); m != nil && e.argsFrom == 0 {
			// Windows' own program, as the Linux names it.
			e.setCommand(f, strings.ToUpper(m[1])+`:\`+strings.ReplaceAll(e.command[len(m[0]):], "/", `\`))
			return
		}
		c.throughWSL(e, f, "")
	})
	return true
}

// wslArgument is a place of a Linux that a program of Windows is given.
func (c *check) wslArgument(e *entry) bool {
	program, _, inShell := e.program()
	if inShell && base(e.command) != "cmd" || program == "docker" || program == "podman" || program == "ssh" {
		return false
	}
	for i, a := range e.args {
		head, v := flagValue(a)
		if !linuxHome().MatchString(v) {
			continue
		}
		c.report(e, "RT_WSL_MISMATCH", func(f *finding.Finding) {
			f.Pointer, f.Args["path"] = e.pointer+pointer("args"), v
			m := mounted().FindStringSubmatch(v)
			if m == nil {
				c.throughWSL(e, f, "")
				return
			}
			args := slices.Clone(e.args)
			args[i] = head + strings.ToUpper(m[1]) + `:\` + strings.ReplaceAll(v[len(m[0]):], "/", `\`)
			e.setArgs(f, args)
		})
		return true
	}
	return false
}

// throughWSL starts the command inside the Linux. Variables do not cross over
// by themselves: env hands them on.
func (c *check) throughWSL(e *entry, f *finding.Finding, distribution string) {
	if e.argsFrom == 1 {
		f.Fix = finding.Never
		return
	}
	var words []string
	if distribution != "" {
		words = append(words, "-d", distribution)
	}
	command := e.command
	if len(e.env) > 0 {
		var names []string
		for _, v := range e.env {
			if v.name != "WSLENV" {
				names = append(names, v.name+"/u")
			}
		}
		if _, has := e.envValue("WSLENV", true); !has {
			e.setEnv(f, "WSLENV", strings.Join(names, ":"))
		}
	}
	words = append(words, command)
	e.setCommand(f, "wsl.exe")
	e.setArgs(f, append(words, e.args...))
}
