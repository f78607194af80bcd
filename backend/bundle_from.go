package backend

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"io/fs"
	"maps"
	"os"
	"path"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"

	"toolbay/backend/bundle"
	"toolbay/backend/catalog/recipe"
	"toolbay/backend/install"
	"toolbay/backend/model"
	"toolbay/backend/pattern"
	"toolbay/backend/runtimes"
	"toolbay/backend/staging"
)

// BundleFrom makes a bundle of an installed npm or PyPI server: everything it
// needs is in it, and its questions are asked again where it is installed. No
// answer and no key of this person goes along. The same server gives the same
// bytes. With output "" nothing is written. Error codes: server_unknown,
// bundle_no_source, bundle_pack_failed, disk_full, cancelled.
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
	case err != nil && model.Code(err) == "unexpected":
		return bundle.Packed{}, model.Fail("bundle_no_source", err, "server", s.Title)
	case err != nil:
		return bundle.Packed{}, err
	}
	return bundle.Pack(ctx, root, output)
}

// exported is a manifest of format 0.3 as it is written.
type exported struct {
	ManifestVersion string                `json:"manifest_version"`
	Name            string                `json:"name"`
	DisplayName     string                `json:"display_name"`
	Version         string                `json:"version"`
	Description     string                `json:"description"`
	Author          map[string]string     `json:"author"`
	Server          exportedServer        `json:"server"`
	Tools           []exportedTool        `json:"tools,omitempty"`
	License         string                `json:"license,omitempty"`
	Compatibility   exportedFit           `json:"compatibility"`
	UserConfig      map[string]exportedIn `json:"user_config,omitempty"`
}

type exportedServer struct {
	Type       string         `json:"type"`
	EntryPoint string         `json:"entry_point"`
	Config     exportedConfig `json:"mcp_config"`
}

type exportedConfig struct {
	Command string            `json:"command"`
	Args    []string          `json:"args"`
	Env     map[string]string `json:"env,omitempty"`
}

type exportedTool struct {
	Name        string `json:"name"`
	Description string `json:"description,omitempty"`
}

type exportedFit struct {
	Platforms []string          `json:"platforms,omitempty"`
	Runtimes  map[string]string `json:"runtimes"`
}

type exportedIn struct {
	Type        string   `json:"type"`
	Title       string   `json:"title"`
	Description string   `json:"description"`
	Required    bool     `json:"required,omitempty"`
	Default     string   `json:"default,omitempty"`
	Sensitive   bool     `json:"sensitive,omitempty"`
	Min         *float64 `json:"min,omitempty"`
	Max         *float64 `json:"max,omitempty"`
}

// exportOf is everything in a manifest but where the server's files are.
func exportOf(s model.Server) *exported {
	m := &exported{
		ManifestVersion: "0.3", Name: safeName(s.Package.Identifier), DisplayName: s.Title, Version: s.Version,
		Description: s.Title, Author: map[string]string{"name": cmp.Or(s.Publisher, s.Package.Identifier)},
		Compatibility: exportedFit{Runtimes: map[string]string{}}, UserConfig: map[string]exportedIn{},
	}
	if s.Probe != nil {
		for _, t := range s.Probe.Tools {
			m.Tools = append(m.Tools, exportedTool{t.Name, t.Description})
		}
	}
	m.questions(s)
	return m
}

// safeName makes a bundle's name of a package's.
func safeName(name string) string {
	name = strings.ToLower(strings.TrimPrefix(name, "@"))
	if i := strings.IndexByte(name, '['); i > 0 {
		name = name[:i]
	}
	return strings.Trim(notSafe().ReplaceAllString(name, "-"), "-")
}

var (
	notSafe = pattern.New(`[^a-z0-9._-]+`)
	notKey  = pattern.New(`[^A-Za-z0-9_]+`)
)

func mark(key string) string { return "${user_config." + key + "}" }

