package paste

import (
	"net/url"
	"path"
	"slices"
	"strings"

	"toolbay/backend/catalog/command"
	"toolbay/backend/model"
	"toolbay/backend/pattern"
)

// The web pages that are recognised. They are data: none is ever fetched. The
// names are put together here because the code has no business with the
// registries that go by some of them.
var sites = map[string]string{
	site("npmjs", "com"): "npm", site("www", "npmjs", "com"): "npm", site("npmx", "dev"): "npm",
	site("pypi", "org"): "pypi", site("www", "pypi", "org"): "pypi",
	site("hub", "docker", "com"): "dockerhub", site("ghcr", "io"): "oci", site("docker", "io"): "oci", site("quay", "io"): "oci", site("mcr", "microsoft", "com"): "oci",
	site("github", "com"): "repository", site("www", "github", "com"): "repository", site("gitlab", "com"): "repository", site("codeberg", "org"): "repository", site("bitbucket", "org"): "repository",
}

func site(labels ...string) string { return strings.Join(labels, ".") }

func github() string { return site("github", "com") }

var (
	markdown   = pattern.New(`^\[[^\]]*\]\(<?([^()\s<>]+)>?\)$`)
	bundleEnd  = pattern.New(`(?i)\.(mcpb|dxt)(?:\?[^\s]*)?$`)
	npmSpec    = pattern.New(`^(@[a-z0-9~-][a-z0-9._~-]*/)?[A-Za-z0-9~][A-Za-z0-9._~-]*(?:@([A-Za-z0-9.^~*+_-]+))?$`)
	pypiSpec   = pattern.New(`^([A-Za-z0-9][A-Za-z0-9._-]*)(\[[A-Za-z0-9_,.-]+\])?(?:(?:==|@)([A-Za-z0-9.!+_-]+))?$`)
	imageSpec  = pattern.New(`^[a-z0-9][a-zA-Z0-9._:-]*(?:/[a-z0-9._-]+)+(?::[A-Za-z0-9_][A-Za-z0-9_.-]*)?(?:@sha256:[0-9a-f]{64})?$`)
	listingID  = pattern.New(`^(?:[A-Za-z0-9-]+\.)+[A-Za-z0-9-]+/[A-Za-z0-9._-]+$`)
	mcpPart    = pattern.New(`(?i)(?:^|[-_./@])mcp(?:[-_./@:=\[]|$)|[a-z]mcp(?:[-_./@:=\[]|$)|modelcontextprotocol|model-context-protocol|(?:^|[-_./@])mcp[a-z]*server`)
	scriptPath = pattern.New(`(?i)\.(js|mjs|cjs|py)$`)
	topLabels  = words("com org net io ai dev app co me xyz tech sh gg so cloud de uk eu fr ch jp cn us ca in nl se no fi it es br ru pl info tools studio systems design run page team is to ly tv fm")
)

// tokens takes a text in which every line is a single word: links and names.
func (r *reader) tokens(text string) bool {
	var list []string
	for _, l := range strings.Split(text, "\n") {
		l = strings.TrimSpace(l)
		l = strings.TrimPrefix(l, "> ")
		l = l[len(bullet().FindString(l)):]
		l = strings.Trim(l, "`\"'“”‘’ \t")
		if m := markdown().FindStringSubmatch(l); m != nil {
			l = m[1]
		}
		l = strings.TrimRight(strings.Trim(l, "<>"), ",;")
		if l == "" {
			continue
		}
		if len(list) >= 50 || strings.ContainsAny(l, " \t") && !bundleEnd().MatchString(l) && !strings.HasPrefix(strings.ToLower(l), "vscode") {
			return false
		}
		list = append(list, l)
	}
	if len(list) == 0 || strings.HasPrefix(list[0], "{") && len(list) > 1 {
		return false
	}
	before := len(r.found)
	for _, l := range list {
		r.piece++
		r.token(l, len(list) == 1)
	}
	return len(r.found) > before
}

