// Package recipe turns a package of a listing and a person's answers into the
// command that starts it. It is pure: nothing is run, read or fetched. backend
// and the launcher's writers may import it; it imports model only.
//
// No rule is official (the registry's issue 650 is open); docs/recipe.md holds
// ours and where they differ from other readings.
//
//	r := recipe.Build(pkg, map[string]string{"folder": "/home/ann/notes"}, recipe.Here())
//	argv := append([]string{"node", entry}, r.Tail...)
package recipe

import (
	"net/url"
	"runtime"
	"slices"
	"strings"

	"toolbay/backend/model"
)

// Platform names an operating system and processor as Go does.
type Platform struct{ OS, Arch string }

// Here is the platform this program runs on.
func Here() Platform { return Platform{runtime.GOOS, runtime.GOARCH} }

// Recipe is how a package is started. Where a secret belongs stands
// ${secret:NAME}, where an unanswered required input belongs stands ${name}.
// No field ever holds a secret's value.
type Recipe struct {
	// Command and Args start the package through the program its registry's
	// users have (npx, uvx, docker, dnx), pinned. Command is "" where nothing
	// can be said without the package itself (mcpb) and for remotes.
	Command string
	Args    []string
	// Tail is what comes after the package: what an installed program is given.
	Tail []string
	// Bin names the program inside the package when the listing does; "" is the
	// package's own choice.
	Bin string
	// Env holds plain values, SecretEnv templates with ${secret:NAME}.
	Env, SecretEnv map[string]string
	// Secrets names, sorted, the secrets that Tail, Args, SecretEnv, Headers and
	// URL speak of.
	Secrets []string
	// URL is where a remote, or a package that speaks HTTP, listens.
	URL     string
	Headers map[string]string
	Inputs  []model.Input
	// Files names the inputs that are a file or folder on this computer, Lists
	// those that take several values, one a line.
	Files, Lists []string
	// Missing names the required inputs without an answer.
	Missing []string
	// Warnings are stable codes, some with ":detail", sorted; for the details
	// view and for tests.
	Warnings []string
}

// SecretMark is what stands in place of the secret called name.
func SecretMark(name string) string { return "${secret:" + name + "}" }

// Build makes the recipe of p. Answers are by input name, as Inputs gives
// them; leading dashes of a name may be kept. Of a secret's answer only
// whether it is empty matters; an answer that is the input's own SecretMark
// makes it a secret. Answers are taken as Check lets them pass;
// they are inserted once and never read again for placeholders. Without an
// answer the input's default holds.
func Build(p model.Package, answers map[string]string, pl Platform) Recipe {
	return newBuilder(p, answers).build(pl)
}

func (b *builder) build(pl Platform) Recipe {
	p := b.p
	b.environment()
	switch p.Type {
	case "npm":
		b.npm()
	case "pypi":
		b.pypi()
	case "oci":
		b.oci()
	case "nuget":
		b.nuget()
	case "cargo":
		b.cargo()
	case "mcpb":
		// The bundle's manifest says how it starts; the listing cannot.
		b.warn("bundle:" + p.Identifier)
		b.r.Tail = b.flat(b.arguments(p.PackageArguments))
	case "local":
		b.local()
	case "remote":
	default:
		b.warn("type-unknown:" + p.Type)
	}
	if on, ok := platformOf(p); ok && !on.fits(pl) {
		b.warn("other-platform:" + on.String())
	}
	b.address()
	return b.finish()
}

// builder gathers one recipe.
type builder struct {
	p      model.Package
	fields *fields
	// portable asks for the names of Portable.
	portable bool
	answers  map[string]string
	r        Recipe
	secrets  map[string]bool
	missing  map[string]bool
	warned   map[string]bool
	// escape, unless nil, makes an answer fit for where it is put.
	escape func(string) string
}

