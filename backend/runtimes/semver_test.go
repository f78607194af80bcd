package runtimes

import (
	"strings"
	"testing"
)

// The expectations are those of node-semver with includePrerelease, which npm
// uses to check engines; TestRangeAgainstNPM compares with the real program.
var rangeCases = []struct {
	name, rng string
	in, out   []string
}{
	{"empty is everything", "", []string{"0.1.0", "18.0.0", "26.0.0-nightly1"}, nil},
	{"star", "*", []string{"20.1.2"}, nil},
	{"x", "x", []string{"20.1.2"}, nil},
	{"latest", "latest", []string{"20.1.2"}, nil},
	{"at least", ">=18", []string{"18.0.0", "18.0.0-rc.1", "v22.1.0", "26.0.0"}, []string{"17.9.9", "16.20.2"}},
	{"at least, blank after it", ">= 18.17", []string{"18.17.0", "20.0.0"}, []string{"18.16.9"}},
	{"above a partial", ">18", []string{"19.0.0"}, []string{"18.0.0", "18.99.0"}},
	{"above a full one", ">18.1.0", []string{"18.1.1"}, []string{"18.1.0"}},
	{"below a partial", "<20", []string{"19.9.9"}, []string{"20.0.0", "20.0.0-rc.1"}},
	{"at most a partial", "<=20", []string{"20.20.2", "18.0.0"}, []string{"21.0.0"}},
	{"at most a full one", "<=20.1.0", []string{"20.1.0"}, []string{"20.1.1"}},
	{"two bounds", ">=18 <23", []string{"18.0.0", "22.23.3"}, []string{"23.0.0", "17.0.0"}},
	{"two bounds, spaced", ">= 18.0.0  < 23.0.0", []string{"22.0.0"}, []string{"23.0.0"}},
	{"caret", "^20.5.0", []string{"20.5.0", "20.20.2"}, []string{"20.4.9", "21.0.0", "21.0.0-0"}},
	{"carets joined", "^18.19.0 || ^20 || >=22.1.0", []string{"18.20.0", "20.0.0", "22.1.0", "24.0.0"}, []string{"18.18.0", "19.0.0", "21.0.0", "22.0.9"}},
	{"joined without blanks", "^18.0.0||^20.0.0", []string{"20.1.0", "18.1.0"}, []string{"19.0.0"}},
	{"an empty alternative", "^18 ||", []string{"3.0.0"}, nil},
	{"caret below one", "^0.3.1", []string{"0.3.1", "0.3.9"}, []string{"0.4.0", "0.3.0"}},
	{"caret below a tenth", "^0.0.3", []string{"0.0.3"}, []string{"0.0.4"}},
	{"caret zero", "^0", []string{"0.0.1", "0.9.0"}, []string{"1.0.0"}},
	{"caret zero zero", "^0.0", []string{"0.0.9"}, []string{"0.1.0"}},
	{"tilde", "~20.5.1", []string{"20.5.1", "20.5.9"}, []string{"20.6.0", "20.5.0"}},
	{"tilde of a major", "~20", []string{"20.9.0"}, []string{"21.0.0"}},
	{"tilde with arrow", "~> 20.5", []string{"20.5.9"}, []string{"20.6.0"}},
	{"x range", "18.x", []string{"18.0.0", "18.20.8"}, []string{"19.0.0", "17.0.0"}},
	{"x range deep", "18.20.x", []string{"18.20.8"}, []string{"18.21.0"}},
	{"X and star", "18.X.*", []string{"18.4.4"}, []string{"19.0.0"}},
	{"bare major", "20", []string{"20.0.0", "20.20.2"}, []string{"21.0.0"}},
	{"bare minor", "20.1", []string{"20.1.5"}, []string{"20.2.0"}},
	{"exact", "20.1.2", []string{"20.1.2"}, []string{"20.1.3"}},
	{"exact with v and equals", "=v20.1.2", []string{"20.1.2"}, []string{"20.1.3"}},
	{"hyphen", "18.1 - 20.2.0", []string{"18.1.0", "20.2.0"}, []string{"20.2.1", "18.0.9"}},
	{"hyphen to a partial", "18 - 20", []string{"20.20.2"}, []string{"21.0.0"}},
	{"pre-release bound", ">=20.0.0-rc.2", []string{"20.0.0-rc.3", "20.0.0"}, []string{"20.0.0-rc.1"}},
	{"build metadata", ">=20.0.0+abc", []string{"20.0.0"}, []string{"19.0.0"}},
	{"nothing is above everything", ">*", nil, []string{"99.0.0", "0.0.0"}},
}

func TestRange(t *testing.T) {
	for _, c := range rangeCases {
		t.Run(c.name, func(t *testing.T) {
			r, err := ParseRange(c.rng)
			if err != nil {
				t.Fatal(err)
			}
			for _, v := range c.in {
				if !r.Has(v) {
					t.Errorf("%q should hold %s", c.rng, v)
				}
			}
			for _, v := range c.out {
				if r.Has(v) {
					t.Errorf("%q should not hold %s", c.rng, v)
				}
			}
		})
	}
}

func TestRangeUnreadable(t *testing.T) {
	for _, s := range []string{"node >= 18", ">=", "1.2.3.4", "eighteen", "^", "18 - ", ">=18,<20", "-1", strings.Repeat("1 ", maxRange)} {
		if r, err := ParseRange(s); err == nil {
			t.Errorf("%q was read as %+v", s, r)
		}
	}
}

func TestRangeAny(t *testing.T) {
	for s, want := range map[string]bool{"": true, "*": true, ">=0 || *": true, ">=18": false, "^18 || ^20": false} {
		r, err := ParseRange(s)
		if err != nil {
			t.Fatal(err)
		}
		if r.Any() != want {
			t.Errorf("Any of %q is %v", s, r.Any())
		}
	}
}

func FuzzRange(f *testing.F) {
	for _, c := range rangeCases {
		f.Add(c.rng, "20.1.0")
	}
	f.Fuzz(func(t *testing.T, s, v string) {
		r, err := ParseRange(s)
		if err != nil {
			return
		}
		if r.Any() && !r.Has("20.0.0") {
			t.Errorf("%q claims to hold everything and refuses 20.0.0", s)
		}
		r.Has(v)
	})
}
