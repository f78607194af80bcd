package identity

import (
	"net/netip"
	"net/url"
	"slices"
	"strings"

	"toolbay/backend/model"
	"toolbay/backend/pattern"
)

// kind is what a key is made of.
type kind uint8

const (
	kindNPM kind = iota
	kindPyPI
	kindOCI
	kindMCPB
	kindNuGet
	kindCargo
	// Anybody can write these without being asked whose they are.
	kindRemote
	kindRename
	kindRepository
)

var kindNames = [...]string{"npm", "pypi", "image", "bundle", "nuget", "cargo", "remote", "renamed", "repository"}

type kinds uint8

// umbrella is from how many remote servers on a record lists what its maker
// has rather than one server: Cloudflare's official record has 15, the largest
// of a single server has 5.
const umbrella = 6

// wrappers are packages that start or reach other servers. Naming one says
// nothing about which server it is for.
var wrappers = map[string]bool{
	"mcp-remote": true, "supergateway": true, "mcp-proxy": true, "@smithery/cli": true, "@smithery/sdk": true,
	"@anaisbetts/mcp-installer": true, "@modelcontextprotocol/inspector": true, "mcp-server": true, "mcp": true,
	"uv": true, "uvx": true, "npx": true, "node": true, "tsx": true, "bun": true, "fastmcp": true, "mcpo": true,
	"@modelcontextprotocol/server-everything": true, "mcp-framework": true, "mcp-hub": true, "@pyroprompts/mcp-stdio-to-streamable-http-adapter": true,
}

type key struct {
	hash    uint64
	kind    kind
	wrapper bool
}

// keyOf gives the key of a package; ok is false for one that cannot tell
// servers apart.
func keyOf(p model.Package) (key, bool) {
	k, name := kind(0), ""
	id := strings.TrimSpace(p.Identifier)
	switch p.Type {
	case "npm":
		k, name = kindNPM, strings.ToLower(withoutVersion(id))
	case "pypi":
		k, name = kindPyPI, pypiName(id)
	case "oci":
		k, name = kindOCI, imageName(id)
	case "mcpb":
		k, name = kindMCPB, bundleName(id)
	case "remote":
		k, name = kindRemote, remoteName(cmpOr(p.URL, id))
	case "nuget":
		k, name = kindNuGet, strings.ToLower(withoutVersion(id))
	case "cargo":
		k, name = kindCargo, strings.ReplaceAll(strings.ToLower(withoutVersion(id)), "_", "-")
	}
	if name == "" || k != kindRemote && k != kindMCPB && strings.ContainsAny(name, " {}$\\") {
		return key{}, false
	}
	return key{hash: hash(kindNames[k] + ":" + name), kind: k, wrapper: (k == kindNPM || k == kindPyPI) && wrappers[name]}, true
}

func cmpOr(a, b string) string {
	if a != "" {
		return a
	}
	return b
}

// withoutVersion takes "@1.2.3" off a name that has it in itself.
func withoutVersion(id string) string {
	if i := strings.LastIndexByte(id, '@'); i > 0 {
		return id[:i]
	}
	return id
}

// pypiName is PEP 503's normal form, without extras and version.
func pypiName(id string) string {
	if i := strings.IndexAny(id, "[=<>~!@; "); i >= 0 {
		id = id[:i]
	}
	parts := strings.FieldsFunc(strings.ToLower(id), func(r rune) bool { return r == '-' || r == '_' || r == '.' })
	return strings.Join(parts, "-")
}