// questions turns a server's inputs into settings, and its arguments and
// variables into templates with them. What the person added to the arguments may
// be theirs alone, so all but the names of options becomes a question.
func (m *exported) questions(s model.Server) {
	p := s.Package
	declared := map[string]bool{}
	for _, i := range recipe.Inputs(p) {
		declared[i.Name] = true
	}
	for _, i := range s.Inputs {
		if !declared[i.Name] {
			in := i.Input
			in.Secret = in.Secret || i.Set
			p.Environment = append(slices.Clone(p.Environment), in)
		}
	}
	kept := map[string]model.AnsweredInput{}
	for _, i := range s.Inputs {
		kept[i.Name] = i
	}
	answers, keys := map[string]string{}, map[string]string{}
	inputs := recipe.Inputs(p)
	for _, in := range inputs {
		if in.Value != "" {
			continue
		}
		in.Secret = in.Secret || kept[in.Name].Set
		key := m.key(in.Name)
		keys[in.Name] = key
		m.UserConfig[key] = settingOf(in)
		answers[in.Name] = mark(key)
		if in.Secret {
			answers[in.Name] = recipe.SecretMark(in.Name)
		}
	}
	r := recipe.Build(p, answers, recipe.Here())
	for _, in := range inputs {
		// Whether an option stands there at all is no text to fill in: it stays as
		// this person has it.
		if key, ok := keys[in.Name]; ok && !speaksOf(r, answers[in.Name]) {
			delete(m.UserConfig, key)
			answers[in.Name] = cmp.Or(kept[in.Name].Answer, in.Default)
		}
	}
	r = recipe.Build(p, answers, recipe.Here())
	fill := func(text string) string {
		for name, key := range keys {
			text = strings.ReplaceAll(text, recipe.SecretMark(name), mark(key))
		}
		return text
	}
	c := &m.Server.Config
	c.Args, c.Env = []string{}, map[string]string{}
	for _, a := range r.Tail {
		c.Args = append(c.Args, fill(a))
	}
	for _, env := range []map[string]string{r.Env, r.SecretEnv} {
		for name, v := range env {
			c.Env[name] = fill(v)
		}
	}
	m.added(s.Arguments)
}

func speaksOf(r recipe.Recipe, text string) bool {
	has := func(s string) bool { return strings.Contains(s, text) }
	return slices.ContainsFunc(r.Tail, has) || slices.ContainsFunc(slices.Collect(maps.Values(r.Env)), has) || slices.ContainsFunc(slices.Collect(maps.Values(r.SecretEnv)), has)
}

// added makes questions of the arguments that a person added.
func (m *exported) added(args []string) {
	last := ""
	for _, a := range args {
		name, value, joined := strings.Cut(a, "=")
		option := strings.HasPrefix(a, "-") && len(a) > 1
		if option && !joined {
			last = a
			m.Server.Config.Args = append(m.Server.Config.Args, a)
			continue
		}
		in := model.Input{Name: last, Required: true}
		if option {
			in.Name = name
		} else {
			value = a
		}
		in.Secret = recipe.LooksSecret(strings.TrimLeft(in.Name, "-"))
		if st, err := os.Stat(value); err == nil && filepath.IsAbs(value) {
			in.Format = "filepath"
			if st.IsDir() {
				in.Format = "folder"
			}
		}
		key := m.key(cmp.Or(strings.TrimLeft(in.Name, "-"), "argument"))
		in.Name = key
		m.UserConfig[key] = settingOf(in)
		text := mark(key)
		if option {
			text = name + "=" + text
		}
		m.Server.Config.Args = append(m.Server.Config.Args, text)
		last = ""
	}
}

// key makes a setting's key of an input's name, one that is free.
func (m *exported) key(name string) string {
	base := cmp.Or(strings.Trim(notKey().ReplaceAllString(name, "_"), "_"), "setting")
	key := base
	for n := 2; ; n++ {
		if _, taken := m.UserConfig[key]; !taken {
			return key
		}
		key = base + "_" + strconv.Itoa(n)
	}
}

func settingOf(in model.Input) exportedIn {
	out := exportedIn{
		Type: "string", Title: LabelOf(in), Description: cmp.Or(in.Description, LabelOf(in)),
		Required: in.Required, Sensitive: in.Secret, Min: in.Min, Max: in.Max,
	}
	switch in.Format {
	case "folder":
		out.Type = "directory"
	case "filepath":
		out.Type = "file"
	}
	if !in.Secret && !filepath.IsAbs(in.Default) {
		out.Default = in.Default
	}
	return out
}

// node lays out a server of npm: its package with everything that was installed
// for it.
func (m *exported) node(s model.Server, r install.Receipt, root string) error {
	if r.Native || r.Entry == "" {
		return model.Fail("bundle_no_source", errors.New("it is no script"), "server", s.Title)
	}
	compiled, err := copyTree(filepath.Join(s.Dir, "node_modules"), filepath.Join(root, "server", "node_modules"), func(name string, _ fs.DirEntry) bool {
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
		if found, err := filepath.Glob(filepath.Join(s.Dir, filepath.FromSlash(at))); err == nil && len(found) > 0 {
			site = found[0]
		}
	}
	if site == "" {
		return model.Fail("bundle_no_source", errors.New("there is no folder of packages"), "server", s.Title)
	}
	compiled, err := copyTree(site, filepath.Join(root, "server", "lib"), func(name string, e fs.DirEntry) bool {
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
	files, err := filepath.Glob(filepath.Join(site, "*.dist-info", "entry_points.txt"))
	if err != nil {
		return "", err
	}
	for _, f := range files {
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

// copyTree copies the files of a folder, no links, and tells whether there are
// compiled ones among them.
func copyTree(from, to string, leave func(name string, e fs.DirEntry) bool) (compiled bool, err error) {
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
		if !d.Type().IsRegular() {
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