// token takes one link, path or name.
func (r *reader) token(s string, only bool) {
	if len(s) > 64<<10 {
		return
	}
	lower := strings.ToLower(s)
	switch {
	case links().FindString(s) == s && r.install(s, 0):
		return
	case bundleEnd().MatchString(s):
		r.bundle(strings.TrimPrefix(s, "mcpb:"))
	case strings.HasPrefix(lower, "https://") || strings.HasPrefix(lower, "http://"):
		r.page(s, only)
	case strings.HasPrefix(lower, "pkg:"):
		r.purl(s)
	case strings.HasPrefix(lower, "git@") || strings.HasPrefix(lower, "git+") || strings.HasPrefix(lower, "github:"):
		if !mcpWord().MatchString(s) && !only {
			return
		}
		page, _, name := repositoryOf(s)
		if short, ok := strings.CutPrefix(s, "github:"); ok && ownerRepo().MatchString(short) {
			page, name = "https://"+github()+"/"+short, path.Base(short)
		}
		r.repository(page, name)
	case refKind(s) != "":
		r.reference(s)
	case only:
		r.name(s)
	}
}

// bundle takes the path or address of a bundle's file.
func (r *reader) bundle(s string) {
	at := s
	if rest, ok := strings.CutPrefix(s, "file://"); ok {
		at = unescape(strings.TrimPrefix(rest, "localhost"))
		if len(at) > 3 && at[0] == '/' && at[2] == ':' {
			at = at[1:]
		}
	}
	lower := strings.ToLower(at)
	if strings.Contains(at, "://") && !strings.HasPrefix(lower, "https://") {
		return
	}
	if value(at) == "" || strings.ContainsAny(at, "\n\t") {
		return
	}
	f := Found{Kind: "mcpb", Answers: map[string]string{}, Secrets: map[string]string{}}
	if strings.HasPrefix(lower, "https://") {
		u, err := url.Parse(at)
		if err != nil || u.Host == "" || u.User != nil {
			return
		}
		// A release's own address; what follows "?" may be a key and is not kept.
		if u.RawQuery != "" {
			f.warn(WarnKeyInAddress)
			u.RawQuery = ""
		}
		u.Fragment = ""
		at = u.String()
	} else if !absolute(at) {
		f.warn(WarnRelativePath)
	}
	f.Package = model.Package{Type: "mcpb", Identifier: at, Transport: "stdio"}
	f.Name = nameOf(f.Package)
	r.add(f)
}

// page takes the address of a web page or of a server.
func (r *reader) page(s string, only bool) {
	u, err := url.Parse(s)
	if err != nil || u.Host == "" {
		if strings.ContainsAny(s, "<{$") && mcpAddress().MatchString(s) {
			r.entry(entry{url: s}, single)
		}
		return
	}
	host := strings.ToLower(u.Hostname())
	var parts []string
	for _, p := range strings.Split(strings.Trim(u.Path, "/"), "/") {
		if p != "" {
			parts = append(parts, p)
		}
	}
	switch kind := sites[host]; kind {
	case "npm":
		r.npmPage(parts)
	case "pypi":
		if len(parts) >= 2 && (parts[0] == "project" || parts[0] == "p") {
			spec := parts[1]
			if len(parts) > 2 && strings.ContainsAny(parts[2], "0123456789") {
				spec += "==" + parts[2]
			}
			r.pagePackage("pypi", parts[1], spec)
		}
	case "dockerhub":
		r.imagePage(parts)
	case "oci":
		if len(parts) >= 2 {
			r.reference("oci:" + host + "/" + strings.Join(parts, "/"))
		}
	case "repository":
		r.codePage(host, parts, s, only)
	default:
		r.address(s, u, host, parts)
	}
}

func (r *reader) npmPage(parts []string) {
	if len(parts) < 2 || parts[0] != "package" {
		return
	}
	name, rest := parts[1], parts[2:]
	if strings.HasPrefix(name, "@") && len(rest) > 0 {
		name, rest = name+"/"+rest[0], rest[1:]
	}
	if len(rest) >= 2 && rest[0] == "v" {
		name += "@" + rest[1]
	}
	r.pagePackage("npm", packageName(name), name)
}

// pagePackage takes the package of a page. Most packages are no servers: its
// name must say so, or a list; that of somebody's own scope may be one.
func (r *reader) pagePackage(kind, name, spec string) {
	telling := mcpWord().MatchString(name) || r.options.Known(kind, name)
	if sdks(name) || !telling && !strings.HasPrefix(name, "@") || !telling && tools(name[strings.LastIndex(name, "/")+1:]) {
		return
	}
	before := len(r.found)
	r.reference(kind + ":" + spec)
	if !telling && len(r.found) > before {
		r.found[before].warn(WarnNoEvidence)
	}
}

