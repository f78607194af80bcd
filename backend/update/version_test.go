package update

import "testing"

func TestLater(t *testing.T) {
	for _, c := range []struct {
		name, a, b string
		want       bool
	}{
		{"the same", "1.0.0", "1.0.0", false},
		{"a later one", "1.0.0", "1.1.0", true},
		{"an earlier one", "1.1.0", "1.0.0", false},
		{"tens are no ones", "1.9.0", "1.10.0", true},
		{"and back", "1.10.0", "1.9.0", false},
		{"longer", "1.0", "1.0.1", true},
		{"zeros at the end are nothing", "1.0", "1.0.0", false},
		{"a release after its candidate", "1.0.0rc1", "1.0.0", true},
		{"no candidate after its release", "1.0.0", "1.0.0rc1", false},
		{"npm's candidate", "2.0.0", "2.0.0-beta.1", false},
		{"from npm's candidate to the release", "2.0.0-beta.1", "2.0.0", true},
		{"from beta to beta", "2.0.0-beta.1", "2.0.0-beta.2", true},
		{"from alpha to beta", "2.0.0-alpha.9", "2.0.0-beta.1", true},
		{"an unknown word before a release", "2.0.0-canary.7", "2.0.0", true},
		{"Python's development version", "1.0.dev5", "1.0", true},
		{"from development to alpha", "1.0.dev5", "1.0a1", true},
		{"Python's post release", "1.0", "1.0.post1", true},
		{"the next after a post release", "1.0.post1", "1.1", true},
		{"candidate against the next", "1.0rc1", "1.0.1", true},
		{"dates", "2025.12.18", "2026.8.31", true},
		{"dates with dashes", "2025-12-18", "2026-01-02", true},
		{"a v in front", "v1.2.0", "1.2.1", true},
		{"the same with a v", "v1.2.0", "1.2.0", false},
		{"how it was built is nothing", "1.0.0+build7", "1.0.0+build9", false},
		{"long numbers", "1.99999999999999999999", "1.100000000000000000000", true},
		{"leading zeros", "2024.01.02", "2024.1.2", false},
		{"none found", "1.0.0", "", false},
		{"a name instead of a version", "1.0.0", "latest", false},
		{"from a name to a version", "latest", "1.0.0", true},
		{"nothing was known", "", "1.0.0", true},
		{"signs only", "...", "1.0.0", true},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := Later(c.a, c.b); got != c.want {
				t.Errorf("Later(%q, %q) = %v", c.a, c.b, got)
			}
			if c.want && Later(c.b, c.a) {
				if _, ok := parts(c.a); ok { // else anything is later than none
					t.Errorf("%q and %q are later than each other", c.a, c.b)
				}
			}
		})
	}
}
