package backend

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"sort"
	"strconv"
	"strings"

	"toolbay/backend/bundle"
	"toolbay/backend/install/mcpb"
	"toolbay/backend/model"
	"toolbay/backend/pattern"
)

// ExtensionView is an extension that Claude Desktop has unpacked on this
// computer. It is read only; nothing of Claude's is written.
type ExtensionView struct {
	ID        string `json:"id"`
	Title     string `json:"title"`
	Version   string `json:"version"`
	Publisher string `json:"publisher"`
	// Ref is what Install takes to bring it in.
	Ref string `json:"ref"`
	// Enabled tells that it is switched on there.
	Enabled bool `json:"enabled"`
	// Directory tells that it came from Anthropic's own directory.
	Directory bool `json:"directory"`
	// Keys names the settings that have to be given again: Claude keeps them
	// encrypted for itself.
	Keys []string `json:"keys"`
	// Server is the id of the server here that was brought in from it, or "".
	Server string `json:"server"`
	// Problem tells why it cannot be brought in, or nil.
	Problem error `json:"-"`
	// Code is Problem's, for scripts.
	Code string `json:"problem"`
}

const (
	maxExtensions       = 500
	maxExtensionsFile   = 32 << 20 // it holds every manifest whole
	maxSettingsFile     = 1 << 20
	maxUnpackedManifest = 1 << 20
	// encrypted begins a setting that only Claude can read.
	encrypted = "__encrypted__:"
)

var extensionID = pattern.New(`^[A-Za-z0-9][A-Za-z0-9._@-]{0,199}$`)

// Extensions lists what Claude Desktop has unpacked here, by title.
func (b *Backend) Extensions(ctx context.Context) ([]ExtensionView, error) {
	servers, err := b.store.Servers(ctx)
	if err != nil {
		return nil, err
	}
	out := []ExtensionView{}
	seen := map[string]bool{}
	for _, root := range b.claudeFolders() {
		for _, id := range extensionIDs(root) {
			if seen[id] || len(out) == maxExtensions {
				continue
			}
			seen[id] = true
			v := viewOf(root, id)
			for _, s := range servers {
				if s.Package.Identifier == v.Ref {
					v.Server = s.ID
				}
			}
			out = append(out, v)
		}
	}
	sort.SliceStable(out, func(i, j int) bool { return strings.ToLower(out[i].Title) < strings.ToLower(out[j].Title) })
	return out, nil
}

// claudeFolders are where Claude Desktop keeps its files, by the table of apps.
func (b *Backend) claudeFolders() []string {
	app, err := b.apps.LookOne(b.system, "claude-desktop", "")
	if err != nil {
		return nil // somebody's own table has no Claude Desktop
	}
	var roots []string
	for _, f := range app.Files {
		if dir := filepath.Dir(f.Path); !slices.Contains(roots, dir) {
			roots = append(roots, dir)
		}
	}
	return roots
}

// extensionIDs are those in Claude's own list and those that only have a
// folder.
func extensionIDs(root string) []string {
	var list struct {
		Extensions map[string]json.RawMessage `json:"extensions"`
	}
	readJSON(filepath.Join(root, "extensions-installations.json"), maxExtensionsFile, &list)
	ids := map[string]bool{}
	for id := range list.Extensions {
		ids[id] = true
	}
	entries, err := os.ReadDir(filepath.Join(root, "Claude Extensions"))
	if err == nil {
		for _, e := range entries {
			if e.IsDir() {
				ids[e.Name()] = true
			}
		}
	}
	var out []string
	for id := range ids {
		if extensionID().MatchString(id) {
			out = append(out, id)
		}
	}
	sort.Strings(out)
	return out
}

func viewOf(root, id string) ExtensionView {
	v := ExtensionView{ID: id, Title: id, Ref: mcpb.ExtensionPrefix + id, Keys: []string{}, Directory: strings.HasPrefix(id, "ant.dir.")}
	m, err := manifestIn(filepath.Join(root, "Claude Extensions", id))
	if err != nil {
		v.Problem, v.Code = err, model.Code(err)
		return v
	}
	v.Title, v.Version, v.Publisher = m.Title, m.Version, m.Author.Name
	_, locked, enabled := extensionSettings(root, id)
	v.Enabled = enabled
	for _, s := range m.Settings {
		if s.Sensitive && slices.Contains(locked, s.Key) {
			v.Keys = append(v.Keys, s.Key)
		}
	}
	return v
}

