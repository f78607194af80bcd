package backend

import (
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"testing"

	"toolbay/backend/install"
	"toolbay/backend/launch"
	"toolbay/backend/model"
)

// furnished is a home with two servers on a private Node, one of them on a
// private Python too, and runtimes that nobody uses.
func furnished(t *testing.T, home string) *Backend {
	t.Helper()
	b := openIn(t, home, nil)
	file := func(path, body string) {
		t.Helper()
		path = filepath.Join(home, filepath.FromSlash(path))
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(body), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for _, name := range []string{"node-24.1.0-linux-x64", "node-22.0.0-linux-x64", "uv-0.9.0-linux-x64", "python/cpython-3.12.1", "python/cpython-3.13.0"} {
		file("runtimes/"+name+"/bin/program", name)
	}
	file("cache/uv/wheel", "kept")
	file("cache/bundles/x.mcpb", "kept too")
	for _, id := range []string{"notes", "mail"} {
		dir := filepath.Join(home, "servers", id, "1-1")
		s := model.Server{
			ID: id, Title: id, Version: "1", Package: model.Package{Type: "npm", Identifier: id}, Dir: dir,
			Command: filepath.Join(home, "runtimes", "node-24.1.0-linux-x64", "bin", "program"), Inputs: []model.AnsweredInput{},
		}
		r := install.Receipt{Format: 1, Type: "npm", Server: id, Version: "1"}
		if id == "mail" {
			s.Command, s.Package.Type, r.Type, r.Python = filepath.Join(dir, "env", "bin", "mail"), "pypi", "pypi", "3.12.1"
			real, err := filepath.EvalSymlinks(home)
			if err != nil {
				t.Fatal(err)
			}
			file("servers/mail/1-1/env/pyvenv.cfg", "home = "+filepath.Join(real, "runtimes", "python", "cpython-3.12.1", "bin")+"\n")
		}
		file("servers/"+id+"/1-1/cli", id)
		if err := install.WriteReceipt(dir, r); err != nil {
			t.Fatal(err)
		}
		if err := b.putServer(t.Context(), s); err != nil {
			t.Fatal(err)
		}
		if err := launch.Write(home, specOf(s)); err != nil {
			t.Fatal(err)
		}
	}
	return b
}

func unused(t *testing.T, b *Backend) []string {
	t.Helper()
	use, err := b.DiskUse(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	out := []string{}
	for _, p := range use.Parts {
		if !p.Used {
			out = append(out, p.Kind+" "+p.Name)
		}
		if p.Bytes <= 0 {
			t.Errorf("%s %s takes %d bytes", p.Kind, p.Name, p.Bytes)
		}
	}
	slices.Sort(out)
	return out
}

// What a server needs is known by every way in which it is named, also when the
// home is reached by a link or has signs in its path that mean something in JSON
// or in a pattern.
func TestUnusedRuntimes(t *testing.T) {
	signs := filepath.Join(t.TempDir(), "R&D ü\u2028")
	if runtime.GOOS != "windows" { // whose names cannot have these
		signs += ` <"\u0026> [a]`
	}
	for name, home := range map[string]string{"plain": t.TempDir(), "by a link": filepath.Join(t.TempDir(), "link"), "signs": signs} {
		t.Run(name, func(t *testing.T) {
			if name == "by a link" {
				if err := os.Symlink(t.TempDir(), home); err != nil {
					t.Skip("needs links")
				}
			}
			b := furnished(t, home)
			want := []string{"caches bundles", "caches uv", "runtimes node-22.0.0-linux-x64", "runtimes python/cpython-3.13.0"}
			if got := unused(t, b); !slices.Equal(got, want) {
				t.Errorf("unused: %q", got)
			}
		})
	}
}

// Runtimes that go with the last server that needs them come back with it.
func TestRemoveWithRuntimes(t *testing.T) {
	home := t.TempDir()
	b := furnished(t, home)
	res, err := b.RemoveWith(t.Context(), RemoveRequest{Servers: []string{"mail"}, Runtimes: true})
	if err != nil {
		t.Fatal(err)
	}
	slices.Sort(res.Runtimes)
	if want := []string{"node-22.0.0-linux-x64", "python/cpython-3.12.1", "python/cpython-3.13.0", "uv-0.9.0-linux-x64"}; !slices.Equal(res.Runtimes, want) {
		t.Errorf("gone: %q", res.Runtimes)
	}
	python := filepath.Join(home, "runtimes", "python", "cpython-3.12.1", "bin", "program")
	if fileExists(python) || res.LaterBytes == 0 || res.LaterBytes != res.FreedBytes {
		t.Errorf("%+v", res)
	}
	if got := unused(t, b); !slices.Equal(got, []string{"caches bundles", "caches uv"}) {
		t.Errorf("unused: %q", got)
	}
	if _, err := b.Undo(t.Context(), res.Change, false); err != nil {
		t.Fatal(err)
	}
	if !fileExists(python) || !fileExists(filepath.Join(home, "runtimes", "uv-0.9.0-linux-x64", "bin", "program")) {
		t.Error("what it needs did not come back")
	}

	// Without the word they stay, and are needed by what an undo can bring back.
	if _, err := b.Remove(t.Context(), []string{"mail"}, false); err != nil {
		t.Fatal(err)
	}
	if slices.Contains(unused(t, b), "runtimes python/cpython-3.12.1") || !fileExists(python) {
		t.Error("what an undo needs is not needed")
	}
	clean, err := b.CleanDisk(t.Context(), true, true)
	if err != nil || clean.FreedBytes == 0 || !fileExists(python) {
		t.Errorf("a dry run: %+v, %v", clean, err)
	}
	if _, err := b.CleanDisk(t.Context(), true, false); err != nil {
		t.Fatal(err)
	}
	if fileExists(python) || isFolder(filepath.Join(home, "cache", "uv")) || len(names(filepath.Join(home, "trash"))) > 0 {
		t.Errorf("left: %q, trash %q", names(filepath.Join(home, "runtimes")), names(filepath.Join(home, "trash")))
	}
	if !fileExists(filepath.Join(home, "runtimes", "node-24.1.0-linux-x64", "bin", "program")) {
		t.Error("what a server needs is gone")
	}
	if h, err := b.History(t.Context()); err != nil || h[0].Undoable || h[0].WhyNot != "trash_emptied" {
		t.Errorf("%+v, %v", h[0], err)
	}
}

// While something is being installed nothing is known to be of no use.
func TestCleanWhileInstalling(t *testing.T) {
	b := furnished(t, t.TempDir())
	c, err := b.hold(t.Context(), "other")
	if c == nil || err != nil {
		t.Fatal(err)
	}
	if _, err := b.CleanDisk(t.Context(), false, false); model.Code(err) != "changes_busy" {
		t.Errorf("cleaned: %v", err)
	}
	c.release()
	if _, err := b.CleanDisk(t.Context(), false, false); err != nil {
		t.Error(err)
	}
}
