package recipe

import (
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
		if os, arch, ok := platformHint(p.RuntimeHint); !ok {
			score += 4
		} else if os == pl.OS && arch == pl.Arch {
			score += 5
		}
		if score > bestScore {
			best, bestScore = i, score
		}
	}
	return best
}

// platformHint reads a runtime hint that names a platform: publishers list one
// bundle per system that way ("darwin-arm64").
func platformHint(hint string) (os, arch string, ok bool) {
	os, arch, ok = strings.Cut(strings.ToLower(hint), "-")
	if !ok {
		return "", "", false
	}
	switch os {
	case "darwin", "linux", "windows":
	case "macos", "osx":
		os = "darwin"
	case "win32", "win":
		os = "windows"
	default:
		return "", "", false
	}
	switch arch {
	case "amd64", "arm64":
	case "x64", "x86_64":
		arch = "amd64"
	case "aarch64":
		arch = "arm64"
	default:
		return "", "", false
	}
	return os, arch, true
}
