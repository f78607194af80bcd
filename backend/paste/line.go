package paste

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"

	"toolbay/backend/pattern"
)

// command takes one line as a person would type it. Of several commands in it
// none is taken, unless all but the last only set variables.
func (r *reader) command(s string, trust int) {
	if len(s) > 20<<10 {
		return
	}
	w, ok := split(s, ofWindows(s))
	if !ok || len(w) == 0 {
		r.vain++
		return
	}
	r.piece++
	var commands [][]string
	var cur []string
	flush := func() {
		if len(cur) > 0 {
			commands = append(commands, cur)
		}
		cur = nil
	}
	for _, x := range w {
		if x.op {
			flush()
			continue
		}
		cur = append(cur, x.text)
	}
	flush()
	env := map[string]string{}
	var last []string
	for i, c := range commands {
		if set, ok := settingOf(c); ok {
			maps.Copy(env, set)
			continue
		}
		if last != nil || i != len(commands)-1 && !r.installer(c) {
			r.installer(c)
			return // more than one: only a shell would know
		}
		if r.installer(c) {
			continue
		}
		last = c
	}
	if last == nil {
		if len(commands) == 1 {
			maps.Copy(r.pending, env)
		}
		return
	}
	if len(commands) > 1 && slices.ContainsFunc(commands, r.installer) {
		trust = max(trust, demanding)
	}
	for len(last) > 1 && assignment().MatchString(last[0]) {
		name, v, _ := strings.Cut(last[0], "=")
		env[name] = v
		last = last[1:]
	}
	maps.Copy(env, r.missing(env))
	r.typed(last, env, trust)
}

// missing are the variables that lines before this one set.
func (r *reader) missing(env map[string]string) map[string]string {
	out := map[string]string{}
	for name, v := range r.pending {
		if _, have := env[name]; !have {
			out[name] = v
		}
	}
	return out
}

var psVariable = pattern.New(`^\$\{([A-Za-z_][A-Za-z0-9_]*)\}(?:=(.*))?$`)

// settingOf reads a command that only sets variables, in any shell.
func settingOf(c []string) (map[string]string, bool) {
	set := map[string]string{}
	if m := psVariable().FindStringSubmatch(c[0]); m != nil {
		switch {
		case strings.Contains(c[0], "}=") && len(c) == 1:
			return map[string]string{m[1]: m[2]}, true
		case len(c) == 3 && c[1] == "=":
			return map[string]string{m[1]: c[2]}, true
		}
		return nil, false
	}
	rest := c
	switch strings.ToLower(c[0]) {
	case "export", "set", "setx":
		rest = c[1:]
		if len(rest) == 0 {
			return nil, false
		}
		if strings.EqualFold(c[0], "set") && strings.Contains(rest[0], "=") {
			rest = []string{strings.Join(rest, " ")} // of cmd: the rest of the line
		}
	}
	for _, a := range rest {
		name, v, ok := strings.Cut(a, "=")
		if !ok || !envName().MatchString(name) {
			return nil, false
		}
		set[name] = v
	}
	return set, true
}

// installer notes a package that the text installs by hand.
func (r *reader) installer(c []string) bool {
	kind := ""
	args := c
	for len(args) > 0 && args[0] == "sudo" {
		args = args[1:]
	}
	if len(args) < 2 {
		return false
	}
	b := base(args[0])
	switch {
	case (b == "npm" || b == "pnpm" || b == "yarn" || b == "bun") && (args[1] == "install" || args[1] == "i" || args[1] == "add" || args[1] == "global"):
		kind, args = "npm", args[2:]
	case (b == "pip" || b == "pip3" || b == "pipx") && args[1] == "install":
		kind, args = "pypi", args[2:]
	case b == "uv" && (args[1] == "add" || args[1] == "pip" || args[1] == "tool") && len(args) > 2:
		kind, args = "pypi", args[2:]
		if args[0] == "install" {
			args = args[1:]
		} else if c[1] == "tool" {
			return false // uv tool run
		}
	case (b == "python" || b == "python3") && len(args) > 4 && args[1] == "-m" && args[2] == "pip" && args[3] == "install":
		kind, args = "pypi", args[4:]
	default:
		return false
	}
	for _, a := range args {
		if strings.HasPrefix(a, "-") || a == "add" {
			continue
		}
		name := packageName(a)
		if kind == "pypi" {
			name = pypiHead().FindString(a)
		}
		if len(r.installs) < 50 && name != "" && mcpWord().MatchString(name) && !sdks(name) && !strings.ContainsAny(name, ":\\") && !strings.HasPrefix(name, ".") {
			short := name
			if i := strings.LastIndex(name, "/"); i >= 0 {
				short = name[i+1:]
			}
			r.installs[strings.ReplaceAll(short, "_", "-")] = kind + ":" + a
		}
	}
	return true
}

