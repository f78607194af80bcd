package backend

import (
	"cmp"
	"context"
	"fmt"
	"net/url"
	"os"
	"path"
	"path/filepath"
	"runtime"
	"strings"

	"toolbay/backend/bundle"
	"toolbay/backend/install"
	"toolbay/backend/install/mcpb"
	"toolbay/backend/install/pypi"
	"toolbay/backend/job"
	"toolbay/backend/launch"
	"toolbay/backend/model"
	"toolbay/backend/pattern"
	"toolbay/backend/text"
)

// bundles is what installs bundles. What a bundle only names goes through the
// kinds that are there already.
func (b *Backend) bundles() *mcpb.Installer {
	others := map[string]install.Kind{}
	for _, kind := range []string{"npm", "pypi"} {
		if k, ok := b.kinds[kind]; ok {
			others[kind] = k
		}
	}
	in := &mcpb.Installer{
		Home: b.home, Nodes: b.nodes, Others: others, Folders: personalFolders(b.system.Home),
		Extension: b.extension, Now: b.o.Now,
	}
	if p, ok := b.kinds["pypi"].(*pypi.Installer); ok {
		in.Pythons = pythons{p}
	}
	return in
}

// pythons makes environments for bundles with what installs Python packages.
type pythons struct{ *pypi.Installer }

func (p pythons) Plan(ctx context.Context, requires string) ([]install.Fetch, error) {
	return p.PlanEnvironment(ctx, requires)
}

func (p pythons) Make(ctx context.Context, e mcpb.Environment, report job.Report) (mcpb.Python, error) {
	made, err := p.Environment(ctx, pypi.Needs(e), report)
	return mcpb.Python{Program: made.Program, Version: made.Version}, err
}

// parseBundleRef reads "mcpb:PATH", "mcpb:https://…", "claude-extension:ID" and
// the path of a bundle's file as a listing of its own; ok is false for anything
// else.
func parseBundleRef(s string) (l model.Listing, ok bool, err error) {
	id, found := strings.CutPrefix(s, "mcpb:")
	switch {
	case strings.HasPrefix(s, mcpb.ExtensionPrefix):
		id = s
		if !extensionID().MatchString(strings.TrimPrefix(s, mcpb.ExtensionPrefix)) {
			return l, true, model.Fail("extension_unknown", nil, "id", strings.TrimPrefix(s, mcpb.ExtensionPrefix))
		}
	case found && strings.Contains(id, "://"):
		// The kind says which addresses are good.
	case found && strings.HasPrefix(id, mcpb.ExtensionPrefix):
		return parseBundleRef(id)
	case found && id != "", isBundleName(s) && fileExists(s):
		if !found {
			id = s
		}
		if id, err = filepath.Abs(id); err != nil {
			return l, true, model.Fail("import_missing", err, "file", s)
		}
	case found:
		return l, true, model.Fail("wrong_use", nil, "what", fmt.Sprintf("%q names no bundle", s))
	default:
		return l, false, nil
	}
	name := bundleName(id)
	return model.Listing{
		Name: name, Status: "active", Sources: []string{},
		Packages: []model.Package{{Type: "mcpb", Identifier: id, Transport: "stdio"}},
	}, true, nil
}

// What follows the name in a bundle's file name: its version, the system it is
// for.
var bundleTail = pattern.New(`(?i)([-_. ]v?[0-9]+(\.[0-9a-z]+)*([-+][0-9a-z.]+)?|[-_. ](darwin|macos|linux|win32|windows|arm64|aarch64|x64|amd64|x86_64|universal)|[ ]?\([0-9]+\))$`)

// bundleName is what to call a bundle that was not read yet: its file's name
// without version, system and ending.
func bundleName(id string) string {
	if ext, ok := strings.CutPrefix(id, mcpb.ExtensionPrefix); ok {
		parts := strings.Split(ext, ".")
		return parts[len(parts)-1]
	}
	if u, err := url.Parse(id); err == nil && u.Host != "" {
		id = u.Path
	}
	name := path.Base(filepath.ToSlash(id))
	name = strings.TrimSuffix(name, path.Ext(name))
	for {
		short := bundleTail().ReplaceAllString(name, "")
		if short == name || short == "" {
			return name
		}
		name = short
	}
}

// away tells of a bundle that has to be fetched before anything of it is known:
// from which host, and how many bytes where that is told.
func (b *Backend) away(ctx context.Context, p model.Package) (host string, size int64, away bool) {
	k, ok := b.kinds[p.Type].(*mcpb.Installer)
	if !ok {
		return "", 0, false
	}
	return k.Ahead(ctx, p)
}

// mayFetch asks for a yes before a bundle is fetched to be looked at. Error code:
// consent_needed.
func (b *Backend) mayFetch(ctx context.Context, p model.Package, agreed bool) error {
	if agreed {
		return nil
	}
	host, size, away := b.away(ctx, p)
	if !away {
		return nil
	}
	line := text.Line("need.bundle-away", "host", host, "size", megabytes(size))
	if size <= 0 {
		line = text.Line("need.bundle-away.any", "host", host)
	}
	return needed([]model.Need{{Kind: "download", Name: host, Text: line, Flag: "--yes"}})
}

