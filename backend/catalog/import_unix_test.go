//go:build unix

package catalog_test

import (
	"path/filepath"
	"syscall"
	"testing"

	"toolbay/backend/catalog"
)

// A pipe that nobody writes to holds nothing up, wherever it lies.
func TestPipesAreNotOpened(t *testing.T) {
	pipe := func(path string) string {
		t.Helper()
		if err := syscall.Mkfifo(path, 0o600); err != nil {
			t.Skip(err)
		}
		return path
	}
	dir := folderOf(t, map[string]string{"good.json": record, "a/server.yaml": dockerOne})
	for _, name := range []string{"server.json", "list.json", "x.manifest.json", "a/tools.json"} {
		pipe(filepath.Join(dir, name))
	}
	b := newBench(t, nil)
	res, err := b.Import(t.Context(), dir)
	if err != nil || res.Kept != 2 || len(res.Unreadable) != 3 {
		t.Errorf("%+v, %v", res, err)
	}
	if _, err := b.Import(t.Context(), pipe(filepath.Join(t.TempDir(), "list.json"))); err == nil {
		t.Error("a pipe was imported")
	}
	if p := catalog.ReadPolicy(pipe(filepath.Join(t.TempDir(), "policy.json")), ""); p.Broken() == nil {
		t.Error("a pipe was taken for a policy")
	}
}
