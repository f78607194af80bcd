package mcpb

import (
	"io/fs"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"toolbay/backend/model"
	"toolbay/backend/pattern"
)

// uvValues are uv's options that take a value, as far as bundles use them.
var uvValues = strings.Fields("--directory --project --with --with-requirements --with-editable --python -p --extra --group --only-group --no-group --env-file --index --default-index --index-url -i --extra-index-url --find-links -f --package --index-strategy --link-mode --cache-dir --config-file --color --resolution --prerelease --exclude-newer --python-preference -C --config-setting --refresh-package --reinstall-package --upgrade-package -P --no-binary-package --no-build-package --keyring-provider --allow-insecure-host")

// uv reads "uv run …": what the environment needs, and what is started in it.
func (s *start) uv(args []string, files fs.FS) error {
	fail := func() error { return model.Fail("bundle_line", nil, "line", lineOf("uv", args)) }
	folder, module, ran := "", "", false
	rest := args
	for len(rest) > 0 {
		word := rest[0]
		name, value, joined := strings.Cut(word, "=")
		switch {
		case word == "run" && !ran:
			ran = true
			rest = rest[1:]
			continue
		case word == "--":
			rest = rest[1:]
		case ran && (word == "-m" || word == "--module") && len(rest) > 1:
			module, rest = rest[1], rest[2:]
		case slices.Contains(uvValues, name) && (joined || len(rest) > 1):
			if joined {
				rest = rest[1:]
			} else {
				value, rest = rest[1], rest[2:]
			}
			if !s.uvOption(name, value, &folder) {
				return fail()
			}
			continue
		case strings.HasPrefix(word, "-"):
			rest = rest[1:]
			continue
		}
		break
	}
	if !ran {
		return fail()
	}
	s.on, s.python.Project = onPython, folder
	if module != "" {
		s.args = append([]string{"-m", module}, rest...)
		s.searched(folder)
		return nil
	}
	if len(rest) == 0 {
		return fail()
	}
	word := rest[0]
	switch {
	case pythonName().MatchString(program(word)) && !strings.ContainsAny(word, `/\`):
		s.args = inFolder(rest[1:], folder, files)
		if slices.Contains(s.args, "-m") {
			s.searched(folder)
		}
	case strings.HasPrefix(word, dirname) || strings.HasSuffix(word, ".py"):
		s.args = inFolder(rest, folder, files)
	case plainName().MatchString(word):
		s.command, s.args = word, rest[1:]
	default:
		return fail()
	}
	return nil
}

var (
	pythonName = pattern.New(`^python([0-9](\.[0-9]+)?)?$`)
	plainName  = pattern.New(`^[A-Za-z0-9][A-Za-z0-9._-]*$`)
	listed     = pattern.New(`^[A-Za-z0-9][A-Za-z0-9._-]*(\[[A-Za-z0-9_., -]+\])?([<>=!~]=?=?[0-9A-Za-z.*+!_-]+(,[<>=!~]=?=?[0-9A-Za-z.*+!_-]+)*)?$`)
)

// uvOption takes one option with its value; false when it leads outside the
// bundle. Where packages come from stays the person's own setting.
func (s *start) uvOption(name, value string, folder *string) bool {
	switch name {
	case "--directory", "--project":
		at, ok := placeIn(value)
		if !ok {
			return false
		}
		*folder = at
	case "--with":
		several := []string{value}
		if !listed().MatchString(value) {
			several = strings.Split(value, ",")
		}
		for _, one := range several {
			if !listed().MatchString(strings.TrimSpace(one)) {
				return false
			}
			s.python.Packages = append(s.python.Packages, strings.TrimSpace(one))
		}
	case "--with-requirements":
		at, ok := placeIn(value)
		if !ok {
			return false
		}
		s.python.Requirements = at
	case "--python", "-p":
		s.python.Requires = pythonRange(value)
	case "--with-editable", "--env-file", "--config-file":
		return false
	}
	return true
}

// placeIn gives the folder or file of the bundle that an option names, "" for
// the bundle itself.
func placeIn(value string) (string, bool) {
	rest := strings.TrimPrefix(strings.NewReplacer("${/}", "/", `\`, "/").Replace(value), dirname)
	rest = path.Clean(strings.TrimLeft(rest, "/"))
	if strings.HasPrefix(value, "/") || strings.Contains(rest, "${") || strings.Contains(rest, ":") || !filepath.IsLocal(filepath.FromSlash(rest)) {
		return "", false
	}
	if rest == "." {
		return "", true
	}
	return rest, true
}

// inFolder gives a script that is named as seen from a folder its place.
func inFolder(args []string, folder string, files fs.FS) []string {
	out := slices.Clone(args)
	for i, a := range out {
		if strings.HasPrefix(a, "-") {
			if a == "-m" || a == "-c" {
				return out
			}
			continue
		}
		if !strings.Contains(a, "${") {
			if at := path.Join(folder, a); filepath.IsLocal(filepath.FromSlash(at)) && isFile(files, at) {
				out[i] = dirname + "/" + at
			}
		}
		break // from here on they are the server's own
	}
	return out
}

// searched makes Python look for modules in a folder of the bundle, as it does
// when it is started there.
func (s *start) searched(folder string) {
	s.env["PYTHONPATH"] = path.Join(dirname, folder)
}