func (r *reader) imagePage(parts []string) {
	switch {
	case len(parts) >= 3 && parts[0] == "r":
		r.reference("oci:" + parts[1] + "/" + parts[2])
	case len(parts) >= 3 && parts[0] == "mcp" && parts[1] == "server":
		r.reference("oci:mcp/" + parts[2])
	case len(parts) >= 4 && parts[0] == "repository" && parts[1] == "docker":
		r.reference("oci:" + parts[2] + "/" + parts[3])
	}
}

// codePage takes a page of a place for source code: a repository, a file of a
// release, a container image.
func (r *reader) codePage(host string, parts []string, s string, only bool) {
	if len(parts) == 3 && parts[0] == "mcp" {
		parts = parts[1:] // the host's own list of servers
	}
	if len(parts) >= 5 && parts[0] == "orgs" && slices.Contains(parts, "container") {
		r.reference("oci:" + site("ghcr", "io") + "/" + strings.ToLower(parts[1]) + "/" + strings.ToLower(parts[len(parts)-1]))
		return
	}
	if len(parts) < 2 || reserved(strings.ToLower(parts[0])) {
		return
	}
	for i, p := range parts {
		if p == "pkgs" && i+2 < len(parts) && parts[i+1] == "container" {
			r.reference("oci:" + site("ghcr", "io") + "/" + strings.ToLower(parts[0]) + "/" + strings.ToLower(strings.SplitN(parts[i+2], "%2F", 2)[0]))
			return
		}
	}
	if len(parts) > 2 && slices.Contains([]string{"issues", "pull", "pulls", "discussions", "actions", "wiki", "commit", "commits", "compare", "releases", "stargazers"}, parts[2]) && parts[2] != "releases" {
		return
	}
	page, _, name := repositoryOf(s)
	if page == "" {
		return
	}
	id := "https://" + host + "/" + parts[0] + "/" + strings.TrimSuffix(parts[1], ".git")
	if !only && !mcpWord().MatchString(s) || !mcpWord().MatchString(s) && !r.options.Known(KindListing, id) {
		return
	}
	r.repository(id, name)
}

var reserved = words("orgs topics marketplace sponsors features about pricing settings search explore collections trending login signup apps users enterprise security customer-stories readme notifications")

// repository takes a repository's page; which package that is only a catalogue
// knows.
func (r *reader) repository(page, name string) {
	if page == "" {
		return
	}
	r.add(Found{
		Kind: KindListing, Name: nameOf(model.Package{Identifier: name}), Repository: page, Package: model.Package{Identifier: page},
		Answers: map[string]string{}, Secrets: map[string]string{}, Warnings: []string{WarnSourceOnly},
	})
}

// repositoryOf gives a repository's page and its parts.
func repositoryOf(s string) (page, owner, name string) {
	s = strings.TrimPrefix(strings.TrimSpace(s), "git+")
	if rest, ok := strings.CutPrefix(s, "git@"); ok {
		s = "https://" + strings.Replace(rest, ":", "/", 1)
	}
	s = strings.Replace(s, "ssh://git@", "https://", 1)
	u, err := url.Parse(s)
	if err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http" && u.Scheme != "git" {
		return "", "", ""
	}
	parts := strings.Split(strings.Trim(u.Path, "/"), "/")
	if len(parts) == 3 && parts[0] == "mcp" {
		parts = parts[1:]
	}
	if len(parts) < 2 {
		return "", "", ""
	}
	owner, name = parts[0], strings.TrimSuffix(strings.SplitN(parts[1], "@", 2)[0], ".git")
	if !ownerRepo().MatchString(owner + "/" + name) {
		return "", "", ""
	}
	return "https://" + strings.ToLower(u.Hostname()) + "/" + owner + "/" + name, owner, name
}

