package command

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"toolbay/backend/catalog/internal/clean"
	"toolbay/backend/model"
	"toolbay/backend/pattern"
)

func set(words string) map[string]bool {
	m := map[string]bool{}
	for _, w := range strings.Fields(words) {
		m[w] = true
	}
	return m
}

// What the programs that run packages take, as far as directories use it.
var (
	npxSwitches = set("-y --yes -q --quiet --no-install --prefer-offline --ignore-scripts --bun")
	npxValues   = set("-p --package --node-options --cache --registry -c --call")
	uvxSwitches = set("-q --quiet -v --verbose --isolated --no-cache -n --refresh --offline --native-tls --no-progress --no-config -U --upgrade --reinstall --managed-python")
	uvxValues   = set("--from --spec --with -w -p --python --index --default-index --index-url -i --extra-index-url --prerelease --directory --project --with-editable --env-file --refresh-package")
	runSwitches = set("-i --interactive -t --tty -it -ti --rm --init --privileged --read-only -d --detach -P --publish-all -q --quiet -di -id -itd")
	runValues   = set("-e --env --env-file -v --volume --mount -p --publish -w --workdir -u --user --name --network --net --entrypoint --platform --pull --add-host -h --hostname -m --memory --cpus --gpus --device --cap-add --cap-drop --security-opt --tmpfs --ulimit -l --label --dns --shm-size --ipc --pid --restart --log-driver")
)

var (
	npmName   = pattern.New(`^(?:@[a-z0-9~_][a-z0-9~._-]*/)?[A-Za-z0-9~_][A-Za-z0-9~._-]*$`)
	pypiName  = pattern.New(`^([A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?)(\[[A-Za-z0-9_.,-]+\])?(?:(?:==|@)([A-Za-z0-9_.+!-]+))?$`)
	imageName = pattern.New(`^[a-z0-9][a-zA-Z0-9._:-]*(?:/[a-z0-9._-]+)+(?::[A-Za-z0-9_][A-Za-z0-9_.-]*)?(?:@sha256:[0-9a-f]{64})?$`)
)

// bareImage is one without an owner's name.
var bareImage = pattern.New(`^[a-z0-9][a-z0-9._-]*(?::[A-Za-z0-9_][A-Za-z0-9_.-]*)?(?:@sha256:[0-9a-f]{64})?$`)

// bridges are packages that only pass on to a server elsewhere; installers
// change other programs' files. Neither is the server that is listed.
var (
	bridges    = set("mcp-remote supergateway @smithery/cli mcp-proxy @composio/mcp mcp-client-go")
	installers = set("install add setup init")
)

func (b *builder) npx() error {
	b.p = model.Package{Type: "npm", Transport: "stdio"}
	var packages []string
	var err error
	word, ok := b.next(npxSwitches, npxValues, func(name, value string) {
		switch {
		case name == "-p" || name == "--package":
			packages = append(packages, value)
		case name == "--registry" || name == "-c" || name == "--call" || value == "":
			err = errors.New("with an option of npx that is not understood")
		default:
			b.option(name, value)
		}
	})
	if err != nil {
		return err
	}
	if !ok {
		return errors.New("no package is named")
	}
	spec := word
	if len(packages) > 0 {
		spec = packages[brings(packages, word)]
	}
	name, version := specOf(spec)
	switch {
	case strings.Contains(spec, "://") || strings.HasPrefix(spec, "github:") || strings.Contains(strings.TrimPrefix(spec, "@"), "/") && !strings.HasPrefix(spec, "@"):
		return errors.New("straight from a source repository")
	case !npmName().MatchString(name) || strings.HasPrefix(name, "."):
		return errors.New("no package is named")
	}
	if name == "mcp-remote" {
		return b.remote()
	}
	if bridges[name] && !b.line.Typed {
		return errors.New("a bridge to a server elsewhere")
	}
	if len(b.args) > 0 && installers[b.args[0]] {
		return errors.New("an installer and no server")
	}
	b.p.Identifier = name
	if b.p.Version, err = release(version); err != nil {
		return err
	}
	for _, p := range packages {
		if other, _ := specOf(p); other != name {
			b.option("--package", p)
		}
	}
	if len(packages) > 0 && word != spec {
		b.p.RuntimeArguments = append(b.p.RuntimeArguments, fixed("--package", name), bare(word))
	}
	b.tail()
	return nil
}

func specOf(spec string) (name, version string) {
	if i := strings.LastIndex(spec, "@"); i > 0 {
		return spec[:i], spec[i+1:]
	}
	return spec, ""
}

