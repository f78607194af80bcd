package recipe

import (
	"path"
	"strings"

	"toolbay/backend/model"
)

// Choose gives the index of the package that fits this computer best among
// those can says yes to, or -1. The order in the listing decides only between
// equals: a package that talks directly before one that speaks HTTP, one
// without a platform's name or with this one's before any other.
func Choose(packages []model.Package, pl Platform, can func(model.Package) bool) int {
	best, bestScore := -1, -1
	for i, p := range packages {
		if can != nil && !can(p) {
			continue
		}
		score := 0
		if p.Transport == "" || p.Transport == "stdio" {
			score += 2
		}
		if on, ok := platformOf(p); !ok {
			score += 4
		} else if on.fits(pl) {
			score += 5
		}
		if score > bestScore {
			best, bestScore = i, score
		}
	}
	return best
}

// String names the platform as publishers do: "darwin-arm64".
func (p Platform) String() string {
	if p.Arch == "" {
		return p.OS
	}
	return p.OS + "-" + p.Arch
}

// fits tells whether what is made for p runs on here; no processor means any.
func (p Platform) fits(here Platform) bool {
	return p.OS == here.OS && (p.Arch == "" || p.Arch == here.Arch)
}

var (
	systems = map[string]string{
		"darwin": "darwin", "macos": "darwin", "osx": "darwin", "mac": "darwin",
		"linux": "linux", "windows": "windows", "win32": "windows", "win64": "windows", "win": "windows",
	}
	processors = map[string]string{"amd64": "amd64", "x64": "amd64", "x86_64": "amd64", "arm64": "arm64", "aarch64": "arm64"}
)

// ParsePlatform reads the names that publishers and systems give an operating
// system and a processor; ok is false when one of them is not known.
func ParsePlatform(os, arch string) (p Platform, ok bool) {
	p.OS, p.Arch = systems[strings.ToLower(os)], processors[strings.ToLower(arch)]
	return p, p.OS != "" && p.Arch != ""
}

// platformOf gives the one platform a package is for, when it says so: in its
// runtime hint, or in the name of its bundle's file. Publishers list one bundle
// per system either way.
func platformOf(p model.Package) (Platform, bool) {
	if os, arch, ok := strings.Cut(p.RuntimeHint, "-"); ok {
		if on, ok := ParsePlatform(os, arch); ok {
			return on, true
		}
	}
	if p.Type != "mcpb" {
		return Platform{}, false
	}
	var on Platform
	file := strings.ReplaceAll(strings.ToLower(path.Base(p.Identifier)), "x86_64", "x64")
	for _, word := range strings.FieldsFunc(file, func(r rune) bool { return strings.ContainsRune("-_.", r) }) {
		if os := systems[word]; os != "" {
			on.OS = os
		}
		if arch := processors[word]; arch != "" {
			on.Arch = arch
		}
	}
	return on, on.OS != ""
}
