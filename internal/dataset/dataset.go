// Package dataset finds the large public data sets that some tests read and
// that are not part of this repository. Tests only may import it.
//
//	f := dataset.Path(t, "registry/official-registry-full-2025-12-18.json.gz")
package dataset

import (
	"os"
	"path/filepath"
	"testing"
)

// Path gives the place of a data file, or skips the test when the folder that
// TOOLBAY_DATA names does not hold it.
func Path(t testing.TB, name string) string {
	t.Helper()
	if dir := os.Getenv("TOOLBAY_DATA"); dir != "" {
		p := filepath.Join(dir, filepath.FromSlash(name))
		if _, err := os.Stat(p); err == nil {
			return p
		}
	}
	t.Skipf("needs public data not kept here: set TOOLBAY_DATA to the folder that holds %s", name)
	return ""
}