// brings tells which of several packages has the program called word, as far as
// names tell: the one named like it, the only one that speaks of MCP, the last.
func brings(packages []string, word string) int {
	mcp, count := 0, 0
	for i, p := range packages {
		name, _ := specOf(p)
		if _, short, _ := strings.Cut(name, "/"); name == word || short == word {
			return i
		}
		if strings.Contains(strings.ToLower(name), "mcp") {
			mcp, count = i, count+1
		}
	}
	if count == 1 {
		return mcp
	}
	return len(packages) - 1
}

// release gives a version that names one release: "latest" and ranges name
// none.
func release(v string) (string, error) {
	if v == "" || v == "latest" || strings.ContainsAny(v, "^~*><| ") {
		return "", nil
	}
	if _, ok := clean.Name(v, 100); !ok {
		return "", errors.New("a version that cannot be used")
	}
	return v, nil
}

// remote makes a remote server of "mcp-remote ADDRESS --header NAME:VALUE".
func (b *builder) remote() error {
	p := model.Package{Type: "remote", Transport: "streamable-http"}
	for i := 0; i < len(b.args); i++ {
		a := b.args[i]
		if (a == "--header" || a == "--transport") && i+1 < len(b.args) {
			i++
			if a == "--transport" {
				if strings.HasPrefix(b.args[i], "sse") {
					p.Transport = "sse"
				}
				continue
			}
			name, value, ok := strings.Cut(b.args[i], ":")
			if _, plain := clean.Name(name, 200); !ok || !plain {
				return errors.New("a header that cannot be used")
			}
			in := b.template(strings.TrimSpace(value))
			// The value may stand in a variable of the line.
			if m := dollar().FindStringSubmatch(value); m != nil && m[0] == strings.TrimSpace(value) {
				if whole, ok := b.line.Env[m[1]]; ok && !Example(whole) {
					in = b.template(whole)
				}
			}
			in.Name = name
			p.Headers = append(p.Headers, in)
			continue
		}
		if p.URL == "" && (strings.HasPrefix(a, "https://") || strings.HasPrefix(a, "${")) {
			in := b.template(a)
			p.URL, p.Variables = in.Value, in.Variables
		}
	}
	if _, ok := clean.Name(p.URL, 2000); !ok {
		return errors.New("no usable address")
	}
	if strings.HasSuffix(p.URL, "/sse") {
		p.Transport = "sse"
	}
	p.Identifier = p.URL
	b.p = p
	return nil
}

func (b *builder) uvx() error {
	b.p = model.Package{Type: "pypi", Transport: "stdio"}
	var from string
	var err error
	word, ok := b.next(uvxSwitches, uvxValues, func(name, value string) {
		switch name {
		case "--from", "--spec":
			from = value
		case "--directory", "--project", "--with-editable", "--env-file", "-i", "--index", "--index-url", "--default-index", "--extra-index-url":
			err = errors.New("from a folder or a place of the writer's own")
		default:
			if value == "" {
				err = errors.New("with an option of uvx that is not understood")
				return
			}
			b.option(name, value)
		}
	})
	if err != nil {
		return err
	}
	if !ok {
		return errors.New("no package is named")
	}
	return b.python(word, from)
}

// python sets the package: spec is what has the program word, or "".
func (b *builder) python(word, spec string) error {
	named := spec != ""
	if !named {
		spec = word
	}
	if strings.Contains(spec, "://") || strings.HasPrefix(spec, "git+") {
		return errors.New("straight from a source repository")
	}
	m := pypiName().FindStringSubmatch(spec)
	if m == nil || strings.HasSuffix(strings.ToLower(m[1]), ".py") {
		return errors.New("no package is named")
	}
	var err error
	b.p.Identifier = m[1] + m[2]
	if b.p.Version, err = release(m[3]); err != nil {
		return err
	}
	if named && !strings.EqualFold(word, m[1]) {
		b.p.RuntimeArguments = append(b.p.RuntimeArguments, fixed("--from", b.p.Identifier), bare(word))
	}
	if m[1] == "mcp-proxy" && !b.line.Typed {
		return errors.New("a bridge to a server elsewhere")
	}
	b.tail()
	return nil
}

// uv reads "uv tool run …" and "uv run --with PACKAGE PROGRAM"; everything else
// of uv's needs a folder.
func (b *builder) uv() error {
	local := errors.New("started from a folder that has to be made first")
	if len(b.args) > 1 && b.args[0] == "tool" && b.args[1] == "run" {
		b.args = b.args[2:]
		return b.uvx()
	}
	if len(b.args) == 0 || b.args[0] != "run" {
		return local
	}
	b.args = b.args[1:]
	b.p = model.Package{Type: "pypi", Transport: "stdio"}
	var with []string
	folder := false
	word, ok := b.next(uvxSwitches, uvxValues, func(name, value string) {
		switch name {
		case "--with", "-w":
			with = append(with, value)
		case "-p", "--python":
			b.option(name, value)
		default:
			folder = true
		}
	})
	at := slices.IndexFunc(with, func(w string) bool {
		m := pypiName().FindStringSubmatch(w)
		return m != nil && strings.EqualFold(strings.ReplaceAll(m[1], "_", "-"), strings.ReplaceAll(word, "_", "-"))
	})
	if !ok || folder || at < 0 {
		return local
	}
	for i, w := range with {
		if i != at {
			b.option("--with", w)
		}
	}
	return b.python(word, with[at])
}

