package clients

import (
	"path"
	"slices"
	"strings"

	"toolbay/backend/configfile"
)

// As gives the app with the dialect of a file that need not be on this
// computer, known by its path there: with ~, with %APPDATA% and the like, or
// relative to a project. ok is false when the app has no such place; at is then
// that of the scope.
func (c Client) As(goos, scope, file string) (at Client, spec FileSpec, ok bool) {
	file = path.Clean(strings.ReplaceAll(file, `\`, "/"))
	best := -1
	for _, s := range c.Files {
		if len(s.OS) > 0 && goos != "" && !slices.Contains(s.OS, goos) || s.Scope == Private {
			continue
		}
		for _, folder := range s.Folders {
			_, tail, _ := strings.Cut(folder, "}")
			for _, name := range s.Names {
				n := ends(file, path.Join(tail, name))
				if n > 0 && s.Scope == scope {
					n += 1000 // the same name in another scope counts less
				}
				if n > best && n > 0 {
					best, spec = n, s
				}
			}
		}
	}
	if best < 0 {
		at = c.At(scope, "")
		return at, FileSpec{Scope: scope}, false
	}
	return c.in(spec, ""), spec, true
}

// ends tells on how many steps a path ends as a pattern does, 0 when it does
// not. A pattern without a folder is one file of the home or the project.
func ends(file, pattern string) int {
	want := strings.Split(strings.TrimPrefix(pattern, "/"), "/")
	have := strings.Split(file, "/")
	if len(have) < len(want) {
		return 0
	}
	have = have[len(have)-len(want):]
	for i := range want {
		if ok, err := path.Match(want[i], have[i]); err != nil || !ok {
			return 0
		}
	}
	return len(want)
}

// Keep writes an entry as it stands, by its name, in a file of its own.
func (d Dialect) Keep(name string, entry configfile.Object) (string, error) {
	out, _, err := configfile.Insert(nil, d.Format, d.Path(name), entry)
	return string(out), err
}
