package clients

import (
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
)

// System is the computer as this package sees it. Every field can be made up,
// so that "Windows with Claude Desktop from the Store" is a test on Linux.
type System struct {
	OS   string // as runtime.GOOS; "" is this one
	Home string
	// Root stands before absolute places of the table ("/Applications"); "" is
	// the real root.
	Root   string
	Getenv func(string) string // nil: no variable is set
}

// Real is this computer and the user who runs this program.
func Real() System {
	home, _ := os.UserHomeDir() // "" finds no app, which is the truth then
	return System{OS: runtime.GOOS, Home: home, Getenv: os.Getenv}
}

func (s System) os() string {
	if s.OS == "" {
		return runtime.GOOS
	}
	return s.OS
}

func (s System) is(names []string) bool {
	return len(names) == 0 || slices.Contains(names, s.os())
}

func (s System) getenv(name string) string {
	if s.Getenv == nil {
		return ""
	}
	return s.Getenv(name)
}

// variable gives the folder a variable of the table stands for, "" when unset.
// A relative folder counts as unset: the app resolves it from wherever it was
// started, which cannot be known here.
func (s System) variable(name, project string) string {
	v := ""
	switch name {
	case "HOME":
		v = s.Home
	case "PROJECT":
		v = project
	default:
		v = s.getenv(name)
		if v == "" && s.os() == "windows" && s.Home != "" {
			switch name {
			case "APPDATA":
				v = filepath.Join(s.Home, "AppData", "Roaming")
			case "LOCALAPPDATA":
				v = filepath.Join(s.Home, "AppData", "Local")
			}
		}
	}
	if !filepath.IsAbs(v) {
		return ""
	}
	return v
}

// expand turns a path of the table into the paths it stands for: none when its
// variable is unset, several when "*" matches several names. A path without
// "*" need not exist.
func (s System) expand(path, project string) []string {
	var base, rest string
	if strings.HasPrefix(path, "{") {
		name, after, _ := strings.Cut(path[1:], "}")
		base, rest = s.variable(name, project), strings.TrimPrefix(after, "/")
		if base == "" {
			return nil
		}
	} else {
		base, rest = s.Root, strings.TrimPrefix(path, "/")
		if base == "" {
			base = string(filepath.Separator)
			if runtime.GOOS == "windows" {
				return nil // the table has no absolute places for Windows
			}
		}
	}
	found := []string{filepath.Clean(base)}
	if rest == "" {
		return found
	}
	for _, part := range strings.Split(rest, "/") {
		var next []string
		for _, dir := range found {
			if !strings.Contains(part, "*") {
				next = append(next, filepath.Join(dir, part))
				continue
			}
			// Not filepath.Glob on the whole path: a home folder may hold
			// characters that are patterns.
			names, _ := os.ReadDir(dir) // a folder that is not there matches nothing
			for _, n := range names {
				if ok, _ := filepath.Match(part, n.Name()); ok {
					next = append(next, filepath.Join(dir, n.Name()))
				}
			}
		}
		found = next
	}
	return found
}

// first gives the first alternative that can be resolved; of several matches
// of a "*" the first in which one of names exists, else the first. A client of
// the user's own table is confined to the home and the project folder.
func (s System) first(c Client, alternatives, names []string, project string) string {
	for _, alt := range alternatives {
		matches := s.expand(alt, project)
		if c.overridden {
			matches = slices.DeleteFunc(matches, func(p string) bool {
				return !within(p, s.Home) && !within(p, project)
			})
		}
		for _, m := range matches {
			for _, n := range names {
				if exists(filepath.Join(m, filepath.FromSlash(n))) {
					return m
				}
			}
		}
		if len(matches) > 0 {
			return matches[0]
		}
	}
	return ""
}

// program looks for a command on PATH and in the usual folders for commands: a
// program started from the desktop has a shorter PATH than the user's shell.
func (s System) program(name string, binFolders []Place) string {
	list, suffixes := ":", []string{""}
	if s.os() == "windows" {
		list, suffixes = ";", []string{".exe", ".cmd", ".bat"}
	}
	folders := strings.Split(s.getenv("PATH"), list)
	for _, p := range binFolders {
		if s.is(p.OS) {
			folders = append(folders, s.expand(p.Path, "")...)
		}
	}
	for _, dir := range folders {
		if !filepath.IsAbs(dir) {
			continue
		}
		for _, suffix := range suffixes {
			p := filepath.Join(dir, name+suffix)
			fi, err := os.Stat(p)
			if err == nil && !fi.IsDir() && (s.os() == "windows" || fi.Mode()&0o111 != 0) {
				return p
			}
		}
	}
	return ""
}

// exists also says yes to a link that leads nowhere: it is something the user
// put there.
func exists(p string) bool {
	_, err := os.Lstat(p)
	return err == nil
}

func within(p, dir string) bool {
	if dir == "" {
		return false
	}
	rel, err := filepath.Rel(dir, p)
	return err == nil && rel != ".." && !strings.HasPrefix(rel, ".."+string(filepath.Separator))
}