func (b *builder) docker() error {
	if len(b.args) > 1 && b.args[0] == "container" {
		b.args = b.args[1:]
	}
	if len(b.args) == 0 || b.args[0] != "run" {
		return errors.New("not the start of an image")
	}
	b.args = b.args[1:]
	b.p = model.Package{Type: "oci", Transport: "stdio", RuntimeHint: "docker"}
	var err error
	image, ok := b.next(runSwitches, runValues, func(name, value string) {
		switch name {
		case "-e", "--env":
			at, v, has := strings.Cut(value, "=")
			if !has {
				v = "${" + at + "}"
				if given, ok := b.line.Env[at]; ok {
					v = given
				}
			}
			if m := dollar().FindStringSubmatch(at); m != nil && m[0] == at {
				at = m[1] // "-e ${NAME}=…" is meant as NAME
			}
			in, e := b.variable(at, v)
			if e != nil {
				err = e
			} else if !slices.ContainsFunc(b.passed, func(have model.Input) bool { return have.Name == at }) {
				b.passed = append(b.passed, in)
			}
		case "-v", "--volume":
			b.p.RuntimeArguments = append(b.p.RuntimeArguments, b.volume(value))
		case "--env-file":
			if !b.line.Typed {
				err = errors.New("with a file of the writer's own")
				return
			}
			// The install says what to do instead.
			b.p.RuntimeArguments = append(b.p.RuntimeArguments, fixed(name, value))
		case "--name":
			// Two of one name cannot run at once.
		default:
			if value == "" {
				err = errors.New("with an option of docker that is not understood")
				return
			}
			in := b.mount(value)
			in.Name = name
			b.p.RuntimeArguments = append(b.p.RuntimeArguments, model.Argument{Kind: "named", Input: in})
		}
	})
	if err != nil {
		return err
	}
	if !ok || !imageName().MatchString(image) && !(b.line.Typed && bareImage().MatchString(image)) {
		return errors.New("an image that has to be made first")
	}
	b.p.Identifier = image
	b.tail()
	return nil
}

// volume makes a question of the folder in "/path/to/notes:/notes"; a named
// volume stays.
func (b *builder) volume(value string) model.Argument {
	in := b.template(value)
	in.Name = "-v"
	i := strings.LastIndex(value, ":/")
	if i > 1 && len(in.Variables) == 0 && strings.ContainsAny(value[:i], `/\.~$`) {
		host := value[:i]
		name := b.folder()
		in.Value = "{" + name + "}" + value[i:]
		in.Required = true
		in.Variables = map[string]model.Input{name: {Required: true, Format: "filepath", Placeholder: clean.Line(host, 200)}}
	}
	for name, v := range in.Variables {
		if v.Format == "" {
			v.Format = "filepath"
			in.Variables[name] = v
		}
	}
	return model.Argument{Kind: "named", Input: in}
}

var mountFrom = pattern.New(`\b(src|source)=([^,]+)`)

// mount makes a question of the folder in "type=bind,src=/Users/me/notes,…".
func (b *builder) mount(value string) model.Input {
	in := b.template(value)
	m := mountFrom().FindStringSubmatch(value)
	if !strings.Contains(value, "type=bind") || m == nil || len(in.Variables) > 0 {
		return in
	}
	name := b.folder()
	in.Value = strings.Replace(value, m[0], m[1]+"={"+name+"}", 1)
	in.Required = true
	in.Variables = map[string]model.Input{name: {Required: true, Format: "filepath", Placeholder: clean.Line(m[2], 200)}}
	return in
}

// folder names the next place on this computer that is asked for.
func (b *builder) folder() string {
	if b.folders++; b.folders > 1 {
		return fmt.Sprintf("folder-%d", b.folders)
	}
	return "folder"
}

func (b *builder) option(name, value string) {
	in := b.template(value)
	in.Name = name
	b.p.RuntimeArguments = append(b.p.RuntimeArguments, model.Argument{Kind: "named", Input: in})
}

func fixed(name, value string) model.Argument {
	return model.Argument{Kind: "named", Input: model.Input{Name: name, Value: value}}
}

func bare(value string) model.Argument {
	return model.Argument{Kind: "positional", Input: model.Input{Value: value}}
}
