package run

import (
	"cmp"
	"path"
	"slices"
	"strings"

	"toolbay/backend/clients"
	"toolbay/backend/configfile"
	"toolbay/backend/repair/finding"
)

// pair is a member of an entry's variables or headers.
type pair struct{ name, value string }

// entry is a server as the rules see it. The rules change it as they go.
type entry struct {
	name    string
	path    []string // in the document
	pointer string
	obj     configfile.Object
	d       clients.Dialect
	// commandAt is where the command stands, argsAt the list of arguments and
	// argsFrom the place in it of the first.
	commandAt []string
	argsAt    []string
	argsFrom  int

	command string
	args    []string
	env     []pair
	envAt   []string
	hasEnv  bool
	headers []pair
	// headersAt and urlAt are nil where there is none.
	headersAt []string
	url       string
	urlAt     []string
	cwd       string
	cwdAt     []string
	envFile   string
}

// read gives the entries. What has another shape than the app's is the matter
// of the layers before.
func (c *check) read() []*entry {
	if c.Doc == nil {
		return nil
	}
	d := c.File.Dialect
	v, _ := c.Doc.Get(c.Servers...)
	var entries []*entry
	add := func(name, step string, v any) {
		o, ok := v.(configfile.Object)
		if !ok || len(entries) >= maxServers {
			return
		}
		e := &entry{name: name, path: under(c.Servers, step), pointer: pointer(append(slices.Clone(c.Servers), name)...), obj: o, d: d}
		e.fill()
		if _, _, ours := clients.ParseLauncher(e.command, e.args); !ours {
			entries = append(entries, e)
		}
	}
	switch v := v.(type) {
	case configfile.Object:
		for _, m := range v {
			add(m.Key, m.Key, m.Value)
		}
	case []any:
		key := cmp.Or(d.List, "name")
		for _, item := range v {
			if o, ok := item.(configfile.Object); ok {
				if name, _ := o.Get(key); name != nil {
					if name, ok := name.(string); ok {
						add(name, configfile.Named(key, name), o)
					}
				}
			}
		}
	}
	return entries
}

func (e *entry) fill() {
	e.envAt = under(e.path, e.d.Env)
	inner, at := e.obj, e.path
	if e.d.Nested != "" {
		if v, _ := e.obj.Get(e.d.Nested); v != nil {
			if o, ok := v.(configfile.Object); ok {
				inner, at = o, under(e.path, e.d.Nested)
			}
		}
	}
	for _, o := range []struct {
		members configfile.Object
		at      []string
	}{{e.obj, e.path}, {inner, at}} {
		for _, m := range o.members {
			e.member(m, under(o.at, m.Key))
		}
	}
}

func (e *entry) member(m configfile.Member, at []string) {
	switch m.Key {
	case cmp.Or(e.d.Command, "command"):
		switch v := m.Value.(type) {
		case string:
			e.command, e.commandAt = v, at
		case []any:
			if words, ok := texts(v); ok && len(words) > 0 {
				e.command, e.commandAt = words[0], under(at, "0")
				e.args, e.argsAt, e.argsFrom = words[1:], at, 1
			}
		}
	case "args":
		if list, ok := m.Value.([]any); ok && e.argsFrom == 0 {
			if words, ok := texts(list); ok {
				e.args, e.argsAt = words, at
			}
		}
	case e.d.Env:
		e.envAt = at
		if o, ok := m.Value.(configfile.Object); ok {
			e.hasEnv, e.env = true, pairs(o)
		}
	case "headers", "http_headers", "requestOptions":
		o, ok := m.Value.(configfile.Object)
		if m.Key == "requestOptions" && ok { // Continue
			at = under(at, "headers")
			v, _ := o.Get("headers")
			o, ok = v.(configfile.Object)
		}
		if ok {
			e.headers, e.headersAt = pairs(o), at
		}
	case "url", "httpUrl", "serverUrl", "uri":
		if s, ok := m.Value.(string); ok && e.url == "" {
			e.url, e.urlAt = s, at
		}
	case "cwd":
		if s, ok := m.Value.(string); ok {
			e.cwd, e.cwdAt = s, at
		}
	case "envFile":
		e.envFile, _ = m.Value.(string)
	}
}

