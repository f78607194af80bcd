package run

import (
	"regexp"
	"slices"
	"strings"

	"toolbay/backend/clients"
	"toolbay/backend/configfile"
	"toolbay/backend/pattern"
	"toolbay/backend/repair/finding"
)

// The ways in which apps name a variable inside a value.
type form string

const (
	brace   form = "${NAME}"
	withEnv form = "${env:NAME}"
	input   form = "${input:NAME}"
	editor  form = "${workspaceFolder}" // and what else editors know
	curly   form = "{env:NAME}"
	file    form = "{file:NAME}"
	secrets form = "${{ secrets.NAME }}"
	dollar  form = "$NAME"
	percent form = "%NAME%"
	shell   form = "$(…)"
)

var forms = []struct {
	form form
	is   func() func(string) []string
}{
	{secrets, found(pattern.New(`\$\{\{\s*(?:secrets|env|inputs)\.([A-Za-z_][\w.-]*)\s*\}\}`))},
	{input, found(pattern.New(`\$\{(?:input|promptString):([^{}]+)\}`))},
	{withEnv, found(pattern.New(`\$\{env:\s*([^{}:]+?)\s*(?::[^{}]*)?\}`))},
	{editor, found(pattern.New(`\$\{(workspaceFolder(?:Basename)?(?::[^{}]*)?|workspaceRoot|userHome|pathSeparator|/|fileWorkspaceFolder|config:[^{}]+|command:[^{}]+)\}`))},
	{brace, found(pattern.New(`\$\{([A-Za-z_][A-Za-z0-9_]*)(?::?-[^{}]*)?\}`))},
	{curly, found(pattern.New(`(?:^|[^$])\{env:([^{}]+)\}`))},
	{file, found(pattern.New(`(?:^|[^$])\{file:([^{}]+)\}`))},
	{dollar, found(pattern.New(`^(?:Bearer |Basic |Token )?\$(?:env:)?([A-Z_][A-Z0-9_]{2,})$`))},
	{percent, found(pattern.New(`%([A-Z_][A-Z0-9_()]{2,})%`))},
	{shell, found(pattern.New(`^\$\(([^()]+)\)$`))},
}

// found gives the names that an expression finds in a text.
func found(re func() *regexp.Regexp) func() func(string) []string {
	return func() func(string) []string {
		return func(s string) []string {
			var names []string
			for _, m := range re().FindAllStringSubmatch(s, 50) {
				names = append(names, m[1])
			}
			return names
		}
	}
}

// literal are apps that hand every value on as it stands, by their own source
// or documentation.
var literal = []string{"claude-desktop", "codex"}

// editors know the variables of an editor; asks are those that ask for a value.
var (
	editors = []string{"vscode", "vscode-insiders", "vscodium", "visual-studio", "cursor", "roo", "kilo", "trae", "windsurf", "devin", "cline", "copilot-jetbrains", "kiro", "antigravity", "qoder"}
	asks    = []string{"vscode", "vscode-insiders", "vscodium", "visual-studio", "copilot-jetbrains"}
)

// reads tells whether an app replaces a form. known is false where no source
// says so: then nothing is reported.
func (c *check) reads(d clients.Dialect, f form) (yes, known bool) {
	app := c.File.App.ID
	own := c.ownForm(d)
	if f == own && own != "" {
		return true, true
	}
	switch f {
	case input:
		return slices.Contains(asks, app), true
	case curly, file:
		return own == curly, true
	case secrets:
		return own == secrets, true
	case editor:
		return slices.Contains(editors, app), true
	}
	if slices.Contains(literal, app) {
		return false, true
	}
	if d.ReferenceList != "" {
		return false, f == withEnv
	}
	switch own {
	case "":
		return false, false
	case dollar: // who knows $NAME knows ${NAME} too
		if f == brace {
			return true, true
		}
		if f == percent {
			return c.windows() && app == "gemini-cli", true
		}
	case brace:
		if f == dollar {
			return slices.ContainsFunc(d.Expands, func(x string) bool { return x == "$NAME" }), true
		}
		if f == percent && app == "gemini-cli" && c.windows() {
			return true, true
		}
	}
	return f == shell && app == "crush", f != percent || c.windows()
}

