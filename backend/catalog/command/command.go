// Package command understands command lines that directories give instead of
// a package: "npx -y pkg@1.0 --flag ${VALUE}" becomes the npm package pkg with
// its version, arguments and inputs. No shell is ever involved; what is not
// understood is refused with the reason. The sources whose entries are command
// lines, the import of such files, and backend/paste use it.
//
//	p, err := command.Package(command.Line{Command: "npx", Args: []string{"-y", "pkg"}})
package command

import (
	"errors"
	"fmt"
	"path"
	"slices"
	"strings"

	"toolbay/backend/catalog/internal/clean"
	"toolbay/backend/catalog/recipe"
	"toolbay/backend/model"
	"toolbay/backend/pattern"
)

const (
	maxArgs  = 200
	maxValue = 8 << 10
)

// Line is a command as a directory tells it.
type Line struct {
	Command string
	Args    []string
	Env     map[string]string
	// Inputs say more about the names that stand in ${NAME} or are variables.
	Inputs map[string]model.Input
	// Typed tells that a person gave the line for this computer, so that a bridge
	// to a server elsewhere and an image without an owner's name are taken for
	// what they are. A catalogue has no use for either.
	Typed bool
}

// Package makes a package of a line. The error says in a few words why none
// can be made.
func Package(l Line) (model.Package, error) {
	if len(l.Args) > maxArgs || len(l.Env) > maxArgs {
		return model.Package{}, errors.New("too many arguments")
	}
	for _, a := range append([]string{l.Command}, l.Args...) {
		if _, ok := clean.Value(a, maxValue); !ok {
			return model.Package{}, errors.New("an argument that cannot be used")
		}
	}
	b := &builder{line: l, args: l.Args}
	var err error
	program := strings.TrimSuffix(strings.TrimSuffix(strings.ToLower(path.Base(strings.ReplaceAll(l.Command, `\`, "/"))), ".cmd"), ".exe")
	if strings.ContainsAny(l.Command, `/\`) {
		program = ""
	}
	switch program {
	case "npx", "bunx", "pnpx":
		err = b.npx()
	case "npm", "pnpm", "yarn":
		// pnpm takes the package before its verb: pnpm --package=NAME dlx PROGRAM
		at := slices.IndexFunc(b.args, func(a string) bool { return !strings.HasPrefix(a, "--package=") })
		if at < 0 || b.args[at] != "exec" && b.args[at] != "dlx" && b.args[at] != "x" {
			return model.Package{}, errors.New("a script of a folder that has to be made first")
		}
		b.args = slices.Delete(slices.Clone(b.args), at, at+1)
		err = b.npx()
	case "uvx":
		err = b.uvx()
	case "pipx":
		if len(b.args) == 0 || b.args[0] != "run" {
			return model.Package{}, errors.New("an installer and no server")
		}
		b.args = b.args[1:]
		err = b.uvx()
	case "uv":
		err = b.uv()
	case "docker", "podman":
		err = b.docker()
	case "":
		err = errors.New("a program on the writer's own computer")
	case "node", "python", "python3", "deno", "bun", "java", "go", "cargo", "dotnet", "php", "ruby", "bash", "sh", "cmd", "powershell", "wsl":
		err = errors.New("started from a folder or program that has to be there first")
	default:
		err = errors.New("a program that nothing installs")
	}
	if err != nil {
		return model.Package{}, err
	}
	if b.p.Type != "remote" {
		if err := b.environment(); err != nil {
			return model.Package{}, err
		}
	}
	return b.p, nil
}

type builder struct {
	line Line
	args []string
	p    model.Package
	// passed are the variables that docker's own arguments name.
	passed []model.Input
	// asked and folders count the inputs that were made of examples.
	asked, folders int
}

// next takes the first word that is not one of the runner's switches away;
// keep gets those that take a value.
func (b *builder) next(switches, values map[string]bool, keep func(name, value string)) (string, bool) {
	for len(b.args) > 0 {
		a := b.args[0]
		b.args = b.args[1:]
		name, value, joined := strings.Cut(a, "=")
		switch {
		case a == "--":
		case joined && values[name]:
			keep(name, value)
		case values[a] && len(b.args) > 0:
			keep(a, b.args[0])
			b.args = b.args[1:]
		case switches[a]:
		case strings.HasPrefix(a, "-"):
			keep(a, "")
		default:
			return a, true
		}
	}
	return "", false
}

// tail makes package arguments of what is left of the line.
func (b *builder) tail() {
	for i := 0; i < len(b.args); i++ {
		a := b.args[i]
		if flag().MatchString(a) && i+1 < len(b.args) && dollar().MatchString(b.args[i+1]) {
			// A flag and the value that is asked for go together.
			i++
			in := b.template(b.args[i])
			in.Name = a
			b.p.PackageArguments = append(b.p.PackageArguments, model.Argument{Kind: "named", Input: in})
			continue
		}
		if flag().MatchString(a) && i+1 < len(b.args) && Example(b.args[i+1]) {
			i++
			in := b.example(b.args[i])
			in.Name = a
			b.p.PackageArguments = append(b.p.PackageArguments, model.Argument{Kind: "named", Input: in})
			continue
		}
		if Example(a) {
			in := b.example(a)
			hint := in.Name
			in.Name = ""
			b.p.PackageArguments = append(b.p.PackageArguments, model.Argument{Kind: "positional", ValueHint: hint, Input: in})
			continue
		}
		b.p.PackageArguments = append(b.p.PackageArguments, model.Argument{Kind: "positional", Input: b.template(a)})
	}
}

// example makes an input of a value that only shows what could stand there.
func (b *builder) example(value string) model.Input {
	b.asked++
	in := model.Input{Name: "value", Required: true, Placeholder: clean.Line(value, 200)}
	if strings.ContainsAny(value, `/\`) && !strings.Contains(value, "://") {
		in.Name, in.Format = "path", "filepath"
	}
	if b.asked > 1 {
		in.Name = fmt.Sprintf("%s-%d", in.Name, b.asked)
	}
	return in
}

var (
	flag   = pattern.New(`^--?[A-Za-z][A-Za-z0-9_-]*$`)
	dollar = pattern.New(`\$\{(?:input:|env:)?([A-Za-z0-9_][A-Za-z0-9_.-]*)(?::[-=][^{}]*)?\}`)
	mock   = pattern.New(`(?i)^[\[<][^<>\[\]]+[\]>]$|^(?:sk-|xaat-)?x{3,}$|\byour?([-_ ]|$)|[/\\]?(path|absolute)[-_]?(to)?[/\\]|^(file://)?/(Users|home)/[^/]+|^[A-Z]:[/\\]Users[/\\]|[/\\]YOUR?\b|\[NOT GIVEN\]|^(replace|change|insert|enter|add)[-_ ]`)
)

// Example tells whether a value only shows what could stand there, as
// "/path/to/notes" and "YOUR_API_KEY" do.
func Example(s string) bool { return mock().MatchString(strings.TrimSpace(s)) }

// template turns ${NAME} into the placeholder {NAME} with its declaration.
func (b *builder) template(value string) model.Input {
	in := model.Input{Value: value}
	for _, m := range dollar().FindAllStringSubmatch(value, -1) {
		name := m[1]
		v := b.declared(name)
		v.Name = ""
		if in.Variables == nil {
			in.Variables = map[string]model.Input{}
		}
		in.Variables[name] = v
		in.Required = in.Required || v.Required
		in.Value = strings.Replace(in.Value, m[0], "{"+name+"}", 1)
	}
	return in
}

// declared is what is known about a name; one that nobody explains has to be
// given.
func (b *builder) declared(name string) model.Input {
	in, ok := b.line.Inputs[name]
	if !ok {
		in = model.Input{Required: true}
	}
	in.Name = name
	in.Secret = in.Secret || recipe.LooksSecret(name)
	return in
}

// environment adds the variables of the line, by name, after those that
// docker's arguments name.
func (b *builder) environment() error {
	out := b.passed
	has := func(name string) bool {
		return slices.ContainsFunc(out, func(in model.Input) bool { return in.Name == name })
	}
	names := make([]string, 0, len(b.line.Env))
	for name := range b.line.Env {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range names {
		if has(name) {
			continue
		}
		in, err := b.variable(name, b.line.Env[name])
		if err != nil {
			return err
		}
		out = append(out, in)
	}
	// Variables that are explained but stand nowhere in the line.
	names = names[:0]
	for name := range b.line.Inputs {
		if capitals().MatchString(name) && !b.mentions(name) && !has(name) {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	for _, name := range names {
		out = append(out, b.declared(name))
	}
	b.p.Environment = out
	return nil
}

var capitals = pattern.New(`^[A-Z][A-Z0-9]*(_[A-Z0-9]+)+$`)

func (b *builder) mentions(name string) bool {
	in := func(s string) bool { return strings.Contains(s, name) }
	if slices.ContainsFunc(b.line.Args, in) {
		return true
	}
	for k, v := range b.line.Env {
		if in(k) || in(v) {
			return true
		}
	}
	return false
}

// variable makes one input of NAME=value.
func (b *builder) variable(name, value string) (model.Input, error) {
	if _, ok := clean.Name(name, 200); !ok || strings.ContainsAny(name, "=${}") {
		return model.Input{}, errors.New("a variable that cannot be used")
	}
	if _, ok := clean.Value(value, maxValue); !ok {
		return model.Input{}, errors.New("a variable that cannot be used")
	}
	in, known := b.line.Inputs[name]
	m := dollar().FindStringSubmatch(value)
	switch {
	case m != nil && m[0] == value && (known || m[1] == name):
		in = b.declared(name)
	case m != nil && m[0] == value:
		// NAME=${OTHER}: what is asked for is NAME, explained as OTHER.
		in = b.declared(m[1])
	case m != nil:
		in = b.template(value)
	case Example(value) || recipe.LooksSecret(name):
		// Never a key that somebody left in.
		in = b.declared(name)
		if in.Placeholder == "" && Example(value) {
			in.Placeholder = clean.Line(value, 200)
		}
	case known:
		if in.Default == "" {
			in.Default = value
		}
	default:
		in = model.Input{Value: value}
	}
	in.Name = name
	return in, nil
}

// Program makes a package of type local of a program that is on this computer
// already: its arguments and variables, with what is asked for.
func Program(l Line) (model.Package, error) {
	if len(l.Args) > maxArgs || len(l.Env) > maxArgs {
		return model.Package{}, errors.New("too many arguments")
	}
	for _, a := range append([]string{l.Command}, l.Args...) {
		if _, ok := clean.Value(a, maxValue); !ok {
			return model.Package{}, errors.New("an argument that cannot be used")
		}
	}
	b := &builder{line: l, args: l.Args, p: model.Package{Type: "local", Identifier: l.Command, Transport: "stdio"}}
	b.tail()
	if err := b.environment(); err != nil {
		return model.Package{}, err
	}
	return b.p, nil
}
