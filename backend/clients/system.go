package clients

import (
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
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

	// commands are the programs that can be started by name, with their paths;
	// read once for a look at all apps.
	commands func() map[string]string
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
	case "LMSTUDIO_POINTER":
		v = s.lmStudio()
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

// lmStudio gives the folder that LM Studio's pointer file names, "" without
// one (findLMStudioHome of lmstudio-js).
func (s System) lmStudio() string {
	if s.Home == "" {
		return ""
	}
	src, err := ReadFile(filepath.Join(s.Home, ".lmstudio-home-pointer"))
	if err != nil || len(src) > 4096 {
		return ""
	}
	return strings.TrimSpace(string(src))
}

// applies tells whether what a place depends on is there.
func (s System) applies(spec FileSpec, project string) bool {
	return spec.If == "" || slices.ContainsFunc(s.Places(spec.If, project), exists)
}

// Places turns a path of the table into the paths it stands for: none when its
// variable is unset, several when "*" matches several names. A path without
// "*" need not exist.
func (s System) Places(path, project string) []string {
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
		matches := s.Places(alt, project)
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

// program gives the path of a command, "" when it is not here.
func (s System) program(name string) string { return s.commands()[name] }

// looking gives a System for a look at the apps of a table: it reads the folders
// of commands once. With thirty apps and twenty folders asking for each name is
// what takes the time.
func (s System) looking(t *Table) System {
	if s.commands != nil {
		return s
	}
	s.commands = sync.OnceValue(func() map[string]string {
		wanted := map[string]bool{}
		for _, c := range t.clients {
			for _, e := range c.Evidence {
				wanted[e.Name] = e.Name != "" && s.is(e.OS)
			}
		}
		return s.findCommands(wanted, t.binFolders)
	})
	return s
}

// findCommands looks for commands on PATH and in the usual folders for commands:
// a program started from the desktop has a shorter PATH than the user's shell.
// The first folder that has a command counts.
func (s System) findCommands(wanted map[string]bool, binFolders []Place) map[string]string {
	list, suffixes := ":", []string{""}
	if s.os() == "windows" {
		list, suffixes = ";", []string{".exe", ".cmd", ".bat"}
	}
	folders := strings.Split(s.getenv("PATH"), list)
	for _, p := range binFolders {
		if s.is(p.OS) {
			folders = append(folders, s.Places(p.Path, "")...)
		}
	}
	found := map[string]string{}
	for _, dir := range folders {
		if !filepath.IsAbs(dir) {
			continue
		}
		f, err := os.Open(dir)
		if err != nil {
			continue // most of them are not there
		}
		names, _ := f.Readdirnames(-1) // what could be read counts
		f.Close()
		for _, suffix := range suffixes {
			for _, n := range names {
				if s.os() == "windows" {
					n = strings.ToLower(n)
				}
				name, ok := strings.CutSuffix(n, suffix)
				if !ok || !wanted[name] || found[name] != "" {
					continue
				}
				p := filepath.Join(dir, n)
				fi, err := os.Stat(p)
				if err == nil && !fi.IsDir() && (s.os() == "windows" || fi.Mode()&0o111 != 0) {
					found[name] = p
				}
			}
		}
	}
	return found
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
