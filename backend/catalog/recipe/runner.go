package recipe

import (
	"slices"
	"strings"

	"toolbay/backend/model"
	"toolbay/backend/pattern"
)

// set makes a lookup of words.
func set(words string) map[string]bool {
	m := map[string]bool{}
	for _, w := range strings.Fields(words) {
		m[w] = true
	}
	return m
}

// The options of the programs that run packages: those without a value, and
// those that take one. What is in neither is the package's own.
var (
	npxSwitches = set("-y --yes --no --no-install -q --quiet --ignore-scripts --prefer-offline --offline")
	npxValues   = set("-p --package -c --call --node-options --cache")
	uvxSwitches = set("-q --quiet -v --verbose --isolated --no-cache -n --refresh --offline --native-tls --system-certs --no-progress --no-config --managed-python --no-managed-python -U --upgrade --reinstall --no-env-file")
	uvxValues   = set("--from --with -w --with-editable --with-requirements -p --python --index --default-index --index-url -i --extra-index-url --find-links -f --prerelease --env-file --cache-dir --directory --exclude-newer --refresh-package -P --upgrade-package -c --constraints --overrides --torch-backend")
	runSwitches = set("-i --interactive -t --tty -it -ti --rm --init --privileged --read-only -d --detach -P --publish-all --no-healthcheck --oom-kill-disable --sig-proxy -q --quiet")
	runValues   = set("-e --env --env-file -v --volume --mount -p --publish -w --workdir -u --user --name --network --net --entrypoint --platform --pull --add-host -h --hostname -m --memory --memory-swap --cpus --gpus --device --cap-add --cap-drop --security-opt --tmpfs --ulimit --label -l --label-file --dns --shm-size --ipc --pid --userns --restart --log-driver --log-opt --runtime --expose --group-add --volumes-from --stop-signal --stop-timeout --cidfile --network-alias --ip --link --sysctl -a --attach --pids-limit --volume-driver")
	noOptions   = map[string]bool{}
)

func switches(packageType string) map[string]bool {
	switch packageType {
	case "npm":
		return npxSwitches
	case "pypi":
		return uvxSwitches
	case "oci":
		return runSwitches
	}
	return noOptions
}

func takesValue(packageType string) map[string]bool {
	switch packageType {
	case "npm":
		return npxValues
	case "pypi":
		return uvxValues
	case "oci":
		return runValues
	}
	return noOptions
}

// option is one option of a runner with its value, if it has one.
type option struct {
	name, value string
	hasValue    bool
}

func (o option) tokens() []string {
	if o.hasValue {
		return []string{o.name, o.value}
	}
	return []string{o.name}
}

// sort takes runtime arguments apart: the runner's own options, and the rest in
// its order. Publishers write an option and its value as one argument, as two,
// or as --name=value.
func (b *builder) sort() (own []option, rest []group) {
	flags, values := switches(b.p.Type), takesValue(b.p.Type)
	groups := b.groups(b.p.RuntimeArguments, true)
	for i := 0; i < len(groups); i++ {
		g := groups[i]
		name := g.tokens[0]
		head, tail, joined := strings.Cut(name, "=")
		switch {
		case values[name] && len(g.tokens) == 2:
			own = append(own, option{name, g.tokens[1], true})
		case values[name] && i+1 < len(groups) && !groups[i+1].named:
			i++
			own = append(own, option{name, groups[i].tokens[0], true})
		case joined && values[head]:
			own = append(own, option{head, tail, true})
		case flags[name]:
			own = append(own, option{name: name})
			// "-y" with the package as its value, or "-i true".
			if len(g.tokens) == 2 && g.tokens[1] != "true" {
				rest = append(rest, group{tokens: g.tokens[1:]})
			}
		default:
			rest = append(rest, g)
		}
	}
	return own, rest
}

// NotKept begins the warning for an option that changes what its runner would
// fetch or give a server, and that an install of ours leaves out (see Extras for
// those it keeps). NoPort begins that for one that would open a port of this
// computer.
const NotKept, NoPort = "option-not-kept:", "port-not-opened:"