// Fetch brings a bundle to this computer to be looked at: the yes that Offer
// asked for. Nothing of it is unpacked or started. Error codes: those of Offer.
func (b *Backend) Fetch(ctx context.Context, refText string, pack int) error {
	r, err := b.allowed(ctx, refText, pack)
	if err != nil {
		return err
	}
	_, err = b.plan(ctx, r.pack())
	return err
}

// askBundle fills a form with what only the bundle itself knows.
func (b *Backend) askBundle(ctx context.Context, r ref, f *InstallForm) error {
	plan, err := b.plan(ctx, r.pack())
	if err != nil {
		return err
	}
	f.Inputs = plan.Inputs
	if r.listing.Title == "" {
		f.Title = cmp.Or(plan.Title, f.Title)
		f.Listing.Title = f.Title
	}
	f.Listing.Publisher = cmp.Or(f.Listing.Publisher, plan.Publisher)
	f.Listing.Version = cmp.Or(f.Listing.Version, plan.Package.Version)
	return nil
}

// specOfBundle is specOf for a bundle: its own templates with the answers given.
// Where they do not fit, nothing can be started, and writing the spec fails.
func specOfBundle(s model.Server) launch.Spec {
	spec := launch.Spec{Server: s.ID, Title: s.Title, Path: s.Path, KeysIn: s.KeysIn, Secrets: keysSet(s)}
	home, _ := os.UserHomeDir() // without one ${HOME} stays as it is
	filled, err := mcpb.Fill(s, personalFolders(home))
	if err != nil {
		return spec
	}
	spec.Command, spec.Env, spec.SecretEnv = s.Command, filled.Env, filled.SecretEnv
	spec.Args = append(filled.Args, s.Arguments...)
	return spec
}

// personalFolders are the folders that bundles speak of. Where a person moved
// one, their desktop says so.
func personalFolders(home string) bundle.Folders {
	if home == "" {
		return bundle.Folders{}
	}
	in := func(name string) string { return filepath.Join(home, name) }
	f := bundle.Folders{Home: home, Desktop: in("Desktop"), Documents: in("Documents"), Downloads: in("Downloads")}
	if runtime.GOOS != "linux" {
		return f
	}
	config := os.Getenv("XDG_CONFIG_HOME")
	if !filepath.IsAbs(config) {
		config = in(".config")
	}
	data, err := os.ReadFile(filepath.Join(config, "user-dirs.dirs"))
	if err != nil || len(data) > 64<<10 {
		return f
	}
	for line := range strings.Lines(string(data)) {
		name, value, ok := strings.Cut(strings.TrimSpace(line), "=")
		value = strings.Replace(strings.Trim(value, `"`), "$HOME", home, 1)
		if !ok || !filepath.IsAbs(value) {
			continue
		}
		switch name {
		case "XDG_DESKTOP_DIR":
			f.Desktop = value
		case "XDG_DOCUMENTS_DIR":
			f.Documents = value
		case "XDG_DOWNLOAD_DIR":
			f.Downloads = value
		}
	}
	return f
}

// Opening reads what a desktop hands over to be opened: a bundle's file, as its
// path or as a file: address, or a toolbay: link. dir is where a relative path
// begins. A file becomes the reference that Install takes; a link stays the
// text it is, for the paste box to read. ok is false for anything else.
func Opening(arg, dir string) (ref, kind string, ok bool) {
	const most = 8 << 10
	arg = strings.TrimSpace(arg)
	if arg == "" || len(arg) > most || strings.ContainsRune(arg, 0) {
		return "", "", false
	}
	if scheme, _, found := strings.Cut(arg, ":"); found && strings.EqualFold(scheme, "toolbay") {
		return arg, "link", true
	}
	path := arg
	if u, err := url.Parse(arg); err == nil && strings.EqualFold(u.Scheme, "file") {
		if u.Host != "" && u.Host != "localhost" {
			return "", "", false
		}
		path = u.Path
		if runtime.GOOS == "windows" {
			path = strings.TrimPrefix(path, "/") // "/C:/…"
		}
	}
	path = filepath.FromSlash(path)
	if !filepath.IsAbs(path) {
		if dir == "" {
			return "", "", false
		}
		path = filepath.Join(dir, path)
	}
	if !isBundleName(path) {
		return "", "", false
	}
	if st, err := os.Stat(path); err != nil || !st.Mode().IsRegular() {
		return "", "", false
	}
	return "mcpb:" + filepath.Clean(path), "file", true
}

// isBundleName tells whether a path ends as a bundle's does.
func isBundleName(path string) bool {
	switch strings.ToLower(filepath.Ext(path)) {
	case ".mcpb", ".dxt":
		return true
	}
	return false
}
