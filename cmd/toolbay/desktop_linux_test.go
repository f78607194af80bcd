package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// What `make install` puts into a user's desktop: the window opens bundles and
// links, and `make uninstall` takes back all that was put there.
func TestDesktopOpensBundles(t *testing.T) {
	home, repo := t.TempDir(), t.TempDir()
	if err := os.MkdirAll(filepath.Join(repo, "build", "bin"), 0o755); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"install.sh", "appicon.png"} {
		data, err := os.ReadFile(filepath.Join("..", "..", "build", name))
		if err == nil {
			err = os.WriteFile(filepath.Join(repo, "build", name), data, 0o755)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	for _, name := range []string{"toolbay", "toolbay-window"} {
		if err := os.WriteFile(filepath.Join(repo, "build", "bin", name), []byte("x"), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	run := func(name string, args ...string) string {
		t.Helper()
		cmd := exec.Command(name, args...)
		cmd.Env, cmd.Dir = []string{"HOME=" + home, "PATH=" + os.Getenv("PATH")}, home
		out, err := cmd.CombinedOutput()
		if err != nil {
			t.Fatalf("%s: %v\n%s", name, err, out)
		}
		return strings.TrimSpace(string(out))
	}
	script := filepath.Join(repo, "build", "install.sh")
	run("sh", script, "install")
	entry, err := os.ReadFile(filepath.Join(home, ".local/share/applications/toolbay.desktop"))
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{`toolbay-window" %u`, "MimeType=application/x-mcpb;application/x-dxt;x-scheme-handler/toolbay;"} {
		if !strings.Contains(string(entry), want) {
			t.Errorf("the desktop entry lacks %q:\n%s", want, entry)
		}
	}
	types, err := os.ReadFile(filepath.Join(home, ".local/share/mime/packages/toolbay.xml"))
	if err != nil || !strings.Contains(string(types), `"*.mcpb"`) || !strings.Contains(string(types), `"*.dxt"`) {
		t.Errorf("%v\n%s", err, types)
	}
	if _, err := exec.LookPath("update-mime-database"); err == nil {
		if _, err := exec.LookPath("gio"); err == nil {
			file := filepath.Join(home, "notes.mcpb")
			if err := os.WriteFile(file, []byte("PK"), 0o600); err != nil {
				t.Fatal(err)
			}
			if out := run("gio", "info", "-a", "standard::content-type", file); !strings.Contains(out, "application/x-mcpb") {
				t.Errorf("a bundle is taken for another kind of file:\n%s", out)
			}
		}
	}
	run("sh", script, "uninstall")
	err = filepath.WalkDir(home, func(p string, d os.DirEntry, err error) error {
		if err == nil && strings.Contains(d.Name(), "toolbay") || strings.Contains(d.Name(), "x-mcpb") {
			t.Errorf("%s is left", p)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}