// npm: npx -y PACKAGE@VERSION TAIL. Started from its own folder, only the tail
// remains.
func (b *builder) npm() {
	own, rest := b.sort()
	if len(rest) > 0 && rest[0].tokens[0] == "run" && len(b.p.RuntimeArguments) > 2 {
		own, rest = nil, b.containerCommand(rest)
	}
	named := false
	var extra []string
	kept := ExtrasOf(b.p)
	for _, o := range own {
		b.notKept(o, kept)
		switch o.name {
		case "-y", "--yes":
		case "-p", "--package":
			named = named || b.isPackage(o.value)
			if !b.isPackage(o.value) {
				extra = append(extra, o.tokens()...)
			}
		default:
			extra = append(extra, o.tokens()...)
		}
	}
	b.rest(rest, named)
	args := b.p.PackageArguments
	if hint := b.p.RuntimeHint; hint == "bun" || hint == "node" || hint == "npm" || hint == "pnpm" {
		// "bun run start:stdio" runs a script of the checked-out repository; the
		// published package has no such thing to be told.
		if len(args) >= 2 && args[0].Value == "run" && strings.HasPrefix(args[1].Value, "start") {
			b.warn("repository-script:" + args[1].Value)
			args = args[2:]
		}
	}
	b.r.Tail = append(b.r.Tail, b.flat(b.arguments(args))...)
	b.r.Command = "npx"
	b.r.Args = append([]string{"-y"}, extra...)
	if b.r.Bin != "" || len(kept.With) > 0 {
		_, short, _ := strings.Cut(b.p.Identifier, "/")
		b.r.Args = append(b.r.Args, "--package="+b.pinned("@"), firstOf(b.r.Bin, firstOf(short, b.p.Identifier)))
	} else {
		b.r.Args = append(b.r.Args, b.pinned("@"))
	}
	b.r.Args = append(b.r.Args, b.r.Tail...)
}

// pypi: uvx --from PACKAGE==VERSION PROGRAM TAIL.
func (b *builder) pypi() {
	own, rest := b.sort()
	named := false
	var extra []string
	kept := ExtrasOf(b.p)
	for _, o := range own {
		if o.name == "--from" {
			named = true
			continue
		}
		b.notKept(o, kept)
		extra = append(extra, o.tokens()...)
	}
	module := false
	for i, g := range rest {
		if g.tokens[0] != "-m" {
			continue
		}
		// python -m MODULE: the module may be spelled like the package.
		b.r.Bin, module = "python", true
		b.r.Tail = append(b.r.Tail, "-m")
		after := append(g.tokens[1:], b.flat(rest[i+1:])...)
		b.r.Tail = append(b.r.Tail, after...)
		rest = rest[:i]
		break
	}
	if !module && !named && len(rest) > 0 && !rest[0].named && !b.isPackage(rest[0].tokens[0]) {
		named = strings.HasPrefix(pep503(rest[0].tokens[0]), pep503(b.p.Identifier))
	}
	for _, g := range rest {
		// "pkg[cli]@1.0": the extras are part of what is to be installed.
		if i := strings.IndexByte(g.tokens[0], '['); i > 0 && b.isPackage(g.tokens[0]) && !strings.Contains(b.p.Identifier, "[") {
			if extras := extrasOf().FindString(g.tokens[0][i:]); extras != "" {
				b.p.Identifier += extras
				break
			}
		}
	}
	b.rest(rest, named && !module)
	b.r.Tail = append(b.r.Tail, b.flat(b.arguments(b.p.PackageArguments))...)
	program, _, _ := strings.Cut(b.p.Identifier, "[")
	b.r.Command = "uvx"
	b.r.Args = append(extra, "--from", b.pinned("=="), firstOf(b.r.Bin, program))
	b.r.Args = append(b.r.Args, b.r.Tail...)
}

