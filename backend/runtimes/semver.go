package runtimes

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/Masterminds/semver/v3"
)

// Range is a set of versions in npm's notation ("^20 || >=22.1 <25", "18.x",
// "*"), as the field engines of a package.json uses it. The notation looks
// like that of Masterminds/semver but means other things in places (a bare
// "1.2" is 1.2.x, "<1.2-0", hyphen ranges, commas), so it is read here and only
// the parsing and ordering of versions is the library's.
//
// Pre-releases count by plain order, as npm does when it checks engines
// (node-semver with includePrerelease): a nightly 25.0.0 satisfies ">=24".
type Range struct {
	sets [][]bound // any set, all bounds of it
}

type bound struct {
	op string // ">=", ">", "<", "<="
	v  *semver.Version
}

// maxRange is the length beyond which a range is not read at all: the text
// comes from a stranger's package.
const maxRange = 512

// ParseRange reads npm's notation. "", "*", "x" and "latest" are every version.
func ParseRange(s string) (Range, error) {
	if len(s) > maxRange {
		return Range{}, fmt.Errorf("version range of %d characters", len(s))
	}
	var r Range
	for _, part := range strings.Split(s, "||") {
		set, err := parseSet(part)
		if err != nil {
			return Range{}, fmt.Errorf("version range %q: %w", s, err)
		}
		r.sets = append(r.sets, set)
	}
	return r, nil
}

// Any tells whether every version satisfies the range.
func (r Range) Any() bool {
	for _, set := range r.sets {
		if len(set) == 0 {
			return true
		}
	}
	return len(r.sets) == 0
}

// Has tells whether version (with or without a leading "v") satisfies the
// range; what is no version never does.
func (r Range) Has(version string) bool {
	v, err := semver.NewVersion(strings.TrimSpace(version))
	if err != nil {
		return false
	}
	if len(r.sets) == 0 {
		return true
	}
	for _, set := range r.sets {
		ok := true
		for _, b := range set {
			ok = ok && b.has(v)
		}
		if ok {
			return true
		}
	}
	return false
}

func (b bound) has(v *semver.Version) bool {
	c := v.Compare(b.v)
	switch b.op {
	case ">=":
		return c >= 0
	case ">":
		return c > 0
	case "<":
		return c < 0
	default: // "<="
		return c <= 0
	}
}

// parseSet reads comparators that must all hold. An empty set holds always.
func parseSet(s string) ([]bound, error) {
	words := strings.Fields(s)
	if len(words) == 1 && words[0] == "latest" {
		return nil, nil
	}
	if len(words) == 3 && words[1] == "-" {
		return hyphen(words[0], words[2])
	}
	var set []bound
	for i := 0; i < len(words); i++ {
		op, rest := splitOp(words[i])
		// npm allows blanks after an operator: ">= 18".
		if rest == "" && op != "" && i+1 < len(words) {
			i++
			rest = words[i]
		}
		p, err := parsePartial(rest)
		if err != nil {
			return nil, err
		}
		set = append(set, expand(op, p)...)
	}
	return set, nil
}

func splitOp(w string) (op, rest string) {
	for _, op := range []string{">=", "<=", "~>", ">", "<", "=", "^", "~"} {
		if strings.HasPrefix(w, op) {
			return op, strings.TrimPrefix(w, op)
		}
	}
	return "", w
}

// partial is a version of which trailing numbers may be missing.
type partial struct {
	n   [3]uint64
	len int // how many of n are given: 0 is "*"
	pre string
}

func parsePartial(s string) (partial, error) {
	var p partial
	s = strings.TrimPrefix(strings.TrimPrefix(strings.TrimPrefix(s, "="), "v"), "V")
	s, _, _ = strings.Cut(s, "+") // build metadata never counts
	core, pre, hasPre := strings.Cut(s, "-")
	open := false
	fields := strings.Split(core, ".")
	if len(fields) > 3 || core == "" {
		return p, fmt.Errorf("%q is no version", s)
	}
	for i, f := range fields {
		if f == "x" || f == "X" || f == "*" {
			open = true
			continue
		}
		n, err := strconv.ParseUint(f, 10, 32)
		if err != nil {
			return p, fmt.Errorf("%q is no version", s)
		}
		if open { // "1.x.3" reads as "1.x"
			continue
		}
		p.n[i], p.len = n, i+1
	}
	if hasPre && p.len == 3 {
		if _, err := semver.NewVersion(core + "-" + pre); err != nil {
			return p, fmt.Errorf("%q is no version", s)
		}
		p.pre = pre
	}
	return p, nil
}

// floor is the lowest version the partial stands for; a partial that leaves
// numbers out includes their pre-releases.
func (p partial) floor() *semver.Version {
	pre := p.pre
	if p.len < 3 {
		pre = "0"
	}
	return semver.New(p.n[0], p.n[1], p.n[2], pre, "")
}

// next is the lowest version above everything the partial stands for, when
// number i is the last that may not change.
func (p partial) next(i int) *semver.Version {
	n := p.n
	n[i]++
	for j := i + 1; j < 3; j++ {
		n[j] = 0
	}
	return semver.New(n[0], n[1], n[2], "0", "")
}

func expand(op string, p partial) []bound {
	if p.len == 0 {
		if op == "<" || op == ">" { // nothing is below or above everything
			return []bound{{"<", semver.New(0, 0, 0, "0", "")}}
		}
		return nil
	}
	within := func(last int) []bound { return []bound{{">=", p.floor()}, {"<", p.next(last)}} }
	switch op {
	case "^":
		// The first number that is not 0 may not change; "^0.0" and "^0" go by
		// what is written.
		for i := 0; i < p.len; i++ {
			if p.n[i] != 0 || i == p.len-1 {
				return within(i)
			}
		}
		return within(0)
	case "~", "~>":
		return within(min(p.len, 2) - 1)
	case ">=":
		return []bound{{">=", p.floor()}}
	case ">":
		if p.len < 3 { // ">18" is 19 and later
			return []bound{{">=", p.next(p.len - 1)}}
		}
		return []bound{{">", p.floor()}}
	case "<":
		return []bound{{"<", p.floor()}}
	case "<=":
		if p.len < 3 { // "<=18" includes all of 18
			return []bound{{"<", p.next(p.len - 1)}}
		}
		return []bound{{"<=", p.floor()}}
	default: // "" and "="
		if p.len < 3 {
			return within(p.len - 1)
		}
		return []bound{{">=", p.floor()}, {"<=", p.floor()}}
	}
}

func hyphen(from, to string) ([]bound, error) {
	a, err := parsePartial(from)
	if err != nil {
		return nil, err
	}
	b, err := parsePartial(to)
	if err != nil {
		return nil, err
	}
	return append(expand(">=", a), expand("<=", b)...), nil
}