var pypiHead = pattern.New(`^[A-Za-z0-9][A-Za-z0-9._-]*`)

// typed takes a command that is one for sure.
func (r *reader) typed(c []string, env map[string]string, trust int) {
	e := entry{command: c[0], args: c[1:], env: env}
	switch b := base(c[0]); {
	case hosts(b):
		r.adding(b, c[1:], env)
	case runners(b):
		if (b == "npx" || b == "bunx" || b == "uvx" || b == "pnpx") && r.addingTool(c[1:]) {
			return
		}
		r.entry(e, trust)
	case absolute(c[0]) && !slashCommand().MatchString(c[0]) && trust == single && mcpWord().MatchString(strings.Join(c, " ")):
		r.entry(e, trusting)
	}
}

// slashCommand is what people type to an app: /mcp add notes.
var slashCommand = pattern.New(`^/[A-Za-z][\w:-]*$`)

// hosts are the programs of AI apps, which all have a command to add a server.
var hosts = words("claude codex gemini qwen code code-insiders codium cursor windsurf kiro kiro-cli q amp droid auggie goose copilot openhands crush factory hermes iflow kimi trae grok opencode vibe codebuddy")

// The options of those commands that take a value, and those that do not.
var (
	addValues = words(`-s --scope -t --transport -e --env -H --header --client-id --client-secret --callback-port --url --bearer-token-env-var --timeout --description --include-tools --exclude-tools
--name --command --args --type --cwd --agent --workspace-folder --startup-timeout --profile -p --mcp-name --tool --tools --headers -c --config --startup-timeout-sec --startup_timeout_sec`)
	addSwitches = words("--trust --force -f --global --disabled --debug --verbose --oauth --no-oauth -y --yes --json --replace")
)

// adding reads `claude mcp add …` and its relatives.
func (r *reader) adding(host string, args []string, env map[string]string) {
	if i := slices.Index(args, "--add-mcp"); i >= 0 && i+1 < len(args) {
		r.addJSON("", args[i+1])
		return
	}
	for _, a := range args {
		if v, ok := strings.CutPrefix(a, "--add-mcp="); ok {
			r.addJSON("", v)
			return
		}
	}
	if host == "goose" {
		r.extension(args)
		return
	}
	i := slices.Index(args, "mcp")
	if i < 0 || i > 3 || i+1 >= len(args) {
		return
	}
	verb, rest := args[i+1], args[i+2:]
	switch verb {
	case "add":
		r.addCommand(rest, env)
	case "add-json":
		words, _, _ := addOptions(rest, 2)
		if len(words) >= 2 {
			r.addJSON(words[0], words[1])
		}
	}
}

// addJSON takes an entry in JSON behind a name.
func (r *reader) addJSON(name, body string) {
	v, _, damaged, ok := parseJSON(strings.TrimSpace(body))
	if !ok {
		// cmd leaves the backslashes before the quotes to the program.
		v, _, damaged, ok = parseJSON(strings.ReplaceAll(strings.TrimSpace(body), `\"`, `"`))
	}
	if ok {
		r.config(name, v, nil, damaged)
	}
}

// option is one option of an adding command.
type option struct{ name, value string }

// addOptions takes the options out of the words before "--", or before the
// program has been named: what stands behind it is the program's own.
func addOptions(args []string, most int) (plain []string, options []option, behind []string) {
	for i := 0; i < len(args); i++ {
		a := args[i]
		name, v, joined := strings.Cut(a, "=")
		switch {
		case a == "--":
			return plain, options, args[i+1:]
		case strings.HasPrefix(a, "--") && joined && addValues(name):
			options = append(options, option{name, v})
		case addValues(a) && i+1 < len(args):
			i++
			options = append(options, option{a, args[i]})
			// -e and -H take several: -e A=1 B=2
			for (a == "-e" || a == "--env") && i+1 < len(args) && assignment().MatchString(args[i+1]) {
				i++
				options = append(options, option{a, args[i]})
			}
			for (a == "-H" || a == "--header") && i+1 < len(args) && headline().MatchString(args[i+1]) && !strings.Contains(args[i+1], "://") {
				i++
				options = append(options, option{a, args[i]})
			}
		case addSwitches(a) && len(plain) < most:
		case len(plain) >= most:
			// The program has been named: the rest is its own.
			return plain, options, args[i:]
		default:
			plain = append(plain, a)
		}
	}
	return plain, options, nil
}