// ownForm is the form in which the app itself documents a variable.
func (c *check) ownForm(d clients.Dialect) form {
	if slices.Contains(literal, c.File.App.ID) || d.ReferenceList != "" {
		return ""
	}
	ref := d.Reference
	if ref == "" && len(d.Expands) > 0 {
		ref = d.Expands[0]
	}
	switch ref {
	case "${NAME}":
		return brace
	case "${env:NAME}":
		return withEnv
	case "{env:NAME}":
		return curly
	case "${{ secrets.NAME }}", "${{NAME}}":
		return secrets
	case "$NAME":
		return dollar
	}
	return ""
}

// say names a variable in the app's own way, "" when it has none.
func (c *check) say(d clients.Dialect, name string) string {
	switch c.ownForm(d) {
	case brace:
		return "${" + name + "}"
	case withEnv:
		return "${env:" + name + "}"
	case curly:
		return "{env:" + name + "}"
	case secrets:
		return "${{ secrets." + name + " }}"
	case dollar:
		return "$" + name
	}
	return ""
}

// references reports variables that are named as another app names them: the
// server would get the words instead of the value.
func (c *check) references(e *entry) {
	program, _, inShell := e.program()
	bridge := slices.ContainsFunc(e.args, func(a string) bool { return strings.Contains(a, "mcp-remote") })
	var where, shown string
	var names []string
	var wrong form
	look := func(at, v string, mine bool) {
		for _, f := range forms {
			if len(v) > 8192 || !strings.ContainsAny(v, "${%") {
				return
			}
			hits := f.is()(v)
			if len(hits) == 0 {
				continue
			}
			if f.form == brace {
				hits = slices.DeleteFunc(hits, func(n string) bool { return n == "userHome" || editorsOnly().MatchString(n) })
			}
			if f.form == brace && mine {
				// The server, its bridge or its shell reads these itself when the
				// entry gives it the variable.
				hits = slices.DeleteFunc(hits, func(n string) bool { _, has := e.envValue(n, false); return has || bridge || inShell })
			}
			if (f.form == dollar || f.form == percent || f.form == shell) && mine && (inShell || program == "sh") {
				continue
			}
			if yes, known := c.reads(e.d, f.form); yes || !known || len(hits) == 0 {
				if f.form == brace && c.File.App.ID == "qwen-code" && strings.Contains(v, ":-") {
					hits = withDefault(v)
				} else {
					continue
				}
				if len(hits) == 0 {
					continue
				}
			}
			if where == "" {
				where, shown, wrong = at, string(f.form), f.form
			}
			for _, n := range hits {
				if f.form == input {
					n = variableName(n)
				}
				if !slices.Contains(names, n) && len(names) < 20 {
					names = append(names, n)
				}
			}
		}
	}
	look(e.pointer+pointer("command"), e.command, true)
	for _, a := range e.args {
		look(e.pointer+pointer("args"), a, true)
	}
	for _, v := range e.env {
		look(e.pointer+pointer(e.envAt[len(e.envAt)-1], v.name), v.value, false)
	}
	for _, h := range e.headers {
		look(e.pointer+pointer(e.headersAt[len(e.headersAt)-1], h.name), h.value, false)
	}
	look(e.pointer+pointer("url"), e.url, false)
	look(e.pointer+pointer("cwd"), e.cwd, false)
	if where == "" {
		return
	}
	c.report(e, "RT_INTERPOLATION_DIALECT", func(f *finding.Finding) {
		f.Pointer, f.Args["form"], f.Args["names"] = where, shown, strings.Join(names, ", ")
		f.Args["name"] = names[0]
		f.Args["own"] = c.say(e.d, "NAME")
		if wrong != editor {
			f.Needs = strings.Join(names, ", ")
		}
		c.rewrite(e, f, bridge || inShell)
	})
}

func withDefault(v string) []string {
	var names []string
	for _, m := range defaulted().FindAllStringSubmatch(v, 20) {
		names = append(names, m[1])
	}
	return names
}

var (
	defaulted = pattern.New(`\$\{([A-Za-z_][A-Za-z0-9_]*):?-[^{}]*\}`)
	// anyForm finds what can be said again in the app's own way.
	anyForm = pattern.New(`\$\{\{\s*(?:secrets|env|inputs)\.([A-Za-z_][\w.-]*)\s*\}\}|\$\{((?:input|promptString|env):\s*)?([A-Za-z_][\w .-]*)(?::[^{}]*)?(?::?-[^{}]*)?\}|\{env:([A-Za-z_]\w*)\}|^((?:Bearer |Basic |Token )?)\$(?:env:)?([A-Z_][A-Z0-9_]{2,})$|%([A-Z_][A-Z0-9_]{2,})%`)
	// editorsOnly are an editor's own words: no variable has their value.
	editorsOnly = pattern.New(`^(workspaceFolder|workspaceRoot|workspaceFolderBasename|fileWorkspaceFolder|pathSeparator|config|command|file)$`)
)