// manifestIn reads the manifest of an unpacked extension.
func manifestIn(dir string) (bundle.Manifest, error) {
	raw, err := readAtMost(filepath.Join(dir, "manifest.json"), maxUnpackedManifest)
	if errors.Is(err, fs.ErrNotExist) {
		return bundle.Manifest{}, model.Fail("extension_gone", err)
	}
	if err != nil {
		return bundle.Manifest{}, model.Fail("import_unreadable", err, "file", "manifest.json")
	}
	m, reason := bundle.ReadManifest(raw)
	if reason.Code != "" {
		return bundle.Manifest{}, model.Fail("bundle_unusable", nil, "why", reason.Text, "reason", reason.Code)
	}
	return m, nil
}

// extension finds one for the installer, with the settings that can be taken
// over. Error codes: extension_unknown, extension_gone.
func (b *Backend) extension(id string) (mcpb.Extension, error) {
	if extensionID().MatchString(id) {
		for _, root := range b.claudeFolders() {
			dir := filepath.Join(root, "Claude Extensions", id)
			if !slices.Contains(extensionIDs(root), id) {
				continue
			}
			if st, err := os.Stat(dir); err != nil || !st.IsDir() {
				return mcpb.Extension{}, model.Fail("extension_gone", err)
			}
			plain, _, _ := extensionSettings(root, id)
			return mcpb.Extension{ID: id, Dir: dir, Settings: plain}, nil
		}
	}
	return mcpb.Extension{}, model.Fail("extension_unknown", nil, "id", id)
}

// extensionSettings reads what was set for an extension there: plain values,
// several of one as lines; locked names those that only Claude can read.
func extensionSettings(root, id string) (plain map[string]string, locked []string, enabled bool) {
	var file struct {
		Enabled bool                       `json:"isEnabled"`
		Values  map[string]json.RawMessage `json:"userConfig"`
	}
	readJSON(filepath.Join(root, "Claude Extensions Settings", id+".json"), maxSettingsFile, &file)
	plain = map[string]string{}
	for name, raw := range file.Values {
		values, ok := settingValues(raw)
		switch {
		case !ok:
		case slices.ContainsFunc(values, func(v string) bool { return strings.HasPrefix(v, encrypted) }):
			locked = append(locked, name)
		default:
			plain[name] = strings.Join(values, "\n")
		}
	}
	sort.Strings(locked)
	return plain, locked, file.Enabled
}

// settingValues reads a text, number, yes or no, or a list of texts.
func settingValues(raw json.RawMessage) ([]string, bool) {
	var v any
	if json.Unmarshal(raw, &v) != nil {
		return nil, false
	}
	one := func(v any) (string, bool) {
		switch v := v.(type) {
		case string:
			return v, len(v) <= 32<<10 && !strings.ContainsAny(v, "\x00\n\r")
		case float64:
			return strconv.FormatFloat(v, 'f', -1, 64), true
		case bool:
			return strconv.FormatBool(v), true
		}
		return "", false
	}
	list, many := v.([]any)
	if !many {
		s, ok := one(v)
		return []string{s}, ok
	}
	var out []string
	for _, v := range list {
		s, ok := one(v)
		if !ok || len(out) == 200 {
			return nil, false
		}
		out = append(out, s)
	}
	return out, true
}

// readJSON reads another program's file; what cannot be read is as if it were
// not there.
func readJSON(path string, most int64, to any) {
	if data, err := readAtMost(path, most); err == nil {
		_ = json.Unmarshal(data, to)
	}
}

func readAtMost(path string, most int64) ([]byte, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	if st, err := f.Stat(); err != nil || !st.Mode().IsRegular() || st.Size() > most {
		return nil, errors.Join(err, errors.New("it is no file of a usual size"))
	}
	return io.ReadAll(io.LimitReader(f, most))
}
