package run

import (
	"slices"
	"strings"

	"toolbay/backend/repair/finding"
)

// Mentions is what of a machine has to be known to check a text.
type Mentions struct {
	Servers  []string
	Commands []string // without a folder
	Paths    []string // that must be there for a server to start
}

// most bounds what is looked up for one file.
const most = 300

// Mention gives what a text names. Places that a server may make itself are
// left out: that they are not there is no fault.
func Mention(t finding.Text) Mentions {
	c := &check{Text: t}
	var m Mentions
	add := func(list *[]string, s string) {
		if s != "" && len(s) < 4096 && len(*list) < most && !slices.Contains(*list, s) {
			*list = append(*list, s)
		}
	}
	for _, e := range c.read() {
		add(&m.Servers, e.name)
		program, from, inShell := e.program()
		for i, command := range []string{e.command, program} {
			switch {
			case i == 1 && (base(e.command) == program || base(e.command) != "cmd" && base(e.command) != "env"):
			case !strings.ContainsAny(command, `/\ $%{`):
				add(&m.Commands, command)
			case !strings.ContainsAny(command, "$%{"):
				add(&m.Paths, command)
			}
		}
		if slices.Contains(nodeScripts, program) || program == "node" {
			add(&m.Commands, "node")
			add(&m.Commands, program)
		}
		if strings.ContainsAny(e.command, `/\`) {
			add(&m.Commands, base(e.command)) // where else it may be
		}
		add(&m.Paths, e.cwd)
		add(&m.Paths, e.envFile)
		if inShell && base(e.command) != "cmd" {
			continue
		}
		for i, a := range e.args {
			head, v := flagValue(a)
			before := ""
			if i > 0 {
				before = e.args[i-1]
			}
			starts := slices.Contains(startsIn, strings.TrimSuffix(head, "=")) || head == "" && slices.Contains(startsIn, before)
			script := slices.Contains(interpreters, program) && i >= min(from, len(e.args)) && scriptFile().MatchString(strings.ReplaceAll(v, " ", ""))
			files := head == "" && !strings.HasPrefix(a, "-") && !strings.HasPrefix(before, "-") && slices.ContainsFunc(e.args, func(p string) bool { return strings.Contains(p, "server-filesystem") })
			if (starts || script || files) && (c.absolute(v) || strings.HasPrefix(v, "~")) {
				add(&m.Paths, v)
			}
		}
	}
	return m
}