// again says the variables of a text in the app's own way.
func (c *check) again(e *entry, v string, mine bool) string {
	if c.ownForm(e.d) == "" || !strings.ContainsAny(v, "${%") {
		return v
	}
	return anyForm().ReplaceAllStringFunc(v, func(s string) string {
		m := anyForm().FindStringSubmatch(s)
		name, lead := "", ""
		kind := brace
		switch {
		case m[1] != "":
			name, kind = m[1], secrets
		case m[3] != "":
			name = m[3]
			switch {
			case strings.HasPrefix(m[2], "env"):
				kind = withEnv
			case m[2] != "":
				name, kind = variableName(name), input
			case name == "userHome":
				kind, name = editor, map[bool]string{true: "USERPROFILE", false: "HOME"}[c.windows()]
			case editorsOnly().MatchString(name):
				return s
			}
		case m[4] != "":
			name, kind = m[4], curly
		case m[6] != "":
			lead, name, kind = m[5], m[6], dollar
		case m[7] != "":
			name, kind = m[7], percent
		}
		if kind == brace && mine {
			return s
		}
		if yes, known := c.reads(e.d, kind); yes || !known {
			if !(kind == brace && c.File.App.ID == "qwen-code" && strings.Contains(s, ":-")) {
				return s
			}
		}
		return lead + c.say(e.d, strings.TrimSpace(name))
	})
}

// rewrite says an entry's variables in the app's own way. An app that hands
// variables on by a list gets them in the list.
func (c *check) rewrite(e *entry, f *finding.Finding, mine bool) {
	if e.d.ReferenceList != "" {
		c.handOn(e, f)
		return
	}
	if c.ownForm(e.d) == "" {
		return
	}
	if s := c.again(e, e.command, mine); s != e.command {
		e.setCommand(f, s)
	}
	args := slices.Clone(e.args)
	for i, a := range args {
		args[i] = c.again(e, a, mine)
	}
	if !slices.Equal(args, e.args) {
		e.setArgs(f, args)
	}
	for _, v := range slices.Clone(e.env) {
		if s := c.again(e, v.value, false); s != v.value {
			e.setEnv(f, v.name, s)
		}
	}
	for i, h := range e.headers {
		if s := c.again(e, h.value, false); s != h.value {
			e.headers[i].value = s
			f.Changes = append(f.Changes, finding.Change{Path: under(e.headersAt, h.name), Value: s})
		}
	}
	if s := c.again(e, e.url, false); s != e.url {
		e.url = s
		f.Changes = append(f.Changes, finding.Change{Path: e.urlAt, Value: s})
	}
	if s := c.again(e, e.cwd, false); s != e.cwd {
		e.cwd = s
		f.Changes = append(f.Changes, finding.Change{Path: e.cwdAt, Value: s})
	}
}

// handOn moves variables whose value is their own name into the app's list of
// those that it hands on (Codex' env_vars, Goose' env_keys).
func (c *check) handOn(e *entry, f *finding.Finding) {
	var moved []any
	var rest []pair
	for _, v := range e.env {
		m := anyForm().FindStringSubmatch(v.value)
		if m == nil || m[0] != v.value || !slices.Contains([]string{m[1], m[3], m[4], m[6], m[7]}, v.name) {
			rest = append(rest, v)
			continue
		}
		moved = append(moved, v.name)
	}
	if len(moved) == 0 {
		return
	}
	if have, _ := e.obj.Get(e.d.ReferenceList); have != nil {
		if list, ok := have.([]any); ok {
			moved = append(slices.Clone(list), moved...)
		}
	}
	for _, v := range e.env {
		if !slices.Contains(rest, v) {
			f.Changes = append(f.Changes, finding.Change{Path: under(e.envAt, v.name), Remove: true})
		}
	}
	if len(rest) == 0 {
		f.Changes = []finding.Change{{Path: e.envAt, Remove: true}}
		e.hasEnv = false
	}
	e.env = rest
	f.Changes = append(f.Changes, finding.Change{Path: under(e.path, e.d.ReferenceList), Value: moved})
	e.obj = append(slices.Clone(e.obj), configfile.Member{Key: e.d.ReferenceList, Value: moved})
}
