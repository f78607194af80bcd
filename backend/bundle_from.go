package backend

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"

	"toolbay/backend/bundle"
	"toolbay/backend/install"
	"toolbay/backend/model"
	"toolbay/backend/pattern"
	"toolbay/backend/runtimes"
	"toolbay/backend/staging"
)

// BundleFrom makes a bundle of an installed npm or PyPI server: everything it
// needs is in it, and its questions are asked again where it is installed. No
// answer and no key of this person goes along, and no file that was not installed
// or was changed since. The same server gives the same
// bytes. With output "" nothing is written. Error codes: server_unknown,
// bundle_no_source, seal_missing, bundle_pack_failed, disk_full, cancelled.
func (b *Backend) BundleFrom(ctx context.Context, id, output string) (bundle.Packed, error) {
	s, err := b.server(ctx, id)
	if err != nil {
		return bundle.Packed{}, err
	}
	r, err := install.ReadReceipt(s.Dir)
	if err != nil {
		return bundle.Packed{}, err
	}
	dir, err := staging.New(b.home)
	if err != nil {
		return bundle.Packed{}, err
	}
	defer dir.Close()
	m := exportOf(s)
	root := dir.Join("bundle")
	switch s.Package.Type {
	case "npm":
		err = m.node(s, r, root)
	case "pypi":
		err = m.python(s, r, root)
	default:
		err = model.Fail("bundle_no_source", nil, "server", s.Title)
	}
	if err == nil {
		err = m.write(root)
	}
	switch {
	case staging.Full(err):
		return bundle.Packed{}, model.Fail("disk_full", err)
	case model.Code(err) == "seal_missing":
		return bundle.Packed{}, model.Fail("seal_missing", err, "server", s.Title)
	case err != nil && model.Code(err) == "unexpected":
		return bundle.Packed{}, model.Fail("bundle_no_source", err, "server", s.Title)
	case err != nil:
		return bundle.Packed{}, err
	}
	return bundle.Pack(ctx, root, output)
}

// node lays out a server of npm: its package with everything that was installed
// for it.
func (m *exported) node(s model.Server, r install.Receipt, root string) error {
	if r.Native || r.Entry == "" {
		return model.Fail("bundle_no_source", errors.New("it is no script"), "server", s.Title)
	}
	compiled, err := copyTree(s.Dir, filepath.Join(s.Dir, "node_modules"), filepath.Join(root, "server", "node_modules"), func(name string, _ fs.DirEntry) bool {
		base := path.Base(name)
		return base == ".bin" || base == ".cache" || base == ".package-lock.json"
	})
	if err != nil {
		return err
	}
	entry := path.Join("server", r.Entry)
	m.Server.Type, m.Server.EntryPoint = "node", entry
	c := &m.Server.Config
	c.Command = "node"
	c.Args = slices.Concat(r.NodeArgs, []string{"${__dirname}/" + entry}, c.Args)
	var about struct {
		Description string            `json:"description"`
		License     any               `json:"license"`
		Engines     map[string]string `json:"engines"`
	}
	readJSON(filepath.Join(s.Dir, "node_modules", filepath.FromSlash(s.Package.Identifier), "package.json"), 1<<20, &about)
	m.Description = cmp.Or(about.Description, m.Description)
	m.License, _ = about.License.(string)
	// What its maker asks for, where that can be read at all.
	if rng, err := runtimes.ParseRange(about.Engines["node"]); err == nil && !rng.Any() {
		m.Compatibility.Runtimes["node"] = about.Engines["node"]
	} else {
		m.Compatibility.Runtimes["node"] = ">=18"
	}
	m.fits(compiled)
	return nil
}

