package pattern

import (
	"os"
	"path/filepath"
	"slices"
	"testing"
)

func TestFiles(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "a[b]*c")
	for _, f := range []string{"trash/1/x/t.json", "trash/2/[y]/t.json", "trash/2/z/other"} {
		p := filepath.Join(dir, filepath.FromSlash(f))
		if err := os.MkdirAll(filepath.Dir(p), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(p, nil, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want := []string{filepath.Join(dir, "trash", "1", "x", "t.json"), filepath.Join(dir, "trash", "2", "[y]", "t.json")}
	if got := Files(dir, "trash", "*", "*", "t.json"); !slices.Equal(got, want) {
		t.Errorf("found %q, want %q", got, want)
	}
	if got := Files(filepath.Join(dir, "nowhere"), "*"); len(got) != 0 {
		t.Errorf("found %q where nothing is", got)
	}
}