func texts(list []any) ([]string, bool) {
	out := make([]string, len(list))
	for i, v := range list {
		s, ok := v.(string)
		if !ok {
			return nil, false
		}
		out[i] = s
	}
	return out, true
}

func pairs(o configfile.Object) []pair {
	var out []pair
	for _, m := range o {
		if s, ok := m.Value.(string); ok {
			out = append(out, pair{m.Key, s})
		}
	}
	return out
}

// setCommand gives the entry another command.
func (e *entry) setCommand(f *finding.Finding, command string) {
	e.command = command
	if e.argsFrom == 1 {
		e.setArgs(f, e.args)
		return
	}
	f.Changes = append(f.Changes, finding.Change{Path: e.commandAt, Value: command})
}

// setArgs gives the entry other arguments. What of a list is the same stays as
// it is written.
func (e *entry) setArgs(f *finding.Finding, args []string) {
	if e.argsAt == nil {
		e.argsAt = under(e.path, "args")
	}
	list := make([]any, 0, len(args)+1)
	if e.argsFrom == 1 {
		list = append(list, e.command)
	}
	for _, a := range args {
		list = append(list, a)
	}
	f.Changes = append(f.Changes, finding.Change{Path: e.argsAt, Value: list})
	e.args = slices.Clone(args)
}

// setEnv gives a variable a value, in a new set of them where there is none.
func (e *entry) setEnv(f *finding.Finding, name, value string) {
	if !e.hasEnv {
		e.hasEnv = true
		f.Changes = append(f.Changes, finding.Change{Path: e.envAt, Value: configfile.Object{{Key: name, Value: value}}})
	} else {
		f.Changes = append(f.Changes, finding.Change{Path: under(e.envAt, name), Value: value})
	}
	for i := range e.env {
		if e.env[i].name == name {
			e.env[i].value = value
			return
		}
	}
	e.env = append(e.env, pair{name, value})
}

func (e *entry) envValue(name string, fold bool) (string, bool) {
	for _, p := range e.env {
		if p.name == name || fold && strings.EqualFold(p.name, name) {
			return p.value, true
		}
	}
	return "", false
}

// program gives what is started in the end and where its arguments begin: the
// npx of "cmd /c npx …". inShell tells that a shell reads the words.
func (e *entry) program() (name string, from int, inShell bool) {
	name = base(e.command)
	for range 3 {
		rest := e.args[from:]
		switch {
		case name == "cmd" && len(rest) > 1 && (strings.EqualFold(rest[0], "/c") || strings.EqualFold(rest[0], "/s")):
			n := 1
			for n < len(rest)-1 && strings.HasPrefix(rest[n], "/") && len(rest[n]) == 2 {
				n++
			}
			name, from, inShell = base(rest[n]), from+n+1, true
		case name == "env" && len(rest) > 0:
			n := 0
			for n < len(rest)-1 && (strings.HasPrefix(rest[n], "-") || strings.Contains(rest[n], "=")) {
				n++
			}
			name, from = base(rest[n]), from+n+1
		case name == "wsl" && len(rest) > 0:
			n := 0
			for n < len(rest)-1 && strings.HasPrefix(rest[n], "-") {
				if rest[n] == "-d" || rest[n] == "--distribution" || rest[n] == "-u" || rest[n] == "--cd" {
					n++
				}
				if rest[min(n, len(rest)-1)] == "--" || rest[min(n, len(rest)-1)] == "-e" || rest[min(n, len(rest)-1)] == "--exec" {
					n++
					break
				}
				n++
			}
			if n >= len(rest) {
				return name, from, inShell
			}
			name, from = base(rest[n]), from+n+1
		default:
			return name, from, inShell || shells[name]
		}
	}
	return name, from, inShell
}

// shells read their arguments themselves.
var shells = map[string]bool{"sh": true, "bash": true, "zsh": true, "dash": true, "fish": true, "powershell": true, "pwsh": true, "cmd": true}

// base is a command without its folder and its ending.
func base(command string) string {
	b := strings.ToLower(path.Base(strings.ReplaceAll(command, `\`, "/")))
	for _, ending := range []string{".exe", ".cmd", ".bat", ".ps1"} {
		b = strings.TrimSuffix(b, ending)
	}
	return b
}
