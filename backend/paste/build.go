package paste

import (
	"maps"
	"path"
	"slices"
	"strings"
	"unicode"

	"toolbay/backend/catalog/command"
	"toolbay/backend/catalog/recipe"
	"toolbay/backend/model"
	"toolbay/backend/pattern"
)

// How much a command must tell before it is taken for a server.
const (
	trusting  = iota // it stands in an app's settings
	single           // it is all that was pasted
	demanding        // it stands among other lines
)

var (
	envName   = pattern.New(`^[A-Za-z_][A-Za-z0-9_.-]*$`)
	flagName  = pattern.New(`^--?[A-Za-z][A-Za-z0-9_-]*$`)
	mcpWord   = pattern.New(`(?i)mcp|model-?context-?protocol`)
	plainWord = pattern.New(`^[a-z-]{1,15}$`)
)

// runners are the programs whose command lines are understood.
var runners = words("npx bunx pnpx npm pnpm yarn uvx uv pipx docker podman node bun deno python python3 py java dotnet dnx go cmd env sudo bash sh zsh powershell pwsh mcp-remote mcp-proxy supergateway")

// base is the plain name of a program.
func base(program string) string {
	b := strings.ToLower(path.Base(strings.ReplaceAll(program, `\`, "/")))
	for _, end := range []string{".exe", ".cmd", ".bat", ".ps1"} {
		b = strings.TrimSuffix(b, end)
	}
	return b
}

// runnerOf gives the known program that a line starts, or "".
func runnerOf(line []string) string {
	if len(line) == 0 {
		return ""
	}
	if b := base(line[0]); runners(b) {
		return b
	}
	return ""
}

func absolute(s string) bool {
	return strings.HasPrefix(s, "/") || len(s) > 2 && s[1] == ':' && (s[2] == '\\' || s[2] == '/') && unicode.IsLetter(rune(s[0])) || strings.HasPrefix(s, `\\`)
}

// entry makes a find of an entry and tells whether it is one.
func (r *reader) entry(e entry, trust int) bool {
	if len(e.args) > 200 || len(e.env) > 200 || len(e.headers) > 100 {
		return false
	}
	e.env = maps.Clone(e.env)
	if !unwrap(&e) {
		return false
	}
	r.byInstall(&e)
	bridged(&e)
	k := &keeper{secrets: map[string]string{}, inputs: map[string]model.Input{}, warned: map[string]bool{}}
	maps.Copy(k.inputs, e.inputs)
	for _, name := range []string{"HOME", "workspaceFolder", "folder"} {
		if _, ok := k.inputs[name]; !ok {
			k.inputs[name] = model.Input{Required: true, Format: "folder"}
		}
	}
	f := Found{Name: line(e.name, maxName), Description: line(e.description, 500), Answers: map[string]string{}, Secrets: k.secrets, Warnings: e.warnings}
	var ok bool
	switch {
	case e.command == "" || e.url != "":
		ok = f.remote(e, k, trust)
	default:
		ok = r.program(&f, e, k, trust)
	}
	if !ok {
		return false
	}
	for code := range k.warned {
		f.Warnings = append(f.Warnings, code)
	}
	if f.Name == "" {
		f.Name = nameOf(f.Package)
	}
	r.add(f)
	return true
}

// program makes the find of an entry that starts a program.
func (r *reader) program(f *Found, e entry, k *keeper, trust int) bool {
	k.environment(e.env)
	b := base(e.command)
	if b == "toolbay" && len(e.args) > 0 && e.args[0] == "run" {
		return false // one of ours already
	}
	if b == "docker" || b == "podman" {
		e.args = k.container(e.args, e.env)
	}
	if absolute(e.command) && !packaged(b) {
		return f.local(e, k, "", e.command, e.args)
	}
	switch b {
	case "node", "bun", "deno", "python", "python3", "py":
		return f.script(e, k, b, trust)
	}
	if repository, name := sourceOf(b, e.args); repository != "" {
		f.Kind, f.Repository = KindListing, repository
		f.Package = model.Package{Identifier: repository}
		f.Warnings = append(f.Warnings, WarnSourceOnly)
		if f.Name == "" {
			f.Name = line(name, maxName)
		}
		return true
	}
	if packaged(b) {
		p, err := command.Package(command.Line{Command: b, Args: k.arguments(e.args), Env: e.env, Inputs: onlyAsked(k.inputs, e), Typed: true})
		if err != nil {
			// uv and docker start other things too; in settings those are a program.
			return trust == trusting && (b == "uv" || b == "docker" && len(e.args) > 0 && e.args[0] != "run") && f.local(e, k, "", e.command, e.args)
		}
		if !r.convincing(b, p, e, trust, f) {
			return false
		}
		f.Kind = p.Type
		f.Package = f.answered(p)
		return true
	}
	if trust == trusting && !never(b) {
		return f.local(e, k, "", e.command, e.args)
	}
	return false
}

// packaged are the programs that fetch what they start; never are those that
// run whatever text they are given.
var (
	packaged = words("npx bunx pnpx npm pnpm yarn uvx uv pipx docker podman")
	never    = words("bash sh zsh fish cmd powershell pwsh curl wget ssh sudo env eval exec rm")
)

// convincing tells whether a package is likely to be a server.
func (r *reader) convincing(runner string, p model.Package, e entry, trust int, f *Found) bool {
	if trust == trusting || r.options.Known(p.Type, p.Identifier) {
		return true
	}
	if slices.ContainsFunc(e.args, func(a string) bool { return a == "--help" || a == "-h" || a == "--version" }) {
		return false // asks the program for words
	}
	telling := mcpWord().MatchString(p.Identifier)
	for _, a := range e.args {
		telling = telling || mcpWord().MatchString(a) && !strings.ContainsAny(a, `/\`) || a == "stdio" || a == "--stdio" || a == "--transport=stdio"
	}
	if sdks(p.Identifier) {
		return false
	}
	if telling {
		return true
	}
	short := p.Identifier
	if i := strings.LastIndex(short, "/"); i >= 0 && p.Type == "npm" {
		short = short[i+1:]
	}
	switch {
	case trust == demanding, tools(p.Identifier), tools(short), strings.HasPrefix(short, "create-"), short == "create":
		return false
	case p.Type == "oci":
		return strings.Contains(p.Identifier, "/") && interactive(e.args) && f.warn(WarnNoEvidence)
	case p.Type == "npm" && !slices.Contains(e.args, "-y") && !slices.Contains(e.args, "--yes") && !strings.HasPrefix(p.Identifier, "@") && runner == "npx":
		return false
	}
	return f.warn(WarnNoEvidence)
}

func (f *Found) warn(code string) bool {
	f.Warnings = append(f.Warnings, code)
	return true
}

// interactive tells whether a container listens to whoever starts it, without
// a terminal: a server over its input must.
func interactive(args []string) bool {
	in := false
	for _, a := range args {
		switch {
		case a == "-i" || a == "--interactive" || strings.HasPrefix(a, "--interactive="):
			in = true
		case a == "-t" || a == "-it" || a == "-ti" || a == "--tty" || a == "-d" || a == "--detach":
			return false
		case !strings.HasPrefix(a, "-") && a != "run" && strings.Contains(a, "/"):
			return in
		}
	}
	return in
}

// script makes the find of a program for node or Python: a file that is here,
// or the module of a package.
func (f *Found) script(e entry, k *keeper, program string, trust int) bool {
	hint := "node"
	if strings.HasPrefix(program, "py") {
		hint = "python"
	}
	args := e.args
	if program == "bun" && len(args) > 1 && args[0] == "x" {
		e.command, e.args = "bunx", args[1:]
		p, err := command.Package(command.Line{Command: "bunx", Args: k.arguments(e.args), Env: e.env, Inputs: onlyAsked(k.inputs, e), Typed: true})
		if err != nil {
			return false
		}
		f.Kind, f.Package = p.Type, f.answered(p)
		return true
	}
	var before []string
	for len(args) > 0 && strings.HasPrefix(args[0], "-") {
		switch args[0] {
		case "-c", "-e", "-p", "--eval", "--print", "-i", "--interactive", "-V", "--version", "-v", "--help", "-h", "-r", "--require", "--import", "--test":
			return false // a text to run, or no server
		case "-m":
			if hint == "python" && len(args) > 1 {
				return f.module(e, k, args[1], args[2:], before, trust)
			}
			return false
		}
		before = append(before, args[0])
		args = args[1:]
	}
	if len(args) == 0 {
		return false
	}
	if program == "bun" || program == "deno" {
		if trust != trusting {
			return false
		}
		return f.local(e, k, "", e.command, e.args)
	}
	file := args[0]
	whole := absolute(file) || strings.HasPrefix(file, "~") || strings.HasPrefix(file, "${") || strings.HasPrefix(file, "$")
	if !whole && (trust != trusting || !scriptFile().MatchString(file)) {
		return false
	}
	if !whole {
		f.warn(WarnRelativePath)
	}
	if !f.local(e, k, hint, file, args[1:]) {
		return false
	}
	for _, a := range before {
		f.Package.RuntimeArguments = append(f.Package.RuntimeArguments, model.Argument{Kind: "positional", Input: model.Input{Value: a}})
	}
	return true
}

var (
	scriptFile = pattern.New(`(?i)\.(m?js|cjs|ts|py|pyz)$|[/\\]`)
	moduleName = pattern.New(`^[A-Za-z_][A-Za-z0-9_]*(\.[A-Za-z_][A-Za-z0-9_]*)*$`)
)

// module makes the find of `python -m MODULE`: the package is called like the
// module as a rule. Only a name that speaks of servers is trusted that far.
func (f *Found) module(e entry, k *keeper, module string, rest, before []string, trust int) bool {
	if !moduleName().MatchString(module) {
		return false
	}
	root, _, _ := strings.Cut(module, ".")
	if !mcpWord().MatchString(root) || root == "mcp" || root == "fastmcp" {
		if trust != trusting {
			return false
		}
		return f.local(e, k, "", e.command, e.args)
	}
	p, err := command.Package(command.Line{Command: "uvx", Args: append([]string{strings.ReplaceAll(root, "_", "-")}, k.arguments(rest)...), Env: e.env, Inputs: onlyAsked(k.inputs, e), Typed: true})
	if err != nil {
		return false
	}
	p.RuntimeHint = "python"
	p.RuntimeArguments = []model.Argument{{Kind: "named", Input: model.Input{Name: "-m", Value: module}}}
	f.Kind, f.Package = "pypi", f.answered(p)
	return f.warn(WarnGuessedModule)
}

// local makes the find of a program that is on this computer.
func (f *Found) local(e entry, k *keeper, hint, program string, args []string) bool {
	program = value(homed(plainReferences(program)))
	if program == "" || strings.ContainsAny(program, "\n\t") {
		return false
	}
	p, err := command.Program(command.Line{Command: program, Args: k.arguments(args), Env: e.env, Inputs: onlyAsked(k.inputs, e)})
	if err != nil {
		return false
	}
	p.RuntimeHint = hint
	f.Kind, f.Package = KindLocal, f.answered(p)
	switch {
	case command.Example(program) || strings.Contains(strings.TrimPrefix(program, "${HOME}"), "${") || placeholders().MatchString(program):
		f.warn(WarnExamplePath)
	case !absolute(program) && hint == "" && !strings.HasPrefix(program, "${HOME}"):
		f.warn(WarnRelativePath)
	}
	return true
}

// answered moves plain fixed values of variables to the answers, where they
// can be changed.
func (f *Found) answered(p model.Package) model.Package {
	for i, in := range p.Environment {
		if in.Value != "" && len(in.Variables) == 0 {
			f.Answers[in.Name] = in.Value
			in.Value = ""
			p.Environment[i] = in
		}
	}
	for name := range f.Secrets {
		if hasArgument(p, name) {
			f.Warnings = append(f.Warnings, WarnKeyInArgument)
			break
		}
	}
	return p
}

func hasArgument(p model.Package, name string) bool {
	return slices.ContainsFunc(p.PackageArguments, func(a model.Argument) bool { _, ok := a.Variables[name]; return ok })
}

// onlyAsked leaves the inputs that the entry speaks of, so that a question of
// another server in the same text is not asked.
func onlyAsked(inputs map[string]model.Input, e entry) map[string]model.Input {
	out := maps.Clone(inputs)
	for name := range e.inputs {
		mark := "${" + name + "}"
		used := slices.ContainsFunc(e.args, func(a string) bool { return strings.Contains(plainReferences(a), mark) })
		for _, v := range e.env {
			used = used || strings.Contains(plainReferences(v), mark)
		}
		if !used {
			delete(out, name)
		}
	}
	return out
}

// environment takes the keys out of the variables.
func (k *keeper) environment(env map[string]string) {
	for _, name := range slices.Sorted(maps.Keys(env)) {
		if !envName().MatchString(name) {
			delete(env, name)
			continue
		}
		v := homed(plainReferences(env[name]))
		secret := recipe.LooksSecret(name)
		switch {
		case len(v) > maxValue:
			delete(env, name)
			continue
		case strings.Contains(v, "${"):
		case (secret || looksKey(v)) && standsFor(v):
			k.inputs[name] = model.Input{Secret: true, Required: true, Description: k.inputs[name].Description}
			v = "${" + name + "}"
		case secret || looksKey(v):
			k.inputs[name] = model.Input{Secret: true, Required: true, Description: k.inputs[name].Description}
			k.secrets[name] = v
			v = "${" + name + "}"
		case v != "" && standsFor(v):
			k.inputs[name] = model.Input{Required: true, Placeholder: line(v, 200)}
			v = "${" + name + "}"
		default:
			v = k.value(v)
		}
		env[name] = v
	}
}

// arguments takes the keys out of the arguments.
func (k *keeper) arguments(args []string) []string {
	out := make([]string, 0, len(args))
	for i := 0; i < len(args); i++ {
		a := args[i]
		if !flagName().MatchString(a) || !recipe.LooksSecret(a) || i+1 >= len(args) || strings.HasPrefix(args[i+1], "-") {
			out = append(out, homed(k.value(angles(a))))
			continue
		}
		i++
		v := plainReferences(args[i])
		switch {
		case strings.Contains(v, "${"), strings.HasSuffix(strings.ToLower(a), "auth") && plainWord().MatchString(v):
		case standsFor(v):
			v = k.take(a, "")
		default:
			v = k.take(a, v)
		}
		out = append(out, a, v)
	}
	return out
}

// container moves what docker's -e sets to the variables, so that it is treated
// like them; the name stays.
func (k *keeper) container(args []string, env map[string]string) []string {
	out := make([]string, 0, len(args))
	more := map[string]string{}
	for i := 0; i < len(args); i++ {
		a := args[i]
		given := ""
		switch {
		case (a == "-e" || a == "--env") && i+1 < len(args):
			i++
			given = args[i]
		case strings.HasPrefix(a, "--env="):
			given = strings.TrimPrefix(a, "--env=")
		case strings.HasPrefix(a, "-e") && len(a) > 3 && strings.Contains(a, "=") && envName().MatchString(strings.SplitN(a[2:], "=", 2)[0]):
			given = a[2:]
		default:
			out = append(out, a)
			continue
		}
		name, v, ok := strings.Cut(given, "=")
		if ok && envName().MatchString(name) {
			if _, have := env[name]; !have {
				more[name] = v
			}
			given = name
		}
		out = append(out, "-e", given)
	}
	k.environment(more)
	maps.Copy(env, more)
	return out
}

var anglePart = pattern.New(`<([A-Za-z][A-Za-z0-9 _.-]{0,60})>`)

// angles makes a reference of a placeholder within a longer word.
func angles(s string) string {
	if !strings.Contains(s, "<") || anglePart().FindString(s) == s {
		return s
	}
	return anglePart().ReplaceAllStringFunc(s, func(m string) string {
		return "${" + strings.Trim(oddName().ReplaceAllString(m[1:len(m)-1], "-"), "-") + "}"
	})
}

// homed names the home folder as a question, which only the caller can answer.
func homed(s string) string {
	if s == "~" || strings.HasPrefix(s, "~/") || strings.HasPrefix(s, `~\`) {
		s = "${HOME}" + s[1:]
	}
	return strings.NewReplacer("${userHome}", "${HOME}", "${USERPROFILE}", "${HOME}", "${PWD}", "${folder}", "${workspaceRoot}", "${workspaceFolder}").Replace(s)
}

// line gives s as one short line of visible characters.
func line(s string, most int) string {
	s = strings.Map(func(r rune) rune {
		switch {
		case unicode.IsSpace(r):
			return ' '
		case unicode.IsControl(r), unicode.Is(unicode.Cf, r), unicode.Is(unicode.Co, r), r == '\uFFFD':
			return -1
		}
		return r
	}, s[:min(len(s), most*4)])
	s = strings.Join(strings.Fields(s), " ")
	if r := []rune(s); len(r) > most {
		s = string(r[:most-1]) + "…"
	}
	return s
}

// value gives a text that is handed on, "" when it cannot be.
func value(s string) string {
	if len(s) > maxValue || strings.ContainsFunc(s, func(r rune) bool {
		return r != '\n' && r != '\t' && (unicode.IsControl(r) || unicode.Is(unicode.Cf, r)) || r == '\uFFFD'
	}) {
		return ""
	}
	return s
}