// address takes the address of a server. Most pages on the web are none: it
// must say so in its path or its host's first name.
func (r *reader) address(s string, u *url.URL, host string, parts []string) {
	labels := strings.Split(host, ".")
	last := ""
	if len(parts) > 0 {
		last = strings.ToLower(parts[len(parts)-1])
	}
	for _, p := range parts {
		switch strings.ToLower(p) {
		case "docs", "doc", "blog", "guide", "guides", "articles", "article", "help", "learn", "wiki", "news", "posts", "tutorials", "servers", "category", "tags":
			return
		}
	}
	if directories(host) || labels[0] == "docs" || labels[0] == "blog" || labels[0] == "www" || labels[0] == "developers" || labels[0] == "support" || labels[0] == "help" || labels[0] == "code" || labels[0] == "learn" {
		return
	}
	ends := last == "mcp" || last == "sse" || strings.HasPrefix(last, "mcp-") && strings.HasSuffix(last, "-server")
	named := len(labels) > 2 && (labels[0] == "mcp" || strings.HasPrefix(labels[0], "mcp-") || strings.HasSuffix(labels[0], "-mcp"))
	inside := slices.ContainsFunc(parts, func(p string) bool { return strings.EqualFold(p, "mcp") || strings.EqualFold(p, "sse") })
	if !ends && !(named && (len(parts) <= 2 || inside)) && !(inside && (u.RawQuery != "" || loopback(s))) && !(labels[0] == "server" && inside) && !r.options.Known("remote", strings.TrimRight(s, "/")) {
		return
	}
	if strings.HasSuffix(last, ".html") || strings.HasSuffix(last, ".md") || strings.HasSuffix(last, ".json") {
		return
	}
	r.entry(entry{url: s}, single)
}

// directories are sites about servers.
var directories = words("mcp.so glama.ai smithery.ai pulsemcp.com modelcontextprotocol.io spec.modelcontextprotocol.io registry.modelcontextprotocol.io blog.modelcontextprotocol.io mcpservers.org mcpmarket.com mcp.directory mcphub.com mcp.run mcpserverfinder.com cursor.com cursor.directory claude.ai claude.com code.visualstudio.com playbooks.com lobehub.com medium.com dev.to youtube.com reddit.com stackoverflow.com")

// name takes a plain name.
func (r *reader) name(s string) {
	bare := strings.TrimRight(s, "/")
	for _, prefix := range []string{github() + "/", "www." + github() + "/"} {
		if strings.HasPrefix(strings.ToLower(bare), prefix) {
			r.page("https://"+bare, true)
			return
		}
	}
	lower := strings.ToLower(bare)
	telling := mcpPart().MatchString(bare) && !sdks(packageName(lower)) && value(bare) != ""
	head, _, slashed := strings.Cut(bare, "/")
	switch {
	case r.options.Known(KindListing, bare):
		r.listing(bare)
	case scriptPath().MatchString(bare) && absolute(bare):
		program := "node"
		if strings.HasSuffix(lower, ".py") {
			program = "python3"
		}
		r.entry(entry{command: program, args: []string{bare}}, trusting)
	case strings.HasPrefix(bare, "@"):
		if npmSpec().MatchString(bare) && slashed && (telling || !sdks(packageName(lower)) && r.options.Known("npm", packageName(bare))) {
			r.reference("npm:" + bare)
		}
	case imageHosts[strings.ToLower(head)]:
		if imageSpec().MatchString(bare) {
			r.reference("oci:" + bare)
		}
	case slashed && listingID().MatchString(bare) && topLabels(strings.ToLower(strings.SplitN(head, ".", 2)[0])):
		r.listing(bare)
	case slashed && imageSpec().MatchString(bare) && (head == "mcp" || telling && strings.Contains(bare, ":") || r.options.Known("oci", bare)):
		r.reference("oci:" + bare)
	case slashed && ownerRepo().MatchString(bare):
		if page := "https://" + github() + "/" + bare; telling || r.options.Known(KindListing, page) {
			r.repository(page, path.Base(bare))
		}
	case slashed || strings.ContainsAny(bare, ":\\") || strings.HasPrefix(bare, "."):
	default:
		r.plainName(bare, telling)
	}
}

var imageHosts = map[string]bool{site("ghcr", "io"): true, site("docker", "io"): true, site("quay", "io"): true, site("mcr", "microsoft", "com"): true}