// rest puts what is not the runner's after the package: the package's own name
// goes, and the program's name when the package was named by an option.
func (b *builder) rest(rest []group, named bool) {
	seen := false
	for _, g := range rest {
		switch {
		case !seen && !g.named && b.isPackage(g.tokens[0]):
			seen = true
			b.warn("package-repeated")
		case named && b.r.Bin == "" && !g.named:
			b.r.Bin = g.tokens[0]
		default:
			if g.named {
				b.warn("moved-after-package:" + g.tokens[0])
			}
			b.r.Tail = append(b.r.Tail, g.tokens...)
		}
	}
}

// containerCommand reads a docker command line that stands in an npm package's
// runtime arguments: its variables become ours, the flags after the image are
// the program's.
func (b *builder) containerCommand(rest []group) []group {
	b.warn("container-command")
	var out []group
	image := false
	for i := 0; i < len(rest); i++ {
		g := rest[i]
		name := g.tokens[0]
		switch {
		case name == "-e" || name == "--env":
			v := ""
			if len(g.tokens) == 2 {
				v = g.tokens[1]
			} else if i+1 < len(rest) {
				i++
				v = rest[i].tokens[0]
			}
			if k, v, ok := strings.Cut(v, "="); ok && envName(k) {
				b.setEnv(k, v)
			}
		case image && strings.HasPrefix(name, "-"):
			out = append(out, g)
		case !g.named && strings.Contains(name, "/"):
			image = true
		}
	}
	return out
}

// oci: docker run -i --rm OPTIONS IMAGE TAIL. Values of variables travel in
// the environment of docker itself, so that none stands in its arguments.
func (b *builder) oci() {
	own, rest := b.sort()
	tail := b.flat(b.arguments(b.p.PackageArguments))
	if len(rest) > 0 && rest[0].tokens[0] == "run" {
		b.warn("whole-command")
		rest = rest[1:]
	}
	args := []string{"run", "-i", "--rm"}
	passed := map[string]bool{}
	var options []string
	for _, o := range own {
		switch o.name {
		case "-i", "--interactive", "--rm":
			continue
		case "-t", "--tty", "-it", "-ti", "-d", "--detach":
			// A terminal or the background breaks the conversation.
			b.warn("dropped:" + o.name)
			continue
		case "-p", "--publish", "-P", "--publish-all":
			b.warn(NoPort + o.name)
		case "-h", "--hostname", "--ulimit", "--network-alias", "--stop-signal", "--memory-swap", "--oom-kill-disable":
			b.warn(NotKept + o.name)
		case "-e", "--env":
			name, value, has := strings.Cut(o.value, "=")
			if has && b.holdsSecret(value) {
				b.setEnv(name, value)
				o.value, has = name, false
			}
			if !has {
				_, plain := b.r.Env[name]
				_, secret := b.r.SecretEnv[name]
				if !plain && !secret && !b.handsOn(name) || passed[name] {
					continue // nothing was given for it
				}
			}
			passed[name] = true
		}
		if b.holdsSecret(o.value) {
			b.warn("secret-in-argument:" + o.name)
		}
		options = append(options, o.tokens()...)
	}
	for _, e := range b.p.Environment {
		_, plain := b.r.Env[e.Name]
		_, secret := b.r.SecretEnv[e.Name]
		if (plain || secret || b.handsOn(e.Name)) && !passed[e.Name] {
			passed[e.Name] = true
			args = append(args, "-e", e.Name)
		}
	}
	b.rest(rest, false)
	b.r.Tail = append(b.r.Tail, tail...)
	image := b.p.Identifier
	if b.p.Version != "" && !strings.Contains(image, "@") && !imageTag().MatchString(image) {
		image += ":" + b.p.Version
	}
	if !strings.Contains(image, "@sha256:") && (!imageTag().MatchString(image) || strings.HasSuffix(image, ":latest")) {
		b.warn("not-pinned")
	}
	b.r.Command = "docker"
	b.r.Args = append(append(append(args, options...), image), b.r.Tail...)
}

