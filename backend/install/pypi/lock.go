package pypi

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"toolbay/backend/model"
	"toolbay/backend/pattern"
	"toolbay/backend/runtimes"
)

// pin is one package of a lock: an exact version and the digests of its files.
type pin struct {
	name, version string
	// marker says on which computers it is needed; "" is on this one.
	marker string
	hashes []string // "sha256:…"
}

var (
	pinLine  = pattern.New(`^([A-Za-z0-9][A-Za-z0-9._-]*)(?:\[[A-Za-z0-9._, -]*\])?==([0-9A-Za-z.+!_-]+)\s*(?:;([^\\]*))?\\?$`)
	hashLine = pattern.New(`^--hash=(sha(?:256|384|512):[0-9a-f]{64,128})\s*\\?$`)
)

// readPins reads what uv locks. A package that comes from an address or a folder
// has no place in it.
func readPins(b []byte) ([]pin, error) {
	var pins []pin
	for line := range strings.Lines(string(b)) {
		line = strings.TrimSpace(line)
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		if m := hashLine().FindStringSubmatch(line); m != nil && len(pins) > 0 {
			last := &pins[len(pins)-1]
			last.hashes = append(last.hashes, m[1])
			continue
		}
		m := pinLine().FindStringSubmatch(line)
		if m == nil {
			return nil, fmt.Errorf("it needs %.200q, which is no package of an index", line)
		}
		pins = append(pins, pin{name: m[1], version: m[2], marker: strings.TrimSpace(m[3])})
	}
	for _, p := range pins {
		if len(p.hashes) == 0 {
			return nil, fmt.Errorf("there is no digest of %s %s", p.name, p.version)
		}
	}
	return pins, nil
}

// format writes pins as a requirements file without any address.
func format(pins []pin) string {
	var b strings.Builder
	for _, p := range pins {
		b.WriteString(p.name + "==" + p.version)
		if p.marker != "" {
			b.WriteString(" ; " + p.marker)
		}
		for _, h := range p.hashes {
			b.WriteString(" \\\n    --hash=" + h)
		}
		b.WriteString("\n")
	}
	return b.String()
}

// lock decides which versions of everything are meant for one Python: that at
// path, or, with a version, one that is not here yet. Only ready-made parts
// count unless build, which runs programs of the packages.
func (t *tool) lock(ctx context.Context, requirements, path, version string, build bool) ([]pin, error) {
	b, err := t.compile(ctx, requirements, path, version, build, "--generate-hashes")
	if err != nil {
		return nil, err
	}
	pins, err := readPins(b)
	if err != nil {
		return nil, model.Fail("package_incomplete", err, "package", firstName(requirements))
	}
	return pins, nil
}

// build locks with what has to be built, which runs programs of the packages.
func (t *tool) build(ctx context.Context, req requirement, r *resolution, python runtimes.Python) error {
	if r.version != "" {
		req.spec = "==" + r.version
	}
	pins, err := t.lock(ctx, req.all(), python.Path, "", true)
	if err != nil {
		return named(err, req.name)
	}
	for _, p := range pins {
		if normal(p.name) == normal(req.name) {
			r.version = p.version
		}
	}
	r.pins = pins
	return nil
}

// newest asks which version of one package is the newest for a Python, without
// what it needs. "3.99" stands for any Python.
func (t *tool) newest(ctx context.Context, requirement, path, version string) (string, error) {
	b, err := t.compile(ctx, requirement, path, version, false, "--no-deps")
	if err != nil {
		return "", err
	}
	for line := range strings.Lines(string(b)) {
		if m := pinLine().FindStringSubmatch(strings.TrimSpace(line)); m != nil {
			return m[2], nil
		}
	}
	return "", model.Fail("version_unknown", errors.New("uv names no version"), "package", firstName(requirement), "version", "")
}

func (t *tool) compile(ctx context.Context, requirements, path, version string, build bool, more ...string) ([]byte, error) {
	in, err := os.CreateTemp(t.dir.Path(), "*.in")
	if err != nil {
		return nil, err
	}
	_, err = in.WriteString(requirements + "\n")
	if err = errors.Join(err, in.Close()); err != nil {
		return nil, err
	}
	return t.compileFile(ctx, in.Name(), firstName(requirements), path, version, build, more...)
}

func (t *tool) compileFile(ctx context.Context, file, pkg, path, version string, build bool, more ...string) ([]byte, error) {
	args := append([]string{"pip", "compile", "--quiet", "--no-header", "--no-annotate", "--no-sources", "--python", path}, more...)
	if version != "" {
		args = append(args, "--python-version", version)
	}
	if !build {
		args = append(args, "--no-build")
	}
	out, err := t.run(ctx, call{args: append(args, file)})
	if err != nil && ctx.Err() == nil {
		return nil, t.explain(err, out, pkg)
	}
	return out.Stdout, err
}

// lockFile locks what a pyproject.toml names.
func (t *tool) lockFile(ctx context.Context, file, pkg, path string) ([]pin, error) {
	b, err := t.compileFile(ctx, file, pkg, path, "", false, "--generate-hashes")
	if err != nil {
		return nil, err
	}
	pins, err := readPins(b)
	if err != nil {
		return nil, model.Fail("package_incomplete", err, "package", pkg)
	}
	return pins, nil
}

func firstName(requirements string) string {
	name, _, _ := strings.Cut(strings.TrimSpace(requirements), "\n")
	if i := strings.IndexAny(name, "[<>=!~; "); i > 0 {
		name = name[:i]
	}
	return name
}

// look fetches the package itself, without what it needs, to read what it says
// of itself: which Python it is made for, and how large it is.
func (t *tool) look(ctx context.Context, name, version, path, pythonVersion string) (d dist, size int64, err error) {
	dir := t.dir.Join("look-" + pythonVersion)
	args := []string{"pip", "install", "--quiet", "--no-deps", "--no-build", "--target", dir, "--python", path, name + "==" + version}
	if pythonVersion != "" {
		args = append(args, "--python-version", pythonVersion)
	}
	out, err := t.run(ctx, call{args: args})
	if err != nil {
		if ctx.Err() == nil {
			err = t.explain(err, out, name)
		}
		return dist{}, 0, err
	}
	if d, err = findDist(dir, name); err != nil {
		return dist{}, 0, err
	}
	for _, f := range pattern.Files(dir, "*") {
		size += sizeOf(dir, filepath.Base(f))
	}
	return d, size, nil
}
