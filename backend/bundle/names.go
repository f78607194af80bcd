package bundle

import (
	"path"
	"slices"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

const (
	maxPath  = 240 // characters, so that it fits below a folder on Windows
	maxPart  = 200 // bytes of one name; systems take 255
	maxNests = 32
)

// names judges every name for every system, whichever this is: a bundle goes
// from one computer to another.
func (a *archive) names() []Reason {
	var out []Reason
	say := func(code, name string) { out = append(out, because(code, "file", name)) }
	if a.backslashes() {
		out = append(out, because("archive_backslashes"))
	}
	for _, e := range a.entries {
		if code := badName(strings.TrimSuffix(e.name, "/")); code != "" {
			say(code, e.name)
		}
		if e.special {
			say("name_link", e.name)
		}
		if e.dropped {
			say("modes_dropped", e.name)
		}
	}
	if rejected(out) {
		return out
	}
	for _, name := range a.collisions() {
		say("name_collision", name)
	}
	a.tree = a.plant()
	return out
}

// backslashes turns the separators of an archive that has no others, as some
// programs on Windows write it, into slashes.
func (a *archive) backslashes() bool {
	found := false
	for _, e := range a.entries {
		if strings.Contains(e.name, "/") {
			return false
		}
		found = found || strings.Contains(e.name, `\`)
	}
	if !found {
		return false
	}
	for _, e := range a.entries {
		if strings.HasSuffix(e.name, `\`) && e.size != 0 {
			return false
		}
	}
	for i := range a.entries {
		a.entries[i].name = strings.ReplaceAll(a.entries[i].name, `\`, "/")
	}
	return true
}

// badName gives the code of what is wrong with a name, or "".
func badName(name string) string {
	if leaves(name) {
		return "name_outside"
	}
	if strings.ContainsAny(name, `\:<>"|?*`) || hasHidden(name) || strings.ContainsAny(name, "\n\r\t") || !norm.NFC.IsNormalString(name) ||
		len([]rune(name)) > maxPath {
		return "name_unsafe"
	}
	parts := strings.Split(name, "/")
	if len(parts) > maxNests {
		return "name_unsafe"
	}
	for _, p := range parts {
		if p == "" || p == "." || len(p) > maxPart || strings.HasSuffix(p, ".") || strings.HasSuffix(p, " ") || strings.HasPrefix(p, " ") || reserved(p) {
			return "name_unsafe"
		}
	}
	return ""
}

// leaves tells names that lead out of the folder on some system.
func leaves(name string) bool {
	plain := strings.ReplaceAll(name, `\`, "/")
	if strings.HasPrefix(plain, "/") || len(plain) > 1 && plain[1] == ':' {
		return true
	}
	return slices.Contains(strings.Split(plain, "/"), "..")
}

// reserved tells the names that are devices on Windows, with whatever ending.
func reserved(part string) bool {
	stem, _, _ := strings.Cut(part, ".")
	stem = strings.ToUpper(strings.TrimRight(stem, " "))
	switch stem {
	case "CON", "PRN", "AUX", "NUL", "CONIN$", "CONOUT$", "CLOCK$":
		return true
	}
	for _, device := range []string{"COM", "LPT"} {
		if n, ok := strings.CutPrefix(stem, device); ok && slices.Contains([]string{"0", "1", "2", "3", "4", "5", "6", "7", "8", "9", "¹", "²", "³"}, n) {
			return true
		}
	}
	return false
}

// collisions gives the names that are one file, or a file and a folder, on some
// system.
func (a *archive) collisions() []string {
	var out []string
	files, folders := map[string]bool{}, map[string]bool{}
	for _, e := range a.entries {
		name := folded(strings.TrimSuffix(e.name, "/"))
		if e.dir() {
			folders[name] = true
		} else if files[name] {
			out = append(out, e.name)
		} else {
			files[name] = true
		}
		for dir := path.Dir(name); dir != "."; dir = path.Dir(dir) {
			if folders[dir] {
				break
			}
			folders[dir] = true
		}
	}
	for _, e := range a.entries {
		if name := folded(e.name); !e.dir() && folders[name] {
			out = append(out, e.name)
		}
	}
	return out
}

// folded is a name without the difference of upper and lower case.
func folded(name string) string {
	return norm.NFC.String(strings.Map(func(r rune) rune {
		least := r
		for f := unicode.SimpleFold(r); f != r; f = unicode.SimpleFold(f) {
			least = min(least, f)
		}
		return least
	}, norm.NFD.String(name)))
}
