package store

import (
	"slices"
	"strings"
)

// launchers are the programs of command lines that people paste. Which of their
// words is the package is told by what is left out: flags and verbs.
var launchers = map[string]bool{
	"npx": true, "npm": true, "pnpm": true, "pnpx": true, "yarn": true, "bunx": true, "bun": true,
	"uvx": true, "uv": true, "pip": true, "pip3": true, "pipx": true, "docker": true, "podman": true, "dnx": true,
}

var launcherVerbs = map[string]bool{
	"run": true, "exec": true, "install": true, "add": true, "i": true, "dlx": true, "x": true, "tool": true, "pull": true, "global": true,
}

// flagsWithValue are those whose next word is not the package.
var flagsWithValue = map[string]bool{
	"-e": true, "--env": true, "-v": true, "--volume": true, "-p": true, "--publish": true, "--name": true,
	"--network": true, "--mount": true, "--python": true, "--with": true,
}

// hosts tell nothing about a server that has its address there.
var hosts = map[string]bool{
	"mcp": true, "api": true, "app": true, "apps": true, "www": true, "com": true, "org": true, "net": true, "io": true,
	"ai": true, "dev": true, "co": true, "sse": true, "http": true, "https": true, "v1": true, "v2": true, "workers": true,
}

// pasted recognises what people paste instead of typing: an id, a package's
// name, a command, an address. It gives the words to look for instead, the
// owner where one is named, and the keys of packages that may be meant.
func pasted(text string) (ws, owner string, keys []string) {
	fields := strings.Fields(text)
	if len(fields) > 1 && launchers[fields[0]] {
		if p := packageOf(fields[1:]); p != "" {
			return packageText(p)
		}
		return text, "", nil
	}
	if len(fields) != 1 {
		return text, "", nil
	}
	one := fields[0]
	if rest, ok := cutScheme(one); ok {
		rest, _, _ = strings.Cut(rest, "?")
		host, path, _ := strings.Cut(strings.TrimSuffix(rest, "/"), "/")
		if parts := strings.Split(path, "/"); codeHosts[host] && len(parts) >= 2 {
			return strings.TrimSuffix(parts[1], ".git"), parts[0], nil
		}
		labels := strings.FieldsFunc(host, func(r rune) bool { return r == '.' })
		telling := slices.DeleteFunc(slices.Clone(labels), func(l string) bool { return hosts[l] })
		if len(telling) > 0 {
			labels = telling[len(telling)-1:]
		}
		url := strings.TrimSuffix(one, "/")
		return strings.Join(labels, " "), "", []string{"remote:" + url, "remote:" + url + "/"}
	}
	if who, what := nameOf(one); strings.Contains(one, ".") && who != "" && strings.Contains(one, "/") {
		return who + " " + what, "", nil
	}
	if strings.ContainsAny(one, "/@-_=") {
		return packageText(one)
	}
	return text, "", nil
}

var codeHosts = map[string]bool{"github.com": true, "www.github.com": true, "gitlab.com": true, "codeberg.org": true, "bitbucket.org": true}

// cutScheme tells whether text is an address, with or without its scheme.
func cutScheme(text string) (rest string, ok bool) {
	if _, rest, ok := strings.Cut(text, "://"); ok {
		return rest, true
	}
	host, _, _ := strings.Cut(text, "/")
	return text, codeHosts[host] && host != text
}

// packageOf finds the package among the words after a launcher.
func packageOf(fields []string) string {
	for i := 0; i < len(fields); i++ {
		f := fields[i]
		switch {
		case flagsWithValue[f]:
			i++
		case strings.HasPrefix(f, "-") || launcherVerbs[f] || strings.Contains(f, "://"):
		default:
			return f
		}
	}
	return ""
}

// packageText gives the words of a package's name and the keys that it may
// have, without its version.
func packageText(p string) (name, owner string, keys []string) {
	bare := p
	if i := strings.LastIndex(bare, "@"); i > 0 {
		bare = bare[:i]
	}
	bare, _, _ = strings.Cut(bare, "==")
	image := bare
	if i := strings.LastIndex(image, ":"); i > strings.LastIndex(image, "/") {
		image = image[:i]
	}
	for _, kind := range []string{"npm", "pypi", "nuget"} {
		keys = append(keys, packageKey(kind, bare))
	}
	keys = append(keys, "oci:"+image)
	name = bare
	if scope, rest, ok := strings.Cut(strings.TrimPrefix(image, "@"), "/"); ok {
		name, owner = rest[strings.LastIndex(rest, "/")+1:], scope
	}
	return name, owner, keys
}