// handsOn tells whether docker is to hand on a variable that nobody answered:
// in the portable form whoever has it set means it for the server. What is
// installed here gets no variable that its user did not give.
func (b *builder) handsOn(name string) bool {
	return b.portable && slices.ContainsFunc(b.p.Environment, func(e model.Input) bool { return e.Name == name && envName(name) })
}

var imageTag = pattern.New(`:[A-Za-z0-9_][A-Za-z0-9_.-]*$`)

// nuget: dnx PACKAGE@VERSION --yes -- TAIL.
func (b *builder) nuget() {
	b.rest(b.groups(b.p.RuntimeArguments, true), false)
	own := b.r.Tail
	b.r.Tail = b.flat(b.arguments(b.p.PackageArguments))
	b.r.Command = "dnx"
	b.r.Args = append([]string{b.pinned("@"), "--yes"}, own...)
	if len(b.r.Tail) > 0 {
		b.r.Args = append(append(b.r.Args, "--"), b.r.Tail...)
	}
}

// cargo has no runner: the crate is installed and its program run by name.
func (b *builder) cargo() {
	b.rest(b.groups(b.p.RuntimeArguments, true), false)
	b.r.Tail = append(b.r.Tail, b.flat(b.arguments(b.p.PackageArguments))...)
	b.r.Command, b.r.Args = b.p.Identifier, append([]string{}, b.r.Tail...)
}

// pinned is the package with its version, as the runner wants it.
func (b *builder) pinned(sign string) string {
	switch b.p.Version {
	case "":
		b.warn("not-pinned")
		return b.p.Identifier
	case "latest":
		b.warn("not-pinned")
		if sign == "==" {
			return b.p.Identifier // pip knows no such version
		}
	}
	return b.p.Identifier + sign + b.p.Version
}

// isPackage tells whether a word of the command line names the package again,
// with or without version, extras or an image's host.
func (b *builder) isPackage(word string) bool {
	if word == "" {
		return false
	}
	switch b.p.Type {
	case "oci":
		host, name := image(word)
		ours, wanted := image(b.p.Identifier)
		// An image without a host is on the engine's default one.
		return name == wanted && (host == ours || host == "" || ours == "")
	case "pypi":
		short := func(s string) string {
			s, _, _ = strings.Cut(s, "==")
			s, _, _ = strings.Cut(s, "@")
			s, _, _ = strings.Cut(s, "[")
			return pep503(s)
		}
		return short(word) == short(b.p.Identifier)
	}
	short := func(s string) string {
		if i := strings.LastIndex(s, "@"); i > 0 {
			s = s[:i]
		}
		return s
	}
	return short(word) == short(b.p.Identifier)
}

// image takes an image's reference apart, without tag and digest. As docker
// reads it, the first part is a host when it could be no folder.
func image(ref string) (host, name string) {
	ref, _, _ = strings.Cut(ref, "@")
	ref = imageTag().ReplaceAllString(ref, "")
	first, rest, ok := strings.Cut(ref, "/")
	if ok && (strings.ContainsAny(first, ".:") || first == "localhost") {
		host, ref = first, rest
	}
	return host, strings.TrimPrefix(ref, "library/")
}

var extrasOf = pattern.New(`^\[[A-Za-z0-9_.,-]+\]`)

var separators = pattern.New(`[-_.]+`)

// pep503 is the one spelling of a Python package's name.
func pep503(s string) string { return strings.ToLower(separators().ReplaceAllString(s, "-")) }

// local is a program that is on this computer already; the hint names what runs
// it when it is a script.
func (b *builder) local() {
	b.r.Tail = b.flat(b.arguments(b.p.PackageArguments))
	own := b.flat(b.groups(b.p.RuntimeArguments, true))
	switch b.p.RuntimeHint {
	case "node":
		b.r.Command, b.r.Args = "node", append(own, b.p.Identifier)
	case "python":
		b.r.Command, b.r.Args = "python3", append(own, b.p.Identifier)
	default:
		b.r.Command = b.p.Identifier
	}
	b.r.Args = append(b.r.Args, b.r.Tail...)
}
