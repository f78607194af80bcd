// Package toolsdk reads entries of the toolsdk collection of MCP servers, as
// files of it are imported. The collection finds servers by itself, so nobody
// has confirmed the name of a package. Only catalog imports it.
//
//	entry := toolsdk.Read("packages/databases/notes.json", body)
package toolsdk

import (
	"errors"
	"fmt"
	"path"
	"strings"

	"toolbay/backend/catalog/command"
	"toolbay/backend/catalog/internal/clean"
	"toolbay/backend/catalog/internal/loose"
	"toolbay/backend/catalog/source"
	"toolbay/backend/model"
	"toolbay/backend/pattern"
)

// ID is the first half of its listings' ids.
const ID = "toolsdk"

const maxInputs = 200

// Read reads one entry; at is its file in the collection, whose folder is its
// category. With no file its package names it.
func Read(at string, raw []byte) source.Entry {
	fail := func(err error) source.Entry { return source.Entry{Err: err, Raw: raw} }
	o, err := loose.JSON(raw)
	if err != nil {
		return fail(fmt.Errorf("not JSON: %w", err))
	}
	pkg := o.Str("packageName")
	folder, file := path.Split(at)
	folder = path.Base(folder)
	key := strings.TrimSuffix(file, ".json")
	switch {
	case key == "":
		key = strings.ReplaceAll(strings.TrimPrefix(pkg, "@"), "/", "-")
	case folder != "." && folder != "/":
		key = folder + "." + key // the same file name is in several folders
	}
	if _, ok := clean.Name(key, 200); !ok || strings.ContainsAny(key, `/\`) {
		return fail(errors.New("no usable name"))
	}
	repository, subfolder := clean.Repository(o.Str("url"))
	l := model.Listing{
		ID: ID + "/" + key, Name: key,
		Title:       clean.Line(o.Str("name"), 100),
		Description: clean.Line(o.Str("description"), 1000),
		Publisher:   publisher(o, repository),
		Repository:  repository, Subfolder: subfolder,
		Category: categories[folder],
		Status:   "active",
		Packages: []model.Package{},
		Tools:    []model.Tool{},
	}
	if l.Title == "" {
		l.Title = clean.Line(pkg, 100)
	}
	if l.Title == "" {
		l.Title = key
	}
	if s := clean.Line(o.Str("license"), 100); s != "unknown" {
		l.License = s
	}
	if icon := clean.Secure(o.Str("logo")); !strings.HasSuffix(strings.ToLower(icon), ".svg") {
		l.Icon = icon
	}
	if tag := clean.Line(folder, 50); tag != "" && tag != "." && tag != "uncategorized" {
		l.Tags = []string{tag}
	}
	e := source.Entry{Listing: l}
	p, err := local(o, pkg)
	switch {
	case err == nil:
		e.Listing.Packages = append(e.Listing.Packages, p)
		e.Listing.Version = p.Version
		e.Listing.Caution = "Nobody has confirmed that this package belongs to this server."
	case !strings.HasPrefix(pkg, "@toolsdk-remote/"): // a name for what is remote
		e.LeftOut = append(e.LeftOut, "package: "+err.Error())
	}
	for i, r := range o.Objects("remotes") {
		if i == 20 {
			break
		}
		p, err := remote(r)
		if err != nil {
			e.LeftOut = append(e.LeftOut, fmt.Sprintf("remote %d: %v", i, err))
			continue
		}
		e.Listing.Packages = append(e.Listing.Packages, p)
		if strings.HasPrefix(r.Object("auth").Str("type"), "oauth") && len(e.Listing.Packages) == 1 {
			e.Listing.Needs = model.NeedsSignIn
		}
	}
	return e
}

func publisher(o loose.Object, repository string) string {
	if rest, ok := strings.CutPrefix(repository, "https://github.com/"); ok {
		owner, _, _ := strings.Cut(rest, "/")
		return owner
	}
	if s := clean.Line(o.Str("author"), 100); s != "" {
		return s
	}
	return clean.Line(o.Object("author").Str("name"), 100)
}

var (
	npmName  = pattern.New(`^(?:@[a-z0-9~_][a-z0-9~._-]*/)?[A-Za-z0-9~_][A-Za-z0-9~._-]*$`)
	pypiName = pattern.New(`^[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?(?:\[[A-Za-z0-9_.,-]+\])?$`)
)

func local(o loose.Object, pkg string) (model.Package, error) {
	p := model.Package{Identifier: pkg, Transport: "stdio"}
	bin, args := o.Str("bin"), o.Strings("binArgs")
	inputs := variables(o.Object("env"))
	switch o.Str("runtime") {
	case "node":
		if !npmName().MatchString(pkg) || strings.HasPrefix(pkg, "@toolsdk-remote/") {
			return p, errors.New("without a usable name")
		}
		p.Type = "npm"
		if bin != "" && bin != pkg {
			p.RuntimeArguments = []model.Argument{option("--package", pkg), word(bin)}
		}
	case "python":
		if !pypiName().MatchString(pkg) {
			return p, errors.New("without a usable name")
		}
		p.Type = "pypi"
		if bin != "" && bin != pkg {
			p.RuntimeArguments = []model.Argument{option("--from", pkg), word(bin)}
		}
	case "docker":
		if len(args) == 0 {
			args = []string{"run", "-i", "--rm", pkg}
		}
		byName := map[string]model.Input{}
		for _, in := range inputs {
			byName[in.Name] = in
		}
		return command.Package(command.Line{Command: "docker", Args: args, Inputs: byName})
	default:
		return p, errors.New("a program that has to be made first")
	}
	if _, ok := clean.Name(bin, 200); bin != "" && !ok {
		return p, errors.New("with a program that cannot be used")
	}
	var ok bool
	if p.Version, ok = clean.Value(o.Str("packageVersion"), 100); !ok || strings.HasPrefix(p.Version, "-") {
		return p, errors.New("with a version that cannot be used")
	}
	if p.Version == "latest" {
		p.Version = ""
	}
	if listsOptions(args) {
		return p, errors.New("with arguments that only name what is possible")
	}
	for _, a := range args[:min(len(args), maxInputs)] {
		v, ok := clean.Value(a, 1000)
		if !ok {
			return p, errors.New("with an argument that cannot be used")
		}
		p.PackageArguments = append(p.PackageArguments, word(v))
	}
	p.Environment = inputs
	return p, nil
}

// listsOptions tells when arguments are every option that a program has, and
// no command line: "--config --debug --port".
func listsOptions(args []string) bool {
	bare := 0
	for i, a := range args {
		last := i+1 == len(args) || strings.HasPrefix(args[i+1], "-")
		if strings.HasPrefix(a, "--") && !strings.Contains(a, "=") && last {
			bare++
		}
	}
	return bare > 2 || len(args) > 0 && args[0] == "run"
}

func variables(o loose.Object) []model.Input {
	var out []model.Input
	for _, name := range o.Keys() {
		if _, ok := clean.Name(name, 200); !ok || strings.Contains(name, "=") || len(out) == maxInputs {
			continue
		}
		v := o.Object(name)
		in := model.Input{Name: name, Description: clean.Text(v.Str("description"), 2000), Required: v.Bool("required")}
		if def, ok := clean.Value(v.Str("default"), 1000); ok {
			in.Default = def
		}
		out = append(out, in)
	}
	return out
}

func remote(o loose.Object) (model.Package, error) {
	p := model.Package{Type: "remote", Transport: "streamable-http", URL: clean.Secure(o.Str("url"))}
	p.Identifier = p.URL
	switch o.Str("type") {
	case "sse":
		p.Transport = "sse"
	case "", "http", "streamable-http", "streamableHttp":
	default:
		return p, errors.New("of a kind nobody knows")
	}
	if p.URL == "" {
		return p, errors.New("without a usable address")
	}
	for _, name := range o.Object("headers").Keys() {
		value := o.Object("headers").Str(name)
		if _, ok := clean.Name(name, 200); !ok {
			return p, errors.New("with a header that cannot be used")
		}
		p.Headers = append(p.Headers, model.Input{Name: name, Required: true, Secret: true, Placeholder: clean.Line(value, 200)})
	}
	return p, nil
}

func option(name, value string) model.Argument {
	return model.Argument{Kind: "named", Input: model.Input{Name: name, Value: value}}
}

func word(value string) model.Argument {
	return model.Argument{Kind: "positional", Input: model.Input{Value: value}}
}

var categories = map[string]string{
	"search-data-extraction": "web", "developer-tools": "coding", "finance-fintech": "money", "databases": "databases",
	"communication": "chat", "knowledge-memory": "ai", "browser-automation": "web", "cloud-platforms": "cloud", "security": "coding",
	"art-and-culture": "media", "command-line": "coding", "file-systems": "files", "data-science-tools": "science", "data-platforms": "databases",
	"coding-agents": "coding", "version-control": "coding", "monitoring": "cloud", "location-services": "science", "embedded-system": "home",
	"code-execution": "coding", "travel-transportation": "home", "gaming": "media", "sports": "media", "entertainment-lifestyle": "media",
}