// addCommand reads what follows `mcp add`: a name and a program with its
// arguments, or an address.
func (r *reader) addCommand(args []string, env map[string]string) {
	plain, options, behind := addOptions(args, 2)
	e := entry{env: map[string]string{}, headers: map[string]string{}}
	maps.Copy(e.env, env)
	var program []string
	for _, o := range options {
		switch o.name {
		case "-e", "--env":
			for _, one := range strings.Split(o.value, ",") {
				if !assignment().MatchString(one) {
					one = o.value
				}
				e.assign(one)
				if one == o.value {
					break
				}
			}
		case "-H", "--header", "--headers":
			if h, v, ok := strings.Cut(o.value, ":"); ok {
				e.headers[strings.TrimSpace(h)] = strings.TrimSpace(v)
			} else if h, v, ok := strings.Cut(o.value, "="); ok {
				e.headers[strings.TrimSpace(h)] = strings.TrimSpace(v)
			}
		case "-t", "--transport", "--type":
			e.transport = strings.ToLower(o.value)
		case "--url":
			e.url = o.value
		case "--bearer-token-env-var":
			e.headers["Authorization"] = "Bearer ${" + o.value + "}"
		case "--name", "--mcp-name":
			e.name = o.value
		case "--command":
			program = append([]string{o.value}, program...)
		case "--args":
			program = append(program, argList(o.value)...)
		}
	}
	if e.name == "" && len(plain) > 0 {
		e.name, plain = plain[0], plain[1:]
	}
	program = append(program, append(plain, behind...)...)
	if e.url == "" && len(program) > 0 {
		first := strings.Trim(program[0], `"'<>`)
		switch {
		case strings.Contains(first, "://"):
			e.url = first
			// Options may stand behind an address too.
			_, more, _ := addOptions(program[1:], 99)
			for _, o := range more {
				if h, v, ok := strings.Cut(o.value, ":"); ok && (o.name == "-H" || o.name == "--header") {
					e.headers[strings.TrimSpace(h)] = strings.TrimSpace(v)
				}
				if o.name == "-t" || o.name == "--transport" || o.name == "--type" {
					e.transport = strings.ToLower(o.value)
				}
			}
		default:
			e.command, e.args = program[0], program[1:]
			if len(e.args) == 0 && strings.Contains(e.command, " ") {
				if w, ok := split(e.command, ofWindows(e.command)); ok && len(w) > 1 && !slices.ContainsFunc(w, func(x word) bool { return x.op }) {
					e.command = w[0].text
					for _, x := range w[1:] {
						e.args = append(e.args, x.text)
					}
				}
			}
		}
	}
	if e.command == "" && e.url == "" {
		return
	}
	if e.url != "" {
		e.command, e.args, e.env = "", nil, nil
	}
	r.entry(e, trusting)
}

// argList reads --args "-y,pkg", --args "-y pkg" and --args '["-y","pkg"]'.
func argList(s string) []string {
	if strings.HasPrefix(s, "[") {
		var l []string
		if json.Unmarshal([]byte(s), &l) == nil {
			return l
		}
	}
	if strings.Contains(s, " ") && !strings.Contains(s, ",") {
		return strings.Fields(s)
	}
	return strings.Split(s, ",")
}

// extension reads goose's --with-extension "A=b npx …" and its relatives.
func (r *reader) extension(args []string) {
	for i, a := range args {
		if i+1 >= len(args) {
			return
		}
		switch a {
		case "--with-extension":
			w, ok := split(args[i+1], false)
			if !ok || slices.ContainsFunc(w, func(x word) bool { return x.op }) {
				continue
			}
			e := entry{env: map[string]string{}}
			for len(w) > 0 && assignment().MatchString(w[0].text) {
				e.assign(w[0].text)
				w = w[1:]
			}
			if len(w) == 0 {
				continue
			}
			e.command = w[0].text
			for _, x := range w[1:] {
				e.args = append(e.args, x.text)
			}
			r.entry(e, trusting)
		case "--with-streamable-http-extension", "--with-remote-extension":
			r.entry(entry{url: args[i+1]}, trusting)
		}
	}
}

// addingTool reads `npx add-mcp WHAT` and its like, which put a server into
// apps: WHAT is the server.
func (r *reader) addingTool(args []string) bool {
	i := slices.IndexFunc(args, func(s string) bool { return !strings.HasPrefix(s, "-") })
	if i < 0 {
		return false
	}
	switch packageName(args[i]) {
	case "add-mcp", "install-mcp":
	default:
		return false
	}
	for _, a := range args[i+1:] {
		if strings.HasPrefix(a, "-") {
			continue
		}
		switch {
		case strings.Contains(a, "://"):
			r.entry(entry{url: a}, trusting)
		case strings.Contains(a, " "):
			r.command(a, trusting)
		default:
			r.entry(entry{command: "npx", args: []string{"-y", a}}, trusting)
		}
		break
	}
	return true
}