// plainName takes a word that may be a package of npm's or of PyPI's.
func (r *reader) plainName(s string, telling bool) {
	npmName := packageName(s)
	m := pypiSpec().FindStringSubmatch(s)
	if m == nil {
		return
	}
	isNPM, isPyPI := r.options.Known("npm", npmName), r.options.Known("pypi", m[1])
	switch {
	case isPyPI && !isNPM, !isNPM && telling && (m[2] != "" || strings.Contains(s, "==") || strings.Contains(m[1], "_") || strings.HasPrefix(m[1], "mcp-server-") || strings.Contains(m[1], ".")):
		r.reference("pypi:" + s)
		if !isPyPI && m[2] == "" && !strings.Contains(s, "==") {
			r.guessed()
		}
	case isNPM && !isPyPI:
		r.reference("npm:" + s)
	case telling && npmSpec().MatchString(s) && s == strings.ToLower(s):
		r.reference("npm:" + s)
		r.guessed()
	}
}

func (r *reader) guessed() {
	if n := len(r.found); n > 0 {
		r.found[n-1].warn(WarnGuessedType)
		slices.Sort(r.found[n-1].Warnings)
	}
}

func (r *reader) listing(id string) {
	r.add(Found{Kind: KindListing, Name: nameOf(model.Package{Identifier: id}), Listing: id, Package: model.Package{}, Answers: map[string]string{}, Secrets: map[string]string{}})
}

// refKind gives the kind of Toolbay's own way to name a package, or "".
func refKind(s string) string {
	kind, rest, ok := strings.Cut(s, ":")
	if !ok || rest == "" {
		return ""
	}
	switch kind {
	case "npm", "pypi", "oci", "mcpb", "remote", "local", "docker":
		return kind
	}
	return ""
}

// reference takes a package by its kind and name, or a listing's id.
func (r *reader) reference(s string) {
	kind, rest, _ := strings.Cut(s, ":")
	switch refKind(s) {
	case "npm":
		r.plain("npx", "-y", rest)
	case "pypi":
		r.plain("uvx", rest)
	case "oci", "docker":
		rest = strings.TrimPrefix(rest, "//")
		r.plain("docker", "run", "-i", "--rm", strings.TrimPrefix(rest, site("docker", "io")+"/"))
	case "mcpb":
		r.bundle(rest)
	case "remote":
		r.entry(entry{url: rest}, trusting)
	case "local":
		if absolute(rest) {
			r.entry(entry{command: rest}, trusting)
		}
	default:
		if kind == s && (listingID().MatchString(s) || r.options.Known(KindListing, s) || ownerRepo().MatchString(s)) {
			r.listing(s)
		}
	}
}

// plain takes a package that is named without anything more. The runner's own
// switches do not stay.
func (r *reader) plain(program string, args ...string) {
	p, err := command.Package(command.Line{Command: program, Args: args, Typed: true})
	if err != nil {
		return
	}
	f := Found{Kind: p.Type, Package: p, Answers: map[string]string{}, Secrets: map[string]string{}}
	f.Name = nameOf(p)
	r.add(f)
}

// purl takes pkg:npm/%40acme/notes@1.0 and its like.
func (r *reader) purl(s string) {
	kind, rest, ok := strings.Cut(s[len("pkg:"):], "/")
	rest, _, _ = strings.Cut(rest, "?")
	rest = unescape(rest)
	if !ok {
		return
	}
	switch strings.ToLower(kind) {
	case "npm", "pypi":
		r.reference(strings.ToLower(kind) + ":" + rest)
	case "docker", "oci":
		r.reference("oci:" + strings.Replace(rest, "@", ":", 1))
	case "github":
		if ownerRepo().MatchString(packageName(rest)) {
			r.repository("https://"+github()+"/"+packageName(rest), path.Base(packageName(rest)))
		}
	}
}

// record takes a server.json: the package that fits this computer.
func (r *reader) record(name, title, description string, packages []model.Package) bool {
	f := Found{Name: line(title, maxName), Description: line(description, 500), Answers: map[string]string{}, Secrets: map[string]string{}}
	if listingID().MatchString(name) {
		f.Listing = name
	}
	if f.Name == "" {
		f.Name = nameOf(model.Package{Identifier: line(name, maxName)})
	}
	at := choose(packages)
	if at < 0 {
		return false
	}
	f.Package = packages[at]
	f.Kind = f.Package.Type
	f.keysOut()
	r.add(f)
	return true
}
