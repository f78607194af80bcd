package clients

import (
	"os"
	"path/filepath"
	"testing"
)

// TestProjectKey: the folder under which Claude Code keeps a project's servers,
// as its own command wrote it.
func TestProjectKey(t *testing.T) {
	root, err := filepath.EvalSymlinks(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	make := func(p, content string) {
		t.Helper()
		p = filepath.Join(root, filepath.FromSlash(p))
		if err := os.MkdirAll(filepath.Dir(p), 0o755); err != nil {
			t.Fatal(err)
		}
		if content == "" {
			err = os.MkdirAll(p, 0o755)
		} else {
			err = os.WriteFile(p, []byte(content), 0o644)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	make("shop/.git/worktrees/next", "")
	make("shop/src/deep", "")
	make("next/.git", "gitdir: "+filepath.Join(root, "shop", ".git", "worktrees", "next")+"\n")
	make("near/.git", "gitdir: ../shop/.git/worktrees/near\n")
	make("shop/vendor/part/.git", "gitdir: ../../.git/modules/part\n")
	make("odd/.git", "something else")
	make("plain/sub", "")
	for name, c := range map[string]struct{ folder, want string }{
		"no repository":          {"plain/sub", "plain/sub"},
		"the repository itself":  {"shop", "shop"},
		"within a repository":    {"shop/src/deep", "shop"},
		"a further work tree":    {"next", "shop"},
		"one told by a way":      {"near", "shop"},
		"a part of its own":      {"shop/vendor/part", "shop/vendor/part"},
		"a .git that says else":  {"odd", "odd"},
		"a folder that is not":   {"nowhere", "nowhere"},
		"not known":              {"", ""},
		"Windows":                {`C:\Users\you\shop`, "C:/Users/you/shop"},
		"Windows on the network": {`\\box\share\shop`, "//box/share/shop"},
	} {
		t.Run(name, func(t *testing.T) {
			folder, want := c.folder, c.want
			if folder != "" && folder[0] != '\\' && folder[1] != ':' {
				folder, want = filepath.Join(root, filepath.FromSlash(folder)), filepath.Join(root, filepath.FromSlash(want))
			}
			if filepath.Separator == '\\' {
				want = filepath.ToSlash(want)
			}
			if got := projectKey(folder); got != want {
				t.Errorf("got %q, want %q", got, want)
			}
		})
	}
	if err := os.Symlink(filepath.Join(root, "shop", "src"), filepath.Join(root, "link")); err == nil {
		if got := projectKey(filepath.Join(root, "link")); got != filepath.ToSlash(filepath.Join(root, "shop")) {
			t.Errorf("through a link: %q", got)
		}
	}
}