func newBuilder(p model.Package, answers map[string]string) *builder {
	b := &builder{
		p: p, fields: collect(p), answers: map[string]string{},
		secrets: map[string]bool{}, missing: map[string]bool{}, warned: map[string]bool{},
	}
	b.r.Env, b.r.SecretEnv, b.r.Headers = map[string]string{}, map[string]string{}, map[string]string{}
	for _, k := range sortedKeys(answers) {
		name := k
		if _, ok := b.fields.by[k]; !ok {
			name = bare(k)
		}
		b.answers[name] = answers[k]
		// Any input may be kept as a key, also one that the listing does not call
		// secret.
		if in := b.fields.by[name]; in != nil && answers[k] == SecretMark(name) {
			in.Secret = true
		}
	}
	return b
}

func (b *builder) warn(code string) { b.warned[code] = true }

// environment fills Env and SecretEnv from the declared variables.
func (b *builder) environment() {
	for _, e := range b.p.Environment {
		if !envName(e.Name) {
			b.warn("name-refused:" + e.Name)
			continue
		}
		v, ok := b.text(e, e.Name, "")
		if ok {
			b.setEnv(e.Name, v)
		}
	}
}

func (b *builder) setEnv(name, value string) {
	if b.holdsSecret(value) {
		b.r.SecretEnv[name] = value
		delete(b.r.Env, name)
		return
	}
	b.r.Env[name] = value
}

// address fills URL and Headers of a remote or of a package that speaks HTTP.
func (b *builder) address() {
	for _, h := range b.p.Headers {
		if !headerName(h.Name) {
			b.warn("name-refused:" + h.Name)
			continue
		}
		if v, ok := b.text(header(h), h.Name, ""); ok {
			b.r.Headers[h.Name] = strings.NewReplacer("\r", "", "\n", "").Replace(v)
		}
	}
	if b.p.URL == "" {
		return
	}
	if b.p.Type != "remote" && b.p.Transport != "stdio" {
		b.warn("http-transport")
	}
	b.r.URL = b.fill(b.p.URL)
}

// fill puts answers into an address, each so that it stays one part of it; what
// an address begins with may be an address itself.
func (b *builder) fill(address string) string {
	owner := model.Input{Required: true}
	before, query, asks := strings.Cut(address, "?")
	head := ""
	if m := placeholder().FindStringIndex(before); m != nil && m[0] == 0 {
		head, _ = b.expand(before[:m[1]], b.p.Variables, owner)
		before = before[m[1]:]
	}
	b.escape = func(s string) string { return (&url.URL{Path: "/" + s}).EscapedPath()[1:] }
	out, _ := b.expand(before, b.p.Variables, owner)
	if out = head + out; asks {
		b.escape = url.QueryEscape
		query, _ = b.expand(query, b.p.Variables, owner)
		out += "?" + query
	}
	b.escape = nil
	return out
}

func (b *builder) finish() Recipe {
	r := b.r
	r.Inputs = b.fields.list()
	for _, in := range r.Inputs {
		if in.Format == "filepath" || in.Format == "folder" {
			r.Files = append(r.Files, in.Name)
			if b.p.Type == "oci" && !b.fields.mounted[in.Name] {
				b.warn("file-not-mounted:" + in.Name)
			}
		}
		if b.fields.repeated[in.Name] {
			r.Lists = append(r.Lists, in.Name)
		}
	}
	for code := range b.fields.warned {
		b.warn(code)
	}
	if r.Args == nil {
		r.Args = []string{}
	}
	if r.Tail == nil {
		r.Tail = []string{}
	}
	r.Secrets, r.Missing, r.Warnings = sortedKeys(b.secrets), sortedKeys(b.missing), sortedKeys(b.warned)
	return r
}

// holdsSecret tells whether text contains the mark of a secret that this
// recipe really uses.
func (b *builder) holdsSecret(text string) bool {
	for name := range b.secrets {
		if strings.Contains(text, SecretMark(name)) {
			return true
		}
	}
	return false
}

func sortedKeys[V any](m map[string]V) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}
