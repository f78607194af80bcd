package rules

import (
	"regexp"
	"strings"
	"testing"
)

// Two versions of one place, left side by side by a merge, are read as text by
// nobody but a person: neither a build nor another test sees them in a page.
func TestNoHalfMergedFiles(t *testing.T) {
	left := regexp.MustCompile(`(?m)^(<{7} |>{7} |={7}$)`)
	for _, f := range sources(t, func(p string) bool { return readable(p) && !strings.Contains(p, "/testdata/") }) {
		if m := left.FindStringIndex(read(t, f)); m != nil {
			t.Errorf("%s:%d: a merge was left half done here", f, 1+strings.Count(read(t, f)[:m[0]], "\n"))
		}
	}
}
