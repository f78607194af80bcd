package recipe

import (
	"slices"
	"strings"

	"toolbay/backend/model"
	"toolbay/backend/pattern"
)

// Extras is what a package's runner would be told to bring besides the package.
type Extras struct {
	// With are further packages: of npm as "name" or "name@version", of PyPI as a
	// requirement with its extras and range.
	With []string
	// Python is the range of Python versions that is asked for, as Requires-Python
	// is written; "" asks for none.
	Python string
}

// ExtrasOf reads the runner's options of a package. What cannot be brought is
// left out; Build warns of it with NotKept.
func ExtrasOf(p model.Package) Extras {
	b := newBuilder(p, nil)
	own, _ := b.sort()
	var x Extras
	for _, o := range own {
		with, python := b.extra(o)
		for _, w := range with {
			if !slices.Contains(x.With, w) {
				x.With = append(x.With, w)
			}
		}
		if python != "" {
			x.Python = python
		}
	}
	return x
}

// What may be asked for: a plain name with a version or range. Addresses, files
// and folders are somebody else's.
var (
	npmExtra  = pattern.New(`^(?:@[a-z0-9~_][a-z0-9~._-]*/)?[A-Za-z0-9~_][A-Za-z0-9~._-]*(?:@[0-9A-Za-z^~<>=*|. +-]{1,100})?$`)
	pypiExtra = pattern.New(`^[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?(?:\[[A-Za-z0-9._, -]+\])?(?:(?:===?|[<>!~]=|[<>])[0-9A-Za-z.*+!_-]+(?:,(?:===?|[<>!~]=|[<>])[0-9A-Za-z.*+!_-]+)*)?$`)
	pythonAs  = pattern.New(`^(?:[Pp]ython|cpython-)?(3(?:\.[0-9]{1,2}){0,2})$`)
)

// extra reads one option: the packages it adds, the Python it asks for.
func (b *builder) extra(o option) (with []string, python string) {
	switch {
	case b.p.Type == "npm" && (o.name == "-p" || o.name == "--package"):
		if v := strings.TrimSpace(o.value); !b.isPackage(v) && len(v) < 300 && npmExtra().MatchString(v) && !strings.HasPrefix(v, ".") {
			return []string{v}, ""
		}
	case b.p.Type != "pypi":
	case o.name == "--with" || o.name == "-w":
		// uv takes several with commas between them, and commas stand in ranges too.
		v := strings.ReplaceAll(o.value, " ", "")
		for _, one := range several(v) {
			if one = atIs(one); len(one) > 300 || !pypiExtra().MatchString(one) {
				return nil, ""
			}
			if !b.isPackage(one) {
				with = append(with, one)
			}
		}
	case o.name == "-p" || o.name == "--python":
		m := pythonAs().FindStringSubmatch(o.value)
		if m == nil {
			return nil, ""
		}
		if strings.Count(m[1], ".") == 2 {
			return nil, "==" + m[1]
		}
		return nil, "==" + m[1] + ".*"
	}
	return with, python
}

// several takes "a,b>=1,<2" apart: what begins with a letter or figure is the
// next name.
func several(v string) []string {
	var out []string
	depth := 0
	from := 0
	for i := range len(v) {
		switch c := v[i]; {
		case c == '[':
			depth++
		case c == ']':
			depth--
		case c == ',' && depth == 0 && i+1 < len(v) && !strings.ContainsRune("<>=!~", rune(v[i+1])):
			out, from = append(out, v[from:i]), i+1
		}
	}
	return append(out, v[from:])
}

// atIs writes uv's "name@1.2" as other programs do.
func atIs(requirement string) string {
	name, version, ok := strings.Cut(requirement, "@")
	switch {
	case !ok:
		return requirement
	case version == "latest":
		return name
	}
	return name + "==" + version
}

// notKept warns of an option that changes what its runner would fetch and that
// an install of ours leaves out. kept is what it brings.
func (b *builder) notKept(o option, kept Extras) {
	switch o.name {
	case "--with", "-w", "-p", "--python", "--package":
		if b.isPackage(o.value) {
			return
		}
		with, python := b.extra(o)
		if python != "" && python == kept.Python {
			return
		}
		if len(with) > 0 && !slices.ContainsFunc(with, func(w string) bool { return !slices.Contains(kept.With, w) }) {
			return
		}
	case "--with-editable", "--with-requirements", "-c", "--constraints", "--overrides", "--prerelease", "--exclude-newer":
		if b.p.Type != "pypi" {
			return
		}
	default:
		return
	}
	b.warn(NotKept + o.name)
}