// imageName is an image with its registry's host and without tag and digest.
func imageName(id string) string {
	id = strings.ToLower(strings.TrimPrefix(strings.TrimPrefix(id, "docker://"), "oci://"))
	id, _, _ = strings.Cut(id, "@")
	if colon, slash := strings.LastIndexByte(id, ':'), strings.LastIndexByte(id, '/'); colon > slash {
		id = id[:colon]
	}
	first, rest, ok := strings.Cut(id, "/")
	switch {
	case id == "":
		return ""
	case !ok:
		return "docker.io/library/" + id
	case first == "docker.io" || strings.HasSuffix(first, ".docker.io"):
		if !strings.Contains(rest, "/") {
			rest = "library/" + rest
		}
		return "docker.io/" + rest
	case !strings.ContainsAny(first, ".:") && first != "localhost":
		return "docker.io/" + id
	}
	return id
}

var (
	release = pattern.New(`(?i)^https?://(?:www\.)?(github\.com|gitlab\.com)/(.+?)/(?:-/)?(?:releases|raw|archive)/(?:.*/)?([^/?#]+)`)
	// release files are named for version, system and processor in any order
	versionWord = pattern.New(`^v?[0-9]+([.+][0-9a-z]+)*$`)
)

var platformWords = map[string]bool{
	"darwin": true, "macos": true, "mac": true, "osx": true, "apple": true, "linux": true, "windows": true, "win": true, "win32": true, "win64": true,
	"amd64": true, "x64": true, "x86": true, "64": true, "arm64": true, "aarch64": true, "universal": true, "gnu": true, "musl": true, "msvc": true, "pc": true, "unknown": true, "all": true, "latest": true,
}

// bundleName is the place of a release file without version and platform:
// "github.com/acme/notes:notes".
func bundleName(address string) string {
	m := release().FindStringSubmatch(address)
	if m == nil {
		u, err := url.Parse(address)
		if err != nil || u.Host == "" {
			return ""
		}
		return strings.ToLower(u.Host + u.Path)
	}
	file := strings.ToLower(m[3])
	for _, ext := range []string{".mcpb", ".dxt", ".zip", ".tar.gz", ".tgz", ".exe"} {
		file = strings.TrimSuffix(file, ext)
	}
	var kept []string
	for _, w := range strings.FieldsFunc(file, func(r rune) bool { return r == '-' || r == '_' }) {
		if !platformWords[w] && !versionWord().MatchString(w) {
			kept = append(kept, w)
		}
	}
	return strings.ToLower(m[1]+"/"+m[2]) + ":" + strings.Join(kept, "-")
}

// remoteName is host and path of an address without what only says how it is
// spoken to: /mcp and /sse are two ways to one server. "" for an address whose
// host is not fixed or is on this computer or network.
func remoteName(address string) string {
	u, err := url.Parse(strings.TrimSpace(address))
	if err != nil || u.Hostname() == "" || strings.ContainsAny(u.Host, "{}$<>*") {
		// a template such as https://example.com/{id}/mcp is no URL for Parse
		// when its braces stand in the host
		return ""
	}
	host := strings.TrimSuffix(strings.ToLower(u.Hostname()), ".")
	if !strings.Contains(host, ".") || strings.HasSuffix(host, ".local") || strings.HasSuffix(host, ".internal") || strings.HasSuffix(host, ".example.com") || host == "example.com" {
		return ""
	}
	if a, err := netip.ParseAddr(host); err == nil && (a.IsLoopback() || a.IsPrivate() || a.IsLinkLocalUnicast() || a.IsUnspecified()) {
		return ""
	}
	if port := u.Port(); port != "" && port != "443" && port != "80" {
		host += ":" + port
	}
	path := strings.ToLower(strings.TrimRight(u.Path, "/"))
	for {
		cut := strings.TrimRight(strings.TrimSuffix(strings.TrimSuffix(path, "/mcp"), "/sse"), "/")
		if cut == path {
			break
		}
		path = cut
	}
	var query []string
	for name, values := range u.Query() {
		for _, v := range values {
			if v != "" && !strings.ContainsAny(v, "{}$<>") {
				query = append(query, name+"="+v)
			}
		}
	}
	if len(query) > 0 {
		slices.Sort(query)
		path += "?" + strings.Join(query, "&")
	}
	return host + path
}
