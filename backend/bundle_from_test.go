package backend

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"toolbay/backend/bundle"
	"toolbay/backend/install"
	"toolbay/backend/model"
)

// An installed Python server becomes a bundle with its packages, that starts
// what its program does; what is this person's or this computer's stays here.
func TestBundleFromPython(t *testing.T) {
	home := t.TempDir()
	dir := filepath.Join(home, "servers", "notes", "1.2.0-1")
	site := filepath.Join(dir, "env", "lib", "python3.12", "site-packages")
	for at, content := range map[string]string{
		"notes/app.py": "def main(): pass\n", "notes/__pycache__/app.cpython-312.pyc": "compiled",
		"notes_mcp-1.2.0.dist-info/entry_points.txt": "[console_scripts]\nother = x:y\nnotes-mcp = notes.app:main [extra]\n",
		"notes_mcp-1.2.0.dist-info/METADATA":         "Name: notes-mcp\n", "notes_mcp-1.2.0.dist-info/RECORD": home, "notes_mcp-1.2.0.dist-info/uv_cache.json": "{}",
		"notes_mcp-1.2.0.dist-info/direct_url.json": home, "bundle.pth": home, "fast.cpython-312-x86_64-linux-gnu.so": "x",
	} {
		place := filepath.Join(site, filepath.FromSlash(at))
		if err := errors.Join(os.MkdirAll(filepath.Dir(place), 0o755), os.WriteFile(place, []byte(content), 0o644)); err != nil {
			t.Fatal(err)
		}
	}
	s := model.Server{
		ID: "notes", Title: "Notes", Version: "1.2.0", Publisher: "Ann", Dir: dir, Arguments: []string{"--root", home, "--api-key=hunter2", "--fast"},
		Package: model.Package{Type: "pypi", Identifier: "notes-mcp[cli]", Environment: []model.Input{
			{Name: "NOTES_TOKEN", Secret: true, Required: true}, {Name: "NOTES_DIR", Format: "folder"}, {Name: "NOTES_MODE", Value: "fixed"},
		}},
		Inputs: []model.AnsweredInput{
			{Input: model.Input{Name: "NOTES_TOKEN", Secret: true, Required: true}, Set: true}, {Input: model.Input{Name: "NOTES_DIR", Format: "folder"}, Answer: home},
			{Input: model.Input{Name: "ADDED"}, Answer: "hunter2"},
		},
		Probe: &model.Probe{Tools: []model.Tool{{Name: "look", Description: "Looks"}}},
	}
	if err := install.Seal(dir); err != nil {
		t.Fatal(err)
	}
	// What the server or its user put beside the program since then stays here.
	for at, content := range map[string]string{"notes/memory.jsonl": "hunter2", "notes/plugin.py": "hunter2", "notes_mcp-1.2.0.dist-info/METADATA": "hunter2"} {
		if err := os.WriteFile(filepath.Join(site, filepath.FromSlash(at)), []byte(content), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	r := install.Receipt{Entry: "env/bin/notes-mcp", Python: "3.12.4"}
	root := filepath.Join(t.TempDir(), "made")
	m := exportOf(s)
	if err := errors.Join(m.python(s, r, root), m.write(root)); err != nil {
		t.Fatal(err)
	}
	out := filepath.Join(t.TempDir(), "notes.mcpb")
	p, err := bundle.Pack(t.Context(), root, out)
	if err != nil {
		t.Fatal(err)
	}
	if p.Manifest.Name != "notes-mcp" || p.Manifest.Server.Type != "python" || p.Manifest.Runtimes["python"] != ">=3.12 <3.13" || len(p.Manifest.Platforms) != 1 || len(p.Manifest.Tools) != 1 {
		t.Errorf("manifest %+v", p.Manifest)
	}
	c := p.Manifest.Server.Config
	if got := strings.Join(c.Args, " "); got != "${__dirname}/server/main.py --root ${user_config.root} --api-key=${user_config.api_key} --fast" {
		t.Errorf("arguments %s", got)
	}
	for name, want := range map[string]string{
		"NOTES_TOKEN": "${user_config.NOTES_TOKEN}", "NOTES_DIR": "${user_config.NOTES_DIR}", "NOTES_MODE": "fixed", "ADDED": "${user_config.ADDED}", "PYTHONPATH": "${__dirname}/server/lib",
	} {
		if c.Env[name] != want {
			t.Errorf("%s is %q, want %q", name, c.Env[name], want)
		}
	}
	asked := map[string]bundle.Setting{}
	for _, one := range p.Manifest.Settings {
		asked[one.Key] = one
	}
	if len(asked) != 5 || !asked["NOTES_TOKEN"].Sensitive || !asked["api_key"].Sensitive || asked["root"].Type != "directory" || asked["NOTES_DIR"].Required {
		t.Errorf("settings %+v", asked)
	}
	var names []string
	err = filepath.WalkDir(root, func(at string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		rel, _ := filepath.Rel(root, at)
		names = append(names, filepath.ToSlash(rel))
		b, err := os.ReadFile(at)
		if strings.Contains(string(b), home) || strings.Contains(string(b), "hunter2") {
			t.Errorf("%s holds what is this person's:\n%s", rel, b)
		}
		return err
	})
	if err != nil || strings.Join(names, " ") != "manifest.json server/lib/fast.cpython-312-x86_64-linux-gnu.so server/lib/notes/app.py server/lib/notes_mcp-1.2.0.dist-info/entry_points.txt server/main.py" {
		t.Errorf("files %q %v", names, err)
	}
	if b, err := os.ReadFile(filepath.Join(root, "server", "main.py")); err != nil || !strings.Contains(string(b), "from notes.app import main\n") {
		t.Errorf("%s %v", b, err)
	}
	r.Entry = "env/bin/gone"
	if err := m.python(s, r, filepath.Join(t.TempDir(), "again")); err == nil {
		t.Error("a program that is no part of a package is taken")
	}
}