// python lays out a server of PyPI: its environment's packages, and a script
// that starts what its program does.
func (m *exported) python(s model.Server, r install.Receipt, root string) error {
	var site string
	for _, at := range []string{"env/lib/python3*/site-packages", "env/Lib/site-packages"} {
		if found := pattern.Files(s.Dir, at); len(found) > 0 {
			site = found[0]
		}
	}
	if site == "" {
		return model.Fail("bundle_no_source", errors.New("there is no folder of packages"), "server", s.Title)
	}
	compiled, err := copyTree(s.Dir, site, filepath.Join(root, "server", "lib"), func(name string, e fs.DirEntry) bool {
		switch base := path.Base(name); base {
		case "__pycache__", "direct_url.json", "uv_cache.json", "REQUESTED", "INSTALLER", "RECORD":
			return true
		default:
			return strings.HasSuffix(base, ".pyc") || strings.HasSuffix(base, ".pth") || strings.HasPrefix(base, "_virtualenv.")
		}
	})
	if err != nil {
		return err
	}
	what, err := programOf(site, strings.TrimSuffix(path.Base(r.Entry), ".exe"))
	if err != nil {
		return err
	}
	m.Server.Type, m.Server.EntryPoint = "python", "server/main.py"
	if err := os.WriteFile(filepath.Join(root, "server", "main.py"), []byte(mainOf(what)), 0o644); err != nil {
		return err
	}
	c := &m.Server.Config
	c.Command, c.Args = "python", append([]string{"${__dirname}/server/main.py"}, c.Args...)
	c.Env["PYTHONPATH"] = "${__dirname}/server/lib"
	minor := strings.Split(r.Python, ".")
	switch {
	case compiled && len(minor) >= 2:
		next, err := strconv.Atoi(minor[1])
		if err != nil {
			return err
		}
		m.Compatibility.Runtimes["python"] = ">=3." + minor[1] + " <3." + strconv.Itoa(next+1)
	default:
		m.Compatibility.Runtimes["python"] = ">=3.10"
	}
	m.fits(compiled)
	return nil
}

var scriptEntry = pattern.New(`^([A-Za-z_][A-Za-z0-9_.]*)\s*:\s*([A-Za-z_][A-Za-z0-9_.]*)$`)

// programOf finds what a program of an environment runs: "module:function".
func programOf(site, name string) (string, error) {
	for _, f := range pattern.Files(site, "*.dist-info", "entry_points.txt") {
		raw, err := readAtMost(f, 1<<20)
		if err != nil {
			continue
		}
		for line := range strings.Lines(string(raw)) {
			key, what, ok := strings.Cut(line, "=")
			what, _, _ = strings.Cut(strings.TrimSpace(what), "[") // extras
			if what = strings.TrimSpace(what); ok && strings.TrimSpace(key) == name && scriptEntry().MatchString(what) {
				return what, nil
			}
		}
	}
	return "", errors.New("its program " + name + " is no part of a Python package")
}

// mainOf is a script that does what a program of an environment does.
func mainOf(what string) string {
	m := scriptEntry().FindStringSubmatch(what)
	first, _, _ := strings.Cut(m[2], ".")
	return "import sys\n\nfrom " + m[1] + " import " + first + "\n\nif __name__ == \"__main__\":\n    sys.exit(" + m[2] + "())\n"
}

// fits tells for which computers compiled parts are.
func (m *exported) fits(compiled bool) {
	if compiled {
		m.Compatibility.Platforms = []string{map[string]string{"windows": "win32"}[runtime.GOOS]}
		if m.Compatibility.Platforms[0] == "" {
			m.Compatibility.Platforms[0] = runtime.GOOS
		}
	}
}

// copyTree copies the files of a folder that are as they were installed in dir,
// no links, and tells whether there are compiled ones among them. What a server
// or its user put there is nobody else's.
func copyTree(dir, from, to string, leave func(name string, e fs.DirEntry) bool) (compiled bool, err error) {
	below, err := filepath.Rel(dir, from)
	if err != nil {
		return false, err
	}
	installed, err := install.Intact(dir)
	if err != nil {
		return false, err
	}
	err = filepath.WalkDir(from, func(p string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		rel, err := filepath.Rel(from, p)
		if err != nil {
			return err
		}
		name := filepath.ToSlash(rel)
		if name != "." && leave(name, d) {
			if d.IsDir() {
				return fs.SkipDir
			}
			return nil
		}
		place := filepath.Join(to, rel)
		if d.IsDir() {
			return os.MkdirAll(place, 0o755)
		}
		if !d.Type().IsRegular() || !installed[path.Join(filepath.ToSlash(below), name)] {
			return nil
		}
		switch strings.ToLower(path.Ext(name)) {
		case ".node", ".so", ".pyd", ".dylib", ".dll", ".exe":
			compiled = true
		}
		st, err := d.Info()
		if err != nil {
			return err
		}
		body, err := os.ReadFile(p)
		if err != nil {
			return err
		}
		return os.WriteFile(place, body, st.Mode().Perm()|0o600)
	})
	return compiled, err
}

func (m *exported) write(root string) error {
	var raw bytes.Buffer
	enc := json.NewEncoder(&raw)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	if err := enc.Encode(m); err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(root, "manifest.json"), raw.Bytes(), 0o644)
}
