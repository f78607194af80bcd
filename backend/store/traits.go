package store

import (
	"math"
	"strings"
	"time"

	"toolbay/backend/model"
)

// traits are what filters ask of a listing. A filter promises what is known,
// so a listing that does not say what it needs does not pass as needing
// nothing.
func traits(l model.Listing) trait {
	var t trait
	set := func(on bool, bit trait) {
		if on {
			t |= bit
		}
	}
	switch l.Needs {
	case model.NeedsNothing, model.NeedsFolder, model.NeedsApp, model.NeedsDocker:
		t |= traitNoKey
	}
	set(l.Featured > 0, traitFeatured)
	set(l.Copies > 0, traitSpam)
	set(l.Vendor || domainProved(l), traitOfficial)
	for _, p := range l.Packages {
		set(p.Type != "oci", traitNoDocker)
		if p.Type == "remote" {
			t |= traitRemote | traitLinux | traitDarwin | traitWindows
			continue
		}
		t |= traitLocal | platforms(p)
		set(p.Transport == "" || p.Transport == "stdio", traitStdio)
	}
	return t
}

// domainProved tells whether the registry made its publisher prove a domain of
// its own: com.notion/mcp, not io.github.someone/notion.
func domainProved(l model.Listing) bool {
	space, _, ok := strings.Cut(l.ID, "/")
	if !ok || !strings.Contains(space, ".") || strings.HasPrefix(space, "io.github.") {
		return false
	}
	for _, s := range l.Sources {
		if s == "official" {
			return true
		}
	}
	return false
}

// platforms are the systems that a package is for. Only bundles are made for
// one, and say so in their file's name if anywhere.
func platforms(p model.Package) trait {
	const all = traitLinux | traitDarwin | traitWindows
	if p.Type != "mcpb" {
		return all
	}
	file := strings.ToLower(p.Identifier[strings.LastIndex(p.Identifier, "/")+1:])
	var t trait
	for part := range strings.FieldsFuncSeq(file, func(r rune) bool { return strings.ContainsRune("-_. ", r) }) {
		switch part {
		case "linux":
			t |= traitLinux
		case "darwin", "macos", "mac", "osx":
			t |= traitDarwin
		case "windows", "win", "win32", "win64":
			t |= traitWindows
		}
	}
	if t == 0 {
		return all
	}
	return t
}

// day is a time's day since 1970, 0 when it is not known or beyond what fits.
func day(t time.Time) uint16 {
	if d := t.Unix() / 86400; !t.IsZero() && d > 0 && d <= math.MaxUint16 {
		return uint16(d)
	}
	return 0
}

// popularity puts stars and downloads on one scale of 0 to 255, each step of 16
// a doubling of stars. A download says far less than a star.
func popularity(l model.Listing) uint8 {
	const downloadsPerStar = 100
	n := max(float64(l.Stars), float64(l.Downloads)/downloadsPerStar, 0)
	return uint8(min(255, 16*math.Log2(1+n)))
}
